//! HCPCS Level II as CMS publishes it: 48 columns in a workbook or CSV, or fixed width with continuation lines. Modifiers stand in the same file, and
//! terminated codes stay in it, so that one release tells the history of its codes.

use super::{Content, Feed, Opened, Rejects, Taken, UNDATED, release::Calendar, table::Table};
use crate::{
    CompileError,
    gather::{Gathered, Told},
};
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
    knowledge::attributes::{Kind, characters},
};

pub(crate) const FEED: Feed = Feed {
    name: "hcpcs",
    system: Some(System::Hcpcs),
    calendar: Calendar::Quarter,
    recognises: |head| head.has_columns(&["HCPC", "SEQNUM", "RECID", "ACTION CD"]) || is_fixed(head.text),
    dated: UNDATED,
    take,
};

/// A code or modifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HcpcsCode {
    pub code: String,
    pub modifier: bool,
    pub long: String,
    pub short: String,
    /// Pricing indicator codes, coverage code, BETOS, types of service and action code as they stand; no payment is among them.
    pub pricing: String,
    pub coverage: String,
    pub betos: String,
    pub types_of_service: Vec<String>,
    pub action: String,
    /// Codes in the place of a terminated one.
    pub crosswalk: Vec<String>,
    pub added: Option<Date>,
    pub terminated: Option<Date>,
}

/// Record ids: first line and continuation of a code, first line and continuation of a modifier.
const RECORDS: [char; 4] = ['3', '4', '7', '8'];
/// Columns of a fixed-width line (publisher's record layout, from 1): continuation lines of newer files end with the description.
const SHORTEST_LINE: usize = 12;
const WHOLE_LINE: usize = 293;

/// A field by the layout's columns, counted from 1, both inclusive.
fn field(line: &str, first: usize, last: usize) -> &str {
    line.get(first - 1..last.min(line.len())).unwrap_or_default().trim()
}

fn record_id(line: &str) -> Option<char> {
    let sequence = line.get(5..10)?.bytes().all(|b| b.is_ascii_digit());
    line.get(10..11)?.chars().next().filter(|c| sequence && RECORDS.contains(c) && line.len() >= SHORTEST_LINE)
}

/// Whether whole records stand under the disclaimer.
fn is_fixed(text: &str) -> bool {
    text.lines().take(40).any(|l| l.len() >= WHOLE_LINE && record_id(l).is_some())
}

fn day(text: &str) -> Result<Option<Date>, String> {
    let text = text.trim();
    if text.is_empty() || text == "00000000" {
        return Ok(None);
    }
    Date::parse_compact(text).map(Some).map_err(|_| format!("{text:?} is not a date as yyyymmdd"))
}

fn filled<'a>(cells: impl Iterator<Item = &'a str>) -> Vec<String> {
    cells.map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect()
}

/// Reads fixed width. Lines of the disclaimer that older files begin with are no records and are left out; after the first record every line must be one.
pub fn read_fixed(file: &str, text: &str, rejects: &mut Rejects) -> Result<Vec<HcpcsCode>, CompileError> {
    let mut codes: Vec<HcpcsCode> = Vec::new();
    for (at, line) in (1_u64..).zip(text.lines()) {
        let Some(record) = record_id(line) else {
            if !codes.is_empty() && !line.trim().is_empty() {
                rejects.add(file, at, "not a record of HCPCS");
            }
            continue;
        };
        let code = field(line, 1, 5);
        if matches!(record, '4' | '8') {
            match codes.last_mut().filter(|c| c.code == code && c.modifier == (record == '8')) {
                Some(last) => last.long = format!("{} {}", last.long, field(line, 12, 91)),
                None => rejects.add(file, at, format!("the continuation of {code} does not follow its first line")),
            }
            continue;
        }
        let dates = day(field(line, 269, 276)).and_then(|added| Ok((added, day(field(line, 285, 292))?)));
        match dates {
            Err(problem) => rejects.add(file, at, problem),
            Ok((added, terminated)) => codes.push(HcpcsCode {
                code: code.to_owned(),
                modifier: record == '7',
                long: field(line, 12, 91).to_owned(),
                short: field(line, 92, 119).to_owned(),
                pricing: field(line, 120, 121).to_owned(),
                coverage: field(line, 230, 230).to_owned(),
                betos: field(line, 257, 259).to_owned(),
                types_of_service: filled((261..=265).map(|c| field(line, c, c))),
                action: field(line, 293, 293).to_owned(),
                crosswalk: filled((205..=225).step_by(5).map(|c| field(line, c, c + 4))),
                added,
                terminated,
            }),
        }
    }
    done(file, codes)
}

