//! What procedures of an earlier time leave behind: the absence of an organ, an implant, an opening.

use serde::{Deserialize, Serialize};

/// Codes from one to another, as their packed keys.
pub type KeyRanges = Vec<(u64, u64)>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// The procedures: of CPT and HCPCS, and of ICD-10-PCS.
    pub services: KeyRanges,
    pub inpatient: KeyRanges,
    /// Node of the status.
    pub status: u32,
    /// Nobody has it done twice.
    pub once: bool,
    pub pack: u32,
}
