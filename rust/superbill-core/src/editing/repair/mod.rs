//! The lawful repair of a claim: changes that leave no error of its lines, ranked by how little they depart from what was documented.
//!
//! A modifier is added only where a fact supports it that names a line; where none is told, the provider is asked. Fees are nowhere an input. Every repair
//! is edited again from scratch before it is told.

mod candidates;
mod changes;
mod parts;
mod problem;
mod queries;
mod search;
mod sides;
mod swaps;
mod units;

pub use changes::{Becomes, Candidate, Change, Changed};
pub use queries::{Asks, Query};

use super::{
    Edited, Scratch,
    claim::{Claim, Resolver},
};
use problem::{Problem, Weights, about};
use search::{Found, Search, Steps};

/// One repair.
#[derive(Clone, Debug)]
pub struct Repair {
    /// In the order of the lines.
    pub changes: Vec<Change>,
    /// Places of the facts that it rests on.
    pub rests_on: Vec<u32>,
    /// Places of the findings that it clears.
    pub clears: Vec<u32>,
    /// How far it departs from the claim: the sum over its changes.
    pub departure: u32,
    /// Whether no repair that departs less exists; where the search had to stop early this is not known.
    pub proven: bool,
    /// The claim that comes of it.
    pub after: Changed,
}

/// How far the search for repairs came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Searched {
    /// Nothing that a repair could clear was found.
    Unneeded,
    /// All that could be a repair was looked at: where none is told, none exists.
    Complete,
    /// It had to stop: where none is told, there may be one all the same.
    Stopped,
}

impl Searched {
    /// The word on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unneeded => "unneeded",
            Self::Complete => "complete",
            Self::Stopped => "stopped",
        }
    }
}

/// What can be done about what was found, and what has to be asked.
#[derive(Clone, Debug, Default)]
pub struct Repairs {
    /// None where no pack tells what a repair may do.
    pub searched: Option<Searched>,
    /// The least departure first.
    pub repairs: Vec<Repair>,
    pub queries: Vec<Query>,
}

/// Every step that a repair of the claim may be made of, for tests that try all of them.
pub fn steps(resolver: &Resolver<'_>, claim: &Claim) -> Vec<Candidate> {
    let mut scratch = Scratch::default();
    let edited = resolver.edit(claim, &mut scratch).clone();
    candidates::all(resolver, &Weights::new(resolver), claim, &edited)
}

/// Whether steps leave nothing against the claim, for tests that try all of them.
pub fn holds<'c>(resolver: &Resolver<'_>, claim: &Claim, steps: impl Iterator<Item = &'c Candidate> + Clone) -> bool {
    let weights = Weights::new(resolver);
    whole(resolver, &weights, claim).violations(steps).is_empty()
}

fn whole<'a>(resolver: &'a Resolver<'a>, weights: &'a Weights, claim: &'a Claim) -> Problem<'a> {
    let places: Vec<u32> = (0..claim.lines.len() as u32).collect();
    Problem::new(resolver, weights, claim, places.clone(), &places)
}

