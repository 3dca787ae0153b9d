//! Figures of the note that a code stands for beside a coded diagnosis: body mass index, weeks of gestation, scores of scales (OCG I.B.14).

use super::{
    holds,
    refine::{Place, seventh_of},
};
use crate::{
    code::CodeId,
    coded::{Coded, Diagnosis, Span, Step, StepKind},
    encounter::Encounter,
    knowledge::{
        KnowledgeBase,
        layout::{flag, sense},
        measured::Measured,
        rules::Assertion,
    },
    read::{Reading, assertion::Cues},
};

/// Tokens between the name of a measure and its figure ("BMI today was 31").
const BETWEEN: usize = 5;

/// A figure in thousandths and its place.
type Figure = (i64, Place);

struct Document<'a> {
    kb: &'a KnowledgeBase,
    text: &'a str,
    reading: &'a Reading,
}

impl Document<'_> {
    fn word(&self, token: usize) -> Option<&str> {
        let token = self.reading.tokens.get(token)?;
        self.text.get(token.start as usize..token.end as usize)
    }

    fn whole(&self, token: usize) -> Option<i64> {
        let word = self.word(token).filter(|w| w.len() <= 5)?;
        // Weeks and days in one: `28w3d`.
        let weeks =
            word.split_once(['w', 'W']).filter(|(_, days)| days.is_empty() || days.ends_with(['d', 'D'])).map_or(word, |(weeks, _)| weeks);
        if weeks.len() > 3 { None } else { weeks.parse().ok() }
    }

    /// A figure that begins with a token: `34`, `34.2`. A range or a share is none.
    fn figure(&self, at: usize) -> Option<Figure> {
        let mut value = self.whole(at)? * 1000;
        let mut end = at + 1;
        let is = |token: usize, words: &[&str]| self.word(token).is_some_and(|w| words.contains(&w));
        if is(end, &["."])
            && let Some(digits) = self.word(end + 1).filter(|w| w.len() <= 3 && w.bytes().all(|b| b.is_ascii_digit()))
        {
            value += format!("{digits:0<3}").parse::<i64>().ok()?;
            end += 2;
        }
        let share = is(end, &["%", "th", "nd", "rd", "st", "percentile"]) || is(end, &["to", "/"]) && self.whole(end + 1).is_some();
        // A hyphen only separates: "8-10" is two tokens with nothing but it between.
        let range = self.whole(end).is_some() && self.joined(end);
        (!share && !range).then_some((value, (at as u32, end as u32)))
    }

    /// Whether a hyphen or dash stands right before a token.
    fn joined(&self, at: usize) -> bool {
        let tokens = &self.reading.tokens;
        let (Some(before), Some(token)) = (at.checked_sub(1).and_then(|b| tokens.get(b)), tokens.get(at)) else { return false };
        self.text.get(before.end as usize..token.start as usize).is_some_and(|gap| gap.contains(['-', '\u{2013}', '\u{2014}']))
    }

    /// Behind the name of the measure.
    fn behind(&self, end: u32) -> Option<Figure> {
        let from = end as usize;
        for at in from..from + BETWEEN {
            if let Some(figure) = self.figure(at) {
                return Some(figure);
            }
            let token = self.reading.tokens.get(at)?;
            self.kb.rules().before_figure.binary_search(&token.word).ok()?;
        }
        None
    }

    /// Before it: `28 weeks`, `28 3/7 weeks`, `28.3 weeks`.
    fn before(&self, first: u32) -> Option<Figure> {
        let last = (first as usize).checked_sub(1)?;
        if self.word(last) == Some("7") && self.word(last.checked_sub(1)?) == Some("/") {
            let at = last.checked_sub(3)?;
            return Some((self.whole(at)? * 1000, (at as u32, first)));
        }
        let fraction = last.checked_sub(2).filter(|_| self.word(last - 1) == Some("."));
        let at = fraction.filter(|&at| self.whole(at).is_some()).unwrap_or(last);
        Some((self.whole(at)? * 1000, (at as u32, first)))
    }
}

