//! What comes out: codes as ids, spans and fixed-size steps; words are made by whoever renders it.

use crate::{
    code::{CodeId, CodeKey},
    knowledge::{
        presence::Presence,
        visits::{Level, Problem},
    },
};

/// A stretch of a document: byte offsets into its text, half-open. Documents are counted first, then the problems and the orders of the encounter, whose
/// text is that of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub document: u32,
    pub start: u32,
    pub end: u32,
}

/// What a step of the reasoning did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum StepKind {
    /// A term of the lexicon stands in the text; `record` is a [`CodeId`].
    Term,
    /// A misspelt word is read as another; `record` is that word.
    ReadAs,
    /// The section or problem heading it stands in; `record` is a role.
    Section,
    /// No heading says so, but what its paragraph says is an assessment; `record` is a role.
    Recognised,
    /// Its assertion.
    Assertion,
    /// The tabular list has a more specific code that the note supports; `record` is the code.
    Refine,
    /// The note says no more: the unspecified or default leaf; `record` is the code.
    Default,
    /// The seventh character; `record` is the code.
    SeventhCharacter,
    /// What the code set of the day has for it; `record` is the code.
    CodeSet,
    /// The note says more of it elsewhere; `record` is the code.
    Elsewhere,
    /// A guideline rule joins conditions; `record` is the rule.
    Combine,
    /// An element of a procedure family: `record` = element index.
    Element,
    /// A row of a procedure's decision table: `record` = row index.
    Decision,
    /// A code that this one contains: `record` = row index in the same family.
    Included,
    /// A procedure of ICD-10-PCS that this one contains: `record` = family << 16 | row.
    Contained,
    /// How it relates to a surgery in whose period it was done: `record` = row of the table.
    AfterSurgery,
    /// A figure of the note stands for it; `record` is the code.
    Measured,
    /// What a drug did, or that less of it was taken; `record` is the code.
    Drug,
    /// The problem list has it too, or alone; `record` is the problem.
    Listed,
    /// A procedure of an earlier time left it behind; `record` is the procedure of the list.
    DoneBefore,
    /// Words beside it tell whether it was present on admission: `record` = phrase of the visits.
    PresenceSaid,
    /// A section of what came before the admission names it; `record` is a role.
    PresenceSection,
    /// So does a document of what came before; `record` is the document.
    PresenceDocument,
    /// A rule of presence holds; `record` is the rule.
    PresenceRule,
}

/// One step of the reasoning: fixed size, no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    pub record: u32,
    /// The pack it rests on; [`Step::TABULAR`] for the tabular list.
    pub pack: u32,
    pub span: Option<Span>,
}

impl Step {
    pub const TABULAR: u32 = u32::MAX;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    pub code: CodeId,
    /// Per mille; told when all is coded.
    pub confidence: u16,
    /// Whether it was there at admission: of stays alone, and not of exempt codes.
    pub presence: Option<Presence>,
    pub evidence: Vec<Span>,
    pub because: Vec<Step>,
    pub alternatives: Vec<Alternative>,
}

impl Diagnosis {
    /// Without any proof yet.
    pub(crate) fn new(code: CodeId) -> Self {
        let (evidence, because, alternatives) = Default::default();
        Self { code, confidence: 0, presence: None, evidence, because, alternatives }
    }
}

/// A code that was considered in the place of a diagnosis or beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    pub code: CodeId,
    pub why: NotCoded,
}

/// Why a code that was considered is not on the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCoded {
    /// The diagnosis says more of the same (OCG I.B.2).
    SaysLess,
    /// A sign or symptom that is integral to it (OCG I.B.5).
    Integral,
    /// Reported within it by a rule: its index.
    Combined(u32),
    /// The note says more of it elsewhere.
    SaidElsewhere,
    /// The code set of the day has another in its place.
    NotOfTheDay,
    /// The problem list has it, and the documents leave it open.
    Listed(u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Index of the family, and of the row in it.
    pub family: u32,
    pub row: u32,
    /// For an add-on of the row: its index.
    pub add: Option<u32>,
    /// The code of ICD-10-PCS that the row makes here.
    pub built: Option<PcsCode>,
    pub modifiers: Vec<[u8; 2]>,
    pub units: u32,
    pub pointers: Vec<u32>,
    pub confidence: u16,
    pub evidence: Vec<Span>,
    pub because: Vec<Step>,
}

/// A code of ICD-10-PCS, built from values of elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcsCode {
    pub key: CodeKey,
    /// Element and value.
    pub values: Vec<(u32, u32)>,
}

/// A code of a visit, by the table that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitService {
    /// Category and row of its codes.
    Level(u32, u32),
    Prolonged(u32),
    Addition(u32),
    /// Service and row.
    Timed(u32, u32),
}

/// A claim line of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitLine {
    pub service: VisitService,
    pub modifiers: Vec<[u8; 2]>,
    pub units: u32,
    pub pointers: Vec<u32>,
    pub confidence: u16,
    pub evidence: Vec<Span>,
}

