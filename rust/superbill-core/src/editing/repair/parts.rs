//! Parts of a claim whose conflicts have nothing to do with each other: each is solved alone.

use super::changes::Candidate;
use crate::{
    editing::{
        claim::{Claim, Line, Resolver},
        globals,
    },
    knowledge::editing::Modifiers,
};

/// A line as it is, and as any candidate would have it.
struct Forms<'a> {
    /// One of each code.
    lines: Vec<&'a Line>,
    modifiers: Modifiers,
    /// Whether a period after surgery of another day is open on it.
    inside: bool,
}

/// Lines that candidates change, and those beside them that the findings of these rest on: both as places of the claim, in order.
pub(super) struct Part {
    pub changed: Vec<u32>,
    pub all: Vec<u32>,
}

/// The parts of a claim, in the order of their first lines.
pub(super) fn split(resolver: &Resolver<'_>, claim: &Claim, candidates: &[Candidate]) -> Vec<Part> {
    let forms = forms(resolver, claim, candidates);
    let mut may_change = vec![false; claim.own];
    candidates.iter().flat_map(|c| &c.lines).for_each(|&at| may_change[at as usize] = true);
    let changing: Vec<u32> = (0..claim.own as u32).filter(|&at| may_change[at as usize]).collect();
    let mut part_of: Vec<usize> = (0..changing.len()).collect();
    let join = |part_of: &mut Vec<usize>, a: usize, b: usize| {
        let (keep, gone) = (part_of[a].min(part_of[b]), part_of[a].max(part_of[b]));
        part_of.iter_mut().filter(|p| **p == gone).for_each(|p| *p = keep);
    };
    let place = |at: u32| changing.binary_search(&at).unwrap_or_default();
    for candidate in candidates {
        for &at in &candidate.lines[1..] {
            join(&mut part_of, place(candidate.lines[0]), place(at));
        }
    }
    for a in 0..changing.len() {
        for b in a + 1..changing.len() {
            if part_of[a] != part_of[b] && linked(resolver, claim, &forms, changing[a], changing[b]) {
                join(&mut part_of, a, b);
            }
        }
    }
    // A line that nothing changes may stand on any of several that something does: then these decide together.
    let globals = &resolver.rules.said.globals;
    for (at, form) in (0..).zip(&forms).filter(|f| changing.binary_search(&f.0).is_err()) {
        let speaks = form.modifiers & (globals.needs_earlier | globals.needs_open) != 0;
        let stands_on = |on: u32| {
            let same = claim.same_provider(&claim.lines[at as usize], &claim.lines[on as usize]);
            let surgery = speaks && same && opens(resolver, claim, &forms[on as usize], form);
            surgery || lists(resolver, form, &forms[on as usize])
        };
        let all: Vec<usize> = (0..changing.len()).filter(|&c| stands_on(changing[c])).collect();
        for pair in all.windows(2) {
            join(&mut part_of, pair[0], pair[1]);
        }
    }
    let mut roots = part_of.clone();
    roots.sort_unstable();
    roots.dedup();
    let of_root = |root| {
        let changed: Vec<u32> = (0..changing.len()).filter(|&at| part_of[at] == root).map(|at| changing[at]).collect();
        let beside = |at: &u32| changed.contains(at) || changed.iter().any(|&c| linked(resolver, claim, &forms, c, *at));
        let mut all: Vec<u32> = (0..claim.lines.len() as u32).filter(beside).collect();
        // What an add-on code or a modifier beside them stands on, lest it seem to stand alone.
        let stands_on = |at: u32| {
            let primary = |line: u32| lists(resolver, &forms[line as usize], &forms[at as usize]);
            let surgery = |line: u32| {
                let same = claim.same_provider(&claim.lines[line as usize], &claim.lines[at as usize]);
                same && opens(resolver, claim, &forms[at as usize], &forms[line as usize])
            };
            all.iter().any(|&line| primary(line) || surgery(line))
        };
        let more: Vec<u32> = (0..claim.lines.len() as u32).filter(|&at| !all.contains(&at) && stands_on(at)).collect();
        all.extend(more);
        all.sort_unstable();
        Part { changed, all }
    };
    roots.into_iter().map(of_root).collect()
}

