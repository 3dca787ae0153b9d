//! The extended map to ICD-10-CM. The same file holds the international map to ICD-10 of the WHO, whose codes are not valid in the US.

use super::{has_header, identifier, read_rows, rule};
use crate::{
    CompileError,
    source::{Feed, Rejects, Taken, UNDATED, release::Calendar},
};
use std::collections::HashSet;
use superbill_core::{
    code::{CodeKey, System},
    knowledge::snomed::{MapRow, advice},
};

const COLUMNS: [&str; 13] = [
    "id",
    "effectiveTime",
    "active",
    "moduleId",
    "refsetId",
    "referencedComponentId",
    "mapGroup",
    "mapPriority",
    "mapRule",
    "mapAdvice",
    "mapTarget",
    "correlationId",
    "mapCategoryId",
];

/// The reference set of the map to ICD-10-CM.
const ICD10CM: &str = "6011000124106";

pub(crate) const FEED: Feed = Feed {
    name: "snomed_map",
    system: None,
    calendar: Calendar::CalendarYear,
    recognises: |head| has_header(head, &COLUMNS),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let map = read(file.name, file.text()?, rejects)?;
        let rows = map.rows.len();
        let note = (map.not_used > 0).then(|| format!("{} rows of maps other than that to ICD-10-CM were not used", map.not_used));
        gathered.snomed.rows.entry(file.effective).or_default().extend(map.rows);
        Ok(Taken { rows, kept: None, note })
    },
};

/// A file of the map.
#[derive(Debug, Default)]
pub struct ExtendedMap {
    pub rows: Vec<MapRow>,
    /// Active rows of other maps.
    pub not_used: u64,
}

fn uuid(text: &str) -> Option<[u8; 16]> {
    let hyphens = [8, 13, 18, 23];
    let shaped =
        text.len() == 36 && text.bytes().enumerate().all(|(at, b)| if hyphens.contains(&at) { b == b'-' } else { b.is_ascii_hexdigit() });
    if !shaped {
        return None;
    }
    u128::from_str_radix(&text.replace('-', ""), 16).ok().map(u128::to_be_bytes)
}

/// A target: a code with its dot, or nothing; a last `?` is a seventh character that is to be said.
fn target(text: &str) -> Result<Option<(CodeKey, bool)>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let (code, open) = text.strip_suffix('?').map_or((text, false), |code| (code, true));
    let written = System::Icd10cm.parse(code).ok().filter(|k| k.dotted() == code && !(open && k.len() == 7));
    written.map(|key| Some((key, open))).ok_or_else(|| "mapTarget: not an ICD-10-CM code with its dot".to_owned())
}

fn place(column: &str, text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or_else(|| format!("{column}: expected a number from 1 to 65535"))
}

