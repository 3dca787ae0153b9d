//! Any text is coded, with spans inside it and at character boundaries.
#![no_main]

mod image;

use libfuzzer_sys::fuzz_target;
use std::{cell::RefCell, sync::{Arc, LazyLock}};
use superbill_core::{
    NeverCancel, Scratch, code,
    date::Date,
    encounter::{Document, Encounter, Scope, Setting},
    knowledge::KnowledgeBase,
};

static KB: LazyLock<KnowledgeBase> = LazyLock::new(|| KnowledgeBase::from_image(Arc::new(image::image())).expect("an image"));

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for kind in ["office_visit", "operative_report"] {
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
            documents: vec![Document { kind, text: &text, signed: None, authored: false, written: None }],
        };
        let coded = SCRATCH.with_borrow_mut(|scratch| code(&KB, &encounter, scratch, &NeverCancel)).expect("coded");
        let spans = coded.diagnoses.iter().flat_map(|d| &d.evidence).chain(coded.procedures.iter().flat_map(|p| &p.evidence));
        for span in spans {
            assert!(text.get(span.start as usize..span.end as usize).is_some_and(|said| !said.is_empty()));
        }
    }
});
