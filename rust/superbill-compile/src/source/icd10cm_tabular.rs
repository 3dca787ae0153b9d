//! The ICD-10-CM tabular list as CDC/NCHS publishes it in XML: hierarchy, titles, notes and seventh characters.

use super::{Feed, UNDATED, release::Calendar};
use crate::CompileError;
use quick_xml::{Reader, events::Event};
use superbill_core::{code::CodeKey, knowledge::layout::note};

pub(crate) const FEED: Feed = Feed {
    name: "icd10cm_tabular",
    system: None,
    calendar: Calendar::FiscalYear,
    recognises: |head| head.text.contains("<ICD10CM.tabular"),
    // Its version is a year alone: an April release cannot be told from October's.
    dated: UNDATED,
    take: |file, gathered, _| {
        let tabular = read(file.name, file.text()?.as_bytes())?;
        let count = tabular.nodes.len();
        gathered.icd10cm.tabulars.insert(file.effective, (file.name.to_owned(), tabular));
        Ok(count.into())
    },
};

/// Nesting of the real file is 9 deep.
const DEEPEST: usize = 40;

/// What stands above a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    None,
    Block(usize),
    Node(usize),
}

/// A note: its kind (see [`note`]), text, and the keys that it names as `[first, last)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub kind: u32,
    pub text: String,
    pub targets: Vec<(CodeKey, CodeKey)>,
}

/// A chapter or section.
#[derive(Clone, Debug)]
pub struct Block {
    pub name: String,
    pub title: String,
    pub parent: Parent,
    pub notes: Vec<Note>,
}

