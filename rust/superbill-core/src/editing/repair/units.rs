//! Units over lines: split where the limit is one of each line and a fact tells the lines apart, merged where lines say the same.

use super::{
    candidates::Maker,
    changes::{Candidate, Change},
};
use crate::{
    editing::{
        Edited,
        finding::{Detail, Rule},
    },
    knowledge::repair::ChangeKind,
};

/// Lines that one may become; more are a matter for a person.
const MOST_LINES: u32 = 8;

pub(super) fn add(maker: &mut Maker<'_>, edited: &Edited) {
    for finding in edited.findings.iter().filter(|f| f.rule == Rule::MueLine) {
        if let (Detail::Units { limit, .. }, &[at]) = (finding.detail, edited.stretch(finding.lines)) {
            split(maker, at, limit);
        }
    }
    let own = maker.claim.own as u32;
    for at in 0..own {
        for other in at + 1..own {
            merge(maker, at, other);
        }
    }
}

fn split(maker: &mut Maker<'_>, at: u32, limit: u32) {
    let (line, said) = (&maker.claim.lines[at as usize], maker.claim.said(&maker.claim.lines[at as usize]).to_vec());
    let (key, units) = (line.key, line.units);
    let count = units.div_ceil(limit.max(1));
    if limit == 0 || !(2..=MOST_LINES).contains(&count) {
        return;
    }
    let separate = maker.resolver.rules.said.separate_lines;
    for (modifier, further, facts) in maker.supports(at, true) {
        let bits = maker.bits(&[modifier]);
        if bits & separate == 0 {
            continue;
        }
        let mut becomes = vec![maker.as_line(at, key, limit, said.clone(), 0)];
        for number in 1..count {
            let modifiers = said.iter().copied().chain([modifier]).collect();
            becomes.push(maker.as_line(at, key, limit.min(units - number * limit), modifiers, bits));
        }
        let departure = maker.repair.cost(ChangeKind::Split) * (count - 1) + maker.repair.cost(ChangeKind::AddModifier) + further;
        let change = Change { modifiers: vec![modifier], ..Change::new(ChangeKind::Split, vec![at]) };
        maker.found.push(Candidate { lines: vec![at], becomes, changes: vec![change], rests_on: facts, departure });
    }
}

fn merge(maker: &mut Maker<'_>, at: u32, other: u32) {
    let (first, second) = (&maker.claim.lines[at as usize], &maker.claim.lines[other as usize]);
    let same = first.key == second.key
        && first.date == second.date
        && first.provider == second.provider
        && first.modifiers == second.modifiers
        && maker.claim.said(first) == maker.claim.said(second)
        && first.fault.is_none()
        && second.fault.is_none();
    let named = |c: &(Rule, Vec<u32>)| c.1.contains(&at) && c.1.contains(&other);
    if !same || !maker.conflicts.iter().any(named) {
        return;
    }
    let Some(units) = first.units.checked_add(second.units) else { return };
    let becomes = vec![maker.as_line(at, first.key, units, maker.claim.said(first).to_vec(), 0)];
    let departure = maker.repair.cost(ChangeKind::Merge);
    let changes = vec![Change::new(ChangeKind::Merge, vec![at, other])];
    maker.found.push(Candidate { lines: vec![at, other], becomes, changes, rests_on: Vec::new(), departure });
}
