//! One note, in-process: `code(&Kb, &Encounter, &mut Scratch)`, cycling all notes (there is no cache of answers).
//!
//! `SUPERBILL_BENCH=FOLDER cargo bench -p superbill-core --bench note`, after `python benches/dictionary.py FOLDER` (the notes) and
//! `superbill kb build -o FOLDER/default.kb`.
#![allow(missing_docs, clippy::print_stdout)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, path::Path, sync::Arc, time::Instant};
use superbill_core::{
    NeverCancel, Scratch, code,
    date::Date,
    encounter::{Document, Encounter, Scope, Setting},
    knowledge::KnowledgeBase,
};

fn encounter(text: &str) -> Encounter<'_> {
    Encounter {
        kind: "office_visit",
        setting: Setting::Professional,
        scope: Scope::Encounter,
        date: Date(2026_05_04),
        sex: None,
        age: None,
        new_patient: None,
        place_of_service: None,
        payer: None,
        birth: None,
        admitted: None,
        problems: Vec::new(),
        orders: Vec::new(),
        procedures: Vec::new(),
        same_day: None,
        earlier: Vec::new(),
        documents: vec![Document { kind: "office_visit", text, signed: None, authored: false, written: None }],
    }
}

fn bench(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("SUPERBILL_BENCH") else {
        println!("SUPERBILL_BENCH names no folder: nothing to measure");
        return;
    };
    let folder = Path::new(&folder);
    let image = std::fs::read(folder.join("default.kb")).expect("superbill kb build -o FOLDER/default.kb first");
    let kb = KnowledgeBase::from_image(Arc::new(image)).expect("a knowledge base");
    let text = std::fs::read_to_string(folder.join("notes.txt")).expect("run benches/dictionary.py first");
    let notes: Vec<&str> = text.split('\u{c}').collect();
    let mut scratch = Scratch::default();

    let mut times: Vec<(u64, usize)> = Vec::new();
    for note in &notes {
        let started = Instant::now();
        black_box(code(&kb, &encounter(note), &mut scratch, &NeverCancel).expect("coded"));
        times.push((started.elapsed().as_nanos() as u64, note.len()));
    }
    let mut sized: Vec<u64> = times.iter().filter(|t| (2000..3000).contains(&t.1)).map(|t| t.0).collect();
    sized.sort_unstable();
    let at = |share: usize| sized.get((sized.len().max(1) - 1) * share / 1000).copied().unwrap_or(0) as f64 / 1000.0;
    println!("notes of 2 to 3 kB ({}): p50 {:.0} us, p99 {:.0} us, most {:.0} us", sized.len(), at(500), at(990), at(1000));

    let mut group = criterion.benchmark_group("note");
    group.throughput(Throughput::Bytes(notes.iter().map(|n| n.len() as u64).sum()));
    group.sample_size(10);
    group.bench_function("code", |bencher| {
        bencher.iter(|| {
            for note in &notes {
                black_box(code(&kb, &encounter(note), &mut scratch, &NeverCancel).expect("coded"));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
