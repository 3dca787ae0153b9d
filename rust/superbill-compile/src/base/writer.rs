//! Codes, notes and attributes as the flat records of a file.

use super::{
    Codes,
    codes::{History, Published},
    dictionary::{Dictionary, encoded},
    timeline::Held,
};
use crate::{CompileError, source::icd10cm_tabular};
use std::collections::{BTreeMap, HashMap};
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
    knowledge::{
        attributes::Kind,
        layout::{
            AttributeRecord, BlockRecord, CodeRecord, NONE, NoteRecord, Range, Successor, SystemRecord, Text, VersionRecord, flag, note,
            section,
        },
        pool::TextPool,
        releases::Releases,
    },
};
use zerocopy::{
    IntoBytes,
    little_endian::{U32, U64},
};

/// Notes by the code or the name of the block that they stand at: those of the newest tabular list first, each with its first and last day.
pub(super) type DatedNotes = HashMap<String, Vec<(icd10cm_tabular::Note, u32, u32)>>;

/// What the tables say of a code: system, code, kind, qualifier, value with its days.
pub(super) type Properties = BTreeMap<(System, CodeKey, Kind, u16), Vec<Held<u32>>>;

pub(super) struct Writer<'a> {
    pub tabular: &'a icd10cm_tabular::Tabular,
    pub notes: &'a DatedNotes,
    pub published: &'a History,
    pub codes: &'a Codes,
    pub dictionary: &'a Dictionary,
    /// Our own words for codes that are known by number alone.
    pub names: &'a HashMap<(System, CodeKey), String>,
    pub properties: &'a Properties,
    /// (before, after, from) of one system.
    pub successors: &'a [(System, CodeKey, CodeKey, Date)],
}

/// What grows while records are written.
#[derive(Default)]
struct Written {
    text: TextPool,
    notes: Vec<NoteRecord>,
    targets: Vec<Range>,
    versions: Vec<VersionRecord>,
    codes: Vec<CodeRecord>,
    keys: Vec<U64>,
    systems: Vec<SystemRecord>,
}

