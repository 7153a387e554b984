//! Workbooks and documents in zip: takes .xlsx, .docx, .pptx, .ods, .odt, gives their sheets and tables as tables, their
//! paragraphs as text, and everything else in them as members of the zip: comments, drawings, properties, pictures. What
//! sheets of Excel refer to stands after them, so such a workbook is gone over twice.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use super::cells::Rows;
use super::{Container, Input, Member, Table, Visitor, zip};
use crate::decode::{Meter, Metered};

mod prose;
mod sheet;
mod strings;
mod styles;
mod xml;

pub use strings::Strings;
pub use styles::Format;

use prose::Prose;
use sheet::{Book, Sheet};
use xml::{Event, Xml};

pub const CONTAINER: Container = Container { name: "office document", begins, open };

/// Sheets that have a name.
const SHEETS: usize = 1 << 16;

const BUFFER: usize = 32 << 10;

const STRINGS: &str = "xl/sharedStrings.xml";

fn begins(head: &[u8]) -> bool {
    const FIRST: [&[u8]; 7] = [
        b"[Content_Types].xml",
        b"_rels/.rels",
        b"docProps/",
        b"xl/",
        b"word/",
        b"ppt/",
        b"mimetypeapplication/vnd.oasis.opendocument.",
    ];
    (zip::CONTAINER.begins)(head) && FIRST.iter().any(|name| head.get(30..).is_some_and(|rest| rest.starts_with(name)))
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let meter = input.meter;
    let is_open_document = input.peek(38)?.get(30..38) == Some(b"mimetype");
    let mut parts = Parts { visitor, gathered: None, tables: 0, is_open_document, told: false };
    if is_open_document {
        return (zip::CONTAINER.open)(input, &mut parts);
    }
    match input.whole()? {
        Ok(whole) => {
            let mut gathered = Gathered { meter: meter.clone(), ..Gathered::default() };
            // What is wrong with the zip is told of when it is gone over again.
            let _ = (zip::CONTAINER.open)(&mut Input::new(&mut whole.stream(), None, meter), &mut gathered);
            parts.gathered = Some(gathered);
            again(input, &mut whole.stream(), |input| (zip::CONTAINER.open)(input, &mut parts))?;
            parts.finish()
        }
        Err(begun) => {
            let mut stream = (&*begun).chain(&mut *input);
            let mut chained = Input::new(&mut stream, None, meter);
            let given = (zip::CONTAINER.open)(&mut chained, &mut parts);
            input.cut = chained.cut;
            given
        }
    }
}

/// Reads what `input` gives from another source of the same bytes, as if it were read from the input.
fn again(input: &mut Input, source: &mut dyn Read, read: impl FnOnce(&mut Input) -> io::Result<()>) -> io::Result<()> {
    let mut same = Input::new(source, None, input.meter);
    let given = read(&mut same);
    let (cut, at) = (same.cut, same.at());
    input.cut = cut;
    if given.is_err() {
        // So many bytes count as examined.
        let left = at.saturating_sub(input.at());
        io::copy(&mut input.by_ref().take(left), &mut io::sink())?;
    }
    given
}

/// Whether a part of a document holds paragraphs and tables.
fn is_prose(name: &str, is_open_document: bool) -> bool {
    let of = |folder: &str, names: &[&str]| {
        let file = name.strip_prefix(folder).and_then(|rest| rest.strip_suffix(".xml"));
        file.is_some_and(|file| {
            names.iter().any(|name| file.trim_end_matches(|char: char| char.is_ascii_digit()) == *name)
        })
    };
    is_open_document && name == "content.xml"
        || of("word/", &["document", "footnotes", "endnotes", "comments", "header", "footer"])
        || of("word/glossary/", &["document"])
        || of("ppt/slides/", &["slide"])
        || of("ppt/notesSlides/", &["notesSlide"])
}

fn is_sheet(name: &str) -> bool {
    let file = name.strip_prefix("xl/worksheets/").and_then(|rest| rest.strip_suffix(".xml"));
    file.is_some_and(|file| !file.contains('/'))
}

/// What sheets refer to, gathered from the other parts of a workbook.
#[derive(Default)]
struct Gathered {
    meter: Rc<Meter>,
    book: Book,
    /// The names of sheets by the ids of their parts, and the parts by these.
    names: HashMap<String, String>,
    parts: HashMap<String, String>,
}

