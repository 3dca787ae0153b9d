//! Medically unlikely edits (NCCI) of the three settings, as CMS publishes them: CSV or workbook under a notice, or a table of the same columns.
//!
//! A value of 0 says that the code is not paid, not that there is no limit; a code that is not in the table may have a confidential value (NCCI ch. 1 V).

use super::{Feed, Head, Opened, Rejects, Taken, UNDATED, number, release::Calendar, table::Table};
use crate::{CompileError, gather::Gathered};
use superbill_core::knowledge::attributes::Kind;

/// A row: code, units of service, adjudication indicator and rationale.
pub type MueRow = (String, u32, u32, String);

/// The settings by number as [`superbill_core::knowledge::attributes::MUE_SETTINGS`], with what their files call them.
const SETTINGS: [(u16, &str); 3] = [(1, "practitioner"), (2, "outpatient hospital"), (3, "dme supplier")];

pub(crate) const PRACTITIONER: Feed = Feed {
    name: "ncci_mue_practitioner",
    system: None,
    calendar: Calendar::Quarter,
    recognises: |head| setting(head) == Some(1),
    dated: UNDATED,
    take: |file, gathered, rejects| take(file, &PRACTITIONER, 1, gathered, rejects),
};

pub(crate) const OUTPATIENT_HOSPITAL: Feed = Feed {
    name: "ncci_mue_outpatient_hospital",
    recognises: |head| setting(head) == Some(2),
    take: |file, gathered, rejects| take(file, &OUTPATIENT_HOSPITAL, 2, gathered, rejects),
    ..PRACTITIONER
};

pub(crate) const DME_SUPPLIER: Feed = Feed {
    name: "ncci_mue_dme_supplier",
    recognises: |head| setting(head) == Some(3),
    take: |file, gathered, rejects| take(file, &DME_SUPPLIER, 3, gathered, rejects),
    ..PRACTITIONER
};

/// The setting that the header or the first row names.
fn setting(head: &Head<'_>) -> Option<u16> {
    let table = head.has_columns(&["MUE Adjudication Indicator", "MUE Rationale"]) || head.has_columns(&["mue_units", "mue_mai"]);
    let said = |text: &str| SETTINGS.iter().find(|s| text.to_lowercase().contains(s.1)).map(|s| s.0);
    let rows = head.sheet.iter().take(40).map(|r| r.cells.join(" "));
    let mut lines =
        head.text.lines().take(40).map(str::to_owned).chain(rows).filter(|l| l.to_lowercase().contains("mue") || l.contains('\t'));
    if table { lines.find_map(|l| said(&l)) } else { None }
}

pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<MueRow>, CompileError> {
    const PUBLISHED: [&str; 4] = ["HCPCS/ CPT Code", "Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"];
    const TABLE: [&str; 4] = ["hcpcs_code", "mue_units", "mue_mai", "mue_rationale"];
    let (columns, names) = if let Ok(columns) = table.columns(file, &TABLE) {
        (columns, TABLE.map(str::to_owned))
    } else {
        let columns = table.columns(file, &[PUBLISHED[0], PUBLISHED[2], PUBLISHED[3]])?;
        let units = columns.ending_with(PUBLISHED[1]).ok_or_else(|| CompileError::new(file, "no column of MUE values"))?;
        (columns, [PUBLISHED[0].to_owned(), units, PUBLISHED[2].to_owned(), PUBLISHED[3].to_owned()])
    };
    let mut all = Vec::new();
    for row in columns.rows() {
        let [code, units, indicator, rationale] = names.each_ref().map(|n| columns.cell(row, n));
        // "3 Date of Service Edit: Clinical": the number is the indicator.
        let indicator = indicator.split_whitespace().next().unwrap_or_default();
        let parsed = number(units).and_then(|units| {
            let indicator = number(indicator)?;
            if (1..=3).contains(&indicator) {
                Ok((units, indicator))
            } else {
                Err(format!("adjudication indicator {indicator} is not 1, 2 or 3"))
            }
        });
        match parsed {
            Ok((units, indicator)) => all.push((code.to_owned(), units, indicator, rationale.to_owned())),
            Err(problem) => rejects.add(file, row.line, format!("{code}: {problem}")),
        }
    }
    if all.is_empty() { Err(CompileError::new(file, "has no value")) } else { Ok(all) }
}

fn take(file: &Opened<'_>, feed: &Feed, setting: u16, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let rows = read(file.name, &*file.table()?, rejects)?;
    let mut count = 0;
    for (code, units, indicator, rationale) in rows {
        let Some(service) = Gathered::service(&code) else {
            rejects.add(file.name, 0, format!("{code:?} is no code of a service"));
            continue;
        };
        gathered.mention(service.0, service.1);
        let rationale = gathered.name(&rationale);
        let stated = [(Kind::MueUnits, units), (Kind::MueAdjudication, indicator), (Kind::MueRationale, rationale)]
            .into_iter()
            .try_for_each(|(kind, value)| gathered.property(feed.name, file.effective, service, (kind, setting), value));
        match stated {
            Ok(()) => count += 1,
            Err(problem) => rejects.add(file.name, 0, problem),
        }
    }
    Ok(count.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = "\"A notice \u{ae}\n\nof eight lines\",,,\n\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n\
        99291,1,2 Date of Service Edit: Policy,Anatomic Consideration\nA4206,0,3 Date of Service Edit: Clinical,\"CMS Policy, own\"\n";
    const TABLE: &str = "hcpcs_code\tmue_units\tmue_mai\tmue_rationale\tmue_service\nA4218\t56\t3\tClinical: Data\tDME Supplier\n";

    fn rows(text: &str, rejects: &mut Rejects) -> Result<Vec<MueRow>, CompileError> {
        read("x", &Table::delimited("x", text, super::super::delimiter(text))?, rejects)
    }

    #[test]
    fn both_forms_are_read_by_their_columns() {
        let mut rejects = Rejects::default();
        let published = rows(PUBLISHED, &mut rejects).unwrap();
        assert_eq!(published[0], ("99291".into(), 1, 2, "Anatomic Consideration".into()));
        assert_eq!((published[1].1, published[1].3.as_str()), (0, "CMS Policy, own"));
        assert_eq!(rows(TABLE, &mut rejects).unwrap(), [("A4218".into(), 56, 3, "Clinical: Data".into())]);
        assert_eq!(rejects.count, 0);
    }

    #[test]
    fn the_setting_is_in_the_content() {
        let of = |text: &str| setting(&Head { name: "x", text, sheet: &[] });
        assert_eq!((of(PUBLISHED), of(TABLE), of("a,b\n")), (Some(1), Some(3), None));
        assert_eq!(of(&PUBLISHED.replace("Practitioner", "Outpatient Hospital")), Some(2));
    }

    #[test]
    fn bad_values_are_named() {
        let mut rejects = Rejects::default();
        let text = TABLE.to_owned() + "A1\tmany\t3\tx\ty\nA2\t1\t7\tx\ty\n";
        assert_eq!(rows(&text, &mut rejects).unwrap().len(), 1);
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [3, 4]);
        assert!(rows("hcpcs_code\tmue_units\tmue_mai\tmue_rationale\n", &mut rejects).is_err());
    }
}
