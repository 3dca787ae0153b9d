//! Documented quantities: a number, or a product of numbers, with a unit; bare numbers count things.
//!
//! A figure for a volume, a weight or a time ("40 mg/mL") is a rate and no quantity; with the volume beside it, it is the dose that they come to. Two
//! times of the clock are the time between them.
//!
//! Values are thousandths of the canonical unit of their family: cm, cm2, min, mg, ml, one.

use super::{clock::Logged, token::Token};
use crate::knowledge::rules::Quantity;

/// A quantity in a range of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    pub first: u32,
    pub end: u32,
    pub quantity: Quantity,
    /// Thousandths.
    pub value: i64,
}

/// Unit names with their family and thousandths of the canonical unit.
const UNITS: [(&str, Quantity, i64); 44] = [
    ("cm", Quantity::Length, 1000),
    ("cms", Quantity::Length, 1000),
    ("centimeter", Quantity::Length, 1000),
    ("centimeters", Quantity::Length, 1000),
    ("mm", Quantity::Length, 100),
    ("millimeter", Quantity::Length, 100),
    ("millimeters", Quantity::Length, 100),
    ("inch", Quantity::Length, 2540),
    ("inches", Quantity::Length, 2540),
    ("cm2", Quantity::Area, 1000),
    ("cm²", Quantity::Area, 1000),
    ("sqcm", Quantity::Area, 1000),
    ("min", Quantity::Duration, 1000),
    ("mins", Quantity::Duration, 1000),
    ("minute", Quantity::Duration, 1000),
    ("minutes", Quantity::Duration, 1000),
    ("hr", Quantity::Duration, 60_000),
    ("hrs", Quantity::Duration, 60_000),
    ("hour", Quantity::Duration, 60_000),
    ("hours", Quantity::Duration, 60_000),
    ("mg", Quantity::Dose, 1000),
    ("milligram", Quantity::Dose, 1000),
    ("milligrams", Quantity::Dose, 1000),
    ("mcg", Quantity::Dose, 1),
    ("ug", Quantity::Dose, 1),
    ("µg", Quantity::Dose, 1),
    ("microgram", Quantity::Dose, 1),
    ("micrograms", Quantity::Dose, 1),
    ("g", Quantity::Dose, 1_000_000),
    ("gm", Quantity::Dose, 1_000_000),
    ("gram", Quantity::Dose, 1_000_000),
    ("grams", Quantity::Dose, 1_000_000),
    ("gms", Quantity::Dose, 1_000_000),
    ("unit", Quantity::Units, 1000),
    ("units", Quantity::Units, 1000),
    ("iu", Quantity::Units, 1000),
    ("international", Quantity::Units, 1000),
    ("ml", Quantity::Volume, 1000),
    ("mls", Quantity::Volume, 1000),
    ("milliliter", Quantity::Volume, 1000),
    ("milliliters", Quantity::Volume, 1000),
    ("cc", Quantity::Volume, 1000),
    ("liter", Quantity::Volume, 1_000_000),
    ("liters", Quantity::Volume, 1_000_000),
];

pub(crate) const NUMBER_WORDS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// No quantity is told in greater numbers.
const MOST: i64 = 1_000_000_000;

const CONTAINERS: [&str; 6] = ["vial", "vials", "ampule", "ampules", "bottle", "bottles"];

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

