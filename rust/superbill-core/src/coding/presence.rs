//! Present on admission (OCG appendix I): of the diagnoses of a stay, whether each was there when the order to admit was written.
//!
//! What the words beside a condition say decides, then where it is told, then the rules of the packs. What nothing tells is unknown, and asked.

use super::holds;
use crate::{
    code::CodeId,
    coded::{Coded, Diagnosis, Query, Span, Step, StepKind},
    encounter::{Document, Encounter, Setting},
    knowledge::{
        KnowledgeBase,
        attributes::Kind,
        editing::EXEMPTIONS_FEED,
        presence::{Admission, Presence, Tells},
        rules::Assertion,
    },
    read::{Mention, Reading},
};

/// How far behind the conditions that they are said of words may stand, in tokens.
const BEHIND: u32 = 6;
/// How far apart conditions of one list stand.
const LISTED: u32 = 3;
/// The type of document that tells a whole stay, whenever it was written.
const DISCHARGE_SUMMARY: &str = "discharge_summary";

/// Words that tell when conditions of their sentence were there.
#[derive(Clone, Copy, Debug)]
struct Mark {
    first: u32,
    end: u32,
    phrase: u32,
    tells: Tells,
}

/// What is told of a condition: the proof of it, and its sentence.
#[derive(Clone, Copy, Debug)]
struct Claim {
    node: u32,
    presence: Presence,
    step: Step,
    document: usize,
    sentence: u32,
}

/// Whether a number beside a day of the stay says that it is the first, which is that of the admission.
fn is_first_day(text: &str, reading: &Reading, hit_end: u32) -> bool {
    let from = hit_end as usize;
    let next = reading.tokens.get(from..(from + 2).min(reading.tokens.len())).unwrap_or_default();
    let words = next.iter().filter_map(|t| text.get(t.start as usize..t.end as usize));
    words.into_iter().any(|w| matches!(w, "0" | "1") || w.eq_ignore_ascii_case("one"))
}

/// The marks of a document, without those that longer ones hold ("not *present on admission*").
fn marks(tells: &[Option<Tells>], text: &str, reading: &Reading) -> Vec<Mark> {
    let mut found: Vec<Mark> = Vec::new();
    for hit in &reading.visit {
        let phrase = hit.sense.target.get();
        let Some(told) = tells.get(phrase as usize).copied().flatten() else { continue };
        let held = |by: &Mark| by.first <= hit.first && hit.end <= by.end && hit.end - hit.first < by.end - by.first;
        if found.last().is_some_and(held) || told == Tells::Day && is_first_day(text, reading, hit.end) {
            continue;
        }
        found.push(Mark { first: hit.first, end: hit.end, phrase, tells: told });
    }
    found
}

/// What the marks of a sentence say of the condition at `at` among its conditions.
fn said(marks: &[Mark], mentions: &[Mention], at: usize) -> Option<(Presence, Mark)> {
    let mention = &mentions[at];
    let in_stay = |m: &Mark| matches!(m.tells, Tells::Stay | Tells::Day);
    if let Some(within) = marks.iter().find(|m| m.tells == Tells::Absent && mention.first <= m.first && m.end <= mention.end) {
        return Some((Presence::No, *within));
    }
    // Behind it, or behind the list that it stands in.
    let mut end = mention.end;
    for next in &mentions[at + 1..] {
        if next.first > end + LISTED {
            break;
        }
        end = next.end;
    }
    let behind = marks.iter().find(|m| m.first >= mention.end && !in_stay(m) && m.tells != Tells::Onset);
    if let Some(mark) = behind.filter(|m| m.first <= end + BEHIND || m.first < end) {
        let told = match mark.tells {
            Tells::PresentBefore => Some(Presence::Yes),
            Tells::AbsentBefore => Some(Presence::No),
            Tells::UndeterminedBefore => Some(Presence::Undetermined),
            _ => None,
        };
        if let Some(presence) = told {
            return Some((presence, *mark));
        }
    }
    let leads = |m: &Mark| m.tells == Tells::PresentBefore && mentions.iter().all(|other| other.first >= m.end);
    let governs = |m: &&Mark| m.end <= mention.first && (matches!(m.tells, Tells::Present | Tells::Absent | Tells::Onset) || leads(m));
    let before = marks.iter().rev().find(governs)?;
    let between = || marks.iter().any(|m| in_stay(m) && before.end <= m.first && m.end <= mention.first);
    let presence = match before.tells {
        Tells::Absent => Presence::No,
        Tells::Onset => marks.iter().any(in_stay).then_some(Presence::No)?,
        _ => (!between()).then_some(Presence::Yes)?,
    };
    Some((presence, *before))
}

/// What the documents of a stay tell, by node of the tabular list.
struct Told<'a> {
    kb: &'a KnowledgeBase,
    admission: &'a Admission,
    encounter: &'a Encounter<'a>,
    readings: &'a [Reading],
    claims: Vec<Claim>,
}

