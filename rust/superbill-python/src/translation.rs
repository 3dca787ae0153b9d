//! SNOMED CT concepts and their translations, as Python sees them.

use crate::{errors, knowledge};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyString, PyTuple},
};
use superbill_core::{
    date::Date,
    encounter::Sex,
    knowledge::{
        KnowledgeBase,
        snomed::{Conditions, Row, SnomedMap, advice, category, sctid},
        translate::{self, Context, Fitness, Side},
    },
};

const NO_MAP: &str = "this knowledge base has no SNOMED CT map: build one from your licensed release with `superbill kb build RELEASE.zip -o FILE`, \
                      which reads the Snapshot files of the US Edition";

/// The map of a knowledge base.
fn map(kb: &KnowledgeBase) -> PyResult<SnomedMap<'_>> {
    let map = kb.snomed().map_err(|e| errors::KnowledgeBaseError::new_err(e.to_string()))?;
    map.ok_or_else(|| errors::KnowledgeBaseError::new_err(NO_MAP))
}

/// A concept as a number or as its digits.
fn concept(field: &str, value: &Bound<'_, PyAny>) -> PyResult<u64> {
    let read = match value.cast::<PyString>() {
        Ok(text) => sctid::parse(text.to_str()?).ok(),
        Err(_) => value.extract::<u64>().ok().filter(|&id| sctid::is_well_formed(id)),
    };
    read.ok_or_else(|| errors::CodeError::new_err(format!("{field}: {}", sctid::MalformedSctid)))
}

fn day(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Date> {
    let text = value.str()?;
    Date::parse(text.to_str()?).map_err(|_| errors::DateError::new_err(format!("{field}: expected a calendar date as YYYY-MM-DD")))
}

/// What is known of the patient, as Python gives it.
struct Known {
    date: Date,
    birth: Option<Date>,
    onset: Option<Date>,
    sex: Option<Sex>,
    conditions: Conditions,
    side: Option<Side>,
    seventh: Option<u8>,
}

/// The keyword arguments of a translation.
struct Arguments<'a, 'py> {
    pub birth_date: Option<&'a Bound<'py, PyAny>>,
    pub sex: Option<&'a str>,
    pub onset_date: Option<&'a Bound<'py, PyAny>>,
    pub conditions: Option<&'a Bound<'py, PyAny>>,
    pub conditions_complete: bool,
    pub laterality: Option<&'a str>,
    pub seventh: Option<&'a str>,
}

impl Known {
    fn read(date: &Bound<'_, PyAny>, arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let date = day("date", date)?;
        let birth = arguments.birth_date.map(|d| day("birth_date", d)).transpose()?;
        let onset = arguments.onset_date.map(|d| day("onset_date", d)).transpose()?;
        if birth.is_some_and(|b| b > date) {
            return Err(errors::DateError::new_err("birth_date: lies after the date"));
        }
        if onset.is_some_and(|o| o > date || birth.is_some_and(|b| o < b)) {
            return Err(errors::DateError::new_err("onset_date: lies before the birth or after the date"));
        }
        let sex = match arguments.sex {
            None | Some("other" | "unknown") => None,
            Some("female") => Some(Sex::Female),
            Some("male") => Some(Sex::Male),
            Some(_) => return Err(errors::CodeError::new_err("sex: expected female, male, other or unknown")),
        };
        let mut conditions = Vec::new();
        if let Some(given) = arguments.conditions {
            for (at, value) in given.try_iter()?.enumerate() {
                conditions.push(concept(&format!("conditions[{at}]"), &value?)?);
            }
        }
        let side = |name| Side::named(name).ok_or_else(|| errors::CodeError::new_err("laterality: expected left, right or bilateral"));
        let seventh = match arguments.seventh.map(str::as_bytes) {
            None => None,
            Some([one]) if one.is_ascii_alphanumeric() => Some(one.to_ascii_uppercase()),
            Some(_) => return Err(errors::CodeError::new_err("seventh: expected one letter or digit")),
        };
        let conditions = Conditions::new(conditions, arguments.conditions_complete);
        Ok(Self { date, birth, onset, sex, conditions, side: arguments.laterality.map(side).transpose()?, seventh })
    }

    fn context(&self) -> Context<'_> {
        Context {
            date: self.date,
            birth: self.birth,
            sex: self.sex,
            onset: self.onset,
            conditions: &self.conditions,
            side: self.side,
            seventh: self.seventh,
        }
    }
}

/// Translates one concept.
fn one(kb: &KnowledgeBase, asked: &Bound<'_, PyAny>, known: &Known) -> PyResult<Translation> {
    let id = concept("concept", asked)?;
    let answer = kb.translate(&map(kb)?, id, &known.context());
    Ok(Translation { kb: kb.clone(), date: known.date, answer })
}

