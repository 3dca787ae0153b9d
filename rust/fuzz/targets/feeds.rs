//! Any bytes as a file of a feed: the first byte chooses its name, the rest is its content; it is read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use superbill_compile::{Collector, Options};

const NAMES: [&str; 6] =
    ["icd10cm_order_2026.txt", "ccipra-v322r0-f1.txt", "HCPC2026_OCT.txt", "aoc_2026q3.tsv", "F2826T1N_2026.TXT", "x_2026.zip"];

fuzz_target!(|data: &[u8]| {
    let Some((first, content)) = data.split_first() else { return };
    let mut collector = Collector::new(Options { accepted: vec!["ama-cpt".into()], ..Options::default() });
    collector.add(NAMES[usize::from(*first) % NAMES.len()], content.to_vec());
    if let Err(error) = collector.build(&[]) {
        assert!(!error.file.is_empty());
    }
});
