//! A small map with the rows of the worked examples, and how it is built and asked.

use std::sync::{Arc, LazyLock};
use superbill_compile::{Collector, Options, Report};
use superbill_core::{
    date::Date,
    knowledge::{
        KnowledgeBase,
        snomed::{Conditions, sctid},
        translate::{Context, Target, Translation},
    },
};

pub(crate) const CODES: [(&str, bool, &str); 36] = [
    ("E113", false, "Type 2 diabetes with ophthalmic complications"),
    ("H0412", false, "Dry eye syndrome"),
    ("H04121", true, "Dry eye syndrome of right lacrimal gland"),
    ("H04122", true, "Dry eye syndrome of left lacrimal gland"),
    ("H04123", true, "Dry eye syndrome of bilateral lacrimal glands"),
    ("H04129", true, "Dry eye syndrome of unspecified lacrimal gland"),
    ("I058", true, "Other rheumatic mitral valve diseases"),
    ("I10", true, "Essential (primary) hypertension"),
    ("J209", true, "Acute bronchitis, unspecified"),
    ("J40", true, "Bronchitis, not specified as acute or chronic"),
    ("M17", false, "Osteoarthritis of knee"),
    ("M170", true, "Bilateral primary osteoarthritis of knee"),
    ("M171", false, "Unilateral primary osteoarthritis of knee"),
    ("M1710", true, "Unilateral primary osteoarthritis, unspecified knee"),
    ("M1711", true, "Unilateral primary osteoarthritis, right knee"),
    ("M1712", true, "Unilateral primary osteoarthritis, left knee"),
    ("M256", false, "Stiffness of joint, not elsewhere classified"),
    ("M2566", false, "Stiffness of knee, not elsewhere classified"),
    ("M25661", true, "Stiffness of right knee, not elsewhere classified"),
    ("M25662", true, "Stiffness of left knee, not elsewhere classified"),
    ("M25669", true, "Stiffness of unspecified knee, not elsewhere classified"),
    ("P292", true, "Neonatal hypertension"),
    ("R059", true, "Cough, unspecified"),
    ("R5383", true, "Other fatigue"),
    ("R54", true, "Age-related physical debility"),
    ("S9340", false, "Sprain of unspecified ligament of ankle"),
    ("S93401", false, "Sprain of unspecified ligament of right ankle"),
    ("S93401A", true, "Sprain of unspecified ligament of right ankle, initial encounter"),
    ("S93402", false, "Sprain of unspecified ligament of left ankle"),
    ("S93402A", true, "Sprain of unspecified ligament of left ankle, initial encounter"),
    ("S93409", false, "Sprain of unspecified ligament of unspecified ankle"),
    ("S93409A", true, "Sprain of unspecified ligament of unspecified ankle, initial encounter"),
    ("T148", false, "Other injury of unspecified body region"),
    ("T148XXA", true, "Other injury of unspecified body region, initial encounter"),
    ("Z002", true, "Encounter for examination for period of rapid growth in childhood"),
    ("Z003", true, "Encounter for examination for adolescent development state"),
];

/// An order file; from fiscal year 2026 on Q23.8 is a header.
pub(crate) fn order(split: bool) -> String {
    let mut codes = CODES.to_vec();
    codes.push(("Q238", !split, "Other congenital malformations of aortic and mitral valves"));
    if split {
        codes.push(("Q2381", true, "Bicuspid aortic valve"));
        codes.push(("Q2382", true, "Congenital mitral valve cleft leaflet"));
        codes.push(("Q2388", true, "Other congenital malformations of aortic and mitral valves"));
    }
    codes.sort_unstable();
    let line = |(number, (code, billable, title)): (usize, &(&str, bool, &str))| {
        format!("{:05} {code:<7} {} {:<60} {title}\n", number + 1, u8::from(*billable), &title[..title.len().min(60)])
    };
    codes.iter().enumerate().map(line).collect()
}

/// An identifier of a namespace that nobody has.
pub(crate) fn made_up(item: u64) -> u64 {
    (0..10).map(|check| (item * 1_000_000_000 + 199_999_910) * 10 + check).find(|&id| sctid::is_well_formed(id)).unwrap()
}

pub(crate) type Line<'a> = (u64, u16, u16, &'a str, &'a str, &'a str, u64);

