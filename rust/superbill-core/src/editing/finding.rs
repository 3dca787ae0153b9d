//! What edits find: rules, lines and fixed-size details; words are made by whoever renders it.

use crate::{date::Date, knowledge::ptp::PtpRow};

macro_rules! rules {
    ($($name:ident = $id:literal,)*) => {
        /// The rules that the engine applies; their ids are stable, their words are in packs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule {
            $(#[doc = concat!("`", $id, "`")] $name,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The id on the wire.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }
        }
    };
}

// In the order of their ids, which is the order in which findings of one line are told.
rules! {
    AddOnNoPrimary = "addon.no_primary",
    AddOnPayerList = "addon.payer_list",
    AddOnPrimaryDenied = "addon.primary_denied",
    NotCovered = "coverage.diagnosis",
    DxAge = "dx.age",
    DxCodeAlso = "dx.code_also",
    DxCodeFirst = "dx.code_first",
    DxDuplicate = "dx.duplicate",
    DxEtiologyMissing = "dx.etiology_missing",
    DxExcludes1 = "dx.excludes1",
    DxExternalCauseFirst = "dx.external_cause_first",
    DxFirstOnly = "dx.first_only",
    DxHeader = "dx.header",
    DxIntegral = "dx.integral",
    DxManifestationFirst = "dx.manifestation_first",
    DxNeverFirst = "dx.never_first",
    DxNoRelease = "dx.no_release",
    DxNotOnDate = "dx.not_on_date",
    DxPoaExempt = "dx.poa_exempt",
    DxPoaInvalid = "dx.poa_invalid",
    DxPoaMissing = "dx.poa_missing",
    DxPoaUndetermined = "dx.poa_undetermined",
    DxPointer = "dx.pointer",
    DxPregnancyFirst = "dx.pregnancy_first",
    DxSeventhCharacter = "dx.seventh_character",
    DxSex = "dx.sex",
    DxSide = "dx.side",
    DxTooMany = "dx.too_many",
    DxUnacceptablePrincipal = "dx.unacceptable_principal",
    DxUnknown = "dx.unknown",
    DxUseAdditional = "dx.use_additional",
    ProcedureInside = "global.procedure_inside",
    VisitInside = "global.visit_inside",
    VisitSameDay = "global.visit_same_day",
    CodeNotOnDate = "line.code_not_on_date",
    CodeUnknown = "line.code_unknown",
    MoreFindings = "line.more_findings",
    NoRelease = "line.no_release",
    NoUnits = "line.units",
    ModifierBilateral = "mod.bilateral",
    ModifierConflict = "mod.conflict",
    ModifierDuplicate = "mod.duplicate",
    ModifierGlobalConflict = "mod.global_conflict",
    ModifierLaterality = "mod.laterality",
    ModifierMammography = "mod.mammography",
    ModifierNoGlobal = "mod.no_global",
    ModifierNotAllowed = "mod.not_allowed",
    ModifierNotVisit = "mod.not_em",
    ModifierOrder = "mod.order",
    ModifierPctc = "mod.pctc",
    ModifierPreventive = "mod.preventive",
    ModifierUnknown = "mod.unknown",
    MueDay = "mue.day",
    MueLine = "mue.line",
    MueNotPublished = "mue.not_published",
    MueSecondLine = "mue.second_line",
    OfPayer = "payer.rule",
    PtpBypassed = "ptp.bypassed",
    PtpDenied = "ptp.denied",
    PtpRowsDisagree = "ptp.rows_disagree",
    PtpSameSite = "ptp.same_site",
    PtpSupported = "ptp.supported",
}

impl Rule {
    /// The rule with this id.
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.binary_search_by(|r| r.id().cmp(id)).ok().map(|at| Self::ALL[at])
    }

    /// Whether lines are told as a pair, each with its code: column 1 and column 2, procedure and visit, earlier and later.
    pub fn of_pair(self) -> bool {
        matches!(
            self,
            Self::PtpBypassed
                | Self::PtpDenied
                | Self::PtpRowsDisagree
                | Self::PtpSameSite
                | Self::PtpSupported
                | Self::ProcedureInside
                | Self::VisitInside
                | Self::VisitSameDay
        )
    }

    /// Whether its places are those of diagnoses instead of lines.
    pub fn of_diagnoses(self) -> bool {
        let of_chapter = (Self::DxAge as u8..=Self::DxUseAdditional as u8).contains(&(self as u8));
        of_chapter && !matches!(self, Self::DxSide | Self::DxPointer)
    }

    pub(super) fn of_ptp(self) -> bool {
        matches!(self, Self::PtpBypassed | Self::PtpDenied | Self::PtpRowsDisagree | Self::PtpSameSite | Self::PtpSupported)
    }
}

/// The table that a finding rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Ptp,
    Mue,
    AddOns,
    /// The code lists.
    Codes,
    /// The tabular list of ICD-10-CM.
    Tabular,
    /// The fee schedule's indicators.
    Indicators,
    /// The rule of a pack alone.
    Pack,
}

/// What is particular to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    None,
    /// The row, and the modifier that bypasses it or was tried.
    Ptp {
        row: PtpRow,
        modifier: Option<[u8; 2]>,
    },
    /// Limit, units that stand against it, adjudication indicator.
    Units {
        limit: u32,
        units: u64,
        adjudication: u8,
    },
    Modifier([u8; 2]),
    /// A row of the validity matrix.
    Check {
        row: u16,
        modifier: Option<[u8; 2]>,
    },
    /// Last day of the period after surgery.
    Until(Date),
    /// A rule of a payer or site, and the first of those that it overrules on the line.
    Payer {
        rule: u16,
        over: Option<u16>,
    },
    /// A coverage determination.
    Coverage(u16),
    /// The place of a diagnosis that a line points to.
    Diagnosis(u32),
    /// The table that no release covers on the day.
    Missing {
        table: Table,
        date: Date,
    },
}

