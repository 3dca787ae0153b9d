//! The Alphabetic Index walked while a note is read, where one is in the knowledge base: a condition that leaves open which it is, and a line that names a problem
//! which nothing knows, are looked up as a coder does, from the main term down.

use super::{
    document::{Hit, Mention, Reading, Sentence},
    token::UNKNOWN,
};
use crate::{
    code::CodeId,
    knowledge::{
        KnowledgeBase,
        index::{Phrase, Spoken, WINDOW},
        layout::{NONE, flag, sense},
        rules::{Addressed, Assertion},
    },
};

/// Attributes that say of a condition how it is, and not which.
const OF_ANY: [&str; 5] = ["laterality", "acuity", "severity", "control", "episode"];
/// Words before and behind a condition that may belong to its name.
const AROUND: u32 = 16;

struct LookUp<'a> {
    kb: &'a KnowledgeBase,
    index: &'a Spoken,
    text: &'a str,
    reading: &'a Reading,
}

impl LookUp<'_> {
    fn written(&self, at: u32) -> &str {
        self.reading.tokens.get(at as usize).and_then(|t| self.text.get(t.start as usize..t.end as usize)).unwrap_or_default()
    }

    /// Words that may stand between those of a name: sides, acuities, marks that only set apart.
    fn open(&self, first: u32, end: u32) -> impl Iterator<Item = u32> {
        let rules = self.kb.rules();
        let how = |h: &&Hit| {
            let attribute = rules.attributes.get(h.sense.target.get() as usize).filter(|_| h.sense.kind.get() == sense::ATTRIBUTE);
            attribute.is_some_and(|a| OF_ANY.contains(&a.axis.as_str()))
        };
        let interposed = |at: &u32| self.reading.tokens.get(*at as usize).is_some_and(|t| rules.interposed.binary_search(&t.word).is_ok());
        let passed = (first..end).filter(move |at| matches!(self.written(*at), "," | "(" | ")") || interposed(at));
        passed.chain(self.reading.hits_in(first, end).filter(how).flat_map(|h| h.first..h.end))
    }

    /// An adjective that its noun follows ("pain on the right renal fossa") ends no name.
    fn cut_short(&self, sentence: &Sentence, end: u32) -> bool {
        let (Some(last), Some(next)) = (self.reading.tokens.get(end as usize - 1), self.reading.tokens.get(end as usize)) else {
            return false;
        };
        let goes_on = end < sentence.end && self.written(end).starts_with(char::is_alphabetic);
        goes_on && self.kb.canonical(last.word) != last.word && !self.index.leads_on(self.kb.canonical(next.word))
    }

    /// The name that stands in a stretch of a sentence, in words that no other name has; around a mention, where one is given.
    fn find(&self, taken: &[bool], (first, end): (u32, u32), of: Option<&Mention>) -> Option<Mention> {
        let number = self.reading.sentence_of(first);
        let sentence = self.reading.sentences.get(number as usize)?;
        let end = end.min(first + WINDOW as u32);
        let own = |at: u32| of.is_some_and(|m| (m.first..m.end).contains(&at));
        let tokens = self.reading.tokens.get(first as usize..end as usize)?;
        let free = |at: u32| own(at) || taken.get(at as usize) == Some(&false);
        let word = |(at, token): (u32, &super::token::Token)| (token.word != UNKNOWN && free(at)).then(|| self.kb.canonical(token.word));
        let words: Vec<Option<u32>> = (first..).zip(tokens).map(word).collect();
        let bits = |places: &mut dyn Iterator<Item = u32>| places.fold(0_u64, |bits, at| bits | 1 << (at - first));
        let open = bits(&mut self.open(first, end));
        let of = of.map_or(0, |m| bits(&mut (m.first..m.end.min(end))));
        let name = self.index.name(self.kb, Phrase { words: &words, open, of })?;
        let (first, end) = (first + name.first as u32, first + name.end as u32);
        let (node, source) = (name.code.0, self.index.pack);
        let found = Mention { first, end, sentence: number, node, leaf: NONE, source, assertion: Assertion::Present };
        (!self.cut_short(sentence, end)).then_some(found)
    }

    /// What a mention is by a longer name around it; none where its code leaves nothing open, or says as much.
    fn longer(&self, taken: &[bool], mention: &Mention) -> Option<Mention> {
        let (kb, node) = (self.kb, CodeId(mention.node));
        if kb.is_billable(node) && !kb.has(node, flag::UNSPECIFIED | flag::VAGUE) {
            return None;
        }
        let sentence = self.reading.sentences.get(mention.sentence as usize)?;
        let around = (sentence.first.max(mention.first.saturating_sub(AROUND)), sentence.end.min(mention.end + AROUND));
        let found = self.find(taken, around, Some(mention))?;
        (found.end - found.first > mention.end - mention.first && !kb.subsumes(CodeId(found.node), node)).then_some(found)
    }
}

/// Looks up the mentions of a document, and the lines that name a problem of which there is none.
pub(super) fn look_up(kb: &KnowledgeBase, text: &str, reading: &Reading, taken: &mut [bool], mentions: &mut Vec<Mention>) {
    let Some(index) = kb.spoken_index() else { return };
    let look_up = LookUp { kb, index, text, reading };
    for mention in mentions.iter_mut() {
        if let Some(longer) = look_up.longer(taken, mention) {
            taken[longer.first as usize..longer.end as usize].fill(true);
            *mention = longer;
        }
    }
    let mut named = vec![false; reading.sentences.len()];
    for mention in mentions.iter() {
        named[mention.sentence as usize] = true;
    }
    let names_problem = |s: &Sentence| s.leads && kb.rules().roles.get(s.role as usize).is_some_and(|r| r.addressed == Addressed::Yes);
    for (sentence, _) in reading.sentences.iter().zip(named).filter(|(s, named)| !named && names_problem(s)) {
        if let Some(found) = look_up.find(taken, (sentence.first, sentence.end), None) {
            taken[found.first as usize..found.end as usize].fill(true);
            mentions.push(found);
        }
    }
}
