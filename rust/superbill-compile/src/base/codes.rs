//! Codes in order: those of the tabular list with seventh characters made and checked against the list of valid codes, and those that other
//! releases published.

use crate::{
    CompileError,
    base::timeline::Held,
    source::icd10cm_tabular::{Parent, Tabular},
};
use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};
use superbill_core::{
    code::{CodeId, CodeKey, System},
    knowledge::{
        KnowledgeBase,
        layout::{NONE, flag},
        rules::CodeRanges,
    },
};

/// What a release publishes of a code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Published {
    pub billable: bool,
    /// Empty where the release has none.
    pub title: String,
    pub short: String,
}

/// Codes of one system with what held of them.
pub(crate) type History = BTreeMap<CodeKey, Vec<Held<Published>>>;

/// The same as a list in code order.
pub(crate) type Listed = Vec<(CodeKey, Vec<Held<Published>>)>;

pub(crate) struct Code {
    pub key: CodeKey,
    /// Index of its node in the tabular list; none for a code that only other releases have.
    pub node: Option<usize>,
    /// Id of the code above it.
    pub parent: Option<u32>,
    /// Meaning of a seventh character made from its node's list.
    pub extension: Option<String>,
    /// Of an episode of care, which the note's words do not spell out.
    episode: bool,
    /// As of [`flag`].
    pub flags: u32,
}

pub(crate) struct Codes {
    /// ICD-10-CM, whose ids are places in this list.
    pub all: Vec<Code>,
    /// The other systems, whose ids follow.
    pub others: Vec<(System, Listed)>,
}

/// The key with a seventh character, places before it filled with X.
fn with_seventh(key: CodeKey, seventh: u8) -> Option<CodeKey> {
    let text = key.to_string();
    (text.len() < 7).then(|| CodeKey::parse(&format!("{text:X<6}{}", char::from(seventh))).ok()).flatten()
}

/// Codes of a tabular list before they are in order: key, node, meaning of the seventh character, whether of an episode.
pub(crate) type Expanded = Vec<(CodeKey, usize, Option<String>, bool)>;

/// The nodes of a tabular list and every code that its seventh characters make, valid or not.
pub(crate) fn expand(tabular: &Tabular) -> Expanded {
    let mut has_children = vec![false; tabular.nodes.len()];
    for node in &tabular.nodes {
        if let Parent::Node(p) = node.parent {
            has_children[p] = true;
        }
    }
    let mut all = Vec::new();
    for (at, node) in tabular.nodes.iter().enumerate() {
        all.push((node.key, at, None, false));
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
            if let Some(key) = with_seventh(node.key, *seventh) {
                all.push((key, at, Some(meaning.clone()), episode));
            }
        }
    }
    all
}

impl Codes {
    /// `valid` are the codes that can be billed in the release of the tabular list; `histories` of ICD-10-CM and of the other systems.
    pub(crate) fn new(
        file: &str,
        tabular: &Tabular,
        valid: &HashSet<CodeKey>,
        published: &History,
        others: BTreeMap<System, History>,
    ) -> Result<Self, CompileError> {
        let mut all: Vec<Code> = Vec::new();
        for (key, node, extension, episode) in expand(tabular) {
            if extension.is_none() || valid.contains(&key) {
                all.push(Code { key, node: Some(node), parent: None, extension, episode, flags: 0 });
            }
        }
        all.sort_by_key(|c| c.key);
        if let Some(twice) = all.windows(2).find(|w| w[0].key == w[1].key) {
            return Err(CompileError::new(file, format!("{} stands twice", twice[0].key)));
        }
        let known: HashSet<CodeKey> = all.iter().map(|c| c.key).collect();
        let more = published.keys().filter(|k| !known.contains(k));
        all.extend(more.map(|&key| Code { key, node: None, parent: None, extension: None, episode: false, flags: flag::RETIRED }));
        all.sort_by_key(|c| c.key);
        // The code above another is the nearest before it that its characters begin with.
        let mut open: Vec<u32> = Vec::new();
        for at in 0..all.len() {
            while open.last().is_some_and(|&above| all[above as usize].key.end() <= all[at].key) {
                open.pop();
            }
            all[at].parent = open.last().copied();
            open.push(at as u32);
        }
        let others = others.into_iter().map(|(system, history)| (system, history.into_iter().collect())).collect();
        let mut codes = Self { all, others };
        for id in 0..codes.all.len() {
            if codes.all[id].node.is_some() {
                codes.all[id].flags = codes.flags_of(tabular, id, valid);
            }
        }
        Ok(codes)
    }

