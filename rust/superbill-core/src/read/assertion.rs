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

/// Cues of a sentence that no longer phrase (cue, decoy or one of the kind that is asked about) swallows.
fn cues<'a>(kb: &'a KnowledgeBase, reading: &'a Reading, (first, end): (u32, u32), about: u32) -> impl Iterator<Item = (&'a Hit, &'a Cue)> {
    let swallowed = move |hit: &Hit| {
        reading.hits_in(first, end).any(|other| {
            let kind = other.sense.kind.get();
            (matches!(kind, sense::DECOY | sense::CUE) || kind == about)
                && other.first <= hit.first
                && other.end >= hit.end
                && other.end - other.first > hit.end - hit.first
        })
    };
    reading
        .hits_in(first, end)
        .filter(move |h| h.sense.kind.get() == sense::CUE && !swallowed(h))
        .filter_map(|h| Some((h, kb.rules().cues.get(h.sense.target.get() as usize)?)))
}

fn stopped(reading: &Reading, first: u32, end: u32) -> bool {
    reading.hits_in(first, end).any(|h| h.sense.kind.get() == sense::STOP)
}

/// The assertion of a stretch of tokens within one sentence, and the cue that decided. `about`: the kind of sense that the stretch has; a phrase of
/// that kind swallows the cues in it ("status post knee replacement" is a condition, and as a procedure it is past).
pub fn of(kb: &KnowledgeBase, reading: &Reading, sentence: u32, (first, end): (u32, u32), about: u32) -> (Assertion, Option<(u32, u32)>) {
    let Some(inside) = reading.sentences.get(sentence as usize) else { return (Assertion::Present, None) };
    let mut strongest = (Assertion::Present, None);
    for (hit, cue) in cues(kb, reading, (inside.first, inside.end), about) {
        let forward = hit.end <= first && first - hit.end < cue.reach && !stopped(reading, hit.end, first);
        let backward = hit.first >= end && hit.first - end < cue.reach && !stopped(reading, end, hit.first);
        let governs = match cue.direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
            Direction::Both => forward || backward,
        };
        let of_condition = !matches!(cue.assertion, Assertion::Performed | Assertion::Planned);
        if governs && of_condition && cue.assertion > strongest.0 {
            strongest = (cue.assertion, Some((hit.first, hit.end)));
        }
    }
    if strongest.1.is_none() {
        let role = kb.rules().roles.get(inside.role as usize);
        strongest.0 = role.map_or(Assertion::Present, |r| r.assertion);
    }
    strongest
}

/// Whether a cue of the sentence says so of a procedure.
pub fn told(kb: &KnowledgeBase, reading: &Reading, sentence: u32, assertion: Assertion) -> bool {
    let Some(inside) = reading.sentences.get(sentence as usize) else { return false };
    cues(kb, reading, (inside.first, inside.end), sense::ELEMENT).any(|(_, cue)| cue.assertion == assertion)
}

pub(super) fn assert(kb: &KnowledgeBase, reading: &mut Reading) {
    for at in 0..reading.mentions.len() {
        let mention = reading.mentions[at];
        reading.mentions[at].assertion = of(kb, reading, mention.sentence, (mention.first, mention.end), sense::CODE).0;
    }
}