/// Concepts as a list or tuple, or as a numpy array of integers.
fn concepts(given: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
    let listed = if given.hasattr("tolist")? { given.call_method0("tolist")? } else { given.clone() };
    listed.try_iter()?.enumerate().map(|(at, value)| concept(&format!("concepts[{at}]"), &value?)).collect()
}

/// Translates many concepts of one patient: offsets as a numpy array, codes, statuses.
fn many<'py>(py: Python<'py>, kb: &KnowledgeBase, asked: &Bound<'py, PyAny>, known: &Known) -> PyResult<Bound<'py, PyTuple>> {
    let (ids, map) = (concepts(asked)?, map(kb)?);
    let (offsets, codes, statuses) = py.detach(|| {
        let (mut offsets, mut codes, mut statuses) = (0_u32.to_ne_bytes().to_vec(), Vec::new(), Vec::new());
        for id in ids {
            let answer = kb.translate(&map, id, &known.context());
            codes.extend(answer.targets.iter().filter(|t| t.fitness == Fitness::Valid).map(translate::Target::written));
            offsets.extend_from_slice(&(codes.len() as u32).to_ne_bytes());
            statuses.push(answer.status.name());
        }
        (offsets, codes, statuses)
    });
    let offsets = py.import("numpy")?.getattr("frombuffer")?.call1((PyBytes::new(py, &offsets), "u4"))?;
    let statuses: Vec<Bound<'_, PyString>> = statuses.into_iter().map(|s| PyString::intern(py, s)).collect();
    (offsets, codes, statuses).into_pyobject(py)
}

fn advice_of(row: &Row<'_>) -> Vec<String> {
    let other = Some(row.other_advice()).filter(|o| !o.is_empty()).map(str::to_owned);
    advice::names(row.advice()).map(str::to_owned).chain(other).collect()
}

/// What a SNOMED CT concept is in ICD-10-CM on a day; fields are made when they are read.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct Translation {
    kb: KnowledgeBase,
    date: Date,
    answer: translate::Translation,
}

#[pymethods]
impl Translation {
    /// The identifier of the concept.
    #[getter]
    fn concept(&self) -> u64 {
        self.answer.concept
    }

    /// The name of the concept; `None` where no description of it is loaded.
    #[getter]
    fn term(&self) -> PyResult<Option<String>> {
        Ok(map(&self.kb)?.term(self.answer.concept).map(str::to_owned))
    }

    /// `mapped`, `incomplete`, `context_required`, `cannot_be_classified`, `no_code` or `unmapped`.
    #[getter]
    fn status(&self) -> &'static str {
        self.answer.status.name()
    }

    /// The codes that can stand on a claim on the day, in sequence.
    #[getter]
    fn codes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let fit = self.answer.targets.iter().filter(|t| t.fitness == Fitness::Valid);
        PyTuple::new(py, fit.map(translate::Target::written).collect::<Vec<_>>())
    }

    /// What each group of the map gives, in sequence, fit for a claim or not.
    #[getter]
    fn targets<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let target = |t: &translate::Target| MapTarget { kb: self.kb.clone(), date: self.date, target: t.clone() };
        PyTuple::new(py, self.answer.targets.iter().map(|t| Py::new(py, target(t))).collect::<PyResult<Vec<_>>>()?)
    }

    /// What must be known to answer: `age_at_onset`, `age`, `sex`, `comorbidity`, `rule`.
    #[getter]
    fn missing<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.answer.missing.iter().map(|m| m.name()))
    }

    /// Every row looked at, in order: `(group, priority, row, rule, truth)`; the row is the UUID of the release, truth `true`, `false` or `unknown`.
    #[getter]
    fn proof<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let map = map(&self.kb)?;
        let rows = self.answer.proof.iter().filter_map(|j| Some((map.row(j.row)?, j.truth)));
        let told = rows.map(|(row, truth)| (row.group(), row.priority(), row.id(), row.rule(), truth.name()));
        PyTuple::new(py, told.collect::<Vec<_>>())
    }

    /// The first day of the release of the map.
    #[getter]
    fn release(&self) -> Option<String> {
        let releases = self.kb.releases().all.iter().filter(|r| r.feed == "snomed_map");
        releases.map(|r| r.effective).max().map(|day| Date(day).to_string())
    }

    /// Whether a loaded release of ICD-10-CM covers the day.
    #[getter]
    fn covered(&self) -> bool {
        self.kb.covers(self.date)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.kb.hash() == other.kb.hash() && (self.date, &self.answer) == (other.date, &other.answer)
    }

    fn __repr__(&self) -> String {
        // The concept may be of a patient: no identifier.
        format!("<Translation {}: {} targets>", self.status(), self.answer.targets.len())
    }
}

/// A code that a group of the map gives, on a day.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct MapTarget {
    kb: KnowledgeBase,
    date: Date,
    target: translate::Target,
}

