//! Drugs and what they do: adverse effect, poisoning, underdosing (OCG I.C.19.e).

use serde::{Deserialize, Serialize};

/// How a drug came to do harm, as the sixth (or fifth) character of its code tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    Accident,
    SelfHarm,
    Assault,
    Undetermined,
    AdverseEffect,
    Underdosing,
}

/// A group of drugs of one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drug {
    /// The attribute of its names.
    pub attribute: u32,
    /// Nodes of the tabular list by [`Intent`], [`u32::MAX`] where it has none.
    pub nodes: [u32; 6],
    pub pack: u32,
}

/// Why less of a drug was taken, and the code for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Words of the sentence, in small letters; none for what is left.
    pub say: Vec<String>,
    pub code: u32,
}

/// Words between and beside drugs and conditions, in small letters with a space at either end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drugs {
    /// In order of their attributes.
    pub groups: Vec<Drug>,
    /// Between an effect and its drug ("due to").
    pub due_to: Vec<String>,
    /// Between a drug and its effect ("induced").
    pub induced: Vec<String>,
    /// Before a drug of which less was taken ("noncompliance with").
    pub underdosed: Vec<String>,
    /// In the sentence of a drug that was not taken as it should be: no adverse effect.
    pub misused: Vec<String>,
    pub reasons: Vec<Reason>,
    pub pack: u32,
}
