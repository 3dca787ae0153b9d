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
        for record in reader.records() {
            let record = record.map_err(|e| CompileError::new(file, e.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
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
            Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
            other => other.to_string(),
        };
        let rows = (1..).zip(sheet.rows()).map(|(at, row)| Row { line: top + at, cells: row.iter().map(cell).collect() });
        Ok(Self { rows: rows.collect() })
    }

    /// The index of the first row that has all these column names, in any case.
    pub fn header(&self, columns: &[&str]) -> Option<usize> {
        let has = |row: &Row, column: &str| row.cells.iter().any(|c| c.trim().eq_ignore_ascii_case(column));
        self.rows.iter().take(100).position(|row| columns.iter().all(|c| has(row, c)))
    }

    /// The place of a column in a header row, by name, in any case.
    pub fn column(&self, header: usize, name: &str) -> Option<usize> {
        self.rows.get(header)?.cells.iter().position(|c| c.trim().eq_ignore_ascii_case(name))
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
        assert_eq!(table.header(&["value"]), Some(1));
        assert_eq!(table.column(1, "VALUE"), Some(1));
    }

    #[test]
    fn a_damaged_workbook_is_an_error() {
        assert!(Table::sheet("x", b"PK\x03\x04 no zip").is_err());
    }
}
