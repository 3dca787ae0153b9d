//! Columns of a table as numpy holds them.

use crate::{errors, knowledge};
use pyo3::{prelude::*, types::PyBytes};
use superbill_core::date::Date;

/// Bytes in numpy's arrays of one kind of number.
pub(crate) fn array<'py>(py: Python<'py>, bytes: &[u8], kind: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("numpy")?.getattr("frombuffer")?.call1((PyBytes::new(py, bytes), kind))
}

/// What an array holds, row after row, as a type that numpy makes of it.
fn bytes(given: &Bound<'_, PyAny>, kind: &str) -> PyResult<(Vec<u8>, usize)> {
    let array = given.call_method1("astype", (kind,))?;
    let length: usize = array.getattr("size")?.extract()?;
    let held = array.call_method0("tobytes")?;
    Ok((held.cast::<PyBytes>()?.as_bytes().to_vec(), length))
}

/// A column of words of one width, filled up with zeros.
pub(crate) struct Column {
    bytes: Vec<u8>,
    width: usize,
    length: usize,
}

impl Column {
    /// Reads a one-dimensional array of bytes or text; names it in errors.
    pub(crate) fn of_text(name: &str, given: &Bound<'_, PyAny>) -> PyResult<Self> {
        let expected = || errors::CodeError::new_err(format!("{name}: expected a one-dimensional numpy array of ASCII bytes or text"));
        let shape: usize = given.getattr("ndim").and_then(|d| d.extract()).map_err(|_| expected())?;
        let kind: String = given.getattr("dtype")?.getattr("kind")?.extract()?;
        if shape != 1 || !matches!(kind.as_str(), "S" | "U") {
            return Err(expected());
        }
        let (bytes, length) = bytes(given, "S").map_err(|_| expected())?;
        Ok(Self { width: bytes.len().checked_div(length).unwrap_or(0), bytes, length })
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// A word, without the zeros; `None` where it is no text.
    pub(crate) fn at(&self, place: usize) -> Option<&str> {
        let word = self.bytes.get(place * self.width..(place + 1) * self.width)?;
        let end = word.iter().position(|&b| b == 0).unwrap_or(word.len());
        std::str::from_utf8(&word[..end]).ok()
    }
}

/// One day for all rows, or one for each.
pub(crate) enum Days {
    One(Date),
    Each(Vec<i64>),
}

impl Days {
    /// Reads a date, or an array of `datetime64`.
    pub(crate) fn read(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        if !given.hasattr("dtype")? {
            return knowledge::date(given).map(Self::One);
        }
        let kind: String = given.getattr("dtype")?.getattr("kind")?.extract()?;
        if kind != "M" {
            return Err(errors::DateError::new_err("dates: expected a numpy array of datetime64"));
        }
        let (bytes, _) = bytes(&given.call_method1("astype", ("datetime64[D]",))?, "i8")?;
        let number = |b: &[u8]| b.try_into().map_or(i64::MIN, i64::from_ne_bytes);
        Ok(Self::Each(bytes.chunks_exact(8).map(number).collect()))
    }

    /// How many; `None` where there is one for all.
    pub(crate) fn len(&self) -> Option<usize> {
        match self {
            Self::One(_) => None,
            Self::Each(days) => Some(days.len()),
        }
    }

    /// Raises `DateError` naming the row where the day is missing or outside of the calendar.
    pub(crate) fn at(&self, row: usize) -> PyResult<Date> {
        match self {
            Self::One(date) => Ok(*date),
            Self::Each(days) => {
                let outside = || errors::DateError::new_err(format!("dates[{row}]: expected a day from 1900 to 2199"));
                days.get(row).and_then(|&day| Date::from_epoch_day(day).ok()).ok_or_else(outside)
            }
        }
    }
}
