//! What a knowledge base was built from, and the rules in it.

use super::TerminologyError;
use crate::{render::open_end, v1};
use superbill_core::{
    code::System,
    date::Date,
    knowledge::{
        KnowledgeBase,
        editing::{PayerRule, RuleWords},
        releases::Release,
        rules::Pack,
    },
};

/// What it was built from.
pub fn releases(kb: &KnowledgeBase) -> Result<v1::ReleasesResponse, TerminologyError> {
    kb.ready()?;
    let pack = |p: &Pack| v1::Release {
        feed: p.id.clone(),
        version: p.version.clone(),
        effective: Date(p.effective).to_string(),
        end: open_end(p.end),
    };
    let source = |r: &Release| v1::SourceFile {
        feed: r.feed.clone(),
        effective: Date(r.effective).to_string(),
        end: open_end(r.end),
        file: r.file.clone(),
        sha256: r.sha256.clone(),
        rows: r.rows,
        rejected: r.rejected,
    };
    let coverage = |system: System| {
        let (first, last) = kb.releases().span(system).unzip();
        let codes = kb.codes_of(system).len() as u32;
        v1::SystemCoverage {
            system: system.name().into(),
            codes,
            first: first.map(|d| d.to_string()),
            last: last.and_then(|d| open_end(d.0)),
        }
    };
    Ok(v1::ReleasesResponse {
        knowledge_hash: kb.hash(),
        packs: kb.rules().tabular.iter().chain(&kb.rules().packs).map(pack).collect(),
        sources: kb.releases().all.iter().map(source).collect(),
        systems: System::NAMES.iter().map(|s| coverage(s.0)).filter(|s| s.codes > 0).collect(),
    })
}

/// The rules that claims are edited by.
pub fn rules(kb: &KnowledgeBase, request: &v1::RulesRequest) -> Result<v1::RulesResponse, TerminologyError> {
    let said = &kb.edit_rules()?.said;
    let of_engine = |r: &RuleWords| v1::EditRule {
        id: r.id.clone(),
        severity: r.severity.name().into(),
        title: r.title.clone(),
        message: r.message.clone(),
        citation: r.citation.clone(),
        remedy: r.remedy.clone(),
        effective: Date(r.effective).to_string(),
        end: open_end(r.end),
        pack: r.pack.clone(),
        version: r.version.clone(),
        level: None,
        overrides: Vec::new(),
    };
    let of_payer = |r: &PayerRule| v1::EditRule {
        id: r.id.clone(),
        severity: r.action.severity().name().into(),
        title: r.title.clone(),
        message: r.message.clone(),
        citation: r.citation.clone(),
        remedy: r.remedy.clone(),
        effective: Date(r.scope.effective).to_string(),
        end: open_end(r.scope.end),
        pack: r.pack.clone(),
        version: r.version.clone(),
        level: Some(r.level.name().into()),
        overrides: r.overrides.clone(),
    };
    let mut rules: Vec<v1::EditRule> = said.rules.iter().map(of_engine).chain(said.payer_rules.iter().map(of_payer)).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(id) = &request.id {
        rules.retain(|r| r.id == *id);
        if rules.is_empty() {
            return Err(TerminologyError::NoSuchRule);
        }
    }
    Ok(v1::RulesResponse { rules, knowledge_hash: kb.hash() })
}
