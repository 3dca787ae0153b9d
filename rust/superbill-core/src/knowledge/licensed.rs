//! Descriptors of a licensed CPT file, kept apart from every other title: rendering, the server and search never read them.

use super::{
    KnowledgeBase, KnowledgeError,
    base::records,
    layout::{LicensedRecord, section},
};
use crate::{code::CodeId, date::Date};

/// Forms of a descriptor, in the order of their numbers.
pub const FORMS: [&str; 4] = ["short", "medium", "long", "consumer"];

impl KnowledgeBase {
    /// The licensed descriptor of a code in a form (see [`FORMS`]) on a day; `None` where there is none. What is done with it is bound by the user's licence.
    ///
    /// # Errors
    /// [`KnowledgeError::Corrupt`].
    pub fn licensed(&self, code: CodeId, form: usize, date: Date) -> Result<Option<&str>, KnowledgeError> {
        self.checked(section::LICENSED..section::LICENSED + 2)?;
        let all: &[LicensedRecord] = records(self.section(section::LICENSED));
        let start = all.partition_point(|r| r.code.get() < code.0);
        let of_code = all.get(start..).unwrap_or_default().iter().take_while(|r| r.code.get() == code.0);
        let mut wanted = of_code.filter(|r| r.form.get() as usize == form && (r.from.get()..=r.to.get()).contains(&date.0));
        let text = |r: &LicensedRecord| {
            let at = r.text.at.get() as usize;
            let bytes = self.section(section::LICENSED + 1).get(at..at + r.text.length.get() as usize)?;
            std::str::from_utf8(bytes).ok()
        };
        Ok(wanted.next().and_then(text))
    }
}
