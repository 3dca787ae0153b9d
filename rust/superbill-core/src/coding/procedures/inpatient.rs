//! ICD-10-PCS: what a hospital did during a stay. A row fixes some characters of the code and the note gives the others; only codes that the tables
//! of the day have are made, and a character that the note does not give is asked for.

use super::{
    Side,
    conditions::{Verdict, holds},
    instances::Instance,
};
use crate::{
    code::{CodeKey, System},
    coded::{Coded, Finding, PcsCode, Procedure, Query, Rule, Step, StepKind},
    encounter::Encounter,
    knowledge::{
        KnowledgeBase,
        axes::UNKNOWN,
        pcs::Pcs,
        rules::{Family, Row, Subject},
    },
};

/// More codes than this of one service are no documentation of it.
const MOST_CODES: usize = 24;

/// The tables that the day's codes must stand in; where none covers the day, the packs' own tests answer for what they make.
pub(super) struct Tables<'a> {
    pcs: Option<Pcs<'a>>,
    encounter: &'a Encounter<'a>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(kb: &'a KnowledgeBase, encounter: &'a Encounter<'a>) -> Self {
        let covers = |pcs: &Pcs<'_>| pcs.release(encounter.date).is_some_and(|first| first <= encounter.date);
        Self { pcs: kb.pcs().ok().filter(covers), encounter }
    }

    fn have(&self, code: [u8; 7]) -> Option<CodeKey> {
        let key = System::Icd10pcs.parse(std::str::from_utf8(&code).ok()?).ok()?;
        self.pcs.is_none_or(|pcs| pcs.valid(key, self.encounter.date)).then_some(key)
    }
}

/// What a row comes to for an instance.
enum Made {
    Codes(Vec<PcsCode>),
    Missing {
        elements: Vec<u32>,
        side: bool,
    },
    /// No table has it: another row may.
    Nothing,
}

/// The sides to code, as places among characters that tell so many sides apart.
fn places(side: Option<Side>, of: usize) -> Option<&'static [usize]> {
    if of == 1 {
        return Some(&[0]);
    }
    Some(match side? {
        Side::Right => &[0],
        Side::Left => &[1],
        Side::Bilateral if of == 2 => &[0, 1],
        // One body part value for both sides (ICD-10-PCS guideline B4.3).
        Side::Bilateral => &[2],
    })
}

fn make(tables: &Tables<'_>, family: &Family, row: &Row, instance: &Instance<'_>) -> Made {
    let mut chosen: Vec<Vec<(u32, u32)>> = vec![Vec::new()];
    let (mut missing, of_row) = (Vec::new(), row.axis_elements());
    for &element in &of_row {
        let told = instance.told(element).unwrap_or_default().iter().filter(|v| family.is_character(element, v));
        let told: Vec<String> = told.cloned().collect();
        let values = family.choices(row, element, &told);
        let each = family.elements.get(element as usize).is_some_and(|e| e.each);
        if values.is_empty() && !told.is_empty() {
            return Made::Nothing;
        }
        // Two approaches of one operation contradict each other; two body parts are two operations.
        if values.is_empty() || values.len() > 1 && !each {
            missing.push(element);
            continue;
        }
        chosen = chosen.iter().flat_map(|c| values.iter().map(move |&v| c.iter().copied().chain([(element, v)]).collect())).collect();
        chosen.truncate(MOST_CODES);
    }
    let lacks_side = chosen.iter().any(|c| places(instance.side, family.sides(row, c)).is_none());
    if !missing.is_empty() || lacks_side {
        return Made::Missing { elements: missing, side: lacks_side };
    }
    let mut codes: Vec<PcsCode> = Vec::new();
    for values in chosen {
        for &side in places(instance.side, family.sides(row, &values)).unwrap_or_default() {
            let known = tables.have(family.write(row, &values, Some(side)));
            if let Some(key) = known.filter(|k| !codes.iter().any(|c| c.key == *k)) {
                codes.push(PcsCode { key, values: values.clone() });
            }
        }
    }
    if codes.is_empty() { Made::Nothing } else { Made::Codes(codes) }
}

