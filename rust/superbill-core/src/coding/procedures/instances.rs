//! Instances of a family: one service each, with what is told of it from nearest to farthest.

use super::{
    Side,
    elements::{Documents, Everything, Said, What, said, sides},
    lesions::{self, Lesion},
    listed,
    owners::Owners,
};
use crate::{
    coded::{Span, Step, StepKind},
    knowledge::{
        KnowledgeBase,
        rules::{ElementScope, Family},
    },
    read::Reading,
};

/// One service that was done.
#[derive(Clone, Debug)]
pub(super) struct Instance<'a> {
    pub kind: &'a str,
    pub side: Option<Side>,
    /// The report's list of what was done names it.
    pub listed: bool,
    /// It is mentioned, and nothing is told of it.
    pub bare: bool,
    /// Whose value the anchor is.
    pub element: u32,
    anchor: Span,
    values: Vec<(u32, Vec<String>, Vec<Span>)>,
    measures: Vec<(u32, i64, Span)>,
    /// Where it was done, by mention, in families that tell lesions apart.
    pub lesions: Vec<Lesion>,
    /// How many times more it was done.
    pub again: u32,
}

impl Instance<'_> {
    /// The document that tells it.
    pub(super) fn document(&self) -> u32 {
        self.anchor.document
    }

    /// The values told of an element; `None` where the note is silent.
    pub(super) fn told(&self, element: u32) -> Option<&[String]> {
        self.values.iter().find(|v| v.0 == element).map(|v| v.1.as_slice())
    }

    /// The quantity told of an element, in thousandths.
    pub(super) fn measured(&self, element: u32) -> Option<i64> {
        self.measures.iter().find(|m| m.0 == element).map(|m| m.1)
    }

    /// The same as if a value, and no other of its element, were told.
    pub(super) fn tell(&mut self, element: u32, value: &str) {
        self.values.retain(|v| v.0 != element);
        self.assume(element, value);
    }

    pub(super) fn assume(&mut self, element: u32, value: &str) {
        self.values.push((element, vec![value.to_owned()], Vec::new()));
    }

    /// Where the anchor and the elements asked for stand.
    pub(super) fn evidence(&self, of: impl Fn(u32) -> bool) -> Vec<Span> {
        let mut spans = vec![self.anchor];
        spans.extend(self.values.iter().filter(|v| of(v.0)).flat_map(|v| v.2.iter().copied()));
        spans.extend(self.measures.iter().filter(|m| of(m.0)).map(|m| m.2));
        let mut seen = Vec::new();
        spans.retain(|s| {
            !seen.contains(s) && {
                seen.push(*s);
                true
            }
        });
        spans
    }

    /// One step for each element asked for that the note gives.
    pub(super) fn steps(&self, family: &Family, of: impl Fn(u32) -> bool) -> Vec<Step> {
        let element = |element: u32, span: Option<Span>| Step { kind: StepKind::Element, record: element, pack: family.pack, span };
        let values = self.values.iter().filter(|v| of(v.0)).map(|v| element(v.0, v.2.first().copied()));
        values.chain(self.measures.iter().filter(|m| of(m.0)).map(|m| element(m.0, Some(m.2)))).collect()
    }
}

fn side_of(names: &[&str]) -> Result<Option<Side>, ()> {
    match names {
        [] => Ok(None),
        ["right"] => Ok(Some(Side::Right)),
        ["left"] => Ok(Some(Side::Left)),
        _ if names.contains(&"bilateral") => Ok(Some(Side::Bilateral)),
        _ => Err(()),
    }
}

/// Finds the sides of anchors, asked in the order of the documents.
struct SideFinder<'a> {
    kb: &'a KnowledgeBase,
    readings: &'a [Reading],
    /// The sides of the block asked last.
    block: Option<(u32, u32, Vec<&'static str>)>,
    /// By document, the sides of the whole note.
    notes: Vec<Option<Vec<&'static str>>>,
}

