//! Periods after surgery: visits and procedures that its payment covers.

use super::{
    claim::{Claim, Line, Resolver},
    finding::{Detail, Edited, Rule, Table},
};
use crate::{
    date::Date,
    knowledge::editing::{Globals, Period},
};

pub(super) fn period<'a>(globals: &'a Globals, line: &Line) -> Option<&'a Period> {
    let indicator = line.indicators.global;
    if indicator == 0 { None } else { globals.periods.iter().find(|p| p.indicator == indicator) }
}

/// Whether a line is surgery whose period begins the day before.
pub(super) fn is_major(globals: &Globals, line: &Line) -> bool {
    period(globals, line).is_some_and(|p| p.before > 0)
}

/// Whether another line of the same provider opened a period that a line stands in: of an earlier day, or of the same day where `same_day` says so.
pub(super) fn open(globals: &Globals, claim: &Claim, at: u32, same_day: bool) -> bool {
    let line = &claim.lines[at as usize];
    let opens = |(other, surgery): (usize, &Line)| {
        let Some(period) = period(globals, surgery).filter(|_| claim.takes_part(other)) else { return false };
        let days = line.day - surgery.day;
        let begun = days > 0 && surgery.modifiers & globals.opens_none == 0;
        let within = (0..=period.after).contains(&days) && (begun || same_day && days == 0);
        within && other != at as usize && claim.same_provider(line, surgery)
    };
    claim.lines.iter().enumerate().any(opens)
}

/// `denied` is a buffer for the pairs of lines that an edit denies already.
pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, usable: &[u32], denied: &mut Vec<[u32; 2]>, edited: &mut Edited) {
    let globals = &resolver.rules.said.globals;
    if !globals.settings.contains(&claim.setting) {
        return;
    }
    denied.clear();
    for finding in edited.findings.iter().filter(|f| f.rule == Rule::PtpDenied) {
        if let &[one, other] = edited.stretch(finding.lines) {
            denied.push([one.min(other), one.max(other)]);
        }
    }
    denied.sort_unstable();
    for &surgery in usable {
        let Some(period) = period(globals, &claim.lines[surgery as usize]) else { continue };
        for &at in usable.iter().filter(|&&at| (at as usize) < claim.own && at != surgery) {
            beside(globals, claim, (surgery, period), at, denied, edited);
        }
    }
}

/// A line of the claim beside a procedure with a period.
fn beside(globals: &Globals, claim: &Claim, (surgery, period): (u32, &Period), at: u32, denied: &[[u32; 2]], edited: &mut Edited) {
    let (procedure, line) = (&claim.lines[surgery as usize], &claim.lines[at as usize]);
    let days = line.day - procedure.day;
    if days < -period.before || days > period.after || !claim.same_provider(procedure, line) {
        return;
    }
    if days > 0 && procedure.modifiers & globals.opens_none != 0 {
        return;
    }
    let lacks = |modifiers: u128| line.modifiers & modifiers == 0;
    let inside = days > 0;
    let rule = if line.classes & globals.visits != 0 {
        if inside {
            let other_work = || lacks(globals.visit_same_day) || !works_that_day(globals, claim, at);
            (lacks(globals.visit_apart) && other_work()).then_some(Rule::VisitInside)
        } else {
            let told = || denied.binary_search(&[surgery.min(at), surgery.max(at)]).is_ok();
            (lacks(period.visit) && !told()).then_some(Rule::VisitSameDay)
        }
    } else if inside && self::period(globals, line).is_some() {
        let again = line.key == procedure.key && !lacks(globals.repeat);
        (lacks(globals.procedure_apart) && !again).then_some(Rule::ProcedureInside)
    } else {
        None
    };
    if let Some(rule) = rule {
        let until = Detail::Until(last_day(procedure.date, period.after));
        edited.find(rule, [surgery, at], [], 0, (Table::Indicators, until), (0, 0));
    }
}

/// Whether a procedure with a period was done by the provider on the day of a visit, or the day after where its period begins before it.
fn works_that_day(globals: &Globals, claim: &Claim, at: u32) -> bool {
    let visit = &claim.lines[at as usize];
    let of_day = |(other, work): (usize, &Line)| {
        let Some(period) = period(globals, work).filter(|_| claim.takes_part(other)) else { return false };
        let days = visit.day - work.day;
        other != at as usize && (-period.before..=0).contains(&days) && claim.same_provider(visit, work)
    };
    claim.lines.iter().enumerate().any(of_day)
}

/// The last day of a period, for the words of a finding.
fn last_day(from: Date, days: i32) -> Date {
    (0..days).fold(from, |day, _| day.next())
}

/// Modifiers that speak of a period which nothing opened.
pub(super) fn unopened(resolver: &Resolver<'_>, claim: &Claim, at: u32, edited: &mut Edited) {
    let (rules, line) = (resolver.rules, &claim.lines[at as usize]);
    let globals = &rules.said.globals;
    if !globals.settings.contains(&claim.setting) {
        return;
    }
    let (earlier, today) = (line.modifiers & globals.needs_earlier, line.modifiers & globals.needs_open);
    let nothing = |set: u128, same_day: bool| set != 0 && !open(globals, claim, at, same_day);
    let which = if nothing(earlier, false) {
        earlier
    } else if nothing(today, true) {
        today
    } else {
        0
    };
    if let Some(modifier) = rules.first(which) {
        edited.of_line(Rule::ModifierNoGlobal, at as usize, (Table::Pack, Detail::Modifier(modifier)));
    }
}
