//! Conventions over the set: what one code says better than another, combinations, order, and what may not stand together.

use super::holds;
use crate::{
    code::CodeId,
    coded::{Alternative, Coded, Diagnosis, Finding, NotCoded, Rule, Step, StepKind},
    date::Date,
    encounter::Encounter,
    knowledge::{
        KnowledgeBase,
        guidelines::Restricted,
        layout::{flag, note},
    },
};

pub(super) fn apply(kb: &KnowledgeBase, encounter: &Encounter<'_>, coded: &mut Coded) {
    drop_less_specific(kb, &mut coded.diagnoses);
    combine(kb, &mut coded.diagnoses);
    drop_integral(kb, &mut coded.diagnoses);
    order(kb, encounter, coded);
    excludes(kb, encounter.date, coded);
    restricted(kb, encounter, coded);
}

/// Codes that do not fit the patient's recorded sex or age; what is not recorded conflicts with nothing.
fn restricted(kb: &KnowledgeBase, encounter: &Encounter<'_>, coded: &mut Coded) {
    let conflicts = |rule: Rule| {
        let says = move |r: &&Restricted| match rule {
            Rule::Sex => r.sex.is_some_and(|sex| encounter.sex.is_some_and(|patient| patient != sex)),
            _ => r.age.is_some_and(|(from, to)| encounter.age.is_some_and(|age| age < from || age > to)),
        };
        let codes = coded.diagnoses.iter().map(|d| d.code);
        let codes: Vec<CodeId> = codes.filter(|&code| kb.rules().restricted.iter().filter(says).any(|r| holds(&r.codes, code))).collect();
        (!codes.is_empty()).then_some(Finding { codes, ..Finding::new(rule) })
    };
    let found: Vec<Finding> = [Rule::Sex, Rule::Age].into_iter().filter_map(conflicts).collect();
    coded.findings.extend(found);
}

/// Leaves out the diagnoses that others stand for, which keep them among their alternatives.
fn leave_out(diagnoses: &mut Vec<Diagnosis>, why: NotCoded, instead: impl Fn(CodeId) -> Option<CodeId>) {
    let mut left: Vec<(CodeId, CodeId)> = Vec::new();
    diagnoses.retain(|d| {
        let by = instead(d.code);
        left.extend(by.map(|by| (by, d.code)));
        by.is_none()
    });
    for (by, code) in left {
        if let Some(diagnosis) = diagnoses.iter_mut().find(|d| d.code == by) {
            diagnosis.alternatives.push(Alternative { code, why });
        }
    }
}

/// An unspecified code beside a specified one of the same node says nothing more (OCG I.B.2).
fn drop_less_specific(kb: &KnowledgeBase, diagnoses: &mut Vec<Diagnosis>) {
    let vague = |code: CodeId| {
        kb.has(code, flag::UNSPECIFIED) || kb.parent(code).is_some_and(|p| kb.has(code, flag::SEVENTH) && kb.has(p, flag::UNSPECIFIED))
    };
    // What an unspecified code is of, as far up as nothing is told, and the node that it is the rest of.
    let rest_of = |code: CodeId| {
        let mut at = if kb.has(code, flag::SEVENTH) { kb.parent(code)? } else { code };
        // "Unspecified asthma, uncomplicated" is the rest of all asthma.
        while let Some(above) = kb.parent(at).filter(|&above| kb.has(above, flag::UNSPECIFIED | flag::VAGUE)) {
            at = above;
        }
        Some((at, kb.parent(at)?))
    };
    let codes: Vec<CodeId> = diagnoses.iter().map(|d| d.code).collect();
    let better = |code: CodeId, (rest, node): (CodeId, CodeId)| {
        let says_more = |other: CodeId| !vague(other) || !kb.is_billable(rest) && !kb.has(code, flag::SEVENTH) && !kb.subsumes(rest, other);
        codes.iter().copied().find(|&other| other != code && kb.subsumes(node, other) && says_more(other))
    };
    leave_out(diagnoses, NotCoded::SaysLess, |code| rest_of(code).filter(|_| vague(code)).and_then(|of| better(code, of)));
}

