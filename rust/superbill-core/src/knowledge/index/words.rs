//! Words of index titles and of what is looked for: without case, accents, plurals and the words that only connect.

/// Words that tell no term from another: those that lead to where a thing is, those that say how two things are related, and the rest.
pub(super) const PLACING: [&str; 4] = ["of", "the", "at", "on"];
pub(super) const RELATING: [&str; 9] = ["with", "in", "due", "to", "by", "from", "during", "following", "caused"];
const OTHERS: [&str; 6] = ["and", "or", "for", "as", "nec", "nos"];

fn connects(word: &str) -> bool {
    [&PLACING[..], &RELATING, &OTHERS].iter().any(|words| words.contains(&word))
}

fn folded(char: char) -> char {
    match char {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

fn singular(mut word: String) -> String {
    let ends = |word: &str, endings: &[&str]| endings.iter().any(|e| word.ends_with(e));
    if word.len() > 4 && word.ends_with("ies") {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if word.len() > 4 && ends(&word, &["sses", "ches", "shes", "xes"]) {
        word.truncate(word.len() - 2);
    } else if word.len() > 3 && word.ends_with('s') && !ends(&word, &["ss", "us", "is"]) {
        word.truncate(word.len() - 1);
    }
    word
}

/// The words of a text that tell something, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    let lower: String = text.to_lowercase().chars().map(folded).collect();
    let lower = lower.replace('\u{2019}', "'").replace("(s)", " ").replace("(es)", " ");
    let split = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').map(|w| w.trim_matches('\''));
    let whole = split.map(|w| w.strip_suffix("'s").unwrap_or(w).replace('\'', "")).map(singular);
    whole.filter(|w| !w.is_empty() && !connects(w)).collect()
}

/// What a title can be found by: the whole of it, what stands before its first comma, and single words after one ("femur, femoral").
/// A title of connecting words alone has one empty alternative.
pub(super) fn alternatives(title: &str) -> Vec<Vec<String>> {
    let mut all = vec![words(title)];
    for (at, piece) in title.split(',').enumerate() {
        let own = words(piece);
        if !own.is_empty() && (at == 0 || own.len() == 1) && !all.contains(&own) {
            all.push(own);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_found_however_they_are_written() {
        for (text, found) in [
            ("Aarskog's syndrome", "aarskog syndrome"),
            ("Complication(s), of the Arteries", "complication artery"),
            ("Ménière’s disease", "meniere disease"),
            ("abscesses of buses, NEC", "abscess buse"),
            ("1,2-propanol [x]", "1 2 propanol x"),
            ("with, due to", ""),
            ("sepsis, pus, mass", "sepsis pus mass"),
            ("' 's '", "s"),
        ] {
            assert_eq!(words(text).join(" "), found, "{text}");
        }
    }

    #[test]
    fn a_title_can_be_found_by_its_variants() {
        let of = |title: &str| alternatives(title).into_iter().map(|a| a.join(" ")).collect::<Vec<_>>();
        assert_eq!(of("femur, femoral"), ["femur femoral", "femur", "femoral"]);
        assert_eq!(of("cable car, not on rails"), ["cable car not rail", "cable car"]);
        assert_eq!(of("with"), [""]);
        assert_eq!(of("neck"), ["neck"]);
    }
}
