//! Any bytes, and a damaged file: an error that is clear, or a knowledge base; never a panic.
#![no_main]

mod image;

use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};
use superbill_core::knowledge::KnowledgeBase;

static IMAGE: LazyLock<Vec<u8>> = LazyLock::new(image::image);

fuzz_target!(|data: &[u8]| {
    let _ = KnowledgeBase::from_image(Arc::new(data.to_vec()));
    let mut damaged = IMAGE.clone();
    for change in data.chunks_exact(5).take(64) {
        let at = u32::from_le_bytes([change[0], change[1], change[2], change[3]]) as usize % damaged.len();
        damaged[at] = change[4];
    }
    let same = damaged == *IMAGE;
    let verified = KnowledgeBase::from_image(Arc::new(damaged)).and_then(|kb| kb.verify());
    // What fills the places between sections belongs to none of them.
    assert!(verified.is_ok() || !same);
});
