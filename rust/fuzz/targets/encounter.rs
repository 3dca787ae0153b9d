//! Any bytes as the JSON of an encounter: an answer or an error, never a panic; an answer is the same twice.
#![no_main]

mod image;

use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};
use superbill_core::{NeverCancel, Scratch, knowledge::KnowledgeBase};
use superbill_proto::{answer, encounter_from_json, to_json};

static KB: LazyLock<KnowledgeBase> = LazyLock::new(|| KnowledgeBase::from_image(Arc::new(image::image())).expect("an image"));

fuzz_target!(|data: &[u8]| {
    let Ok(encounter) = encounter_from_json(data) else { return };
    let once = answer(&KB, &encounter, &mut Scratch::default(), &NeverCancel).map(|coded| to_json(&coded));
    let twice = answer(&KB, &encounter, &mut Scratch::default(), &NeverCancel).map(|coded| to_json(&coded));
    assert_eq!(once, twice);
});
