//! Building, keeping and serving knowledge bases.

use crate::{errors, knowledge::KnowledgeBase};
use pyo3::{prelude::*, types::PyBytes};
use std::{path::PathBuf, sync::Arc};
use superbill_compile::{
    CompileError, Sources,
    packs::{self, Source},
};
use superbill_core::date::Date;
use superbill_store::Kept;

fn sources(packs: Vec<(String, String)>) -> Vec<Source> {
    packs.into_iter().map(|(file, text)| Source { file, text }).collect()
}

fn read(path: &PathBuf) -> Result<Vec<u8>, CompileError> {
    std::fs::read(path).map_err(|e| CompileError::new(&path.display().to_string(), e.to_string()))
}

fn image(tabular: &PathBuf, codes: &PathBuf, effective: &str, packs: &[Source]) -> Result<Vec<u8>, CompileError> {
    let (xml, list) = (read(tabular)?, read(codes)?);
    let (tabular, codes) = (tabular.display().to_string(), codes.display().to_string());
    let list = std::str::from_utf8(&list).map_err(|e| CompileError::new(&codes, format!("not UTF-8 from byte {}", e.valid_up_to())))?;
    let effective = Date::parse(effective).map_err(|_| CompileError::new(&tabular, "effective: expected a calendar date as YYYY-MM-DD"))?;
    superbill_compile::build(&Sources { tabular: (&tabular, &xml), codes: (&codes, list), effective, packs })
}

/// Compiles the tabular list, the list of valid codes and packs of `(file name, text)` into an image. The same sources give the same bytes.
///
/// Raises `BuildError` naming the file and the place.
#[pyfunction]
pub(crate) fn build<'py>(
    py: Python<'py>,
    tabular: PathBuf,
    codes: PathBuf,
    effective: &str,
    packs: Vec<(String, String)>,
) -> PyResult<Bound<'py, PyBytes>> {
    let packs = sources(packs);
    let image = py.detach(|| image(&tabular, &codes, effective, &packs)).map_err(|e| errors::compile(&e))?;
    Ok(PyBytes::new(py, &image))
}

/// SHA-256 over names and texts of packs, in hex.
#[pyfunction]
pub(crate) fn pack_digest(packs: Vec<(String, String)>) -> String {
    packs::digest(&sources(packs))
}

/// Opens a file of the cache, or builds it there first, under a lock; in memory where it cannot be written.
/// Returns the knowledge base and why it was not kept, `None` where it was.
///
/// Raises `BuildError` naming the file and the place.
#[pyfunction]
pub(crate) fn open_or_build(
    py: Python<'_>,
    path: PathBuf,
    tabular: PathBuf,
    codes: PathBuf,
    effective: &str,
    packs: Vec<(String, String)>,
) -> PyResult<(KnowledgeBase, Option<String>)> {
    let packs = sources(packs);
    let kept = py.detach(|| superbill_store::open_or_build(&path, || image(&tabular, &codes, effective, &packs)));
    match kept.map_err(|e| errors::compile(&e))? {
        Kept::Filed(kb) => Ok((kb.into(), None)),
        Kept::InMemory(image, why) => {
            let kb = superbill_core::knowledge::KnowledgeBase::from_image(Arc::new(image));
            let kb = kb.map_err(|e| errors::KnowledgeBaseError::new_err(e.to_string()))?;
            Ok((kb.into(), Some(why.to_string())))
        }
    }
}

/// Writes an image so that a reader sees the old file or the new one.
///
/// Raises `KnowledgeBaseError` where the place cannot be written.
#[pyfunction]
pub(crate) fn write(path: PathBuf, image: &[u8]) -> PyResult<()> {
    superbill_store::write(&path, image).map_err(|e| errors::store(&e))
}

/// Serves a knowledge base file over gRPC on a loopback address until interrupted; calls `listening` with the address once it listens.
///
/// Raises `KnowledgeBaseError` or `ServerError`.
#[pyfunction]
#[pyo3(signature = (path, address, listening, *, threads = 0))]
pub(crate) fn serve(py: Python<'_>, path: PathBuf, address: &str, listening: Py<PyAny>, threads: usize) -> PyResult<()> {
    let kb = superbill_store::open(&path).map_err(|e| errors::store(&e))?;
    let mut failed = None;
    let served = py.detach(|| {
        superbill_server::serve(kb, address, threads, |bound| {
            failed = Python::attach(|py| listening.call1(py, (bound.to_string(),)).err());
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    served.map_err(|e| errors::ServerError::new_err(e.to_string()))
}
