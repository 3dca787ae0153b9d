//! Open synonyms: names of diseases that the Disease Ontology (OBO, or a table of its ICD-10-CM references) and MONDO (SSSOM) tie to ICD-10-CM codes.
//!
//! Identifiers of other terminologies inside these files, SNOMED CT's among them, are not read.

use super::{
    Feed, Rejects, UNDATED,
    release::{self, Calendar, Years},
    table::Table,
};
use crate::CompileError;
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
};

/// OBO text.
pub(crate) const DISEASE_ONTOLOGY: Feed = Feed {
    name: "disease_ontology",
    system: None,
    calendar: Calendar::CalendarYear,
    recognises: |head| head.text.starts_with("format-version:") && head.text.contains("\nontology: doid"),
    dated: |head| said(head.text, "data-version:"),
    take: |file, gathered, rejects| {
        let names = read_obo(file.name, file.text()?, rejects)?;
        let count = names.len();
        gathered.synonyms.extend(names.into_iter().map(|n| (DISEASE_ONTOLOGY.name, file.effective, n)));
        Ok(count.into())
    },
};

/// The table of ICD-10-CM references: id, label, references.
pub(crate) const DISEASE_ONTOLOGY_TABLE: Feed = Feed {
    name: "disease_ontology_table",
    recognises: |head| head.has_columns(&["id", "label", "xrefs"]),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let table = file.table()?;
        let names = read_table(file.name, &table, ["label", "xrefs"], rejects)?;
        let count = names.len();
        gathered.synonyms.extend(names.into_iter().map(|n| (DISEASE_ONTOLOGY_TABLE.name, file.effective, n)));
        Ok(count.into())
    },
    ..DISEASE_ONTOLOGY
};

/// Exact matches in SSSOM.
pub(crate) const MONDO: Feed = Feed {
    name: "mondo",
    recognises: |head| head.has_columns(&["subject_id", "subject_label", "predicate_id", "object_id"]) && head.text.contains("ICD10CM"),
    dated: |head| said(head.text, "mapping_set_version:").or_else(|| said(head.text, "mapping_date:")),
    take: |file, gathered, rejects| {
        let text = file.text()?;
        // Lines of metadata stand before the table.
        let table = Table::delimited(file.name, text, b'\t')?;
        let names = read_table(file.name, &table, ["subject_label", "object_id"], rejects)?;
        let count = names.len();
        gathered.synonyms.extend(names.into_iter().map(|n| (MONDO.name, file.effective, n)));
        Ok(count.into())
    },
    ..DISEASE_ONTOLOGY
};

/// A name with the codes that it means.
pub type Name = (String, Vec<CodeKey>);

/// The date in a line of metadata, anywhere in its value: `doid/releases/2026-07-31/subsets/x.obo`.
fn said(text: &str, field: &str) -> Option<Date> {
    let line = text.lines().find(|l| l.trim_start_matches(['#', ' ']).starts_with(field))?;
    line.split(['/', ' ']).find_map(|part| release::from_name(part, Years::Calendar).filter(|_| part.len() == 10))
}

/// The ICD-10-CM codes of a list of references.
fn codes(references: &str) -> impl Iterator<Item = CodeKey> + '_ {
    let of = |r: &str| r.trim().strip_prefix("ICD10CM:").and_then(|code| System::Icd10cm.parse(code).ok());
    references.split(['|', ',', ';']).filter_map(of)
}

/// The text between the first quotation marks of a value.
fn quoted(value: &str) -> Option<String> {
    let (mut out, mut chars) = (String::new(), value.strip_prefix('"')?.chars());
    loop {
        match chars.next()? {
            '\\' => out.push(chars.next()?),
            '"' => return Some(out),
            c => out.push(c),
        }
    }
}

/// Reads OBO: of terms that are not obsolete and have an ICD-10-CM reference, the name and the exact synonyms.
pub fn read_obo(file: &str, text: &str, rejects: &mut Rejects) -> Result<Vec<Name>, CompileError> {
    let mut all: Vec<Name> = Vec::new();
    let (mut names, mut references, mut obsolete, mut term) = (Vec::new(), Vec::new(), false, false);
    let mut close = |names: &mut Vec<String>, references: &mut Vec<CodeKey>, obsolete: bool| {
        let (names, references) = (std::mem::take(names), std::mem::take(references));
        if !obsolete && !references.is_empty() {
            all.extend(names.into_iter().map(|n| (n, references.clone())));
        }
    };
    for (at, line) in (1_u64..).zip(text.lines()) {
        if line.starts_with('[') {
            close(&mut names, &mut references, obsolete);
            (obsolete, term) = (false, line == "[Term]");
        } else if let Some((field, value)) = line.split_once(": ").filter(|_| term) {
            match field {
                "name" => names.push(value.to_owned()),
                "synonym" if value.contains("\" EXACT") => match quoted(value) {
                    Some(synonym) => names.push(synonym),
                    None => rejects.add(file, at, "a synonym without its quotation marks"),
                },
                "xref" => references.extend(codes(value)),
                "is_obsolete" => obsolete = value == "true",
                _ => {}
            }
        }
    }
    close(&mut names, &mut references, obsolete);
    if all.is_empty() { Err(CompileError::new(file, "no term has an ICD-10-CM reference")) } else { Ok(all) }
}

