//! The index as it stands in a file: words in order, the texts that have them, and the code of each text.
//!
//! A text is a title or another term of a code. Texts are numbered by system, then from short to long, so that who looks for the best ones of a system may
//! stop early. A word of few texts has them as differences, one of many as a bit for every text; beginnings of many words have their bits ready as well.

use crate::{
    code::{CodeId, System},
    date::Date,
    knowledge::{
        base::{records, slice},
        container::KnowledgeError,
        layout::{Range, flag},
    },
};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, little_endian::U32};

/// Parts of the index.
pub(super) mod part {
    /// [`super::WordRecord`] in order of word, then one past the last.
    pub(crate) const WORDS: u32 = 0;
    /// UTF-8 of all words, one after the other.
    pub(crate) const TEXT: u32 = 1;
    /// u32 [`super::super::typo::Shape`] by word.
    pub(crate) const SHAPES: u32 = 2;
    /// Texts by word, see [`super::SearchIndex::texts_of`].
    pub(crate) const POSTINGS: u32 = 3;
    /// [`super::PrefixRecord`] in order.
    pub(crate) const PREFIXES: u32 = 4;
    /// u32 code id by text.
    pub(crate) const CODES: u32 = 5;
    /// u8 by text: how long it is, see [`super::super::build`].
    pub(crate) const LENGTHS: u32 = 6;
    /// u32 by text: its standing over time.
    pub(crate) const STANDINGS: u32 = 7;
    /// [`super::Range`] of periods by standing.
    pub(crate) const PERIODS_OF: u32 = 8;
    /// [`super::Period`], those of one standing in order of time.
    pub(crate) const PERIODS: u32 = 9;
    /// [`super::SystemTexts`].
    pub(crate) const SYSTEMS: u32 = 10;
    pub(crate) const ALL: u32 = 11;
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct WordRecord {
    /// Where its letters start; they end where those of the next start.
    pub text: U32,
    /// Where its texts start.
    pub at: U32,
    /// Number of its texts.
    pub count: U32,
}

/// Words that begin alike and have many texts together.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct PrefixRecord {
    pub words: Range,
    /// Where the bits of their texts start.
    pub at: U32,
}

/// From one day to another, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct Period {
    pub from: U32,
    pub to: U32,
    /// [`flag::BILLABLE`].
    pub flags: U32,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct SystemTexts {
    pub system: U32,
    pub texts: Range,
}

/// A word of more than one in so many texts has bits.
pub(super) const DENSE: usize = 16;

/// A set of texts: a bit for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(pub(super) Vec<u64>);

impl Texts {
    pub(super) fn insert(&mut self, text: u32) {
        if let Some(word) = self.0.get_mut(text as usize / 64) {
            *word |= 1 << (text % 64);
        }
    }

    pub(super) fn has(&self, text: u32) -> bool {
        self.0.get(text as usize / 64).is_some_and(|w| w >> (text % 64) & 1 == 1)
    }

    pub(super) fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }

    pub(super) fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// Adds those of a range.
    pub(super) fn fill(&mut self, range: &std::ops::Range<u32>) {
        for (at, word) in (0u32..).zip(&mut self.0) {
            let (from, to) = (range.start.max(at * 64), range.end.min(at * 64 + 64));
            if from < to {
                *word |= (!0u64 >> (64 - (to - from))) << (from % 64);
            }
        }
    }

    /// Those in a range, in order.
    pub(super) fn within(&self, range: std::ops::Range<u32>) -> impl Iterator<Item = u32> {
        let (first, last) = (range.start / 64, range.end.div_ceil(64).max(range.start / 64));
        let words = self.0.get(first as usize..(last as usize).min(self.0.len())).unwrap_or_default();
        (first..).zip(words).flat_map(move |(at, &word)| {
            let mut left = word;
            let bits = std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(at * 64 + bit)
            });
            bits.filter({
                let range = range.clone();
                move |text| range.contains(text)
            })
        })
    }
}

/// A view of the index; cheap to make and to copy.
#[derive(Clone, Copy, Debug)]
pub struct SearchIndex<'a> {
    words: &'a [WordRecord],
    text: &'a [u8],
    pub(super) shapes: &'a [U32],
    postings: &'a [u8],
    prefixes: &'a [PrefixRecord],
    codes: &'a [U32],
    lengths: &'a [u8],
    standings: &'a [U32],
    periods_of: &'a [Range],
    periods: &'a [Period],
    systems: &'a [SystemTexts],
}

impl<'a> SearchIndex<'a> {
    pub const PARTS: u32 = part::ALL;

