//! What the note adds to a condition that it names: words that tell its site or kind, side, and episode of care.

use super::{
    refine::{Context, Place, Refined, refine},
    selection::Candidate,
    side,
    site::sites,
};
use crate::{
    code::CodeId,
    knowledge::{KnowledgeBase, layout::sense, rules::Attribute},
    read::{Mention, Reading, Sentence, document::Hit},
};

/// A side belongs to a condition when it stands in it or this near, in tokens, with no other condition between.
const BESIDE: u32 = 4;

/// A note that tells more sides than this tells of many things.
const MOST_SIDES: usize = 256;

/// The stretch of a sentence around a mention whose words may belong to it: up to other mentions.
pub(super) fn beside(reading: &Reading, at: usize, sentence: &Sentence) -> Place {
    let (first, end) = (reading.mentions[at].first, reading.mentions[at].end);
    let before = at.checked_sub(1).map_or(0, |at| reading.mentions[at].end);
    let after = reading.mentions.get(at + 1).map_or(u32::MAX, |m| m.first);
    (before.max(sentence.first).max(first.saturating_sub(BESIDE)), after.min(sentence.end).min(end + BESIDE))
}

/// Which sides are told, and where first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sides {
    right: Option<Place>,
    left: Option<Place>,
    both: Option<Place>,
}

impl Sides {
    fn any(self) -> bool {
        self.right.or(self.left).or(self.both).is_some()
    }

    fn add(&mut self, value: &str, at: Place) {
        let side = match value {
            "right" => &mut self.right,
            "left" => &mut self.left,
            _ => &mut self.both,
        };
        *side = side.or(Some(at));
    }
}

/// What a block of text tells of every condition in it.
#[derive(Clone, Debug, Default)]
struct Block {
    /// Words of attribute values that are not sides, as titles have them.
    values: Vec<u32>,
    sides: Sides,
    seventh: Option<(u8, Place)>,
}

/// Details of the mentions of some documents.
pub(super) struct Details<'a> {
    pub kb: &'a KnowledgeBase,
    pub readings: &'a [Reading],
    right: Vec<u32>,
    left: Vec<u32>,
    both: Vec<u32>,
    /// The block looked at last: document, number.
    block: Option<(usize, u32, Block)>,
    /// By document, every side that is told in it.
    notes: Vec<Option<Vec<(&'static str, Place)>>>,
    /// By document, the words of the one trimester that it tells.
    trimesters: Vec<Option<Vec<u32>>>,
}

fn attribute<'a>(kb: &'a KnowledgeBase, hit: &Hit) -> Option<&'a Attribute> {
    (hit.sense.kind.get() == sense::ATTRIBUTE).then(|| kb.rules().attributes.get(hit.sense.target.get() as usize)).flatten()
}

impl<'a> Details<'a> {
    pub(super) fn new(kb: &'a KnowledgeBase, readings: &'a [Reading]) -> Self {
        let of = |value: &str| {
            let found = kb.rules().attributes.iter().find(|a| a.axis == "laterality" && a.value == value);
            found.map(|a| a.words.clone()).unwrap_or_default()
        };
        Self {
            kb,
            readings,
            right: of("right"),
            left: of("left"),
            both: of("bilateral"),
            block: None,
            notes: vec![None; readings.len()],
            trimesters: vec![None; readings.len()],
        }
    }

    fn sides(&self, reading: &Reading, first: u32, end: u32) -> Sides {
        let mut sides = Sides::default();
        for (side, at) in side::told(self.kb, reading, first, end) {
            sides.add(side, at);
        }
        sides
    }