impl<'a> Told<'a> {
    fn read(kb: &'a KnowledgeBase, encounter: &'a Encounter<'a>, readings: &'a [Reading]) -> Self {
        let admission = &kb.visits().admission;
        let mut told = Self { kb, admission, encounter, readings, claims: Vec::new() };
        let mut tells = vec![None; kb.visits().phrases.len()];
        for &(phrase, what) in &admission.phrases {
            if let Some(slot) = tells.get_mut(phrase as usize) {
                *slot = Some(what);
            }
        }
        for (at, (document, reading)) in encounter.documents.iter().zip(readings).enumerate() {
            let marks = marks(&tells, document.text, reading);
            told.document(at, document, reading, &marks);
        }
        // Stable: of one node what is told first stands first.
        told.claims.sort_by_key(|c| c.node);
        told
    }

    fn document(&mut self, at: usize, document: &Document<'_>, reading: &Reading, marks: &[Mark]) {
        let before = self.is_before(document);
        let at_admission = self.is_of_admission(document);
        for same in reading.mentions.chunk_by(|a, b| a.sentence == b.sentence) {
            let Some(&sentence) = reading.sentences.get(same[0].sentence as usize) else { continue };
            let from = marks.partition_point(|m| m.first < sentence.first);
            let to = marks.partition_point(|m| m.first < sentence.end);
            let here = marks.get(from..to).unwrap_or_default();
            for (index, mention) in same.iter().enumerate() {
                if !self.is_of_patient(mention) {
                    continue;
                }
                let section = at_admission && self.admission.sections.contains(&sentence.role);
                let (presence, kind, record, place) = match said(here, same, index) {
                    Some((presence, mark)) => (presence, StepKind::PresenceSaid, mark.phrase, (mark.first, mark.end)),
                    None if before => (Presence::Yes, StepKind::PresenceDocument, at as u32, (mention.first, mention.end)),
                    None if section => (Presence::Yes, StepKind::PresenceSection, sentence.role, (mention.first, mention.end)),
                    None => continue,
                };
                let step = Step { kind, record, pack: self.admission.pack, span: reading.span(at as u32, place.0, place.1) };
                self.claims.push(Claim { node: mention.node, presence, step, document: at, sentence: mention.sentence });
            }
        }
    }

    /// Suspected at admission and confirmed later is present on admission; what is past is not what came later, unless it stays.
    fn is_of_patient(&self, mention: &Mention) -> bool {
        match mention.assertion {
            Assertion::Present | Assertion::Possible => true,
            Assertion::Historical => holds(&self.kb.rules().lasting, CodeId(mention.node)),
            _ => false,
        }
    }

    /// Whether a document is of an encounter before the order to admit: emergency, observation, an outpatient surgery.
    fn is_before(&self, document: &Document<'_>) -> bool {
        let outpatient = self.admission.documents.iter().any(|kind| kind == document.kind);
        match (document.written, self.encounter.admitted) {
            (Some(written), Some(admitted)) => written < admitted || outpatient && written == admitted,
            _ => outpatient,
        }
    }

    /// Whether its sections of the history tell of the time before the order: a note of a later day tells what happened since.
    fn is_of_admission(&self, document: &Document<'_>) -> bool {
        match (document.written, self.encounter.admitted) {
            (Some(written), Some(admitted)) => document.kind == DISCHARGE_SUMMARY || written <= admitted.next(),
            _ => true,
        }
    }

    fn claims_of(&self, nodes: std::ops::Range<u32>) -> &[Claim] {
        let from = self.claims.partition_point(|c| c.node < nodes.start);
        let to = self.claims.partition_point(|c| c.node < nodes.end);
        self.claims.get(from..to).unwrap_or_default()
    }

    /// Whether the sentence of a claim has words that tell a code from its siblings.
    fn tells_code(&self, claim: &Claim, code: CodeId) -> bool {
        let Some(reading) = self.readings.get(claim.document) else { return false };
        let Some(sentence) = reading.sentences.get(claim.sentence as usize) else { return false };
        let words = reading.tokens.get(sentence.first as usize..sentence.end as usize).unwrap_or_default();
        let above = self.kb.parent(code);
        let distinct = || std::iter::once(code).chain(above).flat_map(|c| self.kb.distinct(c));
        claim.node == code.0 || distinct().any(|d| words.iter().any(|w| self.kb.canonical(w.word) == d.get()))
    }

    /// What is told of one concept of a code, and the proof; two proofs where they contradict each other.
    fn of_concept(&self, code: CodeId, concept: CodeId, alone: bool) -> (Option<Presence>, Vec<Step>) {
        let of_code = alone.then(|| std::iter::once(code).chain(self.kb.ancestors(code))).into_iter().flatten();
        let above: Vec<CodeId> = self.kb.ancestors(concept).chain(of_code).collect();
        let nodes = || std::iter::once(self.kb.subtree(concept)).chain(above.iter().map(|c| c.0..c.0 + 1));
        let claims = || nodes().flat_map(|nodes| self.claims_of(nodes));
        let exact = holds(&self.admission.several, code);
        let first = |wanted: Presence| {
            let whole = |c: &&Claim| wanted != Presence::Yes || !exact || self.tells_code(c, code);
            claims().filter(|c| c.presence == wanted).find(whole)
        };
        if let Some(claim) = first(Presence::Undetermined) {
            return (Some(Presence::Undetermined), vec![claim.step]);
        }
        match (first(Presence::Yes), first(Presence::No)) {
            (Some(yes), Some(no)) => (Some(Presence::Unknown), vec![yes.step, no.step]),
            (Some(yes), None) => (Some(Presence::Yes), vec![yes.step]),
            (None, Some(no)) => (Some(Presence::No), vec![no.step]),
            (None, None) => (None, Vec::new()),
        }
    }

