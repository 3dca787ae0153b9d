//! What packs say of visits: categories, levels, what counts as problem, data and risk, services by time, and which diagnoses services are for.
//!
//! One postcard section of its own, since a knowledge base without the packs of visits codes none.

use super::{presence::Admission, rules::CodeRanges};
use crate::encounter::Setting;
use serde::{Deserialize, Serialize};

/// Levels of medical decision making, from low to high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Straightforward,
    Low,
    Moderate,
    High,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::Straightforward, Self::Low, Self::Moderate, Self::High];

    pub fn name(self) -> &'static str {
        match self {
            Self::Straightforward => "straightforward",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }
}

/// What a phrase of a note tells of its visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// Of the circumstances: who, where, why, how; named by categories and rules.
    Circumstance,
    /// That the patient was asked or examined.
    History,
    /// Of a problem: at its goal, off it, or so far off that it threatens.
    Stable,
    Worse,
    Severe,
    /// Of a problem: seen for the first time.
    New,
    /// A test, once however often it is named.
    Test,
    /// A note of somebody outside that was read.
    Document,
    Historian,
    Interpretation,
    Discussion,
    /// That something was ordered or read.
    Order,
    /// That what follows in the sentence holds in some case alone ("if the pain goes on, an MRI").
    Condition,
    /// A drug that needs a prescription, and one that needs none.
    Prescription,
    OverTheCounter,
    /// What was decided of a drug.
    Decision,
    /// Management of a risk that the phrase tells itself.
    Risk,
    /// That minutes in this sentence are the time of the visit.
    Time,
    /// That minutes in this sentence are the time of something else.
    OtherTime,
    /// That minutes in this sentence are over and not just met.
    Over,
    /// How long ago something in this sentence was.
    Elapsed,
}

/// A phrase or several that tell the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    pub id: String,
    pub tells: Telling,
    /// What it is called in the proof.
    pub name: String,
    pub level: Option<Level>,
    /// Encounter types in which it counts; all where empty.
    pub types: Vec<String>,
    /// Services that have this test's work in them.
    pub procedures: ServiceRanges,
    /// What it is ordered as, beside these.
    pub ordered: ServiceRanges,
    pub pack: u32,
}

/// Ranges of service codes, both ends in them.
pub type ServiceRanges = Vec<([u8; 5], [u8; 5])>;

/// Whether a service is in ranges.
pub fn service_in(ranges: &ServiceRanges, code: &str) -> bool {
    ranges.iter().any(|(from, to)| from.as_slice() <= code.as_bytes() && code.as_bytes() <= to.as_slice())
}

/// What a diagnosis is as a problem of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A circumstance, and no problem.
    None,
    SelfLimited,
    /// Acute and uncomplicated, or a symptom without a diagnosis.
    Acute,
    Chronic,
    /// By its code a chronic illness that is off its goal.
    ChronicWorse,
    ChronicSevere,
    /// Acute with systemic symptoms, or an injury that is complicated.
    Complicated,
    /// New, and nobody knows yet what comes of it.
    Undiagnosed,
    /// A threat to life or to a function of the body.
    Threat,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemClass {
    pub problem: Problem,
    pub codes: CodeRanges,
    /// Encounter types in which it is this; all where empty.
    pub types: Vec<String>,
}

/// What must hold for a category or a rule; what is empty asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    pub types: Vec<String>,
    pub settings: Vec<Setting>,
    pub places: Vec<String>,
    pub not_places: Vec<String>,
    pub payers: Vec<String>,
    pub not_payers: Vec<String>,
    pub new_patient: Option<bool>,
    pub same_day: Option<bool>,
    /// Phrases of which one is told, others of which one is too, and those of which none is.
    pub said: Vec<u32>,
    pub also_said: Vec<u32>,
    /// And one of these.
    pub with_said: Vec<u32>,
    pub not_said: Vec<u32>,
    /// Whether the day is within the period after a surgery of the history.
    pub in_period: Option<bool>,
}

/// How the level of a category is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By decision making or by total time, the higher.
    DecisionOrTime,
    Decision,
    /// By the minutes alone; the first row without minutes where none are told.
    Time,
    /// By age, or one code for all.
    Fixed,
}

/// A code of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelCode {
    pub code: String,
    pub name: String,
    pub level: Option<Level>,
    /// Least minutes.
    pub minutes: Option<u32>,
    /// Years, both inclusive.
    pub age: Option<(u32, u32)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    pub id: String,
    pub title: String,
    pub citation: String,
    pub when: When,
    pub method: Method,
    /// From low to high.
    pub codes: Vec<LevelCode>,
    /// The question that must be answered before this category can be chosen: no code.
    pub ask: Option<u32>,
    /// A preventive service: a problem beside it is a visit of its own.
    pub preventive: bool,
    /// No visit of its own beside a service that covers one.
    pub alone: bool,
    pub pack: u32,
}

/// A modifier or a further code of a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    pub codes: ServiceRanges,
    pub when: When,
    /// A modifier on the visit's line, or else a line of its own.
    pub modifier: Option<[u8; 2]>,
    pub code: String,
    pub name: String,
    /// Not where the visit stands apart from a service of that day by one of these modifiers.
    pub not_with: Vec<[u8; 2]>,
    pub citation: String,
}

/// A prolonged visit: one unit from `first` minutes on, another for each `step`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prolonged {
    pub of: ServiceRanges,
    pub when: When,
    pub code: String,
    pub name: String,
    pub first: u32,
    pub step: u32,
}

