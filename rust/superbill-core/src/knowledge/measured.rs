//! Figures that codes stand for beside a diagnosis: body mass index, weeks of gestation, scores of scales.

use super::rules::CodeRanges;
use serde::{Deserialize, Serialize};

/// What a figure from `from` on, in thousandths, is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub from: i64,
    /// A code that is added.
    pub code: Option<u32>,
    /// An attribute that it stands for ("second trimester"): the code beside is the one of it.
    pub attribute: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    pub name: String,
    /// Attributes whose words stand before the figure, and behind it; [`u32::MAX`] for none.
    pub before: u32,
    pub behind: u32,
    /// Coded only beside one of these.
    pub beside: CodeRanges,
    /// Ages in full years; a patient of unknown age is of them.
    pub age: Option<(u32, u32)>,
    /// Figures outside of these, in thousandths, are of something else.
    pub range: (i64, i64),
    /// Of several the first counts, and not only where all say the same.
    pub first: bool,
    /// In order.
    pub steps: Vec<Step>,
    pub pack: u32,
}
