//! Guideline rules over the set of diagnoses.

use super::rules::CodeRanges;
use crate::encounter::Sex;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combine {
    pub id: String,
    pub citation: String,
    pub pack: u32,
    pub all: Vec<CodeRanges>,
    pub gives: u32,
    pub drops: CodeRanges,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integral {
    pub disease: CodeRanges,
    pub symptoms: CodeRanges,
}

/// Codes that go with others and are told elsewhere in the note: the external causes of injuries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Companion {
    pub of: CodeRanges,
    pub codes: CodeRanges,
}

/// What a history of some diseases is coded by: they are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    pub codes: CodeRanges,
    /// Code id.
    pub gives: u32,
    pub pack: u32,
}

/// What encounters of some types are for: coded where these sections tell it, and first-listed whatever was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub types: Vec<String>,
    pub roles: Vec<u32>,
    pub codes: CodeRanges,
}

/// A code that a word beside a condition adds to the condition's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Also {
    pub codes: CodeRanges,
    /// Canonical word id; resolved once the vocabulary is known.
    pub word: u32,
    /// Node of the tabular list, refined by what is said of the condition, and default leaf or [`u32::MAX`].
    pub gives: u32,
    pub leaf: u32,
    pub pack: u32,
}

/// Codes that fit patients of one sex, or of some ages in years, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restricted {
    pub codes: CodeRanges,
    pub sex: Option<Sex>,
    pub age: Option<(u32, u32)>,
}

/// Kinds of which a patient has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneOf {
    /// In words of a sentence ("the type of diabetes").
    pub about: String,
    pub each: Vec<CodeRanges>,
    /// Only where words tell the kind: one is coded where none is told.
    pub named: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultEpisode {
    pub under: CodeRanges,
    pub seventh: u8,
}
