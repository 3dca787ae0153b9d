//! The charges of an encounter beside what its documentation supports: what was charged and is not documented, and what is documented and was not charged.
//!
//! Only services that a pack reads are judged: of any other nobody here knows whether the note supports it, and a finding says so.

use crate::v1;
use superbill_core::{
    code::System,
    encounter::Setting,
    knowledge::{KnowledgeBase, rules::Rules, visits::Visits},
};

/// What a service is charged and documented as.
struct Judged<'a> {
    rule: &'static str,
    /// What the documentation supports in its place.
    instead: Vec<&'a str>,
    severity: &'static str,
    message: String,
    remedy: &'static str,
}

const CITATION: &str = "Social Security Act 1833(e), 42 CFR 424.5(a)(6): what is billed must be documented";

/// Codes that are chosen between for one service: those of a procedure family, or of a category of visits.
struct Groups<'a>(Vec<Vec<&'a str>>);

impl<'a> Groups<'a> {
    fn new(rules: &'a Rules, visits: &'a Visits) -> Self {
        let of_families = rules.families.iter().map(|f| {
            let of_rows = f.rows.iter().flat_map(|r| std::iter::once(r.code.as_str()).chain(r.add.iter().map(|a| a.code.as_str())));
            of_rows.collect::<Vec<_>>()
        });
        let of_categories = visits.categories.iter().map(|c| c.codes.iter().map(|l| l.code.as_str()).collect());
        let of_times = visits.timed.iter().map(|t| t.rows.iter().map(|r| r.code.as_str()).collect());
        let beside = visits.prolonged.iter().map(|p| p.code.as_str()).chain(visits.additions.iter().map(|a| a.code.as_str()));
        Self(of_families.chain(of_categories).chain(of_times).chain(beside.map(|code| vec![code])).collect())
    }

    /// Every code of the groups that have a code; none where no pack reads it.
    fn alike(&self, code: &str) -> Vec<&'a str> {
        self.0.iter().filter(|group| group.contains(&code)).flatten().copied().collect()
    }
}

fn is_service(procedure: &v1::Procedure) -> bool {
    procedure.system != System::Icd10pcs.name()
}

/// The sides that modifiers tell.
fn sides(modifiers: &[String]) -> Vec<&str> {
    modifiers.iter().map(|m| m.trim()).filter(|m| matches!(*m, "LT" | "RT" | "50")).collect()
}

fn charged<'a>(groups: &Groups<'_>, charge: &v1::Charge, answer: &'a v1::CodedEncounter) -> Option<Judged<'a>> {
    let code = charge.code.trim().to_ascii_uppercase();
    let documented = answer.procedures.iter().filter(|p| is_service(p));
    let of_code: Vec<&v1::Procedure> = documented.clone().filter(|p| p.code == code).collect();
    if of_code.is_empty() {
        let alike = groups.alike(&code);
        if alike.is_empty() {
            let message = format!("no pack reads {code} from documentation: whether the note supports it is not known");
            return Some(Judged {
                rule: "charge.unread",
                severity: "info",
                instead: Vec::new(),
                message,
                remedy: "have a coder look at it",
            });
        }
        let instead: Vec<&str> = documented.map(|p| p.code.as_str()).filter(|c| alike.contains(c)).collect();
        let message = match &instead[..] {
            [] => format!("{code} is charged, and the documentation does not support it"),
            codes => format!("{code} is charged, and the documentation supports {}", codes.join(", ")),
        };
        let remedy = "bill what is documented, or have the author complete the documentation";
        return Some(Judged { rule: "charge.unsupported", severity: "review", instead, message, remedy });
    }
    let units = of_code.iter().fold(0_u32, |units, p| units.saturating_add(p.units));
    if charge.units != 0 && charge.units != units {
        let message = format!("{} units of {code} are charged, and the documentation supports {units}", charge.units);
        return Some(Judged {
            rule: "charge.units",
            severity: "review",
            instead: Vec::new(),
            message,
            remedy: "bill the units that are documented",
        });
    }
    let told: Vec<&str> = of_code.iter().flat_map(|p| sides(&p.modifiers)).collect();
    let billed = sides(&charge.modifiers);
    if !told.is_empty() && !billed.is_empty() && !billed.iter().all(|side| told.contains(side)) {
        let message = format!("{code} is charged with {}, and the documentation supports {}", billed.join(", "), told.join(", "));
        return Some(Judged {
            rule: "charge.side",
            severity: "review",
            instead: Vec::new(),
            message,
            remedy: "bill the side that is documented",
        });
    }
    None
}

/// Findings of the charges; none where the encounter has no charges, or is a stay, whose services are not read from documentation.
pub(crate) fn reconcile(kb: &KnowledgeBase, wire: &v1::Encounter, setting: Setting, answer: &v1::CodedEncounter) -> Vec<v1::Finding> {
    if wire.charges.is_empty() || setting == Setting::InpatientFacility {
        return Vec::new();
    }
    let groups = Groups::new(kb.rules(), kb.visits());
    let finding = |code: &str, lines: Vec<String>, judged: Judged| v1::Finding {
        rule: judged.rule.into(),
        severity: judged.severity.into(),
        codes: vec![code.to_owned()],
        message: judged.message,
        citation: CITATION.into(),
        remedy: Some(judged.remedy.into()),
        lines,
        ..v1::Finding::default()
    };
    let mut found = Vec::new();
    // Several charges of one code are one service in all.
    let mut merged: Vec<(v1::Charge, Vec<String>)> = Vec::new();
    for (at, charge) in (1..).zip(&wire.charges) {
        let same = |m: &&mut (v1::Charge, Vec<String>)| m.0.code.trim().eq_ignore_ascii_case(charge.code.trim());
        if let Some((known, lines)) = merged.iter_mut().find(same) {
            known.units = known.units.saturating_add(charge.units);
            known.modifiers.extend(charge.modifiers.iter().cloned());
            lines.push(format!("c{at}"));
        } else {
            merged.push((charge.clone(), vec![format!("c{at}")]));
        }
    }
    let mut told: Vec<&str> = Vec::new();
    for (charge, lines) in merged {
        if let Some(judged) = charged(&groups, &charge, answer) {
            told.extend(&judged.instead);
            found.push(finding(charge.code.trim(), lines, judged));
        }
    }
    let is_charged = |p: &v1::Procedure| wire.charges.iter().any(|c| c.code.trim().eq_ignore_ascii_case(&p.code));
    for procedure in answer.procedures.iter().filter(|p| is_service(p) && !is_charged(p)) {
        if told.contains(&procedure.code.as_str()) {
            continue;
        }
        told.push(&procedure.code);
        let message = format!("{} is documented and was not charged", procedure.code);
        let judged = Judged {
            rule: "charge.unbilled",
            severity: "review",
            instead: Vec::new(),
            message,
            remedy: "charge it, or say why it is not billed",
        };
        found.push(finding(&procedure.code, Vec::new(), judged));
    }
    found
}
