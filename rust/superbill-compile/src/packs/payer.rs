//! Rules of payers and sites, and coverage determinations: compiled, ordered by who decides, and held against each other.

use super::{
    editing::{Names, fail, icd_ranges, ranges},
    editing_form::{PayerRule as Said, Scope as ScopeSaid},
    form::PackFile,
};
use crate::{CompileError, base::day};
use superbill_core::{
    date::Date,
    knowledge::{
        editing::{Action, CoverageRule, Editing, PayerRule, Scope},
        rules::Pack,
    },
};

fn scope(said: Option<&ScopeSaid>, (effective, end): (u32, u32)) -> Scope {
    let Some(said) = said.cloned() else { return Scope { effective, end, ..Scope::default() } };
    Scope {
        payers: said.payers,
        plans: said.plans,
        lines_of_business: said.lines_of_business,
        jurisdictions: said.jurisdictions,
        settings: said.settings,
        effective,
        end,
    }
}

pub(super) fn compile(file: &str, form: &PackFile, pack: &Pack, names: &Names<'_>, out: &mut Editing) -> Result<(), CompileError> {
    for rule in &form.payer_rule {
        let Some(of_pack) = &form.scope else { return fail(file, "a pack with [[payer_rule]] needs [scope] with its level") };
        let days = (day(file, rule.effective.as_ref(), Date(pack.effective))?, day(file, rule.end.as_ref(), Date(pack.end))?);
        let mut scope = scope(Some(of_pack), days);
        if !rule.when.settings.is_empty() {
            scope.settings.clone_from(&rule.when.settings);
        }
        let compiled = PayerRule { level: of_pack.level, scope, ..one(file, rule, pack, names)? };
        let known = |id: &str| superbill_core::editing::Rule::named(id).is_some();
        if known(&compiled.id) || out.payer_rules.iter().any(|r| r.id == compiled.id) {
            return fail(file, format!("rule {} is told twice", compiled.id));
        }
        if compiled.title.is_empty() || (compiled.action == Action::RequireModifier) != (compiled.requires != 0) {
            return fail(file, format!("rule {}: it needs a title, and `requires` with the action require_modifier alone", compiled.id));
        }
        out.payer_rules.push(compiled);
    }
    for coverage in &form.coverage {
        let days = (day(file, coverage.effective.as_ref(), Date(pack.effective))?, day(file, coverage.end.as_ref(), Date(pack.end))?);
        out.coverages.push(CoverageRule {
            id: coverage.id.clone(),
            title: coverage.title.clone(),
            citation: if coverage.citation.is_empty() { &pack.citation } else { &coverage.citation }.clone(),
            pack: pack.id.clone(),
            version: pack.version.clone(),
            scope: scope(form.scope.as_ref(), days),
            codes: ranges(file, &coverage.codes)?,
            diagnoses: icd_ranges(file, &coverage.diagnoses)?,
        });
    }
    Ok(())
}

fn one(file: &str, rule: &Said, pack: &Pack, names: &Names<'_>) -> Result<PayerRule, CompileError> {
    let when = &rule.when;
    let (classes, codes): (Vec<String>, Vec<String>) = when.codes.iter().cloned().partition(|c| names.classes.contains_key(c.as_str()));
    Ok(PayerRule {
        id: rule.id.clone(),
        title: rule.title.clone(),
        message: if rule.message.is_empty() { &rule.title } else { &rule.message }.clone(),
        citation: if rule.citation.is_empty() { &pack.citation } else { &rule.citation }.clone(),
        remedy: rule.remedy.clone(),
        pack: pack.id.clone(),
        version: pack.version.clone(),
        level: superbill_core::knowledge::editing::Level::Site,
        scope: Scope::default(),
        codes: ranges(file, &codes)?,
        classes: names.classes(file, &classes)?,
        modifiers: names.modifiers(file, &when.modifiers)?,
        without: names.modifiers(file, &when.without)?,
        units_over: when.units_over,
        diagnoses: icd_ranges(file, &when.diagnoses)?,
        not_diagnoses: icd_ranges(file, &when.not_diagnoses)?,
        age: when.age,
        sex: when.sex,
        places: when.place_of_service.clone(),
        specialties: when.specialty.clone(),
        action: rule.action,
        requires: names.modifiers(file, &rule.requires)?,
        overrides: rule.overrides.clone(),
    })
}

