//! NCCI procedure-to-procedure edits: pairs of one patient, day and provider, and what bypasses them.

use super::{
    claim::{Claim, Line, Resolver},
    finding::{Detail, Edited, Rule, Table, denied},
    globals,
};
use crate::{
    date::Date,
    knowledge::{
        editing::{Bypass, Needs},
        ptp::{PtpCode, PtpEdits, PtpRow},
    },
};

/// What the modifiers of a pair say.
enum Said {
    Nothing,
    /// The same anatomic modifiers on both lines, which tell nothing apart.
    SameSite([u8; 2]),
    Bypass([u8; 2]),
}

/// Buffers of the lookup.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    places: Vec<PtpCode>,
    named: Vec<u32>,
}

/// Pairs among lines of one day; `usable` are places in order of day, those of the claim before those of the history.
pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, usable: &[u32], buffers: &mut Buffers, edited: &mut Edited) {
    let (Some(edits), Some(table)) = (&resolver.ptp, resolver.table) else { return };
    for day in usable.chunk_by(|&a, &b| claim.lines[a as usize].date == claim.lines[b as usize].date) {
        let date = claim.lines[day[0] as usize].date;
        if day.len() < 2 || !resolver.rules.ptp[table].covers(date) {
            continue;
        }
        buffers.places.clear();
        buffers.places.extend(day.iter().map(|&at| claim.lines[at as usize].place.unwrap_or(PtpCode::UNNAMED)));
        for (i, j) in edits.named(&buffers.places, &mut buffers.named) {
            let (first, second) = (day[i], day[j]);
            let (column1, column2) = (&claim.lines[first as usize], &claim.lines[second as usize]);
            let on_claim = (first as usize) < claim.own || (second as usize) < claim.own;
            if on_claim && column1.key != column2.key && claim.same_provider(column1, column2) {
                pair(resolver, claim, (first, second), in_force(edits, column1, column2, date), edited);
            }
        }
    }
}

/// The most restrictive of the rows in force, and whether they disagree.
fn in_force(edits: &PtpEdits<'_>, column1: &Line, column2: &Line, date: Date) -> Option<(PtpRow, bool)> {
    let mut rows = edits.rows(column1.place?, column2.place?).filter(|r| r.in_force(date));
    let first = rows.next()?;
    Some(rows.fold((first, false), |(most, disagree), row| (most.min(row), disagree || row.indicator != most.indicator)))
}

fn pair(resolver: &Resolver<'_>, claim: &Claim, (first, second): (u32, u32), row: Option<(PtpRow, bool)>, edited: &mut Edited) {
    let Some((row, disagree)) = row else { return };
    let days = (row.effective, row.deletion);
    let about = |modifier| (Table::Ptp, Detail::Ptp { row, modifier });
    if disagree {
        edited.find(Rule::PtpRowsDisagree, [first, second], [], 0, about(None), days);
    }
    let said = if row.indicator == 0 { Said::Nothing } else { said(resolver, claim, (first, second)) };
    let lines = [first, second];
    match said {
        Said::Nothing => edited.find(Rule::PtpDenied, lines, [second], denied::PTP, about(None), days),
        Said::SameSite(modifier) => edited.find(Rule::PtpSameSite, lines, [], 0, about(Some(modifier)), days),
        Said::Bypass(modifier) => {
            let supported = lines.iter().any(|&l| claim.lines[l as usize].supported);
            let rule = if supported { Rule::PtpSupported } else { Rule::PtpBypassed };
            edited.find(rule, lines, [], 0, about(Some(modifier)), days);
        }
    }
}

fn said(resolver: &Resolver<'_>, claim: &Claim, (first, second): (u32, u32)) -> Said {
    let (column1, column2) = (&claim.lines[first as usize], &claim.lines[second as usize]);
    if column1.modifiers | column2.modifiers == 0 {
        return Said::Nothing;
    }
    let mut same_site = None;
    for bypass in &resolver.rules.said.bypasses {
        if bypass.needs == Needs::DifferentSite {
            let (site1, site2) = (column1.modifiers & bypass.modifiers, column2.modifiers & bypass.modifiers);
            // A line without a site, such as a visit, is at no other site.
            if site1 == 0 || site2 == 0 {
                continue;
            }
            if site1 == site2 {
                same_site = same_site.or(resolver.rules.first(site1));
            } else if let Some(modifier) = resolver.rules.first(site2) {
                return Said::Bypass(modifier);
            }
            continue;
        }
        let on = [(second, column2, column1), (first, column1, column2)];
        for (at, line, other) in on {
            let used = line.modifiers & bypass.modifiers;
            if used != 0
                && (at == second || line.date.0 >= bypass.since_column1)
                && may_stand(bypass, claim, line)
                && met(resolver, claim, bypass, at, other)
                && let Some(modifier) = resolver.rules.first(used)
            {
                return Said::Bypass(modifier);
            }
        }
    }
    same_site.map_or(Said::Nothing, Said::SameSite)
}

/// Whether the modifiers of a bypass mean something on a line.
fn may_stand(bypass: &Bypass, claim: &Claim, line: &Line) -> bool {
    (bypass.class == 0 || line.classes & bypass.class != 0)
        && line.classes & bypass.not_class == 0
        && line.modifiers & bypass.not_with == 0
        && bypass.setting.is_none_or(|s| s == claim.setting)
}

fn met(resolver: &Resolver<'_>, claim: &Claim, bypass: &Bypass, at: u32, other: &Line) -> bool {
    let globals = &resolver.rules.said.globals;
    match bypass.needs {
        Needs::Nothing => true,
        Needs::DifferentSite => false,
        Needs::OtherMajor => globals::is_major(globals, other),
        Needs::OtherNotMajor => !globals::is_major(globals, other),
        Needs::EarlierSurgery => globals::open(globals, claim, at, false),
        Needs::OpenSurgery => globals::open(globals, claim, at, true),
    }
}
