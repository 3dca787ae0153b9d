//! Searching codes, as Python sees it.

use crate::{
    codes::CodeInfo,
    knowledge::{self, KnowledgeBase, corrupt},
    terminology::system,
};
use pyo3::{prelude::*, types::PyString};
use superbill_core::{
    code::System,
    knowledge::search::{Hit, SearchQuery},
};
use superbill_proto::terminology::SYSTEMS_OF_CLAIMS;

/// One system, several, or those of claims.
fn systems(named: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<System>> {
    let Some(named) = named else { return Ok(SYSTEMS_OF_CLAIMS.to_vec()) };
    if let Ok(name) = named.cast::<PyString>() {
        return Ok(vec![system(name.to_str()?)?]);
    }
    named.extract::<Vec<String>>()?.iter().map(|name| system(name)).collect()
}

#[pymethods]
impl KnowledgeBase {
    /// The best codes for words, beginnings of words or of codes, on a day: those with all the words, exact ones before beginnings, short descriptions
    /// before long ones; else with typing errors put right; else those with the rarest of the words. `matched` of each says which.
    ///
    /// `system` is a system, several of them, or `None` for ICD-10-CM, ICD-10-PCS, CPT and HCPCS. Headers are found with `headers` alone.
    ///
    /// Raises `DateError` where the date is malformed, `CodeError` where there is no such system.
    #[pyo3(signature = (words, date, *, system = None, limit = 20, headers = false))]
    fn search(
        &self,
        words: &str,
        date: &Bound<'_, PyAny>,
        system: Option<&Bound<'_, PyAny>>,
        limit: usize,
        headers: bool,
    ) -> PyResult<Vec<CodeInfo>> {
        let (kb, date) = (self.engine(), knowledge::date(date)?);
        let query = SearchQuery { words, systems: &systems(system)?, date, limit, headers };
        let found = kb.search(&query).map_err(|e| corrupt(&e))?;
        let info = |hit: &Hit| CodeInfo { kb: kb.clone(), code: hit.code, date, matched: Some(hit.matched.name()) };
        Ok(found.iter().map(info).collect())
    }
}
