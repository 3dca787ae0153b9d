//! Whatever the text, it is coded, and every span lies in it at character boundaries.
#![allow(missing_docs)]

#[path = "../../fuzz/targets/image.rs"]
mod image;

use proptest::prelude::*;
use std::sync::{Arc, LazyLock};
use superbill_core::{
    NeverCancel, Scratch, code,
    coded::Coded,
    date::Date,
    encounter::{Document, Encounter, Scope, Setting},
    knowledge::KnowledgeBase,
};

static KB: LazyLock<KnowledgeBase> = LazyLock::new(|| KnowledgeBase::from_image(Arc::new(image::image())).expect("an image"));

fn coded(text: &str, kind: &'static str) -> Coded {
    let encounter = Encounter {
        kind,
        setting: Setting::Professional,
        scope: Scope::All,
        date: Date(2026_05_04),
        sex: None,
        age: Some(40),
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
        documents: vec![Document { kind, text, signed: None, authored: false, written: None }],
    };
    code(&KB, &encounter, &mut Scratch::default(), &NeverCancel).expect("coded")
}

/// Words that mean something to the packs, among arbitrary ones.
fn note() -> impl Strategy<Value = String> {
    let words = [
        "asthma",
        "bronchial asthma",
        "Assessment:",
        "1.",
        "- ",
        "\n",
        "\n\n",
        "no",
        "denies",
        "history of",
        "right",
        "left",
        "the",
        "RA",
        "lung",
        ".",
        ",",
        "knee arthroscopy",
        "medial meniscus",
        "laceration",
        "repair",
        "3 cm",
        "2 x",
        "½",
        "é",
        "\u{2028}",
        "mother",
        "with exacerbation",
        "Family history:",
    ];
    let word = prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    let gap = prop::sample::select(vec![" ", "", "-", "\n"]);
    prop::collection::vec((word, gap), 0..80).prop_map(|parts| parts.into_iter().map(|(word, gap)| word + gap).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn spans_lie_in_the_text(text in prop_oneof![note(), any::<String>()]) {
        for kind in ["office_visit", "operative_report"] {
            let coded = coded(&text, kind);
            let spans = coded.diagnoses.iter().flat_map(|d| &d.evidence).chain(coded.procedures.iter().flat_map(|p| &p.evidence));
            for span in spans {
                let said = text.get(span.start as usize..span.end as usize);
                prop_assert!(said.is_some_and(|said| !said.is_empty()));
            }
        }
    }

    #[test]
    fn the_same_text_is_coded_the_same_whatever_was_read_before(text in note(), before in note()) {
        let mut scratch = Scratch::default();
        let mut read = |text: &str| {
            let document = Document { kind: "operative_report", text, signed: None, authored: false, written: None };
            let encounter = Encounter {
                kind: "operative_report",
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
                documents: vec![document],
            };
            code(&KB, &encounter, &mut scratch, &NeverCancel).expect("coded")
        };
        let first = read(&text);
        read(&before);
        prop_assert_eq!(first, read(&text));
    }
}

#[test]
fn a_negated_mention_gives_no_code() {
    assert_eq!(coded("Assessment: bronchial asthma.", "office_visit").diagnoses.len(), 1);
    for text in ["Assessment: no bronchial asthma.", "Assessment: denies asthma.", "Family history: asthma.", "Her mother had asthma."] {
        assert!(coded(text, "office_visit").diagnoses.is_empty(), "{text}");
    }
}