/// Reads the columns of a workbook or CSV by their names.
pub fn read_table(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<HcpcsCode>, CompileError> {
    let columns = table.columns(file, &["HCPC", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "ADD DT", "TERM DT"])?;
    let mut codes = Vec::new();
    for row in columns.rows() {
        let cell = |name: &str| columns.cell(row, name);
        let several = |name: &str, most: u32| filled((1..=most).map(|n| columns.cell(row, &format!("{name}{n}"))));
        let record = match cell("RECID") {
            "3" => false,
            "7" => true,
            other => {
                rejects.add(file, row.line, format!("record id {other:?} is not 3 or 7"));
                continue;
            }
        };
        let dates = day(cell("ADD DT")).and_then(|added| Ok((added, day(cell("TERM DT"))?)));
        match dates {
            Err(problem) => rejects.add(file, row.line, problem),
            Ok((added, terminated)) => codes.push(HcpcsCode {
                code: cell("HCPC").to_owned(),
                modifier: record,
                long: cell("LONG DESCRIPTION").to_owned(),
                short: cell("SHORT DESCRIPTION").to_owned(),
                pricing: cell("PRICE1").to_owned(),
                coverage: cell("COV").to_owned(),
                betos: cell("BETOS").to_owned(),
                types_of_service: several("TOS", 5),
                action: cell("ACTION CD").to_owned(),
                crosswalk: several("XREF", 5),
                added,
                terminated,
            }),
        }
    }
    done(file, codes)
}

fn done(file: &str, codes: Vec<HcpcsCode>) -> Result<Vec<HcpcsCode>, CompileError> {
    if codes.is_empty() { Err(CompileError::new(file, "has no code")) } else { Ok(codes) }
}

fn take(file: &Opened<'_>, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let codes = match file.content {
        Content::Text(text) if is_fixed(text) => read_fixed(file.name, text, rejects)?,
        _ => read_table(file.name, &*file.table()?, rejects)?,
    };
    let mut count = 0;
    for code in &codes {
        let system = if code.modifier { System::HcpcsModifier } else { System::Hcpcs };
        match system.parse(&code.code) {
            Ok(key) => match state(code, (system, key), file.effective, gathered) {
                Ok(()) => count += 1,
                Err(problem) => rejects.add(file.name, 0, problem),
            },
            Err(error) => rejects.add(file.name, 0, format!("{}: {error}", code.code)),
        }
    }
    Ok(count.into())
}

fn state(code: &HcpcsCode, (system, key): (System, CodeKey), effective: Date, gathered: &mut Gathered) -> Result<(), String> {
    let told = Told { title: code.long.clone(), short: code.short.clone() };
    gathered.tell(effective, (system, key), told, (code.added, code.terminated))?;
    if code.terminated.is_some() {
        let from = code.terminated.unwrap_or(effective);
        let successors = code.crosswalk.iter().filter_map(|c| Gathered::service(c)).filter(|s| s.0 == system);
        gathered.successors.extend(successors.map(|(_, after)| (system, key, after, from)));
    }
    for (kind, value) in [
        (Kind::HcpcsPricing, &code.pricing),
        (Kind::HcpcsCoverage, &code.coverage),
        (Kind::Betos, &code.betos),
        (Kind::HcpcsAction, &code.action),
    ] {
        if !value.is_empty() {
            let value = characters(value).ok_or_else(|| format!("{key}: {value:?} where up to four characters say the {}", kind.name()))?;
            gathered.property(FEED.name, effective, (system, key), (kind, 0), value)?;
        }
    }
    if !code.types_of_service.is_empty() {
        let name = gathered.name(&code.types_of_service.join(" "));
        gathered.property(FEED.name, effective, (system, key), (Kind::TypeOfService, 0), name)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Head;

    fn fixed(code: &str, record: char, long: &str, added: &str, terminated: &str) -> String {
        let mut line = format!("{code:>5}00100{record}{long:<80}{:<28}", "short");
        line.push_str(&" ".repeat(268 - line.len()));
        format!("{line}{added:<8}{added:<8}{terminated:<8}N{}\r\n", " ".repeat(27))
    }

    fn small() -> String {
        [
            "A disclaimer\tof the publisher\r\n".to_owned(),
            fixed("A1", '7', "A dressing,", "20020701", ""),
            fixed("A0021", '3', "A service of an invented", "20200101", "20241231"),
            fixed("A0021", '4', "kind", "", ""),
            fixed("A0022", '3', "Another", "20200101", ""),
        ]
        .concat()
    }

    #[test]
    fn lines_are_joined_and_modifiers_told_apart() {
        let mut rejects = Rejects::default();
        let codes = read_fixed("x", &small(), &mut rejects).unwrap();
        assert_eq!((codes.len(), rejects.count), (3, 0));
        assert_eq!((codes[0].code.as_str(), codes[0].modifier), ("A1", true));
        assert_eq!(codes[1].long, "A service of an invented kind");
        assert_eq!((codes[1].added, codes[1].terminated), (Some(Date(2020_01_01)), Some(Date(2024_12_31))));
    }

    #[test]
    fn a_table_says_the_same() {
        let header = "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,XREF1,COV,ADD DT,TERM DT,ACTION CD";
        let rows = "   A1,0010,7,\"A dressing, first\",short,,C,20020701,,N\nA0021,0010,3,x,y,A0022,C,20200101,20241231,D\nA0022,0010,9,x,y,,,,,\nA0023,0010,3,x,y,,,soon,,\n";
        let table = Table::delimited("x", &format!("{header}\n{rows}"), b',').unwrap();
        let mut rejects = Rejects::default();
        let codes = read_table("x", &table, &mut rejects).unwrap();
        assert_eq!(
            (codes.len(), codes[0].long.as_str(), codes[1].crosswalk.as_slice()),
            (2, "A dressing, first", &["A0022".to_owned()][..])
        );
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [4, 5]);
    }

    #[test]
    fn it_is_recognised_by_its_records() {
        let of = |text: &str| (FEED.recognises)(&Head { name: "x", text, sheet: &[] });
        assert!(of(&small()) && of("HCPC,SEQNUM,RECID,ACTION CD\n"));
        assert!(!of("HCPCS,MOD,STATUS\n") && !of(""));
    }

    #[test]
    fn a_stray_continuation_is_named_and_truncations_lose_only_the_end() {
        let mut rejects = Rejects::default();
        read_fixed("x", &(small() + &fixed("B0001", '4', "x", "", "") + "no record\n"), &mut rejects).unwrap();
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [6, 7]);
        for end in 0..small().len() {
            let read = read_fixed("x", &small()[..end], &mut Rejects::default());
            assert!(read.is_err() || read.is_ok_and(|c| c.len() <= 3), "cut at {end}");
        }
    }
}
