//! Everything read from sources, before it is joined.

use crate::{
    base::{Held, History, Icd10cm, Published, Timeline},
    source::icd_order::OrderLine,
};
use std::collections::{BTreeMap, HashMap};
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
    knowledge::{
        attributes::{Form, Kind},
        index::IndexBuilder,
        pcs::PcsBuilder,
        ptp::PtpBuilder,
        releases::Release,
    },
};

/// What the sources say, by feed and release.
#[derive(Default)]
pub(crate) struct Gathered {
    pub releases: Vec<Release>,
    pub icd10cm: Icd10cm,
    /// Code systems whose releases list them whole.
    pub listed: BTreeMap<System, Timeline<CodeKey, Published>>,
    /// Histories that a file tells by itself, and codes that are only mentioned.
    pub told: BTreeMap<System, History>,
    /// By feed and kind, since a release that lacks a column says nothing of it.
    pub attributes: BTreeMap<(&'static str, Kind), Timeline<(System, CodeKey, u16), u32>>,
    /// Values of attributes that are names.
    pub names: Vec<String>,
    names_known: HashMap<String, u32>,
    /// Edits of the practitioner setting and of the outpatient hospital.
    pub ptp: [PtpBuilder; 2],
    pub indexes: IndexBuilder,
    pub pcs: PcsBuilder,
    pub successors: Vec<(System, CodeKey, CodeKey, Date)>,
}

impl Gathered {
    /// The index of a name.
    pub(crate) fn name(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.names_known.get(name) {
            return known;
        }
        let at = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.names_known.insert(name.to_owned(), at);
        at
    }

    /// The order file of a system other than ICD-10-CM.
    pub(crate) fn list_order(&mut self, system: System, effective: Date, lines: Vec<OrderLine>) {
        let timeline = self.listed.entry(system).or_default();
        timeline.release(effective);
        for line in lines {
            timeline.state(effective, line.code, Published { billable: line.billable, title: line.long, short: line.short });
        }
    }

    /// The system of a five-character code of a service, and its key.
    pub(crate) fn service(code: &str) -> Option<(System, CodeKey)> {
        [System::Cpt, System::Hcpcs].into_iter().find_map(|s| s.parse(code).ok().map(|k| (s, k)))
    }

    /// Makes a code known that a table only mentions.
    pub(crate) fn mention(&mut self, system: System, key: CodeKey) {
        self.told.entry(system).or_default().entry(key).or_default();
    }

    /// States a property of a code in a release of a feed; where the release states another already, that is said.
    pub(crate) fn property(
        &mut self,
        feed: &'static str,
        effective: Date,
        code: (System, CodeKey),
        (kind, qualifier): (Kind, u16),
        value: u32,
    ) -> Result<(), String> {
        let timeline = self.attributes.entry((feed, kind)).or_default();
        match timeline.state(effective, (code.0, code.1, qualifier), value) {
            None => Ok(()),
            Some(_) => Err(format!("{}: another file of the release gives another {}", code.1, kind.name())),
        }
    }

    /// Puts names in order, so that the order of the files does not matter.
    pub(crate) fn order_names(&mut self) -> HashMap<u32, u32> {
        let mut sorted: Vec<(String, u32)> = std::mem::take(&mut self.names).into_iter().zip(0..).collect();
        sorted.sort();
        let places = sorted.iter().zip(0..).map(|((_, old), new)| (*old, new)).collect();
        self.names = sorted.into_iter().map(|n| n.0).collect();
        places
    }

    /// Histories of the systems other than ICD-10-CM.
    pub(crate) fn histories(&mut self) -> BTreeMap<System, History> {
        let mut histories = std::mem::take(&mut self.told);
        for (system, timeline) in std::mem::take(&mut self.listed) {
            let history = histories.entry(system).or_default();
            for (key, held) in timeline.held() {
                history.insert(key, held);
            }
        }
        histories
    }

    /// Properties with their days.
    pub(crate) fn properties(&mut self, names: &HashMap<u32, u32>) -> BTreeMap<(System, CodeKey, Kind, u16), Vec<Held<u32>>> {
        let mut all = BTreeMap::new();
        for ((_, kind), timeline) in std::mem::take(&mut self.attributes) {
            let renamed = |value: u32| names.get(&value).copied().unwrap_or(value);
            for ((system, key, qualifier), mut held) in timeline.held() {
                if kind.form() == Form::Name {
                    held.iter_mut().for_each(|h| h.fact = renamed(h.fact));
                }
                let qualifier = if kind == Kind::Hcc { renamed(u32::from(qualifier)) as u16 } else { qualifier };
                all.entry((system, key, kind, qualifier)).or_insert_with(Vec::new).extend(held);
            }
        }
        all
    }
}
