//! ICD-10-PCS as its tables make it: three characters name a table, each of its rows allows sets of values for the other four.
//!
//! A set of values is a bit for each of the 34 characters and their labels in order; equal sets, and rows that several releases have, are stored once.

mod builder;

#[cfg(test)]
mod tests;

pub use builder::{PcsAggregate, PcsAxis, PcsBuilder, PcsTable, PcsTerm};

use super::{
    KnowledgeBase,
    base::{records, slice},
    container::KnowledgeError,
    editions::Editions,
    layout::{Range, Text, section},
    pool::text_at,
};
use crate::{
    code::{CodeKey, MalformedCode},
    date::Date,
};
use zerocopy::{
    FromBytes, Immutable, IntoBytes, KnownLayout,
    little_endian::{U32, U64},
};

/// Parts of the store.
mod part {
    /// [`super::TableRecord`] in order of prefix.
    pub(super) const TABLES: u32 = 0;
    /// [`super::RowRecord`], those of one table together.
    pub(super) const ROWS: u32 = 1;
    /// [`super::SetRecord`].
    pub(super) const SETS: u32 = 2;
    /// [`super::Text`]: labels of sets, keys of definitions, body systems of aggregates.
    pub(super) const LABELS: u32 = 3;
    /// UTF-8 that [`super::Text`] points into.
    pub(super) const TEXT: u32 = 4;
    /// u32 `yyyymmdd`: first days of the releases of the tables.
    pub(super) const EDITIONS: u32 = 5;
    /// [`super::TermRecord`] in order of section, axis and title.
    pub(super) const TERMS: u32 = 6;
    /// [`super::AggregateRecord`] in order of device.
    pub(super) const AGGREGATES: u32 = 7;
    /// u32 `yyyymmdd`: first days of the releases of the definitions.
    pub(super) const TERM_EDITIONS: u32 = 8;
    pub(super) const ALL: u32 = 9;
}

/// Characters of a code, in order; I and O are not in use.
const CHARACTERS: &[u8; 34] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The place of a character among those in use, in either case.
fn place(character: u8) -> Option<usize> {
    CHARACTERS.iter().position(|&c| c == character.to_ascii_uppercase())
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct TableRecord {
    prefix: [u8; 3],
    zero: u8,
    /// A bit for each release that has it.
    editions: U32,
    /// Sets of one value each.
    sets: [U32; 3],
    /// Of the operation.
    definition: Text,
    rows: Range,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct RowRecord {
    sets: [U32; 4],
    editions: U32,
}

/// Values that an axis may have.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct SetRecord {
    title: Text,
    bits: U64,
    /// Of the bits that are set, in order.
    labels: Range,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct TermRecord {
    section: u8,
    axis: u8,
    zero: [u8; 2],
    editions: U32,
    title: Text,
    definition: Text,
    explanation: Text,
    includes: Range,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct AggregateRecord {
    device: Text,
    operation: Text,
    systems: Range,
    parent: Text,
    value: u8,
    zero: [u8; 3],
    editions: U32,
}

/// One character of a code and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PcsValue<'a> {
    pub character: char,
    /// What the axis is called: "Body Part".
    pub axis: &'a str,
    pub label: &'a str,
}

/// What a value means, by the definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcsDefinition<'a> {
    /// The character of its section.
    pub section: char,
    /// 3 to 7.
    pub axis: u8,
    pub title: &'a str,
    /// Empty where the value is only explained by what it includes.
    pub definition: &'a str,
    pub explanation: &'a str,
    /// Body parts, devices and procedures that it stands for.
    pub includes: Vec<&'a str>,
}

/// A device value that the tables of some operations and body systems give as a more general one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcsGeneral<'a> {
    pub operation: &'a str,
    pub systems: Vec<&'a str>,
    /// The character and label of the general value.
    pub character: char,
    pub label: &'a str,
}

/// Tables and definitions, in place.
#[derive(Clone, Copy)]
pub struct Pcs<'a> {
    tables: &'a [TableRecord],
    rows: &'a [RowRecord],
    sets: &'a [SetRecord],
    labels: &'a [Text],
    text: &'a [u8],
    editions: Editions<'a>,
    terms: &'a [TermRecord],
    aggregates: &'a [AggregateRecord],
    term_editions: Editions<'a>,
}

impl<'a> Pcs<'a> {
    /// Number of parts of the store.
    pub const PARTS: u32 = part::ALL;

