//! What may lawfully be done to the lines of a claim: every step that a repair may be made of.

use super::{
    changes::{Becomes, Candidate, Change},
    problem::Weights,
    sides, swaps, units,
};
use crate::{
    code::CodeKey,
    editing::{
        Edited, Scratch,
        claim::{Claim, Fact, Line, Resolver},
        finding::Rule,
        modifiers,
    },
    knowledge::{
        editing::Modifiers,
        repair::{ChangeKind, Repair},
    },
};

/// Modifiers that a line may be given: the modifier, its further departure, the facts that support it.
pub(super) type Supports = Vec<([u8; 2], u32, Vec<u32>)>;

/// What candidates are made from.
pub(super) struct Maker<'a> {
    pub resolver: &'a Resolver<'a>,
    pub repair: &'a Repair,
    pub claim: &'a Claim,
    /// Findings that have to be cleared: rule and lines.
    pub conflicts: Vec<(Rule, Vec<u32>)>,
    /// Lines that such a finding denies, or is about alone.
    pub affected: Vec<bool>,
    pub found: Vec<Candidate>,
}

/// Every candidate, in order of line and departure.
pub(super) fn all(resolver: &Resolver<'_>, weights: &Weights, claim: &Claim, edited: &Edited) -> Vec<Candidate> {
    let cleared = edited.findings.iter().filter(|f| weights.clears(f.rule));
    let mut affected = vec![false; claim.own];
    for finding in cleared.clone() {
        let (lines, not_payable) = (edited.stretch(finding.lines), edited.stretch(finding.denied));
        let last = if finding.rule.of_pair() { lines.last() } else { lines.first() };
        for &at in not_payable.iter().chain(last.filter(|_| not_payable.is_empty())) {
            if let Some(affected) = affected.get_mut(at as usize) {
                *affected = true;
            }
        }
    }
    let conflicts = cleared.map(|f| (f.rule, edited.stretch(f.lines).to_vec())).collect();
    let mut maker = Maker { resolver, repair: &resolver.rules.said.repair, claim, conflicts, affected, found: Vec::new() };
    for at in 0..claim.own as u32 {
        maker.modifiers_of(at);
    }
    sides::add(&mut maker);
    units::add(&mut maker, edited);
    swaps::add(&mut maker);
    maker.drops(weights, edited);
    let mut found = maker.found;
    found.sort_by(|a, b| (&a.lines, a.departure).cmp(&(&b.lines, b.departure)));
    found
}

