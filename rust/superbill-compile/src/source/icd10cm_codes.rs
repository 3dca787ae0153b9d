//! A list of valid ICD-10-CM codes: one a line, without dots; ranges and the numbers of chapters stand among them.

use crate::CompileError;
use std::collections::HashSet;
use superbill_core::code::CodeKey;

/// The codes of a list.
pub fn read(file: &str, text: &str) -> Result<HashSet<CodeKey>, CompileError> {
    let mut codes = HashSet::new();
    for (at, line) in text.lines().map(str::trim).enumerate() {
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
        assert_eq!(
            read("list", "A00\n??\n").unwrap_err().problem,
            "line 2: a code has 3 to 7 letters and digits, with an optional dot after the third"
        );
        assert!(read("list", "").is_err());
    }
}
