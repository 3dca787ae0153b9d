//! Rows of families that make codes of ICD-10-PCS: from values of elements, and a side, to seven characters.

use super::rules::{Axis, CharacterTable, Condition, Family, Row, Subject};
use crate::code::{CodeKey, System};

/// In a code that is not known yet.
pub(crate) const UNKNOWN: u8 = b'_';

/// An element and one of its values.
pub(crate) type Value = (u32, u32);

/// Whether a row's own conditions allow a value of an element.
fn allows(row: &Row, element: u32, value: &str) -> bool {
    row.when.iter().filter(|c| c.0 == Subject::Element(element)).all(|(_, condition)| match condition {
        Condition::Any(any) => any.iter().any(|v| v == value),
        Condition::Not(none) => !none.iter().any(|v| v == value),
        _ => true,
    })
}

impl Row {
    /// The elements that make characters, each once.
    pub(crate) fn axis_elements(&self) -> Vec<u32> {
        let mut of: Vec<u32> =
            self.axes.iter().filter_map(|a| if let Axis::Value { element, .. } = a { Some(*element) } else { None }).collect();
        of.sort_unstable();
        of.dedup();
        of
    }
}

impl Family {
    fn table(&self, element: u32, table: u32) -> Option<&CharacterTable> {
        self.elements.get(element as usize)?.tables.get(table as usize)
    }

    /// Whether a value is a character anywhere; one that is none only keeps a longer term from being read as another value.
    pub(crate) fn is_character(&self, element: u32, value: &str) -> bool {
        let Some(of) = self.elements.get(element as usize) else { return false };
        let at = of.values.iter().position(|v| v == value);
        of.tables.iter().any(|t| at.and_then(|v| t.characters.get(v)).is_some_and(|c| !c.is_empty()))
    }

    /// The values of an element that stand for characters in a row, among those that are told.
    pub(crate) fn choices(&self, row: &Row, element: u32, told: &[String]) -> Vec<u32> {
        let Some(of) = self.elements.get(element as usize) else { return Vec::new() };
        let in_tables = |value: usize| {
            let tables = row.axes.iter().filter_map(|axis| match axis {
                Axis::Value { element: e, table, .. } if *e == element => Some(self.table(element, *table)),
                _ => None,
            });
            tables.into_iter().all(|t| t.and_then(|t| t.characters.get(value)).is_some_and(|c| !c.is_empty()))
        };
        let known = told.iter().filter_map(|name| of.values.iter().position(|v| v == name));
        known.filter(|&v| in_tables(v) && allows(row, element, &of.values[v])).map(|v| v as u32).collect()
    }

    /// How many sides the characters of chosen values tell apart: right and left, or both as well.
    pub(crate) fn sides(&self, row: &Row, chosen: &[Value]) -> usize {
        let of = |axis: &Axis| match axis {
            Axis::Fixed(_) => 1,
            Axis::Side(sides) => sides.len(),
            Axis::Value { element, table, .. } => {
                let value = chosen.iter().find(|c| c.0 == *element).map(|c| c.1 as usize);
                value.and_then(|v| self.table(*element, *table)?.characters.get(v)).map_or(1, Vec::len)
            }
        };
        row.axes.iter().map(of).max().unwrap_or(1)
    }

    /// The code of chosen values on a side: 0 right, 1 left, 2 both.
    pub(crate) fn write(&self, row: &Row, chosen: &[Value], side: Option<usize>) -> [u8; 7] {
        let mut code = [UNKNOWN; 7];
        for (character, axis) in code.iter_mut().zip(&row.axes) {
            let found = match axis {
                Axis::Fixed(fixed) => Some(*fixed),
                Axis::Side(sides) => side.and_then(|s| sides.get(s)).copied(),
                Axis::Value { element, table, at } => chosen.iter().find(|c| c.0 == *element).and_then(|c| {
                    let sides = self.table(*element, *table)?.characters.get(c.1 as usize)?;
                    let character = |side: &String| side.as_bytes().get(*at as usize).copied();
                    let first = character(sides.first()?);
                    if sides.iter().all(|s| character(s) == first) { first } else { character(sides.get(side?)?) }
                }),
            };
            *character = found.unwrap_or(UNKNOWN);
        }
        code
    }

    /// Every code that a row can make, whatever the note tells.
    pub fn codes(&self, row: &Row) -> Vec<CodeKey> {
        let mut chosen: Vec<Vec<Value>> = vec![Vec::new()];
        for element in row.axis_elements() {
            let all = self.elements.get(element as usize).map_or(&[][..], |e| &e.values);
            let values = self.choices(row, element, all);
            chosen = chosen.iter().flat_map(|c| values.iter().map(|&v| c.iter().copied().chain([(element, v)]).collect())).collect();
        }
        let written = chosen.iter().flat_map(|c| (0..self.sides(row, c)).map(|side| self.write(row, c, Some(side))));
        let keys = written.map(|code| System::Icd10pcs.parse(&String::from_utf8_lossy(&code)));
        let mut codes: Vec<CodeKey> = keys.filter_map(Result::ok).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}
