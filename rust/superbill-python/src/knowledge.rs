//! A knowledge base as Python sees it.

use crate::{
    check::{self, Check},
    coded::CodedEncounter,
    codes::CodeInfo,
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
    code::{CodeId, CodeKey, System},
    date::Date,
    knowledge::{KnowledgeError, releases::Release},
    read::{Reading, read},
};
use superbill_proto::{AnswerError, answer, encounter_from_json, v1};

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Systems whose codes stand on claims; a code is looked for in these where its system is not said.
const SYSTEMS_OF_CLAIMS: [System; 4] = [System::Icd10cm, System::Icd10pcs, System::Cpt, System::Hcpcs];

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

pub(crate) fn system(name: &str) -> PyResult<System> {
    System::named(name).ok_or_else(|| {
        let names: Vec<&str> = System::NAMES.iter().map(|n| n.1).collect();
        errors::CodeError::new_err(format!("system: expected one of {}", names.join(", ")))
    })
}

/// The name of the system of a code.
pub(crate) fn system_name(kb: &superbill_core::knowledge::KnowledgeBase, code: CodeId) -> &'static str {
    kb.system(code).map_or("", System::name)
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

    pub(crate) fn taxonomy(&self) -> PyResult<&superbill_core::knowledge::KnowledgeBase> {
        self.inner.taxonomy_ready().map_err(|e| corrupt(&e))?;
        Ok(&self.inner)
    }

    fn reading(&self) -> PyResult<&superbill_core::knowledge::KnowledgeBase> {
        self.inner.ready().map_err(|e| corrupt(&e))?;
        Ok(&self.inner)
    }

    /// The code in the system named, else in the only one that has it.
    fn find(&self, code: &str, system: Option<&str>) -> PyResult<Option<CodeId>> {
        let kb = self.taxonomy()?;
        if let Some(name) = system {
            let system = self::system(name)?;
            let key = system.parse(code).map_err(|e| errors::CodeError::new_err(e.to_string()))?;
            return Ok(kb.find(system, key));
        }
        let (mut found, mut malformed): (Option<(System, CodeId)>, _) = (None, true);
        for system in SYSTEMS_OF_CLAIMS {
            // A table of ICD-10-PCS is no code: "D71" alone is of ICD-10-CM.
            let Some(key) = system.parse(code).ok().filter(|k| system != System::Icd10pcs || k.len() == 7) else { continue };
            malformed = false;
            let Some(id) = kb.find(system, key) else { continue };
            if let Some((other, _)) = found.replace((system, id)) {
                let message = format!(
                    "the code is of {} and of {}: say which with system=, or write the dot of ICD-10-CM",
                    other.name(),
                    system.name()
                );
                return Err(errors::CodeError::new_err(message));
            }
        }
        if malformed { Err(errors::CodeError::new_err(superbill_core::code::MalformedCode.to_string())) } else { Ok(found.map(|f| f.1)) }
    }

    fn info(&self, code: CodeId, date: Date) -> CodeInfo {
        CodeInfo { kb: self.inner.clone(), code, date }
    }

    fn spans(&self, text: &str) -> Vec<(u32, u32, u32)> {
        let mut points = CodePoints::new(text);
        let found = SCRATCH.with_borrow_mut(|scratch| self.inner.matches(text, scratch));
        found.into_iter().map(|(start, end, phrase)| (points.at(start), points.at(end), phrase)).collect()
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
        let kb = self.taxonomy()?;
        Ok(System::NAMES.iter().map(|s| kb.codes_of(s.0).len()).sum())
    }

    /// Number of codes of a system that can stand on a claim on a day.
    ///
    /// Raises `DateError` where the date is malformed, `CodeError` where there is no such system.
    #[pyo3(signature = (date, *, system = "icd10cm"))]
    fn billable_count(&self, date: &Bound<'_, PyAny>, system: &str) -> PyResult<usize> {
        Ok(self.taxonomy()?.billable_count(self::system(system)?, self::date(date)?))
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
        Ok(self.taxonomy()?.releases().all.iter().map(row).collect())
    }

    /// Code systems inside: `(name, codes, first day covered, last day covered)`; the days are `None` where no release lists the system whole.
    #[getter]
    #[allow(clippy::type_complexity)]
    fn systems(&self) -> PyResult<Vec<(&'static str, usize, Option<String>, Option<String>)>> {
        let kb = self.taxonomy()?;
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

    /// Checks one claim against every edit: a `superbill.models.Claim`, a dict of the same shape, or its JSON as `str` or `bytes`.
    ///
    /// Raises `ClaimError` naming the field that is missing or outside its set, `KnowledgeBaseError` where the file is damaged or has no rules of editing.
    fn edit(&self, claim: &Bound<'_, PyAny>) -> PyResult<Check> {
        check::one(&self.inner, claim, false)
    }

    /// Checks many claims on `threads` threads (0: one a core) without the GIL. Checks stand in the order of the claims; in the place of
    /// one that cannot be checked stands its error.
    #[pyo3(signature = (claims, *, threads = 0))]
    fn edit_many<'py>(&self, py: Python<'py>, claims: Vec<Bound<'py, PyAny>>, threads: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
        check::many(&self.inner, py, &claims, threads, false)
    }

    /// Checks one claim as `edit` does, and tells its lawful repairs and what has to be asked of the provider.
    ///
    /// Raises `ClaimError` naming the field that is missing or outside its set, `KnowledgeBaseError` where the file is damaged or has no rules of editing.
    fn check(&self, claim: &Bound<'_, PyAny>) -> PyResult<Check> {
        check::one(&self.inner, claim, true)
    }

    /// Checks many claims as `check` does one, on `threads` threads (0: one a core) without the GIL. Checks stand in the order of the claims; in the
    /// place of one that cannot be checked stands its error.
    #[pyo3(signature = (claims, *, threads = 0))]
    fn check_many<'py>(&self, py: Python<'py>, claims: Vec<Bound<'py, PyAny>>, threads: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
        check::many(&self.inner, py, &claims, threads, true)
    }

    /// Rules of claim editing in order of id: `(id, severity, title, message, citation, remedy, effective, end, pack, version, level, overrides)`.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn rules(&self) -> PyResult<Vec<check::RuleRow>> {
        check::rules(&self.inner)
    }

    /// What is known of a code on a day; `None` where it is unknown. Without `system` it is looked for in ICD-10-CM, ICD-10-PCS, CPT and HCPCS.
    ///
    /// Raises `CodeError` where the code is malformed or in two systems, `DateError` where the date is malformed.
    #[pyo3(signature = (code, date, *, system = None))]
    fn lookup(&self, code: &str, date: &Bound<'_, PyAny>, system: Option<&str>) -> PyResult<Option<CodeInfo>> {
        let date = self::date(date)?;
        Ok(self.find(code, system)?.map(|code| self.info(code, date)))
    }

    /// Whether a code can stand on a claim on a day, and why not: `valid`, `header`, `not_yet`, `expired`, `undated`, `unknown` or `malformed`, with the
    /// codes that the publisher names in the place of an expired one.
    ///
    /// Raises `DateError` where the date is malformed, `CodeError` where the code is in two systems or there is no such system.
    #[pyo3(signature = (code, date, *, system = None))]
    fn validate(&self, code: &str, date: &Bound<'_, PyAny>, system: Option<&str>) -> PyResult<(&'static str, Vec<String>)> {
        let (date, kb) = (self::date(date)?, self.taxonomy()?);
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
        let (date, system, kb) = (self::date(date)?, self::system(system)?, self.taxonomy()?);
        let standing = |code: &String| match system.parse(code) {
            Err(_) => "malformed",
            Ok(key) => kb.find(system, key).map_or("unknown", |id| kb.standing(id, date).name()),
        };
        Ok(py.detach(|| codes.iter().map(standing).collect()))
    }

    /// Whether `node` is `code` or above it, both of one system.
    ///
    /// Raises `CodeError` where one of them is malformed, unknown or in two systems.
    #[pyo3(signature = (node, code, *, system = None))]
    fn subsumes(&self, node: &str, code: &str, system: Option<&str>) -> PyResult<bool> {
        let known = |code| {
            let unknown = || errors::CodeError::new_err("no code of the knowledge base is written so");
            self.find(code, system)?.ok_or_else(unknown)
        };
        Ok(self.taxonomy()?.subsumes(known(node)?, known(code)?))
    }

    /// The NCCI edits in force on a day among the codes of a claim, in both directions, by setting (`practitioner` or `hospital`): column 1 and column 2
    /// as places in `codes`, modifier indicator, rationale.
    ///
    /// Raises `CodeError` where a code is malformed or the setting is another, `DateError`, and `KnowledgeBaseError` where the file is damaged.
    #[pyo3(signature = (codes, date, *, setting = "practitioner"))]
    fn ptp(&self, codes: Vec<String>, date: &Bound<'_, PyAny>, setting: &str) -> PyResult<Vec<(usize, usize, u8, String)>> {
        let (date, kb) = (self::date(date)?, self.taxonomy()?);
        let setting = ["practitioner", "hospital"].iter().position(|s| *s == setting);
        let setting = setting.ok_or_else(|| errors::CodeError::new_err("setting: expected practitioner or hospital"))?;
        let edits = kb.ptp(setting).map_err(|e| corrupt(&e))?;
        let mut places = Vec::new();
        for (at, code) in codes.iter().enumerate() {
            let key = CodeKey::pack(code.trim()).map_err(|e| errors::CodeError::new_err(e.to_string()))?;
            places.extend(edits.resolve(key).map(|p| (at, p)));
        }
        let (at, resolved): (Vec<usize>, Vec<_>) = places.into_iter().unzip();
        let mut found = Vec::new();
        edits.probe(&resolved, date, &mut Vec::new(), |column1, column2, edit| {
            let rationale = kb.releases().names.get(usize::from(edit.rationale)).cloned().unwrap_or_default();
            found.push((at[column1], at[column2], edit.indicator, rationale));
        });
        Ok(found)
    }

    /// CMS-HCC condition categories: `(model, first day, category, category that it drops)` and `(model, first day, category, title)`.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    #[allow(clippy::type_complexity)]
    fn condition_categories(&self) -> PyResult<(Vec<(String, String, u32, u32)>, Vec<(String, String, u32, String)>)> {
        let all = self.inner.categories().map_err(|e| corrupt(&e))?;
        let drops = all.hierarchies.into_iter().map(|(model, day, above, below)| (model, Date(day).to_string(), above, below));
        let titles = all.titles.into_iter().map(|(model, day, category, title)| (model, Date(day).to_string(), category, title));
        Ok((drops.collect(), titles.collect()))
    }

    /// Valid codes whose descriptions have all the words, as beginnings of words; the shortest description first.
    ///
    /// Raises `DateError` where the date is malformed, `CodeError` where there is no such system.
    #[pyo3(signature = (words, date, *, system = "icd10cm", limit = 20))]
    fn search(&self, words: &str, date: &Bound<'_, PyAny>, system: &str, limit: usize) -> PyResult<Vec<CodeInfo>> {
        let date = self::date(date)?;
        let found = self.taxonomy()?.search(words, &[self::system(system)?], date, limit);
        Ok(found.into_iter().map(|code| self.info(code, date)).collect())
    }

    /// Every whole-word term of a text that names codes, overlaps included, in order of start.
    #[pyo3(name = "match")]
    fn matches(&self, text: &str) -> PyResult<Vec<Match>> {
        self.reading()?;
        let codes = |phrase| self.phrase_codes(phrase);
        let all = self.spans(text).into_iter().map(|(start, end, phrase)| Match { start, end, phrase, codes: codes(phrase) });
        Ok(all.filter(|m| !m.codes.is_empty()).collect())
    }

    /// Every whole-word term of many texts, of codes or not, as four numpy arrays of `uint32` and equal length: text, start, end, phrase.
    /// Works without the GIL.
    fn match_arrays<'py>(&self, py: Python<'py>, texts: Vec<String>) -> PyResult<Bound<'py, PyTuple>> {
        self.reading()?;
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
        self.inner.phrase_codes(phrase).into_iter().map(|c| self.inner.written(c)).collect()
    }

    /// The conditions named in a text with what is said of them.
    fn read(&self, text: &str) -> PyResult<Vec<Mention>> {
        self.reading()?;
        let mut reading = Reading::default();
        read(&self.inner, text, &mut reading);
        let mut points = CodePoints::new(text);
        let mention = |m: &superbill_core::read::Mention| {
            let (first, last) = (reading.tokens.get(m.first as usize)?, reading.tokens.get((m.end as usize).checked_sub(1)?)?);
            let code = self.inner.system(CodeId(m.node)).map(|_| self.inner.written(CodeId(m.node)));
            Some(Mention { start: points.at(first.start), end: points.at(last.end), code, assertion: m.assertion.name() })
        };
        Ok(reading.mentions.iter().filter_map(mention).collect())
    }

    fn __repr__(&self) -> String {
        format!("<KnowledgeBase {}: {} terms>", &self.hash()[..12], self.phrase_count())
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
