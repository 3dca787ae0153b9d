//! How far a mistyped word is from another: letters missing, too many, wrong, or two in turn.

/// The letters of a word and its length, in 32 bits: what most words differ in too much to be looked at more closely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape(pub(super) u32);

const LENGTH: u32 = 26;

impl Shape {
    pub(super) fn of(word: &str) -> Self {
        let letters = word.bytes().filter(u8::is_ascii_lowercase).fold(0, |bits, b| bits | 1 << (b - b'a'));
        Self((word.len().min(63) as u32) << LENGTH | letters)
    }

    /// Whether a word of this shape can be within a distance: a change touches two letters of the set at most, and the length by one.
    pub(super) fn may_be(self, other: Self, distance: u32) -> bool {
        let letters = (self.0 ^ other.0) << (32 - LENGTH);
        letters.count_ones() <= 2 * distance && (self.0 >> LENGTH).abs_diff(other.0 >> LENGTH) <= distance
    }

    /// Whether a word of this shape can begin within a distance of another: a change brings in one letter of the other at most.
    pub(super) fn may_begin(self, other: Self, distance: u32) -> bool {
        let letters = (other.0 & !self.0) << (32 - LENGTH);
        letters.count_ones() <= distance && (self.0 >> LENGTH) + distance >= other.0 >> LENGTH
    }
}

/// How many changes a word of so many letters may have: short words and words with digits mean another thing with any of them.
pub(super) fn allowed(word: &str) -> u32 {
    match word.len() {
        _ if !word.bytes().all(|b| b.is_ascii_lowercase()) => 0,
        4..=7 => 1,
        8..=MOST_LETTERS => 2,
        _ => 0,
    }
}

const MOST_LETTERS: usize = 63;

/// A word prepared for comparison with many (bit-parallel optimal string alignment, after Hyyrö 2003).
pub(super) struct Pattern {
    places: [u64; 256],
    length: usize,
}

impl Pattern {
    /// A word of at most 63 letters.
    pub(super) fn of(word: &str) -> Self {
        let mut places = [0; 256];
        for (at, byte) in word.bytes().take(MOST_LETTERS).enumerate() {
            places[usize::from(byte)] |= 1 << at;
        }
        Self { places, length: word.len().min(MOST_LETTERS) }
    }

    /// Changes that make one word of the other, and the fewest that make it of a beginning of the other.
    pub(super) fn distances(&self, other: &[u8]) -> (u32, u32) {
        let Some(last) = self.length.checked_sub(1) else { return (other.len() as u32, 0) };
        let (mut up, mut down, mut same, mut before) = (!0u64, 0u64, 0u64, 0u64);
        let mut distance = self.length as u32;
        let mut least = distance;
        for &byte in other {
            let here = self.places[usize::from(byte)];
            let swapped = ((!same & here) << 1) & before;
            same = ((here & up).wrapping_add(up) ^ up) | here | down | swapped;
            let (more, less) = (down | !(same | up), same & up);
            distance = distance.wrapping_add((more >> last & 1) as u32).wrapping_sub((less >> last & 1) as u32);
            least = least.min(distance);
            let (more, less) = (more << 1 | 1, less << 1);
            up = less | !(same | more);
            down = more & same;
            before = here;
        }
        (distance, least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The table that the bits stand for.
    fn slow(a: &[u8], b: &[u8]) -> u32 {
        let mut rows = vec![vec![0u32; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                rows[i][j] = if i == 0 || j == 0 {
                    (i + j) as u32
                } else {
                    let change = rows[i - 1][j - 1] + u32::from(a[i - 1] != b[j - 1]);
                    let mut least = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(rows[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        rows[a.len()][b.len()]
    }

    #[test]
    fn short_words_and_numbers_are_never_mistyped() {
        for (word, changes) in [("arm", 0), ("knee", 1), ("diabetes", 2), ("b12x4", 0), ("", 0), ("ménière", 0)] {
            assert_eq!(allowed(word), changes, "{word}");
        }
    }

    #[test]
    fn distances() {
        for (a, b, distance) in
            [("diabetes", "diabtees", 1), ("knee", "nee", 1), ("fracture", "fractures", 1), ("abc", "", 3), ("", "ab", 2)]
        {
            assert_eq!(Pattern::of(a).distances(b.as_bytes()).0, distance, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn distances_are_those_of_the_table(a in "[a-d]{0,63}", b in "[a-e]{0,70}", c in "[a-c]{0,9}") {
            prop_assert_eq!(Pattern::of(&a).distances(b.as_bytes()).0, slow(a.as_bytes(), b.as_bytes()));
            let least = (0..=a.len()).map(|end| slow(c.as_bytes(), &a.as_bytes()[..end])).min().unwrap();
            prop_assert_eq!(Pattern::of(&c).distances(a.as_bytes()), (slow(c.as_bytes(), a.as_bytes()), least));
        }

        #[test]
        fn shapes_leave_out_no_near_word(a in "[a-f]{1,9}", b in "[a-f]{1,9}") {
            let distance = slow(a.as_bytes(), b.as_bytes());
            prop_assert!(Shape::of(&a).may_be(Shape::of(&b), distance));
            let least = (0..=a.len()).map(|end| slow(b.as_bytes(), &a.as_bytes()[..end])).min().unwrap();
            prop_assert!(Shape::of(&a).may_begin(Shape::of(&b), least));
        }
    }
}
