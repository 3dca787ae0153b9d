//! Diagnoses: which mentions the encounter addressed, and the codes that they support.

use super::{
    confidence::{Features, per_mille},
    refine::{Context, Refined, refine},
};
use crate::{
    code::CodeId,
    coded::{Coded, Diagnosis, Query, Span, Step, StepKind},
    encounter::{Encounter, Scope, Setting},
    knowledge::{
        KnowledgeBase,
        layout::{NONE, sense},
        rules::{Addressed, Assertion, CodeRanges},
    },
    read::{Mention, Reading, Sentence},
};

/// Words of a line that names a problem; a longer one tells a story.
const PROBLEM_LINE: u32 = 12;

/// A mention that is to be coded, with the sentences that may add detail.
struct Candidate<'a> {
    document: usize,
    mention: &'a Mention,
    addressed: bool,
}

fn codable(encounter: &Encounter<'_>, mention: &Mention) -> bool {
    // Uncertain diagnoses count as established only for inpatient facilities (OCG II.H, IV.H).
    let uncertain = encounter.setting == Setting::InpatientFacility && mention.assertion == Assertion::Possible;
    mention.assertion == Assertion::Present || uncertain
}

fn role_says(kb: &KnowledgeBase, reading: &Reading, sentence: u32) -> Addressed {
    let role = reading.sentences[sentence as usize].role;
    kb.rules().roles.get(role as usize).map_or(Addressed::Maybe, |r| r.addressed)
}

/// The mentions that the encounter evaluated or treated: the problems that its assessment names, else what the sections that may tell it name.
fn addressed<'a>(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &'a [Reading]) -> Vec<Candidate<'a>> {
    let all = |wanted: Addressed| {
        readings.iter().enumerate().flat_map(move |(document, reading)| {
            let fits = move |m: &&Mention| codable(encounter, m) && role_says(kb, reading, m.sentence) == wanted;
            reading.mentions.iter().filter(fits).map(move |mention| Candidate { document, mention, addressed: wanted == Addressed::Yes })
        })
    };
    if encounter.scope == Scope::All {
        return all(Addressed::Yes).chain(all(Addressed::Maybe)).chain(all(Addressed::No)).collect();
    }
    let mut chosen = problems(readings, all(Addressed::Yes).collect());
    if chosen.is_empty() && !assessed_in_unknown_words(kb, readings) {
        chosen = all(Addressed::Maybe).collect();
    }
    // The circumstances of an injury are told in its history, not in the assessment (OCG I.C.20.a).
    let within = |c: &Candidate<'_>, ranges: &CodeRanges| ranges.iter().any(|r| (r.0..r.1).contains(&c.mention.node));
    for companion in &kb.rules().companions {
        if chosen.iter().any(|c| within(c, &companion.of)) {
            chosen.retain(|c| !within(c, &companion.codes));
            chosen.extend(all(Addressed::Yes).chain(all(Addressed::Maybe)).filter(|c| within(c, &companion.codes)));
        } else if chosen.iter().any(|c| c.addressed) {
            chosen.retain(|c| !within(c, &companion.codes));
        }
    }
    chosen
}

/// Whether an assessment stands there of which no condition is known: then what the rest of the note tells is no substitute. Where it names only
/// what is uncertain or excluded, the symptoms that the rest tells are what can be coded (OCG IV.D, IV.H).
fn assessed_in_unknown_words(kb: &KnowledgeBase, readings: &[Reading]) -> bool {
    let assessed = |reading: &Reading| (0..reading.sentences.len() as u32).any(|s| role_says(kb, reading, s) == Addressed::Yes);
    let known = |reading: &Reading| reading.mentions.iter().any(|m| role_says(kb, reading, m.sentence) == Addressed::Yes);
    readings.iter().any(assessed) && !readings.iter().any(known)
}

