//! Calendar dates as day numbers.

use std::fmt;

/// A day of the proleptic Gregorian calendar as `yyyymmdd`, so that it prints and compares without arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub u32);

/// Why a string is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a calendar date as YYYY-MM-DD")]
pub struct InvalidDate;

impl Date {
    /// The end of an interval that is still open.
    pub const OPEN: Self = Self(9999_12_31);

    /// Reads `YYYY-MM-DD`, from 1900 to 2199.
    ///
    /// ```
    /// use superbill_core::date::Date;
    /// assert_eq!(Date::parse("2026-05-04").unwrap().to_string(), "2026-05-04");
    /// assert!(Date::parse("2026-02-30").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(InvalidDate);
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))).ok_or(InvalidDate)
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(InvalidDate),
        };
        if !(1900..2200).contains(&year) || day == 0 || day > days {
            return Err(InvalidDate);
        }
        Ok(Self(year * 10_000 + month * 100 + day))
    }

    /// Reads `yyyymmdd`, as tables write it, from 1900 to 2199.
    pub fn parse_compact(text: &str) -> Result<Self, InvalidDate> {
        if text.len() != 8 || !text.is_ascii() {
            return Err(InvalidDate);
        }
        Self::parse(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
    }

    /// The day that lies so many days after 1970-01-01, from 1900 to 2199.
    ///
    /// ```
    /// use superbill_core::date::Date;
    /// assert_eq!(Date::from_epoch_day(20_577), Ok(Date(2026_05_04)));
    /// assert_eq!(Date::from_epoch_day(-1), Ok(Date(1969_12_31)));
    /// assert!(Date::from_epoch_day(i64::MIN).is_err());
    /// ```
    pub fn from_epoch_day(day: i64) -> Result<Self, InvalidDate> {
        if !(-25_567..84_006).contains(&day) {
            return Err(InvalidDate);
        }
        // Years begin in March, so that the day a leap year adds is the last: 719,468 days lie between 0000-03-01 and 1970-01-01.
        let days = day + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let of_month = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        u32::try_from(year * 10_000 + month * 100 + of_month).map(Self).map_err(|_| InvalidDate)
    }

    /// The day before; of the first day of the calendar, itself.
    pub fn previous(self) -> Self {
        let (year, month, day) = (self.0 / 10_000, self.0 / 100 % 100, self.0 % 100);
        if day > 1 {
            return Self(self.0 - 1);
        }
        let (year, month) = if month > 1 { (year, month - 1) } else { (year.saturating_sub(1), 12) };
        let last = (28..=31).rev().find(|&d| Self::parse(&format!("{year:04}-{month:02}-{d:02}")).is_ok()).unwrap_or(28);
        Self(year * 10_000 + month * 100 + last)
    }

    /// The day after.
    pub fn next(self) -> Self {
        let day = Self(self.0 + 1);
        if day.0 % 100 <= 28 || Self::parse(&day.to_string()).is_ok() {
            return day;
        }
        let (year, month) = (self.0 / 10_000, self.0 / 100 % 100);
        if month < 12 { Self(year * 10_000 + (month + 1) * 100 + 1) } else { Self((year + 1) * 10_000 + 101) }
    }

    /// The number of the day, counted from 1 March of the year 0, so that a difference is a number of days.
    ///
    /// ```
    /// use superbill_core::date::Date;
    /// assert_eq!(Date(2026_05_30).day_number() - Date(2026_03_01).day_number(), 90);
    /// ```
    pub fn day_number(self) -> i32 {
        let (year, month, day) = ((self.0 / 10_000) as i32, (self.0 / 100 % 100) as i32, (self.0 % 100) as i32);
        // Years that begin in March have their leap day last.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day
    }

    /// Full years from `birth` to this day; `None` where birth lies after it.
    pub fn years_since(self, birth: Self) -> Option<u32> {
        self.0.checked_sub(birth.0).map(|gap| gap / 10_000)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_before() {
        for (day, before) in
            [("2026-10-01", "2026-09-30"), ("2024-03-01", "2024-02-29"), ("2026-01-01", "2025-12-31"), ("2026-05-04", "2026-05-03")]
        {
            assert_eq!(Date::parse(day).unwrap().previous().to_string(), before);
        }
    }

    #[test]
    fn days_are_counted_over_every_month_and_leap_day() {
        let mut day = Date::OPEN;
        for number in (Date(1900_01_01).day_number()..=Date(2199_12_31).day_number()).rev() {
            day = if day == Date::OPEN { Date(2199_12_31) } else { day.previous() };
            assert_eq!(day.day_number(), number, "{day}");
            assert_eq!(day.previous().next(), day);
        }
    }

    #[test]
    fn age_changes_on_the_birthday() {
        let birth = Date::parse("1960-05-04").unwrap();
        assert_eq!(Date::parse("2026-05-03").unwrap().years_since(birth), Some(65));
        assert_eq!(Date::parse("2026-05-04").unwrap().years_since(birth), Some(66));
        assert_eq!(Date::parse("1959-05-04").unwrap().years_since(birth), None);
    }
}