/// Reads the rows of the map to ICD-10-CM. The whole map of a concept with a row that cannot be used is left out: without that row a later one of its
/// group would win.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<ExtendedMap, CompileError> {
    let mut map = ExtendedMap::default();
    let (mut known, mut damaged) = (HashSet::new(), HashSet::new());
    read_rows(file, text, COLUMNS, rejects, |cells| {
        let [id, _, _, _, refset, concept, group, priority, rule, advice, target, _, category] = cells;
        if refset != ICD10CM {
            map.not_used += 1;
            return Ok(());
        }
        let concept = identifier("referencedComponentId", concept)?;
        let mut row = || {
            let (group, priority) = (place("mapGroup", group)?, place("mapPriority", priority)?);
            if !known.insert((concept, group, priority)) {
                return Err(format!("group {group}, priority {priority}: the concept has it already"));
            }
            Ok(MapRow {
                concept,
                group,
                priority,
                id: uuid(id).ok_or("id: expected a UUID")?,
                clauses: rule::read(rule),
                advice: advice::read(advice),
                target: self::target(target)?,
                category: identifier("mapCategoryId", category)?,
            })
        };
        match row() {
            Ok(row) => map.rows.push(row),
            Err(problem) => {
                damaged.insert(concept);
                return Err(format!("{problem}; the whole map of the concept is left out"));
            }
        }
        Ok(())
    })?;
    map.rows.retain(|r| !damaged.contains(&r.concept));
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::{super::made_up, *};
    use superbill_core::knowledge::snomed::Clause;

    fn line(active: u8, refset: &str, concept: u64, group: &str, priority: &str, rule: &str, target: &str) -> String {
        let id = format!("00000000-0000-4000-8000-{concept:012}").split_at(36).0.to_owned();
        format!("{id}\t20260301\t{active}\t0\t{refset}\t{concept}\t{group}\t{priority}\t{rule}\tASK\t{target}\t0\t447637006\r\n")
    }

    fn small() -> String {
        let (a, b) = (made_up(1), made_up(2));
        [
            COLUMNS.join("\t") + "\r\n",
            line(1, ICD10CM, a, "1", "1", "IFA 248152002 | x |", "N94.6"),
            line(1, ICD10CM, a, "1", "2", "OTHERWISE TRUE", ""),
            line(1, ICD10CM, b, "1", "1", "TRUE", "S93.409?"),
            line(0, ICD10CM, b, "1", "2", "TRUE", "U07.1"),
            line(1, "447562003", b, "1", "1", "TRUE", "S93.4"),
        ]
        .concat()
    }

    #[test]
    fn rows_of_the_us_map_are_kept() {
        let mut rejects = Rejects::default();
        let map = read("x", &small(), &mut rejects).unwrap();
        assert_eq!((map.rows.len(), map.not_used, rejects.count), (3, 1, 0));
        assert_eq!(map.rows[0].clauses, [Clause::Female]);
        assert_eq!((map.rows[1].target, map.rows[1].advice.1.as_str()), (None, "ASK"));
        assert_eq!(map.rows[2].target, Some((CodeKey::parse("S93409").unwrap(), true)));
    }

    #[test]
    fn targets_are_codes_with_their_dot() {
        for good in ["R54", "I10", "U07.1", "S93.409?", "T14.8XX?", "E11.9", "S93.402A", "QA0.0"] {
            assert!(target(good).is_ok_and(|t| t.is_some()), "{good}");
        }
        for bad in ["?", "R0", "R059", "R05.", "r05.9", "S93.402A?", "R05.9??", "R05.9 ", "12.34", "#NC"] {
            assert!(target(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bad_row_leaves_the_whole_map_of_its_concept_out() {
        let b = made_up(2);
        for bad in [
            line(1, ICD10CM, b, "1", "1", "TRUE", "S93.409?"),
            line(1, ICD10CM, b, "0", "1", "TRUE", "R54"),
            line(1, ICD10CM, b, "1", "x", "TRUE", "R54"),
            line(1, ICD10CM, b, "2", "1", "TRUE", "R5"),
            line(1, ICD10CM, b, "2", "1", "TRUE", "R54").replace("447637006", "447637007"),
            line(1, ICD10CM, b, "2", "1", "TRUE", "R54").replace("-4000-", "-4Z00-"),
        ] {
            let mut rejects = Rejects::default();
            let map = read("x", &(small() + &bad), &mut rejects).unwrap();
            assert_eq!((map.rows.len(), rejects.count, rejects.kept[0].line), (2, 1, 7), "{bad}");
            assert!(rejects.kept[0].problem.ends_with("left out"));
        }
        let mut rejects = Rejects::default();
        read("x", &(small() + &line(1, ICD10CM, b + 1, "1", "1", "TRUE", "R54")), &mut rejects).unwrap();
        assert!(rejects.kept[0].problem.starts_with("referencedComponentId"));
    }

    #[test]
    fn every_truncation_is_an_error_or_fewer_rows() {
        let whole = small();
        for end in 0..whole.len() {
            let read = read("x", &whole[..end], &mut Rejects::default());
            assert!(read.is_err() || read.is_ok_and(|m| m.rows.len() <= 3), "cut at {end}");
        }
    }
}
