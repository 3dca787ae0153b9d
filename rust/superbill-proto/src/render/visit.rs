//! A visit in words: its lines, what was counted, and why not another code.

use super::Renderer;
use crate::v1;
use superbill_core::{
    code::System,
    coded::{Complete, Counted, Decision, Visit, VisitElement, VisitLine, VisitService, WhyNot},
    knowledge::{
        KnowledgeBase,
        visits::{Category, Level, LevelCode, Problem, Visits},
    },
};

/// What a problem is called in the proof.
fn problem_words(problem: Problem) -> &'static str {
    match problem {
        Problem::None => "no problem",
        Problem::SelfLimited => "self-limited or minor problem",
        Problem::Acute => "acute, uncomplicated illness or injury",
        Problem::Chronic => "stable chronic illness",
        Problem::ChronicWorse => "chronic illness off its goal, worse or with side effects of treatment",
        Problem::ChronicSevere => "chronic illness, severely worse",
        Problem::Complicated => "acute illness with systemic symptoms, or complicated injury",
        Problem::Undiagnosed => "undiagnosed new problem with uncertain prognosis",
        Problem::Threat => "illness or injury that threatens life or bodily function",
    }
}

/// Code and plain words of a line.
fn service(visits: &Visits, service: VisitService) -> (String, String) {
    let of = |code: &String, name: &String| (code.clone(), name.clone());
    let found = match service {
        VisitService::Level(category, row) => {
            let row = visits.categories.get(category as usize).and_then(|c| c.codes.get(row as usize));
            row.map(|r| of(&r.code, &r.name))
        }
        VisitService::Prolonged(at) => visits.prolonged.get(at as usize).map(|p| of(&p.code, &p.name)),
        VisitService::Addition(at) => visits.additions.get(at as usize).map(|a| of(&a.code, &a.name)),
        VisitService::Timed(at, row) => {
            let row = visits.timed.get(at as usize).and_then(|t| t.rows.get(row as usize));
            row.map(|r| of(&r.code, &r.name))
        }
    };
    found.unwrap_or_default()
}

fn category<'a>(visits: &'a Visits, visit: &Visit) -> Option<&'a Category> {
    visits.categories.get(visit.category as usize)
}

/// The lines of a visit as procedures of the claim.
pub(super) fn lines(renderer: &mut Renderer<'_>, visit: &Visit) -> Vec<v1::Procedure> {
    let visits = renderer.kb.visits();
    visit.lines.iter().map(|line| one(renderer, visits, visit, line)).collect()
}

fn one(renderer: &mut Renderer<'_>, visits: &Visits, visit: &Visit, line: &VisitLine) -> v1::Procedure {
    let (code, name) = service(visits, line.service);
    let system = if code.starts_with(|c: char| c.is_ascii_alphabetic()) { System::Hcpcs } else { System::Cpt };
    v1::Procedure {
        because: because(renderer, visits, visit, line, &code, &name),
        code,
        system: system.name().into(),
        description: name,
        modifiers: line.modifiers.iter().map(|m| String::from_utf8_lossy(m).into_owned()).collect(),
        units: line.units,
        pointers: line.pointers.iter().map(|p| p + 1).collect(),
        confidence: u32::from(line.confidence),
        evidence: line.evidence.iter().map(|&s| renderer.evidence(s)).collect(),
    }
}

fn because(renderer: &mut Renderer<'_>, visits: &Visits, visit: &Visit, line: &VisitLine, code: &str, name: &str) -> Vec<v1::Step> {
    let step = |kind: &str, id: &str, release: &str, text: String| v1::Step {
        kind: kind.into(),
        id: id.into(),
        release: release.into(),
        text,
        span: None,
        earlier: None,
    };
    let (citation, pack) = match line.service {
        VisitService::Level(category, _) => visits.categories.get(category as usize).map(|c| (c.citation.as_str(), c.pack)),
        VisitService::Timed(at, _) => visits.timed.get(at as usize).map(|t| (t.citation.as_str(), t.pack)),
        VisitService::Addition(at) => visits.additions.get(at as usize).map(|a| (a.citation.as_str(), category_pack(visits, visit))),
        VisitService::Prolonged(_) => Some(("time beyond that of the highest level", category_pack(visits, visit))),
    }
    .unwrap_or_default();
    let release = renderer.release(pack);
    let mut steps = Vec::new();
    if let (VisitService::Level(..), Some(category)) = (line.service, category(visits, visit)) {
        steps.push(step("decision", &category.id, &release, category.title.clone()));
        for element in &visit.elements {
            let (kind, counted) = element_words(renderer.kb, element);
            let mut made = step("decision", kind, &release, counted);
            made.span = element.evidence.first().map(|&s| renderer.evidence(s));
            steps.push(made);
        }
    }
    for modifier in &line.modifiers {
        steps.push(step("modifier", &String::from_utf8_lossy(modifier), &release, "the documentation supports it".into()));
    }
    steps.push(step("decision", code, &release, format!("{name}: {citation}")));
    steps
}

