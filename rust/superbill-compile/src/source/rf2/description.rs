//! The description file: the English name of a concept, for display alone.

use super::{has_header, identifier, read_rows};
use crate::{
    CompileError,
    source::{Feed, Rejects, UNDATED, release::Calendar},
};
use std::collections::BTreeMap;

const COLUMNS: [&str; 9] =
    ["id", "effectiveTime", "active", "moduleId", "conceptId", "languageCode", "typeId", "term", "caseSignificanceId"];

const FULLY_SPECIFIED: &str = "900000000000003001";
const SYNONYM: &str = "900000000000013009";

pub(crate) const FEED: Feed = Feed {
    name: "snomed_description",
    system: None,
    calendar: Calendar::CalendarYear,
    recognises: |head| has_header(head, &COLUMNS),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let (names, count) = read(file.name, file.text()?, rejects)?;
        let known = gathered.snomed.names.entry(file.effective).or_default();
        for (concept, name) in names {
            keep(known, concept, name);
        }
        Ok(count.into())
    },
};

/// A name; the better one of two is the lesser.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// Not the fully specified name.
    pub synonym: bool,
    pub term: String,
}

fn keep(names: &mut BTreeMap<u64, Name>, concept: u64, name: Name) {
    match names.get_mut(&concept) {
        Some(known) if *known <= name => {}
        Some(known) => *known = name,
        None => {
            names.insert(concept, name);
        }
    }
}

/// One name of each concept, the fully specified one where it has it, and the number of English names read.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<(BTreeMap<u64, Name>, usize), CompileError> {
    let (mut names, mut count) = (BTreeMap::new(), 0);
    read_rows(file, text, COLUMNS, rejects, |[id, _, _, _, concept, language, kind, term, _]| {
        if language != "en" || ![FULLY_SPECIFIED, SYNONYM].contains(&kind) {
            return Ok(());
        }
        identifier("id", id)?;
        let concept = identifier("conceptId", concept)?;
        keep(&mut names, concept, Name { synonym: kind == SYNONYM, term: term.to_owned() });
        count += 1;
        Ok(())
    })?;
    Ok((names, count))
}

#[cfg(test)]
mod tests {
    use super::{super::made_up, *};

    fn small() -> String {
        let row = |item: u64, concept: u64, active: u8, language: &str, kind: &str, term: &str| {
            format!("{}\t20260301\t{active}\t0\t{}\t{language}\t{kind}\t{term}\t0\n", made_up(item), made_up(concept))
        };
        [
            COLUMNS.join("\t") + "\n",
            row(1, 1, 1, "en", SYNONYM, "a blue nose"),
            row(2, 1, 1, "en", FULLY_SPECIFIED, "blue nose, whole"),
            row(3, 1, 1, "es", FULLY_SPECIFIED, "azul"),
            row(4, 2, 0, "en", FULLY_SPECIFIED, "gone"),
            row(5, 3, 1, "en", SYNONYM, "\"quoted"),
            row(6, 3, 1, "en", SYNONYM, "z"),
        ]
        .concat()
    }

    #[test]
    fn the_fully_specified_name_is_preferred() {
        let mut rejects = Rejects::default();
        let (names, count) = read("x", &small(), &mut rejects).unwrap();
        let found: Vec<(u64, &str)> = names.iter().map(|(c, n)| (*c, n.term.as_str())).collect();
        assert_eq!(found, [(made_up(1), "blue nose, whole"), (made_up(3), "\"quoted")]);
        assert_eq!((count, rejects.count), (4, 0));
    }

    #[test]
    fn every_truncation_is_an_error_or_fewer_rows() {
        let whole = small();
        for end in 0..whole.len() {
            let read = read("x", &whole[..end], &mut Rejects::default());
            assert!(read.is_err() || read.is_ok_and(|r| r.1 <= 4), "cut at {end}");
        }
    }
}
