//! A small file of every section, checked in: the layout of a format version never changes behind its number.
//!
//! `SUPERBILL_GOLDEN=write cargo test -p superbill-compile --test golden` writes the file anew, after `FORMAT_VERSION` was raised or what is compiled was changed on purpose.
#![allow(missing_docs)]

use std::{
    path::PathBuf,
    sync::{Arc, LazyLock},
};
use superbill_compile::{Collector, Options, packs};
use superbill_core::{
    code::System,
    date::Date,
    knowledge::{
        KnowledgeBase, Standing,
        container::FORMAT_VERSION,
        layout::section,
        search::SearchQuery,
        snomed::{Conditions, sctid},
        translate::Context,
    },
};

/// An identifier of a namespace that nobody has.
fn concept() -> u64 {
    (0..10).map(|check| 1_999_999_100 + check).find(|&id| sctid::is_well_formed(id)).expect("a check digit")
}

fn files() -> Vec<(&'static str, String)> {
    let order = |codes: &[(&str, u8, &str)]| {
        let line =
            |(n, (code, billable, title)): (usize, &(&str, u8, &str))| format!("{:05} {code:<7} {billable} {title:<60} {title}\n", n + 1);
        codes.iter().enumerate().map(line).collect::<String>()
    };
    let (old, new): (Vec<_>, Vec<_>) = (
        vec![("A00", 0, "Tide"), ("A000", 1, "Red tide"), ("A001", 1, "Old tide")],
        vec![("A00", 0, "Tide"), ("A000", 1, "Tide, red"), ("A002", 1, "New tide")],
    );
    let rf2 = |columns: &str, rows: &str| format!("{}\r\n{rows}\r\n", columns.replace(' ', "\t"));
    let map = "id effectiveTime active moduleId refsetId referencedComponentId mapGroup mapPriority mapRule mapAdvice mapTarget correlationId mapCategoryId";
    let row = format!(
        "00000000-0000-0000-0000-000000000001\t20260301\t1\t0\t6011000124106\t{}\t1\t1\tTRUE\tALWAYS A00.0\tA00.0\t0\t447637006",
        concept()
    );
    vec![
        ("icd10cm-order-2025.txt", order(&old)),
        ("icd10cm-order-2026.txt", order(&new)),
        (
            "icd10cm_tabular_2026.xml",
            "<ICD10CM.tabular><version>2026</version><chapter><name>1</name><desc>Waters (A00-A00)</desc><section id=\"A00-A00\"><desc>Tides (A00)</desc>\
             <diag><name>A00</name><desc>Tide</desc><excludes1><note>old tide (A00.2)</note></excludes1>\
             <diag><name>A00.0</name><desc>Tide, red</desc><inclusionTerm><note>Bloom of the sea</note></inclusionTerm></diag>\
             <diag><name>A00.2</name><desc>New tide</desc></diag></diag></section></chapter></ICD10CM.tabular>"
                .into(),
        ),
        (
            "icd10cm_index_2026.xml",
            "<ICD10CM.index><version>2026</version><title>ICD-10-CM INDEX TO DISEASES</title><letter><title>T</title>\
             <mainTerm><title>Tide</title><term level=\"1\"><title>red</title><code>A00.0</code></term></mainTerm></letter></ICD10CM.index>"
                .into(),
        ),
        (
            "icd10pcs_tables_2026.xml",
            "<ICD10PCS.tabular><version>2026</version><pcsTable><axis pos=\"1\" values=\"1\"><title>Section</title><label code=\"0\">Hands on</label></axis>\
             <axis pos=\"2\" values=\"1\"><title>Body System</title><label code=\"Q\">Ears</label></axis>\
             <axis pos=\"3\" values=\"1\"><title>Operation</title><label code=\"Z\">Mending</label></axis>\
             <pcsRow codes=\"1\"><axis pos=\"4\" values=\"1\"><title>Body Part</title><label code=\"9\">Ear</label></axis>\
             <axis pos=\"5\" values=\"1\"><title>Approach</title><label code=\"X\">External</label></axis>\
             <axis pos=\"6\" values=\"1\"><title>Device</title><label code=\"Z\">No Device</label></axis>\
             <axis pos=\"7\" values=\"1\"><title>Qualifier</title><label code=\"Z\">No Qualifier</label></axis></pcsRow></pcsTable></ICD10PCS.tabular>"
                .into(),
        ),
        ("ccipra-v322r0-f1.txt", "11111\t22222\t\t20200101\t*\t1\tx\r\n11111\t33333\t*\t19960101\t20191231\t0\ty\r\n".into()),
        ("ccioph-v322r0-f1.txt", "11111\t22222\t\t20200101\t*\t0\tx\r\n".into()),
        ("aoc_2026q3.tsv", "add_on_code\tprimary_code\taoc_edit_type\n22222\t11111\t1\n".into()),
        ("cpt_2026.txt", "CPT Code\tLong Descriptor\n11111\tOur own words\n".into()),
        ("MUE_PractitionerServices_Eff_07-01-2026.csv",
         "HCPCS/ CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n11111,2,2 Date of Service Edit: Policy,x\n".into()),
        ("conversion-FY2026.csv", "Current code assignment,Effective,Previous Code(s) Assignment\nA00.2,2025,A00.1\n".into()),
        ("der2_iisssccRefset_ExtendedMapSnapshot_US1000124_20260301.txt", rf2(map, &row)),
    ]
}

