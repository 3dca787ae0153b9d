//! Rules of the map: `TRUE`, `OTHERWISE TRUE`, or clauses joined by `AND`.

use superbill_core::knowledge::snomed::{Clause, Comparison, Operator, Unit, attribute, sctid};

/// Clauses are few; a rule of more is none.
const MOST_CLAUSES: usize = 64;

/// The rule without the terms between pipes, which may hold any words; `None` where a pipe has no second.
fn without_terms(rule: &str) -> Option<String> {
    // Some distributions write the pipe as a character reference.
    let rule = rule.replace("&#x7C;", "|").replace("&#124;", "|");
    let parts: Vec<&str> = rule.split('|').collect();
    (parts.len() % 2 == 1).then(|| parts.into_iter().step_by(2).collect::<Vec<_>>().join(" "))
}

/// A decimal number in thousandths.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str, most: usize| !t.is_empty() && t.len() <= most && t.bytes().all(|b| b.is_ascii_digit());
    let whole: u32 = digits(whole, 5).then(|| whole.parse().ok())??;
    let fraction: u32 = digits(fraction, 3).then(|| format!("{fraction:0<3}").parse().ok())??;
    Some(whole * 1000 + fraction)
}

fn clause(words: &[&str]) -> Option<Clause> {
    let ["IFA", concept, comparison @ ..] = words else { return None };
    let concept = sctid::parse(concept).ok()?;
    match (concept, comparison) {
        (attribute::AGE_AT_ONSET | attribute::AGE_NOW, [operator, amount, unit]) => {
            let (operator, unit) = (Operator::written(operator)?, Unit::written(unit)?);
            let comparison = Comparison { operator, amount: thousandths(amount)?, unit };
            Some(if concept == attribute::AGE_NOW { Clause::AgeNow(comparison) } else { Clause::AgeAtOnset(comparison) })
        }
        (attribute::AGE_AT_ONSET | attribute::AGE_NOW, _) => None,
        (attribute::FEMALE, []) => Some(Clause::Female),
        (attribute::MALE, []) => Some(Clause::Male),
        (concept, []) => Some(Clause::Has(concept)),
        _ => None,
    }
}

/// The clauses of a rule, none where it always holds. A rule that is not of the grammar is one unreadable clause, whatever of it could be read.
pub(super) fn read(rule: &str) -> Vec<Clause> {
    let read = || {
        let bare = without_terms(rule)?;
        let words: Vec<&str> = bare.split_whitespace().collect();
        if matches!(words[..], ["TRUE"] | ["OTHERWISE", "TRUE"]) {
            return Some(Vec::new());
        }
        let clauses: Vec<&[&str]> = words.split(|&w| w == "AND").collect();
        if clauses.len() > MOST_CLAUSES { None } else { clauses.into_iter().map(clause).collect() }
    };
    read().unwrap_or_else(|| vec![Clause::Unreadable])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rules_of_the_grammar() {
        let age = |operator: &str, amount, unit| Comparison { operator: Operator::written(operator).unwrap(), amount, unit };
        for (rule, expected) in [
            ("TRUE", vec![]),
            ("OTHERWISE TRUE", vec![]),
            ("IFA 248152002 | Female (finding) |", vec![Clause::Female]),
            ("IFA 248153007 | Male (finding) |", vec![Clause::Male]),
            ("IFA 445518008 | age at onset | < 19.0 years", vec![Clause::AgeAtOnset(age("<", 19_000, Unit::Years))]),
            ("IFA 424144002 | age | >= 28.5 days", vec![Clause::AgeNow(age(">=", 28_500, Unit::Days))]),
            (
                "IFA 445518008|a|>= 12 years AND IFA 445518008|a| <= 6 months",
                vec![Clause::AgeAtOnset(age(">=", 12_000, Unit::Years)), Clause::AgeAtOnset(age("<=", 6_000, Unit::Months))],
            ),
            (
                "IFA 214264003 | tired AND < weak, whole (IFA) | AND IFA 424144002 | age | > 1 day",
                vec![Clause::Has(214_264_003), Clause::AgeNow(age(">", 1_000, Unit::Days))],
            ),
            ("IFA 214264003 &#x7C; tired &#x7C;", vec![Clause::Has(214_264_003)]),
        ] {
            assert_eq!(read(rule), expected, "{rule}");
        }
    }

    #[test]
    fn what_is_not_of_the_grammar_is_unreadable_as_a_whole() {
        for rule in [
            "",
            "FALSE",
            "IFA",
            "IFA 1",
            "IFA 214264004 | wrong check digit |",
            "IFA 214264003 | tired",
            "IFA 214264003 | tired | < 3 years",
            "IFA 445518008 | age at onset |",
            "IFA 445518008 | age at onset | < 3 weeks",
            "IFA 445518008 | age at onset | < -3 years",
            "IFA 445518008 | age at onset | < 3.1234 years",
            "IFA 445518008 | age at onset | ~ 3 years",
            "IFA 248152002 | Female | AND",
            "IFA 248152002 | Female | OR IFA 248153007 | Male |",
            "TRUE AND TRUE",
            "IFA 248152002 | Female | AND something else",
        ] {
            assert_eq!(read(rule), [Clause::Unreadable], "{rule}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(rule in any::<String>()) {
            read(&rule);
        }

        #[test]
        fn what_is_written_is_read_again(amount in 0u32..99_999_999, operator in 0usize..5, unit in 0usize..3, now in any::<bool>()) {
            let operator = Operator::written(["<", "<=", "=", ">", ">="][operator]).unwrap();
            let comparison = Comparison { operator, amount, unit: Unit::written(["days", "months", "years"][unit]).unwrap() };
            let clause = if now { Clause::AgeNow(comparison) } else { Clause::AgeAtOnset(comparison) };
            prop_assert_eq!(read(&clause.write()), [clause]);
        }
    }
}
