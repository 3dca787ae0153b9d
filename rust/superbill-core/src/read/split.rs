//! Names whose site stands behind them: "Osteoarthritis, right knee" is "knee osteoarthritis", "Sprain, right ankle" is "ankle sprain".

use super::{
    document::{Mention, Reading},
    token::Token,
};
use crate::knowledge::{
    KnowledgeBase,
    layout::{NONE, sense},
    rules::Assertion,
};

/// The attributes of read/attributes.toml that hold words of sites, and those that are a condition only with a site ("sprain").
const SITES: &str = "site";
const KINDS: &str = "told by site";
/// What may stand between a name and its site, besides sides and articles.
const BETWEEN: [&str; 11] = [",", "of", "in", "to", "at", "on", "over", "involving", "affecting", "about", "around"];
const MOST_BETWEEN: usize = 4;
const LONGEST_SITE: usize = 4;
/// Words behind a comma that tell which kind it is.
const LONGEST_KIND: usize = 2;
/// Words before a kind that belong to its name ("dog bite").
const BEFORE: usize = 2;

struct Splits<'a> {
    kb: &'a KnowledgeBase,
    text: &'a str,
    reading: &'a Reading,
    sites: &'a [u32],
    of: Option<u32>,
}

impl Splits<'_> {
    fn written(&self, at: usize) -> &str {
        self.reading.tokens.get(at).and_then(|t| self.text.get(t.start as usize..t.end as usize)).unwrap_or_default()
    }

    fn interposed(&self, at: usize) -> bool {
        self.reading.tokens.get(at).is_some_and(|t| self.kb.rules().interposed.binary_search(&t.word).is_ok())
    }

    fn is_site(&self, at: usize) -> bool {
        self.reading.tokens.get(at).is_some_and(|t| self.sites.binary_search(&self.kb.canonical(t.word)).is_ok())
    }

    /// Where the words of a site stand behind a name, within its sentence and in no other name.
    fn site(&self, end: usize, sentence_end: usize, taken: &[bool]) -> Option<(usize, usize)> {
        let free = |at: usize| at < sentence_end && taken.get(at) == Some(&false);
        let joins = |at: &usize| free(*at) && (self.interposed(*at) || BETWEEN.iter().any(|w| self.written(*at).eq_ignore_ascii_case(w)));
        let first = end + (end..end + MOST_BETWEEN).take_while(joins).count();
        let within = |at: &usize| free(*at) && (self.is_site(*at) || *at > first && self.interposed(*at));
        let mut last = first + (first..first + LONGEST_SITE).take_while(within).count();
        while last > first && self.interposed(last - 1) {
            last -= 1;
        }
        (last > first).then_some((first, last))
    }

    /// What the dictionary calls a row of words.
    fn named(&self, words: impl Iterator<Item = u32>) -> Option<(u32, u32, u32)> {
        let tokens: Vec<Token> = words.map(|word| Token { word, start: 0, end: 0 }).collect();
        let mut phrase = None;
        let whole = |m: &super::trie::Match| m.first == 0 && m.end as usize == tokens.len();
        self.kb.trie().find_across(
            &tokens,
            |_| false,
            |m, _| {
                phrase = if whole(&m) { Some(m.phrase) } else { phrase };
            },
        );
        let senses = self.kb.all_senses();
        let mut codes = senses.at(senses.places(phrase?)).iter().filter(|s| s.kind.get() == sense::CODE && s.source.get() != NONE);
        codes.next().map(|s| (s.target.get(), s.extra.get(), s.source.get()))
    }

    /// The name with its site before it, within it or behind "of".
    fn joined(&self, (first, end): (usize, usize), (from, to): (usize, usize)) -> Option<(u32, u32, u32)> {
        let words = |from: usize, to: usize| self.reading.tokens.get(from..to).unwrap_or_default().iter().map(|t| t.word);
        let site = || (from..to).filter(|at| !self.interposed(*at)).map(|at| self.reading.tokens[at].word);
        // "Cellulitis, right leg": some names are told only with their side.
        let sided =
            || (from > end && self.interposed(from - 1)).then(|| self.named(words(from - 1, to).chain(words(first, end)))).flatten();
        let before = || sided().or_else(|| self.named(site().chain(words(first, end))));
        let within = || (end - first > 1).then(|| self.named(words(first, end - 1).chain(site()).chain(words(end - 1, end)))).flatten();
        let behind = || self.of.and_then(|of| self.named(words(first, end).chain([of]).chain(site())));
        before().or_else(within).or_else(behind)
    }

    /// What a comma puts behind a name ("Constipation, chronic"), up to the next mark.
    fn inverted(&self, first: usize, end: usize, taken: &[bool]) -> Option<Mention> {
        if self.written(end) != "," {
            return None;
        }
        let sentence = self.reading.sentence_of(end as u32 - 1);
        let last = self.reading.sentences.get(sentence as usize)?.end as usize;
        let from = end + 1;
        let mark = |at: usize| at >= last || self.written(at).bytes().all(|b| b.is_ascii_punctuation());
        (from + 1..=last.min(from + LONGEST_KIND)).rev().filter(|to| mark(*to) && !(from..*to).any(|at| mark(at) || taken[at])).find_map(
            |to| {
                let words = |from: usize, to: usize| self.reading.tokens[from..to].iter().map(|t| t.word);
                let (node, leaf, source) = self.named(words(from, to).chain(words(first, end)))?;
                Some(Mention { first: first as u32, end: to as u32, sentence, node, leaf, source, assertion: Assertion::Present })
            },
        )
    }

    /// The longest site behind a name with which it is a name.
    fn mention(&self, (least, most): (usize, usize), end: usize, taken: &[bool]) -> Option<Mention> {
        let sentence = self.reading.sentence_of(end as u32 - 1);
        let s = *self.reading.sentences.get(sentence as usize)?;
        let (from, last) = self.site(end, s.end as usize, taken)?;
        (from + 1..=last).rev().filter(|to| !self.interposed(to - 1)).find_map(|to| {
            (least.max(s.first as usize)..=most).find_map(|first| {
                let (node, leaf, source) = self.joined((first, end), (from, to))?;
                Some(Mention { first: first as u32, end: to as u32, sentence, node, leaf, source, assertion: Assertion::Present })
            })
        })
    }
}

