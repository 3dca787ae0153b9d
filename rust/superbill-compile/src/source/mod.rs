//! Readers of official file formats: one feed a file, each of which knows its format, counts what it read and names what it could not use.
//!
//! A reader is a pure function `read(file, content, rejects) -> Result<rows, CompileError>`; a [`Feed`] says how its files are recognised and dated, and
//! where its rows go. What opens packages ([`package`]), decodes bytes ([`text`]), splits tables ([`table`]) and dates releases ([`release`]) is shared.

pub mod add_on;
pub mod code_lists;
pub mod conversion;
pub mod cpt;
pub mod hcc;
pub mod hcpcs;
pub mod icd10cm_codes;
pub mod icd10cm_index;
pub mod icd10cm_tabular;
pub mod icd10pcs_definitions;
pub mod icd10pcs_index;
pub mod icd10pcs_tables;
pub mod icd_order;
pub mod mce;
pub mod msdrg;
pub mod mue;
pub mod ontology;
pub mod opps;
pub mod order_addenda;
pub mod package;
pub mod pfs;
pub mod poa;
pub mod ptp;
pub mod release;
pub mod rf2;
pub mod table;
pub mod text;
pub(crate) mod xml;

use crate::{CompileError, gather::Gathered};
use release::Calendar;
use superbill_core::{code::System, date::Date};
use table::Table;

/// A feed: a kind of file that a publisher brings out again and again.
pub(crate) struct Feed {
    /// As `--release FEED=DATE` names it.
    pub name: &'static str,
    /// The system whose codes each release lists whole.
    pub system: Option<System>,
    pub calendar: Calendar,
    pub recognises: fn(&Head<'_>) -> bool,
    /// The first day of the release, where the content says it.
    pub dated: fn(&Head<'_>) -> Option<Date>,
    /// Reads the file into what is gathered.
    pub take: fn(&Opened<'_>, &mut Gathered, &mut Rejects) -> Result<Taken, CompileError>,
}

/// What was taken from a file.
pub(crate) struct Taken {
    pub rows: usize,
    /// What identifies a file with fees instead of its bytes: the cells that are kept, so that fees alone never change a knowledge base.
    pub kept: Option<String>,
    /// What else is to know of the file.
    pub note: Option<String>,
}

impl From<usize> for Taken {
    fn from(rows: usize) -> Self {
        Self { rows, kept: None, note: None }
    }
}

/// For feeds whose content does not say its release.
pub(crate) const UNDATED: fn(&Head<'_>) -> Option<Date> = |_| None;

/// A file of a known feed and release.
pub(crate) struct Opened<'a> {
    /// Without folders.
    pub name: &'a str,
    pub content: &'a Content,
    pub effective: Date,
}

impl Opened<'_> {
    /// The text of a file that is no workbook.
    pub(crate) fn text(&self) -> Result<&str, CompileError> {
        match self.content {
            Content::Text(text) => Ok(text),
            Content::Sheet(_) => Err(CompileError::new(self.name, "a workbook where a text was expected")),
        }
    }

    /// Rows of a workbook, or of a text with tabs or commas, whichever it has.
    pub(crate) fn table(&self) -> Result<std::borrow::Cow<'_, Table>, CompileError> {
        match self.content {
            Content::Text(text) => Table::delimited(self.name, text, delimiter(text)).map(std::borrow::Cow::Owned),
            Content::Sheet(table) => Ok(std::borrow::Cow::Borrowed(table)),
        }
    }
}

/// Rejects kept for the report; the rest is only counted.
const MOST_KEPT: usize = 1000;

/// A row that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reject {
    pub file: String,
    /// Counted from 1; 0 for the file as a whole.
    pub line: u64,
    pub problem: String,
}

/// Every row that could not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejects {
    /// The first of them.
    pub kept: Vec<Reject>,
    pub count: u64,
}

impl Rejects {
    pub fn add(&mut self, file: &str, line: u64, problem: impl Into<String>) {
        self.count += 1;
        if self.kept.len() < MOST_KEPT {
            self.kept.push(Reject { file: file.to_owned(), line, problem: problem.into() });
        }
    }
}

/// What a file holds, once unpacked and decoded.
#[derive(Clone, Debug)]
pub enum Content {
    Text(String),
    /// The first sheet of a workbook.
    Sheet(Table),
}

/// What the kind of a file is recognised by.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Its name without folders.
    pub name: &'a str,
    /// Its first 16 kB; empty for a workbook.
    pub text: &'a str,
    /// The first rows of a workbook; empty for a text.
    pub sheet: &'a [table::Row],
}

impl Head<'_> {
    /// Whether any of the first rows or lines has all of these cells, in any order, however they are separated, in any case.
    pub fn has_columns(&self, columns: &[&str]) -> bool {
        let has = |cells: &[String]| columns.iter().all(|c| cells.iter().any(|cell| cell.trim().eq_ignore_ascii_case(c)));
        let lines = self.text.lines().take(40).map(|line| {
            let split = line.split(delimiter(line) as char);
            split.map(|cell| cell.trim().trim_matches('"').to_owned()).collect::<Vec<_>>()
        });
        self.sheet.iter().take(40).any(|row| has(&row.cells)) || lines.into_iter().any(|cells| has(&cells))
    }
}

/// What separates the cells of a text: tabs where its first lines have any, else commas.
fn delimiter(text: &str) -> u8 {
    if text.lines().take(40).any(|l| l.contains('\t')) { b'\t' } else { b',' }
}

/// A number that a cell says.
fn number(cell: &str) -> Result<u32, String> {
    cell.parse().map_err(|_| format!("{cell:?} where a number was expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_however_they_are_separated() {
        let head = |text| Head { name: "x", text, sheet: &[] };
        assert!(head("notice\nHCPCS,\"MOD\",STATUS\n").has_columns(&["mod", "hcpcs"]));
        assert!(head("hcpcs\tmod").has_columns(&["mod", "hcpcs"]));
        assert!(!head("hcpcs\tmod").has_columns(&["status"]));
    }
}
