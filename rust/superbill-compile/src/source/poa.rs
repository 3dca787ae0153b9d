//! ICD-10-CM codes exempt from the present-on-admission indicator, as CMS publishes them each fiscal year.

use super::{Feed, Rejects, UNDATED, release::Calendar, table::Table};
use crate::CompileError;
use superbill_core::{
    code::{CodeKey, System},
    knowledge::attributes::Kind,
};

pub(crate) const FEED: Feed = Feed {
    name: "poa_exempt",
    system: None,
    calendar: Calendar::FiscalYear,
    recognises: |head| {
        let header = head.text.lines().next().unwrap_or_default();
        // The lists of deleted and revised codes have another form.
        header.contains("POAexemptCode") && header.contains("Description") && !header.contains("Action")
    },
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let codes = read(file.name, &*file.table()?, rejects)?;
        let count = codes.len();
        for code in codes {
            gathered.member(FEED.name, file.effective, (System::Icd10cm, code), Kind::PoaExempt);
        }
        Ok(count.into())
    },
};

pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<CodeKey>, CompileError> {
    let columns = table.columns(file, &["POAexemptCode"])?;
    let mut codes = Vec::new();
    for row in columns.rows() {
        match System::Icd10cm.parse(columns.cell(row, "POAexemptCode")) {
            Ok(key) => codes.push(key),
            Err(error) => rejects.add(file, row.line, format!("{:?}: {error}", columns.cell(row, "POAexemptCode"))),
        }
    }
    if codes.is_empty() { Err(CompileError::new(file, "has no code")) } else { Ok(codes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Head;

    #[test]
    fn codes_are_read_and_lists_of_changes_are_another_kind() {
        let text = "Order26\tPOAexemptCode\tDescription\r\n00001\tB90.0\tOne\r\n00002\tB9O-0\tTwo\r\n";
        let mut rejects = Rejects::default();
        let codes = read("x", &Table::delimited("x", text, b'\t').unwrap(), &mut rejects).unwrap();
        assert_eq!(codes, [CodeKey::parse("B900").unwrap()]);
        assert_eq!(rejects.kept[0].line, 3);
        let of = |text: &str| (FEED.recognises)(&Head { name: "x", text, sheet: &[] });
        assert!(of(text) && !of("Order\tAction\tPOAexemptCode\tDescription\n"));
    }
}
