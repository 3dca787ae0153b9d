//! Claims of ten lines, in-process: the pairs alone over resolved ids, the whole edit, and the edit with the lookup of every line.
//!
//! `SUPERBILL_BENCH=FOLDER cargo bench -p superbill-core --bench edit`, after `superbill kb build SOURCES... -o FOLDER/edit.kb` of the NCCI tables of
//! 2024Q3, the fee schedule and HCPCS. A third of the claims are given a pair of the table. Codes are those of one practice (400), and all of
//! the table, which no cache holds. Each claim has four diagnoses.
#![allow(missing_docs, clippy::print_stdout)]

use criterion::{Criterion, criterion_group, criterion_main};
use std::{hint::black_box, path::Path, sync::Arc};
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
    editing::{Claim, Provider, Resolver, Scratch, modifier},
    encounter::Setting,
    knowledge::{KnowledgeBase, Standing, ptp::PtpCode},
};

const CLAIMS: usize = 2000;
const LINES: usize = 10;
const DAY: Date = Date(2024_08_01);

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Lines of claims: code, modifiers, units.
type Said = Vec<(String, Vec<[u8; 2]>, u32)>;

/// `pool` codes are in use: all of the table, or those of one practice.
fn claims(kb: &KnowledgeBase, pool: usize) -> Vec<Said> {
    let codes: Vec<CodeKey> = [System::Cpt, System::Hcpcs]
        .into_iter()
        .flat_map(|s| kb.codes_of(s))
        .map(superbill_core::code::CodeId)
        .filter(|&c| kb.standing(c, DAY) == Standing::Valid)
        .map(|c| kb.key(c))
        .collect();
    let edits = kb.ptp(0).expect("edits");
    let pairs: Vec<(CodeKey, CodeKey)> = edits.iter().filter(|p| p.2.iter().any(|r| r.in_force(DAY))).map(|p| (p.0, p.1)).collect();
    println!("{} codes, {} pairs in force", codes.len(), pairs.len());
    let mut numbers = Numbers(1);
    let codes: Vec<CodeKey> = (0..pool.min(codes.len())).map(|_| codes[numbers.below(codes.len())]).collect();
    let used = |p: &(CodeKey, CodeKey)| codes.contains(&p.0) && codes.contains(&p.1);
    let pairs: Vec<(CodeKey, CodeKey)> = if pool < 1000 { pairs.into_iter().filter(used).collect() } else { pairs };
    let modifiers = ["RT", "LT", "59", "25", "XS", "76", "26"].map(modifier);
    let claim = |_| {
        let mut keys: Vec<CodeKey> = (0..LINES).map(|_| codes[numbers.below(codes.len())]).collect();
        if numbers.below(3) == 0 {
            let (column1, column2) = pairs[numbers.below(pairs.len())];
            (keys[2], keys[7]) = (column1, column2);
        }
        let line = |key: CodeKey| {
            let said = if numbers.below(3) == 0 { vec![modifiers[numbers.below(modifiers.len())]] } else { Vec::new() };
            (key.to_string(), said, 1 + u32::from(numbers.below(8) == 0))
        };
        keys.into_iter().map(line).collect()
    };
    (0..CLAIMS).map(claim).collect()
}

const DIAGNOSES: [&str; 4] = ["E11.22", "I12.9", "N18.31", "M17.11"];

fn resolved(resolver: &Resolver<'_>, said: &Said) -> Claim {
    let mut claim = Claim::new(Setting::Professional);
    let provider = Provider { npi: 1, group: 1, specialty: 1 };
    for (code, modifiers, units) in said {
        resolver.add(&mut claim, code, modifiers.iter().copied(), DAY, *units, provider);
    }
    claim.own = said.len();
    for code in DIAGNOSES {
        resolver.add_diagnosis(&mut claim, code, 0);
    }
    claim
}

/// Nanoseconds that this thread has had a core, which other work on the machine does not lengthen; 0 where the system does not tell.
fn on_cpu() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn mix(criterion: &mut Criterion, kb: &KnowledgeBase, name: &str, pool: usize) {
    let said = claims(kb, pool);
    let resolver = Resolver::new(kb, Setting::Professional).expect("rules");
    let claims: Vec<Claim> = said.iter().map(|s| resolved(&resolver, s)).collect();
    let edits = kb.ptp(0).expect("edits");
    let place = |code: &String| edits.resolve(CodeKey::pack(code).expect("a code"));
    let places: Vec<Vec<PtpCode>> = said.iter().map(|s| s.iter().filter_map(|l| place(&l.0)).collect()).collect();
    let mut scratch = Scratch::default();
    let (mut hit, mut found) = (0, 0);
    for claim in &claims {
        let edited = resolver.edit(claim, &mut scratch);
        hit += usize::from(edited.findings.iter().any(|f| f.rule.id().starts_with("ptp.")));
        found += edited.findings.len();
    }
    println!("{name}: {hit} of {CLAIMS} claims have a pair, {found} findings in all; figures are of one claim");
    let bare: Vec<Claim> = claims.iter().map(|c| Claim { diagnoses: Vec::new(), ..c.clone() }).collect();
    for (what, claims) in [("whole edit", &claims), ("whole edit without diagnoses", &bare)] {
        let rounds = 20;
        let started = on_cpu();
        for claim in (0..rounds).flat_map(|_| claims) {
            black_box(resolver.edit(claim, &mut scratch).findings.len());
        }
        println!("{name}: {what}, CPU time: {:.2} us", (on_cpu() - started) as f64 / f64::from(rounds * CLAIMS as i32) / 1000.0);
    }
    let mut group = criterion.benchmark_group(name);
    let (mut at, mut buffer) = (0, Vec::new());
    group.bench_function("pairs over resolved ids", |bencher| {
        bencher.iter(|| {
            at = (at + 1) % CLAIMS;
            edits.probe(&places[at], DAY, &mut buffer, |i, j, row| {
                black_box((i, j, row));
            });
        });
    });
    group.bench_function("whole edit", |bencher| {
        bencher.iter(|| {
            at = (at + 1) % CLAIMS;
            black_box(resolver.edit(&claims[at], &mut scratch).findings.len())
        });
    });
    group.bench_function("lookup of lines and whole edit", |bencher| {
        bencher.iter(|| {
            at = (at + 1) % CLAIMS;
            let resolver = Resolver::new(kb, Setting::Professional).expect("rules");
            let claim = resolved(&resolver, &said[at]);
            black_box(resolver.edit(&claim, &mut scratch).findings.len())
        });
    });
    group.finish();
}

fn bench(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("SUPERBILL_BENCH") else {
        println!("SUPERBILL_BENCH names no folder: nothing to measure");
        return;
    };
    let image = std::fs::read(Path::new(&folder).join("edit.kb")).expect("superbill kb build ... -o FOLDER/edit.kb first");
    let kb = KnowledgeBase::from_image(Arc::new(image)).expect("a knowledge base");
    mix(criterion, &kb, "one practice", 400);
    mix(criterion, &kb, "all codes", usize::MAX);
}

criterion_group!(benches, bench);
criterion_main!(benches);
