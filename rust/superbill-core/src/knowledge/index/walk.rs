//! From the words of a term to its place: a main term, then every subterm that more of the words name.

use super::{ALTERNATIVE, DetailKind, Index, IndexKind, MODIFIERS, Said, words::words};
use crate::date::Date;
use zerocopy::little_endian::U32;

/// Words beyond these are not looked for.
const MOST_WORDS: usize = 24;
/// No title that main terms are found by is longer in words.
const LONGEST_TITLE: usize = 8;
/// Nodes looked at for one question and levels gone down, so that no file makes it a long one. Real files are 9 deep.
const MOST_VISITS: u32 = 50_000;
const DEEPEST: u32 = 64;

/// A place found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Words that it does not account for.
    missing: u32,
    /// Reached by a reference: what is reached without one goes before it.
    followed: bool,
    /// Where its main term starts among the words.
    start: u32,
    level: u32,
    pub node: u32,
    /// A bit for each word that the path accounts for.
    covered: u32,
}

/// What was looked for, and every place that accounts for the most of its words: the shallowest first, in the order of the index.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub words: Vec<String>,
    pub found: Vec<Found>,
}

impl Search {
    /// Words that a place does not account for.
    pub fn missing(&self, found: Found) -> impl Iterator<Item = &str> {
        (0..).zip(&self.words).filter(move |(at, _)| found.covered >> at & 1 == 0).map(|(_, w)| w.as_str())
    }
}

/// How a title bears on the words.
enum Match {
    No,
    /// "with", "due to": what is below belongs to what is above.
    Connecting,
    /// With the words that the title and its modifiers account for.
    Yes(u32),
}

struct Walk<'v, 'a> {
    index: &'v Index<'a>,
    date: Date,
    /// By word looked for; none where no title has it.
    wanted: &'v [Option<u32>],
    follow: bool,
    visits: u32,
    depth: u32,
    start: u32,
    found: Vec<Found>,
}

impl Walk<'_, '_> {
    fn bits_of(&self, word: u32) -> u32 {
        self.wanted.iter().zip(0..).filter(|(w, _)| **w == Some(word)).fold(0, |bits, (_, at)| bits | 1 << at)
    }

    fn matched(&self, words: &[U32]) -> Match {
        let (mut whole, mut empty, mut any, mut any_word, mut all) = (true, true, false, false, 0);
        let mut modifiers = false;
        for word in words.iter().map(|w| w.get()) {
            if word == ALTERNATIVE || word == MODIFIERS {
                if !modifiers {
                    any |= whole && !empty;
                }
                modifiers |= word == MODIFIERS;
                (whole, empty) = (true, true);
                continue;
            }
            let bits = self.bits_of(word);
            all |= bits;
            if !modifiers {
                whole &= bits != 0;
                empty = false;
                any_word = true;
            }
        }
        any |= !modifiers && whole && !empty;
        match (any, any_word) {
            (true, _) => Match::Yes(all),
            (false, false) => Match::Connecting,
            (false, true) => Match::No,
        }
    }

    fn bit(&self, node: u32) -> u32 {
        self.index.kind_of(node).map_or(0, |k| self.index.editions(k).bit(self.date))
    }

    fn enter(&mut self, node: u32, covered: u32, followed: bool) {
        let everything = (1_u32 << self.wanted.len()) - 1;
        let missing = (everything & !covered).count_ones();
        self.found.push(Found { missing, followed, start: self.start, level: self.index.level(node), node, covered });
        if missing == 0 || self.visits > MOST_VISITS {
            return;
        }
        self.descend(node, covered, self.bit(node), followed);
        if self.follow && !followed {
            for said in self.index.said_of(node, self.date) {
                if let Said::Text(DetailKind::See | DetailKind::SeeAlso, _, Some(target)) = said
                    && self.index.is_on(target, self.date)
                {
                    self.follow(target, covered);
                }
            }
        }
    }

    /// Goes on from where a reference leads: a place of its own only where its path accounts for more of the words.
    fn follow(&mut self, target: u32, covered: u32) {
        let path = std::iter::successors(Some(target), |&at| self.index.parent(at));
        let words = path.filter_map(|at| self.index.record(at).map(|r| self.index.words_of(at, r)));
        let all = words.fold(covered, |all, words| all | self.all_bits(words));
        if all == covered {
            self.descend(target, covered, self.bit(target), true);
        } else {
            self.enter(target, all, true);
        }
    }

    fn all_bits(&self, words: &[U32]) -> u32 {
        words.iter().fold(0, |bits, w| bits | self.bits_of(w.get()))
    }

