//! The knowledge base: typed access to the sections of one checked image.

use super::{
    container::{Container, Image, KnowledgeError},
    layout::{BlockRecord, CodeRecord, NONE, NoteRecord, Range, SenseRecord, Text, flag, section},
    rules::Rules,
};
use crate::{
    Scratch,
    code::{CodeId, CodeKey},
    date::Date,
    read::{
        token::tokenize,
        trie::{TermTrie, TrieSections},
    },
};
use std::sync::Arc;
use zerocopy::{FromBytes, Immutable, KnownLayout, little_endian::U32};

/// One immutable knowledge base; cheap to clone, shared between threads.
#[derive(Clone)]
pub struct KnowledgeBase {
    container: Container,
    rules: Arc<Rules>,
}

fn records<T: FromBytes + Immutable + KnownLayout>(bytes: &[u8]) -> &[T] {
    <[T]>::ref_from_bytes(bytes).unwrap_or_default()
}

fn slice<T>(all: &[T], range: Range) -> &[T] {
    all.get(range.start.get() as usize..range.end.get() as usize).unwrap_or_default()
}

impl KnowledgeBase {
    /// Takes an image into use after checking it whole.
    pub fn from_image(image: Image) -> Result<Self, KnowledgeError> {
        let container = Container::open(image)?;
        let rules =
            postcard::from_bytes(container.section(section::RULES)).map_err(|_| KnowledgeError::Corrupt("the rules do not decode"))?;
        let base = Self { container, rules: Arc::new(rules) };
        TermTrie::from_sections(&base.trie_sections()).map_err(|_| KnowledgeError::Corrupt("the term trie is not well formed"))?;
        Ok(base)
    }

