//! `[[left_behind]]` of coding/*.toml: what procedures of an earlier time leave behind.

use super::form::PackFile;
use crate::{CompileError, base::Codes};
use serde::Deserialize;
use superbill_core::{
    code::CodeKey,
    knowledge::{
        prior_procedures::{KeyRanges, LeftBehind},
        rules::Rules,
    },
};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// CPT and HCPCS: codes, or from one to another.
    #[serde(default)]
    procedures: Vec<String>,
    /// ICD-10-PCS: codes, or what they begin with.
    #[serde(default)]
    pcs: Vec<String>,
    status: String,
    #[serde(default)]
    once: bool,
    /// For who reads the pack.
    citation: String,
}

fn ranges(file: &str, codes: &[String]) -> Result<KeyRanges, CompileError> {
    let key = |code: &str| CodeKey::pack(code).map_err(|e| CompileError::new(file, format!("{code}: {e}")));
    codes
        .iter()
        .map(|code| {
            let (first, last) = code.split_once('-').unwrap_or((code, code));
            // Everything that begins with the last.
            Ok((key(first)?.0, key(last)?.end().0 - 1))
        })
        .collect()
}

pub(crate) fn compile(file: &str, pack: u32, form: &PackFile, codes: &Codes, rules: &mut Rules) -> Result<(), CompileError> {
    for left in &form.left_behind {
        if left.citation.is_empty() || left.procedures.is_empty() && left.pcs.is_empty() {
            return Err(CompileError::new(file, format!("left_behind {}: procedures and a citation are needed", left.status)));
        }
        rules.left_behind.push(LeftBehind {
            services: ranges(file, &left.procedures)?,
            inpatient: ranges(file, &left.pcs)?,
            status: codes.find(file, &left.status)?,
            once: left.once,
            pack,
        });
    }
    Ok(())
}
