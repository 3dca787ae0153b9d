//! Structure of a note: sections by their headings, blocks (a problem, a paragraph), sentences, and what is mentioned in them.

use super::{
    assertion,
    layout::{self, Content},
    spelling::ReadAs,
    token::{Token, tokenize},
};
use crate::knowledge::{
    KnowledgeBase,
    layout::{NONE, SenseRecord, sense},
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
    /// By family, whether an anchor of it is told.
    told: Vec<bool>,
    /// Tokens that may not be left out of a term, with their places.
    bare: Vec<(u32, Token)>,
}

/// White space before a token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Blank,
}

fn gap(text: &str, tokens: &[Token], at: usize) -> Gap {
    let from = if at == 0 { 0 } else { tokens[at - 1].end as usize };
    let between = &text.as_bytes()[from..tokens[at].start as usize];
    match between.iter().filter(|&&b| b == b'\n').count() {
        0 if at == 0 => Gap::Blank,
        0 if between.is_empty() => Gap::None,
        0 => Gap::Space,
        1 if at > 0 => Gap::Line,
        _ => Gap::Blank,
    }
}

fn single(text: &str, token: Token) -> Option<u8> {
    (token.end - token.start == 1).then(|| text.as_bytes()[token.start as usize]).filter(|b| !b.is_ascii_alphanumeric())
}

/// Reads a document. Linear in its length.
pub fn read(kb: &KnowledgeBase, text: &str, reading: &mut Reading) {
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
    trie.find_all(&reading.tokens, |m| {
        for &sense in kb.senses(m.phrase) {
            if sense.kind.get() == sense::CONTENT {
                content.extend(Content::of_sense(sense).map(|c| (m.first, c)));
                continue;
            }
            let of = match sense.kind.get() {
                sense::ELEMENT | sense::NEAR => &mut *terms,
                sense::VISIT => &mut *visit,
                _ => &mut *hits,
            };
            of.push(Hit { first: m.first, end: m.end, sense });
        }
    });
    find_across(kb, &reading.tokens, &mut reading.bare, hits);
    hits.sort_by_key(|h| (h.first, std::cmp::Reverse(h.end)));
    visit.sort_by_key(|h| (h.first, std::cmp::Reverse(h.end)));
    keep_terms_in_play(kb, terms, &mut reading.told);
    split(kb, text, reading);
    mention(kb, reading);
    assertion::assert(kb, reading);
    if layout::recognise(kb, reading) {
        // What stands in an assessment is not what the section before it makes of it.
        assertion::assert(kb, reading);
    }
}

/// Most families share words with every note ("left", "open") and are told in few: only where an anchor is told their terms are worth keeping.
fn keep_terms_in_play(kb: &KnowledgeBase, terms: &mut Vec<Hit>, told: &mut Vec<bool>) {
    let families = &kb.rules().families;
    told.clear();
    told.resize(families.len(), false);
    for hit in terms.iter().filter(|h| h.sense.kind.get() == sense::ELEMENT) {
        let family = hit.sense.target.get() as usize;
        let element = families.get(family).and_then(|f| f.elements.get((hit.sense.extra.get() >> 16) as usize));
        if element.is_some_and(|e| e.anchor) {
            told[family] = true;
        }
    }
    terms.retain(|h| told.get(h.sense.target.get() as usize) == Some(&true));
    terms.sort_by_key(|h| (h.sense.target.get(), h.first, std::cmp::Reverse(h.end)));
}

/// Conditions whose term has a side or an article in it: the text is read once more without these words.
fn find_across(kb: &KnowledgeBase, tokens: &[Token], bare: &mut Vec<(u32, Token)>, hits: &mut Vec<Hit>) {
    let interposed = |t: &Token| kb.rules().interposed.binary_search(&t.word).is_ok();
    bare.clear();
    bare.extend((0..).zip(tokens.iter().copied()).filter(|t| !interposed(&t.1)));
    if bare.len() == tokens.len() {
        return;
    }
    let left: Vec<Token> = bare.iter().map(|t| t.1).collect();
    kb.trie().find_all(&left, |m| {
        let (first, end) = (bare[m.first as usize].0, bare[m.end as usize - 1].0 + 1);
        if end - first > m.end - m.first {
            let conditions = kb.senses(m.phrase).iter().filter(|s| s.kind.get() == sense::CODE);
            hits.extend(conditions.map(|&sense| Hit { first, end, sense }));
        }
    });
}

/// Letters of a heading of one word that is spoken within a paragraph ("Assessment: cough").
const SPOKEN_WORD: usize = 4;

