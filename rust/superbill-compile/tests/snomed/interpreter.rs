//! What a rule of generated text says, read word by word.

use std::collections::{BTreeMap, BTreeSet};
use superbill_core::{
    date::Date,
    encounter::Sex,
    knowledge::{snomed::Truth, translate::Context},
};

pub(crate) struct Patient<'a> {
    pub context: &'a Context<'a>,
    pub recorded: &'a BTreeSet<u64>,
    pub complete: bool,
    pub parents: &'a BTreeMap<u64, BTreeSet<u64>>,
}

fn above(parents: &BTreeMap<u64, BTreeSet<u64>>, concept: u64) -> BTreeSet<u64> {
    let mut all = BTreeSet::from([concept]);
    loop {
        let more: BTreeSet<u64> = all.iter().filter_map(|c| parents.get(c)).flatten().copied().collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            return all;
        }
    }
}

/// Whether somebody of this birth has completed so many units on a day, by counting days or birthdays.
fn old(birth: u32, day: u32, amount: u32, unit: &str) -> bool {
    let date = |d: u32| (d / 10_000, d / 100 % 100, d % 100);
    let ((y, m, d), today) = (date(birth), date(day));
    match unit {
        "years" => today >= (y + amount, m, d),
        "months" => today >= (y + (m - 1 + amount) / 12, (m - 1 + amount) % 12 + 1, d),
        _ => {
            let mut at = Date(day);
            for _ in 0..amount {
                at = at.previous();
            }
            at.0 >= birth
        }
    }
}

fn age(birth: u32, day: u32, words: &[&str]) -> bool {
    let amount: u32 = words[1].strip_suffix(".0").unwrap().parse().unwrap();
    let at_least = |n| old(birth, day, n, words[2]);
    // Exactly so old is who was not the day before.
    let more = at_least(amount) && old(birth, Date(day).previous().0, amount, words[2]);
    match words[0] {
        "<" => !at_least(amount),
        "<=" => !more,
        ">" => more,
        ">=" => at_least(amount),
        _ => at_least(amount) && !at_least(amount + 1),
    }
}

fn clause(source: u64, text: &str, patient: &Patient<'_>) -> Truth {
    let context = patient.context;
    let words: Vec<&str> = text.split_whitespace().collect();
    let concept: u64 = words[1].parse().unwrap();
    let comparison = words.iter().rposition(|w| *w == "|").map_or(&[][..], |at| &words[at + 1..]);
    let sex = |of: Sex| context.sex.map_or(Truth::Unknown, |s| (s == of).into());
    match (concept, context.birth) {
        (248_152_002, _) => sex(Sex::Female),
        (248_153_007, _) => sex(Sex::Male),
        (424_144_002 | 445_518_008, None) => Truth::Unknown,
        (424_144_002, Some(birth)) => age(birth.0, context.date.0, comparison).into(),
        (445_518_008, Some(birth)) => {
            if let Some(onset) = context.onset {
                return age(birth.0, onset.0, comparison).into();
            }
            let (mut day, mut seen) = (context.date, [false; 2]);
            while day >= birth {
                seen[usize::from(age(birth.0, day.0, comparison))] = true;
                day = day.previous();
            }
            match seen {
                [true, true] => Truth::Unknown,
                [_, holds] => holds.into(),
            }
        }
        _ => {
            let has = concept == source || patient.recorded.iter().any(|&c| above(patient.parents, c).contains(&concept));
            let placed = patient.recorded.iter().all(|c| patient.parents.contains_key(c));
            if has {
                Truth::True
            } else if concept != source && above(patient.parents, concept).contains(&source) || patient.complete && placed {
                Truth::False
            } else {
                Truth::Unknown
            }
        }
    }
}

pub(crate) fn rule(source: u64, text: &str, patient: &Patient<'_>) -> Truth {
    if text == "TRUE" || text == "OTHERWISE TRUE" {
        return Truth::True;
    }
    let all: Vec<Truth> = text.split(" AND ").map(|c| clause(source, c, patient)).collect();
    if all.contains(&Truth::False) {
        Truth::False
    } else if all.contains(&Truth::Unknown) {
        Truth::Unknown
    } else {
        Truth::True
    }
}
