//! What was not done in this encounter, whatever its section says: left undone, left for later, or done on another day.

use super::elements::Documents;
use crate::{
    date::Date,
    knowledge::{
        KnowledgeBase,
        rules::{Assertion, ServiceWords},
    },
    read::{Reading, assertion::Cues, token::Token},
};

/// Words between a service and the day that is told of it.
const MOST_BETWEEN: usize = 4;
/// A day stands in so many bytes.
const LONGEST_DAY: usize = 96;
/// Words from the beginning of a day to a service that is told after it.
const MOST_BEHIND: usize = 12;

/// Where words stand: as tokens, with those of their sentence.
pub(super) struct Place {
    pub document: usize,
    pub sentence: (u32, u32),
    pub words: (u32, u32),
}

/// Whether a cue of its sentence says that something was not done in this encounter: of a `service` also a cue before it ("will need"), and the day told with it
/// where it is `dated`; what is told of a service stays what it is ("will give the postpartum care").
pub(super) fn undone(kb: &KnowledgeBase, documents: &Documents<'_>, cues: &Cues<'_>, place: &Place, service: bool, dated: bool) -> bool {
    let words = &kb.rules().services;
    let (Some(reading), Some(note)) = (documents.readings.get(place.document), documents.encounter.documents.get(place.document)) else {
        return false;
    };
    let (first, end) = place.words;
    let governed = |cue: (u32, u32)| if cue.0 < end { service } else { one_clause(words, note.text, reading, first, end, cue.0) };
    cues.governing(Assertion::Later, first, end).any(governed)
        || dated && on_another_day(words, note.text, &reading.tokens, place, documents.encounter.date)
}

/// Whether words and a cue behind them are one clause, or a list that the cue ends ("biopsies and a stent were not needed"): what is told before a comma is another ("was snared, clips were not used").
fn one_clause(words: &ServiceWords, text: &str, reading: &Reading, first: u32, end: u32, cue: u32) -> bool {
    let (Some(last), Some(next)) = (end.checked_sub(1).and_then(|e| reading.tokens.get(e as usize)), reading.tokens.get(cue as usize))
    else {
        return false;
    };
    let between = text.get(last.end as usize..next.start as usize).unwrap_or_default();
    // "Patch tests: not placed.", "Urine albumin: cup given, could not void.": what follows a label is about it.
    if let Some(of_label) = between.strip_prefix(':') {
        return !of_label.contains([';', ':', '.', '\n']);
    }
    if between.contains([';', ':', '.', '\n']) {
        return false;
    }
    let joined = between.split_whitespace().any(|w| is_one(&words.joins, w));
    // "was snared and clips were not used": the words before are a clause of their own, with its verb.
    let before = reading.tokens.get(first.saturating_sub(3) as usize..first as usize).unwrap_or_default();
    let verb = before.iter().any(|t| word(text, t).is_some_and(|w| is_one(&words.verbs, w)));
    match between.rfind(',') {
        // "Benadryl at the bedside, not used": a cue without a subject of its own is about what stands before it.
        Some(comma) if between[comma + 1..].trim().is_empty() => !verb,
        Some(comma) => joined && !verb && between[comma + 1..].split_whitespace().next() != Some(words.begins.as_str()),
        None => !(joined && verb),
    }
}

fn is_one(words: &[String], word: &str) -> bool {
    words.iter().any(|w| word.eq_ignore_ascii_case(w))
}

fn word<'t>(text: &'t str, token: &Token) -> Option<&'t str> {
    text.get(token.start as usize..token.end as usize)
}

/// Whether a day that is told right behind the words ("biopsy on March 20", "stent in 2019"), or before them in the sentence, is another than that of the encounter.
fn on_another_day(words: &ServiceWords, text: &str, tokens: &[Token], place: &Place, date: Date) -> bool {
    let (sentence, (first, end)) = (place.sentence, place.words);
    let start = |at: u32| tokens.get(at as usize).map(|t| t.start as usize);
    let (Some(last), Some(own), Some(opening)) = (end.checked_sub(1).and_then(|e| tokens.get(e as usize)), start(first), start(sentence.0))
    else {
        return false;
    };
    let until = sentence.1.checked_sub(1).and_then(|e| tokens.get(e as usize)).map_or(last.end, |t| t.end) as usize;
    let told =
        day_within(words, bounded(text, last.end as usize, until), MOST_BETWEEN).or_else(|| day_before(words, before(text, opening, own)));
    told.is_some_and(|day| day.differs(date))
}

fn bounded(text: &str, from: usize, to: usize) -> &str {
    let mut to = to.min(from.saturating_add(LONGEST_DAY)).min(text.len());
    while to > from && !text.is_char_boundary(to) {
        to -= 1;
    }
    text.get(from..to).unwrap_or_default()
}

/// The end of what stands before a place.
fn before(text: &str, from: usize, to: usize) -> &str {
    let mut from = from.max(to.saturating_sub(LONGEST_DAY)).min(to);
    while from < to && !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..to).unwrap_or_default()
}