impl Maker<'_> {
    /// Whether a finding that has to be cleared names a line.
    pub(super) fn in_conflict(&self, at: u32) -> bool {
        self.conflicts.iter().any(|c| c.1.contains(&at))
    }

    pub(super) fn bits(&self, modifiers: &[[u8; 2]]) -> Modifiers {
        modifiers.iter().fold(0, |set, &m| set | self.resolver.rules.bit(m).map_or(0, |b| 1 << b))
    }

    /// A line as it was with other modifiers, in their order.
    pub(super) fn line(&self, origin: u32, modifiers: Vec<[u8; 2]>, added: Modifiers) -> Becomes {
        let was = &self.claim.lines[origin as usize];
        self.as_line(origin, was.key, was.units, modifiers, added)
    }

    /// A line with another code, other units, other modifiers, in the place of one.
    pub(super) fn as_line(&self, origin: u32, key: CodeKey, units: u32, modifiers: Vec<[u8; 2]>, added: Modifiers) -> Becomes {
        let was = &self.claim.lines[origin as usize];
        let modifiers = self.sorted(was, modifiers);
        let mut alone = Claim::new(self.claim.setting);
        self.resolver.add(&mut alone, &key.to_string(), modifiers.iter().copied(), was.date, units, was.provider);
        let same = |l| Line { supported: was.supported, specialty: was.specialty, place_of_service: was.place_of_service, ..l };
        let line = alone.lines.pop().map_or_else(|| was.clone(), same);
        Becomes { origin, line, modifiers, added }
    }

    /// Modifiers by rank; those of one rank, and those without, stay where they are.
    pub(super) fn sorted(&self, line: &Line, mut modifiers: Vec<[u8; 2]>) -> Vec<[u8; 2]> {
        let rank = |m: &[u8; 2]| modifiers::rank(self.resolver, line, *m);
        let mut ranked: Vec<[u8; 2]> = modifiers.iter().copied().filter(|m| rank(m).is_some()).collect();
        ranked.sort_by_key(rank);
        let mut next = ranked.into_iter();
        for modifier in modifiers.iter_mut().filter(|m| rank(m).is_some()) {
            *modifier = next.next().unwrap_or(*modifier);
        }
        modifiers
    }

    /// Facts of a kind that name a line, and of the value where one is given.
    pub(super) fn facts(&self, at: u32, of: impl Fn(&Fact) -> bool) -> Vec<u32> {
        (0..).zip(&self.claim.facts).filter(|f| f.1.lines.contains(&at) && of(f.1)).map(|f| f.0).collect()
    }

    /// Modifiers that facts support on a line: facts that name it, or the other line of a pair in conflict.
    pub(super) fn supports(&self, at: u32, named_alone: bool) -> Supports {
        let line = &self.claim.lines[at as usize];
        let has = self.claim.said(line);
        let pairs = || self.conflicts.iter().filter(|c| c.0.of_pair() && c.1.contains(&at)).flat_map(|c| &c.1);
        let mut found: Supports = Vec::new();
        for (place, fact) in (0..).zip(&self.claim.facts) {
            let names = fact.lines.contains(&at) || !named_alone && pairs().any(|l| fact.lines.contains(l));
            if !names {
                continue;
            }
            for row in self.repair.supports.iter().filter(|s| s.kind == fact.kind) {
                let of_line = (row.class == 0 || line.classes & row.class != 0) && line.classes & row.not_class == 0;
                if !of_line || !(row.from..=row.to).contains(&line.date.0) {
                    continue;
                }
                let modifier = if row.modifiers.is_power_of_two() {
                    self.resolver.rules.first(row.modifiers)
                } else {
                    // The fact itself names the site.
                    Some(fact.value).filter(|&v| self.bits(&[v]) & row.modifiers != 0 && fact.lines.contains(&at))
                };
                let Some(modifier) = modifier.filter(|m| !has.contains(m)) else { continue };
                match found.iter_mut().find(|s| s.0 == modifier) {
                    Some(known) => {
                        known.1 = known.1.min(row.cost);
                        known.2.push(place);
                    }
                    None => found.push((modifier, row.cost, vec![place])),
                }
            }
        }
        for support in &mut found {
            support.2.dedup();
        }
        found
    }

    /// Modifiers of a line that are not valid where they are, and may be left out without telling another story.
    fn invalid(&self, at: u32) -> Vec<usize> {
        let line = &self.claim.lines[at as usize];
        let said = self.claim.said(line);
        let removable = |id: &str, bit: Modifiers| {
            self.repair.removable.iter().enumerate().any(|(row, r)| {
                r.rule == id && (r.modifiers == 0 || r.modifiers & bit != 0) && modifiers::broken(self.resolver, self.claim, at, row, r)
            })
        };
        let checks = &self.resolver.rules.said.checks;
        let invalid = |(place, modifier): (usize, &[u8; 2])| {
            let bit = self.bits(&[*modifier]);
            let twice = said[..place].contains(modifier) && removable(Rule::ModifierDuplicate.id(), bit);
            let unknown = !modifiers::known(self.resolver, line, *modifier) && removable(Rule::ModifierUnknown.id(), bit);
            let broken = || {
                let mut rows = checks.iter().enumerate().filter(|c| c.1.modifiers & bit != 0);
                rows.any(|(row, c)| modifiers::broken(self.resolver, self.claim, at, row, c) && removable(&c.rule, bit))
            };
            (twice || unknown || bit != 0 && broken()).then_some(place)
        };
        said.iter().enumerate().filter_map(invalid).collect()
    }

    /// Modifiers left out, added and put in order.
    fn modifiers_of(&mut self, at: u32) {
        let line = &self.claim.lines[at as usize];
        if line.fault.is_some() || !self.in_conflict(at) {
            return;
        }
        let said = self.claim.said(line).to_vec();
        let invalid = self.invalid(at);
        let kept =
            |without: &[usize]| -> Vec<[u8; 2]> { said.iter().enumerate().filter(|m| !without.contains(&m.0)).map(|m| *m.1).collect() };
        let supports = self.supports(at, false);
        let several = self.conflicts.iter().filter(|c| c.1.contains(&at)).count() > 1;
        let mut additions: Vec<Vec<usize>> = vec![Vec::new()];
        additions.extend((0..supports.len()).map(|a| vec![a]));
        if several {
            additions.extend((0..supports.len()).flat_map(|a| (a + 1..supports.len()).map(move |b| vec![a, b])));
        }
        let removals = if invalid.is_empty() { vec![Vec::new()] } else { vec![invalid, Vec::new()] };
        for removal in &removals {
            for addition in &additions {
                let added: Vec<_> = addition.iter().filter_map(|&a| supports.get(a)).collect();
                let before = kept(removal);
                let mut now = before.clone();
                now.extend(added.iter().map(|a| a.0));
                let bits = self.bits(&added.iter().map(|a| a.0).collect::<Vec<_>>());
                let becomes = self.line(at, now, bits);
                let mut changes = Vec::new();
                let mut departure = 0;
                let mut rests_on: Vec<u32> = added.iter().flat_map(|a| a.2.iter().copied()).collect();
                rests_on.sort_unstable();
                rests_on.dedup();
                if !removal.is_empty() {
                    let gone = removal.iter().map(|&place| said[place]).collect();
                    departure += self.repair.cost(ChangeKind::RemoveModifier) * removal.len() as u32;
                    changes.push(Change { modifiers: gone, ..Change::new(ChangeKind::RemoveModifier, vec![at]) });
                }
                for (modifier, further, _) in &added {
                    let other = if self.affected[at as usize] { 0 } else { self.repair.other_line };
                    departure += self.repair.cost(ChangeKind::AddModifier) + further + other;
                    changes.push(Change { modifiers: vec![*modifier], ..Change::new(ChangeKind::AddModifier, vec![at]) });
                }
                let order: Vec<[u8; 2]> = becomes.modifiers.iter().copied().filter(|m| before.contains(m)).collect();
                if order != before {
                    departure += self.repair.cost(ChangeKind::Reorder);
                    changes.push(Change { modifiers: becomes.modifiers.clone(), ..Change::new(ChangeKind::Reorder, vec![at]) });
                }
                if !changes.is_empty() {
                    self.found.push(Candidate { lines: vec![at], becomes: vec![becomes], changes, rests_on, departure });
                }
            }
        }
    }

    fn drop(&mut self, lines: Vec<u32>) {
        let departure = self.repair.cost(ChangeKind::Drop) * lines.len() as u32;
        let changes = vec![Change::new(ChangeKind::Drop, lines.clone())];
        if self.found.iter().all(|c| c.changes != changes) {
            self.found.push(Candidate { lines, becomes: Vec::new(), changes, rests_on: Vec::new(), departure });
        }
    }

    /// Lines that are not payable may be left off, and what is not payable without them. Column 1 of a pair never is: it is what was done.
    /// Lines of a code whose units of the day are over the limit go together: fewer of them would be a made-up number of units.
    fn drops(&mut self, weights: &Weights, edited: &Edited) {
        let mut gone = vec![false; self.claim.own];
        let mut groups: Vec<Vec<u32>> = Vec::new();
        self.not_payable(weights, edited, &(0..self.claim.lines.len() as u32).collect::<Vec<_>>(), &mut gone, &mut groups);
        let mut single = gone.clone();
        for candidate in self.found.iter().filter(|c| c.changes_code()) {
            for &at in &candidate.lines {
                single[at as usize] = true;
            }
        }
        groups.iter().flatten().for_each(|&at| single[at as usize] = true);
        let mut scratch = Scratch::default();
        // Each round leaves off at least one line more.
        loop {
            let left: Vec<u32> =
                (0..self.claim.lines.len() as u32).filter(|&at| !single.get(at as usize).copied().unwrap_or(false)).collect();
            let claim = super::problem::part(self.claim, &left);
            let edited = self.resolver.edit(&claim, &mut scratch).clone();
            let mut more = vec![false; self.claim.own];
            self.not_payable(weights, &edited, &left, &mut more, &mut groups);
            let mut grew = false;
            for at in 0..self.claim.own {
                grew |= more[at] && !single[at];
                gone[at] |= more[at];
                single[at] |= more[at];
            }
            if !grew {
                break;
            }
        }
        for at in (0..self.claim.own as u32).filter(|&at| gone[at as usize]) {
            self.drop(vec![at]);
        }
        for mut group in groups {
            group.sort_unstable();
            group.dedup();
            self.drop(group);
        }
    }

    /// Lines that findings of a claim of some of the lines say are not payable.
    fn not_payable(&self, weights: &Weights, edited: &Edited, places: &[u32], single: &mut [bool], groups: &mut Vec<Vec<u32>>) {
        for finding in edited.findings.iter().filter(|f| weights.clears(f.rule) && f.rule != Rule::ModifierOrder) {
            let place = |&at: &u32| places[at as usize];
            let of_claim = |at: &u32| (*at as usize) < self.claim.own;
            let (lines, not_payable) = (edited.stretch(finding.lines), edited.stretch(finding.denied));
            if finding.rule == Rule::MueDay {
                groups.push(not_payable.iter().map(place).filter(of_claim).collect());
                continue;
            }
            let last = if finding.rule.of_pair() { lines.last() } else { lines.first() };
            for at in not_payable.iter().chain(last.filter(|_| not_payable.is_empty())).map(place).filter(of_claim) {
                single[at as usize] = true;
            }
        }
    }
}
