//! A small SNOMED CT map, built and asked: the worked examples of the field, and an interpreter of the text rows as oracle.
//!
//! Rows are invented or made of facts named in documentation; identifiers are of the model, of those examples, or of a namespace that nobody has.
#![allow(missing_docs)]

mod interpreter;
mod laws;
mod small;

use small::*;
use std::sync::Arc;
use superbill_core::{
    date::Date,
    encounter::Sex,
    knowledge::{
        KnowledgeBase,
        snomed::{Conditions, Truth, advice},
        translate::{Context, Fitness, Missing, Side, SideChoice, Status},
    },
};

#[test]
fn example_1_from_the_twelfth_birthday() {
    let answer = ask(ADOLESCENT, &ill(2014_05_04, 2026_05_04));
    assert_eq!((answer.status, codes(&answer)), (Status::Mapped, vec!["Z00.3".to_owned()]));
}

#[test]
fn example_2_the_day_before_it() {
    let answer = ask(ADOLESCENT, &ill(2014_05_04, 2026_05_03));
    assert_eq!((answer.status, codes(&answer)), (Status::Mapped, vec!["Z00.2".to_owned()]));
    assert_eq!(answer.proof.iter().map(|j| j.truth).collect::<Vec<_>>(), [Truth::False, Truth::True]);
}

#[test]
fn example_3_from_the_nineteenth_birthday_there_is_no_code() {
    let answer = ask(ADOLESCENT, &ill(2007_05_04, 2026_05_04));
    assert_eq!((answer.status, codes(&answer)), (Status::CannotBeClassified, vec![]));
}

#[test]
fn example_4_an_unknown_age_stops_the_group() {
    let answer = ask(ADOLESCENT, &context());
    assert_eq!((answer.status, codes(&answer)), (Status::ContextRequired, vec![]));
    assert_eq!((answer.missing.clone(), answer.proof.len()), (vec![Missing::AgeAtOnset], 1));
    // An onset before birth or after the encounter is none.
    for context in [ill(2014_05_04, 2014_05_03), ill(2014_05_04, 2026_05_05), ill(2026_05_05, 2026_05_05)] {
        assert_eq!(ask(ADOLESCENT, &context).status, Status::ContextRequired);
    }
}

#[test]
fn example_5_ten_and_fifteen_years() {
    assert_eq!(codes(&ask(BRONCHITIS, &ill(2016_05_04, 2026_05_04))), ["J20.9"]);
    assert_eq!(codes(&ask(BRONCHITIS, &ill(2011_05_04, 2026_05_04))), ["J40"]);
    // The onset of somebody of ten years was under fifteen, whenever it was; that of somebody of twenty is not known.
    assert_eq!(codes(&ask(BRONCHITIS, &Context { birth: Some(Date(2016_05_04)), ..context() })), ["J20.9"]);
    assert_eq!(ask(BRONCHITIS, &Context { birth: Some(Date(2006_05_04)), ..context() }).status, Status::ContextRequired);
}

#[test]
fn example_6_a_target_that_became_a_header() {
    let before = ask(VALVES, &Context { date: Date(2025_09_30), ..context() });
    assert_eq!((before.status, codes(&before)), (Status::Mapped, vec!["Q23.8".to_owned(), "I05.8".to_owned()]));
    let after = ask(VALVES, &Context { date: Date(2025_10_01), ..context() });
    assert_eq!((after.status, codes(&after)), (Status::Incomplete, vec!["Q23.8".to_owned(), "I05.8".to_owned()]));
    let fitness: Vec<Fitness> = after.targets.iter().map(|t| t.fitness).collect();
    assert_eq!(fitness, [Fitness::InvalidAtDate, Fitness::Valid]);
    assert_eq!(written(&after.targets[0].candidates), ["Q23.81", "Q23.82", "Q23.88"]);
}

#[test]
fn example_7_twenty_days_and_sixty_years() {
    assert_eq!(codes(&ask(HYPERTENSION, &ill(2026_04_14, 2026_05_04))), ["P29.2"]);
    assert_eq!(codes(&ask(HYPERTENSION, &ill(1966_05_04, 2026_05_04))), ["I10"]);
}