/// The first row that holds and makes a code, or what it lacks; else what the rows lack that fail for nothing else and lack least.
fn first(tables: &Tables<'_>, family: &Family, instance: &Instance<'_>) -> (Made, Option<u32>) {
    let mut lacking: Vec<(u32, Vec<u32>, bool)> = Vec::new();
    for (at, row) in (0..).zip(&family.rows) {
        let mut lacks: Vec<Subject> = Vec::new();
        match holds(tables.encounter, family, instance, &row.when) {
            Verdict::Fails => continue,
            Verdict::Missing(subjects) => lacks.extend(subjects),
            Verdict::Holds => {}
        }
        match make(tables, family, row, instance) {
            Made::Nothing => {}
            Made::Codes(codes) if lacks.is_empty() => return (Made::Codes(codes), Some(at)),
            missing @ Made::Missing { .. } if lacks.is_empty() => return (missing, Some(at)),
            made => {
                let (mut elements, side) = if let Made::Missing { elements, side } = made { (elements, side) } else { Default::default() };
                elements.extend(lacks.iter().filter_map(|s| if let Subject::Element(e) = s { Some(*e) } else { None }));
                elements.sort_unstable();
                elements.dedup();
                lacking.push((at, elements, side));
            }
        }
    }
    let size = |l: &(u32, Vec<u32>, bool)| l.1.len() + usize::from(l.2);
    let Some(least) = lacking.iter().map(size).min() else { return (Made::Nothing, None) };
    lacking.retain(|l| size(l) == least);
    let row = if let [one] = &lacking[..] { Some(one.0) } else { None };
    let mut elements: Vec<u32> = lacking.iter().flat_map(|l| l.1.iter().copied()).collect();
    elements.sort_unstable();
    elements.dedup();
    (Made::Missing { elements, side: lacking.iter().any(|l| l.2) }, row)
}

/// The values of an element with which some row can still make a code.
fn options(tables: &Tables<'_>, family: &Family, instance: &Instance<'_>, element: u32) -> Vec<(u32, u32)> {
    let Some(of) = family.elements.get(element as usize) else { return Vec::new() };
    let possible = |value: &String| {
        let mut told = instance.clone();
        told.tell(element, value);
        let goes_on = |row: &Row| {
            holds(tables.encounter, family, &told, &row.when) != Verdict::Fails
                && !matches!(make(tables, family, row, &told), Made::Nothing)
        };
        family.rows.iter().any(goes_on)
    };
    (0..).zip(&of.values).filter(|v| possible(v.1)).map(|(v, _)| (element, v)).collect()
}

/// Codes an instance, or asks for what its code lacks.
pub(super) fn decide(tables: &Tables<'_>, at: u32, family: &Family, instance: &Instance<'_>, coded: &mut Coded) {
    if holds(tables.encounter, family, instance, &family.requires) != Verdict::Holds {
        return;
    }
    let mut told = instance.clone();
    let mut assumed = false;
    let (mut made, mut row) = first(tables, family, &told);
    if let Made::Missing { elements, .. } = &made {
        for assume in family.assume.iter().filter(|a| elements.contains(&a.element) && instance.told(a.element).is_none()) {
            told.assume(assume.element, &assume.value);
            assumed = true;
        }
        if assumed {
            (made, row) = first(tables, family, &told);
        }
    }
    match (made, row) {
        (Made::Codes(codes), Some(row)) => {
            if assumed {
                coded.findings.push(Finding { procedure: Some((at, row)), ..Finding::new(Rule::Assumed) });
            }
            let rule = &family.rows[row as usize];
            let of_row = rule.axis_elements();
            let decisive = |element: u32| {
                of_row.contains(&element) || family.requires.iter().chain(&rule.when).any(|c| c.0 == Subject::Element(element))
            };
            for code in codes {
                let mut because = told.steps(family, decisive);
                because.push(Step { kind: StepKind::Decision, record: row, pack: family.pack, span: None });
                let (modifiers, pointers) = Default::default();
                let (built, evidence) = (Some(code), told.evidence(decisive));
                let done = Procedure { family: at, row, add: None, built, modifiers, units: 1, pointers, confidence: 0, evidence, because };
                if !coded.procedures.iter().any(|p| key(p) == key(&done)) {
                    coded.procedures.push(done);
                }
            }
        }
        (Made::Missing { elements, side }, row) if side || !elements.is_empty() => {
            let options = elements.iter().flat_map(|&e| options(tables, family, instance, e)).collect();
            let known = row.map(|row| (row, known(family, row, instance)));
            let of_row = row.map(|row| family.rows[row as usize].axis_elements()).unwrap_or_default();
            let evidence = instance.evidence(|element| of_row.contains(&element));
            let query = Query::Elements { family: at, missing: elements, side, options, known, evidence };
            let asked = |q: &Query| match q {
                Query::Elements { family, missing, side, known, .. } => Some((*family, missing.clone(), *side, *known)),
                Query::Leaf { .. } | Query::Presence { .. } | Query::Visit { .. } => None,
            };
            if !coded.queries.iter().any(|q| asked(q) == asked(&query)) {
                coded.queries.push(query);
            }
        }
        _ => {}
    }
}

