//! Joins sources and packs into one image.

mod codes;
mod phrases;
mod words;

pub(crate) use codes::Codes;
pub(crate) use phrases::Phrases;

use crate::{
    CompileError,
    packs::{self, form::PackFile},
    source::{icd10cm_codes, icd10cm_tabular},
};
use std::collections::HashMap;
use superbill_core::{
    date::Date,
    knowledge::{
        container::Container,
        layout::{BlockRecord, CodeRecord, NoteRecord, Range, Text, flag, section},
        rules::{Pack, Rules},
    },
    read::trie::{TermTrie, TrieSections},
};
use words::{Words, resolve};
use zerocopy::{IntoBytes, little_endian::U32};

/// What a knowledge base is built from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// File name, for messages, and content of the tabular list.
    pub tabular: (&'a str, &'a [u8]),
    /// File name and content of the list of valid codes.
    pub codes: (&'a str, &'a str),
    /// First day of the release; it ends with its fiscal year, on 30 September.
    pub effective: Date,
    pub packs: &'a [packs::Source],
}

/// The day on which a release that starts on `effective` ends unless a later one replaces it: fiscal years end with September.
fn end_of_fiscal_year(effective: Date) -> Date {
    let (year, month_and_day) = (effective.0 / 10_000, effective.0 % 10_000);
    Date((year + u32::from(month_and_day > 930)) * 10_000 + 930)
}

fn day(file: &str, date: Option<&toml::value::Datetime>, absent: Date) -> Result<u32, CompileError> {
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

/// Builds an image: the same sources give the same bytes.
pub fn build(sources: &Sources<'_>) -> Result<Vec<u8>, CompileError> {
    let (tabular_file, xml) = sources.tabular;
    let tabular = icd10cm_tabular::read(tabular_file, xml)?;
    let valid = icd10cm_codes::read(sources.codes.0, sources.codes.1)?;
    let codes = Codes::new(tabular_file, &tabular, &valid)?;
    let mut rules = Rules {
        tabular: Some(Pack {
            id: "icd10cm_tabular".into(),
            version: sources.effective.to_string(),
            citation: format!("ICD-10-CM tabular list {}, CDC/NCHS and CMS", tabular.version),
            effective: sources.effective.0,
            end: end_of_fiscal_year(sources.effective).0,
        }),
        ..Rules::default()
    };
    let mut forms = Vec::new();
    for source in sources.packs {
        forms.push((source.file.as_str(), packs::parse(source)?));
    }
    forms.sort_by(|a, b| a.0.cmp(b.0));
    let mut phrases = Phrases::new(&tabular, &codes);
    for (file, form) in &forms {
        let pack = rules.packs.len() as u32;
        let header = header(file, form)?;
        if rules.packs.iter().any(|p| p.id == header.id) {
            return Err(CompileError::new(file, format!("pack id {} is taken", header.id)));
        }
        rules.packs.push(header);
        packs::reading::compile(file, pack, form, &mut rules, &mut phrases)?;
        packs::conditions::compile(file, pack, form, &codes, &mut rules, &mut phrases)?;
        packs::guidelines::compile(file, pack, form, &codes, &mut rules, &mut phrases)?;
        packs::procedures::compile(file, pack, form, &mut rules, &mut phrases)?;
    }
    for (file, form) in &forms {
        packs::encounter_types::compile(file, form, &mut rules)?;
    }
    let near = std::mem::take(&mut phrases.near);
    let also = std::mem::take(&mut phrases.also);
    let spellings = std::mem::take(&mut phrases.words);
    let articles: Vec<&str> = forms.iter().flat_map(|f| &f.1.article).flat_map(|a| &a.say).map(String::as_str).collect();
    phrases.without(&articles);
    let dictionary = phrases.build();
    let part = |id: u32| dictionary.trie.iter().find(|s| s.0 == id).map_or(&[][..], |s| s.1.as_slice());
    let trie = TermTrie::from_sections(&TrieSections::from_parts(part)).map_err(|e| CompileError::new("term trie", e.to_string()))?;
    let words = Words::new(trie.vocabulary(), &spellings, forms.iter().map(|f| &f.1));
    let sides = forms.iter().flat_map(|f| &f.1.attribute).filter(|a| a.axis == "laterality").flat_map(|a| &a.say).map(String::as_str);
    let interposed: Vec<&str> = sides.filter(|s| s.chars().all(char::is_alphabetic)).chain(articles.iter().copied()).collect();
    resolve(&words, &mut rules, &near, &interposed);
    for (rule, word) in rules.also.iter_mut().zip(&also) {
        rule.word = words.of(word).first().copied().unwrap_or(u32::MAX);
    }
    let mut sections = Writer { tabular: &tabular, codes: &codes, words: &words }.write(&rules)?;
    sections.push((section::PHRASES, dictionary.starts));
    sections.push((section::SENSES, dictionary.senses));
    sections.extend(dictionary.trie.into_iter().map(|(id, bytes)| (section::TRIE + id, bytes)));
    Ok(Container::assemble(&sections))
}

/// Text by place, each string once.
#[derive(Default)]
struct TextPool {
    bytes: Vec<u8>,
    known: HashMap<String, Text>,
}

impl TextPool {
    fn put(&mut self, text: &str) -> Text {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let place = Text { at: (self.bytes.len() as u32).into(), length: (text.len() as u32).into() };
        self.bytes.extend_from_slice(text.as_bytes());
        self.known.insert(text.to_owned(), place);
        place
    }
}

struct Writer<'a> {
    tabular: &'a icd10cm_tabular::Tabular,
    codes: &'a Codes,
    words: &'a Words<'a>,
}

