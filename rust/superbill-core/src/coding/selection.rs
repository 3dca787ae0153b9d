//! Which of the conditions that the documents name the encounter evaluated or treated.

use crate::{
    encounter::{Encounter, Scope},
    knowledge::{
        KnowledgeBase,
        rules::{Addressed, Assertion, CodeRanges, EncounterType},
    },
    read::{Mention, Reading},
};

/// Words of a line that names a problem; a longer one tells a story.
const PROBLEM_LINE: u32 = 12;
/// A longer line names a problem where it begins with it.
const PROBLEM_START: u32 = 2;

/// A mention that is to be coded, with the sentences that may add detail.
pub(super) struct Candidate<'a> {
    pub document: usize,
    /// Index into the document's mentions.
    pub at: usize,
    pub mention: &'a Mention,
    pub addressed: bool,
}

/// What the encounter's and the documents' types say of mentions and sections.
#[derive(Clone, Copy)]
struct Types<'a> {
    kb: &'a KnowledgeBase,
    encounter: &'a Encounter<'a>,
    readings: &'a [Reading],
}

impl<'a> Types<'a> {
    fn of(self, kind: &str) -> Option<&'a EncounterType> {
        self.kb.rules().encounter_types.iter().find(|t| t.id == kind)
    }

    /// Uncertain diagnoses count as established only where the type of encounter and its setting say so (OCG II.H, IV.H).
    fn codable(self, mention: &Mention) -> bool {
        let counts = || self.of(self.encounter.kind).is_some_and(|t| t.uncertain.contains(&self.encounter.setting));
        mention.assertion == Assertion::Present || mention.assertion == Assertion::Possible && counts()
    }

    /// What the section of a sentence says of this encounter.
    fn role_says(self, document: usize, sentence: u32) -> Addressed {
        let role = self.readings[document].sentences[sentence as usize].role;
        let usually = self.kb.rules().roles.get(role as usize).map_or(Addressed::Maybe, |r| r.addressed);
        let here = self.encounter.documents.get(document).and_then(|d| self.of(d.kind));
        here.and_then(|t| t.roles.iter().find(|r| r.0 == role)).map_or(usually, |r| r.1)
    }

    /// Whether an assessment stands there of which no condition is known: then what the rest of the note tells is no substitute. Where it names
    /// only what is uncertain or excluded, the symptoms that the rest tells are what can be coded (OCG IV.D, IV.H).
    fn assessed_in_unknown_words(self) -> bool {
        let yes = |document: usize, sentence: u32| self.role_says(document, sentence) == Addressed::Yes;
        let documents = || self.readings.iter().enumerate();
        let assessed = documents().any(|(d, reading)| (0..reading.sentences.len() as u32).any(|s| yes(d, s)));
        let known = documents().any(|(d, reading)| reading.mentions.iter().any(|m| yes(d, m.sentence)));
        assessed && !known
    }
}

/// The mentions that the encounter evaluated or treated: the problems that its assessment names, else what the sections that may tell it name.
pub(super) fn addressed<'a>(kb: &'a KnowledgeBase, encounter: &'a Encounter<'a>, readings: &'a [Reading]) -> Vec<Candidate<'a>> {
    let types = Types { kb, encounter, readings };
    let all = |wanted: Addressed| {
        readings.iter().enumerate().flat_map(move |(document, reading)| {
            let fits = move |m: &(usize, &Mention)| types.codable(m.1) && types.role_says(document, m.1.sentence) == wanted;
            let addressed = wanted == Addressed::Yes;
            reading.mentions.iter().enumerate().filter(fits).map(move |(at, mention)| Candidate { document, at, mention, addressed })
        })
    };
    if encounter.scope == Scope::All {
        return all(Addressed::Yes).chain(all(Addressed::Maybe)).chain(all(Addressed::No)).collect();
    }
    let mut chosen = problems(readings, all(Addressed::Yes).collect());
    if chosen.is_empty() && !types.assessed_in_unknown_words() {
        chosen = all(Addressed::Maybe).collect();
    }
    // The circumstances of an injury are told in its history, not in the assessment (OCG I.C.20.a).
    let within = |c: &Candidate<'_>, ranges: &CodeRanges| ranges.iter().any(|r| (r.0..r.1).contains(&c.mention.node));
    for companion in &kb.rules().companions {
        if chosen.iter().any(|c| within(c, &companion.of)) {
            chosen.retain(|c| !within(c, &companion.codes));
            chosen.extend(all(Addressed::Yes).chain(all(Addressed::Maybe)).filter(|c| within(c, &companion.codes)));
        } else if chosen.iter().any(|c| c.addressed) {
            chosen.retain(|c| !within(c, &companion.codes));
        }
    }
    chosen
}

/// Of what the assessment tells, the problems that it names.
fn problems<'a>(readings: &'a [Reading], yes: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
    let sentence = |c: &Candidate<'_>| readings[c.document].sentences[c.mention.sentence as usize];
    let names_problem = |c: &Candidate<'_>| {
        let s = sentence(c);
        s.leads && (s.end - s.first <= PROBLEM_LINE || c.mention.first - s.first <= PROBLEM_START)
    };
    if yes.iter().any(names_problem) {
        return yes.into_iter().filter(|c| names_problem(c)).collect();
    }
    // Prose: of each paragraph the first sentence that names a condition.
    let mut chosen: Vec<Candidate<'a>> = Vec::new();
    for c in yes {
        let last = chosen.last().map(|l| (l.document, sentence(l).block, l.mention.sentence));
        let (document, block) = (c.document, sentence(&c).block);
        if last.is_none_or(|l| (l.0, l.1) != (document, block) || l.2 == c.mention.sentence) {
            chosen.push(c);
        }
    }
    chosen
}
