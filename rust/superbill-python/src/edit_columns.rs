//! Claims as columns, and what the edits found of them as columns: one row for each line or diagnosis that a finding is about.

use crate::{
    columns::{self, Column, Days, Numbers, Offsets, flags},
    errors,
    knowledge::{KnowledgeBase, corrupt},
};
use pyo3::{prelude::*, types::PyTuple};
use rayon::prelude::*;
use std::{cell::RefCell, collections::BTreeMap};
use superbill_core::{
    editing::{Claim, Detail, EditError, Edited, Finding, MALFORMED, Patient, Provider, Resolver, Rule, Scratch, modifier},
    encounter::{Setting, Sex},
    knowledge::editing::{EditRules, Severity},
};
use superbill_proto::claim::{self as limits, Numbers as Numbered};

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Claims that a thread takes at a time.
const TOGETHER: usize = 256;
/// Of a row that is about no line, or about no diagnosis.
const NO_ROW: i64 = -1;

fn refused(message: String) -> PyErr {
    errors::ClaimError::new_err(message)
}

/// Refuses a column that has not as many rows as the others.
fn same(name: &str, found: usize, expected: usize, of: &str) -> PyResult<()> {
    if found == expected { Ok(()) } else { Err(refused(format!("{name}: expected as many as there are {of}, {expected}"))) }
}

/// The columns of a batch, each checked for its shape.
struct Batch {
    settings: Vec<Setting>,
    offsets: Offsets,
    codes: Column,
    modifiers: Option<Column>,
    units: Option<Numbers>,
    dates: Days,
    history: Option<Vec<bool>>,
    places: Option<Column>,
    pointers: Option<Numbers>,
    npi: Option<Column>,
    group: Option<Column>,
    specialty: Option<Column>,
    diagnosis_offsets: Option<Offsets>,
    diagnoses: Option<Column>,
    poa: Option<Column>,
    sexes: Option<Column>,
    births: Option<Days>,
    payers: Option<Column>,
}

/// What can be known of a claim, by name of its column.
type Given<'py> = BTreeMap<String, Bound<'py, PyAny>>;

const OF_LINES: [&str; 8] = ["modifiers", "units", "history", "place_of_service", "pointers", "npi", "group", "specialty"];
const OF_CLAIMS: [&str; 7] = ["setting", "diagnosis_offsets", "diagnoses", "poa", "sex", "birth_dates", "payers"];

fn settings(given: Option<&Bound<'_, PyAny>>, claims: usize) -> PyResult<Vec<Setting>> {
    let expected = || refused("setting: expected one of professional outpatient_facility inpatient_facility, or one for each claim".into());
    let named = |name: &str| Setting::NAMES.iter().find(|n| n.1 == name).map(|n| n.0).ok_or_else(expected);
    let Some(given) = given else { return Ok(vec![Setting::Professional; claims]) };
    if let Ok(name) = given.extract::<String>() {
        return Ok(vec![named(&name)?; claims]);
    }
    let column = Column::of_text("setting", given, refused)?;
    same("setting", column.len(), claims, "claims")?;
    (0..claims).map(|at| named(column.at(at).unwrap_or_default())).collect()
}

/// A word of a column that may not be there.
fn told(column: Option<&Column>, row: usize) -> Option<&str> {
    column.and_then(|c| c.at(row)).map(str::trim)
}

