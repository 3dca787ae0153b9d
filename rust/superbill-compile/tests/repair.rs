//! Repairs of made-up claims by made-up tables: the search against trying everything, and the laws that hold whatever the tables say.
#![allow(missing_docs, clippy::format_push_string, clippy::print_stdout)]

use proptest::{prelude::*, strategy::ValueTree};
use std::{collections::BTreeSet, path::Path, sync::Arc};
use superbill_compile::{Collector, packs};
use superbill_core::{
    code::System,
    date::Date,
    editing::{
        Claim, Detail, Edited, Fact, MALFORMED, Provider, Resolver, Rule, Scratch, modifier,
        repair::{Candidate, Repairs, Searched, holds, repair, steps},
    },
    encounter::Setting,
    knowledge::{KnowledgeBase, editing::Severity, repair::ChangeKind},
};

const DAYS: [Date; 2] = [Date(2026_01_05), Date(2026_01_09)];
/// Code, limit of units with its kind, PC/TC, global days, bilateral indicator.
const CODES: [(&str, u32, u32, &str, &str, &str); 14] = [
    ("11111", 3, 3, "0", "010", "0"),
    ("11112", 2, 1, "0", "XXX", "0"),
    ("11113", 9, 3, "2", "000", "0"),
    ("29881", 1, 2, "0", "090", "1"),
    ("29880", 1, 2, "0", "090", "1"),
    ("29874", 1, 2, "0", "090", "1"),
    ("29877", 1, 2, "0", "090", "1"),
    ("G0289", 1, 3, "0", "ZZZ", "0"),
    ("99213", 1, 3, "0", "XXX", "0"),
    ("44443", 1, 2, "0", "000", "1"),
    ("33332", 4, 3, "0", "ZZZ", "0"),
    ("85001", 2, 1, "9", "XXX", "9"),
    ("20610", 2, 3, "0", "000", "1"),
    ("76942", 1, 3, "1", "XXX", "0"),
];
const MODIFIERS: [&str; 9] = ["LT", "RT", "59", "XS", "25", "50", "26", "79", "Q?"];
/// Kinds of facts, each with what it supports.
const FACTS: [(&str, &str, &[&str]); 13] = [
    ("separate_site", "", &["XS"]),
    ("separate_session", "", &["XE", "27"]),
    ("separate_lesion", "", &["XS"]),
    ("laterality", "left", &["LT"]),
    ("laterality", "right", &["RT"]),
    ("laterality", "bilateral", &["50"]),
    ("separate_evaluation", "", &["25"]),
    ("decision_for_surgery", "", &["57"]),
    ("unrelated", "", &["24", "79"]),
    ("separate_compartment", "", &["XS"]),
    ("both_menisci", "", &[]),
    ("recorded_guidance", "", &[]),
    ("repeat_test", "", &["91"]),
];

#[derive(Clone, Debug)]
struct Made {
    /// Column 1, column 2, indicator.
    pairs: Vec<(usize, usize, u8)>,
    /// Code, modifiers, units, day.
    lines: Vec<(usize, Vec<usize>, u32, usize)>,
    history: Vec<(usize, Vec<usize>, u32, usize)>,
    facts: Vec<(usize, Vec<usize>)>,
}

fn packs() -> Vec<packs::Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/superbill/knowledge/editing");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("packs").map(|f| f.expect("a pack").path()).collect();
    files.sort();
    let source = |p: &std::path::PathBuf| packs::Source {
        file: format!("editing/{}", p.file_name().and_then(|n| n.to_str()).expect("a name")),
        text: std::fs::read_to_string(p).expect("a pack"),
    };
    files.iter().map(source).collect()
}

