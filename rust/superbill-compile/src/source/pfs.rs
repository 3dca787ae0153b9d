//! Indicators of the Medicare physician fee schedule (relative value file): status, global days, and what the payment rules of modifiers depend on.
//!
//! Columns are found by their header, which the publisher wraps over several lines, since their number changes (31, then 32 in 2026). Relative values, amounts
//! and conversion factors are never kept, and do not identify the file either.

use super::{
    Feed, Head, Opened, Rejects, Taken, UNDATED,
    release::Calendar,
    table::{Columns, Row, Table},
};
use crate::{CompileError, gather::Gathered};
use superbill_core::{
    code::System,
    knowledge::attributes::{Form, Kind, characters},
};

pub(crate) const FEED: Feed = Feed {
    name: "pfs_indicators",
    // It names nearly every code of a service, with those that Medicare does not pay.
    system: Some(System::Cpt),
    calendar: Calendar::Quarter,
    recognises,
    dated: UNDATED,
    take,
};

/// An indicator: its kind, and the names of its column in the published file and in tables made from it.
const INDICATORS: [(Kind, &[&str]); 13] = [
    (Kind::PfsStatus, &["STATUS CODE", "status_code"]),
    (Kind::NonFacilityNotApplicable, &["NON-FAC NA INDICATOR", "NA INDICATOR", "non_fac_indicator"]),
    (Kind::FacilityNotApplicable, &["FACILITY NA INDICATOR", "facility_indicator"]),
    (Kind::ProfessionalTechnical, &["PCTC IND", "pctc_ind"]),
    (Kind::GlobalDays, &["GLOB DAYS", "glob_days"]),
    (Kind::MultipleProcedures, &["MULT PROC", "mult_proc"]),
    (Kind::Bilateral, &["BILAT SURG", "bilat_surg"]),
    (Kind::AssistantSurgeon, &["ASST SURG", "asst_surg"]),
    (Kind::CoSurgeons, &["CO- SURG", "co_surg"]),
    (Kind::TeamSurgeons, &["TEAM SURG", "team_surg"]),
    (Kind::EndoscopicBase, &["ENDO BASE", "endo_base"]),
    (Kind::Supervision, &["PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES", "physician_supervision_of_diagnostic_procedures"]),
    (Kind::ImagingFamily, &["DIAGNOSTIC IMAGING FAMILY INDICATOR", "diagnostic_imaging_family_indicator"]),
];

/// A row: code, modifier, and its indicators in the order of the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PfsRow {
    pub line: u64,
    pub code: String,
    pub modifier: String,
    pub indicators: Vec<(Kind, String)>,
}

fn recognises(head: &Head<'_>) -> bool {
    head.has_columns(&["HCPCS", "MOD", "DESCRIPTION", "CODE"]) || head.has_columns(&["hcpcs", "glob_days"])
}

/// The header in one row: the cells of a column over all lines of the header, from top to bottom.
fn header(table: &Table) -> Option<(usize, Vec<String>)> {
    let named = |r: &Row| r.cells.iter().any(|c| c.trim().eq_ignore_ascii_case("hcpcs"));
    let last = table.rows.iter().take(40).position(named)?;
    // The notices above the header stand in the column of descriptions and fill no other.
    let filled = |r: &&Row| r.cells.iter().filter(|c| !c.trim().is_empty()).count() > 1;
    let lines: Vec<&Row> = table.rows[..=last].iter().filter(filled).collect();
    let width = table.rows[last].cells.len();
    let name = |at: usize| lines.iter().map(|r| r.cell(at)).filter(|c| !c.is_empty()).collect::<Vec<_>>().join(" ");
    Some((last, (0..width).map(name).collect()))
}

pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<PfsRow>, CompileError> {
    let (last, names) = header(table).ok_or_else(|| CompileError::new(file, "no header names the column HCPCS"))?;
    let columns = Columns::under(names, &table.rows[last + 1..]);
    let known: Vec<(Kind, &str)> =
        INDICATORS.iter().filter_map(|(kind, names)| Some((*kind, *names.iter().find(|n| columns.has(n))?))).collect();
    if known.is_empty() {
        return Err(CompileError::new(file, "the header names no indicator"));
    }
    let mut rows = Vec::new();
    for row in columns.rows() {
        let code = columns.cell(row, "HCPCS");
        if Gathered::service(code).is_none() {
            rejects.add(file, row.line, format!("{code:?} is no code of a service"));
            continue;
        }
        let indicators = known.iter().map(|(kind, name)| (*kind, columns.cell(row, name).to_owned())).collect();
        rows.push(PfsRow { line: row.line, code: code.to_owned(), modifier: columns.cell(row, "MOD").to_owned(), indicators });
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no code")) } else { Ok(rows) }
}

fn take(file: &Opened<'_>, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let rows = read(file.name, &*file.table()?, rejects)?;
    let mut kept = String::new();
    for row in &rows {
        kept.extend([format!("{row:?}"), "\n".to_owned()]);
        let Some(service) = Gathered::service(&row.code) else { continue };
        gathered.list_number(FEED.name, file.effective, service);
        let stated = || -> Result<(), String> {
            let modifier =
                characters(&row.modifier).filter(|m| m.trailing_zeros() >= 16).ok_or_else(|| format!("modifier {:?}", row.modifier))? >> 16;
            for (kind, value) in row.indicators.iter().filter(|i| !i.1.is_empty()) {
                let value = match kind.form() {
                    Form::Name => gathered.name(value),
                    Form::Member => 1,
                    _ => characters(value).ok_or_else(|| format!("{} {value:?} has more than four characters", kind.name()))?,
                };
                gathered.property(FEED.name, file.effective, service, (*kind, modifier as u16), value)?;
            }
            Ok(())
        }();
        if let Err(problem) = stated {
            rejects.add(file.name, row.line, format!("{}: {problem}", row.code));
        }
    }
    Ok(Taken { rows: rows.len(), kept: Some(kept), note: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = ",,A schedule of an invented year,,,,,\n,,A notice,,,,,\n,,,,,,,\n,,,STATUS,WORK,NON-FAC,NA,BILAT\nHCPCS,MOD,DESCRIPTION,CODE,RVU,PE RVU,INDICATOR,SURG\n\
        11111,26,REDACTED,A,1.25,2.00,NA,1\nG0001,,x,R,0.00,0.00,,0\nnone,,,,,,,\n";

    fn rows(text: &str, rejects: &mut Rejects) -> Vec<PfsRow> {
        read("x", &Table::delimited("x", text, super::super::delimiter(text)).unwrap(), rejects).unwrap()
    }

    #[test]
    fn columns_are_found_under_a_wrapped_header() {
        let mut rejects = Rejects::default();
        let rows = rows(PUBLISHED, &mut rejects);
        assert_eq!((rows.len(), rows[0].code.as_str(), rows[0].modifier.as_str()), (2, "11111", "26"));
        let expected = [(Kind::PfsStatus, "A"), (Kind::NonFacilityNotApplicable, "NA"), (Kind::Bilateral, "1")];
        assert_eq!(rows[0].indicators, expected.map(|(k, v)| (k, v.to_owned())));
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [8]);
    }

    #[test]
    fn a_table_with_fewer_columns_says_nothing_of_the_others() {
        let rows = rows("hcpcs\tglob_days\tbilat_surg\n00100\tXXX\t9\n", &mut Rejects::default());
        assert_eq!(rows[0].indicators, [(Kind::GlobalDays, "XXX".to_owned()), (Kind::Bilateral, "9".to_owned())]);
    }

    #[test]
    fn fees_are_not_kept() {
        let of = |text: &str| format!("{:?}", rows(text, &mut Rejects::default()));
        assert_eq!(of(PUBLISHED), of(&PUBLISHED.replace("1.25", "99.99").replace("2.00", "7.00")));
    }
}
