//! What the note adds to a condition that it names: words that tell its site or kind, side, and episode of care.

use super::{
    refine::{Context, Refined, refine},
    selection::Candidate,
};
use crate::{
    knowledge::{KnowledgeBase, layout::sense, rules::Attribute},
    read::{Mention, Reading, Sentence, document::Hit},
};

/// A side belongs to a condition when it stands in it or this near, in tokens, with no other condition between.
const BESIDE: u32 = 4;

/// Which sides are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sides {
    right: bool,
    left: bool,
    both: bool,
}

impl Sides {
    fn any(self) -> bool {
        self.right || self.left || self.both
    }
}

/// What a block of text tells of every condition in it.
#[derive(Clone, Debug, Default)]
struct Block {
    /// Words of attribute values that are not sides, as titles have them.
    values: Vec<u32>,
    sides: Sides,
    seventh: Option<u8>,
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
    /// By document, the sides of the whole note.
    notes: Vec<Option<Sides>>,
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
        Self { kb, readings, right: of("right"), left: of("left"), both: of("bilateral"), block: None, notes: vec![None; readings.len()] }
    }

    fn sides(&self, reading: &Reading, first: u32, end: u32) -> Sides {
        let mut sides = Sides::default();
        for side in super::side::told(self.kb, reading, first, end) {
            match side {
                "right" => sides.right = true,
                "left" => sides.left = true,
                _ => sides.both = true,
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
        let before =
            candidate.at.checked_sub(1).map_or(0, |at| reading.mentions[at].end).max(sentence.first).max(first.saturating_sub(BESIDE));
        let after = reading.mentions.get(candidate.at + 1).map_or(u32::MAX, |m| m.first).min(sentence.end).min(end + BESIDE);
        for (from, to) in [(before, first), (end, after)] {
            let near = self.sides(reading, from, to);
            if near.any() {
                return near;
            }
        }
        let told = self.sides(reading, sentence.first, sentence.end);
        if told.any() {
            // Two sides, neither beside the condition, leave it open.
            return if told.right && told.left { Sides::default() } else { told };
        }
        let block = self.block(candidate.document, sentence.block).sides;
        if block.any() {
            return if block.right && block.left && !block.both { Sides::default() } else { block };
        }
        // What is said of both sides of a body is seldom said of this problem ("lungs clear bilaterally").
        let note = self.notes[candidate.document].unwrap_or_else(|| self.sides(reading, 0, reading.tokens.len() as u32));
        self.notes[candidate.document] = Some(note);
        if note.right == note.left { Sides::default() } else { Sides { both: false, ..note } }
    }

    fn block(&mut self, document: usize, number: u32) -> &Block {
        let known = self.block.as_ref().is_some_and(|b| (b.0, b.1) == (document, number));
        if !known {
            let reading = &self.readings[document];
            let mut block = Block::default();
            if let [first, .., last] | [first @ last] = reading.block(number) {
                block.sides = self.sides(reading, first.first, last.end);
                for value in reading.hits_in(first.first, last.end).filter_map(|h| attribute(self.kb, h)) {
                    match (value.axis.as_str(), value.value.as_str()) {
                        ("laterality" | "management", _) => {}
                        ("episode", "subsequent") => block.seventh = block.seventh.or(Some(b'D')),
                        ("episode", "sequela") => block.seventh = block.seventh.or(Some(b'S')),
                        ("episode", _) => block.seventh = block.seventh.or(Some(b'A')),
                        _ => block.values.extend(&value.words),
                    }
                }
            }
            block.values.sort_unstable();
            block.values.dedup();
            self.block = Some((document, number, block));
        }
        &self.block.get_or_insert_default().2
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
        let seventh = block.seventh.unwrap_or_else(|| self.default_seventh(mention.node));
        words.retain(|w| ![&self.right, &self.left, &self.both].iter().any(|side| side.contains(w)));
        let on = |side: &[u32]| {
            let mut words: Vec<u32> = words.iter().chain(side).copied().collect();
            words.sort_unstable();
            words.dedup();
            Context { words, seventh }
        };
        if sides.both {
            // A bilateral code where the list has one, else right and left (OCG I.B.13).
            let bilateral = on(&self.both);
            let tells = |code| self.both.iter().any(|w| kb.distinct(code).iter().any(|d| d.get() == *w));
            if let Refined::Leaf(leaf, _) = refine(kb, mention.node, mention.leaf, &bilateral)
                && (tells(leaf) || kb.parent(leaf).is_some_and(tells))
            {
                return vec![bilateral];
            }
        }
        match sides {
            Sides { both: true, .. } | Sides { right: true, left: true, .. } => vec![on(&self.right), on(&self.left)],
            Sides { right: true, .. } => vec![on(&self.right)],
            Sides { left: true, .. } => vec![on(&self.left)],
            _ => vec![on(&[])],
        }
    }
}
