//! The condition of a map row, compiled: clauses that must all hold, each true, false or unknown of a patient.

use crate::date::Date;

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    True,
    False,
    /// Something is missing to say it.
    Unknown,
}

impl Truth {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Unknown => "unknown",
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// How an age is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Operator {
    Less = 1,
    AtMost = 2,
    /// As many completed units.
    Equal = 3,
    More = 4,
    AtLeast = 5,
}

impl Operator {
    const SIGNS: [(Self, &'static str); 5] =
        [(Self::Less, "<"), (Self::AtMost, "<="), (Self::Equal, "="), (Self::More, ">"), (Self::AtLeast, ">=")];

    pub fn sign(self) -> &'static str {
        Self::SIGNS[self as usize - 1].1
    }

    /// The operator that a rule writes so.
    pub fn written(sign: &str) -> Option<Self> {
        Self::SIGNS.iter().find(|s| s.1 == sign).map(|s| s.0)
    }

    fn numbered(number: u8) -> Option<Self> {
        Self::SIGNS.iter().find(|s| s.0 as u8 == number).map(|s| s.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Unit {
    Days = 1,
    Months = 2,
    Years = 3,
}

impl Unit {
    const WORDS: [(Self, &'static str, &'static str); 3] =
        [(Self::Days, "days", "day"), (Self::Months, "months", "month"), (Self::Years, "years", "year")];

    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize - 1].1
    }

    /// The unit that a rule writes so.
    pub fn written(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|w| w.1 == word || w.2 == word).map(|w| w.0)
    }

    fn numbered(number: u8) -> Option<Self> {
        Self::WORDS.iter().find(|w| w.0 as u8 == number).map(|w| w.0)
    }
}

/// An age that another is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Comparison {
    pub operator: Operator,
    /// Thousandths of the unit.
    pub amount: u32,
    pub unit: Unit,
}

/// One condition of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    Female,
    Male,
    /// The age on the date of the encounter.
    AgeNow(Comparison),
    AgeAtOnset(Comparison),
    /// The patient has this concept or a descendant of it.
    Has(u64),
    /// The same, of a descendant of the concept that is mapped: what was recorded decides it.
    HasSubtype(u64),
    /// A rule that is not of the grammar.
    Unreadable,
}

/// The concepts that rules name for what is no finding.
pub mod attribute {
    pub const AGE_AT_ONSET: u64 = 445_518_008;
    pub const AGE_NOW: u64 = 424_144_002;
    pub const FEMALE: u64 = 248_152_002;
    pub const MALE: u64 = 248_153_007;
}

impl Clause {
    /// The parts of a record: kind, operator, unit, amount, concept.
    pub(super) fn parts(self) -> (u8, u8, u8, u32, u64) {
        let compared = |kind, c: Comparison| (kind, c.operator as u8, c.unit as u8, c.amount, 0);
        match self {
            Self::Unreadable => (0, 0, 0, 0, 0),
            Self::Female => (1, 0, 0, 0, 0),
            Self::Male => (2, 0, 0, 0, 0),
            Self::AgeNow(c) => compared(3, c),
            Self::AgeAtOnset(c) => compared(4, c),
            Self::Has(concept) => (5, 0, 0, 0, concept),
            Self::HasSubtype(concept) => (6, 0, 0, 0, concept),
        }
    }

    /// The clause of a record; unreadable where it is none.
    pub(super) fn of((kind, operator, unit, amount, concept): (u8, u8, u8, u32, u64)) -> Self {
        let comparison = Operator::numbered(operator).zip(Unit::numbered(unit));
        let comparison = comparison.map(|(operator, unit)| Comparison { operator, amount, unit });
        match (kind, comparison) {
            (1, _) => Self::Female,
            (2, _) => Self::Male,
            (3, Some(c)) => Self::AgeNow(c),
            (4, Some(c)) => Self::AgeAtOnset(c),
            (5, _) => Self::Has(concept),
            (6, _) => Self::HasSubtype(concept),
            _ => Self::Unreadable,
        }
    }

