//! The form of a pack file, as docs/packs.md tells it; a key that it does not tell is an error.

use super::editing_form::{
    Bypass, Check, CodeClass, CoverageRule, Diagnoses, Globals, KnownModifiers, ModifierClass, ModifierList, PayerRule, Period, Rank, Rule,
    Scope, Support,
};
use super::guidelines::form as guidelines;
use serde::Deserialize;
use std::collections::BTreeMap;
use superbill_core::encounter::Setting;
use superbill_core::knowledge::rules::{Addressed, Assertion, Direction, ElementScope, Quantity, ServiceWords, Telling};
use superbill_core::read::layout::Content;
use toml::{Table, Value, value::Datetime};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PackFile {
    pub pack: Header,
    pub role: Vec<Role>,
    pub section: Vec<Section>,
    pub content: Vec<OfContent>,
    pub spelling: Option<Spelling>,
    pub encounter_type: Vec<EncounterType>,
    pub cue: Vec<Cue>,
    pub stop: Vec<Say>,
    pub decoy: Vec<Say>,
    pub apart: Vec<Say>,
    pub services: Option<ServiceWords>,
    pub attribute: Vec<Attribute>,
    pub word: Vec<Word>,
    pub nonessential: Vec<Say>,
    pub article: Vec<Say>,
    pub past: Vec<Say>,
    pub before_figure: Vec<Say>,
    pub condition: Vec<Condition>,
    pub abbreviation: Vec<Abbreviation>,
    pub combine: Vec<guidelines::Combine>,
    pub integral: Vec<guidelines::Integral>,
    pub default_episode: Vec<guidelines::DefaultEpisode>,
    pub companion: Vec<guidelines::Companion>,
    pub reason: Vec<guidelines::Reason>,
    pub restricted: Vec<guidelines::Restricted>,
    pub one_of: Vec<guidelines::OneOf>,
    pub also: Vec<guidelines::Also>,
    pub measured: Vec<super::measured::Form>,
    pub left_behind: Vec<super::prior_procedures::Form>,
    pub drugs: Option<super::drugs::Form>,
    pub drug: Vec<super::drugs::DrugForm>,
    pub history: Vec<guidelines::History>,
    pub never_first: Vec<Codes>,
    pub lasting: Vec<Codes>,
    pub not_by_title: Vec<Codes>,
    pub family: Option<Family>,
    pub element: Vec<Element>,
    /// Elements that families take over by `like`.
    pub shared: Vec<Element>,
    pub significance: Vec<Significance>,
    pub assume: Vec<Assume>,
    pub code: Vec<Row>,
    pub every: Every,
    /// By code.
    pub products: BTreeMap<String, Product>,
    pub rule: Vec<Rule>,
    pub code_class: Vec<CodeClass>,
    pub modifier: Vec<KnownModifiers>,
    pub modifier_class: Vec<ModifierClass>,
    pub bypass: Vec<Bypass>,
    pub support: Vec<Support>,
    pub check: Vec<Check>,
    pub rank: Vec<Rank>,
    pub period: Vec<Period>,
    pub globals: Option<Globals>,
    pub separate_line: Vec<ModifierList>,
    pub surgical_role: Vec<ModifierList>,
    pub any_day: Vec<Codes>,
    pub diagnoses: Option<Diagnoses>,
    pub repair: Option<super::repair::Form>,
    pub scope: Option<Scope>,
    pub payer_rule: Vec<PayerRule>,
    pub coverage: Vec<CoverageRule>,
    pub visits: Option<super::visits::Form>,
    pub confidence: Vec<super::confidence::Form>,
    /// Run by the tests; not compiled.
    pub example: Vec<Table>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub id: String,
    pub title: String,
    pub citation: String,
    pub effective: Option<Datetime>,
    pub end: Option<Datetime>,
    /// Its conditions are left out where anything else already has their words.
    #[serde(default)]
    pub yields: bool,
}

fn present() -> Assertion {
    Assertion::Present
}

fn as_said() -> Telling {
    Telling::AsSaid
}

