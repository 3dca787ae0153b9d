//! visits/*.toml: what visits are coded by, and what their documentation has in it. Compiled after all roles and families are known.

use super::form::PackFile;
use crate::{
    CompileError,
    base::{Codes, Phrases},
};
use serde::Deserialize;
use std::collections::HashSet;
use superbill_core::{
    encounter::{ENCOUNTER_TYPES, Setting},
    knowledge::{
        layout::{NONE, sense},
        rules::Rules,
        visits::{
            Addition, Affinity, Category, Covering, Found, Level, LevelCode, Method, Phrase, Problem, ProblemClass, Prolonged, Question,
            ServiceRanges, Telling, Template, TemplateElement, Timed, TimedRow, Visits, When,
        },
    },
};

/// The keys of these packs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    phrase: Vec<PhraseForm>,
    sections: Option<SectionsForm>,
    problem: Vec<ProblemForm>,
    category: Vec<CategoryForm>,
    addition: Vec<AdditionForm>,
    prolonged: Vec<ProlongedForm>,
    timed: Vec<TimedForm>,
    covering: Vec<CoveringForm>,
    affinity: Vec<AffinityForm>,
    question: Vec<QuestionForm>,
    template: Vec<TemplateForm>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PhraseForm {
    id: String,
    tells: Telling,
    #[serde(default)]
    name: String,
    level: Option<Level>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    procedures: Vec<String>,
    say: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionsForm {
    uncounted: Vec<String>,
    data_in: Vec<String>,
    decided_in: Vec<String>,
    history_in: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProblemForm {
    problem: Problem,
    codes: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default, rename = "citation")]
    _citation: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WhenForm {
    types: Vec<String>,
    settings: Vec<Setting>,
    places: Vec<String>,
    not_places: Vec<String>,
    payers: Vec<String>,
    not_payers: Vec<String>,
    new_patient: Option<bool>,
    same_day: Option<bool>,
    said: Vec<String>,
    also_said: Vec<String>,
    not_said: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelForm {
    code: String,
    name: String,
    level: Option<Level>,
    minutes: Option<u32>,
    age: Option<(u32, u32)>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryForm {
    id: String,
    title: String,
    citation: String,
    #[serde(default)]
    when: WhenForm,
    method: Option<Method>,
    #[serde(default)]
    codes: Vec<LevelForm>,
    ask: Option<String>,
    #[serde(default)]
    preventive: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdditionForm {
    codes: Vec<String>,
    #[serde(default)]
    when: WhenForm,
    modifier: Option<String>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    not_with_25: bool,
    citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProlongedForm {
    of: Vec<String>,
    #[serde(default)]
    when: WhenForm,
    code: String,
    name: String,
    first: u32,
    step: u32,
    #[serde(default, rename = "citation")]
    _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimedRowForm {
    code: String,
    name: String,
    #[serde(default)]
    payers: Vec<String>,
    #[serde(default)]
    not_payers: Vec<String>,
    from: u32,
    to: Option<u32>,
    step: Option<u32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimedForm {
    id: String,
    title: String,
    #[serde(default)]
    when: WhenForm,
    phrase: String,
    #[serde(default)]
    instead: bool,
    rows: Vec<TimedRowForm>,
    citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CoveringForm {
    codes: Vec<String>,
    #[serde(default)]
    major: bool,
    #[serde(default)]
    apart: bool,
    #[serde(default, rename = "citation")]
    _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AffinityForm {
    procedures: Vec<String>,
    diagnoses: Vec<String>,
    #[serde(default)]
    modifiers: Vec<String>,
    #[serde(default, rename = "citation")]
    _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionForm {
    id: String,
    about: String,
    missing: Vec<String>,
    options: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ElementForm {
    id: String,
    title: String,
    #[serde(default)]
    required: bool,
    decides: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    said: Vec<String>,
    #[serde(default)]
    given: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateForm {
    types: Vec<String>,
    title: String,
    citation: String,
    elements: Vec<ElementForm>,
}

/// What an element of a template may be given by beside words of the documents.
const GIVEN: [&str; 10] =
    ["date_of_service", "place_of_service", "new_patient", "signed", "payer", "author", "diagnosis", "procedure", "minutes", "side"];

/// Words that no question has in it (AHIMA and ACDIS practice of queries).
const OF_PAYMENT: [&str; 5] = ["payment", "reimburse", "revenue", "drg", "paid"];

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

    fn when(&self, form: &WhenForm) -> Result<When, CompileError> {
        Ok(When {
            types: self.types(&form.types)?,
            settings: form.settings.clone(),
            places: form.places.clone(),
            not_places: form.not_places.clone(),
            payers: form.payers.clone(),
            not_payers: form.not_payers.clone(),
            new_patient: form.new_patient,
            same_day: form.same_day,
            said: self.phrases(&form.said)?,
            also_said: self.phrases(&form.also_said)?,
            not_said: self.phrases(&form.not_said)?,
        })
    }

    fn category(&self, form: &CategoryForm, pack: u32) -> Result<Category, CompileError> {
        let mut codes = Vec::new();
        for row in &form.codes {
            self.service(&row.code)?;
            codes.push(LevelCode { code: row.code.clone(), name: row.name.clone(), level: row.level, minutes: row.minutes, age: row.age });
        }
        if codes.is_empty() != form.ask.is_some() {
            return self.fail(format!("category {}: codes, or the question that must be answered first", form.id));
        }
        let rises = |get: &dyn Fn(&LevelCode) -> Option<u32>| codes.is_sorted_by(|a, b| get(a) <= get(b));
        if !rises(&|c| c.level.map(|l| l as u32)) || !rises(&|c| c.minutes) {
            return self.fail(format!("category {}: codes go from the lowest level to the highest", form.id));
        }
        Ok(Category {
            id: form.id.clone(),
            title: form.title.clone(),
            citation: form.citation.clone(),
            when: self.when(&form.when)?,
            method: form.method.unwrap_or(Method::Fixed),
            codes,
            ask: form.ask.as_ref().map(|q| self.question(q)).transpose()?,
            preventive: form.preventive,
            pack,
        })
    }

    fn addition(&self, form: &AdditionForm) -> Result<Addition, CompileError> {
        let modifier = form.modifier.as_deref().map(|m| self.modifier(m)).transpose()?;
        if modifier.is_none() {
            self.service(&form.code)?;
        }
        Ok(Addition {
            codes: self.services(&form.codes)?,
            when: self.when(&form.when)?,
            modifier,
            code: form.code.clone(),
            name: form.name.clone(),
            not_with_25: form.not_with_25,
            citation: form.citation.clone(),
        })
    }

    fn timed(&self, form: &TimedForm, pack: u32) -> Result<Timed, CompileError> {
        let mut rows = Vec::new();
        for row in &form.rows {
            self.service(&row.code)?;
            rows.push(TimedRow {
                code: row.code.clone(),
                name: row.name.clone(),
                payers: row.payers.clone(),
                not_payers: row.not_payers.clone(),
                from: row.from,
                to: row.to,
                step: row.step.filter(|&s| s > 0),
            });
        }
        Ok(Timed {
            id: form.id.clone(),
            title: form.title.clone(),
            when: self.when(&form.when)?,
            phrase: self.phrase(&form.phrase)?,
            instead: form.instead,
            rows,
            citation: form.citation.clone(),
            pack,
        })
    }

    fn template(&self, form: &TemplateForm, pack: u32) -> Result<Template, CompileError> {
        let mut elements = Vec::new();
        for element in &form.elements {
            if let Some(unknown) = element.given.iter().find(|g| !GIVEN.contains(&g.as_str())) {
                return self.fail(format!("{unknown:?} is not one of {}", GIVEN.join(" ")));
            }
            let found = Found { roles: self.roles(&element.roles)?, said: self.phrases(&element.said)?, given: element.given.clone() };
            if found == Found::default() {
                return self.fail(format!("template element {}: nothing tells that it is there", element.id));
            }
            elements.push(TemplateElement {
                id: element.id.clone(),
                title: element.title.clone(),
                required: element.required,
                decides: element.decides.clone(),
                found,
            });
        }
        if let Some(twice) = form.types.iter().find(|t| self.visits.templates.iter().any(|k| k.types.contains(t))) {
            return self.fail(format!("two templates for {twice}"));
        }
        let types = self.types(&form.types)?;
        Ok(Template { types, title: form.title.clone(), citation: form.citation.clone(), elements, pack })
    }

    fn question_of(&self, form: &QuestionForm) -> Result<Question, CompileError> {
        let words = [&form.about].into_iter().chain(&form.missing).chain(&form.options);
        if words.map(|w| w.to_lowercase()).any(|w| OF_PAYMENT.iter().any(|p| w.contains(p))) {
            return self.fail(format!("question {}: a question never speaks of payment", form.id));
        }
        let unable = form.options.iter().any(|o| o == "unable to determine");
        if !unable {
            return self.fail(format!("question {}: the options lack \"unable to determine\"", form.id));
        }
        let (id, about) = (form.id.clone(), form.about.clone());
        Ok(Question { id, about, missing: form.missing.clone(), options: form.options.clone() })
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
        let made = Covering { codes: reader!().services(&covering.codes)?, major: covering.major, apart: covering.apart };
        visits.covering.push(made);
    }
    for affinity in &form.affinity {
        let (procedures, diagnoses) = (reader!().services(&affinity.procedures)?, codes.ranges(file, &affinity.diagnoses)?);
        let modifiers = affinity.modifiers.iter().map(|m| reader!().modifier(m)).collect::<Result<_, _>>()?;
        visits.affinities.push(Affinity { procedures, diagnoses, modifiers });
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
