//! The day from which a release holds, as its file name says it.
//!
//! Publishers name releases by fiscal year (`FY26`), by month (`April-1-2026`, `2025_OCT`), by quarter (`2024q3`), by day (`Eff_04-01-2026`)
//! or by a version of their own (`v322` of NCCI, `rvu24c` of the fee schedule, `v41.1` of MS-DRG); a bare year is a fiscal or a calendar year by feed.

use superbill_core::date::Date;

/// How a feed counts years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Years {
    /// A release named 2026 starts on 1 October 2025.
    Fiscal,
    /// A release named 2026 starts on 1 January 2026.
    Calendar,
}

/// How a feed counts its releases, and when one ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Fiscal years, which end with September.
    FiscalYear,
    /// Quarters of calendar years.
    Quarter,
    CalendarYear,
}

impl Calendar {
    pub fn years(self) -> Years {
        if self == Self::FiscalYear { Years::Fiscal } else { Years::Calendar }
    }

    /// The last day of a release that starts on `effective`, unless a later one replaces it.
    pub fn end(self, effective: Date) -> Date {
        let (year, month_and_day) = (effective.0 / 10_000, effective.0 % 10_000);
        match self {
            Self::FiscalYear => Date((year + u32::from(month_and_day > 930)) * 10_000 + 930),
            Self::Quarter => Date(year * 10_000 + [331, 630, 930, 1231][(month_and_day / 100).saturating_sub(1) as usize / 3 % 4]),
            Self::CalendarYear => Date(year * 10_000 + 1231),
        }
    }
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH_NAMES: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

fn day(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::parse(&format!("{year:04}-{month:02}-{day:02}")).ok()
}

fn start_of(year: u32, years: Years) -> Option<Date> {
    match years {
        Years::Fiscal => day(year.checked_sub(1)?, 10, 1),
        Years::Calendar => day(year, 1, 1),
    }
}

fn number(word: &str) -> Option<u32> {
    (!word.is_empty() && word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit())).then(|| word.parse().ok()).flatten()
}

fn year(word: &str) -> Option<u32> {
    number(word).filter(|y| word.len() == 4 && (1990..2200).contains(y))
}

fn month(word: &str) -> Option<u32> {
    let at = MONTHS.iter().zip(MONTH_NAMES).position(|(short, long)| word == *short || word == long)?;
    Some(at as u32 + 1)
}

fn quarter(year: u32, quarter: u32) -> Option<Date> {
    (1..=4).contains(&quarter).then(|| day(year, quarter * 3 - 2, 1)).flatten()
}

/// A version that a publisher counts in its own way.
fn own_version(word: &str, years: Years) -> Option<Date> {
    if let Some(rest) = word.strip_prefix("fy") {
        let named = number(rest)?;
        return start_of(if rest.len() == 2 { 2000 + named } else { named }, Years::Fiscal);
    }
    if let Some((y, q)) = word.strip_prefix('v').unwrap_or(word).split_once('q').filter(|(y, _)| y.len() == 4) {
        return quarter(year(y)?, number(q)?);
    }
    // rvu24a to rvu24d: January, April, July, October.
    if let Some(rest) = word.strip_prefix("rvu").filter(|r| r.len() == 3) {
        let letter = *rest.as_bytes().get(2)?;
        return quarter(2000 + number(rest.get(..2)?)?, u32::from(letter.checked_sub(b'a')?) + 1);
    }
    // v322r0: NCCI version 32.2, of the third quarter of the 32nd year from 1995.
    if let Some((version, _)) = word.strip_prefix('v').and_then(|r| r.split_once('r')).filter(|(v, _)| v.len() == 3) {
        return quarter(1994 + number(&version[..2])?, number(&version[2..])? + 1);
    }
    // v41.1: MS-DRG of fiscal year 2024, from April.
    if let Some((version, part)) = word.strip_prefix('v').and_then(|r| r.split_once('.')).filter(|_| years == Years::Fiscal) {
        let fiscal = 1983 + number(version)?;
        return if number(part)? == 0 { start_of(fiscal, years) } else { day(fiscal, 4, 1) };
    }
    None
}

