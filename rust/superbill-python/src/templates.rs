//! Templates of documentation, as the packs have them.

use pyo3::prelude::*;

/// Id, title, whether it is required, and what it decides.
type Element = (String, String, bool, String);
/// Types of encounter, title, citation, elements.
type Template = (Vec<String>, String, String, Vec<Element>);

#[pymethods]
impl crate::knowledge::KnowledgeBase {
    /// What the documentation of each kind of encounter has in it: `(types, title, citation, [(id, title, required, decides)])`.
    ///
    /// Raises `KnowledgeBaseError` where the file is damaged.
    #[getter]
    fn templates(&self) -> PyResult<Vec<Template>> {
        let kb = self.engine();
        kb.ready().map_err(|e| crate::knowledge::corrupt(&e))?;
        let element =
            |e: &superbill_core::knowledge::visits::TemplateElement| (e.id.clone(), e.title.clone(), e.required, e.decides.clone());
        let template = |t: &superbill_core::knowledge::visits::Template| {
            (t.types.clone(), t.title.clone(), t.citation.clone(), t.elements.iter().map(element).collect())
        };
        Ok(kb.visits().templates.iter().map(template).collect())
    }
}
