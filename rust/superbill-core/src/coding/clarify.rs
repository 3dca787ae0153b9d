//! Questions about a diagnosis as it is documented, where the note tells a sign that only the provider may make more of ("EF 35 %"), and about words of the
//! assessment that name no diagnosis ("urosepsis").

use crate::{
    coded::{Coded, Query, Span},
    knowledge::{KnowledgeBase, rules::Assertion, visits::Clarify},
    read::{Reading, assertion::Cues},
};

/// Where one of the phrases of a rule is told.
fn told(rule: &Clarify, readings: &[Reading]) -> Option<Span> {
    (0..).zip(readings).find_map(|(document, reading)| {
        let hit = reading.visit.iter().find(|h| rule.said.contains(&h.sense.target.get()))?;
        reading.span(document, hit.first, hit.end)
    })
}

/// Where the assessment says one of the phrases of a rule of no code, of the patient and now.
fn assessed(kb: &KnowledgeBase, rule: &Clarify, readings: &[Reading]) -> Option<Span> {
    let one = |document: usize| {
        let reading = std::slice::from_ref(&readings[document]);
        let span = told(rule, reading)?;
        let token = reading[0].tokens.partition_point(|t| t.start < span.start) as u32;
        let sentence = reading[0].sentence_of(token);
        let decided = kb.visits().decided_in.contains(&reading[0].sentences.get(sentence as usize)?.role);
        let said = Cues::of_sentence(kb, &reading[0], sentence, None).assertion(token, token + 1).0;
        (decided && said == Assertion::Present).then_some(Span { document: document as u32, ..span })
    };
    (0..readings.len()).find_map(one)
}

/// Asks; the code stays as documented, whatever the answer would make of it.
pub(super) fn ask(kb: &KnowledgeBase, readings: &[Reading], coded: &mut Coded) {
    for rule in &kb.visits().clarify {
        if rule.codes.is_empty() {
            if let Some(sign) = assessed(kb, rule, readings) {
                coded.queries.push(Query::Visit { question: rule.question, evidence: vec![sign] });
            }
            continue;
        }
        let about = coded.diagnoses.iter().find(|d| rule.codes.iter().any(|r| (r.0..r.1).contains(&d.code.0)));
        let Some(diagnosis) = about else { continue };
        let Some(sign) = told(rule, readings) else { continue };
        let evidence = diagnosis.evidence.first().copied().into_iter().chain([sign]).collect();
        coded.queries.push(Query::Visit { question: rule.question, evidence });
    }
}