pub(crate) const PROPER: u64 = 447_637_006;
pub(crate) const UNCLASSIFIED: u64 = 447_638_001;
pub(crate) const IN_CONTEXT: u64 = 447_639_009;
pub(crate) const US: &str = "6011000124106";
pub(crate) const INTERNATIONAL: &str = "447562003";

pub(crate) fn map_line(active: u8, refset: &str, (concept, group, priority, rule, advice, target, category): Line<'_>) -> String {
    let id = u128::from(concept) << 40 | u128::from(group) << 20 | u128::from(priority);
    let hex = format!("{id:032x}");
    let id = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
    format!("{id}\t20260301\t{active}\t0\t{refset}\t{concept}\t{group}\t{priority}\t{rule}\t{advice}\t{target}\t0\t{category}\r\n")
}

pub(crate) const MAP: &str = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tmapGroup\tmapPriority\tmapRule\tmapAdvice\tmapTarget\tcorrelationId\tmapCategoryId\r\n";
pub(crate) const MAP_FILE: &str = "der2_iisssccRefset_ExtendedMapSnapshot_US1000124_20260301.txt";
pub(crate) const RELATIONSHIPS: &str =
    "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId\n";

pub(crate) fn relationships(is_a: &[(u64, u64)]) -> String {
    let line = |(at, (child, parent)): (u64, &(u64, u64))| {
        format!("{}\t20260301\t1\t0\t{child}\t{parent}\t0\t116680003\t900000000000011006\t0\n", made_up(5000 + at))
    };
    RELATIONSHIPS.to_owned() + &(0..).zip(is_a).map(line).collect::<String>()
}

pub(crate) fn collect(files: &[(&str, String)]) -> Result<(Vec<u8>, Report), superbill_compile::CompileError> {
    let mut collector = Collector::new(Options::default());
    collector.add("icd10cm-order-2025.txt", order(false).into_bytes());
    collector.add("icd10cm-order-2026.txt", order(true).into_bytes());
    for (name, text) in files {
        collector.add(name, text.clone().into_bytes());
    }
    collector.build(&[])
}

pub(crate) fn build(files: &[(&str, String)]) -> KnowledgeBase {
    let (image, report) = collect(files).expect("built");
    assert_eq!(report.rejects, []);
    KnowledgeBase::from_image(Arc::new(image)).expect("a knowledge base")
}

pub(crate) const ADOLESCENT: u64 = 440_311_000_124_109;
pub(crate) const BRONCHITIS: u64 = 785_744_001;
pub(crate) const VALVES: u64 = 473_380_002;
pub(crate) const HYPERTENSION: u64 = 38_341_003;
pub(crate) const COUGH: u64 = 49_727_002;
pub(crate) const ANKLE: u64 = 44_465_007;
pub(crate) const NO_ENERGY: u64 = 248_274_002;
pub(crate) const LETHARGY: u64 = 214_264_003;

