//! The alphabetic indexes of ICD-10-CM and ICD-10-PCS, and the tables of neoplasms and of drugs, as one flat tree.
//!
//! A node is followed by everything below it, so that a subtree is a range. What a node says (codes, references, cells of a table) are its details.
//! Titles are looked for as words by number, made when the tree is built, so that a search compares numbers alone.

mod builder;
mod spoken;
mod walk;
mod words;

#[cfg(test)]
mod tests;

pub use builder::{Detail, IndexBuilder, Term};
pub(crate) use spoken::{Phrase, Spoken, WINDOW};
pub use walk::{Found, Search};

use super::{
    KnowledgeBase,
    base::{records, slice},
    container::KnowledgeError,
    editions::Editions,
    layout::{NONE, Range, Text, section},
    pool::text_at,
    taxonomy::Standing,
};
use crate::{
    code::{CodeKey, System},
    date::Date,
};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, little_endian::U32};

/// Parts of the store.
mod part {
    /// [`super::KindRecord`] in order of kind.
    pub(super) const KINDS: u32 = 0;
    /// [`super::NodeRecord`]: kinds in their order, each in the order of its newest file.
    pub(super) const NODES: u32 = 1;
    /// [`super::DetailRecord`], those of one node together.
    pub(super) const DETAILS: u32 = 2;
    /// UTF-8 that [`super::Text`] points into.
    pub(super) const TEXT: u32 = 3;
    /// [`super::Text`] by word number, in order: what titles are made of.
    pub(super) const VOCABULARY: u32 = 4;
    /// u32 word numbers by node: alternatives of the title between [`super::ALTERNATIVE`], then [`super::MODIFIERS`] and theirs.
    pub(super) const WORDS: u32 = 5;
    /// [`super::MainRecord`] of each kind in order of words.
    pub(super) const MAINS: u32 = 6;
    /// [`super::HeadRecord`]: what columns of tables mean.
    pub(super) const HEADS: u32 = 7;
    /// u32 `yyyymmdd`: first days of releases, those of one kind together.
    pub(super) const EDITIONS: u32 = 8;
    pub(super) const ALL: u32 = 9;
}

/// Separates alternatives of a title among its words.
const ALTERNATIVE: u32 = u32::MAX;
/// Stands before the words of nonessential modifiers.
const MODIFIERS: u32 = u32::MAX - 1;

/// Which index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum IndexKind {
    /// The index to diseases and injuries.
    Diseases = 1,
    /// The index of external causes.
    External = 2,
    Neoplasm = 3,
    Drug = 4,
    Procedures = 5,
}

impl IndexKind {
    /// Every index with its name on the wire and the feed that it comes from.
    pub const NAMES: [(Self, &'static str, &'static str); 5] = [
        (Self::Diseases, "icd10cm", "icd10cm_index"),
        (Self::External, "external", "icd10cm_external_index"),
        (Self::Neoplasm, "neoplasm", "icd10cm_neoplasm"),
        (Self::Drug, "drug", "icd10cm_drug"),
        (Self::Procedures, "icd10pcs", "icd10pcs_index"),
    ];

    /// The index of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|n| n.1 == name).map(|n| n.0)
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize - 1].1
    }

    /// The feed that it comes from.
    pub fn feed(self) -> &'static str {
        Self::NAMES[self as usize - 1].2
    }

    fn numbered(number: u32) -> Option<Self> {
        Self::NAMES.get((number as usize).checked_sub(1)?).map(|n| n.0)
    }
}

/// What a detail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DetailKind {
    /// Words that may be documented or not, without changing the code.
    Modifiers = 1,
    Code = 2,
    /// The second code, in brackets: never the first of an encounter.
    Manifestation = 3,
    See = 4,
    SeeAlso = 5,
    /// See a category of the tabular list.
    Category = 6,
    /// ICD-10-PCS: the value that the tables use for this term.
    Use = 7,
    /// A column of a table; without a code where the table has a dash.
    Cell = 8,
    /// ICD-10-PCS: the beginning of a code, or the table, that the reference before it gives.
    ReferenceCode = 9,
}

impl DetailKind {
    fn numbered(number: u8) -> Option<Self> {
        use DetailKind::{Category, Cell, Code, Manifestation, Modifiers, ReferenceCode, See, SeeAlso, Use};
        [Modifiers, Code, Manifestation, See, SeeAlso, Category, Use, Cell, ReferenceCode].into_iter().find(|k| *k as u8 == number)
    }

