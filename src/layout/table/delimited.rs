//! Records on lines: COPY data, where a backslash escapes what follows, and CSV, where cells may stand in double quotes.
//! The definition is [`Delimited::step`], byte by byte; [`Delimited::bits`] does the same for 64 bytes at a time.

use std::ops::Range;

use super::Bits;
use super::chunk::{WIDTH, Word, between, escaped, low, places};

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

    /// Goes over a word.
    #[inline(always)]
    pub(super) fn bits(&mut self, word: &Word) -> Bits {
        match self.style {
            Style::Escaped => self.escaped(word),
            Style::Quoted => self.quoted(word),
        }
    }

    #[inline(always)]
    fn escaped(&mut self, word: &Word) -> Bits {
        let Word { chunk, text, at, mask, first, last, .. } = word;
        let backslashes = chunk.equal(b'\\');
        let mut escape = self.state == State::Escape;
        let unescaped = mask & !escaped(backslashes, word, &mut escape);
        let (tabs, lines, returns) = (chunk.equal(self.separator), chunk.equal(b'\n'), chunk.equal(b'\r'));
        let (separators, ends) = (tabs & unescaped, lines & unescaped);
        let borders = separators | ends;
        let carry = |state: bool| if state { *first } else { 0 };
        let records = ends << 1 | carry(self.state == State::Record);
        let cells = (borders << 1 | carry(matches!(self.state, State::Record | State::Cell))) & mask;
        let marks = backslashes & cells;
        // Most marks are seen whole.
        let nulls = marks & chunk.equal(b'N') >> 1 & (tabs | lines) >> 2;
        let mut bits = Bits { separators, ends, nulls: borders & cells | nulls, unclosed: 0, stop: None };
        // Before a line feed, a carriage return may stand that is no value.
        for place in places(ends & !cells & (returns << 1 | first)) {
            bits.nulls |= u64::from(is_empty_before(text, at + place, self.separator)) << place;
        }
        let whole = if at + WIDTH <= text.len() { low(WIDTH - 2) & !(returns >> 2) } else { 0 };
        for place in places(marks & (!whole | if self.ends { records } else { 0 })) {
            if self.ends && records & 1 << place != 0 && self.stops(text, at + place) {
                let before = low(place);
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
        let is_last = |bits: u64| usize::from(bits & last != 0);
        // Looked up, since a branch could not be foretold.
        const STATES: [State; 4] = [State::Plain, State::Record, State::Cell, State::Escape];
        self.state = STATES[(is_last(ends) + 2 * is_last(separators) + 3 * usize::from(escape)) & 3];
        bits
    }

    #[inline]
    fn stops(&self, text: &[u8], at: usize) -> bool {
        let rest = &text[at..];
        rest.starts_with(b"\\.") && (rest.len() == 2 || rest[2..].starts_with(b"\n") || rest[2..].starts_with(b"\r\n"))
    }

    #[inline(always)]
    fn quoted(&mut self, word: &Word) -> Bits {
        let Word { chunk, text, at, mask, first, last, .. } = word;
        let [quotes, returns, every_separator, every_line] =
            [b'"', b'\r', self.separator, b'\n'].map(|byte| chunk.equal(byte) & mask);
        let inside = between(quotes) ^ if self.state == State::Quoted { u64::MAX } else { 0 };
        let outside = mask & !inside;
        let (separators, lines) = (every_separator & outside, every_line & outside);
        let borders = separators | lines;
        let starts = matches!(self.state, State::Record | State::Cell);
        let carry = |state: bool| if state { *first } else { 0 };
        let after = borders << 1 | carry(starts);
        // Each quote is to open a cell, to close one, or to be one of a pair inside.
        let (opening, closing) = (quotes & inside, quotes & !inside);
        let closed = closing << 1 | carry(self.state == State::Quote);
        let irregular = opening & !(after | closed) | closed & mask & !(borders | quotes | returns);
        let records = lines << 1 | carry(self.state == State::Record);
        let line_within = if self.separators.is_some() { every_line & inside } else { 0 };
        let unusual = irregular | line_within | records & (lines | returns);
        if self.ends || unusual != 0 {
            return self.by_step(text, *at, &word.part);
        }
        let cells = after & mask;
        let mut bits = Bits { separators, ends: lines, nulls: borders & cells, unclosed: 0, stop: None };
        for place in places(quotes & cells & (quotes >> 1 | last)) {
            bits.nulls |= u64::from(self.is_null(text, at + place)) << place;
        }
        for place in places(lines & !cells & (returns << 1 | first)) {
            bits.nulls |= u64::from(is_empty_before(text, at + place, self.separator)) << place;
        }
        let is_last = |bits: u64| usize::from(bits & last != 0);
        if quotes != 0 {
            self.within = Within::default();
        }
        if self.separators.is_some() {
            let since = mask & !low(63 - (quotes | 1).leading_zeros() as usize);
            self.within.separators += (every_separator & since).count_ones() * is_last(inside) as u32;
        }
        const STATES: [State; 8] = {
            use State::*;
            [Plain, Record, Cell, Quote, Quoted, Quoted, Quoted, Quoted]
        };
        self.state = STATES
            [(is_last(lines) + 2 * is_last(separators) + 3 * is_last(quotes & !inside) + 4 * is_last(inside)) & 7];
        bits
    }

    #[cold]
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
