//! From a file to what it says: which feed it is, of which release, and where its rows go.

use crate::{
    CompileError,
    base::sha256,
    gather::Gathered,
    packs,
    source::{
        Content, Feed, Head, Opened, Reject, Rejects, icd_order, icd10cm_codes, icd10cm_index, icd10cm_tabular, icd10pcs_definitions,
        icd10pcs_index, icd10pcs_tables, package, ptp, release, table::Table, text,
    },
};
use serde::Serialize;
use std::collections::HashMap;
use superbill_core::{date::Date, knowledge::releases::Release};

/// Every feed; of those that recognise a file the first takes it.
const FEEDS: &[Feed] = &[
    icd_order::ICD10CM,
    icd_order::ICD10PCS,
    icd10cm_tabular::FEED,
    ptp::PRACTITIONER,
    ptp::HOSPITAL,
    ptp::UNKNOWN_SETTING,
    icd10cm_codes::FEED,
    icd10cm_index::DISEASES,
    icd10cm_index::EXTERNAL,
    icd10cm_index::NEOPLASM,
    icd10cm_index::DRUG,
    icd10pcs_tables::FEED,
    icd10pcs_index::FEED,
    icd10pcs_definitions::FEED,
];

/// How much of a text is looked at to tell its feed.
const HEAD: usize = 16 << 10;

/// Rows of a workbook that are looked at.
const HEAD_ROWS: usize = 100;

/// What the user says beside the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// First days of releases by feed, where no file name says them.
    pub releases: HashMap<String, Date>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    pub file: String,
    /// None where it was not read.
    pub feed: Option<&'static str>,
    /// First day of the release, ISO 8601.
    pub effective: Option<String>,
    pub rows: u64,
    pub rejected: u64,
    /// Why it was not read, or what to know of it.
    pub note: Option<String>,
}

/// What was read, for people and programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// In order of file.
    pub files: Vec<FileReport>,
    pub rejects: Vec<Reject>,
}

/// Reads files one after the other and builds a knowledge base from them.
#[derive(Default)]
pub struct Collector {
    options: Options,
    gathered: Gathered,
    report: Report,
}

impl Collector {
    pub fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// Whether something was read of which a knowledge base can be built without another ICD-10-CM release.
    pub fn has_icd10cm(&self) -> bool {
        self.gathered.icd10cm.newest_tabular().is_some()
    }

    /// Reads a file as it was downloaded: packages are opened. What cannot be read is a reject in the report and leaves the other files alone.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) {
        self.add_dated(name, bytes, None);
    }

    /// Reads a file whose release is known, whatever its name says.
    pub fn add_dated(&mut self, name: &str, bytes: Vec<u8>, effective: Option<Date>) {
        let unpacked = package::unpack(name, bytes, package::Bounds::default(), &mut |name, bytes| {
            if let Err(error) = self.file(name, &bytes, effective) {
                self.refuse(name, error.problem);
            }
            Ok(())
        });
        if let Err(error) = unpacked {
            self.refuse(package::base_name(&error.file), error.problem);
        }
    }

    /// Reports a file that cannot be read as one reject.
    pub fn refuse(&mut self, name: &str, problem: String) {
        self.report.files.push(FileReport { file: name.to_owned(), feed: None, effective: None, rows: 0, rejected: 1, note: None });
        self.report.rejects.push(Reject { file: name.to_owned(), line: 0, problem });
    }

    fn file(&mut self, name: &str, bytes: &[u8], effective: Option<Date>) -> Result<(), CompileError> {
        let content = if package::is_workbook(bytes) {
            Content::Sheet(Table::sheet(name, bytes)?)
        } else {
            Content::Text(text::decode(bytes).into_owned())
        };
        let (text, rows) = match &content {
            Content::Text(text) => (text.as_str(), &[][..]),
            Content::Sheet(table) => ("", table.rows.as_slice()),
        };
        let head = Head { name, text: &text[..text.floor_char_boundary(HEAD)], sheet: &rows[..rows.len().min(HEAD_ROWS)] };
        let Some(feed) = FEEDS.iter().find(|f| (f.recognises)(&head)) else {
            let note = Some("not a file of any feed that this version reads".to_owned());
            self.report.files.push(FileReport { file: name.to_owned(), feed: None, effective: None, rows: 0, rejected: 0, note });
            return Ok(());
        };
        let known = effective.or_else(|| self.options.releases.get(feed.name).copied());
        let known = known.or_else(|| (feed.dated)(&head)).or_else(|| release::from_name(name, feed.calendar.years()));
        let undated =
            || format!("neither the file nor its name says the first day of its release: say it with --release {}=YYYY-MM-DD", feed.name);
        let effective = known.ok_or_else(|| CompileError::new(name, undated()))?;
        let mut rejects = Rejects::default();
        let rows = (feed.take)(&Opened { name, content: &content, effective }, &mut self.gathered, &mut rejects)? as u64;
        self.gathered.releases.push(Release {
            feed: feed.name.to_owned(),
            system: feed.system.map_or(0, |s| s as u8),
            effective: effective.0,
            end: feed.calendar.end(effective).0,
            file: name.to_owned(),
            sha256: sha256(bytes),
            rows,
            rejected: rejects.count,
        });
        self.report.files.push(FileReport {
            file: name.to_owned(),
            feed: Some(feed.name),
            effective: Some(effective.to_string()),
            rows,
            rejected: rejects.count,
            note: None,
        });
        self.report.rejects.extend(rejects.kept);
        Ok(())
    }

    /// What was read so far.
    pub fn report(&self) -> Report {
        let mut report = self.report.clone();
        report.files.sort_by(|a, b| a.file.cmp(&b.file));
        report.rejects.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        report
    }

    /// Builds the image.
    ///
    /// # Errors
    /// [`CompileError`] where what was read does not make a knowledge base.
    pub fn build(self, packs: &[packs::Source]) -> Result<Vec<u8>, CompileError> {
        crate::base::join(self.gathered, packs)
    }
}