/// The first day of a release from its file name; `None` where the name does not say it.
///
/// ```
/// use superbill_compile::source::release::{Years, from_name};
/// let day = |name| from_name(name, Years::Fiscal).map(|d| d.to_string());
/// assert_eq!(day("icd10c-tabular-April-1-2026.xml").as_deref(), Some("2026-04-01"));
/// assert_eq!(day("icd10cm-order-2026.txt").as_deref(), Some("2025-10-01"));
/// assert_eq!(day("ccipra-v322r0-f1.txt").as_deref(), Some("2026-07-01"));
/// ```
pub fn from_name(name: &str, years: Years) -> Option<Date> {
    let lower = name.to_lowercase();
    let stem = ["txt", "csv", "tsv", "xml", "xlsx", "json", "zip", "gz", "obo"]
        .iter()
        .fold(lower.as_str(), |s, extension| s.strip_suffix(extension).and_then(|s| s.strip_suffix('.')).unwrap_or(s));
    let mut words: Vec<&str> = stem.split(['-', '_', ' ', '(', ')']).filter(|w| !w.is_empty()).collect();
    if let Some(found) = words.iter().find_map(|w| own_version(w, years)) {
        return Some(found);
    }
    // "HCPC2025", "PPRRVU2026": a year at the end of a name, "POAexemptCodesFY26": a fiscal year there.
    if let Some(found) = words.iter().find_map(|w| w.find("fy").and_then(|at| own_version(&w[at..], years))) {
        return Some(found);
    }
    let mut split: Vec<&str> = Vec::new();
    for word in words.drain(..) {
        let tail = word.len().checked_sub(4).filter(|&at| at > 0 && word.is_char_boundary(at)).map(|at| word.split_at(at));
        match tail.filter(|(head, tail)| year(tail).is_some() && !head.ends_with(|c: char| c.is_ascii_digit() || c == '.')) {
            Some((head, tail)) => split.extend([head, tail]),
            None => split.push(word),
        }
    }
    for (at, word) in split.iter().enumerate() {
        let after = |n: usize| split.get(at + n).copied().unwrap_or_default();
        let dated = match (month(word), year(word), number(word)) {
            // April-1-2026, April-2026
            (Some(m), ..) => match (number(after(1)).filter(|d| (1..=31).contains(d)), year(after(1)), year(after(2))) {
                (Some(d), None, Some(y)) => day(y, m, d),
                (_, Some(y), _) => day(y, m, 1),
                _ => None,
            },
            // 2025_OCT, 2026-04, 2026-04-01
            (_, Some(y), _) => {
                match (month(after(1)), number(after(1)).filter(|_| after(1).len() == 2), number(after(2)).filter(|_| after(2).len() == 2))
                {
                    (_, Some(m), Some(d)) => day(y, m, d),
                    (Some(m), ..) | (_, Some(m), None) => day(y, m, 1),
                    _ => None,
                }
            }
            // 04-01-2026
            (_, _, Some(m)) if word.len() == 2 => number(after(1)).filter(|_| after(1).len() == 2).and_then(|d| day(year(after(2))?, m, d)),
            _ => None,
        };
        if dated.is_some() {
            return dated;
        }
    }
    // 20260301, as SNOMED CT names its files.
    let compact = split.iter().find(|w| w.len() == 8 && w.bytes().all(|b| b.is_ascii_digit()));
    if let Some(found) = compact.and_then(|w| day(number(&w[..4])?, number(&w[4..6])?, number(&w[6..])?)) {
        return Some(found);
    }
    split.iter().find_map(|w| year(w)).and_then(|y| start_of(y, years))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_end_with_their_period() {
        assert_eq!(Calendar::FiscalYear.end(Date(2025_10_01)), Date(2026_09_30));
        assert_eq!(Calendar::FiscalYear.end(Date(2026_04_01)), Date(2026_09_30));
        assert_eq!(Calendar::Quarter.end(Date(2026_04_01)), Date(2026_06_30));
        assert_eq!(Calendar::Quarter.end(Date(2026_12_31)), Date(2026_12_31));
        assert_eq!(Calendar::CalendarYear.end(Date(2026_07_01)), Date(2026_12_31));
    }

    #[test]
    fn names_of_real_releases() {
        use Years::{Calendar, Fiscal};
        for (name, years, day) in [
            ("icd10cm-order-April-2025.txt", Fiscal, "2025-04-01"),
            ("icd10cm_order_2026.txt", Fiscal, "2025-10-01"),
            ("icd10cm-tabular_-2027.xml", Fiscal, "2026-10-01"),
            ("icd10cm-drug-April-1-2026-XML.xml", Fiscal, "2026-04-01"),
            ("icd10pcs_tables_2025.xml", Fiscal, "2024-10-01"),
            ("POAexemptCodesFY26.txt", Fiscal, "2025-10-01"),
            ("HCPC2025_OCT_ANWEB.xlsx", Calendar, "2025-10-01"),
            ("HCPC2019_CONTR_ANWEB.txt", Calendar, "2019-01-01"),
            ("HCPC2026_OCT_ANWEB_Transaction Report.csv", Calendar, "2026-10-01"),
            ("ccipra-2024q3-f1.txt", Calendar, "2024-07-01"),
            ("ccipra-v320r0-f4.txt", Calendar, "2026-01-01"),
            ("ccioph-v323r1-f2.TXT", Calendar, "2026-10-01"),
            ("MCR_MUE_PractitionerServices_Eff_04-01-2026.csv", Calendar, "2026-04-01"),
            ("AOC_V2026Q3-F-MCR.txt", Calendar, "2026-07-01"),
            ("ncci_aoc_2026q3.tsv", Calendar, "2026-07-01"),
            ("PPRRVU_rvu24c_jul_nodesc.tsv", Calendar, "2024-07-01"),
            ("PPRRVU2026_Apr_nonQPP.csv", Calendar, "2026-04-01"),
            ("PPRRVU24_JAN.csv", Calendar, ""),
            ("opps_addendumB_2026-04_nodesc.tsv", Calendar, "2026-04-01"),
            ("msdrg_v41.1_appendixC_cc_mcc.tsv", Fiscal, "2024-04-01"),
            ("ra_dx_to_cc_2026.csv", Calendar, "2026-01-01"),
            ("der2_iisssccRefset_ExtendedMapSnapshot_US1000124_20260301.txt", Calendar, "2026-03-01"),
            ("notes.txt", Calendar, ""),
            ("icd10cm-order-2026-02-31.txt", Fiscal, "2025-10-01"),
        ] {
            let found = from_name(name, years).map(|d| d.to_string()).unwrap_or_default();
            assert_eq!(found, day, "{name}");
        }
    }
}