impl<'a> Reader<'a> {
    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).and_then(|t| self.text.get(t.start as usize..t.end as usize)).unwrap_or_default()
    }

    fn touches(&self, at: usize) -> bool {
        at > 0 && at < self.tokens.len() && self.tokens[at - 1].end == self.tokens[at].start
    }

    /// Digits of a token that may end in a unit ("5cm"): the digits and the rest.
    fn digits(&self, at: usize) -> Option<(&'a str, &'a str)> {
        let word = self.word(at);
        let split = word.bytes().take_while(u8::is_ascii_digit).count();
        (split > 0).then(|| word.split_at(split))
    }

    /// The next three digits of a number that is told in groups ("1,200,000").
    fn group(&self, at: usize) -> Option<(i64, &'a str)> {
        if self.word(at + 1) != "," || !self.touches(at + 1) || !self.touches(at + 2) {
            return None;
        }
        let (digits, rest) = self.digits(at + 2).filter(|d| d.0.len() == 3)?;
        Some((digits.parse().ok()?, rest))
    }

    /// A number in thousandths, the token after it, and a unit glued to its last token.
    fn number(&self, at: usize) -> Option<(i64, usize, &'a str)> {
        // Most words are no number, and their first letter tells.
        let first = self.word(at).as_bytes().first().map(u8::to_ascii_lowercase)?;
        if !matches!(first, b'0'..=b'9' | b'.' | b'e' | b'f' | b'n' | b'o' | b's' | b't' | b'z') {
            return None;
        }
        if let Some(n) = NUMBER_WORDS.iter().position(|w| self.word(at).eq_ignore_ascii_case(w)) {
            return Some((n as i64 * 1000, at + 1, ""));
        }
        let (whole, mut glued) = if self.word(at) == "." { ("0", "") } else { self.digits(at)? };
        let (mut whole, mut last) = (whole.parse::<i64>().ok().filter(|n| *n < MOST)?, at);
        while glued.is_empty() && whole < MOST {
            let Some((group, rest)) = self.group(last) else { break };
            (whole, last, glued) = (whole * 1000 + group, last + 2, rest);
        }
        let thousands = (whole < MOST).then_some(whole)? * 1000;
        let point = if self.word(at) == "." { at } else { last + 1 };
        let mut next = last + 1;
        let mut fraction = 0;
        if glued.is_empty() && self.word(point) == "." && self.touches(point + 1) && (point == at || self.touches(point)) {
            if let Some((digits, rest)) = self.digits(point + 1) {
                let padded = format!("{digits:0<3}");
                fraction = padded[..3].parse().ok()?;
                (next, glued) = (point + 2, rest);
            } else if point == at {
                return None;
            }
        } else if point == at {
            return None;
        }
        let millions = glued.is_empty() && self.word(next).eq_ignore_ascii_case("million");
        if millions {
            Some(((thousands + fraction).saturating_mul(1_000_000), next + 1, glued))
        } else {
            Some((thousands + fraction, next, glued))
        }
    }

    /// Whether a figure is what a container holds ("vials of 100 mg").
    fn of_container(&self, at: usize) -> bool {
        let holds = |w: &str| CONTAINERS.iter().any(|c| w.eq_ignore_ascii_case(c));
        at >= 2 && self.word(at - 1).eq_ignore_ascii_case("of") && holds(self.word(at - 2))
    }

    /// What a figure is told by, where it is a rate, and the token after it: "/mL", "per kg", "/5 mL" is none.
    fn rate(&self, at: usize) -> Option<(&'a str, usize)> {
        let by = self.word(at);
        (by == "/" || by.eq_ignore_ascii_case("per")).then(|| (self.word(at + 1), at + 2))
    }

    fn unit(&self, at: usize, glued: &str) -> Option<(Quantity, i64, usize)> {
        let find = |name: &str| UNITS.iter().find(|u| u.0.eq_ignore_ascii_case(name)).map(|u| (u.1, u.2));
        if !glued.is_empty() {
            return find(glued).map(|(quantity, scale)| (quantity, scale, at));
        }
        let name = self.word(at);
        let squared = ["sq", "square"].iter().any(|s| name.eq_ignore_ascii_case(s));
        if squared {
            let next = if self.word(at + 1) == "." { at + 2 } else { at + 1 };
            return find(self.word(next)).filter(|u| u.0 == Quantity::Length).map(|u| (Quantity::Area, u.1 * u.1 / 1000, next + 1));
        }
        find(name).map(|(quantity, scale)| (quantity, scale, at + 1))
    }
}

