//! The rules of claim editing as packs tell them: words of findings, classes of codes, what modifiers mean, windows of surgery.
//!
//! They are one postcard-encoded section, decoded at the first claim; [`EditRules`] is the form that the edits look things up in.

use super::{KnowledgeBase, attributes::Kind};
use crate::{
    code::{CodeId, CodeKey, System},
    date::Date,
    encounter::{Setting, Sex},
};
use serde::{Deserialize, Serialize};

/// A set of modifiers, one bit for each that the packs name.
pub type Modifiers = u128;

/// A set of code classes.
pub type Classes = u32;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Review,
    Info,
}

impl Severity {
    /// The severest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Review, Self::Info];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Review => "review",
            Self::Info => "info",
        }
    }
}

/// What a rule says, in our words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleWords {
    pub id: String,
    pub severity: Severity,
    /// The rule in one sentence.
    pub title: String,
    /// The words of a finding, with names in braces for what is particular to it.
    pub message: String,
    pub citation: String,
    pub remedy: Option<String>,
    /// `yyyymmdd`, both inclusive.
    pub effective: u32,
    pub end: u32,
    /// The pack, and its version.
    pub pack: String,
    pub version: String,
}

/// A named set of codes: ranges of keys, half-open. A range that begins with a code of digits holds none that ends in a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeClass {
    pub id: String,
    pub ranges: Vec<(u64, u64)>,
}

/// A modifier that packs name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedModifier {
    pub code: [u8; 2],
    /// Whether the pack makes it known, since no published list that is loaded has it (modifiers of CPT).
    pub known: bool,
    /// `yyyymmdd`, both inclusive.
    pub from: u32,
    pub to: u32,
}

/// What must hold beside a modifier for it to bypass a pair of edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    Nothing,
    /// The anatomic modifiers of both lines differ.
    DifferentSite,
    /// The other line is no major surgery.
    OtherNotMajor,
    /// The other line is major surgery.
    OtherMajor,
    /// A period after surgery of an earlier day is open.
    EarlierSurgery,
    /// The same, or another procedure with a period was done that day.
    OpenSurgery,
}

/// Modifiers that bypass a pair whose indicator is 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bypass {
    pub modifiers: Modifiers,
    /// Classes one of which the line must be of (0: any), and of which it must not be.
    pub class: Classes,
    pub not_class: Classes,
    /// Modifiers that must not stand on the line too.
    pub not_with: Modifiers,
    /// `yyyymmdd`: from this day it may stand on the column 1 line; before on column 2 alone.
    pub since_column1: u32,
    /// The only setting where it does; none for all.
    pub setting: Option<Setting>,
    pub needs: Needs,
}

/// A row of the validity matrix: where all that it says holds of a line, its rule is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Id of the rule.
    pub rule: String,
    /// One of these stands on the line; 0 where the row is about a modifier that lacks.
    pub modifiers: Modifiers,
    /// One of these too.
    pub with: Modifiers,
    /// None of these.
    pub lacks: Modifiers,
    pub class: Classes,
    pub not_class: Classes,
    /// Another line of the claim of that day is of one of these.
    pub beside: Classes,
    /// An indicator of the fee schedule is one of these characters.
    pub indicator: Option<(u16, Vec<u8>)>,
    pub units_over: Option<u32>,
    pub add_on: bool,
    /// CMS specialty code of the provider of the line.
    pub specialty: Option<String>,
    /// Why, in our words.
    pub why: String,
}

/// The place of modifiers on a line: lower ranks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    pub rank: u16,
    pub modifiers: Modifiers,
    /// Only on codes of these classes; 0 for all others.
    pub class: Classes,
}

/// Days that the payment of a surgery covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Global days as the fee schedule has them, packed characters.
    pub indicator: u32,
    pub before: i32,
    pub after: i32,
    /// Modifiers with which a visit of that day stands apart.
    pub visit: Modifiers,
}

