//! One translation of a concept of a map of 130,000 rows, cycling concepts and patients.
//!
//! `SUPERBILL_BENCH=FOLDER cargo bench -p superbill-core --bench translate`, after `python benches/rf2.py FOLDER` and
//! `superbill kb build FOLDER/rf2.zip -o FOLDER/snomed.kb`.
#![allow(missing_docs, clippy::print_stdout)]

use criterion::{Criterion, criterion_group, criterion_main};
use std::{collections::BTreeMap, hint::black_box, path::Path, sync::Arc, time::Instant};
use superbill_core::{
    date::Date,
    encounter::Sex,
    knowledge::{
        KnowledgeBase,
        snomed::Conditions,
        translate::{Context, Side},
    },
};

const ASKED: usize = 50_000;

/// A number from a number: the same in every run.
fn mixed(n: u64) -> u64 {
    let n = (n ^ n >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    n ^ n >> 29
}

fn context(n: u64, conditions: &Conditions) -> Context<'_> {
    let r = mixed(n);
    let side = [None, Some(Side::Left), Some(Side::Right), Some(Side::Both)][(r >> 8) as usize % 4];
    let sex = [None, Some(Sex::Female), Some(Sex::Male)][(r >> 16) as usize % 3];
    let birth = Some(Date(1930_01_15 + (r >> 24) as u32 % 95 * 10_000)).filter(|_| !r.is_multiple_of(8));
    let onset = Some(Date(2026_02_01)).filter(|_| !r.is_multiple_of(3));
    let seventh = Some(b'A').filter(|_| !r.is_multiple_of(5));
    Context { date: Date(2026_05_04), birth, sex, onset, conditions, side, seventh }
}

fn bench(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("SUPERBILL_BENCH") else {
        println!("SUPERBILL_BENCH names no folder: nothing to measure");
        return;
    };
    let image = std::fs::read(Path::new(&folder).join("snomed.kb")).expect("superbill kb build FOLDER/rf2.zip -o FOLDER/snomed.kb first");
    let kb = KnowledgeBase::from_image(Arc::new(image)).expect("a knowledge base");
    kb.taxonomy_ready().expect("sound");
    let map = kb.snomed().expect("sound").expect("a map");
    let concepts: Vec<u64> = map.concepts().collect();
    let pick = |n: usize| concepts[mixed(n as u64 * 7 + 1) as usize % concepts.len()];
    // Patients with ten conditions each, half of them with no others.
    let patients: Vec<Conditions> = (0..200).map(|p| Conditions::new((0..10).map(|c| pick(p * 10 + c)).collect(), p % 2 == 0)).collect();
    let patient = |n: usize| &patients[n / (ASKED / patients.len() + 1) % patients.len()];

    let mut times: Vec<u64> = Vec::with_capacity(ASKED);
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    for n in 0..ASKED {
        let (concept, context) = (pick(n), context(n as u64, patient(n)));
        let started = Instant::now();
        let answer = black_box(kb.translate(&map, concept, &context));
        times.push(started.elapsed().as_nanos() as u64);
        *statuses.entry(answer.status.name()).or_default() += 1;
    }
    times.sort_unstable();
    let at = |share: usize| times[(ASKED - 1) * share / 1000] as f64 / 1000.0;
    let mean = times.iter().sum::<u64>() as f64 / 1000.0 / ASKED as f64;
    println!(
        "{ASKED} concepts of {}: mean {mean:.2} us, p50 {:.2} us, p99 {:.2} us, most {:.0} us",
        concepts.len(),
        at(500),
        at(990),
        at(1000)
    );
    println!("{statuses:?}");

    let mut group = criterion.benchmark_group("translate");
    let mut n = 0;
    group.bench_function("one", |bencher| {
        bencher.iter(|| {
            n = (n + 1) % ASKED;
            black_box(kb.translate(&map, pick(n), &context(n as u64, patient(n))))
        });
    });
    let mut n = 0;
    group.bench_function("one with a new patient of ten conditions", |bencher| {
        bencher.iter(|| {
            n = (n + 1) % ASKED;
            let conditions = Conditions::new((0..10).map(|c| pick(n + c)).collect(), true);
            black_box(kb.translate(&map, pick(n), &context(n as u64, &conditions)))
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
