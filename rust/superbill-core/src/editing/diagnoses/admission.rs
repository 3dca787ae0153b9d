//! Present on admission, on claims of inpatient facilities (OCG appendix I).

use crate::{
    date::Date,
    editing::{
        claim::{Claim, Resolver},
        finding::{Edited, Rule, Table},
    },
    encounter::Setting,
    knowledge::attributes::Kind,
};

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, date: Date, edited: &mut Edited) {
    if claim.setting != Setting::InpatientFacility {
        return;
    }
    for (at, diagnosis) in (0..).zip(&claim.diagnoses) {
        let Some(code) = diagnosis.id else { continue };
        let exempt = resolver.kb.attribute(code, Kind::PoaExempt, 0, date).is_some();
        let rule = match (diagnosis.poa, exempt) {
            (0, true) | (b'Y' | b'N' | b'W', false) => continue,
            // Without the list nobody knows whether a code is exempt.
            (0, false) if !resolver.rules.exemptions_listed => continue,
            (0, false) => Rule::DxPoaMissing,
            (b'U', false) => Rule::DxPoaUndetermined,
            (_, true) => Rule::DxPoaExempt,
            _ => Rule::DxPoaInvalid,
        };
        edited.of_diagnoses(rule, [at], Table::Pack);
    }
}
