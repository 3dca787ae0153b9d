//! The one wire schema (`proto/superbill/v1`): prost types that also read and write JSON with the same field names.

/// Messages and service of `proto/superbill/v1`.
#[allow(missing_docs, clippy::pedantic)]
pub mod v1 {
    tonic::include_proto!("superbill.v1");
}
