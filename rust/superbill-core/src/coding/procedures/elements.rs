//! What a family's elements say in the documents: values by their terms, quantities by their units.

use crate::{
    coded::Span,
    encounter::Encounter,
    knowledge::{
        KnowledgeBase,
        layout::sense,
        rules::{Assertion, Family, Quantity, Telling},
    },
    read::{
        Reading, assertion,
        quantity::{Measure, measures},
    },
};

/// A value of an element in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub document: u32,
    pub sentence: u32,
    pub block: u32,
    pub element: u32,
    pub what: What,
    pub span: Span,
    /// That this was done: by its section, the type of document or a cue.
    pub performed: bool,
    pub in_section: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Index of a value.
    Value(u32),
    /// Thousandths.
    Measured(i64),
}

/// Whether telling a procedure in this sentence means that it was done, and whether its section says so.
fn performed(kb: &KnowledgeBase, reading: &Reading, sentence: u32, kind: &str, family: &Family) -> (bool, bool) {
    let role = reading.sentences.get(sentence as usize).and_then(|s| kb.rules().roles.get(s.role as usize));
    let telling = role.map_or(Telling::AsSaid, |r| r.procedures);
    if telling == Telling::No {
        return (false, false);
    }
    let section = telling == Telling::Performed;
    if !section && assertion::told(kb, reading, sentence, Assertion::Planned) {
        return (false, false);
    }
    let done = section || family.documents.iter().any(|d| d == kind) || assertion::told(kb, reading, sentence, Assertion::Performed);
    (done, section)
}

/// Everything the documents say of a family's elements, in order, without what is negated, past, planned or of another person.
pub(super) fn said(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], at: u32, family: &Family) -> Vec<Said> {
    let mut out = Vec::new();
    let measured = family.elements.iter().any(|e| e.quantity.is_some());
    for (index, (reading, document)) in readings.iter().zip(&encounter.documents).enumerate() {
        let of_family =
            |h: &&crate::read::document::Hit| matches!(h.sense.kind.get(), sense::ELEMENT | sense::NEAR) && h.sense.target.get() == at;
        let hits: Vec<_> = reading.hits.iter().filter(of_family).collect();
        let element = |h: &crate::read::document::Hit| h.sense.extra.get() >> 16;
        // "without contrast" swallows the "contrast" in it.
        let longest = |h: &crate::read::document::Hit| {
            !hits.iter().any(|o| {
                o.sense.kind == h.sense.kind
                    && element(o) == element(h)
                    && o.first <= h.first
                    && o.end >= h.end
                    && o.end - o.first > h.end - h.first
            })
        };
        let span = |first: u32, end: u32| Span {
            document: index as u32,
            start: reading.tokens[first as usize].start,
            end: reading.tokens[end as usize - 1].end,
        };
        let mut push = |sentence: u32, element: u32, what: What, first: u32, end: u32| {
            let block = reading.sentences[sentence as usize].block;
            let (performed, in_section) = performed(kb, reading, sentence, document.kind, family);
            out.push(Said { document: index as u32, sentence, block, element, what, span: span(first, end), performed, in_section });
        };
        for hit in hits.iter().filter(|h| h.sense.kind.get() == sense::ELEMENT && longest(h)) {
            let sentence = reading.sentence_of(hit.first);
            let Some(inside) = reading.sentences.get(sentence as usize).filter(|s| s.first <= hit.first && hit.end <= s.end) else {
                continue;
            };
            let (said, cue) = assertion::of(kb, reading, sentence, (hit.first, hit.end), sense::ELEMENT);
            // A heading's own assertion is about conditions; a cue is about whatever it governs.
            let excluded = said != Assertion::Present && (cue.is_some() || said == Assertion::Family);
            if !excluded && inside.end > inside.first {
                push(sentence, element(hit), What::Value(hit.sense.extra.get() & 0xffff), hit.first, hit.end);
            }
        }
        if !measured || hits.is_empty() {
            continue;
        }
        for (sentence, inside) in reading.sentences.iter().enumerate() {
            let found = measures(document.text, &reading.tokens, inside.first, inside.end);
            for (element, rule) in family.elements.iter().enumerate() {
                let Some(quantity) = rule.quantity else { continue };
                let near: Vec<_> = hits
                    .iter()
                    .filter(|h| h.sense.kind.get() == sense::NEAR && h.sense.extra.get() == element as u32)
                    .filter(|h| inside.first <= h.first && h.end <= inside.end)
                    .collect();
                let beside = |m: &&Measure| {
                    quantity != Quantity::Count
                        || near.iter().any(|h| m.end <= h.first && h.first - m.end <= 2 || h.end <= m.first && m.first - h.end <= 1)
                };
                if near.is_empty() && (rule.near || quantity == Quantity::Count) {
                    continue;
                }
                for m in found.iter().filter(|m| m.quantity == quantity).filter(beside) {
                    push(sentence as u32, element as u32, What::Measured(m.value), m.first, m.end);
                }
            }
        }
    }
    out
}

/// The side told in a stretch of sentences: laterality values by name.
pub(super) fn sides(kb: &KnowledgeBase, reading: &Reading, fits: impl Fn(&crate::read::Sentence) -> bool) -> Vec<&'static str> {
    let mut found = Vec::new();
    for s in reading.sentences.iter().filter(|s| fits(s)) {
        for hit in reading.hits_in(s.first, s.end).filter(|h| h.sense.kind.get() == sense::ATTRIBUTE) {
            let attribute = kb.rules().attributes.get(hit.sense.target.get() as usize);
            let side = attribute
                .filter(|a| a.axis == "laterality")
                .and_then(|a| ["right", "left", "bilateral"].into_iter().find(|s| a.value == *s));
            if let Some(side) = side.filter(|s| !found.contains(s)) {
                found.push(side);
            }
        }
    }
    found
}
