//! The rows after VALUES: `(1, 'it''s', NULL), (2, 'b', TO_DATE('2020-01-01', 'YYYY-MM-DD'));`. The definition is
//! [`Values::step`], byte by byte; [`Values::bits`] does the same for 64 bytes at a time where nothing unusual stands.

use std::ops::Range;

use super::Bits;
use super::chunk::{Chunk, between, escaped, of, places};

/// Reads the rows of an INSERT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    /// Whether a backslash escapes the byte after it.
    backslash: bool,
    escape: bool,
    state: State,
    /// Brackets that are open inside a row, its own among them.
    depth: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the bracket that begins a row.
    Before,
    Row,
    Quoted,
    DoubleQuoted,
    /// In a comment after `--`.
    Comment,
    /// After the bracket that ends a row.
    After,
}

impl Values {
    pub fn new(backslash: bool) -> Self {
        Self { backslash, escape: false, state: State::Before, depth: 0 }
    }

    pub fn in_quotes(&self) -> bool {
        matches!(self.state, State::Quoted | State::DoubleQuoted)
    }

    /// Whether a row is open.
    pub fn in_row(&self) -> bool {
        self.depth > 0
    }

    /// Goes over the byte at `at`. Gives where the rows stop, if they do there: before it or after it.
    #[inline]
    fn step(&mut self, text: &[u8], at: usize, bit: u64, bits: &mut Bits) -> Option<usize> {
        let byte = text[at];
        if std::mem::take(&mut self.escape) {
            return None;
        }
        if byte == b'\\' && self.backslash {
            self.escape = true;
            return None;
        }
        let comment = byte == b'-' && text.get(at + 1) == Some(&b'-');
        match (self.state, byte) {
            (State::Comment, b'\n') => self.state = if self.depth > 0 { State::Row } else { State::After },
            (State::Comment, _) => {}
            (State::Quoted, b'\'') | (State::DoubleQuoted, b'"') => self.state = State::Row,
            (State::Quoted | State::DoubleQuoted, _) => {}
            _ if comment => self.state = State::Comment,
            (State::Row, _) => self.row(text, at, bit, bits),
            (_, b';') => return Some(1),
            (State::Before, b'(') => (self.state, self.depth) = (State::Row, 1),
            (State::Before, _) => {}
            (State::After, b',') => self.state = State::Before,
            // A comment may have stood between two rows.
            (State::After, b'(') => (self.state, self.depth) = (State::Row, 1),
            (State::After, byte) if byte.is_ascii_whitespace() => {}
            (State::After, _) => return Some(0),
        }
        None
    }

    fn row(&mut self, text: &[u8], at: usize, bit: u64, bits: &mut Bits) {
        match text[at] {
            b'\'' => {
                bits.nulls |= if is_empty(text, at) { bit } else { 0 };
                self.state = State::Quoted;
            }
            b'"' => self.state = State::DoubleQuoted,
            b'(' => self.depth += 1,
            b')' => {
                self.depth -= 1;
                if self.depth == 0 {
                    bits.ends |= bit;
                    self.state = State::After;
                }
            }
            b',' if self.depth == 1 => bits.separators |= bit,
            b'N' | b'n' => bits.nulls |= if is_null(text, at) { bit } else { 0 },
            _ => {}
        }
    }

    /// Goes over the `part` of 64 bytes that begin at `at` in the text.
    #[inline]
    pub(super) fn bits(&mut self, chunk: &Chunk, text: &[u8], at: usize, part: &Range<usize>) -> Bits {
        let usual = match self.state {
            State::Before | State::After => true,
            State::Row | State::Quoted => self.depth == 1,
            State::DoubleQuoted | State::Comment => false,
        };
        let bits = if usual { self.usual(chunk, text, at, part) } else { None };
        bits.unwrap_or_else(|| self.by_step(text, at, part))
    }

    /// The same, if rows follow upon each other without anything between and inside them but quoted and bare values.
    #[inline]
    fn usual(&mut self, chunk: &Chunk, text: &[u8], at: usize, part: &Range<usize>) -> Option<Bits> {
        let mut escape = self.escape;
        let escaped = match self.backslash {
            true => escaped(chunk.equal(b'\\'), part, &mut escape),
            false => 0,
        };
        let plain = of(part) & !escaped;
        let ones = |set: bool| if set { u64::MAX } else { 0 };
        let quotes = chunk.equal(b'\'') & plain;
        let inside = between(quotes) ^ ones(self.state == State::Quoted);
        let outside = plain & !inside;
        // A comment or a quote of another kind.
        let rare = chunk.either(b'-', b'"') & outside;
        let dashes = if rare == 0 { 0 } else { chunk.equal(b'-') & outside };
        let (open, close) = (chunk.equal(b'(') & outside, chunk.equal(b')') & outside);
        let rows = between(open | close) ^ ones(matches!(self.state, State::Row | State::Quoted));
        let (commas, semicolons) = (chunk.equal(b',') & outside, chunk.equal(b';') & outside);
        let after = (close << 1 | u64::from(self.state == State::After) << part.start) & of(part);
        let unusual = dashes & (dashes >> 1 | 1 << (part.end - 1))
            | rare & !dashes
            | open & !rows
            | close & rows
            | quotes & inside & !rows
            | after & !(commas | semicolons);
        if unusual != 0 {
            return None;
        }
        let mut bits = Bits { separators: commas & rows, ends: close, nulls: 0, unclosed: 0, stop: None };
        let stop = semicolons & !rows;
        let upto = if stop == 0 { of(part) } else { (stop & stop.wrapping_neg()) - 1 };
        let marks = chunk.either(b'N', b'n') & outside & rows & !quotes;
        for place in places(marks & upto) {
            bits.nulls |= u64::from(is_null(text, at + place)) << place;
        }
        for place in places(quotes & inside & (quotes >> 1 | 1 << (part.end - 1)) & upto) {
            bits.nulls |= u64::from(is_empty(text, at + place)) << place;
        }
        if stop != 0 {
            bits.separators &= upto;
            bits.ends &= upto;
            bits.stop = Some(stop.trailing_zeros() as usize + 1);
            return Some(bits);
        }
        self.escape = escape;
        let last = |bits: u64| bits >> (part.end - 1) & 1 != 0;
        self.state = match () {
            () if last(inside) => State::Quoted,
            () if last(rows) => State::Row,
            () if last(close) => State::After,
            () => State::Before,
        };
        // Whitespace goes on with what was before it: only the first byte of a part can stand after a row.
        self.depth = u32::from(last(rows));
        Some(bits)
    }

    pub(super) fn by_step(&mut self, text: &[u8], at: usize, part: &Range<usize>) -> Bits {
        let mut bits = Bits::default();
        for place in part.clone() {
            if let Some(further) = self.step(text, at + place, 1 << place, &mut bits) {
                bits.stop = Some(place + further);
                break;
            }
        }
        bits
    }
}

/// Whether the literal NULL stands at `at`.
fn is_null(text: &[u8], at: usize) -> bool {
    let border =
        |byte: Option<&u8>| byte.is_none_or(|b| matches!(b, b',' | b'(' | b')' | b' ' | b'\n' | b'\t' | b'\r'));
    text[at..].get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"null"))
        && border(text.get(at + 4))
        && border(at.checked_sub(1).map(|at| &text[at]))
}

/// Whether the empty string stands at `at`, as a value of its own.
fn is_empty(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(b'(', |at| text[at]);
    text.get(at + 1) == Some(&b'\'')
        && matches!(text.get(at + 2), Some(b',' | b')' | b' '))
        && matches!(before, b',' | b'(' | b' ' | b'N' | b'n')
}