/// What the documents say of a measure, each once, with where.
fn told(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], measured: &Measured) -> Vec<(i64, Span)> {
    let mut found: Vec<(i64, Span)> = Vec::new();
    for (at, (document, reading)) in (0..).zip(encounter.documents.iter().zip(readings)) {
        let text = Document { kb, text: document.text, reading };
        for hit in reading.hits.iter().filter(|h| h.sense.kind.get() == sense::ATTRIBUTE) {
            let attribute = hit.sense.target.get();
            let figure = match attribute {
                a if a == measured.before => text.behind(hit.end),
                a if a == measured.behind => text.before(hit.first),
                _ => continue,
            };
            let Some((value, (first, end))) = figure.filter(|f| (measured.range.0..=measured.range.1).contains(&f.0)) else { continue };
            let sentence = reading.sentence_of(hit.first);
            let (said, by_cue) = Cues::of_sentence(kb, reading, sentence, None).assertion(hit.first, hit.end);
            if matches!(said, Assertion::Family | Assertion::OtherPerson) || by_cue && said != Assertion::Present {
                continue;
            }
            let (first, end) = (first.min(hit.first), end.max(hit.end));
            found.extend(reading.span(at, first, end).map(|span| (value, span)));
        }
    }
    found
}

/// The sibling whose title has the words, where a code leaves them open.
fn sibling(kb: &KnowledgeBase, code: CodeId, words: &[u32]) -> Option<CodeId> {
    let own = if kb.has(code, flag::SEVENTH) { kb.parent(code)? } else { code };
    if !kb.has(own, flag::UNSPECIFIED) && !kb.has(own, flag::VAGUE) {
        return None;
    }
    let has = |c: CodeId| words.iter().all(|w| kb.distinct(c).iter().any(|d| d.get() == *w));
    let other = kb.current_children(kb.parent(own)?).find(|&c| c != own && has(c))?;
    if own == code {
        return kb.is_billable(other).then_some(other);
    }
    kb.current_children(other).find(|&c| seventh_of(kb, c) == seventh_of(kb, code))
}

/// Adds what is measured beside what is coded, and takes the sibling that a figure decides.
pub(super) fn add(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], coded: &mut Coded) {
    for measured in &kb.rules().measured {
        let beside = |d: &Diagnosis| holds(&measured.beside, d.code);
        let aged = measured.age.is_none_or(|(from, to)| encounter.age.is_none_or(|age| (from..=to).contains(&age)));
        if !aged || !coded.diagnoses.iter().any(beside) {
            continue;
        }
        let told = told(kb, encounter, readings, measured);
        let step = |value: i64| measured.steps.iter().rev().find(|s| s.from <= value);
        let Some((value, span)) = told.first() else { continue };
        let Some(chosen) = step(*value) else { continue };
        if !measured.first && told.iter().any(|t| step(t.0) != Some(chosen)) {
            continue;
        }
        let because = |code: u32| Step { kind: StepKind::Measured, record: code, pack: measured.pack, span: Some(*span) };
        if let Some(code) = chosen.code.filter(|&code| !coded.diagnoses.iter().any(|d| d.code.0 == code)) {
            coded.diagnoses.push(Diagnosis { evidence: vec![*span], because: vec![because(code)], ..Diagnosis::new(CodeId(code)) });
        }
        let Some(attribute) = chosen.attribute.and_then(|a| kb.rules().attributes.get(a as usize)) else { continue };
        for at in 0..coded.diagnoses.len() {
            let diagnosis = &coded.diagnoses[at];
            let Some(better) = sibling(kb, diagnosis.code, &attribute.words).filter(|_| beside(diagnosis)) else { continue };
            if !coded.diagnoses.iter().any(|d| d.code == better) {
                let diagnosis = &mut coded.diagnoses[at];
                diagnosis.code = better;
                diagnosis.because.retain(|s| s.kind != StepKind::Default);
                diagnosis.because.push(because(better.0));
                diagnosis.evidence.push(*span);
            }
        }
    }
}
