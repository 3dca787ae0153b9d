//! Structure of a note: sections by their headings, blocks (a problem, a paragraph), sentences, and what is mentioned in them.

use super::{
    assertion, index_walk,
    layout::{self, Content},
    sentences::{Gap, gaps, split},
    spelling::ReadAs,
    split::join,
    token::{Token, tokenize},
    trie::Match,
};
use crate::coded::Span;
use crate::knowledge::{
    KnowledgeBase,
    layout::{NONE, Range, SenseRecord, sense},
    rules::{Addressed, Assertion},
};

/// A sentence: a range of tokens, its section's role and its block.
#[derive(Clone, Copy, Debug)]
pub struct Sentence {
    pub first: u32,
    pub end: u32,
    /// Index into the rules' roles, or [`NONE`].
    pub role: u32,
    /// Whether what it says gave it the role, and no heading.
    pub recognised: bool,
    /// Counts paragraphs and list items of the document.
    pub block: u32,
    /// First sentence or line of its block: where a problem is named.
    pub leads: bool,
    /// Runs on in a paragraph: dictated problems follow one another there. Not below an item of a list.
    pub runs: bool,
}

/// A phrase of the lexicon in the text.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    pub first: u32,
    pub end: u32,
    pub sense: SenseRecord,
}

/// A condition named in the text.
#[derive(Clone, Copy, Debug)]
pub struct Mention {
    pub first: u32,
    pub end: u32,
    pub sentence: u32,
    /// Node of the tabular list, default leaf or [`NONE`], and the pack or [`NONE`].
    pub node: u32,
    pub leaf: u32,
    pub source: u32,
    pub assertion: Assertion,
}

/// One document as read.
#[derive(Debug, Default)]
pub struct Reading {
    pub tokens: Vec<Token>,
    pub sentences: Vec<Sentence>,
    /// In order of start, without the terms of procedure families.
    pub hits: Vec<Hit>,
    pub mentions: Vec<Mention>,
    /// The terms of the procedure families of which an anchor is told, by family, then in order of start.
    terms: Vec<Hit>,
    /// What is told of the visit, in order of start.
    pub visit: Vec<Hit>,
    /// Misspelt words, in order.
    pub mended: Vec<ReadAs>,
    /// What kinds of things paragraphs tell, by the token that begins to.
    pub(super) content: Vec<(u32, Content)>,
    /// Phrases as the walk finds them, whether across interposed words, and where their senses are.
    found: Vec<(Match, bool, Range)>,
    /// By family, whether an anchor of it is told.
    told: Vec<bool>,
    /// By token, the white space before it.
    pub(super) gaps: Vec<Gap>,
}

/// Which procedure families a document is read for: those of services, or those of what a hospital does during a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Families {
    Services,
    Inpatient,
}

/// Reads a document. Linear in its length.
pub fn read(kb: &KnowledgeBase, text: &str, families: Families, reading: &mut Reading) {
    let trie = kb.trie();
    tokenize(text, trie.vocabulary(), &mut reading.tokens);
    kb.spelling().mend(trie.vocabulary(), text, &mut reading.tokens, &mut reading.mended);
    reading.sentences.clear();
    reading.hits.clear();
    reading.mentions.clear();
    reading.terms.clear();
    reading.visit.clear();
    reading.content.clear();
    let (hits, terms, visit, content) = (&mut reading.hits, &mut reading.terms, &mut reading.visit, &mut reading.content);
    let (senses, interposed) = (kb.all_senses(), &kb.rules().interposed);
    // Most words are told from the interposed by six of their bits.
    let bits = interposed.iter().fold(0_u64, |bits, word| bits | 1 << (word & 63));
    let interposed = |word: u32| bits >> (word & 63) & 1 == 1 && interposed.binary_search(&word).is_ok();
    let services = families == Families::Services;
    // The walk and the senses apart: what a phrase means lies elsewhere in memory, and the walk need not wait for it.
    reading.found.clear();
    trie.find_across(&reading.tokens, interposed, |m, across| reading.found.push((m, across, senses.places(m.phrase))));
    // A condition and a service may have a side or an article within their names; other phrases are only meant as they are written.
    let anchors = |of: &SenseRecord| kb.rules().is_anchor(of.target.get() as usize, (of.extra.get() >> 16) as usize);
    for &(m, across, places) in &reading.found {
        for &(mut sense) in senses.at(places) {
            if sense.kind.get() == sense::CONTENT {
                content.extend(Content::of_sense(sense).filter(|_| !across).map(|c| (m.first, c)));
                continue;
            }
            let of = match sense.kind.get() {
                sense::CODE => &mut *hits,
                sense::ELEMENT if across && services && anchors(&sense) => &mut *terms,
                _ if across => continue,
                sense::ELEMENT | sense::NEAR if services => &mut *terms,
                sense::INPATIENT_ELEMENT | sense::INPATIENT_NEAR if !services => {
                    sense.kind = if sense.kind.get() == sense::INPATIENT_NEAR { sense::NEAR } else { sense::ELEMENT }.into();
                    &mut *terms
                }
                sense::ELEMENT | sense::NEAR | sense::INPATIENT_ELEMENT | sense::INPATIENT_NEAR => continue,
                sense::VISIT => &mut *visit,
                _ => &mut *hits,
            };
            // Of one start the longest first; they come in order of their starts.
            let after = of.iter().rev().take_while(|h| h.first == m.first && h.end < m.end).count();
            of.insert(of.len() - after, Hit { first: m.first, end: m.end, sense });
        }
    }
    keep_terms_in_play(kb, terms, &mut reading.told);
    gaps(text, &reading.tokens, &mut reading.gaps);
    split(kb, text, reading);
    mention(kb, text, reading);
    assertion::assert(kb, reading);
    if layout::recognise(kb, text, reading) {
        // What stands in an assessment is not what the section before it makes of it.
        assertion::assert(kb, reading);
    }
}