fn category_pack(visits: &Visits, visit: &Visit) -> u32 {
    category(visits, visit).map_or(0, |c| c.pack)
}

/// Kind of an element, and what it was counted as.
fn element_words(kb: &KnowledgeBase, element: &VisitElement) -> (&'static str, String) {
    let name = |phrase: u32| kb.visits().phrases.get(phrase as usize).map(|p| p.name.clone()).unwrap_or_default();
    match element.counted {
        Counted::Problem(problem, _) => ("problem", problem_words(problem).into()),
        Counted::Data(phrase) => ("data", name(phrase)),
        Counted::Risk(phrase, level) => ("risk", format!("{}: {}", name(phrase), level.name())),
        Counted::Circumstance(phrase) => ("circumstance", name(phrase)),
        Counted::Minutes(minutes) => ("time", format!("{minutes} minutes")),
    }
}

fn parts(decision: Decision) -> String {
    let problems = decision.problems.map_or("none", Level::name);
    format!("problems {problems}, data {}, risk {}", decision.data.name(), decision.risk.name())
}

fn needs(row: &LevelCode) -> String {
    let level = row.level.map(|l| format!("two of three parts at {}", l.name()));
    let minutes = row.minutes.map(|m| format!("{m} minutes"));
    level.into_iter().chain(minutes).collect::<Vec<_>>().join(", or ")
}

fn why_not(visits: &Visits, visit: &Visit, why: WhyNot) -> String {
    let row = |category: u32, row: u32| visits.categories.get(category as usize).and_then(|c| c.codes.get(row as usize));
    let told = || {
        let minutes = visit.minutes.map_or_else(|| "no total time".to_owned(), |m| format!("{m} minutes"));
        format!("{}; {minutes}", parts(visit.decision))
    };
    match why {
        WhyNot::Above(category, at) => row(category, at).map(|r| format!("not {}: needs {}; documented: {}", r.code, needs(r), told())),
        WhyNot::Below(category, at) => row(category, at).map(|r| format!("not {}: the documentation supports more: {}", r.code, told())),
        WhyNot::Billed(phrase) => {
            let name = visits.phrases.get(phrase as usize).map(|p| p.name.clone());
            name.map(|n| format!("{n} is not counted as data: its reading is a service of the claim"))
        }
        WhyNot::WithinProcedure => Some("no visit: what is documented beside the procedure is its usual work before and after".into()),
    }
    .unwrap_or_default()
}

pub(super) fn visit(renderer: &Renderer<'_>, visit: &Visit) -> v1::Visit {
    let visits = renderer.kb.visits();
    let element = |e: &VisitElement| {
        let (kind, counted_as) = element_words(renderer.kb, e);
        v1::VisitElement { kind: kind.into(), counted_as, evidence: e.evidence.iter().map(|&s| renderer.evidence(s)).collect() }
    };
    v1::Visit {
        category: category(visits, visit).map(|c| c.id.clone()).unwrap_or_default(),
        level: visit.level.map(Level::name).unwrap_or_default().into(),
        elements: visit.elements.iter().map(element).collect(),
        why_not: visit.why_not.iter().map(|&w| why_not(visits, visit, w)).collect(),
        codes: visit.lines.iter().map(|l| service(visits, l.service).0).collect(),
        by: if visit.by_time {
            "time"
        } else if visit.level.is_some() {
            "decision_making"
        } else {
            "category"
        }
        .into(),
    }
}

/// An element of the template, and whether it is there.
pub(super) fn completeness(kb: &KnowledgeBase, complete: Complete) -> Option<v1::Completeness> {
    let element = kb.visits().templates.get(complete.template as usize)?.elements.get(complete.element as usize)?;
    Some(v1::Completeness {
        element: element.id.clone(),
        required: element.required,
        found: complete.found,
        decides: element.decides.clone(),
    })
}
