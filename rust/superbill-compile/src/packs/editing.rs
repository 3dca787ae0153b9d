//! editing/*.toml: rules of claim editing, in words and as tables. Compiled over all packs at once, since classes and modifiers of one are named by others.

use super::{editing_form as form, form::PackFile, repair};
use crate::{CompileError, base::day};
use std::collections::{BTreeMap, BTreeSet};
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
    editing,
    knowledge::{
        attributes::{Kind, characters},
        editing::{
            ASKED, Bypass, Check, Classes, CodeClass, Diagnoses, Editing, Globals, Modifiers, NamedModifier, Period, Rank, RuleWords,
        },
        rules::Pack,
    },
};

/// Sets are words of as many bits.
const MOST_CLASSES: usize = 32;
const MOST_MODIFIERS: usize = 128;

type Forms<'a> = [(&'a str, PackFile)];

pub(super) fn fail<T>(file: &str, problem: impl Into<String>) -> Result<T, CompileError> {
    Err(CompileError::new(file, problem.into()))
}

/// The key of a service's code.
pub(super) fn key(file: &str, code: &str) -> Result<CodeKey, CompileError> {
    let key = [System::Cpt, System::Hcpcs].iter().find_map(|s| s.parse(code).ok());
    key.ok_or_else(|| CompileError::new(file, format!("{code:?} is no code of a service")))
}

/// Ranges of keys for "99202", "99202-99499" or "0001U-0999U".
pub(super) fn ranges(file: &str, codes: &[String]) -> Result<Vec<(u64, u64)>, CompileError> {
    let mut out = Vec::new();
    for code in codes {
        let (first, last) = code.split_once('-').unwrap_or((code, code));
        let (start, end) = (key(file, first)?, key(file, last)?);
        if first.len() != last.len() || start > end {
            return fail(file, format!("{code:?} is no range of codes"));
        }
        let letter = first.as_bytes()[first.len() - 1];
        if letter.is_ascii_alphabetic() {
            // Codes with another letter lie between: each is named by itself.
            let number = |text: &str| text[..text.len() - 1].parse::<u32>().map_err(|e| CompileError::new(file, format!("{code:?}: {e}")));
            for number in number(first)?..=number(last)? {
                let key = key(file, &format!("{number:04}{}", char::from(letter)))?;
                out.push((key.0, key.end().0));
            }
        } else {
            out.push((start.0, end.end().0));
        }
    }
    Ok(out)
}

/// Names that lists may use.
pub(super) struct Names<'a> {
    pub(super) classes: BTreeMap<&'a str, usize>,
    modifier_classes: BTreeMap<&'a str, &'a [String]>,
    bits: BTreeMap<[u8; 2], usize>,
}

impl Names<'_> {
    pub(super) fn classes(&self, file: &str, names: &[String]) -> Result<Classes, CompileError> {
        names.iter().try_fold(0, |set, name| match self.classes.get(name.as_str()) {
            Some(at) => Ok(set | 1 << at),
            None => fail(file, format!("no [[code_class]] {name}")),
        })
    }

    pub(super) fn modifiers(&self, file: &str, names: &[String]) -> Result<Modifiers, CompileError> {
        let bit = |name: &String| match self.bits.get(&editing::modifier(name)) {
            Some(at) => Ok(1 << at),
            None => fail(file, format!("{name:?} is no modifier and no [[modifier_class]]")),
        };
        let mut set = 0;
        for name in names {
            // A class names modifiers alone.
            let members = self.modifier_classes.get(name.as_str()).copied().unwrap_or(std::slice::from_ref(name));
            for member in members {
                set |= bit(member)?;
            }
        }
        Ok(set)
    }
}

/// Every list of modifiers of a pack.
fn lists(form: &PackFile) -> impl Iterator<Item = &Vec<String>> {
    let globals = form
        .globals
        .iter()
        .flat_map(|g| [&g.visit_apart, &g.visit_same_day, &g.procedure_apart, &g.repeat, &g.opens_none, &g.needs_earlier, &g.needs_open]);
    let sides = form.diagnoses.iter().flat_map(|d| [&d.left, &d.right]);
    (form.modifier.iter().map(|m| &m.modifiers))
        .chain(form.modifier_class.iter().map(|m| &m.modifiers))
        .chain(form.bypass.iter().flat_map(|b| [&b.modifiers, &b.not_with]))
        .chain(form.check.iter().flat_map(|c| [&c.modifiers, &c.with, &c.lacks]))
        .chain(form.rank.iter().map(|r| &r.modifiers))
        .chain(form.period.iter().map(|p| &p.visit))
        .chain(form.separate_line.iter().chain(&form.surgical_role).map(|l| &l.modifiers))
        .chain(form.payer_rule.iter().flat_map(|r| [&r.when.modifiers, &r.when.without, &r.requires]))
        .chain(globals)
        .chain(sides)
        .chain(form.repair.iter().flat_map(repair::lists))
}

