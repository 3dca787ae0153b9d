//! Medically unlikely edits (NCCI): units of a line, or of a day, over the published limit. What is over the limit is denied whole, never cut.

use super::{
    claim::{Claim, Resolver},
    finding::{Detail, Edited, Finding, Rule, Table, denied},
};
use crate::knowledge::Mue;

/// Adjudication indicator of a limit that holds for each line by itself.
const LINE_EDIT: u8 = 1;

/// `usable` in order of code, day and place.
pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, usable: &[u32], edited: &mut Edited) {
    let Some(coverage) = resolver.table.map(|t| &resolver.rules.mue[t]) else { return };
    let line = |at: u32| &claim.lines[at as usize];
    for day in usable.chunk_by(|&a, &b| line(a).key == line(b).key && line(a).date == line(b).date) {
        let first = line(day[0]);
        if day[0] as usize >= claim.own || !coverage.covers(first.date) {
            continue;
        }
        match first.indicators.mue {
            None => {
                for &at in day.iter().filter(|&&at| (at as usize) < claim.own && line(at).units > 1) {
                    edited.of_line(Rule::MueNotPublished, at as usize, (Table::Mue, Detail::None));
                }
            }
            Some(mue) => limited(resolver, claim, day, mue, edited),
        }
    }
}

/// Lines of one code and day against its limit.
fn limited(resolver: &Resolver<'_>, claim: &Claim, day: &[u32], mue: Mue, edited: &mut Edited) {
    let line = |at: u32| &claim.lines[at as usize];
    let days = (mue.from, mue.to);
    let about = |units: u64| (Table::Mue, Detail::Units { limit: mue.units, units, adjudication: mue.adjudication });
    let own = |at: &u32| (*at as usize) < claim.own;
    if mue.adjudication == LINE_EDIT {
        for &at in day.iter().filter(|at| own(at) && line(**at).units > mue.units) {
            edited.find(Rule::MueLine, [at], [at], denied::MUE, about(line(at).units.into()), days);
        }
    }
    let told = edited.findings.len();
    for &of in day.iter().filter(|at| own(at)) {
        // An assistant or a co-surgeon is a provider apart.
        let role = |at: u32| line(at).modifiers & resolver.rules.said.roles;
        let peers = || day.iter().copied().filter(|&at| at == of || claim.same_provider(line(of), line(at)) && role(of) == role(at));
        let sum: u64 = peers().map(|at| u64::from(line(at).units)).sum();
        if sum <= mue.units.into() {
            continue;
        }
        if mue.adjudication == LINE_EDIT {
            // Lines that were billed came first; of the claim's own the first needs no modifier where none was billed.
            let separate = resolver.rules.said.separate_lines;
            let billed = peers().any(|at| !own(&at));
            let mut later = peers().filter(own).skip(usize::from(!billed));
            let within = peers().all(|at| line(at).units <= mue.units);
            if within && peers().count() > 1 && later.any(|at| line(at).modifiers & separate == 0) && !said(edited, told, &peers()) {
                edited.find(Rule::MueSecondLine, peers(), [], 0, about(sum), days);
            }
        } else if !said(edited, told, &peers()) {
            edited.find(Rule::MueDay, peers(), peers().filter(own), denied::MUE, about(sum), days);
        }
    }
}

/// Whether a finding of the same lines was told for another of them already.
fn said(edited: &Edited, from: usize, lines: &(impl Iterator<Item = u32> + Clone)) -> bool {
    let same = |f: &Finding| edited.stretch(f.lines).iter().copied().eq(lines.clone());
    edited.findings[from..].iter().any(same)
}
