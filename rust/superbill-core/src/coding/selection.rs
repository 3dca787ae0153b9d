//! Which of the conditions that the documents name the encounter evaluated or treated.

use super::side;
use crate::{
    encounter::{Encounter, Scope},
    knowledge::{
        KnowledgeBase,
        layout::{NONE, sense},
        rules::{Addressed, Assertion, CodeRanges, EncounterType},
    },
    read::{Mention, Reading, Sentence, document::Hit},
};

/// Words of a line that names a problem; a longer one tells a story.
const PROBLEM_LINE: u32 = 12;
/// A longer line names a problem where it begins with it.
const PROBLEM_START: u32 = 2;

/// Between two names of one problem ("diabetes with foot ulcer and neuropathy").
const LINK: u32 = 3;
/// The same where the next stands behind a comma or "and", this near.
const FAR_LINK: u32 = 8;
const LISTED: u32 = 3;
/// White space and a dash within it.
const DASHED: u32 = 3;

/// Words of a sentence beside the problems that it only names ("Newly reduced left ventricular function and mitral regurgitation.").
const BESIDE_NAMES: u32 = 4;

/// A mention that is to be coded, with the sentences that may add detail.
pub(super) struct Candidate<'a> {
    pub document: usize,
    /// Index into the document's mentions.
    pub at: usize,
    pub mention: &'a Mention,
}

/// What the encounter's and the documents' types say of mentions and sections.
#[derive(Clone, Copy)]
struct Types<'a, 'r> {
    kb: &'a KnowledgeBase,
    encounter: &'a Encounter<'a>,
    readings: &'a [Reading],
    /// By document, the role that a section which assesses refers to.
    referred: &'r [Option<u32>],
}

