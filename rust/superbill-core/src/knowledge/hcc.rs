//! CMS-HCC condition categories: their titles, and which of them drop others. Which codes count for which category is an attribute of the code.

use super::{KnowledgeBase, KnowledgeError, layout::section};
use serde::{Deserialize, Serialize};

/// Categories of all models, each with the first day of the release that says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Categories {
    /// Model, first day, category, and a category that it drops where both are present.
    pub hierarchies: Vec<(String, u32, u32, u32)>,
    /// Model, first day, category, title.
    pub titles: Vec<(String, u32, u32, String)>,
}

impl KnowledgeBase {
    /// Condition categories; empty where none were loaded.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn categories(&self) -> Result<Categories, KnowledgeError> {
        self.taxonomy_ready()?;
        let bytes = self.section(section::CATEGORIES);
        if bytes.is_empty() { Ok(Categories::default()) } else { super::base::decode(bytes) }
    }
}
