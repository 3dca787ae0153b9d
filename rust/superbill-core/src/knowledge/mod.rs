//! The knowledge base as read: one immutable byte image, used in place.

pub mod attributes;
pub mod container;
pub mod diff;
pub mod layout;
pub mod ptp;
pub mod releases;
pub mod rules;
pub mod snomed;
pub mod translate;

mod base;
mod side;
mod taxonomy;

pub use base::KnowledgeBase;
pub use container::KnowledgeError;
pub use taxonomy::{Known, Standing};
