//! Procedures: what was done -> instances of families -> rows of their decision tables.

mod conditions;
mod elements;
mod instances;

use self::{
    conditions::{Verdict, holds},
    elements::Documents,
    instances::{Instance, instances},
};
use super::confidence::{Features, per_mille};
use crate::{
    coded::{Coded, Finding, Procedure, Query, Rule, Span, Step, StepKind},
    encounter::{Encounter, Setting},
    knowledge::{
        KnowledgeBase,
        rules::{Conditions, Family, Subject, Units},
    },
    read::Reading,
};

/// The side that a modifier tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Right,
    Left,
    Bilateral,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Left => "left",
            Self::Bilateral => "bilateral",
        }
    }

    fn modifier(self) -> [u8; 2] {
        match self {
            Self::Right => *b"RT",
            Self::Left => *b"LT",
            Self::Bilateral => *b"50",
        }
    }
}

/// Codes what was done.
pub(super) fn code(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], coded: &mut Coded) {
    // What a hospital did during a stay is told in ICD-10-PCS, never in CPT (45 CFR 162.1002).
    if encounter.setting == Setting::InpatientFacility {
        return;
    }
    let documents = Documents::new(encounter, readings);
    for (at, family) in kb.rules().families.iter().enumerate() {
        let found = instances(kb, &documents, at as u32, family);
        let mut procedures = Vec::new();
        for instance in &found {
            decide(encounter, at as u32, family, instance, &mut procedures, coded);
        }
        include(family, &mut procedures);
        coded.procedures.append(&mut procedures);
    }
}

/// A row that holds for an instance becomes a procedure; where none does, what is missing becomes a query.
fn decide(encounter: &Encounter<'_>, at: u32, family: &Family, instance: &Instance, out: &mut Vec<Procedure>, coded: &mut Coded) {
    if holds(encounter, family, instance, &family.requires) != Verdict::Holds {
        return;
    }
    let row_of = |instance: &Instance| family.rows.iter().position(|r| holds(encounter, family, instance, &r.when) == Verdict::Holds);
    let sided = !family.side_modifier || instance.side.is_some();
    let mut told = instance.clone();
    let mut assumed = false;
    let mut row = row_of(&told);
    if row.is_none() {
        for assume in family.assume.iter().filter(|a| instance.told(a.element).is_none()) {
            told.assume(assume.element, &assume.value);
            assumed = true;
        }
        row = if assumed { row_of(&told) } else { None };
    }
    let Some(row) = row.filter(|_| sided) else {
        ask(encounter, at, family, instance, row.is_some(), coded);
        return;
    };
    let rule = &family.rows[row];
    let Some(units) = units(&rule.units, &told) else {
        ask(encounter, at, family, instance, true, coded);
        return;
    };
    if units == 0 {
        return;
    }
    if assumed {
        coded.findings.push(Finding { rule: Rule::Assumed, codes: Vec::new(), procedure: Some((at, row as u32)) });
    }
    let confidence = per_mille(Features { addressed: instance.in_section, defaulted: false, curated: true, assumed });
    let decisive = |element: u32| family.requires.iter().chain(&rule.when).any(|c| c.0 == Subject::Element(element));
    let mut because = told.steps(family, decisive);
    because.push(Step { kind: StepKind::Decision, record: row as u32, pack: family.pack, span: None });
    let mut modifiers: Vec<[u8; 2]> = Vec::new();
    let holds = |when: &Conditions| holds(encounter, family, &told, when) == Verdict::Holds;
    modifiers.extend(rule.modifiers.iter().filter(|m| holds(&m.1)).map(|m| m.0));
    if family.side_modifier {
        modifiers.extend(instance.side.map(Side::modifier));
    }
    let made = Procedure {
        family: at,
        row: row as u32,
        add: None,
        modifiers,
        units,
        pointers: Vec::new(),
        confidence,
        evidence: told.evidence(decisive),
        because,
    };
    let mut add_ons = Vec::new();
    for (index, add) in rule.add.iter().enumerate().filter(|(_, a)| holds(&a.when)) {
        if let Some(units) = self::units(&add.units, &told).filter(|&u| u > 0) {
            add_ons.push(Procedure { add: Some(index as u32), modifiers: Vec::new(), units, ..made.clone() });
        }
    }
    // The same service on the same side, told twice, was done once; each mention of a per-mention family is a service of its own.
    match out.iter_mut().find(|p| p.row == made.row && p.add.is_none() && p.modifiers == made.modifiers) {
        Some(known) if family.per_mention => known.units += made.units,
        Some(_) => {}
        None => out.push(made),
    }
    for add_on in add_ons {
        match out.iter_mut().find(|p| p.row == add_on.row && p.add == add_on.add) {
            Some(known) if family.per_mention => known.units += add_on.units,
            Some(_) => {}
            None => out.push(add_on),
        }
    }
}

