//! cpt/*.toml: a procedure family, its elements and its decision table.

use super::{
    axes,
    form::{AddOn as AddOnForm, Again as AgainForm, Element as ElementForm, FamilySide, FamilySystem, PackFile, Per, Row as RowForm},
};
use crate::{CompileError, base::Phrases};
use std::collections::BTreeMap;
use superbill_core::{
    date::Date,
    knowledge::{
        layout::sense,
        rules::{AddOn, AddOnKind, Again, Assume, Condition, Conditions, Element, Family, Lesions, Row, Rules, Subject, Timed, Units},
    },
};
use toml::{Table, Value};

struct Reader<'a> {
    file: &'a str,
    elements: &'a [Element],
    groups: &'a [&'a BTreeMap<String, Vec<String>>],
}

impl Reader<'_> {
    fn fail<T>(&self, problem: String) -> Result<T, CompileError> {
        Err(CompileError::new(self.file, problem))
    }

    fn element(&self, id: &str) -> Result<u32, CompileError> {
        self.elements.iter().position(|e| e.id == id).map(|e| e as u32).map_or_else(|| self.fail(format!("no element {id}")), Ok)
    }

    fn subject(&self, name: &str) -> Result<Subject, CompileError> {
        if let Ok(element) = self.element(name) {
            return Ok(Subject::Element(element));
        }
        Ok(match name {
            "side" => Subject::Side,
            "setting" => Subject::Setting,
            "type" => Subject::Kind,
            "place" => Subject::Place,
            "age" => Subject::Age,
            "sex" => Subject::Sex,
            "date" => Subject::Date,
            "scope" => Subject::Scope,
            "new_patient" => Subject::NewPatient,
            "payer" => Subject::Payer,
            "resources" => Subject::Resources,
            _ => return self.fail(format!("no element {name}")),
        })
    }

    fn words(&self, subject: Subject, value: &Value) -> Result<Vec<String>, CompileError> {
        let list = match value {
            Value::String(one) => vec![one.clone()],
            Value::Array(many) => many.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            _ => return self.fail(format!("expected words, found {value}")),
        };
        if let Subject::Element(at) = subject {
            let element = &self.elements[at as usize];
            let groups = self.groups[at as usize];
            let list: Vec<String> = list.into_iter().flat_map(|w| groups.get(&w).cloned().unwrap_or_else(|| vec![w])).collect();
            if let Some(unknown) = list.iter().find(|w| !element.values.contains(w)) {
                return self.fail(format!("element {} has no value {unknown}", element.id));
            }
            return Ok(list);
        }
        Ok(list)
    }

    /// A day is the number `yyyymmdd`.
    fn thousandths(&self, value: &Value) -> Result<i64, CompileError> {
        if let Value::Datetime(day) = value {
            return Ok(i64::from(crate::base::day(self.file, Some(day), Date::OPEN)?) * 1000);
        }
        let number = value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
        match number.filter(|n| n.abs() < 1e9) {
            Some(n) => Ok((n * 1000.0).round() as i64),
            None => self.fail(format!("expected a number, found {value}")),
        }
    }

    fn conditions(&self, when: &Table) -> Result<Conditions, CompileError> {
        let mut out = Vec::new();
        for (name, value) in when {
            let subject = self.subject(name)?;
            let condition = match value {
                Value::Boolean(told) if subject == Subject::NewPatient => Condition::Any(vec![if *told { "yes" } else { "no" }.into()]),
                Value::Boolean(told) => Condition::Told(*told),
                Value::Table(t) if t.contains_key("all") => {
                    if let Some(none) = t.get("not") {
                        out.push((subject, Condition::Not(self.words(subject, none)?)));
                    }
                    Condition::All(self.words(subject, &t["all"])?)
                }
                Value::Table(t) if t.contains_key("not") => Condition::Not(self.words(subject, &t["not"])?),
                Value::Table(t) => Condition::Range {
                    min: t.get("min").map_or(Ok(i64::MIN), |v| self.thousandths(v))?,
                    max: t.get("max").map_or(Ok(i64::MAX), |v| self.thousandths(v))?,
                },
                other => Condition::Any(self.words(subject, other)?),
            };
            out.push((subject, condition));
        }
        Ok(out)
    }

    fn units(&self, value: Option<&Value>) -> Result<Units, CompileError> {
        let Some(value) = value else { return Ok(Units::Fixed(1)) };
        if let Some(n) = value.as_integer() {
            return u32::try_from(n).map_or_else(|_| self.fail(format!("units {n}")), |n| Ok(Units::Fixed(n)));
        }
        if value.as_str() == Some("timed") {
            return Ok(Units::Timed);
        }
        let Some(t) = value.as_table() else { return self.fail(format!("units {value}")) };
        let Some(element) = t.get("element").and_then(Value::as_str) else { return self.fail("units without element".into()) };
        let of = |key: &str, absent: i64| t.get(key).map_or(Ok(absent), |v| self.thousandths(v));
        let per = of("per", 1000)?;
        if per <= 0 {
            return self.fail("units: per must be over 0".into());
        }
        let round_up = t.get("round").and_then(Value::as_str) != Some("down");
        let max = (of("max", i64::from(u32::MAX) * 1000)? / 1000) as u32;
        let beyond = t.get("beyond").and_then(Value::as_str).map(|e| self.element(e)).transpose()?;
        Ok(Units::Of { element: self.element(element)?, minus: of("minus", 0)?, per, round_up, max, beyond })
    }

    fn modifier(&self, written: &str) -> Result<[u8; 2], CompileError> {
        <[u8; 2]>::try_from(written.as_bytes()).or_else(|_| self.fail(format!("modifier {written}")))
    }

    fn add_on(&self, form: &AddOnForm, kind: AddOnKind) -> Result<AddOn, CompileError> {
        let (units, when) = (self.units(form.units.as_ref())?, self.conditions(&form.when)?);
        let modifiers = form.modifiers.iter().map(|m| self.modifier(m)).collect::<Result<_, _>>()?;
        Ok(AddOn { code: form.code.clone(), name: form.name.clone(), units, when, modifiers, sided: form.sided, kind })
    }

    /// Of a row in a family that knows services done again: the code of its own for them, else its code with the family's modifiers.
    fn again(&self, row: &RowForm, family: Option<&AgainForm>) -> Result<Option<AddOn>, CompileError> {
        match (&row.again, family) {
            (Some(_), None) => self.fail(format!("{}: again in a family that does not say how it is told", row.code)),
            (Some(own), Some(_)) => self.add_on(own, AddOnKind::Again).map(Some),
            (None, Some(family)) if !family.modifiers.is_empty() => {
                let own = AddOnForm {
                    code: row.code.clone(),
                    name: row.name.clone(),
                    modifiers: family.modifiers.clone(),
                    ..AddOnForm::default()
                };
                self.add_on(&own, AddOnKind::Again).map(Some)
            }
            (None, _) => Ok(None),
        }
    }
}