    fn descend(&mut self, node: u32, covered: u32, bit: u32, followed: bool) {
        if self.depth > DEEPEST {
            return;
        }
        self.depth += 1;
        for (child, record) in self.index.below(node, bit) {
            self.visits += 1;
            if self.visits > MOST_VISITS {
                break;
            }
            match self.matched(self.index.words_of(child, record)) {
                Match::Yes(bits) if bits & !covered != 0 => self.enter(child, covered | bits, followed),
                Match::Connecting => self.descend(child, covered, bit, followed),
                _ => {}
            }
        }
        self.depth -= 1;
    }
}

impl Index<'_> {
    fn wanted(&self, words: &[String]) -> Vec<Option<u32>> {
        words.iter().map(|w| self.word(w)).collect()
    }

    /// Main terms that have exactly these words as their title, or as one of its alternatives.
    fn mains(&self, kind: IndexKind, words: &[u32]) -> impl Iterator<Item = u32> {
        let all = self.kind(kind).map_or(&[][..], |k| super::slice(self.mains, k.mains));
        let of = |m: &super::MainRecord| super::slice(self.words, m.words).iter().map(|w| w.get());
        let start = all.partition_point(|m| of(m).lt(words.iter().copied()));
        let same = all.get(start..).unwrap_or_default().iter().take_while(move |m| of(m).eq(words.iter().copied()));
        same.map(|m| m.node.get())
    }

    fn walk(&self, kind: IndexKind, words: &[String], date: Date, whole: bool) -> Vec<Found> {
        let wanted = self.wanted(words);
        let bit = self.editions(kind).bit(date);
        let mut walk = Walk { index: self, date, wanted: &wanted, follow: !whole, visits: 0, depth: 0, start: 0, found: Vec::new() };
        let mut entered = Vec::new();
        let starts = if whole { 1 } else { words.len() };
        for start in 0..starts {
            for length in (1..=LONGEST_TITLE.min(words.len() - start)).rev() {
                let Some(run) = wanted[start..start + length].iter().copied().collect::<Option<Vec<u32>>>() else { continue };
                for main in self.mains(kind, &run) {
                    let Some(record) = self.record(main).filter(|r| r.editions.get() & bit != 0 && !entered.contains(&main)) else {
                        continue;
                    };
                    entered.push(main);
                    walk.start = start as u32;
                    let covered = walk.all_bits(self.words_of(main, record));
                    walk.enter(main, covered, false);
                }
            }
        }
        // A table with one main term is a table of what is below it.
        let nodes = self.kind(kind).map_or(0..0, |k| k.nodes.start.get()..k.nodes.end.get());
        let mut mains = self.siblings(nodes.start, nodes.end, bit);
        if let (Some((only, record)), None) = (mains.next(), mains.next())
            && !entered.contains(&only)
        {
            let covered = walk.all_bits(self.words_of(only, record));
            walk.descend(only, covered, bit, false);
        }
        walk.found
    }

    /// Looks a term up: "Fracture, femur, neck" as well as "type 2 diabetes with neuropathy". Case, accents, plurals, connecting words and nonessential
    /// modifiers are ignored. Words may stand in any order; references are followed once for what is left of them.
    ///
    /// At most `limit` places are given, all of which account for as many of the words; none where no main term is among the words.
    pub fn lookup(&self, kind: IndexKind, term: &str, date: Date, limit: usize) -> Search {
        let mut words = words(term);
        words.truncate(MOST_WORDS);
        let mut found = self.walk(kind, &words, date, false);
        found.sort_unstable();
        let mut known = Vec::new();
        let best = found.first().map(|f| (f.missing, f.followed));
        // A place reached in several ways stands once, in the best of them.
        found.retain(|f| {
            Some((f.missing, f.followed)) == best && known.len() < limit && !known.contains(&f.node) && {
                known.push(f.node);
                true
            }
        });
        Search { words, found }
    }

    /// The node that a reference names: from its main term down, each of its words. Words that columns of a table stand for are no subterms.
    pub(super) fn resolve(&self, kind: IndexKind, reference: &str, date: Date) -> Option<u32> {
        let pieces = reference.split(',').filter(|p| !p.trim_start().to_lowercase().starts_with("by "));
        let mut words = words(&pieces.collect::<Vec<_>>().join(","));
        if kind == IndexKind::Neoplasm {
            const COLUMNS: [&str; 7] = ["malignant", "primary", "secondary", "benign", "uncertain", "behavior", "unspecified"];
            words.retain(|w| !COLUMNS.contains(&w.as_str()));
        }
        if words.is_empty() || words.len() > MOST_WORDS {
            return None;
        }
        self.walk(kind, &words, date, true).into_iter().filter(|f| f.missing == 0).min().map(|f| f.node)
    }
}
