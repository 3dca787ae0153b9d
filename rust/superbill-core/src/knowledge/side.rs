//! From the code of an unspecified side to the code of the documented one, by the words of their titles.
//!
//! Two titles are of the same condition where they say the same apart from the side: "Pain in unspecified knee", "Pain in left knee".

use super::{KnowledgeBase, Standing, layout::section, pool::bytes_at};
use crate::{code::CodeId, date::Date};

/// A documented side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
    Both,
}

impl Side {
    /// Every side with its name on the wire.
    pub const NAMES: [(Self, &'static str); 3] = [(Self::Left, "left"), (Self::Right, "right"), (Self::Both, "bilateral")];

    /// The side of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|n| n.1 == name).map(|n| n.0)
    }
}

/// What a title says: its sides, and everything else whatever its order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Title {
    left: bool,
    right: bool,
    both: bool,
    unspecified: bool,
    rest: u64,
}

impl Title {
    /// Bytes, since a translation reads the titles of all siblings: what is not ASCII belongs to its word.
    fn read(title: &[u8]) -> Self {
        let mut read = Self::default();
        for word in title.split(|b| b.is_ascii() && !b.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
            let is = |other: &[u8]| word.eq_ignore_ascii_case(other);
            match word.len() {
                4 if is(b"left") => read.left = true,
                5 if is(b"right") => read.right = true,
                9 if is(b"bilateral") => read.both = true,
                4 if is(b"both") => read.both = true,
                11 if is(b"unspecified") => read.unspecified = true,
                1 if is(b"a") => {}
                2 if is(b"of") || is(b"in") || is(b"an") => {}
                3 if is(b"the") => {}
                4 if is(b"side") => {}
                10 if is(b"unilateral") => {}
                _ => {
                    // The plural is the same word: "lacrimal gland", "lacrimal glands".
                    let stem = word.strip_suffix(b"s").filter(|w| w.len() > 2).unwrap_or(word);
                    let hash = stem.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
                        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01B3)
                    });
                    read.rest = read.rest.wrapping_add((hash ^ hash >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15));
                }
            }
        }
        read
    }

    fn has_side(self) -> bool {
        self.left || self.right || self.both
    }

    fn is_of(self, side: Side) -> bool {
        match side {
            Side::Left => self.left && !self.right && !self.both,
            Side::Right => self.right && !self.left && !self.both,
            Side::Both => self.both || self.left && self.right,
        }
    }
}

/// What became of a code for a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sided {
    /// It has no codes by side, or names one itself.
    Without,
    /// There are codes by side, and the side is not documented or has none of them.
    Open,
    Chosen(CodeId),
    /// Right and left: the list has no code for both (Official Guidelines I.B.13).
    Two(CodeId, CodeId),
}

impl KnowledgeBase {
    fn title_words(&self, code: CodeId) -> Title {
        self.codes().get(code.0 as usize).map_or_else(Title::default, |r| Title::read(bytes_at(self.section(section::TEXT), r.title)))
    }

    /// The code for a side beside the code of an unspecified side; below it, where it became a header.
    pub(super) fn sided(&self, code: CodeId, side: Option<Side>, below: bool, date: Date) -> Sided {
        let own = self.title_words(code);
        if own.has_side() || !below && !own.unspecified {
            return Sided::Without;
        }
        let held = |c: &CodeId| matches!(self.standing(*c, date), Standing::Valid | Standing::Header);
        let Some(above) = (if below { Some(code) } else { self.parent(code) }) else { return Sided::Without };
        let same: Vec<(CodeId, Title)> = self
            .children(above)
            .map(|c| (c, self.title_words(c)))
            .filter(|(c, title)| *c != code && title.rest == own.rest && title.has_side() && held(c))
            .collect();
        if same.is_empty() {
            return Sided::Without;
        }
        let of = |side: Side| same.iter().find(|(_, title)| title.is_of(side)).map(|s| s.0);
        // "Bilateral primary osteoarthritis of knee" stands beside the group of the unilateral ones.
        let bilateral = || {
            let beside = self.parent(above).into_iter().flat_map(|g| self.children(g));
            beside.filter(held).find(|&c| {
                let title = self.title_words(c);
                title.is_of(Side::Both) && title.rest == own.rest
            })
        };
        let chosen = match side {
            None => None,
            Some(Side::Both) => of(Side::Both).or_else(bilateral),
            Some(one) => of(one),
        };
        match (chosen, side, of(Side::Right), of(Side::Left)) {
            (Some(code), ..) => Sided::Chosen(code),
            (None, Some(Side::Both), Some(right), Some(left)) => Sided::Two(right, left),
            _ => Sided::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_differ_by_their_side_alone() {
        let same = |a: &str, b: &str| Title::read(a.as_bytes()).rest == Title::read(b.as_bytes()).rest;
        for (a, b) in [
            ("Pain in unspecified knee", "Pain in left knee"),
            ("Unilateral primary osteoarthritis, unspecified knee", "Bilateral primary osteoarthritis of knee"),
            ("Dry eye syndrome of unspecified lacrimal gland", "Dry eye syndrome of bilateral lacrimal glands"),
            ("Fracture of clavicle, unspecified side", "Fracture of right clavicle"),
        ] {
            assert!(same(a, b), "{a} / {b}");
        }
        assert!(!same("Sprain of unspecified ligament of unspecified ankle", "Sprain of calcaneofibular ligament of left ankle"));
        assert!(Title::read(b"Pain in LEFT knee").is_of(Side::Left));
        assert!(Title::read(b"Pain, right and left").is_of(Side::Both));
    }
}
