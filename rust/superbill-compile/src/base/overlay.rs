//! Packs of a payer or a site on a built knowledge base: what packs decide is compiled anew, everything else is copied.

use super::{Codes, dictionary, search};
use crate::{
    CompileError, packs,
    source::icd10cm_tabular::{Node, Parent, Tabular},
};
use superbill_core::{
    code::{CodeId, System},
    date::Date,
    knowledge::{
        KnowledgeBase,
        layout::{CodeRecord, NONE, Range, flag, note, section},
    },
};
use zerocopy::{FromBytes, IntoBytes};

/// The tabular list as far as packs need it: nodes with titles and inclusion terms.
fn tabular(kb: &KnowledgeBase, records: &[CodeRecord]) -> (Tabular, Vec<Option<usize>>) {
    let mut tabular = Tabular::default();
    let mut nodes: Vec<Option<usize>> = Vec::new();
    for (id, record) in records.iter().enumerate().take(kb.codes_of(System::Icd10cm).len()) {
        let code = CodeId(id as u32);
        let above = record.parent.get() as usize;
        if record.flags.get() & flag::RETIRED != 0 {
            nodes.push(None);
        } else if record.extension.length.get() > 0 {
            nodes.push(nodes.get(above).copied().flatten());
        } else {
            let parent = match nodes.get(above) {
                Some(Some(node)) => Parent::Node(*node),
                Some(None) => Parent::None,
                None if above == NONE as usize => Parent::None,
                None => Parent::Block(above - records.len()),
            };
            let terms = kb.notes(code, Date::OPEN).into_iter().filter(|n| n.0 == note::INCLUSION_TERM);
            let inclusion_terms = terms.map(|n| n.1.to_owned()).collect();
            let (notes, sevenths) = Default::default();
            nodes.push(Some(tabular.nodes.len()));
            tabular.nodes.push(Node { key: kb.key(code), title: kb.title(code), parent, inclusion_terms, notes, sevenths });
        }
    }
    (tabular, nodes)
}

/// Puts packs on a base. A pack of a file name that the base has already takes its place.
///
/// # Errors
/// [`CompileError`] where the base is damaged or a pack does not compile.
pub fn overlay(kb: &KnowledgeBase, packs: &[packs::Source]) -> Result<Vec<u8>, CompileError> {
    let fail = |e: superbill_core::knowledge::KnowledgeError| CompileError::new("base", e.to_string());
    kb.ready().map_err(fail)?;
    let mut all: Vec<packs::Source> = kb.packs().into_iter().map(|(file, text)| packs::Source { file, text }).collect();
    all.retain(|known| packs.iter().all(|p| p.file != known.file));
    all.extend_from_slice(packs);
    let damaged = || CompileError::new("base", "has no codes");
    let mut records = <[CodeRecord]>::ref_from_bytes(kb.raw_section(section::CODES)).map_err(|_| damaged())?.to_vec();
    let (tabular, nodes) = tabular(kb, &records);
    let codes = Codes::of_base(kb, &nodes);
    let tabular_pack = kb.rules().tabular.clone().ok_or_else(damaged)?;
    // What needs no pack is done beside what compiles them, so that a pack goes live in two seconds.
    let (tell, told) = std::sync::mpsc::channel::<Vec<search::Term>>();
    let (dictionary, searched, checked) = std::thread::scope(|beside| {
        let rest = beside.spawn(move || {
            let (texts, checked) = (search::Texts::of_codes(kb), kb.verify());
            // Nothing is told where the packs do not compile.
            (told.recv().map(|terms| texts.index(&terms)).unwrap_or_default(), checked)
        });
        let dictionary = dictionary::compile(&tabular, &codes, tabular_pack, &all, move |terms| drop(tell.send(terms)));
        rest.join().map(|(searched, checked)| (dictionary, searched, checked))
    })
    .map_err(|_| CompileError::new("search index", "could not be made"))?;
    checked.map_err(fail)?;
    let dictionary = dictionary?;
    for (record, own) in records.iter_mut().zip(&dictionary.distinct_ranges) {
        record.distinct = Range { start: own.start.into(), end: own.end.into() };
    }
    let mut sections = dictionary.sections;
    sections.extend(searched);
    sections.push((section::CODES, records.as_bytes().to_vec()));
    Ok(kb.with_sections(&sections))
}
