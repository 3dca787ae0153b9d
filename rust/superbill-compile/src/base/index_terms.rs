//! The Alphabetic Index as a lexicon: what its entries say as notes say it, so that an index in the knowledge base is walked while a note is read.
//!
//! "Fracture, femur, neck" is told as "femoral neck fracture", "femur neck fracture", "fracture of femur neck"; what stands under "with" or "due to" goes on from
//! its main term. These names yield to what packs and titles say, and a name that leads to several codes is left out.

use super::Codes;
use crate::{gather::Gathered, packs};
use std::collections::{BTreeMap, BTreeSet};
use superbill_core::{
    code::{CodeKey, System},
    knowledge::index::{DetailKind, IndexKind, Term},
};

/// A longer name is not what a note says in one breath.
const MOST_WORDS: usize = 6;
/// Letters that forms of one word share.
const SAME_STEM: usize = 2;
/// A shorter name of one word is as often an ordinary word ("cold", "nerves", "symptoms").
const SHORTEST_WORD: usize = 9;
/// Ways of saying one entry.
const MOST_FORMS: usize = 24;

/// Words that say only that there is another entry; "His" is read as a pronoun.
const FILLERS: [&str; 9] = ["specified", "unspecified", "other", "nec", "nos", "type", "classified", "site", "his"];

/// How a subterm goes on from what stands above it.
const CONNECTORS: [&str; 12] = ["with", "without", "due", "in", "of", "from", "following", "by", "to", "after", "during", "on"];

/// The ways of saying one title: "femur, femoral" is either word, what stands in brackets may be left out.
fn alternatives(title: &str) -> Vec<String> {
    let mut depth = 0_u32;
    let mut plain = String::new();
    for c in title.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let lower = plain.to_lowercase();
    let words = |part: &str| part.split_whitespace().filter(|w| *w != "nec" && *w != "nos").collect::<Vec<_>>().join(" ");
    let parts: Vec<String> = lower.split(',').map(words).filter(|p| !p.is_empty()).collect();
    // "Femur, femoral" is one word in two forms; "Sphericity, increased, lens" is one name turned round.
    let stem = |part: &String| part.chars().take(SAME_STEM).collect::<String>();
    if parts.iter().all(|p| !p.contains(' ') && stem(p) == stem(&parts[0])) {
        return parts;
    }
    let turned = parts.iter().rev().cloned().collect::<Vec<_>>().join(" ");
    vec![turned, parts.join(" ")]
}

fn connects(title: &str) -> bool {
    title.split(' ').next().is_some_and(|first| CONNECTORS.contains(&first))
}

/// The entry as notes may say it.
fn forms(path: &[Vec<String>]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut chosen: Vec<&str> = Vec::new();
    combine(path, &mut chosen, &mut out);
    out.retain(|f| f.split(' ').count() <= MOST_WORDS && (f.contains(' ') || f.chars().count() >= SHORTEST_WORD));
    out
}

fn combine<'a>(path: &'a [Vec<String>], chosen: &mut Vec<&'a str>, out: &mut BTreeSet<String>) {
    if out.len() >= MOST_FORMS {
        return;
    }
    if let Some((first, rest)) = path.split_first() {
        for word in first {
            chosen.push(word);
            combine(rest, chosen, out);
            chosen.pop();
        }
        return;
    }
    let Some((&main, subs)) = chosen.split_first() else { return };
    let split = subs.iter().position(|s| connects(s)).unwrap_or(subs.len());
    let (before, after) = subs.split_at(split);
    let tail = after.join(" ");
    let reversed = before.iter().rev().copied().collect::<Vec<_>>().join(" ");
    let straight = before.join(" ");
    let mut say = |parts: &[&str]| {
        out.insert(parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" "));
    };
    say(&[&reversed, main, &tail]);
    say(&[main, &straight, &tail]);
    if tail.is_empty() && !before.is_empty() {
        say(&[&straight, main]);
        say(&[main, "of", &straight]);
        say(&[main, "of", &reversed]);
        say(&[main, "in", &straight]);
    }
}