/// Most families share words with every note ("left", "open") and are told in few: only where an anchor is told their terms are worth keeping.
fn keep_terms_in_play(kb: &KnowledgeBase, terms: &mut Vec<Hit>, told: &mut Vec<bool>) {
    let rules = kb.rules();
    told.clear();
    told.resize(rules.families.len(), false);
    for hit in terms.iter().filter(|h| h.sense.kind.get() == sense::ELEMENT) {
        let family = hit.sense.target.get() as usize;
        if rules.is_anchor(family, (hit.sense.extra.get() >> 16) as usize) {
            told[family] = true;
        }
    }
    terms.retain(|h| told.get(h.sense.target.get() as usize) == Some(&true));
    terms.sort_by_key(|h| (h.sense.target.get(), h.first, std::cmp::Reverse(h.end)));
}

impl Reading {
    /// The stretch of the document's text that a range of tokens is.
    pub fn span(&self, document: u32, first: u32, end: u32) -> Option<Span> {
        let (first, last) = (self.tokens.get(first as usize)?, self.tokens.get(end.checked_sub(1)? as usize)?);
        Some(Span { document, start: first.start, end: last.end })
    }

    /// The sentence that a token stands in.
    pub fn sentence_of(&self, token: u32) -> u32 {
        (self.sentences.partition_point(|s| s.first <= token)).saturating_sub(1) as u32
    }

    /// Whether an anchor of a procedure family is told.
    pub fn tells(&self, family: u32) -> bool {
        self.told.get(family as usize) == Some(&true)
    }

    /// The terms of a procedure family, in order of start; none where none of its anchors is told.
    pub fn terms_of(&self, family: u32) -> &[Hit] {
        let from = self.terms.partition_point(|t| t.sense.target.get() < family);
        let to = self.terms.partition_point(|t| t.sense.target.get() <= family);
        self.terms.get(from..to).unwrap_or_default()
    }

    /// The misspelt words in a range of tokens.
    pub fn mended_in(&self, first: u32, end: u32) -> impl Iterator<Item = &ReadAs> {
        let from = self.mended.partition_point(|m| m.token < first);
        self.mended[from..].iter().take_while(move |m| m.token < end)
    }

    /// The sentences of a block.
    pub fn block(&self, block: u32) -> &[Sentence] {
        let from = self.sentences.partition_point(|s| s.block < block);
        let to = self.sentences.partition_point(|s| s.block <= block);
        self.sentences.get(from..to).unwrap_or_default()
    }

    /// The hits that begin in a range of tokens.
    pub fn hits_from(&self, first: u32, end: u32) -> impl Iterator<Item = &Hit> {
        let from = self.hits.partition_point(|h| h.first < first);
        self.hits[from..].iter().take_while(move |h| h.first < end)
    }

    /// The hits that lie in a range of tokens.
    pub fn hits_in(&self, first: u32, end: u32) -> impl Iterator<Item = &Hit> {
        let from = self.hits.partition_point(|h| h.first < first);
        self.hits[from..].iter().take_while(move |h| h.first < end).filter(move |h| h.end <= end)
    }
}

