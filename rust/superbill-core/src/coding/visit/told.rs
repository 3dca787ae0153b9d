//! What the documents of a visit tell of it, read once: phrases with their places, without what is denied or of another person.

use super::after_surgery;
use crate::{
    coded::Span,
    encounter::Encounter,
    knowledge::{
        KnowledgeBase,
        layout::NONE,
        rules::Assertion,
        visits::{Phrase, Telling, Visits},
    },
    read::{Reading, assertion::Cues, document::Hit, quantity::measures},
};
use std::cell::OnceCell;

/// A phrase in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub phrase: u32,
    pub tells: Telling,
    pub document: u32,
    pub sentence: u32,
    pub block: u32,
    /// Index of the section's role, or [`NONE`].
    pub role: u32,
    pub first: u32,
    pub end: u32,
    pub span: Span,
}

impl Item {
    pub(super) fn same_sentence(&self, other: &Self) -> bool {
        (self.document, self.sentence) == (other.document, other.sentence)
    }
}

/// Everything told, in order.
pub(super) struct Told<'a> {
    pub visits: &'a Visits,
    pub encounter: &'a Encounter<'a>,
    pub readings: &'a [Reading],
    pub items: Vec<Item>,
    /// By phrase, where it is told first: circumstances alone, wherever they stand.
    circumstances: Vec<Option<Span>>,
    /// Whether the day is within the period after a surgery of the history.
    pub in_period: bool,
    /// Whether the patient is new to the practice: asked for by many categories.
    pub new_patient: OnceCell<Option<bool>>,
}

/// Whether a longer phrase holds this one ("not well controlled" the "controlled" in it). Circumstances hold beside each other.
fn swallowed(visits: &Visits, hits: &[Hit], at: usize) -> bool {
    let hit = &hits[at];
    let circumstance = |h: &Hit| {
        let phrase = visits.phrases.get(h.sense.target.get() as usize);
        phrase.is_some_and(|p| matches!(p.tells, Telling::Circumstance | Telling::History))
    };
    let own = circumstance(hit);
    let holds = |o: &Hit| o.first <= hit.first && o.end >= hit.end && o.end - o.first > hit.end - hit.first && !(own && circumstance(o));
    // Phrases are short; what holds it begins near.
    hits[..at].iter().rev().take_while(|o| o.first + 16 > hit.first).any(holds)
        || hits[at + 1..].iter().take_while(|o| o.first == hit.first).any(holds)
}

impl<'a> Told<'a> {
    pub(super) fn read(kb: &'a KnowledgeBase, encounter: &'a Encounter<'a>, readings: &'a [Reading]) -> Self {
        let visits = kb.visits();
        let mut told = Self {
            visits,
            encounter,
            readings,
            items: Vec::new(),
            circumstances: vec![None; visits.phrases.len()],
            in_period: after_surgery::in_period(kb, encounter),
            new_patient: OnceCell::new(),
        };
        for (document, reading) in (0..).zip(readings) {
            told.document(kb, document, reading);
        }
        told
    }

