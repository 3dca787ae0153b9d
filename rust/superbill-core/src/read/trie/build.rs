//! From phrases to the sections of a trie.

use super::{
    super::token::{Key, UNKNOWN, WordRecord, split},
    Edge, Header, LIST, NONE, Next, bit, spread,
};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use zerocopy::{IntoBytes, little_endian::U32};

/// Builds the sections of a trie. The same phrases in the same order give the same bytes.
#[derive(Clone, Debug, Default)]
pub struct TrieBuilder {
    /// Words in order of first use, with the number of their uses in phrases.
    words: Vec<(Box<str>, u32)>,
    ids: FxHashMap<Box<str>, u32>,
    phrases: FxHashMap<Box<[u32]>, u32>,
}

impl TrieBuilder {
    pub fn new() -> Self {
        Self::default()
    }

    fn intern(&mut self, word: &str) -> u32 {
        let plain = word.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
        let lower = if plain { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) };
        if let Some(&id) = self.ids.get(&*lower) {
            return id;
        }
        let id = self.words.len() as u32;
        self.words.push((lower.as_ref().into(), 0));
        self.ids.insert(lower.into(), id);
        id
    }

    fn intern_all(&mut self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        split(text, |start, end| ids.extend(text.get(start as usize..end as usize).map(|word| self.intern(word))));
        ids
    }

    /// Makes words known to the vocabulary that no phrase needs to have.
    pub fn add_word(&mut self, word: &str) {
        self.intern_all(word);
    }

    /// Every word that is known, in lower case, in order of first use.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|w| &*w.0)
    }

    /// The id of a phrase: dense, in order of first use; the same words are the same phrase. `None` for a text without tokens.
    pub fn add(&mut self, phrase: &str) -> Option<u32> {
        let ids = self.intern_all(phrase);
        if ids.is_empty() {
            return None;
        }
        if let Some(&id) = self.phrases.get(&*ids) {
            return Some(id);
        }
        for &id in &ids {
            if let Some(word) = self.words.get_mut(id as usize) {
                word.1 += 1;
            }
        }
        let id = self.phrases.len() as u32;
        self.phrases.insert(ids.into(), id);
        Some(id)
    }

    /// The parts with their numbers.
    pub fn build(self) -> Vec<(u32, Vec<u8>)> {
        // Frequent words first: what is hot then shares cache lines.
        let mut order: Vec<u32> = (0..self.words.len() as u32).collect();
        order.sort_by_key(|&id| {
            let (word, uses) = &self.words[id as usize];
            (std::cmp::Reverse(*uses), word)
        });
        let mut rank = vec![0; order.len()];
        for (new, &old) in (0..).zip(&order) {
            rank[old as usize] = new;
        }
        let mut phrases: Vec<(Box<[u32]>, u32)> = self.phrases.into_iter().collect();
        for word in phrases.iter_mut().flat_map(|p| &mut p.0) {
            *word = rank[*word as usize];
        }
        phrases.sort_unstable();

        let mut rests = Vec::new();
        let mut words: Vec<WordRecord> = Vec::with_capacity(order.len());
        let id_bits = u32::BITS - (order.len() as u32).leading_zeros();
        let id_mask = (1_u32 << id_bits) - 1;
        let mut slots = vec![U32::ZERO; (order.len() * 2 + 1).next_power_of_two()];
        let mask = slots.len() - 1;
        for &old in &order {
            let word = self.words[old as usize].0.as_bytes();
            let key = Key::of(word);
            let mut rest = UNKNOWN;
            if word.len() > 16 {
                // A longer word than u16 can say is never found whole; such runs are no words.
                let bytes = &word[16..word.len().min(16 + usize::from(u16::MAX))];
                rest = rests.len() as u32;
                rests.extend_from_slice(&(bytes.len() as u16).to_le_bytes());
                rests.extend_from_slice(bytes);
            }
            let mut at = (key.hash >> 32) as usize & mask;
            while slots[at].get() != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = U32::new(key.hash as u32 & !id_mask | (words.len() as u32 + 1));
            let [zero, none] = [U32::ZERO, U32::new(NONE)];
            words.push(WordRecord { key: key.head.map(Into::into), rest: rest.into(), filter: zero, next: zero, phrase: none });
        }

        let mut layout = Layout { phrases: &phrases, edges: Vec::new(), tails: Vec::new(), known: FxHashMap::default() };
        // Breadth first: every edge stands after its parent, and the hot upper levels stand together.
        let mut waiting = std::collections::VecDeque::new();
        let mut from = 0;
        while from < phrases.len() {
            let word = phrases[from].0[0];
            let to = from + phrases[from..].partition_point(|phrase| phrase.0[0] == word);
            let node = layout.node(from, to, 1, &mut waiting);
            let record = &mut words[word as usize];
            (record.filter, record.next, record.phrase) = (node.filter, node.next, node.phrase);
            from = to;
        }
        while let Some((edge, from, to, depth)) = waiting.pop_front() {
            let node = layout.node(from, to, depth, &mut waiting);
            layout.edges[edge] = Edge { word: layout.edges[edge].word, ..node };
        }
        let header =
            Header { words: (order.len() as u32).into(), phrases: (phrases.len() as u32).into(), id_bits: id_bits.into(), zero: U32::ZERO };
        vec![
            (0, header.as_bytes().to_vec()),
            (1, slots.as_bytes().to_vec()),
            (2, words.as_bytes().to_vec()),
            (3, rests),
            (4, layout.edges.as_bytes().to_vec()),
            (5, layout.tails.as_bytes().to_vec()),
        ]
    }
}

