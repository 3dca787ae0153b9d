//! Tables that stand beside the codes: add-on codes, licensed descriptors, condition categories.

use super::{Codes, dictionary::encoded};
use crate::{CompileError, gather::Gathered};
use superbill_core::{
    code::System,
    date::Date,
    knowledge::{
        hcc::Categories,
        layout::{AddOnRecord, LicensedRecord, NONE, Text, section},
    },
};
use zerocopy::IntoBytes;

fn add_ons(gathered: &mut Gathered, codes: &Codes) -> Vec<AddOnRecord> {
    let id = |key| [System::Cpt, System::Hcpcs].into_iter().find_map(|s| codes.id(s, key));
    let mut records = Vec::new();
    for ((add_on, primary, edit_type), held) in std::mem::take(&mut gathered.add_ons).held() {
        let Some(add_on) = id(add_on) else { continue };
        let primary = primary.map_or(Some(NONE), id);
        // The newest release tells the days of the whole history, where it tells any.
        let (first, last) = held.iter().rev().map(|h| h.fact).find(|f| f.0.is_some()).unwrap_or((None, None));
        let to = held.last().map_or(Date::OPEN.0, |h| h.to);
        let from = first.map_or_else(|| held.first().map_or(0, |h| h.from), |d| d.0);
        let Some(primary) = primary else { continue };
        records.push(AddOnRecord {
            add_on: add_on.into(),
            primary: primary.into(),
            edit_type: u32::from(edit_type).into(),
            from: from.into(),
            to: last.map_or(to, |d| d.0.min(to)).into(),
        });
    }
    records.sort_by_key(|r| (r.add_on.get(), r.primary.get(), r.edit_type.get(), r.from.get()));
    records
}

fn licensed(gathered: &mut Gathered, codes: &Codes) -> (Vec<LicensedRecord>, Vec<u8>) {
    let (mut records, mut text) = (Vec::new(), Vec::new());
    for ((key, form), held) in std::mem::take(&mut gathered.licensed).held() {
        let Some(code) = codes.id(System::Cpt, key) else { continue };
        for h in held {
            let place = Text { at: (text.len() as u32).into(), length: (h.fact.len() as u32).into() };
            text.extend_from_slice(h.fact.as_bytes());
            let form = u32::from(form).into();
            records.push(LicensedRecord { code: code.into(), form, from: h.from.into(), to: h.to.into(), text: place });
        }
    }
    (records, text)
}

/// The sections of all tables that have rows.
pub(super) fn sections(gathered: &mut Gathered, codes: &Codes) -> Result<Vec<(u32, Vec<u8>)>, CompileError> {
    let add_ons = add_ons(gathered, codes);
    let (descriptors, text) = licensed(gathered, codes);
    let mut hierarchies = std::mem::take(&mut gathered.hierarchies);
    hierarchies.sort();
    hierarchies.dedup();
    let titles = std::mem::take(&mut gathered.categories).into_iter().map(|((model, day, category), title)| (model, day, category, title));
    let categories = Categories { hierarchies, titles: titles.collect() };
    let mut sections = Vec::new();
    if !add_ons.is_empty() {
        sections.push((section::ADD_ONS, add_ons.as_bytes().to_vec()));
    }
    if !descriptors.is_empty() {
        sections.push((section::LICENSED, descriptors.as_bytes().to_vec()));
        sections.push((section::LICENSED + 1, text));
    }
    if categories != Categories::default() {
        sections.push((section::CATEGORIES, encoded("categories", &categories)?));
    }
    Ok(sections)
}
