//! A licensed CPT file of the user's: codes with short, medium, long and consumer descriptors, tab-delimited as the AMA ships it.
//!
//! The descriptors are licensed to the user alone. They are kept apart from all other titles, under `superbill_core::knowledge::layout::section::LICENSED`,
//! and stand in no coded encounter and no answer of the server.

use super::{Feed, Head, Rejects, UNDATED, release::Calendar, table::Table};
use crate::CompileError;
use superbill_core::code::{CodeKey, System};

/// The licence that a user must have accepted.
pub const LICENCE: &str = "ama-cpt";

pub(crate) const FEED: Feed = Feed {
    name: "cpt",
    system: Some(System::Cpt),
    calendar: Calendar::CalendarYear,
    recognises,
    dated: UNDATED,
    take: |file, gathered, rejects| {
        if !gathered.accepted.iter().any(|l| l == LICENCE) {
            let problem = format!("holds descriptors that the AMA licenses: where you have that licence, say --accept {LICENCE}");
            return Err(CompileError::new(file.name, problem));
        }
        let rows = read(file.name, &*file.table()?, rejects)?;
        let count = rows.len();
        for (key, texts) in rows {
            gathered.list_number(FEED.name, file.effective, (System::Cpt, key));
            for (form, text) in (0_u8..).zip(texts).filter(|t| !t.1.is_empty()) {
                if gathered.licensed.state(file.effective, (key, form), text).is_some() {
                    rejects.add(
                        file.name,
                        0,
                        format!("{key}: another file of the release gives another {} descriptor", FORMS[usize::from(form)].0),
                    );
                }
            }
        }
        Ok(count.into())
    },
};

/// Descriptor forms with what their columns are called.
const FORMS: [(&str, &[&str]); 4] = [
    ("short", &["Short Descriptor", "Short Description", "Short"]),
    ("medium", &["Medium Descriptor", "Medium Description", "Medium"]),
    ("long", &["Long Descriptor", "Long Description", "Long", "Full Descriptor"]),
    ("consumer", &["Consumer Friendly Descriptor", "Consumer Descriptor", "Consumer"]),
];

const CODE: [&str; 2] = ["CPT Code", "CPT"];

/// A code with its descriptors, in the order of the forms; empty where there is none.
pub type Descriptors = (CodeKey, [String; 4]);

fn recognises(head: &Head<'_>) -> bool {
    FORMS.iter().flat_map(|f| f.1).any(|form| CODE.iter().any(|code| head.has_columns(&[code, form])))
}

pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<Descriptors>, CompileError> {
    let code = CODE.into_iter().find(|c| table.columns(file, &[c]).is_ok()).unwrap_or(CODE[0]);
    let columns = table.columns(file, &[code])?;
    let mut rows: Vec<Descriptors> = Vec::new();
    for row in columns.rows() {
        let text = |names: &&[&str]| names.iter().find(|n| columns.has(n)).map_or("", |n| columns.cell(row, n)).to_owned();
        match System::Cpt.parse(columns.cell(row, code)) {
            // Consumer descriptors stand in several rows of one code: the first is the code's own.
            Ok(key) if rows.last().is_some_and(|r| r.0 == key) => {}
            Ok(key) => rows.push((key, FORMS.each_ref().map(|f| text(&f.1)))),
            Err(error) => rejects.add(file, row.line, format!("{:?}: {error}", columns.cell(row, code))),
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no code")) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_read_by_their_columns() {
        let text = "A notice\nCPT Code\tLong Descriptor\tShort Descriptor\n11111\tAn invented service, whole\tInvented\nG0001\tx\ty\n11112\tAnother\t\n";
        let mut rejects = Rejects::default();
        let rows = read("x", &Table::delimited("x", text, b'\t').unwrap(), &mut rejects).unwrap();
        assert_eq!(rows[0].1, ["Invented".to_owned(), String::new(), "An invented service, whole".to_owned(), String::new()]);
        assert_eq!((rows.len(), rejects.kept[0].line), (2, 4));
        assert!(recognises(&Head { name: "x", text, sheet: &[] }) && !recognises(&Head { name: "x", text: "HCPC\tLong\n", sheet: &[] }));
    }
}
