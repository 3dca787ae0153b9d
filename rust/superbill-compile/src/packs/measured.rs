//! `[[measured]]` of coding/*.toml: figures that codes stand for beside a diagnosis.

use super::form::PackFile;
use crate::{
    CompileError,
    base::{Codes, Phrases},
};
use serde::Deserialize;
use superbill_core::knowledge::{
    layout::{NONE, sense},
    measured::{Measured, Step},
    rules::{Attribute, Rules},
};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    name: String,
    /// Words before the figure, and words behind it.
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    behind: Vec<String>,
    beside: Vec<String>,
    age: Option<(u32, u32)>,
    least: f64,
    most: f64,
    #[serde(default)]
    first: bool,
    steps: Vec<StepForm>,
    /// For who reads the pack.
    citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepForm {
    from: f64,
    code: Option<String>,
    /// Axis and value of an attribute.
    is: Option<(String, String)>,
}

#[allow(clippy::cast_possible_truncation)]
fn thousandths(figure: f64) -> i64 {
    (figure * 1000.0).round() as i64
}

/// Once the attributes of all packs are known.
pub(crate) fn compile(
    file: &str,
    pack: u32,
    form: &PackFile,
    codes: &Codes,
    rules: &mut Rules,
    phrases: &mut Phrases,
) -> Result<(), CompileError> {
    for measured in &form.measured {
        let fail = |problem: &str| Err(CompileError::new(file, format!("measured {:?}: {problem}", measured.name)));
        if measured.citation.is_empty() || measured.steps.is_empty() {
            return fail("a citation and steps are needed");
        }
        if measured.steps.windows(2).any(|w| w[0].from >= w[1].from) {
            return fail("steps are in order");
        }
        let mut steps = Vec::new();
        for step in &measured.steps {
            let code = step.code.as_ref().map(|code| codes.find(file, code)).transpose()?;
            let of = |(axis, value): &(String, String)| rules.attributes.iter().position(|a| a.axis == *axis && a.value == *value);
            let attribute = match &step.is {
                None => None,
                Some(is) => match of(is) {
                    Some(at) => Some(at as u32),
                    None => return fail("no such attribute"),
                },
            };
            if code.is_some() == attribute.is_some() {
                return fail("each step has a code, or what it is");
            }
            steps.push(Step { from: thousandths(step.from), code, attribute });
        }
        let mut names = [NONE; 2];
        for (name, list) in names.iter_mut().zip([&measured.before, &measured.behind]) {
            if list.is_empty() {
                continue;
            }
            *name = rules.attributes.len() as u32;
            // Titles have no words for it.
            rules.attributes.push(Attribute { axis: "measure".into(), value: String::new(), words: Vec::new() });
            for say in list {
                phrases.add(file, say, sense::ATTRIBUTE, *name, NONE, pack)?;
            }
        }
        let [before, behind] = names;
        let range = (thousandths(measured.least), thousandths(measured.most));
        let (beside, name) = (codes.ranges(file, &measured.beside)?, measured.name.clone());
        let (age, first) = (measured.age, measured.first);
        rules.measured.push(Measured { name, before, behind, beside, age, range, first, steps, pack });
    }
    Ok(())
}
