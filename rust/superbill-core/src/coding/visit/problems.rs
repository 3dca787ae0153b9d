//! The problems that a visit addressed: what each is by its code and what the note says of its course.

use super::{
    super::category,
    told::{Item, Told},
};
use crate::{
    code::CodeId,
    coded::{Coded, Counted, Query, Span, VisitElement},
    knowledge::{
        KnowledgeBase,
        rules::{Assertion, CodeRanges},
        visits::{Level, Problem, Telling},
    },
    read::Mention,
};

/// One problem: diagnoses of one category are one illness.
#[derive(Clone, Debug)]
pub(super) struct Addressed {
    pub problem: Problem,
    /// Places among the diagnoses.
    pub diagnoses: Vec<u32>,
    pub evidence: Vec<Span>,
    /// Whether the note says how a chronic illness stands.
    pub told: bool,
}

impl Addressed {
    pub(super) fn element(&self) -> VisitElement {
        VisitElement { counted: Counted::Problem(self.problem, self.diagnoses.first().copied()), evidence: self.evidence.clone() }
    }
}

/// What a code is as a problem; acute where no pack says.
fn class(told: &Told<'_>, code: CodeId) -> Problem {
    let within = |codes: &CodeRanges| codes.iter().any(|r| (r.0..r.1).contains(&code.0));
    let here = |types: &[String]| types.is_empty() || types.iter().any(|t| t == told.encounter.kind);
    told.visits.problems.iter().find(|p| here(&p.types) && within(&p.codes)).map_or(Problem::Acute, |p| p.problem)
}

/// Mentions that are of one illness.
struct Illness<'a> {
    kb: &'a KnowledgeBase,
    told: &'a Told<'a>,
    category: CodeId,
    evidence: &'a [Span],
    /// All that is coded, by category and by where it is told: what a note names beside it (a stage, a sign that belongs to a disease) has no course of its own.
    coded: &'a [(CodeId, Vec<Span>)],
}

impl Illness<'_> {
    fn is(&self, document: u32, mention: &Mention) -> bool {
        let start = self.told.readings.get(document as usize).and_then(|r| r.tokens.get(mention.first as usize)).map(|t| t.start);
        let proof = |s: &Span| s.document == document && Some(s.start) == start;
        self.evidence.iter().any(proof)
            || mention.assertion == Assertion::Present && category(self.kb, CodeId(mention.node)) == self.category
    }

    /// Whether what an item says of a course is said of this illness: the nearest condition in its sentence, or what its paragraph is about.
    fn concerns(&self, item: &Item) -> bool {
        let Some(reading) = self.told.readings.get(item.document as usize) else { return false };
        let named = || reading.mentions.iter().filter(|m| m.sentence == item.sentence);
        let start = |m: &Mention| reading.tokens.get(m.first as usize).map(|t| t.start);
        let told_at = |spans: &[Span], m: &Mention| spans.iter().any(|s| s.document == item.document && Some(s.start) == start(m));
        let coded = |m: &Mention| {
            let of = category(self.kb, CodeId(m.node));
            self.coded.iter().any(|(known, spans)| *known == of || told_at(spans, m))
        };
        let any_coded = named().any(coded);
        let in_sentence = || named().filter(|m| !any_coded || coded(m) || self.is(item.document, m));
        let gap = |m: &Mention| if m.end <= item.first { item.first - m.end } else { m.first.saturating_sub(item.end) };
        if let Some(near) = in_sentence().map(gap).min() {
            // What is well is said of all ("hypertension and diabetes, both at goal").
            let all = item.tells == Telling::Stable;
            return in_sentence().any(|m| (all || gap(m) == near) && self.is(item.document, m));
        }
        let inside = reading.block(item.block);
        let (Some(first), Some(last)) = (inside.first(), inside.last()) else { return false };
        let about = reading.mentions.iter().find(|m| first.first <= m.first && m.end <= last.end);
        about.is_some_and(|m| self.is(item.document, m))
    }
}