fn maybe() -> Addressed {
    Addressed::Maybe
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub id: String,
    #[serde(default = "present")]
    pub assertion: Assertion,
    #[serde(default = "maybe")]
    pub addressed: Addressed,
    #[serde(default = "as_said")]
    pub procedures: Telling,
    pub refers: Option<Refers>,
    pub within: Option<String>,
    #[serde(default)]
    pub list: bool,
    #[serde(default)]
    pub lists_done: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refers {
    pub to: String,
    pub say: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub role: String,
    pub headings: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfContent {
    pub of: Content,
    pub say: Vec<String>,
}

/// That misspelt words are read at all, and words that are right as they are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    pub right: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    pub assertion: Assertion,
    pub direction: Direction,
    pub reach: u32,
    pub say: Vec<String>,
    #[serde(default)]
    pub undone: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Say {
    pub say: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    pub axis: String,
    pub value: String,
    pub say: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    pub is: String,
    pub say: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub code: String,
    pub default: Option<String>,
    pub say: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Abbreviation {
    pub short: String,
    pub senses: Vec<Sense>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sense {
    pub code: Option<String>,
    #[serde(rename = "leaf")]
    pub default_leaf: Option<String>,
    pub means: String,
    #[serde(default)]
    pub near: Vec<String>,
    #[serde(default)]
    pub default: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncounterType {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub uncertain: Vec<Setting>,
    #[serde(default)]
    pub roles: BTreeMap<String, Addressed>,
    #[serde(default)]
    pub performs: Vec<String>,
    #[serde(default)]
    pub by_section: bool,
    #[serde(default)]
    pub tells: Vec<String>,
    #[serde(default)]
    pub one_line: Vec<String>,
    #[serde(default)]
    pub others_procedures: bool,
    #[serde(default)]
    pub lists: bool,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    pub codes: Vec<String>,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    Encounter,
    Mention,
    Value,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FamilySide {
    #[default]
    None,
    Modifier,
    /// As `Modifier` where the side is told, and not asked for where it is not.
    Told,
    /// It decides a character of the code.
    Character,
}

/// What the rows of a family make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FamilySystem {
    /// CPT and HCPCS.
    #[default]
    Services,
    Icd10pcs,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    pub id: String,
    #[serde(default)]
    pub documents: Vec<String>,
    pub per: Per,
    #[serde(default)]
    pub once: bool,
    #[serde(default)]
    pub side: FamilySide,
    #[serde(default)]
    pub system: FamilySystem,
    #[serde(default)]
    pub performs: Vec<String>,
    #[serde(default)]
    pub requires: Table,
    pub total: Option<Total>,
    pub timed: Option<Timed>,
    pub lesions: Option<Lesions>,
    pub again: Option<Again>,
    /// Ids of families before it.
    #[serde(default)]
    pub unless: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesions {
    pub element: String,
    pub modifier: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {
    pub element: String,
    pub values: Vec<String>,
    /// Of the lines of what was done again, where they have the code of their row.
    #[serde(default)]
    pub modifiers: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    pub element: String,
    pub slot: Value,
    #[serde(default)]
    pub together: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    pub element: String,
    pub over: Vec<String>,
}

fn document() -> ElementScope {
    ElementScope::Document
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    pub id: String,
    #[serde(default)]
    pub anchor: bool,
    #[serde(default = "document")]
    pub scope: ElementScope,
    pub quantity: Option<Quantity>,
    #[serde(default)]
    pub near: Vec<String>,
    #[serde(default)]
    pub within: u32,
    /// A shared element whose values and characters this one has too.
    pub like: Option<String>,
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
    /// By value, what it is in a code of ICD-10-PCS: one for any side, or one each for right, left and both.
    #[serde(default)]
    pub characters: BTreeMap<String, OneOrMany>,
    /// The same by the name of a table, where it depends on what is done.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, OneOrMany>>,
    #[serde(default)]
    pub each: bool,
    /// By element, how often it is in this one.
    #[serde(default)]
    pub sum: BTreeMap<String, i64>,
    #[serde(default)]
    pub listed: bool,
    #[serde(default)]
    pub thing: bool,
    #[serde(default)]
    pub results: bool,
    /// Families whose products are values too.
    #[serde(default)]
    pub products: Vec<String>,
    /// Values by a name that conditions may use for all of them.
    #[serde(default)]
    pub groups: BTreeMap<String, Vec<String>>,
}

/// A drug, vaccine or article: what notes call it, how much one unit is, and how it is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub name: String,
    pub say: Vec<String>,
    pub per: Option<Value>,
    pub class: Option<String>,
    pub rank: Option<u32>,
}

/// What all rows of a family have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Every {
    pub when: Table,
    pub units: Option<Value>,
    pub modifiers: Vec<Modifier>,
    pub add: Vec<AddOn>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Significance {
    pub like: Vec<String>,
    pub rank: u8,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assume {
    pub element: String,
    pub value: String,
    #[serde(default)]
    pub citation: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub code: String,
    pub name: String,
    /// What names the service itself: a value of the anchor of its own.
    #[serde(default)]
    pub say: Vec<String>,
    #[serde(default)]
    pub when: Table,
    #[serde(default)]
    pub includes: Vec<String>,
    /// What `{side}` is: right, left and, where the tables have it, both.
    #[serde(default)]
    pub sides: Vec<String>,
    pub units: Option<Value>,
    #[serde(default)]
    pub modifiers: Vec<Modifier>,
    #[serde(default)]
    pub add: Vec<AddOn>,
    pub rank: Option<u32>,
    pub later: Option<AddOn>,
    /// What stands for each time that the service was done again, where it is a code of its own.
    pub again: Option<AddOn>,
    #[serde(default)]
    pub over: Vec<String>,
    /// Of ICD-10-PCS: nothing contains it.
    #[serde(default)]
    pub beside: bool,
    #[serde(default)]
    pub unsided: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modifier {
    pub modifier: String,
    #[serde(default)]
    pub when: Table,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddOn {
    pub code: String,
    #[serde(default)]
    pub name: String,
    pub units: Option<Value>,
    #[serde(default)]
    pub when: Table,
    #[serde(default)]
    pub modifiers: Vec<String>,
    #[serde(default)]
    pub sided: bool,
}
