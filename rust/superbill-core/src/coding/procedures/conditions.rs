//! Conditions of rows: what an instance tells against what a row asks.

use super::instances::Instance;
use crate::{
    encounter::{Encounter, Scope, Setting, Sex},
    knowledge::rules::{Condition, Conditions, Family, Subject},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    /// What was said contradicts it.
    Fails,
    /// Nothing contradicts it, but these were not told.
    Missing(Vec<Subject>),
}

/// Places of service that are a facility for the professional component (CMS place of service code set).
const FACILITY_PLACES: [&str; 9] = ["19", "21", "22", "23", "24", "26", "31", "51", "61"];

/// Encounters that take place in a facility where no place is told.
const OF_FACILITIES: [&str; 7] =
    ["emergency", "observation", "inpatient", "discharge_summary", "operative_report", "anesthesia", "delivery"];

/// What is told of a subject: words, or a number in thousandths.
enum Told {
    Nothing,
    Words(Vec<String>),
    Number(i64),
}

fn told(encounter: &Encounter<'_>, family: &Family, instance: &Instance, subject: Subject) -> Told {
    let word = |w: Option<&str>| w.map_or(Told::Nothing, |w| Told::Words(vec![w.to_owned()]));
    match subject {
        Subject::Element(element) => {
            let quantity = family.elements.get(element as usize).is_some_and(|e| e.quantity.is_some());
            if quantity {
                instance.measured(element).map_or(Told::Nothing, Told::Number)
            } else {
                instance.told(element).map_or(Told::Nothing, |values| Told::Words(values.to_vec()))
            }
        }
        Subject::Side => word(instance.side.map(super::Side::name)),
        Subject::Setting => word(Some(encounter.setting.name())),
        Subject::Kind => word(Some(instance.kind)),
        Subject::Place => word(encounter.place_of_service.map(|p| if FACILITY_PLACES.contains(&p) { "facility" } else { "office" })),
        Subject::Age => encounter.age.map_or(Told::Nothing, |years| Told::Number(i64::from(years) * 1000)),
        Subject::Sex => word(encounter.sex.map(|s| if s == Sex::Female { "female" } else { "male" })),
        Subject::Date => Told::Number(i64::from(encounter.date.0) * 1000),
        Subject::Scope => word(Some(scope(encounter))),
        Subject::Payer => word(encounter.payer),
        Subject::Resources => word(Some(resources(encounter))),
        Subject::NewPatient => word(encounter.new_patient.map(|new| if new { "yes" } else { "no" })),
    }
}

fn one(told: &Told, condition: &Condition) -> Option<bool> {
    match (told, condition) {
        (Told::Nothing, Condition::Not(_) | Condition::Told(false)) => Some(true),
        (Told::Nothing, _) => None,
        (_, Condition::Told(wanted)) => Some(*wanted),
        (Told::Words(words), Condition::Any(any)) => Some(any.iter().any(|w| words.contains(w))),
        (Told::Words(words), Condition::All(all)) => Some(all.iter().all(|w| words.contains(w))),
        (Told::Words(words), Condition::Not(none)) => Some(!none.iter().any(|w| words.contains(w))),
        (Told::Number(n), Condition::Range { min, max }) => Some((min..=max).contains(&n)),
        // How many are named, each once.
        (Told::Words(words), Condition::Range { min, max }) => Some((*min..=*max).contains(&(words.len() as i64 * 1000))),
        (Told::Number(_), _) => Some(false),
    }
}

/// Whether what is known before any document is read contradicts what a family requires.
pub(super) fn possible(encounter: &Encounter<'_>, family: &Family) -> bool {
    let known = |subject: Subject| match subject {
        Subject::Setting => Some(encounter.setting.name()),
        Subject::Resources => Some(resources(encounter)),
        Subject::Payer => encounter.payer,
        Subject::Scope => Some(scope(encounter)),
        Subject::Kind if encounter.documents.iter().all(|d| d.kind == encounter.kind) => Some(encounter.kind),
        _ => None,
    };
    family.requires.iter().all(|(subject, condition)| match (known(*subject), condition) {
        (Some(word), Condition::Any(any)) => any.iter().any(|w| w == word),
        (Some(word), Condition::Not(none)) => !none.iter().any(|w| w == word),
        _ => true,
    })
}

fn scope(encounter: &Encounter<'_>) -> &'static str {
    if encounter.scope == Scope::All { "all" } else { "encounter" }
}

fn resources(encounter: &Encounter<'_>) -> &'static str {
    let there = encounter.place_of_service.map_or_else(|| OF_FACILITIES.contains(&encounter.kind), |p| FACILITY_PLACES.contains(&p));
    if encounter.setting == Setting::Professional && there { "facility" } else { "own" }
}

pub(super) fn holds(encounter: &Encounter<'_>, family: &Family, instance: &Instance, conditions: &Conditions) -> Verdict {
    let mut missing = Vec::new();
    for (subject, condition) in conditions {
        match one(&told(encounter, family, instance, *subject), condition) {
            Some(true) => {}
            Some(false) => return Verdict::Fails,
            None => missing.push(*subject),
        }
    }
    if missing.is_empty() { Verdict::Holds } else { Verdict::Missing(missing) }
}