    /// As a rule writes it, without the terms of its concepts.
    pub fn write(self) -> String {
        let compared = |concept: u64, c: Comparison| {
            let fraction = format!("{:03}", c.amount % 1000);
            let fraction = Some(fraction.trim_end_matches('0')).filter(|f| !f.is_empty()).unwrap_or("0");
            format!("IFA {concept} {} {}.{fraction} {}", c.operator.sign(), c.amount / 1000, c.unit.word())
        };
        match self {
            Self::Female => format!("IFA {}", attribute::FEMALE),
            Self::Male => format!("IFA {}", attribute::MALE),
            Self::AgeNow(c) => compared(attribute::AGE_NOW, c),
            Self::AgeAtOnset(c) => compared(attribute::AGE_AT_ONSET, c),
            Self::Has(concept) | Self::HasSubtype(concept) => format!("IFA {concept}"),
            Self::Unreadable => "a rule that is not of the grammar".into(),
        }
    }
}

/// Days since 1 March of the year 0; a day that its month does not have counts as the first of the next.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let day = day.min(last + 1);
    // Years that start in March have their leap day last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 153 + 2) / 5 + day - 1
}

fn number_of(date: Date) -> i64 {
    day_number(i64::from(date.0 / 10_000), i64::from(date.0 / 100 % 100), i64::from(date.0 % 100))
}

/// The first day on which somebody is as old (in thousandths of the unit), and whether exactly so. Years and months are counted by birthdays; of
/// what is no whole month, a month has 30.4375 days.
fn reached(birth: Date, amount: i64, unit: Unit) -> (i64, bool) {
    let (months, days) = match unit {
        Unit::Days => (0, amount * 10_000),
        Unit::Months => (amount / 1000, amount % 1000 * 304_375),
        Unit::Years => (amount * 12 / 1000, amount * 12 % 1000 * 304_375),
    };
    let unit_of_days = 10_000 * 1000;
    let months = i64::from(birth.0 / 10_000) * 12 + i64::from(birth.0 / 100 % 100) - 1 + months;
    let start = day_number(months / 12, months % 12 + 1, i64::from(birth.0 % 100));
    (start + (days + unit_of_days - 1) / unit_of_days, days % unit_of_days == 0)
}

impl Comparison {
    /// Whether it holds of somebody of this birth on a day.
    pub fn holds(self, birth: Date, day: Date) -> bool {
        let day = number_of(day);
        let (first, exact) = reached(birth, i64::from(self.amount), self.unit);
        match self.operator {
            Operator::Less => day < first,
            Operator::AtLeast => day >= first,
            Operator::More => day >= first + i64::from(exact),
            Operator::AtMost => day < first + i64::from(exact),
            Operator::Equal => day >= first && day < reached(birth, i64::from(self.amount) + 1000, self.unit).0,
        }
    }