fn built() -> Vec<u8> {
    let mut collector = Collector::new(Options { accepted: vec!["ama-cpt".into()], ..Options::default() });
    for (name, text) in files() {
        collector.add(name, text.into_bytes());
    }
    let pack = "[pack]\nid='golden'\ntitle='Golden'\ncitation='own'\n[[condition]]\ncode='A00.0'\nsay=['scarlet water']\n";
    let (image, report) = collector.build(&[packs::Source { file: "golden.toml".into(), text: pack.into() }]).expect("built");
    assert_eq!(report.rejects, []);
    assert!(report.files.iter().all(|f| f.feed.is_some()), "{:?}", report.files);
    image
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/format_{FORMAT_VERSION}.kb"))
}

/// The file checked in; where it is to be written anew, no test reads it before that.
fn golden() -> Vec<u8> {
    static GOLDEN: LazyLock<Vec<u8>> = LazyLock::new(|| {
        if std::env::var("SUPERBILL_GOLDEN").is_ok_and(|v| v == "write") {
            std::fs::write(path(), built()).expect("written");
        }
        std::fs::read(path()).expect("a golden file of this version: write it with SUPERBILL_GOLDEN=write")
    });
    GOLDEN.clone()
}

#[test]
fn the_file_of_this_format_is_the_one_checked_in() {
    let (new, old) = (KnowledgeBase::from_image(Arc::new(built())).unwrap(), KnowledgeBase::from_image(Arc::new(golden())).unwrap());
    for id in 0..section::END {
        let same = new.raw_section(id) == old.raw_section(id);
        assert!(
            same,
            "section {id} is not what format {FORMAT_VERSION} has: raise FORMAT_VERSION where its layout changed, then SUPERBILL_GOLDEN=write"
        );
    }
}

#[test]
fn the_golden_file_answers() {
    let kb = KnowledgeBase::from_image(Arc::new(golden())).unwrap();
    kb.verify().unwrap();
    let (day, before) = (Date(2026_05_04), Date(2025_05_04));
    let code = |text: &str| kb.find(System::Icd10cm, System::Icd10cm.parse(text).unwrap()).unwrap();
    assert_eq!(
        (kb.standing(code("A00.1"), before), kb.standing(code("A00.1"), day)),
        (Standing::Valid, Standing::Expired(Date(2025_09_30)))
    );
    assert_eq!((kb.title_on(code("A00.0"), before), kb.title_on(code("A00.0"), day)), ("Red tide".into(), "Tide, red".into()));
    assert_eq!(kb.successors(code("A00.1"), day).collect::<Vec<_>>(), [code("A00.2")]);
    assert_eq!(kb.parent(code("A00.2")), Some(code("A00")));
    for words in ["bloom", "scarlet", "A000"] {
        let query = SearchQuery { words, systems: &[System::Icd10cm], date: day, limit: 5, headers: false };
        assert_eq!(kb.search(&query).unwrap().first().map(|h| h.code), Some(code("A00.0")), "{words}");
    }
    let service = |text: &str| System::Cpt.parse(text).unwrap();
    for (setting, indicator) in [(0, 1), (1, 0)] {
        let edits = kb.ptp(setting).unwrap();
        let (one, two) = (edits.resolve(service("11111")).unwrap(), edits.resolve(service("22222")).unwrap());
        assert_eq!(edits.in_force(one, two, day).map(|r| r.indicator), Some(indicator));
    }
    assert_eq!(kb.pcs().unwrap().expand(day).count(), 1);
    let map = kb.snomed().unwrap().unwrap();
    let conditions = Conditions::new(Vec::new(), true);
    let context = Context { date: day, birth: None, sex: None, onset: None, conditions: &conditions, side: None, seventh: None };
    let answer = kb.translate(&map, concept(), &context);
    assert_eq!(answer.targets.iter().filter_map(|t| t.code).collect::<Vec<_>>(), [code("A00.0")]);
}

#[test]
fn the_page_of_the_format_names_its_version_and_every_section() {
    let page = include_str!("../../superbill-core/src/knowledge/FORMAT.md");
    assert!(page.contains(&format!("format {FORMAT_VERSION}\n")));
    let rows: Vec<Vec<u32>> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .map(|ids| ids.split(", ").filter_map(|id| id.parse().ok()).collect())
        .collect();
    let kb = KnowledgeBase::from_image(Arc::new(built())).unwrap();
    let stores = [section::TRIE, 64, 80, section::PCS, section::INDEX, section::SNOMED, section::SEARCH];
    for (id, _) in kb.section_sizes() {
        let known = rows.iter().flatten().any(|&row| row == id || stores.contains(&row) && (row..row + 16).contains(&id));
        assert!(known, "FORMAT.md does not tell of section {id}");
    }
}
