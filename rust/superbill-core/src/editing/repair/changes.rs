//! Changes to a claim: what a candidate does to its lines, and the claim that comes of several.

use crate::{
    editing::claim::{Claim, Line},
    knowledge::{editing::Modifiers, repair::ChangeKind},
};

/// One change, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    pub kind: ChangeKind,
    /// Places of the lines that it changes.
    pub lines: Vec<u32>,
    /// The modifiers that it adds or removes, or that the line has in their new order.
    pub modifiers: Vec<[u8; 2]>,
    /// What it is told by: the place of a swap or combination in the packs.
    pub row: Option<u16>,
}

impl Change {
    pub(super) fn new(kind: ChangeKind, lines: Vec<u32>) -> Self {
        Self { kind, lines, modifiers: Vec::new(), row: None }
    }
}

/// A line that stands where a changed one stood.
#[derive(Clone, Debug)]
pub struct Becomes {
    /// Place of the line whose place it takes.
    pub origin: u32,
    pub line: Line,
    pub modifiers: Vec<[u8; 2]>,
    /// Modifiers that rest on facts.
    pub added: Modifiers,
}

/// Something that may lawfully be done to one line or several: a step of a repair.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Places of the lines that it changes, in order; no two steps change one line.
    pub lines: Vec<u32>,
    /// What stands there then; nothing where it drops them.
    pub becomes: Vec<Becomes>,
    pub changes: Vec<Change>,
    /// Places of the facts that it rests on.
    pub rests_on: Vec<u32>,
    /// How far it departs from the claim.
    pub departure: u32,
}

impl Candidate {
    /// Whether it makes some of the changes of another and no other ones.
    pub(super) fn does_less(&self, than: &Self) -> bool {
        let made = |c: &Change| {
            let same = |o: &&Change| o.kind == c.kind && o.row == c.row && (c.kind == ChangeKind::Reorder || o.modifiers == c.modifiers);
            than.changes.iter().any(|o| same(&o))
        };
        self.lines == than.lines && self.changes.len() < than.changes.len() && self.changes.iter().all(made)
    }

    /// Whether a line then has another code than any it had, or is gone.
    pub(super) fn changes_code(&self) -> bool {
        self.changes.iter().any(|c| matches!(c.kind, ChangeKind::SwapCode | ChangeKind::Combine))
    }
}

/// A claim after changes.
#[derive(Clone, Debug)]
pub struct Changed {
    pub claim: Claim,
    /// By line of the claim after, the place of the line it was.
    pub origins: Vec<u32>,
    /// By line, modifiers that rest on facts.
    pub added: Vec<Modifiers>,
}

/// Makes the changes; candidates change lines that no other of them changes.
#[allow(clippy::needless_pass_by_value)] // It is looked through once a line.
pub(super) fn apply<'a>(claim: &Claim, candidates: impl Iterator<Item = &'a Candidate> + Clone) -> Changed {
    let mut after = Claim::new(claim.setting);
    after.diagnoses.clone_from(&claim.diagnoses);
    after.patient = claim.patient;
    after.payer.clone_from(&claim.payer);
    after.specialties.clone_from(&claim.specialties);
    let mut changed = Changed { claim: after, origins: Vec::new(), added: Vec::new() };
    let by_line = |at: u32| candidates.clone().find(|c| c.lines.contains(&at));
    for (at, line) in (0..).zip(&claim.lines) {
        if at as usize == claim.own {
            changed.claim.own = changed.claim.lines.len();
        }
        match by_line(at).filter(|_| (at as usize) < claim.own) {
            None => changed.put(at, line, claim.said(line), 0),
            Some(candidate) => {
                for becomes in candidate.becomes.iter().filter(|b| b.origin == at) {
                    changed.put(at, &becomes.line, &becomes.modifiers, becomes.added);
                }
            }
        }
    }
    if claim.own == claim.lines.len() {
        changed.claim.own = changed.claim.lines.len();
    }
    for (at, &origin) in (0..).zip(&changed.origins[..changed.claim.own]) {
        let start = claim.pointers.partition_point(|p| p.0 < origin);
        let pointed = claim.pointers[start..].iter().take_while(|p| p.0 == origin);
        changed.claim.pointers.extend(pointed.map(|p| (at, p.1)));
    }
    changed
}

impl Changed {
    fn put(&mut self, origin: u32, line: &Line, modifiers: &[[u8; 2]], added: Modifiers) {
        let start = self.claim.modifiers.len() as u32;
        self.claim.modifiers.extend_from_slice(modifiers);
        let said = (start, self.claim.modifiers.len() as u32);
        self.claim.lines.push(Line { said, ..line.clone() });
        self.origins.push(origin);
        self.added.push(added);
    }
}
