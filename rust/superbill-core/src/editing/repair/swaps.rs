//! Codes that stand for others: beside certain codes, or for two lines together. Each rests on a fact; without it, it is asked.

use super::{
    candidates::Maker,
    changes::{Candidate, Change},
};
use crate::{
    code::CodeKey,
    editing::claim::{Claim, Line},
    knowledge::repair::{ChangeKind, Combination, Repair, Swap},
};

/// Swaps whose codes are there: line, other line, place and row.
pub(super) fn swaps<'a>(repair: &'a Repair, claim: &Claim, pair: &[u32]) -> Vec<(u32, u32, usize, &'a Swap)> {
    let [first, second] = *pair else { return Vec::new() };
    let mut found = Vec::new();
    for (at, other) in [(first, second), (second, first)] {
        let (line, beside) = (&claim.lines[at as usize], &claim.lines[other as usize]);
        if at as usize >= claim.own || line.fault.is_some() {
            continue;
        }
        let fits = |swap: &Swap| {
            let holds = (swap.since..=swap.until).contains(&line.date.0);
            line.key.0 == swap.from && swap.beside.contains(&beside.key.0) && holds
        };
        found.extend(repair.swaps.iter().enumerate().filter(|s| fits(s.1)).map(|(place, swap)| (at, other, place, swap)));
    }
    found
}

/// Whether lines, or the units of one, are what a combination stands for.
fn combines(claim: &Claim, row: &Combination, at: u32, other: Option<u32>) -> bool {
    let line = &claim.lines[at as usize];
    let holds = |l: &Line| l.fault.is_none() && (row.since..=row.until).contains(&l.date.0);
    match other.map(|o| &claim.lines[o as usize]) {
        None => holds(line) && line.units == 2 && row.from == [line.key.0; 2],
        Some(second) => {
            let keys = [line.key.0, second.key.0];
            let named = row.from == keys || row.from == [keys[1], keys[0]];
            named
                && holds(line)
                && holds(second)
                && line.date == second.date
                && line.provider == second.provider
                && line.units == 1
                && second.units == 1
        }
    }
}

/// Combinations whose codes are there: lines, place and row.
pub(super) fn combinations<'a>(repair: &'a Repair, claim: &Claim) -> Vec<(Vec<u32>, usize, &'a Combination)> {
    let own = claim.own as u32;
    let mut found = Vec::new();
    for (place, row) in repair.combinations.iter().enumerate() {
        let of_row = |at: &u32| row.from.contains(&claim.lines[*at as usize].key.0);
        let lines: Vec<u32> = (0..own).filter(of_row).collect();
        for (index, &at) in lines.iter().enumerate() {
            if combines(claim, row, at, None) {
                found.push((vec![at], place, row));
            }
            for &other in &lines[index + 1..] {
                if combines(claim, row, at, Some(other)) {
                    found.push((vec![at, other], place, row));
                }
            }
        }
    }
    found
}

pub(super) fn add(maker: &mut Maker<'_>) {
    let (repair, claim) = (maker.repair, maker.claim);
    let conflicts = maker.conflicts.clone();
    let mut seen: Vec<(u32, usize)> = Vec::new();
    for (_, lines) in &conflicts {
        for (at, other, place, swap) in swaps(repair, claim, lines) {
            let mut facts = maker.facts(at, |f| f.kind == swap.fact);
            facts.extend(maker.facts(other, |f| f.kind == swap.fact));
            if !facts.is_empty() && !seen.contains(&(at, place)) {
                seen.push((at, place));
                swapped(maker, at, (place, swap), facts);
            }
        }
    }
    for (lines, place, row) in combinations(repair, claim) {
        let mut facts: Vec<u32> = lines.iter().flat_map(|&at| maker.facts(at, |f| f.kind == row.fact)).collect();
        facts.sort_unstable();
        facts.dedup();
        if !facts.is_empty() && lines.iter().any(|&at| maker.in_conflict(at)) {
            combined(maker, lines, (place, row), facts);
        }
    }
}

/// A line with the code that stands for its own, with and without the modifiers that facts support.
fn swapped(maker: &mut Maker<'_>, at: u32, (place, swap): (usize, &Swap), mut facts: Vec<u32>) {
    facts.sort_unstable();
    facts.dedup();
    let line = &maker.claim.lines[at as usize];
    let (units, said) = (line.units, maker.claim.said(line).to_vec());
    let swaps = Change { row: Some(place as u16), ..Change::new(ChangeKind::SwapCode, vec![at]) };
    let cost = maker.repair.cost(ChangeKind::SwapCode);
    let supports = maker.supports(at, false);
    for support in std::iter::once(None).chain(supports.iter().map(Some)) {
        let mut modifiers = said.clone();
        let (mut changes, mut departure, mut rests_on, mut added) = (vec![swaps.clone()], cost, facts.clone(), 0);
        if let Some((modifier, further, of)) = support {
            modifiers.push(*modifier);
            added = maker.bits(&[*modifier]);
            changes.push(Change { modifiers: vec![*modifier], ..Change::new(ChangeKind::AddModifier, vec![at]) });
            departure += maker.repair.cost(ChangeKind::AddModifier) + further;
            rests_on.extend(of);
            rests_on.sort_unstable();
            rests_on.dedup();
        }
        let becomes = vec![maker.as_line(at, CodeKey(swap.to), units, modifiers, added)];
        maker.found.push(Candidate { lines: vec![at], becomes, changes, rests_on, departure });
    }
}

/// One line for two, or for two units, with the modifiers that both have.
fn combined(maker: &mut Maker<'_>, lines: Vec<u32>, (place, row): (usize, &Combination), rests_on: Vec<u32>) {
    let said = |at: u32| maker.claim.said(&maker.claim.lines[at as usize]);
    let first = lines[0];
    let modifiers = said(first).iter().copied().filter(|m| lines.iter().all(|&l| said(l).contains(m))).collect();
    let becomes = vec![maker.as_line(first, CodeKey(row.to), 1, modifiers, 0)];
    let changes = vec![Change { row: Some(place as u16), ..Change::new(ChangeKind::Combine, lines.clone()) }];
    let departure = maker.repair.cost(ChangeKind::Combine);
    maker.found.push(Candidate { lines, becomes, changes, rests_on, departure });
}
