//! The codes of a table of edits by hash: who asks the same table again and again finds a code in one look instead of two searches.

use super::ptp::{PtpCode, PtpEdits};
use crate::code::CodeKey;

/// Keys and their places, open-addressed: half of the slots or more are empty, so that a look is one or two slots long.
#[derive(Debug)]
pub struct PtpCodes {
    slots: Vec<(CodeKey, PtpCode)>,
    shift: u32,
}

const EMPTY: CodeKey = CodeKey(0);

impl PtpCodes {
    pub fn new(edits: &PtpEdits<'_>) -> Self {
        let codes: Vec<(CodeKey, PtpCode)> = edits.codes().collect();
        let slots = (2 * codes.len()).max(2).next_power_of_two();
        let mut made = Self { slots: vec![(EMPTY, PtpCode::UNNAMED); slots], shift: 64 - slots.trailing_zeros() };
        for (key, code) in codes {
            let at = made.slot(key);
            made.slots[at] = (key, code);
        }
        made
    }

    /// Where a key is, or would be put.
    fn slot(&self, key: CodeKey) -> usize {
        // Fibonacci hashing: the high bits of the product depend on all characters.
        let mut at = (key.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        while self.slots[at].0 != key && self.slots[at].0 != EMPTY {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    /// The places of a code; [`PtpCode::UNNAMED`] where no edit names it.
    #[inline]
    pub fn resolve(&self, key: CodeKey) -> PtpCode {
        self.slots[self.slot(key)].1
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{ptp::PtpRow, ptp_builder::PtpBuilder},
        *,
    };
    use crate::date::Date;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_is_where_the_searches_find_it(pairs in prop::collection::vec((0u32..300, 0u32..300), 0..200), asked in 0u32..400) {
            let key = |number: u32| CodeKey::pack(&format!("{number:05}")).unwrap();
            let mut builder = PtpBuilder::default();
            let row = PtpRow { indicator: 1, effective: 2020_01_01, deletion: Date::OPEN.0, before_1996: false, rationale: 0 };
            for (first, second) in pairs {
                builder.add(Date(2026_07_01), key(first), key(second), row);
            }
            let parts = builder.build();
            let edits = PtpEdits::view(|id| parts.iter().find(|p| p.0 == id).map_or(&[], |p| p.1.as_slice())).unwrap();
            prop_assert_eq!(PtpCodes::new(&edits).resolve(key(asked)), edits.resolve(key(asked)).unwrap_or(PtpCode::UNNAMED));
        }
    }
}
