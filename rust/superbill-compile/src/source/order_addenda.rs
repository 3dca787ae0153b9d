//! Addenda of the order files: what a release adds, deletes and revises, in text. They compare with the update before, so that changes between years are
//! computed from order files; the addenda are read to check that nothing of them is missing there.

use super::{Feed, Head, Rejects, UNDATED, release::Calendar};
use crate::CompileError;
use superbill_core::code::{CodeKey, System};

pub(crate) const ICD10CM: Feed = Feed {
    name: "icd10cm_order_addenda",
    system: None,
    calendar: Calendar::FiscalYear,
    recognises: |head| layout(head) == Some(&LAYOUTS[0]),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let rows = read(file.name, file.text()?, &LAYOUTS[0], rejects)?;
        let count = rows.len();
        gathered.addenda.push((System::Icd10cm, file.effective, file.name.to_owned(), rows));
        Ok(count.into())
    },
};

pub(crate) const ICD10PCS: Feed = Feed {
    name: "icd10pcs_order_addenda",
    recognises: |head| layout(head) == Some(&LAYOUTS[1]),
    take: |file, gathered, rejects| {
        let rows = read(file.name, file.text()?, &LAYOUTS[1], rejects)?;
        let count = rows.len();
        gathered.addenda.push((System::Icd10pcs, file.effective, file.name.to_owned(), rows));
        Ok(count.into())
    },
    ..ICD10CM
};

/// Columns of a line, from 0.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    system: System,
    code: std::ops::Range<usize>,
}

const LAYOUTS: [Layout; 2] = [Layout { system: System::Icd10cm, code: 15..22 }, Layout { system: System::Icd10pcs, code: 13..20 }];

/// What happened to a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Added,
    Deleted,
    RevisedFrom,
    RevisedTo,
}

const ACTIONS: [(&str, Action); 4] =
    [("Add:", Action::Added), ("Delete:", Action::Deleted), ("Revise from:", Action::RevisedFrom), ("Revise to:", Action::RevisedTo)];

/// A line: its number, what happened, to which code.
pub type Addendum = (u64, Action, CodeKey);

fn action(line: &str) -> Option<Action> {
    ACTIONS.iter().find(|a| line.starts_with(a.0)).map(|a| a.1)
}

fn layout(head: &Head<'_>) -> Option<&'static Layout> {
    let line = head.text.lines().next().filter(|l| action(l).is_some())?;
    // ICD-10-CM has its flag before the code.
    let flagged = matches!(line.get(13..14), Some("0" | "1")) && line.get(14..15) == Some(" ");
    Some(&LAYOUTS[usize::from(!flagged)])
}

/// Reads the lines before the statistics, which begin with the first line of no action.
pub fn read(file: &str, text: &str, layout: &Layout, rejects: &mut Rejects) -> Result<Vec<Addendum>, CompileError> {
    let mut rows = Vec::new();
    for (at, line) in (1_u64..).zip(text.lines()) {
        let Some(action) = action(line) else { break };
        match line.get(layout.code.clone()).map(|c| layout.system.parse(c)) {
            Some(Ok(key)) => rows.push((at, action, key)),
            _ => rejects.add(file, at, "has no code where the layout has it"),
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no line of an addendum")) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_are_read_up_to_the_statistics() {
        let cm = "Add:         1 A0471   Short title\r\nRevise from: 0 B88     Short\r\nDelete:      1 ?       x\r\n\r\nHeaders  3\r\n";
        let pcs = "Add:         0016070 Short title\r\n";
        let of = |text: &str| layout(&Head { name: "x", text, sheet: &[] }).map(|l| l.system);
        assert_eq!((of(cm), of(pcs), of("Headers\n")), (Some(System::Icd10cm), Some(System::Icd10pcs), None));
        let mut rejects = Rejects::default();
        let rows = read("x", cm, &LAYOUTS[0], &mut rejects).unwrap();
        assert_eq!(
            rows.iter().map(|r| (r.1, r.2.to_string())).collect::<Vec<_>>(),
            [(Action::Added, "A0471".into()), (Action::RevisedFrom, "B88".into())]
        );
        assert_eq!(rejects.kept[0].line, 3);
        assert_eq!(read("x", pcs, &LAYOUTS[1], &mut rejects).unwrap()[0].2.to_string(), "0016070");
    }
}