impl Gathered {
    fn workbook(&mut self, source: impl BufRead) -> io::Result<()> {
        let mut xml = Xml::new(source);
        while let Some(event) = xml.next()? {
            let Event::Open(tag) = event else { continue };
            match tag.name() {
                b"sheet" if self.names.len() < SHEETS => {
                    self.names.extend(tag.attribute("id").zip(tag.attribute("name")));
                }
                b"workbookPr" => {
                    let from = tag.attribute("date1904");
                    self.book.from_1904 = from.is_some_and(|from| from == "1" || from == "true");
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn relations(&mut self, source: impl BufRead) -> io::Result<()> {
        let mut xml = Xml::new(source);
        while let Some(event) = xml.next()? {
            let Event::Open(tag) = event else { continue };
            if tag.name() == b"Relationship"
                && self.parts.len() < SHEETS
                && let (Some(id), Some(target)) = (tag.attribute("Id"), tag.attribute("Target"))
            {
                // From the folder of the workbook, or from the root.
                let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                self.parts.insert(part, id);
            }
        }
        Ok(())
    }

    /// The name of the sheet that a part is.
    fn name(&self, part: &str) -> String {
        let name = self.parts.get(part).and_then(|id| self.names.get(id)).cloned();
        let file = || part.rsplit('/').next().and_then(|file| file.strip_suffix(".xml")).unwrap_or(part).to_owned();
        name.unwrap_or_else(file)
    }
}

impl Visitor for Gathered {
    fn member(&mut self, member: &Member, content: &mut dyn Read) -> io::Result<()> {
        let meter = self.meter.clone();
        let source = BufReader::with_capacity(BUFFER, Metered::member(content, &meter));
        // What is damaged is read as far as it goes.
        let _ = match &*member.name {
            "xl/workbook.xml" => self.workbook(source),
            "xl/_rels/workbook.xml.rels" => self.relations(source),
            "xl/styles.xml" => styles::read(source).map(|formats| self.book.formats = formats),
            STRINGS => {
                self.book.strings = Strings::read(source, &meter);
                Ok(())
            }
            _ => Ok(()),
        };
        if meter.is_spent() { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(()) }
    }

    fn table(&mut self, _: &Table, _: &mut dyn Read) -> io::Result<()> {
        Ok(())
    }

    fn text(&mut self, _: &mut dyn Read) -> io::Result<()> {
        Ok(())
    }

    fn skip(&mut self, _: Option<&str>, _: &str, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn problem(&mut self, _: &str) {}
}

/// Gives the parts of a document as what they are.
struct Parts<'p> {
    visitor: &'p mut dyn Visitor,
    /// None where the workbook cannot be gone over twice.
    gathered: Option<Gathered>,
    tables: usize,
    is_open_document: bool,
    /// Whether it was told that sheets are not read as such.
    told: bool,
}

impl Parts<'_> {
    fn sheet(&mut self, member: &Member, content: &mut dyn Read) -> io::Result<()> {
        let Some(gathered) = &mut self.gathered else {
            if !std::mem::replace(&mut self.told, true) {
                let long =
                    "a workbook inside a stream that is too long to hold (--max-memory): its sheets are not read";
                self.visitor.problem(long);
            }
            return self.visitor.member(member, content);
        };
        let name = gathered.name(&member.name);
        let mut xml = Xml::new(BufReader::with_capacity(BUFFER, content));
        loop {
            match xml.next() {
                Ok(Some(Event::Open(tag))) if tag.name() == b"sheetData" => break,
                Ok(Some(_)) => {}
                // It is told of where what follows is read.
                Ok(None) | Err(_) => return self.visitor.member(member, xml.rest()),
            }
        }
        let table = Table { name: name.into(), ..Table::default() };
        self.visitor.table(&table, &mut Rows::new(Sheet::new(&mut xml, &mut gathered.book)))?;
        // What stands after the cells: links, what may be entered, heads of pages.
        self.visitor.member(member, xml.rest())
    }

    /// Gives the strings that no cell has.
    fn finish(&mut self) -> io::Result<()> {
        let Some(strings) = self.gathered.as_ref().map(|gathered| &gathered.book.strings) else { return Ok(()) };
        if strings.is_cut {
            self.visitor.problem(
                "not all strings of the workbook's cells could be read: these are read as a part of their own",
            );
            return Ok(());
        }
        self.visitor.member(&Member::new(STRINGS), &mut strings.unused())
    }
}

impl Visitor for Parts<'_> {
    fn member(&mut self, member: &Member, content: &mut dyn Read) -> io::Result<()> {
        let is_read = self.gathered.as_ref().is_some_and(|gathered| !gathered.book.strings.is_cut);
        match &*member.name {
            STRINGS if is_read => Ok(()),
            name if is_sheet(name) => self.sheet(member, content),
            name if is_prose(name, self.is_open_document) => {
                let source = BufReader::with_capacity(BUFFER, content);
                Prose::new(source, self.is_open_document).give(&mut self.tables, self.visitor)
            }
            _ => self.visitor.member(member, content),
        }
    }

    fn table(&mut self, table: &Table, rows: &mut dyn Read) -> io::Result<()> {
        self.visitor.table(table, rows)
    }

    fn text(&mut self, content: &mut dyn Read) -> io::Result<()> {
        self.visitor.text(content)
    }

    fn skip(&mut self, name: Option<&str>, reason: &str, stored: u64) -> io::Result<()> {
        self.visitor.skip(name, reason, stored)
    }

    fn problem(&mut self, message: &str) {
        self.visitor.problem(message);
    }
}

#[cfg(test)]
mod tests;
