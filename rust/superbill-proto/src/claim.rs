//! A claim from the wire, checked field by field.

use crate::{
    convert::{EncounterError, date, invalid, required, setting},
    v1,
};
use serde_path_to_error::Segment;
use std::collections::HashMap;
use superbill_core::{
    date::Date,
    editing::{Claim, Fact, MALFORMED, Patient, Payer, Provider, Resolver, modifier},
    encounter::Sex,
    knowledge::repair::Repair,
};

/// Lines on a claim (X12 837I loop 2400), and in its history; more are refused, so that the work is bounded.
pub const MOST_LINES: usize = 999;
pub const MOST_HISTORY: usize = 10_000;
/// Modifiers of a line; a claim form has four.
pub const MOST_MODIFIERS: usize = 99;
const MOST_FACTS: usize = 10_000;
/// Diagnoses; a claim form has 12, a claim of a facility 25.
pub const MOST_DIAGNOSES: usize = 99;
pub const MOST_POINTERS: usize = 99;

/// Numbers for identifiers, in the order in which they come.
#[derive(Debug, Default)]
pub struct Numbers<'a>(HashMap<&'a str, u32>);

impl<'a> Numbers<'a> {
    /// The number of an identifier; 0 where none is told.
    pub fn of(&mut self, text: Option<&'a str>) -> u32 {
        let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else { return 0 };
        let next = self.0.len() as u32 + 1;
        *self.0.entry(text).or_insert(next)
    }

    /// The identifiers by their numbers, from 1.
    pub fn names(self) -> Vec<String> {
        let mut names: Vec<(u32, &str)> = self.0.into_iter().map(|(name, number)| (number, name)).collect();
        names.sort_unstable();
        names.into_iter().map(|n| n.1.to_owned()).collect()
    }
}

/// Names of the fields of a claim and what it holds: nothing else of an input is repeated.
const FIELDS: [&str; 30] = [
    "id",
    "setting",
    "patient",
    "payer",
    "diagnoses",
    "lines",
    "history",
    "facts",
    "code",
    "poa",
    "kind",
    "evidence",
    "sex",
    "birth_date",
    "npi",
    "taxonomy",
    "specialty",
    "group",
    "plan",
    "line_of_business",
    "jurisdiction",
    "modifiers",
    "units",
    "date",
    "place_of_service",
    "pointers",
    "provider",
    "claim",
    "type",
    "text",
];

/// The field at which a text stops being a claim, as "lines[3].units"; none where it is no JSON, or where not even the field is known.
pub(crate) fn place_of(json: &[u8]) -> Option<EncounterError> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let error = serde_path_to_error::deserialize::<_, v1::Claim>(&mut reader).err()?;
    if error.inner().classify() != serde_json::error::Category::Data {
        return None;
    }
    let mut field = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => field.extend(["[", &index.to_string(), "]"]),
            Segment::Map { key } if FIELDS.contains(&key.as_str()) => {
                field.extend([if field.is_empty() { "" } else { "." }, key]);
            }
            _ => break,
        }
    }
    (!field.is_empty()).then(|| EncounterError::Invalid { field, expected: "known fields, each of its type".into() })
}

/// The id of a line: its own, else its place, counted from 1 ("h1" in the history).
pub(crate) fn line_id(wire: &v1::Claim, at: usize) -> String {
    let own = wire.lines.len();
    let line = if at < own { wire.lines.get(at) } else { wire.history.get(at - own) };
    match line {
        Some(line) if !line.id.is_empty() => line.id.clone(),
        _ if at < own => (at + 1).to_string(),
        _ => format!("h{}", at - own + 1),
    }
}

