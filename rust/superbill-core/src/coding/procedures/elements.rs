//! What a family's elements say in the documents: values by their terms, quantities by their units.

use super::{
    mentioned,
    undone::{Place, undone},
};
use crate::{
    coded::Span,
    coding::side,
    encounter::Encounter,
    knowledge::{
        KnowledgeBase,
        layout::sense,
        rules::{Assertion, Condition, Family, Quantity, Subject, Telling},
    },
    read::{
        Reading, Sentence,
        assertion::Cues,
        document::Hit,
        quantity::{Measure, logs, measures},
    },
};
use std::cell::OnceCell;

/// A value of an element in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub document: u32,
    pub sentence: u32,
    pub block: u32,
    pub element: u32,
    pub what: What,
    pub span: Span,
    /// First token and the one behind the last.
    pub tokens: (u32, u32),
    /// That this was done: by its section, the type of document or a cue.
    pub performed: bool,
    /// It stands in the report's list of what was done.
    pub listed: bool,
    /// Only the type of the document says that it was done, and nothing is told of it.
    pub bare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Index of a value.
    Value(u32),
    /// Thousandths.
    Measured(i64),
}

/// A list behind the first has at most so many sentences.
const MOST_LISTED: u32 = 6;
/// A paragraph of so many sentences below a list tells how it was done.
const LEAST_TOLD: usize = 3;
/// More than this of one family is no documentation of one encounter; what comes after is not read, and the answer says so.
const MOST_SAID: usize = 1024;
/// A heading's line is looked for so many sentences back.
const LONGEST_LINE: usize = 8;
/// Terms are shorter than this, in tokens.
const LONGEST_TERM: u32 = 64;

/// What says that a service was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    No,
    /// The type of the document alone.
    ByType,
    /// Its section, or a cue of its sentence.
    Told,
}

/// Whether telling a procedure in this sentence means that it was done; `below` is whether the sentence stands below its heading's line.
fn performed(kb: &KnowledgeBase, role: u32, cues: &Cues<'_>, kind: &str, family: &Family, thing: bool, below: impl Fn() -> bool) -> Done {
    let of_type = kb.rules().encounter_types.iter().find(|t| t.id == kind);
    let section = kb.rules().roles.get(role as usize);
    let of_family = section.is_some_and(|r| family.performs.contains(&r.id));
    let telling = match of_type {
        _ if of_family => Telling::Performed,
        Some(t) if t.performs.contains(&role) => Telling::Performed,
        Some(t) if t.tells.contains(&role) || t.one_line.contains(&role) && below() => Telling::AsSaid,
        _ => section.map_or(Telling::AsSaid, |r| r.procedures),
    };
    let section = telling == Telling::Performed;
    if matches!(telling, Telling::No | Telling::Nothing) || !section && cues.tells(Assertion::Planned) {
        return Done::No;
    }
    let by_cue = || !of_type.is_some_and(|t| t.by_section) && cues.tells(Assertion::Performed);
    if section || by_cue() {
        Done::Told
    } else if !thing && family.documents.iter().any(|d| d == kind) {
        Done::ByType
    } else {
        Done::No
    }
}

/// The quantities of each sentence that has some.
type Measured = Vec<(u32, Vec<Measure>)>;

/// The documents of an encounter, as the families read them one after the other.
pub(super) struct Documents<'a> {
    pub encounter: &'a Encounter<'a>,
    pub readings: &'a [Reading],
    /// By document; looked for once, when a family first asks.
    measured: Vec<OnceCell<Measured>>,
    /// By document, first sentences and ends of its lists of what was done.
    lists: Vec<OnceCell<Vec<(u32, u32)>>>,
}

impl<'a> Documents<'a> {
    pub(super) fn new(encounter: &'a Encounter<'a>, readings: &'a [Reading]) -> Self {
        let cells = readings.len();
        Self { encounter, readings, measured: vec![OnceCell::new(); cells], lists: vec![OnceCell::new(); cells] }
    }

    /// Whether a sentence stands in a list of what was done: the first section that is one, and later ones that are short; a long one tells how it was done.
    fn listed(&self, kb: &KnowledgeBase, document: usize, sentence: u32) -> bool {
        let (Some(reading), Some(cell)) = (self.readings.get(document), self.lists.get(document)) else { return false };
        let lists = cell.get_or_init(|| {
            let is_list = |s: &Sentence| kb.rules().roles.get(s.role as usize).is_some_and(|r| r.lists_done);
            let mut runs: Vec<(u32, u32)> = Vec::new();
            for (at, _) in (0..).zip(&reading.sentences).filter(|s| is_list(s.1)) {
                match runs.last_mut().filter(|run| run.1 == at) {
                    Some(run) => run.1 = at + 1,
                    None => runs.push((at, at + 1)),
                }
            }
            let mut first = true;
            runs.retain(|run| std::mem::take(&mut first) || run.1 - run.0 <= MOST_LISTED);
            for run in &mut runs {
                run.1 = self.told_below(document, *run).unwrap_or(run.1);
            }
            runs
        });
        lists.iter().any(|list| (list.0..list.1).contains(&sentence))
    }

