//! coding/*.toml: guideline rules over the set of diagnoses.

pub(crate) mod form;

use super::{
    conditions,
    form::{OneOrMany, PackFile},
};
use crate::{
    CompileError,
    base::{Codes, Phrases},
};
use superbill_core::{
    encounter::ENCOUNTER_TYPES,
    knowledge::{
        guidelines::{Also, Combine, Companion, DefaultEpisode, History, Integral, OneOf as Kinds, Reason, Restricted},
        rules::Rules,
    },
};

pub(crate) fn compile(
    file: &str,
    pack: u32,
    form: &PackFile,
    codes: &Codes,
    rules: &mut Rules,
    phrases: &mut Phrases,
) -> Result<(), CompileError> {
    for combine in &form.combine {
        let mut all = Vec::new();
        for part in &combine.all {
            all.push(match part {
                OneOrMany::One(code) => codes.ranges(file, std::slice::from_ref(code))?,
                OneOrMany::Many(many) => codes.ranges(file, many)?,
            });
        }
        let gives = codes.find(file, &combine.gives)?;
        if codes.subtree(gives).len() != 1 {
            return Err(CompileError::new(file, format!("combine {}: {} is not a code that can be billed", combine.id, combine.gives)));
        }
        let drops = codes.ranges(file, &combine.drops)?;
        rules.combines.push(Combine { id: combine.id.clone(), citation: combine.citation.clone(), pack, all, gives, drops });
    }
    for integral in &form.integral {
        let (disease, symptoms) = (codes.ranges(file, &integral.disease)?, codes.ranges(file, &integral.symptoms)?);
        rules.integrals.push(Integral { disease, symptoms });
    }
    for episode in &form.default_episode {
        let [seventh] = *episode.seventh.as_bytes() else {
            return Err(CompileError::new(file, format!("seventh {:?} is not one character", episode.seventh)));
        };
        rules.default_episodes.push(DefaultEpisode { under: codes.ranges(file, &episode.under)?, seventh });
    }
    for list in &form.never_first {
        rules.never_first.extend(codes.ranges(file, &list.codes)?);
    }
    for list in &form.lasting {
        rules.lasting.extend(codes.ranges(file, &list.codes)?);
    }
    for companion in &form.companion {
        let (of, with) = (codes.ranges(file, &companion.of)?, codes.ranges(file, &companion.codes)?);
        rules.companions.push(Companion { of, codes: with });
    }
    for restricted in &form.restricted {
        if restricted.sex.is_none() == restricted.age.is_none() {
            return Err(CompileError::new(file, "[[restricted]] needs sex or age, and not both"));
        }
        let codes = codes.ranges(file, &restricted.codes)?;
        rules.restricted.push(Restricted { codes, sex: restricted.sex, age: restricted.age });
    }
    for one_of in &form.one_of {
        let each: Vec<_> = one_of.each.iter().map(|kind| codes.ranges(file, kind)).collect::<Result<_, _>>()?;
        if each.len() < 2 || one_of.citation.is_empty() {
            return Err(CompileError::new(file, format!("one_of {:?} needs two kinds and a citation", one_of.about)));
        }
        rules.one_of.push(Kinds { about: one_of.about.clone(), each, named: one_of.named });
    }
    for also in &form.also {
        let (gives, leaf) = conditions::node(file, codes, &also.gives, also.default.as_deref())?;
        phrases.word(&also.word);
        phrases.also.push(also.word.clone());
        rules.also.push(Also { codes: codes.ranges(file, &also.codes)?, word: u32::MAX, gives, leaf, pack });
    }
    for history in &form.history {
        let gives = codes.find(file, &history.gives)?;
        if codes.subtree(gives).len() != 1 || history.citation.is_empty() {
            return Err(CompileError::new(file, format!("history: {} is not a code that can be billed, or no citation", history.gives)));
        }
        rules.histories.push(History { codes: codes.ranges(file, &history.codes)?, gives, pack });
    }
    for list in &form.not_by_title {
        rules.not_by_title.extend(codes.ranges(file, &list.codes)?);
    }
    Ok(())
}

/// What encounters are for, once all roles are known.
pub(crate) fn reasons(file: &str, form: &PackFile, codes: &Codes, rules: &mut Rules) -> Result<(), CompileError> {
    for reason in &form.reason {
        if let Some(unknown) = reason.types.iter().find(|t| !ENCOUNTER_TYPES.contains(&t.as_str())) {
            return Err(CompileError::new(file, format!("{unknown:?} is no type of encounter")));
        }
        let role = |id: &String| rules.roles.iter().position(|r| r.id == *id).map(|at| at as u32);
        let known = |id: &String| role(id).map_or_else(|| Err(CompileError::new(file, format!("no role {id}"))), Ok);
        let roles = reason.roles.iter().map(known).collect::<Result<_, _>>()?;
        rules.reasons.push(Reason { types: reason.types.clone(), roles, codes: codes.ranges(file, &reason.codes)? });
    }
    Ok(())
}
