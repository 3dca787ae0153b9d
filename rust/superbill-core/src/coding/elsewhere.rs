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

/// The one more specific code that the same condition has elsewhere in the document; none where there are several, which only the provider can tell apart.
pub(super) fn said<'a>(details: &mut Details<'a>, candidate: &Candidate<'a>, leaf: CodeId) -> Option<(CodeId, &'a Mention)> {
    let (kb, reading) = (details.kb, &details.readings[candidate.document]);
    if !vague(kb, leaf) && kb.is_billable(CodeId(candidate.mention.node)) {
        return None;
    }
    let own = words(kb, reading, candidate.mention);
    let node = CodeId(candidate.mention.node);
    let category = |code: CodeId| kb.key(code).0 >> 40;
    let mut found: Option<(CodeId, &'a Mention)> = None;
    for (at, other) in reading.mentions.iter().enumerate() {
        let fuller = || {
            let theirs = words(kb, reading, other);
            theirs.len() > own.len() && own.iter().all(|w| theirs.contains(w)) && category(CodeId(other.node)) == category(node)
        };
        let below = other.node != node.0 && kb.subsumes(node, CodeId(other.node));
        if at == candidate.at || other.assertion != Assertion::Present || !(below || fuller()) {
            continue;
        }
        let there = Candidate { document: candidate.document, at, mention: other, addressed: false };
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
