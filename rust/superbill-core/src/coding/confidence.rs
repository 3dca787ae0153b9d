//! Confidence: the probability that a code stands after review, per mille, by a logistic model over what its proof says.
//!
//! The weights are fitted and kept as data; where a file has none, nothing is known and the answer is a half.

use crate::{
    code::CodeId,
    coded::{Coded, Diagnosis, Span, Step, StepKind},
    encounter::{Encounter, Scope},
    knowledge::{
        KnowledgeBase,
        confidence::{Feature, Model, Rated},
        layout::flag,
        rules::Addressed,
    },
};

/// sigmoid at every quarter of a logit from -4 to 4, per mille: integers, so that every machine says the same.
const SIGMOID: [i32; 33] = [
    18, 23, 29, 37, 47, 60, 76, 95, 119, 148, 182, 223, 269, 321, 378, 438, 500, 562, 622, 679, 731, 777, 818, 852, 881, 905, 924, 940,
    953, 963, 971, 977, 982,
];
const QUARTER: i32 = 250;
const MOST: i32 = 4000;

fn per_mille(logit: i32) -> u16 {
    let at = logit.clamp(-MOST, MOST - 1) + MOST;
    let (low, high) = (SIGMOID[(at / QUARTER) as usize], SIGMOID[(at / QUARTER + 1) as usize]);
    (low + (high - low) * (at % QUARTER) / QUARTER) as u16
}

fn rate(model: Option<&Model>, code: Option<CodeId>, is: impl Fn(Feature) -> bool) -> u16 {
    let Some(model) = model else { return per_mille(0) };
    let features: i32 = model.weights.iter().filter(|w| is(w.0)).map(|w| w.1).sum();
    let within = |code: CodeId| model.codes.iter().filter(|c| c.0.iter().any(|r| (r.0..r.1).contains(&code.0))).map(|c| c.1).sum();
    per_mille(model.base + features + code.map_or(0, within))
}

/// Rates everything that was coded, once nothing more is added to it.
pub(super) fn tell(kb: &KnowledgeBase, encounter: &Encounter<'_>, coded: &mut Coded) {
    let of = |rates: Rated| kb.confidence().models.iter().find(|m| m.rates == rates);
    let model = of(if encounter.scope == Scope::All { Rated::All } else { Rated::Encounter });
    for diagnosis in &mut coded.diagnoses {
        diagnosis.confidence = rate(model, Some(diagnosis.code), |feature| of_diagnosis(kb, encounter, diagnosis, feature));
    }
    for procedure in &mut coded.procedures {
        let assumed = procedure.because.iter().any(|s| s.kind == StepKind::Element && s.span.is_none());
        procedure.confidence = rate(of(Rated::Procedures), None, |feature| feature == Feature::Assumed && assumed);
    }
    for line in coded.visit.iter_mut().flat_map(|v| &mut v.lines) {
        line.confidence = rate(of(Rated::Visits), None, |_| false);
    }
}

fn of_diagnosis(kb: &KnowledgeBase, encounter: &Encounter<'_>, diagnosis: &Diagnosis, feature: Feature) -> bool {
    let steps = |kind: StepKind| diagnosis.because.iter().filter(move |s| s.kind == kind);
    let has = |kind: StepKind| steps(kind).next().is_some();
    let term = || steps(StepKind::Term).next();
    match feature {
        Feature::Addressed => steps(StepKind::Section)
            .chain(steps(StepKind::Recognised))
            .any(|s| kb.rules().roles.get(s.record as usize).is_some_and(|r| r.addressed == Addressed::Yes)),
        Feature::Title => term().is_some_and(|s| s.pack == Step::TABULAR),
        Feature::Yielding => term().is_some_and(|s| kb.confidence().yielding.binary_search(&s.pack).is_ok()),
        Feature::Exact => term().is_some_and(|s| s.record == diagnosis.code.0),
        Feature::Default => has(StepKind::Default),
        Feature::Refined => has(StepKind::Refine),
        Feature::Seventh => has(StepKind::SeventhCharacter),
        Feature::Combined => has(StepKind::Combine),
        Feature::Elsewhere => has(StepKind::Elsewhere),
        Feature::ReadAs => has(StepKind::ReadAs),
        // What only supports the detail is no further mention.
        Feature::Repeated => {
            let supports = |span: &&Span| !steps(StepKind::Refine).chain(steps(StepKind::SeventhCharacter)).any(|s| s.span == Some(**span));
            diagnosis.evidence.iter().filter(supports).nth(1).is_some()
        }
        Feature::OneWord => term().and_then(|s| s.span).is_some_and(|span| {
            let document = encounter.documents.get(span.document as usize);
            let words = document.and_then(|d| d.text.get(span.start as usize..span.end as usize));
            words.is_some_and(|w| w.split_ascii_whitespace().nth(1).is_none())
        }),
        Feature::Unspecified => kb.has(diagnosis.code, flag::VAGUE),
        Feature::Assumed => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_support_is_more_confidence() {
        let weights = vec![(Feature::Exact, 800), (Feature::Default, -500)];
        let model = Model { rates: Rated::All, base: 100, weights, codes: vec![(vec![(3, 5)], 2000)] };
        let of = |code: u32, feature: Option<Feature>| rate(Some(&model), Some(CodeId(code)), |f| Some(f) == feature);
        assert!(of(0, Some(Feature::Default)) < of(0, None) && of(0, None) < of(0, Some(Feature::Exact)));
        assert!(of(4, None) > of(5, None));
    }

    #[test]
    fn it_rises_with_the_logit_and_stays_a_probability() {
        let all: Vec<u16> = (-20_000..20_000).step_by(7).map(per_mille).collect();
        assert!(all.is_sorted() && all.first() == Some(&18) && all.last() == Some(&981));
        assert_eq!((per_mille(0), per_mille(i32::MAX), rate(None, None, |_| true)), (500, 981, 500));
        // Lines between the knots stay within half a point of the curve.
        for logit in (-3900..3900).step_by(13) {
            let curve = 1000.0 / (1.0 + (-f64::from(logit) / 1000.0).exp());
            assert!((curve - f64::from(per_mille(logit))).abs() < 5.0, "{logit}");
        }
    }
}