fn units(units: &Units, instance: &Instance) -> Option<u32> {
    match *units {
        Units::Fixed(fixed) => Some(fixed),
        Units::Of { element, minus, per, round_up, max } => {
            let over = (instance.measured(element)? - minus).max(0);
            let whole = if round_up { (over + per - 1) / per.max(1) } else { over / per.max(1) };
            Some(u32::try_from(whole).unwrap_or(u32::MAX).min(max))
        }
    }
}

/// Asks for what the rows lack, from those that fail for nothing else and lack least: the fewest questions that lead to a code.
fn ask(encounter: &Encounter<'_>, at: u32, family: &Family, instance: &Instance, decided: bool, coded: &mut Coded) {
    let mut missing: Vec<u32> = Vec::new();
    if !decided {
        let verdicts = family.rows.iter().map(|row| holds(encounter, family, instance, &row.when));
        let lacks: Vec<Vec<Subject>> = verdicts.filter_map(|v| if let Verdict::Missing(s) = v { Some(s) } else { None }).collect();
        let least = lacks.iter().map(Vec::len).min();
        let elements = lacks.iter().filter(|l| Some(l.len()) == least).flatten();
        missing.extend(elements.filter_map(|s| if let Subject::Element(e) = s { Some(*e) } else { None }));
        missing.sort_unstable();
        missing.dedup();
    }
    let side = family.side_modifier && instance.side.is_none();
    if missing.is_empty() && !side {
        return;
    }
    let query = Query::Elements { family: at, missing, side, evidence: instance.evidence(|_| true) };
    let asked = |q: &Query| match q {
        Query::Elements { family, missing, side, .. } => Some((*family, missing.clone(), *side)),
        Query::Leaf { .. } | Query::Visit { .. } => None,
    };
    if !coded.queries.iter().any(|q| asked(q) == asked(&query)) {
        coded.queries.push(query);
    }
}

/// Drops the services that another one on the same side contains, and says so in the proof of the one that stays.
fn include(family: &Family, procedures: &mut Vec<Procedure>) {
    const SIDES: [[u8; 2]; 3] = [*b"RT", *b"LT", *b"50"];
    let side = |p: &Procedure| p.modifiers.iter().copied().find(|m| SIDES.contains(m));
    let contains = |outer: &Procedure, inner: &Procedure| {
        let code = &family.rows[inner.row as usize].code;
        inner.add.is_none()
            && family.rows[outer.row as usize].includes.contains(code)
            && (side(outer) == side(inner) || side(outer) == Some(*b"50"))
    };
    let mut dropped = vec![false; procedures.len()];
    for inner in 0..procedures.len() {
        let Some(outer) = (0..procedures.len()).find(|&o| o != inner && !dropped[o] && contains(&procedures[o], &procedures[inner])) else {
            continue;
        };
        dropped[inner] = true;
        let span: Option<Span> = procedures[inner].evidence.first().copied();
        let step = Step { kind: StepKind::Included, record: procedures[inner].row, pack: family.pack, span };
        procedures[outer].because.push(step);
    }
    let mut keep = dropped.iter().map(|d| !d);
    procedures.retain(|_| keep.next().unwrap_or(true));
}
