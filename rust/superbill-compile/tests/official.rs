//! The publishers' files beside the repository: what the tables of ICD-10-PCS make is what its order file lists.
#![allow(missing_docs)]

use std::{collections::BTreeSet, path::Path, sync::Arc};
use superbill_compile::{
    Collector, Options, packs,
    source::{Rejects, icd_order, package, text},
};
use superbill_core::{
    code::{CodeKey, System},
    date::Date,
    knowledge::{
        KnowledgeBase,
        index::IndexKind,
        rules::{Condition, Subject},
    },
};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");

/// Enough of ICD-10-CM for a knowledge base.
const TABULAR: &str = "<ICD10CM.tabular><version>2026</version><chapter><name>9</name><desc>x</desc><section id=\"I10-I10\"><desc>x</desc>\
    <diag><name>I10</name><desc>Pressure</desc></diag></section></chapter></ICD10CM.tabular>";

fn order(year: u32) -> BTreeSet<CodeKey> {
    let name = format!("{DATA}/icd10pcs/fy{year}/icd10pcs_order_{year}.zip");
    let mut codes = BTreeSet::new();
    let bytes = std::fs::read(&name).expect("an order file");
    package::unpack(&name, bytes, package::Bounds::default(), &mut |name, bytes| {
        let lines = icd_order::read(name, &text::decode(bytes.as_slice()), System::Icd10pcs, &mut Rejects::default())?;
        codes.extend(lines.into_iter().filter(|l| l.billable).map(|l| l.code));
        Ok(())
    })
    .expect("an order file");
    codes
}

/// The tables of two years, and the least that a file needs beside them; `None`, said, where the publishers' files are absent.
fn with_tables() -> Option<Collector> {
    if !Path::new(DATA).is_dir() {
        eprintln!("skipped: the publishers' files are not at ../shared/data");
        return None;
    }
    let mut collector = Collector::new(Options::default());
    collector.add("icd10cm-tabular-April-1-2026.xml", TABULAR.into());
    collector.add("icd10cm_order_2026.txt", format!("00001 I10     1 {:<60} Pressure\n", "Pressure").into());
    for year in [2025, 2026] {
        let name = format!("icd10pcs_tables_{year}.zip");
        collector.add(&name, std::fs::read(format!("{DATA}/icd10pcs/fy{year}/{name}")).expect("tables"));
    }
    Some(collector)
}

#[test]
fn tables_make_exactly_the_codes_of_the_order_file() {
    let Some(mut collector) = with_tables() else { return };
    collector.add("icd10cm_index_2017.zip", std::fs::read(format!("{DATA}/icd10cm_xml/fy2017/icd10cm_index_2017.zip")).expect("index"));
    let (image, report) = collector.build(&[]).expect("built");
    assert_eq!(report.rejects, []);
    let kb = KnowledgeBase::from_image(Arc::new(image)).expect("an image");
    let pcs = kb.pcs().expect("sound");
    for (year, day, count) in [(2025, Date(2025_05_04), 78_948), (2026, Date(2026_05_04), 79_115)] {
        let listed = order(year);
        let made: BTreeSet<CodeKey> = pcs.expand(day).collect();
        assert_eq!((made.len(), made == listed), (count, true), "{year}");
        assert!(listed.iter().step_by(97).all(|&c| pcs.valid(c, day)));
    }
    let index = kb.index().expect("sound");
    let nodes: Vec<u32> = index.nodes(IndexKind::Diseases, Date(2017_05_04)).collect();
    let mains = nodes.iter().filter(|&&n| index.level(n) == 0).count();
    assert_eq!((mains, nodes.len() - mains), (7_973, 69_226));
}

/// Every code that a row of the packs can make is in the tables of each of these releases, while the row holds.
#[test]
fn packs_make_only_codes_of_the_tables() {
    let Some(collector) = with_tables() else { return };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python/superbill/knowledge/pcs");
    let packs: Vec<packs::Source> = std::fs::read_dir(folder)
        .expect("packs")
        .map(|file| file.expect("a file").path())
        .map(|path| packs::Source { file: path.display().to_string(), text: std::fs::read_to_string(&path).expect("a pack") })
        .collect();
    let (image, _) = collector.build(&packs).expect("built");
    let kb = KnowledgeBase::from_image(Arc::new(image)).expect("an image");
    let pcs = kb.pcs().expect("sound");
    let mut checked = BTreeSet::new();
    for (family, row) in kb.rules().families.iter().flat_map(|f| f.rows.iter().map(move |r| (f, r))) {
        let made = family.codes(row);
        assert!(!made.is_empty(), "{}: {} makes no code", family.id, row.code);
        let holds = |day: Date| {
            let day = i64::from(day.0) * 1000;
            row.when.iter().all(|(subject, condition)| match (subject, condition) {
                (Subject::Date, Condition::Range { min, max }) => (min..=max).contains(&&day),
                _ => true,
            })
        };
        for day in [Date(2025_05_04), Date(2026_05_04)].into_iter().filter(|d| holds(*d)) {
            for &code in &made {
                assert!(pcs.valid(code, day), "{}: {} makes {code}, which is in no table on {day}", family.id, row.code);
                checked.insert(code);
            }
        }
    }
    assert!(checked.len() > 1000, "{}", checked.len());
}
