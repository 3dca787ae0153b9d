//! The concept file: which concepts are active.

use super::{has_header, identifier, read_rows};
use crate::{
    CompileError,
    source::{Feed, Rejects, UNDATED, release::Calendar},
};

const COLUMNS: [&str; 5] = ["id", "effectiveTime", "active", "moduleId", "definitionStatusId"];

pub(crate) const FEED: Feed = Feed {
    name: "snomed_concept",
    system: None,
    calendar: Calendar::CalendarYear,
    recognises: |head| has_header(head, &COLUMNS),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let concepts = read(file.name, file.text()?, rejects)?;
        let count = concepts.len();
        gathered.snomed.concepts.entry(file.effective).or_default().extend(concepts);
        Ok(count.into())
    },
};

/// The active concepts.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<Vec<u64>, CompileError> {
    let mut concepts = Vec::new();
    read_rows(file, text, COLUMNS, rejects, |[id, ..]| {
        concepts.push(identifier("id", id)?);
        Ok(())
    })?;
    Ok(concepts)
}

#[cfg(test)]
mod tests {
    use super::{super::made_up, *};

    fn small() -> String {
        let row = |item: u64, active: u8| format!("{}\t20260301\t{active}\t0\t0\r\n", made_up(item));
        COLUMNS.join("\t") + "\r\n" + &row(1, 1) + &row(2, 0) + &row(3, 1)
    }

    #[test]
    fn active_concepts_are_kept_and_bad_rows_named() {
        let mut rejects = Rejects::default();
        assert_eq!(read("x", &small(), &mut rejects).unwrap(), [made_up(1), made_up(3)]);
        assert_eq!(rejects.count, 0);
        let text = small() + "123456\t20260301\t1\t0\t0\nx\n123456\t20260301\t2\t0\t0\n";
        assert_eq!(read("x", &text, &mut rejects).unwrap().len(), 2);
        let problems: Vec<(u64, &str)> = rejects.kept.iter().map(|r| (r.line, r.problem.split(':').next().unwrap())).collect();
        assert_eq!(problems, [(5, "id"), (6, "expected 5 cells"), (7, "active")]);
    }

    #[test]
    fn only_snapshots_are_read() {
        for name in ["sct2_Concept_Full_US1000124_20260301.txt", "sct2_Concept_Delta_US1000124_20260301.txt"] {
            assert!(read(name, &small(), &mut Rejects::default()).unwrap_err().problem.contains("Snapshot"));
        }
        assert!(read("x", "id\tactive\n", &mut Rejects::default()).unwrap_err().problem.contains("line 1"));
    }

    #[test]
    fn every_truncation_is_an_error_or_fewer_rows() {
        let whole = small();
        for end in 0..whole.len() {
            let read = read("x", &whole[..end], &mut Rejects::default());
            assert!(read.is_err() || read.is_ok_and(|r| r.len() <= 2), "cut at {end}");
        }
    }
}
