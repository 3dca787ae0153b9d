//! Rust errors -> Python exceptions.

use pyo3::{PyErr, create_exception, exceptions::PyException};
use superbill_compile::CompileError;
use superbill_proto::{AnswerError, CheckError};
use superbill_store::StoreError;

create_exception!(superbill, SuperbillError, PyException, "Any error of Superbill.");
create_exception!(superbill, KnowledgeBaseError, SuperbillError, "A file is missing, truncated, corrupt, foreign or of another format.");
create_exception!(superbill, BuildError, SuperbillError, "A source or pack cannot be compiled; the message names the file and the place.");
create_exception!(
    superbill,
    EncounterError,
    SuperbillError,
    "An encounter cannot be coded as it is; the message names the field, never its value."
);
create_exception!(
    superbill,
    ClaimError,
    SuperbillError,
    "A claim cannot be checked as it is; the message names the field, never its value."
);
create_exception!(superbill, CodeError, SuperbillError, "A code is malformed, which is not the same as unknown.");
create_exception!(superbill, DateError, SuperbillError, "A date is not a calendar date as YYYY-MM-DD.");
create_exception!(superbill, ServerError, SuperbillError, "The server cannot start or had to stop.");

// `StoreError`, `CompileError` and the rest live in other crates, so `From` cannot be implemented for `PyErr` here.
pub(crate) fn store(error: &StoreError) -> PyErr {
    KnowledgeBaseError::new_err(error.to_string())
}

pub(crate) fn compile(error: &CompileError) -> PyErr {
    BuildError::new_err(error.to_string())
}

pub(crate) fn answer(error: &AnswerError) -> PyErr {
    match error {
        AnswerError::Knowledge(error) => KnowledgeBaseError::new_err(error.to_string()),
        other => EncounterError::new_err(other.to_string()),
    }
}

pub(crate) fn check(error: &CheckError) -> PyErr {
    match error {
        CheckError::Claim(error) => ClaimError::new_err(error.to_string()),
        CheckError::Edit(error) => KnowledgeBaseError::new_err(error.to_string()),
    }
}
