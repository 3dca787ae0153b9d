//! What a knowledge base was built from: each release of each feed, and the names that attributes refer to.

use crate::{code::System, date::Date};
use serde::{Deserialize, Serialize};

/// One file of one release of a feed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Release {
    /// As `--release FEED=DATE` names it.
    pub feed: String,
    /// The number of the code system that it lists whole, 0 where it lists none.
    pub system: u8,
    /// First and last day, `yyyymmdd`; the last as the publisher's calendar has it (the end of a fiscal year, a quarter, a year).
    pub effective: u32,
    pub end: u32,
    /// The publisher's file name, without folders.
    pub file: String,
    /// SHA-256 of the unpacked file, in hex.
    pub sha256: String,
    pub rows: u64,
    pub rejected: u64,
}

/// Everything that a knowledge base was built from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Releases {
    /// In order of feed, day and file.
    pub all: Vec<Release>,
    /// Values of attributes that are names.
    pub names: Vec<String>,
}

impl Releases {
    /// Releases that list the codes of a system.
    pub fn of(&self, system: System) -> impl Iterator<Item = &Release> {
        self.all.iter().filter(move |r| r.system == system as u8)
    }

    /// The first day of the first and the last day of the last release of a system.
    pub fn span(&self, system: System) -> Option<(Date, Date)> {
        let first = self.of(system).map(|r| r.effective).min()?;
        Some((Date(first), Date(self.of(system).map(|r| r.end).max()?)))
    }
}

/// The days that loaded releases cover, by system: stretches in order of time that do not overlap, since a day is asked for in every lookup.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    systems: [Vec<(u32, u32)>; System::NAMES.len() + 1],
}

impl Coverage {
    pub fn of(releases: &Releases) -> Self {
        let mut coverage = Self::default();
        let mut stretches: Vec<(u8, u32, u32)> = releases.all.iter().map(|r| (r.system, r.effective, r.end)).collect();
        stretches.sort_unstable();
        for (system, first, last) in stretches {
            let Some(known) = coverage.systems.get_mut(usize::from(system)) else { continue };
            match known.last_mut() {
                Some(before) if first <= before.1 => before.1 = before.1.max(last),
                _ if first <= last => known.push((first, last)),
                _ => (),
            }
        }
        coverage
    }

    /// Whether a release of a system covers the day.
    pub fn includes(&self, system: System, date: Date) -> bool {
        let stretches = &self.systems[system as usize];
        stretches[..stretches.partition_point(|s| s.0 <= date.0)].last().is_some_and(|s| date.0 <= s.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn release(system: u8, effective: u32, end: u32) -> Release {
        let (feed, file, sha256) = Default::default();
        Release { feed, system, effective, end, file, sha256, rows: 0, rejected: 0 }
    }

    proptest! {
        #[test]
        fn a_day_is_covered_where_a_release_holds(days in prop::collection::vec((1u8..4, 1u32..29, 1u32..29), 0..12), day in 1u32..29) {
            let all: Vec<Release> = days.iter().map(|d| release(d.0, 2026_01_00 + d.1, 2026_01_00 + d.2)).collect();
            let held = all.iter().any(|r| r.system == System::Icd10pcs as u8 && (r.effective..=r.end).contains(&(2026_01_00 + day)));
            let coverage = Coverage::of(&Releases { all, names: Vec::new() });
            prop_assert_eq!(coverage.includes(System::Icd10pcs, Date(2026_01_00 + day)), held);
        }
    }
}