impl Batch {
    fn read(offsets: &Bound<'_, PyAny>, codes: &Bound<'_, PyAny>, dates: &Bound<'_, PyAny>, given: &Given<'_>) -> PyResult<Self> {
        let get = |name: &str| given.get(name).filter(|g| !g.is_none());
        if let Some(name) = given.keys().find(|k| !OF_LINES.contains(&k.as_str()) && !OF_CLAIMS.contains(&k.as_str())) {
            return Err(pyo3::exceptions::PyTypeError::new_err(format!("edit_arrays() has no column {name}")));
        }
        let codes = Column::of_text("codes", codes, refused)?;
        let (lines, offsets) = (codes.len(), Offsets::read("offsets", offsets, codes.len(), refused)?);
        let claims = offsets.len();
        let text = |name: &str, rows: usize, of: &str| {
            let Some(given) = get(name) else { return Ok(None) };
            let column = Column::of_text(name, given, refused)?;
            same(name, column.len(), rows, of)?;
            Ok::<_, PyErr>(Some(column))
        };
        let numbers = |name: &str, most: usize| {
            let Some(given) = get(name) else { return Ok(None) };
            let column = Numbers::read(name, given, most, refused)?;
            same(name, column.len(), lines, "lines")?;
            Ok::<_, PyErr>(Some(column))
        };
        let days = |name: &str, given: &Bound<'_, PyAny>, rows: usize, of: &str| {
            let days = Days::read(name, given)?;
            days.len().map_or(Ok(()), |n| same(name, n, rows, of))?;
            Ok::<_, PyErr>(days)
        };
        let modifiers = get("modifiers").map(|m| Column::of_words("modifiers", m, refused)).transpose()?;
        modifiers.as_ref().map_or(Ok(()), |m| same("modifiers", m.len(), lines, "lines"))?;
        let history = get("history").map(|h| flags("history", h, refused)).transpose()?;
        history.as_ref().map_or(Ok(()), |h| same("history", h.len(), lines, "lines"))?;
        let diagnoses = get("diagnoses").map(|d| Column::of_text("diagnoses", d, refused)).transpose()?;
        let rows = diagnoses.as_ref().map_or(0, Column::len);
        let diagnosis_offsets = get("diagnosis_offsets").map(|o| Offsets::read("diagnosis_offsets", o, rows, refused)).transpose()?;
        if diagnoses.is_some() != diagnosis_offsets.is_some() {
            return Err(refused("diagnosis_offsets: expected with diagnoses, and neither without the other".into()));
        }
        diagnosis_offsets.as_ref().map_or(Ok(()), |o| same("diagnosis_offsets", o.len() + 1, claims + 1, "claims, and one more"))?;
        Ok(Self {
            settings: settings(get("setting"), claims)?,
            modifiers,
            units: numbers("units", 1)?,
            dates: days("dates", dates, lines, "lines")?,
            history,
            places: text("place_of_service", lines, "lines")?,
            pointers: numbers("pointers", 2)?,
            npi: text("npi", lines, "lines")?,
            group: text("group", lines, "lines")?,
            specialty: text("specialty", lines, "lines")?,
            poa: text("poa", rows, "diagnoses")?,
            diagnoses,
            diagnosis_offsets,
            sexes: text("sex", claims, "claims")?,
            births: get("birth_dates").map(|b| days("birth_dates", b, claims, "claims")).transpose()?,
            payers: text("payers", claims, "claims")?,
            codes,
            offsets,
        })
    }

    /// A claim of the batch, and the rows of its lines: its own first, then those that were billed before.
    fn claim(&self, resolver: &Resolver<'_>, at: usize, rows: &mut Vec<usize>) -> PyResult<Claim> {
        let billed = |row: &usize| self.history.as_ref().is_some_and(|h| h[*row]);
        rows.clear();
        rows.extend(self.offsets.rows(at).filter(|row| !billed(row)));
        let own = rows.len();
        rows.extend(self.offsets.rows(at).filter(billed));
        if own > limits::MOST_LINES || rows.len() - own > limits::MOST_HISTORY {
            let (lines, history) = (limits::MOST_LINES, limits::MOST_HISTORY);
            return Err(refused(format!("offsets[{at}]: expected at most {lines} lines, and {history} of the history")));
        }
        let mut claim = Claim::new(self.settings[at]);
        let (mut npis, mut groups, mut specialties) = (Numbered::default(), Numbered::default(), Numbered::default());
        for (place, &row) in rows.iter().enumerate() {
            let specialty = told(self.specialty.as_ref(), row);
            let provider = Provider {
                npi: npis.of(told(self.npi.as_ref(), row)),
                group: groups.of(told(self.group.as_ref(), row)),
                specialty: specialties.of(specialty),
            };
            let units = match &self.units {
                None => 1,
                Some(units) => u32::try_from(units.row(row)[0])
                    .map_err(|_| refused(format!("units[{row}]: expected a whole number from 0 to {}", u32::MAX)))?,
            };
            let modifiers = self.modifiers.iter().flat_map(|m| m.words(row)).map(|m| modifier(m.trim()));
            let (code, day) = (self.codes.at(row).unwrap_or_default(), self.dates.at("dates", row)?);
            resolver.add(&mut claim, code.trim(), modifiers, day, units, provider);
            let of_line = claim.lines.last().map_or(0, |l| claim.said(l).len());
            if of_line > limits::MOST_MODIFIERS {
                return Err(refused(format!("modifiers[{row}]: expected at most {}", limits::MOST_MODIFIERS)));
            }
            if let Some(added) = claim.lines.last_mut() {
                added.place_of_service = told(self.places.as_ref(), row).map_or(MALFORMED, modifier);
                added.specialty = specialty.and_then(|s| resolver.asked_specialty(s));
            }
            if place < own {
                let ranks = self.pointers.as_ref().map_or(&[][..], |p| p.row(row)).iter().filter(|&&rank| rank != 0);
                for &rank in ranks {
                    let rank =
                        u32::try_from(rank).map_err(|_| refused(format!("pointers[{row}]: expected ranks from 1, or 0 for none")))?;
                    claim.pointers.push((place as u32, rank));
                }
            }
        }
        claim.own = own;
        self.diagnosed(resolver, &mut claim, at)?;
        claim.patient = self.patient(&claim, at)?;
        told(self.payers.as_ref(), at).unwrap_or_default().clone_into(&mut claim.payer.id);
        claim.specialties = specialties.names();
        Ok(claim)
    }

    fn diagnosed(&self, resolver: &Resolver<'_>, claim: &mut Claim, at: usize) -> PyResult<()> {
        let (Some(offsets), Some(diagnoses)) = (&self.diagnosis_offsets, &self.diagnoses) else { return Ok(()) };
        let rows = offsets.rows(at);
        if rows.len() > limits::MOST_DIAGNOSES {
            return Err(refused(format!("diagnosis_offsets[{at}]: expected at most {} diagnoses", limits::MOST_DIAGNOSES)));
        }
        if !rows.is_empty() && claim.own == 0 {
            return Err(refused(format!("offsets[{at}]: expected at least one line (its date decides what holds of the diagnoses)")));
        }
        for row in rows {
            let poa = match self.poa.as_ref().and_then(|p| p.at(row)).unwrap_or_default().trim().as_bytes() {
                [] => 0,
                [value] => value.to_ascii_uppercase(),
                _ => b'?',
            };
            resolver.add_diagnosis(claim, diagnoses.at(row).unwrap_or_default().trim(), poa);
        }
        Ok(())
    }

    fn patient(&self, claim: &Claim, at: usize) -> PyResult<Patient> {
        let sex = match self.sexes.as_ref().and_then(|s| s.at(at)).unwrap_or_default() {
            "female" => Some(Sex::Female),
            "male" => Some(Sex::Male),
            "" | "other" | "unknown" => None,
            _ => return Err(refused(format!("sex[{at}]: expected one of female male other unknown, or nothing"))),
        };
        let birth = self.births.as_ref().filter(|b| !b.is_missing(at)).map(|b| b.at("birth_dates", at)).transpose()?;
        if birth.is_some_and(|b| claim.lines[..claim.own].iter().any(|l| l.date < b)) {
            return Err(refused(format!("birth_dates[{at}]: expected a day not after the dates of the lines")));
        }
        Ok(Patient { sex, birth })
    }
}

