//! Text and tables of documents: takes the XML of a document, slide or sheet of Word, PowerPoint, or OpenDocument, gives its
//! paragraphs as lines, whatever runs they are cut into, and its tables. By ECMA-376, 17 and 21.1, and OpenDocument 1.3, part 3.

use std::io::{self, BufRead};

use super::super::cells::{Rows, Source, Text};
use super::super::{Table, Visitor};
use super::styles::Format;
use super::xml::{Event, Tag, Xml};

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

/// Bytes of a cell that are given again where it stands for several.
const REPEATED: usize = 64 << 10;

/// Rows and columns of a sheet.
const ROWS: u64 = 1 << 20;
const COLUMNS: usize = 16_384;

/// Bytes of remarks on cells that are kept to be given after the table.
const REMARKS: usize = 1 << 20;

/// What is said of things by attributes, not by text.
const SAID: [&str; 3] = ["descr", "title", "href"];

pub struct Prose<R> {
    xml: Xml<R>,
    state: State,
    /// The name of the table that has opened.
    name: Option<String>,
    remarks: Vec<u8>,
    ended: bool,
}

/// What is open.
#[derive(Default)]
struct State {
    /// Text counts in all elements of a paragraph, not in those for text alone.
    is_open_document: bool,
    tables: usize,
    paragraphs: usize,
    /// Elements for text.
    texts: usize,
    /// Elements that repeat what stands before them.
    fallbacks: usize,
    /// Remarks on cells.
    remarks: usize,
}

impl State {
    /// Notes what opens. Gives the text that stands for it.
    fn open(&mut self, tag: Tag) -> &'static [u8] {
        match tag.name() {
            b"p" | b"h" => {
                self.paragraphs += 1;
                return if self.paragraphs > 1 { b" " } else { b"" };
            }
            b"t" | b"delText" | b"instrText" => self.texts += 1,
            b"Fallback" => self.fallbacks += 1,
            b"annotation" => self.remarks += 1,
            b"table" | b"tbl" => self.tables += 1,
            b"tab" | b"br" | b"cr" | b"s" | b"line-break" if self.paragraphs > 0 => return b" ",
            b"noBreakHyphen" => return b"-",
            _ => {}
        }
        b""
    }

    /// Notes what closes. Whether a paragraph ends.
    fn close(&mut self, name: &[u8]) -> bool {
        let one_less = |count: &mut usize| *count = count.saturating_sub(1);
        match name {
            b"p" | b"h" => {
                one_less(&mut self.paragraphs);
                return self.paragraphs == 0;
            }
            b"t" | b"delText" | b"instrText" => one_less(&mut self.texts),
            b"Fallback" => one_less(&mut self.fallbacks),
            b"annotation" => one_less(&mut self.remarks),
            b"table" | b"tbl" => one_less(&mut self.tables),
            _ => {}
        }
        false
    }

    /// Whether text counts here.
    fn counts(&self) -> bool {
        self.fallbacks == 0 && if self.is_open_document { self.paragraphs > 0 } else { self.texts > 0 }
    }
}

impl<R: BufRead> Prose<R> {
    pub fn new(source: R, is_open_document: bool) -> Self {
        let state = State { is_open_document, ..State::default() };
        Self { xml: Xml::new(source), state, name: None, remarks: Vec::new(), ended: false }
    }

    /// Gives all of it. Tables without a name are counted by `tables`.
    ///
    /// # Errors
    /// Those of the visitor.
    pub fn give(mut self, tables: &mut usize, visitor: &mut dyn Visitor) -> io::Result<()> {
        loop {
            visitor.text(&mut Rows::new(Lines(&mut self)))?;
            if self.ended || self.state.tables == 0 {
                return Ok(());
            }
            *tables += 1;
            let name = self.name.take().unwrap_or_else(|| format!("table {tables}"));
            let table = Table { name: name.into(), ..Table::default() };
            visitor.table(&table, &mut Rows::new(Cells { prose: &mut self, row: Row::default() }))?;
        }
    }
}

/// What attributes say of a thing: of a picture, of a link.
fn said(tag: Tag<'_>) -> impl Iterator<Item = String> + '_ {
    SAID.into_iter().filter_map(move |name| tag.attribute(name)).filter(|said| !said.is_empty())
}

/// The lines up to the next table.
struct Lines<'p, R>(&'p mut Prose<R>);

impl<R: BufRead> Source for Lines<'_, R> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        let Prose { xml, state, name, remarks, ended } = &mut *self.0;
        text.plain(&std::mem::take(remarks));
        while text.len() < ENOUGH {
            match xml.next().inspect_err(|_| *ended = true)? {
                None => {
                    *ended = true;
                    text.plain(b"\n");
                    return Ok(false);
                }
                Some(Event::Open(tag)) => {
                    said(tag).for_each(|said| text.plain(format!(" {said} ").as_bytes()));
                    text.plain(state.open(tag));
                    if state.tables > 0 {
                        *name = tag.attribute("name");
                        text.plain(b"\n");
                        return Ok(false);
                    }
                }
                Some(Event::Text(more)) if state.counts() => text.plain(more),
                Some(Event::Text(_)) => {}
                Some(Event::Close(name)) => {
                    if state.close(name) {
                        text.plain(b"\n");
                    }
                }
            }
        }
        Ok(true)
    }
}

