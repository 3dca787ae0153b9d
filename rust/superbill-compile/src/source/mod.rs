//! Readers of official file formats.

pub mod icd10cm_codes;
pub mod icd10cm_tabular;