/// The longest heading that starts at a token, where the layout says that it is one. `spoken`: a sentence begins there, so that it may be dictated: several words,
/// or the one that says what was assessed. What is dictated within an assessment ("Additional testing: ...") is most often about a problem of it: only what
/// cannot be ends it.
fn heading(
    kb: &KnowledgeBase,
    text: &str,
    reading: &Reading,
    hits: &[Hit],
    at: usize,
    (before, spoken, within): (Gap, bool, u32),
) -> Option<(u32, usize)> {
    let tokens = &reading.tokens;
    let starts_line = before >= Gap::Line;
    let role = |at: u32| kb.rules().roles.get(at as usize);
    let assesses = |at: u32| role(at).is_some_and(|r| r.addressed == Addressed::Yes);
    let elsewhere = |at: u32| {
        role(at).is_some_and(|r| r.addressed != Addressed::No || matches!(r.assertion, Assertion::Historical | Assertion::Family))
    };
    let of = hits.iter().filter(|h| h.first as usize == at && h.sense.kind.get() == sense::HEADING);
    let capitals =
        |at: usize, end: usize| text[tokens[at].start as usize..tokens[end - 1].end as usize].bytes().all(|b| !b.is_ascii_lowercase());
    // Where the words before it are in capitals too, capitals tell nothing.
    let word = |at: usize| text.as_bytes()[tokens[at].start as usize].is_ascii_alphabetic();
    let end_of = |role: u32, end: usize| {
        let colon = tokens.get(end).is_some_and(|t| single(text, *t) == Some(b':'));
        let line_ends = end == tokens.len() || gap(text, tokens, end) >= Gap::Line;
        let shouted = capitals(at, end) && !(at > 0 && !spoken && word(at - 1) && capitals(at - 1, at));
        let letters = (tokens[end - 1].end - tokens[at].start) as usize;
        let named = || end - at > 1 || assesses(role) && letters >= SPOKEN_WORD;
        let dictated = || spoken && named() && (!assesses(within) || elsewhere(role));
        (starts_line && (colon || line_ends) || colon && (shouted || dictated())).then_some(if colon { end + 1 } else { end })
    };
    of.filter_map(|h| Some((h.sense.target.get(), end_of(h.sense.target.get(), h.end as usize)?))).max_by_key(|found| found.1)
}

/// Where a line begins with one of these, it is an item of a list.
const BULLETS: [&str; 6] = ["\u{2022}", "-", "*", "\u{2013}", "\u{25e6}", "\u{b7}"];

/// A longer sentence is no prose: it is cut, so that the work for a text grows with its length alone.
const LONGEST_SENTENCE: usize = 256;

/// Hits that are looked back at for one that ends with a line.
const LONGEST_NAME: usize = 64;

/// Sentences as they are cut off the text.
struct Cutter<'a> {
    text: &'a str,
    tokens: &'a [Token],
    out: Vec<Sentence>,
    role: u32,
    block: u32,
    /// Whether the next sentence is the first of its block.
    leads: bool,
    /// Whether the block's first line is an item of a list; then its further items are blocks of their own, and otherwise they tell of its first line.
    listed: bool,
    /// Whether items of a list have begun below the block's first line.
    body: bool,
    start: usize,
}

impl Cutter<'_> {
    /// Ends the sentence before a token.
    fn close(&mut self, end: usize) {
        if end <= self.start {
            return;
        }
        let starts_line = gap(self.text, self.tokens, self.start) >= Gap::Line;
        let ends_line = end == self.tokens.len() || gap(self.text, self.tokens, end) >= Gap::Line;
        let alone = starts_line && ends_line && !self.bulleted(self.start);
        let (first, end) = (self.start as u32, end as u32);
        self.body |= !self.listed && self.bulleted(self.start);
        self.out.push(Sentence {
            first,
            end,
            role: self.role,
            recognised: false,
            block: self.block,
            leads: self.leads || alone,
            runs: !self.body,
        });
        (self.leads, self.start) = (false, end as usize);
    }

    fn open_block(&mut self, at: usize) {
        self.close(at);
        (self.block, self.leads, self.listed, self.body) = (self.block + 1, true, self.bulleted(at), false);
    }

    /// Whether a bullet stands between a token and the one before it, or is the token.
    fn bulleted(&self, at: usize) -> bool {
        let from = if at == 0 { 0 } else { self.tokens[at - 1].end as usize };
        let Some(token) = self.tokens.get(at) else { return false };
        let line = &self.text[from..token.end as usize];
        let line = line.rsplit_once('\n').map_or(line, |l| l.1).trim_start();
        BULLETS.iter().any(|b| line.starts_with(b))
    }
}