    /// ICD-10-CM as a base has it, with the node of each code.
    pub(crate) fn of_base(kb: &KnowledgeBase, nodes: &[Option<usize>]) -> Self {
        let mut all: Vec<Code> = Vec::new();
        for (&node, code) in nodes.iter().zip((0..).map(CodeId)) {
            let flags = kb.flags(code);
            all.push(Code {
                key: kb.key(code),
                node,
                parent: kb.parent(code).map(|p| p.0),
                extension: kb.extension(code).map(str::to_owned),
                episode: flags & flag::SEVENTH != 0,
                flags,
            });
        }
        let others = System::NAMES
            .iter()
            .map(|s| s.0)
            .filter(|&s| s != System::Icd10cm)
            .map(|system| (system, kb.codes_of(system).map(|c| (kb.key(CodeId(c)), Vec::new())).collect()));
        Self { all, others: others.collect() }
    }

    /// Number of codes of all systems.
    pub(crate) fn len(&self) -> usize {
        self.all.len() + self.others.iter().map(|o| o.1.len()).sum::<usize>()
    }

    /// The id of what is above a code as records carry it: a code, or a block after the last code.
    pub(crate) fn above(&self, tabular: &Tabular, id: usize) -> u32 {
        let code = &self.all[id];
        match code.parent {
            Some(parent) => parent,
            None => code.node.map_or(NONE, |n| self.block(tabular.nodes[n].parent)),
        }
    }

    /// The id of a block.
    pub(crate) fn block(&self, parent: Parent) -> u32 {
        if let Parent::Block(b) = parent { (self.len() + b) as u32 } else { NONE }
    }

    /// The id of a code of any system.
    pub(crate) fn id(&self, system: System, key: CodeKey) -> Option<u32> {
        if system == System::Icd10cm {
            return self.all.binary_search_by_key(&key, |c| c.key).ok().map(|id| id as u32);
        }
        let mut before = self.all.len();
        for (other, history) in &self.others {
            if *other == system {
                return history.binary_search_by_key(&key, |c| c.0).ok().map(|at| (before + at) as u32);
            }
            before += history.len();
        }
        None
    }

    /// Ids of the ICD-10-CM codes with `first <= key < last`.
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
        let found = self.all.binary_search_by_key(&key, |c| c.key).ok().filter(|&id| self.all[id].node.is_some());
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
        let above = self.all[id].parent.and_then(|p| self.all[p as usize].node);
        above.map_or("", |n| &tabular.nodes[n].title)
    }

    /// The title of a code, and of the one above it.
    pub(crate) fn titles<'t>(&'t self, tabular: &'t Tabular, id: usize) -> (&'t str, &'t str) {
        let code = &self.all[id];
        let named = code.extension.as_deref().or_else(|| code.node.map(|n| tabular.nodes[n].title.as_str()));
        (named.unwrap_or_default(), self.title_above(tabular, id))
    }

    /// Flags of a code of the tabular list.
    fn flags_of(&self, tabular: &Tabular, id: usize, valid: &HashSet<CodeKey>) -> u32 {
        let (code, (title, above)) = (&self.all[id], self.titles(tabular, id));
        let (title, above) = (title.to_lowercase(), above.to_lowercase());
        // "with unspecified complications" (E11.8) says that there is a complication: it is not the residual code.
        let residual =
            |word: &str| title.matches(word).count() > above.matches(word).count() && !title.contains(&format!("with {word} complication"));
        // "... or unspecified chronic kidney disease" leaves nothing open.
        let leaves_open = |title: &str| title.match_indices("unspecified").any(|(at, _)| !title[..at].ends_with("or "));
        let mut flags = 0;
        let leaf = !self.subtree(id as u32).any(|c| c as usize != id && self.all[c as usize].node.is_some());
        for (on, flag) in [
            (leaf && valid.contains(&code.key), flag::BILLABLE),
            // What the Index gives where the note says no more: "unspecified", or no complication.
            (residual("unspecified") || residual("uncomplicated") || residual("without complication"), flag::UNSPECIFIED),
            (residual("other") && !residual("unspecified"), flag::OTHER),
            (code.episode, flag::SEVENTH),
            (title.contains("diseases classified elsewhere"), flag::MANIFESTATION),
            (leaves_open(&title) || code.episode && leaves_open(&above), flag::VAGUE),
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