/// Conditions: of overlapping phrases the longest, the first of equals; an abbreviation by its neighbours.
fn mention(kb: &KnowledgeBase, text: &str, reading: &mut Reading) {
    let plain = |h: &&Hit| kb.rules().not_by_title.iter().any(|r| (r.0..r.1).contains(&h.sense.target.get()));
    let mut spans: Vec<(u32, u32, usize)> = Vec::new();
    let mut at = 0;
    while at < reading.hits.len() {
        let (first, end) = (reading.hits[at].first, reading.hits[at].end);
        let same = reading.hits[at..].iter().take_while(|h| h.first == first && h.end == end).count();
        if reading.hits[at..at + same].iter().any(|h| matches!(h.sense.kind.get(), sense::CODE | sense::ABBREVIATION)) {
            spans.push((first, end, at));
        }
        at += same;
    }
    keep_kinds(kb, reading, &mut spans);
    spans.sort_by_key(|s| (std::cmp::Reverse(s.1 - s.0), s.0));
    let mut taken = vec![false; reading.tokens.len()];
    let mut mentions: Vec<Mention> = Vec::new();
    for (first, end, at) in spans {
        let tokens = first as usize..end as usize;
        if taken[tokens.clone()].contains(&true) {
            continue;
        }
        let sentence = reading.sentence_of(first);
        let within = reading.sentences.get(sentence as usize).is_some_and(|s| s.first <= first && end <= s.end);
        if !within {
            continue;
        }
        // Our lexicon speaks as notes do; titles and inclusion terms are the second choice, the most general code first.
        let same = || reading.hits[at..].iter().take_while(|h| h.first == first && h.end == end);
        let codes = || same().filter(|h| h.sense.kind.get() == sense::CODE);
        let chosen = codes().find(|h| h.sense.source.get() != NONE).or_else(|| codes().find(|h| !plain(h)));
        let found = if let Some(hit) = chosen {
            Some((hit.sense.target.get(), hit.sense.extra.get(), hit.sense.source.get()))
        } else if let Some(hit) = same().find(|h| h.sense.kind.get() == sense::ABBREVIATION) {
            taken[tokens.clone()].fill(true);
            abbreviation(kb, text, reading, hit, sentence)
        } else {
            None
        };
        if let Some((node, leaf, source)) = found {
            taken[tokens].fill(true);
            mentions.push(Mention { first, end, sentence, node, leaf, source, assertion: Assertion::Present });
        }
    }
    join(kb, text, reading, &mut taken, &mut mentions);
    index_walk::look_up(kb, text, reading, &mut taken, &mut mentions);
    mentions.sort_by_key(|m| m.first);
    reading.mentions = mentions;
}

/// What kind of disease it is says more than where it is: of "septic arthritis" and "arthritis of the knee" in one name the first is meant, and its site is a detail.
fn keep_kinds(kb: &KnowledgeBase, reading: &Reading, spans: &mut Vec<(u32, u32, usize)>) {
    let attribute = |h: &Hit| kb.rules().attributes.get(h.sense.target.get() as usize).filter(|_| h.sense.kind.get() == sense::ATTRIBUTE);
    let kind = reading.hits.iter().filter(|h| attribute(h).is_some_and(|a| a.axis == KIND)).map(|h| h.first);
    // Spans stand in order, of one start the longest first.
    let named = |first: u32| spans.get(spans.partition_point(|s| s.0 < first)).filter(|s| s.0 == first).map(|s| (s.0, s.1));
    let kinds: Vec<(u32, u32)> = kind.filter_map(named).collect();
    spans.retain(|span| {
        let before = kinds.partition_point(|k| k.0 < span.0).checked_sub(1).and_then(|at| kinds.get(at));
        before.is_none_or(|kind| span.0 >= kind.1 || span.1 <= kind.1)
    });
}

/// The axis of words that tell the kind of a disease.
const KIND: &str = "kind";

/// How far a word may stand from an abbreviation and tell its sense; it also has to be of the same block.
const NEIGHBOURS: u32 = 60;

fn abbreviation(kb: &KnowledgeBase, text: &str, reading: &Reading, hit: &Hit, sentence: u32) -> Option<(u32, u32, u32)> {
    let senses = kb.rules().abbreviations.get(hit.sense.target.get() as usize)?;
    let block = reading.sentences[sentence as usize].block;
    let sentences = reading.block(block);
    let (first, end) = (sentences.first()?.first, sentences.last()?.end);
    let near = first.max(hit.first.saturating_sub(NEIGHBOURS)) as usize..end.min(hit.end + NEIGHBOURS) as usize;
    let words: Vec<u32> = reading.tokens.get(near)?.iter().map(|t| kb.canonical(t.word)).collect();
    let score = |s: &&crate::knowledge::rules::AbbreviationSense| s.near.iter().filter(|w| words.contains(w)).count();
    // The first of the best, so that a tie goes to the sense that the pack names first.
    let best = senses.iter().map(|s| (score(&s), s)).fold(None, |best: Option<(usize, _)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    })?;
    // A line of an assessment that begins with it names a problem ("1. RA"): that is the one sense which is a condition.
    let names_problem = || {
        let s = reading.sentences.get(sentence as usize)?;
        let assesses = kb.rules().roles.get(s.role as usize).is_some_and(|r| r.addressed == Addressed::Yes);
        let written = || text.get(reading.tokens[hit.first as usize].start as usize..reading.tokens[hit.end as usize - 1].end as usize);
        let capitals = || written().is_some_and(|w| w.bytes().all(|b| !b.is_ascii_lowercase()));
        let mut conditions = senses.iter().filter(|s| s.code != NONE);
        let only = conditions.next().filter(|_| conditions.next().is_none());
        only.filter(|_| assesses && s.leads && s.first == hit.first && capitals())
    };
    let chosen = if best.0 > 0 { best.1 } else { senses.iter().find(|s| s.default).or_else(names_problem)? };
    (chosen.code != NONE).then_some((chosen.code, chosen.leaf, chosen.pack))
}
