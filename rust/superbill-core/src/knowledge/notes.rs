//! Notes of the tabular list in place: those of a code and of everything above it, in one walk.

use super::{
    KnowledgeBase,
    base::{records, slice},
    layout::{BlockRecord, CodeRecord, NONE, NoteRecord, Range, section},
};
use crate::{code::CodeId, date::Date};

/// The sections that notes stand in, found once.
#[derive(Clone, Copy)]
pub(crate) struct Notes<'a> {
    codes: &'a [CodeRecord],
    blocks: &'a [BlockRecord],
    all: &'a [NoteRecord],
    targets: &'a [Range],
}

impl<'a> Notes<'a> {
    pub(crate) fn new(kb: &'a KnowledgeBase) -> Self {
        Self {
            codes: records(kb.section(section::CODES)),
            blocks: records(kb.section(section::BLOCKS)),
            all: records(kb.section(section::NOTES)),
            targets: records(kb.section(section::TARGETS)),
        }
    }

    /// Every note of some kinds (see [`super::layout::note`]) that names codes and holds of a code on a day, the code's own first: kind and the ranges of
    /// ids that it names.
    pub(crate) fn each(&self, code: CodeId, date: Date, kinds: &[u32], mut each: impl FnMut(u32, &'a [Range])) {
        let wanted = kinds.iter().fold(0u32, |set, kind| set | 1 << kind);
        // Most notes are of kinds that decide nothing, or name nothing.
        let of_kind =
            |n: &&NoteRecord| wanted.checked_shr(n.kind.get()).is_some_and(|w| w & 1 == 1) && n.targets.start.get() < n.targets.end.get();
        let mut at = code.0;
        while at != NONE {
            let (own, parent) = if let Some(record) = self.codes.get(at as usize) {
                (record.notes, record.parent.get())
            } else if let Some(block) = self.blocks.get(at as usize - self.codes.len()) {
                (block.notes, block.parent.get())
            } else {
                break;
            };
            for note in slice(self.all, own).iter().filter(of_kind).filter(|n| (n.from.get()..=n.to.get()).contains(&date.0)) {
                each(note.kind.get(), slice(self.targets, note.targets));
            }
            // A parent stands before its children, codes before blocks: a walk that only goes that way ends, whatever the file says.
            let upward = parent < at || (at as usize) < self.codes.len() && parent as usize >= self.codes.len();
            if upward && parent != NONE { at = parent } else { break }
        }
    }
}