/// A stretch of [`Edited::lines`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    pub start: u32,
    pub end: u32,
}

/// One finding: fixed size, no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: Rule,
    /// Lines that it is about (diagnoses, of rules of diagnoses), and those that are not payable because of it.
    pub lines: Stretch,
    pub denied: Stretch,
    pub table: Table,
    pub detail: Detail,
    /// First and last day of the row it rests on, `yyyymmdd`; 0 where the rule or release alone says it.
    pub from: u32,
    pub to: u32,
}

/// Why a line is not payable.
pub(super) mod denied {
    pub(crate) const PTP: u8 = 1;
    pub(crate) const MUE: u8 = 2;
    pub(crate) const ADD_ON: u8 = 4;
    pub(crate) const PAYER: u8 = 8;
    pub(crate) const LINE: u8 = 16;
}

/// Findings that are told of one claim. Lines of one day pair up by the square of their number.
pub(super) const MOST_FINDINGS: usize = 20_000;

/// The whole answer; kept from claim to claim, so that a thread allocates once.
#[derive(Clone, Debug, Default)]
pub struct Edited {
    /// In order of the first line denied or affected, rule and other line.
    pub findings: Vec<Finding>,
    /// Places of lines in the claim.
    pub lines: Vec<u32>,
    /// By line, why it is not payable.
    pub(super) denied: Vec<u8>,
    /// There are more findings than are told.
    more: bool,
    /// Buffers of the sort.
    order: Vec<(u64, u64)>,
    sorted: Vec<Finding>,
}

impl Edited {
    pub fn stretch(&self, of: Stretch) -> &[u32] {
        self.lines.get(of.start as usize..of.end as usize).unwrap_or_default()
    }

    pub(super) fn clear(&mut self, lines: usize) {
        self.findings.clear();
        self.lines.clear();
        self.more = false;
        self.denied.clear();
        self.denied.resize(lines, 0);
    }

    fn put(&mut self, lines: impl IntoIterator<Item = u32>) -> Stretch {
        let start = self.lines.len() as u32;
        self.lines.extend(lines);
        Stretch { start, end: self.lines.len() as u32 }
    }

    /// Adds a finding about lines, of which `denied` are not payable for the reason given.
    pub(super) fn find(
        &mut self,
        rule: Rule,
        lines: impl IntoIterator<Item = u32>,
        denied: impl IntoIterator<Item = u32>,
        reason: u8,
        (table, detail): (Table, Detail),
        (from, to): (u32, u32),
    ) {
        if self.findings.len() >= MOST_FINDINGS {
            self.more = true;
            denied.into_iter().for_each(|line| self.denied[line as usize] |= reason);
            return;
        }
        let (lines, denied) = (self.put(lines), self.put(denied));
        for at in denied.start..denied.end {
            let line = self.lines[at as usize] as usize;
            self.denied[line] |= reason;
        }
        self.findings.push(Finding { rule, lines, denied, table, detail, from, to });
    }

    /// A finding about diagnoses, in the order given.
    pub(super) fn of_diagnoses(&mut self, rule: Rule, places: impl IntoIterator<Item = u32>, table: Table) {
        self.find(rule, places, [], 0, (table, Detail::None), (0, 0));
    }

    /// A finding about one line that cannot be used at all.
    pub(super) fn unusable(&mut self, rule: Rule, line: usize, table: Table, days: (u32, u32)) {
        self.find(rule, [line as u32], [line as u32], denied::LINE, (table, Detail::None), days);
    }

    /// A finding about one line that denies nothing.
    pub(super) fn of_line(&mut self, rule: Rule, line: usize, about: (Table, Detail)) {
        self.find(rule, [line as u32], [], 0, about, (0, 0));
    }

    /// Says where findings were left out, and puts all in the order in which they are told.
    pub(super) fn close(&mut self) {
        if self.more {
            let none = Stretch::default();
            let (table, detail) = (Table::Pack, Detail::None);
            self.findings.push(Finding { rule: Rule::MoreFindings, lines: none, denied: none, table, detail, from: 0, to: 0 });
        }
        let Self { findings, lines, order, sorted, .. } = self;
        let of = |s: Stretch| &lines[s.start as usize..s.end as usize];
        // Each key is made once and compared as two numbers; the place at the end keeps equals in order.
        let key = |(place, f): (u64, &Finding)| {
            let (all, denied) = (of(f.lines), of(f.denied));
            let affected = if f.rule.of_pair() { all.last() } else { all.first() };
            let first = denied.first().or(affected).copied().unwrap_or(0);
            let other = all.iter().copied().find(|&l| l != first).unwrap_or(first);
            // What is found of the diagnoses is told before what is found of the lines.
            let of_lines = u64::from(!f.rule.of_diagnoses());
            (of_lines << 40 | u64::from(first) << 8 | f.rule as u64, u64::from(other) << 32 | place)
        };
        order.clear();
        order.extend((0..).zip(findings.iter()).map(key));
        order.sort_unstable();
        sorted.clear();
        sorted.extend(order.iter().filter_map(|o| findings.get((o.1 & 0xffff_ffff) as usize)));
        std::mem::swap(findings, sorted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_in_the_order_of_their_ids() {
        assert!(Rule::ALL.is_sorted_by_key(|r| r.id()));
        for rule in Rule::ALL {
            assert_eq!(Rule::named(rule.id()), Some(*rule));
            assert!(!rule.of_diagnoses() || rule.id().starts_with("dx."));
        }
    }
}
