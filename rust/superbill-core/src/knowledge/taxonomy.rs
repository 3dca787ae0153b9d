//! Codes of all systems: hierarchy, titles, what holds of a code on a day, and what its tables say of it.

use super::{
    KnowledgeBase,
    attributes::{Attribute, Kind},
    base::{records, slice},
    layout::{AttributeRecord, BlockRecord, CodeRecord, NONE, NoteRecord, Range, Successor, SystemRecord, VersionRecord, flag, section},
    notes::Notes,
};
use crate::{
    code::{CodeId, CodeKey, System},
    date::Date,
};
use zerocopy::little_endian::{U32, U64};

/// What a code is on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can stand on a claim.
    Valid,
    /// A category or table: a code below it must be chosen.
    Header,
    /// It is in force from this day on.
    NotYet(Date),
    /// This was its last day.
    Expired(Date),
    /// Tables name it, but none of them says when it holds.
    Undated,
}

impl Standing {
    /// Names of what can be told of a written code, by number: those of a standing, then of what is no known code.
    pub const NAMES: [&'static str; 7] = ["valid", "header", "not_yet", "expired", "undated", "unknown", "malformed"];
    pub const UNKNOWN: u8 = 5;
    pub const MALFORMED: u8 = 6;

    /// The place of its name.
    pub fn number(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Header => 1,
            Self::NotYet(_) => 2,
            Self::Expired(_) => 3,
            Self::Undated => 4,
        }
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        Self::NAMES[usize::from(self.number())]
    }
}

/// What [`KnowledgeBase::lookup`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    pub code: CodeId,
    pub standing: Standing,
    /// Whether a loaded release of the system covers the day.
    pub covered: bool,
}

impl KnowledgeBase {
    pub(crate) fn codes(&self) -> &[CodeRecord] {
        records(self.section(section::CODES))
    }

    fn record(&self, code: CodeId) -> Option<&CodeRecord> {
        self.codes().get(code.0 as usize)
    }

    fn blocks(&self) -> &[BlockRecord] {
        records(self.section(section::BLOCKS))
    }

    fn keys(&self) -> &[U64] {
        records(self.section(section::KEYS))
    }

    /// Ids of the codes of a system.
    pub fn codes_of(&self, system: System) -> std::ops::Range<u32> {
        let systems: &[SystemRecord] = records(self.section(section::SYSTEMS));
        let found = systems.iter().find(|s| s.system.get() == system as u32);
        let range = found.map_or(0..0, |s| s.codes.start.get()..s.codes.end.get());
        range.start..range.end.min(self.keys().len() as u32).max(range.start)
    }

    /// The system of a code.
    pub fn system(&self, code: CodeId) -> Option<System> {
        let systems: &[SystemRecord] = records(self.section(section::SYSTEMS));
        let found = systems.iter().find(|s| (s.codes.start.get()..s.codes.end.get()).contains(&code.0))?;
        System::numbered(found.system.get())
    }

    /// The code with this key.
    pub fn find(&self, system: System, key: CodeKey) -> Option<CodeId> {
        let range = self.codes_of(system);
        let (first, end) = (range.start as usize, range.end as usize);
        // Between the samples of this system: the last one that is not above the key begins the stretch that may have it.
        let samples: &[U64] = records(self.section(section::KEY_SAMPLES));
        let inside = first.div_ceil(section::SAMPLE)..end.div_ceil(section::SAMPLE);
        let below = samples.get(inside.clone())?.partition_point(|s| s.get() <= key.0);
        let stretch = match below {
            0 => first..end.min(inside.start * section::SAMPLE),
            _ => (inside.start + below - 1) * section::SAMPLE..end.min((inside.start + below) * section::SAMPLE),
        };
        let keys = self.keys().get(stretch.clone())?;
        keys.iter().position(|k| k.get() == key.0).map(|at| CodeId((stretch.start + at) as u32))
    }

    pub fn key(&self, code: CodeId) -> CodeKey {
        CodeKey(self.keys().get(code.0 as usize).map_or(0, |k| k.get()))
    }

    /// The code as people write it.
    pub fn written(&self, code: CodeId) -> String {
        self.system(code).unwrap_or(System::Icd10cm).write(self.key(code))
    }

    /// Number of codes of a system that can stand on a claim on a day.
    pub fn billable_count(&self, system: System, date: Date) -> usize {
        self.codes_of(system).filter(|&c| self.standing(CodeId(c), date) == Standing::Valid).count()
    }

    pub(crate) fn has(&self, code: CodeId, flags: u32) -> bool {
        self.record(code).is_some_and(|c| c.flags.get() & flags != 0)
    }

    /// Whether it can stand on a claim by the release that notes are read with.
    pub(crate) fn is_billable(&self, code: CodeId) -> bool {
        self.has(code, flag::BILLABLE)
    }

