//! Two times of the clock that tell a stretch of time: "9:00 to 9:45", "start 0900, stop 0945".

use super::token::Token;

/// Words that may stand between the start and the stop; one of [`STOPS`] or only a dash between them makes the pair.
const BETWEEN: [&str; 16] = [
    "to",
    "until",
    "till",
    "through",
    "stop",
    "stopped",
    "end",
    "ended",
    "ending",
    "finish",
    "finished",
    "completed",
    "and",
    "at",
    "time",
    ",",
];
/// Words that say that the second time is the end.
const STOPS: [&str; 12] =
    ["to", "until", "till", "through", "stop", "stopped", "end", "ended", "ending", "finish", "finished", "completed"];
/// Between start and stop.
const LONGEST_BETWEEN: usize = 6;
const DAY: i64 = 24 * 60;

struct Clock<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

/// Half of the day, where it is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Am,
    Pm,
}

impl<'a> Clock<'a> {
    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).and_then(|t| self.text.get(t.start as usize..t.end as usize)).unwrap_or_default()
    }

    /// Digits at the start of a token, and what is glued to them ("45am").
    fn digits(&self, at: usize) -> Option<(&'a str, &'a str)> {
        let word = self.word(at);
        let split = word.bytes().take_while(u8::is_ascii_digit).count();
        (split > 0).then(|| word.split_at(split))
    }

    fn half(&self, at: usize, glued: &str) -> (Option<Half>, usize) {
        let of = |w: &str| {
            if w.eq_ignore_ascii_case("am") {
                Some(Half::Am)
            } else if w.eq_ignore_ascii_case("pm") {
                Some(Half::Pm)
            } else {
                None
            }
        };
        if !glued.is_empty() {
            return (of(glued), at);
        }
        let dotted = |first: &str| {
            self.word(at).eq_ignore_ascii_case(first) && self.word(at + 1) == "." && self.word(at + 2).eq_ignore_ascii_case("m")
        };
        match of(self.word(at)) {
            Some(half) => (Some(half), at + 1),
            None if dotted("a") => (Some(Half::Am), at + 4),
            None if dotted("p") => (Some(Half::Pm), at + 4),
            None => (None, at),
        }
    }

    /// Minutes of the day, the half that was said, and the token after it.
    fn time(&self, at: usize) -> Option<(i64, Option<Half>, usize)> {
        let (first, glued) = self.digits(at)?;
        if glued.is_empty() && self.word(at + 1) == ":" && first.len() <= 2 {
            let (minutes, glued) = self.digits(at + 2).filter(|m| m.0.len() == 2)?;
            let (half, after) = self.half(at + 3, glued);
            return of_day(first.parse().ok()?, minutes.parse().ok()?, half).map(|m| (m, half, after));
        }
        if first.len() == 4 && (glued.is_empty() || glued.eq_ignore_ascii_case("hrs") || glued.eq_ignore_ascii_case("h")) {
            let after = if ["hrs", "hours", "h"].iter().any(|h| self.word(at + 1).eq_ignore_ascii_case(h)) { at + 2 } else { at + 1 };
            // Four digits alone may be a year.
            if after == at + 1 && glued.is_empty() && (first.starts_with("19") || first.starts_with("20")) {
                return None;
            }
            return of_day(first[..2].parse().ok()?, first[2..].parse().ok()?, None).map(|m| (m, None, after));
        }
        None
    }
}

