//! The term trie: every phrase of a dictionary that stands in a text, overlaps included, by whole words.
//!
//! A trie over word ids, used in place from the sections of a file.
//!
//! ```text
//! part 0  header: words, phrases, bits of an id, zero
//! part 1  slots of the vocabulary's table
//! part 2  word records: the word, and the edges from the root
//! part 3  bytes of long words
//! part 4  edges
//! part 5  tails: count, then words
//! ```
//! An edge is its child node as well: the phrase that ends there, and where its own edges are. A path without branches to a single phrase is
//! a *tail*, compared as a run of words; equal tails are stored once, because titles end alike ("initial encounter for closed fracture").

use super::token::{Key, Token, UNKNOWN, Vocabulary, WordRecord, split};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, little_endian::U32};

/// Number of parts.
pub const PARTS: u32 = 6;
const NONE: u32 = u32::MAX;

/// Why sections are not a trie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrieError {
    #[error("part {0} of the term trie has a wrong size")]
    Size(u32),
    #[error("part {0} of the term trie points outside another")]
    Range(u32),
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Header {
    words: U32,
    phrases: U32,
    id_bits: U32,
    zero: U32,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Edge {
    /// [`UNKNOWN`] in an empty slot of a table.
    word: U32,
    /// One bit for each word that goes on from here; most walks end on it without another look into memory.
    filter: U32,
    /// [`Next`].
    next: U32,
    /// Ends here, or, before a tail, at its end.
    phrase: U32,
}

/// Where a node's edges are: a kind in the high bits, an index in the low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Nowhere.
    Leaf,
    /// So many edges from an index.
    List(u32, u32),
    /// A table of so many slots, a power of two.
    Table(u32, u32),
    /// A run of words.
    Tail(u32),
}

const INDEX_BITS: u32 = 27;
const INDEX: u32 = (1 << INDEX_BITS) - 1;
/// Up to so many edges are searched one by one: a cache line of them.
const LIST: u32 = 4;
const TAIL: u32 = 31;

impl Next {
    fn decode(raw: u32) -> Self {
        let at = raw & INDEX;
        match raw >> INDEX_BITS {
            0 => Self::Leaf,
            kind @ 1..=LIST => Self::List(at, kind),
            TAIL => Self::Tail(at),
            kind => Self::Table(at, 1 << (kind - LIST)),
        }
    }

    fn encode(self) -> u32 {
        match self {
            Self::Leaf => 0,
            Self::List(at, count) => count << INDEX_BITS | at,
            Self::Table(at, size) => (size.trailing_zeros() + LIST) << INDEX_BITS | at,
            Self::Tail(at) => TAIL << INDEX_BITS | at,
        }
    }
}

fn spread(word: u32) -> u32 {
    word.wrapping_mul(0x9E37_79B1)
}

fn bit(word: u32) -> u32 {
    1 << (spread(word) >> 27)
}

/// The sections that a trie is made of.
#[derive(Clone, Copy, Debug)]
pub struct TrieSections<'a> {
    parts: [&'a [u8]; PARTS as usize],
}

impl<'a> TrieSections<'a> {
    /// Takes the bytes of each part by its number.
    pub fn from_parts(part: impl Fn(u32) -> &'a [u8]) -> Self {
        let mut parts: [&[u8]; PARTS as usize] = [&[]; PARTS as usize];
        for (number, bytes) in (0..).zip(&mut parts) {
            *bytes = part(number);
        }
        Self { parts }
    }
}

/// A phrase found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Indexes of tokens, half-open.
    pub first: u32,
    pub end: u32,
    pub phrase: u32,
}

/// A view of a trie; cheap to make and to copy.
#[derive(Clone, Copy, Debug)]
pub struct TermTrie<'a> {
    vocabulary: Vocabulary<'a>,
    edges: &'a [Edge],
    tails: &'a [U32],
    phrases: u32,
}

fn records<T: FromBytes + Immutable + KnownLayout>(bytes: &[u8]) -> &[T] {
    <[T]>::ref_from_bytes(bytes).unwrap_or_default()
}