pub(crate) fn compile(forms: &Forms<'_>, packs: &[Pack]) -> Result<Editing, CompileError> {
    let mut said = Editing::default();
    let mut names = Names { classes: BTreeMap::new(), modifier_classes: BTreeMap::new(), bits: BTreeMap::new() };
    for (file, form) in forms {
        for class in &form.code_class {
            if names.classes.insert(&class.id, said.classes.len()).is_some() {
                return fail(file, format!("[[code_class]] {} is told twice", class.id));
            }
            said.classes.push(CodeClass { id: class.id.clone(), ranges: ranges(file, &class.codes)? });
        }
        for class in &form.modifier_class {
            // A name of two characters would be a modifier.
            if class.id.len() < 3 || names.modifier_classes.insert(&class.id, &class.modifiers).is_some() {
                return fail(file, format!("[[modifier_class]] {} is told twice, or too short", class.id));
            }
        }
    }
    name_modifiers(forms, &mut names, &mut said)?;
    if said.classes.len() > MOST_CLASSES || said.modifiers.len() > MOST_MODIFIERS {
        return fail("editing", format!("more than {MOST_CLASSES} classes of codes or {MOST_MODIFIERS} modifiers are named"));
    }
    for ((file, form), pack) in forms.iter().zip(packs) {
        words(file, form, pack, &mut said)?;
        tables(file, form, &names, &mut said)?;
        super::payer::compile(file, form, pack, &names, &mut said)?;
    }
    super::payer::order(&mut said)?;
    said.rules.sort_by(|a, b| a.id.cmp(&b.id));
    check_rules(&said)?;
    Ok(said)
}

fn name_modifiers(forms: &Forms<'_>, names: &mut Names<'_>, said: &mut Editing) -> Result<(), CompileError> {
    let mut all: BTreeSet<[u8; 2]> = BTreeSet::new();
    for (file, form) in forms {
        for name in lists(form).flatten().filter(|n| !names.modifier_classes.contains_key(n.as_str())) {
            let modifier = editing::modifier(name);
            if modifier == editing::MALFORMED {
                return fail(file, format!("{name:?} is no modifier and no [[modifier_class]]"));
            }
            all.insert(modifier);
        }
    }
    names.bits = all.iter().copied().zip(0..).collect();
    said.modifiers = all.iter().map(|&code| NamedModifier { code, known: false, from: 0, to: Date::OPEN.0 }).collect();
    for (file, form) in forms {
        for known in &form.modifier {
            let (from, to) = (day(file, known.effective.as_ref(), Date(0))?, day(file, known.end.as_ref(), Date::OPEN)?);
            for name in &known.modifiers {
                if let Some(&at) = names.bits.get(&editing::modifier(name)) {
                    said.modifiers[at] = NamedModifier { known: true, from, to, ..said.modifiers[at] };
                }
            }
        }
    }
    Ok(())
}

fn words(file: &str, form: &PackFile, pack: &Pack, said: &mut Editing) -> Result<(), CompileError> {
    for rule in &form.rule {
        if rule.title.is_empty() || rule.message.is_empty() || rule.citation.is_empty() {
            return fail(file, format!("rule {} needs title, message and citation", rule.id));
        }
        if editing::Rule::named(&rule.id).is_none() {
            return fail(file, format!("the engine has no rule {}", rule.id));
        }
        if said.rules.iter().any(|r| r.id == rule.id) {
            return fail(file, format!("rule {} is told twice", rule.id));
        }
        said.rules.push(RuleWords {
            id: rule.id.clone(),
            severity: rule.severity,
            title: rule.title.clone(),
            message: rule.message.clone(),
            citation: rule.citation.clone(),
            remedy: rule.remedy.clone(),
            effective: day(file, rule.effective.as_ref(), Date(pack.effective))?,
            end: day(file, rule.end.as_ref(), Date(pack.end))?,
            pack: pack.id.clone(),
            version: pack.version.clone(),
        });
    }
    Ok(())
}

pub(super) fn check(file: &str, check: &form::Check, names: &Names<'_>) -> Result<Check, CompileError> {
    let mut indicator = None;
    for (name, values) in &check.indicator {
        let kind = Kind::named(name).filter(|k| ASKED.contains(k));
        let Some(kind) = kind.filter(|_| indicator.is_none()) else {
            let known: Vec<&str> = ASKED.iter().map(|k| k.name()).collect();
            return fail(file, format!("indicator {name:?}: expected one of {}", known.join(", ")));
        };
        let values = values.iter().map(|v| match *v.as_bytes() {
            [value] => Ok(value),
            _ => fail(file, format!("indicator {name}: {v:?} is not one character")),
        });
        indicator = Some((kind as u16, values.collect::<Result<_, _>>()?));
    }
    Ok(Check {
        rule: check.rule.clone(),
        modifiers: names.modifiers(file, &check.modifiers)?,
        with: names.modifiers(file, &check.with)?,
        lacks: names.modifiers(file, &check.lacks)?,
        class: names.classes(file, &check.class)?,
        not_class: names.classes(file, &check.not_class)?,
        beside: names.classes(file, &check.beside)?,
        indicator,
        units_over: check.units_over,
        add_on: check.add_on,
        specialty: check.specialty.clone(),
        why: check.why.clone(),
    })
}

