//! Builds the store of procedure-to-procedure edits that [`super::ptp`] reads.

use super::{
    layout::Range,
    ptp::{PtpRow, RowRecord, Summary, part, stretch},
};
use crate::{code::CodeKey, date::Date};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use zerocopy::{
    IntoBytes,
    little_endian::{U32, U64},
};

/// Builds the store of one setting from its releases.
#[derive(Default)]
pub struct PtpBuilder {
    releases: BTreeSet<Date>,
    codes: HashMap<CodeKey, u32>,
    keys: Vec<CodeKey>,
    /// Column 1, column 2, release, row.
    rows: Vec<(u32, u32, u32, PtpRow)>,
}

impl PtpBuilder {
    /// Adds a row of a release; releases and rows may come in any order.
    pub fn add(&mut self, release: Date, column1: CodeKey, column2: CodeKey, row: PtpRow) {
        self.releases.insert(release);
        let keys = &mut self.keys;
        let mut id = |key: CodeKey| {
            *self.codes.entry(key).or_insert_with(|| {
                keys.push(key);
                keys.len() as u32 - 1
            })
        };
        let (first, second) = (id(column1), id(column2));
        self.rows.push((first, second, release.0, row));
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Drops every release with less than nine tenths of the rows of the one before, since each repeats the whole history: part of its files are missing.
    /// Gives the day, its rows and those before.
    pub fn leave_out_partial(&mut self) -> Vec<(Date, usize, usize)> {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for row in &self.rows {
            *counts.entry(row.2).or_default() += 1;
        }
        let (mut before, mut partial) = (0, Vec::new());
        for (day, rows) in counts {
            if rows * 10 < before * 9 {
                partial.push((Date(day), rows, before));
            } else {
                before = rows;
            }
        }
        for (day, ..) in &partial {
            self.releases.remove(day);
            self.rows.retain(|r| r.2 != day.0);
        }
        partial
    }

    /// The codes that edits name.
    pub fn codes(&self) -> impl Iterator<Item = CodeKey> {
        self.keys.iter().copied()
    }

    /// Gives every rationale another number, as its name got one.
    pub fn rename(&mut self, rationale: impl Fn(u16) -> u16) {
        for row in &mut self.rows {
            row.3.rationale = rationale(row.3.rationale);
        }
    }

    /// The parts of the store. The history of a pair is in every release: a row that a later release repeats is said once, one that it drops stays
    /// with the last release that has it.
    pub fn build(self) -> Vec<(u32, Vec<u8>)> {
        let Self { releases, keys, mut rows, .. } = self;
        let releases: Vec<U32> = releases.iter().map(|r| r.0.into()).collect();
        let place = |release: u32| releases.partition_point(|r| r.get() < release) as u16;
        let sorted = |which: fn(&(u32, u32, u32, PtpRow)) -> u32, rows: &[(u32, u32, u32, PtpRow)]| {
            let mut used = vec![false; keys.len()];
            for row in rows {
                used[which(row) as usize] = true;
            }
            let mut order: Vec<u32> = (0..keys.len() as u32).filter(|&k| used[k as usize]).collect();
            order.sort_unstable_by_key(|&k| keys[k as usize]);
            let mut ids = vec![0; keys.len()];
            (0..).zip(&order).for_each(|(id, &k)| ids[k as usize] = id);
            (order.iter().map(|&k| U64::new(keys[k as usize].0)).collect::<Vec<_>>(), ids)
        };
        let (firsts, first_ids) = sorted(|r| r.0, &rows);
        let (seconds, second_ids) = sorted(|r| r.1, &rows);
        for row in &mut rows {
            (row.0, row.1) = (first_ids[row.0 as usize], second_ids[row.1 as usize]);
        }
        rows.sort_unstable_by_key(|r| (r.0, r.1, r.3, r.2));
        let (summaries, words, before) = bits(&rows, firsts.len(), stretch(seconds.len()));
        let mut sets: BTreeMap<Vec<RowRecord>, Vec<usize>> = BTreeMap::new();
        let mut pairs = 0;
        for pair in rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let record = |same: &[(u32, u32, u32, PtpRow)]| {
                let (of_all, row) = (same.iter().map(|s| place(s.2)), same[0].3);
                RowRecord {
                    effective: row.effective.into(),
                    deletion: row.deletion.into(),
                    indicator: row.indicator,
                    before_1996: row.before_1996.into(),
                    rationale: row.rationale.into(),
                    first: of_all.clone().min().unwrap_or_default().into(),
                    last: of_all.max().unwrap_or_default().into(),
                }
            };
            sets.entry(pair.chunk_by(|a, b| a.3 == b.3).map(record).collect()).or_default().push(pairs);
            pairs += 1;
        }
        let (mut of_pair, mut set_ranges, mut all) = (vec![U32::default(); pairs], Vec::new(), Vec::<RowRecord>::new());
        for (set, (records, members)) in (0..).zip(sets) {
            let start = all.len() as u32;
            all.extend(records);
            set_ranges.push(Range { start: start.into(), end: (all.len() as u32).into() });
            for pair in members {
                of_pair[pair] = U32::new(set);
            }
        }
        vec![
            (part::FIRST, firsts.as_bytes().to_vec()),
            (part::SECOND, seconds.as_bytes().to_vec()),
            (part::SUMMARY, summaries.as_bytes().to_vec()),
            (part::PAIRS, of_pair.as_bytes().to_vec()),
            (part::SETS, set_ranges.as_bytes().to_vec()),
            (part::ROWS, all.as_bytes().to_vec()),
            (part::RELEASES, releases.as_bytes().to_vec()),
            (part::WORDS, words.as_bytes().to_vec()),
            (part::BEFORE, before.as_bytes().to_vec()),
        ]
    }
}

/// Summaries by column-1 code, the words of their stretches, and the pairs before each word; `rows` in order.
fn bits(rows: &[(u32, u32, u32, PtpRow)], firsts: usize, stretch: u32) -> (Vec<Summary>, Vec<U64>, Vec<U32>) {
    let (mut summaries, mut words, mut before) = (Vec::with_capacity(firsts), Vec::<U64>::new(), Vec::<U32>::new());
    let (mut stretches, mut pairs) = (0, 0);
    // Each column-1 code has a row, since codes are those of the rows.
    for of_first in rows.chunk_by(|a, b| a.0 == b.0) {
        let of_stretches = || of_first.chunk_by(|a, b| a.1 >> stretch == b.1 >> stretch);
        summaries.push(Summary::new(stretches, of_stretches().map(|s| (s[0].1 >> stretch) as usize)));
        for of_stretch in of_stretches() {
            stretches += 1;
            let start = words.len();
            words.resize(start + (1 << (stretch - 6)), U64::default());
            for row in of_stretch {
                let word = &mut words[start + (row.1 as usize & ((1 << stretch) - 1)) / 64];
                *word = (word.get() | 1 << (row.1 % 64)).into();
            }
            for word in &words[start..] {
                before.push(U32::new(pairs));
                pairs += word.get().count_ones();
            }
        }
    }
    (summaries, words, before)
}
