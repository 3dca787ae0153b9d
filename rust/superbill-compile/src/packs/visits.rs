//! visits/*.toml: what visits are coded by, and what their documentation has in it. Compiled after all roles and families are known.

mod categories;
mod documentation;
mod form;
mod presence;

pub use self::form::Form;

use super::form::PackFile;
use crate::{
    CompileError,
    base::{Codes, Phrases},
};
use std::collections::HashSet;
use superbill_core::{
    encounter::ENCOUNTER_TYPES,
    knowledge::{
        attributes::characters,
        layout::{NONE, sense},
        rules::Rules,
        visits::{Affinity, AfterSurgery, Clarify, Covering, Elapsed, Phrase, ProblemClass, Prolonged, ServiceRanges, Ties, Visits},
    },
};

/// What packs are compiled against.
struct Reader<'a> {
    file: &'a str,
    rules: &'a Rules,
    visits: &'a Visits,
}

impl Reader<'_> {
    fn fail<T>(&self, problem: impl Into<String>) -> Result<T, CompileError> {
        Err(CompileError::new(self.file, problem.into()))
    }

    fn role(&self, name: &String) -> Result<u32, CompileError> {
        let at = self.rules.roles.iter().position(|r| r.id == *name);
        at.map_or_else(|| self.fail(format!("no role {name}")), |at| Ok(at as u32))
    }

    fn roles(&self, names: &[String]) -> Result<Vec<u32>, CompileError> {
        names.iter().map(|n| self.role(n)).collect()
    }

    fn phrase(&self, id: &String) -> Result<u32, CompileError> {
        let at = self.visits.phrases.iter().position(|p| p.id == *id);
        at.map_or_else(|| self.fail(format!("no phrase {id}")), |at| Ok(at as u32))
    }

    fn phrases(&self, ids: &[String]) -> Result<Vec<u32>, CompileError> {
        ids.iter().map(|id| self.phrase(id)).collect()
    }

    fn question(&self, id: &String) -> Result<u32, CompileError> {
        let at = self.visits.questions.iter().position(|q| q.id == *id);
        at.map_or_else(|| self.fail(format!("no question {id}")), |at| Ok(at as u32))
    }

    fn types(&self, types: &[String]) -> Result<Vec<String>, CompileError> {
        match types.iter().find(|t| !ENCOUNTER_TYPES.contains(&t.as_str())) {
            Some(unknown) => self.fail(format!("{unknown:?} is no type of encounter")),
            None => Ok(types.to_vec()),
        }
    }

    fn service(&self, code: &str) -> Result<[u8; 5], CompileError> {
        let good = code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let bytes: Option<[u8; 5]> = code.as_bytes().try_into().ok().filter(|_| good);
        bytes.map_or_else(|| self.fail(format!("{code:?} is not a code of a service")), Ok)
    }

    fn modifier(&self, modifier: &str) -> Result<[u8; 2], CompileError> {
        modifier.as_bytes().try_into().or_else(|_| self.fail(format!("{modifier:?} is not a modifier")))
    }

    fn services(&self, ranges: &[String]) -> Result<ServiceRanges, CompileError> {
        let range = |text: &String| {
            let (from, to) = text.split_once('-').unwrap_or((text, text));
            Ok((self.service(from)?, self.service(to)?))
        };
        ranges.iter().map(range).collect()
    }
}

/// Phrases of a pack, before anything that names them.
fn phrases(file: &str, pack: u32, form: &Form, visits: &mut Visits, phrases: &mut Phrases, rules: &Rules) -> Result<(), CompileError> {
    let mut ids: HashSet<String> = visits.phrases.iter().map(|p| p.id.clone()).collect();
    for phrase in &form.phrase {
        if !ids.insert(phrase.id.clone()) {
            return Err(CompileError::new(file, format!("phrase {} is told twice", phrase.id)));
        }
        let reader = Reader { file, rules, visits };
        let made = Phrase {
            id: phrase.id.clone(),
            tells: phrase.tells,
            name: if phrase.name.is_empty() { phrase.id.replace('_', " ") } else { phrase.name.clone() },
            level: phrase.level,
            types: reader.types(&phrase.types)?,
            procedures: reader.services(&phrase.procedures)?,
            ordered: reader.services(&phrase.ordered)?,
            pack,
        };
        for say in &phrase.say {
            phrases.add(file, say, sense::VISIT, visits.phrases.len() as u32, NONE, pack)?;
        }
        visits.phrases.push(made);
    }
    Ok(())
}

