//! Rows, hierarchy and names to the sections of a file: the same content gives the same bytes in any order.

use super::{Clause, ClauseRecord, RowRecord, part};
use crate::{
    code::CodeKey,
    knowledge::{
        layout::{Range, Text},
        pool::TextPool,
    },
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use zerocopy::{
    IntoBytes,
    little_endian::{U32, U64},
};

/// A row of the map as it was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MapRow {
    pub concept: u64,
    pub group: u16,
    pub priority: u16,
    /// The UUID of the row in the release.
    pub id: [u8; 16],
    pub clauses: Vec<Clause>,
    /// Bits of [`super::advice`], and what has none.
    pub advice: (u32, String),
    /// The code without its open character, and whether it has one.
    pub target: Option<(CodeKey, bool)>,
    pub category: u64,
}

/// Builds the store.
#[derive(Default)]
pub struct SnomedBuilder {
    pub rows: Vec<MapRow>,
    /// Child and parent.
    pub is_a: BTreeSet<(u64, u64)>,
    pub terms: BTreeMap<u64, String>,
}

fn starts(counts: impl Iterator<Item = usize>) -> Vec<U32> {
    let mut total = 0_u32;
    let rest = counts.map(|count| {
        total += count as u32;
        U32::new(total)
    });
    std::iter::once(U32::new(0)).chain(rest).collect()
}

impl SnomedBuilder {
    /// Whether one concept lies below another.
    fn below(parents: &HashMap<u64, Vec<u64>>, concept: u64, above: u64) -> bool {
        let (mut seen, mut open) = (HashSet::from([concept]), vec![concept]);
        while let Some(at) = open.pop() {
            for &parent in parents.get(&at).map_or(&[][..], Vec::as_slice) {
                if parent == above {
                    return concept != above;
                }
                if seen.insert(parent) {
                    open.push(parent);
                }
            }
        }
        false
    }