    /// Whether its value is text; a key otherwise.
    fn is_text(self) -> bool {
        matches!(self, Self::Modifiers | Self::See | Self::SeeAlso | Self::Use)
    }
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct KindRecord {
    kind: U32,
    nodes: Range,
    mains: Range,
    heads: Range,
    editions: Range,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct NodeRecord {
    /// [`NONE`] for a main term.
    parent: U32,
    /// One past the last node below this one.
    end: U32,
    title: Text,
    /// The first of its words and details; those of the next node start where they end.
    words: U32,
    details: U32,
    /// A bit for each release that has it.
    editions: U32,
    /// 0 for a main term.
    level: U32,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct DetailRecord {
    /// [`DetailKind`] as a number.
    kind: u8,
    /// Of a cell, counted as the file does.
    column: u8,
    /// Whether the code needs more characters, by the index: "S72.-".
    more: u8,
    zero: u8,
    /// The node that a reference leads to, or [`NONE`].
    target: U32,
    /// Text: place and length. A key: its lower and upper half.
    value: [U32; 2],
}

/// What a main term is found by.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct MainRecord {
    /// Into the words.
    words: Range,
    node: U32,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct HeadRecord {
    column: U32,
    text: Text,
}

/// What a node says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// A reference or nonessential modifiers: its kind, its words, and the node that it leads to where it names one.
    Text(DetailKind, &'a str, Option<u32>),
    /// A code, manifestation or category, and whether it needs more characters by the index.
    Code(DetailKind, CodeKey, bool),
    /// A cell: its column as the file counts, its code, and whether that needs more characters by the table.
    Cell(u8, Option<CodeKey>, bool),
}

/// All indexes, in place.
#[derive(Clone, Copy)]
pub struct Index<'a> {
    kinds: &'a [KindRecord],
    nodes: &'a [NodeRecord],
    details: &'a [DetailRecord],
    text: &'a [u8],
    vocabulary: &'a [Text],
    words: &'a [U32],
    mains: &'a [MainRecord],
    heads: &'a [HeadRecord],
    editions: &'a [U32],
}

impl<'a> Index<'a> {
    /// Number of parts of the store.
    pub const PARTS: u32 = part::ALL;

    /// Views the parts of a file, whatever their bytes.
    pub fn view(part: impl Fn(u32) -> &'a [u8]) -> Self {
        Self {
            kinds: records(part(part::KINDS)),
            nodes: records(part(part::NODES)),
            details: records(part(part::DETAILS)),
            text: part(part::TEXT),
            vocabulary: records(part(part::VOCABULARY)),
            words: records(part(part::WORDS)),
            mains: records(part(part::MAINS)),
            heads: records(part(part::HEADS)),
            editions: records(part(part::EDITIONS)),
        }
    }

    fn kind(&self, kind: IndexKind) -> Option<&'a KindRecord> {
        self.kinds.iter().find(|k| k.kind.get() == kind as u32)
    }

    /// Whether a release of this index was loaded.
    pub fn has(&self, kind: IndexKind) -> bool {
        self.kind(kind).is_some()
    }

    fn editions(&self, kind: IndexKind) -> Editions<'a> {
        self.kind(kind).map_or(Editions::default(), |k| Editions(slice(self.editions, k.editions)))
    }

    /// The first day of the release that answers for a day: the last that has begun, else the first.
    pub fn release(&self, kind: IndexKind, date: Date) -> Option<Date> {
        self.editions(kind).on(date)
    }

    /// The index that a node is of.
    pub fn kind_of(&self, node: u32) -> Option<IndexKind> {
        let kind = self.kinds.iter().find(|k| (k.nodes.start.get()..k.nodes.end.get()).contains(&node))?;
        IndexKind::numbered(kind.kind.get())
    }

    /// Whether the release that answers for a day has the node.
    pub fn is_on(&self, node: u32, date: Date) -> bool {
        let bit = self.kind_of(node).map_or(0, |k| self.editions(k).bit(date));
        self.record(node).is_some_and(|n| n.editions.get() & bit != 0)
    }

