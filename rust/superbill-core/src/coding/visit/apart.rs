//! Whether a visit stands apart from the procedures of its day: modifiers 25 and 57, or no visit at all (NCCI Policy Manual ch. I D; 42 CFR 414.40).

use super::{data::billed, problems::Addressed, told::Told};
use crate::{
    coded::Coded,
    knowledge::{
        KnowledgeBase,
        visits::{Covering, phrase, service_in},
    },
};

#[derive(Clone, Debug)]
pub(super) enum Apart {
    /// No procedure of the day covers a visit.
    Alone,
    /// With a modifier, on these problems alone.
    With([u8; 2], Vec<Addressed>),
    /// What was done is part of the procedure.
    Within,
}

/// What decides whether the visit was more than the procedure's own: management of its own beside the procedure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beyond {
    pub prescribed: bool,
    pub data: bool,
}

pub(super) fn apart(kb: &KnowledgeBase, told: &Told<'_>, coded: &Coded, problems: &[Addressed], beyond: Beyond) -> Apart {
    let covering = |code: &str| kb.visits().covering.iter().find(|c| service_in(&c.codes, code));
    let covered: Vec<(usize, &Covering)> = billed(kb, coded).enumerate().filter_map(|(at, code)| Some((at, covering(code)?))).collect();
    if covered.is_empty() {
        return Apart::Alone;
    }
    let said = |id: &str| told.said_id(id).is_some();
    if covered.iter().any(|c| c.1.major) {
        let decided = said(phrase::DECISION_FOR_SURGERY);
        return if decided { Apart::With(*b"57", problems.to_vec()) } else { Apart::Within };
    }
    let minor: Vec<usize> = covered.iter().filter(|c| !c.1.apart).map(|c| c.0).collect();
    if minor.is_empty() {
        return Apart::With(*b"25", problems.to_vec());
    }
    // What a procedure was done for is its own; pointers beyond the first only go with it.
    let served = |d: u32| minor.iter().any(|&at| coded.procedures.get(at).is_some_and(|p| p.pointers.first() == Some(&d)));
    let separate: Vec<Addressed> = problems.iter().filter(|p| !p.diagnoses.iter().any(|&d| served(d))).cloned().collect();
    if !separate.is_empty() {
        Apart::With(*b"25", separate)
    } else if said(phrase::SEPARATE_WORK) || beyond.prescribed || beyond.data {
        Apart::With(*b"25", problems.to_vec())
    } else {
        Apart::Within
    }
}
