//! SNOMED CT concepts of the wire -> ICD-10-CM.

use super::{MOST_CODES, TerminologyError, at_most};
use crate::{
    convert::{EncounterError, date, invalid, required},
    v1,
};
use superbill_core::{
    date::Date,
    encounter::Sex,
    knowledge::{
        KnowledgeBase,
        snomed::{Conditions, SnomedMap, advice, category, sctid},
        translate::{Context, Fitness, Side, Target, Translation},
    },
};

const MOST_CONDITIONS: usize = 10_000;

fn concept(field: impl FnOnce() -> String, text: &str) -> Result<u64, EncounterError> {
    sctid::parse(text).or_else(|problem| invalid(field(), format!("an SCTID: {problem}")))
}

fn target(kb: &KnowledgeBase, map: &SnomedMap<'_>, target: &Target, day: Date) -> Option<v1::MapTarget> {
    let row = map.row(target.row)?;
    let other = Some(row.other_advice()).filter(|o| !o.is_empty()).map(str::to_owned);
    Some(v1::MapTarget {
        code: target.written(),
        standing: target.fitness.name().into(),
        description: target.code.map(|c| kb.title_on(c, day)).unwrap_or_default(),
        candidates: target.candidates.iter().map(|c| kb.written(*c)).collect(),
        side: target.side.name().into(),
        group: target.group.into(),
        advice: advice::names(row.advice()).map(str::to_owned).chain(other).collect(),
        row: row.id(),
        rule: row.rule(),
        category: category::name(row.category()).into(),
    })
}

fn translation(kb: &KnowledgeBase, map: &SnomedMap<'_>, answer: &Translation, day: Date) -> v1::Translation {
    let release = kb.releases().all.iter().filter(|r| r.feed == "snomed_map").map(|r| r.effective).max();
    let proof = answer.proof.iter().filter_map(|j| {
        let row = map.row(j.row)?;
        Some(v1::MapRow {
            group: row.group().into(),
            priority: row.priority().into(),
            row: row.id(),
            rule: row.rule(),
            truth: j.truth.name().into(),
        })
    });
    v1::Translation {
        concept: answer.concept.to_string(),
        status: answer.status.name().into(),
        codes: answer.targets.iter().filter(|t| t.fitness == Fitness::Valid).map(Target::written).collect(),
        targets: answer.targets.iter().filter_map(|t| target(kb, map, t, day)).collect(),
        missing: answer.missing.iter().map(|m| m.name().into()).collect(),
        release: release.map(|d| Date(d).to_string()),
        covered: kb.covers(day),
        proof: proof.collect(),
    }
}

/// What concepts are in ICD-10-CM.
pub fn translate(kb: &KnowledgeBase, request: &v1::TranslateRequest) -> Result<v1::TranslateResponse, TerminologyError> {
    kb.taxonomy_ready()?;
    let map = kb.snomed()?.ok_or(TerminologyError::NotLoaded("SNOMED CT map"))?;
    at_most("concepts", request.concepts.len(), MOST_CODES)?;
    at_most("conditions", request.conditions.len(), MOST_CONDITIONS)?;
    required("date (it decides which release answers)", &request.date)?;
    let day = date("date", &request.date)?;
    let birth = request.birth_date.as_deref().map(|d| date("birth_date", d)).transpose()?;
    let onset = request.onset_date.as_deref().map(|d| date("onset_date", d)).transpose()?;
    if birth.is_some_and(|b| b > day) {
        return Ok(invalid("birth_date", "a day not after the date")?);
    }
    if onset.is_some_and(|o| o > day || birth.is_some_and(|b| o < b)) {
        return Ok(invalid("onset_date", "a day between the birth and the date")?);
    }
    let sex = match request.sex.as_deref() {
        None | Some("other" | "unknown") => None,
        Some("female") => Some(Sex::Female),
        Some("male") => Some(Sex::Male),
        Some(_) => return Ok(invalid("sex", "one of female male other unknown")?),
    };
    let side = |name| Side::named(name).map_or_else(|| invalid("laterality", "one of left right bilateral"), Ok);
    let side = request.laterality.as_deref().map(side).transpose()?;
    let seventh = match request.seventh.as_deref().map(str::as_bytes) {
        None => None,
        Some([one]) if one.is_ascii_alphanumeric() => Some(one.to_ascii_uppercase()),
        Some(_) => return Ok(invalid("seventh", "one letter or digit")?),
    };
    let mut conditions = Vec::with_capacity(request.conditions.len());
    for (at, text) in request.conditions.iter().enumerate() {
        conditions.push(concept(|| format!("conditions[{at}]"), text)?);
    }
    let conditions = Conditions::new(conditions, request.conditions_complete);
    let context = Context { date: day, birth, sex, onset, conditions: &conditions, side, seventh };
    let mut translations = Vec::with_capacity(request.concepts.len());
    for (at, text) in request.concepts.iter().enumerate() {
        let answer = kb.translate(&map, concept(|| format!("concepts[{at}]"), text)?, &context);
        translations.push(translation(kb, &map, &answer, day));
    }
    Ok(v1::TranslateResponse { translations, knowledge_hash: kb.hash() })
}