impl<'a> TermTrie<'a> {
    /// Takes the sections as they are: a wrong one finds wrong or no phrases, but never panics. For sections that
    /// [`from_sections`](Self::from_sections) accepted before.
    pub fn view(sections: &TrieSections<'a>) -> Self {
        let [header, slots, words, rests, edges, tails] = sections.parts;
        let header = Header::ref_from_bytes(header).ok();
        let mut slots: &[U32] = records(slots);
        if !slots.len().is_power_of_two() {
            slots = &[];
        }
        let id_bits = header.map_or(0, |header| header.id_bits.get()).min(31);
        let vocabulary = Vocabulary { slots, words: records(words), rests, id_mask: (1 << id_bits) - 1 };
        Self { vocabulary, edges: records(edges), tails: records(tails), phrases: header.map_or(0, |header| header.phrases.get()) }
    }

    /// Takes sections into use after checking them whole: every index in range, every path ends.
    pub fn from_sections(sections: &TrieSections<'a>) -> Result<Self, TrieError> {
        let trie = Self::view(sections);
        let [header, slots, words, _, edges, tails] = sections.parts;
        let header = Header::ref_from_bytes(header).map_err(|_| TrieError::Size(0))?;
        let vocabulary = &trie.vocabulary;
        let sizes = [
            (1, std::mem::size_of_val(vocabulary.slots), slots.len()),
            (2, std::mem::size_of_val(vocabulary.words), words.len()),
            (2, header.words.get() as usize, vocabulary.words.len()),
            (4, std::mem::size_of_val(trie.edges), edges.len()),
            (5, std::mem::size_of_val(trie.tails), tails.len()),
        ];
        if let Some(wrong) = sizes.iter().find(|size| size.1 != size.2) {
            return Err(TrieError::Size(wrong.0));
        }
        if header.id_bits.get() > 31 || vocabulary.slots.is_empty() {
            return Err(TrieError::Size(1));
        }
        let ids = vocabulary.words.len() as u32;
        if vocabulary.slots.iter().any(|slot| slot.get() & vocabulary.id_mask > ids) {
            return Err(TrieError::Range(1));
        }
        for word in vocabulary.words {
            let rest = word.rest.get();
            let whole = rest == UNKNOWN || vocabulary.rest(rest).is_some();
            if !whole || !trie.sound(word.next.get(), word.phrase.get(), 0) {
                return Err(TrieError::Range(2));
            }
        }
        for (at, edge) in trie.edges.iter().enumerate() {
            let known = edge.word.get() < ids || edge.word.get() == UNKNOWN;
            if !known || !trie.sound(edge.next.get(), edge.phrase.get(), at + 1) {
                return Err(TrieError::Range(4));
            }
        }
        Ok(trie)
    }

    /// Whether a node's phrase and edges exist. They must stand at `after` or later: every step of a walk moves forward.
    fn sound(&self, next: u32, phrase: u32, after: usize) -> bool {
        let within = |at: u32, count: u32| (at as usize) >= after && at as usize + count as usize <= self.edges.len();
        let goes_on = match Next::decode(next) {
            Next::Leaf => true,
            Next::List(at, count) | Next::Table(at, count) => within(at, count),
            Next::Tail(at) => phrase != NONE && self.tail(at).is_some(),
        };
        goes_on && (phrase < self.phrases || phrase == NONE)
    }

