//! A claim as ids: what the edits look at, resolved once.

use crate::{
    code::{CodeId, CodeKey, System},
    date::Date,
    encounter::{Setting, Sex},
    knowledge::{
        Indicators, KnowledgeBase, KnowledgeError, Services,
        editing::{Classes, EditRules, Modifiers},
        ptp::{PtpCode, PtpEdits},
    },
};

/// Who rendered a line: numbers that the claim gives to identifiers as they come, 0 where one is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    pub npi: u32,
    pub group: u32,
    pub specialty: u32,
}

impl Provider {
    /// Whether two lines are of one provider: the same person, or the same specialty of one group; a line that names nobody is anybody's.
    #[inline]
    pub fn same(self, other: Self) -> bool {
        let told = |p: Self| p.npi != 0 || p.group != 0 || p.specialty != 0;
        !told(self)
            || !told(other)
            || self.npi != 0 && self.npi == other.npi
            || self.group != 0 && self.group == other.group && self.specialty != 0 && self.specialty == other.specialty
    }
}

/// What is wrong with a line by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Unknown,
    /// First and last day of what was or will be in force.
    NotOnDate(u32, u32),
    NoUnits,
}

/// One line with all that the tables say of its code on its day.
#[derive(Clone, Debug)]
pub struct Line {
    /// 0 where the code has no shape of a service.
    pub key: CodeKey,
    pub id: Option<CodeId>,
    pub date: Date,
    /// [`Date::day_number`].
    pub day: i32,
    pub units: u32,
    pub provider: Provider,
    /// Its provider is of a specialty that a check asks for: the check's place.
    pub specialty: Option<u16>,
    /// CMS place of service; zeros where it is not told.
    pub place_of_service: [u8; 2],
    /// Modifiers as they stand, into [`Claim::modifiers`].
    pub(super) said: (u32, u32),
    /// Those that packs name.
    pub(super) modifiers: Modifiers,
    pub(super) classes: Classes,
    pub(super) place: Option<PtpCode>,
    pub(super) indicators: Indicators,
    /// Rows of its add-on code.
    pub(super) add_ons: (u32, u32),
    /// A fact of the documentation that supports a bypass names it.
    pub supported: bool,
    pub(super) fault: Option<Fault>,
}

impl Line {
    /// Global days of its code on its day, packed characters; 0 where none are told.
    pub fn global_days(&self) -> u32 {
        self.indicators.global
    }
}

/// A diagnosis of the claim.
#[derive(Clone, Copy, Debug)]
pub struct Diagnosis {
    /// None where ICD-10-CM has no such code.
    pub id: Option<CodeId>,
    pub key: CodeKey,
    /// Present on admission as it was told; 0 where it was not.
    pub poa: u8,
}

/// A documented circumstance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Place of its kind in the facts that packs tell.
    pub kind: u16,
    /// The modifier that says the same, where the fact names a side or site: [`MALFORMED`] where it does not.
    pub value: [u8; 2],
    /// Places of the lines that it names.
    pub lines: Vec<u32>,
}

/// The patient as far as codes ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patient {
    pub sex: Option<Sex>,
    pub birth: Option<Date>,
}

/// A claim: its own lines, then lines of the patient that were billed before.
#[derive(Clone, Debug)]
pub struct Claim {
    pub setting: Setting,
    pub lines: Vec<Line>,
    /// Number of lines on the claim itself.
    pub own: usize,
    pub modifiers: Vec<[u8; 2]>,
    /// In the order of the claim: first-listed or principal diagnosis first.
    pub diagnoses: Vec<Diagnosis>,
    /// Line and rank of the diagnosis that it points to, from 1.
    pub pointers: Vec<(u32, u32)>,
    /// The day that decides what holds of the diagnoses where the claim has no line of its own.
    pub day: Option<Date>,
    pub patient: Patient,
    pub facts: Vec<Fact>,
    pub payer: Payer,
    /// Specialties by their numbers, from 1.
    pub specialties: Vec<String>,
}

/// Who pays; empty where it is not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payer {
    pub id: String,
    pub plan: String,
    pub line_of_business: String,
    pub jurisdiction: String,
}

impl Claim {
    pub fn new(setting: Setting) -> Self {
        Self {
            setting,
            lines: Vec::new(),
            own: 0,
            modifiers: Vec::new(),
            diagnoses: Vec::new(),
            pointers: Vec::new(),
            day: None,
            patient: Patient::default(),
            facts: Vec::new(),
            payer: Payer::default(),
            specialties: Vec::new(),
        }
    }