/// What is told of a day: zero where it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Dated {
    year: u32,
    month: u32,
    day: u32,
}

impl Dated {
    fn differs(self, date: Date) -> bool {
        let of = [(self.year, date.0 / 10_000), (self.month, date.0 / 100 % 100), (self.day, date.0 % 100)];
        of.iter().any(|&(told, is)| told != 0 && told != is)
    }
}

/// The last day that a preposition leads to ("on 07/25/2003 for a hemiarthroplasty"), with so few words behind it that the rest is about it. A year alone dates what came before, not what follows.
fn day_before(of: &ServiceWords, text: &str) -> Option<Dated> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = (0..words.len()).rev().find(|&n| is_one(&of.leads, words[n]) && day(of, words.get(n + 1..).unwrap_or_default()).is_some())?;
    let rest = words.get(at + 1..).unwrap_or_default();
    let now = rest.iter().any(|w| is_one(&of.now, w));
    day(of, rest).filter(|d| d.month != 0 && !now && rest.len() <= MOST_BEHIND)
}

/// The first day that a preposition leads to, with at most so many words before it and no clause between.
fn day_within(of: &ServiceWords, text: &str, most: usize) -> Option<Dated> {
    // "Lumbar puncture, 7/16/93, revealed"
    let right_behind = text.trim_start_matches([',', ':', '(', ' ']).split_whitespace().next().filter(|w| w.contains('/'));
    if let Some(day) = right_behind.and_then(|w| day(of, &[w])).filter(|d| d.year != 0) {
        return Some(day);
    }
    let mut words = text.split_whitespace();
    for _ in 0..=most {
        let word = words.next()?;
        if is_one(&of.leads, word.trim_start_matches('(')) {
            let rest: Vec<&str> = words.clone().take(3).collect();
            if let Some(day) = day(of, &rest) {
                return Some(day);
            }
        }
        if word.contains([',', ';', ':', '.', ')']) || is_one(&of.ends, word) {
            return None;
        }
    }
    None
}

/// "March 20, 2026", "March 2026", "March", "3/20/2026", "3/20", "2019".
fn day(of: &ServiceWords, words: &[&str]) -> Option<Dated> {
    let bare = |w: &str| w.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
    let number = |w: &str| bare(w).trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().ok();
    let year = |n: u32| (1950..2200).contains(&n);
    let first = bare(words.first()?);
    if let Some(month) = (1..).zip(&of.months).find(|m| *m.1 == first || first.len() == 3 && m.1.starts_with(&first)).map(|m| m.0) {
        let mut told = Dated { month, ..Dated::default() };
        for n in words.iter().skip(1).map_while(|w| number(w)) {
            if year(n) {
                told.year = n;
                break;
            } else if (1..=31).contains(&n) && told.day == 0 {
                told.day = n;
            } else {
                break;
            }
        }
        return Some(told);
    }
    let parts: Vec<u32> = first.split(['/', '-']).map(|p| p.parse().unwrap_or(0)).collect();
    match parts[..] {
        [n] if year(n) => Some(Dated { year: n, ..Dated::default() }),
        [month @ 1..=12, day @ 1..=31] => Some(Dated { month, day, year: 0 }),
        [month @ 1..=12, day @ 1..=31, n] if year(n) || n < 100 => Some(Dated { month, day, year: if n < 100 { n + 2000 } else { n } }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, ServiceWords, day_before, day_within};

    fn words() -> ServiceWords {
        let of = |words: &str| words.split(' ').map(String::from).collect();
        ServiceWords {
            months: of("january february march april may june july august september october november december"),
            leads: of("on in from of dated"),
            ends: of("and then will to for with"),
            now: of("now today who presents presented"),
            ..ServiceWords::default()
        }
    }

    #[test]
    fn a_day_told_before_the_words() {
        let other = |text: &str| day_before(&words(), text).is_some_and(|day| day.differs(Date(2026_05_04)));
        for text in [
            "On March 20 she had a ",
            "went to the operating room on 07/25/2003 for a right hip ",
            "and on 08/08/03, the patient underwent a ",
        ] {
            assert!(other(text), "{text}");
        }
        for text in [
            "On May 4, 2026, the patient underwent ",
            "cancer found in March 2025 now presents for ",
            "diagnosed in 2019 underwent ",
            "The patient had a ",
        ] {
            assert!(!other(text), "{text}");
        }
    }

    #[test]
    fn a_day_told_behind_the_words() {
        let other = |text: &str| day_within(&words(), text, 4).is_some_and(|day| day.differs(Date(2026_05_04)));
        for text in
            [" on March 20 (report in chart)", " in 2019.", " performed in February", " on 5/3/2026", " from 04/21/26", " of Apr. 9, 2026"]
        {
            assert!(other(text), "{text}");
        }
        for text in [
            " on May 4",
            " in May 2026",
            " on 5/4/2026",
            " in 2026",
            " was done today and she comes back in July",
            ", next in June",
            " of 3 polyps",
            "",
        ] {
            assert!(!other(text), "{text}");
        }
    }
}
