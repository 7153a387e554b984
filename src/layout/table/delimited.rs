//! Records on lines: COPY data, where a backslash escapes what follows, and CSV, where cells may stand in double quotes.
//! The definition is [`Delimited::step`], byte by byte; [`Delimited::bits`] does the same for 64 bytes at a time.

use std::ops::Range;

use super::Bits;
use super::chunk::{Chunk, between, escaped, low, of, places};

/// How the cells of a record are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A backslash escapes the byte after it, `\N` is NULL.
    Escaped,
    /// Double quotes around cells, doubled inside them.
    Quoted,
}

/// Reads records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delimited {
    pub separator: u8,
    pub style: Style,
    /// Whether the line `\.` ends the data.
    pub ends: bool,
    /// Separators that each record is to have, where that is known.
    separators: Option<u32>,
    state: State,
    within: Within,
}

/// What stands since the last quote while a cell in quotes is open: one that is never closed swallows whole records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Within {
    /// Whether the open line began after it.
    whole: bool,
    /// Separators on the line that is open.
    separators: u32,
    /// The last lines with as many separators as a record has.
    records: u8,
}

/// So many lines in a row that look like records are records, whatever quote is open before them.
const SWALLOWED: u8 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Record,
    Cell,
    Plain,
    Escape,
    Quoted,
    /// After a double quote in a quoted cell.
    Quote,
}

impl Delimited {
    pub fn new(separator: u8, style: Style, ends: bool) -> Self {
        Self { separator, style, ends, separators: None, state: State::Record, within: Within::default() }
    }

    /// The same, of records with so many cells.
    #[must_use]
    pub fn with_cells(self, cells: usize) -> Self {
        Self { separators: u32::try_from(cells - 1).ok().filter(|separators| *separators > 0), ..self }
    }

    /// Goes over a byte within quotes. Gives whether it ends a line so that they are found to be never closed.
    fn pass_within(&mut self, byte: u8) -> bool {
        let Some(separators) = self.separators else { return false };
        let within = &mut self.within;
        if byte != b'\n' {
            within.separators += u32::from(byte == self.separator);
            return false;
        }
        // The line on which the quotes are opened is no whole one.
        let fits = within.whole && within.separators == separators;
        *within = Within { whole: true, separators: 0, records: if fits { within.records + 1 } else { 0 } };
        let is_never_closed = within.records == SWALLOWED;
        if is_never_closed {
            self.within = Within::default();
        }
        is_never_closed
    }

    /// Whether the text ends in a quote that was never closed.
    pub fn in_quotes(&self) -> bool {
        self.state == State::Quoted
    }

    /// Whether the first byte of a record comes next.
    pub fn at_record(&self) -> bool {
        self.state == State::Record
    }

    fn ends_cell(&self, byte: u8) -> bool {
        byte == b'\n' || byte == self.separator
    }

    /// Whether the cell of which nothing but a NULL mark, an empty pair of quotes or nothing is left at `at` has no value.
    fn is_null(&self, text: &[u8], at: usize) -> bool {
        let after = |at: usize| match text.get(at) {
            None => true,
            Some(b'\r') => text.get(at + 1).is_none_or(|byte| *byte == b'\n'),
            Some(byte) => self.ends_cell(*byte),
        };
        match self.style {
            Style::Escaped => text[at..].starts_with(b"\\N") && after(at + 2),
            Style::Quoted => text[at..].starts_with(b"\"\"") && after(at + 2),
        }
    }

