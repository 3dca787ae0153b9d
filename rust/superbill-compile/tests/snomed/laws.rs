//! Laws over random rows, patients and bytes.

use crate::{interpreter, small::*};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use superbill_compile::{Collector, Options};
use superbill_core::{
    date::Date,
    encounter::Sex,
    knowledge::{
        KnowledgeBase,
        container::Container,
        snomed::{Conditions, Truth},
        translate::{Context, Side, Status},
    },
};

fn any_clause() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["<", "<=", "=", ">", ">="]);
    let age = (
        prop::sample::select(vec![424_144_002_u64, 445_518_008]),
        operator,
        prop_oneof![
            (0u32..30).prop_map(|n| format!("{n}.0 years")),
            (0u32..30).prop_map(|n| format!("{n}.0 months")),
            (0u32..400).prop_map(|n| format!("{n}.0 days")),
        ],
    );
    prop_oneof![
        age.prop_map(|(concept, operator, amount)| format!("IFA {concept} | age | {operator} {amount}")),
        prop::sample::select(vec!["IFA 248152002 | Female |", "IFA 248153007 | Male |"]).prop_map(str::to_owned),
        (100u64..110).prop_map(|c| format!("IFA {} | something |", made_up(c))),
    ]
}

fn any_rule() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::collection::vec(any_clause(), 1..3).prop_map(|c| c.join(" AND ")),
        1 => prop::sample::select(vec!["TRUE", "OTHERWISE TRUE"]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn answers_are_those_of_the_interpreter_of_the_text(
        rows in prop::collection::btree_map((100u64..104, 1u16..3, 1u16..4), (any_rule(), prop::sample::select(vec!["I10", "R54", "R05.9", "Z00.2", "J40", ""])), 1..20),
        is_a in prop::collection::btree_set((100u64..110, 100u64..110), 0..14),
        recorded in prop::collection::btree_set(100u64..112, 0..4),
        complete in any::<bool>(),
        sex in prop::sample::select(vec![None, Some(Sex::Female), Some(Sex::Male)]),
        birth in prop::option::of((1996u32..2027, 1u32..5, 1u32..29).prop_map(|(y, m, d)| Date(y * 10_000 + m * 100 + d))),
        later in prop::option::of(0u32..9000),
    ) {
        let birth = birth.filter(|b| *b <= DAY);
        let mut onset = DAY;
        for _ in 0..later.unwrap_or_default() {
            onset = onset.previous();
        }
        let onset = later.and(birth).map(|b| onset.max(b));
        let is_a: Vec<(u64, u64)> = is_a.into_iter().filter(|e| e.0 != e.1).map(|(a, b)| (made_up(a), made_up(b))).collect();
        let text: String = rows.iter().map(|((c, g, p), (rule, target))| map_line(1, US, (made_up(*c), *g, *p, rule, "", target, PROPER))).collect();
        let kb = build(&[(MAP_FILE, MAP.to_owned() + &text), ("sct2_Relationship_Snapshot_US1000124_20260301.txt", relationships(&is_a))]);
        let map = kb.snomed().unwrap().unwrap();
        let recorded: BTreeSet<u64> = recorded.into_iter().map(made_up).collect();
        let conditions = Conditions::new(recorded.iter().copied().collect(), complete);
        let context = Context { birth, onset, sex, conditions: &conditions, ..context() };
        let mut parents = BTreeMap::<u64, BTreeSet<u64>>::new();
        for &(child, parent) in &is_a {
            parents.entry(child).or_default().insert(parent);
        }
        let patient = interpreter::Patient { context: &context, recorded: &recorded, complete, parents: &parents };
        for concept in 100..104 {
            let mut expected: Vec<String> = Vec::new();
            let (mut stopped, mut any) = (false, false);
            for group in 1..3 {
                for ((_, _, _), (rule, target)) in rows.range((concept, group, 0)..(concept, group + 1, 0)) {
                    any = true;
                    match interpreter::rule(made_up(concept), rule, &patient) {
                        Truth::False => continue,
                        Truth::Unknown => stopped = true,
                        Truth::True if !target.is_empty() && !expected.contains(&(*target).to_owned()) => expected.push((*target).to_owned()),
                        Truth::True => {}
                    }
                    break;
                }
            }
            let answer = kb.translate(&map, made_up(concept), &context);
            prop_assert_eq!(codes(&answer), expected.clone());
            let status = if !any { Status::Unmapped } else if stopped { Status::ContextRequired } else if expected.is_empty() { Status::NoCode } else { Status::Mapped };
            prop_assert_eq!(answer.status, status);
        }
    }

    #[test]
    fn any_rows_are_read_or_named(
        cells in prop::collection::vec(prop::collection::vec(prop_oneof![any::<String>(), Just("1".to_owned()), Just(US.to_owned()), Just(COUGH.to_string())], 0..15), 0..10),
        header in 0usize..4,
    ) {
        let headers = [MAP, RELATIONSHIPS, "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\n", "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId\n"];
        let text = headers[header].to_owned() + &cells.iter().map(|c| c.join("\t") + "\n").collect::<String>();
        let mut collector = Collector::new(Options::default());
        collector.add("icd10cm-order-2026.txt", order(true).into_bytes());
        collector.add(MAP_FILE, text.into_bytes());
        prop_assert!(collector.build(&[]).is_ok());
    }

    #[test]
    fn any_bytes_in_the_sections_answer(bytes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 9), flips in prop::collection::vec((0u32..9, any::<usize>(), any::<u8>()), 1..20)) {
        let replaced = |damage: &dyn Fn(u32, Vec<u8>) -> Vec<u8>| {
            let sections: Vec<(u32, Vec<u8>)> = KB
                .section_sizes()
                .map(|(id, _)| (id, if (144..153).contains(&id) { damage(id - 144, KB.raw_section(id).to_vec()) } else { KB.raw_section(id).to_vec() }))
                .collect();
            KnowledgeBase::from_image(Arc::new(Container::assemble(&sections))).unwrap()
        };
        let flipped = |id: u32, mut section: Vec<u8>| {
            let length = section.len();
            for (_, at, byte) in flips.iter().filter(|f| f.0 == id && length > 0) {
                section[at % length] = *byte;
            }
            section
        };
        for kb in [replaced(&|id, _| bytes[id as usize].clone()), replaced(&flipped)] {
            let Ok(Some(map)) = kb.snomed() else { continue };
            let conditions = Conditions::new(vec![made_up(22), COUGH], true);
            let context = Context { conditions: &conditions, side: Some(Side::Both), seventh: Some(b'A'), ..ill(1990_01_01, 2020_01_01) };
            for concept in [ADOLESCENT, ANKLE, made_up(21)].into_iter().chain(map.concepts().take(50)) {
                kb.translate(&map, concept, &context);
            }
        }
    }
}
