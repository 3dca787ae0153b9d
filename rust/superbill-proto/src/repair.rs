//! Repairs and questions, in the words of the packs.

use crate::{
    check::{fill, modifier_text},
    claim::line_id,
    v1,
};
use superbill_core::{
    code::CodeKey,
    editing::{
        Claim, MALFORMED, Resolver,
        repair::{Change, Changed, Query, Repair, Repairs},
    },
    knowledge::repair::ChangeKind,
};

struct Renderer<'a> {
    resolver: &'a Resolver<'a>,
    wire: &'a v1::Claim,
    claim: &'a Claim,
}

/// Puts repairs and questions into a check whose findings are those that they were made of.
pub(crate) fn put(resolver: &Resolver<'_>, wire: &v1::Claim, claim: &Claim, made: &Repairs, check: &mut v1::Check) {
    let renderer = Renderer { resolver, wire, claim };
    check.repairs = made.repairs.iter().map(|r| renderer.repair(r, &check.findings)).collect();
    check.search = made.searched.map(|s| s.name().into());
    check.queries = made.queries.iter().filter_map(|q| renderer.query(q)).collect();
}

fn listed(modifiers: &[[u8; 2]]) -> String {
    modifiers.iter().map(|&m| modifier_text(m)).collect::<Vec<_>>().join(" ")
}

impl Renderer<'_> {
    fn ids(&self, lines: &[u32]) -> Vec<String> {
        lines.iter().map(|&at| line_id(self.wire, at as usize)).collect()
    }

    /// The code of a line; what has no shape of a code is not repeated.
    fn code(&self, at: u32) -> String {
        self.claim.lines.get(at as usize).filter(|l| !l.key.is_empty()).map_or_else(String::new, |l| l.key.to_string())
    }

    fn named(&self, at: u32) -> String {
        match self.code(at) {
            code if code.is_empty() => format!("line {}", line_id(self.wire, at as usize)),
            code => format!("{code} (line {})", line_id(self.wire, at as usize)),
        }
    }

    fn repair(&self, repair: &Repair, findings: &[v1::Finding]) -> v1::Repair {
        let facts = repair.rests_on.iter().filter_map(|&f| self.wire.facts.get(f as usize).cloned());
        v1::Repair {
            changes: repair.changes.iter().map(|c| self.change(c)).collect(),
            rests_on: facts.collect(),
            clears: repair.clears.iter().filter_map(|&f| findings.get(f as usize).cloned()).collect(),
            departure: repair.departure,
            proven: repair.proven,
            lines: self.lines(&repair.changes, &repair.after),
        }
    }

    fn change(&self, change: &Change) -> v1::Change {
        let said = &self.resolver.rules().said.repair;
        let row = change.row.map(usize::from);
        let (to, why, citation) = match (change.kind, row) {
            (ChangeKind::SwapCode, Some(row)) => said.swaps.get(row).map(|s| (s.to, &s.why, &s.citation)),
            (ChangeKind::Combine, Some(row)) => said.combinations.get(row).map(|c| (c.to, &c.why, &c.citation)),
            _ => None,
        }
        .map_or((None, "", ""), |(to, why, citation)| (Some(CodeKey(to).to_string()), why.as_str(), citation.as_str()));
        let first = change.lines.first().copied().unwrap_or(u32::MAX);
        let value = |name: &str| match name {
            "line" => self.ids(&change.lines).join(" and "),
            "code" => self.code(first),
            "modifiers" => listed(&change.modifiers),
            "to" => to.clone().unwrap_or_default(),
            "why" => why.into(),
            "citation" => citation.into(),
            _ => String::new(),
        };
        let departure = said.departures.get(change.kind as usize);
        let text = |template: Option<&String>| template.map_or_else(String::new, |t| fill(t, value));
        v1::Change {
            kind: change.kind.name().into(),
            lines: self.ids(&change.lines),
            modifiers: change.modifiers.iter().filter(|&&m| m != MALFORMED).map(|&m| modifier_text(m)).collect(),
            message: text(departure.map(|d| &d.says)),
            citation: text(departure.map(|d| &d.citation)),
            code: to.clone(),
        }
    }

    /// Lines of the claim that comes of changes: as they were told, but for what changed.
    fn lines(&self, changes: &[Change], after: &Changed) -> Vec<v1::Line> {
        let mut lines: Vec<v1::Line> = Vec::with_capacity(after.claim.own);
        let mut last = None;
        let mut number = 1;
        for (line, &origin) in after.claim.lines[..after.claim.own].iter().zip(&after.origins) {
            let Some(was) = self.wire.lines.get(origin as usize) else { continue };
            number = if last == Some(origin) { number + 1 } else { 1 };
            last = Some(origin);
            let id = line_id(self.wire, origin as usize);
            let mut now = v1::Line { id: if number == 1 { id } else { format!("{id}.{number}") }, ..was.clone() };
            if changes.iter().any(|c| c.lines.contains(&origin)) {
                if !line.key.is_empty() {
                    now.code = line.key.to_string();
                }
                now.units = line.units;
                now.modifiers = after.claim.said(line).iter().map(|&m| modifier_text(m)).collect();
            }
            lines.push(now);
        }
        lines
    }

    fn query(&self, query: &Query) -> Option<v1::Query> {
        let question = query.question(&self.resolver.rules().said.repair)?;
        let at = |place: usize| query.lines.get(place).copied().unwrap_or(u32::MAX);
        let (first, last) = (at(0), at(query.lines.len().saturating_sub(1)));
        let value = |name: &str| match name {
            "first" | "beside" | "code" => self.named(first),
            "second" => self.named(last),
            // Of a swap its own line is told last, of a combination first.
            "from" => {
                if query.swaps() {
                    self.named(last)
                } else {
                    query.lines.iter().map(|&l| self.named(l)).collect::<Vec<_>>().join(" and ")
                }
            }
            "line" => self.ids(&query.lines).join(" and "),
            "modifiers" => {
                let line = self.claim.lines.get(first as usize);
                line.map_or_else(String::new, |l| listed(self.claim.said(l)))
            }
            _ => String::new(),
        };
        Some(v1::Query {
            about: fill(&question.about, value),
            missing: question.missing.clone(),
            options: question.options.clone(),
            evidence: Vec::new(),
            lines: self.ids(&query.lines),
        })
    }
}