impl SideFinder<'_> {
    /// The side of an anchor: its sentence's, its paragraph's, or the only one in the document.
    fn side(&mut self, anchor: &Said) -> Option<Side> {
        let (kb, reading) = (self.kb, self.readings.get(anchor.document as usize)?);
        let at = anchor.sentence as usize;
        let own = sides(kb, reading, reading.sentences.get(at..=at)?);
        // Two sides in one sentence leave it open, and farther text cannot settle it.
        if !own.is_empty() {
            return side_of(&own).ok().flatten();
        }
        let place = (anchor.document, anchor.block);
        if self.block.as_ref().is_none_or(|b| (b.0, b.1) != place) {
            self.block = Some((place.0, place.1, sides(kb, reading, reading.block(anchor.block))));
        }
        if let Some((_, _, block)) = self.block.as_ref().filter(|b| !b.2.is_empty()) {
            return side_of(block).ok().flatten();
        }
        let note = self.notes.get_mut(anchor.document as usize)?;
        side_of(note.get_or_insert_with(|| sides(kb, reading, &reading.sentences))).ok().flatten()
    }
}

/// An anchor value with the sentences that tell it.
struct Group {
    element: u32,
    value: u32,
    side: Option<Side>,
    anchors: Vec<Said>,
}

fn groups(kb: &KnowledgeBase, readings: &[Reading], family: &Family, said: &[Said]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut finder = SideFinder { kb, readings, block: None, notes: vec![None; readings.len()] };
    let anchors = said.iter().filter(|s| s.performed && family.elements.get(s.element as usize).is_some_and(|e| e.anchor));
    for anchor in anchors {
        let What::Value(value) = anchor.what else { continue };
        let side = if family.inpatient && !family.side_character { None } else { finder.side(anchor) };
        let same = |g: &&mut Group| {
            let place = !family.per_mention || g.anchors.iter().any(|a| a.document == anchor.document && a.sentence == anchor.sentence);
            g.element == anchor.element && g.value == value && g.side == side && place
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.anchors.push(*anchor),
            None => groups.push(Group { element: anchor.element, value, side, anchors: vec![*anchor] }),
        }
    }
    // A mention without a side adds nothing to the same service told with one.
    let sided: Vec<(u32, u32)> = groups.iter().filter(|g| g.side.is_some()).map(|g| (g.element, g.value)).collect();
    if family.side_modifier && !family.per_mention {
        groups.retain(|g| g.side.is_some() || !sided.contains(&(g.element, g.value)));
    }
    // The side that the report's list tells of a service is its side; other sides told of it farther down are of what was seen or done before.
    if family.side_modifier && !family.per_mention {
        let listed = |g: &Group| g.side.is_some() && g.anchors.iter().any(|a| a.listed);
        let of_list: Vec<(u32, u32)> = groups.iter().filter(|g| listed(g)).map(|g| (g.element, g.value)).collect();
        groups.retain(|g| listed(g) || !of_list.contains(&(g.element, g.value)));
        let mut told = groups.iter().filter(|g| listed(g)).map(|g| g.side);
        if let Some(side) = told.next().filter(|first| told.all(|s| s == *first)) {
            for group in groups.iter_mut().filter(|g| !g.anchors.iter().any(|a| a.listed)) {
                group.side = side;
            }
        }
        // What was done on both sides was done on each.
        let both: Vec<(u32, u32)> = groups.iter().filter(|g| g.side == Some(Side::Bilateral)).map(|g| (g.element, g.value)).collect();
        groups.retain(|g| g.side == Some(Side::Bilateral) || !both.contains(&(g.element, g.value)));
    }
    groups
}

