//! What a map row advises, as bits; what is not known goes beside them as it is.

/// A phrase of the map and the bit that stands for it, in the order of names.
const PHRASES: [(&str, &str); 20] = [
    ("MAP OF SOURCE CONCEPT IS CONTEXT DEPENDENT", "context_dependent"),
    ("MAP IS CONTEXT DEPENDENT FOR GENDER", "context_dependent_for_gender"),
    ("MAP SOURCE CONCEPT CANNOT BE CLASSIFIED WITH AVAILABLE DATA", "cannot_be_classified"),
    ("MAP CONCEPT IS OUTSIDE SCOPE OF TARGET CLASSIFICATION", "outside_scope"),
    ("EPISODE OF CARE INFORMATION NEEDED", "episode_of_care"),
    ("CONSIDER LATERALITY SPECIFICATION", "laterality"),
    ("CONSIDER TRIMESTER SPECIFICATION", "trimester"),
    ("CONSIDER WHICH FETUS IS AFFECTED BY THE MATERNAL CONDITION", "fetus"),
    ("CONSIDER STAGE OF GLAUCOMA SPECIFICATION", "stage_of_glaucoma"),
    ("CONSIDER TIME OF COMA SCALE SPECIFICATION", "time_of_coma_scale"),
    ("CONSIDER TOPHUS SPECIFICATION", "tophus"),
    ("CONSIDER ADDITIONAL CODE TO IDENTIFY SPECIFIC CONDITION OR DISEASE", "additional_code_for_condition"),
    ("POSSIBLE REQUIREMENT FOR AN EXTERNAL CAUSE CODE", "external_cause"),
    ("ADDITIONAL CODES MAY BE REQUIRED TO IDENTIFY PLACE OF OCCURRENCE", "place_of_occurrence"),
    ("POSSIBLE REQUIREMENT FOR ADDITIONAL CODE TO FULLY DESCRIBE DISEASE OR CONDITION", "additional_code_to_describe"),
    ("FIFTH CHARACTER REQUIRED TO FURTHER SPECIFY THE SITE", "fifth_character_for_site"),
    ("NCHS ADVISES TO ASSUME CLOSED FRACTURE", "assume_closed_fracture"),
    ("MAPPED FOLLOWING WHO GUIDANCE", "mapped_by_guidance"),
    ("DESCENDANTS NOT EXHAUSTIVELY MAPPED", "descendants_not_exhaustively_mapped"),
    ("ALWAYS", "always"),
];

/// Bits of the advice that decides something.
pub mod bit {
    pub const CANNOT_BE_CLASSIFIED: u32 = 1 << 2;
    pub const OUTSIDE_SCOPE: u32 = 1 << 3;
    pub const EPISODE_OF_CARE: u32 = 1 << 4;
    pub const LATERALITY: u32 = 1 << 5;
    pub const TRIMESTER: u32 = 1 << 6;
    pub const ALWAYS: u32 = 1 << 19;
    /// A condition in words, which the rule says as well.
    pub const CHOOSE: u32 = 1 << 20;
    pub(super) const GUIDANCE: u32 = 1 << 17;
}

/// The bits of an advice, and the parts that none of them stands for.
pub fn read(advice: &str) -> (u32, String) {
    let (mut bits, mut rest) = (0, Vec::new());
    for part in advice.split('|').map(str::trim).filter(|p| !p.is_empty()) {
        bits |= if let Some(at) = PHRASES.iter().position(|p| p.0 == part) {
            1 << at
        } else if part.starts_with("ALWAYS ") {
            bit::ALWAYS
        } else if part.starts_with("IF ") && part.contains(" CHOOSE ") {
            bit::CHOOSE
        } else if part.starts_with("MAPPED FOLLOWING ") && part.ends_with(" GUIDANCE") {
            bit::GUIDANCE
        } else {
            rest.push(part);
            0
        };
    }
    (bits, rest.join(" | "))
}

/// The names of bits, in their order.
pub fn names(bits: u32) -> impl Iterator<Item = &'static str> {
    let choose = (bits & bit::CHOOSE != 0).then_some("choose");
    (0..).zip(PHRASES).filter(move |(at, _)| bits & 1 << at != 0).map(|(_, p)| p.1).chain(choose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_read_by_its_parts() {
        let (bits, rest) = read("ALWAYS S93.409? | EPISODE OF CARE INFORMATION NEEDED | CONSIDER LATERALITY SPECIFICATION | ASK THE OWL");
        assert_eq!(bits, bit::ALWAYS | bit::EPISODE_OF_CARE | bit::LATERALITY);
        assert_eq!(rest, "ASK THE OWL");
        assert_eq!(names(bits).collect::<Vec<_>>(), ["episode_of_care", "laterality", "always"]);
        assert_eq!(read("IF ONE AND TWO CHOOSE R54"), (bit::CHOOSE, String::new()));
        for source in ["WHO", "IHTSDO", "NCHS"] {
            assert_eq!(names(read(&format!("MAPPED FOLLOWING {source} GUIDANCE")).0).collect::<Vec<_>>(), ["mapped_by_guidance"]);
        }
        assert_eq!(read(""), (0, String::new()));
    }

    #[test]
    fn every_phrase_has_its_own_bit() {
        let all = PHRASES.iter().fold(0, |all, p| all | read(p.0).0);
        assert_eq!(all, (1 << 20) - 1);
        assert_eq!(read(PHRASES[2].0).0, bit::CANNOT_BE_CLASSIFIED);
        assert_eq!(read(PHRASES[3].0).0, bit::OUTSIDE_SCOPE);
        assert_eq!(read(PHRASES[6].0).0, bit::TRIMESTER);
    }
}
