//! The list of what was done, at the head of the report of an operation: what it does not name was told of another day, of a device or of a plan.

use super::instances::Instance;
use crate::{
    coded::{Coded, Finding, Query, Rule},
    knowledge::KnowledgeBase,
};

/// A family in a document.
struct Told {
    family: u32,
    document: u32,
    listed: bool,
    /// Documents of other types have no list.
    report: bool,
}

/// Which families the lists of the reports name.
#[derive(Default)]
pub(super) struct Lists(Vec<Told>);

impl Lists {
    pub(super) fn tell(&mut self, kb: &KnowledgeBase, family: u32, instances: &[Instance<'_>]) {
        let lists = |kind: &str| kb.rules().encounter_types.iter().any(|t| t.lists && t.id == kind);
        let told = |i: &Instance<'_>| Told { family, document: i.document(), listed: i.listed, report: lists(i.kind) };
        self.0.extend(instances.iter().map(told));
    }

    /// Drops what reports tell beside their lists, where a list names something that came to a code or a question, and says so.
    pub(super) fn hold(&self, coded: &mut Coded) {
        let asks = |q: &Query| if let Query::Elements { family, .. } = q { Some(*family) } else { None };
        let came: Vec<u32> = coded.procedures.iter().map(|p| p.family).chain(coded.queries.iter().filter_map(asks)).collect();
        let read: Vec<u32> = self.0.iter().filter(|t| t.report && t.listed && came.contains(&t.family)).map(|t| t.document).collect();
        if read.is_empty() {
            return;
        }
        let beside = |family: u32| {
            let mut told = self.0.iter().filter(|t| t.family == family).peekable();
            told.peek().is_some() && told.all(|t| t.report && !t.listed && read.contains(&t.document))
        };
        let dropped: Vec<(u32, u32)> = coded.procedures.iter().filter(|p| beside(p.family)).map(|p| (p.family, p.row)).collect();
        coded.procedures.retain(|p| !beside(p.family));
        coded.queries.retain(|q| !asks(q).is_some_and(beside));
        coded.findings.retain(|f| !f.procedure.is_some_and(|p| beside(p.0)));
        for procedure in dropped {
            coded.findings.push(Finding { procedure: Some(procedure), ..Finding::new(Rule::Unlisted) });
        }
    }
}