fn combine(kb: &KnowledgeBase, diagnoses: &mut Vec<Diagnosis>) {
    for (at, rule) in kb.rules().combines.iter().enumerate() {
        let met: Vec<usize> = rule.all.iter().filter_map(|ranges| diagnoses.iter().position(|d| holds(ranges, d.code))).collect();
        let gives = CodeId(rule.gives);
        if met.len() < rule.all.len() || diagnoses.iter().any(|d| d.code == gives) {
            continue;
        }
        // In the place of what it replaces.
        let dropped = met.iter().copied().filter(|&m| holds(&rule.drops, diagnoses[m].code)).min();
        let first = dropped.or_else(|| met.iter().copied().min()).unwrap_or(0);
        let mut evidence = Vec::new();
        let mut because = Vec::new();
        for &part in &met {
            evidence.extend(&diagnoses[part].evidence);
            because.extend(diagnoses[part].because.iter().filter(|s| s.kind == StepKind::Term));
        }
        because.push(Step { kind: StepKind::Combine, record: at as u32, pack: rule.pack, span: None });
        diagnoses.insert(first, Diagnosis { evidence, because, ..Diagnosis::new(gives) });
        let within = |code: CodeId| (code != gives && holds(&rule.drops, code)).then_some(gives);
        leave_out(diagnoses, NotCoded::Combined(at as u32), within);
    }
}

/// Symptoms that belong to a confirmed disease are not coded (OCG I.B.5).
fn drop_integral(kb: &KnowledgeBase, diagnoses: &mut Vec<Diagnosis>) {
    let codes: Vec<CodeId> = diagnoses.iter().map(|d| d.code).collect();
    leave_out(diagnoses, NotCoded::Integral, |code| {
        let mut of = kb.rules().integrals.iter().filter(|i| holds(&i.symptoms, code));
        of.find_map(|i| codes.iter().copied().find(|&c| c != code && holds(&i.disease, c)))
    });
}

/// What an encounter of its type is for goes first, codes that may not stand first go last; a code that another must precede goes after it.
fn order(kb: &KnowledgeBase, encounter: &Encounter<'_>, coded: &mut Coded) {
    let date = encounter.date;
    let reasons = || kb.rules().reasons.iter().filter(|r| r.types.iter().any(|t| t == encounter.kind));
    let reason = |d: &Diagnosis| reasons().any(|r| holds(&r.codes, d.code));
    let never = |d: &Diagnosis| holds(&kb.rules().never_first, d.code) || kb.has(d.code, flag::MANIFESTATION);
    coded.diagnoses.sort_by_key(|d| (never(d), !reason(d)));
    // Each pass moves a cause before its consequence; as many passes as codes are enough, and a cycle of notes ends there.
    for _ in 0..coded.diagnoses.len() {
        let mut moved = false;
        for at in 1..coded.diagnoses.len() {
            let cause = coded.diagnoses[at].code;
            let after =
                (0..at).find(|&b| kb.note_targets(coded.diagnoses[b].code, note::CODE_FIRST, date).iter().any(|t| t.contains(&cause.0)));
            if let Some(before) = after.filter(|_| !never(&coded.diagnoses[at])) {
                let cause = coded.diagnoses.remove(at);
                coded.diagnoses.insert(before, cause);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    if let Some(first) = coded.diagnoses.first().filter(|d| never(d)) {
        coded.findings.push(Finding { codes: vec![first.code], ..Finding::new(Rule::NeverFirst) });
    }
}

fn excludes(kb: &KnowledgeBase, date: Date, coded: &mut Coded) {
    let codes: Vec<CodeId> = coded.diagnoses.iter().map(|d| d.code).collect();
    for (at, &a) in codes.iter().enumerate() {
        for &b in &codes[at + 1..] {
            let names = |x: CodeId, y: CodeId| kb.note_targets(x, note::EXCLUDES1, date).iter().any(|t| t.contains(&y.0));
            if names(a, b) || names(b, a) {
                coded.findings.push(Finding { codes: vec![a, b], ..Finding::new(Rule::Excludes1) });
            }
        }
    }
}
