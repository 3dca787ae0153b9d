//! Small indexes of our own, laws over made-up trees, and arbitrary bytes.

use super::*;
use proptest::prelude::*;

const DAY: Date = Date(2026_05_04);
const FY2025: Date = Date(2024_10_01);
const FY2026: Date = Date(2025_10_01);

fn cm(code: &str) -> Detail {
    let stem = code.trim_end_matches(['-', '.']);
    Detail::code(DetailKind::Code, System::Icd10cm.parse(stem).unwrap(), stem.len() < code.len())
}

fn see(text: &str) -> Detail {
    Detail::text(DetailKind::See, text.into())
}

/// `"1 femur, femoral = S72.9-; (big)"`: level, title, then a code, modifiers in parentheses, or a reference after `>`.
fn term(line: &str) -> Term {
    let (head, said) = line.split_once('=').unwrap_or((line, ""));
    let (level, title) = head.split_once(' ').unwrap();
    let detail = |said: &str| match said.split_at(1) {
        (">", text) => see(text),
        ("+", text) => Detail::text(DetailKind::SeeAlso, text.into()),
        ("(", _) => Detail::text(DetailKind::Modifiers, said.into()),
        _ => cm(said),
    };
    let details = said.split(';').map(str::trim).filter(|s| !s.is_empty()).map(detail).collect();
    Term { level: level.parse().unwrap(), title: title.trim().into(), details }
}

fn terms(lines: &[&str]) -> Vec<Term> {
    lines.iter().map(|l| term(l)).collect()
}

const SMALL: [&str; 19] = [
    "0 Bent, bowed",
    "0 Break, sharp = (clean) (dry); +Break, slow; T14.8",
    "1 femur, femoral = S72.9-",
    "2 neck = S72.00-",
    "2 shaft NEC = S72.30-",
    "1 hip = >Break, femur, neck",
    "1 skin = >Neoplasm, skin, malignant",
    "0 Break, slow",
    "1 femur = M84.45-",
    "0 Round = >Loop",
    "0 Loop = >Round",
    "0 Sugar sickness = (sweet); E11.9",
    "1 type 2 = E11.9",
    "2 with",
    "3 cloudy lens = E11.36",
    "3 nerves = E11.40",
    "4 and pain = E11.42",
    "1 without nerves = E11.8",
    "0 Bone ache, see also elsewhere = >condition",
];

fn small() -> Vec<(u32, Vec<u8>)> {
    let mut builder = IndexBuilder::default();
    builder.add(IndexKind::Diseases, FY2026, Vec::new(), terms(&SMALL));
    let mut table = terms(&["0 Neoplasm", "1 skin", "2 ear", "1 bone"]);
    let cell = |column, code: &str| Detail { column, ..Detail { kind: DetailKind::Cell, ..cm(code) } };
    table[1].details = vec![cell(2, "C44.90"), Detail { key: CodeKey(0), ..cell(3, "C79.8-") }];
    builder.add(IndexKind::Neoplasm, FY2026, vec![(1, "Site".into()), (2, "Malignant Primary".into())], table);
    builder.build()
}

fn view(parts: &[(u32, Vec<u8>)]) -> Index<'_> {
    Index::view(|id| parts.iter().find(|p| p.0 == id).map_or(&[], |p| p.1.as_slice()))
}

fn found(index: &Index<'_>, kind: IndexKind, term: &str) -> Vec<String> {
    index.lookup(kind, term, DAY, 20).found.iter().map(|f| index.path(f.node).join(" > ")).collect()
}

#[test]
fn terms_are_found_by_their_words() {
    let parts = small();
    let index = view(&parts);
    for (term, expected) in [
        ("break, femur, neck", "Break, sharp > femur, femoral > neck"),
        ("Femoral neck breaks", "Break, sharp > femur, femoral > neck"),
        ("clean break of the hip", "Break, sharp > hip"),
        ("break", "Break, sharp; Break, slow"),
        ("femur break", "Break, sharp > femur, femoral; Break, slow > femur"),
        ("slow break of femur", "Break, slow > femur"),
        ("type 2 sugar sickness", "Sugar sickness > type 2"),
        ("sugar sickness type 2, nerves", "Sugar sickness > type 2 > with > nerves"),
        ("type 2 sugar sickness nerve pain", "Sugar sickness > type 2 > with > nerves > and pain"),
        ("sugar sickness without nerves", "Sugar sickness > without nerves"),
        ("bowed", "Bent, bowed"),
        // What is left of the words is looked for where a reference leads.
        ("hip shaft break", "Break, sharp > hip"),
        ("break skin ear", "Neoplasm > skin > ear"),
        ("round", "Round"),
        ("round loop", "Loop; Round"),
        ("femur", ""),
        ("", ""),
        ("xyzzy", ""),
    ] {
        assert_eq!(found(&index, IndexKind::Diseases, term).join("; "), expected, "{term}");
    }
    // A table of one main term is looked up by what is below it.
    for (term, expected) in
        [("skin", "Neoplasm > skin"), ("Neoplasm, skin, ear", "Neoplasm > skin > ear"), ("ear of skin", "Neoplasm > skin > ear")]
    {
        assert_eq!(found(&index, IndexKind::Neoplasm, term).join("; "), expected, "{term}");
    }
    assert!(found(&index, IndexKind::Drug, "skin").is_empty());
    let search = index.lookup(IndexKind::Diseases, "purple break xyzzy", DAY, 20);
    assert_eq!(search.missing(search.found[0]).collect::<Vec<_>>(), ["purple", "xyzzy"]);
    assert_eq!(index.lookup(IndexKind::Diseases, "break", DAY, 1).found.len(), 1);
}

