//! Columns of a table as numpy holds them.

use crate::{errors, knowledge};
use pyo3::{prelude::*, types::PyBytes};
use superbill_core::{code::CodeKey, date::Date};

/// The exception of a column that is of another shape or kind.
pub(crate) type Refusal = fn(String) -> PyErr;

/// Bytes in numpy's arrays of one kind of number.
pub(crate) fn array<'py>(py: Python<'py>, bytes: &[u8], kind: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("numpy")?.getattr("frombuffer")?.call1((PyBytes::new(py, bytes), kind))
}

/// The shape of an array and the letter of its kind of content; none where it is no array.
fn shape(given: &Bound<'_, PyAny>) -> Option<(Vec<usize>, String)> {
    let kind = given.getattr("dtype").and_then(|d| d.getattr("kind")).and_then(|k| k.extract());
    Some((given.getattr("shape").and_then(|s| s.extract()).ok()?, kind.ok()?))
}

/// What an array holds, row after row, as a type that numpy makes of it.
fn bytes(given: &Bound<'_, PyAny>, kind: &str) -> PyResult<Vec<u8>> {
    let held = given.call_method1("astype", (kind,))?.call_method0("tobytes")?;
    Ok(held.cast::<PyBytes>()?.as_bytes().to_vec())
}

/// A column of words of one width, filled up with zeros; of some columns a row has several.
pub(crate) struct Column {
    bytes: Vec<u8>,
    width: usize,
    length: usize,
    /// Words of a row.
    row: usize,
}

impl Column {
    /// Reads a one-dimensional array of bytes or text; names it in errors.
    pub(crate) fn of_text(name: &str, given: &Bound<'_, PyAny>, refused: Refusal) -> PyResult<Self> {
        Self::read(name, given, 1, refused)
    }

    /// The same, or one of two dimensions with several words a row.
    pub(crate) fn of_words(name: &str, given: &Bound<'_, PyAny>, refused: Refusal) -> PyResult<Self> {
        Self::read(name, given, 2, refused)
    }

    fn read(name: &str, given: &Bound<'_, PyAny>, most: usize, refused: Refusal) -> PyResult<Self> {
        let dimensions = if most == 1 { "one-dimensional" } else { "one- or two-dimensional" };
        let expected = || refused(format!("{name}: expected a {dimensions} numpy array of ASCII bytes or text"));
        let (shape, kind) = shape(given).ok_or_else(expected)?;
        if shape.is_empty() || shape.len() > most || !matches!(kind.as_str(), "S" | "U") {
            return Err(expected());
        }
        let (length, row) = (shape[0], shape.get(1).copied().unwrap_or(1));
        let bytes = bytes(given, "S").map_err(|_| expected())?;
        Ok(Self { width: bytes.len().checked_div(length * row).unwrap_or(0), bytes, length, row })
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

    /// A word as a code; `None` where it is none of the shape.
    #[inline]
    pub(crate) fn key(&self, place: usize) -> Option<CodeKey> {
        let from = self.bytes.get(place * self.width..)?;
        match from.first_chunk() {
            // Eight bytes are one look; what follows a shorter word is the next one.
            Some(&word) if self.width <= 8 => {
                let next = u64::MAX.checked_shr(8 * self.width as u32).unwrap_or(0);
                CodeKey::of_word((u64::from_be_bytes(word) & !next).to_be_bytes()).ok()
            }
            _ => CodeKey::pack(self.at(place)?).ok(),
        }
    }

    /// The words of a row, without those that are empty.
    pub(crate) fn words(&self, row: usize) -> impl Iterator<Item = &str> {
        (row * self.row..(row + 1) * self.row).filter_map(|at| self.at(at)).filter(|w| !w.is_empty())
    }
}

/// Whole numbers, one a row, or several.
pub(crate) struct Numbers {
    values: Vec<i64>,
    length: usize,
    row: usize,
}

impl Numbers {
    /// Reads an array of whole numbers of one dimension, or up to `most`.
    pub(crate) fn read(name: &str, given: &Bound<'_, PyAny>, most: usize, refused: Refusal) -> PyResult<Self> {
        let dimensions = if most == 1 { "one-dimensional" } else { "one- or two-dimensional" };
        let expected = || refused(format!("{name}: expected a {dimensions} numpy array of whole numbers"));
        let (shape, kind) = shape(given).ok_or_else(expected)?;
        if shape.is_empty() || shape.len() > most || !matches!(kind.as_str(), "i" | "u") {
            return Err(expected());
        }
        let (length, row) = (shape[0], shape.get(1).copied().unwrap_or(1));
        let number = |b: &[u8]| b.try_into().map_or(i64::MIN, i64::from_ne_bytes);
        Ok(Self { values: bytes(given, "i8")?.chunks_exact(8).map(number).collect(), length, row })
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The numbers of a row.
    pub(crate) fn row(&self, row: usize) -> &[i64] {
        self.values.get(row * self.row..(row + 1) * self.row).unwrap_or_default()
    }
}

/// Where the rows of each group begin in another column, and where the last ones end.
pub(crate) struct Offsets(Vec<usize>);

impl Offsets {
    /// Reads the offsets of groups of `rows` rows: from 0, never falling, up to their number.
    pub(crate) fn read(name: &str, given: &Bound<'_, PyAny>, rows: usize, refused: Refusal) -> PyResult<Self> {
        let numbers = Numbers::read(name, given, 1, refused)?.values;
        if numbers.first() != Some(&0) || numbers.last().copied() != i64::try_from(rows).ok() {
            return Err(refused(format!("{name}: expected to begin with 0 and to end with the number of rows, {rows}")));
        }
        if let Some(falls) = numbers.windows(2).position(|two| two[0] > two[1]) {
            return Err(refused(format!("{name}[{}]: expected no less than the one before", falls + 1)));
        }
        Ok(Self(numbers.into_iter().map(|n| n as usize).collect()))
    }

