//! Releases side by side, as one bit each: what does not change from one release to the next is stored once, with the bits of those that have it.

use crate::date::Date;
use zerocopy::little_endian::U32;

/// Releases that one store holds; of more, the newest stay.
pub(super) const MOST: usize = 32;

/// First days of releases, oldest first.
#[derive(Clone, Copy, Default)]
pub(super) struct Editions<'a>(pub &'a [U32]);

impl Editions<'_> {
    fn place(self, date: Date) -> Option<usize> {
        let begun = self.0.partition_point(|d| d.get() <= date.0);
        (!self.0.is_empty()).then(|| begun.saturating_sub(1).min(MOST - 1))
    }

    /// The first day of the release that answers for a day: the last that has begun, else the first.
    pub(super) fn on(self, date: Date) -> Option<Date> {
        self.place(date).and_then(|at| self.0.get(at)).map(|d| Date(d.get()))
    }

    /// The bit of that release; 0 where there is none.
    pub(super) fn bit(self, date: Date) -> u32 {
        self.place(date).map_or(0, |at| 1 << at)
    }

    /// The first day of the newest release in a set of bits.
    pub(super) fn newest(self, bits: u32) -> Date {
        let at = 31_u32.saturating_sub(bits.leading_zeros());
        self.0.get(at as usize).map_or(Date::OPEN, |d| Date(d.get()))
    }
}

/// The days that a store keeps, of all that were read.
pub(super) fn kept<'a>(days: impl ExactSizeIterator<Item = &'a Date>) -> Vec<Date> {
    let over = days.len().saturating_sub(MOST);
    days.skip(over).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_answered_by_the_release_that_has_begun() {
        let days = [2024_10_01, 2025_10_01].map(U32::new);
        let editions = Editions(&days);
        for (day, first, bit) in
            [(2020_01_01, 2024_10_01, 1), (2025_09_30, 2024_10_01, 1), (2025_10_01, 2025_10_01, 2), (2031_01_01, 2025_10_01, 2)]
        {
            assert_eq!((editions.on(Date(day)), editions.bit(Date(day))), (Some(Date(first)), bit));
        }
        assert_eq!((editions.newest(0b01), editions.newest(0b11)), (Date(2024_10_01), Date(2025_10_01)));
        assert_eq!((Editions::default().on(Date::OPEN), Editions::default().bit(Date::OPEN)), (None, 0));
        let many: Vec<Date> = (0..40).map(Date).collect();
        assert_eq!(kept(many.iter()), (8..40).map(Date).collect::<Vec<_>>());
    }
}
