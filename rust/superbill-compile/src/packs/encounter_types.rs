//! `coding/encounter_types.toml`: what an encounter of a type is coded by. Compiled after all roles are known.

use super::form::PackFile;
use crate::CompileError;
use superbill_core::{
    encounter::ENCOUNTER_TYPES,
    knowledge::rules::{EncounterType, Rules},
};

pub(crate) fn compile(file: &str, form: &PackFile, rules: &mut Rules) -> Result<(), CompileError> {
    for of in &form.encounter_type {
        if of.title.is_empty() || !ENCOUNTER_TYPES.contains(&of.id.as_str()) {
            return Err(CompileError::new(file, format!("{:?} is not an encounter type with a title", of.id)));
        }
        if rules.encounter_types.iter().any(|t| t.id == of.id) {
            return Err(CompileError::new(file, format!("encounter type {} is told twice", of.id)));
        }
        let role = |name: &String| {
            let at = rules.roles.iter().position(|r| r.id == *name);
            at.map(|at| at as u32).ok_or_else(|| CompileError::new(file, format!("no role {name}")))
        };
        let roles = of.roles.iter().map(|(name, addressed)| Ok((role(name)?, *addressed))).collect::<Result<_, _>>()?;
        let of_names = |names: &[String]| names.iter().map(role).collect::<Result<_, _>>();
        let (performs, tells, one_line) = (of_names(&of.performs)?, of_names(&of.tells)?, of_names(&of.one_line)?);
        rules.encounter_types.push(EncounterType {
            id: of.id.clone(),
            uncertain: of.uncertain.clone(),
            roles,
            performs,
            by_section: of.by_section,
            tells,
            one_line,
            others_procedures: of.others_procedures,
            lists: of.lists,
        });
    }
    Ok(())
}
