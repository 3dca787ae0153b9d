//! The sides that a stretch of text tells. A tendon that was "left alone" was left by somebody and is on no side.

use super::refine::Place;
use crate::{
    code::CodeId,
    knowledge::{KnowledgeBase, layout::sense},
    read::{Reading, document::Hit},
};

const NAMES: [&str; 3] = ["right", "left", "bilateral"];
/// How far before a side a longer phrase that holds it may begin ("was left").
const BEFORE: u32 = 3;

/// Whether a code is told from its siblings by a side.
pub(super) fn tells(kb: &KnowledgeBase, code: CodeId) -> bool {
    let sides = kb.rules().attributes.iter().filter(|a| a.axis == "laterality" && NAMES.contains(&a.value.as_str()));
    let words: Vec<u32> = sides.flat_map(|a| a.words.iter().copied()).collect();
    let told = |code: CodeId| kb.distinct(code).iter().any(|w| words.contains(&w.get()));
    told(code) || kb.parent(code).is_some_and(told)
}

/// The names of the sides, as often as they are told, and where.
pub(super) fn told<'a>(
    kb: &'a KnowledgeBase,
    reading: &'a Reading,
    first: u32,
    end: u32,
) -> impl Iterator<Item = (&'static str, Place)> + use<'a> {
    let value = move |h: &Hit| {
        let attribute = kb.rules().attributes.get(h.sense.target.get() as usize).filter(|_| h.sense.kind.get() == sense::ATTRIBUTE)?;
        (attribute.axis == "laterality").then_some(attribute.value.as_str())
    };
    let held = move |hit: &Hit| {
        let holds = |o: &Hit| hit.end <= o.end && o.end <= end && value(o).is_some_and(|v| !NAMES.contains(&v));
        reading.hits_from(hit.first.saturating_sub(BEFORE), hit.first + 1).any(holds)
    };
    reading.hits_in(first, end).filter_map(move |hit| {
        let side = value(hit).and_then(|v| NAMES.into_iter().find(|n| *n == v))?;
        (!held(hit)).then_some((side, (hit.first, hit.end)))
    })
}