/// The quantities of a stretch of text. "2 x 3 cm" is a length of 3 cm (the greatest dimension) and an area of 6 cm2.
pub fn measures(text: &str, tokens: &[Token], first: u32, end: u32) -> Vec<Measure> {
    let end = (end as usize).min(tokens.len());
    let reader = Reader { text, tokens: &tokens[..end] };
    let mut found = Vec::new();
    let mut rates = Vec::new();
    let mut at = first as usize;
    while at < end {
        if let Some((minutes, past)) = super::clock::between(text, &tokens[..end], at) {
            found.push(Measure { first: at as u32, end: past as u32, quantity: Quantity::Duration, value: minutes * 1000 });
            at = past;
            continue;
        }
        let Some((value, mut next, mut glued)) = reader.number(at) else {
            at += 1;
            continue;
        };
        let mut factors = vec![value];
        loop {
            // "2 cm x 3 cm" and "2 x 3 cm" are one measure.
            let after = reader.unit(next, glued).map_or(next, |u| u.2);
            let by = reader.word(after);
            let Some((factor, past, rest)) =
                (by.eq_ignore_ascii_case("x") || by.eq_ignore_ascii_case("by") || by == "×").then(|| reader.number(after + 1)).flatten()
            else {
                break;
            };
            factors.push(factor);
            (next, glued) = (past, rest);
        }
        let unit = reader.unit(next, glued);
        let past = unit.map_or(next, |u| u.2);
        let mut push = |quantity, value| found.push(Measure { first: at as u32, end: past as u32, quantity, value });
        let greatest = factors.iter().copied().max().unwrap_or(0);
        match unit {
            Some((Quantity::Length, scale, _)) => {
                push(Quantity::Length, greatest * scale / 1000);
                if let [a, b, ..] = factors[..] {
                    push(Quantity::Area, (a * scale / 1000).saturating_mul(b * scale / 1000) / 1000);
                }
            }
            // What a vial holds is no dose ("two vials of 100 mg").
            Some((Quantity::Dose, ..)) if reader.of_container(at) => {}
            Some((quantity, scale, after)) => match reader.rate(after) {
                None => push(quantity, value.saturating_mul(scale) / 1000),
                Some((per, after)) if quantity == Quantity::Dose && is_volume(per) => {
                    rates.push((at, after, value.saturating_mul(scale) / 1000));
                }
                Some(_) => {}
            },
            None if factors.len() == 1 && glued.is_empty() && value % 1000 == 0 => push(Quantity::Count, value),
            None => {}
        }
        at = past.max(at + 1);
    }
    doses(&rates, &mut found);
    found
}

/// How long what a log tells took, in the sentence that tells its beginning: "10:10 iron sucrose started", and a later line "10:45 stopped". Two that run at once are
/// not told apart.
pub fn logs(text: &str, tokens: &[Token], sentences: &[(u32, u32)]) -> Vec<(u32, Measure)> {
    let mut found = Vec::new();
    let mut running: Option<(u32, i64, usize)> = None;
    let mut several = false;
    let mut called: Option<(&str, u32, i64, usize)> = None;
    for (at, &(first, end)) in (0..).zip(sentences) {
        match super::clock::labelled(text, tokens, first as usize, end as usize) {
            Some((of, Logged::Begun(minutes, past))) if called.is_none() => called = Some((of, at, minutes, past)),
            Some((of, Logged::Ended(ended))) => {
                if let Some((_, sentence, begun, past)) = called.take_if(|c| c.0.eq_ignore_ascii_case(of))
                    && let Some(minutes) = super::clock::elapsed(begun, ended)
                {
                    let first = sentences.get(sentence as usize).map_or(0, |s| s.0);
                    found.push((sentence, Measure { first, end: past as u32, quantity: Quantity::Duration, value: minutes * 1000 }));
                }
            }
            _ => {}
        }
        match super::clock::logged(text, tokens, first as usize, end as usize) {
            Some(Logged::Begun(minutes, past)) => {
                several = running.is_some();
                running = Some((at, minutes, past));
            }
            Some(Logged::Ended(ended)) => {
                let told = running.take().filter(|_| !several);
                several = false;
                if let Some((sentence, begun, past)) = told
                    && let Some(minutes) = super::clock::elapsed(begun, ended)
                {
                    let first = sentences.get(sentence as usize).map_or(0, |s| s.0);
                    found.push((sentence, Measure { first, end: past as u32, quantity: Quantity::Duration, value: minutes * 1000 }));
                }
            }
            None => {}
        }
    }
    found
}

fn is_volume(unit: &str) -> bool {
    ["ml", "cc"].iter().any(|u| unit.eq_ignore_ascii_case(u))
}

