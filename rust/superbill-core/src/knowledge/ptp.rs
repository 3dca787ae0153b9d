//! NCCI procedure-to-procedure edits of one setting: a bit for every pair of codes, and what holds of the pair behind it.
//!
//! Column-2 codes are cut into 256 stretches. A summary of each column-1 code has a bit for every stretch with any pair, and only such stretches have
//! bits of their own: all summaries together stay in a cache, most probes end there, and the others read one word more. Pairs share their details:
//! millions of pairs have a few thousand different sets of rows.

use super::{
    base::{records, slice},
    container::KnowledgeError,
    layout::{NONE, Range},
};
use crate::{code::CodeKey, date::Date};
use zerocopy::{
    FromBytes, Immutable, IntoBytes, KnownLayout,
    little_endian::{U16, U32, U64},
};

/// Words of a summary.
const WORDS: usize = 4;

/// Codes of a stretch, as a power of two: a word of bits, or as many words as the bits of a summary ask for.
pub(super) fn stretch(seconds: usize) -> u32 {
    seconds.div_ceil(WORDS * 64).max(64).next_power_of_two().trailing_zeros()
}

/// Parts of the store.
pub(super) mod part {
    /// u64 keys of column-1 codes, in order.
    pub(crate) const FIRST: u32 = 0;
    /// u64 keys of column-2 codes, in order.
    pub(crate) const SECOND: u32 = 1;
    /// [`super::Summary`] by column-1 code.
    pub(crate) const SUMMARY: u32 = 2;
    /// u32 set by pair.
    pub(crate) const PAIRS: u32 = 3;
    /// [`super::Range`] of rows by set.
    pub(crate) const SETS: u32 = 4;
    /// [`super::RowRecord`].
    pub(crate) const ROWS: u32 = 5;
    /// u32 `yyyymmdd`: first days of the releases.
    pub(crate) const RELEASES: u32 = 6;
    /// u64: bits of the stretches that have a pair, those of one column-1 code together.
    pub(crate) const WORDS: u32 = 7;
    /// u32 by word: pairs in all words before.
    pub(crate) const BEFORE: u32 = 8;
    pub(crate) const ALL: u32 = 9;
}

/// Which stretches of column-2 codes have a pair with a column-1 code, and where their words are.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct Summary {
    bits: [U64; WORDS],
    /// Stretches with a pair of all column-1 codes before.
    before: U32,
    /// Stretches with a pair in the words before each word.
    within: [u8; WORDS],
}

impl Summary {
    /// The summary of the column-1 code that is paired with these stretches, after `before` of the codes before it.
    pub(super) fn new(before: u32, stretches: impl Iterator<Item = usize>) -> Self {
        let mut bits = [0u64; WORDS];
        stretches.for_each(|s| bits[s / 64] |= 1 << (s % 64));
        let within = std::array::from_fn(|word| bits[..word].iter().map(|w| w.count_ones() as u8).sum());
        Self { bits: bits.map(U64::new), before: before.into(), within }
    }

    #[inline]
    fn words(&self) -> [u64; WORDS] {
        let [a, b, c, d] = self.bits;
        [a.get(), b.get(), c.get(), d.get()]
    }

    /// The place of a stretch among all that have a pair; of one that has none the place where it would be.
    #[inline]
    fn place(&self, stretch: u32) -> usize {
        let word = (stretch / 64) as usize % WORDS;
        let below = self.bits[word].get() & ((1 << (stretch % 64)) - 1);
        self.before.get() as usize + usize::from(self.within[word]) + below.count_ones() as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct RowRecord {
    pub effective: U32,
    pub deletion: U32,
    /// 0, 1 or 9.
    pub indicator: u8,
    pub before_1996: u8,
    pub rationale: U16,
    /// Places of the first and last release that has it.
    pub first: U16,
    pub last: U16,
}

/// A row of the published table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PtpRow {
    /// 0: no modifier bypasses it; 1: a modifier may; 9: it never applied.
    pub indicator: u8,
    /// `yyyymmdd`, both inclusive; [`Date::OPEN`] where it is not deleted.
    pub effective: u32,
    pub deletion: u32,
    /// It was in force before 1996 already.
    pub before_1996: bool,
    /// An index into the names of the knowledge base.
    pub rationale: u16,
}

impl PtpRow {
    /// Whether the edit is in force on a day. A deletion date is the last day in force; one that equals the effective date says that the edit never
    /// was (NCCI policy manual ch. I, modifier indicator 9).
    pub fn in_force(&self, date: Date) -> bool {
        self.indicator != 9 && self.deletion != self.effective && (self.effective..=self.deletion).contains(&date.0)
    }
}

/// A code as column 1 and as column 2 of a table; [`NONE`] where it is none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PtpCode {
    first: u32,
    second: u32,
}

