//! The engine's compact answer in words: the wire type that every face gives out.

mod visit;

use crate::{v1, words};
use std::collections::BTreeSet;
use superbill_core::{
    code::{CodeId, System},
    coded::{About, Alternative, Coded, Contradiction, Diagnosis, NotCoded, PcsCode, Procedure, Query, Span, Step, StepKind},
    date::Date,
    knowledge::{
        KnowledgeBase,
        rules::{Family, Pack},
    },
};

/// Under this a code is shown to a coder before release.
const LOW_CONFIDENCE: u32 = 500;
/// Siblings shown that the note does not tell apart.
const MOST_SIBLINGS: usize = 6;
/// Options of a question beyond this tell the provider no more.
const MOST_OPTIONS: usize = 24;

/// No question leads: its answer may be another, or none (AHIMA and ACDIS practice of queries).
fn open_options() -> impl Iterator<Item = String> {
    ["other", "unable to determine"].into_iter().map(str::to_owned)
}

struct Renderer<'a> {
    kb: &'a KnowledgeBase,
    wire: &'a v1::Encounter,
    /// The date that decides.
    date: Date,
    /// Whether bytes are code points, by document.
    ascii: Vec<bool>,
    packs: BTreeSet<u32>,
}

pub(crate) fn open_end(end: u32) -> Option<String> {
    (Date(end) != Date::OPEN).then(|| Date(end).to_string())
}

/// Makes the wire type; the disposition is decided when all findings are told.
pub(crate) fn render(kb: &KnowledgeBase, wire: &v1::Encounter, date: Date, coded: &Coded) -> v1::CodedEncounter {
    let ascii = wire.documents.iter().map(|d| d.text.is_ascii()).collect();
    let mut renderer = Renderer { kb, wire, date, ascii, packs: BTreeSet::new() };
    let diagnoses = coded.diagnoses.iter().zip(1..).map(|(d, rank)| renderer.diagnosis(d, rank)).collect();
    let of_visit = coded.visit.iter().flat_map(|v| visit::lines(&mut renderer, v)).collect::<Vec<_>>();
    let procedures = of_visit.into_iter().chain(coded.procedures.iter().map(|p| renderer.procedure(p))).collect();
    let findings: Vec<v1::Finding> = coded.findings.iter().map(|f| renderer.finding(f)).collect();
    let queries = coded.queries.iter().map(|q| renderer.query(q)).collect();
    let release = |p: &Pack| v1::Release {
        feed: p.id.clone(),
        version: p.version.clone(),
        effective: Date(p.effective).to_string(),
        end: open_end(p.end),
    };
    let tabular = kb.rules().tabular.iter();
    let used = renderer.packs.iter().filter_map(|&p| kb.rules().packs.get(p as usize));
    let hash = kb.hash();
    v1::CodedEncounter {
        encounter_id: wire.id.clone(),
        knowledge: Some(v1::Knowledge { hash, releases: tabular.chain(used).map(release).collect() }),
        disposition: None,
        diagnoses,
        procedures,
        findings,
        queries,
        visit: coded.visit.as_ref().map(|v| visit::visit(&renderer, v)),
        completeness: coded.completeness.iter().filter_map(|c| visit::completeness(kb, *c)).collect(),
        contradictions: coded.contradictions.iter().map(|c| renderer.contradiction(c)).collect(),
    }
}

/// Release only what nothing speaks against. The first findings are those of coding itself, whose errors leave no code to look at; errors of the edits are
/// for a coder to resolve.
pub(crate) fn disposition(answer: &v1::CodedEncounter, of_coding: usize) -> v1::Disposition {
    let mut reasons: Vec<String> = Vec::new();
    let mut reason = |text: &str| {
        if !reasons.iter().any(|r| r == text) {
            reasons.push(text.to_owned());
        }
    };
    let of = |severity: &'static str| answer.findings.iter().filter(move |f| f.severity == severity).map(|f| f.rule.as_str());
    let held = answer.findings.iter().take(of_coding).any(|f| f.severity == "error");
    let confidences = answer.diagnoses.iter().map(|d| d.confidence).chain(answer.procedures.iter().map(|p| p.confidence));
    let low = confidences.into_iter().any(|c| c < LOW_CONFIDENCE);
    let action = if held {
        "hold"
    } else if !answer.queries.is_empty() {
        "query"
    } else if of("error").chain(of("review")).next().is_some() || low || !answer.contradictions.is_empty() {
        "review"
    } else {
        "release"
    };
    of("error").for_each(&mut reason);
    if !answer.queries.is_empty() {
        reason("the provider is asked for what is missing");
    }
    of("review").for_each(&mut reason);
    for contradiction in &answer.contradictions {
        reason(&format!("the documentation contradicts itself: {}", contradiction.about));
    }
    if low {
        reason(&format!("a confidence is under {LOW_CONFIDENCE} per mille"));
    }
    v1::Disposition { action: action.into(), reasons }
}

