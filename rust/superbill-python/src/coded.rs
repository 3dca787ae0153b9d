//! An answer: frozen, over the Rust value; its fields become Python objects when first asked for.

use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyTuple},
};
use superbill_proto::{to_json, to_protobuf, v1};

/// The codes of one encounter with their proof.
///
/// Fields are as in `superbill.models.CodedEncounter`. Two answers are equal where their bytes are.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct CodedEncounter {
    wire: v1::CodedEncounter,
    model: PyOnceLock<Py<PyAny>>,
}

impl CodedEncounter {
    pub(crate) fn new(wire: v1::CodedEncounter) -> Self {
        Self { wire, model: PyOnceLock::new() }
    }

    fn field<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.to_model(py)?.bind(py).getattr(name)
    }
}

#[pymethods]
impl CodedEncounter {
    /// The answer as a `superbill.models.CodedEncounter`; made once.
    fn to_model(&self, py: Python<'_>) -> PyResult<&Py<PyAny>> {
        static DECODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        self.model.get_or_try_init(py, || {
            let decode = DECODE.get_or_try_init(py, || {
                let model = py.import("superbill.models")?.getattr("CodedEncounter")?;
                py.import("msgspec.json")?.getattr("Decoder")?.call1((model,))?.getattr("decode").map(Bound::unbind)
            })?;
            decode.call1(py, (self.to_json(py),))
        })
    }

    /// Canonical JSON: the same answer is the same bytes.
    fn to_json<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &to_json(&self.wire))
    }

    /// Protobuf bytes of `superbill.v1.CodedEncounter`.
    fn to_protobuf<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &to_protobuf(&self.wire))
    }

    /// The id that the caller gave the encounter.
    #[getter]
    fn encounter_id(&self) -> &str {
        &self.wire.encounter_id
    }

    /// The knowledge base and the releases in it that this answer rests on.
    #[getter]
    fn knowledge<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "knowledge")
    }

    /// Diagnoses in the order of the claim.
    #[getter]
    fn diagnoses<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "diagnoses")
    }

    /// Procedures with modifiers, units and pointers to diagnoses by rank.
    #[getter]
    fn procedures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "procedures")
    }

    /// What the edits found.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "findings")
    }

    /// What has to be asked of the provider.
    #[getter]
    fn queries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "queries")
    }

    /// The visit: its category and level, what was counted, and why not another code; `None` where there is none.
    #[getter]
    fn visit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "visit")
    }

    /// What the documentation should have in it, whether it is there, and what it decides.
    #[getter]
    fn completeness<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "completeness")
    }

    /// What two places of the documentation say against each other, in `about` and with both places.
    #[getter]
    fn contradictions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "contradictions")
    }

    /// What should happen next: `release`, `review`, `query` or `hold`, with reasons.
    #[getter]
    fn disposition<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "disposition")
    }

    /// Codes alone, diagnoses first: `("S83.241A", "29881-RT")`.
    #[getter]
    fn codes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let diagnoses = self.wire.diagnoses.iter().map(|d| d.code.clone());
        let procedures = self.wire.procedures.iter().map(|p| {
            let mut code = p.code.clone();
            for modifier in &p.modifiers {
                code.push('-');
                code.push_str(modifier);
            }
            if p.units > 1 { format!("{code}*{}", p.units) } else { code }
        });
        PyTuple::new(py, diagnoses.chain(procedures).collect::<Vec<_>>())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.wire == other.wire
    }

    fn __repr__(&self) -> String {
        // Only what is no patient data: no identifier, no text.
        let action = self.wire.disposition.as_ref().map_or("", |d| d.action.as_str());
        format!("<CodedEncounter: {} diagnoses, {} procedures, {action}>", self.wire.diagnoses.len(), self.wire.procedures.len())
    }
}