    fn trie_sections(&self) -> TrieSections<'_> {
        TrieSections::from_parts(|part| self.container.section(section::TRIE + part))
    }

    /// The term trie, viewed in place.
    pub fn trie(&self) -> TermTrie<'_> {
        TermTrie::view(&self.trie_sections())
    }

    /// SHA-256 of the content, in hex: the identity of the file.
    pub fn hash(&self) -> String {
        self.container.hash().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    /// Size of the image in bytes.
    pub fn size(&self) -> usize {
        self.container.len()
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn codes(&self) -> &[CodeRecord] {
        records(self.container.section(section::CODES))
    }

    fn blocks(&self) -> &[BlockRecord] {
        records(self.container.section(section::BLOCKS))
    }

    fn text(&self, text: Text) -> &str {
        let start = text.at.get() as usize;
        let bytes = self.container.section(section::TEXT).get(start..start + text.length.get() as usize).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Number of ICD-10-CM nodes, headers included.
    pub fn code_count(&self) -> usize {
        self.codes().len()
    }

    /// Number of billable ICD-10-CM codes.
    pub fn billable_count(&self) -> usize {
        self.codes().iter().filter(|c| c.flags.get() & flag::BILLABLE != 0).count()
    }

    /// The code with this key.
    pub fn find(&self, key: CodeKey) -> Option<CodeId> {
        self.codes().binary_search_by_key(&key.0, |c| c.key.get()).ok().map(|at| CodeId(at as u32))
    }

    pub fn key(&self, code: CodeId) -> CodeKey {
        CodeKey(self.codes()[code.0 as usize].key.get())
    }

    pub(crate) fn has(&self, code: CodeId, flags: u32) -> bool {
        self.codes()[code.0 as usize].flags.get() & flags != 0
    }

    pub fn is_billable(&self, code: CodeId) -> bool {
        self.has(code, flag::BILLABLE)
    }

    /// The title; a seventh character's comes after its base's.
    pub fn title(&self, code: CodeId) -> String {
        let record = &self.codes()[code.0 as usize];
        let (title, extension) = (self.text(record.title), self.text(record.extension));
        if extension.is_empty() { title.to_owned() } else { format!("{title}, {extension}") }
    }

    pub fn parent(&self, code: CodeId) -> Option<CodeId> {
        let parent = self.codes()[code.0 as usize].parent.get();
        ((parent as usize) < self.codes().len()).then_some(CodeId(parent))
    }

    /// The code and all below it: one contiguous range of ids.
    pub fn subtree(&self, code: CodeId) -> std::ops::Range<u32> {
        code.0..self.codes()[code.0 as usize].end.get().min(self.codes().len() as u32)
    }

    /// Its direct children, in code order: each starts where the subtree of the one before ends.
    pub fn children(&self, code: CodeId) -> impl Iterator<Item = CodeId> {
        let range = self.subtree(code);
        let mut at = range.start + 1;
        std::iter::from_fn(move || {
            let child = (at < range.end).then_some(CodeId(at))?;
            at = self.subtree(child).end.max(at + 1);
            Some(child)
        })
    }

    /// Whether `node` is `code` or above it.
    pub fn subsumes(&self, node: CodeId, code: CodeId) -> bool {
        self.subtree(node).contains(&code.0)
    }

    /// Canonical ids of the words that tell a code from its siblings.
    pub(crate) fn distinct(&self, code: CodeId) -> &[U32] {
        slice(records(self.container.section(section::DISTINCT)), self.codes()[code.0 as usize].distinct)
    }

    /// The one id of all spellings of a word.
    pub(crate) fn canonical(&self, word: u32) -> u32 {
        records::<U32>(self.container.section(section::CANONICAL)).get(word as usize).map_or(word, |w| w.get())
    }

    pub(crate) fn senses(&self, phrase: u32) -> &[SenseRecord] {
        let starts: &[U32] = records(self.container.section(section::PHRASES));
        let (Some(start), Some(end)) = (starts.get(phrase as usize), starts.get(phrase as usize + 1)) else { return &[] };
        slice(records(self.container.section(section::SENSES)), Range { start: *start, end: *end })
    }

    /// The codes that a phrase names.
    pub fn phrase_codes(&self, phrase: u32) -> Vec<CodeId> {
        let code = |s: &SenseRecord| (s.kind.get() == super::layout::sense::CODE).then(|| CodeId(s.target.get()));
        let mut codes: Vec<CodeId> = self.senses(phrase).iter().filter_map(code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Every overlapping whole-word term of a text: byte offsets and phrase id, in order of start.
    pub fn matches(&self, text: &str, scratch: &mut Scratch) -> Vec<(u32, u32, u32)> {
        let trie = self.trie();
        tokenize(text, trie.vocabulary(), &mut scratch.tokens);
        let mut found = Vec::new();
        let tokens = &scratch.tokens;
        trie.find_all(tokens, |m| {
            found.push((tokens[m.first as usize].start, tokens[m.end as usize - 1].end, m.phrase));
        });
        found
    }

    /// Notes of one kind on the code and everything above it, as ranges of code ids.
    pub(crate) fn note_targets(&self, code: CodeId, kind: u32) -> Vec<std::ops::Range<u32>> {
        let (codes, blocks) = (self.codes(), self.blocks());
        let notes: &[NoteRecord] = records(self.container.section(section::NOTES));
        let targets: &[Range] = records(self.container.section(section::TARGETS));
        let mut found = Vec::new();
        let mut at = code.0;
        while at != NONE {
            let (own, parent) = if let Some(record) = codes.get(at as usize) {
                (record.notes, record.parent.get())
            } else if let Some(block) = blocks.get(at as usize - codes.len()) {
                (block.notes, block.parent.get())
            } else {
                break;
            };
            for note in slice(notes, own).iter().filter(|n| n.kind.get() == kind) {
                found.extend(slice(targets, note.targets).iter().map(|t| t.start.get()..t.end.get()));
            }
            // A parent stands before its children, codes before blocks: a walk that only goes that way ends, whatever the file says.
            let upward = parent < at || (at as usize) < codes.len() && parent as usize >= codes.len();
            if upward && parent != NONE { at = parent } else { break }
        }
        found
    }

    /// What tells the children of a node apart, as axes that a provider knows: "laterality", "severity"; "type" where none is known.
    pub fn told_apart_by(&self, code: CodeId) -> Vec<String> {
        let words: Vec<u32> = self.children(code).flat_map(|c| self.distinct(c).iter().map(|w| w.get())).collect();
        let mut axes: Vec<String> = Vec::new();
        for attribute in self.rules.attributes.iter().filter(|a| !a.words.is_empty()) {
            if !axes.contains(&attribute.axis) && attribute.words.iter().all(|w| words.contains(w)) {
                axes.push(attribute.axis.clone());
            }
        }
        if axes.is_empty() { vec!["type".into()] } else { axes }
    }

    /// The interval of the ICD-10-CM release.
    pub fn interval(&self) -> (Date, Date) {
        self.rules.tabular.as_ref().map_or((Date::OPEN, Date::OPEN), |t| (Date(t.effective), Date(t.end)))
    }

    /// Whether a loaded ICD-10-CM release covers the day.
    pub fn covers(&self, date: Date) -> bool {
        let (start, end) = self.interval();
        (start..=end).contains(&date)
    }

    /// What is known of a code on a day; `None` where it is unknown.
    pub fn lookup(&self, key: CodeKey, date: Date) -> Option<LookupAnswer> {
        let code = self.find(key)?;
        Some(LookupAnswer { code, billable: self.is_billable(code), covered: self.covers(date) })
    }

    /// Billable codes whose titles have all the words (as prefixes), shortest title first.
    pub fn search(&self, words: &str, limit: usize) -> Vec<CodeId> {
        let wanted: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(usize, CodeId)> = Vec::new();
        for (at, record) in self.codes().iter().enumerate() {
            if record.flags.get() & flag::BILLABLE == 0 {
                continue;
            }
            let title = self.title(CodeId(at as u32)).to_lowercase();
            let mut have = title.split(|c: char| !c.is_alphanumeric());
            if wanted.iter().all(|w| have.clone().any(|h| h.starts_with(w.as_str()))) && have.next().is_some() {
                found.push((title.len(), CodeId(at as u32)));
            }
        }
        found.sort_unstable();
        found.truncate(limit);
        found.into_iter().map(|f| f.1).collect()
    }
}

/// What [`KnowledgeBase::lookup`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupAnswer {
    pub code: CodeId,
    pub billable: bool,
    /// Whether a loaded release covers the date asked.
    pub covered: bool,
}