/// What stands apart from the period after a surgery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Globals {
    pub settings: Vec<Setting>,
    /// Visits.
    pub visits: Classes,
    pub periods: Vec<Period>,
    /// Modifiers of a visit inside a period, and of one that goes with other work of that day.
    pub visit_apart: Modifiers,
    pub visit_same_day: Modifiers,
    /// Modifiers of a procedure inside a period, and of the same procedure again.
    pub procedure_apart: Modifiers,
    pub repeat: Modifiers,
    /// Modifiers of a procedure that begins no period of its own.
    pub opens_none: Modifiers,
    /// Modifiers that speak of surgery of an earlier day, and those that may speak of the same day.
    pub needs_earlier: Modifiers,
    pub needs_open: Modifiers,
}

/// Everything that packs say of claim editing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Editing {
    pub rules: Vec<RuleWords>,
    pub classes: Vec<CodeClass>,
    /// In the order of their bits.
    pub modifiers: Vec<NamedModifier>,
    pub bypasses: Vec<Bypass>,
    /// Kinds of facts that support a bypass.
    pub supports: Vec<String>,
    pub checks: Vec<Check>,
    pub ranks: Vec<Rank>,
    pub globals: Globals,
    /// Modifiers that tell a second line of a code from the first where the limit of units is one of a line.
    pub separate_lines: Modifiers,
    /// Modifiers of assistants and co-surgeons, whose units are counted apart.
    pub roles: Modifiers,
    /// Add-on codes whose primary may stand on another day.
    pub any_day: Vec<u64>,
    pub diagnoses: Diagnoses,
    pub repair: super::repair::Repair,
    /// Rules of payers and sites in the order in which they decide.
    pub payer_rules: Vec<PayerRule>,
    pub coverages: Vec<CoverageRule>,
}

/// Whose rule it is: where rules of several speak of a line, the payer's decides before the line of business's, and that before the site's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Payer,
    LineOfBusiness,
    Site,
}

impl Level {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::LineOfBusiness => "line of business",
            Self::Site => "site",
        }
    }
}

/// What a rule of a payer or site asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Deny,
    /// Nothing that a rule after it says of the line holds.
    Allow,
    SwapCode,
    RequireModifier,
    RequireDocumentation,
    Review,
    Warn,
}

impl Action {
    /// Of these the first that speaks of a line decides alone.
    pub fn decides(self) -> bool {
        matches!(self, Self::Deny | Self::Allow | Self::SwapCode)
    }

    pub fn severity(self) -> Severity {
        match self {
            Self::Deny | Self::SwapCode | Self::RequireModifier => Severity::Error,
            Self::RequireDocumentation | Self::Review => Severity::Review,
            Self::Allow | Self::Warn => Severity::Info,
        }
    }
}

/// Claims that a rule is for; an empty list is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub payers: Vec<String>,
    pub plans: Vec<String>,
    pub lines_of_business: Vec<String>,
    pub jurisdictions: Vec<String>,
    pub settings: Vec<Setting>,
    /// `yyyymmdd`, both inclusive.
    pub effective: u32,
    pub end: u32,
}

/// A rule of a payer or site: where all that it says holds of a line, its action is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerRule {
    pub id: String,
    pub title: String,
    pub message: String,
    pub citation: String,
    pub remedy: Option<String>,
    pub pack: String,
    pub version: String,
    pub level: Level,
    pub scope: Scope,
    /// Ranges of keys, half-open, and classes; a line is of one of them where any is told.
    pub codes: Vec<(u64, u64)>,
    pub classes: Classes,
    pub modifiers: Modifiers,
    pub without: Modifiers,
    pub units_over: Option<u32>,
    /// Diagnoses of the line (of the claim, where it points to none): one of these, and none of those.
    pub diagnoses: Vec<(u64, u64)>,
    pub not_diagnoses: Vec<(u64, u64)>,
    pub age: Option<(u32, u32)>,
    pub sex: Option<Sex>,
    pub places: Vec<String>,
    pub specialties: Vec<String>,
    pub action: Action,
    /// Modifiers one of which is required.
    pub requires: Modifiers,
    pub overrides: Vec<String>,
}

/// Diagnoses that cover a service (a local or national coverage determination).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRule {
    pub id: String,
    pub title: String,
    pub citation: String,
    pub pack: String,
    pub version: String,
    pub scope: Scope,
    pub codes: Vec<(u64, u64)>,
    pub diagnoses: Vec<(u64, u64)>,
}

