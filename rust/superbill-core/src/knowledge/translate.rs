//! SNOMED CT concepts to ICD-10-CM, as the map says and the date allows.
//!
//! Groups are answered each by itself; in a group the first rule that holds wins. A rule of which something is missing stops its group: what comes after
//! it holds only where it does not. Every target is looked up on the date, its open seventh character filled only from what is documented, its side
//! taken where one is.

use super::{
    KnowledgeBase, Standing,
    side::Sided,
    snomed::{Clause, Conditions, Row, SnomedMap, Truth, advice, category},
};
use crate::{
    code::{CodeId, CodeKey, System},
    date::Date,
    encounter::Sex,
};

pub use super::side::Side;

/// Codes named in the place of one that cannot stand.
const MOST_CANDIDATES: usize = 64;

/// What is known of the patient and the encounter.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Of the encounter.
    pub date: Date,
    pub birth: Option<Date>,
    pub sex: Option<Sex>,
    /// Of the condition that is translated.
    pub onset: Option<Date>,
    pub conditions: &'a Conditions,
    pub side: Option<Side>,
    /// Of the episode of care, the fetus, the stage: an upper-case letter or digit.
    pub seventh: Option<u8>,
}

/// What must be known to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    AgeAtOnset,
    Age,
    Sex,
    Comorbidity,
    /// A rule that is not of the grammar must be read by a person.
    Rule,
}

impl Missing {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::AgeAtOnset => "age_at_onset",
            Self::Age => "age",
            Self::Sex => "sex",
            Self::Comorbidity => "comorbidity",
            Self::Rule => "rule",
        }
    }
}

/// What became of the concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every target can stand on a claim.
    Mapped,
    /// A target lacks its seventh character or is not valid on the date.
    Incomplete,
    /// A rule asks for what is not known.
    ContextRequired,
    /// The map has no code for what the concept says.
    CannotBeClassified,
    /// The map gives no code: outside of ICD-10-CM, or no rule holds.
    NoCode,
    /// The map has no row of the concept.
    Unmapped,
}

impl Status {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mapped => "mapped",
            Self::Incomplete => "incomplete",
            Self::ContextRequired => "context_required",
            Self::CannotBeClassified => "cannot_be_classified",
            Self::NoCode => "no_code",
            Self::Unmapped => "unmapped",
        }
    }
}

/// What a target is on the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// It can stand on a claim.
    Valid,
    /// Its seventh character is not known.
    Incomplete,
    /// It cannot stand on a claim of this day: a header, expired, not yet in force, or unknown.
    InvalidAtDate,
}

impl Fitness {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Incomplete => "incomplete",
            Self::InvalidAtDate => "invalid_at_date",
        }
    }
}

/// What the side did to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideChoice {
    /// The code knows no sides, or the map names one.
    Without,
    /// The code of the documented side was taken.
    Chosen,
    /// There are codes by side, and none is documented: the code of an unspecified side stays.
    Unspecified,
}

impl SideChoice {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Without => "",
            Self::Chosen => "chosen",
            Self::Unspecified => "unspecified",
        }
    }
}

/// A code that a group gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub group: u16,
    /// The place of the row that gave it.
    pub row: u32,
    /// Without the open character.
    pub key: CodeKey,
    /// The seventh character is not known.
    pub open: bool,
    /// `None` where the knowledge base does not have it.
    pub code: Option<CodeId>,
    pub fitness: Fitness,
    /// Codes to choose from where it cannot stand.
    pub candidates: Vec<CodeId>,
    pub side: SideChoice,
}

impl Target {
    /// As people write it: `S93.402A`, `S93.409?`.
    pub fn written(&self) -> String {
        self.key.dotted() + if self.open { "?" } else { "" }
    }
}

/// A row that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    pub row: u32,
    pub truth: Truth,
}

/// The answer with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    pub concept: u64,
    pub status: Status,
    /// In order of group, which is their sequence; each code once.
    pub targets: Vec<Target>,
    /// Each once, in order of group.
    pub missing: Vec<Missing>,
    /// Every row looked at, in order.
    pub proof: Vec<Judged>,
}

impl Translation {
    fn miss(&mut self, missing: Missing) {
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
    }
}

/// A clause of a patient, and what is missing where that is not known.
fn judge(map: &SnomedMap<'_>, source: u64, clause: Clause, context: &Context<'_>) -> (Truth, Missing) {
    let of_sex = |sex: Sex| (context.sex.map_or(Truth::Unknown, |s| (s == sex).into()), Missing::Sex);
    let birth = context.birth.filter(|&b| b <= context.date);
    match clause {
        Clause::Female => of_sex(Sex::Female),
        Clause::Male => of_sex(Sex::Male),
        Clause::AgeNow(age) => (birth.map_or(Truth::Unknown, |b| age.holds(b, context.date).into()), Missing::Age),
        Clause::AgeAtOnset(age) => {
            let truth = match (birth, context.onset) {
                (Some(birth), Some(onset)) if (birth..=context.date).contains(&onset) => age.holds(birth, onset).into(),
                // The onset lies between birth and the encounter, whenever it was.
                (Some(birth), None) => age.holds_until(birth, context.date),
                _ => Truth::Unknown,
            };
            (truth, Missing::AgeAtOnset)
        }
        // The concept that is translated was recorded.
        Clause::Has(concept) if concept == source => (Truth::True, Missing::Comorbidity),
        Clause::Has(concept) => (context.conditions.has(map, concept), Missing::Comorbidity),
        // The concept was recorded and not this one below it: what is not recorded beside it is not meant.
        Clause::HasSubtype(concept) => ((context.conditions.has(map, concept) == Truth::True).into(), Missing::Comorbidity),
        Clause::Unreadable => (Truth::Unknown, Missing::Rule),
    }
}

