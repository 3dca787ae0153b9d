//! Text by place, each string once.

use super::layout::Text;
use std::collections::HashMap;

/// Grows a text section; the same strings in the same order give the same bytes.
#[derive(Default)]
pub struct TextPool {
    bytes: Vec<u8>,
    known: HashMap<String, Text>,
}

impl TextPool {
    /// The place of a text; the empty one has none.
    pub fn put(&mut self, text: &str) -> Text {
        if text.is_empty() {
            return Text::default();
        }
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let place = Text { at: (self.bytes.len() as u32).into(), length: (text.len() as u32).into() };
        self.bytes.extend_from_slice(text.as_bytes());
        self.known.insert(text.to_owned(), place);
        place
    }

    /// The section.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// The bytes at a place of a section; none where it is outside.
pub(super) fn bytes_at(section: &[u8], text: Text) -> &[u8] {
    let start = text.at.get() as usize;
    section.get(start..start.saturating_add(text.length.get() as usize)).unwrap_or_default()
}

/// The text at a place of a section; empty where there is none.
pub(super) fn text_at(section: &[u8], text: Text) -> &str {
    std::str::from_utf8(bytes_at(section, text)).unwrap_or_default()
}
