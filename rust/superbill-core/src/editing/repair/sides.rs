//! Both sides of the body: one line with modifier 50, or a line of each side, as the bilateral indicator and the payer's rules have it.

use super::{
    candidates::Maker,
    changes::{Candidate, Change},
};
use crate::{
    editing::{claim::Line, finding::Rule},
    knowledge::{attributes::Kind, editing::ASKED, editing::Modifiers, repair::ChangeKind},
};

/// Which side a line is of, and the facts that say so where its modifiers do not.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Side {
    Left(Vec<u32>),
    Right(Vec<u32>),
    Both(Vec<u32>),
    Untold,
    /// Its modifiers contradict each other.
    Contradictory,
}

pub(super) fn add(maker: &mut Maker<'_>) {
    let lines: Vec<u32> = (0..maker.claim.own as u32).filter(|&at| may(maker, &maker.claim.lines[at as usize])).collect();
    for (place, &at) in lines.iter().enumerate() {
        alone(maker, at);
        for &other in &lines[place + 1..] {
            together(maker, at, other);
        }
    }
}

/// Whether a code tells both sides by one modifier.
fn may(maker: &Maker<'_>, line: &Line) -> bool {
    let told = ASKED.iter().position(|k| *k == Kind::Bilateral).map_or(0, |place| line.indicators.asked[place]);
    line.fault.is_none() && maker.repair.bilateral.contains(&told)
}

fn side(maker: &Maker<'_>, at: u32) -> Side {
    let (repair, line) = (maker.repair, &maker.claim.lines[at as usize]);
    let has = |set: Modifiers| line.modifiers & set != 0;
    match (has(repair.left), has(repair.right), has(repair.both_sides)) {
        (true, false, false) => Side::Left(Vec::new()),
        (false, true, false) => Side::Right(Vec::new()),
        (false, false, true) => Side::Both(Vec::new()),
        (false, false, false) => of_facts(maker, at).unwrap_or(Side::Untold),
        _ => Side::Contradictory,
    }
}

/// What facts that name a line say of its side; none where they say nothing, or not the same.
fn of_facts(maker: &Maker<'_>, at: u32) -> Option<Side> {
    let of = |set: Modifiers| maker.facts(at, |f| maker.bits(&[f.value]) & set != 0);
    let (left, right, both) = (of(maker.repair.left), of(maker.repair.right), of(maker.repair.both_sides));
    match (left.is_empty(), right.is_empty(), both.is_empty()) {
        (false, true, true) => Some(Side::Left(left)),
        (true, false, true) => Some(Side::Right(right)),
        (true, true, false) => Some(Side::Both(both)),
        _ => None,
    }
}

/// The modifiers of a line that tell no side.
fn others(maker: &Maker<'_>, at: u32) -> Vec<[u8; 2]> {
    let sides = maker.repair.left | maker.repair.right | maker.repair.both_sides;
    let said = maker.claim.said(&maker.claim.lines[at as usize]);
    said.iter().copied().filter(|&m| maker.bits(&[m]) & sides == 0).collect()
}

/// One line: both sides that were told as two units, sides that contradict each other, and 50 where a line of each side is asked for.
fn alone(maker: &mut Maker<'_>, at: u32) {
    if !maker.in_conflict(at) {
        return;
    }
    let line = &maker.claim.lines[at as usize];
    let (units, key) = (line.units, line.key);
    let broken = |rule: Rule| maker.conflicts.iter().any(|c| c.0 == rule && c.1.contains(&at));
    let (sides, bilateral) = (broken(Rule::ModifierLaterality), broken(Rule::ModifierBilateral));
    let told = side(maker, at);
    let one = |maker: &Maker<'_>, of: Modifiers| maker.resolver.rules.first(of);
    let (Some(left), Some(right), Some(both)) =
        (one(maker, maker.repair.left), one(maker, maker.repair.right), one(maker, maker.repair.both_sides))
    else {
        return;
    };
    let others = others(maker, at);
    let with = |modifier: [u8; 2]| others.iter().copied().chain([modifier]).collect::<Vec<_>>();
    match told {
        Side::Both(facts) if facts.is_empty() => {
            if bilateral && units == 2 {
                let becomes = maker.as_line(at, key, 1, with(both), 0);
                push(maker, vec![at], vec![becomes], Change::new(ChangeKind::Units, vec![at]), Vec::new());
            }
            if bilateral {
                let becomes = [left, right].map(|m| maker.as_line(at, key, 1, with(m), 0)).to_vec();
                let change = Change { modifiers: vec![left, right], ..Change::new(ChangeKind::Bilateral, vec![at]) };
                push(maker, vec![at], becomes, change, Vec::new());
            }
        }
        Side::Both(facts) if units == 2 => {
            let becomes = maker.as_line(at, key, 1, with(both), maker.repair.both_sides);
            let change = Change { modifiers: vec![both], ..Change::new(ChangeKind::Bilateral, vec![at]) };
            push(maker, vec![at], vec![becomes], change, facts);
        }
        Side::Contradictory if sides => {
            let Some(side) = of_facts(maker, at) else { return };
            let (modifier, facts) = match side {
                Side::Left(facts) => (left, facts),
                Side::Right(facts) => (right, facts),
                Side::Both(facts) => (both, facts),
                Side::Untold | Side::Contradictory => return,
            };
            let becomes = maker.as_line(at, key, units, with(modifier), maker.bits(&[modifier]));
            let change = Change { modifiers: vec![modifier], ..Change::new(ChangeKind::Bilateral, vec![at]) };
            push(maker, vec![at], vec![becomes], change, facts);
        }
        _ => {}
    }
}

/// A line of each side, as one line of both.
fn together(maker: &mut Maker<'_>, at: u32, other: u32) {
    let (first, second) = (&maker.claim.lines[at as usize], &maker.claim.lines[other as usize]);
    let same = first.key == second.key && first.date == second.date && first.provider == second.provider;
    let conflict = maker.in_conflict(at) || maker.in_conflict(other);
    if !same || !conflict || (first.units, second.units) != (1, 1) || others(maker, at) != others(maker, other) {
        return;
    }
    let (stated, mut facts) = match (side(maker, at), side(maker, other)) {
        (Side::Left(a), Side::Right(b)) | (Side::Right(a), Side::Left(b)) => (a.is_empty() && b.is_empty(), [a, b].concat()),
        // Neither line says a side, and a fact says that both were done.
        (Side::Both(a), Side::Both(b)) if !a.is_empty() && !b.is_empty() => (false, [a, b].concat()),
        _ => return,
    };
    facts.sort_unstable();
    facts.dedup();
    let Some(both) = maker.resolver.rules.first(maker.repair.both_sides) else { return };
    let modifiers = others(maker, at).into_iter().chain([both]).collect();
    let becomes = maker.as_line(at, first.key, 1, modifiers, if stated { 0 } else { maker.repair.both_sides });
    let change = Change { modifiers: vec![both], ..Change::new(ChangeKind::Bilateral, vec![at, other]) };
    push(maker, vec![at, other], vec![becomes], change, facts);
}

fn push(maker: &mut Maker<'_>, lines: Vec<u32>, becomes: Vec<super::changes::Becomes>, change: Change, rests_on: Vec<u32>) {
    let departure = maker.repair.cost(change.kind);
    maker.found.push(Candidate { lines, becomes, changes: vec![change], rests_on, departure });
}
