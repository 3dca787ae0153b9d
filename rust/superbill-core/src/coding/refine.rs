//! From a node of the tabular list to the most specific leaf that the documentation supports.
//!
//! A branch is taken when every word that tells its codes from their siblings is documented, and it explains more documented words than any
//! other; where none does, the pack's default, then the "unspecified" child; where the list has neither, there is no code and the answer is a query.

use crate::{
    code::CodeId,
    coded::{Step, StepKind},
    date::Date,
    knowledge::{
        KnowledgeBase, Standing,
        layout::{NONE, flag},
    },
    read::token::{Token, tokenize},
};

/// A stretch of the document's tokens, half-open.
pub(super) type Place = (u32, u32);

/// The words documented for a condition: sorted canonical ids.
pub(super) struct Context {
    pub words: Vec<u32>,
    /// The character of the episode of care.
    pub seventh: u8,
    /// Where its side is told, and its episode.
    pub side: Option<Place>,
    pub episode: Option<Place>,
}

pub(super) enum Refined {
    Leaf(CodeId, Vec<Step>),
    /// No supported leaf below this node.
    Stuck(CodeId),
}

fn step(kind: StepKind, code: CodeId) -> Step {
    Step { kind, record: code.0, pack: Step::TABULAR, span: None }
}

pub(super) fn seventh_of(kb: &KnowledgeBase, code: CodeId) -> u8 {
    (kb.key(code).0 >> 8 & 0xff) as u8
}

/// How many documented words the best path from here down explains; `None` where a word is missing.
fn explained(kb: &KnowledgeBase, code: CodeId, words: &[u32]) -> Option<usize> {
    if kb.has(code, flag::UNSPECIFIED | flag::OTHER | flag::MANIFESTATION | flag::SEVENTH) {
        return None;
    }
    let own = kb.distinct(code);
    let mut missing = own.iter().map(|w| w.get()).filter(|w| words.binary_search(w).is_err());
    if let Some(word) = missing.next() {
        let alone = missing.next().is_none() && own.len() > 1;
        if !(alone && either(kb, code, word, words)) {
            return None;
        }
    }
    let below = if kb.is_billable(code) { 0 } else { kb.current_children(code).filter_map(|c| explained(kb, c, words)).max().unwrap_or(0) };
    Some(own.len() + below)
}

/// Whether a title has a word beside a documented one, joined by "and", which means either (OCG I.A.14): "ankle and foot".
fn either(kb: &KnowledgeBase, code: CodeId, word: u32, words: &[u32]) -> bool {
    let title = title_words(kb, code);
    let Some(and) = kb.trie().word("and") else { return false };
    let documented = |w: u32| kb.distinct(code).iter().any(|d| d.get() == w) && words.binary_search(&w).is_ok();
    title.windows(3).any(|w| w[1] == and && (w[0] == word && documented(w[2]) || w[2] == word && documented(w[0])))
}

/// The words of a title, as one word stands for all its forms; the plural that "finger(s)" offers is none.
fn title_words(kb: &KnowledgeBase, code: CodeId) -> Vec<u32> {
    let title = kb.title(code);
    let mut tokens: Vec<Token> = Vec::new();
    tokenize(&title, kb.trie().vocabulary(), &mut tokens);
    let text = |t: &Token| title.get(t.start as usize..t.end as usize).unwrap_or_default();
    let word = |t: &&Token| text(t) != "s" && text(t).bytes().any(|b| b.is_ascii_alphanumeric());
    tokens.iter().filter(word).map(|t| kb.canonical(t.word)).collect()
}

/// How many words of a title are not documented.
fn undocumented(kb: &KnowledgeBase, code: CodeId, words: &[u32]) -> usize {
    title_words(kb, code).iter().filter(|w| words.binary_search(w).is_err()).count()
}