    /// Views the parts by their numbers. Damaged bytes give wrong answers but never undefined behaviour.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`] where the parts are not of one size.
    pub fn view(part: impl Fn(u32) -> &'a [u8]) -> Result<Self, KnowledgeError> {
        let index = Self {
            words: records(part(part::WORDS)),
            text: part(part::TEXT),
            shapes: records(part(part::SHAPES)),
            postings: part(part::POSTINGS),
            prefixes: records(part(part::PREFIXES)),
            codes: records(part(part::CODES)),
            lengths: part(part::LENGTHS),
            standings: records(part(part::STANDINGS)),
            periods_of: records(part(part::PERIODS_OF)),
            periods: records(part(part::PERIODS)),
            systems: records(part(part::SYSTEMS)),
        };
        let texts = index.codes.len();
        let of_one_size = index.lengths.len() == texts && index.standings.len() == texts && index.words.len() == index.shapes.len() + 1;
        if of_one_size { Ok(index) } else { Err(KnowledgeError::Corrupt("the search index is not well formed")) }
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Number of different words.
    pub fn word_count(&self) -> usize {
        self.shapes.len()
    }

    pub(super) fn none(&self) -> Texts {
        Texts(vec![0; self.len().div_ceil(64)])
    }

    /// The letters of a word.
    pub(super) fn word(&self, word: u32) -> &'a [u8] {
        let at = word as usize;
        let (Some(own), Some(next)) = (self.words.get(at), self.words.get(at + 1)) else { return &[] };
        self.text.get(own.text.get() as usize..next.text.get() as usize).unwrap_or_default()
    }

    /// The first word from `from` on that is not before what `before` tells.
    fn partition(&self, from: u32, before: impl Fn(&[u8]) -> bool) -> u32 {
        let (mut low, mut high) = (from, self.word_count() as u32);
        while low < high {
            let middle = low.midpoint(high);
            if before(self.word(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Words that begin with this; the word itself is the first where it is one.
    pub(super) fn beginning(&self, with: &str) -> std::ops::Range<u32> {
        let first = self.partition(0, |w| w < with.as_bytes());
        first..self.partition(first, |w| w.starts_with(with.as_bytes()))
    }

    /// Whether a text has this word.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.word(self.beginning(word).start) == word.as_bytes()
    }

    pub(super) fn count_of(&self, word: u32) -> usize {
        self.words.get(word as usize).map_or(0, |w| w.count.get() as usize)
    }

    pub(super) fn is_dense(&self, count: usize) -> bool {
        count > self.len() / DENSE
    }

    fn add_bits(&self, at: usize, to: &mut Texts) {
        let bytes = self.postings.get(at..at + to.0.len() * 8).unwrap_or_default();
        for (word, bits) in to.0.iter_mut().zip(bytes.chunks_exact(8)) {
            *word |= bits.try_into().map_or(0, u64::from_le_bytes);
        }
    }

    /// Adds the texts of a word: bits, or differences of seven bits a byte.
    pub(super) fn texts_of(&self, word: u32, to: &mut Texts) {
        let Some(record) = self.words.get(word as usize) else { return };
        let (at, count) = (record.at.get() as usize, record.count.get() as usize);
        if self.is_dense(count) {
            self.add_bits(at, to);
            return;
        }
        let mut bytes = self.postings.get(at..).unwrap_or_default().iter();
        let mut text = 0u32;
        for _ in 0..count {
            let (mut step, mut shift) = (0u32, 0u32);
            loop {
                let Some(&byte) = bytes.next() else { return };
                step |= u32::from(byte & 0x7f) << shift.min(31);
                if byte < 0x80 {
                    break;
                }
                shift += 7;
            }
            text = text.wrapping_add(step);
            to.insert(text);
        }
    }

    /// Adds the texts of words that begin alike.
    pub(super) fn texts_beginning(&self, words: &std::ops::Range<u32>, to: &mut Texts) {
        let key = |p: &PrefixRecord| (p.words.start.get(), p.words.end.get());
        if let Ok(at) = self.prefixes.binary_search_by_key(&(words.start, words.end), key) {
            self.add_bits(self.prefixes[at].at.get() as usize, to);
        } else {
            words.clone().for_each(|word| self.texts_of(word, to));
        }
    }

    pub(super) fn code(&self, text: u32) -> CodeId {
        CodeId(self.codes.get(text as usize).map_or(u32::MAX, |c| c.get()))
    }

    pub(super) fn length(&self, text: u32) -> u8 {
        self.lengths.get(text as usize).copied().unwrap_or(u8::MAX)
    }

    /// Adds the texts of codes in a range.
    pub(super) fn texts_of_codes(&self, range: &std::ops::Range<u32>, to: &mut Texts) {
        for (word, codes) in to.0.iter_mut().zip(self.codes.chunks(64)) {
            *word |= (0..).zip(codes).fold(0, |bits, (at, c)| bits | u64::from(range.contains(&c.get())) << at);
        }
    }

    /// Whether the code of a text can stand on a claim on a day, or is a header where those are wanted.
    pub(super) fn holds(&self, text: u32, date: Date, headers: bool) -> bool {
        let standing = self.standings.get(text as usize).and_then(|s| self.periods_of.get(s.get() as usize));
        let periods = standing.map_or(&[][..], |&r| slice(self.periods, r));
        let begun = periods.iter().rev().find(|p| p.from.get() <= date.0);
        begun.is_some_and(|p| date.0 <= p.to.get() && (headers || p.flags.get() & flag::BILLABLE != 0))
    }

    /// Texts of the codes of a system, from short to long.
    pub(super) fn texts_in(&self, system: System) -> std::ops::Range<u32> {
        let found = self.systems.iter().find(|s| s.system.get() == system as u32);
        let range = found.map_or(0..0, |s| s.texts.start.get()..s.texts.end.get());
        range.start..range.end.min(self.len() as u32).max(range.start)
    }
}
