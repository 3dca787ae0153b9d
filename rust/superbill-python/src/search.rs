//! Searching codes, as Python sees it.

use crate::{
    codes::CodeInfo,
    knowledge::{SYSTEMS_OF_CLAIMS, corrupt, system},
};
use pyo3::{prelude::*, types::PyString};
use superbill_core::{
    code::System,
    date::Date,
    knowledge::{KnowledgeBase, search::SearchQuery},
};

/// One system, several, or those of claims.
fn systems(named: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<System>> {
    let Some(named) = named else { return Ok(SYSTEMS_OF_CLAIMS.to_vec()) };
    if let Ok(name) = named.cast::<PyString>() {
        return Ok(vec![system(name.to_str()?)?]);
    }
    named.extract::<Vec<String>>()?.iter().map(|name| system(name)).collect()
}

pub(crate) fn search(
    kb: &KnowledgeBase,
    words: &str,
    date: Date,
    system: Option<&Bound<'_, PyAny>>,
    (limit, headers): (usize, bool),
) -> PyResult<Vec<CodeInfo>> {
    let query = SearchQuery { words, systems: &systems(system)?, date, limit, headers };
    let found = kb.search(&query).map_err(|e| corrupt(&e))?;
    let info =
        |hit: &superbill_core::knowledge::search::Hit| CodeInfo { kb: kb.clone(), code: hit.code, date, matched: Some(hit.matched.name()) };
    Ok(found.iter().map(info).collect())
}
