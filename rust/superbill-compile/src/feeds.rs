//! From a file to what it says: which feed it is, of which release, and where its rows go.

use crate::{
    CompileError,
    base::sha256,
    gather::Gathered,
    packs,
    source::{
        Content, Feed, Head, Opened, Reject, Rejects, add_on, code_lists, conversion, cpt, hcc, hcpcs, icd_order, icd10cm_codes,
        icd10cm_index, icd10cm_tabular, icd10pcs_definitions, icd10pcs_index, icd10pcs_tables, mce, msdrg, mue, ontology, opps,
        order_addenda, package, pfs, poa, ptp, release, rf2, table::Table, text,
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
    order_addenda::ICD10CM,
    order_addenda::ICD10PCS,
    conversion::FEED,
    hcpcs::FEED,
    mue::PRACTITIONER,
    mue::OUTPATIENT_HOSPITAL,
    mue::DME_SUPPLIER,
    add_on::FEED,
    opps::FEED,
    pfs::FEED,
    poa::FEED,
    mce::FEED,
    msdrg::FEED,
    hcc::MAPPINGS,
    hcc::HIERARCHIES,
    hcc::LABELS,
    cpt::FEED,
    ontology::DISEASE_ONTOLOGY,
    ontology::DISEASE_ONTOLOGY_TABLE,
    ontology::MONDO,
    code_lists::PLACES_OF_SERVICE,
    code_lists::REVENUE_CENTERS,
    code_lists::BILL_TYPES,
    code_lists::DISCHARGE_STATUS,
    code_lists::PRESENT_ON_ADMISSION,
    code_lists::ADMIT_TYPES,
    code_lists::ADMIT_SOURCES,
    hcc::FORMAT,
    rf2::concept::FEED,
    rf2::description::FEED,
    rf2::relationship::FEED,
    rf2::extended_map::FEED,
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

/// What the default knowledge base is built from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// File name, for messages, and content of the tabular list.
    pub tabular: (&'a str, &'a [u8]),
    /// File name and content of the list of valid codes.
    pub codes: (&'a str, &'a str),
    /// First day of the release; it ends with its fiscal year, on 30 September.
    pub effective: Date,
    pub packs: &'a [packs::Source],
}

/// Builds the image of one ICD-10-CM release and packs: the same sources give the same bytes.
///
/// # Errors
/// [`CompileError`] naming the file and the place.
pub fn build(sources: &Sources<'_>) -> Result<Vec<u8>, CompileError> {
    let mut collector = Collector::default();
    let (tabular, xml) = sources.tabular;
    let (codes, list) = sources.codes;
    for (feed, name, bytes) in [(&icd10cm_tabular::FEED, tabular, xml), (&icd10cm_codes::FEED, codes, list.as_bytes())] {
        let content = Content::Text(text::decode(bytes).into_owned());
        collector.take(feed, &Opened { name, content: &content, effective: sources.effective }, bytes)?;
    }
    crate::base::join(collector.gathered, sources.packs)
}

/// What the user says beside the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// First days of releases by feed, where no file name says them.
    pub releases: HashMap<String, Date>,
    /// Licences that the user accepts for this build, as `ama-cpt`.
    pub accepted: Vec<String>,
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
        let mut collector = Self::default();
        collector.gathered.accepted.clone_from(&options.accepted);
        collector.options = options;
        collector
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
        let mut end = text.len().min(HEAD);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let head = Head { name, text: &text[..end], sheet: &rows[..rows.len().min(HEAD_ROWS)] };
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
        self.take(feed, &Opened { name, content: &content, effective }, bytes)
    }

    fn take(&mut self, feed: &Feed, opened: &Opened<'_>, bytes: &[u8]) -> Result<(), CompileError> {
        let mut rejects = Rejects::default();
        let taken = (feed.take)(opened, &mut self.gathered, &mut rejects)?;
        let (file, rows, rejected) = (package::base_name(opened.name).to_owned(), taken.rows as u64, rejects.count);
        self.gathered.releases.push(Release {
            feed: feed.name.to_owned(),
            system: feed.system.map_or(0, |s| s as u8),
            effective: opened.effective.0,
            end: feed.calendar.end(opened.effective).0,
            file: file.clone(),
            sha256: taken.kept.map_or_else(|| sha256(bytes), |kept| sha256(kept.as_bytes())),
            rows,
            rejected,
        });
        let effective = Some(opened.effective.to_string());
        self.report.files.push(FileReport { file, feed: Some(feed.name), effective, rows, rejected, note: taken.note });
        self.report.rejects.extend(rejects.kept);
        Ok(())
    }

    /// Leaves out releases of edits that lack part of their files: every release repeats the whole history of its table, so that one with fewer rows than
    /// the one before would end the edits of the files that are missing.
    fn leave_out_partial_edits(&mut self) {
        for (setting, feed) in [ptp::PRACTITIONER, ptp::HOSPITAL].iter().enumerate() {
            for (day, rows, before) in self.gathered.ptp[setting].leave_out_partial() {
                let problem = format!("the release of {day} has {rows} edits, the one before {before}: give all its files; it is left out");
                let of_release = |r: &Release| r.feed == feed.name && r.effective == day.0;
                let files: Vec<String> = self.gathered.releases.iter().filter(|r| of_release(r)).map(|r| r.file.clone()).collect();
                self.gathered.releases.retain(|r| !of_release(r));
                let effective = Some(day.to_string());
                self.report.files.retain(|f| f.feed != Some(feed.name) || f.effective != effective);
                for file in &files {
                    self.refuse(file, problem.clone());
                }
            }
        }
    }

    /// Builds the image, and tells what was read.
    ///
    /// # Errors
    /// [`CompileError`] where what was read does not make a knowledge base.
    pub fn build(mut self, packs: &[packs::Source]) -> Result<(Vec<u8>, Report), CompileError> {
        self.leave_out_partial_edits();
        let mut report = self.report;
        report.files.sort_by(|a, b| a.file.cmp(&b.file));
        report.rejects.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Ok((crate::base::join(self.gathered, packs)?, report))
    }
}