impl MapTarget {
    fn source(&self) -> PyResult<Row<'_>> {
        map(&self.kb)?.row(self.target.row).ok_or_else(|| errors::KnowledgeBaseError::new_err("the map has no such row"))
    }
}

#[pymethods]
impl MapTarget {
    /// As people write it; with `?` where the seventh character is not known.
    #[getter]
    fn code(&self) -> String {
        self.target.written()
    }

    /// `valid`, `incomplete` (its seventh character is not known) or `invalid_at_date` (a header, expired, not yet in force, unknown).
    #[getter]
    fn standing(&self) -> &'static str {
        self.target.fitness.name()
    }

    /// The title of the code on the day; empty where the knowledge base does not have it.
    #[getter]
    fn description(&self) -> String {
        self.target.code.map(|c| self.kb.title_on(c, self.date)).unwrap_or_default()
    }

    /// Codes to choose from where this one cannot stand on a claim.
    #[getter]
    fn candidates<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.target.candidates.iter().map(|c| self.kb.written(*c)))
    }

    /// `chosen` where the code of the documented side was taken, `unspecified` where there are codes by side and none is documented, else empty.
    #[getter]
    fn side(&self) -> &'static str {
        self.target.side.name()
    }

    /// The group of the map, from 1: the place in the sequence.
    #[getter]
    fn group(&self) -> u16 {
        self.target.group
    }

    /// What the map advises: `laterality`, `episode_of_care`, `external_cause`, ...; in the map's words what has no name.
    #[getter]
    fn advice<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, advice_of(&self.source()?))
    }

    /// `properly_classified`, `context_dependent`, ..., or `other`.
    #[getter]
    fn category(&self) -> PyResult<&'static str> {
        Ok(category::name(self.source()?.category()))
    }

    /// The UUID of the row of the release that gave it.
    #[getter]
    fn row(&self) -> PyResult<String> {
        Ok(self.source()?.id())
    }

    /// The rule of that row.
    #[getter]
    fn rule(&self) -> PyResult<String> {
        Ok(self.source()?.rule())
    }

    fn __repr__(&self) -> String {
        format!("<MapTarget {} {}>", self.code(), self.standing())
    }
}

#[pymethods]
impl knowledge::KnowledgeBase {
    /// What a SNOMED CT concept is in ICD-10-CM on a day, by the map of a licensed release. `conditions` are the concepts recorded of the patient,
    /// of which `conditions_complete` says that there are no others; `laterality` is `left`, `right` or `bilateral`, `seventh` the character of
    /// the episode of care. What is not known is never guessed: the answer says what is missing.
    ///
    /// Raises `CodeError` where a concept or another value is malformed, `DateError` where a date is, `KnowledgeBaseError` where no map is loaded.
    #[pyo3(signature = (
        concept, date, *, birth_date = None, sex = None, onset_date = None, conditions = None, conditions_complete = false, laterality = None,
        seventh = None
    ))]
    #[allow(clippy::too_many_arguments)]
    fn translate(
        &self,
        concept: &Bound<'_, PyAny>,
        date: &Bound<'_, PyAny>,
        birth_date: Option<&Bound<'_, PyAny>>,
        sex: Option<&str>,
        onset_date: Option<&Bound<'_, PyAny>>,
        conditions: Option<&Bound<'_, PyAny>>,
        conditions_complete: bool,
        laterality: Option<&str>,
        seventh: Option<&str>,
    ) -> PyResult<Translation> {
        let arguments = Arguments { birth_date, sex, onset_date, conditions, conditions_complete, laterality, seventh };
        one(self.taxonomy()?, concept, &Known::read(date, &arguments)?)
    }

    /// The same for many concepts of one patient, as a list or a numpy array. Works without the GIL.
    ///
    /// Returns `(offsets, codes, statuses)`: the codes of concept `i`, of those that can stand on a claim on the day, are
    /// `codes[offsets[i]:offsets[i + 1]]`.
    #[pyo3(signature = (
        concepts, date, *, birth_date = None, sex = None, onset_date = None, conditions = None, conditions_complete = false, laterality = None,
        seventh = None
    ))]
    #[allow(clippy::too_many_arguments)]
    fn translate_many<'py>(
        &self,
        py: Python<'py>,
        concepts: &Bound<'py, PyAny>,
        date: &Bound<'py, PyAny>,
        birth_date: Option<&Bound<'py, PyAny>>,
        sex: Option<&str>,
        onset_date: Option<&Bound<'py, PyAny>>,
        conditions: Option<&Bound<'py, PyAny>>,
        conditions_complete: bool,
        laterality: Option<&str>,
        seventh: Option<&str>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let arguments = Arguments { birth_date, sex, onset_date, conditions, conditions_complete, laterality, seventh };
        many(py, self.taxonomy()?, concepts, &Known::read(date, &arguments)?)
    }
}
