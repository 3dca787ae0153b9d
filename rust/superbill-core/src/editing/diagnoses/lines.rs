//! Diagnoses on the lines that point to them: that they exist, and that their side is the line's.

use crate::{
    code::CodeId,
    date::Date,
    editing::{
        claim::{Claim, Resolver},
        finding::{Detail, Edited, Rule, Table},
    },
    knowledge::KnowledgeBase,
};

/// The sides in the title of a code: left, right.
fn sides(kb: &KnowledgeBase, code: CodeId, date: Date) -> (bool, bool) {
    let title = kb.title_on(code, date);
    let words = title.split(|c: char| !c.is_alphanumeric());
    words.fold((false, false), |(left, right), word| {
        let is = |side: &str| word.eq_ignore_ascii_case(side);
        (left || is("left") || is("bilateral"), right || is("right") || is("bilateral"))
    })
}

pub(super) fn check(resolver: &Resolver<'_>, claim: &Claim, date: Date, edited: &mut Edited) {
    let said = &resolver.rules.said.diagnoses;
    for pointed in claim.pointers.chunk_by(|a, b| a.0 == b.0) {
        let at = pointed[0].0;
        let line = &claim.lines[at as usize];
        let missing = pointed.iter().any(|p| p.1 == 0 || p.1 as usize > claim.diagnoses.len());
        if missing || pointed.len() > said.most_pointers as usize {
            edited.of_line(Rule::DxPointer, at as usize, (Table::Pack, Detail::None));
        }
        let (left, right) = (line.modifiers & said.left != 0, line.modifiers & said.right != 0);
        if left == right {
            continue;
        }
        let of_line = pointed.iter().filter_map(|p| (p.1 as usize).checked_sub(1));
        let codes = of_line.filter_map(|rank| Some((rank, claim.diagnoses.get(rank)?.id?)));
        let contradicts = |code| {
            let (of_left, of_right) = sides(resolver.kb, code, date);
            left && of_right && !of_left || right && of_left && !of_right
        };
        if let Some((rank, _)) = codes.into_iter().find(|c| contradicts(c.1)) {
            edited.of_line(Rule::DxSide, at as usize, (Table::Pack, Detail::Diagnosis(rank as u32)));
        }
    }
}
