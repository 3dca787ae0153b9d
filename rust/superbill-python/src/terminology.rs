//! Codes, their standing and their edits, as Python sees them.

use crate::{
    codes::CodeInfo,
    columns::{self, Column, Days},
    errors,
    knowledge::{self, KnowledgeBase, corrupt},
};
use pyo3::prelude::*;
use superbill_core::{
    code::{CodeId, System},
    date::Date,
    knowledge::Standing,
};
use superbill_proto::terminology::{self, SYSTEMS_OF_CLAIMS};

pub(crate) fn system(name: &str) -> PyResult<System> {
    terminology::system(name).map_err(|expected| errors::CodeError::new_err(format!("system: expected {expected}")))
}

/// The name of the system of a code.
pub(crate) fn system_name(kb: &superbill_core::knowledge::KnowledgeBase, code: CodeId) -> &'static str {
    kb.system(code).map_or("", System::name)
}

impl KnowledgeBase {
    /// The code in the system named, else in the only one that has it.
    pub(crate) fn find(&self, code: &str, system: Option<&str>) -> PyResult<Option<CodeId>> {
        let system = system.map(self::system).transpose()?;
        terminology::find(self.standings()?, code, system).map_err(|e| errors::CodeError::new_err(e.to_string()))
    }

    /// The same of a code that must be known.
    fn known(&self, code: &str, system: Option<&str>) -> PyResult<CodeId> {
        self.find(code, system)?.ok_or_else(|| errors::CodeError::new_err("no code of the knowledge base is written so"))
    }

    pub(crate) fn info(&self, code: CodeId, date: Date) -> CodeInfo {
        CodeInfo { kb: self.engine().clone(), code, date, matched: None }
    }
}

#[pymethods]
impl KnowledgeBase {
    /// What is known of a code on a day; `None` where it is unknown. Without `system` it is looked for in ICD-10-CM, ICD-10-PCS, CPT and HCPCS.
    ///
    /// Raises `CodeError` where the code is malformed or in two systems, `DateError` where the date is malformed.
    #[pyo3(signature = (code, date, *, system = None))]
    fn lookup(&self, code: &str, date: &Bound<'_, PyAny>, system: Option<&str>) -> PyResult<Option<CodeInfo>> {
        let date = knowledge::date(date)?;
        Ok(self.find(code, system)?.map(|code| self.info(code, date)))
    }

    /// Whether a code can stand on a claim on a day, and why not: `valid`, `header`, `not_yet`, `expired`, `undated`, `unknown` or `malformed`, with the
    /// codes that the publisher names in the place of an expired one.
    ///
    /// Raises `DateError` where the date is malformed, `CodeError` where the code is in two systems or there is no such system.
    #[pyo3(signature = (code, date, *, system = None))]
    fn validate(&self, code: &str, date: &Bound<'_, PyAny>, system: Option<&str>) -> PyResult<(&'static str, Vec<String>)> {
        let (date, kb) = (knowledge::date(date)?, self.standings()?);
        let system = system.map(self::system).transpose()?;
        let well_formed = match system {
            Some(system) => system.parse(code).is_ok(),
            None => SYSTEMS_OF_CLAIMS.iter().any(|s| s.parse(code).is_ok()),
        };
        if !well_formed {
            return Ok(("malformed", Vec::new()));
        }
        let Some(id) = self.find(code, system.map(System::name))? else { return Ok(("unknown", Vec::new())) };
        Ok((kb.standing(id, date).name(), kb.successors(id, date).map(|c| kb.written(c)).collect()))
    }