    /// Flags of the release that notes are read with (see [`flag`]).
    pub fn flags(&self, code: CodeId) -> u32 {
        self.record(code).map_or(0, |r| r.flags.get())
    }

    /// The meaning of a seventh character that was made from its list.
    pub fn extension(&self, code: CodeId) -> Option<&str> {
        self.record(code).map(|r| self.text(r.extension)).filter(|e| !e.is_empty())
    }

    /// The newest title; a seventh character's comes after its base's.
    pub fn title(&self, code: CodeId) -> String {
        let Some(record) = self.record(code) else { return String::new() };
        let (title, extension) = (self.text(record.title), self.text(record.extension));
        if extension.is_empty() { title.to_owned() } else { format!("{title}, {extension}") }
    }

    /// The title on a day, in the publisher's words.
    pub fn title_on(&self, code: CodeId, date: Date) -> String {
        let own = self.version(code, date).map(|v| self.text(v.title)).filter(|t| !t.is_empty());
        own.map_or_else(|| self.title(code), str::to_owned)
    }

    /// The publisher's short title on a day; empty where there is none.
    pub fn short_title_on(&self, code: CodeId, date: Date) -> &str {
        self.version(code, date).map_or("", |v| self.text(v.short))
    }

    /// Notes of the tabular list on the code itself, on a day: kind (see [`super::layout::note`]), text, and the codes named as ranges of ids.
    pub fn notes(&self, code: CodeId, date: Date) -> Vec<(u32, &str, Vec<std::ops::Range<u32>>)> {
        let Some(record) = self.record(code) else { return Vec::new() };
        let (notes, targets): (&[NoteRecord], &[Range]) = (records(self.section(section::NOTES)), records(self.section(section::TARGETS)));
        let on = slice(notes, record.notes).iter().filter(|n| (n.from.get()..=n.to.get()).contains(&date.0));
        let ranges = |n: &NoteRecord| slice(targets, n.targets).iter().map(|t| t.start.get()..t.end.get()).collect();
        on.map(|n| (n.kind.get(), self.text(n.text), ranges(n))).collect()
    }

    pub fn parent(&self, code: CodeId) -> Option<CodeId> {
        let parent = self.record(code)?.parent.get();
        ((parent as usize) < self.codes().len() && parent < code.0).then_some(CodeId(parent))
    }

    /// Everything above the code, nearest first.
    pub fn ancestors(&self, code: CodeId) -> impl Iterator<Item = CodeId> {
        std::iter::successors(self.parent(code), |&at| self.parent(at))
    }

    /// The code and all below it: one contiguous range of ids.
    pub fn subtree(&self, code: CodeId) -> std::ops::Range<u32> {
        let end = self.record(code).map_or(code.0, |r| r.end.get());
        code.0..end.min(self.codes().len() as u32).max(code.0)
    }

    /// Its direct children, in code order: each starts where the subtree of the one before ends.
    pub fn children(&self, code: CodeId) -> impl Iterator<Item = CodeId> {
        let range = self.subtree(code);
        let mut at = range.start + 1;
        std::iter::from_fn(move || {
            let child = (at < range.end).then_some(CodeId(at))?;
            at = self.subtree(child).end.max(at + 1);
            Some(child)
        })
    }

    /// Its children in the release that notes are read with.
    pub(crate) fn current_children(&self, code: CodeId) -> impl Iterator<Item = CodeId> {
        self.children(code).filter(|&c| !self.has(c, flag::RETIRED))
    }

    /// Its children on a day.
    pub fn children_on(&self, code: CodeId, date: Date) -> impl Iterator<Item = CodeId> {
        self.children(code).filter(move |&c| matches!(self.standing(c, date), Standing::Valid | Standing::Header))
    }

    /// Whether `node` is `code` or above it.
    pub fn subsumes(&self, node: CodeId, code: CodeId) -> bool {
        self.subtree(node).contains(&code.0)
    }

    fn versions(&self, code: CodeId) -> &[VersionRecord] {
        self.record(code).map_or(&[], |r| slice(records(self.section(section::VERSIONS)), r.versions))
    }

    /// What holds on the day; where nothing does, what held last before it, else what holds first.
    fn version(&self, code: CodeId, date: Date) -> Option<&VersionRecord> {
        let versions = self.versions(code);
        let begun = versions.partition_point(|v| v.from.get() <= date.0);
        versions.get(begun.saturating_sub(1))
    }

    /// What held of a code, in order of time: first and last day, whether it could stand on a claim, the title where it is not the newest, the short title.
    pub fn history(&self, code: CodeId) -> impl Iterator<Item = (u32, u32, bool, &str, &str)> {
        let of = |v: &VersionRecord| (v.from.get(), v.to.get(), v.flags.get() & flag::BILLABLE != 0);
        self.versions(code).iter().map(move |v| (of(v).0, of(v).1, of(v).2, self.text(v.title), self.text(v.short)))
    }

