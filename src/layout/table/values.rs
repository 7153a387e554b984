//! The rows after VALUES: `(1, 'it''s', NULL), (2, 'b', TO_DATE('2020-01-01', 'YYYY-MM-DD'));`. The definition is
//! [`Values::step`], byte by byte; [`Values::bits`] does the same for 64 bytes at a time where nothing unusual stands.

use std::ops::Range;

use super::Bits;
use super::chunk::{Word, between, escaped, places};

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

    /// Goes over a word.
    #[inline(always)]
    pub(super) fn bits(&mut self, word: &Word) -> Bits {
        let usual = match self.state {
            State::Before | State::After => true,
            State::Row | State::Quoted => self.depth == 1,
            State::DoubleQuoted | State::Comment => false,
        };
        let bits = if usual { self.usual(word) } else { None };
        bits.unwrap_or_else(|| self.by_step(word.text, word.at, &word.part))
    }

    /// The same, if rows follow upon each other without anything between and inside them but quoted and bare values.
    #[inline(always)]
    fn usual(&mut self, word: &Word) -> Option<Bits> {
        let Word { chunk, text, at, mask, first, last, .. } = word;
        let mut escape = self.escape;
        let escaped = match self.backslash {
            true => escaped(chunk.equal(b'\\'), word, &mut escape),
            false => 0,
        };
        let plain = mask & !escaped;
        let ones = |set: bool| if set { u64::MAX } else { 0 };
        let quotes = chunk.equal(b'\'') & plain;
        let inside = between(quotes) ^ ones(self.state == State::Quoted);
        let outside = plain & !inside;
        let (open, close) = (chunk.equal(b'(') & outside, chunk.equal(b')') & outside);
        let rows = between(open | close) ^ ones(matches!(self.state, State::Row | State::Quoted));
        let commas = chunk.equal(b',') & outside;
        // A comment, a quote of another kind, the end of all rows or a value without quotes.
        let rare = chunk.among(*b"-\";Nn") & outside;
        let semicolons = if rare == 0 { 0 } else { chunk.equal(b';') & outside };
        let after = (close << 1 | if self.state == State::After { *first } else { 0 }) & mask;
        let unusual = open & !rows | close & rows | quotes & inside & !rows | after & !(commas | semicolons);
        if unusual != 0 {
            return None;
        }
        let mut bits = Bits { separators: commas & rows, ends: close, ..Bits::default() };
        let mut upto = u64::MAX;
        if rare != 0 {
            let dashes = chunk.equal(b'-') & outside;
            if dashes & (dashes >> 1 | last) | chunk.equal(b'"') & outside != 0 {
                return None;
            }
            let stop = semicolons & !rows;
            if stop != 0 {
                upto = (stop & stop.wrapping_neg()) - 1;
                bits.separators &= upto;
                bits.ends &= upto;
                bits.stop = Some(stop.trailing_zeros() as usize + 1);
            }
            let marks = chunk.among(*b"Nn") & outside & rows & !quotes;
            for place in places(marks & upto) {
                bits.nulls |= u64::from(is_null(text, at + place)) << place;
            }
        }
        for place in places(quotes & inside & (quotes >> 1 | last) & upto) {
            bits.nulls |= u64::from(is_empty(text, at + place)) << place;
        }
        if bits.stop.is_some() {
            return Some(bits);
        }
        self.escape = escape;
        let is_last = |bits: u64| usize::from(bits & last != 0);
        // Of the three, a quote is within a row, and what ends a row is not. Looked up, since a branch could not be foretold.
        const STATES: [State; 4] = [State::Before, State::After, State::Row, State::Quoted];
        self.state = STATES[(is_last(close) + 2 * is_last(rows) + is_last(inside)) & 3];
        // Whitespace goes on with what was before it: only the first byte of a part can stand after a row.
        self.depth = is_last(rows) as u32;
        Some(bits)
    }

    #[cold]
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