fn base(pairs: &[(usize, usize, u8)]) -> KnowledgeBase {
    let mut ptp = String::from(
        "A notice\t\t\t\t\t\t\r\nColumn1/Column2 Edits\t\t\t\t\t\t\r\nColumn 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n",
    );
    let told: BTreeSet<_> = pairs.iter().filter(|p| p.0 != p.1).map(|p| (p.0, p.1)).collect();
    for (first, second) in &told {
        let indicator = pairs.iter().find(|p| (p.0, p.1) == (*first, *second)).map_or(0, |p| p.2);
        ptp += &format!("{}\t{}\t\t20200101\t*\t{indicator}\tMisuse\r\n", CODES[*first].0, CODES[*second].0);
    }
    // The table needs a row.
    ptp += "10001\t10002\t\t20200101\t*\t1\tMisuse\r\n";
    let mut mue = String::from("\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n");
    let mut schedule = String::from("hcpcs\tmod\tstatus_code\tpctc_ind\tglob_days\tbilat_surg\tasst_surg\tco_surg\tteam_surg\n");
    for (code, units, adjudication, pctc, global, bilateral) in CODES {
        mue += &format!("{code},{units},{adjudication} Edit,CMS Policy\n");
        schedule += &format!("{code}\t\tA\t{pctc}\t{global}\t{bilateral}\t0\t0\t0\n");
    }
    let files = [
        ("icd10cm_order_2026.txt", format!("00001 A00     1 {:<60} Fever\r\n", "Fever")),
        ("ccipra-v323r0-f1.txt", ptp),
        ("MCR_MUE_PractitionerServices_Eff_01-01-2026.csv", mue),
        (
            "ncci_aoc_2026q4.tsv",
            "add_on_code\tprimary_code\taoc_edit_type\teffective_date\tend_date\n33332\t11111\t1\t\t\n33332\t29881\t1\t\t\n".into(),
        ),
        ("PPRRVU2026_Jan.tsv", schedule),
    ];
    let mut collector = Collector::default();
    for (name, text) in files {
        collector.add(name, text.into_bytes());
    }
    let (image, report) = collector.build(&packs()).expect("built");
    assert!(report.rejects.is_empty(), "{:?}", report.rejects);
    KnowledgeBase::from_image(Arc::new(image)).expect("an image")
}

fn claim(resolver: &Resolver<'_>, made: &Made) -> Claim {
    let mut claim = Claim::new(Setting::Professional);
    for (code, modifiers, units, day) in made.lines.iter().chain(&made.history) {
        let modifiers = modifiers.iter().map(|&m| modifier(MODIFIERS[m]));
        resolver.add(&mut claim, CODES[*code].0, modifiers, DAYS[*day], *units, Provider::default());
    }
    claim.own = made.lines.len();
    let said = &resolver.rules().said.repair;
    for (kind, lines) in &made.facts {
        let (name, value, _) = FACTS[*kind];
        let value = said.values.iter().find(|v| v.0 == value).map_or(MALFORMED, |v| v.1);
        let lines: BTreeSet<u32> = lines.iter().map(|l| (l % claim.lines.len()) as u32).collect();
        for &line in &lines {
            claim.lines[line as usize].supported = true;
        }
        claim.facts.push(Fact { kind: said.fact(name).expect("a kind"), value, lines: lines.into_iter().collect() });
    }
    claim
}

/// Every set of steps that hold, with its departure; none where there are too many sets to try.
fn all(resolver: &Resolver<'_>, claim: &Claim, steps: &[Candidate], most: usize) -> Option<Vec<(u32, Vec<usize>)>> {
    let mut sets: Vec<(u32, Vec<usize>)> = vec![(0, Vec::new())];
    for (place, step) in steps.iter().enumerate() {
        let free = |set: &(u32, Vec<usize>)| set.1.iter().all(|&s| steps[s].lines.iter().all(|l| !step.lines.contains(l)));
        let with = |set: &(u32, Vec<usize>)| (set.0 + step.departure, [set.1.as_slice(), &[place]].concat());
        let more: Vec<_> = sets.iter().filter(|s| free(s)).map(with).collect();
        sets.extend(more);
        if sets.len() > most {
            return None;
        }
    }
    sets.retain(|s| holds(resolver, claim, s.1.iter().map(|&s| &steps[s])));
    sets.sort();
    Some(sets)
}

fn errors<'e>(resolver: &'e Resolver<'_>, edited: &'e Edited) -> impl Iterator<Item = &'e superbill_core::editing::Finding> {
    let error = |rule: Rule| resolver.rules().words(rule.id()).is_some_and(|w| w.severity == Severity::Error);
    edited.findings.iter().filter(move |f| error(f.rule) && !f.rule.of_diagnoses())
}

fn changes_of(steps: &[Candidate], set: &[usize]) -> Vec<superbill_core::editing::repair::Change> {
    set.iter().flat_map(|&s| steps[s].changes.iter().cloned()).collect()
}