    /// First and last day of what holds of a code on a day; no first day where it held before the first loaded release, no last where it still holds.
    pub fn interval(&self, code: CodeId, date: Date) -> (Option<Date>, Option<Date>) {
        let day = |day: u32, open: u32| (day != open).then_some(Date(day));
        self.version(code, date).map_or((None, None), |v| (day(v.from.get(), 0), day(v.to.get(), Date::OPEN.0)))
    }

    /// What a code is on a day.
    pub fn standing(&self, code: CodeId, date: Date) -> Standing {
        let Some(version) = self.version(code, date) else { return Standing::Undated };
        if date.0 < version.from.get() {
            Standing::NotYet(Date(version.from.get()))
        } else if date.0 > version.to.get() {
            Standing::Expired(Date(version.to.get()))
        } else if version.flags.get() & flag::BILLABLE != 0 {
            Standing::Valid
        } else {
            Standing::Header
        }
    }

    /// What is known of a code on a day; `None` where it is unknown.
    pub fn lookup(&self, system: System, key: CodeKey, date: Date) -> Option<Known> {
        let code = self.find(system, key)?;
        Some(Known { code, standing: self.standing(code, date), covered: self.covered(system, date) })
    }

    /// Whether a loaded release of ICD-10-CM, which notes are coded with, covers the day.
    pub fn covers(&self, date: Date) -> bool {
        self.covered(System::Icd10cm, date)
    }

    /// Codes that the publisher names for an expired code, from the day given or earlier.
    pub fn successors(&self, code: CodeId, date: Date) -> impl Iterator<Item = CodeId> {
        let all: &[Successor] = records(self.section(section::SUCCESSORS));
        let start = all.partition_point(|s| s.before.get() < code.0);
        let of_code = all.get(start..).unwrap_or_default().iter().take_while(move |s| s.before.get() == code.0);
        of_code.filter(move |s| s.from.get() <= date.0).map(|s| CodeId(s.after.get()))
    }

    /// Codes that a code stands for since its first day.
    pub fn predecessors(&self, code: CodeId) -> impl Iterator<Item = CodeId> {
        let all: &[Successor] = records(self.section(section::SUCCESSORS));
        all.iter().filter(move |s| s.after.get() == code.0).map(|s| CodeId(s.before.get()))
    }

    fn attribute_records(&self, code: CodeId) -> &[AttributeRecord] {
        let starts: &[U32] = records(self.section(section::ATTRIBUTE_STARTS));
        let (Some(&start), Some(&end)) = (starts.get(code.0 as usize), starts.get(code.0 as usize + 1)) else { return &[] };
        slice(records(self.section(section::ATTRIBUTES)), Range { start, end })
    }

    /// What the tables say of a code on a day.
    pub fn attributes(&self, code: CodeId, date: Date) -> impl Iterator<Item = Attribute<'_>> {
        let on = self.attribute_records(code).iter().filter(move |a| (a.from.get()..=a.to.get()).contains(&date.0));
        on.filter_map(|a| Attribute::of(a, &self.releases().names))
    }

    /// One property on a day as its file has it; `qualifier` 0 where the kind has none.
    pub fn attribute(&self, code: CodeId, kind: Kind, qualifier: u16, date: Date) -> Option<u32> {
        let wanted = |a: &&AttributeRecord| {
            a.kind.get() == kind as u16 && a.qualifier.get() == qualifier && (a.from.get()..=a.to.get()).contains(&date.0)
        };
        self.attribute_records(code).iter().find(wanted).map(|a| a.value.get())
    }

    /// Chapter and section of the tabular list above a code, nearest first: name and title.
    pub fn blocks_above(&self, code: CodeId) -> Vec<(&str, &str)> {
        let top = self.ancestors(code).last().unwrap_or(code);
        let mut found = Vec::new();
        let mut at = self.record(top).map_or(NONE, |r| r.parent.get());
        while let Some(block) = (at as usize).checked_sub(self.codes().len()).and_then(|b| self.blocks().get(b)) {
            found.push((self.text(block.name), self.text(block.title)));
            // A parent stands before its children: a walk that only goes that way ends, whatever the file says.
            if block.parent.get() >= at {
                break;
            }
            at = block.parent.get();
        }
        found
    }

    /// Notes of one kind on the code and everything above it, on a day, as ranges of code ids.
    pub fn note_targets(&self, code: CodeId, kind: u32, date: Date) -> Vec<std::ops::Range<u32>> {
        let mut found = Vec::new();
        Notes::new(self).each(code, date, &[kind], |_, targets| found.extend(targets.iter().map(|t| t.start.get()..t.end.get())));
        found
    }
}
