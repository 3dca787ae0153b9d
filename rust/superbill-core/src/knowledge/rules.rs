//! The small rules of the packs, as read at open: roles of sections, cues, guideline rules, procedure families.
//!
//! They are a few hundred records, so they are one postcard-encoded section, decoded once; what is large (codes, trie, notes) is used in place.

use super::{
    drugs::Drugs,
    guidelines::{Also, Combine, Companion, DefaultEpisode, History, Integral, OneOf, Reason, Restricted},
    measured::Measured,
    prior_procedures::LeftBehind,
};
use crate::encounter::Setting;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assertion {
    Present,
    Possible,
    Historical,
    Hypothetical,
    Negated,
    OtherPerson,
    Family,
    /// Of a procedure: it was done.
    Performed,
    /// Of a procedure: it will or should be done.
    Planned,
    /// Of a procedure: it will be done, whatever its section says ("we will get a film in the morning").
    Later,
}

impl Assertion {
    /// The name in packs and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Possible => "possible",
            Self::Historical => "historical",
            Self::Hypothetical => "hypothetical",
            Self::Negated => "negated",
            Self::OtherPerson => "other_person",
            Self::Family => "family",
            Self::Performed => "performed",
            Self::Planned => "planned",
            Self::Later => "later",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Forward,
    Backward,
    Both,
}

/// Whether a section tells what this encounter assessed or treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressed {
    No,
    Maybe,
    Yes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    No,
    /// Neither services nor what belongs to one: an earlier study beside which this one was read.
    Nothing,
    AsSaid,
    Performed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub id: String,
    pub assertion: Assertion,
    pub addressed: Addressed,
    pub procedures: Telling,
    /// Another role, and the words by which a section of this one refers to it ("Postoperative diagnosis: same").
    pub refers: Option<(u32, Vec<String>)>,
    /// Another role: a section of this one right behind one of that, before another that assesses, is of that one (a radiologist's "Impression" under results).
    pub within: Option<u32>,
    /// A list: where it begins on its heading's line, prose of another paragraph is no part of it.
    pub list: bool,
    /// A report lists there what was done.
    pub lists_done: bool,
    pub pack: u32,
}

/// What an encounter of a type is coded by, where it differs from the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncounterType {
    pub id: String,
    /// Settings in which an uncertain diagnosis is coded as if it were established.
    pub uncertain: Vec<Setting>,
    /// Roles whose sections say something else of this encounter than they usually do.
    pub roles: Vec<(u32, Addressed)>,
    /// Roles whose sections tell what was done here ("Exam: CT of the head").
    pub performs: Vec<u32>,
    /// What was done is told in sections of it: that somebody "underwent" something is history there.
    pub by_section: bool,
    /// Roles whose sections tell services as text without a heading does ("Findings: the polyp was snared").
    pub tells: Vec<u32>,
    /// Roles that end with the line of their heading: what stands below it tells services as text without a heading does.
    pub one_line: Vec<u32>,
    /// What was done is told there, and others did it: only families that name the type are of this encounter.
    pub others_procedures: bool,
    /// Its documents begin with the list of what was done.
    pub lists: bool,
}

/// How notes tell of services, in small letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceWords {
    /// Names of the twelve months, in their order.
    pub months: Vec<String>,
    /// What leads to the day of a service ("biopsy on March 20").
    pub leads: Vec<String>,
    /// What ends the words that may be told with a day.
    pub ends: Vec<String>,
    /// What tells that a day in the same clause is of something else than the service of today.
    pub now: Vec<String>,
    /// Verbs that make a clause of what stands before them.
    pub verbs: Vec<String>,
    /// What joins the items of a list or two clauses.
    pub joins: Vec<String>,
    /// Of these, what begins another clause behind a comma.
    pub begins: String,
    /// What is numbered or lettered where services are listed ("Site 1").
    pub numbered: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue {
    pub assertion: Assertion,
    pub direction: Direction,
    pub reach: u32,
    /// What it governs was not done and is not ordered either.
    pub undone: bool,
}

/// Ranges of dense code ids, half-open.
pub type CodeRanges = Vec<(u32, u32)>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbbreviationSense {
    pub means: String,
    /// Node and default leaf, [`u32::MAX`] for none.
    pub code: u32,
    pub leaf: u32,
    /// Canonical word ids.
    pub near: Vec<u32>,
    pub default: bool,
    pub pack: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub axis: String,
    pub value: String,
    /// Canonical ids of the words that titles use for the value.
    pub words: Vec<u32>,
}

