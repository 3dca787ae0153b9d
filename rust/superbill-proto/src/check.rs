//! What the edits found, in the words of the packs.

use crate::{claim::line_id, render::open_end, v1};
use std::collections::BTreeSet;
use superbill_core::{
    code::CodeKey,
    date::Date,
    editing::{Claim, Detail, Edited, Finding, Line, Resolver, Rule, Table},
    encounter::Setting,
    knowledge::{
        KnowledgeBase,
        attributes::text_of,
        editing::{ADD_ON_FEED, MUE_FEEDS, PTP_FEEDS, RuleWords},
    },
};

struct Renderer<'a> {
    kb: &'a KnowledgeBase,
    resolver: &'a Resolver<'a>,
    wire: &'a v1::Claim,
    claim: &'a Claim,
    edited: &'a Edited,
    /// Releases and packs that findings rest on: name and first day.
    used: BTreeSet<(String, Date)>,
}

/// Makes the wire type.
pub fn render(kb: &KnowledgeBase, resolver: &Resolver<'_>, wire: &v1::Claim, claim: &Claim, edited: &Edited) -> v1::Check {
    let (findings, releases) = findings(kb, resolver, wire, claim, edited, |_| true);
    v1::Check { claim_id: wire.id.clone(), knowledge: Some(v1::Knowledge { hash: kb.hash(), releases }), findings, ..v1::Check::default() }
}

/// The findings that are to be told, and the releases and packs that the edits of the claim rest on.
pub(crate) fn findings(
    kb: &KnowledgeBase,
    resolver: &Resolver<'_>,
    wire: &v1::Claim,
    claim: &Claim,
    edited: &Edited,
    told: impl Fn(&Finding) -> bool,
) -> (Vec<v1::Finding>, Vec<v1::Release>) {
    let mut renderer = Renderer { kb, resolver, wire, claim, edited, used: BTreeSet::new() };
    // Lines of one day rest on the same releases.
    for day in claim.lines[..claim.own].chunk_by(|a, b| a.date == b.date) {
        for table in [Table::Ptp, Table::Mue, Table::AddOns] {
            renderer.used.extend(renderer.release(table, day[0].date));
        }
    }
    let findings = edited.findings.iter().filter(|f| told(f)).filter_map(|f| renderer.finding(f)).collect();
    let release = |(feed, day): &(String, Date)| {
        let of_feed = kb.releases().all.iter().find(|r| r.feed == *feed && r.effective == day.0).map(|r| r.end);
        let end = of_feed.or_else(|| kb.rules().packs.iter().find(|p| p.id == *feed).map(|p| p.end)).and_then(open_end);
        v1::Release { feed: feed.clone(), version: day.to_string(), effective: day.to_string(), end }
    };
    (findings, renderer.used.iter().map(release).collect())
}

/// A template with the names in braces filled in.
pub(crate) fn fill(template: &str, mut value: impl FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(&value(name));
        rest = after;
    }
    out + rest
}

pub(crate) fn modifier_text(modifier: [u8; 2]) -> String {
    if modifier == superbill_core::editing::MALFORMED { "of another shape".into() } else { modifier.map(char::from).iter().collect() }
}