/// Of what the assessment tells, the problems that it names.
fn problems<'a>(readings: &'a [Reading], yes: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
    let sentence = |c: &Candidate<'_>| readings[c.document].sentences[c.mention.sentence as usize];
    let names_problem = |c: &Candidate<'_>| {
        let s = sentence(c);
        s.leads && s.end - s.first <= PROBLEM_LINE
    };
    if yes.iter().any(names_problem) {
        return yes.into_iter().filter(|c| names_problem(c)).collect();
    }
    // Prose: of each paragraph the first sentence that names a condition.
    let mut first: Vec<(usize, u32, u32)> = Vec::new();
    for c in &yes {
        let block = sentence(c).block;
        if !first.iter().any(|f| f.0 == c.document && f.1 == block) {
            first.push((c.document, block, c.mention.sentence));
        }
    }
    yes.into_iter().filter(|c| first.contains(&(c.document, sentence(c).block, c.mention.sentence))).collect()
}

/// Canonical words and attribute values of a sentence.
fn words_of(kb: &KnowledgeBase, reading: &Reading, s: &Sentence, out: &mut Vec<u32>) {
    out.extend(reading.tokens[s.first as usize..s.end as usize].iter().map(|t| kb.canonical(t.word)));
    values_of(kb, reading, std::iter::once(s), out);
}

/// Words of the attribute values of some sentences.
fn values_of<'a>(kb: &KnowledgeBase, reading: &Reading, sentences: impl Iterator<Item = &'a Sentence>, out: &mut Vec<u32>) {
    for s in sentences {
        for hit in reading.hits_in(s.first, s.end).filter(|h| h.sense.kind.get() == sense::ATTRIBUTE) {
            if let Some(attribute) = kb.rules().attributes.get(hit.sense.target.get() as usize) {
                out.extend(&attribute.words);
            }
        }
    }
    out.sort_unstable();
    out.dedup();
}

struct Sides {
    right: Vec<u32>,
    left: Vec<u32>,
    both: Vec<u32>,
}

impl Sides {
    fn new(kb: &KnowledgeBase) -> Self {
        let of = |value: &str| {
            let find = kb.rules().attributes.iter().find(|a| a.axis == "laterality" && a.value == value);
            find.map(|a| a.words.clone()).unwrap_or_default()
        };
        Self { right: of("right"), left: of("left"), both: of("bilateral") }
    }

    fn told(words: &[u32], side: &[u32]) -> bool {
        !side.is_empty() && side.iter().all(|w| words.binary_search(w).is_ok())
    }
}

fn seventh(kb: &KnowledgeBase, node: u32, reading: &Reading, block: u32) -> u8 {
    let episode = reading.sentences.iter().filter(|s| s.block == block).flat_map(|s| reading.hits_in(s.first, s.end)).find_map(|h| {
        let attribute =
            (h.sense.kind.get() == sense::ATTRIBUTE).then(|| kb.rules().attributes.get(h.sense.target.get() as usize)).flatten()?;
        (attribute.axis == "episode").then_some(attribute.value.as_str())
    });
    match episode {
        Some("subsequent") => b'D',
        Some("sequela") => b'S',
        Some("initial") => b'A',
        _ => {
            let default = kb.rules().default_episodes.iter().find(|d| d.under.iter().any(|r| (r.0..r.1).contains(&node)));
            default.map_or(b'A', |d| d.seventh)
        }
    }
}

