//! The index of diseases in the words of notes: from a main term down to every subterm that the same name tells, in any order and with words between them that
//! tell nothing of their own ("stenosis of the left subglottic part of the larynx").

use super::{
    ALTERNATIVE, DetailKind, Index, IndexKind, MODIFIERS, NodeRecord, Said,
    words::{PLACING, RELATING},
};
use crate::{
    code::{CodeId, CodeKey, System},
    date::Date,
    knowledge::{KnowledgeBase, base::slice, layout::flag},
    read::quantity::NUMBER_WORDS,
};
use rustc_hash::FxHashMap;
use zerocopy::little_endian::U32;

/// The pack that the index is as a lexicon.
const PACK: &str = "icd10cm_index";
/// Words of a note looked at together: a bit each.
pub(crate) const WINDOW: usize = 64;
/// Nodes looked at for one name, and levels gone down.
const MOST_VISITS: u32 = 20_000;
const DEEPEST: u32 = 16;
/// Letters that forms of one word share.
const STEM: usize = 2;
/// Circumstances, reasons for encounters and status have words of any note: packs tell them.
const OF_PACKS: std::ops::RangeInclusive<u8> = b'V'..=b'Z';

/// A name found: its code, and the words that it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub code: CodeId,
    pub first: usize,
    pub end: usize,
}

/// What is looked for it in.
#[derive(Clone, Copy)]
pub(crate) struct Phrase<'w> {
    /// Words, one for all their forms, at most [`WINDOW`]; none where a word is of another name.
    pub words: &'w [Option<u32>],
    /// A bit for each that may stand between the words of a name: sides, acuities, marks.
    pub open: u64,
    /// Those that the name must account for, and that its main term is one of; 0 where it may stand anywhere.
    pub of: u64,
}

/// Made once a knowledge base, when a note is first read with it.
pub(crate) struct Spoken {
    /// By word of the index, the one word of notes that stands for all its forms; [`u32::MAX`] where notes have none.
    said: Vec<u32>,
    /// By the first word of a title of a main term: the others, and its node.
    mains: FxHashMap<u32, Vec<(Vec<u32>, u32)>>,
    placing: Vec<u32>,
    relating: Vec<u32>,
    pub pack: u32,
}

impl Spoken {
    pub(crate) fn of(kb: &KnowledgeBase) -> Option<Self> {
        let index = kb.index().ok()?;
        let mains = slice(index.mains, index.kind(IndexKind::Diseases)?.mains);
        let pack = kb.rules().packs.iter().position(|p| p.id == PACK)? as u32;
        let said_as = |word: &str| kb.trie().word(word).map(|w| kb.canonical(w));
        // A number that a note spells out counts something ("fever for three days").
        let told = |word: &str| said_as(word).filter(|_| !NUMBER_WORDS.contains(&word)).unwrap_or(u32::MAX);
        let said: Vec<u32> = (0..index.vocabulary.len()).map(|at| told(index.spelled(at))).collect();
        let mut by_first: FxHashMap<u32, Vec<(Vec<u32>, u32)>> = FxHashMap::default();
        for main in mains {
            let words = slice(index.words, main.words).iter().map(|w| said.get(w.get() as usize).copied().filter(|&w| w != u32::MAX));
            let Some(mut words) = words.collect::<Option<Vec<u32>>>().filter(|w| !w.is_empty()) else { continue };
            let first = words.remove(0);
            by_first.entry(first).or_default().push((words, main.node.get()));
        }
        let all = |words: &[&str]| words.iter().filter_map(|w| said_as(w)).collect();
        Some(Self { said, mains: by_first, placing: all(&PLACING), relating: all(&RELATING), pack })
    }

    /// Whether a word only leads from one to another.
    pub(crate) fn leads_on(&self, word: u32) -> bool {
        self.placing.contains(&word) || self.relating.contains(&word)
    }

