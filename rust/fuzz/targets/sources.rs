//! Any bytes as a pack, a tabular list or a list of codes: an image or an error that names the file.
#![no_main]

mod image;

use libfuzzer_sys::fuzz_target;
use superbill_compile::{Sources, build, packs::Source};
use superbill_core::date::Date;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let packs = [Source { file: "site.toml".into(), text: text.clone() }];
    let attempt = |tabular: &[u8], codes: &str, packs: &[Source]| {
        let sources = Sources { tabular: ("tabular", tabular), codes: ("codes", codes), effective: Date(2026_04_01), packs };
        if let Err(error) = build(&sources) {
            assert!(!error.file.is_empty());
        }
    };
    attempt(image::TABULAR.as_bytes(), image::CODES, &packs);
    attempt(data, image::CODES, &[]);
    attempt(image::TABULAR.as_bytes(), &text, &[]);
});
