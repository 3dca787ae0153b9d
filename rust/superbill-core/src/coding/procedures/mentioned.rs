//! Services that a document only mentions beside those that it tells: in an aside, a comparison, a thought.

use super::{instances::Instance, undone::Place};
use crate::{
    coded::{Coded, Finding, Query, Rule},
    date::Date,
    read::{Reading, assertion::Cues, token::Token},
};

/// Words of a line that is a title, or an item of a list.
const LONGEST_TITLE: u32 = 12;
/// Words of a label behind the name of a service.
const LONGEST_LABEL: usize = 5;
/// Bytes that are looked at for the bracket around a service.
const LONGEST_ASIDE: usize = 160;

/// Whether a paragraph tells nothing of a service that a sentence of it names: no figure, and the sentence is neither of the paragraph that the document begins with, nor a
/// line of its own, nor right behind a heading.
pub(super) fn says_nothing_of_it(text: &str, reading: &Reading, sentence: u32) -> bool {
    let opening = reading.sentences.first().map(|s| s.block);
    let Some(inside) = reading.sentences.get(sentence as usize).filter(|s| Some(s.block) != opening) else { return false };
    let of_block = reading.block(inside.block);
    let byte = |token: u32| reading.tokens.get(token as usize).map_or(text.len(), |t| t.start as usize);
    let stretch = |first: u32, end: u32| text.get(byte(first)..byte(end)).unwrap_or_default();
    let (first, end) = (of_block.first().map_or(inside.first, |s| s.first), of_block.last().map_or(inside.end, |s| s.end));
    let before = text.get(..byte(inside.first)).unwrap_or_default().trim_end_matches([' ', '\t', '-', '*']);
    let line_ends = inside.end as usize >= reading.tokens.len() || stretch(inside.first, inside.end).contains('\n');
    let own_line = before.ends_with(['\n', ':']) && line_ends && inside.end - inside.first <= LONGEST_TITLE;
    !own_line && !stretch(first, end).bytes().any(|b| b.is_ascii_digit())
}

/// Whether the words begin a label behind which a cue says that nothing was done ("Urine albumin/creatinine ratio: specimen not received").
pub(super) fn labels_nothing(text: &str, tokens: &[Token], cues: &Cues<'_>, first: u32, end: u32) -> bool {
    let Some(behind) = tokens.get(end as usize..) else { return false };
    let written = |t: &Token| text.get(t.start as usize..t.end as usize).unwrap_or_default();
    let Some(more) = behind.iter().take(LONGEST_LABEL).position(|t| written(t) == ":") else { return false };
    let words = behind.iter().take(more).all(|t| written(t).bytes().all(|b| b.is_ascii_alphabetic() || b == b'/' || b == b','));
    words && cues.undone(first, end + more as u32)
}

/// Whether the words stand in brackets with a day that is not the encounter's: "the basal cell carcinoma (shave biopsy 02/24)".
pub(super) fn in_dated_brackets(text: &str, tokens: &[Token], place: &Place, date: Date) -> bool {
    let start = |at: u32| tokens.get(at as usize).map(|t| t.start as usize);
    let (Some(sentence), Some(own)) = (start(place.sentence.0), start(place.words.0)) else { return false };
    let Some(before) = text.get(sentence..own) else { return false };
    let opened = before.bytes().rev().take(LONGEST_ASIDE).find(|b| matches!(b, b'(' | b')')) == Some(b'(');
    let inside =
        text.get(own..).and_then(|rest| rest.split_once(')')).map(|split| split.0).filter(|aside| opened && aside.len() <= LONGEST_ASIDE);
    inside.is_some_and(|aside| aside.split([' ', ',', ';']).any(|word| another_day(word, date)))
}

/// "02/24", "2/24/26"; a figure like "1/2" that could be a part of one is read as none.
fn another_day(word: &str, date: Date) -> bool {
    let parts: Vec<&str> = word.split('/').collect();
    let number = |at: usize| parts.get(at).filter(|p| p.len() <= 4).and_then(|p| p.parse::<u32>().ok());
    let (Some(month @ 1..=12), Some(day @ 1..=31)) = (number(0), number(1)) else { return false };
    let written_as_day = parts.len() == 3 || day > 12 || parts[0].len() == 2;
    written_as_day && parts.len() <= 3 && (month, day) != (date.0 / 100 % 100, date.0 % 100)
}

/// Which families are mentioned alone.
#[derive(Default)]
pub(super) struct Mentions(Vec<(u32, bool)>);

impl Mentions {
    pub(super) fn tell(&mut self, family: u32, instances: &[Instance<'_>]) {
        if !instances.is_empty() {
            self.0.push((family, instances.iter().all(|i| i.bare)));
        }
    }

    /// Drops what is only mentioned, where another service is told and came to a line, and says so.
    pub(super) fn hold(&self, coded: &mut Coded) {
        let told = |family: u32| self.0.contains(&(family, false));
        if !coded.procedures.iter().any(|p| told(p.family)) {
            return;
        }
        let alone = |family: u32| self.0.contains(&(family, true));
        let dropped: Vec<(u32, u32)> = coded.procedures.iter().filter(|p| alone(p.family)).map(|p| (p.family, p.row)).collect();
        coded.procedures.retain(|p| !alone(p.family));
        coded.queries.retain(|q| !matches!(q, Query::Elements { family, .. } if alone(*family)));
        coded.findings.retain(|f| !f.procedure.is_some_and(|p| alone(p.0)));
        for procedure in dropped {
            coded.findings.push(Finding { procedure: Some(procedure), ..Finding::new(Rule::Mentioned) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, another_day};

    #[test]
    fn days_within_brackets() {
        for (word, other) in
            [("02/24", true), ("2/24/26", true), ("05/04", false), ("1/2", false), ("140/90", false), ("3", false), ("5/3", false)]
        {
            assert_eq!(another_day(word, Date(2026_05_04)), other, "{word}");
        }
    }
}
