//! The procedures of an earlier time beside what the documents say.
//!
//! A list of them proves what is left behind (an absent gallbladder, an artificial knee), which supports what the documents say and is coded by itself only where every
//! supported condition is asked for (OCG IV.J, I.C.21.c.3); and it doubts a service that nobody has done twice.

use super::refine::{Context, Refined, refine};
use crate::{
    code::{CodeId, CodeKey, System},
    coded::{Coded, Diagnosis, Finding, Procedure, Rule, Span, Step, StepKind},
    encounter::{Encounter, Listed, Scope},
    knowledge::{
        KnowledgeBase,
        layout::NONE,
        prior_procedures::{KeyRanges, LeftBehind},
    },
};

fn among(ranges: &KeyRanges, key: CodeKey) -> bool {
    ranges.iter().any(|r| (r.0..=r.1).contains(&key.0))
}

/// The system and key of an item; none where it is no code of a procedure.
fn key(item: &Listed<'_>) -> Option<(System, CodeKey)> {
    let system = System::named(item.system).filter(|s| matches!(s, System::Icd10pcs | System::Cpt | System::Hcpcs))?;
    system.parse(item.code).ok().map(|key| (system, key))
}

fn is_of(left: &LeftBehind, (system, key): (System, CodeKey)) -> bool {
    among(if system == System::Icd10pcs { &left.inpatient } else { &left.services }, key)
}

/// What the earlier procedures of an encounter leave behind: places in the list and in the rules.
#[derive(Default)]
pub(super) struct PriorProcedures<'a> {
    left: Vec<(u32, &'a LeftBehind)>,
    /// Those that are no code of a procedure.
    unread: Vec<u32>,
}

impl<'a> PriorProcedures<'a> {
    pub(super) fn read(kb: &'a KnowledgeBase, encounter: &Encounter<'_>) -> Self {
        let mut read = Self::default();
        for (at, item) in (0..).zip(&encounter.procedures) {
            match key(item) {
                None => read.unread.push(at),
                Some(key) => read.left.extend(kb.rules().left_behind.iter().filter(|l| is_of(l, key)).map(|l| (at, l))),
            }
        }
        read
    }

    fn step(encounter: &Encounter<'_>, at: u32, left: &LeftBehind) -> (Step, Span) {
        let span = encounter.span_of_procedure(at);
        (Step { kind: StepKind::DoneBefore, record: at, pack: left.pack, span: Some(span) }, span)
    }

    /// What the list alone knows, where all that is supported is coded.
    pub(super) fn add(&self, kb: &KnowledgeBase, encounter: &Encounter<'_>, coded: &mut Coded) {
        for &(at, left) in self.left.iter().filter(|_| encounter.scope == Scope::All) {
            let nothing_more = Context { words: Vec::new(), seventh: b'A', side: None, episode: None };
            let Refined::Leaf(status, _) = refine(kb, left.status, NONE, &nothing_more) else { continue };
            if !coded.diagnoses.iter().any(|d| kb.subsumes(CodeId(left.status), d.code)) {
                let (step, span) = Self::step(encounter, at, left);
                coded.diagnoses.push(Diagnosis { evidence: vec![span], because: vec![step], ..Diagnosis::new(status) });
            }
        }
    }

    /// What the list says of what is coded.
    pub(super) fn compare(&self, kb: &KnowledgeBase, encounter: &Encounter<'_>, coded: &mut Coded) {
        coded.findings.extend(self.unread.iter().map(|&at| Finding { listed: Some(at), ..Finding::new(Rule::ProcedureUnread) }));
        for &(at, left) in &self.left {
            let (step, _) = Self::step(encounter, at, left);
            let of_status = coded.diagnoses.iter_mut().filter(|d| kb.subsumes(CodeId(left.status), d.code));
            for diagnosis in of_status.filter(|d| d.because.iter().all(|s| s.kind != StepKind::DoneBefore)) {
                diagnosis.because.push(step);
            }
            if let Some(again) = coded.procedures.iter().find(|p| left.once && code(kb, p).is_some_and(|key| is_of(left, key))) {
                let procedure = Some((again.family, again.row));
                coded.findings.push(Finding { procedure, listed: Some(at), ..Finding::new(Rule::DoneBefore) });
            }
        }
    }
}

/// The code of a procedure.
fn code(kb: &KnowledgeBase, procedure: &Procedure) -> Option<(System, CodeKey)> {
    if let Some(built) = &procedure.built {
        return Some((System::Icd10pcs, built.key));
    }
    let row = kb.rules().families.get(procedure.family as usize)?.rows.get(procedure.row as usize)?;
    CodeKey::pack(&row.code).ok().map(|key| (System::Cpt, key))
}
