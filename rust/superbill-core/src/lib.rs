//! The coding engine: reads documentation, assigns codes with proof, checks them.
//!
//! Pure functions over a borrowed [`knowledge::KnowledgeBase`]: no I/O, clock, randomness or global state.
#![forbid(unsafe_code)]

pub mod code;
pub mod coded;
pub mod coding;
pub mod date;
pub mod editing;
pub mod encounter;
pub mod knowledge;
pub mod read;

pub use coding::{Cancel, NeverCancel, Scratch, code};
