//! What was present on admission: the keys `visits.admission` and `visits.presence`.

use super::{Reader, form::Form};
use crate::{CompileError, base::Codes};
use superbill_core::knowledge::{
    presence::{Admission, PresenceRule},
    rules::Rules,
    visits::Visits,
};

pub(super) fn compile(file: &str, pack: u32, form: &Form, codes: &Codes, visits: &mut Visits, rules: &Rules) -> Result<(), CompileError> {
    if let Some(told) = &form.admission {
        let reader = Reader { file, rules, visits };
        let mut phrases = Vec::new();
        for (&tells, ids) in &told.said {
            phrases.extend(reader.phrases(ids)?.into_iter().map(|phrase| (phrase, tells)));
        }
        let (sections, documents, question) = (reader.roles(&told.sections)?, reader.types(&told.documents)?, reader.question(&told.ask)?);
        if visits.admission.question.is_some() {
            return reader.fail("visits.admission is told twice");
        }
        let (several, unlisted) = (codes.ranges(file, &told.several)?, codes.ranges(file, &told.unlisted)?);
        let rules = std::mem::take(&mut visits.admission.rules);
        visits.admission = Admission { phrases, sections, documents, several, unlisted, rules, question: Some(question), pack };
    }
    for rule in &form.presence {
        let made = PresenceRule {
            name: rule.name.clone(),
            citation: rule.citation.clone(),
            codes: codes.ranges(file, &rule.codes)?,
            with: codes.ranges(file, &rule.with)?,
            first: rule.first,
            presence: rule.indicator,
            pack,
        };
        visits.admission.rules.push(made);
    }
    Ok(())
}
