//! Conventions over the diagnoses of a claim: each by itself, beside the others, in order, on admission, for the patient, and on its lines.

mod admission;
mod lines;
mod order;
mod patient;
mod set;
mod validity;

pub(super) use set::Noted;

use super::{
    claim::{Claim, Resolver},
    finding::Edited,
};
use crate::{
    code::{CodeId, CodeKey},
    date::Date,
    encounter::Setting,
};

/// The day that decides the code set: the last one of a stay, else the first day of service.
fn decides(claim: &Claim) -> Option<Date> {
    let days = claim.lines[..claim.own].iter().map(|l| l.date);
    let of_lines = if claim.setting == Setting::InpatientFacility { days.max() } else { days.min() };
    of_lines.or(claim.day)
}

/// Whether a code is in ranges of keys.
fn within(ranges: &[(u64, u64)], key: CodeKey) -> bool {
    ranges.iter().any(|r| (r.0..r.1).contains(&key.0))
}

/// Whether a code is in ranges of ids.
fn holds(ranges: &[(u32, u32)], code: CodeId) -> bool {
    ranges.iter().any(|r| (r.0..r.1).contains(&code.0))
}

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, noted: &mut Noted, edited: &mut Edited) {
    let Some(date) = decides(claim).filter(|_| !claim.diagnoses.is_empty()) else { return };
    validity::check(resolver, claim, date, edited);
    set::check(resolver, claim, date, noted, edited);
    order::check(resolver, claim, date, edited);
    admission::check(resolver, claim, date, edited);
    patient::check(resolver, claim, date, edited);
    lines::check(resolver, claim, date, edited);
}
