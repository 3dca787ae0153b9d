//! A knowledge base as Python sees it.

use crate::{
    coded::CodedEncounter,
    errors,
    offsets::CodePoints,
    terms::{Rows, arrays},
};
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyString, PyTuple},
};
use rayon::prelude::*;
use std::{cell::RefCell, path::PathBuf, sync::Arc};
use superbill_core::{
    NeverCancel, Scratch,
    code::{CodeId, CodeKey},
    date::Date,
    read::{Reading, read},
};
use superbill_proto::{AnswerError, answer, encounter_from_json, v1};

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// One immutable knowledge base; safe to share between threads.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct KnowledgeBase {
    inner: superbill_core::knowledge::KnowledgeBase,
}

impl From<superbill_core::knowledge::KnowledgeBase> for KnowledgeBase {
    fn from(inner: superbill_core::knowledge::KnowledgeBase) -> Self {
        Self { inner }
    }
}

/// The JSON of an encounter: `bytes` and `str` as they are, anything else as msgspec writes it.
fn json(encounter: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
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

fn date(date: &Bound<'_, PyAny>) -> PyResult<Date> {
    // `str(datetime.date)` is ISO 8601 as well.
    let text = date.str()?;
    Date::parse(text.to_str()?).map_err(|_| errors::DateError::new_err("date: expected a calendar date as YYYY-MM-DD"))
}

fn key(code: &str) -> PyResult<CodeKey> {
    CodeKey::parse(code).map_err(|e| errors::CodeError::new_err(e.to_string()))
}

impl KnowledgeBase {
    fn answer(&self, json: &[u8]) -> Result<v1::CodedEncounter, AnswerError> {
        let wire = encounter_from_json(json)?;
        SCRATCH.with_borrow_mut(|scratch| answer(&self.inner, &wire, scratch, &NeverCancel))
    }

    fn info_of(&self, code: CodeId, covered: bool) -> CodeInfo {
        let kb = &self.inner;
        let (effective, end) = kb.interval();
        CodeInfo {
            code: kb.key(code).dotted(),
            description: kb.title(code),
            billable: kb.is_billable(code),
            covered,
            effective: effective.to_string(),
            end: end.to_string(),
            parent: kb.parent(code).map(|p| kb.key(p).dotted()),
            children: kb.children(code).map(|c| kb.key(c).dotted()).collect(),
        }
    }

    fn spans(&self, text: &str) -> Vec<(u32, u32, u32)> {
        let mut points = CodePoints::new(text);
        let found = SCRATCH.with_borrow_mut(|scratch| self.inner.matches(text, scratch));
        found.into_iter().map(|(start, end, phrase)| (points.at(start), points.at(end), phrase)).collect()
    }
}

#[pymethods]
impl KnowledgeBase {
    /// Opens a knowledge base file as a memory map, checked whole.
    ///
    /// Raises `KnowledgeBaseError` where it is missing, truncated, corrupt, foreign or of another format.
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

    /// Number of ICD-10-CM codes, headers included.
    #[getter]
    fn code_count(&self) -> usize {
        self.inner.code_count()
    }

    /// Number of billable ICD-10-CM codes.
    #[getter]
    fn billable_count(&self) -> usize {
        self.inner.billable_count()
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

    /// What is known of an ICD-10-CM code on a day; `None` where it is unknown.
    ///
    /// Raises `CodeError` where the code is malformed, `DateError` where the date is.
    fn lookup(&self, code: &str, date: &Bound<'_, PyAny>) -> PyResult<Option<CodeInfo>> {
        let answer = self.inner.lookup(key(code)?, self::date(date)?);
        Ok(answer.map(|a| self.info_of(a.code, a.covered)))
    }

    /// Billable codes whose descriptions have all the words, as beginnings of words; the shortest description first.
    ///
    /// Raises `DateError` where the date is malformed.
    #[pyo3(signature = (words, date, *, limit = 20))]
    fn search(&self, words: &str, date: &Bound<'_, PyAny>, limit: usize) -> PyResult<Vec<CodeInfo>> {
        let covered = self.inner.covers(self::date(date)?);
        Ok(self.inner.search(words, limit).into_iter().map(|code| self.info_of(code, covered)).collect())
    }

    /// Every whole-word term of a text that names codes, overlaps included, in order of start.
    #[pyo3(name = "match")]
    fn matches(&self, text: &str) -> Vec<Match> {
        let codes = |phrase| self.phrase_codes(phrase);
        let all = self.spans(text).into_iter().map(|(start, end, phrase)| Match { start, end, phrase, codes: codes(phrase) });
        all.filter(|m| !m.codes.is_empty()).collect()
    }

    /// Every whole-word term of many texts, of codes or not, as four numpy arrays of `uint32` and equal length: text, start, end, phrase.
    /// Works without the GIL.
    fn match_arrays<'py>(&self, py: Python<'py>, texts: Vec<String>) -> PyResult<Bound<'py, PyTuple>> {
        arrays(py, || {
            let mut rows = Rows::default();
            for (at, text) in (0_u32..).zip(&texts) {
                for (start, end, phrase) in self.spans(text) {
                    rows.push([at, start, end, phrase]);
                }
            }
            rows
        })
    }

    /// The codes that a phrase of `match_arrays` names.
    fn phrase_codes(&self, phrase: u32) -> Vec<String> {
        self.inner.phrase_codes(phrase).into_iter().map(|c| self.inner.key(c).dotted()).collect()
    }

    /// The conditions named in a text with what is said of them.
    fn read(&self, text: &str) -> Vec<Mention> {
        let mut reading = Reading::default();
        read(&self.inner, text, &mut reading);
        let mut points = CodePoints::new(text);
        let mention = |m: &superbill_core::read::Mention| {
            let (first, last) = (reading.tokens.get(m.first as usize)?, reading.tokens.get((m.end as usize).checked_sub(1)?)?);
            let code = ((m.node as usize) < self.inner.code_count()).then(|| self.inner.key(CodeId(m.node)).dotted());
            Some(Mention { start: points.at(first.start), end: points.at(last.end), code, assertion: m.assertion.name() })
        };
        reading.mentions.iter().filter_map(mention).collect()
    }

    fn __repr__(&self) -> String {
        format!("<KnowledgeBase {}: {} billable codes, {} terms>", &self.hash()[..12], self.billable_count(), self.phrase_count())
    }
}

