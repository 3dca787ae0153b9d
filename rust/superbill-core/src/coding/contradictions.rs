//! What sections of the documentation say against each other, for a coder to look at: another side of one condition, another course, or two things of which a
//! patient has one.

use super::{category, detail::beside, side};
use crate::{
    code::CodeId,
    coded::{About, Coded, Contradiction, Span},
    knowledge::{
        KnowledgeBase,
        layout::sense,
        rules::{Addressed, Assertion, CodeRanges},
        visits::Telling,
    },
    read::{Mention, Reading, document::Hit},
};

/// A condition whose side is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sided {
    node: u32,
    /// Document and role.
    section: (u32, u32),
    side: &'static str,
    span: Span,
}

/// The one side that stands in a condition or beside it, with no other condition between.
fn sided(kb: &KnowledgeBase, reading: &Reading, document: u32, at: usize) -> Option<Sided> {
    let mention = &reading.mentions[at];
    let sentence = reading.sentences.get(mention.sentence as usize)?;
    let (from, to) = beside(reading, at, sentence);
    let mut told = side::told(kb, reading, from, to);
    let (side, place) = told.next()?;
    if side == "bilateral" || told.any(|other| other.0 != side) {
        return None;
    }
    let span = reading.span(document, place.0.min(mention.first), place.1.max(mention.end))?;
    Some(Sided { node: mention.node, section: (document, sentence.role), side, span })
}

fn sides(kb: &KnowledgeBase, readings: &[Reading], coded: &mut Coded) {
    let mut all: Vec<Sided> = Vec::new();
    for (document, reading) in (0..).zip(readings) {
        let present = (0..reading.mentions.len()).filter(|&at| reading.mentions[at].assertion == Assertion::Present);
        all.extend(present.filter_map(|at| sided(kb, reading, document, at)));
    }
    all.sort_unstable();
    let mut codes: Vec<_> = coded.diagnoses.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    for same in all.chunk_by(|a, b| a.node == b.node) {
        // Only where the claim tells a side.
        let below = kb.subtree(CodeId(same[0].node));
        let from = codes.partition_point(|c| c.0 < below.start);
        if !codes[from..].iter().take_while(|c| c.0 < below.end).any(|&code| side::tells(kb, code)) {
            continue;
        }
        let mut sections = same.chunk_by(|a, b| a.section == b.section);
        // Who has it on both sides says so in one place.
        let one_side = |section: &[Sided]| section.iter().all(|s| s.side == section[0].side);
        if !sections.clone().all(one_side) {
            continue;
        }
        let first = same[0];
        if let Some(other) = sections.find(|section| section[0].side != first.side) {
            let mut evidence = vec![first.span, other[0].span];
            evidence.sort_unstable();
            coded.contradictions.push(Contradiction { about: About::Side(CodeId(first.node)), evidence });
        }
    }
}

fn kinds(kb: &KnowledgeBase, readings: &[Reading], coded: &mut Coded) {
    let rules = kb.rules();
    let lasts = |node: u32| rules.lasting.iter().any(|r| (r.0..r.1).contains(&node));
    let has = |m: &Mention| m.assertion == Assertion::Present || m.assertion == Assertion::Historical && lasts(m.node);
    for (at, rule) in (0..).zip(&rules.one_of) {
        let of = |kind: &CodeRanges, node: u32| kind.iter().find(|r| (r.0..r.1).contains(&node)).copied();
        let kind = |node: u32| rule.each.iter().position(|kind| of(kind, node).is_some());
        // Where no kind is told one is coded all the same ("diabetic neuropathy" as of type 2), and contradicts nothing.
        let says = |reading: &Reading, m: &Mention| {
            let named = |top: u32| {
                let words = &reading.tokens[m.first as usize..m.end as usize];
                kb.distinct(CodeId(top)).iter().any(|d| words.iter().any(|w| kb.canonical(w.word) == d.get()))
            };
            !rule.named || rule.each.iter().find_map(|kind| of(kind, m.node)).is_some_and(|r| named(r.0))
        };
        let Some((claimed, diagnosis)) = coded.diagnoses.iter().find_map(|d| Some((kind(d.code.0)?, d))) else { continue };
        let other = (0..).zip(readings).find_map(|(document, reading)| {
            let told =
                reading.mentions.iter().filter(|m| has(m) && says(reading, m)).find(|m| kind(m.node).is_some_and(|k| k != claimed))?;
            reading.span(document, told.first, told.end)
        });
        let of_claim = |m: &Mention| has(m) && kind(m.node) == Some(claimed);
        let told = readings.iter().any(|reading| reading.mentions.iter().any(|m| of_claim(m) && says(reading, m)));
        if let Some(other) = other.filter(|_| told) {
            let evidence = diagnosis.evidence.first().copied().into_iter().chain([other]).collect();
            coded.contradictions.push(Contradiction { about: About::Kind(at), evidence });
        }
    }
}

