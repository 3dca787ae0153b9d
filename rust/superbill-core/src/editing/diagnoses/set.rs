//! What the notes of the tabular list say of diagnoses beside each other: Excludes1, code first, use additional, code also; and symptoms of a disease.

use super::holds;
use crate::{
    date::Date,
    editing::{
        claim::{Claim, Resolver},
        finding::{Edited, Rule, Table},
    },
    knowledge::{
        Notes,
        attributes::Kind,
        layout::{flag, note},
    },
};

/// What the notes of one diagnosis say: bits of the other diagnoses that they name, by kind.
#[derive(Debug, Default)]
pub(in crate::editing) struct Noted {
    excludes: Vec<Others>,
    first: Vec<Others>,
}

/// Kinds of notes that decide here; the lists of the others are the longest.
const DECIDING: [u32; 4] = [note::EXCLUDES1, note::CODE_FIRST, note::USE_ADDITIONAL, note::CODE_ALSO];

/// One bit for each diagnosis of the claim; more than these are too many anyway.
type Others = u64;
const MOST: usize = Others::BITS as usize;

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, date: Date, noted: &mut Noted, edited: &mut Edited) {
    let kb = resolver.kb;
    let notes = Notes::new(kb);
    let diagnoses = &claim.diagnoses[..claim.diagnoses.len().min(MOST)];
    noted.excludes.clear();
    noted.first.clear();
    for (at, diagnosis) in (0..).zip(diagnoses) {
        let (mut excludes, mut first) = (0, 0);
        // Whether a note of a kind names codes, and whether one of them is there.
        let (mut additional, mut also, mut etiology) = ((false, false), (false, false), false);
        if let Some(code) = diagnosis.id {
            notes.each(code, date, &DECIDING, |kind, targets| {
                let mut named: Others = 0;
                for (other, bit) in diagnoses.iter().zip(0..) {
                    let holds = |id: u32| targets.iter().any(|t| (t.start.get()..t.end.get()).contains(&id));
                    if bit != at && other.id.is_some_and(|c| holds(c.0)) {
                        named |= 1 << bit;
                    }
                }
                match kind {
                    note::EXCLUDES1 => excludes |= named,
                    note::CODE_FIRST => {
                        first |= named;
                        etiology = true;
                    }
                    note::USE_ADDITIONAL => additional = (true, additional.1 || named != 0),
                    note::CODE_ALSO => also = (true, also.1 || named != 0),
                    _ => {}
                }
            });
            let manifestation = kb.has(code, flag::MANIFESTATION) || kb.attribute(code, Kind::ManifestationNotPrincipal, 0, date).is_some();
            if manifestation && etiology && first == 0 {
                edited.of_diagnoses(Rule::DxEtiologyMissing, [at], Table::Tabular);
            }
        }
        for (suggested, rule) in [(additional, Rule::DxUseAdditional), (also, Rule::DxCodeAlso)] {
            if suggested == (true, false) {
                edited.of_diagnoses(rule, [at], Table::Tabular);
            }
        }
        noted.excludes.push(excludes);
        noted.first.push(first);
    }
    pairs(resolver, claim, noted, edited);
}

fn pairs(resolver: &Resolver<'_>, claim: &Claim, noted: &Noted, edited: &mut Edited) {
    let rules = resolver.kb.rules();
    for a in 0..noted.excludes.len() {
        for b in a + 1..noted.excludes.len() {
            let pair = [a as u32, b as u32];
            // A note of either code speaks of both.
            if noted.excludes[a] >> b & 1 == 1 || noted.excludes[b] >> a & 1 == 1 {
                edited.of_diagnoses(Rule::DxExcludes1, pair, Table::Tabular);
            }
            // The cause must stand before; where each says that the other does, neither order is wrong.
            if noted.first[a] >> b & 1 == 1 && noted.first[b] >> a & 1 == 0 {
                edited.of_diagnoses(Rule::DxCodeFirst, [b as u32, a as u32], Table::Tabular);
            }
            let (Some(one), Some(two)) = (claim.diagnoses[a].id, claim.diagnoses[b].id) else { continue };
            if !resolver.rules.is_symptom(one) && !resolver.rules.is_symptom(two) {
                continue;
            }
            for integral in &rules.integrals {
                let of = |disease, symptom| holds(&integral.disease, disease) && holds(&integral.symptoms, symptom);
                if of(one, two) {
                    edited.of_diagnoses(Rule::DxIntegral, pair, Table::Pack);
                } else if of(two, one) {
                    edited.of_diagnoses(Rule::DxIntegral, [b as u32, a as u32], Table::Pack);
                }
            }
        }
    }
}
