//! One lookup of a code on a day: cycling every code of ICD-10-CM, ICD-10-PCS and the service codes in no order, so that nothing is in the cache, and cycling the two
//! thousand that a practice may use.
//!
//! `SUPERBILL_BENCH=FOLDER cargo bench -p superbill-core --bench lookup`, where the folder has a `full.kb` (`superbill kb build OFFICIAL_FILES -o FOLDER/full.kb`).
#![allow(missing_docs, clippy::print_stdout)]

use criterion::{Criterion, criterion_group, criterion_main};
use std::{collections::HashMap, hint::black_box, path::Path, sync::Arc};
use superbill_core::{
    code::{CodeId, CodeKey, System},
    date::Date,
    knowledge::KnowledgeBase,
};

const DAYS: [Date; 4] = [Date(2024_11_05), Date(2025_06_30), Date(2026_02_17), Date(2026_08_01)];

/// The same in every run, in no order.
fn shuffled<T>(mut all: Vec<T>) -> Vec<T> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for at in (1..all.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.swap(at, (state % (at as u64 + 1)) as usize);
    }
    all
}

fn bench(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("SUPERBILL_BENCH") else {
        println!("SUPERBILL_BENCH names no folder: nothing to measure");
        return;
    };
    let image = std::fs::read(Path::new(&folder).join("full.kb")).expect("superbill kb build OFFICIAL_FILES -o FOLDER/full.kb first");
    let kb = KnowledgeBase::from_image(Arc::new(image)).expect("a knowledge base");
    kb.taxonomy_ready().expect("sound");
    let systems = [System::Icd10cm, System::Icd10pcs, System::Cpt, System::Hcpcs];
    let all = systems.into_iter().flat_map(|s| kb.codes_of(s).map(move |c| (s, CodeId(c))));
    let asked: Vec<(System, CodeKey, String)> = shuffled(all.map(|(s, c)| (s, kb.key(c), kb.written(c))).collect());
    println!("{} codes of {} systems", asked.len(), systems.len());
    let mut group = criterion.benchmark_group("lookup");
    for (which, asked) in [("of all codes", asked.as_slice()), ("of 2,000 codes", &asked[..asked.len().min(2000)])] {
        let next = std::cell::Cell::new(0);
        let turn = || {
            next.set((next.get() + 1) % asked.len());
            next.get()
        };
        group.bench_function(format!("{which}: key to id and standing"), |b| {
            b.iter(|| {
                let at = turn();
                let (system, key, _) = &asked[at];
                kb.find(*system, *key).map(|id| black_box(kb.standing(id, DAYS[at % 4])))
            });
        });
        group.bench_function(format!("{which}: written code to id, standing and coverage"), |b| {
            b.iter(|| {
                let at = turn();
                let (system, _, written) = &asked[at];
                let key = system.parse(written).ok()?;
                black_box(kb.lookup(*system, key, DAYS[at % 4]))
            });
        });
        // The peer: what a careful program would keep in a map, without dates.
        let map: HashMap<&str, (System, u32)> = (0_u32..).zip(asked).map(|(n, (s, _, written))| (written.as_str(), (*s, n))).collect();
        group.bench_function(format!("{which}: peer, HashMap<&str, _> without dates"), |b| {
            b.iter(|| black_box(map.get(asked[turn()].2.as_str()).copied()));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
