//! The knowledge base: typed access to the sections of one checked image.

use super::{
    confidence::Confidence,
    container::{Container, Image, KnowledgeError},
    editing::EditRules,
    index::Spoken,
    layout::{Range, SenseRecord, Text, section},
    pool::text_at,
    ptp::PtpEdits,
    releases::{Coverage, Releases},
    rules::Rules,
    visits::Visits,
};
use crate::{
    Scratch,
    code::{CodeId, System},
    date::Date,
    read::{
        spelling::Spelling,
        token::tokenize,
        trie::{TermTrie, TrieSections},
    },
};
use std::sync::{Arc, LazyLock, OnceLock};
use zerocopy::{FromBytes, Immutable, KnownLayout, little_endian::U32};

pub(super) fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, KnowledgeError> {
    postcard::from_bytes(bytes).map_err(|_| KnowledgeError::Corrupt("a section does not decode"))
}

/// One immutable knowledge base; cheap to clone, shared between threads.
///
/// Opening reads the table of sections alone. What reads text is checked by [`KnowledgeBase::ready`], what is asked of codes by
/// [`KnowledgeBase::taxonomy_ready`], parts of it by [`KnowledgeBase::standings_ready`] and [`KnowledgeBase::texts_ready`], before the
/// first use; where that was not done, damaged bytes give wrong answers but never undefined behaviour.
#[derive(Clone)]
pub struct KnowledgeBase {
    inner: Arc<Inner>,
}

struct Inner {
    container: Container,
    rules: OnceLock<Result<Rules, KnowledgeError>>,
    releases: OnceLock<Result<(Releases, Coverage), KnowledgeError>>,
    texts: OnceLock<Result<(), KnowledgeError>>,
    taxonomy: OnceLock<Result<(), KnowledgeError>>,
    reading: OnceLock<Result<(), KnowledgeError>>,
    editing: OnceLock<Result<EditRules, KnowledgeError>>,
    visits: OnceLock<Result<Visits, KnowledgeError>>,
    confidence: OnceLock<Result<Confidence, KnowledgeError>>,
    spoken: OnceLock<Option<Spoken>>,
}

pub(super) fn records<T: FromBytes + Immutable + KnownLayout>(bytes: &[u8]) -> &[T] {
    <[T]>::ref_from_bytes(bytes).unwrap_or_default()
}

pub(super) fn slice<T>(all: &[T], range: Range) -> &[T] {
    all.get(range.start.get() as usize..range.end.get() as usize).unwrap_or_default()
}

impl KnowledgeBase {
    /// Takes an image into use. Of its content the table of sections is checked here, the sections before they are used.
    pub fn from_image(image: Image) -> Result<Self, KnowledgeError> {
        let container = Container::open(image)?;
        let (rules, releases, texts, taxonomy, reading, editing, visits, confidence, spoken) = Default::default();
        Ok(Self { inner: Arc::new(Inner { container, rules, releases, texts, taxonomy, reading, editing, visits, confidence, spoken }) })
    }

    /// Checks what reading and coding use, once.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`], now and at every later call.
    pub fn ready(&self) -> Result<(), KnowledgeError> {
        let check = || {
            self.inner.container.check(0..section::PTP[0])?;
            TermTrie::from_sections(&self.trie_sections()).map_err(|_| KnowledgeError::Corrupt("the term trie is not well formed"))?;
            self.decoded_rules().as_ref().map_err(Clone::clone)?;
            self.decoded_visits().as_ref().map_err(Clone::clone)?;
            self.decoded_confidence().as_ref().map_err(Clone::clone)?;
            self.index()?;
            self.taxonomy_ready()
        };
        self.inner.reading.get_or_init(check).clone()
    }

    /// Checks what tells which codes there are, how they stand to each other and on a day, once: a third of [`KnowledgeBase::taxonomy_ready`], so that the
    /// first lookup in a large file is quick.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`], now and at every later call.
    pub fn standings_ready(&self) -> Result<(), KnowledgeError> {
        self.decoded_releases().as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Checks what titles and notes of codes are read from, once.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`], now and at every later call.
    pub fn texts_ready(&self) -> Result<(), KnowledgeError> {
        let check = || {
            self.standings_ready()?;
            section::TEXTS.iter().try_for_each(|&id| self.checked(id..id + 1))
        };
        self.inner.texts.get_or_init(check).clone()
    }

    /// Checks what is asked of codes, their titles, notes and attributes included, once.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`], now and at every later call.
    pub fn taxonomy_ready(&self) -> Result<(), KnowledgeError> {
        let check = || {
            self.standings_ready()?;
            self.checked(0..section::TRIE)
        };
        self.inner.taxonomy.get_or_init(check).clone()
    }

