//! The order file of ICD-10-CM and ICD-10-PCS: every code and header of a release, fixed width, as CDC/NCHS and CMS publish it.

use super::{Feed, Head, Opened, Rejects, Taken, UNDATED, release::Calendar};
use crate::{CompileError, gather::Gathered};
use std::collections::HashSet;
use superbill_core::code::{CodeKey, System};

pub(crate) const ICD10CM: Feed = Feed {
    name: "icd10cm_order",
    system: Some(System::Icd10cm),
    calendar: Calendar::FiscalYear,
    recognises: |head| recognises(head) == Some(System::Icd10cm),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let lines = read(file.name, file.text()?, System::Icd10cm, rejects)?;
        let count = lines.len();
        gathered.icd10cm.orders.insert(file.effective, lines);
        Ok(count.into())
    },
};

pub(crate) const ICD10PCS: Feed = Feed {
    name: "icd10pcs_order",
    system: Some(System::Icd10pcs),
    calendar: Calendar::FiscalYear,
    recognises: |head| recognises(head) == Some(System::Icd10pcs),
    dated: UNDATED,
    take: take_pcs,
};

fn take_pcs(file: &Opened<'_>, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let lines = read(file.name, file.text()?, System::Icd10pcs, rejects)?;
    let count = lines.len();
    gathered.list_order(System::Icd10pcs, file.effective, lines);
    Ok(count.into())
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    pub code: CodeKey,
    pub billable: bool,
    pub short: String,
    pub long: String,
}

/// The fields of a line: order number, code, flag, short title, long title.
fn fields(line: &str) -> Option<(u32, &str, bool, &str, &str)> {
    let number = line.get(..5)?.parse().ok()?;
    let billable = match line.get(14..15)? {
        "1" => true,
        "0" => false,
        _ => return None,
    };
    let blanks = [5..6, 13..14, 15..16].into_iter().all(|at| line.get(at) == Some(" "));
    let (code, short, long) =
        (line.get(6..13)?.trim(), line.get(16..line.len().min(76))?.trim(), line.get(77..).unwrap_or_default().trim());
    (blanks && !code.is_empty()).then_some((number, code, billable, short, long))
}

/// The system of an order file: PCS has codes of seven characters alone, under tables of three.
pub fn recognises(head: &Head<'_>) -> Option<System> {
    let codes: Vec<(&str, bool)> = head.text.lines().take(100).map_while(fields).map(|f| (f.1, f.2)).collect();
    let pcs = codes.iter().all(|(code, billable)| code.len() == if *billable { 7 } else { 3 });
    // ICD-10-CM starts with letters, ICD-10-PCS with the section "0".
    match codes.first() {
        Some((first, _)) if first.starts_with(|c: char| c.is_ascii_alphabetic()) => Some(System::Icd10cm),
        Some(_) if pcs => Some(System::Icd10pcs),
        _ => None,
    }
}

/// The lines of an order file. Its order numbers count them: a gap says that the file was cut or edited.
pub fn read(file: &str, text: &str, system: System, rejects: &mut Rejects) -> Result<Vec<OrderLine>, CompileError> {
    let mut lines = Vec::new();
    let mut known = HashSet::new();
    let mut last = 0;
    for (at, line) in (1_u64..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let Some((number, code, billable, short, long)) = fields(line) else {
            rejects.add(file, at, "not a line of an order file");
            continue;
        };
        if number != last + 1 {
            rejects.add(file, at, format!("order number {number} follows {last}: lines are missing or were added"));
        }
        last = number;
        match system.parse(code) {
            Ok(code) if known.insert(code) => {
                let long = if long.is_empty() { short } else { long };
                lines.push(OrderLine { code, billable, short: short.to_owned(), long: long.to_owned() });
            }
            Ok(code) => rejects.add(file, at, format!("{code} stands twice")),
            Err(error) => rejects.add(file, at, format!("{code}: {error}")),
        }
    }
    if lines.is_empty() { Err(CompileError::new(file, "has no line of an order file")) } else { Ok(lines) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, code: &str, flag: char, title: &str) -> String {
        format!("{number:05} {code:<7} {flag} {title:<60} {title}, whole\r\n")
    }

    fn small() -> String {
        [line(1, "A00", '0', "Group"), line(2, "A000", '1', "First"), line(3, "A001", '1', "Second")].concat()
    }

    #[test]
    fn lines_are_read_by_place() {
        let mut rejects = Rejects::default();
        let lines = read("x", &small(), System::Icd10cm, &mut rejects).unwrap();
        assert_eq!((lines.len(), rejects.count), (3, 0));
        assert_eq!((lines[1].code.to_string().as_str(), lines[1].billable, lines[1].short.as_str()), ("A000", true, "First"));
        assert_eq!((lines[0].billable, lines[2].long.as_str()), (false, "Second, whole"));
    }

    #[test]
    fn the_system_is_told_by_its_codes() {
        let of = |text: &str| recognises(&Head { name: "x", text, sheet: &[] });
        assert_eq!(of(&small()), Some(System::Icd10cm));
        assert_eq!(of(&(line(1, "001", '0', "T") + &line(2, "0016070", '1', "C"))), Some(System::Icd10pcs));
        assert_eq!(of("A00     Cholera\n"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn what_is_missing_twice_or_malformed_is_named_and_the_rest_kept() {
        let text =
            [line(1, "A00", '0', "Group"), line(3, "A000", '1', "x"), line(4, "A000", '1', "x"), line(5, "A-1", '1', "x"), "Ä\n".into()]
                .concat();
        let mut rejects = Rejects::default();
        assert_eq!(read("x", &text, System::Icd10cm, &mut rejects).unwrap().len(), 2);
        let lines: Vec<u64> = rejects.kept.iter().map(|r| r.line).collect();
        assert_eq!(lines, [2, 3, 4, 5]);
        assert!(rejects.kept[0].problem.contains("order number 3 follows 1"));
    }

    #[test]
    fn every_truncation_is_an_error_or_fewer_lines() {
        let whole = small();
        for end in 0..whole.len() {
            let mut rejects = Rejects::default();
            let read = read("x", &whole[..end], System::Icd10cm, &mut rejects);
            assert!(read.is_err() || read.is_ok_and(|l| l.len() <= 3), "cut at {end}");
        }
    }
}
