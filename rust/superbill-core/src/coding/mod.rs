//! Coding: mentions -> the most specific supported codes, in the order of the claim.

mod clarify;
mod confidence;
mod contradictions;
mod conventions;
mod detail;
mod diagnoses;
mod drug_effects;
mod elsewhere;
mod measured;
mod pointers;
mod presence;
mod prior_procedures;
mod problem_list;
mod procedures;
mod refine;
mod selection;
mod side;
mod site;
mod visit;

use crate::{
    code::CodeId,
    coded::{Coded, CodingError, Diagnosis, Finding, Rule},
    encounter::{Encounter, Setting},
    knowledge::{KnowledgeBase, Standing, rules::CodeRanges},
    read::{Reading, document::Families, read, token::Token},
};

/// How a caller's deadline stops the work: asked once per document and per stage.
pub trait Cancel {
    fn cancelled(&self) -> bool;
}

/// Runs to the end.
pub struct NeverCancel;

impl Cancel for NeverCancel {
    fn cancelled(&self) -> bool {
        false
    }
}

/// Buffers that a thread keeps from one encounter to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) tokens: Vec<Token>,
    readings: Vec<Reading>,
    /// Of the edits of what was coded.
    pub editing: crate::editing::Scratch,
}

/// The longest document that is read.
pub const LONGEST_DOCUMENT: usize = 16 << 20;

/// The three-character category of a code.
fn category(kb: &KnowledgeBase, code: CodeId) -> CodeId {
    std::iter::once(code).chain(kb.ancestors(code)).find(|c| kb.key(*c).len() == 3).unwrap_or(code)
}

/// Whether a code is in ranges.
fn holds(ranges: &CodeRanges, code: CodeId) -> bool {
    ranges.iter().any(|r| (r.0..r.1).contains(&code.0))
}

/// Codes one encounter: a pure function of the knowledge base and the encounter.
///
/// # Errors
/// [`CodingError::TooLong`] for a document over [`LONGEST_DOCUMENT`]; [`CodingError::Cancelled`] where `cancel` says so.
pub fn code(kb: &KnowledgeBase, encounter: &Encounter<'_>, scratch: &mut Scratch, cancel: &dyn Cancel) -> Result<Coded, CodingError> {
    let check = || if cancel.cancelled() { Err(CodingError::Cancelled) } else { Ok(()) };
    // What a hospital did during a stay is told in ICD-10-PCS, never in CPT (45 CFR 162.1002).
    let families = if encounter.setting == Setting::InpatientFacility { Families::Inpatient } else { Families::Services };
    scratch.readings.resize_with(encounter.documents.len().max(scratch.readings.len()), Reading::default);
    for (at, document) in encounter.documents.iter().enumerate() {
        if document.text.len() > LONGEST_DOCUMENT {
            return Err(CodingError::TooLong(at));
        }
        check()?;
        read(kb, document.text, families, &mut scratch.readings[at]);
    }
    let readings = &scratch.readings[..encounter.documents.len()];
    check()?;
    let mut coded = Coded::default();
    diagnoses::code(kb, encounter, readings, &mut coded, cancel)?;
    check()?;
    let problems = problem_list::Problems::read(kb, encounter);
    problems.add(kb, encounter, &mut coded);
    let done_before = prior_procedures::PriorProcedures::read(kb, encounter);
    done_before.add(kb, encounter, &mut coded);
    drug_effects::add(kb, encounter, readings, &mut coded);
    measured::add(kb, encounter, readings, &mut coded);
    conventions::apply(kb, encounter, &mut coded);
    check()?;
    procedures::code(kb, encounter, readings, &mut coded);
    pointers::point(kb, readings, &mut coded);
    visit::code(kb, encounter, readings, &mut coded);
    clarify::ask(kb, readings, &mut coded);
    contradictions::find(kb, readings, &mut coded);
    problems.compare(kb, encounter, &mut coded);
    done_before.compare(kb, encounter, &mut coded);
    presence::tell(kb, encounter, readings, &mut coded);
    confidence::tell(kb, encounter, &mut coded);
    if kb.covers(encounter.date) {
        // Notes are read with the newest release; an older date of service may not know its codes.
        let not_on_date = |d: &&Diagnosis| kb.standing(d.code, encounter.date) != Standing::Valid;
        for code in coded.diagnoses.iter().filter(not_on_date).map(|d| d.code) {
            coded.findings.push(Finding { codes: vec![code], ..Finding::new(Rule::NotOnDate) });
        }
    } else {
        coded.findings.push(Finding::new(Rule::DateNotCovered));
    }
    if coded.diagnoses.is_empty() && coded.procedures.is_empty() && coded.queries.is_empty() {
        coded.findings.push(Finding::new(Rule::NothingSupported));
    }
    Ok(coded)
}