#[test]
fn example_8_side_and_episode() {
    let all = Context { side: Some(Side::Left), seventh: Some(b'A'), ..context() };
    let answer = ask(ANKLE, &all);
    assert_eq!((answer.status, codes(&answer), answer.targets[0].side), (Status::Mapped, vec!["S93.402A".to_owned()], SideChoice::Chosen));
    let answer = ask(ANKLE, &Context { side: None, ..all });
    assert_eq!(
        (answer.status, codes(&answer), answer.targets[0].side),
        (Status::Mapped, vec!["S93.409A".to_owned()], SideChoice::Unspecified)
    );
    let answer = ask(ANKLE, &context());
    assert_eq!((answer.status, codes(&answer)), (Status::Incomplete, vec!["S93.409?".to_owned()]));
    assert_eq!((answer.targets[0].fitness, written(&answer.targets[0].candidates)), (Fitness::Incomplete, vec!["S93.409A".to_owned()]));
    // A character that the code does not have fills nothing.
    let answer = ask(ANKLE, &Context { seventh: Some(b'Q'), ..all });
    assert_eq!((answer.status, codes(&answer)), (Status::Incomplete, vec!["S93.402?".to_owned()]));
    // No code for both sides: right and left.
    let answer = ask(ANKLE, &Context { side: Some(Side::Both), ..all });
    assert_eq!((answer.status, codes(&answer)), (Status::Mapped, vec!["S93.401A".to_owned(), "S93.402A".to_owned()]));
}

#[test]
fn example_9_with_and_without_lethargy() {
    let old = ill(1956_05_04, 2026_05_04);
    let asked = |conditions: &Conditions, context: Context<'_>| {
        let answer = ask(NO_ENERGY, &Context { conditions, ..context });
        (answer.status, codes(&answer).join(" "), answer.missing)
    };
    let mapped = |code: &str| (Status::Mapped, code.to_owned(), vec![]);
    assert_eq!(asked(&Conditions::new(vec![LETHARGY], false), old), mapped("R54"));
    assert_eq!(asked(&Conditions::new(vec![made_up(30)], true), old), mapped("R54"), "a descendant is it");
    assert_eq!(asked(&Conditions::new(vec![], true), old), mapped("R53.83"));
    assert_eq!(asked(&Conditions::new(vec![COUGH], true), old), mapped("R53.83"));
    assert_eq!(asked(&Conditions::new(vec![COUGH], false), old), (Status::ContextRequired, String::new(), vec![Missing::Comorbidity]));
    // A clause that is false decides, whatever is missing for the other.
    assert_eq!(asked(&Conditions::default(), ill(1986_05_04, 2026_05_04)), mapped("R53.83"));
    let unknown = asked(&Conditions::default(), context());
    assert_eq!(unknown, (Status::ContextRequired, String::new(), vec![Missing::Comorbidity, Missing::AgeAtOnset]));
    // What the hierarchy does not know may be a lethargy.
    assert_eq!(asked(&Conditions::new(vec![made_up(77)], true), old).0, Status::ContextRequired);
}

#[test]
fn examples_10_and_13_inactive_and_international_rows_are_no_map() {
    assert_eq!(ask(made_up(13), &context()).status, Status::Unmapped);
    assert_eq!(ask(made_up(14), &context()).status, Status::Unmapped);
    let (_, report) = collect(&small()).unwrap();
    let note = report.files.iter().find(|f| f.file == MAP_FILE).and_then(|f| f.note.as_deref());
    assert_eq!(note, Some("1 rows of maps other than that to ICD-10-CM were not used"));
}

#[test]
fn example_11_sex_decides_or_is_asked_for() {
    let of = |sex| ask(made_up(11), &Context { sex, ..context() });
    assert_eq!(codes(&of(Some(Sex::Female))), ["R54", "I10"]);
    assert_eq!(codes(&of(Some(Sex::Male))), ["R05.9", "I10"]);
    let unknown = of(None);
    assert_eq!((unknown.status, unknown.missing.clone()), (Status::ContextRequired, vec![Missing::Sex]));
    assert_eq!(codes(&unknown), ["I10"], "the other group answers");
}

#[test]
fn example_12_two_groups_with_one_target_give_one_code() {
    let answer = ask(made_up(12), &context());
    assert_eq!((codes(&answer), answer.targets[0].group, answer.proof.len()), (vec!["I10".to_owned()], 1, 2));
}

#[test]
fn a_rule_out_of_the_grammar_is_asked_for_and_never_passed() {
    let answer = ask(made_up(15), &context());
    assert_eq!((answer.status, codes(&answer), answer.missing), (Status::ContextRequired, vec![], vec![Missing::Rule]));
}

#[test]
fn a_rule_of_a_subtype_holds_where_the_subtype_was_recorded() {
    let with = |recorded: Vec<u64>| codes(&ask(made_up(21), &Context { conditions: &Conditions::new(recorded, false), ..context() }));
    assert_eq!(with(vec![]), ["I10"]);
    assert_eq!(with(vec![made_up(22)]), ["R54"]);
    assert_eq!(with(vec![made_up(23)]), ["R54"]);
}

