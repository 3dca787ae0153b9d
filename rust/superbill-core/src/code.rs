//! Code systems and packed codes.
//!
//! A code of up to seven characters packs into a [`CodeKey`] whose order is the order of the code system, so that the descendants of a
//! node are one contiguous range of keys. Dense ids ([`CodeId`]) are ranks in that order.

use std::fmt;

/// A system of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum System {
    Icd10cm = 1,
    Icd10pcs = 2,
    Cpt = 3,
    Hcpcs = 4,
    /// Two-character modifiers of HCPCS Level II.
    HcpcsModifier = 5,
    PlaceOfService = 6,
    RevenueCenter = 7,
    BillType = 8,
    DischargeStatus = 9,
    PresentOnAdmission = 10,
    AdmitType = 11,
    AdmitSource = 12,
}

impl System {
    /// Every system with its name on the wire, in the order of code ids.
    pub const NAMES: [(Self, &'static str); 12] = [
        (Self::Icd10cm, "icd10cm"),
        (Self::Icd10pcs, "icd10pcs"),
        (Self::Cpt, "cpt"),
        (Self::Hcpcs, "hcpcs"),
        (Self::HcpcsModifier, "hcpcs_modifier"),
        (Self::PlaceOfService, "place_of_service"),
        (Self::RevenueCenter, "revenue_center"),
        (Self::BillType, "bill_type"),
        (Self::DischargeStatus, "discharge_status"),
        (Self::PresentOnAdmission, "present_on_admission"),
        (Self::AdmitType, "admit_type"),
        (Self::AdmitSource, "admit_source"),
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize - 1].1
    }

    /// The system of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|n| n.1 == name).map(|n| n.0)
    }

    /// The system with this number.
    pub fn numbered(number: u32) -> Option<Self> {
        Self::NAMES.get((number as usize).checked_sub(1)?).map(|n| n.0)
    }

    /// Reads a code of this system, in either case; a code of another shape is malformed, which is not the same as unknown.
    ///
    /// ```
    /// use superbill_core::code::System;
    /// assert_eq!(System::Icd10cm.parse("e11.9").unwrap().to_string(), "E119");
    /// assert!(System::Icd10pcs.parse("0BH17EI").is_err(), "the letters I and O are not in use");
    /// assert!(System::Cpt.parse("G0289").is_err());
    /// ```
    pub fn parse(self, text: &str) -> Result<CodeKey, MalformedCode> {
        let text = text.trim();
        let key = match self {
            Self::Icd10cm => CodeKey::parse(text)?,
            _ if text.contains('.') => return Err(MalformedCode),
            _ => CodeKey::pack(text)?,
        };
        let bytes = key.0.to_be_bytes();
        let code = &bytes[..key.len()];
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let well_formed = match (self, code) {
            // QA0 has a letter in the second place.
            (Self::Icd10cm, [first, ..]) => first.is_ascii_alphabetic() && code.len() <= 7,
            (Self::Icd10pcs, code) => matches!(code.len(), 3 | 7) && !code.iter().any(|c| matches!(c, b'I' | b'O')),
            (Self::Cpt, [number @ .., last]) => {
                number.len() == 4 && digits(number) && matches!(last, b'0'..=b'9' | b'A' | b'F' | b'M' | b'T' | b'U')
            }
            (Self::Hcpcs, [first, number @ ..]) => first.is_ascii_alphabetic() && number.len() == 4 && digits(number),
            (Self::HcpcsModifier | Self::PlaceOfService, code) => code.len() == 2,
            (Self::RevenueCenter, code) => code.len() == 4 && digits(code),
            (Self::BillType, code) => matches!(code.len(), 3 | 4),
            _ => code.len() <= 2,
        };
        if well_formed { Ok(key) } else { Err(MalformedCode) }
    }

    /// The code as people write it: with the dot of ICD-10-CM.
    pub fn write(self, key: CodeKey) -> String {
        if self == Self::Icd10cm { key.dotted() } else { key.to_string() }
    }
}

/// A dense id of a code: its rank, systems in the order of [`System::NAMES`], codes of one in code order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeId(pub u32);

/// Up to eight upper-case characters, left justified, as a number: numeric order is code order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeKey(pub u64);

/// Why a string is not a code at all (as opposed to an unknown code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not of the shape of this system's codes, which are letters and digits (ICD-10-CM: 3 to 7 of them, with an optional dot after the third)"
)]
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

    /// Packs one to eight letters and digits, in either case.
    pub fn pack(text: &str) -> Result<Self, MalformedCode> {
        let mut word = [0; 8];
        word.get_mut(..text.len()).ok_or(MalformedCode)?.copy_from_slice(text.as_bytes());
        // A zero in the text is no end of it.
        Self::of_word(word).and_then(|key| if key.len() == text.len() { Ok(key) } else { Err(MalformedCode) })
    }

    /// The same of a word that zeros fill up.
    ///
    /// All characters are looked at together, since columns of codes are read at the speed of this.
    #[inline]
    pub fn of_word(word: [u8; 8]) -> Result<Self, MalformedCode> {
        const EACH: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = EACH << 7;
        let given = u64::from_be_bytes(word);
        // The high bit of each byte that is `least` or more, of bytes below 128.
        let from = |bytes: u64, least: u8| bytes.wrapping_add(EACH * u64::from(0x80 - least)) & HIGH;
        let within = |bytes: u64, first: u8, last: u8| from(bytes, first) & !from(bytes, last + 1);
        let upper = given.wrapping_sub(within(given, b'a', b'z') >> 2);
        let characters = within(given, b'0', b'9') | within(upper, b'A', b'Z');
        let length = 8 - given.trailing_zeros() / 8;
        if given & HIGH == 0 && length > 0 && characters == HIGH << (64 - 8 * length) { Ok(Self(upper)) } else { Err(MalformedCode) }
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
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn a_word_is_packed_as_character_by_character(text in "[ -~]{0,9}|[0-9A-Za-z]{1,8}|\\PC{0,4}|[0A\0]{0,8}") {
            let slow = |text: &str| -> Option<u64> {
                let fits = (1..=8).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric());
                fits.then(|| (0..).zip(text.to_ascii_uppercase().bytes()).map(|(at, b)| u64::from(b) << (56 - 8 * at)).sum())
            };
            prop_assert_eq!(CodeKey::pack(&text).ok().map(|k| k.0), slow(&text));
        }
    }
}
