//! Complications and comorbidities of MS-DRG (appendix C): CC or MCC, and the group of principal diagnoses that exclude it.

use super::{Feed, Rejects, UNDATED, release::Calendar, table::Table};
use crate::CompileError;
use superbill_core::{
    code::{CodeKey, System},
    knowledge::attributes::{Kind, characters},
};

pub(crate) const FEED: Feed = Feed {
    name: "msdrg_cc",
    system: None,
    calendar: Calendar::FiscalYear,
    recognises: |head| head.has_columns(&["icd_code", "cc_mcc", "pdx_group"]),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let rows = read(file.name, &*file.table()?, rejects)?;
        let count = rows.len();
        for (_, code, level, group) in rows {
            let group = gathered.name(&group);
            let code = (System::Icd10cm, code);
            let Some(level) = characters(level) else { continue };
            // A code may have several groups of exclusions.
            gathered.one_of(FEED.name, file.effective, code, (Kind::Complication, 0), level);
            gathered.one_of(FEED.name, file.effective, code, (Kind::ComplicationExclusions, 0), group);
        }
        Ok(count.into())
    },
};

/// Line, code, CC or MCC, and group of exclusions.
pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<(u64, CodeKey, &'static str, String)>, CompileError> {
    let columns = table.columns(file, &["icd_code", "cc_mcc", "pdx_group"])?;
    let mut rows = Vec::new();
    for row in columns.rows() {
        let level = ["CC", "MCC"].into_iter().find(|l| *l == columns.cell(row, "cc_mcc"));
        match (System::Icd10cm.parse(columns.cell(row, "icd_code")), level) {
            (Ok(key), Some(level)) => rows.push((row.line, key, level, columns.cell(row, "pdx_group").to_owned())),
            (Ok(_), None) => rejects.add(file, row.line, "neither CC nor MCC"),
            (Err(error), _) => rejects.add(file, row.line, format!("{:?}: {error}", columns.cell(row, "icd_code"))),
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no code")) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_and_others_named() {
        let text = "icd_code\tcc_mcc\tpdx_group\nA00.0\tCC\t0002\nA01.00\tMCC\t0003\nA01.01\tno\t1\n?\tCC\t1\n";
        let mut rejects = Rejects::default();
        let rows = read("x", &Table::delimited("x", text, b'\t').unwrap(), &mut rejects).unwrap();
        assert_eq!(rows.iter().map(|r| (r.2, r.3.as_str())).collect::<Vec<_>>(), [("CC", "0002"), ("MCC", "0003")]);
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [4, 5]);
    }
}