    fn document(&mut self, kb: &KnowledgeBase, document: u32, reading: &Reading) {
        let mut cues: Option<(u32, Cues<'_>)> = None;
        for (at, hit) in reading.visit.iter().enumerate() {
            let Some(phrase) = self.visits.phrases.get(hit.sense.target.get() as usize) else { continue };
            if swallowed(self.visits, &reading.visit, at) || !self.is_of_type(phrase) {
                continue;
            }
            let (start, end) = (reading.tokens[hit.first as usize].start, reading.tokens[hit.end as usize - 1].end);
            let span = Span { document, start, end };
            let sentence = reading.sentence_of(hit.first);
            let inside = reading.sentences.get(sentence as usize).filter(|s| s.first <= hit.first && hit.end <= s.end);
            // A heading says what follows it ("Total time: 40 minutes", "EKG: sinus rhythm").
            let headed = inside.is_none();
            let sentence = if headed { reading.sentences.partition_point(|s| s.first < hit.end) as u32 } else { sentence };
            let Some(inside) = inside.or_else(|| reading.sentences.get(sentence as usize)) else {
                self.circumstance(phrase, hit.sense.target.get(), span);
                continue;
            };
            let circumstance = matches!(phrase.tells, Telling::Circumstance | Telling::History);
            let of_time = matches!(phrase.tells, Telling::Time | Telling::OtherTime | Telling::Over | Telling::Elapsed);
            if !circumstance && !of_time && self.visits.uncounted.contains(&inside.role) {
                continue;
            }
            // Words that only tell how another phrase is to be read are never denied themselves.
            let asserted = !of_time && !matches!(phrase.tells, Telling::Order | Telling::Condition | Telling::History);
            if asserted && !headed && cues.as_ref().is_none_or(|known| known.0 != sentence) {
                let from = reading.visit.partition_point(|h| h.first < inside.first);
                let to = reading.visit.partition_point(|h| h.first < inside.end);
                let terms = reading.visit.get(from..to).unwrap_or_default();
                cues = Some((sentence, Cues::of_sentence(kb, reading, sentence, Some(terms))));
            }
            let (said, by_cue) = match &cues {
                Some((_, cues)) if asserted && !headed => cues.assertion(hit.first, hit.end),
                _ => (Assertion::Present, false),
            };
            if said != Assertion::Present && (by_cue || said == Assertion::Family) {
                continue;
            }
            // "Ultrasound not indicated", "culture only if it comes back": neither reviewed nor ordered.
            if phrase.tells == Telling::Test && !headed && cues.as_ref().is_some_and(|(_, cues)| cues.undone(hit.first, hit.end)) {
                continue;
            }
            if circumstance {
                self.circumstance(phrase, hit.sense.target.get(), span);
            }
            self.items.push(Item {
                phrase: hit.sense.target.get(),
                tells: phrase.tells,
                document,
                sentence,
                block: inside.block,
                role: inside.role,
                first: hit.first,
                end: hit.end,
                span,
            });
        }
    }

    fn is_of_type(&self, phrase: &Phrase) -> bool {
        phrase.types.is_empty() || phrase.types.iter().any(|t| t == self.encounter.kind)
    }

    fn circumstance(&mut self, phrase: &Phrase, at: u32, span: Span) {
        if matches!(phrase.tells, Telling::Circumstance | Telling::History)
            && let Some(first @ None) = self.circumstances.get_mut(at as usize)
        {
            *first = Some(span);
        }
    }

    /// Where a circumstance is told first.
    pub(super) fn said(&self, phrase: u32) -> Option<Span> {
        self.circumstances.get(phrase as usize).copied().flatten()
    }

    /// Where the circumstance of an id is told first.
    pub(super) fn said_id(&self, id: &str) -> Option<Span> {
        self.visits.phrase(id).and_then(|at| self.said(at))
    }

    pub(super) fn of(&self, tells: Telling) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |i| i.tells == tells)
    }

    /// Whether something of the kind stands in the sentence of an item.
    pub(super) fn beside(&self, item: &Item, tells: Telling) -> bool {
        self.of(tells).any(|other| other.same_sentence(item))
    }

    /// Whether an item is told for some case alone.
    pub(super) fn conditional(&self, item: &Item) -> bool {
        self.of(Telling::Condition).any(|c| c.same_sentence(item) && c.end <= item.first)
    }

    /// Whether something is decided where an item stands; text without headings decides anywhere.
    pub(super) fn decides(&self, item: &Item) -> bool {
        (item.role == NONE || self.visits.decided_in.contains(&item.role)) && !self.conditional(item)
    }

    /// Whether the patient was asked or examined: a visit is more than a list of what was found.
    pub(super) fn history(&self) -> bool {
        let in_section = |r: &Reading| r.sentences.iter().any(|s| self.visits.history_in.contains(&s.role));
        self.readings.iter().any(in_section) || self.items.iter().any(|i| i.tells == Telling::History)
    }

    /// The minutes of a sentence: hours and minutes as one, of a range its lower end; more than that where the sentence says "over". Nothing where two
    /// figures contradict each other.
    pub(super) fn minutes(&self, item: &Item) -> Option<(u32, Span)> {
        self.minutes_in(item, item.sentence)
    }

    /// The same of the sentence behind an item's, within its paragraph ("Total time on the day, incl. records: 34 min").
    pub(super) fn minutes_behind(&self, item: &Item) -> Option<(u32, Span)> {
        let behind = self.readings.get(item.document as usize)?.sentences.get(item.sentence as usize + 1)?;
        if behind.block == item.block { self.minutes_in(item, item.sentence + 1) } else { None }
    }

    fn minutes_in(&self, item: &Item, sentence: u32) -> Option<(u32, Span)> {
        const MINUTE: i64 = 1000;
        let (document, reading) = (self.encounter.documents.get(item.document as usize)?, self.readings.get(item.document as usize)?);
        let inside = reading.sentences.get(sentence as usize)?;
        let all = measures(document.text, &reading.tokens, inside.first, inside.end);
        let mut times: Vec<(u32, u32, i64)> = Vec::new();
        for m in all.iter().filter(|m| m.quantity == crate::knowledge::rules::Quantity::Duration) {
            match times.last_mut() {
                // "1 hour and 10 minutes"
                Some(last) if last.2 >= 60 * MINUTE && m.value < 60 * MINUTE && m.first - last.1 <= 1 => {
                    (last.1, last.2) = (m.end, last.2 + m.value);
                }
                _ => times.push((m.first, m.end, m.value)),
            }
        }
        for time in &mut times {
            // "30-39 minutes": a bare number right before the figure.
            let range =
                all.iter().find(|m| m.quantity == crate::knowledge::rules::Quantity::Count && m.end <= time.0 && time.0 - m.end <= 1);
            if let Some(lower) = range.filter(|r| r.value < time.2) {
                (time.0, time.2) = (lower.first, lower.value);
            }
        }
        let (first, end, value) = *times.first()?;
        if times.iter().any(|t| t.2 != value) {
            return None;
        }
        let over =
            self.of(Telling::Over).any(|o| (o.document, o.sentence) == (item.document, sentence) && o.end <= first && first - o.end <= 2);
        let minutes = u32::try_from(value / MINUTE).ok()? + u32::from(over);
        let (from, to) = (reading.tokens.get(first as usize)?, reading.tokens.get((end as usize).checked_sub(1)?)?);
        Some((minutes, Span { document: item.document, start: from.start, end: to.end }))
    }
}