/// A category, subcategory or code.
#[derive(Clone, Debug)]
pub struct Node {
    pub key: CodeKey,
    pub title: String,
    pub parent: Parent,
    pub inclusion_terms: Vec<String>,
    pub notes: Vec<Note>,
    /// Its own seventh characters with their meanings; descendants inherit them.
    pub sevenths: Vec<(u8, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct Tabular {
    /// The fiscal year.
    pub version: String,
    pub blocks: Vec<Block>,
    /// In the order of the file.
    pub nodes: Vec<Node>,
}

/// The codes named in the parentheses of a note: "(E08.-, P35-P39)".
fn targets(text: &str) -> Vec<(CodeKey, CodeKey)> {
    let mut found = Vec::new();
    for group in text.split('(').skip(1).filter_map(|g| g.split(')').next()) {
        for piece in group.split([',', ';']) {
            let word = piece.split_whitespace().next().unwrap_or_default();
            let key = |w: &str| {
                CodeKey::parse(w.trim_end_matches(['-', '.'])).ok().filter(|k| {
                    let bytes = k.0.to_be_bytes();
                    bytes[0].is_ascii_alphabetic() && bytes[1].is_ascii_digit()
                })
            };
            let range = word.split_once('-').filter(|r| !r.1.is_empty());
            let pair = match range {
                Some((first, last)) => key(first).zip(key(last)),
                None => key(word).map(|k| (k, k)),
            };
            found.extend(pair.map(|(first, last)| (first, last.end())).filter(|p| p.0 < p.1));
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Chapter,
    Section,
    Diag,
    Name,
    Title,
    Version,
    Note(u32),
    InclusionTerm,
    NoteText,
    Extension(u8),
    Other,
}

fn element(name: &[u8]) -> Element {
    match name {
        b"chapter" => Element::Chapter,
        b"section" => Element::Section,
        b"diag" => Element::Diag,
        b"name" => Element::Name,
        b"desc" => Element::Title,
        b"version" => Element::Version,
        b"excludes1" => Element::Note(note::EXCLUDES1),
        b"excludes2" => Element::Note(note::EXCLUDES2),
        b"codeFirst" => Element::Note(note::CODE_FIRST),
        b"useAdditionalCode" => Element::Note(note::USE_ADDITIONAL),
        b"codeAlso" => Element::Note(note::CODE_ALSO),
        b"includes" => Element::Note(note::INCLUDES),
        b"inclusionTerm" => Element::InclusionTerm,
        b"note" => Element::NoteText,
        _ => Element::Other,
    }
}

/// A block or node that is still open: its index.
#[derive(Clone, Copy)]
enum Open {
    Block(usize),
    Node(usize),
    Neither,
}

/// Reads the tabular list.
pub fn read(file: &str, xml: &[u8]) -> Result<Tabular, CompileError> {
    let mut reader = Reader::from_reader(xml);
    let fail = |reader: &Reader<&[u8]>, problem: String| CompileError::new(file, format!("byte {}: {problem}", reader.buffer_position()));
    let mut tabular = Tabular::default();
    let mut stack: Vec<(Element, Open)> = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event() {
            Err(e) => return Err(fail(&reader, format!("not well-formed XML: {e}"))),
            Ok(Event::Eof) => break,
            Ok(Event::Start(start)) => {
                text.clear();
                let mut kind = element(start.name().as_ref());
                let above = stack.iter().rev().find_map(|(_, open)| match open {
                    Open::Block(b) => Some(Parent::Block(*b)),
                    Open::Node(n) => Some(Parent::Node(*n)),
                    Open::Neither => None,
                });
                let parent = above.unwrap_or(Parent::None);
                let open = match kind {
                    Element::Chapter | Element::Section => {
                        let id = start.try_get_attribute("id").ok().flatten();
                        let name = id.map(|a| String::from_utf8_lossy(&a.value).into_owned()).unwrap_or_default();
                        tabular.blocks.push(Block { name, title: String::new(), parent, notes: Vec::new() });
                        Open::Block(tabular.blocks.len() - 1)
                    }
                    Element::Diag => {
                        let key = CodeKey(0);
                        let (title, inclusion_terms, notes, sevenths) = Default::default();
                        tabular.nodes.push(Node { key, title, parent, inclusion_terms, notes, sevenths });
                        Open::Node(tabular.nodes.len() - 1)
                    }
                    _ => Open::Neither,
                };
                if start.name().as_ref() == b"extension" {
                    let char = start.try_get_attribute("char").ok().flatten().and_then(|a| a.value.first().copied());
                    kind = Element::Extension(char.ok_or_else(|| fail(&reader, "an extension without its character".into()))?);
                }
                stack.push((kind, open));
                if stack.len() > DEEPEST {
                    return Err(fail(&reader, format!("nested deeper than {DEEPEST}")));
                }
            }
            Ok(Event::Text(piece)) => {
                let piece = piece.decode().map_err(|e| fail(&reader, e.to_string()))?;
                text.push_str(&piece);
            }
            Ok(Event::GeneralRef(entity)) => {
                let name = entity.decode().map_err(|e| fail(&reader, e.to_string()))?;
                let resolved = quick_xml::escape::unescape(&format!("&{name};")).map(std::borrow::Cow::into_owned);
                text.push_str(&resolved.map_err(|e| fail(&reader, e.to_string()))?);
            }
            Ok(Event::End(_)) => {
                let Some((kind, open)) = stack.pop() else { continue };
                let owner = stack.iter().rev().map(|s| s.1).find(|o| !matches!(o, Open::Neither)).unwrap_or(Open::Neither);
                let within = stack.last().map_or(Element::Other, |s| s.0);
                let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                text.clear();
                close(&mut tabular, kind, open, within, owner, words).map_err(|problem| fail(&reader, problem))?;
            }
            Ok(_) => {}
        }
    }
    if !stack.is_empty() {
        return Err(fail(&reader, "ends inside an element".into()));
    }
    if tabular.nodes.is_empty() {
        return Err(CompileError::new(file, "has no <diag>: not an ICD-10-CM tabular list"));
    }
    Ok(tabular)
}

/// Puts a closed element's words where they belong.
fn close(tabular: &mut Tabular, kind: Element, open: Open, within: Element, owner: Open, words: String) -> Result<(), String> {
    match (kind, owner) {
        (Element::Version, _) => tabular.version = words,
        (Element::Name, Open::Block(b)) if within == Element::Chapter => tabular.blocks[b].name = words,
        (Element::Name, Open::Node(n)) if within == Element::Diag => {
            tabular.nodes[n].key = CodeKey::parse(&words).map_err(|e| format!("<name>: {e}"))?;
        }
        (Element::Title, Open::Block(b)) if matches!(within, Element::Chapter | Element::Section) => tabular.blocks[b].title = words,
        (Element::Title, Open::Node(n)) if within == Element::Diag => tabular.nodes[n].title = words,
        (Element::Extension(char), Open::Node(n)) => tabular.nodes[n].sevenths.push((char, words)),
        (Element::NoteText, Open::Node(n)) if within == Element::InclusionTerm => tabular.nodes[n].inclusion_terms.push(words),
        (Element::NoteText, owner) => {
            if let Element::Note(kind) = within {
                let note = Note { kind, targets: targets(&words), text: words };
                match owner {
                    Open::Block(b) => tabular.blocks[b].notes.push(note),
                    Open::Node(n) => tabular.nodes[n].notes.push(note),
                    Open::Neither => {}
                }
            }
        }
        (Element::Diag, _) => {
            if let Open::Node(n) = open
                && tabular.nodes[n].key.is_empty()
            {
                return Err("a <diag> without <name>".into());
            }
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"<ICD10CM.tabular><version>2026</version><chapter><name>9</name><desc>Vessels &amp; heart</desc>
        <section id="I10-I1A"><desc>Pressure</desc><diag><name>I10</name><desc>High pressure</desc>
        <inclusionTerm><note>high   blood pressure</note></inclusionTerm><excludes1><note>of pregnancy (O10-O11, O13.-)</note></excludes1>
        <sevenChrDef><extension char="A">first</extension></sevenChrDef></diag></section></chapter></ICD10CM.tabular>"#;

    #[test]
    fn reads_what_it_names() {
        let tabular = read("small", SMALL.as_bytes()).unwrap();
        let node = &tabular.nodes[0];
        assert_eq!((tabular.version.as_str(), tabular.blocks[0].title.as_str()), ("2026", "Vessels & heart"));
        assert_eq!((node.parent, tabular.blocks[1].name.as_str()), (Parent::Block(1), "I10-I1A"));
        assert_eq!(node.inclusion_terms, ["high blood pressure"]);
        assert_eq!(node.sevenths, [(b'A', "first".to_owned())]);
        let key = |s: &str| CodeKey::parse(s).unwrap();
        assert_eq!(node.notes[0].targets, [(key("O10"), key("O12")), (key("O13"), key("O14"))]);
    }

    #[test]
    fn every_truncation_is_an_error() {
        for end in 0..SMALL.len() {
            assert!(read("small", &SMALL.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn hostile_nesting_is_refused() {
        let deep = "<diag>".repeat(100_000);
        assert!(read("deep", deep.as_bytes()).unwrap_err().problem.contains("nested deeper"));
    }
}
