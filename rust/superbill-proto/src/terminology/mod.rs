//! Answers of `superbill.v1.Terminology`: one function a method, over a knowledge base.

mod codes;
mod find;
mod releases;
mod translation;

pub use codes::{children, lookup, search, term_matches, validate};
pub use find::{FindError, NOTES, SYSTEMS_OF_CLAIMS, find, system, tops};
pub use releases::{releases, rules};
pub use translation::translate;

use crate::convert::EncounterError;
use superbill_core::knowledge::KnowledgeError;

/// Codes and concepts of one request.
const MOST_CODES: usize = 1000;

/// Why a question about codes has no answer. Messages name the field, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TerminologyError {
    #[error(transparent)]
    Request(#[from] EncounterError),
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    #[error("this knowledge base has no {0}")]
    NotLoaded(&'static str),
    #[error("id: no rule of the knowledge base has it")]
    NoSuchRule,
}

/// At most so many in a list.
fn at_most(field: &'static str, found: usize, most: usize) -> Result<(), EncounterError> {
    if found <= most { Ok(()) } else { crate::convert::invalid(field, format!("at most {most}")) }
}
