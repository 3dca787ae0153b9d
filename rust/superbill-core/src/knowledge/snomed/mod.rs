//! SNOMED CT to ICD-10-CM: the rows of the US extended map with compiled rules, the is-a hierarchy that they ask, and names for display.
//!
//! The content comes from a licensed copy of the user; none of it is part of Superbill.

pub mod advice;
mod builder;
mod conditions;
mod rule;
pub mod sctid;

pub use builder::{MapRow, SnomedBuilder};
pub use conditions::Conditions;
pub use rule::{Clause, Comparison, Operator, Truth, Unit, attribute};

use super::{
    KnowledgeBase,
    base::{records, slice},
    container::KnowledgeError,
    layout::{Range, Text, section},
    pool::text_at,
};
use crate::code::CodeKey;
use zerocopy::{
    FromBytes, Immutable, IntoBytes, KnownLayout,
    little_endian::{U16, U32, U64},
};

/// Parts of the store.
mod part {
    /// u64, in order: every concept that is named or has a parent.
    pub(super) const CONCEPTS: u32 = 0;
    /// [`super::Text`] by concept: its name, empty where none is loaded.
    pub(super) const TERMS: u32 = 1;
    /// u32 by concept, one more than concepts: its first parent.
    pub(super) const PARENT_STARTS: u32 = 2;
    /// u32 concept.
    pub(super) const PARENTS: u32 = 3;
    /// u64, in order: every concept with rows.
    pub(super) const MAPPED: u32 = 4;
    /// u32 by mapped concept, one more than there are: its first row.
    pub(super) const ROW_STARTS: u32 = 5;
    /// [`super::RowRecord`], those of a concept by group, then priority.
    pub(super) const ROWS: u32 = 6;
    /// [`super::ClauseRecord`].
    pub(super) const CLAUSES: u32 = 7;
    /// UTF-8.
    pub(super) const TEXT: u32 = 8;
    pub(super) const ALL: u32 = 9;
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct RowRecord {
    /// The UUID of the row in the release.
    id: [u8; 16],
    /// A [`CodeKey`] without the open character; 0 for none.
    target: U64,
    category: U64,
    /// See [`advice`].
    advice: U32,
    /// Advice that has no bit.
    words: Text,
    clauses: Range,
    group: U16,
    priority: U16,
    /// 1 where the seventh character is open.
    open: U32,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct ClauseRecord {
    kind: u8,
    operator: u8,
    unit: u8,
    zero: u8,
    amount: U32,
    concept: U64,
}

/// What the map says of its own work on a row.
pub mod category {
    pub const PROPERLY_CLASSIFIED: u64 = 447_637_006;
    pub const CANNOT_BE_CLASSIFIED: u64 = 447_638_001;
    pub const CONTEXT_DEPENDENT: u64 = 447_639_009;
    pub const FOR_REVIEW: u64 = 447_640_006;
    pub const AMBIGUOUS: u64 = 447_641_005;
    pub const OUTSIDE_SCOPE: u64 = 447_635_003;
    pub const DESCENDANTS_NOT_MAPPED: u64 = 447_642_003;

    /// The name on the wire.
    pub fn name(id: u64) -> &'static str {
        match id {
            PROPERLY_CLASSIFIED => "properly_classified",
            CANNOT_BE_CLASSIFIED => "cannot_be_classified",
            CONTEXT_DEPENDENT => "context_dependent",
            FOR_REVIEW => "for_review",
            AMBIGUOUS => "ambiguous",
            OUTSIDE_SCOPE => "outside_scope",
            DESCENDANTS_NOT_MAPPED => "descendants_not_mapped",
            _ => "other",
        }
    }
}

/// A row of the map.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    map: SnomedMap<'a>,
    record: &'a RowRecord,
}

impl<'a> Row<'a> {
    /// The UUID of the row in the release.
    pub fn id(&self) -> String {
        let hex = self.record.id.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    pub fn group(&self) -> u16 {
        self.record.group.get()
    }

    pub fn priority(&self) -> u16 {
        self.record.priority.get()
    }

    /// The ICD-10-CM code without its open character, and whether it has one; `None` for no code.
    pub fn target(&self) -> Option<(CodeKey, bool)> {
        let key = self.record.target.get();
        (key != 0).then(|| (CodeKey(key), self.record.open.get() & 1 != 0))
    }

    /// The identifier of its category; see [`category`].
    pub fn category(&self) -> u64 {
        self.record.category.get()
    }

    /// Bits of [`advice`].
    pub fn advice(&self) -> u32 {
        self.record.advice.get()
    }

    /// Advice that has no bit, as the map words it.
    pub fn other_advice(&self) -> &'a str {
        self.map.text(self.record.words)
    }

    /// What must hold; nothing for a row that always applies.
    pub fn clauses(&self) -> impl Iterator<Item = Clause> + use<'a> {
        let clauses = slice(self.map.clauses, self.record.clauses).iter();
        clauses.map(|c| Clause::of((c.kind, c.operator, c.unit, c.amount.get(), c.concept.get())))
    }

    /// The rule as the map writes it, without the terms of its concepts.
    pub fn rule(&self) -> String {
        let clauses: Vec<String> = self.clauses().map(Clause::write).collect();
        if clauses.is_empty() { "TRUE".into() } else { clauses.join(" AND ") }
    }
}

