//! The server, started from Python.

use crate::errors;
use pyo3::{prelude::*, types::PyTuple};
use std::path::PathBuf;
use superbill_server::{
    ServeError,
    config::{Config, Resolved, SETTINGS},
};

/// What can be set of a server: `(name, default, what it is)`.
pub(crate) fn settings(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, SETTINGS.iter().map(|s| (s.name, s.default, s.about)))
}

fn refused(error: impl std::fmt::Display) -> PyErr {
    errors::ServerError::new_err(error.to_string())
}

fn resolve(flags: &[(String, String)]) -> PyResult<(Resolved, Config)> {
    let resolved = Resolved::new(flags, |name| std::env::var(name).ok()).map_err(refused)?;
    let config = Config::try_from(&resolved).map_err(refused)?;
    Ok((resolved, config))
}

/// The settings that a server would be started with: `(name, value, origin)`, origin being `flag`, `environment`, `file` or `default`.
///
/// Raises `ServerError` naming the setting that is wrong.
#[pyfunction]
pub(crate) fn server_settings(flags: Vec<(String, String)>) -> PyResult<Vec<(&'static str, String, &'static str)>> {
    let (resolved, _) = resolve(&flags)?;
    Ok(resolved.told().into_iter().map(|(name, value, origin)| (name, value.to_owned(), origin.name())).collect())
}

/// Serves over gRPC until interrupted; calls `listening` with the address, and that of the metrics or `None`, once it listens. `default` is the
/// knowledge base where no setting names one.
///
/// Raises `KnowledgeBaseError` or `ServerError`.
#[pyfunction]
pub(crate) fn serve(py: Python<'_>, flags: Vec<(String, String)>, default: PathBuf, listening: Py<PyAny>) -> PyResult<()> {
    let (_, config) = resolve(&flags)?;
    let path = config.kb.clone().unwrap_or(default);
    let mut failed = None;
    let served = py.detach(|| {
        superbill_server::serve(&config, path, |place| {
            failed = Python::attach(|py| listening.call1(py, (place.address, place.metrics)).err());
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    served.map_err(|error| match error {
        ServeError::Knowledge(error) => errors::store(&error),
        error => refused(error),
    })
}