/// Codes of which the index speaks in words of events and places, which only packs tell.
fn of_circumstances(key: CodeKey) -> bool {
    matches!(key.to_string().as_bytes().first(), Some(b'V'..=b'Y'))
}

/// Reasons for encounters and status have lists of their own in packs: their entries are words of any note ("laboratory", "transplant").
fn status(key: CodeKey) -> bool {
    key.to_string().starts_with('Z')
}

/// The code, or the nearest above it, that the newest tabular list has.
fn listed(codes: &Codes, key: CodeKey) -> Option<CodeKey> {
    let mut at = codes.id(System::Icd10cm, key)?;
    while codes.all[at as usize].node.is_none() {
        at = codes.all[at as usize].parent?;
    }
    Some(codes.all[at as usize].key)
}

fn names(terms: &[Term], codes: &Codes) -> BTreeMap<String, BTreeSet<CodeKey>> {
    let mut meanings: BTreeMap<String, BTreeSet<CodeKey>> = BTreeMap::new();
    let mut path: Vec<Vec<String>> = Vec::new();
    for term in terms {
        path.truncate(usize::from(term.level));
        path.push(alternatives(&term.title));
        let told = term.details.iter().find(|d| d.kind == DetailKind::Code);
        let Some(key) = told.map(|d| d.key).filter(|k| !of_circumstances(*k)).and_then(|k| listed(codes, k)) else { continue };
        let filler = |title: &String| title.split(' ').any(|w| FILLERS.contains(&w));
        if path.iter().any(|p| p.is_empty() || p.iter().any(filler)) || status(key) {
            continue;
        }
        // The other form of a main term is its adjective ("Hemorrhage, hemorrhagic"), which alone names nothing.
        let alone = path.len() == 1;
        let path: Vec<Vec<String>> = path.iter().map(|p| if alone { p[..1].to_vec() } else { p.clone() }).collect();
        for form in forms(&path) {
            meanings.entry(form).or_default().insert(key);
        }
    }
    meanings
}

/// The index of diseases as a pack; none where no index was read.
pub(super) fn pack(gathered: &Gathered, codes: &Codes) -> Option<packs::Source> {
    let (effective, terms) = gathered.indexes.newest(IndexKind::Diseases)?;
    let mut by_code: BTreeMap<CodeKey, Vec<String>> = BTreeMap::new();
    for (name, keys) in names(terms, codes) {
        let mut keys = keys.into_iter();
        if let (Some(key), None) = (keys.next(), keys.next()) {
            by_code.entry(key).or_default().push(toml::Value::String(name).to_string());
        }
    }
    let mut text = format!(
        "[pack]\nid = \"icd10cm_index\"\ntitle = \"Alphabetic Index\"\ncitation = \"ICD-10-CM Alphabetic Index, CDC/NCHS, {effective}\"\nyields = true\n"
    );
    for (key, names) in by_code {
        text.extend(["[[condition]]\ncode = \"", &key.dotted(), "\"\nsay = [", &names.join(", "), "]\n"]);
    }
    Some(packs::Source { file: "icd10cm_index.toml".into(), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &[&str]) -> Vec<String> {
        forms(&path.iter().map(|t| alternatives(t)).collect::<Vec<_>>()).into_iter().collect()
    }

    #[test]
    fn an_entry_is_told_as_notes_do() {
        let fracture = told(&["Fracture, fractured", "femur, femoral", "neck"]);
        for say in ["neck femoral fracture", "femoral neck fracture", "fracture of femur neck", "fracture femur neck"] {
            assert!(fracture.contains(&say.to_owned()), "{say}: {fracture:?}");
        }
        assert!(told(&["Pneumonia (acute)", "with", "lung abscess"]).contains(&"pneumonia with lung abscess".to_owned()));
        assert_eq!(told(&["Hypoventilation(s) NEC"]), ["hypoventilation"]);
        assert!(told(&["Cold"]).is_empty());
        assert_eq!(told(&["Sphericity, increased, lens"]), ["lens increased sphericity", "sphericity increased lens"]);
    }
}
