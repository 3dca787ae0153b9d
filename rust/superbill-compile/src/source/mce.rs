//! Code lists of the Medicare code editor: diagnoses that cannot be principal, and those of one age group, as JSON made from the manual or as its text.

use super::{Feed, Head, Opened, Rejects, Taken, UNDATED, release::Calendar};
use crate::{CompileError, gather::Gathered};
use superbill_core::{
    code::{CodeKey, System},
    knowledge::attributes::Kind,
};

pub(crate) const FEED: Feed = Feed { name: "mce", system: None, calendar: Calendar::FiscalYear, recognises, dated: UNDATED, take };

/// A list: what it says of its codes, its name in JSON, and words of its heading in the text.
const LISTS: [(Kind, &str, &str); 7] = [
    (Kind::UnacceptablePrincipalUnlessSecondary, "unacceptable_pdx_unless_secondary", "unless a secondary diagnosis"),
    (Kind::ManifestationNotPrincipal, "manifestation_not_pdx", "manifestation code"),
    (Kind::UnacceptablePrincipal, "unacceptable_pdx", "unacceptable principal diagnosis"),
    (Kind::AgeNewborn, "age_newborn", "newborn diagnos"),
    (Kind::AgePediatric, "age_pediatric", "pediatric diagnos"),
    (Kind::AgeMaternity, "age_maternity", "maternity diagnos"),
    (Kind::AgeAdult, "age_adult", "adult diagnos"),
];

/// Names in the JSON that say what the lists are of.
#[derive(serde::Deserialize)]
struct Lists {
    codes: std::collections::BTreeMap<String, Vec<Listed>>,
}

#[derive(serde::Deserialize)]
struct Listed {
    code: String,
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn recognises(head: &Head<'_>) -> bool {
    let lower = head.text.to_lowercase();
    if is_json(head.text) {
        lower.contains("age_categories") || lower.contains("manifestation_not_pdx")
    } else {
        lower.contains("medicare code editor")
    }
}

/// A list by its place in [`LISTS`], and a code on it.
type Row = (usize, CodeKey);

pub fn read_json(file: &str, text: &str, rejects: &mut Rejects) -> Result<Vec<(Kind, CodeKey)>, CompileError> {
    let lists: Lists = serde_json::from_str(text).map_err(|e| CompileError::new(file, e.to_string()))?;
    let mut rows: Vec<Row> = Vec::new();
    for (name, codes) in &lists.codes {
        let Some(list) = LISTS.iter().position(|l| l.1 == name) else {
            rejects.add(file, 0, format!("{name:?} is no list that is known"));
            continue;
        };
        for listed in codes {
            match System::Icd10cm.parse(&listed.code) {
                Ok(key) => rows.push((list, key)),
                Err(error) => rejects.add(file, 0, format!("{name}: {:?}: {error}", listed.code)),
            }
        }
    }
    done(file, rows)
}

/// Reads the manual: under numbered headings, lines of a code, a tab or blanks, and its title. Headings of other edits end a list.
pub fn read_text(file: &str, text: &str, rejects: &mut Rejects) -> Result<Vec<(Kind, CodeKey)>, CompileError> {
    let mut rows: Vec<Row> = Vec::new();
    let mut list = None;
    for (at, line) in (1_u64..).zip(text.lines()) {
        let words = line.trim();
        let Some((first, rest)) = words.split_once(['\t', ' ']) else { continue };
        // "1. Invalid diagnosis", "A. Newborn diagnoses": a number or letter with its stop.
        let heading = first.len() <= 3 && first.ends_with('.') && first.trim_end_matches('.').chars().all(char::is_alphanumeric);
        if heading {
            let lower = rest.to_lowercase();
            list = LISTS.iter().position(|l| lower.contains(l.2));
        } else if let Some(list) = list
            && words.contains('\t')
            && first.bytes().any(|b| b.is_ascii_digit())
        {
            match System::Icd10cm.parse(first) {
                Ok(key) => rows.push((list, key)),
                Err(error) => rejects.add(file, at, format!("{first:?}: {error}")),
            }
        }
    }
    done(file, rows)
}

fn done(file: &str, mut rows: Vec<Row>) -> Result<Vec<(Kind, CodeKey)>, CompileError> {
    rows.sort_unstable();
    rows.dedup();
    let all: Vec<_> = rows.into_iter().map(|(list, key)| (LISTS[list].0, key)).collect();
    if all.is_empty() { Err(CompileError::new(file, "has no code on a list")) } else { Ok(all) }
}

fn take(file: &Opened<'_>, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let text = file.text()?;
    let rows = if is_json(text) { read_json(file.name, text, rejects)? } else { read_text(file.name, text, rejects)? };
    for (kind, key) in &rows {
        gathered.member(FEED.name, file.effective, (System::Icd10cm, *key), *kind);
    }
    Ok(rows.len().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rows: &[(Kind, CodeKey)]) -> Vec<(Kind, String)> {
        rows.iter().map(|(k, c)| (*k, c.to_string())).collect()
    }

    #[test]
    fn json_and_text_say_the_same() {
        let json = r#"{"age_categories": {}, "codes": {"age_newborn": [{"code": "A33", "description": "x"}], "unacceptable_pdx": [{"code": "B950"}, {"code": "?"}], "other": []}}"#;
        let text = "Medicare Code Editor\n1. Invalid diagnosis\nA00\tx\nA. Newborn diagnoses\nA33\tx\n9. Unacceptable principal diagnosis\nB950\tStreptococcus\nB95O-\tx\n10. Another edit\nB951\ty\nAppendix\n9. Unacceptable principal diagnosis\nB950\tagain\n";
        let mut rejects = Rejects::default();
        let expected = [(Kind::UnacceptablePrincipal, "B950".to_owned()), (Kind::AgeNewborn, "A33".to_owned())];
        assert_eq!(written(&read_json("x", json, &mut rejects).unwrap()), expected);
        assert_eq!(rejects.count, 2);
        assert_eq!(written(&read_text("x", text, &mut rejects).unwrap()), expected);
        assert_eq!(rejects.count, 3);
        assert!(read_json("x", "{\"codes\": 1}", &mut rejects).is_err());
        assert!(read_text("x", "", &mut rejects).is_err());
    }
}
