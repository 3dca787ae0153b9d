//! A code as it is written -> the code of the knowledge base.

use superbill_core::{
    code::{CodeId, MalformedCode, System},
    knowledge::{KnowledgeBase, layout::note},
};

/// Systems whose codes stand on claims; a code is looked for in these where its system is not said.
pub const SYSTEMS_OF_CLAIMS: [System; 4] = [System::Icd10cm, System::Icd10pcs, System::Cpt, System::Hcpcs];

/// Names of the kinds of notes.
pub const NOTES: [(u32, &str); 6] = [
    (note::EXCLUDES1, "excludes1"),
    (note::EXCLUDES2, "excludes2"),
    (note::CODE_FIRST, "code_first"),
    (note::USE_ADDITIONAL, "use_additional"),
    (note::CODE_ALSO, "code_also"),
    (note::INCLUDES, "includes"),
];

/// Why a code cannot be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    #[error(transparent)]
    Malformed(#[from] MalformedCode),
    #[error("the code is of {} and of {}: say which with system=, or write the dot of ICD-10-CM", .0.name(), .1.name())]
    TwoSystems(System, System),
}

/// The system of a name, else what is expected.
pub fn system(name: &str) -> Result<System, String> {
    System::named(name).ok_or_else(|| {
        let names: Vec<&str> = System::NAMES.iter().map(|n| n.1).collect();
        format!("one of {}", names.join(", "))
    })
}

/// The code in the system named, else in the only one of claims that has it.
pub fn find(kb: &KnowledgeBase, code: &str, system: Option<System>) -> Result<Option<CodeId>, FindError> {
    if let Some(system) = system {
        return Ok(kb.find(system, system.parse(code)?));
    }
    let (mut found, mut malformed): (Option<(System, CodeId)>, _) = (None, true);
    for system in SYSTEMS_OF_CLAIMS {
        // A table of ICD-10-PCS is no code: "D71" alone is of ICD-10-CM.
        let Some(key) = system.parse(code).ok().filter(|k| system != System::Icd10pcs || k.len() == 7) else { continue };
        malformed = false;
        let Some(id) = kb.find(system, key) else { continue };
        if let Some((other, _)) = found.replace((system, id)) {
            return Err(FindError::TwoSystems(other, system));
        }
    }
    if malformed { Err(MalformedCode.into()) } else { Ok(found.map(|f| f.1)) }
}

/// A range of ids as its top codes: what is below them goes without saying.
pub fn tops(kb: &KnowledgeBase, ranges: Vec<std::ops::Range<u32>>) -> Vec<String> {
    let mut tops = Vec::new();
    for range in ranges {
        let mut at = range.start;
        while at < range.end {
            tops.push(kb.written(CodeId(at)));
            at = kb.subtree(CodeId(at)).end.max(at + 1);
        }
    }
    tops
}