/// What something was counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// A problem, and its diagnosis by place where it has one.
    Problem(Problem, Option<u32>),
    /// A phrase among the data, among what was decided, or among the circumstances.
    Data(u32),
    Risk(u32, Level),
    Circumstance(u32),
    Minutes(u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitElement {
    pub counted: Counted,
    pub evidence: Vec<Span>,
}

/// Why not another code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The next code up asks for more, the next one down for less; category and row.
    Above(u32, u32),
    Below(u32, u32),
    /// A test that a service of the claim has in it.
    Billed(u32),
    /// All that was done is part of a procedure of that day.
    WithinProcedure,
}

/// The levels of the three parts of medical decision making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub problems: Option<Level>,
    pub data: Level,
    pub risk: Level,
}

impl Decision {
    /// What two of the three meet or exceed; nothing without a problem.
    pub fn level(self) -> Option<Level> {
        let mut parts = [self.problems?, self.data, self.risk];
        parts.sort_unstable();
        Some(parts[1])
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    pub category: u32,
    pub level: Option<Level>,
    pub decision: Decision,
    pub minutes: Option<u32>,
    /// Whether the minutes decided, and not what was decided in them.
    pub by_time: bool,
    pub elements: Vec<VisitElement>,
    pub why_not: Vec<WhyNot>,
    pub lines: Vec<VisitLine>,
}

/// Whether the documentation has an element of its template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complete {
    pub template: u32,
    pub element: u32,
    pub found: bool,
}

/// The rules that the engine itself applies; ids on the wire are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// No loaded release covers the date.
    DateNotCovered,
    /// A code of the newest release that is not valid on the date.
    NotOnDate,
    /// Two codes that an Excludes1 note keeps apart.
    Excludes1,
    /// A code that cannot stand first.
    NeverFirst,
    /// A code that the patient's sex or age contradicts.
    Sex,
    Age,
    /// A value that was assumed by a pack's own rule.
    Assumed,
    /// The documents say more of a procedure family than is read.
    Unread,
    /// An item of the problem list is no code that can stand on the day.
    ProblemUnread,
    /// An earlier procedure is no code of a procedure.
    ProcedureUnread,
    /// A service that is done once in a life is coded, and the list of earlier procedures has it.
    DoneBefore,
    /// The report of an operation names a service that its list of what was done does not.
    Unlisted,
    /// The documents mention a service beside those that they tell.
    Mentioned,
    /// Nothing in the documentation supports a code.
    NothingSupported,
}

impl Rule {
    pub fn id(self) -> &'static str {
        match self {
            Self::DateNotCovered => "kb.date_not_covered",
            Self::NotOnDate => "dx.not_on_date",
            Self::Excludes1 => "dx.excludes1",
            Self::NeverFirst => "dx.never_first",
            Self::Sex => "dx.sex",
            Self::Age => "dx.age",
            Self::Assumed => "px.assumed",
            Self::Unread => "px.unread",
            Self::ProblemUnread => "problem.unread",
            Self::ProcedureUnread => "procedure.unread",
            Self::DoneBefore => "px.done_before",
            Self::Unlisted => "px.unlisted",
            Self::Mentioned => "px.mentioned",
            Self::NothingSupported => "doc.nothing_supported",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: Rule,
    pub codes: Vec<CodeId>,
    /// Family and row of the procedure that it is about.
    pub procedure: Option<(u32, u32)>,
    /// The item of the list, of problems or of earlier procedures, that it is about.
    pub listed: Option<u32>,
}

impl Finding {
    /// Of no code in particular.
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, codes: Vec::new(), procedure: None, listed: None }
    }
}

/// What the provider must say before a code can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A diagnosis without a supported leaf: the node reached; its children are the options.
    Leaf { node: CodeId, evidence: Span },
    /// A procedure family whose rows need elements that the note does not give.
    Elements {
        family: u32,
        missing: Vec<u32>,
        side: bool,
        /// Element and value.
        options: Vec<(u32, u32)>,
        /// The row of ICD-10-PCS and what is known of its code, `_` for what is not.
        known: Option<(u32, [u8; 7])>,
        evidence: Vec<Span>,
    },
    /// Whether a diagnosis was present on admission.
    Presence { question: u32, code: CodeId, evidence: Vec<Span> },
    /// A question that a pack has for visits.
    Visit { question: u32, evidence: Vec<Span> },
}

/// What two places of the documentation say against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    pub about: About,
    pub evidence: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The side of a condition.
    Side(CodeId),
    /// Of a rule's kinds a patient has one: its index.
    Kind(u32),
    /// Whether a condition is stable or worse, by category.
    Course(CodeId),
}

/// The whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coded {
    /// In the order of the claim.
    pub diagnoses: Vec<Diagnosis>,
    pub procedures: Vec<Procedure>,
    pub findings: Vec<Finding>,
    pub queries: Vec<Query>,
    pub visit: Option<Visit>,
    pub completeness: Vec<Complete>,
    pub contradictions: Vec<Contradiction>,
}

/// Why an encounter was not coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodingError {
    #[error("the deadline passed before the encounter was coded")]
    Cancelled,
    #[error("documents: more than 512 different conditions, which is no documentation of one encounter")]
    TooManyCodes,
    #[error("document {0} is longer than the limit of 16 MiB")]
    TooLong(usize),
}
