//! Searching a knowledge base: queries made from titles, and hostile ones, beside a scan of all titles.
//!
//! `SUPERBILL_BENCH=FOLDER cargo bench -p superbill-core --bench search`, after
//! `superbill kb build OFFICIAL_FILES -o FOLDER/full.kb`.
#![allow(missing_docs, clippy::print_stdout)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, path::Path, sync::Arc, time::Instant};
use superbill_core::{
    code::{CodeId, System},
    date::Date,
    knowledge::{KnowledgeBase, Standing, search::SearchQuery},
};

const DAY: Date = Date(2026_05_04);
const SYSTEMS: [System; 4] = [System::Icd10cm, System::Icd10pcs, System::Cpt, System::Hcpcs];
const ALL: usize = 4000;

const HOSTILE: [&str; 14] = [
    "a",
    "s",
    "p a",
    "c",
    "u i o",
    "of the with",
    "a e i o u c d p",
    "a b c d e f g h i j k l m n o p q r s t u v w x",
    "un wi ap ar of ri le op pe in",
    "approach artery percutaneous open right left device",
    "unspecified encounter fracture initial subsequent right left",
    "zzzz qqqq xxxx yyyy",
    "percutanous aproach unspecfied encountr fractur subsequnt inital rigth",
    "0",
];

/// Numbers that are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// One to four words of a title; a fifth of them mistyped, a fifth cut short.
fn query(title: &str, numbers: &mut Numbers) -> String {
    let words: Vec<&str> = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() > 2).collect();
    let mut picked: Vec<String> =
        (0..=numbers.below(4)).map(|_| words.get(numbers.below(words.len())).map_or_else(String::new, |w| w.to_lowercase())).collect();
    let kind = numbers.below(5);
    if let Some(word) = picked.last_mut() {
        if kind == 0 && word.len() >= 5 {
            let at = numbers.below(word.len());
            let letter = char::from(b'a' + numbers.below(26) as u8);
            match numbers.below(3) {
                0 => drop(word.remove(at)),
                1 => word.insert(at, letter),
                _ => word.replace_range(at..=at, letter.encode_utf8(&mut [0; 4])),
            }
        } else if kind == 1 {
            word.truncate(3);
        }
    }
    picked.join(" ")
}

/// The search that was before the index: titles with all the words as beginnings.
fn scan(kb: &KnowledgeBase, words: &str) -> Vec<CodeId> {
    let wanted: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut found: Vec<(usize, CodeId)> = Vec::new();
    for code in SYSTEMS.iter().flat_map(|&s| kb.codes_of(s)).map(CodeId) {
        if kb.standing(code, DAY) == Standing::Valid {
            let title = kb.title(code).to_lowercase();
            let have = title.split(|c: char| !c.is_alphanumeric());
            if wanted.iter().all(|w| have.clone().any(|h| h.starts_with(w.as_str()))) {
                found.push((title.len(), code));
            }
        }
    }
    found.sort_unstable();
    found.truncate(20);
    found.into_iter().map(|f| f.1).collect()
}

fn bench(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("SUPERBILL_BENCH") else {
        println!("SUPERBILL_BENCH names no folder: nothing to measure");
        return;
    };
    let image = std::fs::read(Path::new(&folder).join("full.kb")).expect("superbill kb build OFFICIAL_FILES -o FOLDER/full.kb first");
    let kb = KnowledgeBase::from_image(Arc::new(image)).expect("a knowledge base");
    let valid: Vec<CodeId> =
        SYSTEMS.iter().flat_map(|&s| kb.codes_of(s)).map(CodeId).filter(|&c| kb.standing(c, DAY) == Standing::Valid).collect();
    let mut numbers = Numbers(7);
    let queries: Vec<String> = (0..ALL).map(|_| query(&kb.title(valid[numbers.below(valid.len())]), &mut numbers)).collect();
    let search = |words: &str| kb.search(&SearchQuery { words, systems: &SYSTEMS, date: DAY, limit: 20, headers: false }).expect("sound");
    search("warm up");

    let index = kb.search_index().expect("sound");
    let size: usize = kb.section_sizes().filter(|s| (168..192).contains(&s.0)).map(|s| s.1).sum();
    println!("{} codes, {} texts, {} words, {size} bytes", valid.len(), index.len(), index.word_count());
    let mut times: Vec<(u64, &str)> = Vec::new();
    let mut found = 0;
    for words in &queries {
        let started = Instant::now();
        found += usize::from(!black_box(search(words)).is_empty());
        times.push((started.elapsed().as_nanos() as u64, words));
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1000].0 as f64 / 1000.0;
    println!(
        "{ALL} queries, {found} answered: p50 {:.0} us, p99 {:.0} us, most {:.0} us ({:?})",
        at(500),
        at(990),
        at(1000),
        times[ALL - 1].1
    );
    for words in HOSTILE {
        let mut tries: Vec<u64> = (0..21)
            .map(|_| {
                let started = Instant::now();
                black_box(search(words));
                started.elapsed().as_nanos() as u64
            })
            .collect();
        tries.sort_unstable();
        println!("{words:?}: median {:.0} us, most {:.0} us", tries[10] as f64 / 1000.0, tries[20] as f64 / 1000.0);
    }

    let mut group = criterion.benchmark_group("search");
    group.sample_size(10);
    group.throughput(Throughput::Elements(400));
    group.bench_function("index", |bencher| bencher.iter(|| queries.iter().take(400).for_each(|q| drop(black_box(search(q))))));
    group.throughput(Throughput::Elements(4));
    group.bench_function("scan", |bencher| bencher.iter(|| queries.iter().take(4).for_each(|q| drop(black_box(scan(&kb, q))))));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
