//! Searching codes by the words of their descriptions: ranked, forgiving of typing errors, of some systems, on a day.
//!
//! Every word asked for stands for itself (exact), for the words it begins (prefix) and, where that leads nowhere, for words a typing error away (typo).
//! A text answers that has all of them; where none has, those that have most of what is rare (partial). Scores are integers: for each word how rare it is
//! times how well it matches, then how short the text is. So the same file gives the same order on every machine.

mod build;
mod index;
mod sought;
mod typo;
mod words;

pub use build::{Preference, SearchBuilder};
pub use index::SearchIndex;

use super::{KnowledgeBase, KnowledgeError, Standing, layout::section};
use crate::{
    code::{CodeId, CodeKey, System},
    date::Date,
};
use index::Texts;
use sought::{Sought, sought};
use std::{cmp::Reverse, ops::Range};

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct SearchQuery<'a> {
    /// Words, beginnings of words, and codes or their beginnings ("E11.9", "e11").
    pub words: &'a str,
    pub systems: &'a [System],
    /// Only codes that are in force on this day are found.
    pub date: Date,
    /// At most so many.
    pub limit: usize,
    /// Whether headers are found as well.
    pub headers: bool,
}

/// How well a text has the words asked for: as its worst word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matched {
    Exact,
    Prefix,
    Typo,
    /// No text has all the words; this one has some.
    Partial,
}

impl Matched {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Typo => "typo",
            Self::Partial => "partial",
        }
    }
}

/// A code found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub code: CodeId,
    /// Comparable within one answer.
    pub score: u32,
    pub matched: Matched,
    /// Words of the text that stand where others were typed.
    pub corrected: Vec<String>,
}

/// Words that get a second look for typing errors where every one of them is known but no text has them all.
const MOST_DOUBTED: usize = 4;
/// Words that a partial answer is built up from.
const MOST_STARTS: usize = 4;

/// The best so far, each code once.
struct Best {
    limit: usize,
    /// Score, code, text.
    found: Vec<(u32, CodeId, u32)>,
    /// What a code must be better than.
    worst: Option<(u32, Reverse<CodeId>)>,
}

impl Best {
    fn settle(&mut self) {
        self.found.sort_unstable_by_key(|&(score, code, text)| (code, Reverse(score), text));
        self.found.dedup_by_key(|f| f.1);
        self.found.sort_unstable_by_key(|&(score, code, _)| (Reverse(score), code));
        self.found.truncate(self.limit);
        self.worst = if self.found.len() == self.limit { self.found.last().map(|f| (f.0, Reverse(f.1))) } else { None };
    }

    fn put(&mut self, score: u32, code: CodeId, text: u32) {
        self.found.push((score, code, text));
        if self.found.len() >= 2 * self.limit.max(16) {
            self.settle();
        }
    }
}

/// One search: the texts of the systems asked for.
struct Search<'a> {
    index: SearchIndex<'a>,
    query: &'a SearchQuery<'a>,
    /// In order of system.
    ranges: Vec<Range<u32>>,
    allowed: Texts,
    best: Best,
}

impl Search<'_> {
    /// Scores the texts of a set.
    fn rank(&mut self, texts: &Texts, words: &[Sought]) {
        let most: u32 = words.iter().map(|w| w.most_within(texts)).sum();
        for range in &self.ranges {
            for text in texts.within(range.clone()) {
                let (shortness, code) = (u32::from(u8::MAX - self.index.length(text)), self.index.code(text));
                // Texts are in order of length, those of one length in order of code: what follows is no better than this could be.
                if self.best.worst.is_some_and(|w| (most << 8 | shortness, Reverse(code)) <= w) {
                    break;
                }
                let score = words.iter().map(|w| w.score(text)).sum::<u32>() << 8 | shortness;
                if self.best.worst.is_some_and(|w| (score, Reverse(code)) <= w) {
                    continue;
                }
                if self.index.holds(text, self.query.date, self.query.headers) {
                    self.best.put(score, code, text);
                }
            }
        }
        self.best.settle();
    }

    /// Ranks the texts that have all words; whether there is any.
    fn all(&mut self, words: &[Sought]) -> bool {
        let mut texts = self.allowed.clone();
        for word in words {
            word.narrow(&mut texts);
        }
        self.rank(&texts, words);
        !self.best.found.is_empty()
    }

    /// Ranks texts that have one of the rarest words and as many of the others as there are texts for.
    fn some(&mut self, words: &[Sought]) {
        let mut order: Vec<&Sought> = words.iter().filter(|w| w.meets(&self.allowed)).collect();
        order.sort_by_key(|w| Reverse(w.weight));
        for start in order.iter().take(MOST_STARTS) {
            let mut texts = self.allowed.clone();
            start.narrow(&mut texts);
            for other in order.iter().filter(|o| !std::ptr::eq(**o, *start)) {
                if other.meets(&texts) {
                    other.narrow(&mut texts);
                }
            }
            self.rank(&texts, words);
        }
    }

    fn hits(self, words: &[Sought]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::with_capacity(self.best.found.len());
        for &(score, code, text) in &self.best.found {
            let matched = words.iter().map(|w| w.matched(text)).max().unwrap_or(Matched::Partial);
            hits.push(Hit { code, score, matched, corrected: Vec::new() });
        }
        for word in words {
            let typos = || self.best.found.iter().map(|f| word.matched(f.2) == Matched::Typo);
            let mut open: Vec<bool> = typos().collect();
            for &near in &word.typos {
                if !open.contains(&true) {
                    break;
                }
                let mut texts = self.index.none();
                self.index.texts_of(near, &mut texts);
                for ((hit, found), open) in hits.iter_mut().zip(&self.best.found).zip(&mut open) {
                    if *open && texts.has(found.2) {
                        *open = false;
                        hit.corrected.push(String::from_utf8_lossy(self.index.word(near)).into_owned());
                    }
                }
            }
        }
        hits
    }
}

