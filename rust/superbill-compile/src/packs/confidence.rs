//! `coding/confidence.toml`: the weights of the models of confidence, as `benches/calibration.py` fits them.

use super::form::PackFile;
use crate::{CompileError, base::Codes};
use serde::Deserialize;
use std::collections::BTreeMap;
use superbill_core::knowledge::confidence::{Confidence, Feature, Model, Rated};

/// Thousandths of a logit beyond which a weight is no weight but a verdict.
const MOST: i32 = 10_000;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    rates: Rated,
    base: i32,
    #[serde(default)]
    weights: BTreeMap<Feature, i32>,
    #[serde(default)]
    codes: Vec<OfCodes>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCodes {
    under: Vec<String>,
    weight: i32,
}

pub(crate) fn compile(forms: &[(&str, PackFile)], codes: &Codes) -> Result<Confidence, CompileError> {
    let mut confidence = Confidence::default();
    for (pack, (file, form)) in (0..).zip(forms) {
        if form.pack.yields {
            confidence.yielding.push(pack);
        }
        for of in &form.confidence {
            if confidence.models.iter().any(|m| m.rates == of.rates) {
                return Err(CompileError::new(file, format!("[[confidence]] of {:?} is told twice", of.rates)));
            }
            let weights: Vec<(Feature, i32)> = of.weights.iter().map(|(feature, weight)| (*feature, *weight)).collect();
            let all = weights.iter().map(|w| w.1).chain(of.codes.iter().map(|c| c.weight)).chain([of.base]);
            if let Some(weight) = all.into_iter().find(|w| w.abs() > MOST) {
                return Err(CompileError::new(file, format!("[[confidence]] {weight} is not a weight in thousandths of a logit")));
            }
            let kinds = of.codes.iter().map(|c| Ok((codes.ranges(file, &c.under)?, c.weight))).collect::<Result<_, _>>()?;
            confidence.models.push(Model { rates: of.rates, base: of.base, weights, codes: kinds });
        }
    }
    Ok(confidence)
}
