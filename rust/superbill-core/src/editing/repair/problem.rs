//! What stands against a claim being clean, and which of it a change may not bring about.

use super::changes::{Candidate, Changed, apply};
use crate::{
    editing::{
        Edited, Scratch,
        claim::{Claim, Fact, MALFORMED, Resolver},
        finding::{Detail, Finding, Rule},
    },
    knowledge::editing::{Modifiers, Severity},
};

/// What a finding means to a repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Nothing,
    /// It has to be cleared.
    Cleared,
    /// It must not be new.
    NotNew,
}

/// What finding of each rule a repair has to clear.
#[derive(Clone, Debug)]
pub(super) struct Weights(Vec<Weight>);

impl Weights {
    pub(super) fn new(resolver: &Resolver<'_>) -> Self {
        let rules = resolver.rules;
        let repair = &rules.said.repair;
        let weight = |rule: &Rule| {
            let id = rule.id();
            let family = id.split('.').next().unwrap_or_default();
            let error = rules.words(id).is_some_and(|w| w.severity == Severity::Error);
            let of_lines = ["line", "mod", "ptp", "mue", "addon", "global"].contains(&family);
            if rule.of_diagnoses() {
                Weight::Nothing
            } else if error && of_lines || repair.also_clears.iter().any(|r| r == id) {
                Weight::Cleared
            } else if error || repair.never_causes.iter().any(|r| r == id) {
                Weight::NotNew
            } else {
                Weight::Nothing
            }
        };
        Self(Rule::ALL.iter().map(weight).collect())
    }

    pub(super) fn clears(&self, rule: Rule) -> bool {
        self.0.get(rule as usize) == Some(&Weight::Cleared)
    }

    fn not_new(&self, rule: Rule) -> bool {
        self.0.get(rule as usize) == Some(&Weight::NotNew)
    }
}

/// A finding by the lines of the claim as it was.
pub(super) type About = (Rule, Vec<u32>);

/// Something that stands against a claim being clean: its lines, as they were.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Violation {
    pub lines: Vec<u32>,
    pub scope: Scope,
}

/// Which steps may clear a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// Those on its lines.
    Lines,
    /// Those, and a new code on any line.
    Codes,
    /// Any, since it follows from what is found of other lines.
    Anything,
}

impl Violation {
    pub(super) fn may_be_cleared_by(&self, step: &Candidate) -> bool {
        match self.scope {
            Scope::Anything => true,
            Scope::Codes if step.changes_code() => true,
            Scope::Codes | Scope::Lines => step.lines.iter().any(|l| self.lines.contains(l)),
        }
    }
}

/// Part of a claim whose conflicts are of nothing else in it, or all of it.
pub(super) struct Problem<'a> {
    resolver: &'a Resolver<'a>,
    weights: &'a Weights,
    facts: &'a [Fact],
    pub claim: Claim,
    /// Places of its lines in the whole claim.
    pub places: Vec<u32>,
    /// What was found of it before, which a change may leave as it was.
    before: Vec<About>,
    /// What has to be cleared in another part.
    elsewhere: Vec<About>,
    scratch: Scratch,
}

pub(super) fn about(finding: &Finding, edited: &Edited, origins: &[u32]) -> About {
    let origin = |&at: &u32| origins.get(at as usize).copied().unwrap_or(at);
    (finding.rule, edited.stretch(finding.lines).iter().map(origin).collect())
}

impl<'a> Problem<'a> {
    /// `own` are the lines whose findings it is to clear, of `places`, which are places of lines of the whole claim, in order.
    pub(super) fn new(resolver: &'a Resolver<'a>, weights: &'a Weights, whole: &'a Claim, places: Vec<u32>, own: &[u32]) -> Self {
        let claim = part(whole, &places);
        let mut problem = Self {
            resolver,
            weights,
            facts: &whole.facts,
            claim,
            places,
            before: Vec::new(),
            elsewhere: Vec::new(),
            scratch: Scratch::default(),
        };
        let same: Vec<u32> = (0..problem.places.len() as u32).collect();
        let edited = resolver.edit(&problem.claim, &mut problem.scratch);
        let found = edited.findings.iter().map(|f| about(f, edited, &same));
        let (of_own, elsewhere): (Vec<About>, Vec<About>) =
            found.partition(|f| f.1.iter().any(|&l| own.contains(&problem.places[l as usize])));
        problem.before = of_own;
        problem.elsewhere = elsewhere;
        problem
    }

    /// The place in this part of a line of the whole claim.
    pub(super) fn inner(&self, place: u32) -> Option<u32> {
        self.places.binary_search(&place).ok().map(|at| at as u32)
    }

