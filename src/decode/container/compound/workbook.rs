//! Workbooks of Excel 5 to 2003: takes the stream of one, gives its sheets as tables, and what else stands in its records as
//! a member. By [MS-XLS].

use std::collections::HashMap;
use std::io::{self, BufRead, Cursor, Read};
use std::rc::Rc;

use encoding_rs::Encoding;

use super::super::cells::{Rows, Source, Text};
use super::super::office::{Format, Strings};
use super::super::{Member, Table, Visitor};
use super::records::{Records, rk};
use crate::decode::Meter;

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

/// Bytes of other records that are kept, and sheets and formats.
const ASIDE: usize = 4 << 20;
const MOST: usize = 1 << 16;

mod kind {
    pub const FORMULA: u16 = 0x06;
    pub const EOF: u16 = 0x0A;
    pub const DATE_MODE: u16 = 0x22;
    pub const FILE_PASS: u16 = 0x2F;
    pub const CODE_PAGE: u16 = 0x42;
    pub const BOUND_SHEET: u16 = 0x85;
    pub const MUL_RK: u16 = 0xBD;
    pub const RICH_STRING: u16 = 0xD6;
    pub const XF: u16 = 0xE0;
    pub const SST: u16 = 0xFC;
    pub const LABEL_SST: u16 = 0xFD;
    pub const NUMBER: u16 = 0x203;
    pub const LABEL: u16 = 0x204;
    pub const BOOL_ERR: u16 = 0x205;
    pub const STRING: u16 = 0x207;
    pub const RK: u16 = 0x27E;
    pub const FORMAT: u16 = 0x41E;
    pub const BOF: u16 = 0x809;
}

/// What the cells of all sheets refer to.
struct Book {
    strings: Strings,
    codes: HashMap<u16, String>,
    formats: Vec<Format>,
    from_1904: bool,
    charset: &'static Encoding,
    /// Text may have 16 bits a letter.
    is_wide: bool,
    /// Records that hold no cells, without zeros.
    aside: Vec<u8>,
}

/// Gives all of it.
///
/// # Errors
/// Those of the source and of the visitor.
pub fn give(source: impl BufRead, meter: &Rc<Meter>, visitor: &mut dyn Visitor) -> io::Result<()> {
    let mut records = Records::new(source);
    let mut book = Book {
        strings: Strings::default(),
        codes: HashMap::new(),
        formats: Vec::new(),
        from_1904: false,
        charset: encoding_rs::WINDOWS_1251,
        is_wide: true,
        aside: Vec::new(),
    };
    let mut names = HashMap::new();
    loop {
        let at = records.at;
        if !records.next()? {
            break;
        }
        match records.kind {
            kind::FILE_PASS => {
                let rest = io::copy(&mut records.source(), &mut io::sink())?;
                return visitor.skip(Some("Workbook"), "encrypted", records.at + rest);
            }
            kind::BOF => {
                book.is_wide = records.short(0) >= 0x600;
                // Only those of sheets have cells.
                if let Some(name) = names.remove(&at) {
                    let table = Table { name: String::into(name), ..Table::default() };
                    visitor.table(&table, &mut Rows::new(Sheet::new(&mut records, &mut book)))?;
                }
            }
            kind::BOUND_SHEET if names.len() < MOST => {
                let name = book.name(&records.data[4.min(records.data.len())..]);
                names.insert(u64::from(records.number(0)), name);
            }
            kind::SST => book.shared(&mut records, meter)?,
            _ => book.record(&records),
        }
    }
    if book.strings.is_cut {
        visitor.problem("not all strings of the workbook's cells could be read");
    }
    let unused = book.strings.unused();
    let aside = Cursor::new(&book.aside).chain(&b"\n"[..]);
    visitor.member(&Member::new("Workbook"), &mut aside.chain(unused))
}

impl Book {
    /// Notes what a record says that holds no cell.
    fn record(&mut self, records: &Records<impl BufRead>) {
        match records.kind {
            kind::DATE_MODE => self.from_1904 = records.short(0) == 1,
            kind::CODE_PAGE => self.charset = charset(records.short(0)),
            kind::FORMAT if self.codes.len() < MOST => {
                let code = self.string(&records.data[2.min(records.data.len())..], self.is_wide);
                self.codes.insert(records.short(0), code);
            }
            kind::XF if self.formats.len() < MOST => {
                let number = records.short(2);
                self.formats.push(Format::new(number.into(), self.codes.get(&number).map(|code| &**code)));
            }
            _ if self.aside.len() < ASIDE => {
                self.aside.push(0);
                self.aside.extend(records.data.iter().filter(|byte| **byte != 0));
            }
            _ => {}
        }
    }

    /// The name of a sheet, after its state and kind.
    fn name(&self, data: &[u8]) -> String {
        let Some(rest) = data.get(2..) else { return String::new() };
        self.string(rest, false)
    }

    /// A string after its length, in one or two bytes.
    fn string(&self, data: &[u8], long: bool) -> String {
        let Some((length, rest)) = data.split_first() else { return String::new() };
        let (length, rest) = match (long, rest.split_first()) {
            (true, Some((high, rest))) => (usize::from(*length) | usize::from(*high) << 8, rest),
            _ => (usize::from(*length), rest),
        };
        match rest.split_first().filter(|_| self.is_wide) {
            Some((flags, rest)) if flags & 1 != 0 => {
                encoding_rs::UTF_16LE.decode_without_bom_handling(&rest[..rest.len().min(2 * length)]).0.into_owned()
            }
            Some((_, rest)) => encoding_rs::mem::decode_latin1(&rest[..rest.len().min(length)]).into_owned(),
            None => self.charset.decode_without_bom_handling(&rest[..rest.len().min(length)]).0.into_owned(),
        }
    }

