//! Codes of services in place: what a claim line asks of its code, in few looks into the file.

use super::{
    KnowledgeBase, KnowledgeError,
    attributes::Kind,
    base::{records, slice},
    editing::ASKED,
    layout::{AddOnRecord, AttributeRecord, CodeRecord, Range, VersionRecord, flag, section},
};
use crate::{
    code::{CodeId, CodeKey, System},
    date::Date,
};
use zerocopy::little_endian::{U32, U64};

/// What the tables say of a service on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Indicators {
    /// Global days, packed characters; 0 where none are told.
    pub global: u32,
    /// First characters of the kinds of [`ASKED`]; 0 where one is not told.
    pub asked: [u8; ASKED.len()],
    pub mue: Option<Mue>,
}

/// The units of a service that are likely on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mue {
    pub units: u32,
    pub adjudication: u8,
    pub from: u32,
    pub to: u32,
}

/// A code on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InForce {
    Yes,
    /// First and last day of what was or will be in force.
    No(u32, u32),
}

/// The sections that lines look into, found once.
#[derive(Clone, Copy)]
pub(crate) struct Services<'a> {
    keys: &'a [U64],
    codes: &'a [CodeRecord],
    versions: &'a [VersionRecord],
    starts: &'a [U32],
    attributes: &'a [AttributeRecord],
    add_ons: &'a [AddOnRecord],
    of: [(u32, u32); 3],
}

impl KnowledgeBase {
    /// The global days of a service as the fee schedule of the day tells them, packed characters; `None` where none is loaded or it does not have the code.
    pub(crate) fn global_days(&self, code: &str, date: Date) -> Option<u32> {
        let services = Services::new(self).ok()?;
        let days = services.indicators(services.find(CodeKey::pack(code).ok()?)?, None, date).global;
        (days != 0).then_some(days)
    }
}

const SYSTEMS: [System; 3] = [System::Cpt, System::Hcpcs, System::HcpcsModifier];

impl<'a> Services<'a> {
    pub(crate) fn new(kb: &'a KnowledgeBase) -> Result<Self, KnowledgeError> {
        kb.checked(section::ADD_ONS..section::ADD_ONS + 1)?;
        Ok(Self {
            keys: records(kb.section(section::KEYS)),
            codes: records(kb.section(section::CODES)),
            versions: records(kb.section(section::VERSIONS)),
            starts: records(kb.section(section::ATTRIBUTE_STARTS)),
            attributes: records(kb.section(section::ATTRIBUTES)),
            add_ons: records(kb.section(section::ADD_ONS)),
            of: SYSTEMS.map(|s| {
                let range = kb.codes_of(s);
                (range.start, range.end)
            }),
        })
    }

    fn find_in(&self, system: usize, key: CodeKey) -> Option<CodeId> {
        let (start, end) = self.of[system];
        let keys = self.keys.get(start as usize..end as usize)?;
        keys.binary_search_by_key(&key.0, |k| k.get()).ok().map(|at| CodeId(start + at as u32))
    }

    /// A service: place of its system in CPT, HCPCS, and its id.
    pub(crate) fn find(&self, key: CodeKey) -> Option<CodeId> {
        // HCPCS begins with a letter, CPT with a digit.
        let system = usize::from((key.0 >> 56) as u8 >= b'A');
        self.find_in(system, key)
    }

    pub(crate) fn modifier(&self, modifier: [u8; 2]) -> Option<CodeId> {
        self.find_in(2, CodeKey(u64::from(u16::from_be_bytes(modifier)) << 48))
    }

    /// Whether a code is in force on a day; one that no table dates is.
    pub(crate) fn in_force(&self, code: CodeId, date: Date) -> InForce {
        let versions = self.codes.get(code.0 as usize).map_or(&[][..], |c| slice(self.versions, c.versions));
        let begun = versions.partition_point(|v| v.from.get() <= date.0);
        match versions.get(begun.saturating_sub(1)) {
            None => InForce::Yes,
            Some(v) if date.0 >= v.from.get() && date.0 <= v.to.get() && v.flags.get() & flag::BILLABLE != 0 => InForce::Yes,
            Some(v) => InForce::No(v.from.get(), v.to.get()),
        }
    }

    /// What the tables say of a service on a day; `mue` is the setting of its limit of units.
    pub(crate) fn indicators(&self, code: CodeId, mue: Option<u16>, date: Date) -> Indicators {
        let mut found = Indicators::default();
        let (Some(&start), Some(&end)) = (self.starts.get(code.0 as usize), self.starts.get(code.0 as usize + 1)) else { return found };
        let mut limit = (None, 0, 0, 0);
        for record in slice(self.attributes, Range { start, end }) {
            if !(record.from.get()..=record.to.get()).contains(&date.0) {
                continue;
            }
            let (kind, qualifier, value) = (record.kind.get(), record.qualifier.get(), record.value.get());
            if kind == Kind::MueUnits as u16 || kind == Kind::MueAdjudication as u16 {
                if Some(qualifier) == mue {
                    if kind == Kind::MueUnits as u16 {
                        limit = (Some(value), limit.1, record.from.get(), record.to.get());
                    } else {
                        limit.1 = value as u8;
                    }
                }
            } else if qualifier == 0 {
                if kind == Kind::GlobalDays as u16 {
                    found.global = value;
                } else if let Some(at) = ASKED.iter().position(|k| *k as u16 == kind) {
                    found.asked[at] = value.to_be_bytes()[0];
                }
            }
        }
        found.mue = limit.0.map(|units| Mue { units, adjudication: limit.1, from: limit.2, to: limit.3 });
        found
    }

    /// Places of the rows of an add-on code, of any day; none where it is no add-on code.
    pub(crate) fn add_on_rows(&self, code: CodeId) -> (u32, u32) {
        let start = self.add_ons.partition_point(|r| r.add_on.get() < code.0);
        let of_code = self.add_ons[start..].iter().take_while(|r| r.add_on.get() == code.0).count();
        (start as u32, (start + of_code) as u32)
    }

    /// Those that hold on a day.
    pub(crate) fn add_ons(&self, (start, end): (u32, u32), date: Date) -> impl Iterator<Item = &'a AddOnRecord> + Clone + use<'a> {
        let rows = self.add_ons.get(start as usize..end as usize).unwrap_or_default();
        rows.iter().filter(move |r| (r.from.get()..=r.to.get()).contains(&date.0))
    }
}
