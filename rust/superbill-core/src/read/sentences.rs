//! Where headings, blocks (a problem, a paragraph, an item of a list) and sentences of a note begin and end.

use super::{
    document::{Hit, Reading, Sentence},
    layout::Content,
    token::Token,
};
use crate::knowledge::{
    KnowledgeBase,
    layout::{NONE, sense},
    rules::{Addressed, Assertion},
};

/// White space before a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    Space,
    Line,
    Blank,
}

/// The white space before each token.
pub(super) fn gaps(text: &str, tokens: &[Token], out: &mut Vec<Gap>) {
    out.clear();
    let bytes = text.as_bytes();
    let mut from = 0;
    out.extend(tokens.iter().enumerate().map(|(at, token)| {
        let between = bytes.get(from..token.start as usize).unwrap_or_default();
        from = token.end as usize;
        match between {
            _ if at == 0 => Gap::Blank,
            [] => Gap::None,
            [one] => {
                if *one == b'\n' {
                    Gap::Line
                } else {
                    Gap::Space
                }
            }
            several => match several.iter().filter(|&&b| b == b'\n').count() {
                0 => Gap::Space,
                1 => Gap::Line,
                _ => Gap::Blank,
            },
        }
    }));
}

fn single(text: &str, token: Token) -> Option<u8> {
    (token.end - token.start == 1).then(|| text.as_bytes()[token.start as usize]).filter(|b| !b.is_ascii_alphanumeric())
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
        let line_ends = reading.gaps.get(end).is_none_or(|gap| *gap >= Gap::Line);
        let shouted = capitals(at, end) && !(at > 0 && !spoken && word(at - 1) && capitals(at - 1, at));
        let letters = (tokens[end - 1].end - tokens[at].start) as usize;
        let named = || end - at > 1 || assesses(role) && letters >= SPOKEN_WORD;
        let dictated = || spoken && named() && (!assesses(within) || elsewhere(role));
        // "My impression is ..." needs no colon.
        let told =
            || spoken && assesses(role) && end - at > 1 && TOLD.iter().any(|w| written(text, tokens[end - 1]).eq_ignore_ascii_case(w));
        (starts_line && (colon || line_ends) || colon && (shouted || dictated()) || told()).then_some(if colon { end + 1 } else { end })
    };
    of.filter_map(|h| Some((h.sense.target.get(), end_of(h.sense.target.get(), h.end as usize)?))).max_by_key(|found| found.1)
}

/// A heading that is told as a sentence ends with one of these.
const TOLD: [&str; 4] = ["is", "are", "includes", "include"];

fn written(text: &str, token: Token) -> &str {
    text.get(token.start as usize..token.end as usize).unwrap_or_default()
}

/// Where an item of a list ends its label ("Problem #2:"): behind the mark, if a line begins so at a token.
fn labelled(text: &str, tokens: &[Token], gaps: &[Gap], at: usize) -> Option<usize> {
    let is = |at: usize, what: &str| tokens.get(at).is_some_and(|t| written(text, *t) == what);
    let word = tokens.get(at).is_some_and(|t| written(text, *t).bytes().all(|b| b.is_ascii_alphabetic()));
    let number = if is(at + 1, "#") { at + 2 } else { at + 1 };
    let digits = tokens.get(number).is_some_and(|t| written(text, *t).len() <= 2 && written(text, *t).bytes().all(|b| b.is_ascii_digit()));
    // "Problem 2: gout", "Problem #3. Cough"; not "Albuterol 2.5 mg" nor "ASA 2.".
    let marks: &[&str] = if is(at + 1, "#") { &[":", "."] } else { &[":"] };
    let ends = marks.iter().any(|mark| is(number + 1, mark)) && gaps.get(number + 2) == Some(&Gap::Space);
    (word && digits && ends).then_some(number + 2)
}

/// Where a line begins with one of these, it is an item of a list.
const BULLETS: [&str; 6] = ["\u{2022}", "-", "*", "\u{2013}", "\u{25e6}", "\u{b7}"];

/// A longer sentence is no prose: it is cut, so that the work for a text grows with its length alone.
const LONGEST_SENTENCE: usize = 256;