    /// Whether two lines are of one provider. A facility is one provider.
    #[inline]
    pub(super) fn same_provider(&self, a: &Line, b: &Line) -> bool {
        self.setting != Setting::Professional || a.provider.same(b.provider)
    }

    /// Whether a line takes part in the edits. A line of the history was billed, whatever the lists that are loaded say of its code.
    #[inline]
    pub(super) fn takes_part(&self, at: usize) -> bool {
        at >= self.own || self.lines[at].fault.is_none()
    }

    /// Modifiers of a line as they stand.
    pub fn said(&self, line: &Line) -> &[[u8; 2]] {
        self.modifiers.get(line.said.0 as usize..line.said.1 as usize).unwrap_or_default()
    }
}

/// A modifier that is not two letters or digits.
pub const MALFORMED: [u8; 2] = [0; 2];

/// A modifier as it is packed.
pub fn modifier(text: &str) -> [u8; 2] {
    match *text.as_bytes() {
        [a, b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => [a.to_ascii_uppercase(), b.to_ascii_uppercase()],
        _ => MALFORMED,
    }
}

/// Adds lines to claims: looks up codes and what the tables say of them.
pub struct Resolver<'a> {
    pub(super) kb: &'a KnowledgeBase,
    pub(super) rules: &'a EditRules,
    pub(super) services: Services<'a>,
    /// Edits of the setting; none for inpatient facilities.
    pub(super) ptp: Option<PtpEdits<'a>>,
    /// The setting's place in tables, and its qualifier in limits of units.
    pub(super) table: Option<usize>,
}

impl Resolver<'_> {
    /// Adds a diagnosis after those that the claim has.
    pub fn add_diagnosis(&self, claim: &mut Claim, code: &str, poa: u8) {
        let key = System::Icd10cm.parse(code).ok();
        let id = key.and_then(|k| self.kb.find(System::Icd10cm, k));
        claim.diagnoses.push(Diagnosis { id, key: key.unwrap_or(CodeKey(0)), poa });
    }

    /// Adds a line; lines of the history after all lines of the claim.
    /// A line that cannot be used carries its fault.
    pub fn add(&self, claim: &mut Claim, code: &str, modifiers: impl Iterator<Item = [u8; 2]>, date: Date, units: u32, provider: Provider) {
        let key = [System::Cpt, System::Hcpcs].iter().find_map(|s| s.parse(code).ok());
        let id = key.and_then(|k| self.services.find(k));
        let listed = |k: CodeKey| self.rules.listed[usize::from((k.0 >> 56) as u8 >= b'A')];
        let fault = match (key, id) {
            (None, _) => Some(Fault::Unknown),
            // A system of which nothing is loaded knows no code and misses none.
            (Some(key), None) => listed(key).then_some(Fault::Unknown),
            (_, Some(id)) => match self.services.in_force(id, date) {
                crate::knowledge::InForce::Yes => None,
                crate::knowledge::InForce::No(from, to) => Some(Fault::NotOnDate(from, to)),
            },
        };
        let start = claim.modifiers.len() as u32;
        let mut set = 0;
        for modifier in modifiers {
            claim.modifiers.push(modifier);
            set |= self.rules.bit(modifier).map_or(0, |bit| 1 << bit);
        }
        let key = key.unwrap_or(CodeKey(0));
        let qualifier = self.table.map(|t| t as u16 + 1);
        claim.lines.push(Line {
            key,
            id,
            date,
            day: date.day_number(),
            units,
            provider,
            specialty: None,
            place_of_service: [0; 2],
            said: (start, claim.modifiers.len() as u32),
            modifiers: set,
            classes: self.rules.classes(key),
            place: self.ptp.and_then(|p| p.resolve(key)),
            indicators: id.map_or_else(Indicators::default, |id| self.services.indicators(id, qualifier, date)),
            add_ons: id.map_or((0, 0), |id| self.services.add_on_rows(id)),
            supported: false,
            fault: fault.or((units == 0).then_some(Fault::NoUnits)),
        });
    }
}

/// Why a claim was not edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    #[error("the knowledge base has no rules of claim editing: build it with the packs of editing/")]
    NoRules,
}
