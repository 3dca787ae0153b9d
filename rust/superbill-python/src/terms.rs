//! A dictionary of one's own, matched as the knowledge base's is.

use pyo3::{
    prelude::*,
    types::{PyBytes, PyTuple},
};
use superbill_core::read::{
    token::{Token, tokenize},
    trie::{TermTrie, TrieBuilder, TrieSections},
};
use superbill_proto::CodePoints;

/// Phrases to find in texts by whole words: without regard to case, hyphens, apostrophes and white space alike, every overlapping occurrence.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct Terms {
    sections: Vec<(u32, Vec<u8>)>,
    /// By phrase of the trie, the first of the given phrases that reads so.
    given: Vec<u32>,
}

impl Terms {
    fn find(&self, text: &str, tokens: &mut Vec<Token>, mut found: impl FnMut(u32, u32, u32)) {
        let part = |id: u32| self.sections.iter().find(|s| s.0 == id).map_or(&[][..], |s| s.1.as_slice());
        let trie = TermTrie::view(&TrieSections::from_parts(part));
        tokenize(text, trie.vocabulary(), tokens);
        let mut points = CodePoints::new(text);
        let mut last = CodePoints::new(text);
        trie.find_all(tokens, |m| {
            let (start, end) = (tokens[m.first as usize].start, tokens[m.end as usize - 1].end);
            found(points.at(start), last.at(end), self.given[m.phrase as usize]);
        });
    }
}

#[pymethods]
impl Terms {
    /// Takes the phrases into use; one without a word or sign is never found.
    #[new]
    fn new(py: Python<'_>, phrases: Vec<String>) -> Self {
        py.detach(|| {
            let mut builder = TrieBuilder::new();
            let mut given = Vec::new();
            for (at, phrase) in (0_u32..).zip(&phrases) {
                if builder.add(phrase).is_some_and(|id| id as usize == given.len()) {
                    given.push(at);
                }
            }
            Self { sections: builder.build(), given }
        })
    }

    /// `(start, end, phrase)` of every occurrence, in order of start, then end: code points, half-open, and the index of the phrase.
    fn find_all(&self, text: &str) -> Vec<(u32, u32, u32)> {
        let mut found = Vec::new();
        self.find(text, &mut Vec::new(), |start, end, phrase| found.push((start, end, phrase)));
        found
    }

    /// The same for many texts, as four numpy arrays of `uint32` and equal length: text, start, end, phrase. Works without the GIL.
    fn find_arrays<'py>(&self, py: Python<'py>, texts: Vec<String>) -> PyResult<Bound<'py, PyTuple>> {
        arrays(py, || {
            let (mut rows, mut tokens) = (Rows::default(), Vec::new());
            for (at, text) in (0_u32..).zip(&texts) {
                self.find(text, &mut tokens, |start, end, phrase| rows.push([at, start, end, phrase]));
            }
            rows
        })
    }

    /// Bytes in memory.
    #[getter]
    fn size(&self) -> usize {
        self.sections.iter().map(|s| s.1.len()).sum::<usize>() + self.given.len() * 4
    }

    fn __len__(&self) -> usize {
        self.given.len()
    }
}

/// Rows of four numbers, kept by column.
#[derive(Default)]
pub(crate) struct Rows([Vec<u8>; 4]);

impl Rows {
    pub(crate) fn push(&mut self, row: [u32; 4]) {
        for (column, value) in self.0.iter_mut().zip(row) {
            column.extend_from_slice(&value.to_ne_bytes());
        }
    }
}

/// Columns made without the GIL, as numpy arrays.
pub(crate) fn arrays(py: Python<'_>, make: impl FnOnce() -> Rows + Send) -> PyResult<Bound<'_, PyTuple>> {
    let Rows(columns) = py.detach(make);
    let from_buffer = py.import("numpy")?.getattr("frombuffer")?;
    let arrays = columns.iter().map(|c| from_buffer.call1((PyBytes::new(py, c), "u4"))).collect::<PyResult<Vec<_>>>()?;
    PyTuple::new(py, arrays)
}
