//! The definitions of ICD-10-PCS, as CMS publishes them in XML: what operations, approaches, body parts and devices mean and include.

use super::{
    Feed, Rejects, UNDATED,
    release::Calendar,
    xml::{Step, Walk, attribute},
};
use crate::CompileError;
use superbill_core::knowledge::pcs::{PcsAggregate, PcsTerm};

pub(crate) const FEED: Feed = Feed {
    name: "icd10pcs_definitions",
    system: None,
    calendar: Calendar::FiscalYear,
    recognises: |head| head.text.contains("<ICD10PCS.definitions"),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let definitions = read(file.name, file.text()?, rejects)?;
        let count = definitions.terms.len() + definitions.aggregates.len();
        if gathered.pcs.add_definitions(file.effective, definitions.terms, definitions.aggregates) {
            rejects.add(file.name, 0, "another file of the same release differs: one of the two was taken");
        }
        Ok(count.into())
    },
};

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    /// One for each title.
    pub terms: Vec<PcsTerm>,
    pub aggregates: Vec<PcsAggregate>,
}

/// A character of ICD-10-PCS that an attribute gives; 0 where it does not.
fn character(attributes: &[(String, String)], name: &str) -> u8 {
    match attribute(attributes, name).as_bytes() {
        [character] if character.is_ascii_alphanumeric() => *character,
        _ => 0,
    }
}

/// Reads the definitions.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<Definitions, CompileError> {
    let mut walk = Walk::new(file, text, "ICD10PCS.definitions");
    let mut found = Definitions::default();
    let (mut term, mut titles): (Option<PcsTerm>, Vec<String>) = (None, Vec::new());
    let (mut section, mut axis) = (0, 0);
    let mut aggregate: Option<PcsAggregate> = None;
    while let Some(step) = walk.next()? {
        let mut problem = None;
        match step {
            Step::Open { name, attributes } => match name.as_str() {
                "section" => section = character(&attributes, "code"),
                "axis" => axis = attribute(&attributes, "pos").parse().unwrap_or(0),
                "terms" => {
                    if section == 0 || !(1..=7).contains(&axis) {
                        problem = Some("<terms> outside an axis of a section".to_owned());
                    }
                    term = Some(PcsTerm { section, axis, ..PcsTerm::default() });
                }
                "aggregate" => aggregate = Some(PcsAggregate::default()),
                "parent" => {
                    if let Some(aggregate) = &mut aggregate {
                        aggregate.value = character(&attributes, "value");
                    }
                }
                _ => {}
            },
            Step::Close { name, text } => match (name.as_str(), &mut term, &mut aggregate) {
                ("title", Some(_), _) => titles.push(text),
                ("definition", Some(term), _) => term.definition = text,
                ("explanation", Some(term), _) => term.explanation = text,
                ("includes", Some(term), _) => term.includes.push(text),
                ("terms", Some(_), _) => {
                    if titles.is_empty() {
                        problem = Some("<terms> without a title".to_owned());
                    }
                    let term = term.take().unwrap_or_default();
                    found.terms.extend(titles.drain(..).map(|title| PcsTerm { title, ..term.clone() }));
                }
                ("device", _, Some(aggregate)) => aggregate.device = text,
                ("operation", _, Some(aggregate)) => aggregate.operation = text,
                ("bodySys", _, Some(aggregate)) => aggregate.systems.push(text),
                ("parent", _, Some(aggregate)) => aggregate.parent = text,
                ("aggregate", _, Some(_)) => {
                    let aggregate = aggregate.take().unwrap_or_default();
                    if aggregate.device.is_empty() || aggregate.parent.is_empty() || aggregate.value == 0 {
                        problem = Some("<aggregate> without a device or the value that stands for it".to_owned());
                    }
                    found.aggregates.push(aggregate);
                }
                ("section", ..) => section = 0,
                ("axis", ..) => axis = 0,
                _ => {}
            },
        }
        if let Some(problem) = problem {
            rejects.add(file, walk.line(), problem);
        }
    }
    if found.terms.is_empty() {
        return Err(CompileError::new(file, "has no <terms>: not the definitions of ICD-10-PCS"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"<ICD10PCS.definitions><version>2026</version><title>Definitions</title><section code="0"><title>Hands on</title>
        <axis pos="3"><title>Operation</title><terms><title>Mending</title><definition>Making whole</definition>
        <explanation>With thread</explanation><includes>Sewing, darning</includes></terms></axis>
        <axis pos="4"><title>Body Part</title><terms><title>Ear, Left</title><title>Ear, Right</title><includes>Lobe</includes>
        <includes>Drum</includes></terms></axis></section>
        <deviceAggregation><aggregate><device>Silk Thread</device><operation>All</operation><bodySys>Ears</bodySys>
        <parent value="1">Thread</parent></aggregate></deviceAggregation></ICD10PCS.definitions>"#;

    #[test]
    fn each_title_gets_what_is_said_of_all() {
        let mut rejects = Rejects::default();
        let found = read("x", SMALL, &mut rejects).unwrap();
        assert_eq!((rejects.count, found.terms.len(), found.aggregates.len()), (0, 3, 1));
        let mending = &found.terms[0];
        assert_eq!((mending.section, mending.axis, mending.definition.as_str()), (b'0', 3, "Making whole"));
        assert_eq!((found.terms[2].title.as_str(), found.terms[2].includes.len()), ("Ear, Right", 2));
        let silk = &found.aggregates[0];
        assert_eq!((silk.value, silk.parent.as_str(), silk.systems.len()), (b'1', "Thread", 1));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (from, to, problem) in [
            ("<title>Mending</title>", "", "without a title"),
            ("pos=\"4\"", "pos=\"x\"", "outside an axis"),
            ("value=\"1\"", "", "without a device or the value"),
        ] {
            let mut rejects = Rejects::default();
            read("x", &SMALL.replace(from, to), &mut rejects).unwrap();
            assert_eq!(rejects.count, 1, "{to}");
            assert!(rejects.kept[0].problem.contains(problem), "{}", rejects.kept[0].problem);
        }
    }

    #[test]
    fn every_truncation_is_an_error() {
        for end in 0..SMALL.len() {
            assert!(read("x", &SMALL[..end], &mut Rejects::default()).is_err(), "cut at {end}");
        }
    }
}
