//! A small knowledge base that we wrote, with the shipped rules of reading. Not every user needs all of it.
#![allow(dead_code)]

use superbill_compile::{Sources, build, packs::Source};
use superbill_core::date::Date;

pub(crate) const TABULAR: &str = r#"<ICD10CM.tabular><version>2026</version>
<chapter><name>10</name><desc>Diseases of the respiratory system (J00-J99)</desc><section id="J40-J47"><desc>Chronic lower respiratory diseases</desc>
<diag><name>J45</name><desc>Asthma</desc><excludes1><note>detergent asthma (J69.8)</note></excludes1>
<diag><name>J45.9</name><desc>Other and unspecified asthma</desc>
<diag><name>J45.90</name><desc>Unspecified asthma</desc>
<diag><name>J45.901</name><desc>Unspecified asthma with (acute) exacerbation</desc></diag>
<diag><name>J45.909</name><desc>Unspecified asthma, uncomplicated</desc></diag></diag></diag></diag></section></chapter>
</ICD10CM.tabular>"#;
pub(crate) const CODES: &str = "J45\nJ45.9\nJ45.90\nJ45.901\nJ45.909\n";
const LEXICON: &str = r#"
[pack]
id = "lexicon.fuzz"
title = "Fuzz"
citation = "own wording"
[[condition]]
code = "J45"
default = "J45.909"
say = ["asthma", "bronchial asthma", "pain in the knee"]
[[abbreviation]]
short = "ra"
senses = [{ code = "J45.909", means = "asthma", near = ["lung"] }, { means = "air", default = true }]
"#;

pub(crate) fn image() -> Vec<u8> {
    let pack = |file: &str, text: &str| Source { file: file.into(), text: text.into() };
    let packs = [
        pack("lexicon.toml", LEXICON),
        pack("sections.toml", include_str!("../../../python/superbill/knowledge/read/sections.toml")),
        pack("assertion.toml", include_str!("../../../python/superbill/knowledge/read/assertion.toml")),
        pack("attributes.toml", include_str!("../../../python/superbill/knowledge/read/attributes.toml")),
        pack("laceration.toml", include_str!("../../../python/superbill/knowledge/cpt/laceration_repair.toml")),
        pack("knee.toml", include_str!("../../../python/superbill/knowledge/cpt/knee_arthroscopy.toml")),
    ];
    let sources = Sources { tabular: ("tabular", TABULAR.as_bytes()), codes: ("codes", CODES), effective: Date(2026_04_01), packs: &packs };
    build(&sources).expect("the small knowledge base")
}
