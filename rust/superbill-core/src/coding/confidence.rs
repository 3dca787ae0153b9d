//! Confidence: the probability that a code stands after review, per mille, from a few features and fixed-point log-odds.
//!
//! The weights are set by hand, in thousandths of a logit, until coder corrections fit them.

/// What is known of how a code was reached.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Features {
    /// Named by the assessment, an impression or a post-operative diagnosis.
    pub addressed: bool,
    /// Reached by a default or "unspecified" leaf.
    pub defaulted: bool,
    /// The term is from a curated lexicon or title.
    pub curated: bool,
    /// A value was assumed.
    pub assumed: bool,
}

const BASE: i32 = -200;
const ADDRESSED: i32 = 1400;
const DEFAULTED: i32 = -500;
const CURATED: i32 = 700;
const ASSUMED: i32 = -900;

/// sigmoid at every half logit from -4 to 4, per mille.
const SIGMOID: [u16; 17] = [18, 29, 47, 76, 119, 182, 269, 378, 500, 622, 731, 818, 881, 924, 953, 971, 982];

pub(super) fn per_mille(features: Features) -> u16 {
    let weigh = |on: bool, weight: i32| if on { weight } else { 0 };
    let logit = BASE
        + weigh(features.addressed, ADDRESSED)
        + weigh(features.defaulted, DEFAULTED)
        + weigh(features.curated, CURATED)
        + weigh(features.assumed, ASSUMED);
    let at = (logit + 4000).clamp(0, 7999);
    let (low, high) = (i32::from(SIGMOID[(at / 500) as usize]), i32::from(SIGMOID[(at / 500 + 1) as usize]));
    (low + (high - low) * (at % 500) / 500) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_support_is_more_confidence() {
        let bare = Features::default();
        let addressed = Features { addressed: true, ..bare };
        let assumed = Features { assumed: true, ..bare };
        assert!(per_mille(assumed) < per_mille(bare) && per_mille(bare) < per_mille(addressed));
    }
}
