//! Words of the vocabulary: which are the same word, and which tell a code from its siblings.

use crate::packs::form::PackFile;
use std::collections::{BTreeMap, HashSet};
use superbill_core::{
    knowledge::rules::Rules,
    read::token::{Token, UNKNOWN, Vocabulary, tokenize},
};
use zerocopy::{IntoBytes, little_endian::U32};

pub(super) struct Words<'a> {
    vocabulary: &'a Vocabulary<'a>,
    /// Canonical id by word id.
    canonical: Vec<u32>,
    nonessential: HashSet<u32>,
}

/// The singular that an English plural may have.
fn singulars(word: &str) -> Vec<String> {
    let mut out = Vec::new();
    if word.len() < 4 || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return out;
    }
    if let Some(stem) = word.strip_suffix("ies") {
        out.push(format!("{stem}y"));
    }
    if let Some(stem) = word.strip_suffix('s') {
        out.push(stem.to_owned());
    }
    if let Some(stem) = word.strip_suffix("es") {
        out.push(stem.to_owned());
    }
    out
}

impl<'a> Words<'a> {
    pub(super) fn new<'f>(vocabulary: &'a Vocabulary<'a>, spellings: &[String], forms: impl Iterator<Item = &'f PackFile> + Clone) -> Self {
        let mut told: BTreeMap<&str, &str> = BTreeMap::new();
        for word in forms.clone().flat_map(|f| &f.word) {
            for say in &word.say {
                told.insert(say, &word.is);
            }
        }
        let mut canonical: Vec<u32> = (0..vocabulary.len() as u32).collect();
        for word in spellings {
            let Some(id) = vocabulary.word(word) else { continue };
            let plural = || singulars(word).into_iter().find_map(|s| vocabulary.word(&s));
            let same = told.get(word.as_str()).and_then(|is| vocabulary.word(is)).or_else(plural);
            canonical[id as usize] = same.unwrap_or(id);
        }
        // "ulcerations" is "ulceration" is "ulcer": a few hops end at the word that stands for all; a circle stops where it closes.
        let once = canonical.clone();
        for id in 0..canonical.len() {
            let mut at = once[id];
            for _ in 0..4 {
                at = once[at as usize];
            }
            canonical[id] = at;
        }
        let mut words = Self { vocabulary, canonical, nonessential: HashSet::new() };
        let nonessential = forms.flat_map(|f| &f.nonessential).flat_map(|n| &n.say).flat_map(|w| words.of(w)).collect();
        words.nonessential = nonessential;
        words
    }

    /// Canonical ids of the words of a text, in order; punctuation is none.
    pub(super) fn of(&self, text: &str) -> Vec<u32> {
        let mut tokens: Vec<Token> = Vec::new();
        tokenize(text, self.vocabulary, &mut tokens);
        let word = |t: &&Token| text[t.start as usize..t.end as usize].chars().any(char::is_alphanumeric);
        tokens.iter().filter(word).filter(|t| t.word != UNKNOWN).map(|t| self.canonical[t.word as usize]).collect()
    }

    /// The words of a title that are not among those of the title above; words in brackets are supplementary (OCG I.A.7).
    pub(super) fn distinct(&self, title: &str, above: &HashSet<u32>) -> Vec<u32> {
        let mut depth = 0u32;
        let plain: String = title
            .chars()
            .map(|c| {
                depth = if c == '(' {
                    depth + 1
                } else if c == ')' {
                    depth.saturating_sub(1)
                } else {
                    depth
                };
                if depth > 0 || c == ')' { ' ' } else { c }
            })
            .collect();
        let mut words = self.of(&plain);
        words.retain(|w| !above.contains(w) && !self.nonessential.contains(w));
        words.sort_unstable();
        words.dedup();
        words
    }

    pub(super) fn canonical_section(&self) -> Vec<u8> {
        let section: Vec<U32> = self.canonical.iter().map(|&w| U32::new(w)).collect();
        section.as_bytes().to_vec()
    }
}

/// Puts word ids where the rules speak of words.
pub(super) fn resolve(words: &Words<'_>, rules: &mut Rules, near: &[(usize, usize, Vec<String>)], interposed: &[&str]) {
    rules.interposed = interposed.iter().filter_map(|w| words.vocabulary.word(w)).collect();
    rules.interposed.sort_unstable();
    rules.interposed.dedup();
    for attribute in &mut rules.attributes {
        attribute.words = words.of(&attribute.value);
        attribute.words.retain(|w| !words.nonessential.contains(w) || attribute.axis == "laterality");
        attribute.words.sort_unstable();
        attribute.words.dedup();
    }
    for (abbreviation, sense, list) in near {
        let mut ids: Vec<u32> = list.iter().flat_map(|w| words.of(w)).collect();
        ids.sort_unstable();
        ids.dedup();
        rules.abbreviations[*abbreviation][*sense].near = ids;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_have_singulars() {
        assert_eq!(singulars("fractures"), ["fracture", "fractur"]);
        assert_eq!(singulars("biopsies"), ["biopsy", "biopsie", "biopsi"]);
        assert!(singulars("pelvis").is_empty());
    }
}
