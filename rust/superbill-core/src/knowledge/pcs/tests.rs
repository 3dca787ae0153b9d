//! Tables of our own, their product as the oracle, and arbitrary bytes.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const FY2025: Date = Date(2024_10_01);
const FY2026: Date = Date(2025_10_01);

fn axis(title: &str, values: &str) -> PcsAxis {
    PcsAxis { title: title.into(), values: values.bytes().map(|c| (c, format!("{title} {}", char::from(c)))).collect() }
}

fn table(prefix: &str, rows: &[[&str; 4]]) -> PcsTable {
    let [section, system, operation] = [0, 1, 2].map(|at| &prefix[at..=at]);
    let axes = [axis("Section", section), axis("Body System", system), axis("Operation", operation)];
    let row = |r: &[&str; 4]| [axis("Body Part", r[0]), axis("Approach", r[1]), axis("Device", r[2]), axis("Qualifier", r[3])];
    PcsTable { axes, definition: format!("what {prefix} does"), rows: rows.iter().map(row).collect() }
}

fn small() -> Vec<(u32, Vec<u8>)> {
    let mut builder = PcsBuilder::default();
    builder.add_tables(FY2025, vec![table("0QZ", &[["9B", "X", "Z1", "Z"]])]);
    builder.add_tables(FY2026, vec![table("0QZ", &[["9B", "X", "Z1", "Z"], ["9", "0", "Z", "Z"]]), table("0QY", &[["A", "0", "Z", "Z"]])]);
    let term = |axis, title: &str| PcsTerm {
        section: b'0',
        axis,
        title: title.into(),
        definition: "d".into(),
        includes: vec!["i".into()],
        ..PcsTerm::default()
    };
    let general = PcsAggregate {
        device: "Silk".into(),
        value: b'1',
        parent: "Thread".into(),
        systems: vec!["Ears".into()],
        ..PcsAggregate::default()
    };
    builder.add_definitions(FY2026, vec![term(3, "Mending"), term(4, "Ear")], vec![general]);
    builder.build()
}

fn view(parts: &[(u32, Vec<u8>)]) -> Pcs<'_> {
    Pcs::view(|id| parts.iter().find(|p| p.0 == id).map_or(&[], |p| p.1.as_slice()))
}

#[test]
fn codes_are_the_product_of_the_rows_of_their_release() {
    let parts = small();
    let pcs = view(&parts);
    let on = |day| pcs.expand(Date(day)).map(|c| c.to_string()).collect::<Vec<_>>();
    let old = ["0QZ9X1Z", "0QZ9XZZ", "0QZBX1Z", "0QZBXZZ"];
    assert_eq!(on(2025_09_30), old);
    assert_eq!(on(2026_05_04), [&["0QYA0ZZ", "0QZ90ZZ"][..], &old].concat());
    // What both releases have is stored once.
    assert_eq!((pcs.tables.len(), pcs.rows.len(), pcs.release(Date(2026_05_04))), (2, 3, Some(FY2026)));
    let valid = |code, day| pcs.valid(CodeKey::pack(code).unwrap(), Date(day));
    assert!(valid("0QYA0ZZ", 2026_05_04) && !valid("0QYA0ZZ", 2025_05_04));
    for wrong in ["0QZ9X2Z", "0QZ", "1QZ9XZZ", "0QZ9XZZZ"] {
        assert!(!valid(wrong, 2026_05_04), "{wrong}");
    }
}

#[test]
fn characters_say_what_they_are_and_what_may_follow() {
    let parts = small();
    let pcs = view(&parts);
    let said = |values: Vec<PcsValue<'_>>| values.iter().map(|v| format!("{}={}", v.character, v.label)).collect::<Vec<_>>().join(" ");
    let (day, axes) = (FY2026, |code| said(pcs.axes(code, FY2026).unwrap()));
    assert_eq!(axes("0qz9xzz"), "0=Section 0 Q=Body System Q Z=Operation Z 9=Body Part 9 X=Approach X Z=Device Z Z=Qualifier Z");
    assert_eq!((axes("0Q"), axes("0QZ9X2")), ("0=Section 0 Q=Body System Q".into(), String::new()));
    let next = |prefix| said(pcs.complete(prefix, day).unwrap());
    for (prefix, following) in [
        ("", "0=Section 0"),
        ("0Q", "Y=Operation Y Z=Operation Z"),
        ("0QZ", "9=Body Part 9 B=Body Part B"),
        ("0QZ9", "0=Approach 0 X=Approach X"),
        ("0QZ9X", "1=Device 1 Z=Device Z"),
        ("0QZ9XZZ", ""),
        ("7", ""),
    ] {
        assert_eq!(next(prefix), following, "{prefix}");
    }
    assert!(pcs.axes("0QI", day).is_err() && pcs.complete("0QZ9XZZZ", day).is_err() && pcs.complete("é", day).is_err());
    assert_eq!((pcs.operation("0QZ", day), pcs.operation("0Q", day)), ("what 0QZ does", ""));
}