/// How many tokens may stand between a strength and the volume that was given of it ("1 mL of Kenalog 40 mg/mL").
const BESIDE: u32 = 4;

/// The doses that strengths and the one volume beside each come to.
fn doses(rates: &[(usize, usize, i64)], found: &mut Vec<Measure>) {
    for &(first, end, strength) in rates {
        let (first, end) = (first as u32, end as u32);
        let beside = |m: &&Measure| {
            m.quantity == Quantity::Volume && (m.first >= end && m.first - end < BESIDE || m.end <= first && first - m.end <= BESIDE)
        };
        let mut volumes = found.iter().filter(beside);
        if let (Some(volume), None) = (volumes.next().copied(), volumes.next()) {
            let value = strength.saturating_mul(volume.value) / 1000;
            found.push(Measure { first: first.min(volume.first), end: end.max(volume.end), quantity: Quantity::Dose, value });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(Quantity, i64)> {
        let mut tokens = Vec::new();
        super::super::token::tokenize(text, &super::super::token::Vocabulary::default(), &mut tokens);
        measures(text, &tokens, 0, tokens.len() as u32).iter().map(|m| (m.quantity, m.value)).collect()
    }

    #[test]
    fn numbers_with_units() {
        assert_eq!(of("a 2.5 cm wound"), [(Quantity::Length, 2500)]);
        assert_eq!(of("a 2.5cm wound, 8 mm deep"), [(Quantity::Length, 2500), (Quantity::Length, 800)]);
        assert_eq!(of("45 minutes and 1 hour"), [(Quantity::Duration, 45_000), (Quantity::Duration, 60_000)]);
        assert_eq!(of("Kenalog 40 mg"), [(Quantity::Dose, 40_000)]);
        assert_eq!(of("10 sq cm"), [(Quantity::Area, 10_000)]);
        assert_eq!(of("1,200,000 units, 2.4 million units"), [(Quantity::Units, 1_200_000_000), (Quantity::Units, 2_400_000_000)]);
        assert_eq!(
            of("iron 200 mg, two vials of 100 mg/5 mL"),
            [(Quantity::Dose, 200_000), (Quantity::Count, 2000), (Quantity::Volume, 5000)]
        );
        assert_eq!(of("Botox 155 units, 2 grams"), [(Quantity::Units, 155_000), (Quantity::Dose, 2_000_000)]);
    }

    #[test]
    fn a_strength_is_a_dose_only_with_its_volume() {
        assert_eq!(of("Kenalog 40 mg/mL"), []);
        assert_eq!(of("5 mg/kg"), []);
        assert_eq!(of("1 mL of Kenalog 40 mg/mL"), [(Quantity::Volume, 1000), (Quantity::Dose, 40_000)]);
        assert_eq!(of("Depo-Medrol 80 mg/mL, 0.5 mL"), [(Quantity::Volume, 500), (Quantity::Dose, 40_000)]);
    }

    #[test]
    fn times_of_the_clock_tell_how_long() {
        assert_eq!(of("from 9:00 to 9:45"), [(Quantity::Duration, 45_000)]);
        assert_eq!(of("start time 11:30 am, stop time 1:40 pm"), [(Quantity::Duration, 130_000)]);
        assert_eq!(of("0900-0945"), [(Quantity::Duration, 45_000)]);
        assert_eq!(
            of("seen at 9:00 and called at 9:45"),
            [(Quantity::Count, 9000), (Quantity::Count, 0), (Quantity::Count, 9000), (Quantity::Count, 45_000)]
        );
    }

    #[test]
    fn dimensions_are_one_measure() {
        assert_eq!(of("2 x 3 cm"), [(Quantity::Length, 3000), (Quantity::Area, 6000)]);
        assert_eq!(of("2 cm x 3 cm"), [(Quantity::Length, 3000), (Quantity::Area, 6000)]);
    }

    #[test]
    fn bare_numbers_count() {
        assert_eq!(of("three lesions, 2 views."), [(Quantity::Count, 3000), (Quantity::Count, 2000)]);
        assert_eq!(of("99999999999999999999 cm . . 5x"), []);
    }
}