/// How a condition is said to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Course {
    category: CodeId,
    /// Document and role.
    section: (u32, u32),
    worse: bool,
    assessed: bool,
    span: Span,
}

/// What is said right beside a condition of how it stands, with no other condition between and nothing that denies it.
fn course(kb: &KnowledgeBase, reading: &Reading, document: u32, at: usize) -> Option<Course> {
    let mention = &reading.mentions[at];
    let sentence = reading.sentences.get(mention.sentence as usize)?;
    let (before, after) = beside(reading, at, sentence);
    let tells = |h: &Hit| kb.visits().phrases.get(h.sense.target.get() as usize).map(|p| p.tells);
    let from = reading.visit.partition_point(|h| h.first < before);
    let near = || reading.visit[from..].iter().take_while(|h| h.first < after).filter(|h| h.end <= after);
    let held = |hit: &Hit| near().any(|o| o.first <= hit.first && hit.end <= o.end && o.end - o.first > hit.end - hit.first);
    let denied = |hit: &Hit| {
        let cue = |h: &Hit| {
            h.sense.kind.get() == sense::CUE
                && kb.rules().cues.get(h.sense.target.get() as usize).is_some_and(|c| c.assertion != Assertion::Present)
        };
        reading.hits_in(sentence.first, hit.first).any(cue)
    };
    let mut told = near().filter(|h| matches!(tells(h), Some(Telling::Stable | Telling::Worse)) && !held(h));
    let hit = told.next()?;
    let worse = tells(hit) == Some(Telling::Worse);
    // An earlier course is not today's.
    let between = &reading.tokens[mention.end.min(hit.first) as usize..hit.first as usize];
    let past = between.iter().any(|token| kb.rules().past.binary_search(&token.word).is_ok());
    if past || denied(hit) || told.any(|other| (tells(other) == Some(Telling::Worse)) != worse) {
        return None;
    }
    let assessed = kb.rules().roles.get(sentence.role as usize).is_some_and(|r| r.addressed == Addressed::Yes);
    let span = reading.span(document, hit.first.min(mention.first), hit.end.max(mention.end))?;
    Some(Course { category: category(kb, CodeId(mention.node)), section: (document, sentence.role), worse, assessed, span })
}

/// A condition that the assessment calls stable and another section worse, or the other way about.
fn courses(kb: &KnowledgeBase, readings: &[Reading], coded: &mut Coded) {
    let mut all: Vec<Course> = Vec::new();
    for (document, reading) in (0..).zip(readings).filter(|r| !r.1.visit.is_empty()) {
        let present = (0..reading.mentions.len()).filter(|&at| reading.mentions[at].assertion == Assertion::Present);
        all.extend(present.filter_map(|at| course(kb, reading, document, at)));
    }
    all.sort_unstable();
    let claimed: Vec<CodeId> = coded.diagnoses.iter().map(|d| category(kb, d.code)).collect();
    for same in all.chunk_by(|a, b| a.category == b.category).filter(|same| claimed.contains(&same[0].category)) {
        let mut sections = same.chunk_by(|a, b| a.section == b.section);
        // What improves and worsens within one section is a story, not a contradiction.
        if !sections.clone().all(|section| section.iter().all(|c| c.worse == section[0].worse)) {
            continue;
        }
        let Some(assessed) = same.iter().find(|c| c.assessed) else { continue };
        if let Some(other) = sections.find(|section| !section[0].assessed && section[0].worse != assessed.worse) {
            let mut evidence = vec![assessed.span, other[0].span];
            evidence.sort_unstable();
            coded.contradictions.push(Contradiction { about: About::Course(assessed.category), evidence });
        }
    }
}

pub(super) fn find(kb: &KnowledgeBase, readings: &[Reading], coded: &mut Coded) {
    sides(kb, readings, coded);
    kinds(kb, readings, coded);
    courses(kb, readings, coded);
}