    /// The one name that accounts for the most words, if it says more than a main term; none where two of them lead to different codes.
    pub(crate) fn name(&self, kb: &KnowledgeBase, phrase: Phrase<'_>) -> Option<Name> {
        let index = kb.index().ok()?;
        let bit = index.editions(IndexKind::Diseases).bit(Date::OPEN);
        let bits = |of: &[u32]| places(phrase.words, |word| of.contains(&word));
        let open = phrase.open | bits(&self.placing);
        let filter = phrase.words.iter().flatten().fold(0, |bits, word| bits | 1 << (word & 63));
        let (relating, phrase) = (bits(&self.relating), Phrase { open, ..phrase });
        let mut walk = Walk { index, spoken: self, phrase, relating, filter, bit, visits: 0, found: Vec::new() };
        for (at, word) in phrase.words.iter().enumerate() {
            for (rest, node) in word.and_then(|word| self.mains.get(&word)).into_iter().flatten() {
                let run = phrase.words.get(at..=at + rest.len()).filter(|run| run[1..].iter().zip(rest).all(|(w, r)| *w == Some(*r)));
                let covered = run.map_or(0, |run| ((1_u64 << (run.len() - 1) << 1).wrapping_sub(1)) << at);
                if covered != 0 && (phrase.of == 0 || covered & phrase.of != 0) {
                    walk.start(*node, covered);
                }
            }
        }
        walk.best(kb)
    }
}

/// The places of words.
fn places(words: &[Option<u32>], is: impl Fn(u32) -> bool) -> u64 {
    words.iter().zip(0..).filter(|(word, _)| word.is_some_and(&is)).fold(0, |bits, (_, at)| bits | 1 << at)
}

/// A place on the walk.
#[derive(Clone, Copy)]
struct Found {
    /// Words of the titles on its path, and those of their nonessential modifiers.
    named: u64,
    modified: u64,
    /// Whether it is below what says how two things are related.
    related: bool,
    node: u32,
}

struct Walk<'w, 'a> {
    index: Index<'a>,
    spoken: &'w Spoken,
    phrase: Phrase<'w>,
    relating: u64,
    /// A bit for each word by the last six of its own: most words of the index are not among them.
    filter: u64,
    bit: u32,
    visits: u32,
    found: Vec<Found>,
}

/// How a title bears on the words.
enum Bears {
    No,
    /// "with", "due to": what is below belongs to what is above.
    Relates,
    /// With the words of the title, and those that its modifiers account for.
    Names(u64, u64),
}

impl Walk<'_, '_> {
    /// Where a word of the index stands from a place on.
    fn place(&self, word: u32, from: u32) -> Option<u32> {
        let said = self.spoken.said.get(word as usize).copied().filter(|&said| said != u32::MAX && self.filter >> (said & 63) & 1 == 1)?;
        (0..).zip(self.phrase.words).skip(from as usize).find(|(_, w)| **w == Some(said)).map(|(at, _)| at)
    }

    /// The words of a title in their order; none where one is missing.
    fn in_order(&self, words: &[U32]) -> Option<u64> {
        let mut next = 0;
        words.iter().try_fold(0, |bits, word| {
            let at = self.place(word.get(), next)?;
            next = at + 1;
            Some(bits | 1 << at)
        })
    }

    /// Whether parts of a title are forms of one word ("femur, femoral"), and not a name turned round ("marginal, anus").
    fn one_word(&self, parts: &[&[U32]]) -> bool {
        let stem = |part: &&[U32]| self.index.spelled(part.first().map_or(usize::MAX, |w| w.get() as usize)).get(..STEM);
        let mut stems = parts.iter().map(stem);
        let first = stems.next().flatten();
        parts.iter().all(|part| part.len() == 1) && first.is_some() && stems.all(|other| other == first)
    }

