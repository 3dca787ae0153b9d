//! The knowledge base as read: one immutable byte image, used in place.

pub mod container;
pub mod layout;
pub mod rules;

mod base;

pub use base::{KnowledgeBase, LookupAnswer};
pub use container::KnowledgeError;