    /// Goes over the byte at `at`. Gives whether the data stops before it.
    #[inline]
    pub(super) fn step(&mut self, text: &[u8], at: usize, bit: u64, bits: &mut Bits) -> bool {
        let byte = text[at];
        let starts = matches!(self.state, State::Record | State::Cell);
        if self.ends && self.state == State::Record && text[at..].starts_with(b"\\.") {
            let rest = &text[at + 2..];
            if rest.is_empty() || rest.starts_with(b"\n") || rest.starts_with(b"\r\n") {
                return true;
            }
        }
        if starts && self.is_null(text, at) {
            bits.nulls |= bit;
        }
        self.state = match (self.state, byte) {
            (State::Escape, _) => State::Plain,
            (State::Quoted, b'"') => {
                self.within = Within::default();
                State::Quote
            }
            (State::Quoted, byte) if self.pass_within(byte) => {
                bits.ends |= bit;
                bits.unclosed |= bit;
                State::Record
            }
            (State::Quoted, _) => State::Quoted,
            (State::Quote, b'"') => State::Quoted,
            (State::Record | State::Cell, b'"') if self.style == Style::Quoted => State::Quoted,
            (_, b'\\') if self.style == Style::Escaped => State::Escape,
            (State::Record, b'\n') if self.style == Style::Quoted => {
                // An empty line is no record.
                return false;
            }
            (State::Record, b'\r') if self.style == Style::Quoted && text.get(at + 1) == Some(&b'\n') => State::Record,
            (_, b'\n') => {
                bits.ends |= bit;
                if starts || self.state == State::Plain && is_empty_before(text, at, self.separator) {
                    bits.nulls |= bit;
                }
                State::Record
            }
            (_, byte) if byte == self.separator => {
                bits.separators |= bit;
                if starts {
                    bits.nulls |= bit;
                }
                State::Cell
            }
            _ => State::Plain,
        };
        false
    }

    /// Goes over the `part` of 64 bytes that begin at `at` in the text.
    #[inline]
    pub(super) fn bits(&mut self, chunk: &Chunk, text: &[u8], at: usize, part: &Range<usize>) -> Bits {
        match self.style {
            Style::Escaped => self.escaped(chunk, text, at, part),
            Style::Quoted => self.quoted(chunk, text, at, part),
        }
    }

    #[inline]
    fn escaped(&mut self, chunk: &Chunk, text: &[u8], at: usize, part: &Range<usize>) -> Bits {
        let backslashes = chunk.equal(b'\\');
        let mut escape = self.state == State::Escape;
        let unescaped = of(part) & !escaped(backslashes, part, &mut escape);
        let separators = chunk.equal(self.separator) & unescaped;
        let ends = chunk.equal(b'\n') & unescaped;
        let borders = separators | ends;
        let first = 1 << part.start;
        let carry = |state: bool| if state { first } else { 0 };
        let records = ends << 1 | carry(self.state == State::Record);
        let cells = (borders << 1 | carry(matches!(self.state, State::Record | State::Cell))) & of(part);
        let mut bits = Bits { separators, ends, nulls: borders & cells, unclosed: 0, stop: None };
        for place in places(backslashes & cells & of(part)) {
            if self.ends && records & 1 << place != 0 && self.stops(text, at + place) {
                let before = of(&(part.start..place));
                self.state = State::Record;
                return Bits {
                    separators: separators & before,
                    ends: ends & before,
                    nulls: bits.nulls & before,
                    unclosed: 0,
                    stop: Some(place),
                };
            }
            bits.nulls |= u64::from(self.is_null(text, at + place)) << place;
        }
        // Before a line feed, a carriage return may stand that is no value.
        if bits.ends != 0 {
            for place in places(bits.ends & !cells) {
                bits.nulls |= u64::from(is_empty_before(text, at + place, self.separator)) << place;
            }
        }
        let last = 1 << (part.end - 1);
        self.state = match () {
            () if escape => State::Escape,
            () if ends & last != 0 => State::Record,
            () if separators & last != 0 => State::Cell,
            () => State::Plain,
        };
        bits
    }

    #[inline]
    fn stops(&self, text: &[u8], at: usize) -> bool {
        let rest = &text[at..];
        rest.starts_with(b"\\.") && (rest.len() == 2 || rest[2..].starts_with(b"\n") || rest[2..].starts_with(b"\r\n"))
    }

