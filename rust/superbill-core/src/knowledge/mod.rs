//! The knowledge base as read: one immutable byte image, used in place.

pub mod add_on;
pub mod attributes;
pub mod container;
pub mod diff;
pub mod hcc;
pub mod index;
pub mod layout;
pub mod licensed;
pub mod pcs;
pub mod pool;
pub mod ptp;
pub mod releases;
pub mod rules;
pub mod search;
pub mod snomed;
pub mod translate;

mod base;
mod editions;
mod side;
mod taxonomy;

pub use base::KnowledgeBase;
pub use container::KnowledgeError;
pub use taxonomy::{Known, Standing};
