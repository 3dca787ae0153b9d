//! A knowledge base as Python sees it.

use crate::{coded::CodedEncounter, errors};
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyString},
};
use rayon::prelude::*;
use std::{
    cell::RefCell,
    path::PathBuf,
    sync::{Arc, OnceLock},
};
use superbill_core::{
    NeverCancel, Scratch,
    code::System,
    date::Date,
    knowledge::{KnowledgeError, ptp_codes::PtpCodes, releases::Release},
};
use superbill_proto::{AnswerError, answer, encounter_from_json, v1};

thread_local! {
    pub(crate) static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// One immutable knowledge base; safe to share between threads.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct KnowledgeBase {
    inner: superbill_core::knowledge::KnowledgeBase,
    /// Codes of the edits of each setting, made when they are first asked for.
    ptp_codes: [OnceLock<PtpCodes>; 2],
}

impl From<superbill_core::knowledge::KnowledgeBase> for KnowledgeBase {
    fn from(inner: superbill_core::knowledge::KnowledgeBase) -> Self {
        Self { inner, ptp_codes: Default::default() }
    }
}

/// The JSON of an encounter or a claim: `bytes` and `str` as they are, anything else as msgspec writes it.
pub(crate) fn json(encounter: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    static ENCODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Ok(bytes) = encounter.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(text) = encounter.cast::<PyString>() {
        return Ok(text.to_str()?.as_bytes().to_vec());
    }
    let py = encounter.py();
    let encode = ENCODE.get_or_try_init(py, || py.import("msgspec.json")?.getattr("encode").map(Bound::unbind))?;
    let bytes = encode.bind(py).call1((encounter,))?;
    Ok(bytes.cast::<PyBytes>()?.as_bytes().to_vec())
}

pub(crate) fn date(date: &Bound<'_, PyAny>) -> PyResult<Date> {
    let parsed = if let Ok(text) = date.cast::<PyString>() {
        Date::parse(text.to_str()?)
    } else {
        // `str(datetime.date)` is ISO 8601 as well.
        Date::parse(date.str()?.to_str()?)
    };
    parsed.map_err(|_| errors::DateError::new_err("date: expected a calendar date as YYYY-MM-DD"))
}

pub(crate) fn corrupt(error: &KnowledgeError) -> PyErr {
    errors::KnowledgeBaseError::new_err(error.to_string())
}

impl KnowledgeBase {
    fn answer(&self, json: &[u8]) -> Result<v1::CodedEncounter, AnswerError> {
        let wire = encounter_from_json(json)?;
        SCRATCH.with_borrow_mut(|scratch| answer(&self.inner, &wire, scratch, &NeverCancel))
    }

    pub(crate) fn engine(&self) -> &superbill_core::knowledge::KnowledgeBase {
        &self.inner
    }

    /// Codes of the edits of a setting by hash.
    pub(crate) fn ptp_codes(&self, setting: usize) -> &OnceLock<PtpCodes> {
        &self.ptp_codes[setting]
    }

    /// The engine, where which codes there are and how they stand is asked.
    pub(crate) fn standings(&self) -> PyResult<&superbill_core::knowledge::KnowledgeBase> {
        self.inner.standings_ready().map_err(|e| corrupt(&e))?;
        Ok(&self.inner)
    }

    /// The engine, where titles, notes or attributes are asked as well.
    pub(crate) fn taxonomy(&self) -> PyResult<&superbill_core::knowledge::KnowledgeBase> {
        self.inner.taxonomy_ready().map_err(|e| corrupt(&e))?;
        Ok(&self.inner)
    }
}

#[pymethods]
impl KnowledgeBase {
    /// Opens a knowledge base file as a memory map. A part of it is checked before its first use, all of it by `verify`.
    ///
    /// Raises `KnowledgeBaseError` where it is missing, truncated, foreign or of another format; later calls where the part that they use is damaged.
    #[staticmethod]
    fn open(path: PathBuf) -> PyResult<Self> {
        superbill_store::open(&path).map(Self::from).map_err(|e| errors::store(&e))
    }

    /// Takes an image built in memory.
    ///
    /// Raises `KnowledgeBaseError` where it is truncated, corrupt, foreign or of another format.
    #[staticmethod]
    fn from_bytes(image: &[u8]) -> PyResult<Self> {
        let image = Arc::new(image.to_vec());
        superbill_core::knowledge::KnowledgeBase::from_image(image)
            .map(Self::from)
            .map_err(|e| errors::KnowledgeBaseError::new_err(e.to_string()))
    }