    /// The parts of the store. Of rows with the same concept, group and priority the first in order stays.
    pub fn build(mut self) -> Vec<(u32, Vec<u8>)> {
        self.rows.sort_unstable();
        self.rows.dedup_by(|a, b| (a.concept, a.group, a.priority) == (b.concept, b.group, b.priority));
        let concepts: BTreeSet<u64> = self.is_a.iter().flat_map(|&(c, p)| [c, p]).chain(self.terms.keys().copied()).collect();
        let places: HashMap<u64, u32> = concepts.iter().copied().zip(0..).collect();
        let mut parents: HashMap<u64, Vec<u64>> = HashMap::new();
        for &(child, parent) in &self.is_a {
            parents.entry(child).or_default().push(parent);
        }
        let of = |concept: &u64| parents.get(concept).map_or(&[][..], Vec::as_slice);
        let parent_starts = starts(concepts.iter().map(|c| of(c).len()));
        let all_parents: Vec<U32> = concepts.iter().flat_map(of).map(|p| U32::new(places[p])).collect();
        let mut texts = TextPool::default();
        let terms: Vec<Text> = concepts.iter().map(|c| self.terms.get(c).map_or_else(Text::default, |t| texts.put(t))).collect();

        let (mut mapped, mut counts): (Vec<U64>, Vec<usize>) = (Vec::new(), Vec::new());
        let (mut rows, mut clauses): (Vec<RowRecord>, Vec<ClauseRecord>) = (Vec::new(), Vec::new());
        let mut known: HashMap<Vec<Clause>, Range> = HashMap::new();
        for of_concept in self.rows.chunk_by(|a, b| a.concept == b.concept) {
            mapped.push(of_concept[0].concept.into());
            counts.push(of_concept.len());
            for row in of_concept {
                let told = |clause: &Clause| match *clause {
                    Clause::Has(concept) if Self::below(&parents, concept, row.concept) => Clause::HasSubtype(concept),
                    other => other,
                };
                let rule: Vec<Clause> = row.clauses.iter().map(told).collect();
                let place = *known.entry(rule).or_insert_with_key(|rule| {
                    let start = clauses.len() as u32;
                    clauses.extend(rule.iter().map(|clause| {
                        let (kind, operator, unit, amount, concept) = clause.parts();
                        ClauseRecord { kind, operator, unit, zero: 0, amount: amount.into(), concept: concept.into() }
                    }));
                    Range { start: start.into(), end: (clauses.len() as u32).into() }
                });
                rows.push(RowRecord {
                    id: row.id,
                    target: row.target.map_or(0, |t| t.0.0).into(),
                    category: row.category.into(),
                    advice: row.advice.0.into(),
                    words: texts.put(&row.advice.1),
                    clauses: place,
                    group: row.group.into(),
                    priority: row.priority.into(),
                    open: u32::from(row.target.is_some_and(|t| t.1)).into(),
                });
            }
        }
        let concepts: Vec<U64> = concepts.iter().map(|&c| c.into()).collect();
        vec![
            (part::CONCEPTS, concepts.as_bytes().to_vec()),
            (part::TERMS, terms.as_bytes().to_vec()),
            (part::PARENT_STARTS, parent_starts.as_bytes().to_vec()),
            (part::PARENTS, all_parents.as_bytes().to_vec()),
            (part::MAPPED, mapped.as_bytes().to_vec()),
            (part::ROW_STARTS, starts(counts.into_iter()).as_bytes().to_vec()),
            (part::ROWS, rows.as_bytes().to_vec()),
            (part::CLAUSES, clauses.as_bytes().to_vec()),
            (part::TEXT, texts.into_bytes()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::snomed::{Conditions, SnomedMap, Truth};
    use proptest::prelude::*;

    fn row(concept: u64, group: u16, priority: u16, clauses: Vec<Clause>) -> MapRow {
        let target = Some((CodeKey::parse("R54").unwrap(), false));
        MapRow { concept, group, priority, id: [7; 16], clauses, advice: (0, "ask".into()), target, category: 1 }
    }

    #[test]
    fn rows_and_names_come_back_in_order() {
        let builder = SnomedBuilder {
            rows: vec![row(20, 1, 2, vec![]), row(20, 1, 1, vec![Clause::Has(30), Clause::Has(40)]), row(10, 2, 1, vec![])],
            is_a: BTreeSet::from([(30, 20), (20, 5)]),
            terms: BTreeMap::from([(30, "the thirtieth".into())]),
        };
        let parts = builder.build();
        let map = SnomedMap::view(|id| &parts[id as usize].1).unwrap();
        assert_eq!((map.len(), map.rows_of(10), map.rows_of(20), map.rows_of(30)), (2, 0..1, 1..3, 0..0));
        let first = map.row(1).unwrap();
        assert_eq!(first.clauses().collect::<Vec<_>>(), [Clause::HasSubtype(30), Clause::Has(40)]);
        assert_eq!((first.rule().as_str(), first.id().as_str()), ("IFA 30 AND IFA 40", "07070707-0707-0707-0707-070707070707"));
        assert_eq!((map.term(30), map.term(20), map.term(99)), (Some("the thirtieth"), None, None));
        assert_eq!(map.above(&[30]), [5, 20, 30]);
    }

    #[test]
    fn what_the_patient_has_is_known_unknown_or_excluded() {
        let builder = SnomedBuilder { is_a: BTreeSet::from([(30, 20), (20, 5), (40, 5)]), ..SnomedBuilder::default() };
        let parts = builder.build();
        let map = SnomedMap::view(|id| &parts[id as usize].1).unwrap();
        for (recorded, complete, asked, expected) in [
            (vec![30], false, 20, Truth::True),
            (vec![30], false, 40, Truth::Unknown),
            (vec![30], true, 40, Truth::False),
            (vec![20], true, 30, Truth::False),
            (vec![], true, 40, Truth::False),
            (vec![], false, 40, Truth::Unknown),
            // A concept that the hierarchy does not know may be anything.
            (vec![77], true, 40, Truth::Unknown),
            (vec![77], true, 77, Truth::True),
        ] {
            assert_eq!(Conditions::new(recorded.clone(), complete).has(&map, asked), expected, "{recorded:?} {complete} {asked}");
        }
    }

    proptest! {
        #[test]
        fn ancestors_are_those_of_a_closure(edges in prop::collection::btree_set((0u64..40, 0u64..40), 0..80), asked in prop::collection::vec(0u64..45, 0..5)) {
            let mut closure: BTreeSet<u64> = asked.iter().copied().collect();
            for _ in 0..40 {
                closure.extend(edges.iter().filter(|e| closure.contains(&e.0)).map(|e| e.1).collect::<Vec<_>>());
            }
            let parts = SnomedBuilder { is_a: edges, ..SnomedBuilder::default() }.build();
            let map = SnomedMap::view(|id| &parts[id as usize].1).unwrap();
            prop_assert_eq!(map.above(&asked), closure.into_iter().collect::<Vec<_>>());
        }
    }
}
