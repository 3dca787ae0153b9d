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

mod build;
#[cfg(test)]
mod tests;

pub use self::build::TrieBuilder;
use super::token::{Token, UNKNOWN, Vocabulary, WordRecord};
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

/// A place on a walk.
#[derive(Clone, Copy)]
struct Node {
    filter: u32,
    next: Next,
    phrase: u32,
}

impl Node {
    fn of_word(word: &WordRecord) -> Self {
        Self { filter: word.filter.get(), next: Next::decode(word.next.get()), phrase: word.phrase.get() }
    }

    fn of_edge(edge: &Edge) -> Self {
        Self { filter: edge.filter.get(), next: Next::decode(edge.next.get()), phrase: edge.phrase.get() }
    }

    /// Whether a token may go on from here: most do not, which the filter tells without another look into memory.
    fn may_go_on(&self, token: &Token) -> bool {
        token.word != UNKNOWN && self.filter & bit(token.word) != 0
    }
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
        self.find_across(tokens, |_| false, |m, _| on_match(m));
    }

    /// As [`find_all`](Self::find_all), and besides, as `true`, every phrase that stands in the tokens where the words that `interposed` knows are
    /// left out of them, if one such word stands within it. Of one start the phrases as written come first.
    pub fn find_across(&self, tokens: &[Token], interposed: impl Fn(u32) -> bool, mut on_match: impl FnMut(Match, bool)) {
        let skips = |at: usize| tokens.get(at).is_some_and(|t| interposed(t.word));
        for (first, token) in tokens.iter().enumerate() {
            let Some(word) = self.vocabulary.words.get(token.word as usize) else { continue };
            let mut found = |end: usize, phrase, across| on_match(Match { first: first as u32, end: end as u32, phrase }, across);
            let (mut node, mut end) = (Node::of_word(word), first + 1);
            // Where the way as written and the way across part.
            let mut parted = None;
            loop {
                if let Next::Tail(at) = node.next {
                    if tokens.get(end).is_some_and(|following| node.may_go_on(following)) {
                        let tail = self.tail(at).unwrap_or_default();
                        let written = tokens.get(end..end + tail.len());
                        if written.is_some_and(|written| tail.iter().zip(written).all(|(word, token)| word.get() == token.word)) {
                            found(end + tail.len(), node.phrase, false);
                        }
                    }
                    parted = parted.or(Some((node, end)));
                    break;
                }
                if node.phrase != NONE {
                    found(end, node.phrase, false);
                }
                if parted.is_none() && skips(end) {
                    parted = Some((node, end));
                }
                let Some(next) = tokens.get(end).and_then(|following| self.step(&node, following)) else { break };
                (node, end) = (next, end + 1);
            }
            let Some((mut node, parting)) = parted.filter(|_| !interposed(token.word)) else { continue };
            end = parting;
            loop {
                if let Next::Tail(at) = node.next {
                    let mut crossed = end > parting;
                    let following = tokens.get(end..).unwrap_or_default().iter().find(|following| !interposed(following.word));
                    if !following.is_some_and(|following| node.may_go_on(following)) {
                        break;
                    }
                    let ends = self.tail(at).unwrap_or_default().iter().try_fold(end, |mut end, word| {
                        while skips(end) {
                            (end, crossed) = (end + 1, true);
                        }
                        tokens.get(end).filter(|t| t.word == word.get()).map(|_| end + 1)
                    });
                    if let Some(end) = ends.filter(|_| crossed) {
                        found(end, node.phrase, true);
                    }
                    break;
                }
                if end > parting && node.phrase != NONE {
                    found(end, node.phrase, true);
                }
                while skips(end) {
                    end += 1;
                }
                let Some(next) = tokens.get(end).and_then(|following| self.step(&node, following)) else { break };
                (node, end) = (next, end + 1);
            }
        }
    }

    /// The node that a token goes on to.
    fn step(&self, node: &Node, token: &Token) -> Option<Node> {
        if !node.may_go_on(token) {
            return None;
        }
        self.child(node.next, token.word).map(Node::of_edge)
    }
}
