//! SNOMED CT identifiers: 6 to 18 digits, of which the last checks the others (Verhoeff).

/// Why a string or number is no identifier at all (as opposed to one that is not loaded).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SNOMED CT identifier, which has 6 to 18 digits, no leading zero and a right check digit")]
pub struct MalformedSctid;

/// The symmetries of a pentagon: rotations 0 to 4, reflections 5 to 9.
const fn compose(a: usize, b: usize) -> usize {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// What a digit becomes on its way to the place before it.
const SHIFT: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// What a digit becomes at each place from the right; the places repeat after eight.
const SHIFTED: [[u8; 10]; 8] = {
    let mut table = [[0; 10]; 8];
    let mut digit = 0;
    while digit < 10 {
        let (mut at, mut place) = (digit, 0);
        while place < 8 {
            table[place][digit] = at as u8;
            at = SHIFT[at];
            place += 1;
        }
        digit += 1;
    }
    table
};

/// Whether a number has the shape of an identifier of any component.
///
/// ```
/// use superbill_core::knowledge::snomed::sctid;
/// assert!(sctid::is_well_formed(138875005));
/// assert!(!sctid::is_well_formed(138875006));
/// ```
pub fn is_well_formed(id: u64) -> bool {
    if !(100_000..1_000_000_000_000_000_000).contains(&id) {
        return false;
    }
    let (mut rest, mut place, mut sum) = (id, 0, 0);
    while rest > 0 {
        sum = compose(sum, usize::from(SHIFTED[place % 8][(rest % 10) as usize]));
        rest /= 10;
        place += 1;
    }
    sum == 0
}

/// Reads an identifier.
///
/// # Errors
/// [`MalformedSctid`].
pub fn parse(text: &str) -> Result<u64, MalformedSctid> {
    let digits = (6..=18).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|&id| digits && is_well_formed(id)).ok_or(MalformedSctid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_the_model_are_well_formed() {
        for id in [116_680_003, 6_011_000_124_106, 900_000_000_000_003_001, 445_518_008, 248_152_002, 447_637_006] {
            assert!(is_well_formed(id), "{id}");
            assert_eq!(parse(&id.to_string()), Ok(id));
        }
    }

    #[test]
    fn every_wrong_digit_and_every_swap_of_neighbours_is_found() {
        let right = "900000000000003001";
        for at in 0..right.len() {
            for digit in b'0'..=b'9' {
                let mut wrong = right.as_bytes().to_vec();
                wrong[at] = digit;
                let wrong = String::from_utf8(wrong).unwrap();
                assert_eq!(parse(&wrong).is_ok(), wrong == right, "{wrong}");
            }
            let mut swapped = right.as_bytes().to_vec();
            swapped.swap(at, (at + 1) % right.len());
            let swapped = String::from_utf8(swapped).unwrap();
            assert!(at + 1 == right.len() || swapped == right || parse(&swapped).is_err(), "{swapped}");
        }
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        for text in ["", "0", "12345", "0138875005", "1388750050000000000", "-138875005", "138875005 ", "1e9", "99999999999999999999999"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
