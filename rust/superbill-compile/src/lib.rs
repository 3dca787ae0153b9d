//! Official file formats and knowledge packs -> a knowledge base.
//!
//! Each source format has one file under [`source`], each kind of pack one under [`packs`]; [`build`] joins them into one image.
#![forbid(unsafe_code)]

mod base;
mod error;
mod feeds;
mod gather;
pub mod packs;
pub mod source;

pub use base::overlay;
pub use error::CompileError;
pub use feeds::{Collector, FileReport, Options, Report, Sources, build};