/// Words of a phrase that ends with a full stop ("Dr.", "e.g.").
const SHORT_PHRASE: usize = 5;

/// Hits that are looked back at for one that ends with a line.
const LONGEST_NAME: usize = 64;

/// Words of a paragraph that tells something; items of a list say less before their full stop.
const PROSE: usize = 6;

/// Whether the paragraph that begins at a token is prose: it begins with a word and has a sentence of some length that a full stop ends. A list goes on in other
/// forms: names, doses, figures.
fn prose(text: &str, tokens: &[Token], gaps: &[Gap], at: usize) -> bool {
    let lettered = |t: &Token| t.end - t.start > 1 && text.as_bytes()[t.start as usize].is_ascii_alphabetic();
    let mut words = 0;
    for (token, here) in tokens.iter().skip(at).zip(at..).take(LONGEST_SENTENCE) {
        if here > at && gaps.get(here) == Some(&Gap::Blank) {
            break;
        }
        if here == at && !text.as_bytes()[token.start as usize].is_ascii_alphabetic() {
            return false;
        }
        match single(text, *token) {
            Some(b':') if words < PROSE => return false,
            Some(b'.' | b'!' | b'?') if gaps.get(here + 1).is_none_or(|gap| *gap > Gap::None) => {
                if words >= PROSE {
                    return true;
                }
                words = 0;
            }
            _ => words += usize::from(lettered(token)),
        }
    }
    false
}

/// Phrases that a paragraph below a history needs to be an examination, results or a plan.
const NO_HISTORY: usize = 2;

/// Whether the paragraph that begins at a token is no part of the list before it: prose, and behind a history what was found or is planned.
fn ends_list(kb: &KnowledgeBase, text: &str, reading: &Reading, role: u32, at: usize) -> bool {
    let (tokens, gaps) = (&reading.tokens, &reading.gaps);
    if kb.rules().roles.get(role as usize).is_some_and(|r| r.assertion == Assertion::Present) {
        return prose(text, tokens, gaps, at);
    }
    let end = (at + 1..tokens.len().min(at + LONGEST_SENTENCE)).find(|&next| gaps.get(next) == Some(&Gap::Blank));
    let end = end.unwrap_or_else(|| tokens.len().min(at + LONGEST_SENTENCE));
    let inside = || reading.content.iter().filter(|c| (at..end).contains(&(c.0 as usize)));
    let of_history = inside().filter(|c| c.1 == Content::History).count();
    inside().count() - of_history >= NO_HISTORY && of_history == 0
}

/// Sentences as they are cut off the text.
struct Cutter<'a> {
    text: &'a str,
    tokens: &'a [Token],
    gaps: &'a [Gap],
    out: Vec<Sentence>,
    role: u32,
    block: u32,
    /// Whether the next sentence is the first of its block.
    leads: bool,
    /// Whether the block's first line is an item of a list; then its further items are blocks of their own, and otherwise they tell of its first line.
    listed: bool,
    /// Whether items of a list have begun below the block's first line.
    body: bool,
    /// Whether the section is a list that began on its heading's line.
    one_line: bool,
    start: usize,
}

