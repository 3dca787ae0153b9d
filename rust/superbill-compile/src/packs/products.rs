//! Products that are given: one line each names the code, what notes call it and how much one unit is. They become rows of their own family, and
//! values of the families that tell how products are given. What all rows of a family have is written to each.

use super::form::{AddOn, Modifier, PackFile, Product, Row};
use crate::CompileError;
use toml::{Table, Value};

/// How a unit is measured: the element of the amount and that of what was thrown away.
struct Measured {
    amount: &'static str,
    waste: &'static str,
    per: Value,
}

/// `15` is mg; `"1000 units"`, `"1 ml"`; `"dose"` is one whatever it holds.
fn measured(file: &str, code: &str, product: &Product) -> Result<Option<Measured>, CompileError> {
    let of = |amount, waste, per| Ok(Some(Measured { amount, waste, per }));
    let Some(per) = &product.per else { return Ok(None) };
    let fail = || CompileError::new(file, format!("{code}: per {per} is no amount"));
    match per {
        Value::Integer(_) | Value::Float(_) => of("dose", "waste", per.clone()),
        Value::String(said) if said == "dose" => Ok(None),
        Value::String(said) => {
            let (number, unit) = said.split_once(' ').ok_or_else(fail)?;
            let per = Value::Float(number.parse().map_err(|_| fail())?);
            match unit {
                "units" => of("activity", "activity_waste", per),
                "ml" => of("volume", "volume_waste", per),
                _ => Err(fail()),
            }
        }
        _ => Err(fail()),
    }
}

fn table<const N: usize>(pairs: [(&str, Value); N]) -> Table {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What was thrown away of a container for one patient is a line of its own (JW); where the note says that nothing was, the line says it (JZ).
fn row(file: &str, code: &str, product: &Product) -> Result<Row, CompileError> {
    let mut row = Row { code: code.to_owned(), name: product.name.clone(), say: product.say.clone(), rank: product.rank, ..Row::default() };
    if let Some(Measured { amount, waste, per }) = measured(file, code, product)? {
        let (element, thrown) = (Value::String(amount.into()), Value::String(waste.into()));
        row.units = Some(Value::Table(table([("element", element.clone()), ("per", per.clone())])));
        row.add.push(AddOn {
            sided: false,
            code: code.to_owned(),
            name: format!("{}, thrown away", product.name),
            units: Some(Value::Table(table([("element", thrown), ("per", per), ("beyond", element)]))),
            when: table([(waste, Value::Boolean(true))]),
            modifiers: vec!["JW".into()],
        });
        let payers = Value::Array(vec![Value::String("medicare".into())]);
        let none = Value::String("yes".into());
        row.modifiers
            .push(Modifier { modifier: "JZ".into(), when: table([("no_waste", none), (waste, Value::Boolean(false)), ("payer", payers)]) });
    }
    Ok(row)
}

/// Writes the products of all packs out as the rows and values that they stand for.
pub(crate) fn expand(forms: &mut [(&str, PackFile)]) -> Result<(), CompileError> {
    let mut all: Vec<(String, String, Product)> = Vec::new();
    for (file, form) in forms.iter_mut() {
        for (code, product) in &form.products {
            form.code.push(row(file, code, product)?);
            let family = form.family.as_ref().map_or_else(|| form.pack.id.clone(), |f| f.id.clone());
            all.push((family, code.to_ascii_lowercase(), product.clone()));
        }
    }
    for (_, form) in forms.iter_mut() {
        for row in &mut form.code {
            row.when.extend(form.every.when.clone().into_iter().filter(|(key, _)| !row.when.contains_key(key)).collect::<Vec<_>>());
            row.units = row.units.take().or_else(|| form.every.units.clone());
            row.modifiers.extend(form.every.modifiers.iter().cloned());
            row.add.extend(form.every.add.iter().cloned());
        }
    }
    for element in forms.iter_mut().flat_map(|f| &mut f.1.element) {
        for (_, value, product) in all.iter().filter(|p| element.products.contains(&p.0)) {
            element.values.insert(value.clone(), product.say.clone());
            if let Some(class) = &product.class {
                element.groups.entry(class.clone()).or_default().push(value.clone());
            }
        }
    }
    Ok(())
}
