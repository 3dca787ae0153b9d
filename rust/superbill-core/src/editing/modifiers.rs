//! Modifiers of a line: known on the day, valid for the code and beside each other, in order.

use super::{
    claim::{Claim, Line, MALFORMED, Resolver},
    finding::{Detail, Edited, Rule, Table},
    globals,
};
use crate::knowledge::{
    InForce,
    editing::{ASKED, Check},
};

/// `usable` of the claim.
pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, usable: &[u32], edited: &mut Edited) {
    for &at in usable.iter().filter(|&&at| (at as usize) < claim.own) {
        let line = &claim.lines[at as usize];
        let said = claim.said(line);
        // Some rows of the matrix are about a modifier that lacks.
        matrix(resolver, claim, at, edited);
        if said.is_empty() {
            continue;
        }
        if let Some(&unknown) = said.iter().find(|m| !known(resolver, line, **m)) {
            edited.of_line(Rule::ModifierUnknown, at as usize, (Table::Codes, Detail::Modifier(unknown)));
        }
        if said.len() > 1 {
            if let Some((_, &twice)) = said.iter().enumerate().find(|(place, m)| **m != MALFORMED && said[..*place].contains(m)) {
                edited.of_line(Rule::ModifierDuplicate, at as usize, (Table::Pack, Detail::Modifier(twice)));
            }
            let ranks = said.iter().filter_map(|m| Some((*m, rank(resolver, line, *m)?)));
            let early = ranks.clone().zip(ranks.skip(1)).find(|(a, b)| a.1 > b.1);
            if let Some((_, (modifier, _))) = early {
                edited.of_line(Rule::ModifierOrder, at as usize, (Table::Pack, Detail::Modifier(modifier)));
            }
        }
        globals::unopened(resolver, claim, at, edited);
    }
}

/// Whether a modifier is of CPT by a pack, or in the published list on the day. Without that list only its shape can be wrong.
pub(super) fn known(resolver: &Resolver<'_>, line: &Line, modifier: [u8; 2]) -> bool {
    if modifier == MALFORMED {
        return false;
    }
    let rules = resolver.rules;
    let named = rules.bit(modifier).and_then(|bit| rules.said.modifiers.get(bit as usize)).filter(|m| m.known);
    if let Some(named) = named {
        return (named.from..=named.to).contains(&line.date.0);
    }
    if !rules.modifiers_listed {
        return true;
    }
    resolver.services.modifier(modifier).is_some_and(|id| resolver.services.in_force(id, line.date) == InForce::Yes)
}

/// The rank of a modifier on a line; none where the packs give it none.
pub(super) fn rank(resolver: &Resolver<'_>, line: &Line, modifier: [u8; 2]) -> Option<u16> {
    let rules = resolver.rules;
    let bit = 1 << rules.bit(modifier)?;
    let of = |on_class: bool| {
        let here = move |class: u32| if on_class { class & line.classes != 0 } else { class == 0 };
        rules.said.ranks.iter().find(|r| r.modifiers & bit != 0 && here(r.class)).map(|r| r.rank)
    };
    of(true).or_else(|| of(false))
}

/// The first broken row of each rule of the matrix.
fn matrix(resolver: &Resolver<'_>, claim: &Claim, at: u32, edited: &mut Edited) {
    let (rules, line) = (resolver.rules, &claim.lines[at as usize]);
    let first = edited.findings.len();
    let mut look = |row: u16| {
        let Some(check) = rules.said.checks.get(usize::from(row)) else { return };
        if !broken(resolver, claim, at, usize::from(row), check) {
            return;
        }
        let Some(rule) = Rule::named(&check.rule) else { return };
        if edited.findings[first..].iter().all(|f| f.rule != rule) {
            let modifier = rules.first(line.modifiers & check.modifiers).filter(|_| check.modifiers != 0);
            edited.of_line(rule, at as usize, (Table::Pack, Detail::Check { row, modifier }));
        }
    };
    if line.modifiers & rules.checked == 0 {
        rules.unprompted.iter().copied().for_each(look);
    } else {
        let spoken = (0..).zip(&rules.prompts).filter(|p| *p.1 == 0 || line.modifiers & p.1 != 0);
        spoken.for_each(|p| look(p.0));
    }
}

pub(super) fn broken(resolver: &Resolver<'_>, claim: &Claim, at: u32, row: usize, check: &Check) -> bool {
    let line = &claim.lines[at as usize];
    let indicated = |(kind, values): &(u16, Vec<u8>)| {
        let told = ASKED.iter().position(|k| *k as u16 == *kind).map_or(0, |place| line.indicators.asked[place]);
        told != 0 && values.contains(&told)
    };
    let beside = || {
        let of_day =
            |(other, l): (usize, &Line)| other != at as usize && l.fault.is_none() && l.date == line.date && l.classes & check.beside != 0;
        claim.lines[..claim.own].iter().enumerate().any(of_day)
    };
    let add_on = || resolver.rules.add_ons.covers(line.date) && resolver.services.add_ons(line.add_ons, line.date).next().is_some();
    (check.with == 0 || line.modifiers & check.with != 0)
        && line.modifiers & check.lacks == 0
        && (check.class == 0 || line.classes & check.class != 0)
        && line.classes & check.not_class == 0
        && check.indicator.as_ref().is_none_or(indicated)
        && check.units_over.is_none_or(|most| line.units > most)
        && (check.specialty.is_none() || line.specialty == Some(row as u16))
        && (!check.add_on || add_on())
        && (check.beside == 0 || beside())
}
