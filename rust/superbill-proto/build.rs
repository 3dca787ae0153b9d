//! Compiles the schema without protoc.

use prost::Message;
use std::{error::Error, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let files = ["encounter", "claim", "coded", "coding", "terminology", "admin"].map(|name| format!("superbill/v1/{name}.proto"));
    let descriptors = protox::compile(files, [root])?;
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    std::fs::write(Path::new(&out).join("descriptors.bin"), descriptors.encode_to_vec())?;
    let mut build = tonic_prost_build::configure()
        .message_attribute(".", "#[derive(serde::Serialize, serde::Deserialize)] #[serde(default, deny_unknown_fields)]")
        .enum_attribute(".", "#[derive(serde::Serialize, serde::Deserialize)] #[serde(rename_all = \"snake_case\")]");
    for file in &descriptors.file {
        for message in &file.message_type {
            // What is absent is left out of JSON, as it is out of protobuf.
            let absent = |f: &&prost_types::FieldDescriptorProto| {
                f.proto3_optional()
                    || f.r#type() == prost_types::field_descriptor_proto::Type::Message
                        && f.label() == prost_types::field_descriptor_proto::Label::Optional
            };
            for field in message.field.iter().filter(absent) {
                let path = format!(".{}.{}.{}", file.package(), message.name(), field.name());
                build = build.field_attribute(path, "#[serde(skip_serializing_if = \"Option::is_none\")]");
            }
        }
    }
    build.compile_fds(descriptors)?;
    Ok(())
}
