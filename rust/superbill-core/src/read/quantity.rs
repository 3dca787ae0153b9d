//! Documented quantities: a number, or a product of numbers, with a unit; bare numbers count things.
//!
//! Values are thousandths of the canonical unit of their family: cm, cm2, min, mg, ml, one.

use super::token::Token;
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
const UNITS: [(&str, Quantity, i64); 33] = [
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
    ("g", Quantity::Dose, 1_000_000),
    ("gm", Quantity::Dose, 1_000_000),
    ("ml", Quantity::Volume, 1000),
    ("mls", Quantity::Volume, 1000),
    ("milliliter", Quantity::Volume, 1000),
    ("milliliters", Quantity::Volume, 1000),
    ("cc", Quantity::Volume, 1000),
    ("liter", Quantity::Volume, 1_000_000),
    ("liters", Quantity::Volume, 1_000_000),
];

const NUMBER_WORDS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

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
        let thousands = whole.parse::<i64>().ok().filter(|n| *n < 1_000_000)? * 1000;
        let point = if self.word(at) == "." { at } else { at + 1 };
        let mut next = at + 1;
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
        Some((thousands + fraction, next, glued))
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
    let mut at = first as usize;
    while at < end {
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
            Some((quantity, scale, _)) => push(quantity, value.saturating_mul(scale) / 1000),
            None if factors.len() == 1 && glued.is_empty() && value % 1000 == 0 => push(Quantity::Count, value),
            None => {}
        }
        at = past.max(at + 1);
    }
    found
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
