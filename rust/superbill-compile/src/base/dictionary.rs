//! What texts are read with: rules and phrases of packs, the term trie, and the words that tell codes apart.

use super::{
    Codes, Phrases,
    search::Term,
    words::{Words, resolve},
};
use crate::{
    CompileError,
    packs::{self, form::PackFile},
    source::icd10cm_tabular::Tabular,
};
use std::collections::{HashMap, HashSet};
use superbill_core::{
    date::Date,
    knowledge::{
        layout::{Misspelling, NONE, flag, section},
        rules::{Pack, Rules},
        visits::Visits,
    },
    read::{
        spelling::Spelling,
        token::Vocabulary,
        trie::{TermTrie, TrieSections},
    },
};
use zerocopy::{IntoBytes, little_endian::U32};

/// Rules and sections of a knowledge base that depend on packs.
pub(super) struct Dictionary {
    pub rules: Rules,
    pub visits: Visits,
    pub sections: Vec<(u32, Vec<u8>)>,
    /// By ICD-10-CM code, its words in the section of distinct words.
    pub distinct_ranges: Vec<std::ops::Range<u32>>,
}

pub(crate) fn day(file: &str, date: Option<&toml::value::Datetime>, absent: Date) -> Result<u32, CompileError> {
    let Some(date) = date else { return Ok(absent.0) };
    Date::parse(&date.to_string()).map(|d| d.0).map_err(|e| CompileError::new(file, format!("{date}: {e}")))
}

fn header(file: &str, form: &PackFile) -> Result<Pack, CompileError> {
    let pack = &form.pack;
    if pack.id.is_empty() || pack.citation.is_empty() {
        return Err(CompileError::new(file, "[pack] needs id and citation"));
    }
    let effective = day(file, pack.effective.as_ref(), Date(1900_01_01))?;
    let end = day(file, pack.end.as_ref(), Date::OPEN)?;
    Ok(Pack { id: pack.id.clone(), version: Date(effective).to_string(), citation: pack.citation.clone(), effective, end })
}

pub(super) fn encoded<T: serde::Serialize + ?Sized>(what: &str, value: &T) -> Result<Vec<u8>, CompileError> {
    postcard::to_stdvec(value).map_err(|e| CompileError::new(what, e.to_string()))
}

/// By code, the words that tell it from its siblings: those of its title that the title above does not have, less what all siblings share.
fn told_apart(tabular: &Tabular, codes: &Codes, words: &Words<'_>) -> Vec<Vec<u32>> {
    let all = &codes.all;
    let above = |id: usize| codes.above(tabular, id);
    let told = |id: &usize| all[*id].node.is_some();
    let of_title = |title: &str| words.of(title).into_iter().collect::<HashSet<u32>>();
    let mut titles_above: HashMap<&str, HashSet<u32>> = HashMap::new();
    let mut own = |id: usize| {
        if all[id].flags & (flag::SEVENTH | flag::RETIRED) != 0 {
            return Vec::new();
        }
        let (named, above) = codes.titles(tabular, id);
        words.distinct(named, titles_above.entry(above).or_insert_with(|| of_title(above)))
    };
    let mut told_apart: Vec<Vec<u32>> = (0..all.len()).map(&mut own).collect();
    let mut shared: HashMap<u32, (usize, Vec<u32>)> = HashMap::new();
    for (id, own) in told_apart.iter().enumerate().filter(|w| told(&w.0)) {
        let (siblings, common) = shared.entry(above(id)).or_insert_with(|| (0, own.clone()));
        *siblings += 1;
        common.retain(|w| own.contains(w));
    }
    // "with macular edema" beside "without macular edema": where nothing else would tell one of them, all keep what they share.
    for (id, own) in told_apart.iter().enumerate().filter(|w| told(&w.0)) {
        let residual = all[id].flags & (flag::UNSPECIFIED | flag::OTHER) != 0;
        if let Some((_, common)) = shared.get_mut(&above(id))
            && !residual
            && own.iter().all(|w| common.contains(w))
        {
            common.clear();
        }
    }
    for (id, own) in told_apart.iter_mut().enumerate().filter(|w| told(&w.0)) {
        if let Some((2.., common)) = shared.get(&above(id)) {
            own.retain(|w| !common.contains(w));
        }
    }
    told_apart
}

/// Known words by what no slip changes, half of the slots empty.
fn misspellings(vocabulary: &Vocabulary<'_>, spelt: &[(String, bool)]) -> Vec<Misspelling> {
    let empty = Misspelling { hash: 0.into(), word: NONE.into() };
    let mut slots = vec![empty; (spelt.len() * 2).next_power_of_two()];
    for (word, names) in spelt {
        if let Some(id) = vocabulary.word(word) {
            Spelling::put(&mut slots, word.as_bytes(), id, *names);
        }
    }
    slots
}