    /// The side that the rest of the note tells of the site of a condition; none where it tells both. A side of something else is none of this one's.
    fn side_in_note(&mut self, candidate: &Candidate<'_>) -> Sides {
        let (kb, reading) = (self.kb, &self.readings[candidate.document]);
        let told = self.notes[candidate.document].get_or_insert_with(|| side::told(kb, reading, 0, reading.tokens.len() as u32).collect());
        let one_side = |side: &str| told.iter().all(|(value, _)| *value != side);
        if told.is_empty() || told.len() > MOST_SIDES || one_side("right") == one_side("left") {
            return Sides::default();
        }
        let sites = sites(kb, candidate.mention.node, [&self.right, &self.left]);
        let mut sides = Sides::default();
        // What is said of both sides of a body is seldom said of this problem ("lungs clear bilaterally").
        for &(value, at) in told.iter().filter(|(value, _)| *value != "bilateral") {
            let near = at.0.saturating_sub(BESIDE) as usize..reading.tokens.len().min((at.1 + BESIDE) as usize);
            if reading.tokens[near].iter().any(|t| sites.contains(&kb.canonical(t.word))) {
                sides.add(value, at);
            }
        }
        sides
    }

    /// The side of one mention: its own, the nearest before or after it, its sentence's, its block's, or the only one in the note.
    fn side(&mut self, candidate: &Candidate<'_>, sentence: Sentence) -> Sides {
        let reading = &self.readings[candidate.document];
        let &Mention { first, end, .. } = candidate.mention;
        let own = self.sides(reading, first, end);
        if own.any() {
            return own;
        }
        let (before, after) = beside(reading, candidate.at, &sentence);
        for (from, to) in [(before, first), (end, after)] {
            let near = self.sides(reading, from, to);
            if near.any() {
                return near;
            }
        }
        let told = self.sides(reading, sentence.first, sentence.end);
        if told.any() {
            // Two sides, neither beside the condition, leave it open.
            return if told.right.is_some() && told.left.is_some() { Sides::default() } else { told };
        }
        let block = self.block(candidate.document, sentence.block).sides;
        if block.any() {
            let open = block.right.is_some() && block.left.is_some() && block.both.is_none();
            return if open { Sides::default() } else { block };
        }
        self.side_in_note(candidate)
    }

    fn block(&mut self, document: usize, number: u32) -> &Block {
        let known = self.block.as_ref().is_some_and(|b| (b.0, b.1) == (document, number));
        if !known {
            let reading = &self.readings[document];
            let mut block = Block::default();
            if let [first, .., last] | [first @ last] = reading.block(number) {
                block.sides = self.sides(reading, first.first, last.end);
                for (value, at) in reading.hits_in(first.first, last.end).filter_map(|h| Some((attribute(self.kb, h)?, (h.first, h.end)))) {
                    match (value.axis.as_str(), value.value.as_str()) {
                        ("laterality" | "management", _) => {}
                        ("episode", "subsequent") => block.seventh = block.seventh.or(Some((b'D', at))),
                        ("episode", "sequela") => block.seventh = block.seventh.or(Some((b'S', at))),
                        ("episode", _) => block.seventh = block.seventh.or(Some((b'A', at))),
                        _ => block.values.extend(&value.words),
                    }
                }
            }
            block.values.extend(self.trimester(document));
            block.values.sort_unstable();
            block.values.dedup();
            self.block = Some((document, number, block));
        }
        &self.block.get_or_insert_default().2
    }

    /// The trimester that a document tells; none where it tells several.
    fn trimester(&mut self, document: usize) -> Vec<u32> {
        let (kb, reading) = (self.kb, &self.readings[document]);
        let told = || reading.hits.iter().filter_map(|h| attribute(kb, h)).filter(|a| a.axis == "trimester");
        let one = || told().next().filter(|first| told().all(|other| other.value == first.value)).map(|a| a.words.clone());
        self.trimesters[document].get_or_insert_with(|| one().unwrap_or_default()).clone()
    }

    /// The character of the episode of care where the note does not say.
    fn default_seventh(&self, node: u32) -> u8 {
        let default = self.kb.rules().default_episodes.iter().find(|d| d.under.iter().any(|r| (r.0..r.1).contains(&node)));
        default.map_or(b'A', |d| d.seventh)
    }

