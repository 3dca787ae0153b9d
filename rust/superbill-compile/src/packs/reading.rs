//! read/*.toml: roles and headings, assertion cues, attributes, words that set services apart.

use super::form::PackFile;
use crate::{CompileError, base::Phrases};
use superbill_core::knowledge::{
    layout::{NONE, sense},
    rules::{Attribute, Cue, Role, Rules, ServiceWords},
};

pub(crate) fn compile(file: &str, pack: u32, form: &PackFile, rules: &mut Rules, phrases: &mut Phrases) -> Result<(), CompileError> {
    for role in &form.role {
        if rules.roles.iter().any(|r| r.id == role.id) {
            return Err(CompileError::new(file, format!("role {} is told twice", role.id)));
        }
        rules.roles.push(Role {
            id: role.id.clone(),
            assertion: role.assertion,
            addressed: role.addressed,
            procedures: role.procedures,
            refers: None,
            within: None,
            list: role.list,
            lists_done: role.lists_done,
            pack,
        });
    }
    for (role, refers) in form.role.iter().filter_map(|r| Some((r, r.refers.as_ref()?))) {
        let at = |id: &str| rules.roles.iter().position(|r| r.id == id);
        let to = at(&refers.to).ok_or_else(|| CompileError::new(file, format!("no role {}", refers.to)))? as u32;
        if let Some(own) = at(&role.id) {
            rules.roles[own].refers = Some((to, refers.say.iter().map(|s| s.to_lowercase()).collect()));
        }
    }
    for (role, within) in form.role.iter().filter_map(|r| Some((r, r.within.as_ref()?))) {
        let at = |id: &str| rules.roles.iter().position(|r| r.id == id);
        let to = at(within).ok_or_else(|| CompileError::new(file, format!("no role {within}")))? as u32;
        if let Some(own) = at(&role.id) {
            rules.roles[own].within = Some(to);
        }
    }
    for section in &form.section {
        let role = rules.roles.iter().position(|r| r.id == section.role);
        let role = role.ok_or_else(|| CompileError::new(file, format!("no role {}", section.role)))? as u32;
        for heading in &section.headings {
            phrases.add(file, heading, sense::HEADING, role, NONE, pack)?;
        }
    }
    for content in &form.content {
        for say in &content.say {
            phrases.add(file, say, sense::CONTENT, content.of as u32, NONE, pack)?;
        }
    }
    for cue in &form.cue {
        rules.cues.push(Cue { assertion: cue.assertion, direction: cue.direction, reach: cue.reach, undone: cue.undone });
        for say in &cue.say {
            phrases.add(file, say, sense::CUE, rules.cues.len() as u32 - 1, NONE, pack)?;
        }
    }
    for (kind, list) in [(sense::STOP, &form.stop), (sense::DECOY, &form.decoy)] {
        for say in list.iter().flat_map(|s| &s.say) {
            phrases.add(file, say, kind, 0, NONE, pack)?;
        }
    }
    rules.apart.extend(form.apart.iter().flat_map(|s| &s.say).map(|w| w.to_lowercase()));
    if let Some(of) = &form.services {
        if rules.services != ServiceWords::default() {
            return Err(CompileError::new(file, "how notes tell of services is told twice"));
        }
        if of.months.len() != 12 {
            return Err(CompileError::new(file, "a year has twelve months"));
        }
        rules.services = of.clone();
    }
    for attribute in &form.attribute {
        // Words are resolved once the vocabulary is known.
        rules.attributes.push(Attribute { axis: attribute.axis.clone(), value: attribute.value.clone(), words: Vec::new() });
        phrases.word(&attribute.value);
        for say in &attribute.say {
            phrases.add(file, say, sense::ATTRIBUTE, rules.attributes.len() as u32 - 1, NONE, pack)?;
        }
    }
    for word in form.spelling.iter().flat_map(|s| &s.right) {
        phrases.word(word);
    }
    for word in [&form.article, &form.past, &form.before_figure].into_iter().flatten().flat_map(|a| &a.say) {
        phrases.word(word);
    }
    for word in form.word.iter().flat_map(|w| w.say.iter().chain([&w.is])) {
        phrases.word(word);
    }
    Ok(())
}
