//! Units and codes that depend on what else was done: minutes counted together, and the one initial service of an encounter.

use crate::{
    coded::Procedure,
    encounter::Encounter,
    knowledge::rules::{AddOnKind, Family, Timed},
};

/// The minutes of timed services, in thousandths, by place among the family's procedures.
pub(super) type Minutes = Vec<(usize, i64)>;

/// Sets the units of timed services. Where the payer is not known and the rules of counting differ, the one that counts less holds.
pub(super) fn count(encounter: &Encounter<'_>, timed: &Timed, minutes: &Minutes, procedures: &mut Vec<Procedure>) {
    let told: Vec<i64> = minutes.iter().map(|m| m.1).collect();
    let (together, each) = (together(&told, timed.slot), by_midpoint(&told, timed.slot));
    let units = match encounter.payer {
        Some(payer) if timed.together.iter().any(|p| p == payer) => together,
        None if together.iter().sum::<i64>() < each.iter().sum() => together,
        Some(_) | None => each,
    };
    for (&(at, _), units) in minutes.iter().zip(units) {
        if let Some(procedure) = procedures.get_mut(at) {
            procedure.units = u32::try_from(units).unwrap_or(0);
        }
    }
    procedures.retain(|p| p.units > 0);
}

/// Whole slots, and one more where the rest is more than half of one (AMA: CPT, time).
fn by_midpoint(minutes: &[i64], slot: i64) -> Vec<i64> {
    minutes.iter().map(|m| m / slot + i64::from(2 * (m % slot) > slot)).collect()
}

/// The units of all minutes together; each service has its whole slots first, what is left goes to the largest rests, the first told before the
/// later (CMS: Medicare Claims Processing Manual, ch. 5, 20.2).
fn together(minutes: &[i64], slot: i64) -> Vec<i64> {
    let all: i64 = minutes.iter().sum();
    let total = by_midpoint(&[all], slot)[0];
    let mut units: Vec<i64> = minutes.iter().map(|m| m / slot).collect();
    let mut rests: Vec<usize> = (0..minutes.len()).filter(|&n| minutes[n] % slot > 0).collect();
    rests.sort_by_key(|&n| -(minutes[n] % slot));
    let left = (total - units.iter().sum::<i64>()).max(0);
    for n in rests.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        units[n] += 1;
    }
    units
}

/// Of the services with a rank the lowest stays the initial one, once; what else is done takes the code of a later service, and is part of the initial one where
/// there is none.
pub(super) fn rank(family: &Family, laters: &[(usize, u32)], procedures: &mut Vec<Procedure>) {
    let ranked = |p: &Procedure| if p.add.is_none() { family.rows.get(p.row as usize).and_then(|r| r.rank) } else { None };
    let Some(initial) = (0..procedures.len()).filter(|&n| ranked(&procedures[n]).is_some()).min_by_key(|&n| ranked(&procedures[n])) else {
        return;
    };
    let (mut more, mut contained) = (Vec::new(), Vec::new());
    for (n, procedure) in procedures.iter_mut().enumerate().filter(|(_, p)| ranked(p).is_some()) {
        let Some(index) = family.rows.get(procedure.row as usize).and_then(|row| row.add.iter().position(|a| a.kind == AddOnKind::Later))
        else {
            contained.extend((n != initial).then_some(procedure.row));
            continue;
        };
        if n != initial {
            procedure.add = Some(index as u32);
            procedure.units = laters.iter().find(|l| l.0 == n).map_or(1, |l| l.1);
        } else if procedure.units > 1 {
            more.push(Procedure { add: Some(index as u32), units: procedure.units - 1, ..procedure.clone() });
            procedure.units = 1;
        }
    }
    procedures.append(&mut more);
    procedures.retain(|p| p.units > 0 && !contained.contains(&p.row));
}

/// What came to one code by different rows is one line.
pub(super) fn merge(family: &Family, procedures: &mut Vec<Procedure>) {
    let code = |p: &Procedure| {
        let row = family.rows.get(p.row as usize)?;
        p.add.map_or(Some(&row.code), |a| row.add.get(a as usize).map(|a| &a.code))
    };
    let mut merged: Vec<Procedure> = Vec::new();
    for procedure in procedures.drain(..) {
        match merged.iter_mut().find(|m| code(m) == code(&procedure) && m.modifiers == procedure.modifiers) {
            Some(known) => {
                known.units += procedure.units;
                known.evidence.extend(procedure.evidence);
                known.because.extend(procedure.because);
            }
            None => merged.push(procedure),
        }
    }
    *procedures = merged;
}

#[cfg(test)]
mod tests {
    use super::{by_midpoint, together};

    /// The vectors of the decision table for timed therapy.
    #[test]
    fn both_rules_of_counting() {
        let slot = 15_000;
        for (minutes, medicare, midpoint) in [
            (vec![33, 7], vec![2, 1], vec![2, 0]),
            (vec![8, 8, 8], vec![1, 1, 0], vec![1, 1, 1]),
            (vec![7, 7], vec![1, 0], vec![0, 0]),
            (vec![7], vec![0], vec![0]),
            (vec![8], vec![1], vec![1]),
            (vec![22], vec![1], vec![1]),
            (vec![23], vec![2], vec![2]),
            (vec![20, 20, 20], vec![2, 1, 1], vec![1, 1, 1]),
        ] {
            let told: Vec<i64> = minutes.iter().map(|m| m * 1000).collect();
            assert_eq!((together(&told, slot), by_midpoint(&told, slot)), (medicare, midpoint), "{minutes:?}");
        }
    }
}
