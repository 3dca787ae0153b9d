//! A knowledge base that can be replaced while it is read.

use crate::{StoreError, open};
use arc_swap::ArcSwap;
use std::{path::Path, sync::Arc};
use superbill_core::knowledge::KnowledgeBase;

/// The knowledge base in use. A reader takes it once for each answer, so that an answer never mixes two; the old file is released when its last
/// reader is done.
pub struct Handle {
    current: ArcSwap<KnowledgeBase>,
}

impl Handle {
    pub fn new(kb: KnowledgeBase) -> Self {
        Self { current: ArcSwap::from_pointee(kb) }
    }

    /// The knowledge base in use now; what is done with it stays of one version.
    pub fn load(&self) -> Arc<KnowledgeBase> {
        self.current.load_full()
    }

    /// Checks a file whole and takes it into use.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read or is damaged; the one in use then stays.
    pub fn reload(&self, path: &Path) -> Result<Arc<KnowledgeBase>, StoreError> {
        let kb = open(path)?;
        kb.verify().map_err(|source| StoreError::Knowledge { path: path.to_owned(), source })?;
        self.current.store(Arc::new(kb));
        Ok(self.load())
    }
}