/// The rows of the table that is open.
struct Cells<'p, R> {
    prose: &'p mut Prose<R>,
    row: Row,
}

/// The open row of a table.
#[derive(Default)]
struct Row {
    /// Where it begins in the text that is made at a time; none if it began in an earlier one.
    start: Option<usize>,
    repeat: u64,
    /// A row that stands for several, as text, and how many are left of it.
    copies: Option<(Vec<u8>, u64)>,
    /// The open cell: how many it stands for, and how many empty ones follow it.
    cells: usize,
    follow: usize,
    /// Whether its value is an attribute, and whether it has begun.
    valued: bool,
    begun: bool,
    copy: Vec<u8>,
}

impl<R: BufRead> Source for Cells<'_, R> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        let Prose { xml, state, remarks, ended, .. } = &mut *self.prose;
        let row = &mut self.row;
        row.start = None;
        while text.len() < ENOUGH {
            if row.copied(text) {
                continue;
            }
            match xml.next().inspect_err(|_| *ended = true)? {
                None => {
                    *ended = true;
                    text.end_row();
                    return Ok(false);
                }
                Some(Event::Open(tag)) => {
                    let starts = matches!(tag.name(), b"p" | b"h");
                    let space = state.open(tag);
                    let space = if starts { b" " } else { space };
                    row.open(tag, state, text);
                    said(tag).for_each(|said| remarks.extend(format!(" {said}\n").as_bytes()));
                    if row.begun && !row.valued {
                        row.value(space, text);
                    }
                }
                Some(Event::Text(more)) if state.counts() => {
                    if state.remarks > 0 && remarks.len() < REMARKS {
                        remarks.extend(more);
                    } else if !row.valued {
                        row.value(more, text);
                    }
                }
                Some(Event::Text(_)) => {}
                Some(Event::Close(name)) => {
                    let was_remark = state.remarks > 0;
                    let ends = state.close(name);
                    if was_remark && (ends || state.remarks == 0) {
                        remarks.push(b'\n');
                    }
                    if state.tables == 0 {
                        text.end_row();
                        return Ok(false);
                    }
                    if state.tables == 1 {
                        row.close(name, text);
                    }
                }
            }
        }
        Ok(true)
    }
}

impl Row {
    fn open(&mut self, tag: Tag, state: &State, text: &mut Text) {
        let number = |name: &str, most: u64| {
            let number = tag.attribute(name).and_then(|number| number.parse().ok()).unwrap_or(1);
            u64::clamp(number, 1, most)
        };
        match tag.name() {
            _ if state.tables != 1 => {}
            b"tr" | b"table-row" => {
                (self.start, self.repeat) = (Some(text.len()), number("number-rows-repeated", ROWS));
            }
            b"tc" | b"table-cell" | b"covered-table-cell" => {
                self.cells = number("number-columns-repeated", COLUMNS as u64) as usize;
                (self.follow, self.valued, self.begun) = (0, false, false);
                self.copy.clear();
                if let Some(value) = value(tag) {
                    self.value(value.as_bytes(), text);
                    self.valued = true;
                }
            }
            b"gridSpan" => self.follow = number("val", COLUMNS as u64) as usize - 1,
            _ => {}
        }
    }

    fn value(&mut self, value: &[u8], text: &mut Text) {
        if !std::mem::replace(&mut self.begun, true) {
            text.begin_cell();
        }
        text.value(value);
        if self.cells > 1 && self.copy.len() < REPEATED {
            self.copy.extend(value);
        }
    }

    fn close(&mut self, name: &[u8], text: &mut Text) {
        match name {
            b"tc" | b"table-cell" | b"covered-table-cell" => {
                match std::mem::take(&mut self.begun) {
                    true => (1..self.cells).for_each(|_| text.cell(&self.copy)),
                    false => text.empty_cells(self.cells),
                }
                text.empty_cells(self.follow);
            }
            b"tr" | b"table-row" => {
                text.end_row();
                let row = self.start.map(|start| text.since(start)).filter(|row| !row.is_empty() && self.repeat > 1);
                self.copies = row.map(|row| (row.to_vec(), self.repeat - 1));
            }
            _ => {}
        }
    }

    /// Adds a row once more, if there is one.
    fn copied(&mut self, text: &mut Text) -> bool {
        let Some((row, left)) = self.copies.as_mut().filter(|(_, left)| *left > 0) else { return false };
        text.plain(row);
        *left -= 1;
        true
    }
}

/// The value of a cell of OpenDocument that stands in an attribute.
fn value(tag: Tag) -> Option<String> {
    match &*tag.attribute("value-type")? {
        "float" | "percentage" | "currency" => {
            let value = tag.attribute("value")?;
            let is_whole = value.bytes().all(|byte| byte.is_ascii_digit());
            let number = value.parse().ok().filter(|number: &f64| !is_whole && number.is_finite());
            Some(number.map_or(value, |number| Format::Number.show(number, false)))
        }
        "date" => tag.attribute("date-value"),
        "boolean" => tag.attribute("boolean-value"),
        _ => None,
    }
}
