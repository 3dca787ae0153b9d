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
    /// Whether a loaded release of a system covers the day.
    pub fn cover(&self, system: System, date: Date) -> bool {
        self.of(system).any(|r| (r.effective..=r.end).contains(&date.0))
    }

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