/// Puts rules in the order in which they decide: by level, then what a rule says that it overrides after it, then the younger first, then by id. The order is
/// total, so that the same rules decide alike in whatever order their packs come.
pub(super) fn order(said: &mut Editing) -> Result<(), CompileError> {
    let rules = &mut said.payer_rules;
    rules.sort_by(|a, b| (a.level, b.scope.effective, &a.id).cmp(&(b.level, a.scope.effective, &b.id)));
    // Each rule moves before what it overrides; more rounds than rules are a circle.
    for round in 0..=rules.len() {
        let late = rules.iter().enumerate().find_map(|(at, rule)| {
            let before = rules[..at].iter().position(|r| r.level == rule.level && rule.overrides.contains(&r.id))?;
            Some((at, before))
        });
        let Some((at, before)) = late else { break };
        if round == rules.len() {
            return fail(&rules[at].pack.clone(), format!("rule {} overrides in a circle", rules[at].id));
        }
        let rule = rules.remove(at);
        rules.insert(before, rule);
    }
    for rule in rules.iter() {
        if let Some(other) = rule.overrides.iter().find(|o| rules.iter().all(|r| r.id != **o)) {
            return fail(&rule.pack, format!("rule {} overrides {other}, which no pack tells", rule.id));
        }
    }
    conflicts(rules)
}

/// Two rules of one level that may speak of one line and decide differently, where neither says that it overrides the other.
fn conflicts(rules: &[PayerRule]) -> Result<(), CompileError> {
    for (at, a) in rules.iter().enumerate().filter(|r| r.1.action.decides()) {
        for b in rules[at + 1..].iter().filter(|b| b.action.decides() && b.level == a.level) {
            let settled = a.overrides.contains(&b.id) || b.overrides.contains(&a.id);
            let alike = a.action == b.action && a.action != Action::SwapCode;
            if !settled && !alike && meet(a, b) {
                let problem = format!(
                    "rules {} and {} of one level may speak of one line and decide differently: say which with overrides = [\"...\"]",
                    a.id, b.id
                );
                return fail(&a.pack, problem);
            }
        }
    }
    Ok(())
}

fn lists_meet(a: &[String], b: &[String]) -> bool {
    a.is_empty() || b.is_empty() || a.iter().any(|x| b.contains(x))
}

fn ranges_meet(a: &[(u64, u64)], b: &[(u64, u64)]) -> bool {
    a.is_empty() || b.is_empty() || a.iter().any(|x| b.iter().any(|y| x.0 < y.1 && y.0 < x.1))
}

/// Whether a line may be one that both rules speak of. Classes are taken to meet anything.
fn meet(a: &PayerRule, b: &PayerRule) -> bool {
    let (x, y) = (&a.scope, &b.scope);
    let settings = x.settings.is_empty() || y.settings.is_empty() || x.settings.iter().any(|s| y.settings.contains(s));
    let ages = a.age.is_none_or(|(first, last)| b.age.is_none_or(|(from, to)| first <= to && from <= last));
    let sexes = a.sex.is_none() || b.sex.is_none() || a.sex == b.sex;
    // What one needs and the other excludes keeps them apart only where nothing else of the list is left.
    let apart = |needs: u128, without: u128| needs != 0 && needs & !without == 0;
    let codes = a.classes != 0 || b.classes != 0 || ranges_meet(&a.codes, &b.codes);
    x.effective <= y.end
        && y.effective <= x.end
        && settings
        && lists_meet(&x.payers, &y.payers)
        && lists_meet(&x.plans, &y.plans)
        && lists_meet(&x.lines_of_business, &y.lines_of_business)
        && lists_meet(&x.jurisdictions, &y.jurisdictions)
        && codes
        && ages
        && sexes
        && ranges_meet(&a.diagnoses, &b.diagnoses)
        && lists_meet(&a.places, &b.places)
        && lists_meet(&a.specialties, &b.specialties)
        && !apart(a.modifiers, b.without)
        && !apart(b.modifiers, a.without)
}
