//! Where a document without a heading for it assesses and plans: told by what its paragraphs say.
//!
//! Notes without headings keep the order of those that have them: what the patient tells, what was found, then what is thought and done about it.
//! So the assessment is the paragraphs that plan more than they tell, find or measure, behind the last that does not, with the short lines right
//! before them that only name problems. A numbered list whose items begin with problems is an assessment whatever it says of them.

use super::{
    document::{Reading, Sentence},
    sentences::Gap,
};
use crate::knowledge::{
    KnowledgeBase,
    layout::{NONE, SenseRecord},
    rules::{Addressed, Assertion, Telling},
};
use serde::{Deserialize, Serialize};

/// What a phrase tells of its paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// What is done about a problem.
    Plan,
    /// What the patient tells.
    History,
    /// What was found on examination.
    Examination,
    /// What was measured or seen in a study.
    Results,
}

impl Content {
    const ALL: usize = 4;

    pub(super) fn of_sense(sense: SenseRecord) -> Option<Self> {
        [Self::Plan, Self::History, Self::Examination, Self::Results].get(sense.target.get() as usize).copied()
    }
}

/// Words of a paragraph that only names problems.
const SHORT: u32 = 30;
/// Tokens beside the conditions of a line that only names them: a number, a bullet, a full stop.
const BESIDE_NAMES: u32 = 3;
/// Phrases of another kind that make a paragraph background.
const BACKGROUND: u32 = 2;

/// A paragraph and how often it says what.
struct Paragraph {
    /// Its sentences.
    first: usize,
    end: usize,
    says: [u32; Content::ALL],
    words: u32,
    /// Whether its first line only names a problem.
    named: bool,
    /// Whether another section's heading leads it, or it is no place for an assessment.
    taken: bool,
    /// Whether it is an item of a numbered list, in a place where nothing says that it is no assessment.
    numbered: bool,
    /// Whether it begins with the name of a condition.
    begins: bool,
}

impl Paragraph {
    fn of(&self, content: Content) -> u32 {
        self.says[content as usize]
    }

    /// The most that it says of anything but plans.
    fn other(&self) -> u32 {
        self.of(Content::History).max(self.of(Content::Examination)).max(self.of(Content::Results))
    }

    fn plans(&self) -> bool {
        self.of(Content::Plan) > 0 && self.of(Content::Plan) >= self.other()
    }

    fn is_background(&self) -> bool {
        self.of(Content::Plan) < self.other() && self.other() >= BACKGROUND && !self.leads_with_a_problem()
    }

    fn names(&self) -> bool {
        self.words <= SHORT && self.of(Content::History) + self.of(Content::Examination) == 0 || self.leads_with_a_problem()
    }

    /// Whether it names a problem and goes on with little that the patient tells or that was found: the age, a word of the course.
    fn leads_with_a_problem(&self) -> bool {
        self.named && self.of(Content::History) + self.of(Content::Examination) < BACKGROUND
    }
}

/// Whether a sentence is little more than the conditions that it names.
fn only_names(reading: &Reading, sentence: &Sentence) -> bool {
    let from = reading.mentions.partition_point(|m| m.first < sentence.first);
    let named: u32 = reading.mentions[from..].iter().take_while(|m| m.end <= sentence.end).map(|m| m.end - m.first).sum();
    named > 0 && sentence.end - sentence.first - named <= BESIDE_NAMES
}

/// Words before the name of a problem with which an item begins ("1. Essential hypertension", "2. Her gout").
const BEFORE_NAME: u32 = 2;

/// Whether a sentence stands behind the number of an item.
fn is_numbered(text: &str, reading: &Reading, sentence: &Sentence) -> bool {
    let written = |at: usize| reading.tokens.get(at).and_then(|t| text.get(t.start as usize..t.end as usize)).unwrap_or_default();
    let first = sentence.first as usize;
    first >= 2
        && matches!(written(first - 1), "." | ")")
        && written(first - 2).bytes().all(|b| b.is_ascii_digit())
        && reading.gaps.get(first - 2).is_some_and(|gap| *gap >= Gap::Line)
}