    /// Where the story begins that stands below a list without a heading of its own: the first paragraph behind the list's that has several sentences and is no list.
    fn told_below(&self, document: usize, run: (u32, u32)) -> Option<u32> {
        let (reading, text) = (self.readings.get(document)?, self.encounter.documents.get(document)?.text);
        let of_run = reading.sentences.get(run.0 as usize..run.1 as usize)?;
        let start = |block: &[Sentence]| Some(reading.tokens.get(block.first()?.first as usize)?.start as usize);
        let ends = |block: &[Sentence]| Some(reading.tokens.get((block.last()?.end as usize).checked_sub(1)?)?.end as usize);
        let mut at = run.0;
        let mut blocks = of_run.chunk_by(|a, b| a.block == b.block);
        // A heading alone on its line is no list yet.
        for block in blocks.by_ref() {
            at += block.len() as u32;
            if text.get(start(block)?..ends(block)?).is_some_and(|own| !own.ends_with(':')) {
                // Where the story itself stands under the heading, all of it does.
                if block.len() >= LEAST_TOLD {
                    return None;
                }
                break;
            }
        }
        for block in blocks {
            let labelled = text.get(start(block)?..).is_some_and(|t| t.starts_with(|c: char| !c.is_alphabetic()));
            if block.len() >= LEAST_TOLD && !labelled {
                return Some(at);
            }
            at += block.len() as u32;
        }
        None
    }

    fn measured(&self, document: usize) -> Option<&Measured> {
        let (reading, text) = (self.readings.get(document)?, self.encounter.documents.get(document)?.text);
        Some(self.measured.get(document)?.get_or_init(|| {
            let of = |s: &Sentence| measures(text, &reading.tokens, s.first, s.end);
            let mut all: Vec<Vec<Measure>> = reading.sentences.iter().map(of).collect();
            let sentences: Vec<(u32, u32)> = reading.sentences.iter().map(|s| (s.first, s.end)).collect();
            for (sentence, measure) in logs(text, &reading.tokens, &sentences) {
                if let Some(own) = all.get_mut(sentence as usize).filter(|own| own.iter().all(|m| m.quantity != measure.quantity)) {
                    own.insert(0, measure);
                }
            }
            (0..).zip(all).filter(|found| !found.1.is_empty()).collect()
        }))
    }
}

/// What is said of one family in one document.
struct Reader<'a> {
    kb: &'a KnowledgeBase,
    family: &'a Family,
    documents: &'a Documents<'a>,
    reading: &'a Reading,
    kind: &'a str,
    text: &'a str,
    document: u32,
    /// The terms of the family, in order.
    hits: &'a [Hit],
    /// Quantities that stand right beside the words of one element.
    claimed: Vec<(u32, Quantity)>,
    out: &'a mut Everything,
}

/// What is said of a family, and whether there is more than is read.
#[derive(Default)]
pub(super) struct Everything {
    pub said: Vec<Said>,
    pub more: bool,
}

fn element(hit: &Hit) -> u32 {
    hit.sense.extra.get() >> 16
}