impl<'a> Types<'a, '_> {
    fn of(self, kind: &str) -> Option<&'a EncounterType> {
        self.kb.rules().encounter_types.iter().find(|t| t.id == kind)
    }

    /// Uncertain diagnoses count as established only where the type of encounter and its setting say so (OCG II.H, IV.H).
    fn codable(self, mention: &Mention) -> bool {
        let counts = || self.of(self.encounter.kind).is_some_and(|t| t.uncertain.contains(&self.encounter.setting));
        match mention.assertion {
            Assertion::Present => true,
            Assertion::Possible => counts(),
            // "History of" a disease that stays with the patient is the disease; a history code is for what no longer exists (OCG I.C.21.c.4).
            Assertion::Historical => {
                let rules = self.kb.rules();
                rules.lasting.iter().any(|r| (r.0..r.1).contains(&mention.node)) || self.kb.history_of(mention.node).is_some()
            }
            _ => false,
        }
    }

    /// What the section of a sentence says of this encounter.
    fn role_says(self, document: usize, sentence: u32) -> Addressed {
        let role = self.readings[document].sentences[sentence as usize].role;
        if self.referred[document] == Some(role) {
            return Addressed::Yes;
        }
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

/// Words of a section that only refers to another.
const REFERENCE: u32 = 8;

/// The role that a section of a document refers to instead of telling ("Postoperative diagnosis: same").
fn referred(kb: &KnowledgeBase, text: &str, reading: &Reading) -> Option<u32> {
    kb.rules().roles.iter().zip(0..).find_map(|(role, at)| {
        let (to, say) = role.refers.as_ref()?;
        let mut of_role = reading.sentences.iter().filter(|s| s.role == at);
        let first = of_role.next()?;
        let end = of_role.next_back().unwrap_or(first).end;
        if end - first.first > REFERENCE {
            return None;
        }
        let (from, to_byte) = (reading.tokens.get(first.first as usize)?.start, reading.tokens.get(end as usize - 1)?.end);
        let told = text.get(from as usize..to_byte as usize)?.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        say.contains(&told).then_some(*to)
    })
}

/// The mentions that the encounter evaluated or treated: the problems that its assessment names, else what the sections that may tell it name.
pub(super) fn addressed<'a>(kb: &'a KnowledgeBase, encounter: &'a Encounter<'a>, readings: &'a [Reading]) -> Vec<Candidate<'a>> {
    let referred: Vec<Option<u32>> = encounter.documents.iter().zip(readings).map(|(d, reading)| referred(kb, d.text, reading)).collect();
    let types = Types { kb, encounter, readings, referred: &referred };
    let all = |wanted: Addressed| {
        readings.iter().enumerate().flat_map(move |(document, reading)| {
            let fits = move |m: &(usize, &Mention)| types.codable(m.1) && types.role_says(document, m.1.sentence) == wanted;
            reading.mentions.iter().enumerate().filter(fits).map(move |(at, mention)| Candidate { document, at, mention })
        })
    };
    let within = |c: &Candidate<'_>, ranges: &CodeRanges| ranges.iter().any(|r| (r.0..r.1).contains(&c.mention.node));
    if encounter.scope == Scope::All {
        let mut chosen: Vec<_> = all(Addressed::Yes).chain(all(Addressed::Maybe)).chain(all(Addressed::No)).collect();
        for companion in &kb.rules().companions {
            if !chosen.iter().any(|c| within(c, &companion.of)) {
                chosen.retain(|c| !within(c, &companion.codes));
            }
        }
        return chosen;
    }
    let mut chosen = problems(kb, encounter, readings, all(Addressed::Yes).collect());
    // What the problem's name calls uncertain and the same assessment then establishes is established ("pain, consistent with a fracture": "x-rays revealed a fracture").
    let mut suspected: Vec<(usize, u32)> = readings
        .iter()
        .enumerate()
        .flat_map(|(document, reading)| reading.mentions.iter().enumerate().map(move |(at, mention)| (document, at, mention)))
        .filter(|&(document, at, mention)| {
            mention.assertion == Assertion::Possible
                && types.role_says(document, mention.sentence) == Addressed::Yes
                && names_problem(kb, encounter, readings, &Candidate { document, at, mention })
        })
        .map(|(document, _, mention)| (document, mention.node))
        .collect();
    suspected.sort_unstable();
    if !suspected.is_empty() {
        let established =
            |c: &Candidate<'_>| c.mention.assertion == Assertion::Present && suspected.binary_search(&(c.document, c.mention.node)).is_ok();
        let mut known: Vec<(usize, usize)> = chosen.iter().map(|c| (c.document, c.at)).collect();
        known.sort_unstable();
        chosen.extend(all(Addressed::Yes).filter(|c| established(c) && known.binary_search(&(c.document, c.at)).is_err()));
    }
    if chosen.is_empty() {
        chosen = planned(kb, encounter, readings, all(Addressed::Maybe).collect());
    }
    if chosen.is_empty() && !types.assessed_in_unknown_words() {
        chosen = all(Addressed::Maybe).filter(|c| c.mention.assertion != Assertion::Historical).collect();
    }
    for reason in kb.rules().reasons.iter().filter(|r| r.types.iter().any(|t| t == encounter.kind)) {
        let told = |c: &Candidate<'_>| reason.roles.contains(&readings[c.document].sentences[c.mention.sentence as usize].role);
        let of = |c: &Candidate<'_>| reason.codes.iter().any(|r| (r.0..r.1).contains(&c.mention.node));
        let anywhere = [Addressed::Yes, Addressed::Maybe, Addressed::No].into_iter().flat_map(all);
        let new = anywhere.filter(|c| c.mention.assertion == Assertion::Present && of(c) && told(c));
        chosen.extend(new.collect::<Vec<_>>());
    }
    // The circumstances of an injury are told in its history, not in the assessment (OCG I.C.20.a).
    for companion in &kb.rules().companions {
        if chosen.iter().any(|c| within(c, &companion.of)) {
            chosen.retain(|c| !within(c, &companion.codes));
            chosen.extend(all(Addressed::Yes).chain(all(Addressed::Maybe)).filter(|c| within(c, &companion.codes)));
        } else {
            chosen.retain(|c| !within(c, &companion.codes));
        }
    }
    chosen
}

/// Whether the sentence of a mention names a problem: the line that leads its block, or a sentence of a paragraph that says nothing else.
fn names_problem(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &[Reading], c: &Candidate<'_>) -> bool {
    let (reading, mention) = (&readings[c.document], c.mention);
    let text = encounter.documents.get(c.document).map_or("", |d| d.text);
    let s = reading.sentences[mention.sentence as usize];
    if s.leads {
        return s.end - s.first <= PROBLEM_LINE || begins_with(text, reading, mention).is_some();
    }
    s.runs && (only_names(kb, reading, mention) || names_first(text, reading, mention))
}

fn written<'a>(text: &'a str, reading: &Reading, at: u32) -> &'a str {
    reading.tokens.get(at as usize).and_then(|t| text.get(t.start as usize..t.end as usize)).unwrap_or_default()
}

