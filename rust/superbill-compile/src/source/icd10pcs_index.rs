//! The index of ICD-10-PCS, as CMS publishes it in XML: terms with whole codes, beginnings of codes, tables, and the values that tables use for them.

use super::{
    Feed, Rejects, UNDATED,
    release::Calendar,
    xml::{Step, Walk, attribute},
};
use crate::CompileError;
use superbill_core::{
    code::{CodeKey, System},
    knowledge::index::{Detail, DetailKind, IndexKind, Term},
};

pub(crate) const FEED: Feed = Feed {
    name: "icd10pcs_index",
    system: None,
    calendar: Calendar::FiscalYear,
    recognises: |head| head.text.contains("<ICD10PCS.index"),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let terms = read(file.name, file.text()?, rejects)?;
        let count = terms.len();
        if gathered.indexes.add(IndexKind::Procedures, file.effective, Vec::new(), terms) {
            rejects.add(file.name, 0, "another file of the same release differs: one of the two was taken");
        }
        Ok(count.into())
    },
};

/// A code or the beginning of one.
fn code(text: &str) -> Result<Detail, String> {
    let fail = |e| format!("{text}: {e}");
    let key = CodeKey::pack(text).map_err(fail)?;
    if key.len() == 7 {
        System::Icd10pcs.parse(text).map_err(fail)?;
    }
    if !(3..=7).contains(&key.len()) || text.contains(['I', 'O']) {
        return Err(format!("{text}: not a code of ICD-10-PCS or the beginning of one"));
    }
    Ok(Detail::code(DetailKind::Code, key, key.len() < 7))
}

/// Reads the index: main terms and subterms in the order of the file.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<Vec<Term>, CompileError> {
    let mut walk = Walk::new(file, text, "ICD10PCS.index");
    let mut terms: Vec<Term> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    // Codes that stand inside a reference belong to it.
    let (mut in_reference, mut of_reference): (bool, Vec<Detail>) = Default::default();
    while let Some(step) = walk.next()? {
        let mut problem = None;
        match step {
            Step::Open { name, attributes } if name == "mainTerm" || name == "term" => {
                let level = open.len() as u8;
                if (name == "mainTerm") != open.is_empty() {
                    problem = Some(format!("<{name}> {} a main term", if open.is_empty() { "outside" } else { "inside" }));
                } else if name == "term" && attribute(&attributes, "level") != level.to_string() {
                    problem = Some(format!("level {} is nested {level} deep", attribute(&attributes, "level")));
                }
                open.push(terms.len());
                terms.push(Term { level, title: String::new(), details: Vec::new() });
            }
            Step::Open { name, .. } => in_reference |= name == "see" || name == "use",
            Step::Close { name, text } => {
                let Some(term) = open.last().and_then(|&at| terms.get_mut(at)) else { continue };
                match name.as_str() {
                    "title" => term.title = text,
                    "see" | "use" => {
                        let kind = if name == "see" { DetailKind::See } else { DetailKind::Use };
                        term.details.push(Detail::text(kind, text));
                        term.details.append(&mut of_reference);
                        in_reference = false;
                    }
                    "code" | "codes" | "tab" => match code(&text) {
                        Ok(code) if (name == "code") == code.more => problem = Some(format!("{text}: <{name}> of another length")),
                        Ok(code) if in_reference => of_reference.push(Detail { kind: DetailKind::ReferenceCode, ..code }),
                        Ok(code) => term.details.push(code),
                        Err(error) => problem = Some(error),
                    },
                    "mainTerm" | "term" => {
                        // A reference or a code may stand alone below a term.
                        if term.title.is_empty() && (name == "mainTerm" || term.details.is_empty()) {
                            problem = Some(format!("<{name}> without a title"));
                        }
                        open.pop();
                    }
                    _ => {}
                }
            }
        }
        if let Some(problem) = problem {
            rejects.add(file, walk.line(), problem);
        }
    }
    if terms.is_empty() { Err(CompileError::new(file, "has no <mainTerm>: not an index of ICD-10-PCS")) } else { Ok(terms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"<ICD10PCS.index><version>2026</version><letter><title>M</title><mainTerm><title>Mending</title>
        <term level="1"><see>Fixing, Ear<codes>0QZ9</codes></see></term>
        <term level="1"><title>Ear</title><code>0QZ9XZZ</code><term level="2"><title>Left</title><tab>0QY</tab></term></term>
        </mainTerm><mainTerm><title>Lobe piece</title><use>Ear, Left</use></mainTerm></letter></ICD10PCS.index>"#;

    #[test]
    fn terms_say_what_the_file_says() {
        let mut rejects = Rejects::default();
        let terms = read("x", SMALL, &mut rejects).unwrap();
        assert_eq!(rejects.count, 0);
        let said: Vec<String> = terms
            .iter()
            .map(|t| {
                let details = t.details.iter().map(|d| format!("{}{}{}", d.text, d.key, if d.more { "-" } else { "" }));
                format!("{} {}: {}", t.level, t.title, details.collect::<Vec<_>>().join("; "))
            })
            .collect();
        let expected = ["0 Mending: ", "1 : Fixing, Ear; 0QZ9-", "1 Ear: 0QZ9XZZ", "2 Left: 0QY-", "0 Lobe piece: Ear, Left"];
        assert_eq!(said, expected);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (from, to, problem) in [
            ("<code>0QZ9XZZ", "<code>0QZ9XZ", "of another length"),
            ("<tab>0QY", "<tab>0IY", "not a code"),
            ("<tab>0QY", "<tab>0Y", "not a code"),
            ("<title>Mending", "<title>", "without a title"),
            ("level=\"2\"", "level=\"1\"", "nested 2 deep"),
        ] {
            let mut rejects = Rejects::default();
            read("x", &SMALL.replace(from, to), &mut rejects).unwrap();
            assert_eq!(rejects.count, 1, "{to}");
            assert!(rejects.kept[0].problem.contains(problem), "{}", rejects.kept[0].problem);
        }
    }

    #[test]
    fn every_truncation_is_an_error() {
        for end in 0..SMALL.len() {
            assert!(read("x", &SMALL[..end], &mut Rejects::default()).is_err(), "cut at {end}");
        }
    }
}
