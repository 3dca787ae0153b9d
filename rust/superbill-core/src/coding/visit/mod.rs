//! Visits: what kind of visit the encounter was, its level with everything that was counted, and the lines that it makes beside procedures.

mod after_surgery;
mod apart;
mod category;
mod completeness;
mod data;
mod problems;
mod risk;
mod timed;
mod told;

use self::{
    apart::{Apart, Beyond, apart, covering},
    category::{evidence, holds, holds_for_some_patient},
    data::Data,
    problems::Addressed,
    risk::Risk,
    told::Told,
};
use super::pointers::MOST_POINTERS;
use crate::{
    coded::{Coded, Counted, Decision, Query, Span, Visit, VisitElement, VisitLine, VisitService, WhyNot},
    encounter::{Encounter, Setting},
    knowledge::{
        KnowledgeBase,
        visits::{Category, Level, LevelCode, Method, Problem, Telling, phrase, question, service_in},
    },
    read::Reading,
};

/// Codes the visit, after diagnoses and procedures, and tells what the documentation lacks.
pub(super) fn code(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], coded: &mut Coded) {
    if kb.visits().categories.is_empty() && kb.visits().templates.is_empty() {
        return;
    }
    let told = Told::read(kb, encounter, readings);
    coded.completeness = completeness::complete(&told, coded);
    // A hospital's stay has no CPT; other documents than notes of visits have procedures at most.
    if encounter.setting != Setting::InpatientFacility && told.history() {
        visit(kb, &told, readings, coded);
    }
    after_surgery::relate(kb, &told, coded);
}

/// Everything that a level is found by.
struct Grounds<'a> {
    told: &'a Told<'a>,
    data: Data,
    risk: Risk,
    minutes: Option<(u32, Span)>,
}

/// A category, the row of its code, and what decided.
struct Chosen<'a> {
    at: u32,
    category: &'a Category,
    row: usize,
    decision: Decision,
    by_time: bool,
}

impl Grounds<'_> {
    /// The first category that holds and has a code for what was found; the question that must be answered first is an error, with the place of its category.
    fn choose<'a>(&self, categories: &'a [Category], problems: &[Addressed], preventive: bool) -> Result<Option<Chosen<'a>>, (u32, u32)> {
        let decision = Decision { problems: problems::level(problems.iter()), data: self.data.level, risk: self.risk.level };
        for (at, category) in (0..).zip(categories).filter(|c| preventive || !c.1.preventive).filter(|c| holds(self.told, &c.1.when)) {
            if let Some(question) = category.ask {
                if problems.is_empty() && self.minutes.is_none() && !category.preventive {
                    // Whatever the answer, there is nothing to code.
                    return Ok(None);
                }
                return Err((question, at));
            }
            if let Some((row, by_time)) = self.row(category, decision) {
                return Ok(Some(Chosen { at, category, row, decision, by_time }));
            }
        }
        Ok(None)
    }

    fn row(&self, category: &Category, decision: Decision) -> Option<(usize, bool)> {
        let rows = &category.codes;
        let last = |fits: &dyn Fn(&LevelCode) -> bool| rows.iter().rposition(fits);
        let minutes = self.minutes.map(|m| m.0);
        let by_time = || last(&|r| r.minutes.is_some_and(|least| minutes.is_some_and(|m| m >= least)));
        match category.method {
            Method::Fixed => {
                let age = self.told.encounter.age;
                rows.iter().position(|r| r.age.is_none_or(|(from, to)| age.is_some_and(|a| (from..=to).contains(&a)))).map(|r| (r, false))
            }
            Method::Time => by_time().map(|r| (r, true)).or(Some((0, false))),
            Method::Decision | Method::DecisionOrTime => {
                let level = decision.level();
                let by_decision = last(&|r| r.level.is_some_and(|l| level.is_some_and(|found| l <= found)));
                let by_time = if category.method == Method::DecisionOrTime { by_time() } else { None };
                match (by_decision, by_time) {
                    (None, None) => None,
                    (decided, timed) if timed > decided => timed.map(|r| (r, true)),
                    (decided, _) => decided.map(|r| (r, false)),
                }
            }
        }
    }
}

