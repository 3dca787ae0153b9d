//! The container: header, section table, sections, each with its checksums.
//!
//! ```text
//! 0   magic "SUPBKB\r\n"        8    the line end shows a text-mode transfer
//! 8   format version u32        4
//! 12  section count u32         4
//! 16  file length u64           8
//! 24  content hash              32   SHA-256 of bytes 0..24 and of the section table
//! 56  section table             64 each: id u32, zero u32, offset u64, length u64, XXH3 u64, SHA-256
//! ..  sections, each at a multiple of 8
//! ```
//! All numbers little-endian. [`Container::open`] checks magic, version, length, and the table by the content hash: a truncated, foreign or newer
//! file is an error there. A section is checked by its XXH3 before its first use ([`Container::check`]), so that opening a large file reads only what
//! is asked of it; [`Container::verify`] checks all of it by SHA-256, to which the content hash binds every byte.

use sha2::{Digest, Sha256};
use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};
use xxhash_rust::xxh3::xxh3_64;

/// Changes with any change of a section's meaning or layout.
pub const FORMAT_VERSION: u32 = 9;
const MAGIC: &[u8; 8] = b"SUPBKB\r\n";
const HEADER: usize = 56;
const ENTRY: usize = 64;
/// More than any file has, so that a wrong count is no long loop.
const MOST_SECTIONS: usize = 4096;

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

/// What is known of a section's bytes.
const UNCHECKED: u8 = 0;
const SOUND: u8 = 1;
const DAMAGED: u8 = 2;

struct Section {
    id: u32,
    place: Range<usize>,
    fast: u64,
    digest: [u8; 32],
    state: AtomicU8,
}

/// A file with a checked table.
#[derive(Clone)]
pub struct Container {
    image: Image,
    sections: Arc<[Section]>,
    /// By id, its place among the sections and one more; 0 where the file has none. A section is asked for in every lookup.
    places: Arc<[u16; PLACES]>,
    hash: [u8; 32],
}

/// Ids from here on, which no section has yet, are searched for.
const PLACES: usize = 256;

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn identity(file: &[u8], count: usize) -> Option<[u8; 32]> {
    Some(Sha256::new().chain_update(file.get(..24)?).chain_update(file.get(HEADER..HEADER + count * ENTRY)?).finalize().into())
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
        let bad = KnowledgeError::Corrupt("its table does not match its hash");
        let computed = Some(count).filter(|&c| c <= MOST_SECTIONS).and_then(|c| identity(bytes, c)).ok_or(bad.clone())?;
        if bytes[24..HEADER] != computed {
            return Err(bad);
        }
        let outside = KnowledgeError::Corrupt("a section lies outside the file");
        let mut sections = Vec::new();
        for entry in bytes[HEADER..].chunks_exact(ENTRY).take(count) {
            let field = |at: usize| u64_at(entry, at).ok_or(outside.clone());
            let (start, length, fast) = (field(8)?, field(16)?, field(24)?);
            let end = start.checked_add(length).filter(|&end| end <= expected).ok_or(outside.clone())?;
            let mut digest = [0; 32];
            digest.copy_from_slice(&entry[32..]);
            let id = u32_at(entry, 0).ok_or(outside.clone())?;
            sections.push(Section { id, place: start as usize..end as usize, fast, digest, state: AtomicU8::new(UNCHECKED) });
        }
        let mut places = [0; PLACES];
        // Of two with one id the first is meant.
        for (place, section) in sections.iter().enumerate().rev() {
            if let Some(at) = places.get_mut(section.id as usize) {
                *at = place as u16 + 1;
            }
        }
        Ok(Self { image, sections: sections.into(), places: Arc::new(places), hash: computed })
    }

    fn bytes(&self, section: &Section) -> &[u8] {
        (*self.image).as_ref().get(section.place.clone()).unwrap_or_default()
    }

    /// Checks the sections with ids in a range, once.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`], now and at every later call.
    pub fn check(&self, ids: Range<u32>) -> Result<(), KnowledgeError> {
        for section in self.sections.iter().filter(|s| ids.contains(&s.id)) {
            if section.state.load(Ordering::Acquire) == UNCHECKED {
                let sound = xxh3_64(self.bytes(section)) == section.fast;
                section.state.store(if sound { SOUND } else { DAMAGED }, Ordering::Release);
            }
            if section.state.load(Ordering::Acquire) == DAMAGED {
                return Err(KnowledgeError::Corrupt("a section does not match its checksum"));
            }
        }
        Ok(())
    }

    /// Checks every byte against the content hash.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn verify(&self) -> Result<(), KnowledgeError> {
        self.check(0..u32::MAX)?;
        let differs = |s: &&Section| Sha256::digest(self.bytes(s)).as_slice() != s.digest;
        if self.sections.iter().any(|s| differs(&s)) {
            return Err(KnowledgeError::Corrupt("the content does not match its hash"));
        }
        // What lies between sections belongs to none of them.
        let used: usize = self.sections.iter().map(|s| s.place.len().next_multiple_of(8)).sum();
        let all = (HEADER + self.sections.len() * ENTRY).next_multiple_of(8) + used;
        if all == self.len() { Ok(()) } else { Err(KnowledgeError::Corrupt("there are bytes that belong to no section")) }
    }

    /// The bytes of a section; empty where the file has none. To be checked first.
    pub fn section(&self, id: u32) -> &[u8] {
        let section = match self.places.get(id as usize) {
            Some(&place) => usize::from(place).checked_sub(1).and_then(|at| self.sections.get(at)),
            None => self.sections.iter().find(|s| s.id == id),
        };
        section.map_or(&[], |s| self.bytes(s))
    }

    /// Ids and sizes of the sections, in the order of the file.
    pub fn sizes(&self) -> impl Iterator<Item = (u32, usize)> {
        self.sections.iter().map(|s| (s.id, s.place.len()))
    }

    /// The identity of the knowledge base: a SHA-256 that binds every byte.
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
        let parts: Vec<_> = sections.iter().map(|(id, bytes)| (*id, bytes.as_slice(), Sums::of(bytes))).collect();
        lay_out(&parts)
    }

    /// The file with other sections in the place of its own, in order of id. What is kept keeps its checksums: [`Container::verify`] it first.
    pub fn with(&self, sections: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let kept = self.sections.iter().filter(|own| sections.iter().all(|s| s.0 != own.id));
        let mut parts: Vec<_> = kept.map(|s| (s.id, self.bytes(s), Sums { fast: s.fast, digest: s.digest })).collect();
        parts.extend(sections.iter().map(|(id, bytes)| (*id, bytes.as_slice(), Sums::of(bytes))));
        parts.sort_by_key(|p| p.0);
        lay_out(&parts)
    }
}