/// What holds of every repair, whatever the search did.
fn laws(resolver: &Resolver<'_>, claim: &Claim, edited: &Edited, repairs: &Repairs) -> Result<(), TestCaseError> {
    let mut scratch = Scratch::default();
    let hopeless = |f: &&superbill_core::editing::Finding| matches!(f.detail, Detail::Ptp { row, .. } if f.rule == Rule::PtpDenied && row.indicator == 0);
    let all_hopeless = errors(resolver, edited).all(|f| hopeless(&f));
    let rules = resolver.rules();
    for repair in &repairs.repairs {
        let again = resolver.edit(&repair.after.claim, &mut scratch);
        prop_assert_eq!(errors(resolver, again).count(), 0, "{:?}", repair);
        for (place, finding) in (0..).zip(&edited.findings) {
            let error = errors(resolver, edited).any(|f| f == finding);
            prop_assert!(!error || repair.clears.contains(&place));
        }
        let departure: u32 = repair.changes.iter().map(|c| rules.said.repair.cost(c.kind)).sum();
        prop_assert!(departure <= repair.departure);
        if all_hopeless {
            prop_assert!(
                repair.changes.iter().all(|c| c.kind != ChangeKind::AddModifier)
                    || repair.changes.iter().any(|c| c.kind == ChangeKind::SwapCode)
            );
        }
        // Never a modifier without a fact: what a line has then, it had, or a fact of its line or of the other of a pair supports it.
        for (line, &origin) in repair.after.claim.lines.iter().zip(&repair.after.origins) {
            let had = claim.said(&claim.lines[origin as usize]);
            for new in repair.after.claim.said(line).iter().filter(|m| !had.contains(m)) {
                let rearranged = repair.changes.iter().any(|c| {
                    let stated = c.lines.iter().flat_map(|&l| claim.said(&claim.lines[l as usize]));
                    let sides = stated.filter(|m| [*b"LT", *b"RT", *b"50"].contains(m)).count();
                    c.kind == ChangeKind::Bilateral && c.lines.contains(&origin) && sides > 0
                });
                let text: String = new.map(char::from).iter().collect();
                let pairs = || edited.findings.iter().map(|f| edited.stretch(f.lines)).filter(|l| l.contains(&origin)).flatten();
                let supported = repair.rests_on.iter().map(|&f| &claim.facts[f as usize]).any(|f| {
                    let kind = &rules.said.repair.facts[usize::from(f.kind)];
                    let value = rules.said.repair.values.iter().find(|v| v.1 == f.value).map_or("", |v| v.0.as_str());
                    let supports = FACTS.iter().any(|k| k.0 == kind && k.1 == value && k.2.contains(&text.as_str()));
                    let named = f.lines.contains(&origin) || pairs().any(|l| f.lines.contains(l));
                    let by_group = repair.changes.iter().any(|c| c.lines.contains(&origin) && c.lines.iter().any(|l| f.lines.contains(l)));
                    supports && (named || by_group) || value == text && f.lines.contains(&origin)
                });
                prop_assert!(rearranged || supported, "{} on line {}: {:?}", text, origin, repair);
            }
        }
    }
    for query in &repairs.queries {
        let question = query.question(&rules.said.repair).expect("a question");
        prop_assert!(question.options.iter().any(|o| o == "unable to determine"));
    }
    Ok(())
}

fn line() -> impl Strategy<Value = (usize, Vec<usize>, u32, usize)> {
    let modifiers = prop_oneof![
        4 => Just(Vec::new()),
        3 => prop::collection::vec(0..MODIFIERS.len(), 1),
        1 => prop::collection::vec(0..MODIFIERS.len(), 2..=3)
    ];
    (
        0..CODES.len(),
        modifiers,
        prop_oneof![6 => Just(1_u32), 2 => Just(2), 1 => Just(3), 1 => Just(0)],
        prop_oneof![5 => Just(0_usize), 1 => Just(1)],
    )
}

fn made(lines: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Made> {
    let pairs = prop::collection::vec((0..CODES.len(), 0..CODES.len(), prop_oneof![1 => Just(0_u8), 2 => Just(1)]), 20..70);
    let history = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(line(), 1..=2)];
    let facts = prop::collection::vec((0..FACTS.len(), prop::collection::vec(0..7_usize, 1..=2)), 0..5);
    (pairs, prop::collection::vec(line(), lines), history, facts).prop_map(|(pairs, lines, history, facts)| Made {
        pairs,
        lines,
        history,
        facts,
    })
}

