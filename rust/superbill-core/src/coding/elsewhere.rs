//! What the note says more of a condition elsewhere: the assessment names it in short, another section says which it is.

use super::{
    detail::Details,
    refine::{Refined, refine},
    selection::Candidate,
};
use crate::{
    code::CodeId,
    knowledge::{KnowledgeBase, layout::flag, rules::Assertion},
    read::{Mention, Reading},
};

/// Whether a code leaves open what its siblings tell.
fn vague(kb: &KnowledgeBase, code: CodeId) -> bool {
    kb.has(code, flag::UNSPECIFIED) || kb.parent(code).is_some_and(|p| kb.has(code, flag::SEVENTH) && kb.has(p, flag::UNSPECIFIED))
}

/// Words of a mention, as one word stands for all its forms.
fn words(kb: &KnowledgeBase, reading: &Reading, mention: &Mention) -> Vec<u32> {
    let tokens = reading.tokens.get(mention.first as usize..mention.end as usize).unwrap_or_default();
    tokens.iter().map(|t| kb.canonical(t.word)).collect()
}

/// What a condition of one category is looked for among: a document that names it more often is a list, in which no one of them explains another.
const MOST_OF_CATEGORY: usize = 64;

/// The first three characters.
fn category(kb: &KnowledgeBase, node: u32) -> u64 {
    kb.key(CodeId(node)).0 >> 40
}

/// The present conditions of the documents, by category: made for a document when it is first asked for.
pub(super) struct Elsewhere(Vec<Option<Vec<(u64, u32)>>>);

impl Elsewhere {
    pub(super) fn new(readings: &[Reading]) -> Self {
        Self(vec![None; readings.len()])
    }

    /// Places among the mentions, in order; none where there are more than [`MOST_OF_CATEGORY`].
    fn of_category(&mut self, kb: &KnowledgeBase, reading: &Reading, document: usize, wanted: u64) -> Vec<u32> {
        let Some(known) = self.0.get_mut(document) else { return Vec::new() };
        let known = known.get_or_insert_with(|| {
            let present = (0..).zip(&reading.mentions).filter(|(_, m)| m.assertion == Assertion::Present);
            let mut known: Vec<(u64, u32)> = present.map(|(at, m)| (category(kb, m.node), at)).collect();
            known.sort_unstable();
            known
        });
        let found = &known[known.partition_point(|k| k.0 < wanted)..];
        let found = &found[..found.partition_point(|k| k.0 == wanted)];
        if found.len() > MOST_OF_CATEGORY { Vec::new() } else { found.iter().map(|k| k.1).collect() }
    }

    /// The one more specific code that the same condition has elsewhere in the document; none where there are several, which only the provider can
    /// tell apart.
    pub(super) fn said<'a>(&mut self, details: &mut Details<'a>, candidate: &Candidate<'a>, leaf: CodeId) -> Option<(CodeId, &'a Mention)> {
        let (kb, reading) = (details.kb, &details.readings[candidate.document]);
        if !vague(kb, leaf) && kb.is_billable(CodeId(candidate.mention.node)) {
            return None;
        }
        let own = words(kb, reading, candidate.mention);
        let node = CodeId(candidate.mention.node);
        let mut found: Option<(CodeId, &'a Mention)> = None;
        for at in self.of_category(kb, reading, candidate.document, category(kb, node.0)) {
            let (at, other) = (at as usize, reading.mentions.get(at as usize)?);
            let fuller = || {
                let theirs = words(kb, reading, other);
                theirs.len() > own.len() && own.iter().all(|w| theirs.contains(w))
            };
            let below = other.node != node.0 && kb.subsumes(node, CodeId(other.node));
            if at == candidate.at || !(below || fuller()) {
                continue;
            }
            let there = Candidate { document: candidate.document, at, mention: other };
            let contexts = details.of(&there);
            let [context] = contexts.as_slice() else { continue };
            let Refined::Leaf(code, _) = refine(kb, other.node, other.leaf, context) else { continue };
            if code == leaf || vague(kb, code) {
                continue;
            }
            match found {
                Some((known, _)) if known != code => return None,
                _ => found = found.or(Some((code, other))),
            }
        }
        found
    }
}
