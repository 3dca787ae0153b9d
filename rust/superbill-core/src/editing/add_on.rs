//! Add-on codes: services that are paid beside a primary one alone, and fall with it.

use super::{
    claim::{Claim, Resolver},
    finding::{Detail, Edited, Rule, Table, denied},
};
use crate::knowledge::layout::{AddOnRecord, NONE};

/// Edit types: the list is closed; the contractor has the list; the contractor may add to the list.
const CLOSED: u32 = 1;
const OPEN: u32 = 3;

/// Add-on codes of the claim with the primaries that are there.
#[derive(Debug, Default)]
pub(super) struct Dependents {
    /// Line, and its stretch of `primaries`.
    closed: Vec<(u32, u32, u32)>,
    primaries: Vec<u32>,
}

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, usable: &[u32], dependents: &mut Dependents, edited: &mut Edited) {
    dependents.closed.clear();
    dependents.primaries.clear();
    let any_day = &resolver.rules.said.any_day;
    for at in 0..claim.own {
        let line = &claim.lines[at];
        if line.add_ons.0 == line.add_ons.1 || line.fault.is_some() || !resolver.rules.add_ons.covers(line.date) {
            continue;
        }
        let rows = resolver.services.add_ons(line.add_ons, line.date);
        let Some(row) = rows.clone().min_by_key(|r| rank(r.edit_type.get())) else { continue };
        let (kind, days) = (row.edit_type.get(), (row.from.get(), row.to.get()));
        let about = (Table::AddOns, Detail::None);
        let lists = |other: u32| {
            let id = claim.lines[other as usize].id.map_or(NONE, |i| i.0);
            id != NONE && rows.clone().any(|r| r.primary.get() == id)
        };
        let start = dependents.primaries.len();
        for &other in usable {
            let primary = &claim.lines[other as usize];
            let beside = other as usize != at && (primary.date == line.date || any_day.contains(&line.key.0));
            if beside && claim.same_provider(line, primary) && lists(other) {
                dependents.primaries.push(other);
            }
        }
        let end = dependents.primaries.len();
        if start < end {
            if kind == CLOSED {
                dependents.closed.push((at as u32, start as u32, end as u32));
            }
        } else if kind == CLOSED {
            edited.find(Rule::AddOnNoPrimary, [at as u32], [at as u32], denied::ADD_ON, about, days);
        } else {
            edited.find(Rule::AddOnPayerList, [at as u32], [], 0, about, days);
        }
    }
    cascade(resolver, claim, dependents, edited);
}

/// A closed list decides before an open one, an open one before none.
fn rank(edit_type: u32) -> u32 {
    match edit_type {
        CLOSED => 0,
        OPEN => 1,
        _ => 2,
    }
}

/// An add-on falls with the last of its primaries, and may be the primary of another.
fn cascade(resolver: &Resolver<'_>, claim: &Claim, dependents: &mut Dependents, edited: &mut Edited) {
    loop {
        let fallen = dependents.closed.iter().position(|&(_, start, end)| {
            dependents.primaries[start as usize..end as usize].iter().all(|&p| edited.denied[p as usize] != 0)
        });
        let Some(fallen) = fallen else { break };
        let (at, ..) = dependents.closed.remove(fallen);
        let line = &claim.lines[at as usize];
        let row: Option<&AddOnRecord> = resolver.services.add_ons(line.add_ons, line.date).min_by_key(|r| rank(r.edit_type.get()));
        let days = row.map_or((0, 0), |r| (r.from.get(), r.to.get()));
        edited.find(Rule::AddOnPrimaryDenied, [at], [at], denied::ADD_ON, (Table::AddOns, Detail::None), days);
    }
}