/// Repairs of what `edited` found of the claim.
pub fn repair(resolver: &Resolver<'_>, claim: &Claim, edited: &Edited) -> Repairs {
    let said = &resolver.rules().said.repair;
    if said.departures.is_empty() {
        return Repairs::default();
    }
    let queries = queries::ask(resolver, claim, edited);
    let weights = Weights::new(resolver);
    if !edited.findings.iter().any(|f| weights.clears(f.rule)) {
        return Repairs { searched: Some(Searched::Unneeded), repairs: Vec::new(), queries };
    }
    let candidates = candidates::all(resolver, &weights, claim, edited);
    let mut problem = whole(resolver, &weights, claim);
    let none: [&Candidate; 0] = [];
    let reachable = problem.violations(none.into_iter()).iter().all(|v| candidates.iter().any(|c| v.may_be_cleared_by(c)));
    if !reachable {
        return Repairs { searched: Some(Searched::Complete), repairs: Vec::new(), queries };
    }
    let most = said.most.max(1) as usize;
    let (mut proven, mut held) = (true, false);
    let mut combined: Vec<(u32, Steps)> = vec![(0, Vec::new())];
    for part in parts::split(resolver, claim, &candidates) {
        let found = solve(resolver, &weights, claim, &candidates, &part);
        proven &= found.complete;
        let both = |a: &(u32, Steps), b: &(u32, Steps)| {
            let mut steps = [a.1.as_slice(), &b.1].concat();
            steps.sort_unstable();
            (a.0 + b.0, steps)
        };
        combined = combined.iter().flat_map(|a| found.solutions.iter().map(move |b| both(a, b))).collect();
        combined.sort();
        combined.truncate(most);
    }
    let told = |(departure, steps): (u32, Steps)| {
        let chosen = || steps.iter().filter_map(|&s| candidates.get(s));
        // What is told holds for the whole claim, whatever the parts said.
        if !problem.violations(chosen()).is_empty() {
            // What departs less than the first that holds was looked at, and does not hold: another as good may be missed.
            proven &= held;
            return None;
        }
        held = true;
        Some(tell(resolver, &problem, edited, (departure, proven), chosen()))
    };
    let repairs = combined.into_iter().filter_map(told).collect();
    let searched = Some(if proven { Searched::Complete } else { Searched::Stopped });
    Repairs { searched, repairs, queries }
}

fn tell<'c>(
    resolver: &Resolver<'_>,
    problem: &Problem<'_>,
    edited: &Edited,
    (departure, proven): (u32, bool),
    chosen: impl Iterator<Item = &'c Candidate> + Clone,
) -> Repair {
    let after = problem.changed(chosen.clone());
    let mut scratch = Scratch::default();
    let again = resolver.edit(&after.claim, &mut scratch);
    let left: Vec<_> = again.findings.iter().map(|f| about(f, again, &after.origins)).collect();
    let cleared = |f: &(u32, &super::Finding)| !f.1.rule.of_diagnoses() && !left.contains(&about(f.1, edited, &[]));
    let clears = (0..).zip(&edited.findings).filter(cleared).map(|f| f.0).collect();
    let changes = chosen.clone().flat_map(|c| c.changes.iter().cloned()).collect();
    let mut rests_on: Vec<u32> = chosen.flat_map(|c| c.rests_on.iter().copied()).collect();
    rests_on.sort_unstable();
    rests_on.dedup();
    Repair { changes, rests_on, clears, departure, proven, after }
}

/// Solutions of one part, as places among the candidates of the whole claim.
fn solve(resolver: &Resolver<'_>, weights: &Weights, claim: &Claim, candidates: &[Candidate], part: &parts::Part) -> Found {
    let said = &resolver.rules().said.repair;
    let most = said.most.max(1) as usize;
    let mut problem = Problem::new(resolver, weights, claim, part.all.clone(), &part.changed);
    let of_part: Vec<usize> = (0..candidates.len()).filter(|&c| part.changed.contains(&candidates[c].lines[0])).collect();
    let inner = |at: &u32| problem.inner(*at).unwrap_or(u32::MAX);
    let here = |&c: &usize| {
        let candidate = &candidates[c];
        let becomes = candidate.becomes.iter().map(|b| Becomes { origin: inner(&b.origin), ..b.clone() });
        Candidate { lines: candidate.lines.iter().map(inner).collect(), becomes: becomes.collect(), ..candidate.clone() }
    };
    let local: Vec<Candidate> = of_part.iter().map(here).collect();
    let mut found = Search::new(&mut problem, &local, most, true, said.steps).run();
    let others = Search::new(&mut problem, &local, most, false, said.steps_others).run();
    found.solutions.extend(others.solutions);
    found.solutions.sort();
    found.solutions.dedup();
    found.solutions.truncate(most);
    for solution in &mut found.solutions {
        solution.1.iter_mut().for_each(|s| *s = of_part[*s]);
    }
    found
}