/// Whether an item of a list that stands in a sentence begins before a token ("; bilateral tinnitus", "(2) stenosis").
fn item_begins(text: &str, reading: &Reading, first: u32, at: u32) -> bool {
    let number = |at: u32| {
        at >= first + 2 && written(text, reading, at - 1).bytes().all(|b| b.is_ascii_digit()) && written(text, reading, at - 2) == "("
    };
    (at.saturating_sub(PROBLEM_START + 1).max(first)..at).any(|before| match written(text, reading, before) {
        ";" => true,
        ")" => number(before),
        _ => false,
    })
}

/// Whether one name follows on another: a few words between them, and nothing that ends what is named.
fn follows_on(text: &str, reading: &Reading, end: u32, first: u32) -> bool {
    let apart = |at: u32| {
        let (before, here) = (reading.tokens[at as usize - 1], reading.tokens[at as usize]);
        here.start - before.end >= DASHED || matches!(written(text, reading, at), ":" | "." | "?")
    };
    let listed = || {
        first - end <= FAR_LINK
            && (first.saturating_sub(LISTED).max(end)..first).any(|at| matches!(written(text, reading, at), "," | "and"))
    };
    first >= end && (first - end <= LINK || listed()) && !(end.max(1)..=first).any(apart)
}

/// Where a sentence begins with the names of problems and a mention is one of them: where the last of them ends.
fn begins_with(text: &str, reading: &Reading, mention: &Mention) -> Option<u32> {
    let s = reading.sentences[mention.sentence as usize];
    let from = reading.mentions.partition_point(|m| m.first < s.first);
    let (mut end, mut named) = (None, false);
    for m in reading.mentions[from..].iter().take_while(|m| m.first < s.end) {
        let begins = m.first - s.first <= PROBLEM_START || item_begins(text, reading, s.first, m.first);
        if begins || end.is_some_and(|end| follows_on(text, reading, end, m.first)) {
            end = Some(m.end);
            named |= m.first == mention.first;
        } else if named {
            break;
        }
    }
    end.filter(|_| named)
}

/// What may stand behind the name of a problem; a verb begins to tell of it.
const GOES_ON: [&str; 15] = [",", ".", ";", "(", "of", "in", "with", "without", "due", "secondary", "from", "on", "to", "at", "and"];

/// Whether a sentence ends with a number that begins the next item ("Menorrhagia 2.").
fn number(text: &str, reading: &Reading, at: u32, end: u32) -> bool {
    end - at == 2 && written(text, reading, at).bytes().all(|b| b.is_ascii_digit())
}

/// Whether a short sentence begins with a mention or with names that it is one of, and then says how they are ("Hypertension, at goal.").
fn names_first(text: &str, reading: &Reading, mention: &Mention) -> bool {
    let s = reading.sentences[mention.sentence as usize];
    let goes_on = |end: u32| end >= s.end || GOES_ON.contains(&written(text, reading, end)) || number(text, reading, end, s.end);
    s.end - s.first <= PROBLEM_LINE && begins_with(text, reading, mention).is_some_and(goes_on)
}

