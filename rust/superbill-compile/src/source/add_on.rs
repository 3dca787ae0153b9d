//! NCCI add-on codes: which codes may be reported only beside which primary ones (edit types 1 to 3), as table, text or workbook.

use super::{Feed, Rejects, UNDATED, number, release::Calendar, table::Table};
use crate::{CompileError, gather::Gathered};
use superbill_core::date::Date;

pub(crate) const FEED: Feed = Feed {
    name: "ncci_add_on",
    system: None,
    calendar: Calendar::Quarter,
    recognises: |head| {
        head.has_columns(&["add_on_code", "primary_code"])
            || head.has_columns(&["Add-On Code", "Primary Code"])
            || head.has_columns(&["Add-on Code", "Primary Code"])
    },
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let rows = read(file.name, &*file.table()?, rejects)?;
        let mut count = 0;
        for row in &rows {
            let add_on = Gathered::service(&row.add_on);
            let primary = row.primary.as_deref().map(|p| Gathered::service(p).ok_or(p));
            match (add_on, primary.transpose()) {
                (Some(add_on), Ok(primary)) => {
                    [Some(add_on), primary].into_iter().flatten().for_each(|(system, key)| gathered.mention(system, key));
                    gathered.add_ons.state(file.effective, (add_on.1, primary.map(|p| p.1), row.edit_type), (row.effective, row.end));
                    count += 1;
                }
                (None, _) => rejects.add(file.name, row.line, format!("{:?} is no code of a service", row.add_on)),
                (_, Err(primary)) => rejects.add(file.name, row.line, format!("{primary:?} is no code of a service")),
            }
        }
        Ok(count.into())
    },
};

/// What stands for "the contractor says which primaries" (NCCI add-on code edits, types 2 and 3).
const CONTRACTOR_DEFINED: &str = "CCCCC";

/// The day of a code that is still in force, as some releases write it.
const NEVER: &str = "9999365";

fn not_a_date(text: &str) -> String {
    format!("{text:?} is not a date as yyyymmdd or yyyyddd")
}

/// The publisher's own form of days: the year and the number of the day in it.
fn ordinal(text: &str) -> Option<Date> {
    let number: u32 = text.parse().ok().filter(|_| text.len() == 7)?;
    let (year, day) = (number / 1000, number % 1000);
    let first = Date::parse_compact(&format!("{year}0101")).ok()?;
    let date = (1..day).fold(first, |date, _| date.next());
    (day > 0 && date.0 / 10_000 == year).then_some(date)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddOnRow {
    pub line: u64,
    pub add_on: String,
    /// None where the contractor says which.
    pub primary: Option<String>,
    /// 1, 2 or 3.
    pub edit_type: u8,
    /// First and last day, where the file says them.
    pub effective: Option<Date>,
    pub end: Option<Date>,
}

pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<AddOnRow>, CompileError> {
    const TABLE: [&str; 5] = ["add_on_code", "primary_code", "aoc_edit_type", "effective_date", "end_date"];
    const PUBLISHED: [&str; 5] = ["Add-On Code", "Primary Code", "Add-On Code Edit Type", "Effective Date", "Deletion Date"];
    let names = if table.columns(file, &TABLE[..3]).is_ok() { TABLE } else { PUBLISHED };
    let columns = table.columns(file, &names[..2])?;
    let edit_type = if columns.has(names[2]) { names[2] } else { "Edit Type" };
    let mut rows = Vec::new();
    for row in columns.rows() {
        let cell = |at: usize| columns.cell(row, names[at]);
        let day = |text: &str| match text {
            "" | "*" | "0" | NEVER => Ok(None),
            text => ordinal(text).or_else(|| Date::parse_compact(text).ok()).map(Some).ok_or_else(|| not_a_date(text)),
        };
        let read = || -> Result<AddOnRow, String> {
            let edit_type = number(columns.cell(row, edit_type))?;
            let edit_type = u8::try_from(edit_type).ok().filter(|t| (1..=3).contains(t)).ok_or("edit type is not 1, 2 or 3")?;
            let primary = Some(cell(1)).filter(|p| *p != CONTRACTOR_DEFINED).map(str::to_owned);
            Ok(AddOnRow { line: row.line, add_on: cell(0).to_owned(), primary, edit_type, effective: day(cell(3))?, end: day(cell(4))? })
        };
        match read() {
            Ok(row) => rows.push(row),
            Err(problem) => rejects.add(file, row.line, problem),
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no add-on code")) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_with_and_without_dates_are_read() {
        let mut rejects = Rejects::default();
        let mut of = |text: &str| read("x", &Table::delimited("x", text, b'\t').unwrap(), &mut rejects).unwrap();
        let dated = of(
            "add_on_code\tprimary_code\taoc_edit_type\teffective_date\tend_date\n0054T\tCCCCC\t2\t20130401\t\n11001\t11000\t1\t20130401\t20251231\n",
        );
        assert_eq!((dated[0].primary.as_deref(), dated[0].effective, dated[0].end), (None, Some(Date(2013_04_01)), None));
        assert_eq!(dated[1].end, Some(Date(2025_12_31)));
        let ordinal = of("add_on_code\tprimary_code\taoc_edit_type\teffective_date\tend_date\n11001\t11000\t1\t2024001\t2024366\n");
        assert_eq!((ordinal[0].effective, ordinal[0].end), (Some(Date(2024_01_01)), Some(Date(2024_12_31))));
        let undated = of("primary_code\tadd_on_code\taoc_edit_type\n11000\t11001\t1\n");
        assert_eq!((undated[0].add_on.as_str(), undated[0].primary.as_deref(), undated[0].effective), ("11001", Some("11000"), None));
    }

    #[test]
    fn a_day_that_the_year_does_not_have_is_none() {
        assert_eq!((ordinal("2023366"), ordinal("2024000"), ordinal("20240101")), (None, None, None));
    }

    #[test]
    fn bad_rows_are_named() {
        let mut rejects = Rejects::default();
        let text = "add_on_code\tprimary_code\taoc_edit_type\teffective_date\n1\t2\t4\t\n1\t2\tx\t\n1\t2\t1\tsoon\n1\t2\t1\t\n";
        assert_eq!(read("x", &Table::delimited("x", text, b'\t').unwrap(), &mut rejects).unwrap().len(), 1);
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [2, 3, 4]);
    }
}