impl PtpCode {
    /// A code that no edit names.
    pub const UNNAMED: Self = Self { first: NONE, second: NONE };
}

/// Pairs that are looked at together: enough that looks into memory overlap, few enough for a small buffer.
const TOGETHER: usize = 1024;

/// Summaries that are fetched together.
const ROWS: usize = 16;

/// The edits of one setting, in place.
#[derive(Clone, Copy)]
pub struct PtpEdits<'a> {
    firsts: &'a [U64],
    seconds: &'a [U64],
    summaries: &'a [Summary],
    words: &'a [U64],
    before: &'a [U32],
    pairs: &'a [U32],
    sets: &'a [Range],
    rows: &'a [RowRecord],
    releases: &'a [U32],
    stretch: u32,
}

impl<'a> PtpEdits<'a> {
    /// Number of parts of the store.
    pub const PARTS: u32 = part::ALL;

    /// Views the parts of a file.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`] where their lengths do not fit each other.
    pub fn view(part: impl Fn(u32) -> &'a [u8]) -> Result<Self, KnowledgeError> {
        let (firsts, seconds): (&[U64], &[U64]) = (records(part(part::FIRST)), records(part(part::SECOND)));
        let edits = Self {
            firsts,
            seconds,
            summaries: records(part(part::SUMMARY)),
            words: records(part(part::WORDS)),
            before: records(part(part::BEFORE)),
            pairs: records(part(part::PAIRS)),
            sets: records(part(part::SETS)),
            rows: records(part(part::ROWS)),
            releases: records(part(part::RELEASES)),
            stretch: stretch(seconds.len()),
        };
        if edits.summaries.len() == firsts.len() && edits.before.len() == edits.words.len() {
            Ok(edits)
        } else {
            Err(KnowledgeError::Corrupt("the bits of edits do not fit their codes"))
        }
    }

    /// The places of a code; none where no edit names it.
    pub fn resolve(&self, key: CodeKey) -> Option<PtpCode> {
        let find = |keys: &[U64]| keys.binary_search_by_key(&key.0, |k| k.get()).map_or(NONE, |at| at as u32);
        let code = PtpCode { first: find(self.firsts), second: find(self.seconds) };
        (code != PtpCode::UNNAMED).then_some(code)
    }

    /// Every code that an edit names, with its places, in no order.
    pub(super) fn codes(&self) -> impl Iterator<Item = (CodeKey, PtpCode)> {
        let place = |keys: &[U64], key: u64| keys.binary_search_by_key(&key, |k| k.get()).map_or(NONE, |at| at as u32);
        let firsts = (0..).zip(self.firsts).map(move |(first, k)| (k.get(), PtpCode { first, second: place(self.seconds, k.get()) }));
        let others = (0..).zip(self.seconds).filter(move |s| place(self.firsts, s.1.get()) == NONE);
        let seconds = others.map(|(second, k)| (k.get(), PtpCode { first: NONE, second }));
        firsts.chain(seconds).filter(|c| c.0 != 0).map(|(key, code)| (CodeKey(key), code))
    }

    /// The word that a pair's bit is in, and the bit. Of a pair whose stretch has no word, some other or none.
    #[inline]
    fn word(&self, first: u32, second: u32) -> (usize, u32) {
        let place = self.summaries.get(first as usize).map_or(usize::MAX, |s| s.place(second >> self.stretch));
        let words = 1 << (self.stretch - 6);
        let within = second as usize / 64 % words;
        (place.saturating_mul(words).saturating_add(within), second % 64)
    }

    /// The place of a pair among the pairs.
    #[inline]
    fn pair(&self, first: u32, second: u32) -> Option<usize> {
        let stretch = second >> self.stretch;
        let summary = self.summaries.get(first as usize)?;
        if summary.bits.get(stretch as usize / 64)?.get() >> (stretch % 64) & 1 == 0 {
            return None;
        }
        let (word, bit) = self.word(first, second);
        let bits = self.words.get(word)?.get();
        let before = self.before.get(word)?.get() + (bits & ((1 << bit) - 1)).count_ones();
        (bits >> bit & 1 == 1).then_some(before as usize)
    }