fn tables(file: &str, form: &PackFile, names: &Names<'_>, said: &mut Editing) -> Result<(), CompileError> {
    for bypass in &form.bypass {
        said.bypasses.push(Bypass {
            modifiers: names.modifiers(file, &bypass.modifiers)?,
            class: names.classes(file, &bypass.class)?,
            not_class: names.classes(file, &bypass.not_class)?,
            not_with: names.modifiers(file, &bypass.not_with)?,
            since_column1: day(file, bypass.since_column1.as_ref(), Date(0))?,
            setting: bypass.setting,
            needs: bypass.needs,
        });
    }
    for row in &form.check {
        said.checks.push(check(file, row, names)?);
    }
    for rank in &form.rank {
        said.ranks.push(Rank {
            rank: rank.rank,
            modifiers: names.modifiers(file, &rank.modifiers)?,
            class: names.classes(file, &rank.class)?,
        });
    }
    for period in &form.period {
        let indicator = characters(&period.global_days).filter(|&i| i != 0);
        let Some(indicator) = indicator else { return fail(file, format!("global days {:?}", period.global_days)) };
        let visit = names.modifiers(file, &period.visit)?;
        said.globals.periods.push(Period { indicator, before: period.before.into(), after: period.after.into(), visit });
    }
    if let Some(globals) = &form.globals {
        let modifiers = |list: &[String]| names.modifiers(file, list);
        said.globals = Globals {
            settings: globals.settings.clone(),
            visits: names.classes(file, &globals.visits)?,
            periods: std::mem::take(&mut said.globals.periods),
            visit_apart: modifiers(&globals.visit_apart)?,
            visit_same_day: modifiers(&globals.visit_same_day)?,
            procedure_apart: modifiers(&globals.procedure_apart)?,
            repeat: modifiers(&globals.repeat)?,
            opens_none: modifiers(&globals.opens_none)?,
            needs_earlier: modifiers(&globals.needs_earlier)?,
            needs_open: modifiers(&globals.needs_open)?,
        };
    }
    for list in &form.separate_line {
        said.separate_lines |= names.modifiers(file, &list.modifiers)?;
    }
    for list in &form.surgical_role {
        said.roles |= names.modifiers(file, &list.modifiers)?;
    }
    for list in &form.any_day {
        for code in &list.codes {
            said.any_day.push(key(file, code)?.0);
        }
    }
    if let Some(of) = &form.diagnoses {
        said.diagnoses = diagnoses(file, of, names)?;
    }
    if let Some(of) = &form.repair {
        said.repair = repair::compile(file, of, names)?;
    }
    said.supports.extend(form.support.iter().flat_map(|s| s.kinds.iter().cloned()));
    Ok(())
}

/// Ranges of keys of ICD-10-CM for "Z00", "V00-Y99".
pub(super) fn icd_ranges(file: &str, codes: &[String]) -> Result<Vec<(u64, u64)>, CompileError> {
    let key = |text: &str| System::Icd10cm.parse(text).map_err(|e| CompileError::new(file, format!("{text:?}: {e}")));
    let range = |code: &String| {
        let (first, last) = code.split_once('-').unwrap_or((code, code));
        Ok((key(first)?.0, key(last)?.end().0))
    };
    codes.iter().map(range).collect()
}

fn diagnoses(file: &str, of: &form::Diagnoses, names: &Names<'_>) -> Result<Diagnoses, CompileError> {
    let age = |(name, &(first, last)): (&String, &(u32, u32))| match Kind::named(name) {
        Some(kind) => Ok((kind as u16, first, last)),
        None => fail(file, format!("no published list {name}")),
    };
    Ok(Diagnoses {
        external_causes: icd_ranges(file, &of.external_causes)?,
        first_only: icd_ranges(file, &of.first_only)?,
        first_only_except: icd_ranges(file, &of.first_only_except)?,
        precede: icd_ranges(file, &of.precede)?,
        ages: of.ages.iter().map(age).collect::<Result<_, _>>()?,
        left: names.modifiers(file, &of.left)?,
        right: names.modifiers(file, &of.right)?,
        most: (of.most_professional, of.most_facility),
        most_pointers: of.most_pointers,
    })
}

/// Where any rule has words, each of the engine's has.
fn check_rules(said: &Editing) -> Result<(), CompileError> {
    let told = |id: &str| said.rules.iter().any(|r| r.id == id);
    let untold = editing::Rule::ALL.iter().map(|r| r.id()).find(|id| !told(id));
    if let Some(id) = untold.filter(|_| !said.rules.is_empty()) {
        return fail("editing", format!("no pack tells the words of rule {id}"));
    }
    match said.checks.iter().find(|c| !told(&c.rule)) {
        Some(check) => fail("editing", format!("a [[check]] is of rule {}, which no pack tells", check.rule)),
        None => Ok(()),
    }
}