/// Compiles packs over the codes of a tabular list; the same packs give the same sections in whatever order they are given. What packs call conditions is told as
/// soon as it is known, so that the index of search can be made meanwhile.
pub(super) fn compile(
    tabular: &Tabular,
    codes: &Codes,
    tabular_pack: Pack,
    pack_sources: &[packs::Source],
    tell: impl FnOnce(Vec<Term>),
) -> Result<Dictionary, CompileError> {
    let mut rules = Rules { tabular: Some(tabular_pack), ..Rules::default() };
    let mut forms = Vec::new();
    for source in pack_sources {
        forms.push((source.file.as_str(), packs::parse(source)?));
    }
    packs::axes::share(&mut forms)?;
    packs::products::expand(&mut forms)?;
    // Packs that yield to others come after them.
    forms.sort_by(|a, b| (a.1.pack.yields, a.0).cmp(&(b.1.pack.yields, b.0)));
    let mut phrases = Phrases::new(tabular, codes);
    for (file, form) in &forms {
        let pack = rules.packs.len() as u32;
        let header = header(file, form)?;
        if rules.packs.iter().any(|p| p.id == header.id) {
            return Err(CompileError::new(file, format!("pack id {} is taken", header.id)));
        }
        rules.packs.push(header);
        packs::reading::compile(file, pack, form, &mut rules, &mut phrases)?;
        packs::conditions::compile(file, pack, form, codes, &mut rules, &mut phrases)?;
        packs::guidelines::compile(file, pack, form, codes, &mut rules, &mut phrases)?;
        packs::procedures::compile(file, pack, form, &mut rules, &mut phrases)?;
    }
    for (file, form) in &forms {
        packs::encounter_types::compile(file, form, &mut rules)?;
        packs::guidelines::reasons(file, form, codes, &mut rules)?;
        packs::axes::significance(file, form, &mut rules)?;
    }
    for (pack, (file, form)) in (0..).zip(&forms) {
        packs::measured::compile(file, pack, form, codes, &mut rules, &mut phrases)?;
        packs::drugs::compile(file, pack, form, codes, &mut rules, &mut phrases)?;
        packs::prior_procedures::compile(file, pack, form, codes, &mut rules)?;
    }
    let confidence = packs::confidence::compile(&forms, codes)?;
    let visits = packs::visits::compile(&forms, codes, &rules, &mut phrases)?;
    let near = std::mem::take(&mut phrases.near);
    let also = std::mem::take(&mut phrases.also);
    tell(std::mem::take(&mut phrases.terms));
    let articles: Vec<&str> = forms.iter().flat_map(|f| &f.1.article).flat_map(|a| &a.say).map(String::as_str).collect();
    phrases.plurals();
    phrases.turn(&articles);
    phrases.without(&articles);
    let spellings = phrases.words();
    let spelt = forms.iter().any(|f| f.1.spelling.is_some()).then(|| phrases.spelt());
    let dictionary = phrases.build();
    let part = |id: u32| dictionary.trie.iter().find(|s| s.0 == id).map_or(&[][..], |s| s.1.as_slice());
    let trie = TermTrie::from_sections(&TrieSections::from_parts(part)).map_err(|e| CompileError::new("term trie", e.to_string()))?;
    let words = Words::new(trie.vocabulary(), &spellings, forms.iter().map(|f| &f.1));
    let sides = forms.iter().flat_map(|f| &f.1.attribute).filter(|a| a.axis == "laterality").flat_map(|a| &a.say).map(String::as_str);
    let interposed: Vec<&str> = sides.filter(|s| s.chars().all(char::is_alphabetic)).chain(articles.iter().copied()).collect();
    resolve(&words, &mut rules, &near, &interposed);
    let ids = |list: fn(&packs::form::PackFile) -> &Vec<packs::form::Say>| {
        let mut ids: Vec<u32> = forms.iter().flat_map(|f| list(&f.1)).flat_map(|s| &s.say).filter_map(|w| trie.word(w)).collect();
        ids.sort_unstable();
        ids
    };
    (rules.past, rules.before_figure) = (ids(|f| &f.past), ids(|f| &f.before_figure));
    for (rule, word) in rules.also.iter_mut().zip(&also) {
        rule.word = words.of(word).first().copied().unwrap_or(u32::MAX);
    }
    let misspellings = spelt.map(|spelt| misspellings(trie.vocabulary(), &spelt));
    let (mut distinct, mut distinct_ranges) = (Vec::<U32>::new(), Vec::new());
    for own in told_apart(tabular, codes, &words) {
        let start = distinct.len() as u32;
        distinct.extend(own.into_iter().map(U32::new));
        distinct_ranges.push(start..distinct.len() as u32);
    }
    let mut given: Vec<(String, String)> = pack_sources.iter().map(|p| (p.file.clone(), p.text.clone())).collect();
    given.sort();
    let mut sections = vec![
        (section::DISTINCT, distinct.as_bytes().to_vec()),
        (section::CANONICAL, words.canonical_section()),
        (section::RULES, encoded("rules", &rules)?),
        (section::PACKS, encoded("packs", &given)?),
        (section::PHRASES, dictionary.starts),
        (section::SENSES, dictionary.senses),
    ];
    let editing = packs::editing::compile(&forms, &rules.packs)?;
    if editing != superbill_core::knowledge::editing::Editing::default() {
        sections.push((section::EDITING, encoded("editing", &editing)?));
    }
    if visits != superbill_core::knowledge::visits::Visits::default() {
        sections.push((section::VISITS, encoded("visits", &visits)?));
    }
    if let Some(misspellings) = misspellings {
        sections.push((section::SPELLING, misspellings.as_bytes().to_vec()));
    }
    if !confidence.models.is_empty() {
        sections.push((section::CONFIDENCE, encoded("confidence", &confidence)?));
    }
    sections.extend(dictionary.trie.into_iter().map(|(id, bytes)| (section::TRIE + id, bytes)));
    Ok(Dictionary { rules, visits, sections, distinct_ranges })
}
