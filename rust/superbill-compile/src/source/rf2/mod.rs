//! SNOMED CT in Release Format 2 (RF2), from the user's licensed copy: tab-separated UTF-8 under one header line, one kind of component a file.
//!
//! The kinds are told apart by their header lines. Snapshot files are read: Full and Delta files hold the past of every row as well.

pub mod concept;
pub mod description;
pub mod extended_map;
pub mod relationship;
mod rule;

use super::{Head, Rejects};
use crate::CompileError;
use std::collections::BTreeMap;
use superbill_core::{
    date::Date,
    knowledge::snomed::{MapRow, SnomedBuilder, sctid},
};

/// Everything read, by feed and release; the newest release of each answers.
#[derive(Default)]
pub(crate) struct Snomed {
    pub concepts: BTreeMap<Date, Vec<u64>>,
    /// Concept, whether the name is the fully specified one, name.
    pub names: BTreeMap<Date, BTreeMap<u64, description::Name>>,
    /// Child and parent.
    pub is_a: BTreeMap<Date, Vec<(u64, u64)>>,
    pub rows: BTreeMap<Date, Vec<MapRow>>,
}

impl Snomed {
    /// The parts of the store; none where no map was read. Concepts that the release has retired are no one's parents.
    pub(crate) fn build(self) -> Result<Vec<(u32, Vec<u8>)>, CompileError> {
        let Some((day, mut rows)) = self.rows.into_iter().next_back() else { return Ok(Vec::new()) };
        rows.sort_unstable();
        rows.dedup();
        if let Some(pair) = rows.windows(2).find(|w| (w[0].concept, w[0].group, w[0].priority) == (w[1].concept, w[1].group, w[1].priority))
        {
            let problem = format!(
                "two files of the release of {day} give concept {} different rows of group {} and priority {}: leave one of them out",
                pair[0].concept, pair[0].group, pair[0].priority
            );
            return Err(CompileError::new("snomed_map", problem));
        }
        let newest = |list: BTreeMap<Date, Vec<u64>>| list.into_iter().next_back().map(|l| l.1);
        let mut active = newest(self.concepts);
        if let Some(active) = &mut active {
            active.sort_unstable();
        }
        let holds = |concept: u64| active.as_ref().is_none_or(|a| a.binary_search(&concept).is_ok());
        let mut builder = SnomedBuilder { rows, ..SnomedBuilder::default() };
        let is_a = self.is_a.into_iter().next_back().map(|i| i.1).unwrap_or_default();
        builder.is_a = is_a.into_iter().filter(|&(child, parent)| holds(child) && holds(parent)).collect();
        let names = self.names.into_iter().next_back().map(|n| n.1).unwrap_or_default();
        builder.terms = names.into_iter().map(|(concept, name)| (concept, name.term)).collect();
        Ok(builder.build())
    }
}

/// Whether the first line has just these columns.
fn has_header(head: &Head<'_>, columns: &[&str]) -> bool {
    head.text.lines().next().is_some_and(|l| l.split('\t').eq(columns.iter().copied()))
}

/// Active rows of a file, each with its cells, to `each`, which says what is wrong with one.
///
/// # Errors
/// [`CompileError`] for another header and for a file that is no snapshot.
fn read_rows<const N: usize>(
    file: &str,
    text: &str,
    columns: [&str; N],
    rejects: &mut Rejects,
    mut each: impl FnMut([&str; N]) -> Result<(), String>,
) -> Result<(), CompileError> {
    for kind in ["Full", "Delta"] {
        if file.contains(kind) {
            let problem = format!("a {kind} file, which has the past of its rows: load the Snapshot file of the same release instead");
            return Err(CompileError::new(file, problem));
        }
    }
    let mut lines = (1_u64..).zip(text.lines());
    if !lines.next().is_some_and(|(_, l)| l.split('\t').eq(columns)) {
        return Err(CompileError::new(file, format!("line 1: expected the columns {}", columns.join(", "))));
    }
    for (at, line) in lines.filter(|(_, l)| !l.is_empty()) {
        let mut cells = [""; N];
        let mut split = line.split('\t');
        let whole = cells.iter_mut().all(|cell| split.next().map(|c| *cell = c).is_some()) && split.next().is_none();
        let read = match cells[2] {
            _ if !whole => Err(format!("expected {N} cells")),
            "1" => each(cells),
            "0" => Ok(()),
            _ => Err("active: expected 0 or 1".into()),
        };
        if let Err(problem) = read {
            rejects.add(file, at, problem);
        }
    }
    Ok(())
}

fn identifier(column: &str, text: &str) -> Result<u64, String> {
    sctid::parse(text).map_err(|e| format!("{column}: {e}"))
}

/// Identifiers with right check digits, for tests: of a namespace that nobody has.
#[cfg(test)]
fn made_up(item: u64) -> u64 {
    (0..10).map(|check| (item * 1_000_000_000 + 1_999_999_10) * 10 + check).find(|&id| sctid::is_well_formed(id)).unwrap()
}
