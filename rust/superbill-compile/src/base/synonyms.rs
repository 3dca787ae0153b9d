//! Names of diseases from open ontologies as packs: they are compiled, kept and overlaid like any other, and yield to what is said elsewhere.

use super::Codes;
use crate::{gather::Gathered, packs};
use std::collections::{BTreeMap, BTreeSet};
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
};

/// What a pack of an ontology says of itself.
const CITATIONS: [(&str, &str); 3] = [
    ("disease_ontology", "Disease Ontology, CC0, its ICD-10-CM references"),
    ("disease_ontology_table", "Disease Ontology, CC0, its ICD-10-CM references"),
    ("mondo", "MONDO, CC0, exact matches with ICD-10-CM"),
];

/// One pack a feed. A name that means several codes, in one ontology or over all, is left out: which one is meant cannot be told.
pub(super) fn packs(gathered: &Gathered, codes: &Codes) -> Vec<packs::Source> {
    let mut meanings: BTreeMap<String, BTreeSet<CodeKey>> = BTreeMap::new();
    let mut told_by: BTreeMap<String, (&str, Date)> = BTreeMap::new();
    for (feed, effective, (name, keys)) in &gathered.synonyms {
        let name = name.to_lowercase();
        meanings.entry(name.clone()).or_default().extend(keys);
        let first = told_by.entry(name).or_insert((feed, *effective));
        *first = (*first).min((feed, *effective));
    }
    let mut by_feed: BTreeMap<(&str, Date), BTreeMap<CodeKey, Vec<String>>> = BTreeMap::new();
    for (name, keys) in meanings {
        let mut keys = keys.into_iter();
        let (Some(key), None) = (keys.next(), keys.next()) else { continue };
        if codes.id(System::Icd10cm, key).is_some_and(|id| codes.all[id as usize].node.is_some()) {
            by_feed.entry(told_by[&name]).or_default().entry(key).or_default().push(name);
        }
    }
    let mut packs = Vec::new();
    for ((feed, effective), conditions) in by_feed {
        let citation = CITATIONS.iter().find(|c| c.0 == feed).map_or(feed, |c| c.1);
        let id = format!("{feed}_{}", effective.0);
        let mut text =
            format!("[pack]\nid = \"{id}\"\ntitle = \"Names of diseases\"\ncitation = \"{citation}, {effective}\"\nyields = true\n");
        for (key, names) in conditions {
            let names: Vec<String> = names.into_iter().map(|n| toml::Value::String(n).to_string()).collect();
            text.extend(["[[condition]]\ncode = \"", &key.dotted(), "\"\nsay = [", &names.join(", "), "]\n"]);
        }
        packs.push(packs::Source { file: format!("{id}.toml"), text });
    }
    packs
}
