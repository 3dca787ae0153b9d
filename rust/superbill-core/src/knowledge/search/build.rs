//! Makes the index.

use super::{
    index::{DENSE, Period, PrefixRecord, SystemTexts, Texts, WordRecord, part},
    typo::Shape,
    words::words,
};
use crate::{
    code::{CodeId, System},
    knowledge::layout::{Range, flag},
};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use zerocopy::{IntoBytes, little_endian::U32};

/// Beginnings of words with more texts than this, other than those of words that have bits, have their bits ready.
const MANY: usize = 12_000;
/// Longer beginnings have fewer.
const LONGEST_PREFIX: usize = 6;

/// What comes first of texts with as many words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preference {
    /// The code that stands for the rest, as "unspecified".
    First,
    Plain,
    /// A header.
    Last,
}

struct TextOf {
    system: System,
    length: u8,
    code: u32,
    standing: u32,
    words: std::ops::Range<u32>,
}

/// Takes texts and makes the index of them: the same texts give the same bytes in whatever order they come.
#[derive(Default)]
pub struct SearchBuilder {
    known: FxHashMap<String, u32>,
    words: Vec<u32>,
    texts: Vec<TextOf>,
    standings: BTreeMap<Vec<Period>, u32>,
}

impl SearchBuilder {
    /// When a code can stand on a claim or is a header: first day, last day, whether it is billable, in order of time. What is returned is said of each of its texts.
    pub fn standing(&mut self, periods: impl Iterator<Item = (u32, u32, bool)>) -> u32 {
        let period = |(from, to, billable): (u32, u32, bool)| Period {
            from: from.into(),
            to: to.into(),
            flags: if billable { flag::BILLABLE } else { 0 }.into(),
        };
        let next = self.standings.len() as u32;
        *self.standings.entry(periods.map(period).collect()).or_insert(next)
    }

    /// Adds a text of a code, with other words by which it can be found that do not make it longer.
    pub fn add<'t>(
        &mut self,
        (system, code): (System, CodeId),
        standing: u32,
        preference: Preference,
        text: &str,
        more: impl IntoIterator<Item = &'t str>,
    ) {
        let start = self.words.len();
        let mut count = 0usize;
        let (known, all) = (&mut self.known, &mut self.words);
        let mut add = |word: &str| {
            let id = known.get(word).copied().unwrap_or_else(|| {
                let next = known.len() as u32;
                known.insert(word.to_owned(), next);
                next
            });
            all.push(id);
        };
        words(text, |w| {
            count += 1;
            add(w);
        });
        for text in more {
            words(text, &mut add);
        }
        if self.words.len() > start {
            let length = (count * 3 + preference as usize).min(usize::from(u8::MAX)) as u8;
            self.texts.push(TextOf { system, length, code: code.0, standing, words: start as u32..self.words.len() as u32 });
        }
    }

    /// The parts of the index.
    pub fn build(mut self) -> Vec<(u32, Vec<u8>)> {
        let mut vocabulary: Vec<(String, u32)> = self.known.drain().collect();
        vocabulary.sort_unstable();
        let mut places = vec![0u32; vocabulary.len()];
        for (place, word) in (0..).zip(&vocabulary) {
            places[word.1 as usize] = place;
        }
        for word in &mut self.words {
            *word = places[*word as usize];
        }
        let mut all = std::mem::take(&mut self.words);
        for text in &mut self.texts {
            let own = &mut all[text.words.start as usize..text.words.end as usize];
            own.sort_unstable();
            let mut kept = 0;
            for at in 0..own.len() {
                if at == 0 || own[at] != own[kept - 1] {
                    own[kept] = own[at];
                    kept += 1;
                }
            }
            text.words.end = text.words.start + kept as u32;
        }
        let own = |text: &TextOf| &all[text.words.start as usize..text.words.end as usize];
        let mut texts = std::mem::take(&mut self.texts);
        texts.sort_unstable_by(|a, b| (a.system, a.length, a.code, own(a)).cmp(&(b.system, b.length, b.code, own(b))));
        texts.dedup_by(|a, b| a.code == b.code && own(a) == own(b));
        let mut of_word: Vec<Vec<u32>> = vec![Vec::new(); vocabulary.len()];
        for (number, text) in (0..).zip(&texts) {
            for &word in own(text) {
                of_word[word as usize].push(number);
            }
        }
        let mut parts = written(&vocabulary, &of_word, texts.len());
        parts.extend(self.described(&texts));
        parts
    }

    fn described(self, texts: &[TextOf]) -> Vec<(u32, Vec<u8>)> {
        let mut places = vec![0u32; self.standings.len()];
        let (mut periods_of, mut periods) = (Vec::new(), Vec::<Period>::new());
        for (place, (held, given)) in (0..).zip(self.standings) {
            places[given as usize] = place;
            let start = periods.len() as u32;
            periods.extend(held);
            periods_of.push(Range { start: start.into(), end: (periods.len() as u32).into() });
        }
        let mut systems: Vec<SystemTexts> = Vec::new();
        for (number, text) in (0u32..).zip(texts) {
            match systems.last_mut().filter(|s| s.system.get() == text.system as u32) {
                Some(system) => system.texts.end = (number + 1).into(),
                None => systems.push(SystemTexts {
                    system: (text.system as u32).into(),
                    texts: Range { start: number.into(), end: (number + 1).into() },
                }),
            }
        }
        let codes: Vec<U32> = texts.iter().map(|t| t.code.into()).collect();
        let lengths: Vec<u8> = texts.iter().map(|t| t.length).collect();
        let standings: Vec<U32> = texts.iter().map(|t| places.get(t.standing as usize).map_or(u32::MAX, |&p| p).into()).collect();
        vec![
            (part::CODES, codes.as_bytes().to_vec()),
            (part::LENGTHS, lengths),
            (part::STANDINGS, standings.as_bytes().to_vec()),
            (part::PERIODS_OF, periods_of.as_bytes().to_vec()),
            (part::PERIODS, periods.as_bytes().to_vec()),
            (part::SYSTEMS, systems.as_bytes().to_vec()),
        ]
    }
}

