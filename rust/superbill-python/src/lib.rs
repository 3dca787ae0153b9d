//! The Python module `superbill._core`: conversion and error mapping around the engine, the builder and the server.
#![forbid(unsafe_code)]
// pyo3 hands arguments over by value.
#![allow(clippy::needless_pass_by_value)]

mod check;
mod classification;
mod coded;
mod codes;
mod columns;
mod edit_columns;
mod errors;
mod knowledge;
mod pairs;
mod reading;
mod releases;
mod search;
mod serving;
mod templates;
mod terminology;
mod terms;
mod translation;
mod wire;

use pyo3::{prelude::*, types::PyTuple};
use superbill_core::knowledge::editing::Severity;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("STANDINGS", PyTuple::new(py, superbill_core::knowledge::Standing::NAMES)?)?;
    module.add("SEVERITIES", PyTuple::new(py, Severity::ALL.map(Severity::name))?)?;
    module.add("FORMAT_VERSION", superbill_core::knowledge::container::FORMAT_VERSION)?;
    module.add("SuperbillError", py.get_type::<errors::SuperbillError>())?;
    module.add("KnowledgeBaseError", py.get_type::<errors::KnowledgeBaseError>())?;
    module.add("BuildError", py.get_type::<errors::BuildError>())?;
    module.add("EncounterError", py.get_type::<errors::EncounterError>())?;
    module.add("ClaimError", py.get_type::<errors::ClaimError>())?;
    module.add("CodeError", py.get_type::<errors::CodeError>())?;
    module.add("DateError", py.get_type::<errors::DateError>())?;
    module.add("ServerError", py.get_type::<errors::ServerError>())?;
    module.add_class::<knowledge::KnowledgeBase>()?;
    module.add_class::<codes::CodeInfo>()?;
    module.add_class::<classification::IndexEntry>()?;
    module.add_class::<reading::Match>()?;
    module.add_class::<reading::Mention>()?;
    module.add_class::<coded::CodedEncounter>()?;
    module.add_class::<check::Check>()?;
    module.add_class::<edit_columns::FindingColumns>()?;
    module.add_class::<terms::Terms>()?;
    module.add_class::<translation::Translation>()?;
    module.add_class::<translation::MapTarget>()?;
    module.add_function(wrap_pyfunction!(releases::build, module)?)?;
    module.add_function(wrap_pyfunction!(releases::build_sources, module)?)?;
    module.add_function(wrap_pyfunction!(releases::overlay, module)?)?;
    module.add_function(wrap_pyfunction!(releases::diff, module)?)?;
    module.add_function(wrap_pyfunction!(releases::identity, module)?)?;
    module.add_function(wrap_pyfunction!(releases::open_or_build, module)?)?;
    module.add_function(wrap_pyfunction!(releases::write, module)?)?;
    module.add("SERVER_SETTINGS", serving::settings(py)?)?;
    module.add_function(wrap_pyfunction!(serving::server_settings, module)?)?;
    module.add_function(wrap_pyfunction!(serving::serve, module)?)?;
    module.add_function(wrap_pyfunction!(wire::to_wire, module)?)?;
    module.add_function(wrap_pyfunction!(wire::from_wire, module)?)?;
    Ok(())
}