    /// Reads the strings that cells share, which go on through several records (2.4.265).
    fn shared(&mut self, records: &mut Records<impl BufRead>, meter: &Rc<Meter>) -> io::Result<()> {
        let unique = records.number(4);
        let mut at = 8;
        for _ in 0..unique {
            if !more(records, &mut at)? {
                break;
            }
            let (length, flags) = (usize::from(records.short(at)), records.data.get(at + 2).copied().unwrap_or(0));
            at += 3;
            let mut after = 0;
            if flags & 8 != 0 {
                after += 4 * usize::from(records.short(at));
                at += 2;
            }
            if flags & 4 != 0 {
                after += records.number(at) as usize;
                at += 4;
            }
            let string = letters(records, &mut at, length, flags)?;
            if !self.strings.push(&string, meter) {
                return Ok(());
            }
            while after > 0 && more(records, &mut at)? {
                let here = after.min(records.data.len() - at);
                (at, after) = (at + here, after - here);
            }
        }
        Ok(())
    }
}

/// Goes on to the next record where this one has ended. Whether there are bytes left.
fn more(records: &mut Records<impl BufRead>, at: &mut usize) -> io::Result<bool> {
    while *at >= records.data.len() {
        if !records.goes_on()? || !records.next()? {
            return Ok(false);
        }
        *at = 0;
    }
    Ok(true)
}

/// The letters of a string, whose width is said anew in each record.
fn letters(records: &mut Records<impl BufRead>, at: &mut usize, length: usize, mut flags: u8) -> io::Result<String> {
    let (mut string, mut left) = (String::new(), length);
    loop {
        let width = 1 + usize::from(flags & 1);
        let bytes = records.data.get(*at..).unwrap_or_default();
        let bytes = &bytes[..bytes.len().min(left * width) / width * width];
        match flags & 1 {
            0 => string += &encoding_rs::mem::decode_latin1(bytes),
            _ => string += &encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0,
        }
        *at += bytes.len();
        left -= bytes.len() / width;
        if left == 0 {
            return Ok(string);
        }
        *at = records.data.len();
        if !more(records, at)? {
            return Ok(string);
        }
        flags = records.data[0];
        *at = 1;
    }
}

/// The charset of a code page.
fn charset(page: u16) -> &'static Encoding {
    match page {
        866 => encoding_rs::IBM866,
        1250 => encoding_rs::WINDOWS_1250,
        1252 | 0x8001 => encoding_rs::WINDOWS_1252,
        1254 => encoding_rs::WINDOWS_1254,
        _ => encoding_rs::WINDOWS_1251,
    }
}

/// The rows of a sheet.
struct Sheet<'s, R> {
    records: &'s mut Records<R>,
    book: &'s mut Book,
    row: Option<u16>,
    column: u16,
    /// The cell whose string follows it.
    formula: Option<(u16, u16)>,
}

impl<'s, R: BufRead> Sheet<'s, R> {
    fn new(records: &'s mut Records<R>, book: &'s mut Book) -> Self {
        Self { records, book, row: None, column: 0, formula: None }
    }

    fn cell(&mut self, (row, column): (u16, u16), value: &[u8], text: &mut Text) {
        if self.row != Some(row) {
            text.end_row();
            (self.row, self.column) = (Some(row), 0);
        }
        text.empty_cells(usize::from(column.saturating_sub(self.column)));
        self.column = column.max(self.column).saturating_add(1);
        if value.is_empty() { text.empty_cells(1) } else { text.cell(value) }
    }

    fn number(&mut self, place: (u16, u16), style: u16, number: f64, text: &mut Text) {
        let format = self.book.formats.get(usize::from(style)).copied().unwrap_or(Format::Number);
        let shown = format.show(number, self.book.from_1904);
        self.cell(place, shown.as_bytes(), text);
    }

    fn record(&mut self, text: &mut Text) {
        let records = &*self.records;
        let place = (records.short(0), records.short(2));
        let style = records.short(4);
        match records.kind {
            kind::LABEL_SST => {
                let string = self.book.strings.get(records.number(6) as usize).unwrap_or_default().to_vec();
                self.cell(place, &string, text);
            }
            kind::LABEL | kind::RICH_STRING => {
                let string = self.book.string(records.data.get(6..).unwrap_or_default(), true);
                self.cell(place, string.as_bytes(), text);
            }
            kind::NUMBER => self.number(place, style, records.real(6), text),
            kind::RK => self.number(place, style, rk(records.number(6)), text),
            kind::MUL_RK => {
                let cells = records.data.len().saturating_sub(6) / 6;
                for index in 0..cells {
                    let (style, bits) = (self.records.short(4 + 6 * index), self.records.number(6 + 6 * index));
                    let column = place.1.saturating_add(index as u16);
                    self.number((place.0, column), style, rk(bits), text);
                }
            }
            kind::BOOL_ERR if records.data.get(7) == Some(&0) => {
                let value = [b'0' + (records.data[6] & 1)];
                self.cell(place, &value, text);
            }
            kind::FORMULA => match (records.short(12), records.data.get(6).copied()) {
                (0xFFFF, Some(0)) => self.formula = Some(place),
                (0xFFFF, _) => {}
                _ => self.number(place, style, records.real(6), text),
            },
            kind::STRING => {
                let string = self.book.string(&records.data, true);
                if let Some(place) = self.formula.take() {
                    self.cell(place, string.as_bytes(), text);
                }
            }
            _ => self.book.record(self.records),
        }
    }
}

impl<R: BufRead> Source for Sheet<'_, R> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        while text.len() < ENOUGH {
            if !self.records.next()? || self.records.kind == kind::EOF {
                text.end_row();
                return Ok(false);
            }
            self.record(text);
        }
        Ok(true)
    }
}
