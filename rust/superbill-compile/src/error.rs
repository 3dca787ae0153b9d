//! What can be wrong with a source, naming the file and the place.

/// Why a knowledge base could not be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct CompileError {
    /// The file or pack, and the place in it where that is known.
    pub file: String,
    pub problem: String,
}

impl CompileError {
    pub fn new(file: &str, problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), problem: problem.into() }
    }
}
