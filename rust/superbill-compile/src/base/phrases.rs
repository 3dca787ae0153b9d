//! Every phrase of the dictionary with its senses: titles and inclusion terms of the tabular list, and what packs say.

use super::{Codes, search::Term, word_order::turned};
use crate::{CompileError, source::icd10cm_tabular::Tabular};
use std::collections::{HashMap, HashSet};
use superbill_core::{
    knowledge::layout::{NONE, SenseRecord, sense},
    read::{spelling, trie::TrieBuilder},
};
use zerocopy::{IntoBytes, little_endian::U32};

pub(crate) struct Phrases {
    trie: TrieBuilder,
    senses: Vec<Vec<SenseRecord>>,
    /// Words that conditions are called by, lower-cased.
    names: HashSet<String>,
    /// Where a condition or abbreviation of a pack was first said.
    said: HashMap<u32, String>,
    /// What packs call conditions, with its sense.
    conditions: Vec<(String, SenseRecord)>,
    /// What packs call services, with its sense.
    services: Vec<(String, SenseRecord)>,
    /// What packs call codes, for search.
    pub terms: Vec<Term>,
    /// Words of `[[also]]` rules, in their order.
    pub also: Vec<String>,
    /// Neighbours of abbreviation senses, to be resolved: abbreviation, sense, words.
    pub near: Vec<(usize, usize, Vec<String>)>,
}

/// Sections of the dictionary.
pub(crate) struct Built {
    /// First sense by phrase.
    pub starts: Vec<u8>,
    pub senses: Vec<u8>,
    /// Parts of the trie by number.
    pub trie: Vec<(u32, Vec<u8>)>,
}

