//! Whose each figure and word is, where a sentence tells several services with their doses or times.

use super::elements::{Said, What};
use crate::{
    encounter::Encounter,
    knowledge::rules::{ElementScope, Family},
};

/// By place in what was said: the anchor that it belongs to; what belongs to none is everybody's.
pub(super) struct Owners(Vec<Option<usize>>);

impl Owners {
    /// `words` are those that set services apart.
    pub(super) fn new(encounter: &Encounter<'_>, words: &[String], family: &Family, said: &[Said]) -> Self {
        let scope = |s: &Said| family.elements.get(s.element as usize).map(|e| (e.scope, e.anchor));
        if !family.elements.iter().any(|e| e.scope == ElementScope::Anchor) {
            return Self(Vec::new());
        }
        let anchors: Vec<usize> = (0..said.len()).filter(|&n| scope(&said[n]).is_some_and(|s| s.1)).collect();
        // Where one service alone is named, all is about it.
        let same = |a: &usize, b: &usize| matches!((said[*a].what, said[*b].what), (What::Value(x), What::Value(y)) if x == y);
        if anchors.iter().all(|a| same(a, &anchors[0])) {
            return Self(Vec::new());
        }
        let owner = |n: usize| {
            let own = &said[n];
            let here = |a: &&usize| said[**a].document == own.document && said[**a].sentence == own.sentence;
            let before = anchors.iter().filter(here).filter(|a| said[**a].span.end <= own.span.start).max_by_key(|a| said[**a].span.end);
            let after = anchors.iter().filter(here).filter(|a| said[**a].span.start >= own.span.end).min_by_key(|a| said[**a].span.start);
            let text = encounter.documents.get(own.document as usize).map_or("", |d| d.text);
            let apart = |from: u32, to: u32| text.get(from as usize..to as usize).is_none_or(|between| sets_apart(words, between));
            match (before, after) {
                (Some(b), Some(a)) => {
                    let follows = apart(said[*b].span.end, own.span.start) && !apart(own.span.end, said[*a].span.start);
                    Some(if follows { *a } else { *b })
                }
                (Some(b), None) => Some(*b),
                (None, Some(a)) => Some(*a),
                (None, None) => {
                    let paragraph = |a: &&usize| said[**a].document == own.document && said[**a].block == own.block;
                    anchors
                        .iter()
                        .filter(paragraph)
                        .filter(|a| said[**a].span.end <= own.span.start)
                        .max_by_key(|a| said[**a].span.end)
                        .copied()
                        .or_else(|| anchors.iter().find(paragraph).copied())
                }
            }
        };
        Self((0..said.len()).map(|n| if scope(&said[n]).is_some_and(|s| s.0 == ElementScope::Anchor) { owner(n) } else { None }).collect())
    }

    /// The anchor, as a place in what was said; `None` where it is everybody's.
    pub(super) fn of(&self, n: usize) -> Option<usize> {
        self.0.get(n).copied().flatten()
    }
}

/// Whether what stands between a figure and a service says that they belong to different ones.
fn sets_apart(words: &[String], between: &str) -> bool {
    between.contains([',', ';', '.', '\n']) || between.split_whitespace().any(|w| words.iter().any(|a| w.eq_ignore_ascii_case(a)))
}

#[cfg(test)]
mod tests {
    use super::sets_apart;

    #[test]
    fn what_sets_apart() {
        let words = ["and".to_owned()];
        assert!(sets_apart(&words, " IM And "));
        assert!(sets_apart(&words, ", "));
        assert!(!sets_apart(&words, " mg of "));
        assert!(!sets_apart(&words, " mg intravenous sandwich "));
    }
}
