//! The words of a query, each with the texts that it may stand for.

use super::{
    Matched, code_like,
    index::{SearchIndex, Texts},
    typo::{Pattern, Shape, allowed},
    words::words,
};
use std::{cmp::Reverse, ops::Range};

/// Words of a query that are looked for; a description has fewer.
const MOST_WORDS: usize = 24;
/// Words a typing error away that a word may stand for.
const MOST_TYPOS: usize = 12;

/// Letters of a beginning that may have a typing error.
const SHORTEST_BEGINNING: usize = 6;

pub(super) struct Sought {
    spelled: String,
    /// Texts with the word itself; with words that begin so, itself among them; and with words a typing error away.
    exact: Texts,
    near: Texts,
    far: Texts,
    /// Texts of all its words, those of several counted as often.
    texts: usize,
    /// How rare it is.
    pub(super) weight: u32,
    /// Words a typing error away, the closest first.
    pub(super) typos: Vec<u32>,
    guessed: bool,
}

/// Three bits to a factor of two, so that a word is told from one that is a quarter rarer.
fn rareness(texts: usize, of_word: usize) -> u32 {
    1 + (texts as u128 / of_word.max(1) as u128).pow(3).max(1).ilog2()
}

impl Sought {
    fn of(index: &SearchIndex<'_>, spelled: &str, codes: &[Range<u32>]) -> Self {
        let (mut exact, mut near) = (index.none(), index.none());
        let range = index.beginning(spelled);
        let texts = range.clone().map(|w| index.count_of(w)).sum::<usize>() + codes.iter().map(ExactSizeIterator::len).sum::<usize>();
        if index.word(range.start) == spelled.as_bytes() {
            index.texts_of(range.start, &mut exact);
        }
        index.texts_beginning(&range, &mut near);
        for range in codes {
            index.texts_of_codes(range, &mut near);
        }
        let weight = rareness(index.len(), texts);
        Self { spelled: spelled.to_owned(), exact, near, far: Texts::default(), texts, weight, typos: Vec::new(), guessed: false }
    }

    /// Whether no text has it.
    pub(super) fn is_unknown(&self) -> bool {
        self.texts == 0
    }

    /// Keeps the texts that have it.
    pub(super) fn narrow(&self, texts: &mut Texts) {
        if self.typos.is_empty() {
            texts.and(&self.near);
        } else {
            let mut any = self.near.clone();
            any.or(&self.far);
            texts.and(&any);
        }
    }

    pub(super) fn meets(&self, texts: &Texts) -> bool {
        self.near.meets(texts) || self.far.meets(texts)
    }

    pub(super) fn may_be_mistyped(&self) -> bool {
        !self.guessed && allowed(&self.spelled) > 0
    }

    /// Lets it stand for words a typing error away.
    pub(super) fn guess(&mut self, index: &SearchIndex<'_>) {
        self.guessed = true;
        let most = allowed(&self.spelled);
        if most == 0 {
            return;
        }
        let (shape, pattern) = (Shape::of(&self.spelled), Pattern::of(&self.spelled));
        let mut close: Vec<(u32, bool, Reverse<usize>, u32)> = Vec::new();
        for (at, word) in (0..).zip(index.shapes) {
            if !Shape(word.get()).may_be(shape, most) {
                continue;
            }
            let letters = index.word(at);
            let distance = pattern.distances(letters).0;
            if (1..=most).contains(&distance) {
                // People seldom mistype the first letter; of the rest the more usual word is meant.
                let other_start = letters.first() != self.spelled.as_bytes().first();
                close.push((distance, other_start, Reverse(index.count_of(at)), at));
            }
        }
        // A beginning with an error in it: of a few letters it could be that of too many words.
        if close.is_empty() && self.spelled.len() >= SHORTEST_BEGINNING {
            for at in (0..).zip(index.shapes).filter(|w| Shape(w.1.get()).may_begin(shape, 1)).map(|w| w.0) {
                let letters = index.word(at);
                if pattern.distances(letters).1 == 1 {
                    close.push((1, letters.first() != self.spelled.as_bytes().first(), Reverse(index.count_of(at)), at));
                }
            }
        }
        close.sort_unstable();
        // Two errors are looked for where one explains nothing.
        let least = close.first().map_or(0, |c| c.0);
        self.typos = close.iter().take_while(|c| c.0 == least).take(MOST_TYPOS).map(|c| c.3).collect();
        self.far = index.none();
        for &word in &self.typos {
            index.texts_of(word, &mut self.far);
        }
        self.texts += self.typos.iter().map(|&w| index.count_of(w)).sum::<usize>();
        self.weight = rareness(index.len(), self.texts);
    }

    /// What it adds to the score of a text.
    pub(super) fn score(&self, text: u32) -> u32 {
        match () {
            () if self.exact.has(text) => 4 * self.weight,
            () if self.near.has(text) => 2 * self.weight,
            () if self.far.has(text) => self.weight,
            () => 0,
        }
    }

    /// The most it adds to the score of a text of a set.
    pub(super) fn most_within(&self, texts: &Texts) -> u32 {
        match () {
            () if self.exact.meets(texts) => 4 * self.weight,
            () if self.near.meets(texts) => 2 * self.weight,
            () if self.far.meets(texts) => self.weight,
            () => 0,
        }
    }

    pub(super) fn matched(&self, text: u32) -> Matched {
        match () {
            () if self.exact.has(text) => Matched::Exact,
            () if self.near.has(text) => Matched::Prefix,
            () if self.far.has(text) => Matched::Typo,
            () => Matched::Partial,
        }
    }
}

/// The different words of a query. What looks like the beginning of a code stands for the codes as well.
pub(super) fn sought(index: &SearchIndex<'_>, query: &str, codes: &impl Fn(&str) -> Vec<Range<u32>>) -> Vec<Sought> {
    let mut all: Vec<Sought> = Vec::new();
    let mut add = |spelled: &str, codes: &[Range<u32>]| {
        if all.len() < MOST_WORDS && all.iter().all(|w| w.spelled != spelled) {
            all.push(Sought::of(index, spelled, codes));
        }
    };
    let mut chunks = query.split_whitespace();
    for chunk in chunks.by_ref().take(4 * MOST_WORDS) {
        let chunk = chunk.trim_end_matches([',', ';', ':']);
        let ranges = code_like(chunk).filter(|c| c.len() > 2).map(|plain| (codes(&plain), plain));
        match ranges {
            Some((ranges, plain)) if !ranges.is_empty() => add(&plain.to_ascii_lowercase(), &ranges),
            _ => words(chunk, |w| add(w, &[])),
        }
    }
    all
}
