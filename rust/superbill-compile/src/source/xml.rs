//! Walks through an XML file of bounded depth: what opens, and what closes with the text directly in it.

use crate::CompileError;
use quick_xml::{Reader, events::Event};

/// Nesting of the real files is 13 deep.
const DEEPEST: usize = 40;

/// An element that is still open.
struct Open {
    name: String,
    text: String,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Open {
        name: String,
        attributes: Vec<(String, String)>,
    },
    Close {
        name: String,
        /// Without that of elements inside, white space as single blanks.
        text: String,
    },
}

/// The value of an attribute; empty where it is not there.
pub(crate) fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> &'a str {
    attributes.iter().find(|a| a.0 == name).map_or("", |a| a.1.as_str())
}

/// A walk. Entities other than the five of XML are errors, and so is a document type, which could define more.
pub(crate) struct Walk<'a> {
    file: &'a str,
    text: &'a str,
    reader: Reader<&'a [u8]>,
    open: Vec<Open>,
    /// Bytes and line ends counted so far.
    counted: (usize, u64),
    root: &'static str,
}

impl<'a> Walk<'a> {
    /// Starts at the beginning of a file whose outermost element is `root`.
    pub(crate) fn new(file: &'a str, text: &'a str, root: &'static str) -> Self {
        Self { file, text, reader: Reader::from_str(text), open: Vec::new(), counted: (0, 0), root }
    }

    /// The line reached, from 1.
    pub(crate) fn line(&mut self) -> u64 {
        let at = (self.reader.buffer_position() as usize).min(self.text.len());
        let passed = self.text.as_bytes().get(self.counted.0..at).unwrap_or_default();
        self.counted = (at.max(self.counted.0), self.counted.1 + passed.iter().filter(|&&b| b == b'\n').count() as u64);
        self.counted.1 + 1
    }

    /// An error at the line reached.
    pub(crate) fn fail(&mut self, problem: impl std::fmt::Display) -> CompileError {
        let line = self.line();
        CompileError::new(self.file, format!("line {line}: {problem}"))
    }

    fn start(&mut self, start: &quick_xml::events::BytesStart<'_>) -> Result<Step, CompileError> {
        let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        if self.open.len() >= DEEPEST {
            return Err(self.fail(format!("nested deeper than {DEEPEST}")));
        }
        if self.open.is_empty() && name != self.root {
            return Err(self.fail(format!("<{name}> where <{}> was expected", self.root)));
        }
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| self.fail(e))?;
            let value = attribute.unescape_value().map_err(|e| self.fail(e))?.into_owned();
            attributes.push((String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value));
        }
        self.open.push(Open { name: name.clone(), text: String::new() });
        Ok(Step::Open { name, attributes })
    }

    /// The next step; none at the end of the file, which is an error inside an element.
    pub(crate) fn next(&mut self) -> Result<Option<Step>, CompileError> {
        loop {
            let event = self.reader.read_event().map_err(|e| self.fail(format!("not well-formed XML: {e}")))?;
            let piece = match &event {
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => return Err(self.fail("ends inside an element")),
                Event::DocType(_) => return Err(self.fail("a document type, which no official file has")),
                Event::Start(start) => return self.start(start).map(Some),
                Event::End(_) => {
                    let Some(Open { name, text }) = self.open.pop() else { continue };
                    return Ok(Some(Step::Close { name, text: text.split_whitespace().collect::<Vec<_>>().join(" ") }));
                }
                Event::Text(piece) => piece.decode().map_err(|e| self.fail(e))?.into_owned(),
                Event::CData(piece) => piece.decode().map_err(|e| self.fail(e))?.into_owned(),
                Event::GeneralRef(entity) => {
                    let name = entity.decode().map_err(|e| self.fail(e))?;
                    quick_xml::escape::unescape(&format!("&{name};")).map_err(|e| self.fail(e))?.into_owned()
                }
                // An empty element has no text, and none of these files gives one a meaning.
                Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => continue,
            };
            if let Some(open) = self.open.last_mut() {
                open.text.push_str(&piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn closed(text: &str) -> Result<Vec<(String, String)>, CompileError> {
        let mut walk = Walk::new("x", text, "a");
        let mut all = Vec::new();
        while let Some(step) = walk.next()? {
            if let Step::Close { name, text } = step {
                all.push((name, text));
            }
        }
        Ok(all)
    }

    #[test]
    fn text_is_that_of_the_element_itself() {
        let all = closed("<?xml version='1.0'?><a>one<b k='&lt;'>two &amp;\n  <![CDATA[<3>]]></b> four &#65;<!-- no --><c/></a>").unwrap();
        assert_eq!(all, [("b".into(), "two & <3>".into()), ("a".into(), "one four A".into())]);
        let mut walk = Walk::new("x", "<a k='1' l='&gt;'/><a k='1' l='&gt;'></a>", "a");
        let Some(Step::Open { attributes, .. }) = walk.next().unwrap() else { panic!() };
        assert_eq!((attribute(&attributes, "l"), attribute(&attributes, "none")), (">", ""));
    }

    #[test]
    fn what_no_official_file_has_is_an_error_that_names_its_line() {
        for (text, problem) in [
            ("<a>\n\n&nbsp;</a>", "line 3: "),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
            ("<b></b>", "<b> where <a> was expected"),
            ("<a><b></a></b>", "not well-formed"),
            ("<a>\n<b>", "line 2: ends inside"),
            ("<a k='&x;'></a>", "line 1: "),
            ("<a k=1></a>", "line 1: "),
        ] {
            let error = closed(text).unwrap_err().problem;
            assert!(error.contains(problem), "{text}: {error}");
        }
        let deep = format!("<a>{}", "<b>".repeat(100_000));
        assert!(closed(&deep).unwrap_err().problem.contains("nested deeper"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(<a>|</a>|<b k='|'>|&|;|x|\n|<!|\\]\\]>|é){0,30}") {
            let _ = closed(&text);
        }
    }
}