impl Renderer<'_> {
    /// The release of a table that answers for a day.
    fn release(&self, table: Table, date: Date) -> Option<(String, Date)> {
        let rules = self.resolver.rules();
        let setting = usize::from(self.claim.setting == Setting::OutpatientFacility);
        let of_setting = self.claim.setting != Setting::InpatientFacility;
        let (feed, coverage) = match table {
            Table::Ptp if of_setting => (PTP_FEEDS[setting], &rules.ptp[setting]),
            Table::Mue if of_setting => (MUE_FEEDS[setting], &rules.mue[setting]),
            Table::AddOns => (ADD_ON_FEED, &rules.add_ons),
            _ => return None,
        };
        Some((feed.to_owned(), coverage.release(date)?))
    }

    fn line(&self, at: u32) -> &Line {
        &self.claim.lines[at as usize]
    }

    /// The code of a line; what has no shape of a code is not repeated whole, since anything may stand there.
    fn code(&self, at: u32) -> String {
        let line = self.line(at);
        if !line.key.is_empty() {
            return line.key.to_string();
        }
        let own = self.wire.lines.len();
        let wire = self.wire.lines.get(at as usize).or_else(|| self.wire.history.get((at as usize).checked_sub(own)?));
        wire.map(|l| l.code.trim())
            .filter(|c| c.len() <= 8 && c.bytes().all(|b| b.is_ascii_alphanumeric()))
            .unwrap_or_default()
            .to_uppercase()
    }

    /// A diagnosis with its dot; what has no shape of a code is not repeated.
    fn diagnosis(&self, at: u32) -> String {
        let key = self.claim.diagnoses.get(at as usize).map(|d| d.key);
        key.filter(|k| !k.is_empty()).map_or_else(String::new, CodeKey::dotted)
    }

    fn ids(&self, lines: &[u32]) -> Vec<String> {
        lines.iter().map(|&at| line_id(self.wire, at as usize)).collect()
    }

    fn finding(&mut self, finding: &Finding) -> Option<v1::Finding> {
        let words = self.resolver.rules().words(finding.rule.id())?;
        let places = self.edited.stretch(finding.lines);
        let lines = if finding.rule.of_diagnoses() { &[][..] } else { places };
        let of_claim = || self.claim.lines[..self.claim.own].first().map(|l| l.date).or(self.claim.day).unwrap_or(Date::OPEN);
        let date = lines.first().map_or_else(of_claim, |&l| self.line(l).date);
        let codes = match finding.rule {
            Rule::NoRelease | Rule::DxNoRelease | Rule::DxPointer => Vec::new(),
            Rule::DxSide => match finding.detail {
                Detail::Diagnosis(at) => vec![self.diagnosis(at)],
                _ => Vec::new(),
            },
            rule if rule.of_diagnoses() => places.iter().map(|&at| self.diagnosis(at)).collect(),
            rule if rule.of_pair() => lines.iter().map(|&l| self.code(l)).collect(),
            _ => lines.first().map(|&l| self.code(l)).into_iter().collect(),
        };
        let tabular = self.kb.rules().tabular.as_ref().filter(|_| finding.table == Table::Tabular);
        let released = self.release(finding.table, date).or_else(|| tabular.map(|t| (t.id.clone(), Date(t.effective))));
        let release =
            released.clone().unwrap_or_else(|| (words.pack.clone(), Date::parse(&words.version).unwrap_or(Date(words.effective))));
        let first =
            [finding.from, released.as_ref().map_or(0, |r| r.1.0), words.effective].into_iter().find(|&d| d != 0).unwrap_or_default();
        let last = if finding.from == 0 && finding.to == 0 { words.end } else { finding.to };
        let text = |template: &str| fill(template, |name| self.value(name, finding, words, &codes, date));
        if let Detail::Payer { rule, over } = finding.detail {
            return self.of_payer(finding, rule, over);
        }
        let (message, remedy) = (text(&words.message), words.remedy.as_deref().map(text).filter(|r| !r.is_empty()));
        self.used.insert(release.clone());
        Some(v1::Finding {
            rule: words.id.clone(),
            severity: words.severity.name().into(),
            message,
            citation: words.citation.clone(),
            effective: Date(first).to_string(),
            remedy,
            lines: self.ids(lines),
            denied: self.ids(self.edited.stretch(finding.denied)),
            end: open_end(last),
            release: format!("{} {}", release.0, release.1),
            codes,
        })
    }

    /// A rule of a payer or site, in its own words and with what it overrules.
    fn of_payer(&mut self, finding: &Finding, rule: u16, over: Option<u16>) -> Option<v1::Finding> {
        let rules = &self.resolver.rules().said.payer_rules;
        let rule = rules.get(usize::from(rule))?;
        let lines = self.edited.stretch(finding.lines);
        let mut message = fill(&rule.message, |name| if name == "code" { self.code(lines[0]) } else { String::new() });
        if let Some(over) = over.and_then(|o| rules.get(usize::from(o))) {
            let why = if rule.level == over.level {
                if rule.overrides.contains(&over.id) { "which it says that it overrides".to_owned() } else { "being younger".to_owned() }
            } else {
                format!("since {} decides before {}", rule.level.name(), over.level.name())
            };
            message.extend([" (it holds over ", &over.id, ", ", &why, ")"]);
        }
        self.used.insert((rule.pack.clone(), Date::parse(&rule.version).unwrap_or(Date(rule.scope.effective))));
        Some(v1::Finding {
            rule: rule.id.clone(),
            severity: rule.action.severity().name().into(),
            codes: lines.iter().map(|&l| self.code(l)).collect(),
            message,
            citation: rule.citation.clone(),
            effective: Date(rule.scope.effective).to_string(),
            remedy: rule.remedy.clone(),
            lines: self.ids(lines),
            denied: self.ids(self.edited.stretch(finding.denied)),
            end: open_end(rule.scope.end),
            release: format!("{} {}", rule.pack, rule.version),
        })
    }

    /// What stands for a name in a template.
    fn value(&self, name: &str, finding: &Finding, _words: &RuleWords, codes: &[String], date: Date) -> String {
        let lines = self.edited.stretch(finding.lines);
        let code = |at: usize| codes.get(at).cloned().unwrap_or_default();
        match (name, finding.detail) {
            ("coverage", Detail::Coverage(at)) => {
                let rule = self.resolver.rules().said.coverages.get(usize::from(at));
                rule.map_or_else(String::new, |c| format!("{} ({}; {})", c.id, c.title, c.citation))
            }
            ("codes", _) => codes.join(" and "),
            ("title", _) => self.title(finding),
            ("code" | "column1" | "first", _) => code(0),
            ("column2" | "second", _) => code(1),
            ("date", Detail::Missing { date, .. }) => date.to_string(),
            ("date", _) => date.to_string(),
            ("from", _) if finding.from == 0 => "before the first loaded release".into(),
            ("from", _) => Date(finding.from).to_string(),
            ("to", _) => open_end(finding.to).unwrap_or_else(|| "today".into()),
            ("indicator", Detail::Ptp { row, .. }) => row.indicator.to_string(),
            ("rationale", Detail::Ptp { row, .. }) => {
                let rationale = self.kb.releases().names.get(usize::from(row.rationale));
                rationale.map_or_else(|| "no rationale is published".into(), |r| r.to_lowercase())
            }
            ("modifier", Detail::Ptp { modifier, .. } | Detail::Check { modifier, .. }) => modifier.map_or_else(String::new, modifier_text),
            ("modifier", Detail::Modifier(modifier)) => modifier_text(modifier),
            ("why", Detail::Ptp { row, .. }) => {
                let tried = lines.iter().any(|&l| !self.claim.said(self.line(l)).is_empty());
                match (row.indicator, tried) {
                    (0, _) => "; no modifier changes that".into(),
                    (_, true) => "; the modifiers on the lines do not bypass it".into(),
                    _ => String::new(),
                }
            }
            ("fix", Detail::Ptp { row, .. }) => self.fix(row.indicator, lines, &code(1)),
            ("why", Detail::Check { row, .. }) => {
                self.resolver.rules().said.checks.get(usize::from(row)).map_or_else(String::new, |c| c.why.clone())
            }
            ("limit", Detail::Units { limit, .. }) => limit.to_string(),
            ("units", Detail::Units { units, .. }) => units.to_string(),
            ("mai", Detail::Units { adjudication, .. }) => adjudication.to_string(),
            ("appeal", Detail::Units { adjudication, .. }) => {
                if adjudication == 3 { ", which the contractor may lift on appeal" } else { ", which nobody may lift" }.into()
            }
            ("until", Detail::Until(day)) => day.to_string(),
            ("global", _) => lines.first().map_or_else(String::new, |&l| text_of(self.line(l).global_days())),
            ("wanted", _) => if self.is_major(lines) { "57" } else { "25" }.into(),
            ("work", _) => {
                if self.is_major(lines) { "that the surgery was decided at it" } else { "work beyond that of the procedure" }.into()
            }
            ("table", Detail::Missing { table, .. }) => match table {
                Table::Mue => "units of service (MUE)",
                Table::AddOns => "add-on codes",
                _ => "procedure pairs (PTP)",
            }
            .into(),
            _ => String::new(),
        }
    }

    /// The title of the first diagnosis of a finding.
    fn title(&self, finding: &Finding) -> String {
        let at = self.edited.stretch(finding.lines).first().copied().unwrap_or(u32::MAX);
        let code = self.claim.diagnoses.get(at as usize).filter(|_| finding.rule.of_diagnoses()).and_then(|d| d.id);
        code.map_or_else(String::new, |c| self.kb.title(c))
    }

    fn is_major(&self, lines: &[u32]) -> bool {
        lines.first().is_some_and(|&l| self.resolver.is_major(self.line(l)))
    }

    /// What would resolve a denied pair, if documented (ncci.md 2.5).
    fn fix(&self, indicator: u8, lines: &[u32], column2: &str) -> String {
        let drop = format!("drop {column2}");
        let [first, second] = *lines else { return drop };
        if indicator == 0 {
            drop
        } else if self.resolver.is_visit(self.line(second)) {
            if self.resolver.is_major(self.line(first)) {
                format!("modifier 57 on {column2} where the record shows that the surgery was decided at it; else {drop}")
            } else {
                format!("modifier 25 on {column2} where the record shows work beyond that of the procedure; else {drop}")
            }
        } else {
            format!(
                "the modifier of the documented fact (RT or LT: other side; XS: other site; XE: other session; XP: other practitioner; XU: no overlap); without one {drop}"
            )
        }
    }
}