/// The services of a family, and whether the documents say more of it than is read.
pub(super) fn instances<'a>(kb: &KnowledgeBase, documents: &Documents<'a>, at: u32, family: &Family) -> (Vec<Instance<'a>>, bool) {
    let (encounter, readings) = (documents.encounter, documents.readings);
    let Everything { said, more } = said(kb, documents, at, family);
    let groups = groups(kb, readings, family, &said);
    if groups.is_empty() {
        return (Vec::new(), more);
    }
    let owners = Owners::new(encounter, &kb.rules().apart, family, &said);
    let mut out: Vec<Instance<'a>> = groups.iter().filter_map(|g| instance(kb, documents, family, &said, &owners, g)).collect();
    if let Some((summed, over)) = &family.total {
        out = totals(out, *summed, over);
    }
    (out, more)
}

/// How many times a service was done again: sentences that name it and say so, of which the first that is told is none.
fn again(family: &Family, said: &[Said], group: &Group) -> u32 {
    let Some(rule) = &family.again else { return 0 };
    let says = |s: &Said| s.element == rule.element && matches!(s.what, What::Value(v) if rule.values.contains(&v));
    let mut sentences: Vec<(u32, u32)> = group.anchors.iter().map(|a| (a.document, a.sentence)).collect();
    sentences.sort_unstable();
    sentences.dedup();
    let told = sentences.iter().filter(|at| said.iter().any(|s| says(s) && (s.document, s.sentence) == **at)).count();
    told.min(sentences.len().saturating_sub(1)) as u32
}

fn instance<'a>(
    kb: &KnowledgeBase,
    documents: &Documents<'a>,
    family: &Family,
    said: &[Said],
    owners: &Owners,
    group: &Group,
) -> Option<Instance<'a>> {
    let encounter = documents.encounter;
    let first = group.anchors.first()?;
    let in_sentence = |s: &&Said| group.anchors.iter().any(|a| a.document == s.document && a.sentence == s.sentence);
    let in_block = |s: &&Said| group.anchors.iter().any(|a| a.document == s.document && a.block == s.block);
    let mut instance = Instance {
        kind: encounter.documents.get(first.document as usize).map_or(encounter.kind, |d| d.kind),
        side: group.side,
        listed: group.anchors.iter().any(|a| a.listed),
        bare: group.anchors.iter().all(|a| a.bare),
        element: group.element,
        anchor: first.span,
        values: Vec::new(),
        measures: Vec::new(),
        lesions: family.lesions.as_ref().map(|l| lesions::of(said, l.element, &group.anchors)).unwrap_or_default(),
        again: again(family, said, group),
    };
    for (at, element) in family.elements.iter().enumerate() {
        let at = at as u32;
        // Another service that nobody did tells nothing of this one.
        let of = || said.iter().filter(move |s| s.element == at && (s.performed || !element.anchor));
        let near: Vec<&Said> = if at == group.element {
            group.anchors.iter().collect()
        } else if element.scope == ElementScope::Anchor {
            let theirs = |of: &Said| group.anchors.iter().any(|a| a.span == of.span);
            let owned = said.iter().enumerate().filter(|(n, s)| s.element == at && owners.of(*n).is_none_or(|o| theirs(&said[o])));
            let owned: Vec<&Said> = owned.map(|f| f.1).collect();
            if element.within > 0 && element.quantity.is_none() {
                beside(kb, documents.readings, group, element.within, &owned)
            } else {
                owned
            }
        } else {
            let sentence: Vec<&Said> = of().filter(in_sentence).collect();
            let block: Vec<&Said> =
                if sentence.is_empty() && element.scope != ElementScope::Sentence { of().filter(in_block).collect() } else { Vec::new() };
            let document = || if element.scope == ElementScope::Document { of().collect() } else { Vec::new() };
            if !sentence.is_empty() {
                sentence
            } else if !block.is_empty() {
                block
            } else {
                document()
            }
        };
        let mut values: Vec<String> = Vec::new();
        let mut spans = Vec::new();
        let mut measured: Vec<(i64, Span)> = Vec::new();
        for s in near {
            match s.what {
                What::Value(value) => {
                    let Some(name) = element.values.get(value as usize) else { continue };
                    if !values.contains(name) {
                        values.push(name.clone());
                        spans.push(s.span);
                    }
                }
                What::Measured(value) => {
                    if !measured.iter().any(|m| m.0 == value) {
                        measured.push((value, s.span));
                    }
                }
            }
        }
        if !values.is_empty() {
            instance.values.push((at, values, spans));
        }
        // Two different figures contradict each other: neither is told.
        if let [(value, span)] = measured[..] {
            instance.measures.push((at, value, span));
        }
    }
    let counted = (0..).zip(&family.elements).filter(|(_, e)| e.listed);
    // Items on either side are items of one list.
    let is_same = |s: &&Said| s.performed && s.element == group.element && s.what == first.what;
    let same: Vec<Said> = if counted.clone().next().is_some() { said.iter().filter(is_same).copied().collect() } else { Vec::new() };
    for (at, _) in counted {
        if instance.measured(at).is_none()
            && let Some((items, span)) = listed::items(&kb.rules().services.numbered, encounter, &same)
        {
            instance.measures.push((at, i64::from(items) * 1000, span));
        }
    }
    for (at, element) in (0..).zip(&family.elements).filter(|(_, e)| !e.sum.is_empty()) {
        let parts = element.sum.iter().map(|&(of, times)| {
            let part = instance.measures.iter().find(|m| m.0 == of)?;
            Some((part.1.saturating_mul(times), part.2))
        });
        if instance.measured(at).is_none()
            && let Some(parts) = parts.collect::<Option<Vec<_>>>()
            && let Some(&(_, span)) = parts.first()
        {
            instance.measures.push((at, parts.iter().map(|p| p.0).sum(), span));
        }
    }
    Some(instance)
}

