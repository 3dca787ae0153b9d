//! pcs/*.toml: the characters of codes of ICD-10-PCS. A row is written as a code with names of elements in the place of the characters that they make:
//! `0FT4{approach}ZZ`, `{element:table}` for one of several tables, `{element.2}` for the second of what a table has.

use super::form::{Element as ElementForm, OneOrMany, PackFile, Row};
use crate::CompileError;
use std::collections::BTreeMap;
use superbill_core::knowledge::rules::{Axis, CharacterTable, Element, Rules, Significance};

const LENGTH: usize = 7;

fn is_character(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O')
}

/// Gives elements the values and characters of the shared ones that they are like; their own stand before those.
pub(crate) fn share(forms: &mut [(&str, PackFile)]) -> Result<(), CompileError> {
    let shared: Vec<ElementForm> = forms.iter().flat_map(|f| f.1.shared.clone()).collect();
    for (file, form) in forms.iter_mut() {
        for element in &mut form.element {
            let Some(like) = &element.like else { continue };
            let Some(of) = shared.iter().find(|s| s.id == *like) else {
                return Err(CompileError::new(file, format!("no shared element {like}")));
            };
            for (value, say) in &of.values {
                element.values.entry(value.clone()).or_insert_with(|| say.clone());
            }
            for (value, characters) in &of.characters {
                element.characters.entry(value.clone()).or_insert_with(|| characters.clone());
            }
            for (name, table) in &of.tables {
                element.tables.entry(name.clone()).or_insert_with(|| table.clone());
            }
        }
    }
    Ok(())
}

/// How early procedures stand among those of a stay; `_` is any character.
pub(crate) fn significance(file: &str, form: &PackFile, rules: &mut Rules) -> Result<(), CompileError> {
    for row in &form.significance {
        let like = |text: &String| {
            let good = text.bytes().all(|b| is_character(b) || b == b'_');
            let bytes: Option<[u8; LENGTH]> = text.as_bytes().try_into().ok().filter(|_| good);
            bytes.map_or_else(|| Err(CompileError::new(file, format!("{text:?} is like no code of ICD-10-PCS"))), Ok)
        };
        rules.significance.push(Significance { like: row.like.iter().map(like).collect::<Result<_, _>>()?, rank: row.rank });
    }
    Ok(())
}

pub(crate) fn tables(file: &str, element: &ElementForm, values: &[String]) -> Result<Vec<CharacterTable>, CompileError> {
    let own = Some((String::new(), &element.characters)).filter(|t| !t.1.is_empty());
    let all = own.into_iter().chain(element.tables.iter().map(|(name, table)| (name.clone(), table)));
    all.map(|(name, table)| Ok(CharacterTable { characters: characters(file, element, table, values)?, name })).collect()
}

fn characters(
    file: &str,
    element: &ElementForm,
    table: &BTreeMap<String, OneOrMany>,
    values: &[String],
) -> Result<Vec<Vec<String>>, CompileError> {
    let mut out = vec![Vec::new(); values.len()];
    for (value, written) in table {
        let fail = |problem: &str| Err(CompileError::new(file, format!("element {}, value {value}: {problem}", element.id)));
        let Some(at) = values.iter().position(|v| v == value) else { return fail("characters of no value") };
        out[at] = match written {
            OneOrMany::One(one) => vec![one.clone()],
            OneOrMany::Many(sides) => sides.clone(),
        };
        if out[at].len() > 3 || out[at].iter().any(|c| c.is_empty() || !c.bytes().all(is_character)) {
            return fail("characters of ICD-10-PCS for any side, or for right, left and both");
        }
    }
    Ok(out)
}

pub(crate) fn of_row(file: &str, row: &Row, elements: &[Element]) -> Result<Vec<Axis>, CompileError> {
    let fail = |problem: String| CompileError::new(file, format!("{:?}: {problem}", row.code));
    let (mut axes, mut rest) = (Vec::new(), row.code.as_str());
    while let Some(byte) = rest.bytes().next() {
        if byte != b'{' {
            if !is_character(byte) {
                return Err(fail("has what is no character of ICD-10-PCS".into()));
            }
            axes.push(Axis::Fixed(byte));
            rest = &rest[1..];
            continue;
        }
        let (named, after) = rest[1..].split_once('}').ok_or_else(|| fail("a name has no end".into()))?;
        rest = after;
        axes.push(axis(row, named, elements).map_err(fail)?);
    }
    if axes.len() == LENGTH { Ok(axes) } else { Err(fail(format!("makes {} characters", axes.len()))) }
}

fn axis(row: &Row, named: &str, elements: &[Element]) -> Result<Axis, String> {
    if named == "side" {
        let sides: Vec<u8> = row.sides.iter().filter(|s| s.len() == 1).flat_map(|s| s.bytes()).filter(|&b| is_character(b)).collect();
        let whole = matches!(sides.len(), 2 | 3) && sides.len() == row.sides.len();
        return if whole { Ok(Axis::Side(sides)) } else { Err("sides: characters for right, left and, where there is one, both".into()) };
    }
    let (name, at) = match named.split_once('.') {
        Some((name, place)) => (name, place.parse::<u32>().ok().and_then(|n| n.checked_sub(1)).ok_or("a place is 1 or more")?),
        None => (named, 0),
    };
    let (id, table) = name.split_once(':').unwrap_or((name, ""));
    let element = elements.iter().position(|e| e.id == id).ok_or_else(|| format!("no element {id}"))?;
    let of =
        elements[element].tables.iter().position(|t| t.name == table).ok_or_else(|| format!("element {id} has no characters {table}"))?;
    Ok(Axis::Value { element: element as u32, table: of as u32, at })
}
