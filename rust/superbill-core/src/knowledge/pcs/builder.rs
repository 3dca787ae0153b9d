//! Builds tables and definitions from their releases.

use super::{
    super::{
        editions::kept,
        layout::{Range, Text},
        pool::TextPool,
    },
    AggregateRecord, CHARACTERS, RowRecord, SetRecord, TableRecord, TermRecord, part, place,
};
use crate::date::Date;
use std::collections::{BTreeMap, HashMap};
use zerocopy::{
    IntoBytes,
    little_endian::{U32, U64},
};

/// What an axis is called, and its values with their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PcsAxis {
    pub title: String,
    pub values: Vec<(u8, String)>,
}

impl PcsAxis {
    /// Whether characters are in use, and none stands twice.
    pub fn is_well_formed(&self) -> bool {
        let places: Option<Vec<usize>> = self.values.iter().map(|v| place(v.0)).collect();
        places.is_some_and(|mut p| {
            p.sort_unstable();
            p.windows(2).all(|w| w[0] != w[1])
        })
    }
}

/// A table of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PcsTable {
    /// Axes 1 to 3, each with one value.
    pub axes: [PcsAxis; 3],
    /// Of the operation.
    pub definition: String,
    /// Axes 4 to 7.
    pub rows: Vec<[PcsAxis; 4]>,
}

impl PcsTable {
    /// The three characters that name it; none where an axis has not one value.
    pub fn prefix(&self) -> Option<[u8; 3]> {
        let mut prefix = [0; 3];
        for (at, axis) in self.axes.iter().enumerate() {
            let [(character, _)] = axis.values.as_slice() else { return None };
            prefix[at] = *character;
        }
        Some(prefix)
    }
}

/// What a value means.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PcsTerm {
    pub section: u8,
    pub axis: u8,
    pub title: String,
    pub definition: String,
    pub explanation: String,
    pub includes: Vec<String>,
}

/// A device and the more general value that tables use for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PcsAggregate {
    pub device: String,
    pub operation: String,
    pub systems: Vec<String>,
    pub value: u8,
    pub parent: String,
}

type Definitions = (Vec<PcsTerm>, Vec<PcsAggregate>);

/// Gathers releases, in any order.
#[derive(Default)]
pub struct PcsBuilder {
    tables: BTreeMap<Date, Vec<PcsTable>>,
    definitions: BTreeMap<Date, Definitions>,
}

/// Of two files of one release the same one stays, in whatever order they come; gives whether there was another.
fn keep<T: Ord + Clone>(all: &mut BTreeMap<Date, T>, effective: Date, new: T) -> bool {
    let known = all.entry(effective).or_insert_with(|| new.clone());
    let differs = *known != new;
    if *known < new {
        *known = new;
    }
    differs
}

/// What grows while records are written.
#[derive(Default)]
struct Written {
    text: TextPool,
    labels: Vec<Text>,
    sets: Vec<SetRecord>,
    known: HashMap<PcsAxis, u32>,
}

impl Written {
    fn texts<'a>(&mut self, texts: impl Iterator<Item = &'a String>) -> Range {
        let start = self.labels.len() as u32;
        for text in texts {
            let text = self.text.put(text);
            self.labels.push(text);
        }
        Range { start: start.into(), end: (self.labels.len() as u32).into() }
    }

    fn set(&mut self, axis: &PcsAxis) -> U32 {
        let mut axis = axis.clone();
        axis.values.retain(|v| place(v.0).is_some());
        axis.values.sort_by_key(|v| place(v.0));
        axis.values.dedup_by_key(|v| v.0);
        if let Some(&known) = self.known.get(&axis) {
            return known.into();
        }
        let bits = axis.values.iter().filter_map(|v| place(v.0)).fold(0_u64, |bits, at| bits | 1 << at);
        let (title, labels) = (self.text.put(&axis.title), self.texts(axis.values.iter().map(|v| &v.1)));
        let at = self.sets.len() as u32;
        self.sets.push(SetRecord { title, bits: U64::new(bits), labels });
        self.known.insert(axis, at);
        at.into()
    }
}