    /// The bit of a pair whose stretch has one.
    #[inline]
    fn bit(&self, first: u32, second: u32) -> u64 {
        let (word, bit) = self.word(first, second);
        self.words.get(word).map_or(0, |w| w.get() >> bit & 1)
    }

    /// The ordered pairs among codes that any row names: places of column 1 and column 2, in order. Codes beyond 65,535 are not looked at.
    ///
    /// Summaries tell first which pairs can be, without a branch that depends on them; then what is left is looked up, each look independent of the others.
    pub fn named<'b>(&self, codes: &[PtpCode], buffer: &'b mut Vec<u32>) -> impl Iterator<Item = (usize, usize)> + use<'b> {
        let codes = &codes[..codes.len().min(1 << 16)];
        let rows = (TOGETHER / codes.len().max(1)).clamp(1, ROWS);
        let mut found = 0;
        for (start, chunk) in (0..).step_by(rows).zip(codes.chunks(rows)) {
            buffer.resize((found + chunk.len() * codes.len()).max(buffer.len()), 0);
            let mut summaries = [[0; WORDS]; ROWS];
            for (words, column1) in summaries.iter_mut().zip(chunk) {
                *words = self.summaries.get(column1.first as usize).map_or([0; WORDS], Summary::words);
            }
            let mut may = found;
            for (i, words) in (start..).zip(&summaries[..chunk.len()]) {
                for (j, column2) in (0u32..).zip(codes) {
                    let stretch = column2.second >> self.stretch;
                    let bit = words[(stretch / 64) as usize % WORDS] >> (stretch % 64);
                    buffer[may] = i << 16 | j;
                    may += (bit & u64::from(i != j) & u64::from(column2.second != NONE)) as usize;
                }
            }
            let mut kept = found;
            for at in found..may {
                let pair = buffer[at];
                buffer[kept] = pair;
                kept += self.bit(codes[(pair >> 16) as usize].first, codes[(pair & 0xffff) as usize].second) as usize;
            }
            found = kept;
        }
        buffer[..found].iter().map(|p| ((p >> 16) as usize, (p & 0xffff) as usize))
    }

    fn set(&self, pair: usize) -> &'a [RowRecord] {
        self.pairs.get(pair).and_then(|s| self.sets.get(s.get() as usize)).map_or(&[], |r| slice(self.rows, *r))
    }

    /// Rows of the newest release for an ordered pair.
    pub fn rows(&self, column1: PtpCode, column2: PtpCode) -> impl Iterator<Item = PtpRow> {
        let newest = self.releases.len().saturating_sub(1);
        let both = column1.first != NONE && column2.second != NONE;
        let pair = if both { self.pair(column1.first, column2.second) } else { None };
        let rows = pair.map_or(&[][..], |p| self.set(p)).iter();
        rows.filter(move |r| usize::from(r.last.get()) == newest).map(row)
    }

    /// The edit in force on a day for an ordered pair; of several the most restrictive.
    pub fn in_force(&self, column1: PtpCode, column2: PtpCode, date: Date) -> Option<PtpRow> {
        self.rows(column1, column2).filter(|r| r.in_force(date)).min()
    }

    /// Every edit in force among the codes of a claim, in both directions: places of column 1 and column 2, and the edit. `buffer` is kept from one
    /// claim to the next.
    pub fn probe(&self, codes: &[PtpCode], date: Date, buffer: &mut Vec<u32>, mut each: impl FnMut(usize, usize, PtpRow)) {
        for (i, j) in self.named(codes, buffer) {
            if let Some(edit) = self.in_force(codes[i], codes[j], date) {
                each(i, j, edit);
            }
        }
    }

    /// First days of the releases, oldest first.
    pub fn releases(&self) -> impl Iterator<Item = Date> {
        self.releases.iter().map(|r| Date(r.get()))
    }

    /// Every pair with its rows of the newest release, in order of column 1, then column 2.
    pub fn iter(&self) -> impl Iterator<Item = (CodeKey, CodeKey, Vec<PtpRow>)> + use<'a> {
        self.into_pairs()
    }

    /// The same, of a copy of this view.
    pub fn into_pairs(self) -> impl Iterator<Item = (CodeKey, CodeKey, Vec<PtpRow>)> + use<'a> {
        let newest = self.releases.len().saturating_sub(1);
        self.firsts.iter().enumerate().flat_map(move |(first, column1)| {
            self.seconds.iter().enumerate().filter_map(move |(second, column2)| {
                let set = self.set(self.pair(first as u32, second as u32)?);
                let rows: Vec<PtpRow> = set.iter().filter(|r| usize::from(r.last.get()) == newest).map(row).collect();
                (!rows.is_empty()).then_some((CodeKey(column1.get()), CodeKey(column2.get()), rows))
            })
        })
    }

    /// Number of pairs of all releases.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