/// A service that is told by minutes of its own: critical care, advance care planning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    pub id: String,
    pub title: String,
    pub when: When,
    /// The phrase whose sentence has its minutes.
    pub phrase: u32,
    /// It stands in the place of the visit.
    pub instead: bool,
    pub rows: Vec<TimedRow>,
    /// What it takes to stand beside a procedure that covers a visit.
    pub beside: Option<Beside>,
    pub citation: String,
    pub pack: u32,
}

/// How a service with minutes of its own stands apart from a procedure of its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    pub modifier: [u8; 2],
    /// Phrases of which one must be told; else it is asked for.
    pub said: Vec<u32>,
    pub ask: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimedRow {
    pub code: String,
    pub name: String,
    pub payers: Vec<String>,
    pub not_payers: Vec<String>,
    pub from: u32,
    /// Up to these, where a longer time is another code.
    pub to: Option<u32>,
    /// Another unit for each of these.
    pub step: Option<u32>,
}

/// A service that covers its own visit of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covering {
    /// Where no fee schedule tells global days of a code.
    pub codes: ServiceRanges,
    /// Global days as the loaded fee schedule of the day tells them, packed characters.
    pub global_days: Vec<u32>,
    /// The modifier of a visit that stands apart from it.
    pub modifier: [u8; 2],
    /// Phrases that say that the visit stands apart.
    pub said: Vec<u32>,
    /// A major procedure: only what `said` tells stands apart.
    pub major: bool,
    /// The visit needs no problem of its own to stand apart (vaccines and drugs).
    pub apart: bool,
}

/// How what is done in the period after a surgery relates to it: the modifier where `when` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterSurgery {
    pub modifier: [u8; 2],
    pub when: When,
    pub citation: String,
    pub pack: u32,
}

/// Words that tell how long ago a surgery was that stands in their sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elapsed {
    pub phrase: u32,
    /// All in all, or of each that a number beside the words counts.
    pub days: u32,
    pub counted: bool,
}

/// Diagnoses that services are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affinity {
    pub procedures: ServiceRanges,
    pub diagnoses: CodeRanges,
    /// Where one of these stands on the service, the diagnosis is its first.
    pub modifiers: Vec<[u8; 2]>,
}

/// How much each tie of a service to a diagnosis says, and from where on a diagnosis belongs to it beside a better one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ties {
    /// Both stand in one sentence, or one paragraph.
    pub sentence: u32,
    pub paragraph: u32,
    /// Such services are for such diagnoses.
    pub kind: u32,
    /// A word that tells the diagnosis from others stands with the service.
    pub word: u32,
    pub enough: u32,
}

/// What the provider is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: String,
    pub about: String,
    pub missing: Vec<String>,
    pub options: Vec<String>,
}

/// How an element of a template is found in an encounter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// A section of one of these roles that has words.
    pub roles: Vec<u32>,
    /// One of these phrases.
    pub said: Vec<u32>,
    /// What the encounter or its codes say: `date_of_service`, `place_of_service`, `new_patient`, signed, payer, author, diagnosis, procedure, minutes, side.
    pub given: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateElement {
    pub id: String,
    pub title: String,
    pub required: bool,
    pub decides: String,
    pub found: Found,
}

/// What the documentation of an encounter of some types has in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub types: Vec<String>,
    pub title: String,
    pub citation: String,
    pub elements: Vec<TemplateElement>,
    pub pack: u32,
}

/// A question about a diagnosis as it is documented, where the note tells a sign of what it leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clarify {
    pub codes: CodeRanges,
    /// Phrases; one of them is the sign.
    pub said: Vec<u32>,
    pub question: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visits {
    pub phrases: Vec<Phrase>,
    /// Sections whose words count for nothing, by role.
    pub uncounted: Vec<u32>,
    /// Sections in which a test that is named was ordered or read.
    pub data_in: Vec<u32>,
    /// Sections in which something is decided.
    pub decided_in: Vec<u32>,
    /// Sections that tell that the patient was asked or examined.
    pub history_in: Vec<u32>,
    pub problems: Vec<ProblemClass>,
    pub categories: Vec<Category>,
    pub additions: Vec<Addition>,
    pub prolonged: Vec<Prolonged>,
    pub timed: Vec<Timed>,
    pub covering: Vec<Covering>,
    pub after_surgery: Vec<AfterSurgery>,
    pub elapsed: Vec<Elapsed>,
    pub affinities: Vec<Affinity>,
    pub ties: Ties,
    pub questions: Vec<Question>,
    pub clarify: Vec<Clarify>,
    pub admission: Admission,
    pub templates: Vec<Template>,
}

/// Questions that the engine itself asks, by their id in the packs.
pub mod question {
    /// Whether a chronic illness is at its goal.
    pub const STATUS: &str = "status";
    /// Which drug was decided on.
    pub const MANAGEMENT: &str = "management";
    /// How many minutes.
    pub const TIME: &str = "time";
    /// How what was done relates to a surgery in whose period it was.
    pub const RELATION_TO_SURGERY: &str = "relation_to_surgery";
    /// Which surgery it was that what was done follows.
    pub const EARLIER_SURGERY: &str = "earlier_surgery";
}

/// Phrases that the engine itself asks for, by their id in the packs.
pub mod phrase {
    pub const NEW_PATIENT: &str = "new_patient";
    pub const ESTABLISHED_PATIENT: &str = "established_patient";
    /// Drugs go on that are not named.
    pub const UNNAMED_DRUGS: &str = "unnamed_drugs";
}

impl Visits {
    /// Places of the phrases of an id: one, or none where no pack has it.
    pub fn phrase(&self, id: &str) -> Option<u32> {
        self.phrases.iter().position(|p| p.id == id).map(|at| at as u32)
    }

    /// The question of an id.
    pub fn question(&self, id: &str) -> Option<u32> {
        self.questions.iter().position(|q| q.id == id).map(|at| at as u32)
    }
}
