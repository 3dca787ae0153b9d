//! Categories of visits, what goes with them, and services by minutes.

use super::{
    Reader,
    form::{AdditionForm, BesideForm, CategoryForm, TimedForm, WhenForm},
};
use crate::CompileError;
use superbill_core::knowledge::visits::{Addition, Beside, Category, LevelCode, Method, Timed, TimedRow, When};

impl Reader<'_> {
    pub(super) fn when(&self, form: &WhenForm) -> Result<When, CompileError> {
        Ok(When {
            types: self.types(&form.types)?,
            settings: form.settings.clone(),
            places: form.places.clone(),
            not_places: form.not_places.clone(),
            payers: form.payers.clone(),
            not_payers: form.not_payers.clone(),
            new_patient: form.new_patient,
            same_day: form.same_day,
            said: self.phrases(&form.said)?,
            also_said: self.phrases(&form.also_said)?,
            with_said: self.phrases(&form.with_said)?,
            not_said: self.phrases(&form.not_said)?,
            in_period: form.in_period,
        })
    }

    pub(super) fn category(&self, form: &CategoryForm, pack: u32) -> Result<Category, CompileError> {
        let mut codes = Vec::new();
        for row in &form.codes {
            self.service(&row.code)?;
            codes.push(LevelCode { code: row.code.clone(), name: row.name.clone(), level: row.level, minutes: row.minutes, age: row.age });
        }
        if codes.is_empty() != form.ask.is_some() {
            return self.fail(format!("category {}: codes, or the question that must be answered first", form.id));
        }
        let rises = |get: &dyn Fn(&LevelCode) -> Option<u32>| codes.is_sorted_by(|a, b| get(a) <= get(b));
        if !rises(&|c| c.level.map(|l| l as u32)) || !rises(&|c| c.minutes) {
            return self.fail(format!("category {}: codes go from the lowest level to the highest", form.id));
        }
        Ok(Category {
            id: form.id.clone(),
            title: form.title.clone(),
            citation: form.citation.clone(),
            when: self.when(&form.when)?,
            method: form.method.unwrap_or(Method::Fixed),
            codes,
            ask: form.ask.as_ref().map(|q| self.question(q)).transpose()?,
            preventive: form.preventive,
            alone: form.alone,
            pack,
        })
    }

    pub(super) fn addition(&self, form: &AdditionForm) -> Result<Addition, CompileError> {
        let modifier = form.modifier.as_deref().map(|m| self.modifier(m)).transpose()?;
        if modifier.is_none() {
            self.service(&form.code)?;
        }
        Ok(Addition {
            codes: self.services(&form.codes)?,
            when: self.when(&form.when)?,
            modifier,
            code: form.code.clone(),
            name: form.name.clone(),
            not_with: form.not_with.iter().map(|m| self.modifier(m)).collect::<Result<_, _>>()?,
            citation: form.citation.clone(),
        })
    }

    fn beside(&self, form: &BesideForm) -> Result<Beside, CompileError> {
        Ok(Beside { modifier: self.modifier(&form.modifier)?, said: self.phrases(&form.said)?, ask: self.question(&form.ask)? })
    }

    pub(super) fn timed(&self, form: &TimedForm, pack: u32) -> Result<Timed, CompileError> {
        let mut rows = Vec::new();
        for row in &form.rows {
            self.service(&row.code)?;
            rows.push(TimedRow {
                code: row.code.clone(),
                name: row.name.clone(),
                payers: row.payers.clone(),
                not_payers: row.not_payers.clone(),
                from: row.from,
                to: row.to,
                step: row.step.filter(|&s| s > 0),
            });
        }
        Ok(Timed {
            id: form.id.clone(),
            title: form.title.clone(),
            when: self.when(&form.when)?,
            phrase: self.phrase(&form.phrase)?,
            instead: form.instead,
            rows,
            beside: form.beside.as_ref().map(|b| self.beside(b)).transpose()?,
            citation: form.citation.clone(),
            pack,
        })
    }
}