#[test]
fn sides_are_told_by_titles() {
    let of = |item: u64, side| {
        let answer = ask(made_up(item), &Context { side, ..context() });
        codes(&answer).join(" ")
    };
    assert_eq!(of(16, None), "H04.129");
    assert_eq!(of(16, Some(Side::Right)), "H04.121");
    assert_eq!(of(16, Some(Side::Both)), "H04.123");
    assert_eq!(of(17, Some(Side::Both)), "M25.661 M25.662", "no code for both sides: two codes");
    assert_eq!(of(18, Some(Side::Left)), "M17.12");
    assert_eq!(of(18, Some(Side::Both)), "M17.0", "the code for both stands beside the group of the others");
    assert_eq!(of(25, Some(Side::Left)), "M25.662", "a header that has codes by side below it");
    assert_eq!(ask(COUGH, &Context { side: Some(Side::Left), ..context() }).targets[0].side, SideChoice::Without);
}

#[test]
fn filled_places_and_unknown_codes() {
    let answer = ask(made_up(19), &Context { seventh: Some(b'A'), ..context() });
    assert_eq!((answer.status, codes(&answer)), (Status::Mapped, vec!["T14.8XXA".to_owned()]));
    let answer = ask(made_up(19), &context());
    assert_eq!((codes(&answer), written(&answer.targets[0].candidates)), (vec!["T14.8XX?".to_owned()], vec!["T14.8XXA".to_owned()]));
    let answer = ask(made_up(24), &context());
    assert_eq!((answer.status, answer.targets[0].code, answer.targets[0].fitness), (Status::Incomplete, None, Fitness::InvalidAtDate));
}

#[test]
fn a_concept_outside_of_the_classification_has_no_code() {
    let answer = ask(made_up(20), &context());
    assert_eq!((answer.status, codes(&answer)), (Status::NoCode, vec![]));
    let map = KB.snomed().unwrap().unwrap();
    let row = map.row(answer.proof[0].row).unwrap();
    assert_eq!(advice::names(row.advice()).collect::<Vec<_>>(), ["outside_scope"]);
    assert_eq!((map.term(made_up(15)), map.term(made_up(20))), (Some("a strange thing"), None));
}

#[test]
fn the_order_of_files_and_rows_does_not_matter() {
    let reversed: String = {
        let text = map_text();
        let mut lines: Vec<&str> = text.lines().collect();
        lines[1..].reverse();
        lines.join("\n")
    };
    let mut other = small();
    other.reverse();
    other.iter_mut().filter(|f| f.0 == MAP_FILE).for_each(|f| f.1 = reversed.clone());
    let (one, two) = (build(&small()), build(&other));
    for section in 144..168 {
        assert_eq!(one.raw_section(section), two.raw_section(section), "section {section}");
    }
    let mut shuffled = small();
    shuffled.rotate_left(1);
    assert_eq!(collect(&small()).unwrap().0, collect(&shuffled).unwrap().0);
}

#[test]
fn full_and_delta_files_are_rejects_that_say_so() {
    let full = MAP_FILE.replace("Snapshot", "Full");
    let (image, report) = collect(&[(&full, map_text())]).unwrap();
    assert_eq!(report.rejects.len(), 1);
    assert!(report.rejects[0].problem.contains("Snapshot file of the same release"), "{:?}", report.rejects);
    let kb = KnowledgeBase::from_image(Arc::new(image)).unwrap();
    assert!(kb.snomed().unwrap().is_none());
}

#[test]
fn the_newest_release_answers_and_two_files_may_not_differ() {
    let with = |target: &str| MAP.to_owned() + &map_line(1, US, (COUGH, 1, 1, "TRUE", "", target, PROPER));
    let older = MAP_FILE.replace("2026", "2025");
    let kb = build(&[(&older, with("I10")), (MAP_FILE, with("R54"))]);
    let map = kb.snomed().unwrap().unwrap();
    assert_eq!(codes(&kb.translate(&map, COUGH, &context())), ["R54"]);
    let other = MAP_FILE.replace("US1000124", "XX1000124");
    let error = collect(&[(MAP_FILE, with("I10")), (&other, with("R54"))]).unwrap_err();
    assert!(error.problem.contains("different rows of group 1 and priority 1"), "{error}");
    assert!(collect(&[(MAP_FILE, with("I10")), (&other, with("I10"))]).is_ok());
}
