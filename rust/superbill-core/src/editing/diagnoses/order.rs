//! What may stand first.

use super::{holds, within};
use crate::{
    date::Date,
    editing::{
        claim::{Claim, Resolver},
        finding::{Edited, Rule, Table},
    },
    encounter::Setting,
    knowledge::{attributes::Kind, layout::flag},
};

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, date: Date, edited: &mut Edited) {
    let (kb, said) = (resolver.kb, &resolver.rules.said.diagnoses);
    let Some((first, others)) = claim.diagnoses.split_first() else { return };
    let listed = |kind| first.id.is_some_and(|c| kb.attribute(c, kind, 0, date).is_some());
    let manifestation = listed(Kind::ManifestationNotPrincipal) || first.id.is_some_and(|c| kb.has(c, flag::MANIFESTATION));
    if within(&said.external_causes, first.key) {
        edited.of_diagnoses(Rule::DxExternalCauseFirst, [0], Table::Pack);
    } else if manifestation {
        edited.of_diagnoses(Rule::DxManifestationFirst, [0], Table::Tabular);
    } else if first.id.is_some_and(|c| holds(&kb.rules().never_first, c)) {
        edited.of_diagnoses(Rule::DxNeverFirst, [0], Table::Pack);
    } else if claim.setting == Setting::InpatientFacility {
        let alone = others.is_empty() && listed(Kind::UnacceptablePrincipalUnlessSecondary);
        if listed(Kind::UnacceptablePrincipal) || alone {
            edited.of_diagnoses(Rule::DxUnacceptablePrincipal, [0], Table::Pack);
        }
    }
    let first_only = |key| within(&said.first_only, key) && !within(&said.first_only_except, key);
    for (at, _) in (1..).zip(others).filter(|o| first_only(o.1.key)) {
        // Two of them may stand together, one of them second (OCG I.C.2.e.2, I.C.21.c.16).
        if !first_only(first.key) {
            edited.of_diagnoses(Rule::DxFirstOnly, [at], Table::Pack);
        }
    }
    let precedes = |key| within(&said.precede, key);
    if !precedes(first.key)
        && let Some((at, _)) = (1..).zip(others).find(|o| precedes(o.1.key))
    {
        edited.of_diagnoses(Rule::DxPregnancyFirst, [at, 0], Table::Pack);
    }
}
