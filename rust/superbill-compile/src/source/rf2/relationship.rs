//! The relationship file: what each concept is.

use super::{has_header, identifier, read_rows};
use crate::{
    CompileError,
    source::{Feed, Rejects, UNDATED, release::Calendar},
};

const COLUMNS: [&str; 10] = [
    "id",
    "effectiveTime",
    "active",
    "moduleId",
    "sourceId",
    "destinationId",
    "relationshipGroup",
    "typeId",
    "characteristicTypeId",
    "modifierId",
];

const IS_A: &str = "116680003";
/// Stated ones stand in a file of the same columns; the classifier's are whole.
const INFERRED: &str = "900000000000011006";

pub(crate) const FEED: Feed = Feed {
    name: "snomed_relationship",
    system: None,
    calendar: Calendar::CalendarYear,
    recognises: |head| has_header(head, &COLUMNS),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let is_a = read(file.name, file.text()?, rejects)?;
        let count = is_a.len();
        gathered.snomed.is_a.entry(file.effective).or_default().extend(is_a);
        Ok(count.into())
    },
};

/// Child and parent of every active inferred is-a relationship.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<Vec<(u64, u64)>, CompileError> {
    let mut is_a = Vec::new();
    read_rows(file, text, COLUMNS, rejects, |[id, _, _, _, source, destination, _, kind, characteristic, _]| {
        if kind == IS_A && characteristic == INFERRED {
            identifier("id", id)?;
            is_a.push((identifier("sourceId", source)?, identifier("destinationId", destination)?));
        }
        Ok(())
    })?;
    Ok(is_a)
}

#[cfg(test)]
mod tests {
    use super::{super::made_up, *};

    fn small() -> String {
        let row = |item: u64, active: u8, source: u64, destination: u64, kind: &str, characteristic: &str| {
            format!(
                "{}\t20260301\t{active}\t0\t{}\t{}\t0\t{kind}\t{characteristic}\t0\n",
                made_up(item),
                made_up(source),
                made_up(destination)
            )
        };
        [
            COLUMNS.join("\t") + "\n",
            row(1, 1, 10, 20, IS_A, INFERRED),
            row(2, 0, 10, 21, IS_A, INFERRED),
            row(3, 1, 10, 22, IS_A, "0"),
            row(4, 1, 10, 23, "0", INFERRED),
        ]
        .concat()
    }

    #[test]
    fn active_inferred_is_a_is_kept() {
        let mut rejects = Rejects::default();
        assert_eq!(read("x", &small(), &mut rejects).unwrap(), [(made_up(10), made_up(20))]);
        let bad = small() + &format!("{}\t20260301\t1\t0\t100000\t1\t0\t{IS_A}\t{INFERRED}\t0\n", made_up(9));
        assert_eq!((read("x", &bad, &mut rejects).unwrap().len(), rejects.kept[0].line), (1, 6));
        assert!(rejects.kept[0].problem.starts_with("sourceId"));
    }

    #[test]
    fn every_truncation_is_an_error_or_fewer_rows() {
        let whole = small();
        for end in 0..whole.len() {
            let read = read("x", &whole[..end], &mut Rejects::default());
            assert!(read.is_err() || read.is_ok_and(|r| r.len() <= 1), "cut at {end}");
        }
    }
}