#[test]
fn definitions_are_found_by_title() {
    let parts = small();
    let pcs = view(&parts);
    let of = |section, axis| pcs.define("ear", section, axis, FY2026);
    assert_eq!((of(None, None).len(), of(Some('0'), Some(4)).len(), of(Some('1'), None).len(), of(None, Some(3)).len()), (1, 1, 0, 0));
    assert_eq!(of(None, None)[0].includes, ["i"]);
    let general = pcs.generalize("silk", FY2026);
    assert_eq!((general[0].character, general[0].label, general[0].systems.as_slice()), ('1', "Thread", &["Ears"][..]));
}

#[test]
fn the_order_of_files_does_not_matter() {
    let (a, b) = (vec![table("0QZ", &[["9", "X", "Z", "Z"]])], vec![table("0QZ", &[["8", "X", "Z", "Z"]])]);
    let build = |first: &Vec<PcsTable>, second: &Vec<PcsTable>, days: [Date; 2]| {
        let mut builder = PcsBuilder::default();
        builder.add_tables(days[0], first.clone());
        assert_eq!(builder.add_tables(days[1], second.clone()), days[0] == days[1]);
        builder.build()
    };
    assert_eq!(build(&a, &b, [FY2025, FY2026]), build(&b, &a, [FY2026, FY2025]));
    assert_eq!(build(&a, &b, [FY2025, FY2025]), build(&b, &a, [FY2025, FY2025]));
}

fn tables() -> impl Strategy<Value = Vec<PcsTable>> {
    let row = prop::array::uniform4("[0-9A-C]{1,3}");
    let tables = prop::collection::btree_map("0[QR][YZ]", prop::collection::vec(row, 1..4), 1..4);
    tables.prop_map(|tables| {
        // A character stands once in a set.
        let set = |s: &String| s.bytes().collect::<BTreeSet<u8>>().into_iter().map(char::from).collect::<String>();
        let made = |(prefix, rows): (&String, &Vec<[String; 4]>)| {
            let sets: Vec<[String; 4]> = rows.iter().map(|r| [0, 1, 2, 3].map(|at: usize| set(&r[at]))).collect();
            let rows: Vec<[&str; 4]> = sets.iter().map(|r| [0, 1, 2, 3].map(|at: usize| r[at].as_str())).collect();
            table(prefix, &rows)
        };
        tables.iter().map(made).collect()
    })
}

/// The codes of tables, one by one.
fn product(tables: &[PcsTable]) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for table in tables {
        let prefix: String = table.prefix().unwrap().into_iter().map(char::from).collect();
        for row in &table.rows {
            for (a, b, c, d) in row[0].values.iter().flat_map(|a| {
                row[1]
                    .values
                    .iter()
                    .flat_map(move |b| row[2].values.iter().flat_map(move |c| row[3].values.iter().map(move |d| (a.0, b.0, c.0, d.0))))
            }) {
                codes.insert(format!("{prefix}{}", String::from_utf8(vec![a, b, c, d]).unwrap()));
            }
        }
    }
    codes
}

proptest! {
    #[test]
    fn expanding_and_completing_give_the_product(old in tables(), new in tables()) {
        let mut builder = PcsBuilder::default();
        builder.add_tables(FY2025, old.clone());
        builder.add_tables(FY2026, new.clone());
        let parts = builder.build();
        let pcs = view(&parts);
        for (day, tables) in [(FY2025, &old), (FY2026, &new)] {
            let codes = product(tables);
            prop_assert_eq!(pcs.expand(day).map(|c| c.to_string()).collect::<Vec<_>>(), codes.iter().cloned().collect::<Vec<_>>());
            prop_assert!(codes.iter().all(|c| pcs.valid(CodeKey::pack(c).unwrap(), day) && pcs.axes(c, day).unwrap().len() == 7));
            let mut reached: Vec<String> = vec![String::new()];
            for _ in 0..7 {
                reached = reached.iter().flat_map(|p| pcs.complete(p, day).unwrap().into_iter().map(move |v| format!("{p}{}", v.character))).collect();
            }
            prop_assert_eq!(reached, codes.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_bytes_panic(damage in prop::collection::vec((0_u32..part::ALL, any::<prop::sample::Index>(), 0_u8..90), 1..12), cut in any::<prop::sample::Index>()) {
        let mut parts = small();
        for (part, at, byte) in damage {
            let bytes = &mut parts[part as usize].1;
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        let part = cut.index(parts.len());
        let length = cut.index(parts[part].1.len() + 1);
        parts[part].1.truncate(length);
        let pcs = view(&parts);
        for prefix in ["", "0", "0QZ", "0QZ9X", "0QZ9XZZ"] {
            let _ = (pcs.axes(prefix, FY2026), pcs.complete(prefix, FY2026), pcs.operation(prefix, FY2026));
        }
        let _ = (pcs.expand(FY2026).take(10_000).count(), pcs.define("ear", None, None, FY2026), pcs.generalize("silk", FY2026));
    }
}
