//! NCCI procedure-to-procedure edits as CMS publishes them: tab-separated text under a notice and a header wrapped over four lines, or the same columns
//! as a workbook.

use super::{Content, Feed, Head, Opened, Rejects, Taken, UNDATED, release::Calendar, table::Table};
use crate::{CompileError, gather::Gathered};
use std::collections::HashMap;
use superbill_core::{code::CodeKey, date::Date, knowledge::ptp::PtpRow};

pub(crate) const PRACTITIONER: Feed = Feed {
    name: "ncci_ptp_practitioner",
    system: None,
    calendar: Calendar::Quarter,
    recognises: |head| setting(head.name) == Some(0) && recognises(head),
    dated: UNDATED,
    take: |file, gathered, rejects| take(file, 0, gathered, rejects),
};

pub(crate) const HOSPITAL: Feed = Feed {
    name: "ncci_ptp_hospital",
    recognises: |head| setting(head.name) == Some(1) && recognises(head),
    take: |file, gathered, rejects| take(file, 1, gathered, rejects),
    ..PRACTITIONER
};

pub(crate) const UNKNOWN_SETTING: Feed = Feed {
    name: "ncci_ptp",
    recognises,
    take: |file, _, _| Err(CompileError::new(file.name, "its name does not say the setting of its edits: expected ccipra... or ccioph...")),
    ..PRACTITIONER
};

fn take(file: &Opened<'_>, setting: usize, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let edits = match file.content {
        Content::Text(text) => read(file.name, text, rejects)?,
        Content::Sheet(table) => read_table(file.name, table, rejects)?,
    };
    let rationales: Vec<u32> = edits.rationales.iter().map(|r| gathered.name(r)).collect();
    for (column1, column2, mut row) in edits.rows.iter().copied() {
        row.rationale = rationales[usize::from(row.rationale)] as u16;
        gathered.ptp[setting].add(file.effective, column1, column2, row);
    }
    Ok(edits.rows.len().into())
}

/// A file of edits; `rationale` of a row is a place in `rationales`.
#[derive(Debug, Default)]
pub struct PtpFile {
    pub rows: Vec<(CodeKey, CodeKey, PtpRow)>,
    pub rationales: Vec<String>,
}

/// The setting that a file name says: 0 practitioner, 1 outpatient hospital. The content does not say it.
pub fn setting(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if name.contains("ccipra") {
        Some(0)
    } else if name.contains("ccioph") || name.contains("cciopps") {
        Some(1)
    } else {
        None
    }
}

pub fn recognises(head: &Head<'_>) -> bool {
    let of_sheet = head.sheet.iter().any(|r| r.cells.len() >= 7 && is_row(r.cell(0), r.cell(1), r.cell(3)));
    of_sheet
        || head.text.lines().take(40).any(|l| {
            let mut cells = l.split('\t');
            let mut cell = || cells.next().unwrap_or_default();
            let (column1, column2, _, effective) = (cell(), cell(), cell(), cell());
            is_row(column1, column2, effective) && cells.count() >= 3
        })
}

fn is_row(column1: &str, column2: &str, effective: &str) -> bool {
    let code = |c: &str| c.len() == 5 && c.bytes().all(|b| b.is_ascii_alphanumeric());
    code(column1) && code(column2) && effective.len() == 8 && effective.bytes().all(|b| b.is_ascii_digit())
}

/// `yyyymmdd` as a date.
fn day(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok().filter(|_| text.len() == 8)?;
    let (month, day) = (number / 100 % 100, number % 100);
    ((1..=12).contains(&month) && (1..=31).contains(&day) && (1900_01_01..2200_01_01).contains(&number)).then_some(number)
}

#[derive(Default)]
struct Reader {
    file: PtpFile,
    known: HashMap<String, u16>,
}

impl Reader {
    fn row(&mut self, cells: [&str; 7]) -> Result<(), String> {
        let [column1, column2, before_1996, effective, deletion, indicator, rationale] = cells;
        let key = |text: &str| CodeKey::pack(text).map_err(|e| format!("{text:?}: {e}"));
        let indicator = match indicator {
            "0" => 0,
            "1" => 1,
            "9" => 9,
            other => return Err(format!("modifier indicator {other:?} is not 0, 1 or 9")),
        };
        let effective = day(effective).ok_or_else(|| format!("effective date {effective:?}"))?;
        let deletion = if deletion == "*" { Date::OPEN.0 } else { day(deletion).ok_or_else(|| format!("deletion date {deletion:?}"))? };
        let before_1996 = match before_1996 {
            "*" => true,
            "" => false,
            other => return Err(format!("{other:?} where * or nothing says whether it was in force before 1996")),
        };
        let rationale = if let Some(&known) = self.known.get(rationale) {
            known
        } else {
            let at = u16::try_from(self.file.rationales.len()).map_err(|_| "more rationales than a table has".to_owned())?;
            self.file.rationales.push(rationale.to_owned());
            self.known.insert(rationale.to_owned(), at);
            at
        };
        self.file.rows.push((key(column1)?, key(column2)?, PtpRow { indicator, effective, deletion, before_1996, rationale }));
        Ok(())
    }

