use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

type Parts = Vec<(u32, Vec<u8>)>;

const DAY: Date = Date(2026_05_04);
const OPEN: u32 = Date::OPEN.0;

/// Texts of ICD-10-CM with the id of their code; those of the codes from 100 on are of ICD-10-PCS.
fn parts(texts: &[(u32, &str)]) -> Parts {
    let mut builder = SearchBuilder::default();
    let standing = builder.standing([(0, OPEN, true)].into_iter());
    for &(code, text) in texts {
        let system = if code < 100 { System::Icd10cm } else { System::Icd10pcs };
        builder.add((system, CodeId(code)), standing, Preference::Plain, text, []);
    }
    builder.build()
}

fn view(parts: &Parts) -> Result<SearchIndex<'_>, KnowledgeError> {
    SearchIndex::view(|id| parts.iter().find(|p| p.0 == id).map_or(&[], |p| p.1.as_slice()))
}

fn query(words: &str) -> SearchQuery<'_> {
    SearchQuery { words, systems: &[System::Icd10cm, System::Icd10pcs], date: DAY, limit: 20, headers: false }
}

fn hits(parts: &Parts, words: &str) -> Vec<(u32, Matched)> {
    view(parts).unwrap().search(&query(words), |_| Vec::new()).into_iter().map(|h| (h.code.0, h.matched)).collect()
}

const TEXTS: &[(u32, &str)] = &[
    (1, "Type 2 diabetes mellitus with diabetic neuropathy, unspecified"),
    (2, "Type 2 diabetes mellitus without complications"),
    (3, "Ménière's disease, right ear"),
    (4, "Acute myocardial infarction, unspecified"),
    (4, "heart attack"),
    (5, "Heart failure, unspecified"),
    (6, "Panic attack with fear of the heart"),
    (7, "Fracture of femur"),
    (8, "Fractured tooth"),
    (100, "Repair Right Femur, Open Approach"),
];

#[test]
fn words_beginnings_and_typing_errors() {
    use Matched::{Exact, Partial, Prefix, Typo};
    let parts = parts(TEXTS);
    for (words, expected) in [
        ("heart attack", vec![(4, Exact), (6, Exact)]),
        ("HEART  Failure", vec![(5, Exact)]),
        ("type 2 diab neur", vec![(1, Prefix)]),
        ("fracture", vec![(7, Exact), (8, Prefix)]),
        ("meniere", vec![(3, Exact)]),
        ("Menière's diseases", vec![(3, Typo)]),
        ("diabtes without", vec![(2, Typo)]),
        ("diabtese complicatoins", vec![(2, Typo)]),
        ("myocardial infraction", vec![(4, Typo)]),
        ("diabtes neuroph", vec![(1, Typo)]),
        ("femur zebra", vec![(7, Partial), (100, Partial)]),
        ("femur femur", vec![(7, Exact), (100, Exact)]),
        ("heart femur open", vec![(100, Partial), (4, Partial), (5, Partial), (6, Partial)]),
        ("xyz", vec![]),
        ("eer", vec![]),
        ("", vec![]),
        (" - ", vec![]),
    ] {
        assert_eq!(hits(&parts, words), expected, "{words}");
    }
}

#[test]
fn what_was_corrected_is_told() {
    let parts = parts(TEXTS);
    let found = view(&parts).unwrap().search(&query("diabtese complicatoins type"), |_| Vec::new());
    assert_eq!(found[0].corrected, ["diabetes", "complications"]);
    assert!(view(&parts).unwrap().search(&query("diabetes type"), |_| Vec::new())[0].corrected.is_empty());
}

#[test]
fn systems_codes_and_limits() {
    let parts = parts(TEXTS);
    let index = view(&parts).unwrap();
    let only = SearchQuery { systems: &[System::Icd10pcs], ..query("femur") };
    assert_eq!(index.search(&only, |_| Vec::new()).iter().map(|h| h.code.0).collect::<Vec<_>>(), [100]);
    let of_codes =
        index.search(&query("E11 neuropathy"), |plain| if plain == "E11" { vec![Range { start: 1, end: 3 }] } else { Vec::new() });
    assert_eq!(of_codes.iter().map(|h| h.code.0).collect::<Vec<_>>(), [1]);
    for limit in 0..5 {
        let few = SearchQuery { limit, ..query("f") };
        let all = index.search(&query("f"), |_| Vec::new());
        assert_eq!(index.search(&few, |_| Vec::new()), all[..limit.min(all.len())]);
    }
}

#[test]
fn only_what_holds_on_the_day_is_found() {
    let mut builder = SearchBuilder::default();
    let icd = |code| (System::Icd10cm, CodeId(code));
    let expired = builder.standing([(0, 2025_09_30, true)].into_iter());
    let split = builder.standing([(0, 2025_09_30, true), (2025_10_01, OPEN, false)].into_iter());
    let never = builder.standing(std::iter::empty());
    builder.add(icd(1), expired, Preference::Plain, "asthma", []);
    builder.add(icd(2), split, Preference::Last, "asthma", []);
    builder.add(icd(3), never, Preference::Plain, "asthma", []);
    let parts = builder.build();
    let on = |date, headers| {
        let query = SearchQuery { date, headers, ..query("asthma") };
        view(&parts).unwrap().search(&query, |_| Vec::new()).iter().map(|h| h.code.0).collect::<Vec<_>>()
    };
    assert_eq!(on(Date(2025_09_30), false), [1, 2]);
    assert_eq!(on(Date(2025_10_01), false), [0; 0]);
    assert_eq!(on(Date(2025_10_01), true), [2]);
}

