//! Tokens, and the vocabulary that gives each its word id.
//!
//! A token is a maximal run of alphanumerics, lower-cased, or a single other character. White space, hyphens and dashes, apostrophes and
//! underscores only separate tokens, so that "follow-up" and "follow up" are the same words.

use zerocopy::{
    FromBytes, Immutable, IntoBytes, KnownLayout,
    little_endian::{U32, U64},
};

/// The word id of a token that no phrase and no rule mentions.
pub const UNKNOWN: u32 = u32::MAX;

/// A token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Byte offsets into the text, half-open.
    pub start: u32,
    pub end: u32,
    /// Id in the vocabulary, or [`UNKNOWN`].
    pub word: u32,
}

/// A word and, with it in one half of a cache line, where the phrases that start with it go on: whoever looks a word up needs both.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct WordRecord {
    /// Bytes 0..8 and 8..16 of the word, zero-padded.
    pub(crate) key: [U64; 2],
    /// Where the bytes from 16 on are in the text of long words: u16 length, bytes. [`UNKNOWN`] for a word that the key holds whole.
    pub(crate) rest: U32,
    pub(crate) filter: U32,
    pub(crate) next: U32,
    pub(crate) phrase: U32,
}

/// What a word is looked up by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) head: [u64; 2],
    pub(crate) hash: u64,
}

fn mix(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ (wide >> 64) as u64
}

const SEED: [u64; 3] = [0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, 0xA076_1D64_78BD_642F];

fn hash_head(head: [u64; 2]) -> u64 {
    mix(head[0] ^ SEED[0], head[1] ^ SEED[1])
}

fn padded(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    let length = bytes.len().min(8);
    word[..length].copy_from_slice(&bytes[..length]);
    u64::from_le_bytes(word)
}

/// Takes in the bytes of a long word from 16 on.
fn hash_rest(hash: u64, rest: &[u8]) -> u64 {
    rest.chunks(8).fold(hash, |hash, chunk| mix(hash ^ padded(chunk), SEED[2]))
}

impl Key {
    /// Of a word already lower-cased.
    pub(crate) fn of(word: &[u8]) -> Self {
        let head = [padded(word), padded(word.get(8..).unwrap_or_default())];
        Self { head, hash: hash_rest(hash_head(head), word.get(16..).unwrap_or_default()) }
    }
}

/// Words to ids: an open-addressing table of tagged ids over the records.
#[derive(Default, Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// A power of two of them; each an id plus one in the low `id_bits` bits under a tag from the hash; zero is empty.
    pub(crate) slots: &'a [U32],
    pub(crate) words: &'a [WordRecord],
    pub(crate) rests: &'a [u8],
    pub(crate) id_mask: u32,
}

impl Vocabulary<'_> {
    /// The id of a word, whatever its case.
    pub fn word(&self, word: &str) -> Option<u32> {
        Some(self.find_any_case(word)).filter(|&id| id != UNKNOWN)
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The id of the word with this key; `rest` are its bytes from 16 on, where ASCII letters may have either case.
    fn find(&self, key: Key, rest: &[u8]) -> u32 {
        let mask = self.slots.len().wrapping_sub(1);
        let tag = key.hash as u32 & !self.id_mask;
        let mut at = (key.hash >> 32) as usize & mask;
        for _ in 0..self.slots.len() {
            let Some(slot) = self.slots.get(at).map(|slot| slot.get()) else { break };
            let id = (slot & self.id_mask).wrapping_sub(1);
            if id == UNKNOWN {
                break;
            }
            if slot & !self.id_mask == tag
                && let Some(record) = self.words.get(id as usize)
                && record.key[0].get() == key.head[0]
                && record.key[1].get() == key.head[1]
                && (if rest.is_empty() {
                    record.rest.get() == UNKNOWN
                } else {
                    self.rest(record.rest.get()).is_some_and(|r| r.eq_ignore_ascii_case(rest))
                })
            {
                return id;
            }
            at = (at + 1) & mask;
        }
        UNKNOWN
    }

    /// The id of a token as it stands in a text.
    fn find_any_case(&self, token: &str) -> u32 {
        let lower = token.to_lowercase();
        self.find(Key::of(lower.as_bytes()), lower.as_bytes().get(16..).unwrap_or_default())
    }

    /// A word, written into `out`; `None` where it does not fit there.
    pub(crate) fn letters<'o>(&self, id: u32, out: &'o mut [u8]) -> Option<&'o [u8]> {
        let record = self.words.get(id as usize)?;
        let mut key = [0; 16];
        key[..8].copy_from_slice(&record.key[0].get().to_le_bytes());
        key[8..].copy_from_slice(&record.key[1].get().to_le_bytes());
        let rest = if record.rest.get() == UNKNOWN { &[][..] } else { self.rest(record.rest.get())? };
        let head = if rest.is_empty() { key.iter().position(|&b| b == 0).unwrap_or(key.len()) } else { key.len() };
        let length = head + rest.len();
        out.get_mut(..head)?.copy_from_slice(&key[..head]);
        out.get_mut(head..length)?.copy_from_slice(rest);
        out.get(..length)
    }

    /// The bytes of a long word from 16 on.
    pub(crate) fn rest(&self, at: u32) -> Option<&[u8]> {
        let at = at as usize;
        let length = u16::from_le_bytes([*self.rests.get(at)?, *self.rests.get(at.checked_add(1)?)?]);
        self.rests.get(at + 2..at + 2 + usize::from(length))
    }
}

