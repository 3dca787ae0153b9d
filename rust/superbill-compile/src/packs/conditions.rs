//! lexicon/*.toml: what notes call a condition, and abbreviations with several senses.

use super::form::PackFile;
use crate::{
    CompileError,
    base::{Codes, Phrases},
};
use superbill_core::knowledge::{
    layout::{NONE, sense},
    rules::{AbbreviationSense, Rules},
};

/// A node and its default leaf, or [`NONE`].
pub(super) fn node(file: &str, codes: &Codes, code: &str, default: Option<&str>) -> Result<(u32, u32), CompileError> {
    let node = codes.find(file, code)?;
    let Some(default) = default else { return Ok((node, NONE)) };
    let leaf = codes.find(file, default)?;
    if !codes.subtree(node).contains(&leaf) {
        return Err(CompileError::new(file, format!("default {default} is not below {code}")));
    }
    Ok((node, leaf))
}

pub(crate) fn compile(
    file: &str,
    pack: u32,
    form: &PackFile,
    codes: &Codes,
    rules: &mut Rules,
    phrases: &mut Phrases,
) -> Result<(), CompileError> {
    for condition in &form.condition {
        let (node, leaf) = node(file, codes, &condition.code, condition.default.as_deref())?;
        for say in &condition.say {
            if !(form.pack.yields && phrases.knows(say)) {
                phrases.add(file, say, sense::CODE, node, leaf, pack)?;
            }
        }
    }
    for abbreviation in &form.abbreviation {
        let mut senses = Vec::new();
        for sense in &abbreviation.senses {
            let (code, leaf) = match &sense.code {
                Some(code) => node(file, codes, code, sense.default_leaf.as_deref())?,
                None => (NONE, NONE),
            };
            if code != NONE {
                phrases.terms.extend([&abbreviation.short, &sense.means].map(|say| (say.clone(), code, leaf)));
            }
            for near in &sense.near {
                phrases.word(near);
            }
            // Neighbours are resolved once the vocabulary is known.
            senses.push(AbbreviationSense { means: sense.means.clone(), code, leaf, near: Vec::new(), default: sense.default, pack });
            phrases.near.push((rules.abbreviations.len(), senses.len() - 1, sense.near.clone()));
        }
        if senses.iter().filter(|s| s.default).count() > 1 {
            return Err(CompileError::new(file, format!("abbreviation {} has two defaults", abbreviation.short)));
        }
        rules.abbreviations.push(senses);
        phrases.add(file, &abbreviation.short, sense::ABBREVIATION, rules.abbreviations.len() as u32 - 1, NONE, pack)?;
    }
    Ok(())
}