fn known(family: &Family, row: u32, instance: &Instance<'_>) -> [u8; 7] {
    let rule = &family.rows[row as usize];
    let values = rule.axis_elements().into_iter().filter_map(|element| {
        let told = family.choices(rule, element, instance.told(element)?);
        if let [one] = told[..] { Some((element, one)) } else { None }
    });
    let chosen: Vec<(u32, u32)> = values.collect();
    let side = places(instance.side, family.sides(rule, &chosen)).and_then(|p| p.first().copied());
    family.write(rule, &chosen, side)
}

fn key(procedure: &Procedure) -> Option<CodeKey> {
    procedure.built.as_ref().map(|b| b.key)
}

/// Drops what a more definitive procedure has in it (ICD-10-PCS guidelines B3.1b, B3.11a), and says so in the proof of the one that stays.
pub(super) fn contain(kb: &KnowledgeBase, coded: &mut Coded) {
    let families = &kb.rules().families;
    let includes =
        |p: &Procedure| families.get(p.family as usize).and_then(|f| f.rows.get(p.row as usize)).map_or(&[][..], |r| &r.includes);
    let all = &mut coded.procedures;
    let mut dropped = vec![false; all.len()];
    let beside = |p: &Procedure| families.get(p.family as usize).and_then(|f| f.rows.get(p.row as usize)).is_some_and(|r| r.beside);
    for inner in 0..all.len() {
        let Some(code) = key(&all[inner]).filter(|_| !beside(&all[inner])).map(|k| k.to_string()) else { continue };
        let contains = |outer: usize| includes(&all[outer]).iter().any(|start| code.starts_with(start.as_str()));
        let Some(outer) = (0..all.len()).find(|&o| o != inner && !dropped[o] && key(&all[o]) != key(&all[inner]) && contains(o)) else {
            continue;
        };
        dropped[inner] = true;
        let (record, span) = (all[inner].family << 16 | all[inner].row, all[inner].evidence.first().copied());
        let pack = families.get(all[outer].family as usize).map_or(Step::TABULAR, |f| f.pack);
        all[outer].because.push(Step { kind: StepKind::Contained, record, pack, span });
    }
    // What is told once more, and less of it, is no other procedure.
    coded.queries.retain(|query| {
        let Query::Elements { known: Some((_, known)), .. } = query else { return true };
        let fits = |code: CodeKey| code.0.to_be_bytes().iter().zip(known).all(|(&c, &k)| k == UNKNOWN || k == c);
        !all.iter().filter_map(key).any(fits)
    });
    let mut keep = dropped.iter().map(|d| !d);
    all.retain(|_| keep.next().unwrap_or(true));
    all.sort_by_key(|p| (significance(kb, p), p.evidence.first().copied()));
}

/// What is done to treat comes first, then what is done to find out (UHDDS: principal procedure; OCG FY2026, selection of principal procedure).
fn significance(kb: &KnowledgeBase, procedure: &Procedure) -> u8 {
    let Some(key) = key(procedure) else { return 0 };
    let code = key.0.to_be_bytes();
    let is_like = |like: &[u8; 7]| like.iter().zip(&code).all(|(&l, &c)| l == UNKNOWN || l == c);
    kb.rules().significance.iter().find(|s| s.like.iter().any(is_like)).map_or(0, |s| s.rank)
}
