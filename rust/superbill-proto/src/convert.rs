//! An encounter from the wire, checked field by field.

use crate::v1;
use superbill_core::{
    code::System,
    date::Date,
    encounter::{Document, ENCOUNTER_TYPES, Earlier, Encounter, Listed, Scope, Setting, Sex},
};

/// More documents than this are refused.
const MOST_DOCUMENTS: usize = 1000;
/// More problems, orders or earlier procedures than this are refused.
const MOST_ITEMS: usize = 10_000;
/// What items of lists are told in.
const SYSTEMS: [System; 4] = [System::Icd10cm, System::Icd10pcs, System::Cpt, System::Hcpcs];

/// What is wrong with an encounter or a claim: the field and what it should be, never what it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncounterError {
    #[error("{field}: required")]
    Missing { field: String },
    #[error("{field}: expected {expected}")]
    Invalid { field: String, expected: String },
    #[error("not {what} in JSON at line {line}, column {column}: {problem}")]
    Json { what: &'static str, line: usize, column: usize, problem: &'static str },
}

impl EncounterError {
    pub(crate) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        let problem = match error.classify() {
            serde_json::error::Category::Eof => "the text ends too early",
            serde_json::error::Category::Data => "a field is unknown or of the wrong type",
            _ => "not well-formed",
        };
        Self::Json { what, line: error.line(), column: error.column(), problem }
    }
}

pub(crate) fn invalid<T>(field: impl Into<String>, expected: impl Into<String>) -> Result<T, EncounterError> {
    Err(EncounterError::Invalid { field: field.into(), expected: expected.into() })
}

pub(crate) fn date(field: &str, text: &str) -> Result<Date, EncounterError> {
    Date::parse(text).or_else(|_| invalid(field, "a calendar date as YYYY-MM-DD"))
}

/// The day of a moment, whose time of day nothing here asks for.
fn moment(field: &str, text: &str) -> Result<Date, EncounterError> {
    let day = text.split_once(['T', ' ']).map_or(text, |(day, _)| day);
    Date::parse(day).or_else(|_| invalid(field, "a calendar date as YYYY-MM-DD, alone or before a time of day"))
}

fn kind<'a>(field: &str, name: &'a str) -> Result<&'a str, EncounterError> {
    if ENCOUNTER_TYPES.contains(&name) { Ok(name) } else { invalid(field, format!("one of {}", ENCOUNTER_TYPES.join(" "))) }
}

pub(crate) fn required(field: &str, text: &str) -> Result<(), EncounterError> {
    if text.is_empty() { Err(EncounterError::Missing { field: field.into() }) } else { Ok(()) }
}

pub(crate) fn setting(name: &str) -> Result<Setting, EncounterError> {
    required("setting", name)?;
    let named = Setting::NAMES.iter().find(|n| n.1 == name).map(|n| n.0);
    named.map_or_else(|| invalid("setting", "one of professional outpatient_facility inpatient_facility"), Ok)
}

/// The engine's view of an encounter; the text stays where it is.
///
/// # Errors
/// [`EncounterError`] for the first field that is missing or outside its set.
pub fn encounter(wire: &v1::Encounter) -> Result<Encounter<'_>, EncounterError> {
    required("type", &wire.r#type)?;
    let setting = setting(&wire.setting)?;
    let scope = match wire.scope.as_deref() {
        None | Some("encounter") => Scope::Encounter,
        Some("all") => Scope::All,
        Some(_) => return invalid("scope", "one of encounter all"),
    };
    let decides = if setting == Setting::InpatientFacility {
        let discharge = wire.discharge_date.as_deref().unwrap_or_default();
        required("discharge_date (it decides the code set of an inpatient facility claim)", discharge)?;
        date("discharge_date", discharge)?
    } else {
        required("date_of_service (it decides the code set)", &wire.date_of_service)?;
        date("date_of_service", &wire.date_of_service)?
    };
    let patient = wire.patient.as_ref();
    let birth = patient.and_then(|p| p.birth_date.as_deref()).map(|text| date("patient.birth_date", text)).transpose()?;
    let age = match birth {
        None => None,
        Some(birth) => {
            let Some(age) = decides.years_since(birth) else {
                return invalid("patient.birth_date", "a day not after the date of service");
            };
            Some(age)
        }
    };
    let sex = match patient.and_then(|p| p.sex.as_deref()) {
        Some("female") => Some(Sex::Female),
        Some("male") => Some(Sex::Male),
        None | Some("other" | "unknown") => None,
        Some(_) => return invalid("patient.sex", "one of female male other unknown"),
    };
    let day = |field: &str, text: Option<&str>| text.map(|text| date(field, text)).transpose();
    let admitted = day("admit_date", wire.admit_date.as_deref())?;
    let discharged = day("discharge_date", wire.discharge_date.as_deref())?;
    let same_day = admitted.zip(discharged).map(|(admitted, discharged)| admitted == discharged);
    if wire.documents.len() > MOST_DOCUMENTS {
        return invalid("documents", format!("at most {MOST_DOCUMENTS}"));
    }
    let encounter_type = kind("type", &wire.r#type)?;
    let mut documents = Vec::with_capacity(wire.documents.len());
    for (at, document) in wire.documents.iter().enumerate() {
        if wire.documents[..at].iter().any(|d| d.id == document.id) {
            return invalid(format!("documents[{at}].id"), "an id that no other document has");
        }
        let kind = match document.r#type.as_deref() {
            Some(name) => kind(&format!("documents[{at}].type"), name)?,
            None => encounter_type,
        };
        let written = document.authored_at.as_deref().map(|text| moment(&format!("documents[{at}].authored_at"), text)).transpose()?;
        let (signed, authored) = (document.signed, document.author_role.is_some());
        documents.push(Document { kind, text: &document.text, signed, authored, written });
    }
    Ok(Encounter {
        kind: encounter_type,
        setting,
        scope,
        date: decides,
        sex,
        birth,
        age,
        new_patient: wire.new_patient,
        place_of_service: wire.place_of_service.as_deref(),
        payer: wire.payer.as_ref().and_then(|p| p.line_of_business.as_deref()),
        admitted,
        same_day,
        documents,
        problems: listed("problems", &wire.problems)?,
        orders: listed("orders", &wire.orders)?,
        procedures: listed("procedures", &wire.procedures)?,
        earlier: earlier(wire, decides)?,
    })
}