impl<'a> Reader<'a> {
    fn in_sentence(&self, inside: &Sentence) -> &'a [Hit] {
        let from = self.hits.partition_point(|h| h.first < inside.first);
        let to = self.hits.partition_point(|h| h.first < inside.end);
        self.hits.get(from..to).unwrap_or_default()
    }

    fn cues(&self, sentence: u32) -> Cues<'a> {
        let terms = self.reading.sentences.get(sentence as usize).map_or(&[][..], |inside| self.in_sentence(inside));
        Cues::of_sentence(self.kb, self.reading, sentence, Some(terms))
    }

    /// Whether one of the words that an element must stand with is in a sentence.
    fn is_near(&self, element: u32, sentence: u32) -> bool {
        let inside = self.reading.sentences.get(sentence as usize);
        let says = |h: &Hit| h.sense.kind.get() == sense::NEAR && h.sense.extra.get() == element;
        inside.is_some_and(|inside| self.in_sentence(inside).iter().any(says))
    }

    /// Whether a longer term of the element holds this one ("without contrast" the "contrast" in it).
    fn swallowed(&self, at: usize) -> bool {
        let hit = &self.hits[at];
        let holds = |o: &Hit| {
            o.sense.kind == hit.sense.kind
                && element(o) == element(hit)
                && o.first <= hit.first
                && o.end >= hit.end
                && o.end - o.first > hit.end - hit.first
        };
        let before = self.hits[..at].iter().rev().take_while(|o| o.first + LONGEST_TERM > hit.first);
        let beside = self.hits[at + 1..].iter().take_while(|o| o.first == hit.first);
        before.chain(beside).any(holds)
    }

    /// Whether a sentence stands below the line that its section's heading began.
    fn below_heading(&self, sentence: u32) -> bool {
        let sentences = &self.reading.sentences;
        let start = |at: usize| sentences.get(at).and_then(|s| self.reading.tokens.get(s.first as usize)).map(|t| t.start as usize);
        let (at, role) = (sentence as usize, sentences.get(sentence as usize).map(|s| s.role));
        let mut first = at;
        while first > 0 && at - first < LONGEST_LINE && sentences.get(first - 1).map(|s| s.role) == role {
            first -= 1;
        }
        let (Some(from), Some(to)) = (start(first), start(at)) else { return false };
        self.text.get(from..to).is_some_and(|between| between.contains('\n'))
    }

    fn push(&mut self, sentence: u32, cues: &Cues<'_>, element: u32, what: What, first: u32, end: u32) {
        let inside = self.reading.sentences[sentence as usize];
        if self.kb.rules().roles.get(inside.role as usize).is_some_and(|r| r.procedures == Telling::Nothing) {
            return;
        }
        // What is left undone, or was done on another day, tells nothing of a service either.
        let rule = self.family.elements.get(element as usize);
        let service = rule.is_some_and(|e| e.anchor);
        let dated = service && !self.family.inpatient;
        let thing = rule.is_some_and(|e| e.thing);
        let place = Place { document: self.document as usize, sentence: (inside.first, inside.end), words: (first, end) };
        if undone(self.kb, self.documents, cues, &place, service, dated)
            || service && mentioned::labels_nothing(self.text, &self.reading.tokens, cues, first, end)
            || dated && mentioned::in_dated_brackets(self.text, &self.reading.tokens, &place, self.documents.encounter.date)
        {
            return;
        }
        let done = performed(self.kb, inside.role, cues, self.kind, self.family, thing, || self.below_heading(sentence));
        let performed = done != Done::No;
        let bare = service && done == Done::ByType && mentioned::says_nothing_of_it(self.text, self.reading, sentence);
        let listed = performed && self.documents.listed(self.kb, self.document as usize, sentence);
        let span = Span {
            document: self.document,
            start: self.reading.tokens[first as usize].start,
            end: self.reading.tokens[end as usize - 1].end,
        };
        if self.out.said.len() < MOST_SAID {
            let (document, block, tokens) = (self.document, inside.block, (first, end));
            self.out.said.push(Said { document, sentence, block, element, what, span, tokens, performed, listed, bare });
        } else {
            self.out.more = true;
        }
    }

    /// The values of anchors, or of the other elements, told by their terms, without what is negated, past, planned or of another person.
    fn values(&mut self, anchors: bool) {
        let mut cues: Option<(u32, Cues<'_>)> = None;
        for at in 0..self.hits.len() {
            let hit = &self.hits[at];
            let Some(rule) = self.family.elements.get(element(hit) as usize) else { continue };
            if hit.sense.kind.get() != sense::ELEMENT || rule.anchor != anchors || self.swallowed(at) {
                continue;
            }
            let sentence = self.reading.sentence_of(hit.first);
            if rule.near && !self.is_near(element(hit), sentence) {
                continue;
            }
            if !self.reading.sentences.get(sentence as usize).is_some_and(|s| s.first <= hit.first && hit.end <= s.end) {
                continue;
            }
            if cues.as_ref().is_none_or(|known| known.0 != sentence) {
                cues = Some((sentence, self.cues(sentence)));
            }
            let Some((_, cues)) = &cues else { continue };
            let (said, by_cue) = cues.assertion(hit.first, hit.end);
            let result =
                rule.results && said == Assertion::Negated && !cues.governing(said, hit.first, hit.end).any(|cue| cue.0 < hit.first);
            // A heading's own assertion is about conditions; a cue is about whatever it governs.
            if result || said == Assertion::Present || !by_cue && said != Assertion::Family {
                self.push(sentence, cues, element(hit), What::Value(hit.sense.extra.get() & 0xffff), hit.first, hit.end);
            }
        }
    }

    /// The quantities told with their units, by sentence.
    fn quantities(&mut self, measured: &Measured) {
        for (sentence, found) in measured {
            let (sentence, inside) = (*sentence, &self.reading.sentences[*sentence as usize]);
            let mut cues = None;
            self.claimed.clear();
            for (element, rule) in (0..).zip(&self.family.elements) {
                let Some(quantity) = rule.quantity else { continue };
                let is_near = |h: &&Hit| h.sense.kind.get() == sense::NEAR && h.sense.extra.get() == element && h.end <= inside.end;
                let near: Vec<(u32, u32)> = self.in_sentence(inside).iter().filter(is_near).map(|h| (h.first, h.end)).collect();
                if near.is_empty() && (rule.near || quantity == Quantity::Count) {
                    continue;
                }
                let beside = |m: &&Measure| {
                    quantity != Quantity::Count
                        || near.iter().any(|h| m.end <= h.0 && h.0 - m.end <= 2 || h.1 <= m.first && m.first - h.1 <= 1)
                };
                let close = |m: &Measure, within: u32| {
                    near.iter().any(|h| m.end <= h.0 && h.0 - m.end < within || h.1 <= m.first && m.first - h.1 < within)
                };
                let of_another =
                    |m: &&Measure| rule.within == 0 && !self.claimed.is_empty() && self.claimed.contains(&(m.first, m.quantity));
                let of_this = |m: &&Measure| rule.within == 0 || close(m, rule.within);
                let found: Vec<Measure> = found
                    .iter()
                    .filter(|m| m.quantity == quantity)
                    .filter(beside)
                    .filter(of_this)
                    .filter(|m| !of_another(m))
                    .copied()
                    .collect();
                for m in found {
                    if rule.within > 0 {
                        self.claimed.push((m.first, quantity));
                    }
                    let cues = cues.get_or_insert_with(|| self.cues(sentence));
                    self.push(sentence, cues, element, What::Measured(m.value), m.first, m.end);
                }
            }
        }
    }
}