fn forms<'a>(resolver: &Resolver<'_>, claim: &'a Claim, candidates: &'a [Candidate]) -> Vec<Forms<'a>> {
    let globals = &resolver.rules.said.globals;
    let inside = |line: &Line| {
        let opens = |surgery: &Line| {
            let days = line.day - surgery.day;
            days > 0 && globals::period(globals, surgery).is_some_and(|p| days <= p.after) && claim.same_provider(line, surgery)
        };
        line.classes & globals.visits != 0 && claim.lines.iter().any(opens)
    };
    let form = |line: &'a Line| Forms { lines: vec![line], modifiers: line.modifiers, inside: inside(line) };
    let mut forms: Vec<Forms<'a>> = claim.lines.iter().map(form).collect();
    for becomes in candidates.iter().flat_map(|c| &c.becomes) {
        let form = &mut forms[becomes.origin as usize];
        form.modifiers |= becomes.line.modifiers;
        if form.lines.iter().all(|l| l.key != becomes.line.key) {
            form.lines.push(&becomes.line);
        }
    }
    forms
}

/// Whether a form of one line is listed as a primary of a form of the other.
fn lists(resolver: &Resolver<'_>, add_on: &Forms<'_>, primary: &Forms<'_>) -> bool {
    let any_day = &resolver.rules.said.any_day;
    add_on.lines.iter().any(|a| {
        let rows = || resolver.services.add_ons(a.add_ons, a.date);
        primary.lines.iter().any(|p| {
            let of_day = p.date == a.date || any_day.contains(&a.key.0);
            of_day && p.id.is_some_and(|id| rows().any(|r| r.primary.get() == id.0))
        })
    })
}

/// Whether what is found of one line may rest on the other, whatever candidates do to them.
fn linked(resolver: &Resolver<'_>, claim: &Claim, forms: &[Forms<'_>], a: u32, b: u32) -> bool {
    let (one, other) = (&forms[a as usize], &forms[b as usize]);
    let (first, second) = (one.lines[0], other.lines[0]);
    let same_day = first.date == second.date;
    let classes = |f: &Forms<'_>| f.lines.iter().fold(0, |set, l| set | l.classes);
    let beside = |x: &Forms<'_>, y: &Forms<'_>| {
        let (of_x, of_y) = (classes(x), classes(y));
        resolver.rules.said.checks.iter().any(|c| c.beside & of_y != 0 && (c.class == 0 || c.class & of_x != 0))
    };
    if same_day && (beside(one, other) || beside(other, one)) {
        return true;
    }
    if !claim.same_provider(first, second) {
        return false;
    }
    let pair = |x: &Line, y: &Line| match (&resolver.ptp, x.place, y.place) {
        (Some(edits), Some(first), Some(second)) => {
            edits.rows(first, second).next().is_some() || edits.rows(second, first).next().is_some()
        }
        _ => false,
    };
    let of_day = || one.lines.iter().any(|x| other.lines.iter().any(|y| x.key == y.key || pair(x, y)));
    same_day && of_day()
        || lists(resolver, one, other)
        || lists(resolver, other, one)
        || opens(resolver, claim, one, other)
        || opens(resolver, claim, other, one)
}

/// Whether a period after surgery of one line may bear on the other.
fn opens(resolver: &Resolver<'_>, claim: &Claim, surgery: &Forms<'_>, line: &Forms<'_>) -> bool {
    let globals = &resolver.rules.said.globals;
    if !globals.settings.contains(&claim.setting) {
        return false;
    }
    let periods = surgery.lines.iter().filter_map(|s| globals::period(globals, s));
    let Some((before, after)) = periods.map(|p| (p.before, p.after)).reduce(|a, b| (a.0.max(b.0), a.1.max(b.1))) else { return false };
    let days = line.lines[0].day - surgery.lines[0].day;
    if !(-before..=after).contains(&days) {
        return false;
    }
    let is_visit = line.lines.iter().any(|l| l.classes & globals.visits != 0);
    let has_period = line.lines.iter().any(|l| globals::period(globals, l).is_some());
    let speaks = line.modifiers & (globals.needs_earlier | globals.needs_open) != 0;
    speaks || days > 0 && (is_visit || has_period) || is_visit && line.inside
}