impl Cutter<'_> {
    /// Ends the sentence before a token.
    fn close(&mut self, end: usize) {
        if end <= self.start {
            return;
        }
        let starts_line = self.gaps[self.start] >= Gap::Line;
        let ends_line = self.gaps.get(end).is_none_or(|gap| *gap >= Gap::Line);
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

/// Cuts a document that was looked through into sentences.
pub(super) fn split(kb: &KnowledgeBase, text: &str, reading: &mut Reading) {
    let (tokens, gaps) = (&reading.tokens, &reading.gaps);
    let mut out = std::mem::take(&mut reading.sentences);
    out.clear();
    let mut cut =
        Cutter { text, tokens, gaps, out, role: NONE, block: 0, leads: true, listed: false, body: false, one_line: false, start: 0 };
    let mut next_hit = 0;
    // Where the last condition named before a token ends.
    let mut named = 0;
    let mut at = 0;
    while at < tokens.len() {
        let before = gaps[at];
        while let Some(hit) = reading.hits.get(next_hit).filter(|h| (h.first as usize) < at) {
            if hit.sense.kind.get() == sense::CODE {
                named = named.max(hit.end as usize);
            }
            next_hit += 1;
        }
        let here = &reading.hits[next_hit..];
        let here = &here[..here.iter().take_while(|h| h.first as usize == at).count()];
        // Most tokens are words within a line that lead no section: nothing begins or ends there.
        let within_line =
            before <= Gap::Space && tokens[at].end - tokens[at].start > 1 && here.iter().all(|h| h.sense.kind.get() != sense::HEADING);
        if within_line {
            at += 1;
            if at - cut.start >= LONGEST_SENTENCE {
                cut.close(at);
            }
            continue;
        }
        if let Some((role, end)) = heading(kb, text, reading, here, at, (before, at == cut.start, cut.role)) {
            cut.open_block(at);
            (cut.role, cut.start) = (role, end);
            cut.listed = cut.bulleted(end);
            let list = kb.rules().roles.get(role as usize).is_some_and(|r| r.list);
            cut.one_line = list && gaps.get(end).is_some_and(|gap| *gap < Gap::Line);
            at = end;
            continue;
        }
        let first = text.as_bytes()[tokens[at].start as usize];
        let follows = || tokens.get(at + 1).and_then(|t| single(text, *t));
        // "stage\n3." ends a sentence; an item goes on behind its number.
        let goes_on = || gaps.get(at + 2).is_some_and(|gap| before == Gap::Blank || *gap < Gap::Line);
        let numbered = before >= Gap::Line && first.is_ascii_digit() && matches!(follows(), Some(b'.' | b')')) && goes_on();
        let item = before == Gap::Line && (first == b'#' || cut.listed && cut.bulleted(at));
        let label = if before >= Gap::Line && first.is_ascii_alphabetic() { labelled(text, tokens, gaps, at) } else { None };
        if before == Gap::Blank || numbered || item || label.is_some() {
            cut.open_block(at);
            if before == Gap::Blank && cut.one_line && ends_list(kb, text, reading, cut.role, at) {
                // "Meds: lisinopril" does not own the paragraph below it, as a heading on a line of its own does.
                (cut.role, cut.one_line) = (NONE, false);
            }
            if let Some(end) = label.filter(|end| *end < tokens.len()) {
                (at, cut.start) = (end, end);
                continue;
            }
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
            && gaps.get(at + 1).is_none_or(|gap| *gap > Gap::None)
            && (at == 0 || tokens[at - 1].end - tokens[at - 1].start > 1 || before > Gap::None || type_ends(at));
        // "Dr." within a phrase that packs know.
        let of_phrase = |h: &Hit| h.sense.kind.get() == sense::DECOY && h.end as usize > at;
        let ends = ends && !reading.hits[..next_hit].iter().rev().take_while(|h| h.first as usize + SHORT_PHRASE > at).any(of_phrase);
        at += 1;
        if ends || at - cut.start >= LONGEST_SENTENCE {
            cut.close(at);
        }
    }
    cut.close(at);
    reading.sentences = cut.out;
    of_sections(kb, &mut reading.sentences);
}

/// A section that may be of the one before it is so where another assesses later: what who read an image made of it is not the assessment of the visit.
fn of_sections(kb: &KnowledgeBase, sentences: &mut [Sentence]) {
    let role = |at: u32| kb.rules().roles.get(at as usize);
    let mut before = NONE;
    let mut at = 0;
    while at < sentences.len() {
        let own = sentences[at].role;
        let end = at + sentences[at..].iter().take_while(|s| s.role == own).count();
        let within = role(own).and_then(|r| r.within).filter(|&outer| outer == before);
        let assessed_later =
            || sentences[end..].iter().any(|s| role(s.role).is_some_and(|r| r.addressed == Addressed::Yes && r.within.is_none()));
        if let Some(outer) = within.filter(|_| assessed_later()) {
            sentences[at..end].iter_mut().for_each(|s| s.role = outer);
        } else {
            before = own;
        }
        at = end;
    }
}
