//! A knowledge base that is replaced under readers: every answer is of one version, and none fails.
#![allow(missing_docs)]

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use superbill_compile::Collector;
use superbill_core::{
    code::System,
    date::Date,
    knowledge::{KnowledgeBase, Standing},
};
use superbill_store::{Handle, open, write};

const DAY: Date = Date(2026_05_04);

/// A knowledge base of one code, whose title is its version.
fn image(code: &str) -> Vec<u8> {
    let mut collector = Collector::default();
    let line = |number: u32, code: &str, flag: u32| format!("{number:05} {code:<7} {flag} {:<60} version {code}\r\n", "x");
    collector.add("icd10cm-order-2026.txt", (line(1, &code[..3], 0) + &line(2, code, 1)).into_bytes());
    collector.build(&[]).expect("built").0
}

/// What a reader sees: hash, and which of the two codes is valid.
fn seen(kb: &KnowledgeBase) -> (String, [bool; 2]) {
    kb.taxonomy_ready().expect("sound");
    let valid = |code: &str| {
        let key = System::Icd10cm.parse(code).expect("a code");
        kb.lookup(System::Icd10cm, key, DAY).is_some_and(|k| k.standing == Standing::Valid)
    };
    (kb.hash(), [valid("A000"), valid("B111")])
}

#[test]
fn readers_see_one_version_or_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = ["A000", "B111"].map(|code| {
        let path = folder.path().join(code);
        write(&path, &image(code)).expect("written");
        path
    });
    let versions = paths.each_ref().map(|p| seen(&open(p).expect("opened")));
    assert_eq!(versions.each_ref().map(|v| v.1), [[true, false], [false, true]]);
    let handle = Handle::new(open(&paths[0]).expect("opened"));
    let (stop, answers) = (AtomicBool::new(false), AtomicUsize::new(0));
    // A bounded sample: SUPERBILL_SOAK gives the seconds of the long run.
    let seconds = std::env::var("SUPERBILL_SOAK").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let reloads = std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let kb = handle.load();
                    let answer = seen(&kb);
                    assert!(versions.contains(&answer), "a mixed answer: {answer:?}");
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let (start, mut reloads) = (Instant::now(), 0);
        while start.elapsed() < Duration::from_secs(seconds) {
            reloads += 1;
            handle.reload(&paths[reloads % 2]).expect("reloaded");
        }
        stop.store(true, Ordering::Relaxed);
        reloads
    });
    assert!(reloads > 10 && answers.load(Ordering::Relaxed) > 100, "{reloads} reloads, {answers:?} answers");
}

#[test]
fn a_damaged_file_leaves_the_one_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let (good, bad) = (folder.path().join("good"), folder.path().join("bad"));
    let mut bytes = image("A000");
    write(&good, &bytes).expect("written");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    write(&bad, &bytes).expect("written");
    let handle = Handle::new(open(&good).expect("opened"));
    let before = handle.load().hash();
    assert!(handle.reload(&bad).is_err());
    assert_eq!(handle.load().hash(), before);
}