/// What packs say of the diagnoses of a claim; codes as ranges of keys, half-open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnoses {
    pub external_causes: Vec<(u64, u64)>,
    /// Codes that stand first or not at all, and those below them that do not.
    pub first_only: Vec<(u64, u64)>,
    pub first_only_except: Vec<(u64, u64)>,
    /// Codes that go before those of all other chapters.
    pub precede: Vec<(u64, u64)>,
    /// Ages in years of the publisher's lists of codes of an age: list, first and last.
    pub ages: Vec<(u16, u32, u32)>,
    /// Modifiers of each side.
    pub left: Modifiers,
    pub right: Modifiers,
    /// Diagnoses that a claim holds: professional, facility; and pointers of a line.
    pub most: (u32, u32),
    pub most_pointers: u32,
}

/// Days that the releases of a table cover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// First and last day of each release.
    spans: Vec<(u32, u32)>,
    /// Whether every release tells the days of the whole history, so that the newest answers any day up to its last.
    history: bool,
}

impl Coverage {
    fn of(kb: &KnowledgeBase, feed: &str, history: bool) -> Self {
        let of_feed = kb.releases().all.iter().filter(|r| r.feed == feed);
        let mut spans: Vec<(u32, u32)> = of_feed.map(|r| (r.effective, r.end)).collect();
        // A release of several files is one, and the newest is asked for most.
        spans.sort_unstable_by(|a, b| b.cmp(a));
        spans.dedup();
        Self { spans, history }
    }

    /// Whether no release is loaded.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether a release covers a day.
    pub fn covers(&self, date: Date) -> bool {
        self.spans.iter().any(|s| (self.history || s.0 <= date.0) && date.0 <= s.1)
    }

    /// The first day of the release that answers for a day; none where none covers it.
    pub fn release(&self, date: Date) -> Option<Date> {
        let answers = self.spans.iter().filter(|s| self.history || s.0 <= date.0 && date.0 <= s.1).map(|s| s.0).max();
        answers.filter(|_| self.covers(date)).map(Date)
    }
}

/// Letters and digits: the places of a modifier's characters.
const CHARACTERS: usize = 36;
const UNNAMED: u8 = u8::MAX;

fn place(character: u8) -> Option<usize> {
    match character {
        b'0'..=b'9' => Some(usize::from(character - b'0')),
        b'A'..=b'Z' => Some(usize::from(character - b'A') + 10),
        _ => None,
    }
}

/// The rules in the form in which edits look things up.
#[derive(Debug)]
pub struct EditRules {
    pub said: Editing,
    /// Bit of a modifier by its characters.
    bits: Vec<u8>,
    /// Where the set of classes changes, in order of key: for codes that end in a digit, and for those that end in a letter.
    classes: [Vec<(u64, Classes)>; 2],
    pub ptp: [Coverage; 2],
    pub mue: [Coverage; 2],
    pub add_ons: Coverage,
    /// Modifiers that each check is about, those that any is about, and the places of checks that are about none.
    pub(crate) prompts: Vec<Modifiers>,
    pub(crate) checked: Modifiers,
    pub(crate) unprompted: Vec<u16>,
    /// Codes that are symptoms of some disease, as ranges of ids in order.
    symptoms: Vec<(u32, u32)>,
    /// Whether a list of modifiers is loaded.
    pub modifiers_listed: bool,
    /// Whether the list of codes exempt from the indicator of presence on admission is loaded.
    pub exemptions_listed: bool,
    /// Systems of services of which any code is loaded: CPT, HCPCS.
    pub listed: [bool; 2],
}

/// Whether the fifth character of a code is a letter.
fn is_lettered(key: u64) -> bool {
    (key >> 24) as u8 >= b'A'
}

/// Names of the feeds of edits by setting: practitioner, outpatient hospital.
pub const PTP_FEEDS: [&str; 2] = ["ncci_ptp_practitioner", "ncci_ptp_hospital"];
pub const MUE_FEEDS: [&str; 2] = ["ncci_mue_practitioner", "ncci_mue_outpatient_hospital"];
pub const EXEMPTIONS_FEED: &str = "poa_exempt";
pub const ADD_ON_FEED: &str = "ncci_add_on";

