//! The alphabetic index of ICD-10-CM, the index of external causes, and the tables of neoplasms and of drugs, as CDC/NCHS publishes them in XML.
//!
//! All four have the same outermost element; what tells them apart is their title and the meanings of their columns.

use super::{
    Feed, Head, Opened, Rejects, Taken, UNDATED,
    release::Calendar,
    xml::{Step, Walk, attribute},
};
use crate::{CompileError, gather::Gathered};
use superbill_core::{
    code::System,
    knowledge::index::{Detail, DetailKind, IndexKind, Term},
};

const fn feed(
    name: &'static str,
    recognises: fn(&Head<'_>) -> bool,
    take: fn(&Opened<'_>, &mut Gathered, &mut Rejects) -> Result<Taken, CompileError>,
) -> Feed {
    // The version is a year alone: an April release cannot be told from October's.
    Feed { name, system: None, calendar: Calendar::FiscalYear, recognises, dated: UNDATED, take }
}

pub(crate) const DISEASES: Feed =
    feed("icd10cm_index", |h| kind(h) == Some(IndexKind::Diseases), |f, g, r| take(IndexKind::Diseases, f, g, r));
pub(crate) const EXTERNAL: Feed =
    feed("icd10cm_external_index", |h| kind(h) == Some(IndexKind::External), |f, g, r| take(IndexKind::External, f, g, r));
pub(crate) const NEOPLASM: Feed =
    feed("icd10cm_neoplasm", |h| kind(h) == Some(IndexKind::Neoplasm), |f, g, r| take(IndexKind::Neoplasm, f, g, r));
pub(crate) const DRUG: Feed = feed("icd10cm_drug", |h| kind(h) == Some(IndexKind::Drug), |f, g, r| take(IndexKind::Drug, f, g, r));

/// Which of the four, by what stands before the first letter.
fn kind(head: &Head<'_>) -> Option<IndexKind> {
    let start = head.text.find("<ICD10CM.index")?;
    let front = head.text[start..].split("<letter>").next().unwrap_or_default().to_lowercase();
    if front.contains("<indexheading") {
        let named = |word: &str| front.contains(word);
        return match (named("neoplasm") || named("malignant"), named("substance") || named("poisoning")) {
            (true, false) => Some(IndexKind::Neoplasm),
            (false, true) => Some(IndexKind::Drug),
            _ => None,
        };
    }
    let named = |words: &str| front.contains(words);
    match (named("external cause"), named("index to diseases")) {
        (true, _) => Some(IndexKind::External),
        (_, true) => Some(IndexKind::Diseases),
        _ => None,
    }
}

fn take(kind: IndexKind, file: &Opened<'_>, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let index = read(file.name, file.text()?, rejects)?;
    let count = index.terms.len();
    if gathered.indexes.add(kind, file.effective, index.heads, index.terms) {
        rejects.add(file.name, 0, "another file of the same release differs: one of the two was taken");
    }
    Ok(count.into())
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexFile {
    /// The fiscal year.
    pub version: String,
    /// Meanings of the columns of a table, by number.
    pub heads: Vec<(u8, String)>,
    /// Main terms and subterms in the order of the file.
    pub terms: Vec<Term>,
}

/// A code as the index writes it: "S72.-" needs more characters. A dash alone is no code.
fn code(kind: DetailKind, text: &str) -> Result<Detail, String> {
    let stem = text.trim_end_matches('-');
    let key = System::Icd10cm.parse(stem.trim_end_matches('.')).map_err(|e| format!("{text}: {e}"))?;
    Ok(Detail::code(kind, key, stem.len() < text.len()))
}

fn cell(column: u8, text: &str) -> Result<Detail, String> {
    let none = Detail::code(DetailKind::Cell, superbill_core::code::CodeKey(0), false);
    let cell = if text.chars().all(|c| c == '-') { none } else { code(DetailKind::Cell, text)? };
    Ok(Detail { column, ..cell })
}

/// Terms that are still open, and what is being read of them.
struct Reader<'a> {
    file: &'a str,
    index: IndexFile,
    /// Places of the open terms.
    open: Vec<usize>,
    column: u8,
}

impl Reader<'_> {
    fn open(&mut self, name: &str, attributes: &[(String, String)]) -> Result<(), String> {
        match name {
            "mainTerm" | "term" => {
                if (name == "mainTerm") != self.open.is_empty() {
                    return Err(format!("<{name}> {} a main term", if self.open.is_empty() { "outside" } else { "inside" }));
                }
                let level = self.open.len() as u8;
                self.open.push(self.index.terms.len());
                self.index.terms.push(Term { level, title: String::new(), details: Vec::new() });
                if name == "term" && attribute(attributes, "level") != level.to_string() {
                    return Err(format!("level {} is nested {level} deep", attribute(attributes, "level")));
                }
            }
            "head" | "cell" => {
                self.column = attribute(attributes, "col").parse().unwrap_or_default();
                if self.column == 0 {
                    return Err(format!("<{name}> without its column"));
                }
                let known = self.index.heads.iter().any(|h| h.0 == self.column);
                if (name == "cell") != known {
                    let problem = if known { "stands twice" } else { "has no heading" };
                    return Err(format!("column {} {problem}", self.column));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Puts the text of an element where it belongs.
    fn close(&mut self, name: &str, text: String) -> Result<(), String> {
        let term = self.open.last().and_then(|&at| self.index.terms.get_mut(at));
        match (name, term) {
            ("version", None) => self.index.version = text,
            ("head", None) => self.index.heads.push((self.column, text)),
            ("mainTerm" | "term", Some(term)) => {
                // A term of modifiers alone is called by them.
                if let (true, Some(first)) = (term.title.is_empty(), term.details.iter().position(|d| d.kind == DetailKind::Modifiers)) {
                    term.title = term.details.remove(first).text;
                }
                let untitled = term.title.is_empty();
                self.open.pop();
                if untitled {
                    return Err(format!("<{name}> without a title"));
                }
            }
            ("title", Some(term)) => term.title = text,
            ("nemod", Some(term)) => term.details.push(Detail::text(DetailKind::Modifiers, text)),
            ("code", Some(term)) => term.details.push(code(DetailKind::Code, &text)?),
            // The neoplasm table marks words in brackets in the same way as the second code of a pair.
            ("manif", Some(term)) => term.details.push(match code(DetailKind::Manifestation, &text) {
                Ok(code) => code,
                Err(_) if text.contains(' ') => Detail::text(DetailKind::Modifiers, format!("[{text}]")),
                Err(problem) => return Err(problem),
            }),
            ("see", Some(term)) => term.details.push(Detail::text(DetailKind::See, text)),
            ("seeAlso", Some(term)) => term.details.push(Detail::text(DetailKind::SeeAlso, text)),
            ("seecat" | "subcat", Some(term)) => term.details.push(code(DetailKind::Category, &text)?),
            ("cell", Some(term)) => term.details.push(cell(self.column, &text)?),
            _ => {}
        }
        Ok(())
    }
}

/// Reads an index or table.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<IndexFile, CompileError> {
    let mut walk = Walk::new(file, text, "ICD10CM.index");
    let mut reader = Reader { file, index: IndexFile::default(), open: Vec::new(), column: 0 };
    while let Some(step) = walk.next()? {
        let done = match step {
            Step::Open { name, attributes } => reader.open(&name, &attributes),
            Step::Close { name, text } => reader.close(&name, text),
        };
        if let Err(problem) = done {
            rejects.add(reader.file, walk.line(), problem);
        }
    }
    if reader.index.terms.is_empty() {
        return Err(CompileError::new(file, "has no <mainTerm>: not an index of ICD-10-CM"));
    }
    Ok(reader.index)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"<ICD10CM.index><version>2026</version><title>ICD-10-CM INDEX TO DISEASES and INJURIES</title><letter><title>B</title>
        <mainTerm><title>Bump<nemod>(small) (sore)</nemod> NEC</title><code>S00.-</code><seeAlso>Lump</seeAlso>
        <term level="1"><title>of head</title><code>S00.83</code><manif>I43</manif><see>Lump, head</see>
        <term level="2"><title>late</title><seecat>S09</seecat></term></term></mainTerm>
        </letter></ICD10CM.index>"#;

    const TABLE: &str = r#"<ICD10CM.index><version>2026</version><indexHeading><head col="1">Substance</head><head col="2">Poisoning</head>
        <head col="3">Adverse effect</head></indexHeading><letter><title>G</title><mainTerm><title>Glue</title><cell col="2">T52.8X1</cell>
        <cell col="3">--</cell></mainTerm></letter></ICD10CM.index>"#;

    fn head(text: &str) -> Option<IndexKind> {
        kind(&Head { name: "x", text, sheet: &[] })
    }

    #[test]
    fn the_four_are_told_apart_by_content() {
        let titled = |title: &str| head(&format!("<?xml?>\n<ICD10CM.index><version>1</version><title>{title}</title><letter>"));
        assert_eq!(head(SMALL), Some(IndexKind::Diseases));
        assert_eq!(titled("ICD-10-CM EXTERNAL CAUSE of INJURIES INDEX"), Some(IndexKind::External));
        assert_eq!(head(TABLE), Some(IndexKind::Drug));
        assert_eq!(head(&TABLE.replace("Substance", "Neoplasm").replace("Poisoning", "Malignant Primary")), Some(IndexKind::Neoplasm));
        for other in ["<ICD10CM.tabular>", "<ICD10PCS.index>", "<ICD10CM.index><title>x</title>", ""] {
            assert_eq!(head(other), None, "{other}");
        }
    }

    #[test]
    fn terms_say_what_the_file_says() {
        let mut rejects = Rejects::default();
        let index = read("x", SMALL, &mut rejects).unwrap();
        assert_eq!((rejects.count, index.version.as_str()), (0, "2026"));
        let terms: Vec<(u8, &str)> = index.terms.iter().map(|t| (t.level, t.title.as_str())).collect();
        assert_eq!(terms, [(0, "Bump NEC"), (1, "of head"), (2, "late")]);
        let key = |c: &str| System::Icd10cm.parse(c).unwrap();
        let expected = [
            Detail::text(DetailKind::Modifiers, "(small) (sore)".into()),
            Detail::code(DetailKind::Code, key("S00"), true),
            Detail::text(DetailKind::SeeAlso, "Lump".into()),
        ];
        assert_eq!(index.terms[0].details, expected);
        assert_eq!(index.terms[1].details[1], Detail::code(DetailKind::Manifestation, key("I43"), false));
        assert_eq!(index.terms[2].details, [Detail::code(DetailKind::Category, key("S09"), false)]);
    }

    #[test]
    fn cells_stand_below_their_headings() {
        let mut rejects = Rejects::default();
        let index = read("x", TABLE, &mut rejects).unwrap();
        assert_eq!(index.heads.len(), 3);
        let cells: Vec<(u8, String)> = index.terms[0].details.iter().map(|d| (d.column, d.key.to_string())).collect();
        assert_eq!((cells, rejects.count), (vec![(2, "T528X1".into()), (3, String::new())], 0));
    }

    #[test]
    fn what_does_not_fit_is_named_by_line_and_the_rest_kept() {
        for (from, to, problem) in [
            ("level=\"2\"", "level=\"4\"", "level 4 is nested 2 deep"),
            ("S00.83", "S0", "S0: not of the shape"),
            ("I43", "I4-3", "I4-3"),
            ("<title>late</title>", "<title> </title>", "without a title"),
        ] {
            let mut rejects = Rejects::default();
            let index = read("x", &SMALL.replace(from, to), &mut rejects).unwrap();
            assert_eq!((index.terms.len(), rejects.count), (3, 1), "{to}");
            assert!(rejects.kept[0].problem.contains(problem), "{}", rejects.kept[0].problem);
            assert!(rejects.kept[0].line > 2);
        }
        let mut rejects = Rejects::default();
        read("x", &TABLE.replace("cell col=\"3\"", "cell col=\"9\""), &mut rejects).unwrap();
        assert!(rejects.kept[0].problem.contains("column 9 has no heading"));
    }

    #[test]
    fn a_term_of_modifiers_alone_is_called_by_them() {
        let mut rejects = Rejects::default();
        let index = read("x", &SMALL.replace("<title>late</title>", "<title><nemod>(late)</nemod></title>"), &mut rejects).unwrap();
        assert_eq!((index.terms[2].title.as_str(), index.terms[2].details.len(), rejects.count), ("(late)", 1, 0));
    }

    #[test]
    fn every_truncation_is_an_error() {
        for whole in [SMALL, TABLE] {
            for end in 0..whole.len() {
                assert!(read("x", &whole[..end], &mut Rejects::default()).is_err(), "cut at {end}");
            }
        }
    }
}
