//! What documentation has in it, and what the provider is asked where it lacks something.

use super::{
    Reader,
    form::{QuestionForm, TemplateForm},
};
use crate::CompileError;
use superbill_core::knowledge::visits::{Found, Question, Template, TemplateElement};

/// What an element of a template may be given by beside words of the documents.
const GIVEN: [&str; 10] =
    ["date_of_service", "place_of_service", "new_patient", "signed", "payer", "author", "diagnosis", "procedure", "minutes", "side"];

/// Words that no question has in it (AHIMA and ACDIS practice of queries).
const OF_PAYMENT: [&str; 5] = ["payment", "reimburse", "revenue", "drg", "paid"];

impl Reader<'_> {
    pub(super) fn template(&self, form: &TemplateForm, pack: u32) -> Result<Template, CompileError> {
        let mut elements = Vec::new();
        for element in &form.elements {
            if let Some(unknown) = element.given.iter().find(|g| !GIVEN.contains(&g.as_str())) {
                return self.fail(format!("{unknown:?} is not one of {}", GIVEN.join(" ")));
            }
            let found = Found { roles: self.roles(&element.roles)?, said: self.phrases(&element.said)?, given: element.given.clone() };
            if found == Found::default() {
                return self.fail(format!("template element {}: nothing tells that it is there", element.id));
            }
            elements.push(TemplateElement {
                id: element.id.clone(),
                title: element.title.clone(),
                required: element.required,
                decides: element.decides.clone(),
                found,
            });
        }
        if let Some(twice) = form.types.iter().find(|t| self.visits.templates.iter().any(|k| k.types.contains(t))) {
            return self.fail(format!("two templates for {twice}"));
        }
        let types = self.types(&form.types)?;
        Ok(Template { types, title: form.title.clone(), citation: form.citation.clone(), elements, pack })
    }

    pub(super) fn question_of(&self, form: &QuestionForm) -> Result<Question, CompileError> {
        let words = [&form.about].into_iter().chain(&form.missing).chain(&form.options);
        if words.map(|w| w.to_lowercase()).any(|w| OF_PAYMENT.iter().any(|p| w.contains(p))) {
            return self.fail(format!("question {}: a question never speaks of payment", form.id));
        }
        let unable = form.options.iter().any(|o| o == "unable to determine");
        if !unable {
            return self.fail(format!("question {}: the options lack \"unable to determine\"", form.id));
        }
        let (id, about) = (form.id.clone(), form.about.clone());
        Ok(Question { id, about, missing: form.missing.clone(), options: form.options.clone() })
    }
}
