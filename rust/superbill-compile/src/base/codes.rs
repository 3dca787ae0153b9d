//! Codes in order: the nodes of the tabular list with seventh characters made and checked against the list of valid codes.

use crate::{
    CompileError,
    source::icd10cm_tabular::{Parent, Tabular},
};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};
use superbill_core::{
    code::CodeKey,
    knowledge::{
        layout::{NONE, flag},
        rules::CodeRanges,
    },
};

pub(crate) struct Code {
    pub key: CodeKey,
    /// Index of its node in the tabular list.
    pub node: usize,
    pub parent: Parent,
    /// Meaning of a seventh character made from its node's list.
    pub extension: Option<String>,
    /// Of an episode of care, which the note's words do not spell out.
    episode: bool,
}

pub(crate) struct Codes {
    pub all: Vec<Code>,
    /// Id by node index.
    ids: Vec<u32>,
    valid: HashSet<CodeKey>,
}

/// The key with a seventh character, places before it filled with X.
fn with_seventh(key: CodeKey, seventh: u8) -> Option<CodeKey> {
    let text = key.to_string();
    (text.len() < 7).then(|| CodeKey::parse(&format!("{text:X<6}{}", char::from(seventh))).ok()).flatten()
}

impl Codes {
    pub(crate) fn new(file: &str, tabular: &Tabular, valid: &HashSet<CodeKey>) -> Result<Self, CompileError> {
        let mut has_children = vec![false; tabular.nodes.len()];
        for node in &tabular.nodes {
            if let Parent::Node(p) = node.parent {
                has_children[p] = true;
            }
        }
        let mut all: Vec<Code> = Vec::new();
        for (at, node) in tabular.nodes.iter().enumerate() {
            all.push(Code { key: node.key, node: at, parent: node.parent, extension: None, episode: false });
            if has_children[at] {
                continue;
            }
            // The nearest list of seventh characters holds for everything below it.
            let mut above = at;
            let sevenths = loop {
                let node = &tabular.nodes[above];
                match node.parent {
                    _ if !node.sevenths.is_empty() => break node.sevenths.as_slice(),
                    Parent::Node(p) => above = p,
                    _ => break &[],
                }
            };
            let episode = sevenths.iter().any(|s| s.0 == b'A') && sevenths.iter().any(|s| s.0 == b'D');
            for (seventh, meaning) in sevenths {
                if let Some(key) = with_seventh(node.key, *seventh).filter(|k| valid.contains(k)) {
                    all.push(Code { key, node: at, parent: Parent::Node(at), extension: Some(meaning.clone()), episode });
                }
            }
        }
        all.sort_by_key(|c| c.key);
        if let Some(twice) = all.windows(2).find(|w| w[0].key == w[1].key) {
            return Err(CompileError::new(file, format!("{} stands twice", twice[0].key)));
        }
        let of_node: HashMap<usize, u32> =
            all.iter().enumerate().filter(|c| c.1.extension.is_none()).map(|(id, c)| (c.node, id as u32)).collect();
        let ids = (0..tabular.nodes.len()).map(|n| of_node.get(&n).copied().unwrap_or(NONE)).collect();
        Ok(Self { all, ids, valid: valid.clone() })
    }

    /// The id of a parent as records carry it.
    pub(crate) fn parent(&self, parent: Parent) -> u32 {
        match parent {
            Parent::None => NONE,
            Parent::Block(b) => (self.all.len() + b) as u32,
            Parent::Node(n) => self.ids[n],
        }
    }

    /// Ids of the codes with `first <= key < last`.
    pub(crate) fn between(&self, first: CodeKey, last: CodeKey) -> Range<u32> {
        let at = |key: CodeKey| self.all.partition_point(|c| c.key < key) as u32;
        at(first)..at(last).max(at(first))
    }

    pub(crate) fn subtree(&self, id: u32) -> Range<u32> {
        let key = self.all[id as usize].key;
        self.between(key, key.end())
    }

    pub(crate) fn find(&self, file: &str, code: &str) -> Result<u32, CompileError> {
        let key = CodeKey::parse(code).map_err(|e| CompileError::new(file, format!("{code}: {e}")))?;
        let found = self.all.binary_search_by_key(&key, |c| c.key).ok();
        found.map(|id| id as u32).ok_or_else(|| CompileError::new(file, format!("{code} is not in the tabular list")))
    }

    /// Ranges of ids for "E11", "E11.9" or "V00-Y99"; single letters stand for all that start with them.
    pub(crate) fn ranges(&self, file: &str, codes: &[String]) -> Result<CodeRanges, CompileError> {
        let mut out = Vec::new();
        for code in codes {
            let key = |text: &str| {
                let padded = if text.len() == 1 {
                    CodeKey(u64::from(text.as_bytes()[0].to_ascii_uppercase()) << 56)
                } else {
                    return CodeKey::parse(text);
                };
                Ok(padded)
            };
            let fail = |e: superbill_core::code::MalformedCode| CompileError::new(file, format!("{code}: {e}"));
            let range = if let Some((first, last)) = code.split_once('-') {
                self.between(key(first).map_err(fail)?, key(last).map_err(fail)?.end())
            } else {
                let key = key(code).map_err(fail)?;
                self.between(key, key.end())
            };
            if range.is_empty() {
                return Err(CompileError::new(file, format!("{code} names no code of the tabular list")));
            }
            out.push((range.start, range.end));
        }
        Ok(out)
    }

    /// The title that the code's own must differ from.
    pub(crate) fn title_above<'t>(&self, tabular: &'t Tabular, id: usize) -> &'t str {
        let code = &self.all[id];
        match code.parent {
            Parent::Node(n) => &tabular.nodes[n].title,
            _ => "",
        }
    }

    pub(crate) fn flags(&self, id: usize, title: &str, above: &str) -> u32 {
        let code = &self.all[id];
        let (title, above) = (title.to_lowercase(), above.to_lowercase());
        // "with unspecified complications" (E11.8) says that there is a complication: it is not the residual code.
        let residual =
            |word: &str| title.matches(word).count() > above.matches(word).count() && !title.contains(&format!("with {word} complication"));
        let mut flags = 0;
        let leaf = self.subtree(id as u32).len() == 1;
        for (on, flag) in [
            (leaf && self.valid.contains(&code.key), flag::BILLABLE),
            // What the Index gives where the note says no more: "unspecified", or no complication.
            (residual("unspecified") || residual("uncomplicated") || residual("without complication"), flag::UNSPECIFIED),
            (residual("other") && !residual("unspecified"), flag::OTHER),
            (code.episode, flag::SEVENTH),
            (title.contains("diseases classified elsewhere"), flag::MANIFESTATION),
        ] {
            flags |= if on { flag } else { 0 };
        }
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_before_the_seventh_character_are_filled() {
        let key = CodeKey::parse("S00").unwrap();
        assert_eq!(with_seventh(key, b'A').unwrap().to_string(), "S00XXXA");
        assert_eq!(with_seventh(CodeKey::parse("S00XXXA").unwrap(), b'A'), None);
    }
}