    /// Views the parts of a file, whatever their bytes.
    pub fn view(part: impl Fn(u32) -> &'a [u8]) -> Self {
        Self {
            tables: records(part(part::TABLES)),
            rows: records(part(part::ROWS)),
            sets: records(part(part::SETS)),
            labels: records(part(part::LABELS)),
            text: part(part::TEXT),
            editions: Editions(records(part(part::EDITIONS))),
            terms: records(part(part::TERMS)),
            aggregates: records(part(part::AGGREGATES)),
            term_editions: Editions(records(part(part::TERM_EDITIONS))),
        }
    }

    /// Whether tables were loaded.
    pub fn has_tables(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Whether definitions were loaded.
    pub fn has_definitions(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The first day of the release of the tables that answers for a day: the last that has begun, else the first.
    pub fn release(&self, date: Date) -> Option<Date> {
        self.editions.on(date)
    }

    fn text(&self, text: Text) -> &'a str {
        text_at(self.text, text)
    }

    /// Tables of a release whose prefix starts with up to three characters.
    fn tables(&self, start: &[u8], date: Date) -> impl Iterator<Item = &'a TableRecord> {
        let (start, bit) = (start[..start.len().min(3)].to_vec(), self.editions.bit(date));
        let first = self.tables.partition_point(|t| t.prefix[..start.len()] < start[..]);
        let all = self.tables.get(first..).unwrap_or_default().iter();
        all.take_while(move |t| t.prefix.starts_with(&start)).filter(move |t| t.editions.get() & bit != 0)
    }

