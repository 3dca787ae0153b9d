//! Diagnoses that the patient's sex or age contradicts; what is not recorded contradicts nothing.

use super::holds;
use crate::{
    date::Date,
    editing::{
        claim::{Claim, Resolver},
        finding::{Edited, Rule, Table},
    },
    knowledge::attributes::Kind,
};

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, date: Date, edited: &mut Edited) {
    let (kb, patient) = (resolver.kb, claim.patient);
    let age = patient.birth.and_then(|b| date.years_since(b));
    if patient.sex.is_none() && age.is_none() {
        return;
    }
    for (at, diagnosis) in (0..).zip(&claim.diagnoses) {
        let Some(code) = diagnosis.id else { continue };
        let outside = |first: u32, last: u32| age.is_some_and(|a| a < first || a > last);
        let of_code = || kb.rules().restricted.iter().filter(|r| holds(&r.codes, code));
        if of_code().any(|r| r.sex.is_some_and(|s| patient.sex.is_some_and(|p| p != s))) {
            edited.of_diagnoses(Rule::DxSex, [at], Table::Pack);
        }
        let listed = |&(kind, first, last): &(u16, u32, u32)| {
            outside(first, last) && Kind::numbered(kind).is_some_and(|k| kb.attribute(code, k, 0, date).is_some())
        };
        let told = || of_code().any(|r| r.age.is_some_and(|(first, last)| outside(first, last)));
        if resolver.rules.said.diagnoses.ages.iter().any(listed) || told() {
            edited.of_diagnoses(Rule::DxAge, [at], Table::Pack);
        }
    }
}
