//! The keys of visits/*.toml, as docs/packs.md tells them.

use serde::Deserialize;
use std::collections::BTreeMap;
use superbill_core::{
    encounter::Setting,
    knowledge::{
        presence::{Presence, Tells},
        visits::{Level, Method, Problem, Telling},
    },
};

/// The keys of these packs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    pub(super) phrase: Vec<PhraseForm>,
    pub(super) sections: Option<SectionsForm>,
    pub(super) problem: Vec<ProblemForm>,
    pub(super) category: Vec<CategoryForm>,
    pub(super) addition: Vec<AdditionForm>,
    pub(super) prolonged: Vec<ProlongedForm>,
    pub(super) timed: Vec<TimedForm>,
    pub(super) covering: Vec<CoveringForm>,
    pub(super) after_surgery: Vec<AfterSurgeryForm>,
    pub(super) elapsed: Vec<ElapsedForm>,
    pub(super) affinity: Vec<AffinityForm>,
    pub(super) ties: Option<TiesForm>,
    pub(super) question: Vec<QuestionForm>,
    pub(super) clarify: Vec<ClarifyForm>,
    pub(super) admission: Option<AdmissionForm>,
    pub(super) presence: Vec<PresenceForm>,
    pub(super) template: Vec<TemplateForm>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhraseForm {
    pub(super) id: String,
    pub(super) tells: Telling,
    #[serde(default)]
    pub(super) name: String,
    pub(super) level: Option<Level>,
    #[serde(default)]
    pub(super) types: Vec<String>,
    #[serde(default)]
    pub(super) procedures: Vec<String>,
    #[serde(default)]
    pub(super) ordered: Vec<String>,
    pub(super) say: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClarifyForm {
    pub(super) codes: Vec<String>,
    pub(super) said: Vec<String>,
    pub(super) ask: String,
    #[serde(rename = "citation")]
    pub(super) _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdmissionForm {
    pub(super) sections: Vec<String>,
    pub(super) documents: Vec<String>,
    pub(super) ask: String,
    /// Phrases by what they tell.
    pub(super) said: BTreeMap<Tells, Vec<String>>,
    pub(super) several: Vec<String>,
    pub(super) unlisted: Vec<String>,
    #[serde(rename = "citation")]
    pub(super) _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PresenceForm {
    pub(super) name: String,
    #[serde(default)]
    pub(super) codes: Vec<String>,
    #[serde(default)]
    pub(super) with: Vec<String>,
    #[serde(default)]
    pub(super) first: bool,
    pub(super) indicator: Presence,
    pub(super) citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionsForm {
    pub(super) uncounted: Vec<String>,
    pub(super) data_in: Vec<String>,
    pub(super) decided_in: Vec<String>,
    pub(super) history_in: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProblemForm {
    pub(super) problem: Problem,
    pub(super) codes: Vec<String>,
    #[serde(default)]
    pub(super) types: Vec<String>,
    #[serde(default, rename = "citation")]
    pub(super) _citation: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WhenForm {
    pub(super) types: Vec<String>,
    pub(super) settings: Vec<Setting>,
    pub(super) places: Vec<String>,
    pub(super) not_places: Vec<String>,
    pub(super) payers: Vec<String>,
    pub(super) not_payers: Vec<String>,
    pub(super) new_patient: Option<bool>,
    pub(super) same_day: Option<bool>,
    pub(super) said: Vec<String>,
    pub(super) also_said: Vec<String>,
    pub(super) with_said: Vec<String>,
    pub(super) not_said: Vec<String>,
    pub(super) in_period: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelForm {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) level: Option<Level>,
    pub(super) minutes: Option<u32>,
    pub(super) age: Option<(u32, u32)>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryForm {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) citation: String,
    #[serde(default)]
    pub(super) when: WhenForm,
    pub(super) method: Option<Method>,
    #[serde(default)]
    pub(super) codes: Vec<LevelForm>,
    pub(super) ask: Option<String>,
    #[serde(default)]
    pub(super) preventive: bool,
    #[serde(default)]
    pub(super) alone: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdditionForm {
    pub(super) codes: Vec<String>,
    #[serde(default)]
    pub(super) when: WhenForm,
    pub(super) modifier: Option<String>,
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) not_with: Vec<String>,
    pub(super) citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProlongedForm {
    pub(super) of: Vec<String>,
    #[serde(default)]
    pub(super) when: WhenForm,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) first: u32,
    pub(super) step: u32,
    #[serde(default, rename = "citation")]
    pub(super) _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimedRowForm {
    pub(super) code: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) payers: Vec<String>,
    #[serde(default)]
    pub(super) not_payers: Vec<String>,
    pub(super) from: u32,
    pub(super) to: Option<u32>,
    pub(super) step: Option<u32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimedForm {
    pub(super) id: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) when: WhenForm,
    pub(super) phrase: String,
    #[serde(default)]
    pub(super) instead: bool,
    pub(super) rows: Vec<TimedRowForm>,
    pub(super) beside: Option<BesideForm>,
    pub(super) citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BesideForm {
    pub(super) modifier: String,
    pub(super) said: Vec<String>,
    pub(super) ask: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AfterSurgeryForm {
    pub(super) modifier: String,
    pub(super) when: WhenForm,
    pub(super) citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ElapsedForm {
    pub(super) phrase: String,
    pub(super) days: u32,
    #[serde(default)]
    pub(super) counted: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CoveringForm {
    pub(super) codes: Vec<String>,
    #[serde(default)]
    pub(super) global_days: Vec<String>,
    pub(super) modifier: String,
    #[serde(default)]
    pub(super) said: Vec<String>,
    #[serde(default)]
    pub(super) major: bool,
    #[serde(default)]
    pub(super) apart: bool,
    #[serde(default, rename = "citation")]
    pub(super) _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AffinityForm {
    pub(super) procedures: Vec<String>,
    pub(super) diagnoses: Vec<String>,
    #[serde(default)]
    pub(super) modifiers: Vec<String>,
    #[serde(default, rename = "citation")]
    pub(super) _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TiesForm {
    pub(super) sentence: u32,
    pub(super) paragraph: u32,
    pub(super) kind: u32,
    pub(super) word: u32,
    pub(super) enough: u32,
    #[serde(rename = "citation")]
    pub(super) _citation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionForm {
    pub(super) id: String,
    pub(super) about: String,
    pub(super) missing: Vec<String>,
    pub(super) options: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ElementForm {
    pub(super) id: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) decides: String,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    #[serde(default)]
    pub(super) said: Vec<String>,
    #[serde(default)]
    pub(super) given: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateForm {
    pub(super) types: Vec<String>,
    pub(super) title: String,
    pub(super) citation: String,
    pub(super) elements: Vec<ElementForm>,
}
