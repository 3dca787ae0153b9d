//! Builds the tree of all indexes from their releases.

use super::{
    super::{
        editions::kept,
        layout::{NONE, Range, Text},
        pool::TextPool,
    },
    ALTERNATIVE, DetailKind, DetailRecord, HeadRecord, Index, IndexKind, KindRecord, MODIFIERS, MainRecord, NodeRecord, part,
    words::{alternatives, words},
};
use crate::{code::CodeKey, date::Date};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use zerocopy::{IntoBytes, little_endian::U32};

/// Something that a term says, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detail {
    pub kind: DetailKind,
    /// Of a cell, counted as the file does; else 0.
    pub column: u8,
    /// Of a code; 0 where there is none.
    pub key: CodeKey,
    /// Whether the code needs more characters.
    pub more: bool,
    /// Of references and modifiers.
    pub text: String,
}

impl Detail {
    /// A reference or nonessential modifiers.
    pub fn text(kind: DetailKind, text: String) -> Self {
        Self { kind, column: 0, key: CodeKey(0), more: false, text }
    }

    /// A code, and whether it needs more characters.
    pub fn code(kind: DetailKind, key: CodeKey, more: bool) -> Self {
        Self { kind, column: 0, key, more, text: String::new() }
    }
}

/// A term of a file; its level says what it stands below.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// 0 for a main term; at most one more than that of the term before.
    pub level: u8,
    /// Without nonessential modifiers.
    pub title: String,
    pub details: Vec<Detail>,
}

/// A file: meanings of its columns, and its terms in order.
type Release = (Vec<(u8, String)>, Vec<Term>);

/// A node of all releases of an index.
struct Union<'a> {
    term: &'a Term,
    parent: Option<usize>,
    editions: u32,
    children: Vec<usize>,
}

/// Gathers indexes and their releases, in any order.
#[derive(Default)]
pub struct IndexBuilder {
    releases: BTreeMap<(IndexKind, Date), Release>,
}

/// What grows while the tree is written.
#[derive(Default)]
struct Written {
    text: TextPool,
    nodes: Vec<NodeRecord>,
    /// The terms of the nodes.
    details: Vec<DetailRecord>,
    words: Vec<U32>,
    kinds: Vec<KindRecord>,
    mains: Vec<MainRecord>,
    heads: Vec<HeadRecord>,
    editions: Vec<U32>,
    /// References: detail, kind, node, words.
    references: Vec<(usize, IndexKind, u32, String)>,
}

fn range(start: usize, end: usize) -> Range {
    Range { start: (start as u32).into(), end: (end as u32).into() }
}

