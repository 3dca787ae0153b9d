//! The data that a visit reviewed and analysed, by category (CPT E/M guidelines): tests, notes and a historian; own interpretation; discussion.

use super::told::{Item, Told};
use crate::{
    coded::{Coded, Counted, VisitElement, WhyNot},
    knowledge::{
        KnowledgeBase,
        visits::{Level, Telling, service_in},
    },
};

pub(super) struct Data {
    pub level: Level,
    pub elements: Vec<VisitElement>,
    pub why_not: Vec<WhyNot>,
}

/// Tests and notes that are `moderate` data by their number alone, and those that are `limited`.
const MODERATE_ITEMS: usize = 3;
const LIMITED_ITEMS: usize = 2;

/// Codes of the services that are on the claim already.
pub(super) fn billed<'a>(kb: &'a KnowledgeBase, coded: &'a Coded) -> impl Iterator<Item = &'a str> + Clone {
    let family = |at: u32| kb.rules().families.get(at as usize);
    coded.procedures.iter().filter_map(move |p| {
        let row = family(p.family)?.rows.get(p.row as usize)?;
        p.add.map_or(Some(row.code.as_str()), |add| row.add.get(add as usize).map(|a| a.code.as_str()))
    })
}

/// Whether an item is the work of a service that is billed.
fn is_billed(kb: &KnowledgeBase, told: &Told<'_>, coded: &Coded, item: &Item) -> bool {
    let of = told.visits.phrases.get(item.phrase as usize);
    of.is_some_and(|p| !p.procedures.is_empty() && billed(kb, coded).any(|code| service_in(&p.procedures, code)))
}

/// A test counts where its section tells results or what was ordered, or its sentence does.
fn counts(told: &Told<'_>, item: &Item) -> bool {
    (told.visits.data_in.contains(&item.role) || told.beside(item, Telling::Order)) && !told.conditional(item)
}

pub(super) fn reviewed(kb: &KnowledgeBase, told: &Told<'_>, coded: &Coded) -> Data {
    let mut why_not = Vec::new();
    let mut items: Vec<&Item> = Vec::new();
    let mut keep = |item: &'_ Item| -> bool {
        if is_billed(kb, told, coded, item) {
            let billed = WhyNot::Billed(item.phrase);
            if !why_not.contains(&billed) {
                why_not.push(billed);
            }
            return false;
        }
        true
    };
    for item in told.items.iter().filter(|i| matches!(i.tells, Telling::Test | Telling::Document)) {
        let known = items.iter().any(|k| k.phrase == item.phrase);
        if !known && (item.tells == Telling::Document || counts(told, item)) && keep(item) {
            items.push(item);
        }
    }
    let historian = told.of(Telling::Historian).next();
    // Whose reading is billed has been paid for its interpretation.
    let own = |i: &&Item| !told.of(Telling::Test).any(|t| t.same_sentence(i) && is_billed(kb, told, coded, t));
    let interpretation = told.of(Telling::Interpretation).find(own);
    let discussion = told.of(Telling::Discussion).next();
    let first = items.len() + usize::from(historian.is_some()) >= MODERATE_ITEMS;
    let categories = [first, interpretation.is_some(), discussion.is_some()].into_iter().filter(|c| *c).count();
    let level = match categories {
        2.. => Level::High,
        1 => Level::Moderate,
        _ if items.len() >= LIMITED_ITEMS || historian.is_some() => Level::Low,
        _ => Level::Straightforward,
    };
    let elements = items.into_iter().chain(historian).chain(interpretation).chain(discussion);
    let elements = elements.map(|i| VisitElement { counted: Counted::Data(i.phrase), evidence: vec![i.span] }).collect();
    Data { level, elements, why_not }
}
