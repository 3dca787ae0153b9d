//! Byte offsets of Rust -> code points, as every face counts them.

/// Turns rising byte offsets of one text into code points in one pass.
pub struct CodePoints<'a> {
    text: &'a str,
    byte: usize,
    point: usize,
    ascii: bool,
}

impl<'a> CodePoints<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, byte: 0, point: 0, ascii: text.is_ascii() }
    }

    /// The code point at a byte offset; walks on from the last one asked, or from the start where this one is before it.
    pub fn at(&mut self, byte: u32) -> u32 {
        let byte = byte as usize;
        if self.ascii {
            return byte as u32;
        }
        if byte < self.byte {
            (self.byte, self.point) = (0, 0);
        }
        self.point += self.text.get(self.byte..byte).map_or(0, |between| between.chars().count());
        self.byte = byte;
        self.point as u32
    }
}
