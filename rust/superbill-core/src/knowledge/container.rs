//! The container: header, section table, sections, each checked.
//!
//! ```text
//! 0   magic "SUPBKB\r\n"        8    the line end shows a text-mode transfer
//! 8   format version u32        4
//! 12  section count u32         4
//! 16  file length u64           8
//! 24  content hash              32   SHA-256 of bytes 0..24 and of all that follows byte 56
//! 56  section table             24 each: id u32, zero u32, offset u64, length u64
//! ..  sections, each at a multiple of 8
//! ```
//! All numbers little-endian. [`Container::open`] checks magic, version, length, hash and table, so that a truncated, corrupt, foreign or
//! newer file is an error here and never later.

use sha2::{Digest, Sha256};
use std::{ops::Range, sync::Arc};

/// Changes with any change of a section's meaning or layout.
pub const FORMAT_VERSION: u32 = 1;
const MAGIC: &[u8; 8] = b"SUPBKB\r\n";
const HEADER: usize = 56;
const ENTRY: usize = 24;

/// Bytes that stay where they are: a memory map, or a buffer built in memory.
pub type Image = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Why a file is not a knowledge base that this version can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KnowledgeError {
    #[error("not a Superbill knowledge base: the first bytes are not its mark")]
    Foreign,
    #[error("knowledge base format {found} is not the supported {FORMAT_VERSION}: rebuild it with `superbill kb build`")]
    Version { found: u32 },
    #[error("knowledge base is truncated: {found} bytes of {expected}")]
    Truncated { found: u64, expected: u64 },
    #[error("knowledge base is corrupt: {0}; rebuild it with `superbill kb build`")]
    Corrupt(&'static str),
}

/// A checked file.
#[derive(Clone)]
pub struct Container {
    image: Image,
    sections: Vec<(u32, Range<usize>)>,
    hash: [u8; 32],
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn digest(file: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(&file[..24]).chain_update(&file[HEADER..]).finalize().into()
}

impl Container {
    pub fn open(image: Image) -> Result<Self, KnowledgeError> {
        let bytes = (*image).as_ref();
        if bytes.len() < 8 || &bytes[..8] != MAGIC {
            return Err(KnowledgeError::Foreign);
        }
        let short = KnowledgeError::Truncated { found: bytes.len() as u64, expected: HEADER as u64 };
        let found = u32_at(bytes, 8).ok_or(short.clone())?;
        if found != FORMAT_VERSION {
            return Err(KnowledgeError::Version { found });
        }
        let count = u32_at(bytes, 12).ok_or(short.clone())? as usize;
        let expected = u64_at(bytes, 16).ok_or(short.clone())?;
        if bytes.len() < HEADER || expected != bytes.len() as u64 {
            return Err(KnowledgeError::Truncated { found: bytes.len() as u64, expected });
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(&bytes[24..HEADER]);
        if digest(bytes) != hash {
            return Err(KnowledgeError::Corrupt("the content does not match its hash"));
        }
        let bad = KnowledgeError::Corrupt("a section lies outside the file");
        let mut sections = Vec::new();
        for entry in 0..count {
            let at = HEADER + entry * ENTRY;
            let id = u32_at(bytes, at).ok_or(bad.clone())?;
            let start = u64_at(bytes, at + 8).ok_or(bad.clone())?;
            let length = u64_at(bytes, at + 16).ok_or(bad.clone())?;
            let end = start.checked_add(length).filter(|&end| end <= expected).ok_or(bad.clone())?;
            sections.push((id, start as usize..end as usize));
        }
        Ok(Self { image, sections, hash })
    }

    /// The bytes of a section; empty where the file has none.
    pub fn section(&self, id: u32) -> &[u8] {
        let range = self.sections.iter().find(|s| s.0 == id).map_or(0..0, |s| s.1.clone());
        &(*self.image).as_ref()[range]
    }

    /// SHA-256 of the content: the identity of the knowledge base.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    pub fn len(&self) -> usize {
        (*self.image).as_ref().len()
    }

    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Lays sections out as a file. The same sections give the same bytes.
    pub fn assemble(sections: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let mut at = (HEADER + sections.len() * ENTRY).next_multiple_of(8);
        let mut table = Vec::new();
        let mut body = Vec::new();
        for (id, bytes) in sections {
            table.extend_from_slice(&id.to_le_bytes());
            table.extend_from_slice(&[0; 4]);
            table.extend_from_slice(&(at as u64).to_le_bytes());
            table.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            body.extend_from_slice(bytes);
            body.resize(body.len().next_multiple_of(8), 0);
            at += bytes.len().next_multiple_of(8);
        }
        let mut file = vec![0; HEADER];
        file[..8].copy_from_slice(MAGIC);
        file[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        file[12..16].copy_from_slice(&(sections.len() as u32).to_le_bytes());
        file.extend_from_slice(&table);
        file.resize(file.len().next_multiple_of(8), 0);
        file.extend_from_slice(&body);
        let length = (file.len() as u64).to_le_bytes();
        file[16..24].copy_from_slice(&length);
        let hash = digest(&file);
        file[24..HEADER].copy_from_slice(&hash);
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(bytes: Vec<u8>) -> Result<Container, KnowledgeError> {
        Container::open(Arc::new(bytes))
    }

    #[test]
    fn sections_come_back_as_they_went_in() {
        let file = Container::assemble(&[(7, vec![1, 2, 3]), (9, vec![])]);
        let container = open(file).unwrap();
        assert_eq!(container.section(7), [1, 2, 3]);
        assert_eq!(container.section(9), []);
        assert_eq!(container.section(8), []);
    }

    #[test]
    fn every_truncation_and_every_flipped_byte_is_an_error() {
        let file = Container::assemble(&[(7, vec![1, 2, 3]), (9, vec![4; 20])]);
        for end in 0..file.len() {
            assert!(open(file[..end].to_vec()).is_err(), "cut at {end}");
        }
        for at in 0..file.len() {
            let mut bytes = file.clone();
            bytes[at] ^= 0x20;
            assert!(open(bytes).is_err(), "flip at {at}");
        }
    }

    #[test]
    fn a_newer_format_says_so() {
        let mut file = Container::assemble(&[]);
        file[8] = 99;
        assert_eq!(open(file).err(), Some(KnowledgeError::Version { found: 99 }));
    }
}