fn visit(kb: &KnowledgeBase, told: &Told<'_>, readings: &[Reading], coded: &mut Coded) {
    let categories = &kb.visits().categories;
    if !categories.iter().any(|c| holds_for_some_patient(told, &c.when)) {
        return;
    }
    let problems = problems::addressed(kb, told, coded);
    let grounds = Grounds { told, data: data::reviewed(kb, told, coded), risk: risk::taken(told), minutes: timed::total(told) };
    let services = timed::services(told);
    if services.instead.is_none() {
        for span in &services.without_minutes {
            ask(told, coded, question::TIME, vec![*span]);
        }
    }
    let chosen = match grounds.choose(categories, &problems, true) {
        Ok(chosen) => chosen,
        // Where minutes take the visit's place, which visit it would have been decides nothing.
        Err((_, at)) if services.instead.is_some() => {
            let decision = Decision { problems: problems::level(problems.iter()), data: grounds.data.level, risk: grounds.risk.level };
            let mut visit = Visit {
                category: at,
                level: None,
                decision,
                minutes: None,
                by_time: true,
                elements: Vec::new(),
                why_not: Vec::new(),
                lines: Vec::new(),
            };
            let pointers: Vec<u32> = problems.iter().flat_map(|p| p.diagnoses.iter().copied()).collect();
            by_minutes(kb, told, readings, coded, services, &pointers, &mut visit);
            coded.visit = Some(visit);
            return;
        }
        Err((question, _)) => {
            let evidence = problems.first().map(|p| p.evidence.clone()).unwrap_or_default();
            push(coded, Query::Visit { question, evidence });
            return;
        }
    };
    let Some(chosen) = chosen else { return };
    let beyond = Beyond { prescribed: grounds.risk.prescribed, data: grounds.data.level >= Level::Low };
    let mut visit = begin(told, &grounds, &chosen, &problems);
    let all_problems: Vec<u32> = problems.iter().flat_map(|p| p.diagnoses.iter().copied()).collect();
    if services.instead.is_some() {
        visit.level = None;
        visit.by_time = true;
        visit.why_not.clear();
    } else if chosen.category.preventive {
        preventive(kb, told, coded, &grounds, &chosen, &problems, &mut visit);
    } else {
        match apart(kb, told, coded, &problems, beyond) {
            Apart::Within => {
                visit.why_not = vec![WhyNot::WithinProcedure];
                coded.visit = Some(visit);
                return;
            }
            Apart::Alone => leveled(told, &grounds, &chosen, &all_problems, None, &mut visit),
            Apart::With(modifier, separate) => {
                let Ok(Some(again)) = grounds.choose(categories, &separate, true) else { return };
                if again.category.alone {
                    return;
                }
                visit = begin(told, &grounds, &again, &separate);
                let pointers: Vec<u32> = separate.iter().flat_map(|p| p.diagnoses.iter().copied()).collect();
                leveled(told, &grounds, &again, &pointers, Some(modifier), &mut visit);
            }
        }
        questions(told, coded, &visit, &problems);
    }
    by_minutes(kb, told, readings, coded, services, &all_problems, &mut visit);
    coded.visit = Some(visit);
}

/// Lines of the services with minutes of their own.
fn by_minutes(
    kb: &KnowledgeBase,
    told: &Told<'_>,
    readings: &[Reading],
    coded: &mut Coded,
    services: timed::Services,
    problems: &[u32],
    visit: &mut Visit,
) {
    let visits_own = !visit.lines.is_empty();
    let beside = services.instead.and_then(|at| told.visits.timed.get(at as usize)?.beside.as_ref());
    let covers = |code: &str| covering(kb, told.encounter, code).is_some_and(|c| !c.apart);
    let beside = beside.filter(|_| data::billed(kb, coded).any(covers));
    let told_apart = beside.is_some_and(|b| b.said.iter().any(|&p| told.said(p).is_some()));
    if let Some(question) = beside.filter(|_| !told_apart).map(|b| b.ask) {
        let evidence = services.lines.first().map(|l| l.0.evidence.clone()).unwrap_or_default();
        push(coded, Query::Visit { question, evidence });
    }
    for (mut line, minutes) in services.lines {
        let named = if services.instead.is_some() { Vec::new() } else { super::pointers::beside(readings, &line.evidence, coded) };
        line.pointers = first(match (named.is_empty(), problems.is_empty()) {
            (false, _) => named,
            (true, false) => problems.to_vec(),
            (true, true) => (0..coded.diagnoses.len() as u32).collect(),
        });
        line.modifiers.extend(modifiers_of(told, &line));
        if services.instead.is_some() {
            let evidence = line.evidence.clone();
            if !visit.elements.iter().any(|e| e.counted == Counted::Minutes(minutes)) {
                visit.elements.push(VisitElement { counted: Counted::Minutes(minutes), evidence });
            }
            visit.minutes = Some(minutes);
            line.modifiers.extend(beside.filter(|_| told_apart && matches!(line.service, VisitService::Timed(..))).map(|b| b.modifier));
        } else if !visits_own {
            continue;
        }
        visit.lines.push(line);
    }
}