    /// Checks every byte of the file and that all of it decodes. Works without the GIL.
    ///
    /// Raises `KnowledgeBaseError` where it does not match its hash.
    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.inner.verify()).map_err(|e| corrupt(&e))
    }

    /// SHA-256 of the content, in hex: the identity of this knowledge base.
    #[getter]
    fn hash(&self) -> String {
        self.inner.hash()
    }

    /// Bytes of the image.
    #[getter]
    fn size(&self) -> usize {
        self.inner.size()
    }

    /// Number of codes of all systems, headers and expired ones included.
    #[getter]
    fn code_count(&self) -> PyResult<usize> {
        let kb = self.standings()?;
        Ok(System::NAMES.iter().map(|s| kb.codes_of(s.0).len()).sum())
    }

    /// Number of codes of a system that can stand on a claim on a day.
    ///
    /// Raises `DateError` where the date is malformed, `CodeError` where there is no such system.
    #[pyo3(signature = (date, *, system = "icd10cm"))]
    fn billable_count(&self, date: &Bound<'_, PyAny>, system: &str) -> PyResult<usize> {
        Ok(self.standings()?.billable_count(crate::terminology::system(system)?, self::date(date)?))
    }

    /// Number of terms that the trie finds.
    #[getter]
    fn phrase_count(&self) -> usize {
        self.inner.trie().len()
    }

    /// Number of procedure families.
    #[getter]
    fn family_count(&self) -> usize {
        self.inner.rules().families.len()
    }

    /// Releases and packs inside: `(id, version, effective, end, citation)`, dates as ISO 8601.
    #[getter]
    fn releases(&self) -> Vec<(String, String, String, String, String)> {
        let rules = self.inner.rules();
        let row = |p: &superbill_core::knowledge::rules::Pack| {
            (p.id.clone(), p.version.clone(), Date(p.effective).to_string(), Date(p.end).to_string(), p.citation.clone())
        };
        rules.tabular.iter().chain(&rules.packs).map(row).collect()
    }

    /// Files that this was built from: `(feed, effective, end, file, sha256, rows, rejected)`, dates as ISO 8601.
    #[getter]
    #[allow(clippy::type_complexity)]
    fn sources(&self) -> PyResult<Vec<(String, String, String, String, String, u64, u64)>> {
        let row = |r: &Release| {
            let (effective, end) = (Date(r.effective).to_string(), Date(r.end).to_string());
            (r.feed.clone(), effective, end, r.file.clone(), r.sha256.clone(), r.rows, r.rejected)
        };
        Ok(self.standings()?.releases().all.iter().map(row).collect())
    }

    /// Code systems inside: `(name, codes, first day covered, last day covered)`; the days are `None` where no release lists the system whole.
    #[getter]
    #[allow(clippy::type_complexity)]
    fn systems(&self) -> PyResult<Vec<(&'static str, usize, Option<String>, Option<String>)>> {
        let kb = self.standings()?;
        let row = |system: System| {
            let (first, last) = kb.releases().span(system).unzip();
            (system.name(), kb.codes_of(system).len(), first.map(|d| d.to_string()), last.map(|d| d.to_string()))
        };
        Ok(System::NAMES.iter().map(|s| row(s.0)).filter(|r| r.1 > 0).collect())
    }

    /// Ids and sizes in bytes of the sections of the file.
    #[getter]
    fn section_sizes(&self) -> Vec<(u32, usize)> {
        self.inner.section_sizes().collect()
    }

    /// Codes one encounter: a `superbill.models.Encounter`, a dict of the same shape, or its JSON as `str` or `bytes`.
    ///
    /// Raises `EncounterError` naming the field that is missing or outside its set.
    fn code(&self, encounter: &Bound<'_, PyAny>) -> PyResult<CodedEncounter> {
        let json = json(encounter)?;
        self.answer(&json).map(CodedEncounter::new).map_err(|e| errors::answer(&e))
    }

    /// Codes many encounters on `threads` threads (0: one a core) without the GIL. Answers stand in the order of the encounters; in the place of
    /// one that cannot be coded stands its `EncounterError`.
    #[pyo3(signature = (encounters, *, threads = 0))]
    fn code_many<'py>(&self, py: Python<'py>, encounters: Vec<Bound<'py, PyAny>>, threads: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let inputs = encounters.iter().map(json).collect::<PyResult<Vec<_>>>()?;
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| errors::SuperbillError::new_err(e.to_string()))?;
        let answers: Vec<_> = py.detach(|| pool.install(|| inputs.par_iter().map(|i| self.answer(i)).collect()));
        let object = |result: Result<_, AnswerError>| match result {
            Ok(wire) => Bound::new(py, CodedEncounter::new(wire)).map(Bound::into_any),
            Err(error) => Ok(errors::answer(&error).into_value(py).into_bound(py).into_any()),
        };
        answers.into_iter().map(object).collect()
    }

    fn __repr__(&self) -> String {
        format!("<KnowledgeBase {}: {} terms>", &self.hash()[..12], self.phrase_count())
    }
}
