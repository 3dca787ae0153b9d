//! What packs say of presence on admission (OCG appendix I): where and in which words it is told, and what holds where nothing tells it.

use super::rules::CodeRanges;
use serde::{Deserialize, Serialize};

/// The indicator of a diagnosis of a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Presence {
    /// There when the order to admit was written.
    #[serde(rename = "Y")]
    Yes,
    #[serde(rename = "N")]
    No,
    /// The documentation does not say.
    #[serde(rename = "U")]
    Unknown,
    /// The provider says that it cannot be determined.
    #[serde(rename = "W")]
    Undetermined,
}

impl Presence {
    pub fn letter(self) -> &'static str {
        match self {
            Self::Yes => "Y",
            Self::No => "N",
            Self::Unknown => "U",
            Self::Undetermined => "W",
        }
    }
}

/// What a phrase tells of the conditions of its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tells {
    /// Of those behind it: they were there ("admitted with"), or were not ("hospital acquired").
    Present,
    Absent,
    /// Of those before it.
    PresentBefore,
    AbsentBefore,
    UndeterminedBefore,
    /// Of those behind it: they began, where the sentence tells a time within the stay ("developed").
    Onset,
    /// A time within the stay.
    Stay,
    /// A day of the stay by its number, the first of which is that of the admission ("hospital day").
    Day,
}

/// What holds of codes where no words tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceRule {
    /// In words of a sentence ("a chronic condition").
    pub name: String,
    pub citation: String,
    pub codes: CodeRanges,
    /// Only beside one of these.
    pub with: CodeRanges,
    /// Only of the first-listed diagnosis.
    pub first: bool,
    pub presence: Presence,
    pub pack: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// By phrase of the visits: what it tells.
    pub phrases: Vec<(u32, Tells)>,
    /// Sections that tell what was there before the order to admit.
    pub sections: Vec<u32>,
    /// Types of documents of what came before the order to admit.
    pub documents: Vec<String>,
    /// Codes of several concepts of which one can begin later: their own words have to be told.
    pub several: CodeRanges,
    /// Codes without an indicator where no list of the exempt is loaded.
    pub unlisted: CodeRanges,
    pub rules: Vec<PresenceRule>,
    /// What is asked where nothing tells it.
    pub question: Option<u32>,
    pub pack: u32,
}