/// Rows of findings, native bytes of each column.
#[derive(Default)]
struct Rows {
    findings: u32,
    finding: Vec<u32>,
    claim: Vec<u32>,
    line: Vec<i64>,
    diagnosis: Vec<i64>,
    rule: Vec<u16>,
    severity: Vec<u8>,
    denied: Vec<u8>,
}

/// Ids of rules in order, and where the engine's and the payers' stand among them with how much each weighs.
struct Rules {
    ids: Vec<String>,
    of_engine: Vec<Option<(u16, Severity)>>,
    of_payers: Vec<(u16, Severity)>,
}

impl Rules {
    fn new(rules: &EditRules) -> Self {
        let said = &rules.said;
        let mut ids: Vec<String> = said.rules.iter().map(|r| r.id.clone()).chain(said.payer_rules.iter().map(|r| r.id.clone())).collect();
        ids.sort_unstable();
        let place = |id: &str| ids.binary_search_by(|i| i.as_str().cmp(id)).unwrap_or(usize::MAX) as u16;
        let of_engine = Rule::ALL.iter().map(|r| rules.words(r.id()).map(|w| (place(&w.id), w.severity))).collect();
        let of_payers = said.payer_rules.iter().map(|r| (place(&r.id), r.action.severity())).collect();
        Self { ids, of_engine, of_payers }
    }