/// Items of a list, by systems that are known; which of them mean anything on the day is told beside the answer.
fn listed<'a>(field: &str, items: &'a [v1::CodedItem]) -> Result<Vec<Listed<'a>>, EncounterError> {
    if items.len() > MOST_ITEMS {
        return invalid(field, format!("at most {MOST_ITEMS}"));
    }
    let mut found = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        if item.system != Listed::SNOMED && !SYSTEMS.iter().any(|s| s.name() == item.system) {
            return invalid(format!("{field}[{at}].system"), "one of icd10cm icd10pcs cpt hcpcs snomed");
        }
        found.push(Listed { system: &item.system, code: &item.code, text: item.text.as_deref() });
    }
    Ok(found)
}

/// Modifier of a procedure for a complication in the period of another, whose period goes on.
const RETURN_FOR_COMPLICATION: &str = "78";

/// The services of earlier days by the practitioner of the encounter.
fn earlier(wire: &v1::Encounter, day: Date) -> Result<Vec<Earlier<'_>>, EncounterError> {
    let mut found = Vec::new();
    for (at, line) in wire.history.iter().enumerate() {
        required(&format!("history[{at}].date (it decides the rules of the line)"), &line.date)?;
        let on = date(&format!("history[{at}].date"), &line.date)?;
        if on < day && same_practitioner(wire.provider.as_ref(), line.provider.as_ref()) {
            let opens_none = line.modifiers.iter().any(|m| m.trim() == RETURN_FOR_COMPLICATION);
            found.push(Earlier { code: line.code.trim(), date: on, opens_none });
        }
    }
    Ok(found)
}

/// The same person, or the same specialty of one group; who is not told is anybody.
fn same_practitioner(a: Option<&v1::Provider>, b: Option<&v1::Provider>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return true };
    let told = |p: &v1::Provider| [&p.npi, &p.group, &p.specialty].iter().any(|f| f.is_some());
    let same = |of: fn(&v1::Provider) -> Option<&str>| of(a).is_some() && of(a).map(str::trim) == of(b).map(str::trim);
    !told(a) || !told(b) || same(|p| p.npi.as_deref()) || same(|p| p.group.as_deref()) && same(|p| p.specialty.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimal() -> v1::Encounter {
        v1::Encounter {
            r#type: "office_visit".into(),
            setting: "professional".into(),
            date_of_service: "2026-05-04".into(),
            ..Default::default()
        }
    }

    fn problem(change: impl FnOnce(&mut v1::Encounter)) -> String {
        let mut wire = minimal();
        change(&mut wire);
        encounter(&wire).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn errors_name_the_field_and_never_the_value() {
        assert_eq!(problem(|_| ()), "");
        assert!(problem(|w| w.date_of_service.clear()).starts_with("date_of_service"));
        assert!(problem(|w| w.setting = "inpatient_facility".into()).starts_with("discharge_date"));
        let leaked = problem(|w| w.date_of_service = "Jane Roe".into());
        assert!(leaked.starts_with("date_of_service") && !leaked.contains("Jane"));
        assert!(
            problem(|w| w.patient = Some(v1::Patient { birth_date: Some("2026-05-05".into()), ..Default::default() }))
                .starts_with("patient.birth_date")
        );
        assert!(problem(|w| w.documents = vec![v1::Document::default(), v1::Document::default()]).starts_with("documents[1].id"));
    }

    #[test]
    fn json_errors_say_where_and_not_what() {
        let error = crate::encounter_from_json(b"{\"id\": \"Jane Roe\",\n \"tpye\": 1}").unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("Jane"), "{error}");
    }
}
