//! What is read in a text, as Python sees it.

use crate::{
    errors::EncounterError,
    knowledge::{KnowledgeBase, SCRATCH, corrupt},
    terms::{Rows, arrays},
};
use pyo3::{prelude::*, types::PyTuple};
use superbill_core::{
    code::CodeId,
    knowledge::rules::Assertion,
    read::{Reading, assertion::of_span, document::Families, read},
};
use superbill_proto::CodePoints;

impl KnowledgeBase {
    fn reading(&self) -> PyResult<&superbill_core::knowledge::KnowledgeBase> {
        self.engine().ready().map_err(|e| corrupt(&e))?;
        Ok(self.engine())
    }

    fn spans(&self, text: &str) -> Vec<(u32, u32, u32)> {
        let mut points = CodePoints::new(text);
        let found = SCRATCH.with_borrow_mut(|scratch| self.engine().matches(text, scratch));
        found.into_iter().map(|(start, end, phrase)| (points.at(start), points.at(end), phrase)).collect()
    }
}

#[pymethods]
impl KnowledgeBase {
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
        self.engine().phrase_codes(phrase).into_iter().map(|c| self.engine().written(c)).collect()
    }

    /// What a text says of a stretch of it, in code points, half-open.
    fn assertion(&self, text: &str, start: usize, end: usize) -> PyResult<&'static str> {
        self.reading()?;
        let ends = text.chars().count();
        let refuse = |field: &str, problem: &str| EncounterError::new_err(format!("{field}: {problem}"));
        if end > ends {
            return Err(refuse("end", "is after the end of the text"));
        }
        if start >= end {
            return Err(refuse("start", "is not before end"));
        }
        let byte = |point: usize| text.char_indices().nth(point).map_or(text.len(), |c| c.0) as u32;
        let mut reading = Reading::default();
        read(self.engine(), text, Families::Services, &mut reading);
        let said = of_span(self.engine(), &reading, byte(start), byte(end));
        said.map(Assertion::name).ok_or_else(|| refuse("start", "no word stands between start and end"))
    }

    /// The conditions named in a text with what is said of them.
    fn read(&self, text: &str) -> PyResult<Vec<Mention>> {
        self.reading()?;
        let mut reading = Reading::default();
        read(self.engine(), text, Families::Services, &mut reading);
        let mut points = CodePoints::new(text);
        let mention = |m: &superbill_core::read::Mention| {
            let (first, last) = (reading.tokens.get(m.first as usize)?, reading.tokens.get((m.end as usize).checked_sub(1)?)?);
            let code = self.engine().system(CodeId(m.node)).map(|_| self.engine().written(CodeId(m.node)));
            Some(Mention { start: points.at(first.start), end: points.at(last.end), code, assertion: m.assertion.name() })
        };
        Ok(reading.mentions.iter().filter_map(mention).collect())
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
