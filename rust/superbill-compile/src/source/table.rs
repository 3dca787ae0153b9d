//! Rows of delimited texts and of workbooks.

use crate::CompileError;
use calamine::{Data, Reader, Xlsx};
use std::io::Cursor;

/// The largest sheet that is read; the largest real one has 50 columns and 30,000 rows.
const MOST_CELLS: usize = 40_000_000;

/// A row with the line or row of the sheet that it starts on, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    pub cells: Vec<String>,
}

impl Row {
    /// A cell without blanks around it; empty where the row is shorter.
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |c| c.trim())
    }

    /// Whether all cells are blank.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|c| c.trim().is_empty())
    }
}

/// Rows of cells as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub rows: Vec<Row>,
}

impl Table {
    /// A delimited text with cells in quotation marks where they hold delimiters or line ends; rows may differ in length.
    pub fn delimited(file: &str, text: &str, delimiter: u8) -> Result<Self, CompileError> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
        let mut rows = Vec::new();
        let (mut line, mut counted) = (1, 0);
        for record in reader.records() {
            let record = record.map_err(|e| CompileError::new(file, e.to_string()))?;
            // A record may begin with the line end of the one before.
            let start = record.position().map_or(0, |p| p.byte() as usize).min(text.len());
            let start = start + text.as_bytes()[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            line += text.as_bytes()[counted..start].iter().filter(|b| **b == b'\n').count() as u64;
            counted = start;
            rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
        }
        Ok(Self { rows })
    }

    /// The first sheet of an xlsx workbook.
    pub fn sheet(file: &str, bytes: &[u8]) -> Result<Self, CompileError> {
        let fail = |e: calamine::XlsxError| CompileError::new(file, format!("not a readable workbook: {e}"));
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(fail)?;
        let sheet = book.worksheet_range_at(0).ok_or_else(|| CompileError::new(file, "the workbook has no sheet"))?.map_err(fail)?;
        let (height, width) = sheet.get_size();
        if height.saturating_mul(width) > MOST_CELLS {
            return Err(CompileError::new(file, format!("the sheet has {height} x {width} cells: more than {MOST_CELLS}")));
        }
        let top = sheet.start().map_or(0, |s| u64::from(s.0));
        // Cells of numbers are codes that a program took for numbers; "99213", not "99213.0".
        let cell = |data: &Data| match data {
            Data::DateTime(day) => excel_day(day.as_f64()),
            Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
            other => other.to_string(),
        };
        let rows = (1..).zip(sheet.rows()).map(|(at, row)| Row { line: top + at, cells: row.iter().map(cell).collect() });
        Ok(Self { rows: rows.collect() })
    }

    /// The rows under the first row that has all these column names, in any case.
    ///
    /// # Errors
    /// [`CompileError`] where none of the first hundred rows has them.
    pub fn columns(&self, file: &str, names: &[&str]) -> Result<Columns<'_>, CompileError> {
        let has = |row: &Row, name: &str| row.cells.iter().any(|c| same(c, name));
        let missing = || CompileError::new(file, format!("no row names the columns {}", names.join(", ")));
        let header = self.rows.iter().take(100).position(|row| names.iter().all(|n| has(row, n))).ok_or_else(missing)?;
        Ok(Columns { names: self.rows[header].cells.clone(), rows: &self.rows[header + 1..] })
    }
}

/// A day that a workbook counts from the end of 1899, as ISO 8601.
fn excel_day(count: f64) -> String {
    // Days of the civil calendar in eras of 400 years that start with March.
    let days = count as i64 - 25_569 + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + i64::from(month <= 2))
}

/// Whether a cell is a column's name: in any case, white space of any kind and amount alike.
fn same(cell: &str, name: &str) -> bool {
    let mut words = cell.split_whitespace();
    name.split(' ').all(|n| words.next().is_some_and(|w| w.eq_ignore_ascii_case(n))) && words.next().is_none()
}

/// Rows whose cells are found by the names of their columns.
#[derive(Clone, Debug)]
pub struct Columns<'a> {
    names: Vec<String>,
    rows: &'a [Row],
}

impl<'a> Columns<'a> {
    /// Rows under a header of one's own.
    pub fn under(names: Vec<String>, rows: &'a [Row]) -> Self {
        Self { names, rows }
    }

    /// Rows that are not blank.
    pub fn rows(&self) -> impl Iterator<Item = &'a Row> + use<'a> {
        self.rows.iter().filter(|r| !r.is_blank())
    }

    /// The whole name of the first column that ends so.
    pub fn ending_with(&self, end: &str) -> Option<String> {
        self.names.iter().map(|n| n.trim()).find(|n| n.ends_with(end)).map(str::to_owned)
    }

    /// Whether there is such a column.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| same(n, name))
    }

    /// The cell of a column, without blanks around it; empty where the row or the table does not have it.
    pub fn cell<'r>(&self, row: &'r Row, name: &str) -> &'r str {
        self.names.iter().position(|n| same(n, name)).map_or("", |at| row.cell(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_line_ends_stay_in_their_cell_and_lines_are_counted() {
        let table = Table::delimited("x", "\"notice\nof two lines\",,\n\"HCPCS/\nCPT Code\",Value\n99213,1\n", b',').unwrap();
        assert_eq!(table.rows.len(), 3);
        assert_eq!((table.rows[2].line, table.rows[2].cell(0), table.rows[2].cell(9)), (5, "99213", ""));
        let columns = table.columns("x", &["value", "HCPCS/ CPT Code"]).unwrap();
        assert_eq!(columns.rows().map(|r| columns.cell(r, "VALUE")).collect::<Vec<_>>(), ["1"]);
        assert!(table.columns("x", &["units"]).is_err());
    }

    #[test]
    fn days_of_workbooks_are_calendar_dates() {
        assert_eq!([1.0, 36_526.0, 44_197.0, 45_351.5].map(excel_day), ["1899-12-31", "2000-01-01", "2021-01-01", "2024-02-29"]);
    }

    #[test]
    fn a_damaged_workbook_is_an_error() {
        assert!(Table::sheet("x", b"PK\x03\x04 no zip").is_err());
    }
}