/// A unit family of documented quantities; values are thousandths of the canonical unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    Length,
    Area,
    Duration,
    Dose,
    Volume,
    Count,
    /// Units of activity, as biologicals are dosed.
    Units,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementScope {
    Sentence,
    Paragraph,
    Document,
    /// Each figure or word belongs to one anchor: the one beside it in the sentence, else the one told last in the paragraph.
    Anchor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    pub id: String,
    pub anchor: bool,
    pub scope: ElementScope,
    pub quantity: Option<Quantity>,
    /// Whether a quantity or value must stand in a sentence with one of the pack's words.
    pub near: bool,
    /// How many tokens away at most; such a quantity is no other element's. 0: anywhere in the sentence.
    pub within: u32,
    pub values: Vec<String>,
    /// Of ICD-10-PCS: what the values are in a code.
    pub tables: Vec<CharacterTable>,
    /// Several values are a procedure each (ICD-10-PCS guideline B3.2b); elsewhere they contradict each other.
    pub each: bool,
    /// Other quantities that this one is made of, and how often each, where it is not told itself (a lesion and twice its margin).
    pub sum: Vec<(u32, i64)>,
    /// Whether services that are told as the items of a list are counted by its items, where no number is told.
    pub listed: bool,
    /// Whether its values name what patients have once it is made or placed (a fistula): naming it tells that it was made only where a section or a cue says so.
    pub thing: bool,
    /// Tests: "negative" behind one is its result, and it was done.
    pub results: bool,
}

/// The characters that the values of an element are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharacterTable {
    /// Empty where the element has one alone.
    pub name: String,
    /// By value: none where it is nothing here, one for any side, or one each for right, left and, where the tables have it, both.
    pub characters: Vec<Vec<String>>,
}

/// What makes a character of a code of ICD-10-PCS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Axis {
    Fixed(u8),
    /// A value of an element, by one of its tables; `at` is the place in what the table has.
    Value {
        element: u32,
        table: u32,
        at: u32,
    },
    /// Right, left and, where the tables have it, both.
    Side(Vec<u8>),
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    Element(u32),
    Side,
    Setting,
    Kind,
    Place,
    Age,
    Sex,
    /// What decides the code set, `yyyymmdd` in thousandths.
    Date,
    Scope,
    NewPatient,
    /// The payer's line of business.
    Payer,
    /// Whose staff, supplies and machines they are: `own` those of the claim, `facility` another's.
    Resources,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    Any(Vec<String>),
    All(Vec<String>),
    Not(Vec<String>),
    /// Inclusive, in thousandths.
    Range {
        min: i64,
        max: i64,
    },
    Told(bool),
}

pub type Conditions = Vec<(Subject, Condition)>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Units {
    Fixed(u32),
    /// `(value - minus) / per`, rounded up or down, at most `max`.
    Of {
        element: u32,
        minus: i64,
        per: i64,
        round_up: bool,
        max: u32,
        /// What this element alone comes to is taken off what both come to together.
        beyond: Option<u32>,
    },
    /// By the family's rule of counting minutes.
    Timed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddOn {
    pub code: String,
    pub name: String,
    pub units: Units,
    pub when: Conditions,
    pub modifiers: Vec<[u8; 2]>,
    /// It has the side of its row.
    pub sided: bool,
    pub kind: AddOnKind,
}

/// When a further code of a row stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AddOnKind {
    /// Beside the row's own code.
    #[default]
    Beside,
    /// Instead of it, where another row of the family is the initial service.
    Later,
    /// For each time that the service was done again.
    Again,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Of a family whose codes have sides, it has none.
    pub unsided: bool,
    /// Of ICD-10-PCS with the names of elements in the place of the characters that they make.
    pub code: String,
    /// By character, of ICD-10-PCS alone.
    pub axes: Vec<Axis>,
    pub name: String,
    pub when: Conditions,
    pub includes: Vec<String>,
    pub units: Units,
    pub modifiers: Vec<([u8; 2], Conditions)>,
    pub add: Vec<AddOn>,
    /// Of the rows of a family that have a rank, the lowest found is the one initial service of an encounter.
    pub rank: Option<u32>,
    /// Codes that this one takes in where both are of one lesion, by the family's rule of lesions.
    pub over: Vec<String>,
    /// Of ICD-10-PCS: it stands beside whatever else would contain it.
    pub beside: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assume {
    pub element: u32,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    pub id: String,
    pub name: String,
    pub pack: u32,
    pub documents: Vec<String>,
    pub per_mention: bool,
    /// Each anchor value is a service of its own, and those of one row are summed.
    pub per_value: bool,
    /// One code is one service, by whatever row it was told.
    pub once: bool,
    pub side_modifier: bool,
    /// A side that the note does not tell is asked for.
    pub side_asked: bool,
    /// The side decides a character.
    pub side_character: bool,
    /// It makes codes of ICD-10-PCS, which tell what a hospital did during a stay.
    pub inpatient: bool,
    /// Roles whose sections tell that it was done, though of other families they may not.
    pub performs: Vec<String>,
    pub requires: Conditions,
    /// Families by place: it is told only where none of them came to a code or a question.
    pub unless: Vec<u32>,
    pub elements: Vec<Element>,
    pub assume: Vec<Assume>,
    pub rows: Vec<Row>,
    /// Summed element and the elements that must agree.
    pub total: Option<(u32, Vec<u32>)>,
    pub timed: Option<Timed>,
    pub lesions: Option<Lesions>,
    pub again: Option<Again>,
}

/// How services on one lesion are told from services on several: by where each stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesions {
    /// The element that tells where.
    pub element: u32,
    /// The modifier of a service on a lesion of its own.
    pub modifier: [u8; 2],
}

