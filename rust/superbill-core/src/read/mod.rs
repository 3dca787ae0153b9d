//! Reading: document -> tokens, sections, sentences, mentions with their assertion.

pub mod assertion;
mod clock;
pub mod document;
mod index_walk;
pub mod layout;
pub mod quantity;
mod sentences;
pub mod spelling;
mod split;
pub mod token;
pub mod trie;

pub use document::{Mention, Reading, Sentence, read};
