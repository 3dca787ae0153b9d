//! OPPS Addendum B: the status indicator of each code in the outpatient prospective payment system. Payment rates and weights are never kept.

use super::{Feed, Rejects, Taken, UNDATED, release::Calendar, table::Table};
use crate::{CompileError, gather::Gathered};
use superbill_core::{
    code::System,
    knowledge::attributes::{Kind, characters},
};

pub(crate) const FEED: Feed = Feed {
    name: "opps_addendum_b",
    system: Some(System::Cpt),
    calendar: Calendar::Quarter,
    recognises: |head| head.has_columns(&["hcpcs", "status_indicator"]) || head.has_columns(&["HCPCS Code", "SI"]),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let rows = read(file.name, &*file.table()?, rejects)?;
        let mut kept = String::new();
        for (line, code, status) in &rows {
            let (Some(service), Some(value)) = (Gathered::service(code), characters(status)) else {
                rejects.add(file.name, *line, format!("{code:?} {status:?} is no code of a service with its status"));
                continue;
            };
            kept.extend([code, " ", status, "\n"]);
            gathered.list_number(FEED.name, file.effective, service);
            if let Err(problem) = gathered.property(FEED.name, file.effective, service, (Kind::OppsStatus, 0), value) {
                rejects.add(file.name, *line, problem);
            }
        }
        Ok(Taken { rows: rows.len(), kept: Some(kept), note: None })
    },
};

/// Line, code and status indicator.
pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<(u64, String, String)>, CompileError> {
    let named = ["hcpcs", "status_indicator"];
    let names = if table.columns(file, &named).is_ok() { named } else { ["HCPCS Code", "SI"] };
    let columns = table.columns(file, &names)?;
    let mut rows = Vec::new();
    for row in columns.rows() {
        let [code, status] = names.map(|n| columns.cell(row, n));
        if code.len() == 5 && (1..=2).contains(&status.len()) {
            rows.push((row.line, code.to_owned(), status.to_owned()));
        } else {
            rejects.add(file, row.line, format!("{code:?} {status:?} is no code with a status indicator"));
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no code")) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_status_and_no_rate() {
        let published =
            "Addendum B,,,\nHCPCS Code,Short Descriptor,SI,Payment Rate\n11111,x,J1,\"$1,000.00\"\nG0001,x,S1,2\n,,,\n111,x,A,\n";
        let mut rejects = Rejects::default();
        let rows = read("x", &Table::delimited("x", published, b',').unwrap(), &mut rejects).unwrap();
        assert_eq!(rows, [(3, "11111".into(), "J1".into()), (4, "G0001".into(), "S1".into())]);
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [6]);
        assert!(read("x", &Table::delimited("x", "a,b\n", b',').unwrap(), &mut rejects).is_err());
    }
}
