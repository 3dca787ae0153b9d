//! Knowledge base files: opened as a memory map, written whole or not at all. The only crate with `unsafe`.

mod handle;

pub use handle::Handle;

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

/// Opens a knowledge base file. Its table of sections is checked here, a section before its first use, all of it by [`KnowledgeBase::verify`].
///
/// # Errors
/// [`StoreError`] where it cannot be read, or is truncated, foreign, of another format, or its table is damaged.
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

/// What [`open_or_build`] gives.
pub enum Kept {
    /// Opened from the file.
    Filed(KnowledgeBase),
    /// Built; the file could not be kept, and why.
    InMemory(Vec<u8>, StoreError),
}

/// Opens a file of the cache, or builds it first under a lock, so that processes that start together build once.
///
/// # Errors
/// What `build` says; where the place cannot be written the image stays in memory.
pub fn open_or_build<E>(path: &Path, build: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Kept, E> {
    if let Ok(kb) = open(path) {
        return Ok(Kept::Filed(kb));
    }
    let locked = lock(path);
    if let (Ok(_), Ok(kb)) = (&locked, open(path)) {
        return Ok(Kept::Filed(kb));
    }
    let image = build()?;
    let kept = locked.and_then(|_lock| write(path, &image).and_then(|()| open(path)));
    Ok(match kept {
        Ok(kb) => Kept::Filed(kb),
        Err(why) => Kept::InMemory(image, why),
    })
}

/// Waits for the lock beside a file; it goes with the returned handle. The folder is made where it is missing.
fn lock(path: &Path) -> Result<File, StoreError> {
    let io = |source| StoreError::Io { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    let file = File::create(path.with_extension("lock")).map_err(io)?;
    file.lock().map_err(io)?;
    Ok(file)
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