/// The parts that a quantity is made of: each a quantity of the same kind.
fn sum(file: &str, form: &PackFile, element: &ElementForm) -> Result<Vec<(u32, i64)>, CompileError> {
    let part = |(of, times): (&String, &i64)| {
        let at = form.element.iter().position(|e| e.id == *of && e.quantity.is_some() && e.quantity == element.quantity);
        let fail = || CompileError::new(file, format!("{}: {of:?} is no quantity of its kind", element.id));
        at.map(|at| (at as u32, *times)).ok_or_else(fail)
    };
    element.sum.iter().map(part).collect()
}

pub(crate) fn compile(file: &str, pack: u32, form: &PackFile, rules: &mut Rules, phrases: &mut Phrases) -> Result<(), CompileError> {
    let Some(family) = &form.family else { return Ok(()) };
    let at = rules.families.len() as u32;
    let mut elements = Vec::new();
    let own_anchor = form.element.iter().position(|e| e.anchor);
    let inpatient = family.system == FamilySystem::Icd10pcs;
    let (kind, kind_near) = if inpatient { (sense::INPATIENT_ELEMENT, sense::INPATIENT_NEAR) } else { (sense::ELEMENT, sense::NEAR) };
    for (index, element) in form.element.iter().enumerate() {
        let mut values: Vec<String> = element.values.keys().cloned().collect();
        let mut says: Vec<&[String]> = element.values.values().map(Vec::as_slice).collect();
        if own_anchor == Some(index) {
            for row in form.code.iter().filter(|r| !r.say.is_empty()) {
                values.push(own_value(&row.code));
                says.push(&row.say);
            }
        }
        for (value, says) in says.into_iter().enumerate() {
            for say in says {
                let extra = (index as u32) << 16 | value as u32;
                if element.anchor && !inpatient {
                    phrases.serve(file, say, kind, at, extra, pack)?;
                } else {
                    phrases.add(file, say, kind, at, extra, pack)?;
                }
            }
        }
        for near in &element.near {
            phrases.add(file, near, kind_near, at, index as u32, pack)?;
        }
        let near = !element.near.is_empty();
        let (id, anchor, scope, quantity, within) = (element.id.clone(), element.anchor, element.scope, element.quantity, element.within);
        let tables = axes::tables(file, element, &values)?;
        let sum = sum(file, form, element)?;
        let (each, listed, thing, results) = (element.each, element.listed, element.thing, element.results);
        elements.push(Element { id, anchor, scope, quantity, near, within, values, tables, each, sum, listed, thing, results });
    }
    let groups: Vec<_> = form.element.iter().map(|e| &e.groups).collect();
    let reader = Reader { file, elements: &elements, groups: &groups };
    let mut rows = Vec::new();
    for row in &form.code {
        let mut modifiers = Vec::new();
        for modifier in &row.modifiers {
            modifiers.push((reader.modifier(&modifier.modifier)?, reader.conditions(&modifier.when)?));
        }
        let mut add = Vec::new();
        for on in &row.add {
            add.push(reader.add_on(on, AddOnKind::Beside)?);
        }
        if let Some(later) = &row.later {
            add.push(reader.add_on(later, AddOnKind::Later)?);
        }
        add.extend(reader.again(row, family.again.as_ref())?);
        if !row.over.is_empty() && family.lesions.is_none() {
            return reader.fail(format!("{}: over in a family without a rule of lesions", row.code));
        }
        let axes = if inpatient { axes::of_row(file, row, &elements)? } else { Vec::new() };
        if !inpatient && (row.code.len() != 5 || !row.code.bytes().all(|b| b.is_ascii_alphanumeric())) {
            return reader.fail(format!("{:?} is not a procedure code", row.code));
        }
        let (mut when, units) = (reader.conditions(&row.when)?, reader.units(row.units.as_ref())?);
        if units == Units::Timed {
            let Some(timed) = &family.timed else { return reader.fail("timed units in a family that says no rule of counting".into()) };
            when.push((Subject::Element(reader.element(&timed.element)?), Condition::Told(true)));
        }
        if let Some(anchor) = own_anchor.filter(|_| !row.say.is_empty()) {
            when.push((Subject::Element(anchor as u32), Condition::Any(vec![own_value(&row.code)])));
        }
        rows.push(Row {
            code: row.code.clone(),
            axes,
            name: row.name.clone(),
            when,
            includes: row.includes.clone(),
            units,
            modifiers,
            add,
            rank: row.rank,
            over: row.over.clone(),
            beside: row.beside,
            unsided: row.unsided,
        });
    }
    let mut assume = Vec::new();
    for a in &form.assume {
        let element = reader.element(&a.element)?;
        reader.words(Subject::Element(element), &Value::String(a.value.clone()))?;
        assume.push(Assume { element, value: a.value.clone() });
    }
    let total = match &family.total {
        Some(t) => Some((reader.element(&t.element)?, t.over.iter().map(|e| reader.element(e)).collect::<Result<_, _>>()?)),
        None => None,
    };
    let timed = match &family.timed {
        Some(t) => Some(Timed { element: reader.element(&t.element)?, slot: reader.thousandths(&t.slot)?, together: t.together.clone() }),
        None => None,
    };
    let lesions = match &family.lesions {
        // Both count the places of a family's procedures.
        Some(_) if family.timed.is_some() || form.code.iter().any(|r| r.rank.is_some()) => {
            return reader.fail("lesions in a family that counts minutes or ranks".into());
        }
        Some(l) => Some(Lesions { element: reader.element(&l.element)?, modifier: reader.modifier(&l.modifier)? }),
        None => None,
    };
    let again = match &family.again {
        Some(a) => {
            let element = reader.element(&a.element)?;
            let told = reader.words(Subject::Element(element), &Value::Array(a.values.iter().cloned().map(Value::String).collect()))?;
            let values = (0..).zip(&elements[element as usize].values).filter(|(_, v)| told.contains(v)).map(|(at, _)| at).collect();
            Some(Again { element, values })
        }
        None => None,
    };
    let requires = reader.conditions(&family.requires)?;
    let known = |id: &String| rules.families.iter().position(|f| f.id == *id).map(|at| at as u32);
    let unless = family.unless.iter().map(|id| known(id).map_or_else(|| reader.fail(format!("no family {id} before this one")), Ok));
    let unless = unless.collect::<Result<_, _>>()?;
    if !elements.iter().any(|e| e.anchor) {
        return Err(CompileError::new(file, "a family needs an element with anchor = true"));
    }
    rules.families.push(Family {
        id: family.id.clone(),
        name: form.pack.title.clone(),
        pack,
        documents: family.documents.clone(),
        per_mention: family.per == Per::Mention,
        per_value: family.per == Per::Value,
        once: family.once,
        side_modifier: matches!(family.side, FamilySide::Modifier | FamilySide::Told),
        side_asked: family.side == FamilySide::Modifier,
        side_character: family.side == FamilySide::Character,
        inpatient,
        performs: family.performs.clone(),
        requires,
        unless,
        elements,
        assume,
        rows,
        total,
        timed,
        lesions,
        again,
    });
    Ok(())
}

/// The anchor's value of a row that names its service itself.
fn own_value(code: &str) -> String {
    code.to_ascii_lowercase()
}
