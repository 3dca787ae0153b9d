//! Whether a visit stands apart from the procedures of its day: modifiers 25 and 57, or no visit at all (NCCI Policy Manual ch. I D; 42 CFR 414.40).

use super::{data::billed, problems::Addressed, told::Told};
use crate::{
    coded::Coded,
    encounter::Encounter,
    knowledge::{
        KnowledgeBase,
        visits::{Covering, service_in},
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

/// What covers a visit beside a service: by the global days of the fee schedule of the day, or by code where it tells none.
pub(super) fn covering<'a>(kb: &'a KnowledgeBase, encounter: &Encounter<'_>, code: &str) -> Option<&'a Covering> {
    let all = &kb.visits().covering;
    let days = kb.global_days(code, encounter.date);
    let by_days = days.and_then(|days| all.iter().find(|c| c.global_days.contains(&days)));
    // Global days of no such row (XXX, MMM, ZZZ) say nothing of what the codes themselves tell, but that it is no surgery with days of its own.
    by_days.or_else(|| all.iter().find(|c| service_in(&c.codes, code) && (days.is_none() || c.global_days.is_empty())))
}

pub(super) fn apart(kb: &KnowledgeBase, told: &Told<'_>, coded: &Coded, problems: &[Addressed], beyond: Beyond) -> Apart {
    let covering = |code: &str| covering(kb, told.encounter, code);
    let covered: Vec<(usize, &Covering)> = billed(kb, coded).enumerate().filter_map(|(at, code)| Some((at, covering(code)?))).collect();
    if covered.is_empty() {
        return Apart::Alone;
    }
    let said = |c: &Covering| c.said.iter().any(|&p| told.said(p).is_some());
    if let Some((_, major)) = covered.iter().find(|c| c.1.major) {
        return if said(major) { Apart::With(major.modifier, problems.to_vec()) } else { Apart::Within };
    }
    let minor: Vec<usize> = covered.iter().filter(|c| !c.1.apart).map(|c| c.0).collect();
    let first = covered.iter().find(|c| !c.1.apart).unwrap_or(&covered[0]).1;
    if minor.is_empty() {
        return Apart::With(first.modifier, problems.to_vec());
    }
    // What a procedure was done for is its own; pointers beyond the first only go with it.
    let served = |d: u32| minor.iter().any(|&at| coded.procedures.get(at).is_some_and(|p| p.pointers.first() == Some(&d)));
    let separate: Vec<Addressed> = problems.iter().filter(|p| !p.diagnoses.iter().any(|&d| served(d))).cloned().collect();
    if !separate.is_empty() {
        Apart::With(first.modifier, separate)
    } else if covered.iter().any(|c| !c.1.apart && said(c.1)) || beyond.prescribed || beyond.data {
        Apart::With(first.modifier, problems.to_vec())
    } else {
        Apart::Within
    }
}
