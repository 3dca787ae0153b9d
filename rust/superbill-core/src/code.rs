//! Code systems and packed codes.
//!
//! A code of up to seven characters packs into a [`CodeKey`] whose order is the order of the code system, so that the descendants of a
//! node are one contiguous range of keys. Dense ids ([`CodeId`]) are ranks in that order.

use std::fmt;

/// A code system that the engine answers in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum System {
    Icd10cm = 1,
    Icd10pcs = 2,
    Cpt = 3,
    Hcpcs = 4,
}

impl System {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Icd10cm => "icd10cm",
            Self::Icd10pcs => "icd10pcs",
            Self::Cpt => "cpt",
            Self::Hcpcs => "hcpcs",
        }
    }
}

/// A dense id of an ICD-10-CM code: its rank in code order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeId(pub u32);

/// Up to eight upper-case characters, left justified, as a number: numeric order is code order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeKey(pub u64);

/// Why a string is not a code at all (as opposed to an unknown code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has 3 to 7 letters and digits, with an optional dot after the third")]
pub struct MalformedCode;

impl CodeKey {
    /// Reads a code with or without dot, in either case.
    ///
    /// ```
    /// use superbill_core::code::CodeKey;
    /// assert_eq!(CodeKey::parse("e11.9").unwrap().to_string(), "E119");
    /// assert!(CodeKey::parse("E11.9; DROP").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, MalformedCode> {
        let mut packed = 0u64;
        let mut length = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'.' && at == 3 {
                continue;
            }
            if !byte.is_ascii_alphanumeric() || length == 7 {
                return Err(MalformedCode);
            }
            packed |= u64::from(byte.to_ascii_uppercase()) << (56 - 8 * length);
            length += 1;
        }
        if length < 3 { Err(MalformedCode) } else { Ok(Self(packed)) }
    }

    /// The number of characters.
    pub fn len(self) -> usize {
        8 - self.0.trailing_zeros() as usize / 8
    }

    /// Never true for a parsed key.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The key just after the last descendant of this code.
    pub fn end(self) -> Self {
        let shift = 64 - 8 * self.len() as u32;
        Self(self.0.wrapping_add(1u64.checked_shl(shift).unwrap_or(1)))
    }

    /// With the dot that ICD-10-CM codes carry on a claim form.
    pub fn dotted(self) -> String {
        let plain = self.to_string();
        if plain.len() > 3 { format!("{}.{}", &plain[..3], &plain[3..]) } else { plain }
    }
}

impl fmt::Display for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_be_bytes().into_iter().take_while(|&b| b != 0).try_for_each(|b| fmt::Write::write_char(f, char::from(b)))
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descendants_are_one_range_of_keys() {
        let parent = CodeKey::parse("E11").unwrap();
        assert!(parent <= CodeKey::parse("E11.9").unwrap());
        assert!(CodeKey::parse("E11.9").unwrap() < parent.end());
        assert!(CodeKey::parse("E12").unwrap() >= parent.end());
    }

    #[test]
    fn malformed_codes_are_refused() {
        for text in ["", "E1", "E11.9.1", "E11 9", "É11", "ABCDEFGH", ".E11"] {
            assert!(CodeKey::parse(text).is_err(), "{text}");
        }
    }
}