pub(crate) fn map_text() -> String {
    let onset = "IFA 445518008 | age at onset |";
    let adolescent = format!("{onset} >= 12.0 years AND {onset} < 19.0 years");
    let rows: Vec<Line<'_>> = vec![
        (ADOLESCENT, 1, 1, &adolescent, "", "Z00.3", IN_CONTEXT),
        (ADOLESCENT, 1, 2, "IFA 445518008 | age at onset | < 19.0 years", "", "Z00.2", IN_CONTEXT),
        (ADOLESCENT, 1, 3, "OTHERWISE TRUE", "MAP SOURCE CONCEPT CANNOT BE CLASSIFIED WITH AVAILABLE DATA", "", UNCLASSIFIED),
        (BRONCHITIS, 1, 1, "IFA 445518008 | age at onset | < 15.0 years", "", "J20.9", IN_CONTEXT),
        (BRONCHITIS, 1, 2, "OTHERWISE TRUE", "", "J40", IN_CONTEXT),
        (VALVES, 1, 1, "TRUE", "ALWAYS Q23.8", "Q23.8", PROPER),
        (VALVES, 2, 1, "TRUE", "ALWAYS I05.8", "I05.8", PROPER),
        (HYPERTENSION, 1, 1, "IFA 445518008 | age at onset | < 29.0 days", "", "P29.2", IN_CONTEXT),
        (HYPERTENSION, 1, 2, "OTHERWISE TRUE", "", "I10", IN_CONTEXT),
        (COUGH, 1, 1, "TRUE", "ALWAYS R05.9", "R05.9", PROPER),
        (ANKLE, 1, 1, "TRUE", "EPISODE OF CARE INFORMATION NEEDED | CONSIDER LATERALITY SPECIFICATION", "S93.409?", PROPER),
        (NO_ENERGY, 1, 1, "IFA 214264003 | tired | AND IFA 445518008 | age at onset | >= 65.0 years", "", "R54", IN_CONTEXT),
        (NO_ENERGY, 1, 2, "OTHERWISE TRUE", "", "R53.83", IN_CONTEXT),
    ];
    let (sex, twice, strange) = (made_up(11), made_up(12), made_up(15));
    let female = "IFA 248152002 | Female (finding) |";
    let subtype = format!("IFA {} | a kind of it |", made_up(22));
    let more: Vec<Line<'_>> = vec![
        (sex, 1, 1, female, "", "R54", IN_CONTEXT),
        (sex, 1, 2, "IFA 248153007 | Male (finding) |", "", "R05.9", IN_CONTEXT),
        (sex, 2, 1, "TRUE", "", "I10", PROPER),
        (twice, 1, 1, "TRUE", "", "I10", PROPER),
        (twice, 2, 1, "OTHERWISE TRUE", "", "I10", PROPER),
        (strange, 1, 1, "IFA the moon is full", "", "R54", PROPER),
        (strange, 1, 2, "OTHERWISE TRUE", "", "I10", PROPER),
        (made_up(16), 1, 1, "TRUE", "", "H04.129", PROPER),
        (made_up(17), 1, 1, "TRUE", "", "M25.669", PROPER),
        (made_up(18), 1, 1, "TRUE", "", "M17.10", PROPER),
        (made_up(19), 1, 1, "TRUE", "", "T14.8XX?", PROPER),
        (made_up(20), 1, 1, "TRUE", "MAP CONCEPT IS OUTSIDE SCOPE OF TARGET CLASSIFICATION", "", 447_635_003),
        (made_up(21), 1, 1, &subtype, "", "R54", IN_CONTEXT),
        (made_up(21), 1, 2, "OTHERWISE TRUE", "", "I10", IN_CONTEXT),
        (made_up(24), 1, 1, "TRUE", "", "X99.9", PROPER),
        (made_up(25), 1, 1, "TRUE", "", "M25.66", PROPER),
    ];
    let mut text = MAP.to_owned();
    rows.iter().chain(&more).for_each(|row| text += &map_line(1, US, *row));
    text += &map_line(0, US, (made_up(13), 1, 1, "TRUE", "", "I10", PROPER));
    text += &map_line(1, INTERNATIONAL, (made_up(14), 1, 1, "TRUE", "", "I10", PROPER));
    text
}

pub(crate) fn small() -> Vec<(&'static str, String)> {
    let is_a =
        [(made_up(22), made_up(21)), (made_up(23), made_up(22)), (made_up(30), LETHARGY), (made_up(31), made_up(32)), (COUGH, made_up(32))];
    let names = format!(
        "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId\n{}\t20260301\t1\t0\t{}\ten\t900000000000003001\ta strange thing\t0\n",
        made_up(9000),
        made_up(15)
    );
    vec![
        (MAP_FILE, map_text()),
        ("sct2_Relationship_Snapshot_US1000124_20260301.txt", relationships(&is_a)),
        ("sct2_Description_Snapshot-en_US1000124_20260301.txt", names),
    ]
}

pub(crate) static KB: LazyLock<KnowledgeBase> = LazyLock::new(|| build(&small()));

pub(crate) const DAY: Date = Date(2026_05_04);

pub(crate) static NOTHING: LazyLock<Conditions> = LazyLock::new(Conditions::default);

pub(crate) fn context() -> Context<'static> {
    Context { date: DAY, birth: None, sex: None, onset: None, conditions: &NOTHING, side: None, seventh: None }
}

/// Born and fallen ill on these days.
pub(crate) fn ill(birth: u32, onset: u32) -> Context<'static> {
    Context { birth: Some(Date(birth)), onset: Some(Date(onset)), ..context() }
}

pub(crate) fn ask(concept: u64, context: &Context<'_>) -> Translation {
    let map = KB.snomed().unwrap().expect("a map");
    KB.translate(&map, concept, context)
}

pub(crate) fn codes(answer: &Translation) -> Vec<String> {
    answer.targets.iter().map(Target::written).collect()
}

pub(crate) fn written(codes: &[superbill_core::code::CodeId]) -> Vec<String> {
    codes.iter().map(|c| KB.written(*c)).collect()
}