fn compare(made: &Made, tried: &mut usize) -> Result<(), TestCaseError> {
    let kb = base(&made.pairs);
    let resolver = Resolver::new(&kb, Setting::Professional).expect("rules");
    let claim = claim(&resolver, made);
    let mut scratch = Scratch::default();
    let edited = resolver.edit(&claim, &mut scratch).clone();
    let repairs = repair(&resolver, &claim, &edited);
    laws(&resolver, &claim, &edited, &repairs)?;
    let steps = steps(&resolver, &claim);
    let Some(all) = all(&resolver, &claim, &steps, 6000) else { return Ok(()) };
    *tried += 1;
    let best = all.first().map(|b| b.0);
    let nothing = best == Some(0);
    if nothing {
        prop_assert!(repairs.repairs.is_empty() || repairs.repairs[0].departure == 0);
        return Ok(());
    }
    let told = || {
        let found = edited.findings.iter().map(|f| format!("{} {:?}", f.rule.id(), edited.stretch(f.lines))).collect::<Vec<_>>();
        let steps = steps.iter().map(|s| format!("{}: {:?}", s.departure, s.changes)).collect::<Vec<_>>();
        format!("found {found:#?}\nsteps {steps:#?}\noracle {:?}", all.first())
    };
    prop_assert_eq!(repairs.repairs.first().map(|r| r.departure), best, "{}", told());
    prop_assert_eq!(repairs.searched, Some(Searched::Complete));
    let most = resolver.rules().said.repair.most as usize;
    let of_oracle: Vec<_> = all.iter().filter(|s| Some(s.0) == best).map(|s| changes_of(&steps, &s.1)).collect();
    let told: Vec<_> = repairs.repairs.iter().filter(|r| Some(r.departure) == best).map(|r| r.changes.clone()).collect();
    prop_assert!(repairs.repairs.iter().all(|r| r.proven));
    if of_oracle.len() <= most {
        prop_assert_eq!(told, of_oracle);
    } else {
        prop_assert!(told.iter().all(|t| of_oracle.contains(t)));
        prop_assert_eq!(told.len(), most);
    }
    Ok(())
}

/// Claims that are tried: a few, or as many as the environment says.
fn cases() -> u32 {
    std::env::var("SUPERBILL_CASES").ok().and_then(|c| c.parse().ok()).unwrap_or(64)
}

#[test]
fn the_search_finds_what_trying_everything_finds() {
    // The same claims in every run: what fails can be looked at.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut tried, mut failed) = (0, Vec::new());
    for _ in 0..cases() {
        let made = made(1..=7).new_tree(&mut runner).expect("a claim").current();
        if let Err(error) = compare(&made, &mut tried) {
            failed.push(format!("{error}\n{made:?}"));
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed[..failed.len().min(6)].join("\n\n"));
    assert!(tried * 2 > cases() as usize, "{tried} claims were small enough to try everything");
}

#[test]
fn a_claim_of_fifty_lines_is_repaired_in_bounded_time() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut proven, mut without) = (0, 0);
    let mut slowest = std::time::Duration::ZERO;
    for _ in 0..6 {
        let made = made(50..=50).new_tree(&mut runner).expect("a claim").current();
        let kb = base(&made.pairs);
        let resolver = Resolver::new(&kb, Setting::Professional).expect("rules");
        let claim = claim(&resolver, &made);
        let mut scratch = Scratch::default();
        let edited = resolver.edit(&claim, &mut scratch).clone();
        let begun = std::time::Instant::now();
        let repairs = repair(&resolver, &claim, &edited);
        slowest = slowest.max(begun.elapsed());
        laws(&resolver, &claim, &edited, &repairs).expect("lawful");
        without += usize::from(repairs.repairs.is_empty());
        // What is not proven was not all looked at, and the other way round.
        let proven_all = repairs.repairs.iter().all(|r| r.proven);
        assert!(repairs.searched != Some(Searched::Complete) || proven_all);
        proven += usize::from(repairs.repairs.first().is_some_and(|r| r.proven));
    }
    println!("{proven} of 6 proven, {without} without a repair, the slowest in {slowest:?}");
}

#[test]
fn services_of_the_tables_are_codes() {
    assert!(CODES.iter().all(|c| [System::Cpt, System::Hcpcs].iter().any(|s| s.parse(c.0).is_ok())));
}
