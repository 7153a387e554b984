//! Sheets of a workbook of Excel: takes `xl/worksheets/sheet1.xml`, gives its rows. By ECMA-376, 18.3.1.

use std::io::{self, BufRead};

use super::super::cells::{Source, Text};
use super::strings::Strings;
use super::styles::Format;
use super::xml::{Event, Tag, Xml};

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

/// Columns of a sheet.
const COLUMNS: usize = 16_384;

/// What the cells of all sheets refer to.
#[derive(Default)]
pub struct Book {
    pub strings: Strings,
    pub formats: Vec<Format>,
    pub from_1904: bool,
}

/// The rows of a sheet.
pub struct Sheet<'s, R> {
    xml: &'s mut Xml<R>,
    book: &'s mut Book,
    column: usize,
    cell: Cell,
    /// The element that the text belongs to counts.
    in_value: bool,
    value: Vec<u8>,
    /// Whether the value is longer than what is kept of it, and has begun to be given.
    given: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    /// As it stands.
    Text,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    kind: Kind,
    style: Option<usize>,
}

impl<'s, R: BufRead> Sheet<'s, R> {
    pub fn new(xml: &'s mut Xml<R>, book: &'s mut Book) -> Self {
        let cell = Cell::default();
        Self { xml, book, column: 0, cell, in_value: false, value: Vec::new(), given: false }
    }
}

impl<R: BufRead> Source for Sheet<'_, R> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        while text.len() < ENOUGH {
            match self.xml.next()? {
                None => {
                    text.end_row();
                    return Ok(false);
                }
                Some(Event::Open(tag)) => match tag.name() {
                    b"row" => self.column = 0,
                    b"c" => {
                        let (column, cell) = opened(tag, self.column);
                        text.empty_cells(column - self.column);
                        (self.column, self.cell) = (column, cell);
                        self.value.clear();
                        self.given = false;
                    }
                    b"v" | b"t" => self.in_value = true,
                    _ => {}
                },
                Some(Event::Text(more)) if self.in_value => {
                    if self.cell.kind == Kind::Text {
                        if !std::mem::replace(&mut self.given, true) {
                            text.begin_cell();
                        }
                        text.value(more);
                    } else if self.value.len() < 64 {
                        self.value.extend(more);
                    }
                }
                Some(Event::Text(_)) => {}
                Some(Event::Close(name)) => match name {
                    b"v" | b"t" => self.in_value = false,
                    b"c" => self.close(text),
                    b"row" => text.end_row(),
                    b"sheetData" => {
                        text.end_row();
                        return Ok(false);
                    }
                    _ => {}
                },
            }
        }
        Ok(true)
    }
}

impl<R> Sheet<'_, R> {
    fn close(&mut self, text: &mut Text) {
        self.column += 1;
        if self.given {
            return;
        }
        let value = std::str::from_utf8(&self.value).unwrap_or_default().trim();
        if value.is_empty() {
            text.empty_cells(1);
            return;
        }
        if self.cell.kind == Kind::Shared {
            match value.parse().ok().and_then(|number| self.book.strings.get(number)) {
                Some(string) if !string.is_empty() => text.cell(string),
                _ => text.empty_cells(1),
            }
            return;
        }
        let format = self.cell.style.and_then(|style| self.book.formats.get(style)).copied();
        match (value.parse::<f64>(), format.unwrap_or(Format::Number)) {
            (Ok(number), format) if number.is_finite() => {
                let whole = format == Format::Number && value.bytes().all(|byte| byte.is_ascii_digit());
                let shown = if whole { value.to_owned() } else { format.show(number, self.book.from_1904) };
                text.cell(shown.as_bytes());
            }
            _ => text.cell(value.as_bytes()),
        }
    }
}

/// What a tag says of a cell that comes after so many columns.
fn opened(tag: Tag, column: usize) -> (usize, Cell) {
    let place = tag.attribute("r").map_or(0, |place| {
        let letters = place.bytes().take(3).take_while(u8::is_ascii_uppercase);
        letters.fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1)
    });
    let kind = match tag.attribute("t").as_deref() {
        None | Some("n") => Kind::Number,
        Some("s") => Kind::Shared,
        Some(_) => Kind::Text,
    };
    let style = tag.attribute("s").and_then(|style| style.parse().ok());
    (column.max(place.min(COLUMNS).saturating_sub(1)), Cell { kind, style })
}
