//! Codes of the wire: looked up, searched, validated, walked.

use super::{MOST_CODES, NOTES, SYSTEMS_OF_CLAIMS, TerminologyError, at_most, find, tops};
use crate::{
    convert::{EncounterError, date, invalid, required},
    offsets::CodePoints,
    v1,
};
use superbill_core::{
    Scratch,
    code::{CodeId, System},
    date::Date,
    knowledge::{KnowledgeBase, Standing, attributes::Value, layout::note, search::SearchQuery},
};

const LIMIT: u32 = 20;
const MOST_FOUND: u32 = 200;
const LONGEST_WORDS: usize = 1000;

fn day(text: &str) -> Result<Date, EncounterError> {
    required("date (it decides which release answers)", text)?;
    date("date", text)
}

fn system(field: &str, name: Option<&str>) -> Result<Option<System>, EncounterError> {
    name.map(|name| super::system(name).or_else(|expected| invalid(field, expected))).transpose()
}

/// What is known of a code on a day.
fn info(kb: &KnowledgeBase, code: CodeId, day: Date, matched: Option<&str>) -> Result<v1::CodeInfo, TerminologyError> {
    let written = |codes: &mut dyn Iterator<Item = CodeId>| codes.map(|c| kb.written(c)).collect::<Vec<_>>();
    let standing = kb.standing(code, day);
    let (effective, end) = kb.interval(code, day);
    let (mut inclusion_terms, mut notes) = (Vec::new(), Vec::new());
    for (kind, text, ranges) in kb.notes(code, day) {
        if kind == note::INCLUSION_TERM {
            inclusion_terms.push(text.to_owned());
        } else if let Some((_, kind)) = NOTES.iter().find(|n| n.0 == kind) {
            notes.push(v1::Note { kind: (*kind).into(), text: text.to_owned(), codes: tops(kb, ranges) });
        }
    }
    let add_on = |a: superbill_core::knowledge::add_on::AddOn| v1::AddOn {
        primary: a.primary.map(|p| kb.written(p)),
        edit_type: a.edit_type.into(),
    };
    let attribute = |a: superbill_core::knowledge::attributes::Attribute<'_>| {
        let (number, text) = match a.value {
            Value::Number(number) => (Some(number), None),
            Value::Characters(text) => (None, Some(text)),
            Value::Name(text) => (None, Some(text.to_owned())),
            Value::Member => (None, None),
        };
        v1::Attribute { name: a.kind.name().into(), qualifier: a.qualifier, number, text }
    };
    let system = kb.system(code);
    Ok(v1::CodeInfo {
        code: kb.written(code),
        system: system.map_or("", System::name).into(),
        description: kb.title_on(code, day),
        short_description: kb.short_title_on(code, day).to_owned(),
        billable: standing == Standing::Valid,
        standing: standing.name().into(),
        covered: system.is_some_and(|s| kb.covered(s, day)),
        effective: effective.map(|d| d.to_string()),
        end: end.map(|d| d.to_string()),
        parent: kb.parent(code).map(|p| kb.written(p)),
        children: written(&mut kb.children_on(code, day)),
        ancestors: written(&mut kb.ancestors(code)),
        successors: written(&mut kb.successors(code, day)),
        blocks: kb.blocks_above(code).into_iter().map(|(name, title)| v1::Block { name: name.into(), title: title.into() }).collect(),
        inclusion_terms,
        notes,
        add_on_to: kb.add_ons(code, day)?.map(add_on).collect(),
        attributes: kb.attributes(code, day).map(attribute).collect(),
        matched: matched.map(Into::into),
    })
}

/// What is known of codes; one that is malformed or of two systems says so in its place.
pub fn lookup(kb: &KnowledgeBase, request: &v1::LookupRequest) -> Result<v1::LookupResponse, TerminologyError> {
    kb.taxonomy_ready()?;
    at_most("codes", request.codes.len(), MOST_CODES)?;
    let (day, system) = (day(&request.date)?, system("system", request.system.as_deref())?);
    let one = |code: &String| match find(kb, code, system) {
        Ok(None) => Ok(v1::LookupResult::default()),
        Ok(Some(code)) => Ok(v1::LookupResult { info: Some(info(kb, code, day, None)?), problem: None }),
        Err(problem) => Ok(v1::LookupResult { info: None, problem: Some(problem.to_string()) }),
    };
    let results = request.codes.iter().map(one).collect::<Result<_, TerminologyError>>()?;
    Ok(v1::LookupResponse { results, knowledge_hash: kb.hash() })
}