#[test]
fn what_looks_like_a_code() {
    for (chunk, plain) in
        [("E11.9", Some("E119")), ("e11", Some("e11")), ("E11.", Some("E11")), ("99213", Some("99213")), ("02", Some("02"))]
    {
        assert_eq!(code_like(chunk).as_deref(), plain, "{chunk}");
    }
    for chunk in ["", "2", "knee", "E1.19", "E11.9.1", "123456789", "É11", "type 2", "ab\u{301}c1"] {
        assert_eq!(code_like(chunk), None, "{chunk}");
    }
}

const SYLLABLES: &[&str] = &["ar", "ter", "io", "neph", "ro", "itis", "o", "s", "2"];

fn word() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(SYLLABLES), 1..4).prop_map(|s| s.concat())
}

fn text() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(word(), 1..6)
}

proptest! {
    #[test]
    fn answers_with_all_words_are_those_of_a_scan(texts in prop::collection::vec((0u32..150, text()), 0..120), asked in prop::collection::vec(word(), 1..4)) {
        let spelled: Vec<(u32, String)> = texts.iter().map(|t| (t.0, t.1.join(" "))).collect();
        let given: Vec<(u32, &str)> = spelled.iter().map(|t| (t.0, t.1.as_str())).collect();
        let parts = parts(&given);
        let words = asked.join(" ");
        let all = SearchQuery { limit: usize::MAX, ..query(&words) };
        let found = view(&parts).unwrap().search(&all, |_| Vec::new());
        let begins = |t: &Vec<String>| asked.iter().all(|a| t.iter().any(|w| w.starts_with(a.as_str())));
        let exact = |t: &Vec<String>| asked.iter().all(|a| t.contains(a));
        let slow = |has: &dyn Fn(&Vec<String>) -> bool| texts.iter().filter(|t| has(&t.1)).map(|t| t.0).collect::<BTreeSet<u32>>();
        let of = |most: Matched| found.iter().filter(|h| h.matched <= most).map(|h| h.code.0).collect::<BTreeSet<u32>>();
        prop_assert_eq!(of(Matched::Prefix), slow(&begins));
        prop_assert_eq!(of(Matched::Exact), slow(&exact));
        prop_assert!(found.is_sorted_by(|a, b| a.score > b.score || a.score == b.score && a.code < b.code));
        prop_assert!(found.windows(2).all(|w| w[0].matched <= w[1].matched || w[0].matched != Matched::Exact));
        // The same in another order is the same file.
        let mut turned = given.clone();
        turned.reverse();
        prop_assert_eq!(super::tests::parts(&turned), parts);
    }

    #[test]
    fn a_typing_error_still_finds_the_text(texts in prop::collection::vec((0u32..100, "[a-z]{5,9}( [a-z]{5,9}){0,3}"), 1..60), at in any::<prop::sample::Index>(), place in 0usize..5, letter in b'a'..=b'z') {
        let given: Vec<(u32, &str)> = texts.iter().map(|t| (t.0, t.1.as_str())).collect();
        let parts = parts(&given);
        let (code, text) = at.get(&texts);
        let mut wrong = text.clone().into_bytes();
        wrong[place] = letter;
        let wrong = String::from_utf8(wrong).unwrap();
        let found = hits(&parts, &wrong);
        prop_assert!(found.iter().any(|h| h.0 == *code), "{} {:?}", wrong, found);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 11), texts in 0usize..30, words in 0usize..20, asked in "[a-z2 ]{0,12}") {
        let mut parts: Parts = (0..).zip(bytes).collect();
        let sized = |bytes: &mut Vec<u8>, length: usize| bytes.resize(length, 1);
        sized(&mut parts[0].1, 12 * (words + 1));
        sized(&mut parts[2].1, 4 * words);
        for (part, size) in [(4, 12), (5, 4), (7, 4), (8, 8), (9, 12), (10, 12)] {
            let length = if matches!(part, 5 | 7) { texts } else { parts[part].1.len() / size };
            sized(&mut parts[part].1, length * size);
        }
        sized(&mut parts[6].1, texts);
        let index = view(&parts).unwrap();
        index.search(&query(&asked), |_| vec![Range { start: 3, end: 1 }, Range { start: 0, end: u32::MAX }]);
    }

    #[test]
    fn flipped_bytes_do_not_panic(part in 0usize..11, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut parts = parts(TEXTS);
        let bytes = &mut parts[part].1;
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(index) = view(&parts) {
            for words in ["heart attack", "f", "diabtes type", "zebra femur", "E11 heart"] {
                index.search(&query(words), |_| vec![Range { start: 0, end: 3 }]);
            }
        }
    }
}
