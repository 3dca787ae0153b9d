//! Joins what was gathered from sources with packs into one image.

mod annexes;
mod codes;
mod dictionary;
mod history;
mod index_terms;
mod overlay;
mod phrases;
mod search;
mod synonyms;
mod timeline;
mod word_order;
mod words;
mod writer;

pub(crate) use codes::{Codes, History, Published};
pub(crate) use dictionary::day;
pub(crate) use history::Icd10cm;
pub use overlay::overlay;
pub(crate) use phrases::Phrases;
pub(crate) use timeline::{Held, Timeline};

use crate::{
    CompileError,
    gather::Gathered,
    packs,
    source::{icd10cm_tabular, order_addenda, release::Calendar},
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use superbill_core::{
    code::{CodeKey, System},
    knowledge::{
        container::Container,
        layout::section,
        releases::Releases,
        rules::{Pack, Rules},
        visits::Visits,
    },
};
use writer::{DatedNotes, Writer, block_name};

/// SHA-256 in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Notes of all tabular lists with the days on which they hold.
fn dated_notes(icd10cm: &Icd10cm, newest: &icd10cm_tabular::Tabular) -> DatedNotes {
    let owners = |tabular: &icd10cm_tabular::Tabular| {
        let blocks = tabular.blocks.iter().map(|b| (block_name(b), b.notes.clone()));
        blocks.chain(tabular.nodes.iter().map(|n| (n.key.to_string(), n.notes.clone()))).collect::<Vec<_>>()
    };
    let mut timeline: Timeline<(String, u32, String), ()> = Timeline::default();
    let mut texts: HashMap<(String, u32, String), icd10cm_tabular::Note> = HashMap::new();
    for (&day, (_, tabular)) in &icd10cm.tabulars {
        timeline.release(day);
        for (owner, notes) in owners(tabular) {
            for note in notes {
                let key = (owner.clone(), note.kind, note.text.clone());
                timeline.state(day, key.clone(), ());
                texts.entry(key).or_insert(note);
            }
        }
    }
    // The newest list's order of notes has a meaning: members follow their lead-in. What only older lists have goes after it.
    let mut place: HashMap<(String, u32, String), usize> = HashMap::new();
    for (owner, notes) in owners(newest) {
        for (at, note) in notes.into_iter().enumerate() {
            place.entry((owner.clone(), note.kind, note.text)).or_insert(at);
        }
    }
    let mut dated: HashMap<String, Vec<(usize, icd10cm_tabular::Note, u32, u32)>> = HashMap::new();
    for (key, held) in timeline.held() {
        let Some(note) = texts.remove(&key) else { continue };
        let at = place.get(&key).copied().unwrap_or(usize::MAX);
        dated.entry(key.0).or_default().extend(held.into_iter().map(|h| (at, note.clone(), h.from, h.to)));
    }
    let sorted = |mut notes: Vec<(usize, icd10cm_tabular::Note, u32, u32)>| {
        notes.sort_by(|a, b| (a.0, a.1.kind, &a.1.text, a.2).cmp(&(b.0, b.1.kind, &b.1.text, b.2)));
        notes.into_iter().map(|n| (n.1, n.2, n.3)).collect()
    };
    dated.into_iter().map(|(owner, notes)| (owner, sorted(notes))).collect()
}

/// Joins everything: the same files and packs give the same bytes, in whatever order they were gathered.
pub(crate) fn join(mut gathered: Gathered, pack_sources: &[packs::Source]) -> Result<Vec<u8>, CompileError> {
    let none = || CompileError::new("sources", "no ICD-10-CM tabular list with a list of valid codes, and no order file");
    let (effective, tabular_file, tabular) = gathered.icd10cm.newest_tabular().ok_or_else(none)?;
    let valid = gathered.icd10cm.valid(effective).ok_or_else(none)?;
    let published = gathered.icd10cm.timeline().held();
    check_addenda(&gathered)?;
    let notes = dated_notes(&gathered.icd10cm, &tabular);
    let names = gathered.order_names();
    let mut edits: Vec<(u32, Vec<u8>)> = Vec::new();
    for (builder, first) in std::mem::take(&mut gathered.ptp).into_iter().zip(section::PTP) {
        let mut builder = builder;
        builder.codes().filter_map(|k| Gathered::service(&k.to_string())).for_each(|(system, key)| gathered.mention(system, key));
        builder.rename(|r| names.get(&u32::from(r)).map_or(r, |&n| n as u16));
        if !builder.is_empty() {
            edits.extend(builder.build().into_iter().map(|(part, bytes)| (first + part, bytes)));
        }
    }
    if !gathered.indexes.is_empty() {
        edits.extend(gathered.indexes.build().into_iter().map(|(part, bytes)| (section::INDEX + part, bytes)));
    }
    if !gathered.pcs.is_empty() {
        edits.extend(gathered.pcs.build().into_iter().map(|(part, bytes)| (section::PCS + part, bytes)));
    }
    let others = gathered.histories();
    let codes = Codes::new(&tabular_file, &tabular, &valid, &published, others)?;
    let tabular_pack = Pack {
        id: "icd10cm_tabular".into(),
        version: effective.to_string(),
        citation: format!("ICD-10-CM tabular list {}, CDC/NCHS and CMS", tabular.version),
        effective: effective.0,
        end: Calendar::FiscalYear.end(effective).0,
    };
    let mut pack_sources = pack_sources.to_vec();
    pack_sources.extend(synonyms::packs(&gathered, &codes));
    pack_sources.extend(index_terms::pack(&gathered, &codes));
    let mut terms = Vec::new();
    let dictionary = dictionary::compile(&tabular, &codes, tabular_pack, &pack_sources, |t| terms = t)?;
    let properties = gathered.properties(&names);
    gathered.releases.sort();
    let releases = Releases { all: std::mem::take(&mut gathered.releases), names: std::mem::take(&mut gathered.names) };
    let own_names = procedure_names(&dictionary.rules, &dictionary.visits);
    let writer = Writer {
        tabular: &tabular,
        notes: &notes,
        published: &published,
        codes: &codes,
        dictionary: &dictionary,
        names: &own_names,
        properties: &properties,
        successors: &gathered.successors,
    };
    let mut sections = writer.write(&releases)?;
    sections.extend(search::index_of(&sections, &terms)?);
    sections.extend(dictionary.sections);
    sections.extend(edits);
    sections.extend(annexes::sections(&mut gathered, &codes)?);
    sections.extend(std::mem::take(&mut gathered.snomed).build()?.into_iter().map(|(part, bytes)| (section::SNOMED + part, bytes)));
    sections.sort_by_key(|s| s.0);
    Ok(Container::assemble(&sections))
}

/// Whether what the addenda of a release add is in its order file.
fn check_addenda(gathered: &Gathered) -> Result<(), CompileError> {
    let added = |rows: &[order_addenda::Addendum]| {
        rows.iter().filter(|r| r.1 == order_addenda::Action::Added).map(|r| (r.0, r.2)).collect::<Vec<_>>()
    };
    for (system, effective, file, rows) in &gathered.addenda {
        let Some(order) = gathered.icd10cm.orders.get(effective).filter(|_| *system == System::Icd10cm) else { continue };
        let known: std::collections::HashSet<CodeKey> = order.iter().map(|l| l.code).collect();
        if let Some((line, key)) = added(rows).into_iter().find(|(_, key)| !known.contains(key)) {
            let problem = format!("line {line} adds {}, which the order file of {effective} does not have", key.dotted());
            return Err(CompileError::new(file, problem));
        }
    }
    Ok(())
}

/// What packs call the services whose official words are licensed.
fn procedure_names(rules: &Rules, visits: &Visits) -> HashMap<(System, CodeKey), String> {
    let rows = rules.families.iter().flat_map(|f| &f.rows);
    let named = rows.flat_map(|r| std::iter::once((&r.code, &r.name)).chain(r.add.iter().map(|a| (&a.code, &a.name))));
    let levels = visits.categories.iter().flat_map(|c| &c.codes).map(|c| (&c.code, &c.name));
    let timed = visits.timed.iter().flat_map(|t| &t.rows).map(|r| (&r.code, &r.name));
    let more = visits.additions.iter().map(|a| (&a.code, &a.name)).chain(visits.prolonged.iter().map(|p| (&p.code, &p.name)));
    let named = named.chain(levels).chain(timed).chain(more);
    let key = |code: &String| [System::Cpt, System::Hcpcs].into_iter().find_map(|s| s.parse(code).ok().map(|k| (s, k)));
    let mut names = HashMap::new();
    for (code, name) in named {
        if let Some(key) = key(code) {
            names.entry(key).or_insert_with(|| name.clone());
        }
    }
    names
}
