//! The knowledge base as read: one immutable byte image, used in place.

pub mod add_on;
pub mod attributes;
pub mod axes;
pub mod confidence;
pub mod container;
pub mod diff;
pub mod drugs;
pub mod editing;
pub mod guidelines;
pub mod hcc;
pub mod index;
pub mod layout;
pub mod licensed;
pub mod measured;
pub mod pcs;
pub mod pool;
pub mod presence;
pub mod prior_procedures;
pub mod ptp;
pub mod ptp_builder;
pub mod ptp_codes;
pub mod releases;
pub mod repair;
pub mod rules;
pub mod search;
pub mod snomed;
pub mod translate;
pub mod visits;

mod base;
mod editions;
mod notes;
mod services;
mod side;
mod taxonomy;

pub use base::KnowledgeBase;
pub use container::KnowledgeError;
pub(crate) use notes::Notes;
pub(crate) use services::{InForce, Indicators, Mue, Services};
pub use taxonomy::{Known, Standing};
