//! Words of titles and queries as they are compared: lower case, without accents, apostrophes and possessives.

/// Letters as people without them type them.
fn plain(c: char) -> &'static str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

fn push(word: &mut String, c: char) {
    if c.is_ascii() {
        word.push(c.to_ascii_lowercase());
        return;
    }
    for lower in c.to_lowercase() {
        match plain(lower) {
            // A letter with its accent as a character of its own loses it.
            "" if ('\u{300}'..'\u{370}').contains(&lower) => {}
            "" => word.push(lower),
            letters => word.push_str(letters),
        }
    }
}

fn apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}' | '`' | '\u{b4}')
}

/// Calls `found` with each word of a text: "Ménière's" is "meniere", "O'Neil" is "oneil", "follow-up" are two.
pub(super) fn words(text: &str, mut found: impl FnMut(&str)) {
    let mut word = String::new();
    let mut end = |word: &mut String, since: u8| {
        // The "s" after an apostrophe at a word's end says nothing.
        if since == 1 && word.len() > 1 && word.ends_with('s') {
            word.pop();
        }
        if !word.is_empty() {
            found(word);
            word.clear();
        }
    };
    // How many characters ago the last apostrophe was within the word.
    let mut since = 9u8;
    for c in text.chars() {
        if c.is_alphanumeric() || ('\u{300}'..'\u{370}').contains(&c) {
            push(&mut word, c);
            since = since.saturating_add(1);
        } else if apostrophe(c) && !word.is_empty() {
            since = 0;
        } else {
            end(&mut word, since);
            since = 9;
        }
    }
    end(&mut word, since);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        words(text, |w| all.push(w.to_owned()));
        all
    }

    #[test]
    fn words_are_compared_without_case_accents_and_possessives() {
        for (text, expected) in [
            ("Ménière's disease, right ear", "meniere disease right ear"),
            ("ME\u{301}NIE\u{300}RE\u{2019}S", "meniere"),
            ("follow-up w/o X-ray", "follow up w o x ray"),
            ("O'Neil rock 'n' roll's", "oneil rock n roll"),
            ("Sjögren Straße œdema Łódź", "sjogren strasse oedema lodz"),
            ("'s s' ' '", "s s"),
            ("2.5 µg 漢字", "2 5 μg 漢字"),
            ("", ""),
        ] {
            assert_eq!(all(text).join(" "), expected.replace('μ', "µ").as_str(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_word_is_its_own_word(text in "\\PC{0,40}") {
            let once = all(&text);
            prop_assert_eq!(all(&once.join(" ")), once);
        }
    }
}
