//! The search index: titles of all systems, inclusion terms, and what packs call conditions.

use superbill_core::{
    code::{CodeId, System},
    date::Date,
    knowledge::{
        KnowledgeBase,
        container::Container,
        layout::{NONE, flag, note, section},
        search::{Preference, SearchBuilder},
    },
};

use crate::CompileError;

/// A term of a pack with its code and the leaf that it stands for, or [`NONE`].
pub(crate) type Term = (String, u32, u32);

/// What is asked of codes while the index is made.
const USED: [u32; 6] = [section::CODES, section::TEXT, section::NOTES, section::SYSTEMS, section::KEYS, section::VERSIONS];

/// The leaf that stands for a header where nothing more is said: down the children that are the rest of their siblings.
fn residual(kb: &KnowledgeBase, code: CodeId) -> Option<CodeId> {
    let mut at = code;
    while kb.flags(at) & flag::BILLABLE == 0 {
        let rest = |c: &CodeId| kb.flags(*c) & (flag::UNSPECIFIED | flag::RETIRED) == flag::UNSPECIFIED;
        // Of several it is what says least: "heart failure, unspecified" before "left ventricular failure, unspecified".
        at = kb.children(at).filter(rest).min_by_key(|&c| kb.title(c).split_whitespace().count())?;
    }
    (at != code).then_some(at)
}

/// Descriptions as they are gathered.
pub(super) struct Texts<'a> {
    kb: &'a KnowledgeBase,
    builder: SearchBuilder,
    /// By code.
    standings: Vec<u32>,
}

impl<'a> Texts<'a> {
    fn preference(&self, code: CodeId) -> Preference {
        // A side or a seventh character may be told below what is the rest of its siblings.
        let rest = || std::iter::successors(Some(code), |c| self.kb.parent(*c)).any(|c| self.kb.flags(c) & flag::UNSPECIFIED != 0);
        match () {
            () if self.kb.flags(code) & flag::BILLABLE == 0 => Preference::Last,
            () if rest() => Preference::First,
            () => Preference::Plain,
        }
    }

    fn add<'t>(&mut self, system: System, code: CodeId, text: &str, more: impl IntoIterator<Item = &'t str>) {
        let Some(&standing) = self.standings.get(code.0 as usize) else { return };
        self.builder.add((system, code), standing, self.preference(code), text, more);
    }

    /// A term of a header is one of the leaf that stands for it as well.
    fn term(&mut self, text: &str, code: CodeId, leaf: Option<CodeId>) {
        self.add(System::Icd10cm, code, text, []);
        if let Some(leaf) = leaf.or_else(|| residual(self.kb, code)) {
            self.add(System::Icd10cm, leaf, text, []);
        }
    }

    fn code(&mut self, system: System, code: CodeId) {
        let title = self.kb.title(code);
        let kb = self.kb;
        // A seventh character's words make no title longer: the initial encounter comes before the sequela, as their codes do.
        let extension = kb.extension(code).unwrap_or_default();
        let own = title.strip_suffix(extension).unwrap_or(&title);
        let published = kb.history(code).flat_map(|h| [h.3, h.4]);
        self.add(system, code, own, published.chain([extension]));
        if system != System::Icd10cm {
            return;
        }
        if self.kb.flags(code) & flag::BILLABLE == 0
            && let Some(leaf) = residual(self.kb, code)
        {
            self.add(system, leaf, &title, []);
        }
        for (_, text, _) in kb.notes(code, Date::OPEN).into_iter().filter(|n| n.0 == note::INCLUSION_TERM) {
            self.term(text, code, None);
        }
    }

    /// What the code sets themselves say of their codes.
    pub(super) fn of_codes(kb: &'a KnowledgeBase) -> Self {
        let mut texts = Texts { kb, builder: SearchBuilder::default(), standings: Vec::new() };
        for (system, _) in System::NAMES {
            for code in kb.codes_of(system).map(CodeId) {
                let standing = texts.builder.standing(kb.history(code).map(|h| (h.0, h.1, h.2)));
                texts.standings.resize(code.0 as usize, u32::MAX);
                texts.standings.push(standing);
            }
        }
        for (system, _) in System::NAMES {
            kb.codes_of(system).map(CodeId).for_each(|code| texts.code(system, code));
        }
        texts
    }

    /// Sections of the index of these and of the terms of packs.
    pub(super) fn index(mut self, terms: &[Term]) -> Vec<(u32, Vec<u8>)> {
        for (text, code, leaf) in terms {
            self.term(text, CodeId(*code), (*leaf != NONE).then_some(CodeId(*leaf)));
        }
        self.builder.build().into_iter().map(|(part, bytes)| (section::SEARCH + part, bytes)).collect()
    }
}

/// The same of sections before they are a file.
pub(super) fn index_of(sections: &[(u32, Vec<u8>)], terms: &[Term]) -> Result<Vec<(u32, Vec<u8>)>, CompileError> {
    let used: Vec<(u32, Vec<u8>)> = sections.iter().filter(|s| USED.contains(&s.0)).cloned().collect();
    let image = std::sync::Arc::new(Container::assemble(&used));
    let kb = KnowledgeBase::from_image(image).map_err(|e| CompileError::new("search index", e.to_string()))?;
    Ok(Texts::of_codes(&kb).index(terms))
}