/// How a service that was done again is told: by a value in the sentence that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    pub element: u32,
    /// Indexes of the values that tell it.
    pub values: Vec<u32>,
}

/// How minutes of several services become units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    pub element: u32,
    /// Thousandths of a minute.
    pub slot: i64,
    /// Lines of business that count the minutes of all services together; others count each service by its midpoint.
    pub together: Vec<String>,
}

/// A pack or feed as it appears in proofs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pack {
    pub id: String,
    pub version: String,
    pub citation: String,
    /// `yyyymmdd`.
    pub effective: u32,
    pub end: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The ICD-10-CM release of the tabular list.
    pub tabular: Option<Pack>,
    pub packs: Vec<Pack>,
    pub roles: Vec<Role>,
    pub encounter_types: Vec<EncounterType>,
    pub cues: Vec<Cue>,
    pub attributes: Vec<Attribute>,
    /// Words that end what is said of one service and begin another, in small letters.
    pub apart: Vec<String>,
    pub services: ServiceWords,
    /// Ids of words that may stand inside a term and leave it what it is: sides and articles ("pain in the left knee"). Sorted.
    pub interposed: Vec<u32>,
    /// Ids of words that put what follows them in the past ("was stable"). Sorted.
    pub past: Vec<u32>,
    /// Ids of words that may stand between the name of a measure and its figure ("BMI today is 31"). Sorted.
    pub before_figure: Vec<u32>,
    pub abbreviations: Vec<Vec<AbbreviationSense>>,
    pub combines: Vec<Combine>,
    pub integrals: Vec<Integral>,
    pub default_episodes: Vec<DefaultEpisode>,
    pub companions: Vec<Companion>,
    pub reasons: Vec<Reason>,
    pub restricted: Vec<Restricted>,
    pub one_of: Vec<OneOf>,
    pub also: Vec<Also>,
    pub measured: Vec<Measured>,
    pub left_behind: Vec<LeftBehind>,
    pub drugs: Drugs,
    pub histories: Vec<History>,
    pub never_first: CodeRanges,
    /// Diseases that stay with the patient: a history of one is the disease itself.
    pub lasting: CodeRanges,
    /// Codes whose titles are ordinary words, so that only the lexicon names them.
    pub not_by_title: CodeRanges,
    pub families: Vec<Family>,
    /// Of ICD-10-PCS: the first that a code is like tells how early its line stands.
    pub significance: Vec<Significance>,
    /// By family and element, whether it is an anchor: asked of every term of a text, and the families themselves are spread over memory.
    #[serde(skip)]
    pub anchors: Vec<Vec<bool>>,
}

impl Rules {
    /// As they are used, once they are decoded.
    pub(super) fn in_use(self) -> Self {
        let anchors = self.families.iter().map(|f| f.elements.iter().map(|e| e.anchor).collect()).collect();
        Self { anchors, ..self }
    }

    pub(crate) fn is_anchor(&self, family: usize, element: usize) -> bool {
        self.anchors.get(family).and_then(|f| f.get(element)) == Some(&true)
    }
}

/// How early procedures of ICD-10-PCS stand among those of a stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Significance {
    /// `_` is any character.
    pub like: Vec<[u8; 7]>,
    pub rank: u8,
}