/// Reads a table of names and references.
pub fn read_table(file: &str, table: &Table, [name, reference]: [&str; 2], rejects: &mut Rejects) -> Result<Vec<Name>, CompileError> {
    let columns = table.columns(file, &[name, reference])?;
    let mut all = Vec::new();
    for row in columns.rows() {
        if columns.has("predicate_id") && columns.cell(row, "predicate_id") != "skos:exactMatch" {
            continue;
        }
        // "A00-A09": a section of the tabular list is no code.
        if columns.cell(row, reference).trim_start_matches("ICD10CM:").split('-').filter(|c| c.len() == 3).count() == 2 {
            continue;
        }
        let codes: Vec<CodeKey> = codes(columns.cell(row, reference)).collect();
        if codes.is_empty() || columns.cell(row, name).is_empty() {
            rejects.add(file, row.line, format!("no name with an ICD-10-CM code: {:?}", columns.cell(row, reference)));
        } else {
            all.push((columns.cell(row, name).to_owned(), codes));
        }
    }
    if all.is_empty() { Err(CompileError::new(file, "no row has an ICD-10-CM code")) } else { Ok(all) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Head;

    const OBO: &str = "format-version: 1.2\ndata-version: doid/releases/2026-07-31/subsets/x.obo\nontology: doid/x\n\n[Term]\nid: DOID:1\nname: invented fever\n\
        synonym: \"fever, \\\"invented\\\"\" EXACT []\nsynonym: \"hot\" BROAD []\nsynonym: no marks\" EXACT []\nxref: ICD10CM:A01.0\nxref: OTHER:1\n\n\
        [Term]\nname: gone\nxref: ICD10CM:A02\nis_obsolete: true\n\n[Typedef]\nname: part of\nxref: ICD10CM:A03\n";

    #[test]
    fn names_and_exact_synonyms_of_terms_with_codes() {
        let mut rejects = Rejects::default();
        let names = read_obo("x", OBO, &mut rejects).unwrap();
        assert_eq!(names.iter().map(|n| n.0.as_str()).collect::<Vec<_>>(), ["invented fever", "fever, \"invented\""]);
        assert_eq!(names[0].1, [CodeKey::parse("A010").unwrap()]);
        assert_eq!(rejects.kept[0].line, 10);
        let head = Head { name: "x.obo", text: OBO, sheet: &[] };
        assert!((DISEASE_ONTOLOGY.recognises)(&head));
        assert_eq!((DISEASE_ONTOLOGY.dated)(&head), Some(Date(2026_07_31)));
    }

    #[test]
    fn only_exact_matches_of_a_mapping_are_taken() {
        let text = "# mapping_set_version: http://x/releases/2026-08-04/y.tsv\nsubject_id\tsubject_label\tpredicate_id\tobject_id\nM:1\tone\tskos:exactMatch\tICD10CM:B35.5\n\
            M:2\ttwo\tskos:broadMatch\tICD10CM:B35.6\nM:3\tthree\tskos:exactMatch\tICD10CM:-\n";
        let mut rejects = Rejects::default();
        let names = read_table("x", &Table::delimited("x", text, b'\t').unwrap(), ["subject_label", "object_id"], &mut rejects).unwrap();
        assert_eq!((names.len(), names[0].0.as_str(), rejects.kept[0].line), (1, "one", 5));
        assert_eq!((MONDO.dated)(&Head { name: "x", text, sheet: &[] }), Some(Date(2026_08_04)));
    }

    #[test]
    fn every_truncation_is_an_error_or_fewer_names() {
        // Cut before it says that it is obsolete, a term is one.
        for end in 0..OBO.len() {
            let read = read_obo("x", &OBO[..end], &mut Rejects::default());
            assert!(read.is_err() || read.is_ok_and(|n| n.len() <= 3), "cut at {end}");
        }
    }
}
