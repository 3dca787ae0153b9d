//! What users download: a file, a zip of files, or a gzip of one. Everything is read in memory, within bounds; nothing is written to disk.

use crate::CompileError;
use std::io::{Cursor, Read};

/// Bytes of one unpacked file; the largest published one, a SNOMED CT map, has under 200 MB.
const MOST_BYTES: u64 = 1 << 30;
/// Bytes of all files of one package.
const MOST_TOTAL: u64 = 4 << 30;
/// Files of one package; a SNOMED CT release has about a hundred.
const MOST_FILES: usize = 4096;
/// Packages within packages.
const DEEPEST: u32 = 3;

/// The bounds of an unpacking.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub bytes: u64,
    pub total: u64,
    pub files: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { bytes: MOST_BYTES, total: MOST_TOTAL, files: MOST_FILES }
    }
}

/// Whether the bytes are an xlsx workbook, which is a zip too.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        && zip::ZipArchive::new(Cursor::new(bytes)).is_ok_and(|z| z.index_for_name("xl/workbook.xml").is_some())
}

fn bounded(name: &str, reader: impl Read, most: u64) -> Result<Vec<u8>, CompileError> {
    let mut bytes = Vec::new();
    let read = reader.take(most + 1).read_to_end(&mut bytes).map_err(|e| CompileError::new(name, format!("cannot be unpacked: {e}")))?;
    if read as u64 > most {
        return Err(CompileError::new(name, format!("unpacks to more than {most} bytes")));
    }
    Ok(bytes)
}

/// What is done with a file: its name without folders, and its bytes.
pub type Each<'a> = dyn FnMut(&str, Vec<u8>) -> Result<(), CompileError> + 'a;

/// Hands every file of a package to `each` as (name without folders, bytes), one at a time, in order of name, so that one is in memory at once.
///
/// # Errors
/// [`CompileError`] where the package is damaged, encrypted, too large or names files outside itself; and what `each` says.
pub fn unpack(name: &str, bytes: Vec<u8>, bounds: Bounds, each: &mut Each<'_>) -> Result<(), CompileError> {
    open(name, bytes, &mut { bounds }, DEEPEST, each)
}

fn open(name: &str, bytes: Vec<u8>, left: &mut Bounds, depth: u32, each: &mut Each<'_>) -> Result<(), CompileError> {
    let fail = |problem: String| CompileError::new(name, problem);
    let is_zip = bytes.starts_with(b"PK\x03\x04") && !is_workbook(&bytes);
    if (is_zip || bytes.starts_with(b"\x1f\x8b")) && depth == 0 {
        return Err(fail(format!("packages are nested deeper than {DEEPEST}")));
    }
    if bytes.starts_with(b"\x1f\x8b") {
        let inner = bounded(name, flate2::read::MultiGzDecoder::new(&*bytes), left.bytes.min(left.total))?;
        left.total -= inner.len() as u64;
        return open(name.strip_suffix(".gz").unwrap_or(name), inner, left, depth - 1, each);
    }
    if !is_zip {
        return each(base_name(name), bytes);
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| fail(format!("not a readable zip: {e}")))?;
    if archive.len() > left.files {
        return Err(fail(format!("the zip has {} files: more than {}", archive.len(), left.files)));
    }
    left.files -= archive.len();
    let mut order: Vec<(String, usize)> = Vec::new();
    for at in 0..archive.len() {
        let member = archive.by_index_raw(at).map_err(|e| fail(format!("member {at}: {e}")))?;
        if member.encrypted() {
            return Err(fail(format!("{}: the zip is encrypted: unpack it first", member.name())));
        }
        if member.enclosed_name().is_none() {
            return Err(fail(format!("{:?}: the zip names a file outside itself", member.name())));
        }
        // Finder and Explorer put files of their own beside the publisher's.
        let hidden = member.name().split('/').any(|part| part == "__MACOSX" || part.starts_with('.'));
        if member.is_file() && !hidden {
            order.push((member.name().to_owned(), at));
        }
    }
    order.sort();
    for (path, at) in order {
        let member = archive.by_index(at).map_err(|e| fail(format!("{path}: {e}")))?;
        let inner = bounded(&format!("{name}/{path}"), member, left.bytes.min(left.total))?;
        left.total -= inner.len() as u64;
        open(&path, inner, left, depth - 1, each)?;
    }
    Ok(())
}

/// A path without its folders.
pub fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn all(name: &str, bytes: Vec<u8>, bounds: Bounds) -> Result<Vec<(String, Vec<u8>)>, CompileError> {
        let mut files = Vec::new();
        unpack(name, bytes, bounds, &mut |name, bytes| {
            files.push((name.to_owned(), bytes));
            Ok(())
        })?;
        Ok(files)
    }

    #[test]
    fn files_come_out_in_order_whatever_they_are_packed_in() {
        let inner = zipped(&[("table/c.txt", b"3")]);
        let outer = zipped(&[("b.zip", &inner), ("a.txt.gz", &gzipped(b"1")), ("__MACOSX/._a", b"x")]);
        let files = all("x.zip", outer, Bounds::default()).unwrap();
        assert_eq!(files, [("a.txt".into(), b"1".to_vec()), ("c.txt".into(), b"3".to_vec())]);
        assert_eq!(all("dir/x.txt", b"7".to_vec(), Bounds::default()).unwrap(), [("x.txt".into(), b"7".to_vec())]);
    }

    #[test]
    fn bombs_and_deep_nesting_are_refused() {
        let small = Bounds { bytes: 1000, total: 1500, files: 3 };
        let bomb = zipped(&[("x", &vec![0; 100_000])]);
        assert!(all("x.zip", bomb, small).unwrap_err().problem.contains("more than 1000 bytes"));
        assert!(all("x.gz", gzipped(&vec![0; 100_000]), small).unwrap_err().problem.contains("more than 1000 bytes"));
        let two = zipped(&[("x", &[0; 900]), ("y", &[0; 900])]);
        assert!(all("x.zip", two, small).unwrap_err().problem.contains("more than 600 bytes"));
        let many = zipped(&[("a", b""), ("b", b""), ("c", b""), ("d", b"")]);
        assert!(all("x.zip", many, small).unwrap_err().problem.contains("4 files"));
        let mut deep = b"1".to_vec();
        for _ in 0..5 {
            deep = zipped(&[("x.zip", &deep)]);
        }
        assert!(all("x.zip", deep, Bounds::default()).unwrap_err().problem.contains("nested deeper"));
    }

    #[test]
    fn names_outside_the_package_are_refused() {
        for name in ["../../etc/passwd", "/etc/passwd"] {
            let error = all("x.zip", zipped(&[(name, b"x")]), Bounds::default());
            assert!(error.is_err_and(|e| e.problem.contains("outside itself")), "{name}");
        }
    }

    #[test]
    fn every_truncation_of_a_zip_is_an_error_or_no_zip() {
        let whole = zipped(&[("a.txt", b"some text that is stored"), ("b.txt", b"more")]);
        for end in 4..whole.len() {
            assert!(all("x.zip", whole[..end].to_vec(), Bounds::default()).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn an_encrypted_zip_is_refused() {
        let mut whole = zipped(&[("a.txt", b"x")]);
        // General purpose bit 0 of the local and of the central header.
        let central = whole.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        whole[6] |= 1;
        whole[central + 8] |= 1;
        assert!(all("x.zip", whole, Bounds::default()).unwrap_err().problem.contains("encrypted"));
    }
}
