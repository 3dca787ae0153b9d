//! Knowledge base files: opened as a memory map, written whole or not at all. The only crate with `unsafe`.

use memmap2::Mmap;
use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use superbill_core::knowledge::{KnowledgeBase, KnowledgeError};

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Knowledge { path: PathBuf, source: KnowledgeError },
}

/// Opens a knowledge base file, checked whole.
///
/// # Errors
/// [`StoreError`] where it cannot be read, or is truncated, corrupt, foreign or of another format.
pub fn open(path: &Path) -> Result<KnowledgeBase, StoreError> {
    let io = |source| StoreError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.len() == 0 {
        let source = KnowledgeError::Foreign;
        return Err(StoreError::Knowledge { path: path.to_owned(), source });
    }
    // SAFETY: the map is read-only and private. Files are replaced by renaming and never written in place (`write`), so the bytes under the map do
    // not change; a user who truncates one by hand while it is open gets a fault from the system, as with any mapped library.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(&file) }.map_err(io)?;
    KnowledgeBase::from_image(Arc::new(map)).map_err(|source| StoreError::Knowledge { path: path.to_owned(), source })
}

/// Writes a file under a temporary name beside it, syncs it and renames it, so that a reader sees the old file or the new one.
///
/// # Errors
/// [`StoreError::Io`]; the old file then stands as it was.
pub fn write(path: &Path, image: &[u8]) -> Result<(), StoreError> {
    let io = |source| StoreError::Io { path: path.to_owned(), source };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
    temporary.write_all(image).map_err(io)?;
    temporary.as_file().sync_all().map_err(io)?;
    temporary.persist(path).map_err(|e| io(e.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_and_missing_files_are_clear_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.kb");
        assert!(matches!(open(&path), Err(StoreError::Io { .. })));
        write(&path, b"").unwrap();
        assert!(matches!(open(&path), Err(StoreError::Knowledge { source: KnowledgeError::Foreign, .. })));
        write(&path, &[7; 4096]).unwrap();
        assert!(matches!(open(&path), Err(StoreError::Knowledge { source: KnowledgeError::Foreign, .. })));
        assert!(write(&folder.path().join("none/x.kb"), b"x").is_err());
    }
}
