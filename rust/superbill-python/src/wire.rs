//! Messages of the service for the client: JSON in, protobuf on the wire, and back.

use crate::{check::Check, coded::CodedEncounter, errors, knowledge::json};
use pyo3::{prelude::*, types::PyBytes};
use superbill_proto::{claim_from_json, encounter_from_json, prost::Message, v1};

fn unreadable() -> PyErr {
    errors::SuperbillError::new_err("the server's answer is not of the schema of this client")
}

fn decode<M: Message + Default>(bytes: &[u8]) -> PyResult<M> {
    M::decode(bytes).map_err(|_| unreadable())
}

fn written<M: serde::de::DeserializeOwned + Message>(text: &[u8]) -> PyResult<Vec<u8>> {
    let message: M = serde_json::from_slice(text).map_err(|_| errors::SuperbillError::new_err("a request is not of the schema"))?;
    Ok(message.encode_to_vec())
}

fn read<M: serde::Serialize + Message + Default>(bytes: &[u8]) -> PyResult<Vec<u8>> {
    serde_json::to_vec(&decode::<M>(bytes)?).map_err(|_| unreadable())
}

/// A request as bytes of the wire: of an encounter or a claim as `KnowledgeBase.code` and `.edit` take them, else of JSON.
///
/// Raises `EncounterError` or `ClaimError` naming the place.
#[pyfunction]
pub(crate) fn to_wire<'py>(py: Python<'py>, message: &str, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let text = json(value)?;
    let claim = |repair| {
        let claim = claim_from_json(&text).map_err(|e| errors::ClaimError::new_err(e.to_string()))?;
        Ok::<_, PyErr>(v1::EditRequest { claim: Some(claim), repair }.encode_to_vec())
    };
    let bytes = match message {
        "CodeRequest" => {
            let encounter = encounter_from_json(&text).map_err(|e| errors::EncounterError::new_err(e.to_string()))?;
            v1::CodeRequest { encounter: Some(encounter) }.encode_to_vec()
        }
        "EditRequest" => claim(false)?,
        "CheckRequest" => claim(true)?,
        "LookupRequest" => written::<v1::LookupRequest>(&text)?,
        "SearchRequest" => written::<v1::SearchRequest>(&text)?,
        "MatchRequest" => written::<v1::MatchRequest>(&text)?,
        "TranslateRequest" => written::<v1::TranslateRequest>(&text)?,
        "ValidateRequest" => written::<v1::ValidateRequest>(&text)?,
        "ChildrenRequest" => written::<v1::ChildrenRequest>(&text)?,
        "ReleasesRequest" => written::<v1::ReleasesRequest>(&text)?,
        "RulesRequest" => written::<v1::RulesRequest>(&text)?,
        "ReloadRequest" => written::<v1::ReloadRequest>(&text)?,
        "StatusRequest" => written::<v1::StatusRequest>(&text)?,
        _ => return Err(errors::SuperbillError::new_err("no such request")),
    };
    Ok(PyBytes::new(py, &bytes))
}

/// An answer from bytes of the wire: a `CodedEncounter`, a `Check`, of a stream `(index, answer)` or `(index, (code, message))`, else JSON.
///
/// Raises `SuperbillError` where the bytes are not of the schema.
#[pyfunction]
pub(crate) fn from_wire<'py>(py: Python<'py>, message: &str, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let coded = |wire| Bound::new(py, CodedEncounter::new(wire)).map(Bound::into_any);
    let checked = |wire| Bound::new(py, Check::new(wire)).map(Bound::into_any);
    let status = |status: v1::Status| Ok((status.code, status.message).into_pyobject(py)?.into_any());
    let json = match message {
        "CodeResponse" => return coded(decode::<v1::CodeResponse>(bytes)?.coded.ok_or_else(unreadable)?),
        "EditResponse" => return checked(decode::<v1::EditResponse>(bytes)?.check.ok_or_else(unreadable)?),
        "CodeStreamResponse" => {
            let response: v1::CodeStreamResponse = decode(bytes)?;
            let answer = match response.answer.ok_or_else(unreadable)? {
                v1::code_stream_response::Answer::Coded(wire) => coded(wire),
                v1::code_stream_response::Answer::Status(wire) => status(wire),
            };
            return Ok((response.index, answer?).into_pyobject(py)?.into_any());
        }
        "EditStreamResponse" => {
            let response: v1::EditStreamResponse = decode(bytes)?;
            let answer = match response.answer.ok_or_else(unreadable)? {
                v1::edit_stream_response::Answer::Check(wire) => checked(wire),
                v1::edit_stream_response::Answer::Status(wire) => status(wire),
            };
            return Ok((response.index, answer?).into_pyobject(py)?.into_any());
        }
        "LookupResponse" => read::<v1::LookupResponse>(bytes)?,
        "SearchResponse" => read::<v1::SearchResponse>(bytes)?,
        "MatchResponse" => read::<v1::MatchResponse>(bytes)?,
        "TranslateResponse" => read::<v1::TranslateResponse>(bytes)?,
        "ValidateResponse" => read::<v1::ValidateResponse>(bytes)?,
        "ChildrenResponse" => read::<v1::ChildrenResponse>(bytes)?,
        "ReleasesResponse" => read::<v1::ReleasesResponse>(bytes)?,
        "RulesResponse" => read::<v1::RulesResponse>(bytes)?,
        "ReloadResponse" => read::<v1::ReloadResponse>(bytes)?,
        "StatusResponse" => read::<v1::StatusResponse>(bytes)?,
        _ => return Err(errors::SuperbillError::new_err("no such answer")),
    };
    Ok(PyBytes::new(py, &json).into_any())
}
