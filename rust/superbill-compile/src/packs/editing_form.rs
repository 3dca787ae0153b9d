//! The forms of packs of claim editing, and of payers and sites.

use serde::Deserialize;
use std::collections::BTreeMap;
use superbill_core::{
    encounter::{Setting, Sex},
    knowledge::editing::{Action, Level, Needs, Severity},
};
use toml::value::Datetime;

/// What a rule of claim editing says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    pub severity: Severity,
    pub title: String,
    pub message: String,
    pub citation: String,
    pub remedy: Option<String>,
    pub effective: Option<Datetime>,
    pub end: Option<Datetime>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeClass {
    pub id: String,
    pub codes: Vec<String>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownModifiers {
    pub modifiers: Vec<String>,
    pub effective: Option<Datetime>,
    pub end: Option<Datetime>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModifierClass {
    pub id: String,
    pub modifiers: Vec<String>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModifierList {
    pub modifiers: Vec<String>,
    #[serde(default)]
    pub citation: String,
}

fn nothing() -> Needs {
    Needs::Nothing
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bypass {
    pub modifiers: Vec<String>,
    #[serde(default)]
    pub class: Vec<String>,
    #[serde(default)]
    pub not_class: Vec<String>,
    #[serde(default)]
    pub not_with: Vec<String>,
    pub since_column1: Option<Datetime>,
    pub setting: Option<Setting>,
    #[serde(default = "nothing")]
    pub needs: Needs,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    pub kinds: Vec<String>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    pub rule: String,
    #[serde(default)]
    pub modifiers: Vec<String>,
    #[serde(default)]
    pub with: Vec<String>,
    #[serde(default)]
    pub lacks: Vec<String>,
    #[serde(default)]
    pub class: Vec<String>,
    #[serde(default)]
    pub not_class: Vec<String>,
    #[serde(default)]
    pub beside: Vec<String>,
    /// One kind of indicator, and the values of which it is one.
    #[serde(default)]
    pub indicator: BTreeMap<String, Vec<String>>,
    pub units_over: Option<u32>,
    #[serde(default)]
    pub add_on: bool,
    pub specialty: Option<String>,
    pub why: String,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    pub rank: u16,
    pub modifiers: Vec<String>,
    #[serde(default)]
    pub class: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    pub global_days: String,
    #[serde(default)]
    pub before: u16,
    pub after: u16,
    pub visit: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Globals {
    pub settings: Vec<Setting>,
    pub visits: Vec<String>,
    pub visit_apart: Vec<String>,
    pub visit_same_day: Vec<String>,
    pub procedure_apart: Vec<String>,
    pub repeat: Vec<String>,
    pub opens_none: Vec<String>,
    pub needs_earlier: Vec<String>,
    pub needs_open: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnoses {
    pub external_causes: Vec<String>,
    pub first_only: Vec<String>,
    pub first_only_except: Vec<String>,
    pub precede: Vec<String>,
    /// First and last age in years by the name of a published list.
    pub ages: BTreeMap<String, (u32, u32)>,
    pub left: Vec<String>,
    pub right: Vec<String>,
    pub most_professional: u32,
    pub most_facility: u32,
    pub most_pointers: u32,
}

/// Claims that the rules of a pack are for, and how they rank among those of other packs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    pub level: Level,
    #[serde(default)]
    pub payers: Vec<String>,
    #[serde(default)]
    pub plans: Vec<String>,
    #[serde(default)]
    pub lines_of_business: Vec<String>,
    #[serde(default)]
    pub jurisdictions: Vec<String>,
    #[serde(default)]
    pub settings: Vec<Setting>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayerRule {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub citation: String,
    pub remedy: Option<String>,
    pub effective: Option<Datetime>,
    pub end: Option<Datetime>,
    pub when: When,
    pub action: Action,
    /// Modifiers one of which is required.
    #[serde(default)]
    pub requires: Vec<String>,
    #[serde(default)]
    pub overrides: Vec<String>,
}

/// What must hold of a line; an absent condition holds of every line.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Codes, ranges of codes, and names of code classes.
    pub codes: Vec<String>,
    pub modifiers: Vec<String>,
    pub without: Vec<String>,
    pub units_over: Option<u32>,
    pub diagnoses: Vec<String>,
    pub not_diagnoses: Vec<String>,
    pub age: Option<(u32, u32)>,
    pub sex: Option<Sex>,
    pub place_of_service: Vec<String>,
    pub specialty: Vec<String>,
    pub settings: Vec<Setting>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageRule {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub citation: String,
    pub effective: Option<Datetime>,
    pub end: Option<Datetime>,
    pub codes: Vec<String>,
    pub diagnoses: Vec<String>,
}