/// Whether the sentence of a mention says little beside the conditions that it names, and ends with one or with its side ("Impacted cerumen left ear.").
fn only_names(kb: &KnowledgeBase, reading: &Reading, mention: &Mention) -> bool {
    let s = reading.sentences[mention.sentence as usize];
    if s.end - s.first > PROBLEM_LINE {
        return false;
    }
    let from = reading.mentions.partition_point(|m| m.first < s.first);
    let named = || reading.mentions[from..].iter().take_while(|m| m.first < s.end);
    let last = named().map(|m| m.end).max().unwrap_or(s.first);
    // The site of the side, in one word.
    let sided = side::told(kb, reading, last, s.end).last().map_or(last, |(_, place)| place.1 + 1);
    s.end - s.first - named().map(|m| m.end - m.first).sum::<u32>() <= BESIDE_NAMES && s.end.saturating_sub(last.max(sided)) <= 1
}

/// In a document without any heading: the problems of the paragraphs that plan something, and of a short line before one.
fn planned<'a>(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &'a [Reading], maybe: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
    let rules = kb.rules();
    let plan = |h: &Hit| match (h.sense.kind.get(), h.sense.target.get() as usize) {
        (sense::CUE, at) => rules.cues.get(at).is_some_and(|c| c.assertion == Assertion::Planned),
        (sense::ATTRIBUTE, at) => rules.attributes.get(at).is_some_and(|a| a.axis == "management"),
        _ => false,
    };
    let plans = |reading: &Reading, first: u32, end: u32| reading.hits_in(first, end).any(plan);
    let range = |sentences: &[Sentence]| sentences.first().zip(sentences.last()).map(|(a, b)| (a.first, b.end));
    let unheaded: Vec<bool> = readings.iter().map(|reading| reading.sentences.iter().all(|s| s.role == NONE)).collect();
    let block_of = |c: &Candidate<'_>| readings[c.document].sentences[c.mention.sentence as usize].block;
    let planned = |document: usize, block: u32| {
        let reading = &readings[document];
        let here = range(reading.block(block));
        let next = range(reading.block(block + 1)).filter(|_| here.is_some_and(|(first, end)| end - first <= PROBLEM_LINE));
        here.into_iter().chain(next).any(|(first, end)| plans(reading, first, end))
    };
    // Candidates of one block follow one another, and a block may be as long as the document.
    let mut known: Option<(usize, u32, bool)> = None;
    let mut chosen = maybe;
    chosen.retain(|c| {
        let (document, block) = (c.document, block_of(c));
        if known.is_none_or(|k| (k.0, k.1) != (document, block)) {
            known = Some((document, block, unheaded[document] && planned(document, block)));
        }
        known.is_some_and(|k| k.2)
    });
    let only = |c: &Candidate<'_>| only_names(kb, &readings[c.document], c.mention);
    if chosen.iter().any(only) {
        return chosen.into_iter().filter(only).collect();
    }
    problems(kb, encounter, readings, chosen)
}

/// Of what the assessment tells, the problems that it names.
fn problems<'a>(kb: &KnowledgeBase, encounter: &Encounter<'_>, readings: &'a [Reading], yes: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
    let sentence = |c: &Candidate<'_>| readings[c.document].sentences[c.mention.sentence as usize];
    let names_problem = |c: &Candidate<'_>| names_problem(kb, encounter, readings, c);
    if yes.iter().any(names_problem) {
        return yes.into_iter().filter(|c| names_problem(c)).collect();
    }
    // Prose: of each paragraph the first sentence that names a condition.
    let mut chosen: Vec<Candidate<'a>> = Vec::new();
    // What the introduction tells of the patient's past is background.
    for c in yes.into_iter().filter(|c| c.mention.assertion != Assertion::Historical) {
        let last = chosen.last().map(|l| (l.document, sentence(l).block, l.mention.sentence));
        let (document, block) = (c.document, sentence(&c).block);
        if last.is_none_or(|l| (l.0, l.1) != (document, block) || l.2 == c.mention.sentence) {
            chosen.push(c);
        }
    }
    chosen
}
