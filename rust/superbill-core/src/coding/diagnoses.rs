//! Diagnoses: the codes that the addressed mentions support.

use super::{
    Cancel,
    detail::Details,
    elsewhere::Elsewhere,
    refine::{Context, Place, Refined, on_day, refine, seventh_of},
    selection::{Candidate, addressed},
};
use crate::{
    code::CodeId,
    coded::{Alternative, Coded, CodingError, Diagnosis, NotCoded, Query, Span, Step, StepKind},
    encounter::{Encounter, Scope},
    knowledge::{
        KnowledgeBase,
        layout::{NONE, flag, sense},
        rules::{Assertion, CodeRanges},
    },
    read::{Mention, Reading, document::Hit},
};

/// Places that prove one code; more of them prove nothing more.
const MOST_EVIDENCE: usize = 32;
/// How far before a condition a word may stand that adds a code to it.
const BEFORE: u32 = 2;
/// More different codes or questions than this are not the documentation of one encounter.
const MOST_CODES: usize = 512;

pub(super) fn code(
    kb: &KnowledgeBase,
    encounter: &Encounter<'_>,
    readings: &[Reading],
    coded: &mut Coded,
    cancel: &dyn Cancel,
) -> Result<(), CodingError> {
    let mut details = Details::new(kb, readings);
    let mut elsewhere = Elsewhere::new(readings);
    for candidate in addressed(kb, encounter, readings) {
        if cancel.cancelled() {
            return Err(CodingError::Cancelled);
        }
        let reading = &readings[candidate.document];
        let mention = candidate.mention;
        let evidence = span(reading, candidate.document, mention);
        if mention.assertion == Assertion::Historical
            && let Some((code, pack)) = kb.history_of(mention.node)
        {
            let gone = Mention { node: code.0, leaf: NONE, source: pack, ..*mention };
            add(kb, coded, reading, &Candidate { mention: &gone, ..candidate }, code, Vec::new(), (&[evidence], Vec::new()));
            continue;
        }
        for context in details.of(&candidate) {
            match refine(kb, mention.node, mention.leaf, &context) {
                Refined::Leaf(leaf, mut steps) => {
                    let mut told = leaf;
                    let mut alternatives = Vec::new();
                    let mut spans = vec![evidence];
                    for step in &mut steps {
                        let (kind, code) = (step.kind, CodeId(step.record));
                        let support = match kind {
                            StepKind::Refine => details.support(&candidate, &context, code),
                            StepKind::SeventhCharacter => context.episode.into_iter().collect(),
                            _ => continue,
                        };
                        let support: Vec<Span> = support.into_iter().map(|p| stretch(reading, candidate.document, p)).collect();
                        step.span = support.first().copied();
                        spans.extend(support);
                    }
                    if encounter.scope == Scope::Encounter
                        && steps.iter().any(|s| s.kind == StepKind::Default)
                        && let Some((code, other)) = elsewhere.said(&mut details, &candidate, leaf)
                    {
                        if code != leaf {
                            alternatives.push(Alternative { code: leaf, why: NotCoded::SaidElsewhere });
                        }
                        told = code;
                        steps.retain(|s| s.kind != StepKind::Default);
                        spans.push(span(reading, candidate.document, other));
                        steps.push(Step { kind: StepKind::Elsewhere, record: code.0, pack: Step::TABULAR, span: spans.last().copied() });
                    }
                    let then = match on_day(kb, told, encounter.date) {
                        Ok(then) => then,
                        Err(node) => {
                            ask(coded, node, evidence);
                            continue;
                        }
                    };
                    if then != told {
                        alternatives.push(Alternative { code: told, why: NotCoded::NotOfTheDay });
                        steps.push(Step { kind: StepKind::CodeSet, record: then.0, pack: Step::TABULAR, span: None });
                    }
                    also(kb, coded, reading, &candidate, then, &context);
                    add(kb, coded, reading, &candidate, then, steps, (&spans, alternatives));
                }
                Refined::Stuck(node) => ask(coded, node, evidence),
            }
        }
        if coded.diagnoses.len() + coded.queries.len() > MOST_CODES {
            return Err(CodingError::TooManyCodes);
        }
    }
    later_episodes(kb, coded);
    Ok(())
}

