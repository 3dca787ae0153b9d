//! How sure a code is: the weights that were fitted to what coders kept of codes so reached (`coding/confidence.toml`).

use super::rules::CodeRanges;
use serde::{Deserialize, Serialize};

/// What a model rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rated {
    /// Diagnoses of what the encounter evaluated or treated.
    Encounter,
    /// Diagnoses of every supported condition.
    All,
    Procedures,
    Visits,
}

/// What is known of how a code was reached; each can be read off its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// A section that says what was assessed names it.
    Addressed,
    /// Its words are a title or an inclusion term of the tabular list.
    Title,
    /// Its words are of a pack that yields to others: the Index, an ontology.
    Yielding,
    /// Its words name the very code.
    Exact,
    /// The note says no more: a default or "unspecified" leaf.
    Default,
    /// Other words of the note chose among siblings.
    Refined,
    /// It has a seventh character.
    Seventh,
    /// A rule joined conditions.
    Combined,
    /// Another part of the note says which.
    Elsewhere,
    /// Its title says "unspecified".
    Unspecified,
    /// More than one place of the note proves it.
    Repeated,
    /// Its name is one word.
    OneWord,
    /// Its name is read into a misspelt word.
    ReadAs,
    /// Of a procedure: an element was assumed.
    Assumed,
}

/// A logistic model in thousandths of a logit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    pub rates: Rated,
    pub base: i32,
    pub weights: Vec<(Feature, i32)>,
    /// What kind of condition it is.
    pub codes: Vec<(CodeRanges, i32)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confidence {
    pub models: Vec<Model>,
    /// Packs that yield to others. Sorted.
    pub yielding: Vec<u32>,
}
