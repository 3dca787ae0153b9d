//! What goes in: one encounter, borrowed from whoever holds the text.

use crate::{coded::Span, date::Date};
use serde::{Deserialize, Serialize};

/// Who bills, which decides the rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    Professional,
    OutpatientFacility,
    InpatientFacility,
}

impl Setting {
    /// Every setting with its name on the wire.
    pub const NAMES: [(Self, &'static str); 3] = [
        (Self::Professional, "professional"),
        (Self::OutpatientFacility, "outpatient_facility"),
        (Self::InpatientFacility, "inpatient_facility"),
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].1
    }
}

/// What is coded: what this encounter evaluated or treated, or every supported condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Scope {
    #[default]
    Encounter,
    All,
}

/// The encounter types that the wire knows.
pub const ENCOUNTER_TYPES: [&str; 17] = [
    "office_visit",
    "preventive_visit",
    "telehealth",
    "consultation",
    "emergency",
    "observation",
    "inpatient",
    "discharge_summary",
    "operative_report",
    "procedure_note",
    "radiology",
    "pathology",
    "laboratory",
    "therapy",
    "infusion",
    "anesthesia",
    "delivery",
];

/// One document; offsets in answers refer to `text`.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// One of [`ENCOUNTER_TYPES`].
    pub kind: &'a str,
    pub text: &'a str,
    /// Whether it is signed, where the source says so.
    pub signed: Option<bool>,
    /// Whether its author is told.
    pub authored: bool,
    /// The day on which it was written.
    pub written: Option<Date>,
}

/// One encounter.
#[derive(Clone, Debug)]
pub struct Encounter<'a> {
    /// One of [`ENCOUNTER_TYPES`].
    pub kind: &'a str,
    pub setting: Setting,
    pub scope: Scope,
    /// The date that decides the code set: discharge for an inpatient facility, else the date of service.
    pub date: Date,
    pub sex: Option<Sex>,
    pub birth: Option<Date>,
    /// Full years on the date.
    pub age: Option<u32>,
    pub new_patient: Option<bool>,
    pub place_of_service: Option<&'a str>,
    /// The payer's line of business: medicare, medicaid, commercial, ..
    pub payer: Option<&'a str>,
    /// The first day of a stay.
    pub admitted: Option<Date>,
    /// Whether a stay began and ended on one day, where both days are told.
    pub same_day: Option<bool>,
    pub documents: Vec<Document<'a>>,
    /// The problem list.
    pub problems: Vec<Listed<'a>>,
    /// What was ordered.
    pub orders: Vec<Listed<'a>>,
    /// What was done at an earlier time, by whomever.
    pub procedures: Vec<Listed<'a>>,
    /// Services of earlier days that the same practitioner, or one of the same specialty and group, billed.
    pub earlier: Vec<Earlier<'a>>,
}

impl Encounter<'_> {
    /// The whole of an item, as evidence: items stand behind the documents.
    fn span_of(item: Option<&Listed<'_>>, at: usize) -> Span {
        Span { document: at as u32, start: 0, end: item.map_or(0, |i| i.words().len() as u32) }
    }

    pub(crate) fn span_of_problem(&self, problem: u32) -> Span {
        Self::span_of(self.problems.get(problem as usize), self.documents.len() + problem as usize)
    }

    pub(crate) fn span_of_order(&self, order: u32) -> Span {
        Self::span_of(self.orders.get(order as usize), self.documents.len() + self.problems.len() + order as usize)
    }

    pub(crate) fn span_of_procedure(&self, procedure: u32) -> Span {
        let before = self.documents.len() + self.problems.len() + self.orders.len();
        Self::span_of(self.procedures.get(procedure as usize), before + procedure as usize)
    }
}

/// An item of a list that the record keeps as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// The name of a system.
    pub system: &'a str,
    pub code: &'a str,
    pub text: Option<&'a str>,
}

impl<'a> Listed<'a> {
    /// Concepts are no codes of a claim, and no code system of a knowledge base.
    pub const SNOMED: &'static str = "snomed";

    /// What it says: its text, else its code.
    pub fn words(&self) -> &'a str {
        self.text.unwrap_or(self.code)
    }
}

/// A service of an earlier day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier<'a> {
    pub code: &'a str,
    pub date: Date,
    /// It was done for a complication in the period of another, and opens none (modifier 78).
    pub opens_none: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Female,
    Male,
}
