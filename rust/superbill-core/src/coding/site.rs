//! What part of the body a code with a side is about: the words that its title has behind the side.

use crate::{
    code::CodeId,
    knowledge::{KnowledgeBase, layout::flag},
    read::token::{Token, tokenize},
};

/// Where a title goes on to tell something else than the site.
const ENDS: [&str; 8] = ["with", "without", "for", "of", "in", "due", "except", "not"];
/// Codes that are looked at for one with a side.
const MOST_CODES: u32 = 64;

/// The first code with a side, from a node down.
fn lateral(kb: &KnowledgeBase, at: CodeId, sides: [&[u32]; 2], left: &mut u32) -> Option<CodeId> {
    *left = left.checked_sub(1)?;
    if kb.distinct(at).iter().any(|w| sides.iter().any(|side| side.contains(&w.get()))) {
        return Some(at);
    }
    kb.current_children(at).filter(|&c| !kb.has(c, flag::SEVENTH)).find_map(|c| lateral(kb, c, sides, left))
}

/// The words of the site of a condition that has sides; none of one that has not.
pub(super) fn sites(kb: &KnowledgeBase, node: u32, sides: [&[u32]; 2]) -> Vec<u32> {
    let Some(code) = lateral(kb, CodeId(node), sides, &mut { MOST_CODES }) else { return Vec::new() };
    let title = kb.title(code);
    let mut tokens: Vec<Token> = Vec::new();
    tokenize(&title, kb.trie().vocabulary(), &mut tokens);
    let is_side = |t: &Token| sides.iter().any(|side| side.contains(&kb.canonical(t.word)));
    let behind = tokens.iter().position(is_side).and_then(|at| tokens.get(at + 1..)).unwrap_or_default();
    let text = |t: &Token| title.get(t.start as usize..t.end as usize).unwrap_or_default();
    let ends = |t: &Token| text(t).bytes().all(|b| b.is_ascii_punctuation()) || ENDS.contains(&text(t));
    let run = behind.split(ends).next().unwrap_or_default();
    // "Lower leg", "ankle and foot": the last word of each names it, the others only which part.
    run.split(|t| text(t) == "and").filter_map(|part| part.last()).map(|t| kb.canonical(t.word)).collect()
}