/// The child whose branch explains the most words; of equals, the one whose title has the fewest others ("right foot" before "right toe").
fn supported(kb: &KnowledgeBase, at: CodeId, words: &[u32]) -> Option<CodeId> {
    let explains = |child: CodeId| explained(kb, child, words).unwrap_or(0);
    let most = kb.current_children(at).map(explains).max().filter(|&most| most > 0)?;
    let mut equals = kb.current_children(at).filter(|&child| explains(child) == most);
    let (first, second) = (equals.next()?, equals.next());
    let Some(second) = second else { return Some(first) };
    let mut by_title: Vec<(usize, CodeId)> = [first, second].into_iter().chain(equals).map(|c| (undocumented(kb, c, words), c)).collect();
    by_title.sort_unstable();
    (by_title[0].0 < by_title[1].0).then_some(by_title[0].1)
}

/// The code that stood for a leaf on a day: itself, what is above it where that could be billed then, with the same seventh character where it took one,
/// else the code for what is not specified. An error names the node of which no code of that day says what the leaf says; a day of which nothing is known leaves the leaf.
pub(super) fn on_day(kb: &KnowledgeBase, leaf: CodeId, date: Date) -> Result<CodeId, CodeId> {
    let mut at = leaf;
    loop {
        match kb.standing(at, date) {
            Standing::Valid => return Ok(at),
            Standing::Header => break,
            _ => match kb.parent(at) {
                Some(parent) => at = parent,
                None => return Ok(leaf),
            },
        }
    }
    let valid = || kb.children_on(at, date).filter(|c| kb.standing(*c, date) == Standing::Valid);
    let seventh = seventh_of(kb, leaf);
    let same_episode = || valid().find(|&c| seventh != 0 && seventh_of(kb, c) == seventh);
    let vague = || valid().find(|&c| kb.has(c, flag::UNSPECIFIED | flag::VAGUE));
    same_episode().or_else(vague).ok_or(at)
}

pub(super) fn refine(kb: &KnowledgeBase, node: u32, leaf: u32, context: &Context) -> Refined {
    let mut at = CodeId(node);
    let mut steps = Vec::new();
    loop {
        if kb.is_billable(at) {
            return Refined::Leaf(at, steps);
        }
        if kb.current_children(at).any(|c| kb.has(c, flag::SEVENTH)) {
            let Some(code) = kb.current_children(at).find(|&c| seventh_of(kb, c) == context.seventh) else {
                return Refined::Stuck(at);
            };
            steps.push(step(StepKind::SeventhCharacter, code));
            return Refined::Leaf(code, steps);
        }
        let next = supported(kb, at, &context.words).map(|c| (c, StepKind::Refine));
        // A default that a pack names is a child or deeper: go down the branch that holds it.
        let default = (leaf != NONE && leaf != at.0 && kb.subsumes(at, CodeId(leaf))).then_some(CodeId(leaf));
        let toward_default = || default.and_then(|d| kb.current_children(at).find(|&c| kb.subsumes(c, d)));
        // "Left ventricular failure, unspecified" says more than "heart failure" does: the rest of its siblings is what says least.
        let residual = || kb.current_children(at).filter(|&c| kb.has(c, flag::UNSPECIFIED));
        let unspecified = || residual().min_by_key(|&c| kb.distinct(c).len());
        let only = || {
            let mut children = kb.current_children(at);
            children.next().filter(|_| children.next().is_none())
        };
        // A term says what its default says: with these words a sibling may be documented ("Lisfranc injury" of the right foot).
        let beside_default = || {
            let default = toward_default().filter(|&c| kb.has(c, flag::UNSPECIFIED))?;
            let implied = title_words(kb, default);
            let mut words: Vec<u32> = context.words.iter().copied().chain(implied).collect();
            words.sort_unstable();
            supported(kb, at, &words)
        };
        let next = next.or_else(|| beside_default().map(|c| (c, StepKind::Refine)));
        let fallback = || toward_default().or_else(unspecified).or_else(only).map(|c| (c, StepKind::Default));
        let Some((code, kind)) = next.or_else(fallback) else { return Refined::Stuck(at) };
        steps.push(step(kind, code));
        at = code;
    }
}
