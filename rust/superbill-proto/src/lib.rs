//! The one wire schema (`proto/superbill/v1`): prost types that also read and write JSON with the same field names, and their way to and from
//! the engine's types. Every face goes through [`answer`], so that near and far answers are equal by construction.
#![forbid(unsafe_code)]

mod charges;
mod check;
pub mod claim;
mod coded_claim;
mod convert;
mod offsets;
mod render;
mod repair;
pub mod terminology;
mod words;

pub use check::render as render_check;
pub use convert::{EncounterError, encounter};
pub use offsets::CodePoints;
pub use prost;
use render::render;

use superbill_core::{
    Cancel, Scratch,
    coded::CodingError,
    editing,
    encounter::Setting,
    knowledge::{KnowledgeBase, KnowledgeError},
};

/// Messages and service of `proto/superbill/v1`.
// Nearly every answer of a stream is the large variant.
#[allow(missing_docs, clippy::pedantic, clippy::large_enum_variant, unreachable_pub)]
pub mod v1 {
    tonic::include_proto!("superbill.v1");
}

/// Descriptors of the schema, as server reflection gives them out.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// Why an encounter has no answer. Messages name the field, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    #[error(transparent)]
    Encounter(#[from] EncounterError),
    #[error(transparent)]
    Coding(#[from] CodingError),
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

/// Codes an encounter as it came over the wire, and edits the claim that it makes.
pub fn answer(
    kb: &KnowledgeBase,
    wire: &v1::Encounter,
    scratch: &mut Scratch,
    cancel: &dyn Cancel,
) -> Result<v1::CodedEncounter, AnswerError> {
    kb.ready()?;
    let encounter = encounter(wire)?;
    if encounter.setting == Setting::InpatientFacility {
        kb.pcs()?;
    }
    if !encounter.problems.is_empty() {
        kb.snomed()?;
    }
    let coded = superbill_core::code(kb, &encounter, scratch, cancel)?;
    let mut answer = render(kb, wire, encounter.date, &coded);
    let of_charges = charges::reconcile(kb, wire, encounter.setting, &answer);
    answer.findings.extend(of_charges);
    let of_coding = answer.findings.len();
    coded_claim::edit(kb, wire, encounter.date, &mut answer, &mut scratch.editing)?;
    answer.disposition = Some(render::disposition(&answer, of_coding));
    Ok(answer)
}

/// Reads an encounter from JSON with the field names of the schema.
///
/// # Errors
/// [`EncounterError::Json`] with line and column; the text itself is never repeated.
pub fn encounter_from_json(json: &[u8]) -> Result<v1::Encounter, EncounterError> {
    serde_json::from_slice(json).map_err(|e| EncounterError::json("an Encounter", &e))
}

/// Why a claim has no answer. Messages name the field, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    #[error(transparent)]
    Claim(#[from] EncounterError),
    #[error(transparent)]
    Edit(#[from] editing::EditError),
}

/// Checks a claim as it came over the wire.
pub fn check(kb: &KnowledgeBase, wire: &v1::Claim, scratch: &mut editing::Scratch) -> Result<v1::Check, CheckError> {
    let setting = convert::setting(&wire.setting)?;
    let resolver = editing::Resolver::new(kb, setting)?;
    let claim = claim::claim(&resolver, wire)?;
    Ok(render_check(kb, &resolver, wire, &claim, resolver.edit(&claim, scratch)))
}

/// Checks a claim, and tells what can lawfully be done about the errors of its lines and what has to be asked.
pub fn check_and_repair(kb: &KnowledgeBase, wire: &v1::Claim, scratch: &mut editing::Scratch) -> Result<v1::Check, CheckError> {
    let setting = convert::setting(&wire.setting)?;
    let resolver = editing::Resolver::new(kb, setting)?;
    let claim = claim::claim(&resolver, wire)?;
    let edited = resolver.edit(&claim, scratch);
    let mut check = render_check(kb, &resolver, wire, &claim, edited);
    let repairs = editing::repair::repair(&resolver, &claim, edited);
    repair::put(&resolver, wire, &claim, &repairs, &mut check);
    Ok(check)
}

/// Reads a claim from JSON with the field names of the schema.
///
/// # Errors
/// [`EncounterError`] naming the field or the place; the text itself is never repeated.
pub fn claim_from_json(json: &[u8]) -> Result<v1::Claim, EncounterError> {
    serde_json::from_slice(json).map_err(|e| claim::place_of(json).unwrap_or_else(|| EncounterError::json("a Claim", &e)))
}

/// Writes a check as JSON, as [`to_json`] does an answer.
pub fn check_to_json(check: &v1::Check) -> Vec<u8> {
    serde_json::to_vec(check).unwrap_or_default()
}

/// Writes an answer as JSON: fields in the order of the schema, so that the same answer is the same bytes.
pub fn to_json(coded: &v1::CodedEncounter) -> Vec<u8> {
    serde_json::to_vec(coded).unwrap_or_default()
}

/// Writes an answer as protobuf.
pub fn to_protobuf(coded: &v1::CodedEncounter) -> Vec<u8> {
    prost::Message::encode_to_vec(coded)
}

/// Writes a check as protobuf.
pub fn check_to_protobuf(check: &v1::Check) -> Vec<u8> {
    prost::Message::encode_to_vec(check)
}
