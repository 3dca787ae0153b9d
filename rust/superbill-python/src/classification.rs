//! Entries of the alphabetic indexes and values of ICD-10-PCS, as Python sees them.

use crate::{
    errors,
    knowledge::{self, corrupt},
};
use pyo3::prelude::*;
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
    knowledge::{
        KnowledgeBase,
        index::{DetailKind, Index, IndexKind, Said},
        pcs::{Pcs, PcsValue},
    },
};

/// A reference: its words, the path that it leads to, and the code there.
type Reference = (String, Option<Vec<String>>, Option<String>);

fn missing(feed: &str) -> PyErr {
    let problem =
        format!("the knowledge base has no {feed}: build one with that file of the publisher (superbill kb build SOURCE -o FILE)");
    errors::KnowledgeBaseError::new_err(problem)
}

/// What an index says of a term on a day.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct IndexEntry {
    kb: KnowledgeBase,
    kind: IndexKind,
    node: u32,
    date: Date,
    /// Words looked for that the path does not account for.
    #[pyo3(get)]
    unmatched: Vec<String>,
}

impl IndexEntry {
    fn view(&self) -> PyResult<Index<'_>> {
        self.kb.index().map_err(|e| corrupt(&e))
    }

    fn written(&self, key: CodeKey) -> String {
        if self.kind == IndexKind::Procedures { key.to_string() } else { System::Icd10cm.write(key) }
    }

    /// The first code of a kind, and whether it needs no more characters.
    fn first(&self, index: &Index<'_>, node: u32, wanted: DetailKind) -> Option<(CodeKey, bool)> {
        index.said_of(node, self.date).find_map(|said| match said {
            Said::Code(kind, key, more) if kind == wanted => Some((key, !more && self.kb.is_whole(self.kind, key, self.date))),
            _ => None,
        })
    }

    fn references(&self, wanted: DetailKind) -> PyResult<Vec<Reference>> {
        let index = self.view()?;
        let mut all: Vec<Reference> = Vec::new();
        // Whether the last reference is of the kind wanted, so that a code after it is its own.
        let mut last = false;
        for said in index.said_of(self.node, self.date) {
            match said {
                Said::Text(kind, text, target) => {
                    last = kind == wanted;
                    if last {
                        let target = target.filter(|&t| index.is_on(t, self.date));
                        let path = target.map(|t| index.path(t).into_iter().map(str::to_owned).collect());
                        let code = target.and_then(|t| self.first(&index, t, DetailKind::Code)).map(|c| self.written(c.0));
                        all.push((text.to_owned(), path, code));
                    }
                }
                Said::Code(DetailKind::ReferenceCode, key, _) if last => {
                    if let Some(reference) = all.last_mut() {
                        reference.2 = Some(self.written(key));
                    }
                }
                Said::Code(DetailKind::Category, key, _) if wanted == DetailKind::See => {
                    let code = self.written(key);
                    let name = if key.len() == 3 { "category" } else { "subcategory" };
                    all.push((format!("{name} {code}"), None, Some(code)));
                }
                _ => {}
            }
        }
        Ok(all)
    }
}

#[pymethods]
impl IndexEntry {
    /// `icd10cm`, `external`, `neoplasm`, `drug` or `icd10pcs`.
    #[getter]
    fn index(&self) -> &'static str {
        self.kind.name()
    }

    /// Titles from the main term down.
    #[getter]
    fn path(&self) -> PyResult<Vec<String>> {
        Ok(self.view()?.path(self.node).into_iter().map(str::to_owned).collect())
    }

    /// Words that may be documented or not, without changing the code; empty where there are none.
    #[getter]
    fn nonessential(&self) -> PyResult<String> {
        Ok(self.view()?.modifiers(self.node).to_owned())
    }

    /// The code, or the beginning of one; `None` where the entry has none.
    #[getter]
    fn code(&self) -> PyResult<Option<String>> {
        let index = self.view()?;
        Ok(self.first(&index, self.node, DetailKind::Code).map(|c| self.written(c.0)))
    }

    /// Whether the code needs no more characters, by the index and by the list of codes on the day.
    #[getter]
    fn complete(&self) -> PyResult<bool> {
        let index = self.view()?;
        Ok(self.first(&index, self.node, DetailKind::Code).is_some_and(|c| c.1))
    }

    /// The second code, in brackets, which stands for the manifestation; `None` where there is none.
    #[getter]
    fn manifestation(&self) -> PyResult<Option<String>> {
        let index = self.view()?;
        Ok(self.first(&index, self.node, DetailKind::Manifestation).map(|c| self.written(c.0)))
    }

    /// Where the index says to look instead: (words, path that they lead to, code there); `None` where they name no entry or it has no code.
    /// References of ICD-10-PCS give the beginning of a code or a table instead.
    #[getter]
    fn see(&self) -> PyResult<Vec<Reference>> {
        self.references(DetailKind::See)
    }

    /// Where the index says to look as well, as in `see`.
    #[getter]
    fn see_also(&self) -> PyResult<Vec<Reference>> {
        self.references(DetailKind::SeeAlso)
    }

    /// ICD-10-PCS: values that the tables use for this term.
    #[getter]
    fn r#use(&self) -> PyResult<Vec<String>> {
        Ok(self.references(DetailKind::Use)?.into_iter().map(|r| r.0).collect())
    }

    /// Columns of a table: (heading, code or `None`, whether it needs no more characters).
    #[getter]
    fn cells(&self) -> PyResult<Vec<(String, Option<String>, bool)>> {
        let index = self.view()?;
        let cell = |said| match said {
            Said::Cell(column, key, more) => {
                let whole = key.is_some_and(|k| !more && self.kb.is_whole(self.kind, k, self.date));
                Some((index.heading(self.kind, column).to_owned(), key.map(|k| self.written(k)), whole))
            }
            _ => None,
        };
        Ok(index.said(self.node).filter_map(cell).collect())
    }

    /// Titles of the entries directly below, in the order of the index.
    #[getter]
    fn children(&self) -> PyResult<Vec<String>> {
        let index = self.view()?;
        let titles = index.children(self.node, self.date).map(|c| index.title(c).to_owned());
        Ok(titles.filter(|t| !t.is_empty()).collect())
    }

    /// The first day of the release that answers, ISO 8601.
    #[getter]
    fn release(&self) -> PyResult<String> {
        Ok(self.view()?.release(self.kind, self.date).map_or_else(String::new, |d| d.to_string()))
    }

    /// Whether a loaded release of the index covers the day; else the nearest one answers.
    #[getter]
    fn covered(&self) -> bool {
        let feed = self.kind.feed();
        self.kb.releases().all.iter().any(|r| r.feed == feed && (r.effective..=r.end).contains(&self.date.0))
    }

    fn __repr__(&self) -> PyResult<String> {
        Ok(format!("<IndexEntry {}: {}>", self.path()?.join(", "), self.code()?.as_deref().unwrap_or("-")))
    }
}