    fn set(&self, set: U32) -> Option<&'a SetRecord> {
        self.sets.get(set.get() as usize)
    }

    fn allows(&self, set: U32, character: u8) -> bool {
        place(character).zip(self.set(set)).is_some_and(|(at, set)| set.bits.get() >> at & 1 != 0)
    }

    /// The values of a set.
    fn values(&self, set: U32) -> impl Iterator<Item = PcsValue<'a>> {
        let pcs = *self;
        self.set(set).into_iter().flat_map(move |set| {
            let (bits, axis) = (set.bits.get(), pcs.text(set.title));
            let characters = (0..CHARACTERS.len()).filter(move |at| bits >> at & 1 != 0);
            let values = characters.zip(slice(pcs.labels, set.labels));
            values.map(move |(at, label)| PcsValue { character: char::from(CHARACTERS[at]), axis, label: pcs.text(*label) })
        })
    }

    /// Rows of a table that allow the characters from the fourth on.
    fn rows(&self, table: &TableRecord, rest: &[u8], date: Date) -> impl Iterator<Item = &'a RowRecord> {
        let (pcs, rest, bit) = (*self, rest.to_vec(), self.editions.bit(date));
        let rows = slice(self.rows, table.rows).iter().filter(move |r| r.editions.get() & bit != 0);
        rows.filter(move |r| rest.iter().zip(r.sets).all(|(&c, set)| pcs.allows(set, c)))
    }

    /// Whether the tables of the release that answers for a day make this code.
    pub fn valid(&self, code: CodeKey, date: Date) -> bool {
        let bytes = code.0.to_be_bytes();
        let code = &bytes[..7];
        bytes[7] == 0 && self.tables(&code[..3], date).any(|t| self.rows(t, &code[3..], date).next().is_some())
    }

    /// What each character of a code, or of the beginning of one, says; empty where the tables do not make it.
    ///
    /// # Errors
    /// [`MalformedCode`].
    pub fn axes(&self, code: &str, date: Date) -> Result<Vec<PcsValue<'a>>, MalformedCode> {
        let code = characters(code)?;
        let Some((table, row)) = self.tables(&code, date).find_map(|t| {
            let rest = code.get(3..).unwrap_or_default();
            self.rows(t, rest, date).next().map(|r| (t, r))
        }) else {
            return Ok(Vec::new());
        };
        let sets = table.sets.into_iter().chain(row.sets);
        Ok(code.iter().zip(sets).filter_map(|(&c, set)| self.values(set).find(|v| v.character == char::from(c))).collect())
    }

    /// What the next character of a code may be, in order; empty where the code is whole or the tables do not make it. A character whose label differs
    /// from row to row stands once for each.
    ///
    /// # Errors
    /// [`MalformedCode`].
    pub fn complete(&self, prefix: &str, date: Date) -> Result<Vec<PcsValue<'a>>, MalformedCode> {
        let prefix = characters(prefix)?;
        let mut sets: Vec<U32> = Vec::new();
        for table in self.tables(&prefix, date) {
            match (table.sets.get(prefix.len()), prefix.len().checked_sub(3)) {
                (Some(&set), _) => sets.push(set),
                (None, Some(rest)) => sets.extend(self.rows(table, &prefix[3..], date).filter_map(|r| r.sets.get(rest))),
                (None, None) => {}
            }
        }
        sets.sort_unstable_by_key(|s| s.get());
        sets.dedup();
        let mut values: Vec<PcsValue<'_>> = sets.into_iter().flat_map(|s| self.values(s)).collect();
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }

    /// Every code that the tables of a release make, in order.
    pub fn expand(&self, date: Date) -> impl Iterator<Item = CodeKey> {
        let pcs = *self;
        let mut last = None;
        self.tables(&[], date).flat_map(move |table| {
            let mut codes: Vec<CodeKey> = Vec::new();
            for row in pcs.rows(table, &[], date) {
                let mut heads = vec![u64::from_be_bytes([0, 0, 0, 0, 0, table.prefix[0], table.prefix[1], table.prefix[2]])];
                for set in row.sets {
                    let bits = pcs.set(set).map_or(0, |s| s.bits.get());
                    let allowed = || (0..CHARACTERS.len()).filter(move |at| bits >> at & 1 != 0).map(|at| u64::from(CHARACTERS[at]));
                    heads = heads.iter().flat_map(|h| allowed().map(move |c| h << 8 | c)).collect();
                }
                codes.extend(heads.into_iter().map(|h| CodeKey(h << 8)));
            }
            codes.sort_unstable();
            codes.dedup();
            codes.retain(|c| last < Some(*c));
            last = codes.last().copied().or(last);
            codes
        })
    }

    /// What the operation of a table means; empty where it is not said.
    pub fn operation(&self, table: &str, date: Date) -> &'a str {
        let Some(prefix) = characters(table).ok().filter(|p| p.len() >= 3) else { return "" };
        self.tables(&prefix, date).next().map_or("", |t| self.text(t.definition))
    }

    /// Definitions of a value by its title, in any case; of one section and one axis where they are said.
    pub fn define(&self, title: &str, section: Option<char>, axis: Option<u8>, date: Date) -> Vec<PcsDefinition<'a>> {
        let (title, bit) = (title.trim(), self.term_editions.bit(date));
        let section = section.map(|s| s.to_ascii_uppercase());
        let wanted = |t: &&TermRecord| {
            t.editions.get() & bit != 0
                && section.is_none_or(|s| s == char::from(t.section))
                && axis.is_none_or(|a| a == t.axis)
                && self.text(t.title).eq_ignore_ascii_case(title)
        };
        let definition = |t: &TermRecord| PcsDefinition {
            section: char::from(t.section),
            axis: t.axis,
            title: self.text(t.title),
            definition: self.text(t.definition),
            explanation: self.text(t.explanation),
            includes: slice(self.labels, t.includes).iter().map(|i| self.text(*i)).collect(),
        };
        self.terms.iter().filter(wanted).map(definition).collect()
    }

    /// More general values that tables use for a device.
    pub fn generalize(&self, device: &str, date: Date) -> Vec<PcsGeneral<'a>> {
        let (device, bit) = (device.trim(), self.term_editions.bit(date));
        let wanted = |a: &&AggregateRecord| a.editions.get() & bit != 0 && self.text(a.device).eq_ignore_ascii_case(device);
        let general = |a: &AggregateRecord| PcsGeneral {
            operation: self.text(a.operation),
            systems: slice(self.labels, a.systems).iter().map(|s| self.text(*s)).collect(),
            character: char::from(a.value),
            label: self.text(a.parent),
        };
        self.aggregates.iter().filter(wanted).map(general).collect()
    }
}

/// The characters of a code or of the beginning of one, in upper case.
fn characters(code: &str) -> Result<Vec<u8>, MalformedCode> {
    let code = code.trim().as_bytes().to_ascii_uppercase();
    if code.len() <= 7 && code.iter().all(|&c| place(c).is_some()) { Ok(code) } else { Err(MalformedCode) }
}

impl KnowledgeBase {
    /// Tables and definitions of ICD-10-PCS; without any where no file of them was read.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn pcs(&self) -> Result<Pcs<'_>, KnowledgeError> {
        self.checked(section::PCS..section::PCS + part::ALL)?;
        Ok(Pcs::view(|part| self.section(section::PCS + part)))
    }
}