    /// What a rule makes of a code of which nothing is told.
    fn by_rule(&self, diagnoses: &[Diagnosis], at: usize) -> Option<(Presence, Step)> {
        let code = diagnoses[at].code;
        let mut rules = (0..).zip(&self.admission.rules);
        let (record, rule) = rules.find(|(_, rule)| {
            holds(&rule.codes, code)
                && (!rule.first || at == 0)
                && (rule.first || !holds(&self.admission.several, code))
                && (rule.with.is_empty() || diagnoses.iter().any(|d| holds(&rule.with, d.code)))
        })?;
        Some((rule.presence, Step { kind: StepKind::PresenceRule, record, pack: rule.pack, span: None }))
    }

    /// The diagnosis that a code was added beside: what a drug did, or the one that a figure belongs to.
    fn beside<'d>(&self, diagnoses: &'d [Diagnosis], at: usize) -> Option<&'d Diagnosis> {
        let Diagnosis { code, evidence, because, .. } = &diagnoses[at];
        let others = || diagnoses[..at].iter().filter(|d| d.presence.is_some());
        match because.first()?.kind {
            StepKind::Drug => {
                let holds = |of: &Span| evidence.iter().any(|e| e.document == of.document && e.start <= of.start && of.end <= e.end);
                others().find(|d| d.evidence.iter().any(holds))
            }
            StepKind::Measured => {
                let of = self.kb.rules().measured.iter().find(|m| m.steps.iter().any(|s| s.code == Some(code.0)))?;
                others().find(|d| holds(&of.beside, d.code))
            }
            _ => None,
        }
    }

    /// A code of several concepts was there where all of them were (appendix I, codes that contain multiple clinical concepts).
    fn of(&self, diagnoses: &[Diagnosis], at: usize) -> (Presence, Vec<Step>) {
        let Diagnosis { code, because, .. } = &diagnoses[at];
        if let Some((presence, of)) = self.beside(diagnoses, at).and_then(|d| Some((d.presence?, d))) {
            let told = |s: &&Step| {
                matches!(s.kind, StepKind::PresenceSaid | StepKind::PresenceSection | StepKind::PresenceDocument | StepKind::PresenceRule)
            };
            return (presence, of.because.iter().filter(told).copied().collect());
        }
        let mut concepts: Vec<u32> = because.iter().filter(|s| s.kind == StepKind::Term).map(|s| s.record).collect();
        concepts.dedup();
        let alone = concepts.len() < 2;
        let told: Vec<_> = concepts.iter().map(|&concept| self.of_concept(*code, CodeId(concept), alone)).collect();
        let any = |wanted: Presence| told.iter().find(|t| t.0 == Some(wanted));
        if let Some((presence, steps)) = any(Presence::No).or_else(|| any(Presence::Unknown)).or_else(|| any(Presence::Undetermined)) {
            return (presence.unwrap_or(Presence::Unknown), steps.clone());
        }
        if !told.is_empty() && told.iter().all(|t| t.0 == Some(Presence::Yes)) {
            return (Presence::Yes, told.into_iter().flat_map(|t| t.1).collect());
        }
        self.by_rule(diagnoses, at).map_or((Presence::Unknown, Vec::new()), |(presence, step)| (presence, vec![step]))
    }
}

/// Tells it of every diagnosis of a stay that is not exempt.
pub(super) fn tell(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], coded: &mut Coded) {
    let admission = &kb.visits().admission;
    let Some(question) = admission.question.filter(|_| encounter.setting == Setting::InpatientFacility) else { return };
    let listed = kb.releases().all.iter().any(|r| r.feed == EXEMPTIONS_FEED);
    let exempt = |code: CodeId| {
        if listed { kb.attribute(code, Kind::PoaExempt, 0, encounter.date).is_some() } else { holds(&admission.unlisted, code) }
    };
    let told = Told::read(kb, encounter, readings);
    for at in 0..coded.diagnoses.len() {
        if exempt(coded.diagnoses[at].code) {
            continue;
        }
        let (presence, steps) = told.of(&coded.diagnoses, at);
        let diagnosis = &mut coded.diagnoses[at];
        if presence == Presence::Unknown {
            let evidence = diagnosis.evidence.first().copied().into_iter().chain(steps.iter().filter_map(|s| s.span)).collect();
            coded.queries.push(Query::Presence { question, code: diagnosis.code, evidence });
        }
        diagnosis.presence = Some(presence);
        diagnosis.because.extend(steps);
    }
}