/// Whether codes can stand on a claim.
pub fn validate(kb: &KnowledgeBase, request: &v1::ValidateRequest) -> Result<v1::ValidateResponse, TerminologyError> {
    kb.taxonomy_ready()?;
    at_most("codes", request.codes.len(), MOST_CODES)?;
    let (day, system) = (day(&request.date)?, system("system", request.system.as_deref())?);
    let told = |standing: &str| v1::ValidateResult { standing: standing.into(), ..v1::ValidateResult::default() };
    let one = |code: &String| match find(kb, code, system) {
        Ok(None) => told("unknown"),
        Ok(Some(code)) => {
            let successors = kb.successors(code, day).map(|c| kb.written(c)).collect();
            v1::ValidateResult { successors, ..told(kb.standing(code, day).name()) }
        }
        Err(super::FindError::Malformed(_)) => told("malformed"),
        Err(problem) => v1::ValidateResult { problem: Some(problem.to_string()), ..told("") },
    };
    Ok(v1::ValidateResponse { results: request.codes.iter().map(one).collect(), knowledge_hash: kb.hash() })
}

/// The codes around one.
pub fn children(kb: &KnowledgeBase, request: &v1::ChildrenRequest) -> Result<v1::ChildrenResponse, TerminologyError> {
    kb.taxonomy_ready()?;
    required("code", &request.code)?;
    let (day, system) = (day(&request.date)?, system("system", request.system.as_deref())?);
    let code = match find(kb, &request.code, system) {
        Ok(Some(code)) => code,
        Ok(None) => return Ok(invalid("code", "a code of the knowledge base")?),
        Err(problem) => return Ok(invalid("code", problem.to_string())?),
    };
    let in_force = |c: &CodeId| !matches!(kb.standing(*c, day), Standing::NotYet(_) | Standing::Expired(_));
    let around: Vec<CodeId> = match request.which.as_deref() {
        None | Some("children") => kb.children_on(code, day).collect(),
        Some("ancestors") => kb.ancestors(code).collect(),
        Some("descendants") => kb.subtree(code).skip(1).map(CodeId).filter(in_force).collect(),
        Some(_) => return Ok(invalid("which", "one of children ancestors descendants")?),
    };
    let codes = around.into_iter().map(|c| info(kb, c, day, None)).collect::<Result<_, _>>()?;
    Ok(v1::ChildrenResponse { codes, knowledge_hash: kb.hash() })
}

/// The best codes for words.
pub fn search(kb: &KnowledgeBase, request: &v1::SearchRequest) -> Result<v1::SearchResponse, TerminologyError> {
    required("words", &request.words)?;
    at_most("words", request.words.len(), LONGEST_WORDS)?;
    at_most("systems", request.systems.len(), System::NAMES.len())?;
    let day = day(&request.date)?;
    let mut systems = Vec::with_capacity(request.systems.len());
    for (at, name) in request.systems.iter().enumerate() {
        systems.extend(system(&format!("systems[{at}]"), Some(name))?);
    }
    let limit = request.limit.unwrap_or(LIMIT);
    at_most("limit", limit as usize, MOST_FOUND as usize)?;
    let systems = if systems.is_empty() { &SYSTEMS_OF_CLAIMS[..] } else { &systems };
    let query = SearchQuery { words: &request.words, systems, date: day, limit: limit as usize, headers: request.headers };
    let hits = kb.search(&query)?;
    let found = hits.iter().map(|hit| info(kb, hit.code, day, Some(hit.matched.name()))).collect::<Result<_, _>>()?;
    Ok(v1::SearchResponse { found, knowledge_hash: kb.hash() })
}

/// Every whole-word term of a text that names codes.
pub fn term_matches(kb: &KnowledgeBase, request: &v1::MatchRequest, scratch: &mut Scratch) -> Result<v1::MatchResponse, TerminologyError> {
    kb.ready()?;
    let text = &request.text;
    at_most("text", text.len(), superbill_core::coding::LONGEST_DOCUMENT)?;
    let (mut starts, mut ends) = (CodePoints::new(text), CodePoints::new(text));
    let found = kb.matches(text, scratch).into_iter();
    let term = |(start, end, phrase)| {
        let codes: Vec<String> = kb.phrase_codes(phrase).into_iter().map(|c| kb.written(c)).collect();
        (!codes.is_empty()).then(|| v1::TermMatch { start: starts.at(start), end: ends.at(end), codes })
    };
    Ok(v1::MatchResponse { matches: found.filter_map(term).collect(), knowledge_hash: kb.hash() })
}