    fn of(&self, finding: &Finding) -> Option<(u16, Severity)> {
        match finding.detail {
            Detail::Payer { rule, .. } => self.of_payers.get(usize::from(rule)).copied(),
            _ => self.of_engine.get(finding.rule as usize).copied().flatten(),
        }
    }
}

impl Rows {
    fn put(&mut self, rules: &Rules, at: usize, edited: &Edited, lines: &[usize], first_diagnosis: usize) {
        for finding in &edited.findings {
            // A rule without words in the packs is not told by any face.
            let Some((rule, severity)) = rules.of(finding) else { continue };
            let (places, denied) = (edited.stretch(finding.lines), edited.stretch(finding.denied));
            let of_diagnoses = finding.rule.of_diagnoses();
            let pointed = match finding.detail {
                Detail::Diagnosis(place) => (first_diagnosis + place as usize) as i64,
                _ => NO_ROW,
            };
            let mut row = |line: i64, diagnosis: i64, denied: bool| {
                self.finding.push(self.findings);
                self.claim.push(at as u32);
                self.line.push(line);
                self.diagnosis.push(diagnosis);
                self.rule.push(rule);
                self.severity.push(severity as u8);
                self.denied.push(u8::from(denied));
            };
            for &place in places {
                if of_diagnoses {
                    row(NO_ROW, (first_diagnosis + place as usize) as i64, false);
                } else {
                    row(lines[place as usize] as i64, pointed, denied.contains(&place));
                }
            }
            if places.is_empty() {
                row(NO_ROW, NO_ROW, false);
            }
            self.findings += 1;
        }
    }

    fn append(&mut self, other: Self) {
        self.finding.extend(other.finding.iter().map(|f| f + self.findings));
        self.findings += other.findings;
        self.claim.extend(other.claim);
        self.line.extend(other.line);
        self.diagnosis.extend(other.diagnosis);
        self.rule.extend(other.rule);
        self.severity.extend(other.severity);
        self.denied.extend(other.denied);
    }
}

/// What was found on a batch of claims: columns of equal length, with one row for each line or diagnosis that a finding is about.
///
/// Findings stand in the order of the claims and, of one claim, in the order of `Check.findings`; the rows of a finding in the order of its lines.
#[pyclass(frozen, module = "superbill")]
pub(crate) struct FindingColumns {
    length: usize,
    columns: [Py<PyAny>; 7],
    rules: Py<PyTuple>,
}

#[pymethods]
impl FindingColumns {
    /// Numbers of the findings, from 0: rows of one finding have one number.
    #[getter]
    fn finding(&self, py: Python<'_>) -> Py<PyAny> {
        self.columns[0].clone_ref(py)
    }

    /// Claims, as places in the batch.
    #[getter]
    fn claim(&self, py: Python<'_>) -> Py<PyAny> {
        self.columns[1].clone_ref(py)
    }

    /// Lines, as rows of the columns of lines; -1 where it is about a diagnosis or the claim.
    #[getter]
    fn line(&self, py: Python<'_>) -> Py<PyAny> {
        self.columns[2].clone_ref(py)
    }

    /// Diagnoses, as rows of the columns of diagnoses; -1 where it is about a line alone or the claim.
    #[getter]
    fn diagnosis(&self, py: Python<'_>) -> Py<PyAny> {
        self.columns[3].clone_ref(py)
    }

    /// Rules, as places in `rules`.
    #[getter]
    fn rule(&self, py: Python<'_>) -> Py<PyAny> {
        self.columns[4].clone_ref(py)
    }

    /// Severities, as places in `superbill.SEVERITIES`.
    #[getter]
    fn severity(&self, py: Python<'_>) -> Py<PyAny> {
        self.columns[5].clone_ref(py)
    }

    /// Whether the line is not payable because of the finding.
    #[getter]
    fn denied(&self, py: Python<'_>) -> Py<PyAny> {
        self.columns[6].clone_ref(py)
    }

    /// Ids of the rules of the knowledge base, in order.
    #[getter]
    fn rules(&self, py: Python<'_>) -> Py<PyTuple> {
        self.rules.clone_ref(py)
    }