struct Sums {
    fast: u64,
    digest: [u8; 32],
}

impl Sums {
    fn of(bytes: &[u8]) -> Self {
        Self { fast: xxh3_64(bytes), digest: Sha256::digest(bytes).into() }
    }
}

fn lay_out(parts: &[(u32, &[u8], Sums)]) -> Vec<u8> {
    let body: usize = parts.iter().map(|p| p.1.len().next_multiple_of(8)).sum();
    let mut at = (HEADER + parts.len() * ENTRY).next_multiple_of(8);
    let mut file = Vec::with_capacity(at + body);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    file.extend_from_slice(&(parts.len() as u32).to_le_bytes());
    file.extend_from_slice(&((at + body) as u64).to_le_bytes());
    file.resize(HEADER, 0);
    for (id, bytes, sums) in parts {
        file.extend_from_slice(&id.to_le_bytes());
        file.extend_from_slice(&[0; 4]);
        file.extend_from_slice(&(at as u64).to_le_bytes());
        file.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        file.extend_from_slice(&sums.fast.to_le_bytes());
        file.extend_from_slice(&sums.digest);
        at += bytes.len().next_multiple_of(8);
    }
    if let Some(hash) = identity(&file, parts.len()) {
        file[24..HEADER].copy_from_slice(&hash);
    }
    for (_, bytes, _) in parts {
        file.resize(file.len().next_multiple_of(8), 0);
        file.extend_from_slice(bytes);
    }
    file.resize(file.len().next_multiple_of(8), 0);
    file
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
            let used = open(bytes).and_then(|c| c.check(0..u32::MAX));
            // Only the filling between sections is outside the checksums.
            let filling = (56 + 2 * 64 + 3..56 + 2 * 64 + 8).contains(&at) || at >= file.len() - 4;
            assert_eq!(used.is_ok(), filling, "flip at {at}");
        }
    }

    #[test]
    fn other_sections_in_the_place_of_its_own() {
        let all = |a: u8| vec![(7, vec![a; 3]), (9, vec![4; 20]), (12, vec![5])];
        let file = open(Container::assemble(&all(1))).unwrap();
        assert_eq!(file.with(&[(7, vec![2; 3])]), Container::assemble(&all(2)));
        assert_eq!(open(Container::assemble(&all(1)[1..])).unwrap().with(&[(7, vec![1; 3])]), Container::assemble(&all(1)));
    }

    #[test]
    fn a_newer_format_says_so() {
        let mut file = Container::assemble(&[]);
        file[8] = 99;
        assert_eq!(open(file).err(), Some(KnowledgeError::Version { found: 99 }));
    }
}