fn of_day(hours: i64, minutes: i64, half: Option<Half>) -> Option<i64> {
    let hours = match half {
        Some(_) if !(1..=12).contains(&hours) => return None,
        Some(Half::Am) => hours % 12,
        Some(Half::Pm) => hours % 12 + 12,
        None => hours,
    };
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// The minutes between two times that begin at a token, and the token after them.
pub(super) fn between(text: &str, tokens: &[Token], at: usize) -> Option<(i64, usize)> {
    let clock = Clock { text, tokens };
    let (start, half, mut next) = clock.time(at)?;
    let dash = |next: usize| {
        let (before, after) = (tokens.get(next.checked_sub(1)?)?, tokens.get(next)?);
        text.get(before.end as usize..after.start as usize).map(|gap| gap.contains(['-', '\u{2013}', '\u{2014}']))
    };
    let mut stops = dash(next)?;
    for _ in 0..LONGEST_BETWEEN {
        let word = clock.word(next);
        if !BETWEEN.iter().any(|b| word.eq_ignore_ascii_case(b)) && word != ":" && word != ";" {
            break;
        }
        stops |= STOPS.iter().any(|s| word.eq_ignore_ascii_case(s));
        next += 1;
    }
    let (stop, stop_half, past) = clock.time(next)?;
    if !stops {
        return None;
    }
    // "9:00 to 10:15 am" has one half for both; a stop before the start is past noon or midnight.
    let start =
        if half.is_none() && stop_half == Some(Half::Pm) && start < 12 * 60 && start + 12 * 60 <= stop { start + 12 * 60 } else { start };
    let mut minutes = stop - start;
    if minutes < 0 {
        minutes += if half.is_none() && stop_half.is_none() && start <= 12 * 60 + 59 && stop < 12 * 60 { DAY / 2 } else { DAY };
    }
    (minutes > 0 && minutes < DAY).then_some((minutes, past))
}

/// Words of a line of a log ("10:10 iron sucrose started") that say that something began or ended.
const BEGUN: [&str; 7] = ["start", "started", "begun", "began", "hung", "initiated", "commenced"];
const ENDED: [&str; 10] = ["stop", "stopped", "end", "ended", "complete", "completed", "finished", "done", "discontinued", "off"];

/// What a sentence tells as the line of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logged {
    Begun(i64, usize),
    Ended(i64),
}

/// The time that a sentence begins its line with, and what began or ended then.
pub(super) fn logged(text: &str, tokens: &[Token], first: usize, end: usize) -> Option<Logged> {
    let clock = Clock { text, tokens };
    let start = tokens.get(first)?.start as usize;
    let opens = text.get(..start)?.trim_end_matches([' ', '\t', '-', '*']);
    let (minutes, _, past) = if opens.is_empty() || opens.ends_with('\n') { clock.time(first)? } else { return None };
    let says = |words: &[&str]| (past..end).any(|at| words.iter().any(|w| clock.word(at).eq_ignore_ascii_case(w)));
    match (says(&BEGUN), says(&ENDED)) {
        (true, false) => Some(Logged::Begun(minutes, past)),
        (false, true) => Some(Logged::Ended(minutes)),
        _ => None,
    }
}

/// A time that is called by what began or ended then ("Anesthesia start 07:22", "anesthesia end: 09:14"), with the word that says what.
pub(super) fn labelled<'t>(text: &'t str, tokens: &'t [Token], first: usize, end: usize) -> Option<(&'t str, Logged)> {
    let clock = Clock { text, tokens };
    (first..end).find_map(|at| {
        let (minutes, _, past) = clock.digits(at).and_then(|_| clock.time(at))?;
        let mut before = at.checked_sub(1)?;
        while before > first && (clock.word(before) == ":" || ["at", "time"].iter().any(|w| clock.word(before).eq_ignore_ascii_case(w))) {
            before -= 1;
        }
        let says = |words: &[&str]| words.iter().any(|w| clock.word(before).eq_ignore_ascii_case(w));
        let logged = match (says(&BEGUN), says(&ENDED)) {
            (true, false) => Logged::Begun(minutes, past),
            (false, true) => Logged::Ended(minutes),
            _ => return None,
        };
        let of = before.checked_sub(1).filter(|of| *of >= first)?;
        clock.word(of).bytes().all(|b| b.is_ascii_alphabetic()).then(|| (clock.word(of), logged))
    })
}

/// The minutes from one line of a log to a later one.
pub(super) fn elapsed(begun: i64, ended: i64) -> Option<i64> {
    let minutes = if ended < begun { ended + DAY - begun } else { ended - begun };
    (minutes > 0 && minutes < DAY / 2).then_some(minutes)
}
