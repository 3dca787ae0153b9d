//! The orders of words in which one service is named: "lymph node biopsy", "biopsy of lymph node", "lymph node biopsies".

/// Nouns of what is done, before which or behind "of" after which stands what it is done to.
const ACTS: [&str; 52] = [
    "ablation",
    "amputation",
    "angioplasty",
    "arthrodesis",
    "arthroplasty",
    "aspiration",
    "biopsy",
    "catheterization",
    "cauterization",
    "change",
    "closure",
    "creation",
    "debridement",
    "decompression",
    "destruction",
    "dilatation",
    "dilation",
    "division",
    "drainage",
    "embolization",
    "exchange",
    "excision",
    "exploration",
    "extraction",
    "fixation",
    "fulguration",
    "fusion",
    "grafting",
    "implantation",
    "injection",
    "insertion",
    "lengthening",
    "ligation",
    "osteotomy",
    "pinning",
    "placement",
    "reconstruction",
    "reduction",
    "release",
    "removal",
    "repair",
    "replacement",
    "resection",
    "revision",
    "stenting",
    "stripping",
    "suture",
    "takedown",
    "thrombectomy",
    "transfer",
    "transplant",
    "transposition",
];

/// Words that tie more to a name than what it is done to: such a name is left as it is.
const JOINTS: [&str; 22] = [
    "and", "or", "with", "without", "by", "for", "under", "in", "into", "to", "from", "at", "on", "of", "through", "via", "was", "were",
    "not", "no", "using", "per",
];

/// Longer names are seldom turned.
const MOST_WORDS: usize = 5;

fn many(act: &str) -> String {
    match act.strip_suffix('y') {
        Some(stem) if !act.ends_with("ay") => format!("{stem}ies"),
        _ if act.ends_with("sis") => format!("{}es", &act[..act.len() - 2]),
        _ => format!("{act}s"),
    }
}

/// The other orders of a service's name; none where it is not an act and what it is done to.
pub(super) fn turned(say: &str) -> Vec<String> {
    let say = say.replace('-', " ");
    let words: Vec<&str> = say.split(' ').filter(|w| !w.is_empty()).collect();
    let plain = |of: &[&str]| {
        let letters = |w: &&str| w.bytes().all(|b| b.is_ascii_alphanumeric());
        !of.is_empty() && of.iter().all(|w| letters(w) && !JOINTS.contains(w) && !ACTS.contains(w))
    };
    if words.len() > MOST_WORDS {
        return Vec::new();
    }
    let (act, of, before) = match words.as_slice() {
        [act, "of", of @ ..] => (*act, of.iter().copied().filter(|w| !matches!(*w, "the" | "a" | "an")).collect::<Vec<_>>(), false),
        [of @ .., act] => (*act, of.to_vec(), true),
        [] => return Vec::new(),
    };
    if !ACTS.contains(&act) || !plain(&of) {
        return Vec::new();
    }
    let (of, acts) = (of.join(" "), many(act));
    let other = if before { format!("{act} of {of}") } else { format!("{of} {act}") };
    vec![other, format!("{of} {acts}"), format!("{acts} of {of}")]
}

#[cfg(test)]
mod tests {
    use super::turned;

    #[test]
    fn orders_of_words() {
        assert_eq!(turned("lymph node biopsy"), ["biopsy of lymph node", "lymph node biopsies", "biopsies of lymph node"]);
        assert_eq!(
            turned("release of the trigger finger"),
            ["trigger finger release", "trigger finger releases", "releases of trigger finger"]
        );
    }

    #[test]
    fn names_that_stay() {
        for say in ["biopsy", "open reduction and internal fixation", "excision of lesion with margins", "knee arthroscopy", "repair of"] {
            assert!(turned(say).is_empty(), "{say}");
        }
    }
}