/// The map and the hierarchy, in place.
#[derive(Clone, Copy)]
pub struct SnomedMap<'a> {
    concepts: &'a [U64],
    terms: &'a [Text],
    parent_starts: &'a [U32],
    parents: &'a [U32],
    mapped: &'a [U64],
    row_starts: &'a [U32],
    rows: &'a [RowRecord],
    clauses: &'a [ClauseRecord],
    text: &'a [u8],
}

impl<'a> SnomedMap<'a> {
    /// Number of parts of the store.
    pub const PARTS: u32 = part::ALL;

    /// Views the parts of a file.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`] where they do not fit each other.
    pub fn view(part: impl Fn(u32) -> &'a [u8]) -> Result<Self, KnowledgeError> {
        let map = Self {
            concepts: records(part(part::CONCEPTS)),
            terms: records(part(part::TERMS)),
            parent_starts: records(part(part::PARENT_STARTS)),
            parents: records(part(part::PARENTS)),
            mapped: records(part(part::MAPPED)),
            row_starts: records(part(part::ROW_STARTS)),
            rows: records(part(part::ROWS)),
            clauses: records(part(part::CLAUSES)),
            text: part(part::TEXT),
        };
        let fits = map.terms.len() == map.concepts.len()
            && map.parent_starts.len() == map.concepts.len() + 1
            && map.row_starts.len() == map.mapped.len() + 1;
        if fits { Ok(map) } else { Err(KnowledgeError::Corrupt("the parts of the SNOMED CT map do not fit each other")) }
    }

    fn text(&self, text: Text) -> &'a str {
        text_at(self.text, text)
    }

    fn concept(&self, id: u64) -> Option<usize> {
        self.concepts.binary_search_by_key(&id, |c| c.get()).ok()
    }

    /// The name of a concept for display; `None` where no description of it is loaded.
    pub fn term(&self, concept: u64) -> Option<&'a str> {
        let term = *self.terms.get(self.concept(concept)?)?;
        Some(self.text(term)).filter(|t| !t.is_empty())
    }

    fn parents(&self, concept: usize) -> &'a [U32] {
        let (Some(&start), Some(&end)) = (self.parent_starts.get(concept), self.parent_starts.get(concept + 1)) else { return &[] };
        slice(self.parents, Range { start, end })
    }

    /// Whether the hierarchy knows what a concept is.
    pub fn is_placed(&self, concept: u64) -> bool {
        self.concept(concept).is_some_and(|c| !self.parents(c).is_empty())
    }

    /// The rows of a concept by group, then priority, as places; nothing where it has none.
    pub fn rows_of(&self, concept: u64) -> std::ops::Range<u32> {
        let Ok(at) = self.mapped.binary_search_by_key(&concept, |c| c.get()) else { return 0..0 };
        let place = |at: usize| self.row_starts.get(at).map_or(0, |s| s.get()).min(self.rows.len() as u32);
        place(at)..place(at + 1).max(place(at))
    }

    /// The row at a place.
    pub fn row(&self, place: u32) -> Option<Row<'a>> {
        self.rows.get(place as usize).map(|record| Row { map: *self, record })
    }

    /// Number of mapped concepts.
    pub fn len(&self) -> usize {
        self.mapped.len()
    }

    pub fn is_empty(&self) -> bool {
        self.mapped.is_empty()
    }

    /// Every mapped concept, in order.
    pub fn concepts(&self) -> impl Iterator<Item = u64> + use<'a> {
        self.mapped.iter().map(|c| c.get())
    }
}

impl KnowledgeBase {
    /// The SNOMED CT map; `None` where none was loaded. Checked once.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn snomed(&self) -> Result<Option<SnomedMap<'_>>, KnowledgeError> {
        let part = |part: u32| self.section(section::SNOMED + part);
        if part(part::MAPPED).is_empty() {
            return Ok(None);
        }
        self.checked(section::SNOMED..section::SNOMED + SnomedMap::PARTS)?;
        SnomedMap::view(part).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 9), asked in any::<u64>()) {
            let view = SnomedMap::view(|id| &bytes[id as usize]);
            let fitting = |id: u32| match id {
                part::CONCEPTS => &bytes[0][..bytes[0].len() / 8 * 8],
                part::TERMS => &bytes[1][..0],
                part::PARENT_STARTS | part::ROW_STARTS => &[0, 0, 0, 0][..],
                other => &bytes[other as usize],
            };
            for map in [view, SnomedMap::view(fitting)].into_iter().flatten() {
                let concepts: Vec<u64> = map.concepts().chain([asked]).collect();
                let conditions = Conditions::new(concepts.clone(), true);
                for concept in concepts {
                    conditions.has(&map, concept);
                    map.term(concept);
                    for row in map.rows_of(concept).filter_map(|r| map.row(r)) {
                        assert_eq!(row.id().len(), 36);
                        assert!(!row.rule().is_empty() && row.other_advice().len() <= bytes[8].len());
                    }
                }
            }
        }
    }
}