fn paragraphs(kb: &KnowledgeBase, text: &str, reading: &Reading) -> Vec<Paragraph> {
    let roles = &kb.rules().roles;
    let mut found: Vec<Paragraph> = Vec::new();
    let mut block = None;
    let mut content = reading.content.iter().peekable();
    for (at, sentence) in reading.sentences.iter().enumerate() {
        if block != Some(sentence.block) {
            block = Some(sentence.block);
            let before = found.last().map_or(NONE, |p| reading.sentences[p.first].role);
            let role = roles.get(sentence.role as usize);
            let leads_section = sentence.role != before && role.is_some_and(|r| r.addressed == Addressed::No);
            let taken = leads_section || role.is_some_and(|r| !matches!(r.assertion, Assertion::Present | Assertion::Historical));
            let open = role.is_none_or(|r| r.addressed == Addressed::Maybe && r.assertion == Assertion::Present);
            let from = reading.mentions.partition_point(|m| m.first < sentence.first);
            let begins = reading.mentions.get(from).is_some_and(|m| m.first - sentence.first <= BEFORE_NAME && m.end <= sentence.end);
            let numbered = open && !taken && is_numbered(text, reading, sentence);
            let named = only_names(reading, sentence);
            found.push(Paragraph { first: at, end: at, says: [0; Content::ALL], words: 0, named, taken, numbered, begins });
        }
        let Some(paragraph) = found.last_mut() else { break };
        paragraph.end = at + 1;
        paragraph.words += sentence.end - sentence.first;
        while let Some(&&(first, what)) = content.peek().filter(|c| c.0 < sentence.end) {
            if first >= sentence.first {
                paragraph.says[what as usize] += 1;
            }
            content.next();
        }
    }
    found
}

/// The last numbered list of which most items begin with a problem, and two at least do.
fn problem_list(all: &[Paragraph]) -> Option<(usize, usize)> {
    let mut end = all.len();
    while let Some(last) = all[..end].iter().rposition(|p| p.numbered) {
        let first = all[..last].iter().rposition(|p| !p.numbered).map_or(0, |before| before + 1);
        let begin = all[first..=last].iter().filter(|p| p.begins).count();
        if begin >= 2 && begin * 2 >= last + 1 - first {
            return Some((first, last + 1));
        }
        end = first;
    }
    None
}

/// Gives the paragraphs that assess and plan the role of an assessment, where no heading does and a condition is named in them. Whether it did.
pub(super) fn recognise(kb: &KnowledgeBase, text: &str, reading: &mut Reading) -> bool {
    let roles = &kb.rules().roles;
    let role = |at: u32| roles.get(at as usize);
    let assesses = |at: u32| role(at).is_some_and(|r| r.addressed == Addressed::Yes);
    // What was done is told where it was done, and its conditions by other headings.
    let of_procedure = |at: u32| role(at).is_some_and(|r| r.procedures == Telling::Performed);
    if reading.content.is_empty() || reading.sentences.iter().any(|s| assesses(s.role) || of_procedure(s.role)) {
        return false;
    }
    let Some(assessment) = (0..).zip(roles).find(|r| r.1.addressed == Addressed::Yes).map(|r| r.0) else { return false };
    reading.content.sort_unstable_by_key(|c| c.0);
    let all = paragraphs(kb, text, reading);
    let after = all.iter().rposition(Paragraph::is_background).map_or(0, |at| at + 1);
    let plans: Vec<usize> = (0..all.len()).filter(|&at| all[at].plans() && !all[at].taken).collect();
    let mut chosen = vec![false; all.len()];
    if let Some((first, end)) = problem_list(&all) {
        chosen[first..end].fill(true);
        return take(reading, &all, &chosen, assessment);
    }
    let Some(&last) = plans.last() else { return false };
    for &at in &plans {
        chosen[at] = true;
        let before = all[..at].iter().enumerate().rev().take_while(|(_, p)| p.names() && !p.plans() && !p.taken && !p.is_background());
        before.for_each(|(named, _)| chosen[named] = true);
    }
    // Where background follows what is planned, only the last paragraphs that run on are the plan of this encounter.
    let from = if last >= after { after } else { (0..=last).rev().take_while(|&at| chosen[at]).last().unwrap_or(last) };
    chosen[..from].fill(false);
    take(reading, &all, &chosen, assessment)
}

/// Gives the chosen paragraphs the role of an assessment, where a condition is named in them.
fn take(reading: &mut Reading, all: &[Paragraph], chosen: &[bool], assessment: u32) -> bool {
    let within = |sentence: usize| all.partition_point(|p| p.first <= sentence).checked_sub(1).is_some_and(|at| chosen[at]);
    if !reading.mentions.iter().any(|m| matches!(m.assertion, Assertion::Present | Assertion::Historical) && within(m.sentence as usize)) {
        return false;
    }
    for (paragraph, _) in all.iter().zip(chosen).filter(|p| *p.1) {
        for sentence in &mut reading.sentences[paragraph.first..paragraph.end] {
            (sentence.role, sentence.recognised) = (assessment, true);
        }
    }
    true
}
