//! The data that a visit reviewed and analysed, by category (CPT E/M guidelines): tests, notes and a historian; own interpretation; discussion.

use super::told::{Item, Told};
use crate::{
    code::System,
    coded::{Coded, Counted, Span, VisitElement, WhyNot},
    knowledge::{
        KnowledgeBase,
        visits::{Level, Phrase, Telling, service_in},
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

/// Whether a phrase is the work of a service that is billed.
fn is_billed(kb: &KnowledgeBase, told: &Told<'_>, coded: &Coded, phrase: u32) -> bool {
    let of = told.visits.phrases.get(phrase as usize);
    of.is_some_and(|p| !p.procedures.is_empty() && billed(kb, coded).any(|code| service_in(&p.procedures, code)))
}

/// The tests that were ordered, as the record has them: by phrase, with the order.
fn ordered(told: &Told<'_>) -> impl Iterator<Item = (u32, Span)> {
    (0..).zip(&told.encounter.orders).filter_map(|(at, order)| {
        let code = order.code.trim();
        let of = |p: &Phrase| p.tells == Telling::Test && (service_in(&p.ordered, code) || service_in(&p.procedures, code));
        let is_service = order.system == System::Cpt.name() || order.system == System::Hcpcs.name();
        let phrase = told.visits.phrases.iter().position(of).filter(|_| is_service)?;
        Some((phrase as u32, told.encounter.span_of_order(at)))
    })
}

/// A test counts where its section tells results or what was ordered, or its sentence does.
fn counts(told: &Told<'_>, item: &Item) -> bool {
    (told.visits.data_in.contains(&item.role) || told.beside(item, Telling::Order)) && !told.conditional(item)
}

pub(super) fn reviewed(kb: &KnowledgeBase, told: &Told<'_>, coded: &Coded) -> Data {
    let mut why_not = Vec::new();
    let mut items: Vec<(u32, Span)> = Vec::new();
    let mut keep = |phrase: u32| -> bool {
        if is_billed(kb, told, coded, phrase) {
            let billed = WhyNot::Billed(phrase);
            if !why_not.contains(&billed) {
                why_not.push(billed);
            }
            return false;
        }
        true
    };
    for item in told.items.iter().filter(|i| matches!(i.tells, Telling::Test | Telling::Document)) {
        let known = items.iter().any(|k| k.0 == item.phrase);
        if !known && (item.tells == Telling::Document || counts(told, item)) && keep(item.phrase) {
            items.push((item.phrase, item.span));
        }
    }
    for (phrase, span) in ordered(told) {
        if !items.iter().any(|k| k.0 == phrase) && keep(phrase) {
            items.push((phrase, span));
        }
    }
    let historian = told.of(Telling::Historian).next();
    // Whose reading is billed has been paid for its interpretation.
    let own = |i: &&Item| !told.of(Telling::Test).any(|t| t.same_sentence(i) && is_billed(kb, told, coded, t.phrase));
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
    let others = historian.into_iter().chain(interpretation).chain(discussion).map(|i| (i.phrase, i.span));
    let elements = items.into_iter().chain(others);
    let elements = elements.map(|(phrase, span)| VisitElement { counted: Counted::Data(phrase), evidence: vec![span] }).collect();
    Data { level, elements, why_not }
}
