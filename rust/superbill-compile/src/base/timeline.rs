//! Facts that consecutive releases state, as intervals of time: what does not change from one release to the next is said once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::Hash,
};
use superbill_core::date::Date;

/// A fact with its first and last day, inclusive. The first is 0 where the fact stands in the first release already, since nobody knows since when
/// it held; the last is [`Date::OPEN`] where it stands in the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held<V> {
    pub from: u32,
    pub to: u32,
    pub fact: V,
}

/// Facts by key and release.
pub(crate) struct Timeline<K, V> {
    releases: BTreeSet<Date>,
    facts: HashMap<K, Vec<(Date, V)>>,
}

impl<K, V> Default for Timeline<K, V> {
    fn default() -> Self {
        Self { releases: BTreeSet::new(), facts: HashMap::new() }
    }
}

impl<K: Eq + Hash + Ord, V: Eq> Timeline<K, V> {
    /// Makes a release known; what it does not state ends with the day before it.
    pub(crate) fn release(&mut self, effective: Date) {
        self.releases.insert(effective);
    }

    /// States a fact; where the same release states another for the key, that one is handed back.
    pub(crate) fn state(&mut self, effective: Date, key: K, fact: V) -> Option<V> {
        self.release(effective);
        let stated = self.facts.entry(key).or_default();
        match stated.iter().find(|s| s.0 == effective) {
            Some((_, known)) if *known == fact => None,
            Some(_) => Some(fact),
            None => {
                stated.push((effective, fact));
                None
            }
        }
    }

    /// Every key with what held of it, in order of time.
    pub(crate) fn held(self) -> BTreeMap<K, Vec<Held<V>>> {
        let releases: Vec<Date> = self.releases.into_iter().collect();
        let after = |date: Date| releases.get(releases.partition_point(|&r| r <= date)).copied();
        let mut all = BTreeMap::new();
        for (key, mut stated) in self.facts {
            stated.sort_by_key(|s| s.0);
            let mut intervals: Vec<Held<V>> = Vec::new();
            // The release that would carry the last interval on.
            let mut due = releases.first().copied();
            for (date, fact) in stated {
                let next = after(date);
                let to = next.map_or(Date::OPEN, Date::previous).0;
                match intervals.last_mut() {
                    Some(last) if due == Some(date) && last.fact == fact => last.to = to,
                    _ => {
                        let from = if releases.first() == Some(&date) { 0 } else { date.0 };
                        intervals.push(Held { from, to, fact });
                    }
                }
                due = next;
            }
            all.insert(key, intervals);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn what_does_not_change_is_said_once() {
        let (a, b, c) = (day("2024-10-01"), day("2025-10-01"), day("2026-10-01"));
        let mut timeline = Timeline::default();
        // In any order.
        for (date, key, fact) in
            [(c, "same", 1), (a, "same", 1), (b, "same", 1), (a, "gone", 1), (b, "new", 1), (c, "new", 2), (a, "back", 1), (c, "back", 1)]
        {
            assert_eq!(timeline.state(date, key, fact), None);
        }
        assert_eq!(timeline.state(a, "same", 1), None);
        assert_eq!(timeline.state(a, "same", 7), Some(7));
        let held = timeline.held();
        let of = |key: &str| held[key].iter().map(|h| (h.from, h.to, h.fact)).collect::<Vec<_>>();
        assert_eq!(of("same"), [(0, 9999_12_31, 1)]);
        assert_eq!(of("gone"), [(0, 2025_09_30, 1)]);
        assert_eq!(of("new"), [(2025_10_01, 2026_09_30, 1), (2026_10_01, 9999_12_31, 2)]);
        assert_eq!(of("back"), [(0, 2025_09_30, 1), (2026_10_01, 9999_12_31, 1)]);
    }
}
