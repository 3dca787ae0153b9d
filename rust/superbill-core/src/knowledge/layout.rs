//! Sections and their records, little-endian, used in place.

use zerocopy::{
    FromBytes, Immutable, IntoBytes, KnownLayout,
    little_endian::{U16, U32},
};

/// Section ids; never reused.
pub mod section {
    /// [`super::CodeRecord`] by code id: systems in their order, codes of one in code order.
    pub const CODES: u32 = 1;
    /// [`super::BlockRecord`]: chapters and sections of the tabular list.
    pub const BLOCKS: u32 = 2;
    /// UTF-8 text that [`super::Text`] points into.
    pub const TEXT: u32 = 3;
    /// [`super::NoteRecord`].
    pub const NOTES: u32 = 4;
    /// [`super::Range`] of code ids: targets of notes.
    pub const TARGETS: u32 = 5;
    /// u32 canonical word ids that tell a code from its siblings.
    pub const DISTINCT: u32 = 6;
    /// u32 canonical word id by word id: spelling, plural and adjective are one word.
    pub const CANONICAL: u32 = 7;
    /// u32 by phrase id, one more than phrases: its first sense.
    pub const PHRASES: u32 = 8;
    /// [`super::SenseRecord`].
    pub const SENSES: u32 = 9;
    /// Postcard-encoded [`super::super::rules::Rules`].
    pub const RULES: u32 = 10;
    /// [`super::SystemRecord`] in order of system.
    pub const SYSTEMS: u32 = 11;
    /// u64 key by code id: what a search for a code looks through.
    pub const KEYS: u32 = 12;
    /// [`super::VersionRecord`].
    pub const VERSIONS: u32 = 13;
    /// [`super::Successor`] in order.
    pub const SUCCESSORS: u32 = 14;
    /// [`super::AttributeRecord`] in order of code, kind, qualifier and first day.
    pub const ATTRIBUTES: u32 = 15;
    /// u32 by code id, one more than codes: its first attribute.
    pub const ATTRIBUTE_STARTS: u32 = 16;
    /// Postcard-encoded [`super::super::releases::Releases`].
    pub const RELEASES: u32 = 17;
    /// Postcard-encoded packs as they were given: `(file name, text)`.
    pub const PACKS: u32 = 18;
    /// Postcard-encoded [`super::super::hcc::Categories`].
    pub const CATEGORIES: u32 = 19;
    /// Postcard-encoded [`super::super::editing::Editing`].
    pub const EDITING: u32 = 20;
    /// u64: every [`SAMPLE`]th key, so that a search for a code stays in the cache until its last step.
    pub const KEY_SAMPLES: u32 = 21;
    /// Postcard-encoded [`super::super::visits::Visits`].
    pub const VISITS: u32 = 22;
    /// Postcard-encoded [`super::super::confidence::Confidence`].
    pub const CONFIDENCE: u32 = 23;
    /// [`Misspelling`] in open addressing: known words by what no slip changes.
    pub const SPELLING: u32 = 24;
    /// Keys from one sample to the next.
    pub const SAMPLE: usize = 16;
    /// What tells which codes there are and how they stand on a day.
    pub const STANDINGS: [u32; 7] = [CODES, SYSTEMS, KEYS, VERSIONS, SUCCESSORS, RELEASES, KEY_SAMPLES];
    /// What titles, notes and blocks of codes are read from.
    pub const TEXTS: [u32; 4] = [TEXT, BLOCKS, NOTES, TARGETS];
    /// The term trie's own sections start here.
    pub const TRIE: u32 = 32;
    /// Edits of the practitioner setting, then of the outpatient hospital.
    pub const PTP: [u32; 2] = [64, 80];
    /// [`super::AddOnRecord`] in order.
    pub const ADD_ONS: u32 = 96;
    /// [`super::LicensedRecord`] in order, then their text.
    pub const LICENSED: u32 = 100;
    pub const PCS: u32 = 104;
    pub const INDEX: u32 = 120;
    pub const SNOMED: u32 = 144;
    pub const SEARCH: u32 = 168;
    /// No section has an id from here on.
    pub const END: u32 = 256;
}

/// A stretch of the text section.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Text {
    pub at: U32,
    pub length: U32,
}

/// Half-open.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Range {
    pub start: U32,
    pub end: U32,
}

pub const NONE: u32 = u32::MAX;

/// Flags of a code.
pub mod flag {
    pub const BILLABLE: u32 = 1;
    /// The residual child: "unspecified" is what tells it from its siblings.
    pub const UNSPECIFIED: u32 = 2;
    /// "other specified": only where the note names something that has no code.
    pub const OTHER: u32 = 4;
    /// A seventh character made from an extension list.
    pub const SEVENTH: u32 = 8;
    /// "in diseases classified elsewhere".
    pub const MANIFESTATION: u32 = 16;
    /// Not in the release that notes are read with.
    pub const RETIRED: u32 = 32;
    /// Its title says "unspecified" of something that its siblings or the codes below them tell; "or unspecified" leaves nothing open.
    pub const VAGUE: u32 = 64;
}