/// What is known of a code.
#[pyclass(frozen, get_all, module = "superbill")]
pub(crate) struct CodeInfo {
    /// With its dot.
    code: String,
    description: String,
    billable: bool,
    /// Whether a loaded release covers the day that was asked.
    covered: bool,
    effective: String,
    end: String,
    /// `None` at a category.
    parent: Option<String>,
    children: Vec<String>,
}

#[pymethods]
impl CodeInfo {
    fn __repr__(&self) -> String {
        format!("<CodeInfo {} {}>", self.code, self.description)
    }
}

/// A term in a text; offsets in code points, half-open.
#[pyclass(frozen, get_all, module = "superbill")]
pub(crate) struct Match {
    start: u32,
    end: u32,
    phrase: u32,
    codes: Vec<String>,
}

#[pymethods]
impl Match {
    fn __repr__(&self) -> String {
        format!("<Match {}..{} {}>", self.start, self.end, self.codes.join(" "))
    }
}

/// A condition named in a text; offsets in code points, half-open.
#[pyclass(frozen, get_all, module = "superbill")]
pub(crate) struct Mention {
    start: u32,
    end: u32,
    /// The node named, before refinement; `None` for an abbreviation that means no condition.
    code: Option<String>,
    /// present negated possible historical family hypothetical `other_person` planned performed
    assertion: &'static str,
}

#[pymethods]
impl Mention {
    fn __repr__(&self) -> String {
        format!("<Mention {}..{} {} {}>", self.start, self.end, self.code.as_deref().unwrap_or("-"), self.assertion)
    }
}
