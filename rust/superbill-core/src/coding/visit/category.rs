//! Which category of visit an encounter is: the first whose conditions hold, from top to bottom.

use super::told::Told;
use crate::{
    coded::Span,
    knowledge::visits::{Category, When, phrase},
};

/// Whether the patient is new: as the encounter says, else as the note does where it does not say both.
pub(super) fn is_new(told: &Told<'_>) -> Option<bool> {
    let said = |id: &str| told.said_id(id).is_some();
    let as_said = || match (said(phrase::NEW_PATIENT), said(phrase::ESTABLISHED_PATIENT)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    told.encounter.new_patient.or_else(|| *told.new_patient.get_or_init(as_said))
}

pub(super) fn holds(told: &Told<'_>, when: &When) -> bool {
    when.new_patient.is_none_or(|wanted| is_new(told) == Some(wanted)) && holds_for_some_patient(told, when)
}

/// Whether the conditions hold, whoever the patient is to the practice.
pub(super) fn holds_for_some_patient(told: &Told<'_>, when: &When) -> bool {
    let encounter = told.encounter;
    let one = |list: &[String], value: Option<&str>| value.is_some_and(|v| list.iter().any(|l| l == v));
    let said = |list: &[u32]| list.iter().any(|&p| told.said(p).is_some());
    (when.types.is_empty() || one(&when.types, Some(encounter.kind)))
        && (when.settings.is_empty() || when.settings.contains(&encounter.setting))
        && (when.places.is_empty() || one(&when.places, encounter.place_of_service))
        && !one(&when.not_places, encounter.place_of_service)
        && (when.payers.is_empty() || one(&when.payers, encounter.payer))
        && !one(&when.not_payers, encounter.payer)
        && when.same_day.is_none_or(|wanted| encounter.same_day == Some(wanted))
        && (when.said.is_empty() || said(&when.said))
        && (when.also_said.is_empty() || said(&when.also_said))
        && (when.with_said.is_empty() || said(&when.with_said))
        && !said(&when.not_said)
        && when.in_period.is_none_or(|wanted| told.in_period == wanted)
}

/// The words of the note by which a category was chosen.
pub(super) fn evidence(told: &Told<'_>, category: &Category) -> Vec<(u32, Span)> {
    let when = &category.when;
    let ids = [phrase::NEW_PATIENT, phrase::ESTABLISHED_PATIENT];
    let of_patient = ids.iter().filter(|_| when.new_patient.is_some() && told.encounter.new_patient.is_none());
    let named = of_patient.filter_map(|id| told.visits.phrase(id));
    let all = [&when.said, &when.also_said, &when.with_said].into_iter().flatten().copied().chain(named);
    all.filter_map(|p| Some((p, told.said(p)?))).collect()
}
