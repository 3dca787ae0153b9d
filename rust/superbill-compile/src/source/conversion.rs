//! The ICD-10-CM conversion table: which codes a new code takes the place of, and from when.

use super::{Feed, Rejects, UNDATED, release::Calendar, table::Table};
use crate::CompileError;
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
};

pub(crate) const FEED: Feed = Feed {
    name: "icd10cm_conversion",
    system: None,
    calendar: Calendar::FiscalYear,
    recognises: |head| head.has_columns(&["Current code assignment", "Effective"]),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let rows = read(file.name, &*file.table()?, rejects)?;
        let count = rows.len();
        for (after, from, before) in rows {
            gathered.successors.extend(before.into_iter().map(|b| (System::Icd10cm, b, after, from)));
        }
        Ok(count.into())
    },
};

/// The new code, its first day, and the codes before it.
pub type Conversion = (CodeKey, Date, Vec<CodeKey>);

/// The day that a cell says: a year alone is 1 October of it, as codes come into force unless it is said otherwise.
fn day(cell: &str) -> Result<Date, String> {
    let year = cell.get(..4).filter(|_| cell.len() == 4).map(|y| format!("{y}-10-01"));
    let written = year.or_else(|| {
        let mut parts = cell.split('/');
        let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
        Some(format!("{year}-{month:0>2}-{day:0>2}"))
    });
    Date::parse(written.as_deref().unwrap_or(cell)).map_err(|_| format!("effective {cell:?} is neither a year nor a date"))
}

pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<Conversion>, CompileError> {
    let columns = table.columns(file, &["Current code assignment", "Effective"])?;
    let previous = columns.ending_with("Assignment").ok_or_else(|| CompileError::new(file, "no column of previous codes"))?;
    let mut rows = Vec::new();
    for row in columns.rows() {
        let read = || -> Result<Conversion, String> {
            let key = |text: &str| System::Icd10cm.parse(text).map_err(|e| format!("{text:?}: {e}"));
            let before = columns.cell(row, &previous);
            // "None", "A and B", "A & B", "categories A-B": what has no digit is a word.
            let codes = before.split([',', ';', ' ', '\n', '\u{a0}']).filter(|c| c.bytes().any(|b| b.is_ascii_digit()));
            let before = codes.map(range).collect::<Result<Vec<_>, _>>()?.concat();
            Ok((key(columns.cell(row, "Current code assignment"))?, day(columns.cell(row, "Effective"))?, before))
        };
        match read() {
            Ok(row) => rows.push(row),
            Err(problem) => rejects.add(file, row.line, problem),
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no row")) } else { Ok(rows) }
}

/// A code, or the two ends of a range: what lies between them is not told here.
fn range(text: &str) -> Result<Vec<CodeKey>, String> {
    text.split('-').filter(|c| !c.is_empty()).map(|code| System::Icd10cm.parse(code).map_err(|e| format!("{code:?}: {e}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_first_of_october_and_none_is_no_code() {
        let text = "A notice,,\nCurrent code assignment,Effective,Previous Code(s) Assignment\nA04.71,2017,A04.7\nR29.715,2016,None\nA04.72,4/1/2023,\"A04.7, A04.8\"\nA04.73,once,A04.7\n";
        let mut rejects = Rejects::default();
        let rows = read("x", &Table::delimited("x", text, b',').unwrap(), &mut rejects).unwrap();
        let written = |at: usize| rows[at].2.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((rows[0].1, written(0)), (Date(2017_10_01), vec!["A047".to_owned()]));
        assert!(rows[1].2.is_empty());
        assert_eq!((rows[2].1, written(2).len()), (Date(2023_04_01), 2));
        assert_eq!(rejects.kept[0].line, 6);
    }
}
