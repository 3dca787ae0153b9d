//! Any bytes as the JSON of a claim, over small tables of every kind: a check or an error, never a panic; a check is the same twice, and repair tells its
//! findings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};
use superbill_compile::{Collector, packs::Source};
use superbill_core::{editing::Scratch, knowledge::KnowledgeBase};
use superbill_proto::{check, check_and_repair, check_to_json, claim_from_json};

const PAIRS: &str = "A notice\t\t\t\t\t\t\r\nColumn1/Column2 Edits\t\t\t\t\t\t\r\n\
    Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n\
    29881\t29877\t\t20200101\t*\t0\tMisuse\r\n29881\tG0289\t\t20200101\t*\t1\tMisuse\r\n11111\t99213\t\t20200101\t20251231\t1\tMisuse\r\n";
const UNITS: &str = "\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n\
    29881,1,2 Edit,CMS Policy\n11111,2,1 Edit,CMS Policy\nG0289,1,3 Edit,CMS Policy\n99213,1,3 Edit,CMS Policy\n";
const ADD_ONS: &str = "add_on_code\tprimary_code\taoc_edit_type\teffective_date\tend_date\n33332\t11111\t1\t\t\n33332\t29881\t1\t\t\n";
const SCHEDULE: &str = "hcpcs\tmod\tstatus_code\tpctc_ind\tglob_days\tbilat_surg\tasst_surg\tco_surg\tteam_surg\n\
    29881\t\tA\t0\t090\t1\t0\t0\t0\n29877\t\tA\t0\t090\t1\t0\t0\t0\n11111\t\tA\t0\t010\t0\t2\t0\t0\n\
    99213\t\tA\t0\tXXX\t0\t0\t0\t0\n33332\t\tA\t0\tZZZ\t0\t0\t0\t0\nG0289\t\tA\t0\tZZZ\t0\t0\t0\t0\n";

macro_rules! packs {
    ($($name:literal),*) => {
        [$(Source {
            file: concat!("editing/", $name, ".toml").into(),
            text: include_str!(concat!("../../../python/superbill/knowledge/editing/", $name, ".toml")).into(),
        }),*]
    };
}

fn base() -> KnowledgeBase {
    let codes = ["A000", "E119", "I10", "S7291XA"].iter().zip(1..).map(|(code, n)| format!("{n:05} {code:<7} 1 {:<60} Invented\r\n", "Invented"));
    let mut collector = Collector::default();
    for (name, text) in [
        ("icd10cm_order_2026.txt", codes.collect::<String>()),
        ("ccipra-v323r0-f1.txt", PAIRS.into()),
        ("MCR_MUE_PractitionerServices_Eff_01-01-2026.csv", UNITS.into()),
        ("ncci_aoc_2026q4.tsv", ADD_ONS.into()),
        ("PPRRVU2026_Jan.tsv", SCHEDULE.into()),
    ] {
        collector.add(name, text.into_bytes());
    }
    let packs = packs!("add_on", "classes", "diagnoses", "globals", "lines", "modifiers", "pairs", "payer", "repair", "units");
    let (image, report) = collector.build(&packs).expect("built");
    assert!(report.rejects.is_empty(), "{:?}", report.rejects);
    KnowledgeBase::from_image(Arc::new(image)).expect("an image")
}

static KB: LazyLock<KnowledgeBase> = LazyLock::new(base);

fuzz_target!(|data: &[u8]| {
    let Ok(claim) = claim_from_json(data) else { return };
    let once = check(&KB, &claim, &mut Scratch::default());
    let twice = check(&KB, &claim, &mut Scratch::default());
    assert_eq!(once.as_ref().map(check_to_json), twice.as_ref().map(check_to_json));
    let repaired = check_and_repair(&KB, &claim, &mut Scratch::default());
    assert_eq!(once.map(|c| c.findings), repaired.map(|c| c.findings));
});
