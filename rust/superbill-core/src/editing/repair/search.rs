//! Branch and bound: the steps that together leave nothing against a part of a claim, of least departure.
//!
//! Every set of steps that clears a conflict has a step on one of its lines. So the search takes a conflict, tries each step on its lines in turn, and
//! leaves out of the later branches what the earlier ones tried: no set is met twice. What cannot be better than what was found is not looked at: conflicts
//! that share no step need a step each.

use super::{
    changes::Candidate,
    problem::{Problem, Violation},
};

/// Places of steps among the candidates, in order.
pub(super) type Steps = Vec<usize>;

/// What a search came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// By departure, then by the places of steps.
    pub solutions: Vec<(u32, Steps)>,
    /// Whether it looked at all that could be better.
    pub complete: bool,
}

pub(super) struct Search<'p, 'a, 'c> {
    problem: &'p mut Problem<'a>,
    candidates: &'c [Candidate],
    /// Solutions that are kept; those of the least departure alone where `best_alone`.
    most: usize,
    best_alone: bool,
    steps_left: u32,
    found: Found,
    chosen: Steps,
    forbidden: Vec<bool>,
    touched: Vec<bool>,
}

impl<'p, 'a, 'c> Search<'p, 'a, 'c> {
    pub(super) fn new(problem: &'p mut Problem<'a>, candidates: &'c [Candidate], most: usize, best_alone: bool, steps: u32) -> Self {
        let lines = problem.claim.lines.len();
        Self {
            problem,
            candidates,
            most,
            best_alone,
            steps_left: steps,
            found: Found { solutions: Vec::new(), complete: true },
            chosen: Vec::new(),
            forbidden: vec![false; candidates.len()],
            touched: vec![false; lines],
        }
    }

    pub(super) fn run(mut self) -> Found {
        self.node(0);
        if !self.best_alone {
            self.leave_out_needless();
        }
        self.found
    }

    fn violations(&mut self, steps: &[usize]) -> Vec<Violation> {
        let candidates = self.candidates;
        self.problem.violations(steps.iter().map(|&s| &candidates[s]))
    }

    /// Whether a solution of at least this departure could still be told.
    fn worth(&self, departure: u32) -> bool {
        let solutions = &self.found.solutions;
        let full = solutions.len() == self.most;
        match (solutions.first(), solutions.last()) {
            (Some(best), Some(last)) => {
                if self.best_alone {
                    departure < best.0 || departure == best.0 && !full
                } else {
                    !full || departure < last.0
                }
            }
            _ => true,
        }
    }

    fn node(&mut self, departure: u32) {
        if self.steps_left == 0 {
            self.found.complete = false;
            return;
        }
        self.steps_left -= 1;
        let steps = self.chosen.clone();
        let violations = self.violations(&steps);
        if violations.is_empty() {
            self.keep(departure, steps);
            return;
        }
        let open: Vec<Vec<usize>> = violations.iter().map(|v| self.open(v)).collect();
        let Some(narrowest) = open.iter().min_by_key(|o| o.len()).filter(|o| !o.is_empty()) else { return };
        if !self.worth(departure + self.bound(&open)) {
            return;
        }
        let mut branches = narrowest.clone();
        branches.sort_by_key(|&c| (self.candidates[c].departure, c));
        for &branch in &branches {
            let candidate = &self.candidates[branch];
            let next = departure + candidate.departure;
            if self.worth(next) {
                candidate.lines.iter().for_each(|&l| self.touched[l as usize] = true);
                self.chosen.push(branch);
                self.node(next);
                self.chosen.pop();
                candidate.lines.iter().for_each(|&l| self.touched[l as usize] = false);
            }
            self.forbidden[branch] = true;
        }
        for branch in branches {
            self.forbidden[branch] = false;
        }
    }

    /// Steps that may clear a conflict.
    fn open(&self, violation: &Violation) -> Vec<usize> {
        let may = |(place, c): (usize, &Candidate)| {
            let free = !self.forbidden[place] && c.lines.iter().all(|&l| !self.touched[l as usize]);
            (free && violation.may_be_cleared_by(c)).then_some(place)
        };
        self.candidates.iter().enumerate().filter_map(may).collect()
    }

    /// What conflicts that share no step cost at least.
    fn bound(&self, open: &[Vec<usize>]) -> u32 {
        let mut order: Vec<&Vec<usize>> = open.iter().collect();
        order.sort_by_key(|o| o.len());
        let mut used = vec![false; self.candidates.len()];
        let mut sum = 0;
        for steps in order {
            if steps.iter().any(|&s| used[s]) {
                continue;
            }
            for &step in steps {
                used[step] = true;
            }
            sum += steps.iter().map(|&s| self.candidates[s].departure).min().unwrap_or(0);
        }
        sum
    }

    fn keep(&mut self, departure: u32, mut steps: Steps) {
        if !self.worth(departure) {
            return;
        }
        steps.sort_unstable();
        let solutions = &mut self.found.solutions;
        if self.best_alone && solutions.first().is_some_and(|best| departure < best.0) {
            solutions.clear();
        }
        let at = solutions.partition_point(|s| *s < (departure, steps.clone()));
        solutions.insert(at, (departure, steps));
        solutions.truncate(self.most);
    }

    /// A solution that holds with a step less, or with a change less in a step, tells nothing.
    fn leave_out_needless(&mut self) {
        let solutions = std::mem::take(&mut self.found.solutions);
        for (departure, steps) in solutions {
            let needless = (0..steps.len()).any(|out| {
                let candidates = self.candidates;
                let does_less = |&c: &usize| candidates[c].does_less(&candidates[steps[out]]);
                let instead = (0..candidates.len()).filter(does_less).map(Some).chain([None]);
                instead.into_iter().any(|instead| {
                    let rest = steps.iter().enumerate().filter(|s| s.0 != out).map(|s| *s.1);
                    let fewer: Steps = rest.chain(instead).collect();
                    self.violations(&fewer).is_empty()
                })
            });
            if !needless {
                self.found.solutions.push((departure, steps));
            }
        }
    }
}