fn row(record: &RowRecord) -> PtpRow {
    PtpRow {
        indicator: record.indicator,
        effective: record.effective.get(),
        deletion: record.deletion.get(),
        before_1996: record.before_1996 != 0,
        rationale: record.rationale.get(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ptp_builder::PtpBuilder, *};
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn key(number: u32) -> CodeKey {
        CodeKey::pack(&format!("{number:05}")).unwrap()
    }

    fn row(indicator: u8, effective: u32, deletion: u32) -> PtpRow {
        PtpRow { indicator, effective, deletion, before_1996: false, rationale: 0 }
    }

    fn view(parts: &[(u32, Vec<u8>)]) -> Result<PtpEdits<'_>, KnowledgeError> {
        PtpEdits::view(|id| parts.iter().find(|p| p.0 == id).map_or(&[], |p| p.1.as_slice()))
    }

    fn on(parts: &[(u32, Vec<u8>)], column1: u32, column2: u32, date: u32) -> Option<u8> {
        let edits = view(parts).unwrap();
        let (column1, column2) = (edits.resolve(key(column1))?, edits.resolve(key(column2))?);
        edits.in_force(column1, column2, Date(date)).map(|r| r.indicator)
    }

    const OPEN: u32 = Date::OPEN.0;
    const Q3: Date = Date(2026_07_01);

    #[test]
    fn rows_of_a_pair_are_kept_apart() {
        let mut builder = PtpBuilder::default();
        // Rows as NCCI has them: a pair that never was beside one that is; one that ended and came back.
        builder.add(Q3, key(13121), key(13120), row(9, 1996_01_01, 1996_01_01));
        builder.add(Q3, key(13121), key(13120), row(0, 1996_01_01, OPEN));
        builder.add(Q3, key(17000), key(17281), row(1, 1999_07_01, 2004_12_31));
        builder.add(Q3, key(17000), key(17281), row(9, 1999_07_01, 1999_07_01));
        builder.add(Q3, key(27236), key(99213), row(1, 2009_01_01, 2019_12_31));
        builder.add(Q3, key(27236), key(99213), row(0, 2020_01_01, OPEN));
        let parts = builder.build();
        assert_eq!(on(&parts, 13121, 13120, 2026_01_01), Some(0));
        assert_eq!(on(&parts, 13120, 13121, 2026_01_01), None, "the other direction is another pair");
        assert_eq!(on(&parts, 17000, 17281, 2004_12_31), Some(1), "the deletion date is the last day");
        assert_eq!(on(&parts, 17000, 17281, 2005_01_01), None);
        assert_eq!(on(&parts, 17000, 17281, 1999_06_30), None);
        assert_eq!((on(&parts, 27236, 99213, 2019_12_31), on(&parts, 27236, 99213, 2020_01_01)), (Some(1), Some(0)));
        assert_eq!(on(&parts, 1, 2, 2026_01_01), None);
    }

    #[test]
    fn the_most_restrictive_of_several_is_in_force() {
        let mut builder = PtpBuilder::default();
        builder.add(Q3, key(1), key(2), row(1, 2020_01_01, OPEN));
        builder.add(Q3, key(1), key(2), row(0, 2021_01_01, OPEN));
        let parts = builder.build();
        assert_eq!((on(&parts, 1, 2, 2020_06_01), on(&parts, 1, 2, 2021_06_01)), (Some(1), Some(0)));
    }

    #[test]
    fn the_newest_release_answers_and_the_older_one_is_kept() {
        let mut builder = PtpBuilder::default();
        builder.add(Q3, key(1), key(2), row(1, 2020_01_01, 2025_12_31));
        builder.add(Date(2026_04_01), key(1), key(2), row(1, 2020_01_01, OPEN));
        let parts = builder.build();
        assert_eq!(on(&parts, 1, 2, 2026_05_01), None);
        let edits = view(&parts).unwrap();
        assert_eq!(edits.rows.len(), 2);
        assert_eq!(edits.releases().collect::<Vec<_>>(), [Date(2026_04_01), Q3]);
    }

    #[test]
    fn a_release_without_some_of_its_files_ends_no_edit() {
        let mut builder = PtpBuilder::default();
        for code in 0..20 {
            builder.add(Date(2026_04_01), key(code), key(99), row(1, 2020_01_01, OPEN));
            builder.add(Date(2026_10_01), key(code), key(99), row(0, 2020_01_01, OPEN));
        }
        builder.add(Q3, key(3), key(99), row(1, 2020_01_01, 2026_06_30));
        assert_eq!(builder.leave_out_partial(), [(Q3, 1, 20)]);
        let parts = builder.build();
        assert_eq!((on(&parts, 3, 99, 2026_08_01), on(&parts, 7, 99, 2026_08_01)), (Some(0), Some(0)));
        assert_eq!(view(&parts).unwrap().releases().count(), 2);
    }

    #[test]
    fn more_codes_than_a_summary_has_bits_share_them() {
        let mut builder = PtpBuilder::default();
        let paired = |a: u32, b: u32| a != b && b % (a + 2) == 1;
        let pairs = || (0..3u32).flat_map(|a| (0..40_000u32).filter(move |&b| paired(a, b)).map(move |b| (a, b)));
        pairs().for_each(|(a, b)| builder.add(Q3, key(a), key(b), row((b % 2) as u8, 2020_01_01, OPEN)));
        let parts = builder.build();
        let edits = view(&parts).unwrap();
        assert!(edits.stretch > 6, "{}", edits.stretch);
        assert_eq!(edits.iter().map(|p| (p.0, p.1)).collect::<Vec<_>>(), pairs().map(|p| (key(p.0), key(p.1))).collect::<Vec<_>>());
        for (a, b) in (0..3).flat_map(|a| (0..40_000).step_by(7).map(move |b| (a, b))) {
            assert_eq!(on(&parts, a, b, 2026_01_01), paired(a, b).then_some((b % 2) as u8), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn answers_are_those_of_a_map(rows in prop::collection::vec((0u32..900, 0u32..900, 0u8..2, 0u32..4, 0u32..5), 0..400), asked in 0u32..5) {
            let mut builder = PtpBuilder::default();
            let mut oracle: HashMap<(u32, u32), Vec<PtpRow>> = HashMap::new();
            for &(a, b, indicator, from, to) in &rows {
                let row = row(indicator, 2020_01_01 + from, if to == 4 { OPEN } else { 2020_01_01 + to });
                builder.add(Q3, key(a), key(b), row);
                oracle.entry((a, b)).or_default().push(row);
            }
            let parts = builder.build();
            let date = 2020_01_01 + asked;
            for a in 0..900u32 {
                let slow = |b: u32| oracle.get(&(a, b)).and_then(|r| r.iter().filter(|r| r.in_force(Date(date))).map(|r| r.indicator).min());
                for b in (0..900).step_by(if oracle.keys().any(|k| k.0 == a) { 1 } else { 300 }) {
                    prop_assert_eq!(on(&parts, a, b, date), slow(b));
                }
            }
            let edits = view(&parts).unwrap();
            prop_assert_eq!(edits.iter().count(), oracle.len());
            let codes: Vec<PtpCode> = (0..900).map(|c| edits.resolve(key(c)).unwrap_or(PtpCode::UNNAMED)).collect();
            let mut named: Vec<(u32, u32)> = oracle.keys().copied().filter(|p| p.0 != p.1).collect();
            named.sort_unstable();
            let mut buffer = Vec::new();
            prop_assert_eq!(edits.named(&codes, &mut buffer).map(|p| (p.0 as u32, p.1 as u32)).collect::<Vec<_>>(), named);
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 9)) {
            let parts: Vec<(u32, Vec<u8>)> = (0..).zip(bytes).collect();
            if let Ok(edits) = view(&parts) {
                let codes: Vec<PtpCode> = edits.firsts.iter().chain(edits.seconds).filter_map(|k| edits.resolve(CodeKey(k.get()))).collect();
                edits.probe(&codes, Q3, &mut Vec::new(), |_, _, _| ());
                edits.iter().count();
            }
        }
    }
}