fn split(kb: &KnowledgeBase, text: &str, reading: &mut Reading) {
    let tokens = &reading.tokens;
    let mut cut = Cutter { text, tokens, out: Vec::new(), role: NONE, block: 0, leads: true, listed: false, body: false, start: 0 };
    let mut next_hit = 0;
    // Where the last condition named before a token ends.
    let mut named = 0;
    let mut at = 0;
    while at < tokens.len() {
        let before = gap(text, tokens, at);
        while let Some(hit) = reading.hits.get(next_hit).filter(|h| (h.first as usize) < at) {
            if hit.sense.kind.get() == sense::CODE {
                named = named.max(hit.end as usize);
            }
            next_hit += 1;
        }
        let here = &reading.hits[next_hit..];
        let here = &here[..here.iter().take_while(|h| h.first as usize == at).count()];
        if let Some((role, end)) = heading(kb, text, reading, here, at, (before, at == cut.start, cut.role)) {
            cut.open_block(at);
            (cut.role, cut.start) = (role, end);
            cut.listed = cut.bulleted(end);
            at = end;
            continue;
        }
        let first = text.as_bytes()[tokens[at].start as usize];
        let follows = tokens.get(at + 1).and_then(|t| single(text, *t));
        // "stage\n3." ends a sentence; an item goes on behind its number.
        let goes_on = || at + 2 < tokens.len() && (before == Gap::Blank || gap(text, tokens, at + 2) < Gap::Line);
        let numbered = before >= Gap::Line && first.is_ascii_digit() && matches!(follows, Some(b'.' | b')')) && goes_on();
        let item = before == Gap::Line && (first == b'#' || cut.listed && cut.bulleted(at));
        if before == Gap::Blank || numbered || item {
            cut.open_block(at);
            if numbered {
                // "1." is not the end of a sentence.
                (at, cut.start) = (at + 2, at + 2);
                continue;
            }
        } else if before == Gap::Line && (first.is_ascii_uppercase() || !first.is_ascii_alphanumeric() || cut.bulleted(at)) {
            // A name that goes on in the next line, unless it is the names of two lines ("Anxiety", "Depression").
            let ends_here = |h: &Hit| h.end as usize == at && h.sense.kind.get() == sense::CODE;
            if named <= at || reading.hits[..next_hit].iter().rev().take(LONGEST_NAME).any(ends_here) {
                cut.close(at);
            }
        }
        // "Type 2." ends a sentence, "2." at its start is the number of an item.
        let type_ends = |at: usize| at > cut.start + 1 && text.as_bytes()[tokens[at - 1].start as usize].is_ascii_digit();
        let ends = matches!(single(text, tokens[at]), Some(b'.' | b'!' | b'?'))
            && tokens.get(at + 1).is_none_or(|_| gap(text, tokens, at + 1) > Gap::None)
            && (at == 0 || tokens[at - 1].end - tokens[at - 1].start > 1 || gap(text, tokens, at) > Gap::None || type_ends(at));
        at += 1;
        if ends || at - cut.start >= LONGEST_SENTENCE {
            cut.close(at);
        }
    }
    cut.close(at);
    reading.sentences = cut.out;
}

impl Reading {
    /// The sentence that a token stands in.
    pub fn sentence_of(&self, token: u32) -> u32 {
        (self.sentences.partition_point(|s| s.first <= token)).saturating_sub(1) as u32
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

    /// The hits that lie in a range of tokens.
    pub fn hits_in(&self, first: u32, end: u32) -> impl Iterator<Item = &Hit> {
        let from = self.hits.partition_point(|h| h.first < first);
        self.hits[from..].iter().take_while(move |h| h.first < end).filter(move |h| h.end <= end)
    }
}

/// Conditions: of overlapping phrases the longest, the first of equals; an abbreviation by its neighbours.
fn mention(kb: &KnowledgeBase, reading: &mut Reading) {
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
            abbreviation(kb, reading, hit, sentence)
        } else {
            None
        };
        if let Some((node, leaf, source)) = found {
            taken[tokens].fill(true);
            mentions.push(Mention { first, end, sentence, node, leaf, source, assertion: Assertion::Present });
        }
    }
    mentions.sort_by_key(|m| m.first);
    reading.mentions = mentions;
}

/// How far a word may stand from an abbreviation and tell its sense; it also has to be of the same block.
const NEIGHBOURS: u32 = 60;

fn abbreviation(kb: &KnowledgeBase, reading: &Reading, hit: &Hit, sentence: u32) -> Option<(u32, u32, u32)> {
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
    let chosen = if best.0 > 0 { best.1 } else { senses.iter().find(|s| s.default)? };
    (chosen.code != NONE).then_some((chosen.code, chosen.leaf, chosen.pack))
}
