//! Whatever a file holds under the head of any feed, it is read or refused, and what is built of the rest is sound.
#![allow(missing_docs)]

use proptest::prelude::*;
use std::sync::Arc;
use superbill_compile::{Collector, Options};
use superbill_core::{date::Date, knowledge::KnowledgeBase};

const ORDER: &str = "00001 A00     0 Group                                                        Group\r\n00002 A000    1 One                                                          One\r\n";

/// A name and the lines by which a feed recognises its files.
const HEADS: [(&str, &str); 25] = [
    ("icd10cm-order-2025.txt", ORDER),
    ("icd10cm_tabular_2026.xml", "<ICD10CM.tabular><version>2026</version><chapter><name>1</name><desc>x</desc><diag><name>A00</name>"),
    ("ccipra-v322r0-f1.txt", "11111\t22222\t\t20200101\t*\t1\tx\r\n"),
    ("icd10cm-order-addenda-2026.txt", "Add:         1 A000    Short\r\n"),
    ("conversion-FY2026.csv", "Current code assignment,Effective,Previous Code(s) Assignment\nA00.0,2020,A00.1\n"),
    ("HCPC2026_OCT.csv", "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,TERM DT,ACTION CD\nG0001,0010,3,x,y,20200101,,N\n"),
    (
        "MUE_Eff_04-01-2026.csv",
        "HCPCS/ CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n11111,1,3 x,y\n",
    ),
    ("aoc_2026q3.tsv", "add_on_code\tprimary_code\taoc_edit_type\n22222\t11111\t1\n"),
    ("PPRRVU2026_Apr.csv", "HCPCS,MOD,DESCRIPTION,CODE,GLOB DAYS\n11111,,x,A,010\n"),
    ("addendumB_2026-04.tsv", "hcpcs\tstatus_indicator\n11111\tA\n"),
    ("POAexemptCodesFY26.txt", "Order26\tPOAexemptCode\tDescription\n00001\tA00.0\tx\n"),
    ("mce_2026.json", "{\"age_categories\": {}, \"codes\": {\"age_newborn\": [{\"code\": \"A000\"}"),
    ("msdrg_v41.1.tsv", "icd_code\tcc_mcc\tpdx_group\nA00.0\tCC\t1\n"),
    ("hcc_2026.csv", "diagnosis_code,cc,model_name\nA000,1,m\n"),
    ("cpt_2026.txt", "CPT Code\tLong Descriptor\n11111\tx\n"),
    (
        "x.obo",
        "format-version: 1.2\ndata-version: doid/releases/2026-07-31/x.obo\nontology: doid\n[Term]\nname: x fever\nxref: ICD10CM:A00.0\n",
    ),
    ("places_2026.tsv", "pos_code\tpos_type\tpos_name\n11\tFacility\tx\n"),
    ("x_2026.zip", "PK\x03\x04"),
    (
        "icd10cm_index_2026.xml",
        "<ICD10CM.index><version>1</version><title>INDEX TO DISEASES</title><letter><title>S</title><mainTerm><title>Snap</title><code>A00.0</code>",
    ),
    (
        "icd10pcs_tables_2026.xml",
        "<ICD10PCS.tabular><version>1</version><pcsTable><axis pos=\"1\" values=\"1\"><title>x</title><label code=\"0\">y</label></axis>",
    ),
    (
        "icd10pcs_index_2026.xml",
        "<ICD10PCS.index><version>1</version><letter><title>M</title><mainTerm><title>Mend</title><code>0QZ9XZZ</code>",
    ),
    ("icd10pcs_definitions_2026.xml", "<ICD10PCS.definitions><version>1</version><section code=\"0\"><title>x</title>"),
    ("sct2_Concept_Snapshot_US1000124_20260301.txt", "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\r\n"),
    (
        "der2_iisssccRefset_ExtendedMapSnapshot_US1000124_20260301.txt",
        "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tmapGroup\tmapPriority\tmapRule\tmapAdvice\tmapTarget\tcorrelationId\tmapCategoryId\r\n",
    ),
    (
        "sct2_Relationship_Snapshot_US1000124_20260301.txt",
        "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId\r\n",
    ),
];

/// Pieces of rows among arbitrary bytes.
fn tail() -> impl Strategy<Value = Vec<u8>> {
    let pieces = ["\t", ",", "\r\n", "\"", "20260101", "A00.0", "11111", "-", "*", "<diag>", "</diag>", "}", "Add: ", "synonym: \"", "1"];
    let piece =
        prop_oneof![prop::sample::select(pieces.to_vec()).prop_map(|p| p.as_bytes().to_vec()), prop::collection::vec(any::<u8>(), 0..12),];
    prop::collection::vec(piece, 0..40).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_file_is_read_or_refused(which in 0..HEADS.len(), cut in 0_usize..400, tail in tail()) {
        let (name, head) = HEADS[which];
        let mut bytes = head.as_bytes()[..head.len().min(if cut < 100 { cut } else { 400 })].to_vec();
        bytes.extend(tail);
        let options = Options { accepted: vec!["ama-cpt".into()], ..Options::default() };
        let mut collector = Collector::new(options);
        collector.add("icd10cm_order_2026.txt", ORDER.into());
        collector.add(name, bytes);
        match collector.build(&[]) {
            Err(error) => prop_assert!(!error.file.is_empty()),
            Ok((image, report)) => {
                prop_assert!(report.files.len() >= 2 || !report.rejects.is_empty());
                let kb = KnowledgeBase::from_image(Arc::new(image)).expect("an image");
                prop_assert!(kb.verify().is_ok());
                let codes = kb.codes_of(superbill_core::code::System::Icd10cm);
                for code in codes.map(superbill_core::code::CodeId) {
                    kb.attributes(code, Date(2026_05_04)).count();
                    kb.notes(code, Date(2026_05_04));
                }
            }
        }
    }
}

#[test]
fn heads_are_those_of_feeds() {
    for (name, head) in HEADS {
        let mut collector = Collector::new(Options { accepted: vec!["ama-cpt".into()], ..Options::default() });
        collector.add("icd10cm_order_2026.txt", ORDER.into());
        collector.add(name, head.into());
        let (_, report) = collector.build(&[]).expect("built");
        let file = report.files.iter().find(|f| f.file == name).expect("reported");
        // Some are cut short, so that what follows decides.
        let cut = name.contains(".xml") || ["mce_2026.json", "x_2026.zip"].contains(&name);
        assert_eq!((file.feed.is_some(), file.rejected > 0), (!cut, cut), "{name}");
    }
}