/// A rule of a patient: false where a clause is, whatever is missing for the others.
fn judge_row(map: &SnomedMap<'_>, source: u64, row: &Row<'_>, context: &Context<'_>) -> (Truth, Vec<Missing>) {
    let mut missing = Vec::new();
    for clause in row.clauses() {
        match judge(map, source, clause, context) {
            (Truth::True, _) => {}
            (Truth::False, _) => return (Truth::False, Vec::new()),
            (Truth::Unknown, what) => missing.push(what),
        }
    }
    (if missing.is_empty() { Truth::True } else { Truth::Unknown }, missing)
}

impl KnowledgeBase {
    /// Translates a concept.
    ///
    /// Nothing is guessed: where a rule needs what the context lacks, its group gives no code and the status says [`Status::ContextRequired`].
    pub fn translate(&self, map: &SnomedMap<'_>, concept: u64, context: &Context<'_>) -> Translation {
        let (targets, missing, proof) = Default::default();
        let mut answer = Translation { concept, status: Status::Unmapped, targets, missing, proof };
        let rows = map.rows_of(concept);
        if rows.is_empty() {
            return answer;
        }
        let (mut answered, mut unclassified) = (None, false);
        for (place, row) in rows.filter_map(|place| Some((place, map.row(place)?))) {
            // The first row of a group that holds or stops it ends it.
            if answered == Some(row.group()) {
                continue;
            }
            let (truth, missing) = judge_row(map, concept, &row, context);
            answer.proof.push(Judged { row: place, truth });
            match truth {
                Truth::False => continue,
                Truth::Unknown => missing.into_iter().for_each(|m| answer.miss(m)),
                Truth::True => {
                    if let Some((key, open)) = row.target() {
                        self.finish(&mut answer.targets, (row.group(), place), (key, open), context);
                    } else {
                        let said = row.category() == category::CANNOT_BE_CLASSIFIED;
                        unclassified |= said || row.advice() & advice::bit::CANNOT_BE_CLASSIFIED != 0;
                    }
                }
            }
            answered = Some(row.group());
        }
        answer.status = if !answer.missing.is_empty() {
            Status::ContextRequired
        } else if answer.targets.iter().any(|t| t.fitness != Fitness::Valid) {
            Status::Incomplete
        } else if !answer.targets.is_empty() {
            Status::Mapped
        } else if unclassified {
            Status::CannotBeClassified
        } else {
            Status::NoCode
        };
        answer
    }

    /// A code of the map: the places before an open character may be filled with X.
    fn target_code(&self, key: CodeKey, open: bool) -> Option<CodeId> {
        let mut key = key;
        loop {
            let found = self.find(System::Icd10cm, key);
            let last = (key.0 >> (64 - 8 * key.len() as u32)) as u8;
            if found.is_some() || !open || last != b'X' || key.len() <= 3 {
                return found;
            }
            key = CodeKey(key.0 & !(0xff << (64 - 8 * key.len() as u32)));
        }
    }

    /// Makes the targets that a row's code stands for on the date.
    fn finish(&self, targets: &mut Vec<Target>, (group, row): (u16, u32), (key, open): (CodeKey, bool), context: &Context<'_>) {
        let code = self.target_code(key, open);
        let below = !open && code.is_some_and(|c| self.standing(c, context.date) == Standing::Header);
        let mut put = |key: CodeKey, code: Option<CodeId>, side: SideChoice| {
            let target =
                self.on_date(Target { group, row, key, open, code, fitness: Fitness::Valid, candidates: Vec::new(), side }, context);
            if !targets.iter().any(|t| (t.key, t.open) == (target.key, target.open)) {
                targets.push(target);
            }
        };
        match code.map_or(Sided::Without, |c| self.sided(c, context.side, below, context.date)) {
            Sided::Without => put(key, code, SideChoice::Without),
            Sided::Open => put(key, code, SideChoice::Unspecified),
            Sided::Chosen(code) => put(self.key(code), Some(code), SideChoice::Chosen),
            Sided::Two(right, left) => [right, left].into_iter().for_each(|code| put(self.key(code), Some(code), SideChoice::Chosen)),
        }
    }

    /// Fills the open character and looks the code up.
    fn on_date(&self, mut target: Target, context: &Context<'_>) -> Target {
        let base = target.code;
        if target.open {
            let filled = context.seventh.and_then(|seventh| CodeKey::pack(&format!("{:X<6}{}", target.key, char::from(seventh))).ok());
            match filled.and_then(|key| Some((key, self.find(System::Icd10cm, key)?))) {
                Some((key, code)) => (target.key, target.code, target.open) = (key, Some(code), false),
                None => target.fitness = Fitness::Incomplete,
            }
        }
        if !target.open && target.code.is_none_or(|c| self.standing(c, context.date) != Standing::Valid) {
            target.fitness = Fitness::InvalidAtDate;
        }
        if target.fitness != Fitness::Valid
            && let Some(code) = target.code.or(base)
        {
            target.candidates = self.instead_of(code, context.date);
        }
        target
    }

    /// Codes to choose from: those below a header, those that the publisher names for an expired one.
    fn instead_of(&self, code: CodeId, date: Date) -> Vec<CodeId> {
        let mut found: Vec<CodeId> = match self.standing(code, date) {
            Standing::Header => self.children_on(code, date).collect(),
            _ => self.successors(code, date).collect(),
        };
        found.truncate(MOST_CANDIDATES);
        found
    }
}