/// Everything the documents say of a family's elements, in order.
pub(super) fn said(kb: &KnowledgeBase, documents: &Documents<'_>, at: u32, family: &Family) -> Everything {
    let (encounter, readings) = (documents.encounter, documents.readings);
    let mut out = Everything::default();
    let told = |wanted: &dyn Fn(u32) -> bool| {
        let says = |h: &Hit| h.sense.kind.get() == sense::ELEMENT && wanted(element(h));
        readings.iter().any(|reading| reading.terms_of(at).iter().any(says))
    };
    // Most families are told nowhere in a note: an anchor of common words ("chest") is worth a look only where the rest that it needs ("CT") stands.
    let needed = family.requires.iter().filter_map(|(subject, condition)| match (subject, condition) {
        (Subject::Element(of), Condition::Any(_) | Condition::All(_) | Condition::Told(true)) => Some(*of),
        _ => None,
    });
    if !told(&|of| family.elements.get(of as usize).is_some_and(|e| e.anchor)) || !needed.into_iter().all(|of| told(&|e| e == of)) {
        return out;
    }
    let measured = family.elements.iter().any(|e| e.quantity.is_some());
    for (number, anchors) in (0..readings.len()).map(|n| (n, true)).chain((0..readings.len()).map(|n| (n, false))) {
        // Where nothing was done, the rest need not be read.
        if number == 0 && !anchors && !out.said.iter().any(|s| s.performed) {
            return Everything { said: Vec::new(), ..out };
        }
        let (Some(reading), Some(document)) = (readings.get(number), encounter.documents.get(number)) else { continue };
        let hits = reading.terms_of(at);
        if hits.is_empty() {
            continue;
        }
        let (kind, text, document) = (document.kind, document.text, number as u32);
        let mut reader = Reader { kb, family, documents, reading, kind, text, document, hits, claimed: Vec::new(), out: &mut out };
        reader.values(anchors);
        let quantities = if measured && !anchors { documents.measured(number) } else { None };
        if let Some(quantities) = quantities {
            reader.quantities(quantities);
        }
    }
    out
}

/// The side told in sentences: laterality values by name.
pub(super) fn sides(kb: &KnowledgeBase, reading: &Reading, sentences: &[Sentence]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (side, _) in sentences.iter().flat_map(|s| side::told(kb, reading, s.first, s.end)) {
        if !found.contains(&side) {
            found.push(side);
        }
    }
    found
}
