//! Pointers: which diagnoses a service was done for, by what stands with it in the note and by what such services are for.

use crate::{
    code::CodeId,
    coded::{Coded, Diagnosis, Procedure, Span},
    knowledge::{
        KnowledgeBase,
        layout::sense,
        visits::{Affinity, service_in},
    },
    read::{Reading, document::Hit},
};

/// A claim line has room for so many.
pub(super) const MOST_POINTERS: usize = 4;

/// A service that is named more often than this is not told better.
const MOST_PLACES: usize = 16;

/// Where something stands.
type Place = (u32, u32, u32);

fn place(readings: &[Reading], span: Span) -> Option<Place> {
    let reading = readings.get(span.document as usize)?;
    let token = reading.tokens.partition_point(|t| t.start < span.start) as u32;
    let sentence = reading.sentence_of(token);
    Some((span.document, sentence, reading.sentences.get(sentence as usize)?.block))
}

/// Words that tell a code from others, up to its category.
fn telling_words(kb: &KnowledgeBase, code: CodeId) -> Vec<u32> {
    let all = std::iter::once(code).chain(kb.ancestors(code)).flat_map(|c| kb.distinct(c)).map(|w| w.get());
    let mut words: Vec<u32> = all.collect();
    words.sort_unstable();
    words.dedup();
    words
}

struct Candidate {
    places: Vec<Place>,
    words: Vec<u32>,
    /// It only tells circumstances, and is never what a service was done for.
    circumstance: bool,
}

fn candidate(kb: &KnowledgeBase, readings: &[Reading], diagnosis: &Diagnosis) -> Candidate {
    let circumstance = kb.rules().never_first.iter().any(|r| (r.0..r.1).contains(&diagnosis.code.0));
    let places = diagnosis.evidence.iter().filter_map(|&s| place(readings, s)).collect();
    Candidate { places, words: telling_words(kb, diagnosis.code), circumstance }
}

/// Points every procedure to the diagnoses that it was done for, the nearest first.
pub(super) fn point(kb: &KnowledgeBase, readings: &[Reading], coded: &mut Coded) {
    if coded.procedures.is_empty() || coded.diagnoses.is_empty() {
        return;
    }
    let candidates: Vec<Candidate> = coded.diagnoses.iter().map(|d| candidate(kb, readings, d)).collect();
    let diagnoses: Vec<CodeId> = coded.diagnoses.iter().map(|d| d.code).collect();
    let (families, ties) = (&kb.rules().families, &kb.visits().ties);
    for procedure in &mut coded.procedures {
        let row = families.get(procedure.family as usize).and_then(|f| f.rows.get(procedure.row as usize));
        let code = match (row, procedure.add) {
            (Some(row), Some(add)) => row.add.get(add as usize).map_or(row.code.as_str(), |a| a.code.as_str()),
            (Some(row), None) => row.code.as_str(),
            _ => "",
        };
        let mut places: Vec<Place> = procedure.evidence.iter().filter_map(|&s| place(readings, s)).collect();
        places.extend(named_again(readings, procedure));
        let words = words_of(kb, readings, &places);
        let of_kind: Vec<&Affinity> = kb.visits().affinities.iter().filter(|a| service_in(&a.procedures, code)).collect();
        let score = |at: usize| {
            let one = &candidates[at];
            let beside = |same: &dyn Fn(&Place, &Place) -> bool| one.places.iter().any(|d| places.iter().any(|p| same(d, p)));
            let near = if beside(&|d, p| (d.0, d.1) == (p.0, p.1)) {
                ties.sentence
            } else if beside(&|d, p| (d.0, d.2) == (p.0, p.2)) {
                ties.paragraph
            } else {
                0
            };
            let kind = of_kind
                .iter()
                .filter(|a| a.modifiers.is_empty())
                .any(|a| a.diagnoses.iter().any(|r| (r.0..r.1).contains(&diagnoses[at].0)));
            let shared = one.words.iter().filter(|w| words.binary_search(w).is_ok()).count() as u32;
            near + if kind { ties.kind } else { 0 } + shared * ties.word
        };
        let mut scored: Vec<(u32, usize)> = (0..candidates.len()).map(|at| (score(at), at)).collect();
        // The best first; of equals the one that the claim lists first. Circumstances go last.
        scored.sort_by_key(|&(score, at)| (candidates[at].circumstance, std::cmp::Reverse(score), at));
        let tied = scored.iter().any(|s| s.0 >= ties.enough && !candidates[s.1].circumstance);
        let best = scored.first().map(|s| s.1);
        if tied {
            scored.retain(|&(score, at)| score >= ties.enough || Some(at) == best);
        } else {
            scored.sort_by_key(|s| s.1);
        }
        let mut pointers: Vec<u32> = scored.into_iter().map(|s| s.1 as u32).collect();
        let by_modifier = of_kind.iter().filter(|a| a.modifiers.iter().any(|m| procedure.modifiers.contains(m)));
        for affinity in by_modifier {
            let of = |at: &u32| affinity.diagnoses.iter().any(|r| (r.0..r.1).contains(&diagnoses[*at as usize].0));
            if let Some(first) = (0..diagnoses.len() as u32).find(of) {
                pointers.retain(|&p| p != first);
                pointers.insert(0, first);
            }
        }
        pointers.truncate(MOST_POINTERS);
        procedure.pointers = pointers;
    }
}

/// Where else the note names the service: beside its diagnosis in the assessment, often.
fn named_again(readings: &[Reading], procedure: &Procedure) -> Vec<Place> {
    let Some(anchor) = procedure.evidence.first() else { return Vec::new() };
    let Some(reading) = readings.get(anchor.document as usize) else { return Vec::new() };
    let terms = reading.terms_of(procedure.family);
    let start = |h: &Hit| reading.tokens.get(h.first as usize).map(|t| t.start);
    let of_element = |h: &&Hit| h.sense.kind.get() == sense::ELEMENT;
    let Some(named) = terms.iter().filter(of_element).find(|h| start(h) == Some(anchor.start)) else { return Vec::new() };
    let same = terms.iter().filter(of_element).filter(|h| h.sense.extra == named.sense.extra);
    let spans = same.filter_map(|h| Some(Span { start: start(h)?, ..*anchor }));
    spans.filter_map(|s| place(readings, s)).take(MOST_PLACES).collect()
}

/// The diagnoses that stand in a paragraph with a piece of evidence.
pub(super) fn beside(readings: &[Reading], evidence: &[Span], coded: &Coded) -> Vec<u32> {
    let places: Vec<Place> = evidence.iter().filter_map(|&s| place(readings, s)).collect();
    let in_block =
        |d: &Diagnosis| d.evidence.iter().filter_map(|&s| place(readings, s)).any(|of| places.iter().any(|p| (p.0, p.2) == (of.0, of.2)));
    (0..).zip(&coded.diagnoses).filter(|(_, d)| in_block(d)).map(|(at, _)| at).collect()
}

/// The words of the sentences that a service stands in, sorted: they name its site and reason too.
fn words_of(kb: &KnowledgeBase, readings: &[Reading], places: &[Place]) -> Vec<u32> {
    let inside = |&(document, sentence, _): &Place| {
        let reading = readings.get(document as usize)?;
        let inside = reading.sentences.get(sentence as usize)?;
        reading.tokens.get(inside.first as usize..inside.end as usize)
    };
    let mut words: Vec<u32> = places.iter().filter_map(inside).flatten().map(|t| kb.canonical(t.word)).collect();
    words.sort_unstable();
    words.dedup();
    words
}