pub(super) fn code(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], coded: &mut Coded) {
    let sides = Sides::new(kb);
    for candidate in addressed(kb, encounter, readings) {
        let reading = &readings[candidate.document];
        let mention = candidate.mention;
        let sentence = reading.sentences[mention.sentence as usize];
        let mut words = Vec::new();
        words_of(kb, reading, &sentence, &mut words);
        let side_told =
            |words: &[u32]| Sides::told(words, &sides.right) || Sides::told(words, &sides.left) || Sides::told(words, &sides.both);
        let own_side = side_told(&words);
        let side_words = [&sides.right, &sides.left, &sides.both];
        let is_side = |w: &u32| side_words.iter().any(|s| s.contains(w));
        // The sentence tells what the condition is; its paragraph only adds values that every condition has (side, acuity, severity).
        let mut around = Vec::new();
        values_of(kb, reading, reading.sentences.iter().filter(|s| s.block == sentence.block), &mut around);
        if !own_side && !side_told(&around) {
            // One side in the whole note is this problem's side; two leave it open.
            let mut note = Vec::new();
            values_of(kb, reading, reading.sentences.iter(), &mut note);
            // What is said of both sides of a body is seldom said of this problem ("lungs clear bilaterally").
            if Sides::told(&note, &sides.right) != Sides::told(&note, &sides.left) {
                around.extend(note.iter().copied().filter(|w| is_side(w) && !sides.both.contains(w)));
            }
        }
        words.extend(around.into_iter().filter(|w| !own_side || !is_side(w)));
        words.sort_unstable();
        words.dedup();
        let seventh = seventh(kb, mention.node, reading, sentence.block);
        let evidence = Span {
            document: candidate.document as u32,
            start: reading.tokens[mention.first as usize].start,
            end: reading.tokens[mention.end as usize - 1].end,
        };
        let two_sided = Sides::told(&words, &sides.both) || Sides::told(&words, &sides.right) && Sides::told(&words, &sides.left);
        let documented = Sides::told(&words, &sides.both);
        let without = |drop: &[&Vec<u32>]| -> Vec<u32> { words.iter().copied().filter(|w| !drop.iter().any(|d| d.contains(w))).collect() };
        let attempts: Vec<Vec<u32>> = if !two_sided {
            vec![words.clone()]
        } else if documented {
            // A bilateral code where the list has one, else right and left (OCG I.B.13).
            let bilateral = without(&[&sides.right, &sides.left]);
            let has_bilateral = matches!(refine(kb, mention.node, mention.leaf, &Context { words: &bilateral, seventh }),
                Refined::Leaf(leaf, _) if sides.both.iter().any(|w| kb.distinct(leaf).iter().any(|d| d.get() == *w)
                    || kb.parent(leaf).is_some_and(|p| kb.distinct(p).iter().any(|d| d.get() == *w))));
            if has_bilateral {
                vec![bilateral]
            } else {
                let mut right = without(&[&sides.left, &sides.both]);
                let mut left = without(&[&sides.right, &sides.both]);
                right.extend(&sides.right);
                left.extend(&sides.left);
                right.sort_unstable();
                left.sort_unstable();
                vec![right, left]
            }
        } else if own_side {
            vec![without(&[&sides.left, &sides.both]), without(&[&sides.right, &sides.both])]
        } else {
            vec![without(&[&sides.right, &sides.left, &sides.both])]
        };
        for words in attempts {
            match refine(kb, mention.node, mention.leaf, &Context { words: &words, seventh }) {
                Refined::Leaf(leaf, steps) => add(kb, coded, &candidate, leaf, steps, evidence, sentence.role),
                Refined::Stuck(node) => {
                    let query = Query::Leaf { node, evidence };
                    let known = |q: &Query| matches!(q, Query::Leaf { node: other, .. } if *other == node);
                    if !coded.queries.iter().any(known) {
                        coded.queries.push(query);
                    }
                }
            }
        }
    }
}

fn add(kb: &KnowledgeBase, coded: &mut Coded, candidate: &Candidate<'_>, code: CodeId, steps: Vec<Step>, evidence: Span, role: u32) {
    if let Some(known) = coded.diagnoses.iter_mut().find(|d| d.code == code) {
        if !known.evidence.contains(&evidence) {
            known.evidence.push(evidence);
        }
        return;
    }
    let mention = candidate.mention;
    let pack = if mention.source == NONE { Step::TABULAR } else { mention.source };
    let mut because = vec![Step { kind: StepKind::Term, record: mention.node, pack, span: Some(evidence) }];
    if role != NONE {
        because.push(Step { kind: StepKind::Section, record: role, pack: Step::TABULAR, span: None });
    }
    let defaulted = steps.iter().any(|s| s.kind == StepKind::Default) && !kb.is_billable(CodeId(mention.node));
    because.extend(steps);
    let features = Features { addressed: candidate.addressed, defaulted, curated: mention.source != NONE, assumed: false };
    coded.diagnoses.push(Diagnosis { code, confidence: per_mille(features), evidence: vec![evidence], because });
}
