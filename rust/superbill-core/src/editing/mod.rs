//! Claim editing: every published edit on the lines of a claim, in one order.
//!
//! Diagnoses, line checks, modifiers, pairs, units, add-on codes with what falls with them, then pairs whose column 1 is not payable for another reason are
//! dropped, then periods after surgery, then coverage and rules of payers and sites.

mod add_on;
mod claim;
mod diagnoses;
mod finding;
mod globals;
mod lines;
mod modifiers;
mod mue;
mod payer;
mod ptp;
pub mod repair;

pub use claim::{Claim, Diagnosis, EditError, Fact, Fault, Line, MALFORMED, Patient, Payer, Provider, Resolver, modifier};
pub use finding::{Detail, Edited, Finding, Rule, Stretch, Table};

use crate::{
    code::CodeKey,
    date::Date,
    encounter::Setting,
    knowledge::{KnowledgeBase, Services},
};
use finding::denied;

/// Buffers that a thread keeps from one claim to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    edited: Edited,
    /// Places of usable lines by day, and by code and day.
    by_day: Vec<u32>,
    by_code: Vec<u32>,
    coded: Vec<(CodeKey, Date, u32)>,
    dependents: add_on::Dependents,
    noted: diagnoses::Noted,
    pairs: ptp::Buffers,
    denied: Vec<[u32; 2]>,
}

impl<'a> Resolver<'a> {
    /// The tables of a setting, ready for its claims.
    ///
    /// # Errors
    /// [`EditError`] where the file is damaged or has no rules of editing.
    pub fn new(kb: &'a KnowledgeBase, setting: Setting) -> Result<Self, EditError> {
        let rules = kb.edit_rules()?;
        if rules.said.rules.is_empty() {
            return Err(EditError::NoRules);
        }
        let table = match setting {
            Setting::Professional => Some(0),
            Setting::OutpatientFacility => Some(1),
            Setting::InpatientFacility => None,
        };
        let ptp = table.map(|t| kb.ptp(t)).transpose()?;
        Ok(Self { kb, rules, services: Services::new(kb)?, ptp, table })
    }

    /// The rules that it edits by.
    pub fn rules(&self) -> &'a crate::knowledge::editing::EditRules {
        self.rules
    }

    /// Whether a line is surgery whose period begins the day before it.
    pub fn is_major(&self, line: &Line) -> bool {
        globals::is_major(&self.rules.said.globals, line)
    }

    /// Whether a line is a visit.
    pub fn is_visit(&self, line: &Line) -> bool {
        line.classes & self.rules.said.globals.visits != 0
    }

    /// The check that asks for a specialty, by its CMS code.
    pub fn asked_specialty(&self, specialty: &str) -> Option<u16> {
        self.rules.said.checks.iter().position(|c| c.specialty.as_deref() == Some(specialty)).map(|at| at as u16)
    }

    /// Edits one claim of the setting that this was made for.
    pub fn edit<'s>(&self, claim: &Claim, scratch: &'s mut Scratch) -> &'s Edited {
        let Scratch { edited, by_day, by_code, coded, dependents, noted, pairs, denied } = scratch;
        edited.clear(claim.lines.len());
        diagnoses::check(self, claim, noted, edited);
        lines::check(claim, edited);
        by_day.clear();
        by_day.extend((0..claim.lines.len() as u32).filter(|&at| claim.takes_part(at as usize)));
        lines::coverage(self, claim, by_day, edited);
        coded.clear();
        coded.extend(by_day.iter().map(|&at| (claim.lines[at as usize].key, claim.lines[at as usize].date, at)));
        coded.sort_unstable();
        by_code.clear();
        by_code.extend(coded.iter().map(|c| c.2));
        // Of most claims all lines are of one day.
        if !by_day.is_sorted_by_key(|&at| claim.lines[at as usize].date) {
            by_day.sort_by_key(|&at| claim.lines[at as usize].date);
        }
        modifiers::check(self, claim, by_day, edited);
        ptp::check(self, claim, by_day, pairs, edited);
        mue::check(self, claim, by_code, edited);
        add_on::check(self, claim, by_day, dependents, edited);
        drop_pairs_of_denied(edited);
        globals::check(self, claim, by_day, denied, edited);
        payer::check(self, claim, by_day, edited);
        edited.close();
        edited
    }
}

/// A column 1 that is not payable for a reason of its own denies nothing.
fn drop_pairs_of_denied(edited: &mut Edited) {
    let Edited { findings, lines, denied, .. } = edited;
    findings.retain(|f| {
        let column1 = lines.get(f.lines.start as usize).copied().unwrap_or_default();
        !f.rule.of_ptp() || denied.get(column1 as usize).is_none_or(|d| d & (denied::MUE | denied::ADD_ON) == 0)
    });
}

/// Edits one claim: a pure function of the knowledge base and the claim.
///
/// # Errors
/// [`EditError`] where the file is damaged or has no rules of editing.
pub fn edit<'s>(kb: &KnowledgeBase, claim: &Claim, scratch: &'s mut Scratch) -> Result<&'s Edited, EditError> {
    Ok(Resolver::new(kb, claim.setting)?.edit(claim, scratch))
}