    /// What to refine a mention by: once, or once for each side.
    pub(super) fn of(&mut self, candidate: &Candidate<'_>) -> Vec<Context> {
        let (kb, reading, mention) = (self.kb, &self.readings[candidate.document], candidate.mention);
        let sentence = reading.sentences[mention.sentence as usize];
        let sides = self.side(candidate, sentence);
        // The sentence tells what the condition is; its paragraph only adds values that every condition has (acuity, severity).
        let mut words: Vec<u32> =
            reading.tokens[sentence.first as usize..sentence.end as usize].iter().map(|t| kb.canonical(t.word)).collect();
        for value in reading.hits_in(sentence.first, sentence.end).filter_map(|h| attribute(kb, h)) {
            words.extend(&value.words);
        }
        let block = self.block(candidate.document, sentence.block);
        words.extend(&block.values);
        let episode = block.seventh.map(|s| s.1);
        let seventh = block.seventh.map_or_else(|| self.default_seventh(mention.node), |s| s.0);
        words.retain(|w| ![&self.right, &self.left, &self.both].iter().any(|side| side.contains(w)));
        let on = |side: &[u32], at: Option<Place>| {
            let mut words: Vec<u32> = words.iter().chain(side).copied().collect();
            words.sort_unstable();
            words.dedup();
            Context { words, seventh, side: at, episode }
        };
        if sides.both.is_some() {
            // A bilateral code where the list has one, else right and left (OCG I.B.13).
            let bilateral = on(&self.both, sides.both);
            let tells = |code| self.both.iter().any(|w| kb.distinct(code).iter().any(|d| d.get() == *w));
            if let Refined::Leaf(leaf, _) = refine(kb, mention.node, mention.leaf, &bilateral)
                && (tells(leaf) || kb.parent(leaf).is_some_and(tells))
            {
                return vec![bilateral];
            }
        }
        let (right, left) = (sides.right.or(sides.both), sides.left.or(sides.both));
        let of_right = right.map(|at| on(&self.right, Some(at)));
        let of_left = left.map(|at| on(&self.left, Some(at)));
        let told: Vec<Context> = of_right.into_iter().chain(of_left).collect();
        if told.is_empty() { vec![on(&[], None)] } else { told }
    }

    /// Where the words stand that chose a code among its siblings, beside those of the mention: its sentence first, then its paragraph.
    pub(super) fn support(&self, candidate: &Candidate<'_>, context: &Context, code: CodeId) -> Vec<Place> {
        let (kb, reading, mention) = (self.kb, &self.readings[candidate.document], candidate.mention);
        let sentence = reading.sentences[mention.sentence as usize];
        let named = &reading.tokens[mention.first as usize..mention.end as usize];
        let mut found: Vec<Place> = Vec::new();
        for word in kb.distinct(code).iter().map(|w| w.get()).filter(|w| named.iter().all(|t| kb.canonical(t.word) != *w)) {
            let is_side = || [&self.right, &self.left, &self.both].iter().any(|side| side.contains(&word));
            let token = || {
                let of = |at: &u32| kb.canonical(reading.tokens[*at as usize].word) == word;
                (sentence.first..sentence.end).filter(of).min_by_key(|at| at.abs_diff(mention.first)).map(|at| (at, at + 1))
            };
            let value = |first: u32, end: u32| {
                let says = |h: &&Hit| attribute(kb, h).is_some_and(|a| a.words.contains(&word));
                reading.hits_in(first, end).find(says).map(|h| (h.first, h.end))
            };
            let paragraph = || match reading.block(sentence.block) {
                [first, .., last] => value(first.first, last.end),
                _ => None,
            };
            let place = if is_side() { context.side } else { token().or_else(|| value(sentence.first, sentence.end)).or_else(paragraph) };
            found.extend(place.filter(|p| !(mention.first <= p.0 && p.1 <= mention.end)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