/// The trie's parts as they grow.
struct Layout<'p> {
    /// In order of words.
    phrases: &'p [(Box<[u32]>, u32)],
    edges: Vec<Edge>,
    tails: Vec<U32>,
    known: FxHashMap<&'p [u32], u32>,
}

impl Layout<'_> {
    /// The node of phrases `from..to`, which agree in their first `depth` words; makes room for its edges and lists them in `waiting`.
    fn node(
        &mut self,
        mut from: usize,
        to: usize,
        depth: usize,
        waiting: &mut std::collections::VecDeque<(usize, usize, usize, usize)>,
    ) -> Edge {
        let phrases = self.phrases;
        let word = U32::new(UNKNOWN);
        let (first, id) = &phrases[from];
        if to - from == 1 && first.len() > depth {
            let tail = &first[depth..];
            let at = *self.known.entry(tail).or_insert_with(|| {
                let at = self.tails.len() as u32;
                self.tails.push(U32::new(tail.len() as u32));
                self.tails.extend(tail.iter().map(|&word| U32::new(word)));
                at
            });
            return Edge { word, filter: bit(tail[0]).into(), next: Next::Tail(at).encode().into(), phrase: (*id).into() };
        }
        let mut phrase = NONE;
        if first.len() == depth {
            phrase = *id;
            from += 1;
        }
        let mut groups = Vec::new();
        while from < to {
            let word = phrases[from].0[depth];
            let end = from + phrases[from..to].partition_point(|phrase| phrase.0[depth] == word);
            groups.push((word, from, end));
            from = end;
        }
        let at = self.edges.len() as u32;
        let count = groups.len() as u32;
        let size = if count <= LIST { count } else { (count * 3 / 2).next_power_of_two() };
        let next = match count {
            0 => Next::Leaf,
            1..=LIST => Next::List(at, count),
            _ => Next::Table(at, size),
        };
        let empty = Edge { word, filter: U32::ZERO, next: U32::ZERO, phrase: U32::new(NONE) };
        self.edges.resize((at + size) as usize, empty);
        let mut filter = 0;
        for (number, (word, from, to)) in (0..).zip(groups) {
            filter |= bit(word);
            let mut slot = if count <= LIST { number } else { spread(word) >> size.leading_zeros() >> 1 };
            while self.edges[(at + slot) as usize].word.get() != UNKNOWN {
                slot = (slot + 1) & (size - 1);
            }
            let edge = (at + slot) as usize;
            self.edges[edge].word = word.into();
            waiting.push_back((edge, from, to, depth + 1));
        }
        Edge { word, filter: filter.into(), next: next.encode().into(), phrase: phrase.into() }
    }
}