/// The codes of one system.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct SystemRecord {
    /// [`crate::code::System`] as a number.
    pub system: U32,
    pub codes: Range,
}

/// What holds of a code from one day to another.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct VersionRecord {
    /// `yyyymmdd`; 0 where it held in the first loaded release already.
    pub from: U32,
    /// The last day, inclusive; [`crate::date::Date::OPEN`] where it holds in the newest loaded release.
    pub to: U32,
    /// [`flag::BILLABLE`].
    pub flags: U32,
    /// Empty where it is the title of the code's record.
    pub title: Text,
    /// The publisher's short title; empty where there is none.
    pub short: Text,
}

/// A code that stands for another from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Successor {
    pub before: U32,
    pub after: U32,
    pub from: U32,
}

/// A primary code that an add-on code may stand beside.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct AddOnRecord {
    pub add_on: U32,
    /// [`NONE`]: the contractor says which.
    pub primary: U32,
    pub edit_type: U32,
    pub from: U32,
    pub to: U32,
}

/// A descriptor that is licensed to the user.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct LicensedRecord {
    pub code: U32,
    /// A place in [`super::licensed::FORMS`].
    pub form: U32,
    pub from: U32,
    pub to: U32,
    /// Into the text of these records.
    pub text: Text,
}

/// A property of a code between two days.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct AttributeRecord {
    /// [`super::attributes::Kind`] as a number.
    pub kind: U16,
    /// A setting, modifier or model; 0 where the kind has none.
    pub qualifier: U16,
    /// By kind: a number, up to four characters, or the index of a name.
    pub value: U32,
    pub from: U32,
    pub to: U32,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct CodeRecord {
    /// A code id, or the number of codes plus a block index, or [`NONE`].
    pub parent: U32,
    /// One past the last code id below this one.
    pub end: U32,
    /// Of the release that notes are read with, which is the newest.
    pub flags: U32,
    /// Into [`section::VERSIONS`], in order of time.
    pub versions: Range,
    pub title: Text,
    /// Of a seventh character; empty otherwise.
    pub extension: Text,
    /// Into [`section::NOTES`].
    pub notes: Range,
    /// Into [`section::DISTINCT`].
    pub distinct: Range,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct BlockRecord {
    pub name: Text,
    pub title: Text,
    /// Another block's index, or [`NONE`].
    pub parent: U32,
    pub notes: Range,
}

/// Kinds of notes.
pub mod note {
    pub const EXCLUDES1: u32 = 1;
    pub const EXCLUDES2: u32 = 2;
    pub const CODE_FIRST: u32 = 3;
    pub const USE_ADDITIONAL: u32 = 4;
    pub const CODE_ALSO: u32 = 5;
    pub const INCLUDES: u32 = 6;
    /// A term that the title includes; it has no targets.
    pub const INCLUSION_TERM: u32 = 7;
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct NoteRecord {
    pub kind: U32,
    /// First and last day, as of a version.
    pub from: U32,
    pub to: U32,
    pub text: Text,
    /// Into [`section::TARGETS`].
    pub targets: Range,
}

/// A known word by its likeness (`read::spelling`); [`NONE`] as the word for an empty slot.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Misspelling {
    pub hash: U32,
    /// Word id << 1, and whether conditions are called by it.
    pub word: U32,
}

/// What a phrase can be.
pub mod sense {
    /// `target` a code id, `extra` its default leaf, `source` a pack or [`super::NONE`] for the tabular list.
    pub const CODE: u32 = 1;
    /// `target` a cue.
    pub const CUE: u32 = 2;
    pub const STOP: u32 = 3;
    pub const DECOY: u32 = 4;
    /// `target` a role.
    pub const HEADING: u32 = 5;
    /// `target` an attribute value.
    pub const ATTRIBUTE: u32 = 6;
    /// `target` an abbreviation.
    pub const ABBREVIATION: u32 = 7;
    /// `target` a family, `extra` element << 16 | value.
    pub const ELEMENT: u32 = 8;
    /// `target` a family, `extra` element: a word that a quantity belongs to.
    pub const NEAR: u32 = 9;
    /// `target` a phrase of visits.
    pub const VISIT: u32 = 10;
    /// As [`ELEMENT`] and [`NEAR`], of families that make codes of ICD-10-PCS: only stays in a hospital are read for them.
    pub const INPATIENT_ELEMENT: u32 = 11;
    pub const INPATIENT_NEAR: u32 = 12;
    /// `target` a [`crate::read::layout::Content`] as a number.
    pub const CONTENT: u32 = 13;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct SenseRecord {
    pub kind: U32,
    pub target: U32,
    pub extra: U32,
    pub source: U32,
}
