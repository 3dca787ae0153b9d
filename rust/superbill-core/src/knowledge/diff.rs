//! What changed between two knowledge bases, or between two days of one.

use super::{
    KnowledgeBase, KnowledgeError, Standing,
    attributes::{Attribute, Kind},
    ptp::PtpRow,
};
use crate::{
    code::{CodeId, CodeKey, System},
    date::Date,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A knowledge base as it stands on a day.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub kb: &'a KnowledgeBase,
    pub date: Date,
}

/// A title that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revised {
    pub code: String,
    /// Of a header, which cannot be billed.
    pub header: bool,
    pub before: String,
    pub after: String,
}

/// A code that cannot be billed any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deleted {
    pub code: String,
    /// It stays as a header: one of the codes below it must be chosen.
    pub header: bool,
    /// Codes that the publisher names in its place.
    pub successors: Vec<String>,
}

/// A property of a code that differs; absent where it is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Property {
    pub system: &'static str,
    pub code: String,
    pub name: &'static str,
    pub qualifier: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Changes of one code system; codes in code order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Codes {
    pub system: &'static str,
    /// Codes that can be billed now and could not before.
    pub added: Vec<String>,
    pub deleted: Vec<Deleted>,
    /// Titles of codes and headers in force on both sides.
    pub revised: Vec<Revised>,
}

/// A pair of codes whose edit changed; absent where none is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub column1: String,
    pub column2: String,
    /// Modifier indicators.
    pub before: Option<u8>,
    pub after: Option<u8>,
}

/// Changed edits of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edits {
    /// `practitioner` or `hospital`.
    pub setting: &'static str,
    pub added: usize,
    pub removed: usize,
    pub changed: usize,
    /// In order of column 1, then column 2.
    pub pairs: Vec<Edit>,
}

/// Every change; systems without one are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    pub codes: Vec<Codes>,
    pub properties: Vec<Property>,
    /// Settings without a change, or that one side does not have at all, are left out.
    pub edits: Vec<Edits>,
}

/// Column 1 and column 2, and the modifier indicator.
type InForce = ((CodeKey, CodeKey), u8);

/// The pairs of a setting that are in force on a side's day, in order, with their modifier indicators.
fn pairs<'a>(side: &Side<'a>, setting: usize) -> Result<Option<Box<dyn Iterator<Item = InForce> + 'a>>, KnowledgeError> {
    let (edits, date) = (side.kb.ptp(setting)?, side.date);
    let in_force = move |(column1, column2, rows): (CodeKey, CodeKey, Vec<PtpRow>)| {
        rows.iter().filter(|r| r.in_force(date)).min().map(|r| ((column1, column2), r.indicator))
    };
    let all = (!edits.is_empty()).then(|| edits.into_pairs().filter_map(in_force));
    Ok(all.map(|a| Box::new(a) as Box<dyn Iterator<Item = InForce> + 'a>))
}

fn edits(before: &Side<'_>, after: &Side<'_>, setting: usize) -> Result<Option<Edits>, KnowledgeError> {
    let (Some(old), Some(new)) = (pairs(before, setting)?, pairs(after, setting)?) else { return Ok(None) };
    let (mut old, mut new) = (old.peekable(), new.peekable());
    let mut found = Edits { setting: ["practitioner", "hospital"][setting], added: 0, removed: 0, changed: 0, pairs: Vec::new() };
    loop {
        let (pair, was, is) = match (old.peek().copied(), new.peek().copied()) {
            (None, None) => break,
            (Some((a, was)), Some((b, is))) if a == b => (a, Some(was), Some(is)),
            (Some((a, was)), Some((b, _))) if a < b => (a, Some(was), None),
            (Some((a, was)), None) => (a, Some(was), None),
            (_, Some((b, is))) => (b, None, Some(is)),
        };
        was.and_then(|_| old.next());
        is.and_then(|_| new.next());
        if was != is {
            match (was, is) {
                (None, _) => found.added += 1,
                (_, None) => found.removed += 1,
                _ => found.changed += 1,
            }
            found.pairs.push(Edit { column1: pair.0.to_string(), column2: pair.1.to_string(), before: was, after: is });
        }
    }
    Ok((!found.pairs.is_empty()).then_some(found))
}

fn in_force(side: &Side<'_>, code: Option<CodeId>) -> (bool, bool) {
    let standing = code.map(|c| side.kb.standing(c, side.date));
    (standing == Some(Standing::Valid), matches!(standing, Some(Standing::Valid | Standing::Header)))
}

fn value(attribute: &Attribute<'_>) -> String {
    use super::attributes::Value;
    match &attribute.value {
        Value::Number(number) => number.to_string(),
        Value::Characters(text) => text.clone(),
        Value::Name(name) => (*name).to_owned(),
        Value::Member => "yes".to_owned(),
    }
}

fn properties(system: System, key: CodeKey, before: &Side<'_>, after: &Side<'_>, out: &mut Vec<Property>) {
    let of = |side: &Side<'_>| {
        let code = side.kb.find(system, key);
        let all = code.into_iter().flat_map(|c| side.kb.attributes(c, side.date));
        let mut of_kind: BTreeMap<(Kind, String), String> = BTreeMap::new();
        for attribute in all {
            let said = of_kind.entry((attribute.kind, attribute.qualifier.clone())).or_default();
            let more = value(&attribute);
            *said = if said.is_empty() { more } else { format!("{said} {more}") };
        }
        of_kind
    };
    let (old, new) = (of(before), of(after));
    for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let (was, is) = (old.get(name), new.get(name));
        if was != is {
            out.push(Property {
                system: system.name(),
                code: system.write(key),
                name: name.0.name(),
                qualifier: name.1.clone(),
                before: was.cloned(),
                after: is.cloned(),
            });
        }
    }
}

/// Compares two sides, code by code and edit by edit.
///
/// # Errors
/// [`KnowledgeError::Corrupt`] where the edits of one of them are damaged.
pub fn diff(before: Side<'_>, after: Side<'_>) -> Result<Diff, KnowledgeError> {
    let mut found = Diff::default();
    for (system, name) in System::NAMES {
        let keys = |side: &Side<'_>| side.kb.codes_of(system).map(|c| side.kb.key(CodeId(c))).collect::<Vec<_>>();
        let mut all = keys(&before);
        all.extend(keys(&after));
        all.sort_unstable();
        all.dedup();
        let mut codes = Codes { system: name, added: Vec::new(), deleted: Vec::new(), revised: Vec::new() };
        for key in all {
            let (old, new) = (before.kb.find(system, key), after.kb.find(system, key));
            let ((could, was), (can, is)) = (in_force(&before, old), in_force(&after, new));
            if can && !could {
                codes.added.push(system.write(key));
            } else if could && !can {
                let successors = new.into_iter().flat_map(|c| after.kb.successors(c, after.date)).map(|c| after.kb.written(c));
                codes.deleted.push(Deleted { code: system.write(key), header: is, successors: successors.collect() });
            }
            if let (Some(old), Some(new), true, true) = (old, new, was, is) {
                let (old, new) = (before.kb.title_on(old, before.date), after.kb.title_on(new, after.date));
                if old != new {
                    codes.revised.push(Revised { code: system.write(key), header: !can, before: old, after: new });
                }
            }
            properties(system, key, &before, &after, &mut found.properties);
        }
        if !(codes.added.is_empty() && codes.deleted.is_empty() && codes.revised.is_empty()) {
            found.codes.push(codes);
        }
    }
    for setting in 0..2 {
        found.edits.extend(edits(&before, &after, setting)?);
    }
    Ok(found)
}
