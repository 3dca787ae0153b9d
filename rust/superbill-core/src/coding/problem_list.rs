//! The problem list of the encounter beside what its documents say.
//!
//! A list stands from visit to visit, so that it proves no more than that a condition is known: it supports what the documents say, shows what
//! they leave open, and is coded by itself only where every supported condition is asked for.

use crate::{
    code::{CodeId, System},
    coded::{About, Alternative, Coded, Contradiction, Diagnosis, Finding, NotCoded, Rule, Span, Step, StepKind},
    encounter::{Encounter, Listed, Scope},
    knowledge::{
        KnowledgeBase, Standing,
        layout::flag,
        rules::CodeRanges,
        snomed::{Conditions, SnomedMap, sctid},
        translate::{Context, Fitness},
    },
};

/// A problem that is a code of the day.
struct Problem {
    at: u32,
    code: CodeId,
}

/// The problems of an encounter as codes that can stand on its day.
#[derive(Default)]
pub(super) struct Problems {
    known: Vec<Problem>,
    /// Those that are no such code.
    unread: Vec<u32>,
}

fn concept(item: &Listed<'_>) -> Option<u64> {
    if item.system == Listed::SNOMED { sctid::parse(item.code.trim()).ok() } else { None }
}

fn codes(
    kb: &KnowledgeBase,
    encounter: &Encounter<'_>,
    map: Option<&SnomedMap<'_>>,
    conditions: &Conditions,
    item: &Listed<'_>,
) -> Vec<CodeId> {
    if item.system == System::Icd10cm.name() {
        let code = System::Icd10cm.parse(item.code).ok().and_then(|key| kb.find(System::Icd10cm, key));
        return code.filter(|&c| kb.standing(c, encounter.date) == Standing::Valid).into_iter().collect();
    }
    let (Some(map), Some(concept)) = (map, concept(item)) else { return Vec::new() };
    let (date, birth, sex) = (encounter.date, encounter.birth, encounter.sex);
    let context = Context { date, birth, sex, onset: None, conditions, side: None, seventh: None };
    let targets = kb.translate(map, concept, &context).targets;
    targets.iter().filter(|t| t.fitness == Fitness::Valid).filter_map(|t| t.code).collect()
}

impl Problems {
    pub(super) fn read(kb: &KnowledgeBase, encounter: &Encounter<'_>) -> Self {
        let mut problems = Self::default();
        if encounter.problems.is_empty() {
            return problems;
        }
        let recorded: Vec<u64> = encounter.problems.iter().filter_map(concept).collect();
        // Who answers has checked it.
        let map = if recorded.is_empty() { None } else { kb.snomed().ok().flatten() };
        let conditions = Conditions::new(recorded, false);
        for (at, item) in (0..).zip(&encounter.problems) {
            let found = codes(kb, encounter, map.as_ref(), &conditions, item);
            if found.is_empty() {
                problems.unread.push(at);
            }
            problems.known.extend(found.into_iter().map(|code| Problem { at, code }));
        }
        problems
    }

    /// What the list alone knows, where all that is supported is coded.
    pub(super) fn add(&self, kb: &KnowledgeBase, encounter: &Encounter<'_>, coded: &mut Coded) {
        if encounter.scope != Scope::All {
            return;
        }
        for problem in &self.known {
            let category = |code: CodeId| std::iter::once(code).chain(kb.ancestors(code)).last();
            if coded.diagnoses.iter().any(|d| category(d.code) == category(problem.code)) {
                continue;
            }
            let span = encounter.span_of_problem(problem.at);
            let because = vec![Step { kind: StepKind::Listed, record: problem.at, pack: Step::TABULAR, span: Some(span) }];
            coded.diagnoses.push(Diagnosis { evidence: vec![span], because, ..Diagnosis::new(problem.code) });
        }
    }

    /// What the list says of what is coded.
    pub(super) fn compare(&self, kb: &KnowledgeBase, encounter: &Encounter<'_>, coded: &mut Coded) {
        for &at in &self.unread {
            coded.findings.push(Finding { listed: Some(at), ..Finding::new(Rule::ProblemUnread) });
        }
        for problem in &self.known {
            let span = encounter.span_of_problem(problem.at);
            if let Some(diagnosis) = coded.diagnoses.iter_mut().find(|d| d.code == problem.code) {
                let step = Step { kind: StepKind::Listed, record: problem.at, pack: Step::TABULAR, span: Some(span) };
                if !diagnosis.because.iter().any(|s| s.kind == StepKind::Listed) {
                    diagnosis.because.push(step);
                }
                continue;
            }
            for diagnosis in &mut coded.diagnoses {
                let open = kb.has(diagnosis.code, flag::UNSPECIFIED) && !kb.has(problem.code, flag::UNSPECIFIED);
                if open && kb.parent(diagnosis.code).is_some_and(|node| kb.subsumes(node, problem.code)) {
                    diagnosis.alternatives.push(Alternative { code: problem.code, why: NotCoded::Listed(problem.at) });
                }
            }
            contradicts(kb, problem, span, coded);
        }
    }
}

/// A kind of which a patient has one ("type 1"), where the claim has another.
fn contradicts(kb: &KnowledgeBase, problem: &Problem, span: Span, coded: &mut Coded) {
    for (at, rule) in (0..).zip(&kb.rules().one_of) {
        let holds = |kind: &CodeRanges, code: CodeId| kind.iter().any(|r| (r.0..r.1).contains(&code.0));
        let kind = |code: CodeId| rule.each.iter().position(|kind| holds(kind, code));
        let Some(listed) = kind(problem.code) else { continue };
        let other = coded.diagnoses.iter().find(|d| kind(d.code).is_some_and(|k| k != listed));
        let known = coded.contradictions.iter().any(|c| c.about == About::Kind(at));
        if let Some(diagnosis) = other.filter(|_| !known) {
            let evidence = diagnosis.evidence.first().copied().into_iter().chain([span]).collect();
            coded.contradictions.push(Contradiction { about: About::Kind(at), evidence });
        }
    }
}
