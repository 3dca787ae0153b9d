//! What the edits found on a claim: frozen, over the Rust value; its fields become Python objects when first asked for.

use crate::{errors, knowledge::json};
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyTuple},
};
use rayon::prelude::*;
use std::cell::RefCell;
use superbill_core::{date::Date, editing, knowledge::KnowledgeBase};
use superbill_proto::{CheckError, check, check_and_repair, check_to_json, claim_from_json, v1};

thread_local! {
    static SCRATCH: RefCell<editing::Scratch> = RefCell::default();
}

/// Checks the claim of a JSON text, with repairs where they are asked for.
pub(crate) fn answer(kb: &KnowledgeBase, json: &[u8], repair: bool) -> Result<v1::Check, CheckError> {
    let wire = claim_from_json(json)?;
    SCRATCH.with_borrow_mut(|scratch| if repair { check_and_repair(kb, &wire, scratch) } else { check(kb, &wire, scratch) })
}

/// The check of a claim as Python gives it.
pub(crate) fn one(kb: &KnowledgeBase, claim: &Bound<'_, PyAny>, repair: bool) -> PyResult<Check> {
    let json = json(claim)?;
    answer(kb, &json, repair).map(Check::new).map_err(|e| errors::check(&e))
}

/// The checks of many claims as Python gives them, on threads without the GIL.
pub(crate) fn many<'py>(
    kb: &KnowledgeBase,
    py: Python<'py>,
    claims: &[Bound<'py, PyAny>],
    threads: usize,
    repair: bool,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let inputs = claims.iter().map(json).collect::<PyResult<Vec<_>>>()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| errors::SuperbillError::new_err(e.to_string()))?;
    let answers: Vec<_> = py.detach(|| pool.install(|| inputs.par_iter().map(|i| answer(kb, i, repair)).collect()));
    let object = |result: Result<_, CheckError>| match result {
        Ok(wire) => Bound::new(py, Check::new(wire)).map(Bound::into_any),
        Err(error) => Ok(errors::check(&error).into_value(py).into_bound(py).into_any()),
    };
    answers.into_iter().map(object).collect()
}

/// The findings of one claim, and its lawful repairs where they were asked for.
///
/// Fields are as in `superbill.models.Check`. Two checks are equal where their bytes are.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct Check {
    wire: v1::Check,
    model: PyOnceLock<Py<PyAny>>,
}

impl Check {
    pub(crate) fn new(wire: v1::Check) -> Self {
        Self { wire, model: PyOnceLock::new() }
    }

    fn field<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.to_model(py)?.bind(py).getattr(name)
    }
}

#[pymethods]
impl Check {
    /// The check as a `superbill.models.Check`; made once.
    fn to_model(&self, py: Python<'_>) -> PyResult<&Py<PyAny>> {
        static DECODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        self.model.get_or_try_init(py, || {
            let decode = DECODE.get_or_try_init(py, || {
                let model = py.import("superbill.models")?.getattr("Check")?;
                py.import("msgspec.json")?.getattr("Decoder")?.call1((model,))?.getattr("decode").map(Bound::unbind)
            })?;
            decode.call1(py, (self.to_json(py),))
        })
    }

    /// Canonical JSON: the same check is the same bytes.
    fn to_json<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &check_to_json(&self.wire))
    }

    /// Protobuf bytes of `superbill.v1.Check`.
    fn to_protobuf<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &superbill_proto::check_to_protobuf(&self.wire))
    }

    /// The id that the caller gave the claim.
    #[getter]
    fn claim_id(&self) -> &str {
        &self.wire.claim_id
    }

    /// The knowledge base and the releases in it that this check rests on.
    #[getter]
    fn knowledge<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "knowledge")
    }

    /// What was found, in order of the first line denied or affected.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "findings")
    }

    /// Lawful changes that clear every error of the lines, the least departure first; empty where they were not asked for.
    #[getter]
    fn repairs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "repairs")
    }

    /// How far the search for repairs came: `unneeded`, `complete` (where none is told, none exists) or `stopped`; `None` where they were not asked for.
    #[getter]
    fn search(&self) -> Option<&str> {
        self.wire.search.as_deref()
    }

    /// What to ask of the provider where a fact would decide and none is told; empty where repairs were not asked for.
    #[getter]
    fn queries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "queries")
    }

    /// Ids of the lines that are not payable, in the order in which findings tell them.
    #[getter]
    fn denied<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let mut lines: Vec<&str> = Vec::new();
        for line in self.wire.findings.iter().flat_map(|f| &f.denied) {
            if !lines.contains(&line.as_str()) {
                lines.push(line);
            }
        }
        PyTuple::new(py, lines)
    }

    /// The severest severity among the findings: `error`, `review`, `info`; `None` where nothing was found.
    #[getter]
    fn severity(&self) -> Option<&'static str> {
        ["error", "review", "info"].into_iter().find(|s| self.wire.findings.iter().any(|f| f.severity == *s))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.wire == other.wire
    }

    fn __repr__(&self) -> String {
        // Only what is no patient data.
        format!("<Check: {} findings, {}>", self.wire.findings.len(), self.severity().unwrap_or("clean"))
    }
}

