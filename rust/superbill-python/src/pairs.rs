//! NCCI edits among the codes of claims, as Python asks for them: one claim, or many as columns.

use crate::{
    columns::{self, Column, Days, Offsets},
    errors,
    knowledge::{self, KnowledgeBase, corrupt},
};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyList, PyString},
};
use std::cell::RefCell;
use superbill_core::{
    code::CodeKey,
    knowledge::{
        ptp::{PtpCode, PtpEdits, PtpRow},
        ptp_codes::PtpCodes,
    },
};

/// Buffers that a thread keeps from one claim to the next.
#[derive(Default)]
struct Buffers {
    places: Vec<PtpCode>,
    named: Vec<u32>,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

impl KnowledgeBase {
    /// The edits of a setting as it is named, and its codes by hash.
    fn edits(&self, setting: &str) -> PyResult<(PtpEdits<'_>, &PtpCodes)> {
        let place = ["practitioner", "hospital"].iter().position(|s| *s == setting);
        let place = place.ok_or_else(|| errors::CodeError::new_err("setting: expected practitioner or hospital"))?;
        let edits = self.taxonomy()?.ptp(place).map_err(|e| corrupt(&e))?;
        Ok((edits, self.ptp_codes(place).get_or_init(|| PtpCodes::new(&edits))))
    }
}

fn key(code: &str) -> PyResult<CodeKey> {
    CodeKey::pack(code.trim()).map_err(|e| errors::CodeError::new_err(e.to_string()))
}

#[pymethods]
impl KnowledgeBase {
    /// The NCCI edits in force on a day among the codes of a claim, in both directions, by setting (`practitioner` or `hospital`): column 1 and column 2
    /// as places in `codes`, modifier indicator, rationale.
    ///
    /// Raises `CodeError` where a code is malformed or the setting is another, `DateError`, and `KnowledgeBaseError` where the file is damaged.
    #[pyo3(signature = (codes, date, *, setting = "practitioner"))]
    fn ptp<'py>(
        &'py self,
        codes: &Bound<'py, PyAny>,
        date: &Bound<'py, PyAny>,
        setting: &str,
    ) -> PyResult<Vec<(usize, usize, u8, &'py str)>> {
        let (date, (edits, known)) = (knowledge::date(date)?, self.edits(setting)?);
        BUFFERS.with_borrow_mut(|Buffers { places, named }| {
            places.clear();
            let mut add = |code: Bound<'py, PyAny>| -> PyResult<()> {
                places.push(known.resolve(key(code.cast::<PyString>()?.to_str()?)?));
                Ok(())
            };
            if let Ok(list) = codes.cast::<PyList>() {
                list.iter().try_for_each(&mut add)?;
            } else if codes.is_instance_of::<PyString>() {
                return Err(PyTypeError::new_err("codes: expected a sequence of codes, not one text"));
            } else {
                codes.try_iter()?.try_for_each(|code| add(code?))?;
            }
            let mut found = Vec::new();
            let names = &self.engine().releases().names;
            edits.probe(places, date, named, |column1, column2, edit: PtpRow| {
                let rationale = names.get(usize::from(edit.rationale)).map_or("", String::as_str);
                found.push((column1, column2, edit.indicator, rationale));
            });
            Ok(found)
        })
    }

    /// The NCCI edits in force among the codes of each of many claims, in both directions. The codes of claim `i` are
    /// `codes[offsets[i]:offsets[i + 1]]`, a numpy array of fixed-width bytes or text; `dates` is one day for all claims, or an array of `datetime64` with
    /// one for each. Gives columns of equal length: claim, column 1 and column 2 as rows of `codes`, modifier indicator. Works without the GIL.
    ///
    /// Raises `CodeError` where a code is malformed, an array is of another shape or kind or the setting is another, `DateError` where a day is missing
    /// or outside of 1900 to 2199, and `KnowledgeBaseError` where the file is damaged.
    #[pyo3(signature = (offsets, codes, dates, *, setting = "practitioner"))]
    #[allow(clippy::type_complexity)]
    fn ptp_arrays<'py>(
        &self,
        py: Python<'py>,
        offsets: &Bound<'py, PyAny>,
        codes: &Bound<'py, PyAny>,
        dates: &Bound<'py, PyAny>,
        setting: &str,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let (edits, known) = self.edits(setting)?;
        let codes = Column::of_text("codes", codes, errors::CodeError::new_err)?;
        let offsets = Offsets::read("offsets", offsets, codes.len(), errors::CodeError::new_err)?;
        let days = Days::read("dates", dates)?;
        if days.len().is_some_and(|n| n != offsets.len()) {
            return Err(errors::DateError::new_err("dates: expected one, or as many as there are claims"));
        }
        let (mut claims, mut firsts, mut seconds, mut indicators) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        py.detach(|| {
            BUFFERS.with_borrow_mut(|Buffers { places, named }| {
                for claim in 0..offsets.len() {
                    let (rows, date) = (offsets.rows(claim), days.at("dates", claim)?);
                    let start = rows.start;
                    places.clear();
                    for row in rows {
                        let key = codes
                            .key(row)
                            .ok_or_else(|| errors::CodeError::new_err(format!("codes[{row}]: not of the shape of a code")))?;
                        places.push(known.resolve(key));
                    }
                    edits.probe(places, date, named, |column1, column2, edit| {
                        claims.extend((claim as u32).to_ne_bytes());
                        firsts.extend(((start + column1) as u32).to_ne_bytes());
                        seconds.extend(((start + column2) as u32).to_ne_bytes());
                        indicators.push(edit.indicator);
                    });
                }
                Ok::<_, PyErr>(())
            })
        })?;
        let column = |bytes: &[u8]| columns::array(py, bytes, "u4");
        Ok((column(&claims)?, column(&firsts)?, column(&seconds)?, columns::array(py, &indicators, "u1")?))
    }
}
