//! What the documentation of an encounter should have in it, by the template of its type, and whether it is there.

use super::{category::is_new, timed::total, told::Told};
use crate::coded::{Coded, Complete};

pub(super) fn complete(told: &Told<'_>, coded: &Coded) -> Vec<Complete> {
    let templates = &told.visits.templates;
    let of_kind = (0..).zip(templates).find(|(_, t)| t.types.iter().any(|k| k == told.encounter.kind));
    let Some((template, rule)) = of_kind else { return Vec::new() };
    let mut roles: Vec<u32> = told.readings.iter().flat_map(|r| &r.sentences).map(|s| s.role).collect();
    roles.sort_unstable();
    roles.dedup();
    let mut phrases: Vec<u32> = told.items.iter().map(|i| i.phrase).collect();
    phrases.sort_unstable();
    phrases.dedup();
    let in_roles = |wanted: &[u32]| wanted.iter().any(|r| roles.binary_search(r).is_ok());
    let said = |wanted: &[u32]| wanted.iter().any(|&p| phrases.binary_search(&p).is_ok() || told.said(p).is_some());
    let elements = (0..).zip(&rule.elements);
    elements
        .map(|(element, of)| {
            let found = in_roles(&of.found.roles) || said(&of.found.said) || of.found.given.iter().any(|g| given(told, coded, g));
            Complete { template, element, found }
        })
        .collect()
}

fn given(told: &Told<'_>, coded: &Coded, what: &str) -> bool {
    let encounter = told.encounter;
    let sided = |m: &[u8; 2]| [*b"RT", *b"LT", *b"50"].contains(m);
    match what {
        "date_of_service" => true,
        "place_of_service" => encounter.place_of_service.is_some(),
        "new_patient" => is_new(told).is_some(),
        "payer" => encounter.payer.is_some(),
        "signed" => !encounter.documents.is_empty() && encounter.documents.iter().all(|d| d.signed == Some(true)),
        "author" => !encounter.documents.is_empty() && encounter.documents.iter().all(|d| d.authored),
        "diagnosis" => !coded.diagnoses.is_empty(),
        "procedure" => !coded.procedures.is_empty(),
        "minutes" => total(told).is_some(),
        "side" => coded.procedures.iter().any(|p| p.modifiers.iter().any(sided)),
        _ => false,
    }
}
