//! Procedures: what was done -> instances of families -> rows of their decision tables.

mod conditions;
mod counting;
mod elements;
mod inpatient;
mod instances;
mod lesions;
mod listed;
mod mentioned;
mod owners;
mod report;
mod undone;

use self::{
    conditions::{Verdict, holds},
    elements::Documents,
    instances::{Instance, instances},
    lesions::Lesion,
};
use crate::{
    coded::{Coded, Finding, Procedure, Query, Rule, Span, Step, StepKind},
    encounter::{Encounter, Setting},
    knowledge::{
        KnowledgeBase,
        rules::{AddOnKind, Conditions, Family, Row, Subject, Units},
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
    let tables = (encounter.setting == Setting::InpatientFacility).then(|| inpatient::Tables::new(kb, encounter));
    let documents = Documents::new(encounter, readings);
    let (mut lists, mut mentions) = (report::Lists::default(), mentioned::Mentions::default());
    let of_others = kb.rules().encounter_types.iter().any(|t| t.id == encounter.kind && t.others_procedures);
    // Most families are told nowhere, and lie far apart in memory.
    let told = (0..kb.rules().families.len()).filter(|&at| readings.iter().any(|r| r.tells(at as u32)));
    for (at, family) in told.filter_map(|at| Some((at, kb.rules().families.get(at)?))) {
        if family.inpatient != tables.is_some() || of_others && !family.documents.iter().any(|d| d == encounter.kind) {
            continue;
        }
        if !conditions::possible(encounter, family) || family.unless.iter().any(|&of| came_to_something(coded, of)) {
            continue;
        }
        let (found, more) = instances(kb, &documents, at as u32, family);
        if more {
            coded.findings.push(Finding { procedure: Some((at as u32, u32::MAX)), ..Finding::new(Rule::Unread) });
        }
        if let Some(tables) = &tables {
            for instance in &found {
                inpatient::decide(tables, at as u32, family, instance, coded);
            }
            continue;
        }
        lists.tell(kb, at as u32, &found);
        mentions.tell(at as u32, &found);
        let mut made = Made::default();
        for instance in &found {
            decide(encounter, at as u32, family, instance, &mut made, coded);
        }
        let Made { mut procedures, minutes, laters, places } = made;
        counting::rank(family, &laters, &mut procedures);
        if let Some(timed) = &family.timed {
            counting::count(encounter, timed, &minutes, &mut procedures);
        }
        lesions::tell_apart(family, at as u32, &places, &mut procedures, &mut coded.queries);
        if family.per_value {
            counting::merge(family, &mut procedures);
        }
        include(family, &mut procedures);
        // A service that two families know was done once.
        procedures.retain(|p| !coded.procedures.iter().any(|k| same_line(kb, k, p)));
        coded.procedures.append(&mut procedures);
    }
    if tables.is_some() {
        inpatient::contain(kb, coded);
    }
    lists.hold(coded);
    mentions.hold(coded);
}

/// Whether a family came to a code or a question.
fn came_to_something(coded: &Coded, of: u32) -> bool {
    let asks = |q: &Query| matches!(q, Query::Elements { family, .. } if *family == of);
    coded.procedures.iter().any(|p| p.family == of) || coded.queries.iter().any(asks)
}

/// Whether two procedures of different families are one line of a claim.
fn same_line(kb: &KnowledgeBase, a: &Procedure, b: &Procedure) -> bool {
    let code = |p: &Procedure| {
        let row = kb.rules().families.get(p.family as usize)?.rows.get(p.row as usize)?;
        p.add.map_or(Some(&row.code), |add| row.add.get(add as usize).map(|a| &a.code))
    };
    a.family != b.family && a.modifiers == b.modifiers && code(a) == code(b)
}

/// What the instances of a family came to.
#[derive(Default)]
struct Made {
    procedures: Vec<Procedure>,
    minutes: counting::Minutes,
    /// Units of the codes of later services, by place among the procedures.
    laters: Vec<(usize, u32)>,
    /// Where each of the procedures was done.
    places: Vec<(usize, Vec<Lesion>)>,
}

/// Whether a row is about such a service: where a family has anchors of several kinds, a row that names some is about those alone.
fn is_about(family: &Family, row: &Row, instance: &Instance) -> bool {
    let anchors = || {
        row.when.iter().filter_map(|c| match c.0 {
            Subject::Element(of) if family.elements.get(of as usize).is_some_and(|e| e.anchor) => Some(of),
            _ => None,
        })
    };
    anchors().next().is_none() || anchors().any(|of| of == instance.element)
}

/// A row that holds for an instance becomes a procedure; where none does, what is missing becomes a query.
fn decide(encounter: &Encounter<'_>, at: u32, family: &Family, instance: &Instance, made: &mut Made, coded: &mut Coded) {
    if holds(encounter, family, instance, &family.requires) != Verdict::Holds {
        return;
    }
    let row_of = |instance: &Instance| {
        family.rows.iter().position(|r| is_about(family, r, instance) && holds(encounter, family, instance, &r.when) == Verdict::Holds)
    };
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
    let lacks_side = |row: usize| family.side_asked && !family.rows[row].unsided && instance.side.is_none();
    let Some(row) = row.filter(|&row| !lacks_side(row)) else {
        ask(encounter, at, family, instance, row.is_some().then_some(&[]), coded);
        return;
    };
    let rule = &family.rows[row];
    let Some(units) = units(&rule.units, &told) else {
        let lacking = if let Units::Of { element, .. } = rule.units { vec![element] } else { Vec::new() };
        ask(encounter, at, family, instance, Some(&lacking), coded);
        return;
    };
    if units == 0 {
        return;
    }
    if assumed {
        coded.findings.push(Finding { procedure: Some((at, row as u32)), ..Finding::new(Rule::Assumed) });
    }
    let decisive = |element: u32| family.requires.iter().chain(&rule.when).any(|c| c.0 == Subject::Element(element));
    let mut because = told.steps(family, decisive);
    because.push(Step { kind: StepKind::Decision, record: row as u32, pack: family.pack, span: None });
    let mut modifiers: Vec<[u8; 2]> = Vec::new();
    let holds = |when: &Conditions| holds(encounter, family, &told, when) == Verdict::Holds;
    modifiers.extend(rule.modifiers.iter().filter(|m| holds(&m.1)).map(|m| m.0));
    if family.side_modifier && !rule.unsided {
        modifiers.extend(instance.side.map(Side::modifier));
    }
    let done = Procedure {
        family: at,
        row: row as u32,
        add: None,
        built: None,
        modifiers,
        units,
        pointers: Vec::new(),
        confidence: 0,
        evidence: told.evidence(decisive),
        because,
    };
    let mut add_ons = Vec::new();
    let mut later = None;
    for (index, add) in rule.add.iter().enumerate().filter(|(_, a)| holds(&a.when)) {
        let Some(units) = self::units(&add.units, &told) else { continue };
        let units = if add.kind == AddOnKind::Again { instance.again } else { units };
        if add.kind == AddOnKind::Later {
            later = Some(units);
        } else if units > 0 {
            let mut modifiers = add.modifiers.clone();
            modifiers.extend(instance.side.filter(|_| add.sided).map(Side::modifier));
            add_ons.push(Procedure { add: Some(index as u32), modifiers, units, ..done.clone() });
        }
    }
    let minutes = match (&rule.units, &family.timed) {
        (Units::Timed, Some(timed)) => told.measured(timed.element),
        _ => None,
    };
    let out = &mut made.procedures;
    // The same service on the same side, told twice, was done once; each mention of a per-mention family is a service of its own.
    let summed = family.per_mention || family.per_value;
    let same = |row: u32| row == done.row || family.once && family.rows[row as usize].code == rule.code;
    match out.iter().position(|p| same(p.row) && p.add.is_none() && p.modifiers == done.modifiers) {
        Some(known) if summed => {
            add_places(&mut made.places, known, instance);
            out[known].units += done.units;
            if let Some(counted) = made.laters.iter_mut().find(|l| l.0 == known) {
                counted.1 += later.unwrap_or(0);
            }
        }
        Some(known) => add_places(&mut made.places, known, instance),
        None => {
            made.minutes.extend(minutes.map(|m| (out.len(), m)));
            made.laters.extend(later.map(|units| (out.len(), units)));
            made.places.push((out.len(), instance.lesions.clone()));
            out.push(done);
        }
    }
    for add_on in add_ons {
        match out.iter_mut().find(|p| p.row == add_on.row && p.add == add_on.add && p.modifiers == add_on.modifiers) {
            Some(known) if summed => known.units += add_on.units,
            Some(_) => {}
            None => out.push(add_on),
        }
    }
}

fn add_places(places: &mut [(usize, Vec<Lesion>)], known: usize, instance: &Instance) {
    if let Some(of) = places.iter_mut().find(|p| p.0 == known) {
        of.1.extend(instance.lesions.iter().cloned());
    }
}

fn units(units: &Units, instance: &Instance) -> Option<u32> {
    match *units {
        Units::Fixed(fixed) => Some(fixed),
        // Counted when all minutes are known.
        Units::Timed => Some(1),
        Units::Of { element, minus, per, round_up, max, beyond } => {
            let whole = |value: i64| {
                let over = value.saturating_sub(minus).max(0);
                if round_up { over.saturating_add(per - 1) / per.max(1) } else { over / per.max(1) }
            };
            let value = instance.measured(element)?;
            let whole = match beyond {
                Some(first) => {
                    let first = instance.measured(first)?;
                    whole(value.saturating_add(first)) - whole(first)
                }
                None => whole(value),
            };
            Some(u32::try_from(whole).unwrap_or(u32::MAX).min(max))
        }
    }
}

/// Asks for what the row that holds is `lacking`; where none holds, for what the rows lack, from those that fail for nothing else and lack least: the fewest questions that lead to a code.
fn ask(encounter: &Encounter<'_>, at: u32, family: &Family, instance: &Instance, lacking: Option<&[u32]>, coded: &mut Coded) {
    let mut missing: Vec<u32> = lacking.unwrap_or_default().to_vec();
    if lacking.is_none() {
        let verdicts =
            family.rows.iter().filter(|row| is_about(family, row, instance)).map(|row| holds(encounter, family, instance, &row.when));
        let lacks: Vec<Vec<Subject>> = verdicts.filter_map(|v| if let Verdict::Missing(s) = v { Some(s) } else { None }).collect();
        let least = lacks.iter().map(Vec::len).min();
        let elements = lacks.iter().filter(|l| Some(l.len()) == least).flatten();
        missing.extend(elements.filter_map(|s| if let Subject::Element(e) = s { Some(*e) } else { None }));
        missing.sort_unstable();
        missing.dedup();
    }
    let side = family.side_asked && instance.side.is_none();
    if missing.is_empty() && !side {
        return;
    }
    let values =
        |element: u32| (0..).zip(family.elements.get(element as usize).map_or(&[][..], |e| &e.values)).map(move |v| (element, v.0));
    let options = missing.iter().flat_map(|&e| values(e)).collect();
    let query = Query::Elements { family: at, missing, side, options, known: None, evidence: instance.evidence(|_| true) };
    let asked = |q: &Query| match q {
        Query::Elements { family, missing, side, .. } => Some((*family, missing.clone(), *side)),
        Query::Leaf { .. } | Query::Presence { .. } | Query::Visit { .. } => None,
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