impl Writer<'_> {
    fn notes(&self, owner: &str, inclusion_terms: &[String], out: &mut Written) -> Range {
        let start = out.notes.len() as u32;
        for (note, from, to) in self.notes.get(owner).into_iter().flatten() {
            let first = out.targets.len() as u32;
            out.targets.extend(note.targets.iter().map(|t| self.codes.between(t.0, t.1)).filter(|r| !r.is_empty()).map(range));
            let targets = range(first..out.targets.len() as u32);
            let text = out.text.put(&note.text);
            out.notes.push(NoteRecord { kind: note.kind.into(), from: (*from).into(), to: (*to).into(), text, targets });
        }
        for term in inclusion_terms {
            let text = out.text.put(term);
            let (from, to) = (U32::new(0), Date::OPEN.0.into());
            out.notes.push(NoteRecord { kind: note::INCLUSION_TERM.into(), from, to, text, targets: Range::default() });
        }
        range(start..out.notes.len() as u32)
    }

    fn versions(held: Option<&Vec<Held<Published>>>, title: &str, out: &mut Written) -> Range {
        let start = out.versions.len() as u32;
        for version in held.into_iter().flatten() {
            let published = &version.fact;
            let own = if published.title == title { "" } else { published.title.as_str() };
            let (title, short) = (out.text.put(own), out.text.put(&published.short));
            let flags = if published.billable { flag::BILLABLE } else { 0 };
            out.versions.push(VersionRecord { from: version.from.into(), to: version.to.into(), flags: flags.into(), title, short });
        }
        range(start..out.versions.len() as u32)
    }

    fn icd10cm(&self, out: &mut Written) {
        let ranges = &self.dictionary.distinct_ranges;
        for (id, code) in self.codes.all.iter().enumerate() {
            let node = code.node.map(|n| &self.tabular.nodes[n]);
            let held = self.published.get(&code.key);
            let newest = held.and_then(|h| h.last()).map_or("", |h| h.fact.title.as_str());
            let (title, extension) = (node.map_or(newest, |n| n.title.as_str()), code.extension.as_deref().unwrap_or_default());
            let whole = if extension.is_empty() { title.to_owned() } else { format!("{title}, {extension}") };
            let distinct = ranges.get(id).map_or_else(Range::default, |r| range(r.clone()));
            let own = node.filter(|_| code.extension.is_none());
            let notes = own.map_or_else(Range::default, |n| self.notes(&n.key.to_string(), &n.inclusion_terms, out));
            let record = CodeRecord {
                parent: self.codes.above(self.tabular, id).into(),
                end: self.codes.subtree(id as u32).end.into(),
                flags: code.flags.into(),
                versions: Self::versions(held, &whole, out),
                title: out.text.put(title),
                extension: out.text.put(extension),
                notes,
                distinct,
            };
            out.codes.push(record);
            out.keys.push(code.key.0.into());
        }
        out.systems.push(SystemRecord { system: (System::Icd10cm as u32).into(), codes: range(0..out.codes.len() as u32) });
    }

    fn others(&self, out: &mut Written) {
        for (system, listed) in &self.codes.others {
            let first = out.codes.len() as u32;
            for (at, (key, held)) in listed.iter().enumerate() {
                let below = listed[at..].partition_point(|c| c.0 < key.end()) as u32;
                // The tables of ICD-10-PCS, three characters, are the only headers of the other systems.
                let table = CodeKey(key.0 & !0xff_ffff_ffff);
                let below_table = *system == System::Icd10pcs && table != *key;
                let parent = below_table.then(|| listed.binary_search_by_key(&table, |c| c.0).ok()).flatten();
                let newest = held.last().map_or("", |h| h.fact.title.as_str());
                let title = if newest.is_empty() { self.names.get(&(*system, *key)).map_or("", String::as_str) } else { newest };
                let billable = held.last().is_some_and(|h| h.fact.billable && h.to == Date::OPEN.0);
                let record = CodeRecord {
                    parent: parent.map_or(NONE, |p| first + p as u32).into(),
                    end: (first + at as u32 + if *system == System::Icd10pcs { below } else { 1 }).into(),
                    flags: if billable { flag::BILLABLE } else { 0 }.into(),
                    versions: Self::versions(Some(held), title, out),
                    title: out.text.put(title),
                    extension: Text::default(),
                    notes: Range::default(),
                    distinct: Range::default(),
                };
                out.codes.push(record);
                out.keys.push(key.0.into());
            }
            out.systems.push(SystemRecord { system: (*system as u32).into(), codes: range(first..out.codes.len() as u32) });
        }
    }

    fn attributes(&self) -> (Vec<u8>, Vec<u8>) {
        let mut by_code: BTreeMap<u32, Vec<AttributeRecord>> = BTreeMap::new();
        for ((system, key, kind, qualifier), held) in self.properties {
            let Some(id) = self.codes.id(*system, *key) else { continue };
            let record = |h: &Held<u32>| AttributeRecord {
                kind: (*kind as u16).into(),
                qualifier: (*qualifier).into(),
                value: h.fact.into(),
                from: h.from.into(),
                to: h.to.into(),
            };
            by_code.entry(id).or_default().extend(held.iter().map(record));
        }
        let (mut starts, mut all) = (Vec::with_capacity(self.codes.len() + 1), Vec::new());
        for id in 0..=self.codes.len() as u32 {
            starts.push(U32::new(all.len() as u32));
            all.extend(by_code.remove(&id).unwrap_or_default());
        }
        (starts.as_bytes().to_vec(), all.as_bytes().to_vec())
    }

    fn successors(&self) -> Vec<u8> {
        let id = |system, key| self.codes.id(system, key);
        let record = |(system, before, after, from): &(System, CodeKey, CodeKey, Date)| {
            let (before, after) = (id(*system, *before)?.into(), id(*system, *after)?.into());
            Some(Successor { before, after, from: from.0.into() })
        };
        let mut all: Vec<Successor> = self.successors.iter().filter_map(record).collect();
        all.sort_unstable_by_key(|s| (s.before.get(), s.after.get(), s.from.get()));
        all.dedup();
        all.as_bytes().to_vec()
    }

    pub(super) fn write(&self, releases: &Releases) -> Result<Vec<(u32, Vec<u8>)>, CompileError> {
        let mut out = Written::default();
        let mut blocks: Vec<BlockRecord> = Vec::new();
        for block in &self.tabular.blocks {
            blocks.push(BlockRecord {
                name: out.text.put(&block.name),
                title: out.text.put(&block.title),
                parent: self.codes.block(block.parent).into(),
                notes: self.notes(&block_name(block), &[], &mut out),
            });
        }
        self.icd10cm(&mut out);
        self.others(&mut out);
        let (attribute_starts, attributes) = self.attributes();
        Ok(vec![
            (section::CODES, out.codes.as_bytes().to_vec()),
            (section::BLOCKS, blocks.as_bytes().to_vec()),
            (section::NOTES, out.notes.as_bytes().to_vec()),
            (section::TARGETS, out.targets.as_bytes().to_vec()),
            (section::TEXT, out.text.into_bytes()),
            (section::SYSTEMS, out.systems.as_bytes().to_vec()),
            (section::KEYS, out.keys.as_bytes().to_vec()),
            (section::KEY_SAMPLES, out.keys.iter().step_by(section::SAMPLE).copied().collect::<Vec<_>>().as_bytes().to_vec()),
            (section::VERSIONS, out.versions.as_bytes().to_vec()),
            (section::SUCCESSORS, self.successors()),
            (section::ATTRIBUTES, attributes),
            (section::ATTRIBUTE_STARTS, attribute_starts),
            (section::RELEASES, encoded("releases", releases)?),
        ])
    }
}

/// A block's name among the owners of notes, which codes cannot have.
pub(super) fn block_name(block: &icd10cm_tabular::Block) -> String {
    format!("block {}", block.name)
}

fn range(range: std::ops::Range<u32>) -> Range {
    Range { start: range.start.into(), end: range.end.into() }
}
