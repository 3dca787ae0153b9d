//! What is done in the period after a surgery of the same practitioner: modifiers 58, 78 and 79 where the note says how it relates to that surgery (NCCI Policy
//! Manual ch. I D; Medicare Claims Processing Manual ch. 12, 40.2), else a question.

use super::{
    apart::covering,
    data::billed,
    told::{Item, Told},
};
use crate::{
    coded::{Coded, Query, Span, Step, StepKind},
    encounter::{Encounter, Setting},
    knowledge::{
        KnowledgeBase,
        layout::sense,
        rules::{Condition, Family, Quantity, Subject},
        visits::question,
    },
    read::{Reading, quantity::measures},
};

/// The days after a surgery that its payment covers, by the fee schedule of the day, or by code where it tells none; `None` where it is no surgery. Where several
/// are possible, the fewest.
fn days_after(kb: &KnowledgeBase, encounter: &Encounter<'_>, code: &str) -> Option<i32> {
    let periods = &kb.edit_rules().ok()?.said.globals.periods;
    let after = |indicator: u32| periods.iter().find(|p| p.indicator == indicator).map(|p| p.after);
    match kb.global_days(code, encounter.date) {
        Some(days) => after(days),
        None => covering(kb, encounter, code)?.global_days.iter().filter_map(|&d| after(d)).min(),
    }
}

/// Whether the day of an encounter is within the period after a surgery of its history.
pub(super) fn in_period(kb: &KnowledgeBase, encounter: &Encounter<'_>) -> bool {
    let day = encounter.date.day_number();
    let open = |code: &str, since: i32| days_after(kb, encounter, code).is_some_and(|days| since <= days);
    encounter.setting == Setting::Professional && encounter.earlier.iter().any(|e| !e.opens_none && open(e.code, day - e.date.day_number()))
}

/// Marks the surgery of the day that is within the period after another by how it relates to that.
pub(super) fn relate(kb: &KnowledgeBase, told: &Told<'_>, coded: &mut Coded) {
    if told.encounter.setting != Setting::Professional || coded.procedures.is_empty() {
        return;
    }
    let relations: Vec<(u32, &_)> = (0..).zip(&told.visits.after_surgery).filter(|(_, r)| super::category::holds(told, &r.when)).collect();
    if relations.is_empty() && !told.in_period {
        return;
    }
    let surgery: Vec<bool> = billed(kb, coded).map(|code| days_after(kb, told.encounter, code).is_some()).collect();
    if !surgery.contains(&true) {
        return;
    }
    let named = relations.iter().flat_map(|(_, r)| &r.when.said).filter_map(|&p| told.said(p));
    let mut evidence: Vec<Span> = named.collect();
    let earlier = if told.in_period { Some(None) } else { told_in_note(kb, told, coded).map(Some) };
    let id = match (earlier, &relations[..]) {
        (Some(span), &[(at, relation)]) => {
            evidence.extend(span);
            let step = Step { kind: StepKind::AfterSurgery, record: at, pack: relation.pack, span: evidence.first().copied() };
            let of_surgery = coded.procedures.iter_mut().zip(&surgery).filter(|(_, is)| **is);
            for (procedure, _) in of_surgery.filter(|(p, _)| !p.modifiers.contains(&relation.modifier)) {
                procedure.modifiers.insert(0, relation.modifier);
                procedure.because.push(step);
                procedure.evidence.extend(&evidence);
            }
            return;
        }
        (Some(_), _) => question::RELATION_TO_SURGERY,
        (None, _) => question::EARLIER_SURGERY,
    };
    if let Some(question) = told.visits.question(id) {
        let query = Query::Visit { question, evidence };
        if !coded.queries.contains(&query) {
            coded.queries.push(query);
        }
    }
}

/// Where the note names a surgery that is no part of this encounter and, in the same sentence, how long ago it was, within its period.
fn told_in_note(kb: &KnowledgeBase, told: &Told<'_>, coded: &Coded) -> Option<Span> {
    for elapsed in &told.visits.elapsed {
        for item in told.items.iter().filter(|i| i.phrase == elapsed.phrase) {
            let reading = told.readings.get(item.document as usize)?;
            let count = if elapsed.counted { counted(told, reading, item) } else { Some(1) };
            let Some(days) = count.and_then(|n| i32::try_from(elapsed.days).ok()?.checked_mul(n)) else { continue };
            let inside = reading.sentences.get(item.sentence as usize)?;
            for (at, family) in (0..).zip(&kb.rules().families).filter(|(at, f)| !f.inpatient && reading.tells(*at)) {
                for hit in reading.terms_of(at).iter().filter(|h| h.first >= inside.first && h.end <= inside.end) {
                    let (element, value) = (hit.sense.extra.get() >> 16, hit.sense.extra.get() & 0xffff);
                    let anchor = family.elements.get(element as usize).filter(|e| e.anchor && hit.sense.kind.get() == sense::ELEMENT);
                    let Some(value) = anchor.and_then(|e| e.values.get(value as usize)) else { continue };
                    let span = Span {
                        document: item.document,
                        start: reading.tokens[hit.first as usize].start,
                        end: reading.tokens[hit.end as usize - 1].end,
                    };
                    let of_today = coded.procedures.iter().any(|p| p.evidence.contains(&span));
                    if !of_today && period_of(kb, told.encounter, family, element, value).is_some_and(|period| days <= period) {
                        return Some(span);
                    }
                }
            }
        }
    }
    None
}

/// The number right before or behind the words of an item.
fn counted(told: &Told<'_>, reading: &Reading, item: &Item) -> Option<i32> {
    let text = told.encounter.documents.get(item.document as usize)?.text;
    let inside = reading.sentences.get(item.sentence as usize)?;
    let numbers = measures(text, &reading.tokens, inside.first, inside.end);
    let beside = numbers.iter().find(|m| m.quantity == Quantity::Count && (m.end == item.first || m.first == item.end))?;
    i32::try_from(beside.value / 1000).ok()
}

/// The shortest period of the services that a value of an anchor may come to.
fn period_of(kb: &KnowledgeBase, encounter: &Encounter<'_>, family: &Family, element: u32, value: &String) -> Option<i32> {
    let fits = |condition: &Condition| match condition {
        Condition::Any(any) => any.contains(value),
        Condition::Not(none) => !none.contains(value),
        _ => true,
    };
    let rows = family.rows.iter().filter(|r| r.when.iter().filter(|c| c.0 == Subject::Element(element)).all(|c| fits(&c.1)));
    rows.map(|r| days_after(kb, encounter, &r.code)).min().flatten()
}
