//! Misspelt words: a word that nothing knows is read as the one known word that a single slip within it makes.
//!
//! The first and the last letter stay: another ending is another word ("hypoxic", "fractured") more often than a slip. Where several known words are
//! one slip away, or the known word is in no name of a condition, nothing is read into it.

use super::token::{Token, UNKNOWN, Vocabulary};
use crate::knowledge::layout::Misspelling;

/// Shorter words mean another thing with any letter changed.
pub const SHORTEST: usize = 7;
/// Longer runs of letters are no words.
pub const LONGEST: usize = 24;

/// A word of a text that is read as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadAs {
    pub token: u32,
    pub word: u32,
}

/// Known words by their [`likeness`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Spelling<'a> {
    /// Open addressing; a power of two of them, or none.
    slots: &'a [Misspelling],
}

/// What no slip changes: the first and the last letter, and which consonants a word has, those that sound alike taken for one. A word is looked up
/// once, whatever the slip may be.
pub fn likeness(word: &[u8]) -> u32 {
    let (Some(first), Some(last)) = (word.first(), word.last()) else { return 0 };
    let consonants = word.iter().fold(0_u64, |set, &letter| match letter {
        b'y' => set,
        _ if vowel(letter) => set,
        b'c' | b'k' | b's' | b't' | b'z' => set | 1,
        _ => set | 1 << (letter & 31),
    });
    let key = consonants << 16 | u64::from(*first) << 8 | u64::from(*last);
    let mixed = u128::from(key ^ 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93;
    (mixed as u64 ^ (mixed >> 64) as u64) as u32
}

fn vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Whether two letters are written for one another since they sound alike there.
fn alike(a: u8, b: u8, after: &[u8]) -> bool {
    let pair = (a.min(b), a.max(b));
    vowel(a) && vowel(b)
        || matches!(pair, (b'i', b'y') | (b's', b'z') | (b'c', b's' | b'k'))
        || pair == (b's', b't') && after.starts_with(b"ion")
}

/// Whether a slip of the ear or the hand makes one word of the other, its first and last letter apart: a vowel left out, put in or taken for another, a letter
/// doubled or not, two letters in turn swapped, or letters that sound alike. Another consonant is another word ("syringes" and "syrinxes", "hopeless" and "homeless").
pub fn one_slip(word: &[u8], other: &[u8]) -> bool {
    let (short, long) = if word.len() <= other.len() { (word, other) } else { (other, word) };
    if long.len() - short.len() > 1 || short.first() != long.first() || short.last() != long.last() || short == long {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let before = same.checked_sub(1).map(|at| long[at]);
    match (&short[same..], &long[same..]) {
        (short, [more, long @ ..]) if short.len() == long.len() => short == long && (vowel(*more) || before == Some(*more)),
        ([one, short @ ..], [two, long @ ..]) if short == long => alike(*one, *two, long),
        ([first, second, short @ ..], [third, fourth, long @ ..]) => (first, second, short) == (fourth, third, long),
        _ => false,
    }
}

impl<'a> Spelling<'a> {
    pub fn view(slots: &'a [Misspelling]) -> Self {
        Self { slots: if slots.len().is_power_of_two() { slots } else { &[] } }
    }

    /// Puts a word in; not where the table is full.
    pub fn put(slots: &mut [Misspelling], word: &[u8], id: u32, names: bool) {
        let (hash, mask) = (likeness(word), slots.len().wrapping_sub(1));
        let places = (0..slots.len()).map(|step| (hash as usize + step) & mask);
        for at in places {
            if slots[at].word.get() == UNKNOWN {
                slots[at] = Misspelling { hash: hash.into(), word: (id << 1 | u32::from(names)).into() };
                return;
            }
        }
    }

    /// The only word that one slip makes of a lower-case word, where conditions are called by it.
    pub fn read_as(&self, vocabulary: &Vocabulary<'_>, word: &[u8]) -> Option<u32> {
        let (hash, mask) = (likeness(word), self.slots.len().checked_sub(1)?);
        let mut found: Option<(u32, bool)> = None;
        let mut letters = [0; LONGEST + 2];
        let places = (0..self.slots.len()).map(|step| self.slots[(hash as usize + step) & mask]);
        for slot in places.take_while(|slot| slot.word.get() != UNKNOWN).filter(|slot| slot.hash.get() == hash) {
            let (id, names) = (slot.word.get() >> 1, slot.word.get() & 1 == 1);
            if vocabulary.letters(id, &mut letters).is_some_and(|known| one_slip(known, word)) {
                if found.is_some() {
                    return None;
                }
                found = Some((id, names));
            }
        }
        found.filter(|f| f.1).map(|f| f.0)
    }

    /// Gives the misspelt words of a text the ids of those that they are read as.
    pub(super) fn mend(&self, vocabulary: &Vocabulary<'_>, text: &str, tokens: &mut [Token], mended: &mut Vec<ReadAs>) {
        mended.clear();
        if self.slots.is_empty() {
            return;
        }
        for at in 0..tokens.len() {
            let token = tokens[at];
            let length = (token.end - token.start) as usize;
            if token.word != UNKNOWN || !(SHORTEST..=LONGEST).contains(&length) {
                continue;
            }
            let written = &text.as_bytes()[token.start as usize..token.end as usize];
            // A capital within a sentence is a name of somebody or of a product.
            let capital = written[0].is_ascii_uppercase();
            let within =
                || at > 0 && tokens[at - 1].word != UNKNOWN && text.as_bytes()[tokens[at - 1].end as usize - 1].is_ascii_alphanumeric();
            let same_line = || !text.as_bytes()[tokens[at - 1].end as usize..token.start as usize].contains(&b'\n');
            if !written.iter().all(u8::is_ascii_alphabetic) || capital && within() && same_line() {
                continue;
            }
            let mut lower = [0; LONGEST];
            lower[..length].copy_from_slice(written);
            lower[..length].make_ascii_lowercase();
            if let Some(word) = self.read_as(vocabulary, &lower[..length]) {
                tokens[at].word = word;
                mended.push(ReadAs { token: at as u32, word });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_and_other_words() {
        let slips = [
            ("pnuemonia", "pneumonia"),
            ("diabtes", "diabetes"),
            ("hypertention", "hypertension"),
            ("bronchittis", "bronchitis"),
            ("vomitting", "vomiting"),
            ("paraesthesia", "paresthesia"),
            ("hiphema", "hyphema"),
            ("dependance", "dependence"),
        ];
        let others = [
            ("hypoxic", "hypoxia"),
            ("fractured", "fracture"),
            ("neumonia", "pneumonia"),
            ("hypotension", "hypertension"),
            ("syringes", "syrinxes"),
            ("hopeless", "homeless"),
            ("snorting", "snoring"),
            ("notalgia", "nostalgia"),
            ("asthma", "asthma"),
        ];
        let both = |a: &str, b: &str| (one_slip(a.as_bytes(), b.as_bytes()), one_slip(b.as_bytes(), a.as_bytes()));
        for (a, b) in slips {
            assert_eq!(both(a, b), (true, true), "{a} {b}");
        }
        for (a, b) in others {
            assert_eq!(both(a, b), (false, false), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn no_slip_is_missed(word in "[abcdeikst]{3,8}(s|t)ion[aby]{1,3}", at in 1usize..14, with in "[a-z]", kind in 0usize..4) {
            let mut letters: Vec<u8> = word.bytes().collect();
            let at = at.min(letters.len() - 2);
            match kind {
                0 => letters[at] = with.as_bytes()[0],
                1 => letters.insert(at, with.as_bytes()[0]),
                2 => { letters.remove(at); }
                _ if at + 2 < letters.len() => letters.swap(at, at + 1),
                _ => {}
            }
            let slip = one_slip(word.as_bytes(), &letters);
            prop_assert_eq!(slip, one_slip(&letters, word.as_bytes()));
            prop_assert!(!slip || likeness(word.as_bytes()) == likeness(&letters));
        }
    }
}