/// The nodes of all releases: one stands once for all releases in which it and everything above it is the same. Newer ones come first, so that the order is
/// theirs.
fn united<'a>(releases: &[&'a Release]) -> (Vec<Union<'a>>, Vec<usize>) {
    let (mut nodes, mut mains): (Vec<Union<'a>>, Vec<usize>) = Default::default();
    let mut known: HashMap<(Option<usize>, &Term, usize), usize> = HashMap::new();
    for (place, (_, terms)) in releases.iter().enumerate().rev() {
        let bit = 1_u32 << place;
        let mut open: Vec<usize> = Vec::new();
        // A file may say the same thing twice in one place.
        let mut times: HashMap<(Option<usize>, &Term), usize> = HashMap::new();
        for term in terms {
            open.truncate(usize::from(term.level));
            let parent = open.last().copied();
            let time = times.entry((parent, term)).or_default();
            let node = *known.entry((parent, term, *time)).or_insert_with(|| {
                nodes.push(Union { term, parent, editions: 0, children: Vec::new() });
                nodes.len() - 1
            });
            *time += 1;
            if nodes[node].editions == 0 {
                match parent {
                    Some(parent) => nodes[parent].children.push(node),
                    None => mains.push(node),
                }
            }
            nodes[node].editions |= bit;
            open.push(node);
        }
    }
    (nodes, mains)
}

impl IndexBuilder {
    /// Adds a release of an index. Of two files of one release the same one stays, in whatever order they come; gives whether there was another.
    pub fn add(&mut self, kind: IndexKind, effective: Date, heads: Vec<(u8, String)>, terms: Vec<Term>) -> bool {
        let release = (heads, terms);
        let known = self.releases.entry((kind, effective)).or_insert_with(|| release.clone());
        let differs = *known != release;
        if *known < release {
            *known = release;
        }
        differs
    }

    /// The newest release of an index: its first day and its terms in order.
    pub fn newest(&self, kind: IndexKind) -> Option<(Date, &[Term])> {
        self.releases.iter().rev().find(|r| r.0.0 == kind).map(|(key, release)| (key.1, release.1.as_slice()))
    }

    pub fn is_empty(&self) -> bool {
        self.releases.is_empty()
    }

    /// The parts of the store.
    pub fn build(&self) -> Vec<(u32, Vec<u8>)> {
        let terms = self.releases.values().flat_map(|r| &r.1);
        let mut vocabulary: BTreeSet<String> = BTreeSet::new();
        for term in terms {
            vocabulary.extend(words(&term.title));
            let modifiers = term.details.iter().filter(|d| d.kind == DetailKind::Modifiers);
            modifiers.for_each(|m| vocabulary.extend(words(&m.text)));
        }
        let numbers: HashMap<&str, u32> = vocabulary.iter().map(String::as_str).zip(0..).collect();
        let mut out = Written::default();
        for (kind, _, _) in IndexKind::NAMES {
            let days: Vec<Date> = self.releases.keys().filter(|k| k.0 == kind).map(|k| k.1).collect();
            let days = kept(days.iter());
            if !days.is_empty() {
                let releases: Vec<&Release> = days.iter().filter_map(|&d| self.releases.get(&(kind, d))).collect();
                out.index(kind, &days, &releases, &numbers);
            }
        }
        let vocabulary: Vec<Text> = vocabulary.iter().map(|w| out.text.put(w)).collect();
        let references = std::mem::take(&mut out.references);
        let mut parts = out.into_parts(&vocabulary);
        let targets = resolved(&parts, references);
        if let Some((_, bytes)) = parts.iter_mut().find(|p| p.0 == part::DETAILS) {
            for (detail, node) in targets {
                let at = detail * size_of::<DetailRecord>() + 4;
                bytes[at..at + 4].copy_from_slice(&node.to_le_bytes());
            }
        }
        parts
    }
}

/// Where references lead, in the releases that have them: details and nodes. References to tables leave the index of diseases.
fn resolved(parts: &[(u32, Vec<u8>)], references: Vec<(usize, IndexKind, u32, String)>) -> Vec<(usize, u32)> {
    let index = Index::view(|id| parts.iter().find(|p| p.0 == id).map_or(&[], |p| p.1.as_slice()));
    let mut known: HashMap<(IndexKind, Date, String), Option<u32>> = HashMap::new();
    let mut found = Vec::new();
    for (detail, kind, node, text) in references {
        let date = index.editions(kind).newest(index.record(node).map_or(0, |n| n.editions.get()));
        let elsewhere: &[IndexKind] = match kind {
            IndexKind::Diseases => &[IndexKind::Diseases, IndexKind::Neoplasm, IndexKind::External],
            IndexKind::Neoplasm => &[IndexKind::Neoplasm, IndexKind::Diseases],
            _ => &[kind],
        };
        let target = known.entry((kind, date, text)).or_insert_with_key(|(_, date, text)| {
            // "see condition" says that the term is an adjective.
            let names = !text.eq_ignore_ascii_case("condition");
            names.then(|| elsewhere.iter().find_map(|&k| index.resolve(k, text, *date))).flatten()
        });
        found.extend(target.filter(|&t| t != node).map(|t| (detail, t)));
    }
    found
}

impl Written {
    fn index(&mut self, kind: IndexKind, days: &[Date], releases: &[&Release], numbers: &HashMap<&str, u32>) {
        let (nodes, mains, heads, editions) = (self.nodes.len(), self.mains.len(), self.heads.len(), self.editions.len());
        self.editions.extend(days.iter().map(|d| U32::new(d.0)));
        for (column, text) in releases.last().map_or(&[][..], |r| &r.0) {
            let text = self.text.put(text);
            self.heads.push(HeadRecord { column: u32::from(*column).into(), text });
        }
        let (united, tops) = united(releases);
        let mut open: Vec<(usize, Option<u32>)> = tops.iter().rev().map(|&t| (t, None)).collect();
        while let Some((at, parent)) = open.pop() {
            let union = &united[at];
            let node = self.nodes.len() as u32;
            self.node(kind, union, parent, numbers);
            open.extend(union.children.iter().rev().map(|&c| (c, Some(node))));
        }
        // From the last node back, so that what is below a node is known before the node.
        for at in (nodes..self.nodes.len()).rev() {
            let (end, parent) = (self.nodes[at].end.get(), self.nodes[at].parent.get());
            if let Some(above) = self.nodes.get_mut(parent as usize) {
                above.end = above.end.get().max(end).into();
            }
        }
        let words = &self.words;
        let of = |m: &MainRecord| words[m.words.start.get() as usize..m.words.end.get() as usize].iter().map(|w| w.get());
        self.mains[mains..].sort_by(|a, b| of(a).cmp(of(b)).then(a.node.get().cmp(&b.node.get())));
        self.kinds.push(KindRecord {
            kind: (kind as u32).into(),
            nodes: range(nodes, self.nodes.len()),
            mains: range(mains, self.mains.len()),
            heads: range(heads, self.heads.len()),
            editions: range(editions, self.editions.len()),
        });
    }

    fn node(&mut self, kind: IndexKind, union: &Union<'_>, parent: Option<u32>, numbers: &HashMap<&str, u32>) {
        let (node, term) = (self.nodes.len() as u32, union.term);
        let (first_word, first_detail) = (self.words.len(), self.details.len());
        let number = |w: &String| numbers.get(w.as_str()).map(|&n| U32::new(n));
        for (at, alternative) in alternatives(&term.title).iter().enumerate() {
            if at > 0 {
                self.words.push(ALTERNATIVE.into());
            }
            let start = self.words.len();
            self.words.extend(alternative.iter().filter_map(number));
            if union.parent.is_none() && !alternative.is_empty() {
                self.mains.push(MainRecord { words: range(start, self.words.len()), node: node.into() });
            }
        }
        for detail in &term.details {
            if detail.kind == DetailKind::Modifiers {
                self.words.push(MODIFIERS.into());
                self.words.extend(words(&detail.text).iter().filter_map(number));
            }
            if matches!(detail.kind, DetailKind::See | DetailKind::SeeAlso) {
                self.references.push((self.details.len(), kind, node, detail.text.clone()));
            }
            let value = if detail.kind.is_text() {
                let text = self.text.put(&detail.text);
                [text.at, text.length]
            } else {
                [U32::new(detail.key.0 as u32), U32::new((detail.key.0 >> 32) as u32)]
            };
            self.details.push(DetailRecord {
                kind: detail.kind as u8,
                column: detail.column,
                more: detail.more.into(),
                zero: 0,
                target: NONE.into(),
                value,
            });
        }
        let title = self.text.put(&term.title);
        let level = self.nodes.get(parent.unwrap_or(NONE) as usize).map_or(0, |p| p.level.get() + 1);
        self.nodes.push(NodeRecord {
            parent: parent.unwrap_or(NONE).into(),
            end: (node + 1).into(),
            title,
            words: (first_word as u32).into(),
            details: (first_detail as u32).into(),
            editions: union.editions.into(),
            level: level.into(),
        });
    }

    fn into_parts(self, vocabulary: &[Text]) -> Vec<(u32, Vec<u8>)> {
        vec![
            (part::KINDS, self.kinds.as_bytes().to_vec()),
            (part::NODES, self.nodes.as_bytes().to_vec()),
            (part::DETAILS, self.details.as_bytes().to_vec()),
            (part::TEXT, self.text.into_bytes()),
            (part::VOCABULARY, vocabulary.as_bytes().to_vec()),
            (part::WORDS, self.words.as_bytes().to_vec()),
            (part::MAINS, self.mains.as_bytes().to_vec()),
            (part::HEADS, self.heads.as_bytes().to_vec()),
            (part::EDITIONS, self.editions.as_bytes().to_vec()),
        ]
    }
}