/// Everything that some release has, with the bits of the releases that have it.
fn united<T: Ord>(releases: impl Iterator<Item = impl IntoIterator<Item = T>>) -> BTreeMap<T, u32> {
    let mut all: BTreeMap<T, u32> = BTreeMap::new();
    for (place, release) in releases.enumerate() {
        for item in release {
            *all.entry(item).or_default() |= 1 << place;
        }
    }
    all
}

impl PcsBuilder {
    /// Adds the tables of a release; gives whether another file of the release differs.
    pub fn add_tables(&mut self, effective: Date, tables: Vec<PcsTable>) -> bool {
        keep(&mut self.tables, effective, tables)
    }

    /// Adds the definitions of a release; gives whether another file of the release differs.
    pub fn add_definitions(&mut self, effective: Date, terms: Vec<PcsTerm>, aggregates: Vec<PcsAggregate>) -> bool {
        keep(&mut self.definitions, effective, (terms, aggregates))
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.definitions.is_empty()
    }

    /// The parts of the store.
    pub fn build(&self) -> Vec<(u32, Vec<u8>)> {
        let mut out = Written::default();
        let days = kept(self.tables.keys());
        let editions: Vec<U32> = days.iter().map(|d| U32::new(d.0)).collect();
        let (mut tables, mut rows): (Vec<TableRecord>, Vec<RowRecord>) = Default::default();
        let named = |d: &Date| self.tables[d].iter().filter_map(|t| Some((t.prefix()?, (&t.axes, &t.definition), &t.rows)));
        let heads = united(days.iter().map(|d| named(d).map(|t| (t.0, t.1))));
        let mut of_heads =
            united(days.iter().map(|d| named(d).flat_map(|(prefix, head, rows)| rows.iter().map(move |r| (prefix, head, r)))))
                .into_iter()
                .peekable();
        for ((prefix, head), bits) in heads {
            let start = rows.len() as u32;
            while let Some(((_, _, row), bits)) = of_heads.next_if(|((p, h, _), _)| (*p, *h) == (prefix, head)) {
                let sets = [0, 1, 2, 3].map(|at: usize| out.set(&row[at]));
                rows.push(RowRecord { sets, editions: bits.into() });
            }
            let sets = [0, 1, 2].map(|at: usize| out.set(&head.0[at]));
            let definition = out.text.put(head.1);
            let of_table = Range { start: start.into(), end: (rows.len() as u32).into() };
            tables.push(TableRecord { prefix, zero: 0, editions: bits.into(), sets, definition, rows: of_table });
        }
        let days = kept(self.definitions.keys());
        let term_editions: Vec<U32> = days.iter().map(|d| U32::new(d.0)).collect();
        let mut terms: Vec<TermRecord> = Vec::new();
        for (term, bits) in united(days.iter().map(|d| self.definitions[d].0.iter())) {
            terms.push(TermRecord {
                section: term.section,
                axis: term.axis,
                zero: [0; 2],
                editions: bits.into(),
                title: out.text.put(&term.title),
                definition: out.text.put(&term.definition),
                explanation: out.text.put(&term.explanation),
                includes: out.texts(term.includes.iter()),
            });
        }
        let mut aggregates: Vec<AggregateRecord> = Vec::new();
        for (aggregate, bits) in united(days.iter().map(|d| self.definitions[d].1.iter())) {
            aggregates.push(AggregateRecord {
                device: out.text.put(&aggregate.device),
                operation: out.text.put(&aggregate.operation),
                systems: out.texts(aggregate.systems.iter()),
                parent: out.text.put(&aggregate.parent),
                value: if CHARACTERS.contains(&aggregate.value) { aggregate.value } else { b'?' },
                zero: [0; 3],
                editions: bits.into(),
            });
        }
        vec![
            (part::TABLES, tables.as_bytes().to_vec()),
            (part::ROWS, rows.as_bytes().to_vec()),
            (part::SETS, out.sets.as_bytes().to_vec()),
            (part::LABELS, out.labels.as_bytes().to_vec()),
            (part::TEXT, out.text.into_bytes()),
            (part::EDITIONS, editions.as_bytes().to_vec()),
            (part::TERMS, terms.as_bytes().to_vec()),
            (part::AGGREGATES, aggregates.as_bytes().to_vec()),
            (part::TERM_EDITIONS, term_editions.as_bytes().to_vec()),
        ]
    }
}
