//! The minutes of a visit, services told by minutes of their own, and visits that took longer than their highest level.

use super::{category::holds, told::Told};
use crate::{
    coded::{Span, VisitLine, VisitService},
    knowledge::visits::{Telling, TimedRow, service_in},
};

/// The total time of the visit, where the note gives one; two different figures give none.
pub(super) fn total(told: &Told<'_>) -> Option<(u32, Span)> {
    let own = |item: &&super::told::Item| !told.beside(item, Telling::OtherTime);
    let found: Vec<(bool, u32, Span)> = told
        .of(Telling::Time)
        .filter(own)
        .filter_map(|item| {
            // What is called the total is the total; other times are parts of it.
            let named = told.visits.phrases.get(item.phrase as usize).is_some_and(|p| p.level.is_some());
            let minutes = told.minutes(item).or_else(|| if named { told.minutes_behind(item) } else { None });
            minutes.map(|(minutes, span)| (named, minutes, span))
        })
        .collect();
    let named = found.iter().any(|f| f.0);
    let of: Vec<&(bool, u32, Span)> = found.iter().filter(|f| f.0 == named).collect();
    let first = of.first()?;
    of.iter().all(|f| f.1 == first.1).then_some((first.1, first.2))
}

fn of_payer(row: &TimedRow, payer: Option<&str>) -> bool {
    let one = |list: &[String]| payer.is_some_and(|p| list.iter().any(|l| l == p));
    (row.payers.is_empty() || one(&row.payers)) && !one(&row.not_payers)
}

/// Lines of the services with minutes of their own, whether one stands in the place of the visit, and those told without minutes.
pub(super) struct Services {
    pub lines: Vec<(VisitLine, u32)>,
    pub instead: Option<u32>,
    pub without_minutes: Vec<Span>,
}

pub(super) fn services(told: &Told<'_>) -> Services {
    let mut found = Services { lines: Vec::new(), instead: None, without_minutes: Vec::new() };
    for (at, service) in (0..).zip(&told.visits.timed) {
        if !holds(told, &service.when) {
            continue;
        }
        let items = || told.items.iter().filter(|i| i.phrase == service.phrase);
        let Some(named) = items().next() else { continue };
        let Some((minutes, span)) = items().find_map(|i| told.minutes(i)) else {
            if service.instead {
                found.without_minutes.push(named.span);
            }
            continue;
        };
        let rows = (0..).zip(&service.rows).filter(|(_, r)| of_payer(r, told.encounter.payer));
        let reached = rows.filter(|(_, r)| minutes >= r.from && r.to.is_none_or(|to| minutes <= to));
        for (row, rule) in reached {
            let units = rule.step.map_or(1, |step| 1 + (minutes - rule.from) / step);
            let line = VisitLine {
                service: VisitService::Timed(at, row),
                modifiers: Vec::new(),
                units,
                pointers: Vec::new(),
                confidence: 0,
                evidence: vec![named.span, span],
            };
            found.lines.push((line, minutes));
            if service.instead {
                found.instead = Some(at);
            }
        }
    }
    found
}

/// The line of a visit that took longer than the highest level, which its time must have chosen.
pub(super) fn prolonged(told: &Told<'_>, code: &str, minutes: u32, span: Span) -> Option<VisitLine> {
    let fits = |p: &&crate::knowledge::visits::Prolonged| service_in(&p.of, code) && minutes >= p.first && holds(told, &p.when);
    let (at, rule) = (0..).zip(&told.visits.prolonged).find(|(_, p)| fits(p))?;
    Some(VisitLine {
        service: VisitService::Prolonged(at),
        modifiers: Vec::new(),
        units: 1 + (minutes - rule.first) / rule.step,
        pointers: Vec::new(),
        confidence: 0,
        evidence: vec![span],
    })
}