/// Characters that only separate tokens.
fn joins(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2014}' | '\'' | '\u{2019}' | '_')
}

/// Calls `emit` with the byte offsets of each token.
pub(crate) fn split(text: &str, mut emit: impl FnMut(u32, u32)) {
    let mut open = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            open.get_or_insert(at);
            continue;
        }
        if let Some(start) = open.take() {
            emit(start as u32, at as u32);
        }
        if !joins(c) {
            emit(at as u32, (at + c.len_utf8()) as u32);
        }
    }
    if let Some(start) = open {
        emit(start as u32, text.len() as u32);
    }
}

const BLOCK: usize = 64;
const EACH: u64 = 0x0101_0101_0101_0101;

/// One bit for each byte of a block.
struct Classes {
    ascii: bool,
    alphanumeric: u64,
    /// A token by itself.
    single: u64,
}

/// Bytes that are 0 or 1 as bits: the multiplication moves the lowest bit of byte i to bit 56 + i.
fn bits(flags: &[u8; BLOCK]) -> u64 {
    let (words, _) = flags.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| bits << 8 | u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56)
}

fn classify(block: &[u8; BLOCK]) -> Classes {
    // Byte by byte without branches, which compilers turn into vector instructions.
    let mut alphanumeric = [0; BLOCK];
    let mut single = [0; BLOCK];
    let mut all = 0;
    for ((&byte, alphanumeric), single) in block.iter().zip(&mut alphanumeric).zip(&mut single) {
        all |= byte;
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'0') < 10;
        let joins = (byte == b' ') | (byte.wrapping_sub(b'\t') < 5) || (byte == b'-') || (byte == b'\'') || (byte == b'_');
        *alphanumeric = u8::from(letter | digit);
        *single = u8::from(!(letter | digit | joins));
    }
    Classes { ascii: all < 0x80, alphanumeric: bits(&alphanumeric), single: bits(&single) }
}

/// Masks for the first n of 16 bytes.
const FIRST: [[u64; 2]; 17] = {
    let mut masks = [[0; 2]; 17];
    let mut n = 1;
    while n <= 16 {
        masks[n] = [if n >= 8 { u64::MAX } else { (1 << (8 * n)) - 1 }, if n <= 8 { 0 } else { u64::MAX >> (8 * (16 - n)) }];
        n += 1;
    }
    masks
};

/// The key of an ASCII token. Letters are lower-cased by setting a bit that all digits have too; `lower` has that bit, or nothing for a
/// token of another character.
fn ascii_key(bytes: &[u8], start: usize, end: usize, lower: u64) -> Key {
    let length = end - start;
    let mask = FIRST[length.min(16)];
    let head = match bytes.get(start..).and_then(|from| from.first_chunk::<16>()) {
        Some(from) => {
            let from = u128::from_le_bytes(*from);
            [from as u64, (from >> 64) as u64]
        }
        None => [padded(bytes.get(start..end).unwrap_or_default()), padded(bytes.get(start + 8..end).unwrap_or_default())],
    };
    let head = [(head[0] | lower) & mask[0], (head[1] | lower) & mask[1]];
    let mut hash = hash_head(head);
    if length > 16 {
        let (chunks, last) = bytes.get(start + 16..end).unwrap_or_default().as_chunks::<8>();
        for chunk in chunks {
            hash = mix(hash ^ (u64::from_le_bytes(*chunk) | lower), SEED[2]);
        }
        if !last.is_empty() {
            hash = mix(hash ^ ((padded(last) | lower) & FIRST[last.len()][0]), SEED[2]);
        }
    }
    Key { head, hash }
}