/// Entries for a term, most of whose words they account for.
fn index_lookup(kb: &KnowledgeBase, term: &str, date: Date, index: &str, limit: usize) -> PyResult<Vec<IndexEntry>> {
    let kind = IndexKind::named(index).ok_or_else(|| {
        let names: Vec<&str> = IndexKind::NAMES.iter().map(|n| n.1).collect();
        errors::CodeError::new_err(format!("index: expected one of {}", names.join(", ")))
    })?;
    let view = kb.index().map_err(|e| corrupt(&e))?;
    if !view.has(kind) {
        return Err(missing(kind.feed()));
    }
    let search = view.lookup(kind, term, date, limit);
    let entry = |found: &superbill_core::knowledge::index::Found| {
        let unmatched = search.missing(*found).map(str::to_owned).collect();
        IndexEntry { kb: kb.clone(), kind: view.kind_of(found.node).unwrap_or(kind), node: found.node, date, unmatched }
    };
    Ok(search.found.iter().map(entry).collect())
}

/// What the tables say, as (character, axis, label).
fn pcs(
    kb: &KnowledgeBase,
    ask: impl Fn(&Pcs<'_>) -> Result<Vec<(char, String, String)>, superbill_core::code::MalformedCode>,
) -> PyResult<Vec<(char, String, String)>> {
    let tables = kb.pcs().map_err(|e| corrupt(&e))?;
    if !tables.has_tables() {
        return Err(missing("icd10pcs_tables"));
    }
    ask(&tables).map_err(|_| errors::CodeError::new_err("expected up to 7 characters of ICD-10-PCS: digits and letters without I and O"))
}

/// Values as tuples.
fn tuples(values: Vec<PcsValue<'_>>) -> Vec<(char, String, String)> {
    values.into_iter().map(|v| (v.character, v.axis.to_owned(), v.label.to_owned())).collect()
}

#[pymethods]
impl knowledge::KnowledgeBase {
    /// Entries of an index that account for the most words of a term: `icd10cm`, `external`, `neoplasm`, `drug` or `icd10pcs`.
    ///
    /// Raises `KnowledgeBaseError` naming the feed where the index was not loaded, `DateError`, and `CodeError` where there is no such index.
    #[pyo3(signature = (term, date, *, index = "icd10cm", limit = 20))]
    fn index_lookup(&self, term: &str, date: &Bound<'_, PyAny>, index: &str, limit: usize) -> PyResult<Vec<IndexEntry>> {
        index_lookup(self.taxonomy()?, term, knowledge::date(date)?, index, limit)
    }

    /// What each character of an ICD-10-PCS code, or of the beginning of one, says: (character, axis, label); empty where the tables do not make it.
    ///
    /// Raises `KnowledgeBaseError` where the tables were not loaded, `DateError`, `CodeError`.
    fn pcs_axes(&self, code: &str, date: &Bound<'_, PyAny>) -> PyResult<Vec<(char, String, String)>> {
        let date = knowledge::date(date)?;
        pcs(self.taxonomy()?, |pcs| pcs.axes(code, date).map(tuples))
    }

    /// What the next character of an ICD-10-PCS code may be: (character, axis, label); empty where it is whole or the tables do not make it.
    ///
    /// Raises `KnowledgeBaseError` where the tables were not loaded, `DateError`, `CodeError`.
    fn pcs_complete(&self, prefix: &str, date: &Bound<'_, PyAny>) -> PyResult<Vec<(char, String, String)>> {
        let date = knowledge::date(date)?;
        pcs(self.taxonomy()?, |pcs| pcs.complete(prefix, date).map(tuples))
    }
}
