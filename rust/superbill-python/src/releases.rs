//! Building, keeping and serving knowledge bases.

use crate::{errors, knowledge::KnowledgeBase};
use pyo3::{prelude::*, types::PyBytes};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use superbill_compile::{
    Collector, CompileError, Options, Sources,
    packs::{self, Source},
};
use superbill_core::{date::Date, knowledge::diff::Side};
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

/// The files that a path names: itself, or all below it in order of path; hidden ones left out.
fn files(path: &Path, out: &mut Vec<PathBuf>) -> Result<(), CompileError> {
    let fail = |e: std::io::Error| CompileError::new(&path.display().to_string(), e.to_string());
    if !std::fs::metadata(path).map_err(fail)?.is_dir() {
        out.push(path.to_owned());
        return Ok(());
    }
    let mut below: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(path).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            below.push(entry.path());
        }
    }
    below.sort();
    below.iter().try_for_each(|p| files(p, out))
}

/// Compiles official files, as they were downloaded, and packs of `(file name, text)` into an image; folders are read whole. The same files give the
/// same bytes in any order. `releases` maps feeds to the first day of their release, where no file name says it; `installed` is the ICD-10-CM
/// release (tabular list, list of valid codes, first day) for sources without one; `accept` names licences that the user accepts for this build; `progress` is called with the name of each file.
///
/// Returns the image and a report as JSON: what was read from each file, and every row that could not be used.
///
/// Raises `BuildError` naming the file and the place, `DateError` where a release day is malformed.
#[pyfunction]
#[pyo3(signature = (paths, packs, *, releases = None, accept = Vec::new(), installed = None, progress = None))]
pub(crate) fn build_sources<'py>(
    py: Python<'py>,
    paths: Vec<PathBuf>,
    packs: Vec<(String, String)>,
    releases: Option<HashMap<String, String>>,
    accept: Vec<String>,
    installed: Option<(PathBuf, PathBuf, String)>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyBytes>, String)> {
    let mut options = Options { accepted: accept, ..Options::default() };
    for (feed, day) in releases.unwrap_or_default() {
        let day =
            Date::parse(&day).map_err(|_| errors::DateError::new_err(format!("release {feed}: expected a calendar date as YYYY-MM-DD")))?;
        options.releases.insert(feed, day);
    }
    let mut collector = Collector::new(options);
    let mut all = Vec::new();
    for path in &paths {
        files(path, &mut all).map_err(|e| errors::compile(&e))?;
    }
    for path in &all {
        if let Some(progress) = &progress {
            progress.call1((path.file_name().unwrap_or_default().to_string_lossy(),))?;
        }
        py.detach(|| match read(path) {
            Ok(bytes) => collector.add(&path.display().to_string(), bytes),
            Err(error) => collector.refuse(&error.file, error.problem),
        });
    }
    let packs = sources(packs);
    let built = py.detach(|| {
        if let (Some((tabular, codes, effective)), false) = (&installed, collector.has_icd10cm()) {
            let effective = Date::parse(effective).map_err(|e| CompileError::new(&tabular.display().to_string(), e.to_string()))?;
            for path in [tabular, codes] {
                collector.add_dated(&path.display().to_string(), read(path)?, Some(effective));
            }
        }
        collector.build(&packs)
    });
    let (image, report) = built.map_err(|e| errors::compile(&e))?;
    let report = serde_json::to_string(&report).map_err(|e| errors::SuperbillError::new_err(e.to_string()))?;
    Ok((PyBytes::new(py, &image), report))
}

/// Puts packs of `(file name, text)` on a knowledge base: what packs decide is compiled anew, everything else copied. A pack of a file name that the
/// base has already takes its place.
///
/// Raises `BuildError` naming the file and the place.
#[pyfunction]
pub(crate) fn overlay<'py>(
    py: Python<'py>,
    base: &Bound<'_, KnowledgeBase>,
    packs: Vec<(String, String)>,
) -> PyResult<Bound<'py, PyBytes>> {
    let (base, packs) = (base.get().engine().clone(), sources(packs));
    let image = py.detach(|| superbill_compile::overlay(&base, &packs)).map_err(|e| errors::compile(&e))?;
    Ok(PyBytes::new(py, &image))
}

/// What changed from one knowledge base on a day to another on a day, as JSON: codes added, deleted and revised by system, properties, and edits.
///
/// Raises `DateError`, and `KnowledgeBaseError` where one of them is damaged.
#[pyfunction]
pub(crate) fn diff(
    py: Python<'_>,
    before: &Bound<'_, KnowledgeBase>,
    before_date: &Bound<'_, PyAny>,
    after: &Bound<'_, KnowledgeBase>,
    after_date: &Bound<'_, PyAny>,
) -> PyResult<String> {
    let (old, new) = (before.get().taxonomy()?.clone(), after.get().taxonomy()?.clone());
    let (before, after) = (crate::knowledge::date(before_date)?, crate::knowledge::date(after_date)?);
    let changes = py.detach(|| superbill_core::knowledge::diff::diff(Side { kb: &old, date: before }, Side { kb: &new, date: after }));
    let changes = changes.map_err(|e| crate::knowledge::corrupt(&e))?;
    serde_json::to_string(&changes).map_err(|e| errors::SuperbillError::new_err(e.to_string()))
}

/// SHA-256 over named texts, in hex.
#[pyfunction]
pub(crate) fn identity(parts: Vec<(String, String)>) -> String {
    packs::digest(&sources(parts))
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