/// A run of alphanumerics that the text read so far has not ended.
#[derive(Clone, Copy)]
struct Open {
    start: usize,
    ascii: bool,
}

/// Splits a text into tokens; `out` is cleared first.
pub fn tokenize(text: &str, vocabulary: &Vocabulary<'_>, out: &mut Vec<Token>) {
    out.clear();
    let bytes = text.as_bytes();
    let mut open: Option<Open> = None;
    let mut at = 0;
    let mut found = [(0, 0, Key::default()); BLOCK + 1];
    while at < bytes.len() {
        let mut last = [b' '; BLOCK];
        let block = if let Some(block) = bytes.get(at..).and_then(|from| from.first_chunk()) {
            block
        } else {
            let rest = &bytes[at..];
            last[..rest.len()].copy_from_slice(rest);
            &last
        };
        let classes = classify(block);
        if !classes.ascii || open.is_some_and(|open| !open.ascii) {
            at = by_character(text, vocabulary, at, &mut open, out);
            continue;
        }
        let runs = classes.alphanumeric;
        let before = runs << 1 | u64::from(open.is_some());
        let mut starts = runs & !before | classes.single;
        let mut ends = !runs & before | classes.single << 1;
        let mut count = 0;
        if let Some(run) = open
            && ends != 0
        {
            let end = at + ends.trailing_zeros() as usize;
            found[0] = (run.start as u32, end as u32, ascii_key(bytes, run.start, end, 0x20 * EACH));
            count = 1;
            ends &= ends - 1;
            open = None;
        }
        while ends != 0 {
            let (first, end) = (starts.trailing_zeros(), at + ends.trailing_zeros() as usize);
            let start = at + first as usize;
            let lower = (0x20 * EACH) & (runs >> (first & 63) & 1).wrapping_neg();
            found[count.min(BLOCK)] = (start as u32, end as u32, ascii_key(bytes, start, end, lower));
            count += 1;
            starts &= starts.wrapping_sub(1);
            ends &= ends - 1;
        }
        if starts != 0 {
            let first = starts.trailing_zeros();
            let start = at + first as usize;
            if runs >> first & 1 == 1 {
                open = Some(Open { start, ascii: true });
            } else {
                // Another character in the last place of the block.
                found[count.min(BLOCK)] = (start as u32, start as u32 + 1, ascii_key(bytes, start, start + 1, 0));
                count += 1;
            }
        }
        // Keys first, then all look-ups: they do not depend on each other, so the processor waits for several at once.
        out.extend(found.iter().take(count).map(|&(start, end, key)| {
            let rest = if end - start > 16 { bytes.get(start as usize + 16..end as usize).unwrap_or_default() } else { &[] };
            Token { start, end, word: vocabulary.find(key, rest) }
        }));
        at += BLOCK;
    }
    if let Some(run) = open {
        push(text, vocabulary, run.start, bytes.len(), out);
    }
}

fn push(text: &str, vocabulary: &Vocabulary<'_>, start: usize, end: usize, out: &mut Vec<Token>) {
    let word = text.get(start..end).map_or(UNKNOWN, |token| vocabulary.find_any_case(token));
    out.push(Token { start: start as u32, end: end as u32, word });
}