/// The modifiers that packs put on a service with minutes of its own.
fn modifiers_of(told: &Told<'_>, line: &VisitLine) -> Vec<[u8; 2]> {
    let VisitService::Timed(at, row) = line.service else { return Vec::new() };
    let code = told.visits.timed.get(at as usize).and_then(|t| t.rows.get(row as usize)).map_or("", |r| r.code.as_str());
    let additions = told.visits.additions.iter().filter(|a| service_in(&a.codes, code) && holds(told, &a.when));
    additions.filter_map(|a| a.modifier).collect()
}

fn first(mut pointers: Vec<u32>) -> Vec<u32> {
    pointers.sort_unstable();
    pointers.dedup();
    pointers.truncate(MOST_POINTERS);
    pointers
}

fn push(coded: &mut Coded, query: Query) {
    if !coded.queries.contains(&query) {
        coded.queries.push(query);
    }
}

fn ask(told: &Told<'_>, coded: &mut Coded, id: &str, evidence: Vec<Span>) {
    if let Some(question) = told.visits.question(id) {
        push(coded, Query::Visit { question, evidence });
    }
}

/// What was counted, and why not the codes beside the one chosen.
fn begin(told: &Told<'_>, grounds: &Grounds<'_>, chosen: &Chosen<'_>, problems: &[Addressed]) -> Visit {
    let by_level = matches!(chosen.category.method, Method::Decision | Method::DecisionOrTime);
    let mut elements: Vec<VisitElement> = Vec::new();
    for (phrase, span) in evidence(told, chosen.category) {
        elements.push(VisitElement { counted: Counted::Circumstance(phrase), evidence: vec![span] });
    }
    let mut why_not = Vec::new();
    if by_level {
        elements.extend(problems.iter().map(Addressed::element));
        elements.extend(grounds.data.elements.iter().cloned());
        elements.extend(grounds.risk.elements.iter().cloned());
        why_not.clone_from(&grounds.data.why_not);
    }
    if let Some((minutes, span)) = grounds.minutes.filter(|_| chosen.category.method != Method::Fixed) {
        elements.push(VisitElement { counted: Counted::Minutes(minutes), evidence: vec![span] });
    }
    if chosen.category.method != Method::Fixed {
        if chosen.row + 1 < chosen.category.codes.len() {
            why_not.push(WhyNot::Above(chosen.at, chosen.row as u32 + 1));
        }
        if let Some(below) = chosen.row.checked_sub(1) {
            why_not.push(WhyNot::Below(chosen.at, below as u32));
        }
    }
    Visit {
        category: chosen.at,
        level: chosen.category.codes[chosen.row].level,
        decision: chosen.decision,
        minutes: grounds.minutes.map(|m| m.0),
        by_time: chosen.by_time,
        elements,
        why_not,
        lines: Vec::new(),
    }
}