fn tables(file: &str, pack: u32, form: &Form, codes: &Codes, visits: &mut Visits, rules: &Rules) -> Result<(), CompileError> {
    macro_rules! reader {
        () => {
            Reader { file, rules, visits }
        };
    }
    for clarify in &form.clarify {
        let (said, question) = (reader!().phrases(&clarify.said)?, reader!().question(&clarify.ask)?);
        visits.clarify.push(Clarify { codes: codes.ranges(file, &clarify.codes)?, said, question });
    }
    presence::compile(file, pack, form, codes, visits, rules)?;
    if let Some(sections) = &form.sections {
        let reader = reader!();
        let (uncounted, data) = (reader.roles(&sections.uncounted)?, reader.roles(&sections.data_in)?);
        let (decided, history) = (reader.roles(&sections.decided_in)?, reader.roles(&sections.history_in)?);
        visits.uncounted.extend(uncounted);
        visits.data_in.extend(data);
        visits.decided_in.extend(decided);
        visits.history_in.extend(history);
    }
    for problem in &form.problem {
        let types = reader!().types(&problem.types)?;
        visits.problems.push(ProblemClass { problem: problem.problem, codes: codes.ranges(file, &problem.codes)?, types });
    }
    for category in &form.category {
        let made = reader!().category(category, pack)?;
        visits.categories.push(made);
    }
    for addition in &form.addition {
        let made = reader!().addition(addition)?;
        visits.additions.push(made);
    }
    for prolonged in &form.prolonged {
        let reader = reader!();
        if prolonged.step == 0 {
            return reader.fail(format!("prolonged {}: step must be over 0", prolonged.code));
        }
        let (of, when) = (reader.services(&prolonged.of)?, reader.when(&prolonged.when)?);
        let (code, name) = (prolonged.code.clone(), prolonged.name.clone());
        visits.prolonged.push(Prolonged { of, when, code, name, first: prolonged.first, step: prolonged.step });
    }
    for timed in &form.timed {
        let made = reader!().timed(timed, pack)?;
        visits.timed.push(made);
    }
    for covering in &form.covering {
        let reader = reader!();
        let days = |text: &String| characters(text).map_or_else(|| reader.fail(format!("{text:?} are no global days")), Ok);
        let global_days = covering.global_days.iter().map(days).collect::<Result<_, _>>()?;
        let codes = reader.services(&covering.codes)?;
        let (modifier, said) = (reader.modifier(&covering.modifier)?, reader.phrases(&covering.said)?);
        visits.covering.push(Covering { codes, global_days, modifier, said, major: covering.major, apart: covering.apart });
    }
    for after in &form.after_surgery {
        let reader = reader!();
        let (modifier, when) = (reader.modifier(&after.modifier)?, reader.when(&after.when)?);
        visits.after_surgery.push(AfterSurgery { modifier, when, citation: after.citation.clone(), pack });
    }
    for elapsed in &form.elapsed {
        let phrase = reader!().phrase(&elapsed.phrase)?;
        visits.elapsed.push(Elapsed { phrase, days: elapsed.days, counted: elapsed.counted });
    }
    for affinity in &form.affinity {
        let (procedures, diagnoses) = (reader!().services(&affinity.procedures)?, codes.ranges(file, &affinity.diagnoses)?);
        let modifiers = affinity.modifiers.iter().map(|m| reader!().modifier(m)).collect::<Result<_, _>>()?;
        visits.affinities.push(Affinity { procedures, diagnoses, modifiers });
    }
    if let Some(ties) = &form.ties {
        let (sentence, paragraph, kind, word, enough) = (ties.sentence, ties.paragraph, ties.kind, ties.word, ties.enough);
        visits.ties = Ties { sentence, paragraph, kind, word, enough };
    }
    for template in &form.template {
        let made = reader!().template(template, pack)?;
        visits.templates.push(made);
    }
    Ok(())
}

/// All packs of visits: phrases and questions of all of them first, so that each may name those of the others.
pub(crate) fn compile(forms: &[(&str, PackFile)], codes: &Codes, rules: &Rules, lexicon: &mut Phrases) -> Result<Visits, CompileError> {
    let mut visits = Visits::default();
    let of = || (0..).zip(forms).filter_map(|(pack, (file, form))| form.visits.as_ref().map(|v| (pack, *file, v)));
    for (pack, file, form) in of() {
        phrases(file, pack, form, &mut visits, lexicon, rules)?;
        for question in &form.question {
            let made = Reader { file, rules, visits: &visits }.question_of(question)?;
            visits.questions.push(made);
        }
    }
    for (pack, file, form) in of() {
        tables(file, pack, form, codes, &mut visits, rules)?;
    }
    Ok(visits)
}