    fn record(&self, node: u32) -> Option<&'a NodeRecord> {
        self.nodes.get(node as usize)
    }

    fn title_of(&self, record: &NodeRecord) -> &'a str {
        text_at(self.text, record.title)
    }

    /// The title without nonessential modifiers; empty for a reference that stands alone, as the index of ICD-10-PCS has them.
    pub fn title(&self, node: u32) -> &'a str {
        self.record(node).map_or("", |n| self.title_of(n))
    }

    /// 0 for a main term.
    pub fn level(&self, node: u32) -> u32 {
        self.record(node).map_or(0, |n| n.level.get())
    }

    /// The node above.
    pub fn parent(&self, node: u32) -> Option<u32> {
        self.record(node).map(|n| n.parent.get()).filter(|&p| p < node)
    }

    /// Titles from the main term down.
    pub fn path(&self, node: u32) -> Vec<&'a str> {
        let mut path: Vec<&str> = std::iter::successors(Some(node), |&at| self.parent(at)).map(|at| self.title(at)).collect();
        path.retain(|t| !t.is_empty());
        path.reverse();
        path
    }

    /// Nodes from one to another, each after the subtree of the one before, that are in one of the releases.
    fn siblings(&self, start: u32, end: u32, bit: u32) -> impl Iterator<Item = (u32, &'a NodeRecord)> {
        let (nodes, mut at) = (self.nodes, start);
        let every = std::iter::from_fn(move || {
            let record = (at < end).then(|| nodes.get(at as usize)).flatten()?;
            let here = at;
            at = record.end.get().max(at + 1);
            Some((here, record))
        });
        every.filter(move |(_, r)| r.editions.get() & bit != 0)
    }

    fn below(&self, node: u32, bit: u32) -> impl Iterator<Item = (u32, &'a NodeRecord)> {
        let end = self.record(node).map_or(node, |n| n.end.get());
        self.siblings(node.saturating_add(1), end, bit)
    }

    /// Direct children in the release that answers for a day, in the order of the file.
    pub fn children(&self, node: u32, date: Date) -> impl Iterator<Item = u32> {
        let bit = self.kind_of(node).map_or(0, |k| self.editions(k).bit(date));
        self.below(node, bit).map(|c| c.0)
    }

    /// Every node of an index in the release that answers for a day.
    pub fn nodes(&self, kind: IndexKind, date: Date) -> impl Iterator<Item = u32> {
        let range = self.kind(kind).map_or(0..0, |k| k.nodes.start.get()..k.nodes.end.get().min(self.nodes.len() as u32));
        range.filter(move |&n| self.is_on(n, date))
    }

    fn part_of<T>(all: &'a [T], start: u32, end: Option<u32>) -> &'a [T] {
        all.get(start as usize..end.map_or(all.len(), |e| e as usize)).unwrap_or_default()
    }

    fn words_of(&self, node: u32, record: &NodeRecord) -> &'a [U32] {
        Self::part_of(self.words, record.words.get(), self.nodes.get(node as usize + 1).map(|n| n.words.get()))
    }

    /// What a node says, in the order of the file.
    pub fn said(&self, node: u32) -> impl Iterator<Item = Said<'a>> + use<'a> {
        let next = self.nodes.get(node as usize + 1).map(|n| n.details.get());
        let own = self.record(node).map_or(&[][..], |n| Self::part_of(self.details, n.details.get(), next));
        let text = self.text;
        own.iter().filter_map(move |d| {
            let kind = DetailKind::numbered(d.kind)?;
            let [first, second] = d.value;
            let key = CodeKey(u64::from(second.get()) << 32 | u64::from(first.get()));
            Some(match kind {
                k if k.is_text() => {
                    let target = Some(d.target.get()).filter(|&t| t != NONE);
                    Said::Text(kind, text_at(text, Text { at: first, length: second }), target)
                }
                DetailKind::Cell => Said::Cell(d.column, Some(key).filter(|k| !k.is_empty()), d.more != 0),
                _ => Said::Code(kind, key, d.more != 0),
            })
        })
    }

    /// What a node says on a day, with what stands below it without a title, which is said of the node itself.
    pub fn said_of(&self, node: u32, date: Date) -> impl Iterator<Item = Said<'a>> {
        let index = *self;
        let untitled = self.children(node, date).filter(move |&c| index.title(c).is_empty());
        self.said(node).chain(untitled.flat_map(move |c| index.said(c)))
    }

    /// Nonessential modifiers, as the file has them; empty where there are none.
    pub fn modifiers(&self, node: u32) -> &'a str {
        let own = |said| if let Said::Text(DetailKind::Modifiers, text, _) = said { Some(text) } else { None };
        self.said(node).find_map(own).unwrap_or_default()
    }

    /// What a column of a table means; empty where no file says it.
    pub fn heading(&self, kind: IndexKind, column: u8) -> &'a str {
        let heads = self.kind(kind).map_or(&[][..], |k| slice(self.heads, k.heads));
        heads.iter().find(|h| h.column.get() == u32::from(column)).map_or("", |h| text_at(self.text, h.text))
    }

    /// A word of titles by its number.
    fn spelled(&self, word: usize) -> &'a str {
        self.vocabulary.get(word).map_or("", |t| text_at(self.text, *t))
    }

    /// The number of a word among those of all titles.
    fn word(&self, word: &str) -> Option<u32> {
        self.vocabulary.binary_search_by(|t| text_at(self.text, *t).cmp(word)).ok().map(|at| at as u32)
    }
}

impl KnowledgeBase {
    /// The indexes; without any where no file of one was read.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn index(&self) -> Result<Index<'_>, KnowledgeError> {
        self.checked(section::INDEX..section::INDEX + part::ALL)?;
        Ok(Index::view(|part| self.section(section::INDEX + part)))
    }

    /// Whether a code that an index gives without a dash needs no more characters on a day, as far as the list of codes is known: the drug table, for
    /// one, leaves seventh characters out.
    pub fn is_whole(&self, kind: IndexKind, key: CodeKey, date: Date) -> bool {
        if kind == IndexKind::Procedures {
            return key.len() == 7;
        }
        let code = self.find(System::Icd10cm, key);
        code.is_none_or(|c| self.standing(c, date) != Standing::Header)
    }
}