/// A title or inclusion term as a note may say it: without what stands in brackets, without "NOS" or ", unspecified" at its end.
fn spoken(term: &str) -> String {
    let mut depth = 0u32;
    let mut out = String::new();
    for c in term.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let mut rest = out.trim();
    for tail in [" NOS", ", unspecified", ", uncomplicated", ", not elsewhere classified", " NEC", ","] {
        rest = rest.strip_suffix(tail).unwrap_or(rest).trim();
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Longer names are seldom told of several.
const MOST_WORDS_OF_PLURAL: usize = 4;

/// The plural of a name: of its last word, or of the word before "of" or "in".
fn plural(say: &str) -> Option<String> {
    let words: Vec<&str> = say.split(' ').collect();
    let joined = words.iter().position(|w| matches!(*w, "of" | "in"));
    let at = joined.unwrap_or(words.len()).checked_sub(1)?;
    let word = words[at];
    if words.len() > MOST_WORDS_OF_PLURAL || word.len() < SHORTEST_TERM || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let before_last = word.as_bytes()[word.len() - 2];
    let many = match word.as_bytes()[word.len() - 1] {
        b's' if word.ends_with("sis") => format!("{}es", &word[..word.len() - 2]),
        // Adjectives have no plural, nor has what is one already.
        b's' | b'c' | b'l' | b'd' => return None,
        b'y' if !matches!(before_last, b'a' | b'e' | b'o' | b'u') => format!("{}ies", &word[..word.len() - 1]),
        b'x' | b'z' => format!("{word}es"),
        b'h' if matches!(before_last, b'c' | b's') => format!("{word}es"),
        _ => format!("{word}s"),
    };
    let mut out: Vec<&str> = words.clone();
    out[at] = &many;
    Some(out.join(" "))
}

/// A term of fewer letters is an ordinary word or an abbreviation, which only a pack may tell.
const SHORTEST_TERM: usize = 4;

impl Phrases {
    pub(crate) fn new(tabular: &Tabular, codes: &Codes) -> Self {
        let mut phrases = Self {
            trie: TrieBuilder::new(),
            senses: Vec::new(),
            names: HashSet::new(),
            said: HashMap::new(),
            conditions: Vec::new(),
            services: Vec::new(),
            terms: Vec::new(),
            also: Vec::new(),
            near: Vec::new(),
        };
        let of_nodes = codes.all.iter().enumerate().filter_map(|(id, code)| Some((id, code, &tabular.nodes[code.node?])));
        for (id, _, node) in of_nodes.clone().filter(|c| c.1.extension.is_none()) {
            // An inclusion term of one word is often a part of the body that the title goes on from ("Axis"): only a pack may tell it.
            for term in node.inclusion_terms.iter().filter(|t| t.contains(' ')).chain([&node.title]) {
                let spoken = Some(spoken(term)).filter(|s| s != term);
                for form in std::iter::once(term).chain(&spoken) {
                    if form.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_TERM {
                        phrases.put(form, sense::CODE, id as u32, NONE, NONE);
                    }
                }
            }
        }
        for (id, code, node) in of_nodes {
            if let Some(extension) = &code.extension {
                let title = format!("{}, {extension}", node.title);
                phrases.put(&title, sense::CODE, id as u32, NONE, NONE);
            }
        }
        phrases
    }

    fn put(&mut self, say: &str, kind: u32, target: u32, extra: u32, source: u32) -> Option<u32> {
        let phrase = self.trie.add(say)?;
        let at = phrase as usize;
        if self.senses.len() <= at {
            self.senses.resize_with(at + 1, Vec::new);
        }
        let sense = SenseRecord { kind: kind.into(), target: target.into(), extra: extra.into(), source: source.into() };
        if matches!(kind, sense::CODE | sense::ABBREVIATION) {
            let words = say.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() >= spelling::SHORTEST);
            self.names.extend(words.map(str::to_lowercase));
        }
        if !self.senses[at].contains(&sense) {
            self.senses[at].push(sense);
        }
        Some(phrase)
    }

    /// Whether these words mean something already, or are too few to say anything.
    pub(crate) fn knows(&mut self, say: &str) -> bool {
        let letters = say.chars().filter(|c| c.is_alphanumeric()).count();
        if letters < SHORTEST_TERM {
            return true;
        }
        let Some(phrase) = self.trie.add(say) else { return true };
        self.senses.get(phrase as usize).is_some_and(|s| !s.is_empty())
    }

    /// Adds what a pack says. A condition is said once over all packs, so that no two of them disagree.
    pub(crate) fn add(&mut self, file: &str, say: &str, kind: u32, target: u32, extra: u32, pack: u32) -> Result<(), CompileError> {
        let Some(phrase) = self.put(say, kind, target, extra, pack) else {
            return Err(CompileError::new(file, format!("{say:?} has no word")));
        };
        if matches!(kind, sense::CODE | sense::ABBREVIATION)
            && let Some(other) = self.said.insert(phrase, file.to_owned())
        {
            return Err(CompileError::new(file, format!("{say:?} is also said in {other}")));
        }
        if kind == sense::CODE {
            let sense = SenseRecord { kind: kind.into(), target: target.into(), extra: extra.into(), source: pack.into() };
            self.conditions.push((say.to_owned(), sense));
            self.terms.push((say.to_owned(), target, extra));
        }
        Ok(())
    }

    /// Adds the plurals of what packs call conditions, unless another is called so: "fractures of the wrist", "adenopathies".
    pub(crate) fn plurals(&mut self) {
        let known = self.conditions.len();
        for at in 0..known {
            let (say, sense) = &self.conditions[at];
            let (Some(many), sense) = (plural(say), *sense) else { continue };
            let Some(phrase) = self.trie.add(&many) else { continue };
            if self.senses.get(phrase as usize).is_none_or(Vec::is_empty) && self.said.insert(phrase, String::new()).is_none() {
                self.put(&many, sense::CODE, sense.target.get(), sense.extra.get(), sense.source.get());
                self.conditions.push((many, sense));
            }
        }
    }

    /// Adds what names a service.
    pub(crate) fn serve(&mut self, file: &str, say: &str, kind: u32, target: u32, extra: u32, pack: u32) -> Result<(), CompileError> {
        let sense = SenseRecord { kind: kind.into(), target: target.into(), extra: extra.into(), source: pack.into() };
        self.services.push((say.to_owned(), sense));
        self.add(file, say, kind, target, extra, pack)
    }

    /// Adds the other orders of words of what packs call services, and their names without articles, unless something is called so.
    pub(crate) fn turn(&mut self, articles: &[&str]) {
        let mut free = Vec::new();
        for (say, sense) in std::mem::take(&mut self.services) {
            let plain: Vec<&str> = say.split(' ').filter(|w| !articles.contains(w)).collect();
            for other in turned(&say).into_iter().chain([plain.join(" ")]) {
                if !self.knows(&other) {
                    free.push((other, sense));
                }
            }
        }
        for (say, sense) in free {
            self.put(&say, sense.kind.get(), sense.target.get(), sense.extra.get(), sense.source.get());
        }
    }

    /// Adds the conditions of packs once more without articles, as texts are read a second time (`read::document`), unless another is called so.
    pub(crate) fn without(&mut self, articles: &[&str]) {
        for (say, sense) in std::mem::take(&mut self.conditions) {
            let kept: Vec<&str> = say.split(' ').filter(|w| !articles.contains(w)).collect();
            let plain = kept.join(" ");
            if plain.len() < say.len() && !kept.is_empty() {
                let Some(phrase) = self.trie.add(&plain) else { continue };
                if self.said.insert(phrase, String::new()).is_none() {
                    self.put(&plain, sense::CODE, sense.target.get(), sense.extra.get(), sense.source.get());
                }
            }
        }
    }

    /// Makes words known that no phrase holds.
    pub(crate) fn word(&mut self, words: &str) {
        self.trie.add_word(words);
    }

    /// Every word that is known, lower-cased.
    pub(crate) fn words(&self) -> Vec<String> {
        self.trie.words().filter(|w| w.chars().any(char::is_alphanumeric)).map(str::to_owned).collect()
    }

    /// Known words of which a slip is read as the word: in one order, each with whether conditions are called by it.
    pub(crate) fn spelt(&self) -> Vec<(String, bool)> {
        let letters =
            |w: &&str| (spelling::SHORTEST - 1..=spelling::LONGEST).contains(&w.len()) && w.bytes().all(|b| b.is_ascii_lowercase());
        let mut spelt: Vec<(String, bool)> = self.trie.words().filter(letters).map(|w| (w.to_owned(), self.names.contains(w))).collect();
        spelt.sort();
        spelt.dedup();
        spelt
    }

    pub(crate) fn build(self) -> Built {
        let mut starts = vec![U32::new(0)];
        let mut senses: Vec<SenseRecord> = Vec::new();
        for mut of_phrase in self.senses {
            of_phrase.sort_unstable_by_key(|s| (s.kind.get(), s.target.get(), s.extra.get(), s.source.get()));
            senses.extend(of_phrase);
            starts.push(U32::new(senses.len() as u32));
        }
        Built { starts: starts.as_bytes().to_vec(), senses: senses.as_bytes().to_vec(), trie: self.trie.build() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_of_names() {
        let many = |say: &str| plural(say).unwrap_or_default();
        assert_eq!(
            [many("adenopathy"), many("fracture of wrist"), many("metastasis")],
            ["adenopathies", "fractures of wrist", "metastases"]
        );
        assert_eq!([many("abscess"), many("diabetic"), many("flu")], ["", "", ""]);
    }

    #[test]
    fn terms_as_notes_say_them() {
        assert_eq!(spoken("Essential (primary) hypertension"), "Essential hypertension");
        assert_eq!(spoken("Asthma NOS"), "Asthma");
        assert_eq!(spoken("Anemia, unspecified"), "Anemia");
    }
}