#[test]
fn references_lead_where_their_words_name_a_node() {
    let parts = small();
    let index = view(&parts);
    let target = |term: &str| {
        let node = index.lookup(IndexKind::Diseases, term, DAY, 1).found[0].node;
        let target = index.said(node).find_map(|s| if let Said::Text(_, _, Some(t)) = s { Some(t) } else { None });
        target.map(|t| index.path(t).join(" > ")).unwrap_or_default()
    };
    assert_eq!(target("break hip"), "Break, sharp > femur, femoral > neck");
    assert_eq!(target("break skin"), "Neoplasm > skin");
    assert_eq!((target("round"), target("loop")), ("Loop".into(), "Round".into()));
    assert_eq!(target("bone ache"), "");
}

#[test]
fn nodes_say_what_their_file_says() {
    let parts = small();
    let index = view(&parts);
    let only = |kind, term: &str| index.lookup(kind, term, DAY, 1).found[0].node;
    let femur = only(IndexKind::Diseases, "femur sharp break");
    assert_eq!(index.said(femur).collect::<Vec<_>>(), [Said::Code(DetailKind::Code, CodeKey::parse("S729").unwrap(), true)]);
    let below: Vec<&str> = index.children(femur, DAY).map(|c| index.title(c)).collect();
    assert_eq!((below, index.level(femur)), (vec!["neck", "shaft NEC"], 1));
    assert_eq!(index.modifiers(index.parent(femur).unwrap()), "(clean) (dry)");
    let skin = only(IndexKind::Neoplasm, "skin");
    let expected = [Said::Cell(2, CodeKey::parse("C4490").ok(), false), Said::Cell(3, None, true)];
    assert_eq!(index.said(skin).collect::<Vec<_>>(), expected);
    assert_eq!((index.heading(IndexKind::Neoplasm, 2), index.heading(IndexKind::Neoplasm, 9)), ("Malignant Primary", ""));
    assert_eq!(index.nodes(IndexKind::Diseases, DAY).count(), SMALL.len());
}

#[test]
fn a_day_is_answered_by_its_release_in_whatever_order_they_came() {
    let (old, new) = (
        ["0 A", "1 same = A00", "1 changed = A01", "2 below", "1 gone"],
        ["0 A", "1 new = A09", "1 same = A00", "1 changed = A02", "2 below"],
    );
    let build = |order: [(Date, &[&str]); 2]| {
        let mut builder = IndexBuilder::default();
        for (day, lines) in order {
            assert!(!builder.add(IndexKind::Drug, day, Vec::new(), terms(lines)));
        }
        builder.build()
    };
    let parts = build([(FY2025, &old[..]), (FY2026, &new[..])]);
    assert_eq!(parts, build([(FY2026, &new[..]), (FY2025, &old[..])]));
    let index = view(&parts);
    let on = |day: Date| index.nodes(IndexKind::Drug, day).map(|n| index.title(n)).collect::<Vec<_>>();
    assert_eq!(on(Date(2025_09_30)), ["A", "same", "changed", "below", "gone"]);
    assert_eq!(on(FY2026), ["A", "new", "same", "changed", "below"]);
    assert_eq!(index.release(IndexKind::Drug, Date(2019_01_01)), Some(FY2025));
    // The same main term, the same subterm: stored once.
    assert_eq!(index.nodes.len(), 8);
    let mut twice = IndexBuilder::default();
    assert!(!twice.add(IndexKind::Drug, FY2025, Vec::new(), terms(&old)));
    assert!(!twice.add(IndexKind::Drug, FY2025, Vec::new(), terms(&old)));
    assert!(twice.add(IndexKind::Drug, FY2025, Vec::new(), terms(&new)));
}

#[test]
fn what_stands_without_a_title_is_said_of_the_term_above() {
    let mut lines = terms(&["0 Sewing", "1 x", "1 x", "1 ear", "0 Mending", "1 ear"]);
    let key = CodeKey::pack("0QZ").unwrap();
    lines[1] = Term {
        details: vec![see("Mending, ear"), Detail::code(DetailKind::ReferenceCode, key, true)],
        title: String::new(),
        ..lines[1].clone()
    };
    lines[2] = Term { details: vec![Detail::text(DetailKind::Use, "Thread".into())], title: String::new(), ..lines[2].clone() };
    let mut builder = IndexBuilder::default();
    builder.add(IndexKind::Procedures, FY2026, Vec::new(), lines);
    let parts = builder.build();
    let index = view(&parts);
    let said: Vec<Said<'_>> = index.said_of(0, DAY).collect();
    let reference = Said::Text(DetailKind::See, "Mending, ear", Some(5));
    assert_eq!(said, [reference, Said::Code(DetailKind::ReferenceCode, key, true), Said::Text(DetailKind::Use, "Thread", None)]);
    assert_eq!((index.said(0).count(), index.path(1)), (0, vec!["Sewing"]));
    assert_eq!(found(&index, IndexKind::Procedures, "sewing of mending"), ["Mending > ear"]);
}

