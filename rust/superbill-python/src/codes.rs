//! What is known of a code, as Python sees it: made from the knowledge base when a field is read.

use crate::{knowledge::corrupt, terminology::system_name};
use pyo3::{exceptions::PyValueError, prelude::*};
use superbill_core::{
    code::CodeId,
    date::Date,
    knowledge::{KnowledgeBase, Standing, attributes::Value, layout::note, licensed::FORMS},
};
use superbill_proto::terminology::{NOTES, tops};

/// What is known of a code on a day.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct CodeInfo {
    pub kb: KnowledgeBase,
    pub code: CodeId,
    pub date: Date,
    /// How well a search found it.
    pub matched: Option<&'static str>,
}

impl CodeInfo {
    fn standing_on(&self) -> Standing {
        self.kb.standing(self.code, self.date)
    }

    /// The engine, where titles or notes are asked: a lookup alone does not check them.
    fn described(&self) -> PyResult<&KnowledgeBase> {
        self.kb.texts_ready().map_err(|e| corrupt(&e))?;
        Ok(&self.kb)
    }

    fn written(&self, codes: impl Iterator<Item = CodeId>) -> Vec<String> {
        codes.map(|c| self.kb.written(c)).collect()
    }
}

#[pymethods]
impl CodeInfo {
    /// As people write it: with the dot of ICD-10-CM.
    #[getter]
    fn code(&self) -> String {
        self.kb.written(self.code)
    }

    /// How well a search found it: `exact`, `prefix`, `typo`, or `partial` where no code has all the words; `None` for what no search found.
    #[getter]
    fn matched(&self) -> Option<&'static str> {
        self.matched
    }

    /// `icd10cm`, `icd10pcs`, `cpt`, `hcpcs`, ...
    #[getter]
    fn system(&self) -> &'static str {
        system_name(&self.kb, self.code)
    }

    /// The publisher's title on the day; our own words for CPT; empty where there are none.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn description(&self) -> PyResult<String> {
        Ok(self.described()?.title_on(self.code, self.date))
    }

    /// The publisher's short title on the day; empty where there is none.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn short_description(&self) -> PyResult<String> {
        Ok(self.described()?.short_title_on(self.code, self.date).to_owned())
    }

    /// Whether it can stand on a claim on the day.
    #[getter]
    fn billable(&self) -> bool {
        self.standing_on() == Standing::Valid
    }

    /// `valid`, `header`, `not_yet`, `expired`, or `undated` for a number that tables name without saying when it holds.
    #[getter]
    fn standing(&self) -> &'static str {
        self.standing_on().name()
    }

    /// Whether a loaded release of its system covers the day.
    #[getter]
    fn covered(&self) -> bool {
        self.kb.system(self.code).is_some_and(|s| self.kb.covered(s, self.date))
    }

    /// The day from which this holds, ISO 8601; `None` where it held before the first loaded release.
    #[getter]
    fn effective(&self) -> Option<String> {
        self.kb.interval(self.code, self.date).0.map(|d| d.to_string())
    }

    /// The last day on which this holds; `None` where it holds in the newest loaded release.
    #[getter]
    fn end(&self) -> Option<String> {
        self.kb.interval(self.code, self.date).1.map(|d| d.to_string())
    }

    /// The code above; `None` at the top.
    #[getter]
    fn parent(&self) -> Option<String> {
        self.kb.parent(self.code).map(|p| self.kb.written(p))
    }

    /// The codes below, on the day.
    #[getter]
    fn children(&self) -> Vec<String> {
        self.written(self.kb.children_on(self.code, self.date))
    }

    /// Everything above, nearest first.
    #[getter]
    fn ancestors(&self) -> Vec<String> {
        self.written(self.kb.ancestors(self.code))
    }

    /// Codes that the publisher names in the place of an expired one.
    #[getter]
    fn successors(&self) -> Vec<String> {
        self.written(self.kb.successors(self.code, self.date))
    }

    /// Chapter and section of ICD-10-CM, nearest first: (name, title).
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn blocks(&self) -> PyResult<Vec<(String, String)>> {
        let above = self.described()?.blocks_above(self.code);
        Ok(above.into_iter().map(|(name, title)| (name.to_owned(), title.to_owned())).collect())
    }

    /// Terms that the title includes.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn inclusion_terms(&self) -> PyResult<Vec<String>> {
        let notes = self.described()?.notes(self.code, self.date).into_iter();
        Ok(notes.filter(|n| n.0 == note::INCLUSION_TERM).map(|n| n.1.to_owned()).collect())
    }

    /// Notes of the tabular list on the code itself, on the day: (kind, text, codes named). The notes of the codes above hold for it as well.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    #[allow(clippy::type_complexity)]
    fn notes(&self) -> PyResult<Vec<(&'static str, String, Vec<String>)>> {
        let name = |kind: u32| NOTES.iter().find(|n| n.0 == kind).map(|n| n.1);
        let notes = self.described()?.notes(self.code, self.date).into_iter();
        Ok(notes.filter_map(|(kind, text, ranges)| Some((name(kind)?, text.to_owned(), tops(&self.kb, ranges)))).collect())
    }

    /// What official tables say of the code on the day: (name, qualifier, value); the qualifier is a setting, modifier or model, or empty.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Vec<(&'static str, String, Bound<'py, PyAny>)>> {
        let value = |value: Value<'_>| -> PyResult<Bound<'py, PyAny>> {
            Ok(match value {
                Value::Number(number) => number.into_pyobject(py)?.into_any(),
                Value::Characters(text) => text.into_pyobject(py)?.into_any(),
                Value::Name(text) => text.into_pyobject(py)?.into_any(),
                Value::Member => true.into_pyobject(py)?.to_owned().into_any(),
            })
        };
        self.kb.taxonomy_ready().map_err(|e| corrupt(&e))?;
        self.kb.attributes(self.code, self.date).map(|a| Ok((a.kind.name(), a.qualifier, value(a.value)?))).collect()
    }

    /// Whether it may be reported only beside a primary code (NCCI add-on code edits): `(primary, edit type)`, the primary `None` where the contractor
    /// says which; empty where it is no add-on code.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn add_on_to(&self) -> PyResult<Vec<(Option<String>, u8)>> {
        let rows = self.kb.add_ons(self.code, self.date).map_err(|e| corrupt(&e))?;
        Ok(rows.map(|a| (a.primary.map(|p| self.kb.written(p)), a.edit_type)).collect())
    }

    /// The descriptor of a licensed CPT file on the day, `form` one of short, medium, long and consumer; `None` where there is none. Your licence binds
    /// what you do with it; no coded encounter and no server answer holds it.
    ///
    /// Raises `ValueError` for another form, `KnowledgeBaseError` where the file is damaged.
    fn licensed_description(&self, form: &str) -> PyResult<Option<String>> {
        let form = FORMS.iter().position(|f| *f == form);
        let form = form.ok_or_else(|| PyValueError::new_err(format!("form: expected one of {}", FORMS.join(", "))))?;
        Ok(self.kb.licensed(self.code, form, self.date).map_err(|e| corrupt(&e))?.map(str::to_owned))
    }

    fn __repr__(&self) -> String {
        format!("<CodeInfo {} {}>", self.code(), self.description().unwrap_or_default())
    }
}
