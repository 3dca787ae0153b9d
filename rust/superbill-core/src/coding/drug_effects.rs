//! What drugs did: the adverse effect behind a condition that the note puts down to one, and what was taken less of (OCG I.C.19.e.5).
//!
//! Only where words join the two: a drug and a condition in one note are no cause and no effect.

use super::refine::{Context, Refined, refine};
use crate::{
    code::CodeId,
    coded::{Coded, Diagnosis, Span, Step, StepKind},
    encounter::Encounter,
    knowledge::{
        KnowledgeBase,
        drugs::{Drug, Drugs, Intent},
        layout::{NONE, sense},
        rules::Assertion,
    },
    read::{Mention, Reading, Sentence},
};

/// Longest stretch between a drug and a condition that is looked at, in tokens.
const BETWEEN: u32 = 8;
/// Longest stretch before a drug in which less of it is told.
const BEFORE: u32 = 6;

/// A drug in a sentence.
#[derive(Clone, Copy)]
struct Told<'a> {
    drug: &'a Drug,
    first: u32,
    end: u32,
}

struct Effects<'a> {
    kb: &'a KnowledgeBase,
    drugs: &'a Drugs,
    text: &'a str,
    reading: &'a Reading,
    document: u32,
}

/// Small letters, every run of what is neither letter nor digit one space, one at either end.
fn plain(text: &str) -> String {
    let mut out = String::from(" ");
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

impl<'a> Effects<'a> {
    fn between(&self, first: u32, end: u32) -> Option<String> {
        let tokens = self.reading.tokens.get(first as usize..end as usize)?;
        let (from, to) = (tokens.first()?.start, tokens.last()?.end);
        self.text.get(from as usize..to as usize).map(plain)
    }

    fn says(&self, first: u32, end: u32, list: &[String]) -> bool {
        let Some(words) = self.between(first, end) else { return false };
        list.iter().any(|say| words.contains(say.as_str()))
    }

    fn told(&self, sentence: Sentence) -> Vec<Told<'a>> {
        let of = |attribute: u32| {
            self.drugs.groups.binary_search_by_key(&attribute, |d| d.attribute).ok().and_then(|at| self.drugs.groups.get(at))
        };
        let hits = self.reading.hits_in(sentence.first, sentence.end).filter(|h| h.sense.kind.get() == sense::ATTRIBUTE);
        let mut found: Vec<Told<'a>> = Vec::new();
        for hit in hits {
            // Of overlapping names the longest comes first.
            if let Some(drug) = of(hit.sense.target.get())
                && found.last().is_none_or(|last| last.end <= hit.first)
            {
                found.push(Told { drug, first: hit.first, end: hit.end });
            }
        }
        found
    }

    /// The drug that the words of a sentence make the cause of a condition.
    fn cause(&self, mention: &Mention, mentions: &[Mention], drugs: &[Told<'a>]) -> Option<Told<'a>> {
        drugs.iter().copied().find(|drug| {
            if mention.end <= drug.first {
                let apart = mentions.iter().any(|m| mention.end <= m.first && m.end <= drug.first);
                drug.first - mention.end <= BETWEEN && !apart && self.says(mention.end, drug.first, &self.drugs.due_to)
            } else {
                // A name may have its effect in it ("statin myopathy" of its own code), and then tells nothing more.
                drug.end <= mention.first && mention.first - drug.end <= BETWEEN && self.says(drug.end, mention.first, &self.drugs.induced)
            }
        })
    }

    fn code(&self, drug: &Drug, intent: Intent) -> Option<CodeId> {
        let node = drug.nodes[intent as usize];
        let context = Context { words: Vec::new(), seventh: b'A', side: None, episode: None };
        match refine(self.kb, (node != NONE).then_some(node)?, NONE, &context) {
            Refined::Leaf(code, _) => Some(code),
            Refined::Stuck(_) => None,
        }
    }

    fn span(&self, first: u32, end: u32) -> Option<Span> {
        self.reading.span(self.document, first, end)
    }

    fn diagnosis(&self, drug: Told<'a>, code: CodeId, from: u32, to: u32) -> Option<Diagnosis> {
        let span = self.span(from, to)?;
        let step = Step { kind: StepKind::Drug, record: code.0, pack: drug.drug.pack, span: self.span(drug.first, drug.end) };
        Some(Diagnosis { evidence: vec![span], because: vec![step], ..Diagnosis::new(code) })
    }

    /// Adverse effects of a sentence, each behind the condition that it is.
    fn adverse(&self, sentence: Sentence, drugs: &[Told<'a>], coded: &mut Coded) {
        let all = &self.reading.mentions;
        let (from, to) = (all.partition_point(|m| m.first < sentence.first), all.partition_point(|m| m.first < sentence.end));
        let mentions = all.get(from..to).unwrap_or_default();
        for mention in mentions.iter().filter(|m| m.assertion == Assertion::Present) {
            let Some(span) = self.span(mention.first, mention.end) else { continue };
            let Some(place) = coded.diagnoses.iter().position(|d| d.evidence.contains(&span)) else { continue };
            let Some(drug) = self.cause(mention, mentions, drugs) else { continue };
            if self.says(sentence.first, sentence.end, &self.drugs.misused) {
                return;
            }
            let Some(code) = self.code(drug.drug, Intent::AdverseEffect) else { continue };
            if coded.diagnoses.iter().any(|d| d.code == code) {
                continue;
            }
            let (from, to) = (mention.first.min(drug.first), mention.end.max(drug.end));
            if let Some(diagnosis) = self.diagnosis(drug, code, from, to) {
                coded.diagnoses.insert(place + 1, diagnosis);
            }
        }
    }

    /// What was taken less of, behind all that is coded, with the reason.
    fn underdosed(&self, sentence: Sentence, drugs: &[Told<'a>], coded: &mut Coded) {
        for &drug in drugs {
            let from = sentence.first.max(drug.first.saturating_sub(BEFORE));
            if from >= drug.first || !self.says(from, drug.first, &self.drugs.underdosed) {
                continue;
            }
            let why = self.drugs.reasons.iter().find(|r| r.say.is_empty() || self.says(sentence.first, sentence.end, &r.say));
            let codes = [self.code(drug.drug, Intent::Underdosing), why.map(|r| CodeId(r.code))];
            for code in codes.into_iter().flatten() {
                if coded.diagnoses.is_empty() || coded.diagnoses.iter().any(|d| d.code == code) {
                    continue;
                }
                coded.diagnoses.extend(self.diagnosis(drug, code, from, drug.end));
            }
        }
    }
}

pub(super) fn add(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], coded: &mut Coded) {
    let drugs = &kb.rules().drugs;
    if drugs.groups.is_empty() || coded.diagnoses.is_empty() {
        return;
    }
    for (document, (given, reading)) in (0..).zip(encounter.documents.iter().zip(readings)) {
        let effects = Effects { kb, drugs, text: given.text, reading, document };
        for &sentence in &reading.sentences {
            let told = effects.told(sentence);
            if !told.is_empty() {
                effects.adverse(sentence, &told, coded);
                effects.underdosed(sentence, &told, coded);
            }
        }
    }
}