    fn done(self, file: &str) -> Result<PtpFile, CompileError> {
        if self.file.rows.is_empty() { Err(CompileError::new(file, "has no edit")) } else { Ok(self.file) }
    }
}

/// Reads the text. What stands before the first edit is notice and header.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<PtpFile, CompileError> {
    let mut reader = Reader::default();
    for (at, line) in (1_u64..).zip(text.lines()) {
        let mut cells = [""; 7];
        let mut count = 0;
        for (cell, part) in cells.iter_mut().zip(line.splitn(7, '\t')) {
            *cell = part.trim();
            count += 1;
        }
        if count < 7 || !is_row(cells[0], cells[1], cells[3]) {
            if !reader.file.rows.is_empty() && !line.trim().is_empty() {
                rejects.add(file, at, "not a row of the table of edits");
            }
            continue;
        }
        reader.row(cells).unwrap_or_else(|problem| rejects.add(file, at, problem));
    }
    reader.done(file)
}

/// Reads the workbook of the same columns.
pub fn read_table(file: &str, table: &Table, rejects: &mut Rejects) -> Result<PtpFile, CompileError> {
    let mut reader = Reader::default();
    for row in &table.rows {
        if is_row(row.cell(0), row.cell(1), row.cell(3)) {
            let cells = std::array::from_fn(|at| row.cell(at));
            reader.row(cells).unwrap_or_else(|problem| rejects.add(file, row.line, problem));
        } else if !reader.file.rows.is_empty() && !row.is_blank() {
            rejects.add(file, row.line, "not a row of the table of edits");
        }
    }
    reader.done(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "A notice of the licence.\t\t\t\t\t\t\r\nColumn1/Column2 Edits\t\t\t\t\t\t\r\n\
        Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n\
        \t\t\t\t*=no data\t1=allowed\t\r\n\t\t\t\t\t9=not applicable\t\r\n";

    fn small() -> String {
        format!(
            "{HEADER}13121\t13120\t\t19960101\t19960101\t9\tone\r\n13121\t13120\t*\t19960101\t*\t0\tone\r\n0001A\t0591T\t\t20220101\t20231231\t1\ttwo\r\n"
        )
    }

    #[test]
    fn rows_are_kept_as_they_stand() {
        let mut rejects = Rejects::default();
        let file = read("x", &small(), &mut rejects).unwrap();
        assert_eq!((file.rows.len(), rejects.count, file.rationales.len()), (3, 0, 2));
        let (_, _, row) = file.rows[1];
        assert_eq!((row.indicator, row.effective, row.deletion, row.before_1996), (0, 1996_01_01, Date::OPEN.0, true));
        assert_eq!(file.rows[2].0.to_string(), "0001A");
        let table = Table::delimited("x", &small(), b'\t').unwrap();
        assert_eq!(read_table("x", &table, &mut rejects).unwrap().rows, file.rows);
    }

    #[test]
    fn the_setting_is_in_the_name() {
        assert_eq!(setting("ccipra-v322r0-f1.TXT"), Some(0));
        assert_eq!((setting("CCIOPPS-v301-f2.txt"), setting("ccioph-v322r0-f1.txt")), (Some(1), Some(1)));
        assert_eq!(setting("edits.txt"), None);
    }

    #[test]
    fn it_is_recognised_by_its_rows() {
        let of = |text: &str| recognises(&Head { name: "x", text, sheet: &[] });
        assert!(of(&small()));
        assert!(!of("change\tcolumn1\tcolumn2\tmodifier_indicator\ndelete\t0495T\tC9751\t1\n"));
    }

    #[test]
    fn a_bad_row_is_named_and_the_rest_kept() {
        let text = small() + "12345\t54321\t\t20221301\t*\t1\tx\n12345\t54321\t\t20220101\t*\t2\tx\nthe end\n";
        let mut rejects = Rejects::default();
        assert_eq!(read("x", &text, &mut rejects).unwrap().rows.len(), 3);
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [10, 11, 12]);
    }

    #[test]
    fn every_truncation_is_an_error_or_fewer_rows() {
        let whole = small();
        for end in 0..whole.len() {
            let read = read("x", &whole[..end], &mut Rejects::default());
            assert!(read.is_err() || read.is_ok_and(|f| f.rows.len() <= 3), "cut at {end}");
        }
    }
}
