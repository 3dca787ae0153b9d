//! Lines by themselves: codes, days, units, and tables that do not reach a line's day.

use super::{
    claim::{Claim, Fault, Resolver},
    finding::{Detail, Edited, Rule, Table},
};
use crate::date::Date;

/// Lines of the claim that cannot be used, and why. Nothing further is said of them.
pub(super) fn check(claim: &Claim, edited: &mut Edited) {
    for (at, line) in claim.lines[..claim.own].iter().enumerate() {
        match line.fault {
            None => {}
            Some(Fault::Unknown) => edited.unusable(Rule::CodeUnknown, at, Table::Codes, (0, 0)),
            Some(Fault::NotOnDate(from, to)) => edited.unusable(Rule::CodeNotOnDate, at, Table::Codes, (from, to)),
            Some(Fault::NoUnits) => edited.unusable(Rule::NoUnits, at, Table::Pack, (0, 0)),
        }
    }
}

/// Tables of which no release covers a line's day decide nothing for it, which is said once a table.
pub(super) fn coverage(resolver: &Resolver<'_>, claim: &Claim, usable: &[u32], edited: &mut Edited) {
    let rules = resolver.rules;
    let of_setting = resolver.table.map(|t| [(Table::Ptp, &rules.ptp[t]), (Table::Mue, &rules.mue[t])]);
    for (table, coverage) in of_setting.into_iter().flatten().chain([(Table::AddOns, &rules.add_ons)]) {
        let missed = |&&at: &&u32| (at as usize) < claim.own && !coverage.covers(claim.lines[at as usize].date);
        // Neighbours are of one day as a rule.
        let days = usable.chunk_by(|&a, &b| claim.lines[a as usize].date == claim.lines[b as usize].date);
        let Some(first) = days.filter_map(|day| day.first()).find(missed) else { continue };
        let first = *first;
        let date: Date = claim.lines[first as usize].date;
        edited.find(Rule::NoRelease, usable.iter().filter(missed).copied(), [], 0, (table, Detail::Missing { table, date }), (0, 0));
    }
}
