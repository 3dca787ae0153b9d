//! A list of valid ICD-10-CM codes: one a line, without dots, its title after it or not; ranges and the numbers of chapters may stand among them.

use super::{Feed, Head, UNDATED, release::Calendar};
use crate::CompileError;
use std::collections::HashSet;
use superbill_core::code::{CodeKey, System};

pub(crate) const FEED: Feed = Feed {
    name: "icd10cm_codes",
    system: Some(System::Icd10cm),
    calendar: Calendar::FiscalYear,
    recognises,
    dated: UNDATED,
    take: |file, gathered, _| {
        let list = read(file.name, file.text()?)?;
        let count = list.len();
        gathered.icd10cm.lists.insert(file.effective, list);
        Ok(count.into())
    },
};

/// Whether every one of the first lines starts with a code, a range or the number of a chapter, codes among them, as no other feed's do.
pub fn recognises(head: &Head<'_>) -> bool {
    let words: Vec<&str> = head.text.lines().take(50).filter_map(|l| l.split_whitespace().next()).collect();
    let code = |w: &str| {
        w.len() <= 7
            && w.starts_with(|c: char| c.is_ascii_uppercase())
            && w.bytes().skip(1).take(1).all(|b| b.is_ascii_digit())
            && CodeKey::parse(w).is_ok()
    };
    let block = |w: &str| {
        w.bytes().all(|b| b.is_ascii_digit())
            || w.split_once('-').is_some_and(|(a, b)| CodeKey::parse(a).is_ok() && CodeKey::parse(b).is_ok())
    };
    // "A000    Cholera": the title starts in the ninth column of the publisher's codes file.
    let aligned = |l: &str| l.trim_end().len() <= 7 || l.as_bytes().get(7) == Some(&b' ') && !l.contains('\t');
    words.iter().filter(|w| code(w)).count() > 2 && words.iter().all(|w| code(w) || block(w)) && head.text.lines().take(50).all(aligned)
}

/// The codes of a list.
pub fn read(file: &str, text: &str) -> Result<HashSet<CodeKey>, CompileError> {
    let mut codes = HashSet::new();
    for (at, line) in text.lines().map(|l| l.split_whitespace().next().unwrap_or_default()).enumerate() {
        if line.is_empty() || line.contains('-') || line.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let code = CodeKey::parse(line).map_err(|e| CompileError::new(file, format!("line {}: {e}", at + 1)))?;
        codes.insert(code);
    }
    if codes.is_empty() { Err(CompileError::new(file, "has no code")) } else { Ok(codes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(read("list", "1\nA00-A09\nA00\nA000\n").unwrap().len(), 2);
        assert!(read("list", "A00\n??\n").unwrap_err().problem.starts_with("line 2: not of the shape"));
        assert!(read("list", "").is_err());
    }
}