impl Renderer<'_> {
    fn evidence(&self, span: Span) -> v1::Evidence {
        let (start, end) = (span.start as usize, span.end as usize);
        let Some(document) = self.wire.documents.get(span.document as usize) else { return self.listed(span) };
        let point = |at: usize| {
            let ascii = self.ascii.get(span.document as usize) == Some(&true);
            if ascii { at } else { document.text.get(..at).map_or(0, |t| t.chars().count()) }
        };
        v1::Evidence {
            document_id: document.id.clone(),
            start: point(start) as u32,
            end: point(end) as u32,
            text: document.text.get(start..end).unwrap_or_default().to_owned(),
        }
    }

    /// An item of a list is evidence as a whole.
    fn listed(&self, span: Span) -> v1::Evidence {
        let mut at = (span.document as usize).saturating_sub(self.wire.documents.len());
        let lists = [("problems", &self.wire.problems), ("orders", &self.wire.orders), ("procedures", &self.wire.procedures)];
        // The lists stand one behind another.
        let found = lists.into_iter().find_map(|(list, items)| {
            let item = items.get(at).map(|item| (list, at, item));
            at = at.saturating_sub(items.len());
            item
        });
        let Some((list, at, item)) = found else { return v1::Evidence::default() };
        let text = item.text.clone().unwrap_or_else(|| item.code.clone());
        v1::Evidence { document_id: format!("{list}[{at}]"), start: 0, end: text.chars().count() as u32, text }
    }

    fn contradiction(&self, contradiction: &Contradiction) -> v1::Contradiction {
        let about = match contradiction.about {
            About::Side(node) => format!("the side of {} {}", self.code(node.0), self.kb.title_on(node, self.date)),
            About::Course(node) => format!("whether {} {} is stable or worse", self.code(node.0), self.kb.title_on(node, self.date)),
            About::Kind(rule) => self.kb.rules().one_of.get(rule as usize).map(|r| r.about.clone()).unwrap_or_default(),
        };
        v1::Contradiction { about, evidence: contradiction.evidence.iter().map(|&span| self.evidence(span)).collect() }
    }

    fn release(&mut self, pack: u32) -> String {
        let found = if pack == Step::TABULAR {
            self.kb.rules().tabular.as_ref()
        } else {
            self.packs.insert(pack);
            self.kb.rules().packs.get(pack as usize)
        };
        found.map(|p| format!("{} {}", p.id, p.version)).unwrap_or_default()
    }

    fn code(&self, record: u32) -> String {
        self.kb.key(CodeId(record)).dotted()
    }

    /// Kind, id and text of a step.
    fn step_words(&self, step: &Step, family: Option<&Family>) -> (&'static str, String, String) {
        let title = || self.kb.title(CodeId(step.record));
        let row = || family.and_then(|f| f.rows.get(step.record as usize));
        match step.kind {
            StepKind::Term => ("term", self.code(step.record), format!("names {}", title())),
            StepKind::ReadAs => ("read_as", self.kb.word(step.record), format!("a misspelt word, read as {}", self.kb.word(step.record))),
            StepKind::Section => {
                let role = self.kb.rules().roles.get(step.record as usize).map(|r| r.id.clone()).unwrap_or_default();
                let text = format!("stands under {}", role.replace('_', " "));
                ("section", role, text)
            }
            StepKind::Recognised => {
                let role = self.kb.rules().roles.get(step.record as usize).map(|r| r.id.clone()).unwrap_or_default();
                let text = format!("no heading says so, but its paragraph reads as {}", role.replace('_', " "));
                ("section", role, text)
            }
            StepKind::Assertion => ("assertion", String::new(), "is said to be present".into()),
            StepKind::Refine => ("refine", self.code(step.record), format!("the note supports: {}", title())),
            StepKind::Default => ("default", self.code(step.record), format!("the note says no more: {}", title())),
            StepKind::SeventhCharacter => {
                let told = if step.span.is_some() { "episode of care" } else { "the note tells no other episode of care" };
                ("seventh_character", self.code(step.record), format!("{told}: {}", title()))
            }
            StepKind::CodeSet => ("code_set", self.code(step.record), format!("on the day the code set has: {}", title())),
            StepKind::Elsewhere => ("elsewhere", self.code(step.record), format!("the note says more of it elsewhere: {}", title())),
            StepKind::Combine => {
                let rule = self.kb.rules().combines.get(step.record as usize);
                let (id, citation) = rule.map(|r| (r.id.clone(), r.citation.clone())).unwrap_or_default();
                ("combine", id, format!("reported together by {citation}"))
            }
            StepKind::Element => {
                let element = family.and_then(|f| f.elements.get(step.record as usize)).map(|e| e.id.clone()).unwrap_or_default();
                let text = if step.span.is_some() { "is documented" } else { "is not documented and was assumed" };
                let text = format!("{} {text}", element.replace('_', " "));
                ("decision", element, text)
            }
            StepKind::Decision => {
                let (code, name) = row().map(|r| (r.code.clone(), r.name.clone())).unwrap_or_default();
                ("decision", code, name)
            }
            StepKind::Contained => {
                let family = self.kb.rules().families.get((step.record >> 16) as usize);
                let row = family.and_then(|f| f.rows.get((step.record & 0xffff) as usize));
                let (code, name) = row.map(|r| (r.code.clone(), r.name.clone())).unwrap_or_default();
                let text = format!("{name} is part of this procedure");
                ("included", code, text)
            }
            StepKind::AfterSurgery => {
                let rule = self.kb.visits().after_surgery.get(step.record as usize);
                let modifier = rule.map(|r| String::from_utf8_lossy(&r.modifier).into_owned()).unwrap_or_default();
                let text = format!("in the period after a surgery: {}", rule.map_or("", |r| r.citation.as_str()));
                ("modifier", modifier, text)
            }
            StepKind::Measured => ("measured", self.code(step.record), format!("the figure that is documented: {}", title())),
            StepKind::Drug => ("drug", self.code(step.record), format!("the note puts it down to the drug: {}", title())),
            StepKind::Listed => ("problem_list", format!("problems[{}]", step.record), "the problem list has it".into()),
            StepKind::DoneBefore => {
                ("prior_procedure", format!("procedures[{}]", step.record), "an earlier procedure of the list left it behind".into())
            }
            StepKind::PresenceSaid => {
                let phrase = self.kb.visits().phrases.get(step.record as usize);
                let text = format!("the note tells when it was there: {}", phrase.map_or("", |p| p.name.as_str()));
                ("present_on_admission", phrase.map(|p| p.id.clone()).unwrap_or_default(), text)
            }
            StepKind::PresenceSection => {
                let role = self.kb.rules().roles.get(step.record as usize).map(|r| r.id.clone()).unwrap_or_default();
                let text = format!("is told of the time before the admission, under {}", role.replace('_', " "));
                ("present_on_admission", role, text)
            }
            StepKind::PresenceDocument => {
                let document = self.wire.documents.get(step.record as usize).map(|d| d.id.clone()).unwrap_or_default();
                ("present_on_admission", document, "is told in a document of what came before the admission".into())
            }
            StepKind::PresenceRule => {
                let rule = self.kb.visits().admission.rules.get(step.record as usize);
                let text = rule.map(|r| format!("{} ({})", r.name, r.citation)).unwrap_or_default();
                ("present_on_admission", String::new(), text)
            }
            StepKind::Included => {
                let (code, name) = row().map(|r| (r.code.clone(), r.name.clone())).unwrap_or_default();
                let text = format!("{code} ({name}) is part of this service");
                ("included", code, text)
            }
        }
    }

    fn because(&mut self, steps: &[Step], family: Option<&Family>) -> Vec<v1::Step> {
        let mut out = Vec::with_capacity(steps.len());
        for step in steps {
            let (kind, id, text) = self.step_words(step, family);
            let release = self.release(step.pack);
            out.push(v1::Step { kind: kind.into(), id, release, text, span: step.span.map(|s| self.evidence(s)), earlier: None });
        }
        out
    }

    fn diagnosis(&mut self, diagnosis: &Diagnosis, rank: u32) -> v1::Diagnosis {
        v1::Diagnosis {
            code: self.code(diagnosis.code.0),
            system: System::Icd10cm.name().into(),
            description: self.kb.title_on(diagnosis.code, self.date),
            rank,
            confidence: u32::from(diagnosis.confidence),
            poa: diagnosis.presence.map(|p| p.letter().to_owned()),
            evidence: diagnosis.evidence.iter().map(|&s| self.evidence(s)).collect(),
            because: self.because(&diagnosis.because, None),
            alternatives: self.alternatives(diagnosis),
        }
    }

    /// What was considered: codes that this one stands for, and the siblings that the note does not tell from it.
    fn alternatives(&self, diagnosis: &Diagnosis) -> Vec<v1::Alternative> {
        let of = |alternative: &Alternative| {
            let why_not = match alternative.why {
                NotCoded::SaysLess => "the documentation says more (OCG I.B.2)".to_owned(),
                NotCoded::Integral => "a sign or symptom that is integral to this condition (OCG I.B.5)".to_owned(),
                NotCoded::Combined(rule) => {
                    let citation = self.kb.rules().combines.get(rule as usize).map_or("", |r| r.citation.as_str());
                    format!("reported within this code by {citation}")
                }
                NotCoded::SaidElsewhere => "the note says more of it elsewhere".to_owned(),
                NotCoded::NotOfTheDay => "the code set of the day has this code in its place".to_owned(),
                NotCoded::Listed(_) => "the problem list has it, and the documentation of this encounter does not say as much".to_owned(),
            };
            v1::Alternative { code: self.code(alternative.code.0), why_not }
        };
        let open = diagnosis.because.iter().rev().find(|s| s.kind == StepKind::Default).map(|s| CodeId(s.record));
        let node = open.and_then(|code| self.kb.parent(code).map(|node| (code, node)));
        let untold = node.into_iter().flat_map(|(code, node)| {
            let why_not = format!("the note does not tell the {}", self.kb.told_apart_by(node).join(", the ").replace('_', " "));
            let siblings = self.kb.children_on(node, self.date).filter(move |c| *c != code).take(MOST_SIBLINGS);
            siblings.map(move |c| v1::Alternative { code: self.code(c.0), why_not: why_not.clone() })
        });
        diagnosis.alternatives.iter().map(of).chain(untold).collect()
    }

    fn procedure(&mut self, procedure: &Procedure) -> v1::Procedure {
        let kb = self.kb;
        let family = kb.rules().families.get(procedure.family as usize);
        let row = family.and_then(|f| f.rows.get(procedure.row as usize));
        let add = procedure.add.and_then(|a| row.and_then(|r| r.add.get(a as usize)));
        let (code, name) = match (row, add) {
            (_, Some(add)) => (add.code.clone(), add.name.clone()),
            (Some(row), None) => (row.code.clone(), row.name.clone()),
            _ => Default::default(),
        };
        if let Some(built) = &procedure.built {
            return self.inpatient(procedure, built, family, &name);
        }
        let system = if code.starts_with(|c: char| c.is_ascii_alphabetic()) { System::Hcpcs } else { System::Cpt };
        v1::Procedure {
            code,
            system: system.name().into(),
            description: name,
            modifiers: procedure.modifiers.iter().map(|m| String::from_utf8_lossy(m).into_owned()).collect(),
            units: procedure.units,
            pointers: procedure.pointers.iter().map(|p| p + 1).collect(),
            confidence: u32::from(procedure.confidence),
            evidence: procedure.evidence.iter().map(|&s| self.evidence(s)).collect(),
            because: self.because(&procedure.because, family),
        }
    }

    /// A procedure of ICD-10-PCS, by its official title where the order file is loaded, else by our words and those of the values.
    fn inpatient(&mut self, procedure: &Procedure, built: &PcsCode, family: Option<&Family>, name: &str) -> v1::Procedure {
        let official = self.kb.find(System::Icd10pcs, built.key).map(|code| self.kb.title_on(code, self.date)).filter(|t| !t.is_empty());
        let value = |&(element, value): &(u32, u32)| family?.elements.get(element as usize)?.values.get(value as usize);
        let ours = || std::iter::once(name.to_owned()).chain(built.values.iter().filter_map(value).map(|v| v.replace('_', " ")));
        v1::Procedure {
            code: built.key.to_string(),
            system: System::Icd10pcs.name().into(),
            description: official.unwrap_or_else(|| ours().collect::<Vec<_>>().join(", ")),
            modifiers: Vec::new(),
            units: procedure.units,
            pointers: procedure.pointers.iter().map(|p| p + 1).collect(),
            confidence: u32::from(procedure.confidence),
            evidence: procedure.evidence.iter().map(|&s| self.evidence(s)).collect(),
            because: self.because(&procedure.because, family),
        }
    }

    fn finding(&self, finding: &superbill_core::coded::Finding) -> v1::Finding {
        let words = words::of(finding.rule);
        let rules = self.kb.rules();
        let family = finding.procedure.and_then(|(family, row)| Some((rules.families.get(family as usize)?, row)));
        let pack = family.and_then(|(family, _)| rules.packs.get(family.pack as usize));
        let row = family.and_then(|(family, row)| family.rows.get(row as usize));
        let effective = pack.or(rules.tabular.as_ref()).map(|p| Date(p.effective).to_string());
        v1::Finding {
            rule: finding.rule.id().into(),
            severity: words.severity.into(),
            codes: finding.codes.iter().map(|c| self.code(c.0)).chain(row.map(|r| r.code.clone())).collect(),
            // What is told of a whole family, or of an item, names it.
            message: match (family, finding.listed) {
                (Some((family, _)), _) if row.is_none() => format!("{}: {}", family.name, words.message),
                (_, Some(at)) if finding.rule == superbill_core::coded::Rule::ProblemUnread => format!("problems[{at}]: {}", words.message),
                (_, Some(at)) => format!("procedures[{at}]: {}", words.message),
                _ => words.message.into(),
            },
            citation: pack.map_or(words.citation, |p| &p.citation).into(),
            effective: effective.unwrap_or_default(),
            remedy: words.remedy.map(Into::into),
            release: pack.or(rules.tabular.as_ref()).map(|p| format!("{} {}", p.id, p.version)).unwrap_or_default(),
            ..v1::Finding::default()
        }
    }

    fn query(&self, query: &Query) -> v1::Query {
        match query {
            Query::Leaf { node, evidence } => {
                let options = self.kb.children_on(*node, self.date).map(|c| self.kb.title(c)).take(MOST_OPTIONS);
                let options = options.chain(open_options()).collect();
                v1::Query {
                    about: format!("{} {}", self.code(node.0), self.kb.title(*node)),
                    missing: self.kb.told_apart_by(*node),
                    options,
                    evidence: vec![self.evidence(*evidence)],
                    lines: Vec::new(),
                }
            }
            Query::Presence { question, code, evidence } => {
                let asked = self.kb.visits().questions.get(*question as usize);
                v1::Query {
                    about: format!(
                        "{} {}: {}",
                        self.code(code.0),
                        self.kb.title_on(*code, self.date),
                        asked.map_or("", |q| q.about.as_str())
                    ),
                    missing: asked.map(|q| q.missing.clone()).unwrap_or_default(),
                    options: asked.map(|q| q.options.clone()).unwrap_or_default(),
                    evidence: evidence.iter().map(|&s| self.evidence(s)).collect(),
                    lines: Vec::new(),
                }
            }
            Query::Visit { question, evidence } => {
                let asked = self.kb.visits().questions.get(*question as usize);
                v1::Query {
                    about: asked.map(|q| q.about.clone()).unwrap_or_default(),
                    missing: asked.map(|q| q.missing.clone()).unwrap_or_default(),
                    options: asked.map(|q| q.options.clone()).unwrap_or_default(),
                    evidence: evidence.iter().map(|&s| self.evidence(s)).collect(),
                    lines: Vec::new(),
                }
            }
            Query::Elements { family, missing, side, options, known, evidence } => {
                let family = self.kb.rules().families.get(*family as usize);
                let elements: Vec<_> = missing.iter().filter_map(|&e| family?.elements.get(e as usize)).collect();
                let written = |&(element, value): &(u32, u32)| {
                    let element = family?.elements.get(element as usize)?;
                    Some(format!("{}: {}", element.id, element.values.get(value as usize)?.replace('_', " ")))
                };
                let values = options.iter().filter_map(written);
                let of_row = known.and_then(|(row, code)| Some((family?.rows.get(row as usize)?, code)));
                let done = of_row.map(|(row, code)| format!("{}, ICD-10-PCS {}", row.name, String::from_utf8_lossy(&code)));
                let sides = ["right", "left", "bilateral"].iter().filter(|_| *side).map(|s| format!("side: {s}"));
                v1::Query {
                    about: done.or_else(|| family.map(|f| f.name.clone())).unwrap_or_default(),
                    missing: elements.iter().map(|e| e.id.clone()).chain(side.then(|| "side".to_owned())).collect(),
                    options: values.chain(sides).take(MOST_OPTIONS).chain(open_options()).collect(),
                    evidence: evidence.iter().map(|&s| self.evidence(s)).collect(),
                    lines: Vec::new(),
                }
            }
        }
    }
}
