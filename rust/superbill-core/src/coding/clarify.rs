//! Questions about a diagnosis as it is documented, where the note tells a sign that only the provider may make more of ("EF 35 %").

use crate::{
    coded::{Coded, Query, Span},
    knowledge::{KnowledgeBase, visits::Clarify},
    read::Reading,
};

/// Where one of the phrases of a rule is told.
fn told(rule: &Clarify, readings: &[Reading]) -> Option<Span> {
    (0..).zip(readings).find_map(|(document, reading)| {
        let hit = reading.visit.iter().find(|h| rule.said.contains(&h.sense.target.get()))?;
        let (first, last) = (reading.tokens.get(hit.first as usize)?, reading.tokens.get(hit.end as usize - 1)?);
        Some(Span { document, start: first.start, end: last.end })
    })
}

/// Asks; the code stays as documented, whatever the answer would make of it.
pub(super) fn ask(kb: &KnowledgeBase, readings: &[Reading], coded: &mut Coded) {
    for rule in &kb.visits().clarify {
        let about = coded.diagnoses.iter().find(|d| rule.codes.iter().any(|r| (r.0..r.1).contains(&d.code.0)));
        let Some(diagnosis) = about else { continue };
        let Some(sign) = told(rule, readings) else { continue };
        let evidence = diagnosis.evidence.first().copied().into_iter().chain([sign]).collect();
        coded.queries.push(Query::Visit { question: rule.question, evidence });
    }
}