    /// Standings of many codes of a system, in order, as `validate` names them. Works without the GIL.
    ///
    /// Raises `DateError` where the date is malformed, `CodeError` where there is no such system.
    #[pyo3(signature = (codes, date, *, system = "icd10cm"))]
    fn validate_many(&self, py: Python<'_>, codes: Vec<String>, date: &Bound<'_, PyAny>, system: &str) -> PyResult<Vec<&'static str>> {
        let (date, system, kb) = (knowledge::date(date)?, self::system(system)?, self.standings()?);
        let standing = |code: &String| match system.parse(code) {
            Err(_) => "malformed",
            Ok(key) => kb.find(system, key).map_or("unknown", |id| kb.standing(id, date).name()),
        };
        Ok(py.detach(|| codes.iter().map(standing).collect()))
    }

    /// Standings of a column of codes of a system, in order: numbers that are places in `superbill.STANDINGS`, as a numpy array of `uint8`. Codes are
    /// a numpy array of fixed-width bytes or text, days one date or an array of `datetime64` of the same length. Works without the GIL.
    ///
    /// Raises `DateError` where a day is missing or outside of 1900 to 2199, `CodeError` where the arrays are of other shapes or there is no such system.
    #[pyo3(signature = (codes, dates, *, system = "icd10cm"))]
    fn validate_arrays<'py>(
        &self,
        py: Python<'py>,
        codes: &Bound<'py, PyAny>,
        dates: &Bound<'py, PyAny>,
        system: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (system, kb) = (self::system(system)?, self.standings()?);
        let (codes, days) = (Column::of_text("codes", codes, errors::CodeError::new_err)?, Days::read("dates", dates)?);
        if days.len().is_some_and(|n| n != codes.len()) {
            return Err(errors::CodeError::new_err("dates: expected one, or as many as there are codes"));
        }
        let standings = py.detach(|| {
            let standing = |at: usize| {
                let date = days.at("dates", at)?;
                let Some(key) = codes.at(at).and_then(|code| system.parse(code).ok()) else { return Ok(Standing::MALFORMED) };
                Ok(kb.find(system, key).map_or(Standing::UNKNOWN, |id| kb.standing(id, date).number()))
            };
            (0..codes.len()).map(standing).collect::<PyResult<Vec<u8>>>()
        })?;
        columns::array(py, &standings, "u1")
    }

    /// What is known of many codes, in order; `None` where one is unknown or malformed.
    ///
    /// Raises `DateError` where the date is malformed, `CodeError` where there is no such system.
    #[pyo3(signature = (codes, date, *, system = "icd10cm"))]
    fn lookup_many(&self, codes: Vec<String>, date: &Bound<'_, PyAny>, system: &str) -> PyResult<Vec<Option<CodeInfo>>> {
        let (date, system, kb) = (knowledge::date(date)?, self::system(system)?, self.standings()?);
        let known = |code: &String| system.parse(code).ok().and_then(|key| kb.find(system, key)).map(|id| self.info(id, date));
        Ok(codes.iter().map(known).collect())
    }

    /// The codes directly below one, on a day.
    ///
    /// Raises `CodeError` where the code is malformed, unknown or in two systems, `DateError` where the date is malformed.
    #[pyo3(signature = (code, date, *, system = None))]
    fn children(&self, code: &str, date: &Bound<'_, PyAny>, system: Option<&str>) -> PyResult<Vec<CodeInfo>> {
        let (date, code) = (knowledge::date(date)?, self.known(code, system)?);
        Ok(self.standings()?.children_on(code, date).map(|c| self.info(c, date)).collect())
    }

    /// Everything above a code, nearest first, as it is on a day.
    ///
    /// Raises `CodeError` where the code is malformed, unknown or in two systems, `DateError` where the date is malformed.
    #[pyo3(signature = (code, date, *, system = None))]
    fn ancestors(&self, code: &str, date: &Bound<'_, PyAny>, system: Option<&str>) -> PyResult<Vec<CodeInfo>> {
        let (date, code) = (knowledge::date(date)?, self.known(code, system)?);
        Ok(self.standings()?.ancestors(code).map(|c| self.info(c, date)).collect())
    }

    /// Everything below a code that is known on a day, in order of code, headers included.
    ///
    /// Raises `CodeError` where the code is malformed, unknown or in two systems, `DateError` where the date is malformed.
    #[pyo3(signature = (code, date, *, system = None))]
    fn descendants(&self, code: &str, date: &Bound<'_, PyAny>, system: Option<&str>) -> PyResult<Vec<CodeInfo>> {
        let (date, code, kb) = (knowledge::date(date)?, self.known(code, system)?, self.standings()?);
        let in_force = |c: &CodeId| !matches!(kb.standing(*c, date), Standing::NotYet(_) | Standing::Expired(_));
        Ok(kb.subtree(code).skip(1).map(CodeId).filter(in_force).map(|c| self.info(c, date)).collect())
    }

    /// Whether `node` is `code` or above it, both of one system.
    ///
    /// Raises `CodeError` where one of them is malformed, unknown or in two systems.
    #[pyo3(signature = (node, code, *, system = None))]
    fn subsumes(&self, node: &str, code: &str, system: Option<&str>) -> PyResult<bool> {
        Ok(self.standings()?.subsumes(self.known(node, system)?, self.known(code, system)?))
    }

    /// CMS-HCC condition categories: `(model, first day, category, category that it drops)` and `(model, first day, category, title)`.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    #[allow(clippy::type_complexity)]
    fn condition_categories(&self) -> PyResult<(Vec<(String, String, u32, u32)>, Vec<(String, String, u32, String)>)> {
        let all = self.engine().categories().map_err(|e| corrupt(&e))?;
        let drops = all.hierarchies.into_iter().map(|(model, day, above, below)| (model, Date(day).to_string(), above, below));
        let titles = all.titles.into_iter().map(|(model, day, category, title)| (model, Date(day).to_string(), category, title));
        Ok((drops.collect(), titles.collect()))
    }
}