    /// Number of groups.
    pub(crate) fn len(&self) -> usize {
        self.0.len() - 1
    }

    /// The rows of a group.
    pub(crate) fn rows(&self, group: usize) -> std::ops::Range<usize> {
        self.0[group]..self.0[group + 1]
    }
}

/// Truth values, one a row.
pub(crate) fn flags(name: &str, given: &Bound<'_, PyAny>, refused: Refusal) -> PyResult<Vec<bool>> {
    let expected = || refused(format!("{name}: expected a one-dimensional numpy array of bool"));
    let (shape, kind) = shape(given).ok_or_else(expected)?;
    if shape.len() != 1 || kind != "b" {
        return Err(expected());
    }
    Ok(bytes(given, "?")?.into_iter().map(|b| b != 0).collect())
}

/// One day for all rows, or one for each.
pub(crate) enum Days {
    One(Date),
    Each(Vec<i64>),
}

impl Days {
    /// Reads a date, or an array of `datetime64`.
    pub(crate) fn read(name: &str, given: &Bound<'_, PyAny>) -> PyResult<Self> {
        if !given.hasattr("dtype")? {
            return knowledge::date(given).map(Self::One);
        }
        let expected = || errors::DateError::new_err(format!("{name}: expected a one-dimensional numpy array of datetime64"));
        let (shape, kind) = shape(given).ok_or_else(expected)?;
        if shape.len() != 1 || kind != "M" {
            return Err(expected());
        }
        let days = bytes(&given.call_method1("astype", ("datetime64[D]",))?, "i8")?;
        let number = |b: &[u8]| b.try_into().map_or(i64::MIN, i64::from_ne_bytes);
        Ok(Self::Each(days.chunks_exact(8).map(number).collect()))
    }

    /// How many; `None` where there is one for all.
    pub(crate) fn len(&self) -> Option<usize> {
        match self {
            Self::One(_) => None,
            Self::Each(days) => Some(days.len()),
        }
    }

    /// Whether a row has no day (`NaT`).
    pub(crate) fn is_missing(&self, row: usize) -> bool {
        matches!(self, Self::Each(days) if days.get(row) == Some(&i64::MIN))
    }

    /// Raises `DateError` naming the row where the day is missing or outside of the calendar.
    pub(crate) fn at(&self, name: &str, row: usize) -> PyResult<Date> {
        match self {
            Self::One(date) => Ok(*date),
            Self::Each(days) => {
                let outside = || errors::DateError::new_err(format!("{name}[{row}]: expected a day from 1900 to 2199"));
                days.get(row).and_then(|&day| Date::from_epoch_day(day).ok()).ok_or_else(outside)
            }
        }
    }
}