    pub(super) fn changed<'c>(&self, candidates: impl Iterator<Item = &'c Candidate> + Clone) -> Changed {
        apply(&self.claim, candidates)
    }

    /// What stands against the claim after changes, in order.
    pub(super) fn violations<'c>(&mut self, candidates: impl Iterator<Item = &'c Candidate> + Clone) -> Vec<Violation> {
        let changed = apply(&self.claim, candidates);
        let edited = self.resolver.edit(&changed.claim, &mut self.scratch);
        let mut found = Vec::new();
        for finding in &edited.findings {
            let clears = self.weights.clears(finding.rule);
            let unproven = unproven(self.resolver, (self.facts, &self.places, &self.before), &changed, finding, edited);
            if !clears && !self.weights.not_new(finding.rule) && !unproven {
                continue;
            }
            let about = about(finding, edited, &changed.origins);
            if self.elsewhere.contains(&about) || !clears && !unproven && self.before.contains(&about) {
                continue;
            }
            let scope = match finding.rule {
                Rule::AddOnPrimaryDenied => Scope::Anything,
                Rule::AddOnNoPrimary | Rule::PtpDenied | Rule::VisitInside => Scope::Codes,
                _ => Scope::Lines,
            };
            let mut lines = about.1;
            lines.sort_unstable();
            lines.dedup();
            found.push(Violation { lines, scope });
        }
        found.dedup();
        found
    }
}

/// Some lines of a claim.
pub(super) fn part(whole: &Claim, places: &[u32]) -> Claim {
    let mut claim = Claim::new(whole.setting);
    claim.diagnoses.clone_from(&whole.diagnoses);
    claim.patient = whole.patient;
    claim.payer.clone_from(&whole.payer);
    claim.specialties.clone_from(&whole.specialties);
    for (at, &place) in (0..).zip(places) {
        let line = &whole.lines[place as usize];
        let start = claim.modifiers.len() as u32;
        claim.modifiers.extend_from_slice(whole.said(line));
        claim.lines.push(crate::editing::Line { said: (start, claim.modifiers.len() as u32), ..line.clone() });
        if (place as usize) < whole.own {
            claim.own = at as usize + 1;
        }
        claim.pointers.extend(whole.pointers.iter().filter(|p| p.0 == place).map(|p| (at, p.1)));
    }
    claim
}

/// Whether a pair is bypassed by a modifier that was added for a fact which says nothing of the pair.
fn unproven(
    resolver: &Resolver<'_>,
    (facts, places, before): (&[Fact], &[u32], &[About]),
    changed: &Changed,
    finding: &Finding,
    edited: &Edited,
) -> bool {
    if !matches!(finding.rule, Rule::PtpBypassed | Rule::PtpSupported) {
        return false;
    }
    let (Detail::Ptp { modifier: Some(modifier), .. }, [one, other]) = (finding.detail, edited.stretch(finding.lines)) else {
        return false;
    };
    let added = |&at: &u32| changed.added.get(at as usize).copied().unwrap_or_default();
    let added: Modifiers = added(one) | added(other);
    let used: Modifiers = resolver.rules.bit(modifier).map_or(0, |b| 1 << b);
    // Of two sides that differ the edit names one, which may be the one that was there.
    let was_denied = || before.contains(&(Rule::PtpDenied, about(finding, edited, &changed.origins).1));
    let bits = if added & used != 0 {
        used
    } else if added != 0 && was_denied() {
        added
    } else {
        return false;
    };
    let place = |&at: &u32| changed.origins.get(at as usize).and_then(|&o| places.get(o as usize)).copied();
    let pair = [place(one), place(other)];
    let rows = || resolver.rules.said.repair.supports.iter();
    // A fact of a side alone says where one line was, and of the pair nothing until another side is told of the other line.
    let tells_apart = |kind: u16| rows().any(|s| s.kind == kind && s.modifiers.is_power_of_two());
    let proves = |fact: &Fact| {
        let supports = rows().any(|s| s.kind == fact.kind && s.modifiers & bits != 0);
        supports && covers(fact, pair) && (tells_apart(fact.kind) || sides_differ(facts, pair))
    };
    !facts.iter().any(proves)
}

/// Whether facts say of each line of a pair where it was, and not the same of both. (A line with a site of its own is in no conflict to begin with.)
fn sides_differ(facts: &[Fact], pair: [Option<u32>; 2]) -> bool {
    let [Some(one), Some(other)] = pair else { return false };
    let of_facts = |line: u32| facts.iter().filter(move |f| f.value != MALFORMED && f.lines.contains(&line)).map(|f| f.value);
    of_facts(one).next().is_some() && of_facts(other).next().is_some() && of_facts(one).all(|v| of_facts(other).all(|o| o != v))
}

/// Whether a fact is about a pair of lines: it names one line, which is of the pair, or both of the pair among others.
pub(super) fn covers(fact: &Fact, pair: [Option<u32>; 2]) -> bool {
    let mut named = pair.into_iter().flatten().filter(|l| fact.lines.contains(l));
    match fact.lines.len() {
        0 => false,
        1 => named.next().is_some(),
        _ => named.count() == 2,
    }
}
