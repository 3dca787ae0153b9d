//! What a patient has, with everything that it is.

use super::{SnomedMap, Truth};
use rustc_hash::FxHashSet;
use std::sync::OnceLock;

/// The concepts recorded of a patient.
#[derive(Debug, Default)]
pub struct Conditions {
    /// In order.
    recorded: Vec<u64>,
    complete: bool,
    /// They and all above them, in order; and whether the hierarchy knows all of them.
    all: OnceLock<(Vec<u64>, bool)>,
}

impl Conditions {
    /// `complete` says that the patient has nothing else.
    pub fn new(mut recorded: Vec<u64>, complete: bool) -> Self {
        recorded.sort_unstable();
        recorded.dedup();
        Self { recorded, complete, all: OnceLock::new() }
    }

    /// Whether the patient has nothing else.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Every concept above those recorded and themselves. Each is visited once, so that the work ends whatever the hierarchy says.
    fn all(&self, map: &SnomedMap<'_>) -> &(Vec<u64>, bool) {
        self.all.get_or_init(|| {
            let placed = self.recorded.iter().all(|&c| map.is_placed(c));
            (map.above(&self.recorded), placed)
        })
    }

    /// Whether the patient has a concept or a descendant of it. Unknown where more may not be recorded, or where the hierarchy does not say what
    /// a recorded concept is.
    pub fn has(&self, map: &SnomedMap<'_>, concept: u64) -> Truth {
        if self.recorded.binary_search(&concept).is_ok() {
            return Truth::True;
        }
        let (all, placed) = self.all(map);
        if all.binary_search(&concept).is_ok() {
            Truth::True
        } else if self.complete && *placed {
            Truth::False
        } else {
            Truth::Unknown
        }
    }
}

impl SnomedMap<'_> {
    /// The concepts and everything above them, in order.
    pub fn above(&self, concepts: &[u64]) -> Vec<u64> {
        let mut seen: FxHashSet<usize> = concepts.iter().filter_map(|&c| self.concept(c)).collect();
        let mut open: Vec<usize> = seen.iter().copied().collect();
        while let Some(at) = open.pop() {
            for parent in self.parents(at) {
                let parent = parent.get() as usize;
                if parent < self.concepts.len() && seen.insert(parent) {
                    open.push(parent);
                }
            }
        }
        let mut all: Vec<u64> = seen.iter().map(|&c| self.concepts[c].get()).chain(concepts.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
