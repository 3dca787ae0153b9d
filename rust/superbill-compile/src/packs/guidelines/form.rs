//! The keys of coding/*.toml over the set of diagnoses, as docs/packs.md tells them.

use crate::packs::form::OneOrMany;
use serde::Deserialize;
use superbill_core::encounter::Sex;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Combine {
    pub id: String,
    pub all: Vec<OneOrMany>,
    pub gives: String,
    #[serde(default)]
    pub drops: Vec<String>,
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integral {
    pub disease: Vec<String>,
    pub symptoms: Vec<String>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultEpisode {
    pub under: Vec<String>,
    pub seventh: String,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    pub of: Vec<String>,
    pub codes: Vec<String>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    pub types: Vec<String>,
    pub roles: Vec<String>,
    pub codes: Vec<String>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restricted {
    pub codes: Vec<String>,
    pub sex: Option<Sex>,
    pub age: Option<(u32, u32)>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    pub codes: Vec<String>,
    pub word: String,
    pub gives: String,
    pub default: Option<String>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    pub codes: Vec<String>,
    pub gives: String,
    /// For who reads the pack.
    pub citation: String,
}

/// Kinds of which a patient has one: documentation that tells two contradicts itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneOf {
    pub about: String,
    pub each: Vec<Vec<String>>,
    #[serde(default)]
    pub named: bool,
    /// For who reads the pack.
    pub citation: String,
}