    fn bears(&self, node: u32, record: &NodeRecord) -> Bears {
        let words = self.index.words_of(node, record);
        let (title, modifiers) = words.split_at(words.iter().position(|w| w.get() == MODIFIERS).unwrap_or(words.len()));
        let mut parts = title.split(|w| w.get() == ALTERNATIVE);
        let whole = parts.next().unwrap_or_default();
        if whole.is_empty() {
            return Bears::Relates;
        }
        let named = self.in_order(whole).or_else(|| {
            let parts: Vec<&[U32]> = parts.collect();
            parts.iter().find_map(|part| self.in_order(part)).filter(|_| self.one_word(&parts))
        });
        let modified = modifiers.iter().filter_map(|w| self.place(w.get(), 0)).fold(0, |bits, at| bits | 1 << at);
        named.map_or(Bears::No, |named| Bears::Names(named, modified))
    }

    fn start(&mut self, main: u32, covered: u64) {
        let Some(record) = self.index.record(main).filter(|r| r.editions.get() & self.bit != 0) else { return };
        if let Bears::Names(named, modified) = self.bears(main, record) {
            self.descend(Found { named: covered | named, modified, related: false, node: main }, 0);
        }
    }

    fn descend(&mut self, from: Found, depth: u32) {
        let index = self.index;
        for (child, record) in index.below(from.node, self.bit).filter(|_| depth <= DEEPEST) {
            self.visits += 1;
            if self.visits > MOST_VISITS {
                return;
            }
            match self.bears(child, record) {
                Bears::Names(named, modified) if named & !from.named != 0 => {
                    let found = Found { named: from.named | named, modified: from.modified | modified, node: child, ..from };
                    self.found.push(found);
                    self.descend(found, depth + 1);
                }
                Bears::Relates => self.descend(Found { related: true, node: child, ..from }, depth + 1),
                _ => {}
            }
        }
    }

    /// Whether the words are one name: nothing stands between them that tells something else, what must be accounted for is, and titles say more than that.
    fn is_name(&self, found: &Found) -> bool {
        let covered = found.named | found.modified;
        let (first, end) = (covered.trailing_zeros(), 64 - covered.leading_zeros());
        let stretch = u64::MAX >> (64 - (end - first)) << first;
        let passed = self.phrase.open | if found.related { self.relating } else { 0 };
        let one = (!found.related || stretch & self.relating != 0) && stretch & !covered & !passed == 0;
        one && self.phrase.of & !covered & !self.phrase.open == 0 && found.named & !self.phrase.of != 0
    }

    /// What a node leads to: its own code, or that of where it refers; none where two codes are needed.
    fn leads_to(&self, node: u32) -> Option<CodeKey> {
        let code = |node: u32| {
            let told = || self.index.said(node);
            let two = told().any(|s| matches!(s, Said::Code(DetailKind::Manifestation, ..)));
            told().find_map(|s| if let Said::Code(DetailKind::Code, key, _) = s { Some(key) } else { None }).filter(|_| !two)
        };
        let referred = || self.index.said(node).find_map(|s| if let Said::Text(DetailKind::See, _, target) = s { target } else { None });
        code(node).or_else(|| referred().and_then(code))
    }

    fn best(&self, kb: &KnowledgeBase) -> Option<Name> {
        let words = |found: &Found| (found.named | found.modified).count_ones();
        let names = || self.found.iter().filter(|f| self.is_name(f));
        let most = names().map(words).max()?;
        let mut codes = names().filter(|f| words(f) == most).map(|f| (f.named | f.modified, self.leads_to(f.node)));
        let (covered, key) = codes.next()?;
        let key = key.filter(|_| codes.all(|other| other.1 == key)).filter(|k| !OF_PACKS.contains(&k.0.to_be_bytes()[0]))?;
        let mut code = kb.find(System::Icd10cm, key)?;
        while kb.has(code, flag::RETIRED) {
            code = kb.parent(code)?;
        }
        Some(Name { code, first: covered.trailing_zeros() as usize, end: 64 - covered.leading_zeros() as usize })
    }
}
