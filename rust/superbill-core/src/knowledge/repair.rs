//! What packs say of the repair of a claim: how far each change departs from it, which facts support which modifiers, which codes stand for others,
//! and what is asked where no fact is told.

use super::editing::{Check, Classes, Modifiers};
use serde::{Deserialize, Serialize};

/// Kinds of changes, from the least departure from the documented claim to the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Reorder,
    RemoveModifier,
    AddModifier,
    Units,
    Bilateral,
    Merge,
    Split,
    SwapCode,
    Combine,
    Drop,
}

impl ChangeKind {
    pub const ALL: [Self; 10] = [
        Self::Reorder,
        Self::RemoveModifier,
        Self::AddModifier,
        Self::Units,
        Self::Bilateral,
        Self::Merge,
        Self::Split,
        Self::SwapCode,
        Self::Combine,
        Self::Drop,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reorder => "reorder",
            Self::RemoveModifier => "remove_modifier",
            Self::AddModifier => "add_modifier",
            Self::Units => "units",
            Self::Bilateral => "bilateral",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::SwapCode => "swap_code",
            Self::Combine => "combine",
            Self::Drop => "drop",
        }
    }
}

/// How far a kind of change departs from the claim, and its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    pub kind: ChangeKind,
    pub cost: u32,
    /// What it does, with names in braces.
    pub says: String,
    pub citation: String,
}

/// A modifier that a kind of fact supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supported {
    /// Place of the kind in [`Repair::facts`].
    pub kind: u16,
    /// The modifier; of several the one that the fact itself names.
    pub modifiers: Modifiers,
    /// Classes one of which the line must be of (0: any), and of which it must not be.
    pub class: Classes,
    pub not_class: Classes,
    /// `yyyymmdd`, both inclusive.
    pub from: u32,
    pub to: u32,
    /// Added to the departure of the modifier: a less specific one departs further.
    pub cost: u32,
}

/// A code that stands for another beside certain codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    pub from: u64,
    pub beside: Vec<u64>,
    pub to: u64,
    /// The kind of fact without which it is asked for.
    pub fact: u16,
    pub since: u32,
    pub until: u32,
    pub why: String,
    pub citation: String,
    pub question: Question,
}

/// One code that tells what several lines told, or several units of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combination {
    pub from: [u64; 2],
    pub to: u64,
    pub fact: u16,
    pub since: u32,
    pub until: u32,
    pub why: String,
    pub citation: String,
    pub question: Question,
}

/// What is asked of the provider where no fact is told: never leading, never of payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Ids of the rules whose findings it is about; none where a swap or combination asks it.
    pub rules: Vec<String>,
    /// Classes of the line that is affected, and of which it must not be.
    pub class: Classes,
    pub not_class: Classes,
    /// Whether the other line is major surgery; none where it does not matter.
    pub beside_major: Option<bool>,
    pub about: String,
    /// Kinds of facts that would answer it.
    pub missing: Vec<String>,
    pub options: Vec<String>,
}

/// Everything that packs say of repair.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// In the order of [`ChangeKind::ALL`]; empty where no pack tells of repair.
    pub departures: Vec<Departure>,
    /// Added where a modifier goes on a line that no finding affects.
    pub other_line: u32,
    /// Kinds of facts.
    pub facts: Vec<String>,
    /// Words for what a fact says of sides, with the modifier that says the same.
    pub values: Vec<(String, [u8; 2])>,
    pub supports: Vec<Supported>,
    /// Rules of modifiers whose breach is cleared by leaving out the modifier, with the indicators on which that rests.
    pub removable: Vec<Check>,
    /// Values of the bilateral indicator of codes that tell both sides by one modifier.
    pub bilateral: Vec<u8>,
    pub both_sides: Modifiers,
    pub left: Modifiers,
    pub right: Modifiers,
    pub swaps: Vec<Swap>,
    pub combinations: Vec<Combination>,
    pub questions: Vec<Question>,
    /// Findings below an error that a repair clears too, and those that it must not bring about.
    pub also_clears: Vec<String>,
    pub never_causes: Vec<String>,
    /// Repairs that are told, steps of the search of each conflict for the best, and of that for others.
    pub most: u32,
    pub steps: u32,
    pub steps_others: u32,
}

impl Repair {
    /// How far a kind of change departs from the claim.
    pub fn cost(&self, kind: ChangeKind) -> u32 {
        self.departures.get(kind as usize).map_or(1, |d| d.cost)
    }

    /// The place of a kind of fact.
    pub fn fact(&self, kind: &str) -> Option<u16> {
        self.facts.iter().position(|f| f == kind).map(|at| at as u16)
    }
}
