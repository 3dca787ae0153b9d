use super::*;
use crate::read::token::{split, tokenize};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn built(phrases: &[&str]) -> (Vec<Vec<u8>>, Vec<Option<u32>>) {
    let mut builder = TrieBuilder::new();
    let ids = phrases.iter().map(|phrase| builder.add(phrase)).collect();
    (builder.build().into_iter().map(|part| part.1).collect(), ids)
}

fn sections(parts: &[Vec<u8>]) -> TrieSections<'_> {
    TrieSections::from_parts(|part| &parts[part as usize])
}

fn found(trie: &TermTrie<'_>, text: &str) -> Vec<(u32, u32, u32)> {
    let mut tokens = Vec::new();
    tokenize(text, trie.vocabulary(), &mut tokens);
    let mut found = Vec::new();
    trie.find_all(&tokens, |m| found.push((m.first, m.end, m.phrase)));
    found
}

#[test]
fn overlapping_phrases_are_all_found_in_order() {
    let (parts, ids) = built(&["pain", "chest pain", "chest", "chest pain on breathing", "pain on breathing", "on", "", "Chest-Pain", "-"]);
    assert_eq!(ids, [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), None, Some(1), None]);
    let parts = sections(&parts);
    let trie = TermTrie::from_sections(&parts).unwrap();
    let expected = [(0, 1, 2), (0, 2, 1), (0, 4, 3), (1, 2, 0), (1, 4, 4), (2, 3, 5), (5, 6, 0)];
    assert_eq!(
        found(&trie, "CHEST pain on\nbreathing; pain on breath"),
        expected.map(|m| m).into_iter().chain([(6, 7, 5)]).collect::<Vec<_>>()
    );
}

#[test]
fn nothing_is_found_without_phrases() {
    let (parts, _) = built(&[]);
    let parts = sections(&parts);
    assert_eq!(found(&TermTrie::from_sections(&parts).unwrap(), "chest pain"), []);
    let empty = TrieSections::from_parts(|_| &[]);
    assert_eq!(found(&TermTrie::view(&empty), "chest pain"), []);
    assert_eq!(TermTrie::from_sections(&empty).err(), Some(TrieError::Size(0)));
}

/// Words, their letter case, joiners, punctuation, letters outside ASCII, long words: few enough that phrases meet the text.
const WORDS: [&str; 24] = [
    "a",
    "b",
    "ab",
    "aba",
    "of",
    "Of",
    "left",
    "LEFT",
    "fracture",
    "fractures",
    "hypertension",
    "12",
    "1",
    ".",
    ",",
    "%",
    "µg",
    "Ménière",
    "MÉNIÈRE",
    "\u{130}",
    "electroencephalographic",
    "electroencephalographics",
    "electroencephalographically",
    "deinstitutionalization",
];
const GAPS: [&str; 9] = [" ", "-", "\n", "'", "\u{2019}", "\u{2013}", " - ", "_", "  "];

fn phrase(longest: usize) -> impl Strategy<Value = String> {
    let step = (prop::sample::select(&WORDS[..]), prop::sample::select(&GAPS[..]));
    prop::collection::vec(step, 1..=longest).prop_map(|steps| steps.into_iter().flat_map(|(word, gap)| [word, gap]).collect())
}

fn canonical(text: &str) -> String {
    let mut words = Vec::new();
    split(text, |start, end| words.push(text[start as usize..end as usize].to_lowercase()));
    words.join(" ")
}

/// All overlapping matches of an Aho-Corasick automaton over canonical text, kept where they start and end with a token.
fn oracle(phrases: &[String], text: &str) -> BTreeSet<(u32, u32, u32)> {
    let mut patterns: Vec<String> = Vec::new();
    for phrase in phrases.iter().map(|phrase| canonical(phrase)) {
        if !patterns.contains(&phrase) {
            patterns.push(phrase);
        }
    }
    let text = canonical(text);
    let bounds: Vec<(usize, usize)> = {
        let mut at = 0;
        text.split(' ')
            .map(|word| {
                (at, {
                    at += word.len() + 1;
                    at - 1
                })
            })
            .collect()
    };
    let automaton = aho_corasick::AhoCorasick::new(&patterns).unwrap();
    let matches = automaton.find_overlapping_iter(&text).filter_map(|m| {
        let first = bounds.iter().position(|b| b.0 == m.start())?;
        let last = bounds.iter().position(|b| b.1 == m.end())?;
        Some((first as u32, last as u32 + 1, m.pattern().as_u32()))
    });
    matches.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn answers_equal_an_aho_corasick_oracle(phrases in prop::collection::vec(phrase(5), 1..60), text in phrase(60)) {
        let names: Vec<&str> = phrases.iter().map(String::as_str).collect();
        let (parts, _) = built(&names);
        let parts = sections(&parts);
        let trie = TermTrie::from_sections(&parts).unwrap();
        let found = found(&trie, &text);
        let sorted: BTreeSet<_> = found.iter().copied().collect();
        prop_assert_eq!(found, sorted.iter().copied().collect::<Vec<_>>());
        prop_assert_eq!(sorted, oracle(&phrases, &text));
    }

    #[test]
    fn across_words_as_in_a_text_without_them(phrases in prop::collection::vec(phrase(5), 1..60), text in phrase(60)) {
        let names: Vec<&str> = phrases.iter().map(String::as_str).collect();
        let (parts, _) = built(&names);
        let parts = sections(&parts);
        let trie = TermTrie::from_sections(&parts).unwrap();
        let skipped: Vec<u32> = ["of", "left", ","].into_iter().filter_map(|w| trie.word(w)).collect();
        let mut tokens = Vec::new();
        tokenize(&text, trie.vocabulary(), &mut tokens);
        let (mut written, mut across) = (Vec::new(), Vec::new());
        trie.find_across(&tokens, |w| skipped.contains(&w), |m, over| if over { across.push(m) } else { written.push(m) });
        let mut all = Vec::new();
        trie.find_all(&tokens, |m| all.push(m));
        prop_assert_eq!(written, all);
        let left: Vec<usize> = (0..tokens.len()).filter(|&at| !skipped.contains(&tokens[at].word)).collect();
        let bare: Vec<Token> = left.iter().map(|&at| tokens[at]).collect();
        let mut expected = Vec::new();
        trie.find_all(&bare, |m| {
            let (first, end) = (left[m.first as usize] as u32, left[m.end as usize - 1] as u32 + 1);
            if end - first > m.end - m.first {
                expected.push(Match { first, end, phrase: m.phrase });
            }
        });
        prop_assert_eq!(across, expected);
    }

    #[test]
    fn the_same_phrases_give_the_same_bytes(phrases in prop::collection::vec(phrase(5), 1..60)) {
        let names: Vec<&str> = phrases.iter().map(String::as_str).collect();
        prop_assert_eq!(built(&names), built(&names));
    }

    #[test]
    fn damaged_sections_never_panic(phrases in prop::collection::vec(phrase(5), 1..60), damage in prop::collection::vec((0..PARTS, any::<usize>(), any::<u8>()), 1..30), text in phrase(60)) {
        let names: Vec<&str> = phrases.iter().map(String::as_str).collect();
        let (mut parts, _) = built(&names);
        for (part, at, byte) in damage {
            let part = &mut parts[part as usize];
            if let Some(at) = at.checked_rem(part.len()) {
                if byte == 0 { part.truncate(at); } else { part[at] ^= byte; }
            }
        }
        let parts = sections(&parts);
        found(&TermTrie::view(&parts), &text);
        let _ = TermTrie::from_sections(&parts);
    }
}
