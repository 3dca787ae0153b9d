//! Services on one lesion and on several: of two on the same lesion the more extensive is reported alone, of two on different ones both are.

use super::elements::{Said, What};
use crate::{
    coded::{Procedure, Query, Step, StepKind},
    knowledge::rules::Family,
};

/// Where a mention of a service says that it was done.
#[derive(Clone, Debug)]
pub(super) struct Lesion {
    document: u32,
    sentence: u32,
    /// Values of the element that tells where; never empty.
    sites: Vec<u32>,
}

/// The lesions of a service: what stands in the sentence that names it, else in the one before it in the paragraph ("A polyp in the cecum. It was snared.").
pub(super) fn of(said: &[Said], element: u32, anchors: &[Said]) -> Vec<Lesion> {
    let sites = |anchor: &Said, sentence: u32| -> Vec<u32> {
        let there = said.iter().filter(|s| s.element == element && s.document == anchor.document && s.block == anchor.block);
        there.filter(|s| s.sentence == sentence).filter_map(|s| if let What::Value(v) = s.what { Some(v) } else { None }).collect()
    };
    let lesion = |anchor: &Said| {
        let mut found = sites(anchor, anchor.sentence);
        if found.is_empty() {
            found = sites(anchor, anchor.sentence.checked_sub(1)?);
        }
        let told = !found.is_empty();
        told.then_some(Lesion { document: anchor.document, sentence: anchor.sentence, sites: found })
    };
    anchors.iter().filter_map(lesion).collect()
}

/// What the note says of the lesions of two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Same,
    Different,
    Open,
}

fn told(outer: &[Lesion], inner: &[Lesion]) -> Told {
    let beside = |l: &Lesion| outer.iter().any(|o| (o.document, o.sentence) == (l.document, l.sentence));
    let known = |l: &Lesion| l.sites.iter().all(|site| outer.iter().any(|o| o.sites.contains(site)));
    if outer.is_empty() || inner.is_empty() {
        return Told::Open;
    }
    // A place of its own, in a sentence of its own.
    if inner.iter().any(|l| !beside(l) && !known(l)) {
        return Told::Different;
    }
    // One sentence with several places does not say which is whose.
    if inner.iter().all(|l| if beside(l) { l.sites.len() == 1 } else { known(l) }) { Told::Same } else { Told::Open }
}

/// Marks what was done on a lesion of its own, takes in what was done on the same, and asks where the note does not say. `places` are the lesions of each procedure.
pub(super) fn tell_apart(
    family: &Family,
    at: u32,
    places: &[(usize, Vec<Lesion>)],
    procedures: &mut Vec<Procedure>,
    queries: &mut Vec<Query>,
) {
    let Some(rule) = &family.lesions else { return };
    let lesions = |n: usize| places.iter().find(|p| p.0 == n).map_or(&[][..], |p| p.1.as_slice());
    let row = |p: &Procedure| family.rows.get(p.row as usize).filter(|_| p.add.is_none());
    let mut dropped = vec![false; procedures.len()];
    for inner in 0..procedures.len() {
        let Some(code) = row(&procedures[inner]).map(|r| r.code.clone()) else { continue };
        let outers: Vec<usize> = (0..procedures.len())
            .filter(|&o| o != inner && !dropped[o])
            .filter(|&o| row(&procedures[o]).is_some_and(|r| r.over.contains(&code)))
            .collect();
        let verdicts: Vec<(usize, Told)> = outers.iter().map(|&o| (o, told(lesions(o), lesions(inner)))).collect();
        if verdicts.is_empty() {
            continue;
        }
        if let Some(&(outer, verdict)) = verdicts.iter().find(|v| v.1 != Told::Different) {
            dropped[inner] = true;
            let span = procedures[inner].evidence.first().copied();
            if verdict == Told::Same {
                let step = Step { kind: StepKind::Included, record: procedures[inner].row, pack: family.pack, span };
                procedures[outer].because.push(step);
            } else {
                let values = family.elements.get(rule.element as usize).map_or(0, |e| e.values.len() as u32);
                let options = (0..values).map(|value| (rule.element, value)).collect();
                let evidence = span.into_iter().collect();
                let query = Query::Elements { family: at, missing: vec![rule.element], side: false, options, known: None, evidence };
                if !queries.contains(&query) {
                    queries.push(query);
                }
            }
        } else if !procedures[inner].modifiers.contains(&rule.modifier) {
            procedures[inner].modifiers.insert(0, rule.modifier);
        }
    }
    let mut keep = dropped.iter().map(|d| !d);
    procedures.retain(|_| keep.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::{Lesion, Told, told};

    fn lesion(sentence: u32, sites: &[u32]) -> Lesion {
        Lesion { document: 0, sentence, sites: sites.to_vec() }
    }

    #[test]
    fn one_lesion_or_several() {
        assert_eq!(told(&[lesion(1, &[0])], &[lesion(2, &[1])]), Told::Different);
        assert_eq!(told(&[lesion(1, &[0])], &[lesion(2, &[0])]), Told::Same);
        assert_eq!(told(&[lesion(1, &[0])], &[lesion(1, &[0])]), Told::Same);
        assert_eq!(told(&[lesion(1, &[0]), lesion(2, &[1])], &[lesion(1, &[0]), lesion(3, &[2])]), Told::Different);
        assert_eq!(told(&[lesion(1, &[0, 1])], &[lesion(1, &[0, 1])]), Told::Open);
        assert_eq!(told(&[lesion(1, &[0])], &[]), Told::Open);
    }
}
