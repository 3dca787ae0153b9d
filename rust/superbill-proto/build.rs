//! Compiles the schema without protoc.

use std::{error::Error, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let files = ["encounter", "claim", "coded", "coding"].map(|name| format!("superbill/v1/{name}.proto"));
    let descriptors = protox::compile(files, [root])?;
    tonic_prost_build::configure()
        .message_attribute(".", "#[derive(serde::Serialize, serde::Deserialize)] #[serde(default, deny_unknown_fields)]")
        .compile_fds(descriptors)?;
    Ok(())
}