/// The circumstances of an injury are of the episode of care that the injury is; place and activity are told when it is first treated (OCG I.C.20.a.2, I.C.20.b).
fn later_episodes(kb: &KnowledgeBase, coded: &mut Coded) {
    for companion in &kb.rules().companions {
        let within = |code: CodeId, ranges: &CodeRanges| ranges.iter().any(|r| (r.0..r.1).contains(&code.0));
        let mut episodes = coded
            .diagnoses
            .iter()
            .filter(|d| within(d.code, &companion.of) && kb.has(d.code, flag::SEVENTH))
            .map(|d| seventh_of(kb, d.code));
        let Some(episode) = episodes.next().filter(|&first| !matches!(first, b'A' | b'B' | b'C') && episodes.all(|other| other == first))
        else {
            continue;
        };
        let episode = if episode == b'S' { b'S' } else { b'D' };
        coded.diagnoses.retain(|d| !within(d.code, &companion.codes) || kb.has(d.code, flag::SEVENTH));
        for diagnosis in coded.diagnoses.iter_mut().filter(|d| within(d.code, &companion.codes)) {
            let later = kb.parent(diagnosis.code).and_then(|p| kb.current_children(p).find(|&c| seventh_of(kb, c) == episode));
            if let Some(later) = later.filter(|&later| later != diagnosis.code) {
                diagnosis.code = later;
                diagnosis.because.push(Step { kind: StepKind::SeventhCharacter, record: later.0, pack: Step::TABULAR, span: None });
            }
        }
    }
}

/// Asks once which code of a node is meant.
fn ask(coded: &mut Coded, node: CodeId, evidence: Span) {
    let known = |q: &Query| matches!(q, Query::Leaf { node: other, .. } if *other == node);
    if !coded.queries.iter().any(known) {
        coded.queries.push(Query::Leaf { node, evidence });
    }
}

fn stretch(reading: &Reading, document: usize, (first, end): Place) -> Span {
    let (first, last) = (reading.tokens[first as usize], reading.tokens[end as usize - 1]);
    Span { document: document as u32, start: first.start, end: last.end }
}

fn span(reading: &Reading, document: usize, mention: &Mention) -> Span {
    stretch(reading, document, (mention.first, mention.end))
}

/// What a word in a condition or right before it adds ("chronic back pain").
fn also(kb: &KnowledgeBase, coded: &mut Coded, reading: &Reading, candidate: &Candidate<'_>, leaf: CodeId, context: &Context) {
    let Mention { first, end, .. } = *candidate.mention;
    for rule in kb.rules().also.iter().filter(|r| r.codes.iter().any(|range| (range.0..range.1).contains(&leaf.0))) {
        let from = first.saturating_sub(BEFORE) as usize;
        let Some(word) = reading.tokens[from..end as usize].iter().find(|t| kb.canonical(t.word) == rule.word) else { continue };
        // A longer name that begins within the condition tells it more fully ("diabetic CKD stage 3a").
        let of_rule =
            |h: &&Hit| h.sense.kind.get() == sense::CODE && h.end >= end && kb.subsumes(CodeId(rule.gives), CodeId(h.sense.target.get()));
        let fuller = reading.hits_from(first, end).filter(of_rule).max_by_key(|h| h.end - h.first);
        let (node, default) = fuller.map_or((rule.gives, rule.leaf), |h| (h.sense.target.get(), h.sense.extra.get()));
        let Refined::Leaf(code, _) = refine(kb, node, default, context) else { continue };
        if coded.diagnoses.iter().any(|d| d.code == code) {
            continue;
        }
        let span = Span { document: candidate.document as u32, start: word.start, end: reading.tokens[end as usize - 1].end.max(word.end) };
        let because = vec![Step { kind: StepKind::Term, record: rule.gives, pack: rule.pack, span: Some(span) }];
        coded.diagnoses.push(Diagnosis { evidence: vec![span], because, ..Diagnosis::new(code) });
    }
}

fn add(
    kb: &KnowledgeBase,
    coded: &mut Coded,
    reading: &Reading,
    candidate: &Candidate<'_>,
    code: CodeId,
    steps: Vec<Step>,
    (evidence, alternatives): (&[Span], Vec<Alternative>),
) {
    if let Some(known) = coded.diagnoses.iter_mut().find(|d| d.code == code) {
        for span in evidence {
            if known.evidence.len() < MOST_EVIDENCE && !known.evidence.contains(span) {
                known.evidence.push(*span);
            }
        }
        return;
    }
    let mention = candidate.mention;
    let pack = if mention.source == NONE { Step::TABULAR } else { mention.source };
    let mut because = vec![Step { kind: StepKind::Term, record: mention.node, pack, span: evidence.first().copied() }];
    because.extend(reading.mended_in(mention.first, mention.end).map(|m| {
        let token = reading.tokens[m.token as usize];
        let span = Span { document: candidate.document as u32, start: token.start, end: token.end };
        Step { kind: StepKind::ReadAs, record: m.word, pack, span: Some(span) }
    }));
    let sentence = reading.sentences[mention.sentence as usize];
    if let Some(rule) = kb.rules().roles.get(sentence.role as usize) {
        let kind = if sentence.recognised { StepKind::Recognised } else { StepKind::Section };
        because.push(Step { kind, record: sentence.role, pack: rule.pack, span: None });
    }
    because.extend(steps);
    let mut proof: Vec<Span> = Vec::with_capacity(evidence.len());
    for span in evidence {
        if !proof.contains(span) {
            proof.push(*span);
        }
    }
    coded.diagnoses.push(Diagnosis { evidence: proof, because, alternatives, ..Diagnosis::new(code) });
}
