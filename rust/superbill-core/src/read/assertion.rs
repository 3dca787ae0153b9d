//! What a note says of a mention: present, negated, possible, historical, of the family, hypothetical, of another person.
//!
//! A cue governs the mentions within its reach on its side, up to the sentence's end or a stop; where several govern one, the one that takes
//! the mention furthest from the patient's present wins. A section's own assertion holds where no cue speaks.

use super::document::{Hit, Reading};
use crate::knowledge::{
    KnowledgeBase,
    layout::sense,
    rules::{Assertion, Cue, Direction},
};

/// The cues and stops of one sentence.
pub struct Cues<'a> {
    found: Vec<(u32, u32, &'a Cue)>,
    stops: Vec<(u32, u32)>,
    /// What the section says where no cue does.
    otherwise: Assertion,
}

impl<'a> Cues<'a> {
    /// `terms`: what is asked about, where it is no condition; a phrase of that kind swallows the cues in it ("status post knee replacement" is a
    /// condition, and as a procedure it is past).
    pub fn of_sentence(kb: &'a KnowledgeBase, reading: &Reading, sentence: u32, terms: Option<&[Hit]>) -> Self {
        let mut of = Self { found: Vec::new(), stops: Vec::new(), otherwise: Assertion::Present };
        let Some(inside) = reading.sentences.get(sentence as usize) else { return of };
        let hits = || reading.hits_in(inside.first, inside.end);
        let from = reading.mentions.partition_point(|m| m.first < inside.first);
        let mentions = || reading.mentions[from..].iter().take_while(|m| m.first < inside.end);
        // The name of a condition that is not taken, since a longer one is, leaves its cue ("history of thrombosis" in "history of thrombosis of the leg").
        let taken = |name: &Hit| mentions().any(|m| m.first <= name.first && name.end <= m.end);
        let swallowed = |hit: &Hit| {
            let holds = |other: &Hit| other.first <= hit.first && other.end >= hit.end && other.end - other.first > hit.end - hit.first;
            let swallows = |other: &Hit| match other.sense.kind.get() {
                sense::DECOY | sense::CUE => true,
                sense::CODE => terms.is_none() && taken(other),
                _ => false,
            };
            hits().any(|other| swallows(other) && holds(other)) || terms.is_some_and(|terms| terms.iter().any(holds))
        };
        let cues = hits().filter(|h| h.sense.kind.get() == sense::CUE && !swallowed(h));
        of.found = cues.filter_map(|h| Some((h.first, h.end, kb.rules().cues.get(h.sense.target.get() as usize)?))).collect();
        of.stops = hits().filter(|h| h.sense.kind.get() == sense::STOP).map(|h| (h.first, h.end)).collect();
        of.otherwise = kb.rules().roles.get(inside.role as usize).map_or(Assertion::Present, |r| r.assertion);
        of
    }

    fn stopped(&self, from: u32, to: u32) -> bool {
        self.stops.iter().any(|stop| from <= stop.0 && stop.1 <= to)
    }

    fn governs(&self, &(cue_first, cue_end, cue): &(u32, u32, &Cue), first: u32, end: u32) -> bool {
        let forward = || cue_end <= first && first - cue_end < cue.reach && !self.stopped(cue_end, first);
        let backward = || cue_first >= end && cue_first - end < cue.reach && !self.stopped(end, cue_first);
        // A cue that the condition goes on from: "no family history of" before and in "family history of colon cancer".
        let runs_into = || cue_first < first && first < cue_end && cue_end < end;
        match cue.direction {
            Direction::Forward => forward() || runs_into(),
            Direction::Backward => backward(),
            Direction::Both => forward() || backward() || runs_into(),
        }
    }

    /// The assertion of a stretch of tokens within the sentence, and whether a cue decided.
    pub fn assertion(&self, first: u32, end: u32) -> (Assertion, bool) {
        let mut strongest = (Assertion::Present, false);
        for found in &self.found {
            let says = found.2.assertion;
            let of_condition = !matches!(says, Assertion::Performed | Assertion::Planned | Assertion::Later);
            if of_condition && says > strongest.0 && self.governs(found, first, end) {
                strongest = (says, true);
            }
        }
        if strongest.1 { strongest } else { (self.otherwise, false) }
    }

    /// The cues, as tokens, that say so of the stretch of tokens that they govern.
    pub fn governing(&self, assertion: Assertion, first: u32, end: u32) -> impl Iterator<Item = (u32, u32)> {
        self.found
            .iter()
            .filter(move |found| found.2.assertion == assertion && self.governs(found, first, end))
            .map(|found| (found.0, found.1))
    }

    /// Whether a cue says that a stretch of tokens was neither done nor ordered.
    pub fn undone(&self, first: u32, end: u32) -> bool {
        self.found.iter().any(|found| found.2.undone && self.governs(found, first, end))
    }

    /// Whether a cue of the sentence says so of a procedure.
    pub fn tells(&self, assertion: Assertion) -> bool {
        self.found.iter().any(|cue| cue.2.assertion == assertion)
    }
}

/// What a text that was read says of a stretch of bytes, whether its words are known or not; `None` where no word stands there.
pub fn of_span(kb: &KnowledgeBase, reading: &Reading, start: u32, end: u32) -> Option<Assertion> {
    let first = reading.tokens.partition_point(|t| t.end <= start);
    let last = reading.tokens.partition_point(|t| t.start < end);
    if first >= last {
        return None;
    }
    let sentence = reading.sentence_of(first as u32);
    let ends = reading.sentences.get(sentence as usize)?.end;
    Some(Cues::of_sentence(kb, reading, sentence, None).assertion(first as u32, ends.min(last as u32)).0)
}

pub(super) fn assert(kb: &KnowledgeBase, reading: &mut Reading) {
    let mut cues: Option<(u32, Cues<'_>)> = None;
    for at in 0..reading.mentions.len() {
        let mention = reading.mentions[at];
        if cues.as_ref().is_none_or(|known| known.0 != mention.sentence) {
            cues = Some((mention.sentence, Cues::of_sentence(kb, reading, mention.sentence, None)));
        }
        if let Some((_, cues)) = &cues {
            reading.mentions[at].assertion = cues.assertion(mention.first, mention.end).0;
        }
    }
}
