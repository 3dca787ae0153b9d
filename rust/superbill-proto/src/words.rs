//! The words of findings: severity, message, citation and remedy of each rule that the engine applies.

use superbill_core::coded::Rule;

pub(crate) struct Words {
    pub severity: &'static str,
    pub message: &'static str,
    pub citation: &'static str,
    pub remedy: Option<&'static str>,
}

pub(crate) fn of(rule: Rule) -> Words {
    let (severity, message, citation, remedy) = match rule {
        Rule::DateNotCovered => (
            "review",
            "no loaded release covers the date; the nearest one answered",
            "OCG FY2026 introduction",
            Some("build a knowledge base with the release of that date"),
        ),
        Rule::NotOnDate => (
            "error",
            "this code is not valid on the date; a code of the release of that date must be chosen",
            "OCG FY2026 introduction",
            Some("look the code up on the date: its predecessors or the codes below it"),
        ),
        Rule::Excludes1 => (
            "review",
            "an Excludes1 note keeps these codes apart, unless the two conditions are unrelated",
            "OCG FY2026 I.A.12.a",
            Some("report the one that the documentation supports, or document that they are unrelated"),
        ),
        Rule::NeverFirst => (
            "review",
            "this code cannot be listed first",
            "OCG FY2026 I.A.13, I.C.20, I.C.21",
            Some("document the condition that was treated"),
        ),
        Rule::Sex => (
            "review",
            "the code is for another sex than the patient's record says",
            "ICD-10-CM tabular list, blocks of male and female organs, note of chapter 15",
            Some("check the record and the code"),
        ),
        Rule::Age => (
            "review",
            "the code is for another age than the patient's record says",
            "CMS Medicare Code Editor FY2026, age edit",
            Some("check the record and the code"),
        ),
        Rule::Assumed => (
            "review",
            "a value that the documentation does not give was taken as the pack's rule allows",
            "the pack of the procedure family",
            Some("document it"),
        ),
        Rule::Unread => (
            "review",
            "the documents say more of this kind of service than is read; what comes after is not coded",
            "the bound of the reader",
            Some("read the rest, or send the documents of one encounter alone"),
        ),
        Rule::ProblemUnread => (
            "info",
            "this item is no ICD-10-CM code that can stand on the date, and was not used",
            "the loaded releases and the SNOMED CT map",
            Some("code the problem, or load the SNOMED CT map of a licensed release"),
        ),
        Rule::ProcedureUnread => (
            "info",
            "this item is no code of CPT, HCPCS or ICD-10-PCS, and was not used",
            "the shape of the codes of each system",
            Some("code the procedure"),
        ),
        Rule::DoneBefore => (
            "review",
            "the list of earlier procedures has this service, which is done once in a life",
            "own rule: what was removed whole cannot be removed again",
            Some("check that the note tells of this encounter, and not of the history"),
        ),
        Rule::Unlisted => (
            "info",
            "the report names this service, and its list of what was done does not; it is not coded",
            "own rule: an operative report tells what was done and lists it at its head (42 CFR 482.51(b)(6): a report of each operation, with techniques, findings and tissues)",
            Some("list it, where it was done in this operation"),
        ),
        Rule::Mentioned => (
            "info",
            "the note mentions this service beside those that it tells, and neither a finding, a figure nor words of doing with it; it is not coded",
            "own rule: what was done is documented (42 CFR 424.5(a)(6); CMS IOM 100-08 ch. 3 3.3.2.4)",
            Some("tell what was done or found, where it was done in this encounter"),
        ),
        Rule::NothingSupported => ("review", "the documentation supports no code", "OCG FY2026 IV", None),
    };
    Words { severity, message, citation, remedy }
}
