//! `[repair]` of editing/*.toml: how far changes depart from a claim, what facts support, codes that stand for others, and questions.

use super::{
    editing::{Names, check, fail, key},
    editing_form::Check,
};
use crate::{CompileError, base::day};
use serde::Deserialize;
use std::collections::BTreeMap;
use superbill_core::{
    date::Date,
    editing::{self, Rule},
    knowledge::{
        editing::Modifiers,
        repair::{ChangeKind, Combination, Departure, Question, Repair, Supported, Swap},
    },
};
use toml::value::Datetime;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub most: u32,
    pub steps: u32,
    pub steps_others: u32,
    pub other_line: u32,
    #[serde(default)]
    pub also_clears: Vec<String>,
    #[serde(default)]
    pub never_causes: Vec<String>,
    /// Values of the bilateral indicator.
    pub bilateral: Vec<String>,
    pub left: Vec<String>,
    pub right: Vec<String>,
    pub both_sides: Vec<String>,
    /// Modifiers by words for sides.
    pub values: BTreeMap<String, String>,
    pub departure: Vec<DepartureForm>,
    pub support: Vec<SupportForm>,
    #[serde(default)]
    pub removable: Vec<Check>,
    #[serde(default)]
    pub swap: Vec<SwapForm>,
    #[serde(default)]
    pub combination: Vec<CombinationForm>,
    #[serde(default)]
    pub question: Vec<QuestionForm>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartureForm {
    pub change: ChangeKind,
    pub cost: u32,
    pub says: String,
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportForm {
    pub fact: String,
    pub modifiers: Vec<String>,
    #[serde(default)]
    pub class: Vec<String>,
    #[serde(default)]
    pub not_class: Vec<String>,
    pub effective: Option<Datetime>,
    pub end: Option<Datetime>,
    #[serde(default)]
    pub cost: u32,
    pub citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwapForm {
    pub from: Vec<String>,
    pub beside: Vec<String>,
    pub to: String,
    pub fact: String,
    pub effective: Option<Datetime>,
    pub end: Option<Datetime>,
    pub why: String,
    pub citation: String,
    pub question: AskedForm,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CombinationForm {
    pub from: [String; 2],
    pub to: String,
    pub fact: String,
    pub effective: Option<Datetime>,
    pub end: Option<Datetime>,
    pub why: String,
    pub citation: String,
    pub question: AskedForm,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedForm {
    pub about: String,
    pub options: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionForm {
    pub rules: Vec<String>,
    #[serde(default)]
    pub class: Vec<String>,
    #[serde(default)]
    pub not_class: Vec<String>,
    pub beside_major: Option<bool>,
    pub about: String,
    #[serde(default)]
    pub missing: Vec<String>,
    pub options: Vec<String>,
}

/// Every list of modifiers.
pub(super) fn lists(form: &Form) -> impl Iterator<Item = &Vec<String>> {
    (form.support.iter().map(|s| &s.modifiers)).chain(form.removable.iter().flat_map(|c| [&c.modifiers, &c.with, &c.lacks])).chain([
        &form.left,
        &form.right,
        &form.both_sides,
    ])
}

/// Words that would lead whoever is asked, or are of no concern to them.
const NEVER_ASKED: [&str; 8] = ["pay", "paid", "bill", "denied", "denial", "reimburs", "revenue", "claim"];

fn question(file: &str, about: &str, options: &[String]) -> Result<Question, CompileError> {
    let said = std::iter::once(about).chain(options.iter().map(String::as_str)).collect::<Vec<_>>().join(" ").to_lowercase();
    if let Some(word) = NEVER_ASKED.iter().find(|w| said.contains(*w)) {
        return fail(file, format!("a question of repair says {word:?}: it asks for what is documented, never of payment"));
    }
    if !options.iter().any(|o| o == "unable to determine") {
        return fail(file, "a question of repair needs the option \"unable to determine\"");
    }
    Ok(Question { about: about.into(), options: options.to_vec(), ..Question::default() })
}

pub(super) fn compile(file: &str, form: &Form, names: &Names<'_>) -> Result<Repair, CompileError> {
    let mut facts: Vec<String> = Vec::new();
    let named =
        form.support.iter().map(|s| &s.fact).chain(form.swap.iter().map(|s| &s.fact)).chain(form.combination.iter().map(|c| &c.fact));
    for fact in named {
        if !facts.contains(fact) {
            facts.push(fact.clone());
        }
    }
    let fact = |name: &str| facts.iter().position(|f| f == name).map_or(0, |at| at as u16);
    let days = |from: &Option<Datetime>, to: &Option<Datetime>| {
        Ok::<_, CompileError>((day(file, from.as_ref(), Date(0))?, day(file, to.as_ref(), Date::OPEN)?))
    };
    let modifiers = |list: &[String]| names.modifiers(file, list);
    for rule in form
        .also_clears
        .iter()
        .chain(&form.never_causes)
        .chain(form.question.iter().flat_map(|q| &q.rules))
        .chain(form.removable.iter().map(|r| &r.rule))
    {
        if Rule::named(rule).is_none() {
            return fail(file, format!("the engine has no rule {rule}"));
        }
    }
    let departure = |kind: &ChangeKind| {
        let mut of_kind = form.departure.iter().filter(|d| d.change == *kind);
        match (of_kind.next(), of_kind.next()) {
            // A change that departs by nothing would be made for nothing.
            (Some(d), None) if d.cost > 0 => {
                Ok(Departure { kind: *kind, cost: d.cost, says: d.says.clone(), citation: d.citation.clone() })
            }
            _ => fail(file, format!("[[repair.departure]] {} is not told once, with a cost above 0", kind.name())),
        }
    };
    let value = |(word, modifier): (&String, &String)| match editing::modifier(modifier) {
        editing::MALFORMED => fail(file, format!("{modifier:?} is no modifier")),
        modifier => Ok((word.clone(), modifier)),
    };
    let mut repair = Repair {
        departures: ChangeKind::ALL.iter().map(departure).collect::<Result<_, _>>()?,
        other_line: form.other_line,
        values: form.values.iter().map(value).collect::<Result<_, _>>()?,
        removable: form.removable.iter().map(|r| check(file, r, names)).collect::<Result<_, _>>()?,
        bilateral: form.bilateral.iter().filter_map(|v| v.bytes().next()).collect(),
        both_sides: modifiers(&form.both_sides)?,
        left: modifiers(&form.left)?,
        right: modifiers(&form.right)?,
        also_clears: form.also_clears.clone(),
        never_causes: form.never_causes.clone(),
        most: form.most,
        steps: form.steps,
        steps_others: form.steps_others,
        ..Repair::default()
    };
    for set in [repair.left, repair.right, repair.both_sides] {
        if Modifiers::count_ones(set) != 1 {
            return fail(file, "left, right and both_sides of [repair] are one modifier each");
        }
    }
    for support in &form.support {
        let (from, to) = days(&support.effective, &support.end)?;
        repair.supports.push(Supported {
            kind: fact(&support.fact),
            modifiers: modifiers(&support.modifiers)?,
            class: names.classes(file, &support.class)?,
            not_class: names.classes(file, &support.not_class)?,
            from,
            to,
            cost: support.cost,
        });
    }
    for swap in &form.swap {
        let (since, until) = days(&swap.effective, &swap.end)?;
        let beside = swap.beside.iter().map(|c| Ok(key(file, c)?.0)).collect::<Result<Vec<u64>, CompileError>>()?;
        let mut question = question(file, &swap.question.about, &swap.question.options)?;
        question.missing = vec![swap.fact.clone()];
        for from in &swap.from {
            repair.swaps.push(Swap {
                from: key(file, from)?.0,
                beside: beside.clone(),
                to: key(file, &swap.to)?.0,
                fact: fact(&swap.fact),
                since,
                until,
                why: swap.why.clone(),
                citation: swap.citation.clone(),
                question: question.clone(),
            });
        }
    }
    for of in &form.combination {
        let (since, until) = days(&of.effective, &of.end)?;
        let mut question = question(file, &of.question.about, &of.question.options)?;
        question.missing = vec![of.fact.clone()];
        repair.combinations.push(Combination {
            from: [key(file, &of.from[0])?.0, key(file, &of.from[1])?.0],
            to: key(file, &of.to)?.0,
            fact: fact(&of.fact),
            since,
            until,
            why: of.why.clone(),
            citation: of.citation.clone(),
            question,
        });
    }
    for of in &form.question {
        let unknown = of.missing.iter().find(|m| !facts.contains(m));
        if let Some(unknown) = unknown {
            return fail(file, format!("no [[repair.support]], swap or combination rests on a fact {unknown}"));
        }
        repair.questions.push(Question {
            rules: of.rules.clone(),
            class: names.classes(file, &of.class)?,
            not_class: names.classes(file, &of.not_class)?,
            beside_major: of.beside_major,
            missing: of.missing.clone(),
            ..question(file, &of.about, &of.options)?
        });
    }
    repair.facts = facts;
    Ok(repair)
}
