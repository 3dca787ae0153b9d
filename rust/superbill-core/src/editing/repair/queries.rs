//! What to ask of the provider, where a fact would decide and none is told.

use super::swaps;
use crate::{
    editing::{
        Edited,
        claim::{Claim, Resolver},
        finding::{Detail, Finding, Rule},
    },
    knowledge::repair::{Question, Repair},
};

/// Which question of the packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Finding(u16),
    Swap(u16),
    Combination(u16),
}

/// A question about lines of the claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub asks: Asks,
    /// Of a pair: column 1 first.
    pub lines: Vec<u32>,
}

impl Query {
    /// Whether it is about a code that may stand for another.
    pub fn swaps(&self) -> bool {
        matches!(self.asks, Asks::Swap(_))
    }

    /// The question as packs word it.
    pub fn question<'a>(&self, repair: &'a Repair) -> Option<&'a Question> {
        match self.asks {
            Asks::Finding(row) => repair.questions.get(usize::from(row)),
            Asks::Swap(row) => repair.swaps.get(usize::from(row)).map(|s| &s.question),
            Asks::Combination(row) => repair.combinations.get(usize::from(row)).map(|c| &c.question),
        }
    }
}

/// The questions about what was found, in the order of the findings.
pub(super) fn ask(resolver: &Resolver<'_>, claim: &Claim, edited: &Edited) -> Vec<Query> {
    let repair = &resolver.rules.said.repair;
    let indicator = |f: &Finding| if let Detail::Ptp { row, .. } = f.detail { Some(row.indicator) } else { None };
    // What no modifier brings back is asked nothing about.
    let lost: Vec<u32> = (edited.findings.iter())
        .filter(|f| f.rule == Rule::PtpDenied && indicator(f) == Some(0))
        .flat_map(|f| edited.stretch(f.denied).iter().copied())
        .collect();
    let answered = |question: &Question, lines: &[u32]| {
        let kinds: Vec<u16> = question.missing.iter().filter_map(|k| repair.fact(k)).collect();
        claim.facts.iter().any(|f| kinds.contains(&f.kind) && f.lines.iter().any(|l| lines.contains(l)))
    };
    let mut queries: Vec<Query> = Vec::new();
    let mut put = |asks: Asks, lines: Vec<u32>| {
        if queries.iter().all(|q| q.asks != asks || q.lines != lines) {
            queries.push(Query { asks, lines });
        }
    };
    for finding in &edited.findings {
        let lines = edited.stretch(finding.lines);
        if finding.rule.of_pair() {
            for (at, other, row, swap) in swaps::swaps(repair, claim, lines) {
                if !answered(&swap.question, &[other, at]) {
                    put(Asks::Swap(row as u16), vec![other, at]);
                }
            }
        }
        let hopeless = finding.rule.of_ptp() && (indicator(finding) == Some(0) || lines.iter().any(|l| lost.contains(l)));
        let affected = if finding.rule.of_pair() { lines.last() } else { lines.first() };
        let Some(&affected) = affected.filter(|_| !hopeless) else { continue };
        let (line, first) = (&claim.lines[affected as usize], &claim.lines[lines[0] as usize]);
        let fits = |q: &(usize, &Question)| {
            q.1.rules.iter().any(|r| r == finding.rule.id())
                && (q.1.class == 0 || q.1.class & line.classes != 0)
                && q.1.not_class & line.classes == 0
                && q.1.beside_major.is_none_or(|major| major == resolver.is_major(first))
        };
        // The first that fits is asked, unless a fact answers any that does.
        let mut fitting = repair.questions.iter().enumerate().filter(fits).peekable();
        if let Some(row) = fitting.peek().map(|q| q.0)
            && !fitting.any(|q| answered(q.1, lines))
        {
            put(Asks::Finding(row as u16), lines.to_vec());
        }
    }
    for (lines, row, combination) in swaps::combinations(repair, claim) {
        let in_conflict =
            |f: &Finding| f.rule.id() != Rule::ModifierOrder.id() && edited.stretch(f.denied).iter().any(|l| lines.contains(l));
        if edited.findings.iter().any(in_conflict) && !answered(&combination.question, &lines) {
            put(Asks::Combination(row as u16), lines);
        }
    }
    queries
}