impl EditRules {
    pub(super) fn new(said: Editing, kb: &KnowledgeBase) -> Self {
        let mut bits = vec![UNNAMED; CHARACTERS * CHARACTERS];
        for (bit, modifier) in said.modifiers.iter().enumerate().take(128) {
            if let [Some(first), Some(second)] = modifier.code.map(place) {
                bits[first * CHARACTERS + second] = bit as u8;
            }
        }
        let classes = [false, true].map(|lettered| {
            let of = |c: &CodeClass| c.ranges.iter().copied().filter(|r| is_lettered(r.0) == lettered).collect::<Vec<_>>();
            let classes: Vec<Vec<(u64, u64)>> = said.classes.iter().take(32).map(of).collect();
            let mut edges: Vec<u64> = classes.iter().flatten().flat_map(|r| [r.0, r.1]).collect();
            edges.sort_unstable();
            edges.dedup();
            let at = |key: u64| {
                let holds = |c: &&Vec<(u64, u64)>| c.iter().any(|r| (r.0..r.1).contains(&key));
                (0..).zip(&classes).filter(|c| holds(&c.1)).fold(0, |set: Classes, c: (u32, _)| set | 1 << c.0)
            };
            edges.iter().map(|&edge| (edge, at(edge))).collect()
        });
        let mut symptoms: Vec<(u32, u32)> = kb.rules().integrals.iter().flat_map(|i| i.symptoms.iter().copied()).collect();
        symptoms.sort_unstable();
        symptoms.dedup_by(|next, last| {
            let joins = next.0 <= last.1;
            last.1 = if joins { last.1.max(next.1) } else { last.1 };
            joins
        });
        Self {
            bits,
            classes,
            prompts: said.checks.iter().map(|c| c.modifiers).collect(),
            checked: said.checks.iter().fold(0, |set, c| set | c.modifiers),
            unprompted: (0..).zip(&said.checks).filter(|c| c.1.modifiers == 0).map(|c| c.0).collect(),
            symptoms,
            ptp: PTP_FEEDS.map(|f| Coverage::of(kb, f, true)),
            mue: MUE_FEEDS.map(|f| Coverage::of(kb, f, false)),
            add_ons: Coverage::of(kb, ADD_ON_FEED, true),
            modifiers_listed: !kb.codes_of(System::HcpcsModifier).is_empty(),
            exemptions_listed: kb.releases().all.iter().any(|r| r.feed == EXEMPTIONS_FEED),
            listed: [System::Cpt, System::Hcpcs].map(|s| !kb.codes_of(s).is_empty()),
            said,
        }
    }

    /// The bit of a modifier; none where no pack names it.
    #[inline]
    pub fn bit(&self, modifier: [u8; 2]) -> Option<u32> {
        let [first, second] = modifier.map(place);
        let bit = *self.bits.get(first? * CHARACTERS + second?)?;
        (bit != UNNAMED).then_some(u32::from(bit))
    }

    /// The classes that a code is of.
    #[inline]
    pub fn classes(&self, key: CodeKey) -> Classes {
        let classes = &self.classes[usize::from(is_lettered(key.0))];
        let begun = classes.partition_point(|c| c.0 <= key.0);
        begun.checked_sub(1).and_then(|at| classes.get(at)).map_or(0, |c| c.1)
    }

    /// Whether a diagnosis is a symptom of some disease.
    pub(crate) fn is_symptom(&self, code: CodeId) -> bool {
        let begun = self.symptoms.partition_point(|r| r.0 <= code.0);
        begun.checked_sub(1).and_then(|at| self.symptoms.get(at)).is_some_and(|r| code.0 < r.1)
    }

    /// The modifier of the lowest bit in a set.
    pub fn first(&self, set: Modifiers) -> Option<[u8; 2]> {
        self.said.modifiers.get(set.trailing_zeros() as usize).map(|m| m.code)
    }

    /// The words of a rule.
    pub fn words(&self, id: &str) -> Option<&RuleWords> {
        self.said.rules.iter().find(|r| r.id == id)
    }
}

/// The kinds of indicators that checks may ask, with the place of each in [`super::Indicators`].
pub const ASKED: [Kind; 5] = [Kind::Bilateral, Kind::AssistantSurgeon, Kind::CoSurgeons, Kind::TeamSurgeons, Kind::ProfessionalTechnical];