/// Joins the names of a document with the sites that stand behind them.
pub(super) fn join(kb: &KnowledgeBase, text: &str, reading: &Reading, taken: &mut [bool], mentions: &mut Vec<Mention>) {
    let attributes = &kb.rules().attributes;
    let Some(sites) = attributes.iter().find(|a| a.axis == SITES) else { return };
    let splits = Splits { kb, text, reading, sites: &sites.words, of: kb.trie().word("of") };
    for mention in mentions.iter_mut() {
        let (first, end) = (mention.first as usize, mention.end as usize);
        if let Some(joined) = splits.mention((first, first), end, taken).or_else(|| splits.inverted(first, end, taken)) {
            taken[joined.first as usize..joined.end as usize].fill(true);
            *mention = joined;
        }
    }
    let Some(kinds) = attributes.iter().position(|a| a.axis == KINDS) else { return };
    for hit in reading.hits.iter().filter(|h| h.sense.kind.get() == sense::ATTRIBUTE && h.sense.target.get() as usize == kinds) {
        let (first, end) = (hit.first as usize, hit.end as usize);
        if taken[first..end].contains(&true) {
            continue;
        }
        let free = (0..first).rev().take(BEFORE).take_while(|at| !taken[*at]).count();
        if let Some(joined) = splits.mention((first - free, first), end, taken) {
            taken[joined.first as usize..joined.end as usize].fill(true);
            mentions.push(joined);
        }
    }
}
