//! `[drugs]` and `[[drug]]` of coding/*.toml: names of drugs by the code of their group, and the words that make them a cause.

use super::form::PackFile;
use crate::{
    CompileError,
    base::{Codes, Phrases},
};
use serde::Deserialize;
use superbill_core::{
    code::CodeKey,
    knowledge::{
        drugs::{Drug, Reason},
        layout::{NONE, sense},
        rules::{Attribute, Rules},
    },
};

/// The words of which the engine asks, in one pack.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    due_to: Vec<String>,
    induced: Vec<String>,
    underdosed: Vec<String>,
    misused: Vec<String>,
    reasons: Vec<ReasonForm>,
    /// For who reads the pack.
    #[serde(rename = "citation")]
    _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonForm {
    #[serde(default)]
    say: Vec<String>,
    code: String,
}

/// Drugs of one group of the Table of Drugs and Chemicals: its code without the character of the intent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrugForm {
    stem: String,
    names: Vec<String>,
}

/// Small letters and single spaces, one at either end, as the engine compares them.
fn plain(say: &[String]) -> Vec<String> {
    let words = |s: &String| s.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    say.iter().map(|s| format!(" {} ", words(s))).collect()
}

/// The nodes of a stem by intent: `T46.4X` has `T46.4X1` to `T46.4X6`, `T50.90` has `T50.901` to `T50.906`.
fn nodes(file: &str, codes: &Codes, stem: &str) -> Result<[u32; 6], CompileError> {
    let mut nodes = [NONE; 6];
    for (node, intent) in nodes.iter_mut().zip('1'..) {
        let key =
            CodeKey::parse(&format!("{stem}{intent}")).map_err(|_| CompileError::new(file, format!("{stem:?} is no stem of a code")))?;
        *node = codes.id(superbill_core::code::System::Icd10cm, key).unwrap_or(NONE);
    }
    if nodes == [NONE; 6] {
        return Err(CompileError::new(file, format!("no code begins with {stem}")));
    }
    Ok(nodes)
}

pub(crate) fn compile(
    file: &str,
    pack: u32,
    form: &PackFile,
    codes: &Codes,
    rules: &mut Rules,
    phrases: &mut Phrases,
) -> Result<(), CompileError> {
    if let Some(form) = &form.drugs {
        if !rules.drugs.due_to.is_empty() {
            return Err(CompileError::new(file, "the words of drugs are told twice"));
        }
        for reason in &form.reasons {
            rules.drugs.reasons.push(Reason { say: plain(&reason.say), code: codes.find(file, &reason.code)? });
        }
        let told = &mut rules.drugs;
        (told.due_to, told.induced) = (plain(&form.due_to), plain(&form.induced));
        (told.underdosed, told.misused, told.pack) = (plain(&form.underdosed), plain(&form.misused), pack);
    }
    for drug in &form.drug {
        let attribute = rules.attributes.len() as u32;
        rules.attributes.push(Attribute { axis: "drug".into(), value: String::new(), words: Vec::new() });
        for name in &drug.names {
            phrases.add(file, name, sense::ATTRIBUTE, attribute, NONE, pack)?;
        }
        rules.drugs.groups.push(Drug { attribute, nodes: nodes(file, codes, &drug.stem)?, pack });
    }
    Ok(())
}