/// Of values, in order, those that stand at most so many words from an anchor, or from one of them that does; sides and articles do not count.
fn beside<'s>(kb: &KnowledgeBase, readings: &[Reading], group: &Group, within: u32, values: &[&'s Said]) -> Vec<&'s Said> {
    let mut out: Vec<&Said> = Vec::new();
    for anchor in &group.anchors {
        let Some(reading) = readings.get(anchor.document as usize) else { continue };
        let close = |from: u32, to: u32| {
            let between = reading.tokens.get(from as usize..to as usize).unwrap_or_default();
            between.iter().filter(|t| kb.rules().interposed.binary_search(&t.word).is_err()).count() <= within as usize
        };
        let here = || values.iter().copied().filter(|v| (v.document, v.sentence) == (anchor.document, anchor.sentence));
        let mut edge = anchor.tokens.1;
        for value in here().filter(|v| v.tokens.1 > anchor.tokens.0) {
            if !close(edge, value.tokens.0) {
                break;
            }
            edge = edge.max(value.tokens.1);
            out.push(value);
        }
        let mut edge = anchor.tokens.0;
        let before: Vec<&Said> = here().filter(|v| v.tokens.1 <= anchor.tokens.0).collect();
        for value in before.into_iter().rev() {
            if !close(value.tokens.1, edge) {
                break;
            }
            edge = edge.min(value.tokens.0);
            out.push(value);
        }
    }
    out
}

/// Instances that agree in `over` are one service of the summed quantity.
fn totals<'a>(instances: Vec<Instance<'a>>, summed: u32, over: &[u32]) -> Vec<Instance<'a>> {
    let mut out: Vec<Instance<'a>> = Vec::new();
    for instance in instances {
        let agrees = |o: &&mut Instance<'_>| {
            over.iter().all(|&e| o.told(e) == instance.told(e)) && o.measured(summed).is_some() && instance.measured(summed).is_some()
        };
        let Some(known) = out.iter_mut().find(agrees) else {
            out.push(instance);
            continue;
        };
        let more = instance.measured(summed).unwrap_or(0);
        if let Some(total) = known.measures.iter_mut().find(|m| m.0 == summed) {
            total.1 += more;
        }
    }
    out
}