    /// Whether it holds on some day between birth and `last`, of which no more is known.
    pub fn holds_until(self, birth: Date, last: Date) -> Truth {
        let (at_birth, now) = (self.holds(birth, birth), self.holds(birth, last));
        let certain = match self.operator {
            // An age equals another for a while: it may have come and gone between.
            Operator::Equal => at_birth && now || number_of(last) < reached(birth, i64::from(self.amount), self.unit).0,
            // Ages only rise, so that what begins and ends alike was never otherwise.
            _ => at_birth == now,
        };
        if certain { now.into() } else { Truth::Unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn holds(operator: &str, amount: u32, unit: Unit, birth: u32, day: u32) -> bool {
        Comparison { operator: Operator::written(operator).unwrap(), amount, unit }.holds(Date(birth), Date(day))
    }

    #[test]
    fn an_age_on_an_unknown_day_is_decided_where_every_day_agrees() {
        let until = |operator: &str, amount: u32, last: u32| {
            let comparison = Comparison { operator: Operator::written(operator).unwrap(), amount, unit: Unit::Months };
            comparison.holds_until(Date(1996_01_01), Date(last))
        };
        for (operator, amount, last, expected) in [
            // Nobody was ever younger than nothing.
            ("<", 0, 2026_05_04, Truth::False),
            (">=", 0, 2026_05_04, Truth::True),
            ("<", 12_000, 1996_06_01, Truth::True),
            ("<", 12_000, 1998_06_01, Truth::Unknown),
            (">", 12_000, 1996_06_01, Truth::False),
            ("=", 0, 1996_01_20, Truth::True),
            ("=", 0, 1996_03_20, Truth::Unknown),
            ("=", 12_000, 1996_03_20, Truth::False),
            ("=", 12_000, 1999_03_20, Truth::Unknown),
        ] {
            assert_eq!(until(operator, amount, last), expected, "{operator} {amount} until {last}");
        }
    }

    #[test]
    fn ages_change_on_birthdays() {
        for (operator, amount, unit, birth, day, expected) in [
            (">=", 12_000, Unit::Years, 2014_05_04, 2026_05_04, true),
            (">=", 12_000, Unit::Years, 2014_05_04, 2026_05_03, false),
            ("<", 19_000, Unit::Years, 2007_05_04, 2026_05_04, false),
            // Who is born on 29 February is a year older on 1 March.
            (">=", 1_000, Unit::Years, 2024_02_29, 2025_02_28, false),
            (">=", 1_000, Unit::Years, 2024_02_29, 2025_03_01, true),
            (">=", 4_000, Unit::Years, 2024_02_29, 2028_02_29, true),
            ("<", 1_000, Unit::Months, 2026_01_31, 2026_02_28, true),
            ("<", 1_000, Unit::Months, 2026_01_31, 2026_03_01, false),
            (">=", 12_500, Unit::Years, 2014_05_04, 2026_11_03, false),
            (">=", 12_500, Unit::Years, 2014_05_04, 2026_11_04, true),
            ("<", 29_000, Unit::Days, 2026_04_06, 2026_05_04, true),
            ("<", 28_000, Unit::Days, 2026_04_06, 2026_05_04, false),
            ("<=", 28_000, Unit::Days, 2026_04_06, 2026_05_04, true),
            (">", 28_000, Unit::Days, 2026_04_06, 2026_05_04, false),
            (">", 27_500, Unit::Days, 2026_04_06, 2026_05_04, true),
            ("=", 28_000, Unit::Days, 2026_04_06, 2026_05_04, true),
            ("=", 12_000, Unit::Years, 2014_05_04, 2027_05_03, true),
            ("=", 12_000, Unit::Years, 2014_05_04, 2027_05_04, false),
        ] {
            assert_eq!(holds(operator, amount, unit, birth, day), expected, "{operator} {amount} {unit:?} {birth} {day}");
        }
    }

    #[test]
    fn clauses_are_written_as_rules_are() {
        let clause = Clause::AgeAtOnset(Comparison { operator: Operator::AtLeast, amount: 12_500, unit: Unit::Years });
        assert_eq!(clause.write(), "IFA 445518008 >= 12.5 years");
        assert_eq!(Clause::of(clause.parts()), clause);
    }

    prop_compose! {
        fn any_date()(year in 1900u32..2199, month in 1u32..13, day in 1u32..29) -> Date { Date(year * 10_000 + month * 100 + day) }
    }

    proptest! {
        #[test]
        fn day_numbers_follow_the_calendar(date in any_date()) {
            prop_assert_eq!(number_of(date.previous()) + 1, number_of(date));
        }

        #[test]
        fn full_years_are_those_of_dates(birth in any_date(), day in any_date(), years in 0u32..120) {
            prop_assume!(birth <= day);
            let known = day.years_since(birth).unwrap();
            prop_assert_eq!(holds(">=", years * 1000, Unit::Years, birth.0, day.0), known >= years);
            prop_assert_eq!(holds("=", years * 1000, Unit::Years, birth.0, day.0), known == years);
        }

        #[test]
        fn what_holds_until_today_held_on_every_day(birth in any_date(), gap in 0u32..400, amount in 0u32..400_000, operator in 1u8..6, unit in 1u8..4) {
            let comparison = Comparison { operator: Operator::numbered(operator).unwrap(), amount, unit: Unit::numbered(unit).unwrap() };
            let last = (0..gap).fold(Date(birth.0 + 10_000), |d, _| d.previous());
            let mut day = last;
            let mut seen = [false; 2];
            while day >= birth {
                seen[usize::from(comparison.holds(birth, day))] = true;
                day = day.previous();
            }
            match comparison.holds_until(birth, last) {
                Truth::True => prop_assert!(!seen[0]),
                Truth::False => prop_assert!(!seen[1]),
                Truth::Unknown => {}
            }
        }
    }
}
