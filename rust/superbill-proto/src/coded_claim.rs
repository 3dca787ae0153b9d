//! The claim that a coded encounter makes, and what the edits find of it.
//!
//! Lines are the procedures in their order, numbered from 1, then the charges that no procedure stands for ("c1", "c2", by their place in the
//! encounter), then the history. All are of the date that decides the code set.

use crate::{AnswerError, check, claim, convert, v1};
use superbill_core::{
    code::System,
    date::Date,
    editing::{Detail, EditError, Finding, Resolver, Rule, Scratch, Table},
    knowledge::{KnowledgeBase, editing::EditRules},
};

/// Adds the findings of the edits to an answer, and the releases that they rest on.
///
/// What coding itself told of the same codes is not told again, and a table of which nothing is loaded is not missed.
///
/// # Errors
/// [`AnswerError`] where the history or a charge of the encounter is malformed, or the file is damaged.
pub(crate) fn edit(
    kb: &KnowledgeBase,
    wire: &v1::Encounter,
    date: Date,
    answer: &mut v1::CodedEncounter,
    scratch: &mut Scratch,
) -> Result<(), AnswerError> {
    let resolver = match Resolver::new(kb, convert::setting(&wire.setting)?) {
        Ok(resolver) => resolver,
        // A knowledge base without the packs of editing codes, and edits nothing.
        Err(EditError::NoRules) => return Ok(()),
        Err(EditError::Knowledge(error)) => return Err(error.into()),
    };
    let made = of(wire, date, answer)?;
    let mut claim = claim::claim(&resolver, &made)?;
    claim.day = Some(date);
    for diagnosis in &answer.diagnoses {
        let poa = diagnosis.poa.as_deref().and_then(|p| p.bytes().next()).unwrap_or(0);
        resolver.add_diagnosis(&mut claim, &diagnosis.code, poa);
    }
    let edited = resolver.edit(&claim, scratch);
    let told = |finding: &Finding| asked(resolver.rules(), finding);
    let (findings, releases) = check::findings(kb, &resolver, &made, &claim, edited, told);
    let new: Vec<v1::Finding> = findings.into_iter().filter(|f| !is_told(&answer.findings, f)).collect();
    answer.findings.extend(new);
    if let Some(knowledge) = &mut answer.knowledge {
        knowledge.releases.extend(releases);
    }
    Ok(())
}

/// The lines of the claim, its patient and payer; diagnoses are added as they are coded.
fn of(wire: &v1::Encounter, date: Date, answer: &v1::CodedEncounter) -> Result<v1::Claim, AnswerError> {
    let day = date.to_string();
    let line = |id: String, code: &str, modifiers: &[String], units: u32, pointers: &[u32]| v1::Line {
        id,
        code: code.to_owned(),
        modifiers: modifiers.to_vec(),
        units,
        date: day.clone(),
        place_of_service: wire.place_of_service.clone(),
        pointers: pointers.to_vec(),
        provider: wire.provider.clone(),
    };
    // Procedures of ICD-10-PCS stand beside the lines of a hospital's claim, not on them.
    let on_lines = answer.procedures.iter().filter(|p| p.system != System::Icd10pcs.name());
    let coded = on_lines.map(|p| line(String::new(), &p.code, &p.modifiers, p.units, &p.pointers));
    // A charge of a code that is coded from the documentation is the same service.
    let charged = (1..).zip(&wire.charges).filter(|(_, c)| !answer.procedures.iter().any(|p| p.code.eq_ignore_ascii_case(c.code.trim())));
    let lines: Vec<v1::Line> = coded.chain(charged.map(|(n, c)| line(format!("c{n}"), &c.code, &c.modifiers, c.units, &[]))).collect();
    for (at, charge) in wire.charges.iter().enumerate() {
        if charge.modifiers.len() > claim::MOST_MODIFIERS {
            convert::invalid(format!("charges[{at}].modifiers"), format!("at most {}", claim::MOST_MODIFIERS))?;
        }
    }
    if lines.len() > claim::MOST_LINES {
        convert::invalid("charges", format!("at most {} with the procedures that are coded", claim::MOST_LINES))?;
    }
    Ok(v1::Claim {
        id: String::new(),
        setting: wire.setting.clone(),
        patient: wire.patient.clone(),
        payer: wire.payer.clone(),
        diagnoses: Vec::new(),
        lines,
        history: wire.history.clone(),
        facts: Vec::new(),
    })
}

/// Whether a coder who asked for codes wants to read it.
fn asked(rules: &EditRules, finding: &Finding) -> bool {
    match (finding.rule, finding.detail) {
        (Rule::NoRelease, Detail::Missing { table, .. }) => match table {
            Table::Ptp => rules.ptp.iter().any(|c| !c.is_empty()),
            Table::Mue => rules.mue.iter().any(|c| !c.is_empty()),
            _ => !rules.add_ons.is_empty(),
        },
        // Coding took what the documentation has: what else a note of the tabular list asks for, which the notes of whole chapters do, is not in it. And
        // it asked already what the documentation does not say of presence on admission.
        (Rule::DxUseAdditional | Rule::DxCodeAlso | Rule::DxPoaUndetermined, _) => false,
        _ => true,
    }
}

/// Whether coding told the same already: its rule of the same codes, or of all that are of the same kind at once.
fn is_told(told: &[v1::Finding], found: &v1::Finding) -> bool {
    let same = |rule: &str| match found.rule.as_str() {
        "dx.no_release" => rule == "kb.date_not_covered",
        "dx.manifestation_first" | "dx.external_cause_first" => rule == "dx.never_first",
        of_edit => rule == of_edit,
    };
    told.iter().any(|t| same(&t.rule) && found.codes.iter().all(|c| t.codes.contains(c)))
}
