//! Coverage determinations and rules of payers and sites, which the user supplies as packs.

use super::{
    claim::{Claim, Line, Resolver},
    finding::{Detail, Edited, Rule, Table, denied},
};
use crate::{
    code::CodeKey,
    knowledge::editing::{Action, PayerRule, Scope},
};

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, usable: &[u32], edited: &mut Edited) {
    let said = &resolver.rules.said;
    if said.payer_rules.is_empty() && said.coverages.is_empty() {
        return;
    }
    for &at in usable.iter().filter(|&&at| (at as usize) < claim.own) {
        coverage(resolver, claim, at, edited);
        rules(resolver, claim, at, edited);
    }
}

fn within(ranges: &[(u64, u64)], key: CodeKey) -> bool {
    ranges.iter().any(|r| (r.0..r.1).contains(&key.0))
}

/// Diagnoses that a line rests on: those that it points to, else all of the claim.
fn rests_on(claim: &Claim, at: u32) -> impl Iterator<Item = CodeKey> + '_ {
    let points = claim.pointers.iter().any(|p| p.0 == at);
    let pointed = move |rank: usize| !points || claim.pointers.iter().any(|p| *p == (at, rank as u32 + 1));
    claim.diagnoses.iter().enumerate().filter(move |d| pointed(d.0)).map(|d| d.1.key)
}

fn in_scope(scope: &Scope, claim: &Claim, line: &Line) -> bool {
    let named = |list: &[String], told: &str| list.is_empty() || list.iter().any(|l| l == told);
    (scope.effective..=scope.end).contains(&line.date.0)
        && (scope.settings.is_empty() || scope.settings.contains(&claim.setting))
        && named(&scope.payers, &claim.payer.id)
        && named(&scope.plans, &claim.payer.plan)
        && named(&scope.lines_of_business, &claim.payer.line_of_business)
        && named(&scope.jurisdictions, &claim.payer.jurisdiction)
}

/// A service that a determination speaks of rests on one of its diagnoses.
fn coverage(resolver: &Resolver<'_>, claim: &Claim, at: u32, edited: &mut Edited) {
    let line = &claim.lines[at as usize];
    for (place, rule) in (0..).zip(&resolver.rules.said.coverages) {
        let speaks = within(&rule.codes, line.key) && in_scope(&rule.scope, claim, line);
        if speaks && !rests_on(claim, at).any(|d| within(&rule.diagnoses, d)) {
            edited.of_line(Rule::NotCovered, at as usize, (Table::Pack, Detail::Coverage(place)));
        }
    }
}

/// The rules that speak of a line, in the order in which they decide.
fn rules(resolver: &Resolver<'_>, claim: &Claim, at: u32, edited: &mut Edited) {
    let line = &claim.lines[at as usize];
    let all = &resolver.rules.said.payer_rules;
    let mut decided = false;
    for (place, rule) in (0_u16..).zip(all) {
        if !speaks(rule, claim, at, line) {
            continue;
        }
        let over = || (place + 1..).zip(&all[usize::from(place) + 1..]).find(|r| r.1.action.decides() && speaks(r.1, claim, at, line));
        if rule.action.decides() {
            if std::mem::replace(&mut decided, true) {
                continue;
            }
            let about = (Table::Pack, Detail::Payer { rule: place, over: over().map(|r| r.0) });
            let denied = (rule.action == Action::Deny).then_some(at);
            edited.find(Rule::OfPayer, [at], denied, denied::PAYER, about, (0, 0));
            if rule.action == Action::Allow {
                return;
            }
        } else if rule.action != Action::RequireModifier || line.modifiers & rule.requires == 0 {
            edited.of_line(Rule::OfPayer, at as usize, (Table::Pack, Detail::Payer { rule: place, over: None }));
        }
    }
}

fn speaks(rule: &PayerRule, claim: &Claim, at: u32, line: &Line) -> bool {
    let any_code = rule.codes.is_empty() && rule.classes == 0;
    let of_code = any_code || line.classes & rule.classes != 0 || within(&rule.codes, line.key);
    let age = || claim.patient.birth.and_then(|b| line.date.years_since(b));
    let place = std::str::from_utf8(&line.place_of_service).unwrap_or_default();
    let specialty = || (line.provider.specialty as usize).checked_sub(1).and_then(|s| claim.specialties.get(s));
    of_code
        && in_scope(&rule.scope, claim, line)
        && (rule.modifiers == 0 || line.modifiers & rule.modifiers != 0)
        && line.modifiers & rule.without == 0
        && rule.units_over.is_none_or(|most| line.units > most)
        && (rule.diagnoses.is_empty() || rests_on(claim, at).any(|d| within(&rule.diagnoses, d)))
        && (rule.not_diagnoses.is_empty() || !rests_on(claim, at).any(|d| within(&rule.not_diagnoses, d)))
        && rule.age.is_none_or(|(first, last)| age().is_some_and(|a| (first..=last).contains(&a)))
        && rule.sex.is_none_or(|s| claim.patient.sex == Some(s))
        && (rule.places.is_empty() || rule.places.iter().any(|p| p == place))
        && (rule.specialties.is_empty() || specialty().is_some_and(|s| rule.specialties.contains(s)))
}
