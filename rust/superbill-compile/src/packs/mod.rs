//! Knowledge packs: TOML files with citation, dates and examples (docs/packs.md) -> the rules and phrases of a knowledge base.

pub mod editing_form;
pub mod form;

pub(crate) mod axes;
pub(crate) mod conditions;
pub(crate) mod confidence;
pub mod drugs;
pub(crate) mod editing;
pub(crate) mod encounter_types;
pub(crate) mod guidelines;
pub mod measured;
pub(crate) mod payer;
pub mod prior_procedures;
pub(crate) mod procedures;
pub(crate) mod products;
pub(crate) mod reading;
pub mod repair;
pub mod visits;

use crate::CompileError;
use form::PackFile;
use sha2::{Digest, Sha256};

/// A pack as found on disk: its path, for messages, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    pub file: String,
    pub text: String,
}

/// Parses one pack.
pub fn parse(source: &Source) -> Result<PackFile, CompileError> {
    toml::from_str(&source.text).map_err(|e| CompileError::new(&source.file, e.to_string()))
}

/// The identity of a set of packs: SHA-256 over names and texts in order of name, in hex.
pub fn digest(sources: &[Source]) -> String {
    let mut sorted: Vec<&Source> = sources.iter().collect();
    sorted.sort_by(|a, b| a.file.cmp(&b.file));
    let mut hash = Sha256::new();
    for source in sorted {
        for part in [&source.file, &source.text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