/// Reads about a block from `from` on where it has other letters than ASCII; returns where it stopped.
#[cold]
fn by_character(text: &str, vocabulary: &Vocabulary<'_>, from: usize, open: &mut Option<Open>, out: &mut Vec<Token>) -> usize {
    for (offset, c) in text.get(from..).unwrap_or_default().char_indices() {
        let at = from + offset;
        // Not before an open run has ended, unless it is one that the fast path can go on with.
        if offset >= BLOCK && open.is_none_or(|open| open.ascii) {
            return at;
        }
        if c.is_alphanumeric() {
            open.get_or_insert(Open { start: at, ascii: true }).ascii &= c.is_ascii();
            continue;
        }
        if let Some(run) = open.take() {
            push(text, vocabulary, run.start, at, out);
        }
        if !joins(c) {
            push(text, vocabulary, at, at + c.len_utf8(), out);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::trie::{TermTrie, TrieBuilder, TrieSections};
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str, words: &[&str]) -> Vec<Token> {
        let mut builder = TrieBuilder::new();
        for word in words {
            builder.add_word(word);
        }
        let parts = builder.build();
        let sections = TrieSections::from_parts(|part| &parts[part as usize].1);
        let mut tokens = Vec::new();
        tokenize(text, TermTrie::from_sections(&sections).unwrap().vocabulary(), &mut tokens);
        tokens
    }

    fn texts(text: &str) -> Vec<&str> {
        tokens(text, &[]).iter().map(|token| &text[token.start as usize..token.end as usize]).collect()
    }

    #[test]
    fn joiners_separate_and_other_characters_stand_alone() {
        assert_eq!(
            texts("follow-up X\u{2019}s 120/80,\u{a0}a_b\u{2014}c 5%"),
            ["follow", "up", "X", "s", "120", "/", "80", ",", "a", "b", "c", "5", "%"]
        );
        assert_eq!(texts(""), [""; 0]);
        assert_eq!(texts(" \n-"), [""; 0]);
    }

    #[test]
    fn words_are_found_whatever_their_case() {
        let words = ["ménière", "electroencephalographic", "straße", "%", "\0", "b12", "[", "{"];
        let ids = |text: &str| tokens(text, &words).iter().map(|token| token.word != UNKNOWN).collect::<Vec<_>>();
        assert_eq!(
            ids("MÉNIÈRE ElectroEncephaloGraphic STRASSE Straße % \0 B12 [ { ; electroencephalographiC"),
            [true, true, false, true, true, true, true, true, true, false, true]
        );
    }

    #[test]
    fn every_word_of_a_vocabulary_has_its_own_id() {
        let words: Vec<String> = (0..3000).map(|n| format!("{}{n}", "x".repeat(n % 23))).collect();
        let names: Vec<&str> = words.iter().map(String::as_str).collect();
        let ids: std::collections::BTreeSet<u32> = tokens(&words.join(" "), &names).iter().map(|token| token.word).collect();
        assert_eq!(ids.len(), 3000);
        assert!(!ids.contains(&UNKNOWN));
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(
            &[
                "a",
                "B",
                "word",
                "Electroencephalographic",
                "0",
                " ",
                "  ",
                "-",
                "_",
                "'",
                "\u{2019}",
                "\u{2014}",
                ".",
                "[",
                "@",
                "\0",
                "\t",
                "\x0b",
                "\x1c",
                "\u{85}",
                "\u{a0}",
                "é",
                "É",
                "µ",
                "\u{130}",
                "ß",
                "漢",
                "\u{301}",
                "\u{1f600}",
                "ΣΑΣ",
                "\u{212a}",
            ][..],
        );
        prop::collection::vec(piece, 0..300).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn tokens_equal_those_read_character_by_character(text in text(), words in text()) {
            let mut builder = TrieBuilder::new();
            builder.add_word(&words);
            let parts = builder.build();
            let sections = TrieSections::from_parts(|part| &parts[part as usize].1);
            let trie = TermTrie::from_sections(&sections).unwrap();
            let mut known = std::collections::BTreeSet::new();
            split(&words, |start, end| { known.insert(words[start as usize..end as usize].to_lowercase()); });
            let mut expected = Vec::new();
            split(&text, |start, end| expected.push((start, end, known.contains(&text[start as usize..end as usize].to_lowercase()))));
            let mut tokens = Vec::new();
            tokenize(&text, trie.vocabulary(), &mut tokens);
            prop_assert_eq!(tokens.iter().map(|t| (t.start, t.end, t.word != UNKNOWN)).collect::<Vec<_>>(), expected);
            for token in tokens {
                prop_assert_eq!(Some(token.word).filter(|&word| word != UNKNOWN), trie.word(&text[token.start as usize..token.end as usize]));
            }
        }
    }
}
