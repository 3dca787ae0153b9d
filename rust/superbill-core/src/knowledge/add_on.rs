//! Add-on codes: services that may be reported only beside a primary one (NCCI add-on code edits).

use super::{
    KnowledgeBase, KnowledgeError,
    base::records,
    layout::{AddOnRecord, NONE, section},
};
use crate::{code::CodeId, date::Date};

/// A primary code that an add-on code may stand beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddOn {
    /// None where the contractor says which.
    pub primary: Option<CodeId>,
    /// 1: these primaries alone; 2: the contractor says which; 3: these, and others that the contractor says.
    pub edit_type: u8,
    /// `yyyymmdd`, both inclusive; 0 where it held before the first loaded release, [`Date::OPEN`] where it still holds.
    pub from: u32,
    pub to: u32,
}

impl KnowledgeBase {
    /// What an add-on code may stand beside on a day; nothing where the code is no add-on code.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn add_ons(&self, code: CodeId, date: Date) -> Result<impl Iterator<Item = AddOn>, KnowledgeError> {
        self.checked(section::ADD_ONS..section::ADD_ONS + 1)?;
        let all: &[AddOnRecord] = records(self.section(section::ADD_ONS));
        let start = all.partition_point(|r| r.add_on.get() < code.0);
        let of_code = all.get(start..).unwrap_or_default().iter().take_while(move |r| r.add_on.get() == code.0);
        let on = of_code.filter(move |r| (r.from.get()..=r.to.get()).contains(&date.0));
        Ok(on.map(|r| AddOn {
            primary: Some(r.primary.get()).filter(|&p| p != NONE).map(CodeId),
            edit_type: r.edit_type.get() as u8,
            from: r.from.get(),
            to: r.to.get(),
        }))
    }
}