    fn __len__(&self) -> usize {
        self.length
    }

    fn __repr__(&self) -> String {
        format!("<FindingColumns: {} rows>", self.length)
    }
}

#[pymethods]
impl KnowledgeBase {
    /// Checks many claims, given as columns, against every edit, on `threads` threads (0: one a core) without the GIL. The lines of claim `i` are rows
    /// `offsets[i]` to `offsets[i + 1]` of `codes`, of `dates` (one day, or one for each line) and of the columns of lines: `modifiers` and `pointers`
    /// (of two dimensions where a line has several; empty and 0 for none), `units` (1 where it is not given), `history` (true for a line that was billed
    /// before), `place_of_service`, `npi`, `group`, `specialty`. Of claims there are `setting` (one word, or one for each), `sex`, `birth_dates`, `payers`,
    /// and rows `diagnosis_offsets[i]` to `diagnosis_offsets[i + 1]` of `diagnoses` and `poa`.
    ///
    /// Raises `ClaimError` naming the column, and its row, that is of another shape or outside its set, `DateError` where a day is missing or outside of
    /// 1900 to 2199, `KnowledgeBaseError` where the file is damaged or has no rules of editing.
    #[pyo3(signature = (offsets, codes, dates, *, threads = 0, **columns))]
    fn edit_arrays<'py>(
        &self,
        py: Python<'py>,
        offsets: &Bound<'py, PyAny>,
        codes: &Bound<'py, PyAny>,
        dates: &Bound<'py, PyAny>,
        threads: usize,
        columns: Option<Given<'py>>,
    ) -> PyResult<FindingColumns> {
        let batch = Batch::read(offsets, codes, dates, &columns.unwrap_or_default())?;
        let kb = self.engine();
        let refused = |e: &EditError| errors::KnowledgeBaseError::new_err(e.to_string());
        let resolvers = Setting::NAMES.map(|s| (s.0, Resolver::new(kb, s.0)));
        let rules = Rules::new(kb.edit_rules().map_err(|e| corrupt(&e))?);
        let some = |first: usize| {
            let (mut rows, mut lines) = (Rows::default(), Vec::new());
            for at in first..(first + TOGETHER).min(batch.offsets.len()) {
                let of_setting = resolvers.iter().find(|r| r.0 == batch.settings[at]).map(|r| r.1.as_ref());
                let Some(resolver) = of_setting.transpose().map_err(refused)? else { continue };
                let claim = batch.claim(resolver, at, &mut lines)?;
                let first_diagnosis = batch.diagnosis_offsets.as_ref().map_or(0, |o| o.rows(at).start);
                SCRATCH.with_borrow_mut(|scratch| rows.put(&rules, at, resolver.edit(&claim, scratch), &lines, first_diagnosis));
            }
            Ok::<_, PyErr>(rows)
        };
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| errors::SuperbillError::new_err(e.to_string()))?;
        let found = py.detach(|| {
            let starts: Vec<usize> = (0..batch.offsets.len()).step_by(TOGETHER).collect();
            let parts: Vec<PyResult<Rows>> = pool.install(|| starts.into_par_iter().map(some).collect());
            let mut all = Rows::default();
            // The first refusal in the order of the claims is the one that is told.
            parts.into_iter().try_for_each(|part| part.map(|rows| all.append(rows)))?;
            Ok::<_, PyErr>(all)
        })?;
        let bytes = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_ne_bytes()).collect::<Vec<u8>>();
        let wide = |numbers: &[i64]| numbers.iter().flat_map(|n| n.to_ne_bytes()).collect::<Vec<u8>>();
        let column = |bytes: &[u8], kind: &str| columns::array(py, bytes, kind).map(Bound::unbind);
        Ok(FindingColumns {
            length: found.finding.len(),
            columns: [
                column(&bytes(&found.finding), "u4")?,
                column(&bytes(&found.claim), "u4")?,
                column(&wide(&found.line), "i8")?,
                column(&wide(&found.diagnosis), "i8")?,
                column(&found.rule.iter().flat_map(|n| n.to_ne_bytes()).collect::<Vec<u8>>(), "u2")?,
                column(&found.severity, "u1")?,
                column(&found.denied, "?")?,
            ],
            rules: PyTuple::new(py, &rules.ids)?.unbind(),
        })
    }
}