    #[inline]
    fn quoted(&mut self, chunk: &Chunk, text: &[u8], at: usize, part: &Range<usize>) -> Bits {
        let quotes = chunk.equal(b'"') & of(part);
        let returns = chunk.equal(b'\r') & of(part);
        if self.ends || self.state == State::Quote || quotes != 0 && !self.is_regular(chunk, quotes, returns, part) {
            return self.by_step(text, at, part);
        }
        let inside = between(quotes) ^ if self.state == State::Quoted { u64::MAX } else { 0 };
        let outside = of(part) & !inside;
        let separators = chunk.equal(self.separator) & outside;
        let lines = chunk.equal(b'\n') & outside;
        let records = lines << 1 | u64::from(self.state == State::Record) << part.start;
        let line_within = self.separators.is_some() && chunk.equal(b'\n') & inside & of(part) != 0;
        if line_within || records & (lines | returns) != 0 {
            return self.by_step(text, at, part);
        }
        let borders = separators | lines;
        let starts = matches!(self.state, State::Record | State::Cell);
        let cells = (borders << 1 | u64::from(starts) << part.start) & of(part);
        let mut bits = Bits { separators, ends: lines, nulls: borders & cells, unclosed: 0, stop: None };
        for place in places(quotes & cells & (quotes >> 1 | 1 << (part.end - 1))) {
            bits.nulls |= u64::from(self.is_null(text, at + place)) << place;
        }
        if lines & !cells != 0 {
            for place in places(lines & !cells) {
                bits.nulls |= u64::from(is_empty_before(text, at + place, self.separator)) << place;
            }
        }
        let last = part.end - 1;
        let is_last = |bits: u64| bits >> last & 1 != 0;
        if quotes != 0 {
            self.within = Within::default();
        }
        if is_last(inside) && self.separators.is_some() {
            let since = of(part) & !low(63 - (quotes | 1).leading_zeros() as usize);
            self.within.separators += (chunk.equal(self.separator) & since).count_ones();
        }
        self.state = match () {
            () if is_last(inside) => State::Quoted,
            () if is_last(quotes) => State::Quote,
            () if is_last(lines) => State::Record,
            () if is_last(separators) => State::Cell,
            () => State::Plain,
        };
        bits
    }

    /// Whether each quote opens a cell, closes one, or is one of a pair inside.
    #[inline]
    fn is_regular(&self, chunk: &Chunk, quotes: u64, returns: u64, part: &Range<usize>) -> bool {
        let inside = between(quotes) ^ if self.state == State::Quoted { u64::MAX } else { 0 };
        let borders = (chunk.equal(self.separator) | chunk.equal(b'\n')) & of(part);
        let (opening, closing) = (quotes & inside, quotes & !inside);
        let starts = matches!(self.state, State::Record | State::Cell);
        let may_open = (borders & !inside | closing) << 1 | u64::from(starts) << part.start;
        let may_close = (borders & !inside | quotes | returns) >> 1 | 1 << (part.end - 1);
        opening & !may_open == 0 && closing & !may_close == 0
    }

    pub(super) fn by_step(&mut self, text: &[u8], at: usize, part: &Range<usize>) -> Bits {
        let mut bits = Bits::default();
        for place in part.clone() {
            if self.step(text, at + place, 1 << place, &mut bits) {
                bits.stop = Some(place);
                break;
            }
        }
        bits
    }
}

/// Whether nothing but a carriage return stands in the last cell of the record that ends at `end`.
fn is_empty_before(text: &[u8], end: usize, separator: u8) -> bool {
    end >= 2 && text[end - 1] == b'\r' && (text[end - 2] == separator || text[end - 2] == b'\n')
}

/// The cells of one record, without their quotes.
pub fn cells(record: &[u8], separator: u8, style: Style) -> Vec<Vec<u8>> {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    let mut reader = Delimited::new(separator, style, false);
    let mut cells = vec![Vec::new()];
    for at in 0..record.len() {
        let mut bits = Bits::default();
        let before = reader.state;
        reader.step(record, at, 1, &mut bits);
        let opens = reader.state == State::Quoted && matches!(before, State::Record | State::Cell);
        if bits.separators != 0 {
            cells.push(Vec::new());
        } else if !opens && reader.state != State::Quote {
            cells.last_mut().expect("there is one at least").push(record[at]);
        }
    }
    cells
}