/// Words with their texts.
fn written(vocabulary: &[(String, u32)], of_word: &[Vec<u32>], texts: usize) -> Vec<(u32, Vec<u8>)> {
    let (mut records, mut text, mut postings): (Vec<WordRecord>, Vec<u8>, Vec<u8>) = Default::default();
    let bits = |lists: &[Vec<u32>], postings: &mut Vec<u8>| {
        let mut set = Texts(vec![0; texts.div_ceil(64)]);
        for &text in lists.iter().flatten() {
            set.insert(text);
        }
        for word in &set.0 {
            postings.extend_from_slice(&word.to_le_bytes());
        }
    };
    let dense = |list: &Vec<u32>| list.len() > texts / DENSE;
    for ((word, _), list) in vocabulary.iter().zip(of_word) {
        let (at, length) = (postings.len() as u32, list.len() as u32);
        records.push(WordRecord { text: (text.len() as u32).into(), at: at.into(), count: length.into() });
        text.extend_from_slice(word.as_bytes());
        if dense(list) {
            bits(std::slice::from_ref(list), &mut postings);
            continue;
        }
        let mut before = 0;
        for &number in list {
            let mut step = number - before;
            while step > 0x7f {
                postings.push(step as u8 | 0x80);
                step >>= 7;
            }
            postings.push(step as u8);
            before = number;
        }
    }
    let mut ranges = std::collections::BTreeSet::new();
    for letters in 1..=LONGEST_PREFIX {
        let begin = |at: &usize| {
            vocabulary[*at].0.char_indices().nth(letters).map_or(vocabulary[*at].0.as_str(), |(end, _)| &vocabulary[*at].0[..end])
        };
        let all: Vec<usize> = (0..vocabulary.len()).collect();
        for same in all.chunk_by(|a, b| begin(a) == begin(b)) {
            let range = same[0]..same[0] + same.len();
            let work: usize = of_word[range.clone()].iter().filter(|l| !dense(l)).map(Vec::len).sum();
            if same.len() > 1 && work > MANY {
                ranges.insert((range.start, range.end));
            }
        }
    }
    let mut prefixes = Vec::new();
    for (first, end) in ranges {
        let words = Range { start: (first as u32).into(), end: (end as u32).into() };
        prefixes.push(PrefixRecord { words, at: (postings.len() as u32).into() });
        bits(&of_word[first..end], &mut postings);
    }
    records.push(WordRecord { text: (text.len() as u32).into(), at: (postings.len() as u32).into(), count: U32::default() });
    let shapes: Vec<U32> = vocabulary.iter().map(|w| Shape::of(&w.0).0.into()).collect();
    vec![
        (part::WORDS, records.as_bytes().to_vec()),
        (part::TEXT, text),
        (part::SHAPES, shapes.as_bytes().to_vec()),
        (part::POSTINGS, postings),
        (part::PREFIXES, prefixes.as_bytes().to_vec()),
    ]
}