/// The engine's view of a claim.
///
/// # Errors
/// [`EncounterError`] for the first field that is missing or outside its set.
pub fn claim(resolver: &Resolver<'_>, wire: &v1::Claim) -> Result<Claim, EncounterError> {
    for (field, found, most) in [
        ("lines", wire.lines.len(), MOST_LINES),
        ("history", wire.history.len(), MOST_HISTORY),
        ("facts", wire.facts.len(), MOST_FACTS),
        ("diagnoses", wire.diagnoses.len(), MOST_DIAGNOSES),
    ] {
        if found > most {
            return invalid(field, format!("at most {most}"));
        }
    }
    let mut claim = Claim::new(setting(&wire.setting)?);
    let (mut npis, mut groups, mut specialties) = (Numbers::default(), Numbers::default(), Numbers::default());
    let mut ids: HashMap<String, usize> = HashMap::new();
    let lines = wire.lines.iter().enumerate().map(|l| ("lines", l)).chain(wire.history.iter().enumerate().map(|l| ("history", l)));
    for (at, (field, (place, line))) in lines.enumerate() {
        if ids.insert(line_id(wire, at), at).is_some() {
            return invalid(format!("{field}[{place}].id"), "an id that no other line has");
        }
        required(&format!("{field}[{place}].date (it decides the rules of the line)"), &line.date)?;
        let day = date(&format!("{field}[{place}].date"), &line.date)?;
        if line.modifiers.len() > MOST_MODIFIERS {
            return invalid(format!("{field}[{place}].modifiers"), format!("at most {MOST_MODIFIERS}"));
        }
        if line.pointers.len() > MOST_POINTERS {
            return invalid(format!("{field}[{place}].pointers"), format!("at most {MOST_POINTERS}"));
        }
        if field == "lines" {
            claim.pointers.extend(line.pointers.iter().map(|&rank| (place as u32, rank)));
        }
        let by = line.provider.as_ref();
        let specialty = by.and_then(|p| p.specialty.as_deref()).map(str::trim);
        let provider = Provider {
            npi: npis.of(by.and_then(|p| p.npi.as_deref())),
            group: groups.of(by.and_then(|p| p.group.as_deref())),
            specialty: specialties.of(specialty),
        };
        resolver.add(&mut claim, line.code.trim(), line.modifiers.iter().map(|m| modifier(m.trim())), day, line.units, provider);
        if let Some(added) = claim.lines.last_mut() {
            added.place_of_service = line.place_of_service.as_deref().map_or(MALFORMED, |p| modifier(p.trim()));
            added.specialty = specialty.and_then(|s| resolver.asked_specialty(s));
        }
    }
    claim.own = wire.lines.len();
    if claim.own == 0 && !wire.diagnoses.is_empty() {
        return invalid("lines", "at least one (its date decides what holds of the diagnoses)");
    }
    for diagnosis in &wire.diagnoses {
        let poa = match diagnosis.poa.as_deref().map(str::trim).unwrap_or_default().as_bytes() {
            [] => 0,
            [value] => value.to_ascii_uppercase(),
            _ => b'?',
        };
        resolver.add_diagnosis(&mut claim, diagnosis.code.trim(), poa);
    }
    claim.patient = patient(wire)?;
    claim.payer = payer(wire);
    claim.specialties = specialties.names();
    let (supports, repair) = (&resolver.rules().said.supports, &resolver.rules().said.repair);
    for (place, fact) in wire.facts.iter().enumerate() {
        let kind = repair.fact(&fact.kind);
        let supporting = supports.contains(&fact.kind);
        if kind.is_none() && !supporting {
            let mut known: Vec<&str> = supports.iter().chain(&repair.facts).map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            return invalid(format!("facts[{place}].kind"), format!("one of {}", known.join(" ")));
        }
        for (which, id) in fact.lines.iter().enumerate() {
            let Some(&at) = ids.get(id) else {
                return invalid(format!("facts[{place}].lines[{which}]"), "the id of a line of the claim or the history");
            };
            claim.lines[at].supported |= supporting;
        }
        if let Some(kind) = kind {
            let lines = fact.lines.iter().filter_map(|id| ids.get(id)).map(|&at| at as u32).collect();
            claim.facts.push(Fact { kind, value: value(repair, fact.value.as_deref(), place)?, lines });
        } else {
            // It keeps its place among the facts.
            claim.facts.push(Fact { kind: u16::MAX, value: MALFORMED, lines: Vec::new() });
        }
    }
    Ok(claim)
}

/// The modifier that says what a fact says of its side or site.
fn value(repair: &Repair, said: Option<&str>, place: usize) -> Result<[u8; 2], EncounterError> {
    let Some(said) = said.map(str::trim).filter(|s| !s.is_empty()) else { return Ok(MALFORMED) };
    let worded = repair.values.iter().find(|v| v.0 == said).map(|v| v.1);
    let known = worded.or_else(|| Some(modifier(said)).filter(|&m| m != MALFORMED));
    match known {
        Some(modifier) => Ok(modifier),
        None => invalid(format!("facts[{place}].value"), "left, right, bilateral or an anatomic modifier"),
    }
}

fn payer(wire: &v1::Claim) -> Payer {
    let payer = wire.payer.as_ref();
    let text = |of: fn(&v1::Payer) -> Option<&String>| payer.and_then(of).map(|t| t.trim().to_owned()).unwrap_or_default();
    Payer {
        id: text(|p| p.id.as_ref()),
        plan: text(|p| p.plan.as_ref()),
        line_of_business: text(|p| p.line_of_business.as_ref()),
        jurisdiction: text(|p| p.jurisdiction.as_ref()),
    }
}

fn patient(wire: &v1::Claim) -> Result<Patient, EncounterError> {
    let patient = wire.patient.as_ref();
    let sex = match patient.and_then(|p| p.sex.as_deref()) {
        Some("female") => Some(Sex::Female),
        Some("male") => Some(Sex::Male),
        None | Some("other" | "unknown") => None,
        Some(_) => return invalid("patient.sex", "one of female male other unknown"),
    };
    let birth: Option<Date> = patient.and_then(|p| p.birth_date.as_deref()).map(|b| date("patient.birth_date", b)).transpose()?;
    if birth.is_some_and(|b| wire.lines.iter().any(|l| Date::parse(&l.date).is_ok_and(|d| d < b))) {
        return invalid("patient.birth_date", "a day not after the dates of the lines");
    }
    Ok(Patient { sex, birth })
}
