//! Everything read from sources, before it is joined.

use crate::{
    base::{Held, History, Icd10cm, Published, Timeline},
    source::{icd_order::OrderLine, ontology, order_addenda::Addendum, rf2::Snomed},
};
use std::collections::{BTreeMap, HashMap};
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
    knowledge::{
        attributes::{Form, Kind},
        index::IndexBuilder,
        pcs::PcsBuilder,
        ptp_builder::PtpBuilder,
        releases::Release,
    },
};

/// Titles of a code that a file tells the history of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub title: String,
    pub short: String,
}

/// Facts by the feed that states them and their kind.
type ByFeed<K, V> = BTreeMap<(&'static str, Kind), Timeline<K, V>>;

/// First and last day of a code, where a file says them.
type Days = (Option<Date>, Option<Date>);

/// An add-on code, its primary (none: the contractor says which) and the type of the edit.
pub(crate) type AddOn = (CodeKey, Option<CodeKey>, u8);

/// What the sources say, by feed and release.
#[derive(Default)]
pub(crate) struct Gathered {
    pub releases: Vec<Release>,
    /// Licences that the user accepted for this build.
    pub accepted: Vec<String>,
    pub icd10cm: Icd10cm,
    /// Code systems whose releases list them whole.
    listed: BTreeMap<System, Timeline<CodeKey, Published>>,
    /// Code systems whose files say themselves when a code was added and terminated.
    told: BTreeMap<System, Timeline<CodeKey, Told>>,
    /// What the newest release says of that.
    told_days: BTreeMap<(System, CodeKey), (Date, Days)>,
    /// Numbers that a table of a feed has, with their days.
    numbers: BTreeMap<(&'static str, System), Timeline<CodeKey, ()>>,
    /// Codes that are only mentioned.
    mentioned: BTreeMap<System, History>,
    /// By feed and kind, since a release that lacks a column says nothing of it.
    attributes: ByFeed<(System, CodeKey, u16), u32>,
    /// The same of kinds of which a code may have several.
    several: ByFeed<(System, CodeKey, u16, u32), ()>,
    /// Values of attributes that are names.
    pub names: Vec<String>,
    names_known: HashMap<String, u32>,
    /// Edits of the practitioner setting and of the outpatient hospital.
    pub ptp: [PtpBuilder; 2],
    pub add_ons: Timeline<AddOn, Days>,
    pub indexes: IndexBuilder,
    pub pcs: PcsBuilder,
    /// Code, the code in its place, and from when.
    pub successors: Vec<(System, CodeKey, CodeKey, Date)>,
    /// Descriptors of a licensed file by code and form.
    pub licensed: Timeline<(CodeKey, u8), String>,
    pub addenda: Vec<(System, Date, String, Vec<Addendum>)>,
    /// Names of diseases by feed and release.
    pub synonyms: Vec<(&'static str, Date, ontology::Name)>,
    /// Model, first day, category, and a category that it drops.
    pub hierarchies: Vec<(String, u32, u32, u32)>,
    /// Titles of categories by model, first day and category.
    pub categories: BTreeMap<(String, u32, u32), String>,
    pub snomed: Snomed,
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
        for line in lines {
            self.list(system, effective, line.code, Published { billable: line.billable, title: line.long, short: line.short });
        }
    }

    /// States what a release that lists its system whole says of a code; whether it did not say another thing before.
    pub(crate) fn list(&mut self, system: System, effective: Date, key: CodeKey, published: Published) -> bool {
        self.listed.entry(system).or_default().state(effective, key, published).is_none()
    }

    /// States a number that a table has, whose titles are not told.
    pub(crate) fn list_number(&mut self, feed: &'static str, effective: Date, (system, key): (System, CodeKey)) {
        self.numbers.entry((feed, system)).or_default().state(effective, key, ());
    }

    /// States what a file says of a code together with its first and last day; the newest file's days hold.
    pub(crate) fn tell(&mut self, effective: Date, (system, key): (System, CodeKey), told: Told, days: Days) -> Result<(), String> {
        let known = self.told_days.entry((system, key)).or_insert((effective, days));
        if known.0 == effective && known.1 != days {
            return Err(format!("{key} stands twice, with other days"));
        }
        if known.0 < effective {
            *known = (effective, days);
        }
        match self.told.entry(system).or_default().state(effective, key, told) {
            None => Ok(()),
            Some(_) => Err(format!("{key} stands twice, with another title")),
        }
    }

    /// The system of a five-character code of a service, and its key.
    pub(crate) fn service(code: &str) -> Option<(System, CodeKey)> {
        [System::Cpt, System::Hcpcs].into_iter().find_map(|s| s.parse(code).ok().map(|k| (s, k)))
    }

    /// Makes a code known that a table only mentions.
    pub(crate) fn mention(&mut self, system: System, key: CodeKey) {
        self.mentioned.entry(system).or_default().entry(key).or_default();
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
            Some(_) => Err(format!("{}: another row of the release gives another {}", code.1, kind.name())),
        }
    }

    /// States that a code is on a list in a release.
    pub(crate) fn member(&mut self, feed: &'static str, effective: Date, code: (System, CodeKey), kind: Kind) {
        self.attributes.entry((feed, kind)).or_default().state(effective, (code.0, code.1, 0), 1);
    }

    /// States one of several values of a kind.
    pub(crate) fn one_of(
        &mut self,
        feed: &'static str,
        effective: Date,
        code: (System, CodeKey),
        (kind, qualifier): (Kind, u16),
        value: u32,
    ) {
        self.several.entry((feed, kind)).or_default().state(effective, (code.0, code.1, qualifier, value), ());
    }

    /// Puts names in order, so that the order of the files does not matter.
    pub(crate) fn order_names(&mut self) -> HashMap<u32, u32> {
        let mut sorted: Vec<(String, u32)> = std::mem::take(&mut self.names).into_iter().zip(0..).collect();
        sorted.sort();
        let places = sorted.iter().zip(0..).map(|((_, old), new)| (*old, new)).collect();
        self.names = sorted.into_iter().map(|n| n.0).collect();
        places
    }

    /// Histories of the systems other than ICD-10-CM: what is listed or told of a code, else the days on which a table has its number, else that it is
    /// mentioned.
    pub(crate) fn histories(&mut self) -> BTreeMap<System, History> {
        let mut histories = std::mem::take(&mut self.mentioned);
        let mut numbers: BTreeMap<(System, CodeKey), Vec<Held<()>>> = BTreeMap::new();
        for ((_, system), timeline) in std::mem::take(&mut self.numbers) {
            for (key, held) in timeline.held() {
                numbers.entry((system, key)).or_default().extend(held);
            }
        }
        for ((system, key), held) in numbers {
            histories.entry(system).or_default().insert(key, united(held));
        }
        for (system, timeline) in std::mem::take(&mut self.told) {
            for (key, held) in timeline.held() {
                let days = self.told_days.get(&(system, key)).map_or((None, None), |d| d.1);
                histories.entry(system).or_default().insert(key, within(held, days));
            }
        }
        for (system, timeline) in std::mem::take(&mut self.listed) {
            histories.entry(system).or_default().extend(timeline.held());
        }
        histories
    }

    /// Properties with their days.
    pub(crate) fn properties(&mut self, names: &HashMap<u32, u32>) -> BTreeMap<(System, CodeKey, Kind, u16), Vec<Held<u32>>> {
        let mut all: BTreeMap<_, Vec<Held<u32>>> = BTreeMap::new();
        let renamed = |value: u32| names.get(&value).copied().unwrap_or(value);
        for ((_, kind), timeline) in std::mem::take(&mut self.attributes) {
            for ((system, key, qualifier), mut held) in timeline.held() {
                if kind.form() == Form::Name {
                    for h in &mut held {
                        h.fact = renamed(h.fact);
                    }
                }
                all.entry((system, key, kind, qualifier)).or_default().extend(held);
            }
        }
        for ((_, kind), timeline) in std::mem::take(&mut self.several) {
            for ((system, key, qualifier, fact), held) in timeline.held() {
                let qualifier = if kind == Kind::Hcc { renamed(u32::from(qualifier)) as u16 } else { qualifier };
                let fact = if kind.form() == Form::Name { renamed(fact) } else { fact };
                let held = held.into_iter().map(|h| Held { from: h.from, to: h.to, fact });
                all.entry((system, key, kind, qualifier)).or_default().extend(held);
            }
        }
        // What two feeds or forms of one file say alike is said once.
        for held in all.values_mut() {
            held.sort_by_key(|h| (h.from, h.to, h.fact));
            held.dedup();
        }
        all
    }
}

/// Days on which any of several tables has a number.
fn united(mut held: Vec<Held<()>>) -> Vec<Held<Published>> {
    held.sort_by_key(|h| (h.from, h.to));
    let mut out: Vec<Held<Published>> = Vec::new();
    for next in held {
        match out.last_mut() {
            Some(last) if next.from == 0 || Date(next.from).previous().0 <= last.to => last.to = last.to.max(next.to),
            _ => {
                let fact = Published { billable: true, ..Published::default() };
                out.push(Held { from: next.from, to: next.to, fact });
            }
        }
    }
    out
}

/// What held of a code, from the day it was added to the day it was terminated.
fn within(held: Vec<Held<Told>>, (added, terminated): Days) -> Vec<Held<Published>> {
    let (first, last) = (added.map_or(0, |d| d.0), terminated.map_or(Date::OPEN.0, |d| d.0));
    let mut out: Vec<Held<Published>> = Vec::new();
    for (at, next) in held.into_iter().enumerate() {
        // The first release that has a code tells when it was added, before the release or after it.
        let from = if at == 0 { first } else { next.from.max(first) };
        let to = next.to.min(last);
        let fact = Published { billable: true, title: next.fact.title, short: next.fact.short };
        if from <= to {
            out.push(Held { from, to, fact });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(title: &str) -> Told {
        Told { title: title.into(), short: String::new() }
    }

    #[test]
    fn a_file_that_tells_its_history_is_believed_about_it() {
        let mut gathered = Gathered::default();
        let code = (System::Hcpcs, CodeKey::pack("G0001").unwrap());
        let (old, new) = (Date(2019_01_01), Date(2025_10_01));
        let added = Some(Date(2015_01_01));
        gathered.tell(old, code, told("before"), (added, None)).unwrap();
        gathered.tell(new, code, told("after"), (added, Some(Date(2025_12_31)))).unwrap();
        assert!(gathered.tell(new, code, told("else"), (added, Some(Date(2025_12_31)))).is_err());
        assert!(gathered.tell(new, code, told("after"), (added, None)).is_err());
        let history = gathered.histories().remove(&System::Hcpcs).unwrap();
        let days: Vec<(u32, u32, &str)> = history[&code.1].iter().map(|h| (h.from, h.to, h.fact.title.as_str())).collect();
        assert_eq!(days, [(2015_01_01, 2025_09_30, "before"), (2025_10_01, 2025_12_31, "after")]);
    }

    #[test]
    fn a_terminated_code_ends_whatever_newer_files_repeat_of_it() {
        let held = vec![Held { from: 0, to: 2025_09_30, fact: told("x") }, Held { from: 2025_10_01, to: Date::OPEN.0, fact: told("y") }];
        let within = within(held, (None, Some(Date(2021_12_31))));
        assert_eq!(within.iter().map(|h| (h.from, h.to)).collect::<Vec<_>>(), [(0, 2021_12_31)]);
    }

    #[test]
    fn a_number_holds_while_any_table_has_it() {
        let held = |from, to| Held { from, to, fact: () };
        let days = |held| united(held).iter().map(|h| (h.from, h.to)).collect::<Vec<_>>();
        assert_eq!(days(vec![held(2024_01_01, 2024_03_31), held(2024_04_01, 2024_06_30)]), [(2024_01_01, 2024_06_30)]);
        assert_eq!(days(vec![held(0, 2023_12_31), held(2025_01_01, Date::OPEN.0)]), [(0, 2023_12_31), (2025_01_01, Date::OPEN.0)]);
        assert_eq!(days(vec![held(0, Date::OPEN.0), held(0, 2023_12_31)]), [(0, Date::OPEN.0)]);
    }

    #[test]
    fn a_code_may_have_several_values_of_a_kind() {
        let mut gathered = Gathered::default();
        let code = (System::Icd10cm, CodeKey::parse("B377").unwrap());
        let model = gathered.name("model") as u16;
        for category in [6, 2] {
            gathered.one_of("x", Date(2026_01_01), code, (Kind::Hcc, model), category);
        }
        let properties = gathered.properties(&HashMap::new());
        assert_eq!(properties.values().next().unwrap().iter().map(|h| h.fact).collect::<Vec<_>>(), [2, 6]);
    }
}