#[test]
fn connecting_terms_without_end_are_bounded() {
    let mut lines: Vec<Term> = (0..250).map(|level| Term { level, title: "with".into(), details: Vec::new() }).collect();
    lines[0].title = "Top".into();
    lines.push(Term { level: 250, title: "bottom".into(), details: Vec::new() });
    let mut builder = IndexBuilder::default();
    builder.add(IndexKind::Diseases, FY2026, Vec::new(), lines);
    let parts = builder.build();
    assert_eq!(found(&view(&parts), IndexKind::Diseases, "top bottom"), ["Top"]);
}

/// Trees whose titles are made of few words.
fn tree() -> impl Strategy<Value = Vec<Term>> {
    let line =
        (0_u8..4, prop::sample::select(vec!["ear", "nose", "left ear", "big, bigger", "with", "toe, nail", "NEC", "old"]), any::<bool>());
    prop::collection::vec(line, 1..30).prop_map(|lines| {
        let mut terms: Vec<Term> = Vec::new();
        for (level, title, see) in lines {
            let level = terms.last().map_or(0, |t| level.min(t.level + 1));
            let details = if see { vec![self::see("big, ear"), cm("A00")] } else { vec![] };
            terms.push(Term { level, title: title.into(), details });
        }
        terms
    })
}

/// A slow search: which nodes of a tree have a title all of whose words are among those looked for, at every step of their path.
fn reachable(terms: &[Term], wanted: &[String]) -> usize {
    let mut open: Vec<bool> = Vec::new();
    let mut count = 0;
    for term in terms {
        open.truncate(usize::from(term.level));
        let all = words::alternatives(&term.title);
        let connecting = all.iter().all(Vec::is_empty);
        let main = term.level == 0;
        // A main term is found by words side by side, a subterm by words anywhere.
        let named =
            |a: &Vec<String>| if main { wanted.windows(a.len()).any(|w| w == a.as_slice()) } else { a.iter().all(|w| wanted.contains(w)) };
        let has = all.iter().any(|a| !a.is_empty() && named(a));
        let here = open.last().copied().unwrap_or(true) && (has || connecting && !main);
        open.push(here);
        count += usize::from(here && has);
    }
    count
}

proptest! {
    #[test]
    fn what_is_found_is_what_a_slow_search_finds(terms in tree(), text in "((ear|nose|left|big|toe|old|nail) ?){1,4}") {
        let mut builder = IndexBuilder::default();
        builder.add(IndexKind::Diseases, FY2026, Vec::new(), terms.clone());
        let parts = builder.build();
        let index = view(&parts);
        let search = index.lookup(IndexKind::Diseases, &text, DAY, 1000);
        let mains = terms.iter().filter(|t| t.level == 0).count();
        if mains > 1 {
            // Found nodes can be reached by the slow search or lie where a reference leads.
            prop_assert!(search.found.is_empty() == (reachable(&terms, &search.words) == 0));
        }
        for found in &search.found {
            let path = index.path(found.node).join(" ");
            let own = words::words(&path);
            let missing: Vec<&str> = search.missing(*found).collect();
            prop_assert!(missing.iter().all(|m| !own.contains(&(*m).to_owned())), "{} {:?}", path, missing);
        }
    }

    #[test]
    fn the_order_of_main_terms_serves_every_search(terms in tree()) {
        let mut builder = IndexBuilder::default();
        builder.add(IndexKind::Diseases, FY2026, Vec::new(), terms.clone());
        let parts = builder.build();
        let index = view(&parts);
        for main in index.nodes(IndexKind::Diseases, DAY).filter(|&n| index.level(n) == 0) {
            let title = words::words(index.title(main));
            if !title.is_empty() {
                let search = index.lookup(IndexKind::Diseases, &title.join(" "), DAY, 1000);
                prop_assert!(search.found.iter().any(|f| f.node == main), "{:?}", title);
            }
        }
    }

    #[test]
    fn no_bytes_panic(damage in prop::collection::vec((0_u32..part::ALL, any::<prop::sample::Index>(), any::<u8>()), 1..20), cut in any::<prop::sample::Index>()) {
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
        let index = view(&parts);
        for (kind, _, _) in IndexKind::NAMES {
            for text in ["break femur neck", "sugar sickness type 2 nerve pain", "skin", "round loop"] {
                let search = index.lookup(kind, text, DAY, 50);
                for found in search.found {
                    index.path(found.node);
                    let _ = (index.said(found.node).count(), index.children(found.node, DAY).count(), index.modifiers(found.node));
                }
            }
            let _ = (index.nodes(kind, DAY).count(), index.heading(kind, 2), index.release(kind, DAY));
        }
    }
}