impl SearchIndex<'_> {
    /// The best codes for a query; `codes` gives the codes that begin so, as ranges of ids.
    pub fn search(&self, query: &SearchQuery<'_>, codes: impl Fn(&str) -> Vec<Range<u32>>) -> Vec<Hit> {
        let mut words = sought(self, query.words, &codes);
        let limit = query.limit.min(self.len());
        if words.is_empty() || limit == 0 {
            return Vec::new();
        }
        let mut ranges: Vec<Range<u32>> = query.systems.iter().map(|&s| self.texts_in(s)).collect();
        ranges.sort_unstable_by_key(|r| (r.start, r.end));
        ranges.dedup();
        let mut allowed = self.none();
        for range in &ranges {
            allowed.fill(range);
        }
        let best = Best { limit, found: Vec::new(), worst: None };
        let mut search = Search { index: *self, query, ranges, allowed, best };
        words.iter_mut().filter(|w| w.is_unknown()).for_each(|w| w.guess(self));
        if search.all(&words) {
            return search.hits(&words);
        }
        let mut doubted: Vec<usize> = (0..words.len()).filter(|&w| words[w].may_be_mistyped()).collect();
        doubted.sort_by_key(|&w| Reverse(words[w].weight));
        doubted.truncate(MOST_DOUBTED);
        let mut guessed = false;
        for &word in &doubted {
            words[word].guess(self);
            guessed |= !words[word].typos.is_empty();
        }
        if !guessed || !search.all(&words) {
            search.some(&words);
        }
        search.hits(&words)
    }
}

/// A code or the beginning of one, without its dot: letters and digits with a digit among them.
fn code_like(chunk: &str) -> Option<String> {
    let plain = if chunk.as_bytes().get(3) == Some(&b'.') { format!("{}{}", &chunk[..3], &chunk[4..]) } else { chunk.to_owned() };
    let shaped = (2..=8).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_alphanumeric());
    (shaped && plain.bytes().any(|b| b.is_ascii_digit())).then_some(plain)
}

impl KnowledgeBase {
    /// The index of descriptions. Checked once.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn search_index(&self) -> Result<SearchIndex<'_>, KnowledgeError> {
        self.checked(section::SEARCH..section::SEARCH + SearchIndex::PARTS)?;
        SearchIndex::view(|part| self.section(section::SEARCH + part))
    }

    /// Ids of the codes of some systems that begin so.
    fn codes_beginning(&self, plain: &str, systems: &[System]) -> Vec<Range<u32>> {
        let Ok(first) = CodeKey::pack(plain) else { return Vec::new() };
        let mut ranges = Vec::new();
        for &system in systems {
            let all = self.codes_of(system);
            let place = |key: CodeKey| {
                let (mut low, mut high) = (all.start, all.end);
                while low < high {
                    let middle = low.midpoint(high);
                    if self.key(CodeId(middle)) < key { low = middle + 1 } else { high = middle }
                }
                low
            };
            let range = place(first)..place(first.end());
            if !range.is_empty() {
                ranges.push(range);
            }
        }
        ranges.sort_unstable_by_key(|r| r.start);
        ranges.dedup();
        ranges
    }

    /// The best codes of the systems for words, beginnings of words or of codes, on a day: those with all the words, exact ones before beginnings, short
    /// descriptions before long ones; else with typing errors put right; else those with the rarest of the words.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`] where the index is damaged.
    pub fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<Hit>, KnowledgeError> {
        self.taxonomy_ready()?;
        let index = self.search_index()?;
        let beginning = |plain: &str| self.codes_beginning(plain, query.systems);
        let Some(plain) = code_like(query.words.trim()) else { return Ok(index.search(query, beginning)) };
        // A code alone: itself, then those below it, in their order.
        let of_codes = || {
            let wanted = |c: &CodeId| match self.standing(*c, query.date) {
                Standing::Valid => true,
                Standing::Header => query.headers,
                _ => false,
            };
            let whole = CodeKey::pack(&plain).ok();
            let found = beginning(&plain).into_iter().flatten().map(CodeId).filter(wanted).take(query.limit);
            let hit = |code: CodeId| {
                let exact = whole == Some(self.key(code));
                let (score, matched) = if exact { (u32::MAX, Matched::Exact) } else { (u32::MAX - 1, Matched::Prefix) };
                Hit { code, score, matched, corrected: Vec::new() }
            };
            found.map(hit).collect::<Vec<Hit>>()
        };
        // "B12" is a vitamin before it is a table of ICD-10-PCS.
        let mut hits = if index.has_word(&plain.to_ascii_lowercase()) { index.search(query, |_| Vec::new()) } else { Vec::new() };
        if hits.len() < query.limit {
            let known: std::collections::HashSet<CodeId> = hits.iter().map(|h| h.code).collect();
            hits.extend(of_codes().into_iter().filter(|h| !known.contains(&h.code)));
            hits.truncate(query.limit);
        }
        if hits.is_empty() { Ok(index.search(query, beginning)) } else { Ok(hits) }
    }
}

#[cfg(test)]
mod tests;
