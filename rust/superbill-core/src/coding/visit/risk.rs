//! The risk of what was decided for the patient (CPT E/M guidelines): drugs by decision, and what phrases tell themselves.

use super::told::{Item, Told};
use crate::{
    coded::{Counted, VisitElement},
    knowledge::visits::{Level, Telling},
};

pub(super) struct Risk {
    pub level: Level,
    pub elements: Vec<VisitElement>,
    /// Whether a drug that needs a prescription was decided on.
    pub prescribed: bool,
}

/// Elements of one level prove it; more of them prove nothing more.
const MOST: usize = 6;

pub(super) fn taken(told: &Told<'_>) -> Risk {
    let mut found: Vec<(Level, &Item)> = Vec::new();
    for item in told.items.iter().filter(|i| told.decides(i)) {
        let level = match item.tells {
            // A drug alone is a list of drugs; what was decided of it is management.
            Telling::Prescription if told.beside(item, Telling::Decision) => Level::Moderate,
            Telling::OverTheCounter if told.beside(item, Telling::Decision) => Level::Low,
            Telling::Risk => {
                let Some(level) = told.visits.phrases.get(item.phrase as usize).and_then(|p| p.level) else { continue };
                level
            }
            _ => continue,
        };
        if !found.iter().any(|f| f.1.phrase == item.phrase && f.1.same_sentence(item)) {
            found.push((level, item));
        }
    }
    let level = found.iter().map(|f| f.0).max().unwrap_or(Level::Straightforward);
    let prescribed = found.iter().any(|f| f.1.tells == Telling::Prescription);
    let of_level = |wanted: Level| found.iter().filter(move |f| f.0 == wanted).take(MOST);
    let elements = Level::ALL.iter().rev().flat_map(|&l| of_level(l)).map(|(level, item)| {
        let beside = told.of(Telling::Decision).find(|d| item.tells != Telling::Risk && d.same_sentence(item));
        VisitElement { counted: Counted::Risk(item.phrase, *level), evidence: beside.into_iter().chain([*item]).map(|i| i.span).collect() }
    });
    Risk { level, elements: elements.collect(), prescribed }
}