/// A rule as `superbill rules` shows it: id, severity, title, message, citation, remedy, effective, end, pack, version, level, overrides.
#[derive(IntoPyObject)]
pub(crate) struct RuleRow(
    String,
    &'static str,
    String,
    String,
    String,
    Option<String>,
    String,
    Option<String>,
    String,
    String,
    Option<&'static str>,
    Vec<String>,
);

fn open_end(end: u32) -> Option<String> {
    (Date(end) != Date::OPEN).then(|| Date(end).to_string())
}

/// Every rule of claim editing, in order of id; those of payers and sites with their level.
pub(crate) fn rules(kb: &KnowledgeBase) -> PyResult<Vec<RuleRow>> {
    let said = &kb.edit_rules().map_err(|e| crate::knowledge::corrupt(&e))?.said;
    let of_engine = said.rules.iter().map(|r| {
        let (title, message, citation) = (r.title.clone(), r.message.clone(), r.citation.clone());
        let (effective, end) = (Date(r.effective).to_string(), open_end(r.end));
        let (pack, version) = (r.pack.clone(), r.version.clone());
        RuleRow(
            r.id.clone(),
            r.severity.name(),
            title,
            message,
            citation,
            r.remedy.clone(),
            effective,
            end,
            pack,
            version,
            None,
            Vec::new(),
        )
    });
    let of_payers = said.payer_rules.iter().map(|r| {
        let (title, message, citation) = (r.title.clone(), r.message.clone(), r.citation.clone());
        let (effective, end) = (Date(r.scope.effective).to_string(), open_end(r.scope.end));
        let (pack, version, level) = (r.pack.clone(), r.version.clone(), Some(r.level.name()));
        let severity = r.action.severity().name();
        RuleRow(
            r.id.clone(),
            severity,
            title,
            message,
            citation,
            r.remedy.clone(),
            effective,
            end,
            pack,
            version,
            level,
            r.overrides.clone(),
        )
    });
    let mut rows: Vec<RuleRow> = of_engine.chain(of_payers).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(rows)
}

#[pymethods]
impl crate::knowledge::KnowledgeBase {
    /// Checks one claim against every edit: a `superbill.models.Claim`, a dict of the same shape, or its JSON as `str` or `bytes`.
    ///
    /// Raises `ClaimError` naming the field that is missing or outside its set, `KnowledgeBaseError` where the file is damaged or has no rules of editing.
    fn edit(&self, claim: &Bound<'_, PyAny>) -> PyResult<Check> {
        one(self.engine(), claim, false)
    }

    /// Checks many claims on `threads` threads (0: one a core) without the GIL. Checks stand in the order of the claims; in the place of
    /// one that cannot be checked stands its error.
    #[pyo3(signature = (claims, *, threads = 0))]
    fn edit_many<'py>(&self, py: Python<'py>, claims: Vec<Bound<'py, PyAny>>, threads: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
        many(self.engine(), py, &claims, threads, false)
    }

    /// Checks one claim as `edit` does, and tells its lawful repairs and what has to be asked of the provider.
    ///
    /// Raises `ClaimError` naming the field that is missing or outside its set, `KnowledgeBaseError` where the file is damaged or has no rules of editing.
    fn check(&self, claim: &Bound<'_, PyAny>) -> PyResult<Check> {
        one(self.engine(), claim, true)
    }

    /// Checks many claims as `check` does one, on `threads` threads (0: one a core) without the GIL. Checks stand in the order of the claims; in the
    /// place of one that cannot be checked stands its error.
    #[pyo3(signature = (claims, *, threads = 0))]
    fn check_many<'py>(&self, py: Python<'py>, claims: Vec<Bound<'py, PyAny>>, threads: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
        many(self.engine(), py, &claims, threads, true)
    }

    /// Rules of claim editing in order of id: `(id, severity, title, message, citation, remedy, effective, end, pack, version, level, overrides)`.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn rules(&self) -> PyResult<Vec<RuleRow>> {
        rules(self.engine())
    }
}