impl Writer<'_> {
    fn notes(
        &self,
        notes: &[icd10cm_tabular::Note],
        text: &mut TextPool,
        records: &mut Vec<NoteRecord>,
        targets: &mut Vec<Range>,
    ) -> Range {
        let start = records.len() as u32;
        for note in notes {
            let first = targets.len() as u32;
            targets.extend(note.targets.iter().map(|t| self.codes.between(t.0, t.1)).filter(|r| !r.is_empty()).map(range));
            let targets = range(first..targets.len() as u32);
            records.push(NoteRecord { kind: note.kind.into(), text: text.put(&note.text), targets });
        }
        range(start..records.len() as u32)
    }

    /// The title of a code, and of the one above it.
    fn titles(&self, id: usize) -> (&str, &str) {
        let code = &self.codes.all[id];
        let named = code.extension.as_deref().unwrap_or(&self.tabular.nodes[code.node].title);
        (named, self.codes.title_above(self.tabular, id))
    }

    fn flags(&self, id: usize) -> u32 {
        let (named, above) = self.titles(id);
        self.codes.flags(id, named, above)
    }

    /// By code, the words that tell it from its siblings: those of its title that the title above does not have, less what all siblings share.
    fn told_apart(&self) -> Vec<Vec<u32>> {
        let all = &self.codes.all;
        let own = |id: usize| {
            let (named, above) = self.titles(id);
            if self.flags(id) & flag::SEVENTH == 0 { self.words.distinct(named, above) } else { Vec::new() }
        };
        let mut words: Vec<Vec<u32>> = (0..all.len()).map(own).collect();
        let mut shared: HashMap<u32, (usize, Vec<u32>)> = HashMap::new();
        for (id, own) in words.iter().enumerate() {
            let (siblings, common) = shared.entry(self.codes.parent(all[id].parent)).or_insert_with(|| (0, own.clone()));
            *siblings += 1;
            common.retain(|w| own.contains(w));
        }
        // "with macular edema" beside "without macular edema": where nothing else would tell one of them, all keep what they share.
        for (id, own) in words.iter().enumerate() {
            let residual = self.flags(id) & (flag::UNSPECIFIED | flag::OTHER) != 0;
            if let Some((_, common)) = shared.get_mut(&self.codes.parent(all[id].parent))
                && !residual
                && own.iter().all(|w| common.contains(w))
            {
                common.clear();
            }
        }
        for (id, own) in words.iter_mut().enumerate() {
            if let Some((2.., common)) = shared.get(&self.codes.parent(all[id].parent)) {
                own.retain(|w| !common.contains(w));
            }
        }
        words
    }

    fn write(&self, rules: &Rules) -> Result<Vec<(u32, Vec<u8>)>, CompileError> {
        let mut text = TextPool::default();
        let (mut notes, mut targets, mut distinct) = (Vec::new(), Vec::new(), Vec::<U32>::new());
        let blocks: Vec<BlockRecord> = self
            .tabular
            .blocks
            .iter()
            .map(|block| BlockRecord {
                name: text.put(&block.name),
                title: text.put(&block.title),
                parent: self.codes.parent(block.parent).into(),
                notes: self.notes(&block.notes, &mut text, &mut notes, &mut targets),
            })
            .collect();
        let told_apart = self.told_apart();
        let mut records = Vec::new();
        let empty: Vec<icd10cm_tabular::Note> = Vec::new();
        for (id, code) in self.codes.all.iter().enumerate() {
            let node = &self.tabular.nodes[code.node];
            let own = if code.extension.is_some() { &empty } else { &node.notes };
            let extension = code.extension.as_ref().map_or("", |e| e.as_str());
            let flags = self.flags(id);
            let start = distinct.len() as u32;
            distinct.extend(told_apart[id].iter().copied().map(U32::new));
            records.push(CodeRecord {
                key: code.key.0.into(),
                parent: self.codes.parent(code.parent).into(),
                end: self.codes.subtree(id as u32).end.into(),
                flags: flags.into(),
                title: text.put(&node.title),
                extension: text.put(extension),
                notes: self.notes(own, &mut text, &mut notes, &mut targets),
                distinct: range(start..distinct.len() as u32),
            });
        }
        let rules = postcard::to_stdvec(rules).map_err(|e| CompileError::new("rules", e.to_string()))?;
        Ok(vec![
            (section::CODES, records.as_bytes().to_vec()),
            (section::BLOCKS, blocks.as_bytes().to_vec()),
            (section::NOTES, notes.as_bytes().to_vec()),
            (section::TARGETS, targets.as_bytes().to_vec()),
            (section::DISTINCT, distinct.as_bytes().to_vec()),
            (section::CANONICAL, self.words.canonical_section()),
            (section::TEXT, text.bytes),
            (section::RULES, rules),
        ])
    }
}

fn range(range: std::ops::Range<u32>) -> Range {
    Range { start: range.start.into(), end: range.end.into() }
}
