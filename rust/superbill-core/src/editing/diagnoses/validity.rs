//! Whether each diagnosis is a code that can be billed on the day.

use crate::{
    code::System,
    date::Date,
    editing::{
        claim::{Claim, Resolver},
        finding::{Edited, Rule, Table},
    },
    encounter::Setting,
    knowledge::Standing,
};

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, date: Date, edited: &mut Edited) {
    let kb = resolver.kb;
    let (professional, facility) = resolver.rules.said.diagnoses.most;
    let most = if claim.setting == Setting::Professional { professional } else { facility } as usize;
    if claim.diagnoses.len() > most {
        edited.of_diagnoses(Rule::DxTooMany, (most as u32..).take(claim.diagnoses.len() - most), Table::Pack);
    }
    if !kb.covered(System::Icd10cm, date) {
        edited.of_diagnoses(Rule::DxNoRelease, [], Table::Pack);
    }
    for (at, diagnosis) in (0..).zip(&claim.diagnoses) {
        if claim.diagnoses[..at as usize].iter().any(|d| d.key == diagnosis.key && !d.key.is_empty()) {
            edited.of_diagnoses(Rule::DxDuplicate, [at], Table::Pack);
        }
        let Some(code) = diagnosis.id else {
            edited.of_diagnoses(Rule::DxUnknown, [at], Table::Tabular);
            continue;
        };
        match kb.standing(code, date) {
            Standing::Valid | Standing::Undated => {}
            Standing::Header => {
                let sevenths = kb.children_on(code, date).any(|c| kb.extension(c).is_some());
                edited.of_diagnoses(if sevenths { Rule::DxSeventhCharacter } else { Rule::DxHeader }, [at], Table::Tabular);
            }
            Standing::NotYet(_) | Standing::Expired(_) => edited.of_diagnoses(Rule::DxNotOnDate, [at], Table::Tabular),
        }
    }
}