    fn decoded_releases(&self) -> &Result<(Releases, Coverage), KnowledgeError> {
        self.inner.releases.get_or_init(|| {
            section::STANDINGS.iter().try_for_each(|&id| self.checked(id..id + 1))?;
            let releases: Releases = decode(self.section(section::RELEASES))?;
            let coverage = Coverage::of(&releases);
            Ok((releases, coverage))
        })
    }

    /// Checks every byte of the file and that all of it decodes.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn verify(&self) -> Result<(), KnowledgeError> {
        self.inner.container.verify()?;
        self.ready()
    }

    pub(crate) fn section(&self, id: u32) -> &[u8] {
        self.inner.container.section(id)
    }

    /// The bytes of a section, as they are.
    pub fn raw_section(&self, id: u32) -> &[u8] {
        self.section(id)
    }

    /// Checks the sections of one part, once.
    pub(super) fn checked(&self, ids: std::ops::Range<u32>) -> Result<(), KnowledgeError> {
        self.inner.container.check(ids)
    }

    /// The file with other sections in the place of its own: see [`Container::with`].
    pub fn with_sections(&self, sections: &[(u32, Vec<u8>)]) -> Vec<u8> {
        self.inner.container.with(sections)
    }

    fn trie_sections(&self) -> TrieSections<'_> {
        TrieSections::from_parts(|part| self.section(section::TRIE + part))
    }

    /// The term trie, viewed in place.
    pub fn trie(&self) -> TermTrie<'_> {
        TermTrie::view(&self.trie_sections())
    }

    /// The identity of the file, in hex: a SHA-256 that binds every byte of its sections.
    pub fn hash(&self) -> String {
        // Every answer has it: digits are written without the machinery of formats.
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
        self.inner.container.hash().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// Size of the image in bytes.
    pub fn size(&self) -> usize {
        self.inner.container.len()
    }

    /// Known words by what misspelt ones have in common with them; none where the file was built without it.
    pub(crate) fn spelling(&self) -> Spelling<'_> {
        Spelling::view(records(self.section(section::SPELLING)))
    }

    /// The index of diseases in the words of notes; none where no file of one was read.
    pub(crate) fn spoken_index(&self) -> Option<&Spoken> {
        self.inner.spoken.get_or_init(|| Spoken::of(self)).as_ref()
    }

    /// A word of the vocabulary.
    pub fn word(&self, id: u32) -> String {
        let mut letters = [0; 256];
        self.trie().vocabulary().letters(id, &mut letters).map(|w| String::from_utf8_lossy(w).into_owned()).unwrap_or_default()
    }

    /// Ids and sizes of the sections of the file.
    pub fn section_sizes(&self) -> impl Iterator<Item = (u32, usize)> {
        self.inner.container.sizes()
    }

    fn decoded_rules(&self) -> &Result<Rules, KnowledgeError> {
        self.inner.rules.get_or_init(|| decode(self.section(section::RULES)).map(Rules::in_use))
    }

    /// The rules of the packs; none where they do not decode, which [`KnowledgeBase::ready`] tells.
    pub fn rules(&self) -> &Rules {
        static NONE: LazyLock<Rules> = LazyLock::new(Rules::default);
        self.decoded_rules().as_ref().unwrap_or(&NONE)
    }

    fn decoded_visits(&self) -> &Result<Visits, KnowledgeError> {
        self.inner.visits.get_or_init(|| {
            let bytes = self.section(section::VISITS);
            if bytes.is_empty() { Ok(Visits::default()) } else { decode(bytes) }
        })
    }

    /// What packs say of visits; nothing where the file was built without them, or where it does not decode, which [`KnowledgeBase::ready`] tells.
    pub fn visits(&self) -> &Visits {
        static NONE: LazyLock<Visits> = LazyLock::new(Visits::default);
        self.decoded_visits().as_ref().unwrap_or(&NONE)
    }

    fn decoded_confidence(&self) -> &Result<Confidence, KnowledgeError> {
        self.inner.confidence.get_or_init(|| {
            let bytes = self.section(section::CONFIDENCE);
            if bytes.is_empty() { Ok(Confidence::default()) } else { decode(bytes) }
        })
    }

    /// The weights of confidence; none where the file was built without them, or where they do not decode, which [`KnowledgeBase::ready`] tells.
    pub fn confidence(&self) -> &Confidence {
        static NONE: LazyLock<Confidence> = LazyLock::new(Confidence::default);
        self.decoded_confidence().as_ref().unwrap_or(&NONE)
    }

    /// The rules of claim editing, made ready at the first call; no rules where the file was built without their packs.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`], now and at every later call.
    pub fn edit_rules(&self) -> Result<&EditRules, KnowledgeError> {
        let decoded = || {
            self.taxonomy_ready()?;
            let bytes = self.section(section::EDITING);
            let said = if bytes.is_empty() { super::editing::Editing::default() } else { decode(bytes)? };
            Ok(EditRules::new(said, self))
        };
        self.inner.editing.get_or_init(decoded).as_ref().map_err(Clone::clone)
    }

    /// What the file was built from; nothing where that does not decode, which [`KnowledgeBase::standings_ready`] tells.
    pub fn releases(&self) -> &Releases {
        static NONE: LazyLock<Releases> = LazyLock::new(Releases::default);
        self.decoded_releases().as_ref().map_or(&NONE, |found| &found.0)
    }

    /// Whether a loaded release of a system covers the day.
    pub fn covered(&self, system: System, date: Date) -> bool {
        self.decoded_releases().as_ref().is_ok_and(|found| found.1.includes(system, date))
    }

    /// NCCI edits of a setting: 0 practitioner, 1 outpatient hospital. Checked once.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn ptp(&self, setting: usize) -> Result<PtpEdits<'_>, KnowledgeError> {
        let first = section::PTP[setting];
        self.checked(first..first + PtpEdits::PARTS)?;
        PtpEdits::view(|part| self.section(first + part))
    }

    /// Packs as they were given: file name and text.
    pub fn packs(&self) -> Vec<(String, String)> {
        decode(self.section(section::PACKS)).unwrap_or_default()
    }

    pub(super) fn text(&self, text: Text) -> &str {
        text_at(self.section(section::TEXT), text)
    }

    /// Canonical ids of the words that tell a code from its siblings.
    pub(crate) fn distinct(&self, code: CodeId) -> &[U32] {
        slice(records(self.section(section::DISTINCT)), self.codes()[code.0 as usize].distinct)
    }

    /// The one id of all spellings of a word.
    pub(crate) fn canonical(&self, word: u32) -> u32 {
        records::<U32>(self.section(section::CANONICAL)).get(word as usize).map_or(word, |w| w.get())
    }

    /// The senses of all phrases: whoever asks for many asks for the sections once.
    pub(crate) fn all_senses(&self) -> Senses<'_> {
        Senses { starts: records(self.section(section::PHRASES)), senses: records(self.section(section::SENSES)) }
    }

    /// The code of a history of a disease that is gone, and the pack that says so; none where the disease stays or no pack tells.
    pub(crate) fn history_of(&self, node: u32) -> Option<(CodeId, u32)> {
        let rules = self.rules();
        let within = |ranges: &super::rules::CodeRanges| ranges.iter().any(|r| (r.0..r.1).contains(&node));
        let stays = within(&rules.lasting);
        rules.histories.iter().find(|h| !stays && within(&h.codes)).map(|h| (CodeId(h.gives), h.pack))
    }

    /// The codes that a phrase names.
    pub fn phrase_codes(&self, phrase: u32) -> Vec<CodeId> {
        let code = |s: &SenseRecord| (s.kind.get() == super::layout::sense::CODE).then(|| CodeId(s.target.get()));
        let mut codes: Vec<CodeId> = self.all_senses().of(phrase).iter().filter_map(code).collect();
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

    /// What tells the children of a node apart, as axes that a provider knows: "laterality", "severity"; "type" where none is known.
    pub fn told_apart_by(&self, code: CodeId) -> Vec<String> {
        let words: Vec<u32> = self.current_children(code).flat_map(|c| self.distinct(c).iter().map(|w| w.get())).collect();
        let mut axes: Vec<String> = Vec::new();
        for attribute in self.rules().attributes.iter().filter(|a| !a.words.is_empty()) {
            if !axes.contains(&attribute.axis) && attribute.words.iter().all(|w| words.contains(w)) {
                axes.push(attribute.axis.clone());
            }
        }
        if axes.is_empty() { vec!["type".into()] } else { axes }
    }
}

/// What phrases mean.
#[derive(Clone, Copy)]
pub(crate) struct Senses<'a> {
    /// By phrase, and one more.
    starts: &'a [U32],
    senses: &'a [SenseRecord],
}

impl<'a> Senses<'a> {
    pub(crate) fn of(&self, phrase: u32) -> &'a [SenseRecord] {
        self.at(self.places(phrase))
    }

    /// Where the senses of a phrase are.
    pub(crate) fn places(&self, phrase: u32) -> Range {
        let (Some(start), Some(end)) = (self.starts.get(phrase as usize), self.starts.get(phrase as usize + 1)) else {
            return Range::default();
        };
        Range { start: *start, end: *end }
    }

    pub(crate) fn at(&self, places: Range) -> &'a [SenseRecord] {
        slice(self.senses, places)
    }
}
