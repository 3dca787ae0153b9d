//! Services told as the items of a list: "Site 1, forearm: punch biopsy", "2) thigh: punch biopsy".

use super::elements::Said;
use crate::{coded::Span, encounter::Encounter};

/// A label stands in so many bytes.
const LONGEST_LABEL: usize = 3;

/// How many items name a service, each by its label, and where the first does. Nothing where one of them names several ("punch biopsies").
pub(super) fn items(numbered: &[String], encounter: &Encounter<'_>, anchors: &[Said]) -> Option<(u32, Span)> {
    let mut labels: Vec<(String, Span)> = Vec::new();
    for anchor in anchors {
        let text = encounter.documents.get(anchor.document as usize).map_or("", |d| d.text);
        let (start, end) = (anchor.span.start as usize, anchor.span.end as usize);
        let line = text.get(..start)?.rfind('\n').map_or(0, |n| n + 1);
        let Some(label) = text.get(line..start).and_then(|line| label(numbered, line)) else { continue };
        if text.get(start..end)?.ends_with(['s', 'S']) {
            return None;
        }
        if !labels.iter().any(|l| l.0 == label) {
            labels.push((label, anchor.span));
        }
    }
    let first = labels.first()?.1;
    Some((u32::try_from(labels.len()).ok()?, first))
}

/// The number or letter that a line begins with, as lists have it; `numbered` words may stand before it.
fn label(numbered: &[String], line: &str) -> Option<String> {
    let line = line.trim_start_matches([' ', '\t', '-', '*', '#']);
    let word = numbered.iter().find_map(|w| Some(line.get(..w.len()).filter(|l| l.eq_ignore_ascii_case(w.as_str()))?.len()));
    let rest = match word {
        Some(end) => line.get(end..)?.trim_start_matches([' ', '#']),
        None => line,
    };
    let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let label = rest.get(..length).filter(|l| !l.is_empty() && l.len() < LONGEST_LABEL)?;
    let short = label.bytes().all(|b| b.is_ascii_digit()) || label.len() == 1;
    let behind = rest.get(length..)?.trim_start_matches(' ').chars().next()?;
    let listed =
        if word.is_some() { !behind.is_alphanumeric() } else { matches!(behind, '.' | ')' | ':') && rest.as_bytes()[length] != b' ' };
    // "2.5 cm" is no item.
    let decimal = behind == '.' && rest.get(length + 1..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    (short && listed && !decimal).then(|| label.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn lines_of_a_list() {
        let numbered = ["site", "lesion", "wound"].map(String::from);
        for (line, expected) in [
            ("Site 1, left forearm: 4 mm ", Some("1")),
            ("Lesion B. Back: ", Some("b")),
            ("  2) right thigh, ", Some("2")),
            ("3. Left arm, ", Some("3")),
            ("- Wound #2: ", Some("2")),
            ("2.5 cm lesion, ", None),
            ("A ", None),
            ("The lesion was ", None),
            ("Site of the ", None),
            ("10 lesions ", None),
        ] {
            assert_eq!(label(&numbered, line).as_deref(), expected, "{line}");
        }
    }
}
