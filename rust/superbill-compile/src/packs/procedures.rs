//! cpt/*.toml: a procedure family, its elements and its decision table.

use super::form::{FamilySide, PackFile, Per};
use crate::{CompileError, base::Phrases};
use superbill_core::knowledge::{
    layout::sense,
    rules::{AddOn, Assume, Condition, Conditions, Element, Family, Row, Rules, Subject, Units},
};
use toml::{Table, Value};

struct Reader<'a> {
    file: &'a str,
    elements: &'a [Element],
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
            "new_patient" => Subject::NewPatient,
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
            if let Some(unknown) = list.iter().find(|w| !element.values.contains(w)) {
                return self.fail(format!("element {} has no value {unknown}", element.id));
            }
        }
        Ok(list)
    }

    fn thousandths(&self, value: &Value) -> Result<i64, CompileError> {
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
                Value::Table(t) if t.contains_key("all") => Condition::All(self.words(subject, &t["all"])?),
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
        let Some(t) = value.as_table() else { return self.fail(format!("units {value}")) };
        let Some(element) = t.get("element").and_then(Value::as_str) else { return self.fail("units without element".into()) };
        let of = |key: &str, absent: i64| t.get(key).map_or(Ok(absent), |v| self.thousandths(v));
        let per = of("per", 1000)?;
        if per <= 0 {
            return self.fail("units: per must be over 0".into());
        }
        let round_up = t.get("round").and_then(Value::as_str) != Some("down");
        let max = (of("max", i64::from(u32::MAX) * 1000)? / 1000) as u32;
        Ok(Units::Of { element: self.element(element)?, minus: of("minus", 0)?, per, round_up, max })
    }
}

pub(crate) fn compile(file: &str, pack: u32, form: &PackFile, rules: &mut Rules, phrases: &mut Phrases) -> Result<(), CompileError> {
    let Some(family) = &form.family else { return Ok(()) };
    let at = rules.families.len() as u32;
    let mut elements = Vec::new();
    for (index, element) in form.element.iter().enumerate() {
        let values: Vec<String> = element.values.keys().cloned().collect();
        for (value, says) in element.values.values().enumerate() {
            for say in says {
                phrases.add(file, say, sense::ELEMENT, at, (index as u32) << 16 | value as u32, pack)?;
            }
        }
        for near in &element.near {
            phrases.add(file, near, sense::NEAR, at, index as u32, pack)?;
        }
        let near = !element.near.is_empty();
        let (id, anchor, scope, quantity) = (element.id.clone(), element.anchor, element.scope, element.quantity);
        elements.push(Element { id, anchor, scope, quantity, near, values });
    }
    let reader = Reader { file, elements: &elements };
    let mut rows = Vec::new();
    for row in &form.code {
        let mut modifiers = Vec::new();
        for modifier in &row.modifiers {
            let [a, b] = *modifier.modifier.as_bytes() else { return reader.fail(format!("modifier {}", modifier.modifier)) };
            modifiers.push(([a, b], reader.conditions(&modifier.when)?));
        }
        let mut add = Vec::new();
        for on in &row.add {
            let (units, when) = (reader.units(on.units.as_ref())?, reader.conditions(&on.when)?);
            add.push(AddOn { code: on.code.clone(), name: on.name.clone(), units, when });
        }
        if row.code.len() != 5 || !row.code.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return reader.fail(format!("{:?} is not a procedure code", row.code));
        }
        rows.push(Row {
            code: row.code.clone(),
            name: row.name.clone(),
            when: reader.conditions(&row.when)?,
            includes: row.includes.clone(),
            units: reader.units(row.units.as_ref())?,
            modifiers,
            add,
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
    let requires = reader.conditions(&family.requires)?;
    if !elements.iter().any(|e| e.anchor) {
        return Err(CompileError::new(file, "a family needs an element with anchor = true"));
    }
    rules.families.push(Family {
        id: family.id.clone(),
        name: form.pack.title.clone(),
        pack,
        documents: family.documents.clone(),
        per_mention: family.per == Per::Mention,
        side_modifier: family.side == FamilySide::Modifier,
        requires,
        elements,
        assume,
        rows,
        total,
    });
    Ok(())
}
