//! The term trie beside the `aho-corasick` crate with a whole-word test: every overlapping whole-word phrase, without regard to case, cycling all notes.
//!
//! `SUPERBILL_BENCH=FOLDER cargo bench -p superbill-core --bench trie`, after `python benches/dictionary.py FOLDER`; without a folder a small dictionary
//! of made-up words, so that the bench runs anywhere.
#![allow(missing_docs, clippy::print_stdout)]

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, path::Path, time::Instant};
use superbill_core::read::{
    token::{Token, tokenize},
    trie::{TermTrie, TrieBuilder, TrieSections},
};

const ROUNDS: usize = 31;

fn made_up() -> (Vec<String>, Vec<String>) {
    let word = |n: u64| format!("w{}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54);
    let phrases = (0..20_000).map(|n| format!("{} {} {}", word(n), word(n * 3), word(n * 7))).collect();
    let notes = (0..50).map(|n| (0..400).map(|m| word(n * 400 + m)).collect::<Vec<_>>().join(" ")).collect();
    (phrases, notes)
}

/// A whole word: no letter or digit on either side.
fn whole(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

fn peer(phrases: &[String]) -> AhoCorasick {
    // The fastest kind that fits at this size (a DFA takes gigabytes); case is folded in the automaton.
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .match_kind(MatchKind::Standard)
        .ascii_case_insensitive(true)
        .build(phrases)
        .expect("the peer's automaton")
}

fn compare(criterion: &mut Criterion, name: &str, phrases: &[String], notes: &[String]) {
    let mut builder = TrieBuilder::new();
    for phrase in phrases {
        builder.add(phrase);
    }
    let sections = builder.build();
    let bytes: usize = sections.iter().map(|s| s.1.len()).sum();
    let trie = TermTrie::view(&TrieSections::from_parts(|id| sections.iter().find(|s| s.0 == id).map_or(&[][..], |s| s.1.as_slice())));
    let automaton = peer(phrases);
    println!(
        "{name}: {} phrases, trie {:.1} MB, aho-corasick {:.1} MB",
        phrases.len(),
        bytes as f64 / 1e6,
        automaton.memory_usage() as f64 / 1e6
    );
    let mut tokens: Vec<Token> = Vec::new();
    let mut ours = || {
        let mut found = 0_u64;
        for note in notes {
            tokenize(note, trie.vocabulary(), &mut tokens);
            trie.find_all(&tokens, |m| found += u64::from(m.phrase & 1) + 1);
        }
        black_box(found)
    };
    let theirs = || {
        let mut found = 0_u64;
        for note in notes {
            for m in automaton.find_overlapping_iter(note) {
                if whole(note, m.start(), m.end()) {
                    found += u64::from(m.pattern().as_u32() & 1) + 1;
                }
            }
        }
        black_box(found)
    };
    // In turn, so that what else the machine does falls on both.
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            ours();
            let own = started.elapsed();
            let turned = Instant::now();
            theirs();
            turned.elapsed().as_secs_f64() / own.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "{name}: {:.2} x aho-corasick, median of {ROUNDS} rounds in turn ({:.2} to {:.2})",
        ratios[ROUNDS / 2],
        ratios[0],
        ratios[ROUNDS - 1]
    );

    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(notes.iter().map(|n| n.len() as u64).sum()));
    group.sample_size(10);
    group.bench_function("superbill", |bencher| bencher.iter(&mut ours));
    group.bench_function("aho-corasick", |bencher| bencher.iter(theirs));
    group.finish();
}

fn bench(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("SUPERBILL_BENCH") else {
        let (phrases, notes) = made_up();
        compare(criterion, "made-up", &phrases, &notes);
        return;
    };
    let read = |name: &str| std::fs::read_to_string(Path::new(&folder).join(name)).expect("run benches/dictionary.py first");
    let notes: Vec<String> = read("notes.txt").split('\u{c}').map(str::to_owned).collect();
    for name in ["182k", "1m"] {
        let phrases: Vec<String> = read(&format!("phrases-{name}.txt")).lines().map(str::to_owned).collect();
        compare(criterion, name, &phrases, &notes);
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