    pub fn vocabulary(&self) -> &Vocabulary<'a> {
        &self.vocabulary
    }

    /// The id of a word.
    pub fn word(&self, word: &str) -> Option<u32> {
        self.vocabulary.word(word)
    }

    /// Number of phrases.
    pub fn len(&self) -> usize {
        self.phrases as usize
    }

    pub fn is_empty(&self) -> bool {
        self.phrases == 0
    }

    fn tail(&self, at: u32) -> Option<&'a [U32]> {
        let (count, rest) = self.tails.get(at as usize..)?.split_first()?;
        rest.get(..count.get() as usize)
    }

    fn child(&self, next: Next, word: u32) -> Option<&'a Edge> {
        match next {
            Next::Leaf | Next::Tail(_) => None,
            Next::List(at, count) => {
                let list = self.edges.get(at as usize..at as usize + count as usize)?;
                list.iter().find(|edge| edge.word.get() == word)
            }
            Next::Table(at, size) => {
                let table = self.edges.get(at as usize..at as usize + size as usize)?;
                let start = spread(word) >> size.leading_zeros() >> 1;
                let probes = (start..start + size).map(|slot| table.get((slot & (size - 1)) as usize));
                probes.map_while(|edge| edge.filter(|edge| edge.word.get() != UNKNOWN)).find(|edge| edge.word.get() == word)
            }
        }
    }

    /// Reports every phrase that stands in the tokens, overlaps included, in order of `(first, end)`.
    pub fn find_all(&self, tokens: &[Token], mut on_match: impl FnMut(Match)) {
        for (first, token) in tokens.iter().enumerate() {
            let Some(word) = self.vocabulary.words.get(token.word as usize) else { continue };
            let (mut filter, mut next, mut phrase) = (word.filter.get(), word.next.get(), word.phrase.get());
            let mut end = first + 1;
            loop {
                let kind = Next::decode(next);
                if let Next::Tail(at) = kind {
                    if let Some(tail) = self.tail(at)
                        && let Some(following) = tokens.get(end..end + tail.len())
                        && tail.iter().zip(following).all(|(word, token)| word.get() == token.word)
                    {
                        on_match(Match { first: first as u32, end: (end + tail.len()) as u32, phrase });
                    }
                    break;
                }
                if phrase != NONE {
                    on_match(Match { first: first as u32, end: end as u32, phrase });
                }
                let Some(following) = tokens.get(end) else { break };
                if following.word == UNKNOWN || filter & bit(following.word) == 0 {
                    break;
                }
                let Some(edge) = self.child(kind, following.word) else { break };
                (filter, next, phrase) = (edge.filter.get(), edge.next.get(), edge.phrase.get());
                end += 1;
            }
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::super::token::tokenize;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn built(phrases: &[&str]) -> (Vec<Vec<u8>>, Vec<Option<u32>>) {
        let mut builder = TrieBuilder::new();
        let ids = phrases.iter().map(|phrase| builder.add(phrase)).collect();
        (builder.build().into_iter().map(|part| part.1).collect(), ids)
    }

    fn sections(parts: &[Vec<u8>]) -> TrieSections<'_> {
        TrieSections::from_parts(|part| &parts[part as usize])
    }

    fn found(trie: &TermTrie<'_>, text: &str) -> Vec<(u32, u32, u32)> {
        let mut tokens = Vec::new();
        tokenize(text, trie.vocabulary(), &mut tokens);
        let mut found = Vec::new();
        trie.find_all(&tokens, |m| found.push((m.first, m.end, m.phrase)));
        found
    }

    #[test]
    fn overlapping_phrases_are_all_found_in_order() {
        let (parts, ids) =
            built(&["pain", "chest pain", "chest", "chest pain on breathing", "pain on breathing", "on", "", "Chest-Pain", "-"]);
        assert_eq!(ids, [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), None, Some(1), None]);
        let parts = sections(&parts);
        let trie = TermTrie::from_sections(&parts).unwrap();
        let expected = [(0, 1, 2), (0, 2, 1), (0, 4, 3), (1, 2, 0), (1, 4, 4), (2, 3, 5), (5, 6, 0)];
        assert_eq!(
            found(&trie, "CHEST pain on\nbreathing; pain on breath"),
            expected.map(|m| m).into_iter().chain([(6, 7, 5)]).collect::<Vec<_>>()
        );
    }

    #[test]
    fn nothing_is_found_without_phrases() {
        let (parts, _) = built(&[]);
        let parts = sections(&parts);
        assert_eq!(found(&TermTrie::from_sections(&parts).unwrap(), "chest pain"), []);
        let empty = TrieSections::from_parts(|_| &[]);
        assert_eq!(found(&TermTrie::view(&empty), "chest pain"), []);
        assert_eq!(TermTrie::from_sections(&empty).err(), Some(TrieError::Size(0)));
    }

    /// Words, their letter case, joiners, punctuation, letters outside ASCII, long words: few enough that phrases meet the text.
    const WORDS: [&str; 24] = [
        "a",
        "b",
        "ab",
        "aba",
        "of",
        "Of",
        "left",
        "LEFT",
        "fracture",
        "fractures",
        "hypertension",
        "12",
        "1",
        ".",
        ",",
        "%",
        "µg",
        "Ménière",
        "MÉNIÈRE",
        "\u{130}",
        "electroencephalographic",
        "electroencephalographics",
        "electroencephalographically",
        "deinstitutionalization",
    ];
    const GAPS: [&str; 9] = [" ", "-", "\n", "'", "\u{2019}", "\u{2013}", " - ", "_", "  "];

    fn phrase(longest: usize) -> impl Strategy<Value = String> {
        let step = (prop::sample::select(&WORDS[..]), prop::sample::select(&GAPS[..]));
        prop::collection::vec(step, 1..=longest).prop_map(|steps| steps.into_iter().flat_map(|(word, gap)| [word, gap]).collect())
    }

    fn canonical(text: &str) -> String {
        let mut words = Vec::new();
        split(text, |start, end| words.push(text[start as usize..end as usize].to_lowercase()));
        words.join(" ")
    }

    /// All overlapping matches of an Aho-Corasick automaton over canonical text, kept where they start and end with a token.
    fn oracle(phrases: &[String], text: &str) -> BTreeSet<(u32, u32, u32)> {
        let mut patterns: Vec<String> = Vec::new();
        for phrase in phrases.iter().map(|phrase| canonical(phrase)) {
            if !patterns.contains(&phrase) {
                patterns.push(phrase);
            }
        }
        let text = canonical(text);
        let bounds: Vec<(usize, usize)> = {
            let mut at = 0;
            text.split(' ')
                .map(|word| {
                    (at, {
                        at += word.len() + 1;
                        at - 1
                    })
                })
                .collect()
        };
        let automaton = aho_corasick::AhoCorasick::new(&patterns).unwrap();
        let matches = automaton.find_overlapping_iter(&text).filter_map(|m| {
            let first = bounds.iter().position(|b| b.0 == m.start())?;
            let last = bounds.iter().position(|b| b.1 == m.end())?;
            Some((first as u32, last as u32 + 1, m.pattern().as_u32()))
        });
        matches.collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn answers_equal_an_aho_corasick_oracle(phrases in prop::collection::vec(phrase(5), 1..60), text in phrase(60)) {
            let names: Vec<&str> = phrases.iter().map(String::as_str).collect();
            let (parts, _) = built(&names);
            let parts = sections(&parts);
            let trie = TermTrie::from_sections(&parts).unwrap();
            let found = found(&trie, &text);
            let sorted: BTreeSet<_> = found.iter().copied().collect();
            prop_assert_eq!(found, sorted.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(sorted, oracle(&phrases, &text));
        }

        #[test]
        fn the_same_phrases_give_the_same_bytes(phrases in prop::collection::vec(phrase(5), 1..60)) {
            let names: Vec<&str> = phrases.iter().map(String::as_str).collect();
            prop_assert_eq!(built(&names), built(&names));
        }

        #[test]
        fn damaged_sections_never_panic(phrases in prop::collection::vec(phrase(5), 1..60), damage in prop::collection::vec((0..PARTS, any::<usize>(), any::<u8>()), 1..30), text in phrase(60)) {
            let names: Vec<&str> = phrases.iter().map(String::as_str).collect();
            let (mut parts, _) = built(&names);
            for (part, at, byte) in damage {
                let part = &mut parts[part as usize];
                if let Some(at) = at.checked_rem(part.len()) {
                    if byte == 0 { part.truncate(at); } else { part[at] ^= byte; }
                }
            }
            let parts = sections(&parts);
            found(&TermTrie::view(&parts), &text);
            let _ = TermTrie::from_sections(&parts);
        }
    }
}