/// The line of a level, its modifiers, and what goes with it.
fn leveled(told: &Told<'_>, grounds: &Grounds<'_>, chosen: &Chosen<'_>, pointers: &[u32], modifier: Option<[u8; 2]>, visit: &mut Visit) {
    let row = &chosen.category.codes[chosen.row];
    let evidence: Vec<Span> = visit.elements.iter().filter_map(|e| e.evidence.first().copied()).collect();
    let mut line = VisitLine {
        service: VisitService::Level(chosen.at, chosen.row as u32),
        modifiers: modifier.into_iter().collect(),
        units: 1,
        pointers: first(pointers.to_vec()),
        confidence: 0,
        evidence,
    };
    let mut more = Vec::new();
    let additions = (0..).zip(&told.visits.additions).filter(|(_, a)| service_in(&a.codes, &row.code) && holds(told, &a.when));
    for (at, addition) in additions.filter(|(_, a)| !modifier.is_some_and(|m| a.not_with.contains(&m))) {
        if let Some(modifier) = addition.modifier {
            if !line.modifiers.contains(&modifier) {
                line.modifiers.push(modifier);
            }
            continue;
        }
        let said = addition.when.said.iter().find_map(|&p| told.said(p));
        more.push(VisitLine {
            service: VisitService::Addition(at),
            modifiers: Vec::new(),
            units: 1,
            pointers: line.pointers.clone(),
            confidence: 0,
            evidence: said.into_iter().collect(),
        });
    }
    if let Some((minutes, span)) = grounds.minutes.filter(|_| chosen.by_time || chosen.row + 1 == chosen.category.codes.len())
        && let Some(mut prolonged) = timed::prolonged(told, &row.code, minutes, span)
    {
        prolonged.pointers.clone_from(&line.pointers);
        more.push(prolonged);
    }
    visit.lines.push(line);
    visit.lines.extend(more);
}

/// A preventive visit, and beside it the visit of a problem that took work of its own.
fn preventive(
    kb: &KnowledgeBase,
    told: &Told<'_>,
    coded: &mut Coded,
    grounds: &Grounds<'_>,
    chosen: &Chosen<'_>,
    problems: &[Addressed],
    visit: &mut Visit,
) {
    let mut covered = data::billed(kb, coded).filter_map(|code| covering(kb, told.encounter, code));
    let modifier = covered.find(|c| !c.major).map(|c| c.modifier);
    let of_problems: Vec<u32> = problems.iter().flat_map(|p| p.diagnoses.iter().copied()).collect();
    let own: Vec<u32> = (0..coded.diagnoses.len() as u32).filter(|d| !of_problems.contains(d)).collect();
    let pointers = if own.is_empty() { of_problems.clone() } else { own };
    leveled(told, grounds, chosen, &pointers, modifier, visit);
    // What is stable and only looked at belongs to the preventive visit; what is managed does not.
    let managed = grounds.risk.level >= Level::Low || problems.iter().any(|p| p.problem == Problem::ChronicWorse);
    if !managed || problems.is_empty() {
        return;
    }
    let timeless = Grounds { told, data: data::reviewed(kb, told, coded), risk: risk::taken(told), minutes: None };
    let Ok(Some(beside)) = timeless.choose(&kb.visits().categories, problems, false) else { return };
    if beside.decision.level() < Some(Level::Low) {
        return;
    }
    let second = begin(told, &timeless, &beside, problems);
    visit.elements.extend(second.elements);
    visit.why_not.extend(second.why_not);
    (visit.level, visit.decision) = (second.level, second.decision);
    leveled(told, &timeless, &beside, &of_problems, Some(*b"25"), visit);
}

/// What the provider is asked where an answer could decide the level: never by itself to a higher one.
fn questions(told: &Told<'_>, coded: &mut Coded, visit: &Visit, problems: &[Addressed]) {
    if visit.by_time {
        return;
    }
    let Decision { problems: Some(reached), data, risk } = visit.decision else { return };
    let untold = problems.iter().find(|p| p.problem == Problem::Chronic && !p.told);
    if let Some(problem) = untold.filter(|_| reached < data.max(risk)) {
        ask(told, coded, question::STATUS, problem.evidence.clone());
    }
    let unnamed = told.of(Telling::Circumstance).find(|i| told.visits.phrase(phrase::UNNAMED_DRUGS) == Some(i.phrase));
    if let Some(item) = unnamed.filter(|_| risk < Level::Moderate && reached >= Level::Moderate) {
        ask(told, coded, question::MANAGEMENT, vec![item.span]);
    }
}