fn course(problem: Problem, illness: &Illness<'_>) -> (Problem, bool, Vec<Span>) {
    let chronic = matches!(problem, Problem::Chronic | Problem::ChronicWorse | Problem::ChronicSevere);
    let said = |tells: Telling| illness.told.of(tells).find(|i| illness.concerns(i)).map(|i| i.span);
    if !chronic {
        return (problem, true, Vec::new());
    }
    if let Some(span) = said(Telling::Severe) {
        return (Problem::ChronicSevere, true, vec![span]);
    }
    if problem != Problem::Chronic {
        return (problem, true, said(Telling::Worse).into_iter().collect());
    }
    if let Some(span) = said(Telling::Worse) {
        return (Problem::ChronicWorse, true, vec![span]);
    }
    let stable = said(Telling::Stable);
    (Problem::Chronic, stable.is_some(), stable.into_iter().collect())
}

/// The problems addressed, in the order of the claim, and those whose code waits for an answer.
pub(super) fn addressed(kb: &KnowledgeBase, told: &Told<'_>, coded: &Coded) -> Vec<Addressed> {
    let mut found: Vec<(CodeId, Addressed)> = Vec::new();
    let diagnoses = (0..).zip(&coded.diagnoses).map(|(at, d)| (d.code, Some(at), d.evidence.clone()));
    let waiting = coded.queries.iter().filter_map(|q| match q {
        Query::Leaf { node, evidence } => Some((*node, None, vec![*evidence])),
        _ => None,
    });
    let all: Vec<(CodeId, Option<u32>, Vec<Span>)> = diagnoses.chain(waiting).collect();
    let coded: Vec<(CodeId, Vec<Span>)> = all.iter().map(|a| (category(kb, a.0), a.2.clone())).collect();
    for (code, at, evidence) in all {
        let class = class(told, code);
        if class == Problem::None {
            continue;
        }
        let illness = Illness { kb, told, category: category(kb, code), evidence: &evidence, coded: &coded };
        let (problem, stated, mut spans) = course(class, &illness);
        let category = illness.category;
        spans.splice(0..0, evidence.iter().copied().take(4));
        if let Some((_, known)) = found.iter_mut().find(|f| f.0 == category) {
            known.diagnoses.extend(at);
            known.told |= stated;
            if rank(problem) > rank(known.problem) {
                known.problem = problem;
            }
            known.evidence.extend(spans);
        } else {
            let diagnoses = at.into_iter().collect();
            found.push((category, Addressed { problem, diagnoses, evidence: spans, told: stated }));
        }
    }
    let mut all: Vec<Addressed> = found.into_iter().map(|f| f.1).collect();
    for one in &mut all {
        let mut seen = Vec::new();
        one.evidence.retain(|s| {
            !seen.contains(s) && {
                seen.push(*s);
                true
            }
        });
    }
    all
}

fn rank(problem: Problem) -> u8 {
    match problem {
        Problem::None => 0,
        Problem::SelfLimited => 1,
        Problem::Acute => 2,
        Problem::Chronic => 3,
        Problem::Complicated | Problem::Undiagnosed => 4,
        Problem::ChronicWorse => 5,
        Problem::ChronicSevere => 6,
        Problem::Threat => 7,
    }
}

/// The level that problems reach by number and kind (CPT E/M guidelines, table of medical decision making).
pub(super) fn level<'a>(problems: impl Iterator<Item = &'a Addressed>) -> Option<Level> {
    let (mut best, mut chronic, mut minor) = (None, 0, 0);
    for problem in problems {
        let reaches = match problem.problem {
            Problem::None => continue,
            Problem::SelfLimited => {
                minor += 1;
                if minor >= 2 { Level::Low } else { Level::Straightforward }
            }
            Problem::Acute => Level::Low,
            Problem::Chronic => {
                chronic += 1;
                if chronic >= 2 { Level::Moderate } else { Level::Low }
            }
            Problem::ChronicWorse => {
                chronic += 1;
                Level::Moderate
            }
            Problem::Complicated | Problem::Undiagnosed => Level::Moderate,
            Problem::ChronicSevere | Problem::Threat => Level::High,
        };
        best = best.max(Some(reaches));
    }
    best
}
