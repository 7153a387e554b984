//! Tables in text: takes stretches of a text in their order, tells in a [`Grid`] where rows and cells stand, for COPY
//! data, the values of INSERT and delimited text.
//!
//! A [`Reader`] is all that has to be known of the text before a place to go on from there: in which statement, table,
//! record, cell and quote it stands. So the parts of a large file are scanned by several threads while one reader goes over
//! them in turn, which is many times faster than a scan.

use std::ops::Range;
use std::sync::Arc;

mod chunk;
mod delimited;
mod dump;
mod head;
mod reader;
mod rows;
mod schema;
mod shape;
mod statement;
mod values;

pub use chunk::{Chunk, WIDTH, low, places};
pub use delimited::Style;
pub use reader::{Defined, Reader};
pub use schema::{Column, Definition, Kind, Schema, define};
pub use shape::{Dialect, HEAD, Shape};

/// A table whose rows stand in a text.
#[derive(Default, PartialEq, Eq)]
pub struct Table {
    /// As the statement names it, without quotes: `public.users`. Empty for delimited text, which has no name.
    pub name: String,
    /// The columns that the statement names, or what stands in the record of delimited text that may be its header. Empty
    /// where there is none.
    pub columns: Vec<String>,
    /// Where the statement names none: the columns by the definition that stands before it.
    pub defined: Option<Arc<[String]>>,
    /// Whether the columns may be none, but the values of a first row.
    pub inferred: bool,
    /// Whether its rows are those of the table of the same name before it, with other columns.
    pub continues: bool,
    /// Offset of its first statement or row.
    pub first: u64,
}

impl Table {
    /// What its columns are called, as far as that is known while its rows are read.
    pub fn names(&self) -> &[String] {
        match &self.defined {
            Some(defined) if self.columns.is_empty() => defined,
            _ => &self.columns,
        }
    }
}

/// Where the open record of a table stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Separators in the record so far.
    pub column: u32,
    /// Offset of the first byte of the open cell, and of the record.
    pub cell: u64,
    pub record: u64,
}

/// A run of rows of one table, or a part of it.
#[derive(Clone)]
pub struct Segment {
    /// Where it stands in the text.
    pub range: Range<usize>,
    pub table: Arc<Table>,
    /// What was open before its first byte.
    pub open: Open,
    /// What stands between cells.
    pub separator: u8,
}

/// Where the cells of tables stand in a stretch of text.
#[derive(Default)]
pub struct Grid {
    /// Where the first bit stands in the text, whose first byte is at `base`.
    pub origin: usize,
    pub base: u64,
    pub segments: Vec<Segment>,
    /// A bit for each byte: separators of cells, the bytes that end records, and where a cell without a value stands:
    /// at its NULL mark, or, if it is empty, at what ends it.
    pub separators: Vec<u64>,
    pub ends: Vec<u64>,
    pub nulls: Vec<u64>,
    /// Where rows end since the quote of a cell in them is never closed.
    pub unclosed: Vec<usize>,
}

impl Grid {
    /// Begins anew, for this part of a text.
    fn restart(&mut self, own: &Range<usize>, base: u64) {
        (self.origin, self.base) = (own.start, base);
        self.segments.clear();
        self.unclosed.clear();
        for bits in [&mut self.separators, &mut self.ends, &mut self.nulls] {
            bits.clear();
            bits.resize(own.len().div_ceil(WIDTH), 0);
        }
    }

    /// A range of the text in its parts, with whether each lies in rows of a table. What lies beyond `own`, of which alone
    /// it is known, goes with what is next to it, as a part of its own.
    pub fn parts(&self, own: &Range<usize>, range: Range<usize>) -> impl Iterator<Item = (bool, Range<usize>)> {
        let mut parts = Vec::with_capacity(1);
        let mut at = range.start;
        for rows in &self.segments {
            let start = if rows.range.start == own.start { range.start } else { rows.range.start };
            let end = if rows.range.end == own.end { range.end } else { rows.range.end };
            parts.extend([(false, at..start), (true, start..end)]);
            at = end;
        }
        parts.push((false, at..range.end));
        let cut = |(in_rows, part): (bool, Range<usize>)| {
            let [start, end] = [own.start, own.end].map(|at| at.clamp(part.start, part.end));
            [part.start..start, start..end, end..part.end].map(|part| (in_rows, part))
        };
        let is_any = |(_, part): &(bool, Range<usize>)| !part.is_empty();
        parts.into_iter().filter(is_any).flat_map(cut).filter(is_any)
    }

    /// Whether a position lies in rows of a table.
    pub fn holds(&self, at: usize) -> bool {
        let next = self.segments.partition_point(|segment| segment.range.end <= at);
        self.segments.get(next).is_some_and(|segment| segment.range.start <= at)
    }

    /// The rows of a table that a position lies in. Positions come in order; `next` is kept between the calls.
    pub fn segment_at(&self, at: usize, next: &mut usize) -> Option<&Segment> {
        while self.segments.get(*next).is_some_and(|segment| segment.range.end <= at) {
            *next += 1;
        }
        self.segments.get(*next).filter(|segment| segment.range.start <= at)
    }

    /// The cells of all rows in their order: where each stands with what ends it, its table and its column, from 0.
    pub fn cells(&self) -> Vec<(Range<usize>, &Arc<Table>, usize)> {
        let mut cells = Vec::new();
        for Segment { range, table, open, .. } in &self.segments {
            let (mut start, mut column) = (range.start, open.column as usize);
            for at in range.clone() {
                let (word, bit) = ((at - self.origin) / WIDTH, (at - self.origin) % WIDTH);
                let is = |bits: &[u64]| bits[word] >> bit & 1 != 0;
                let ends = is(&self.ends);
                if ends || is(&self.separators) {
                    cells.push((start..at + 1, table, column));
                    (start, column) = (at + 1, if ends { 0 } else { column + 1 });
                }
            }
            if start < range.end {
                cells.push((start..range.end, table, column));
            }
        }
        cells
    }
}

impl Grid {
    /// Where the cells of these rows end: a bit for each of 64 bytes, the place of the first, and which of them end a row.
    #[inline(always)]
    pub fn borders<'g>(&'g self, rows: &'g Segment) -> impl DoubleEndedIterator<Item = (usize, u64, u64)> + 'g {
        let words = (rows.range.start - self.origin) / WIDTH..(rows.range.end - self.origin).div_ceil(WIDTH);
        words.map(move |word| {
            let first = self.origin + word * WIDTH;
            let part = low(rows.range.end - first) & !low(rows.range.start.saturating_sub(first));
            (first, (self.separators[word] | self.ends[word]) & part, self.ends[word] & part)
        })
    }

    /// Where the cells of a column begin in these rows, in order; first the one that is open before them, if it is in the
    /// text.
    pub fn cell_starts<'g>(&'g self, rows: &'g Segment, column: usize) -> impl Iterator<Item = usize> + 'g {
        let open = rows.open.cell.checked_sub(self.base).filter(|_| rows.open.column as usize == column);
        let mut at = rows.open.column as usize;
        let starts = self.borders(rows).flat_map(|(first, borders, ends)| {
            places(borders).map(move |place| (first + place + 1, ends >> place & 1 != 0))
        });
        let starts = starts.filter_map(move |(start, in_next_row)| {
            at = if in_next_row { 0 } else { at + 1 };
            (at == column && start < rows.range.end).then_some(start)
        });
        open.map(|open| open as usize).into_iter().chain(starts)
    }
}

impl Grid {
    /// The column, from 0, that a place in these rows lies in.
    #[inline]
    pub fn column_at(&self, at: usize, rows: &Segment) -> usize {
        let last = (at - self.origin) / WIDTH;
        let mut column = 0;
        for word in ((rows.range.start - self.origin) / WIDTH..=last).rev() {
            let first = self.origin + word * WIDTH;
            let part = low((at - first).min(WIDTH)) & !low(rows.range.start.saturating_sub(first));
            let ends = self.ends[word] & part;
            // Only what stands after the last end of a row.
            let after = if ends == 0 { part } else { part & !low(WIDTH - ends.leading_zeros() as usize) };
            column += (self.separators[word] & after).count_ones() as usize;
            if ends != 0 {
                return column;
            }
        }
        rows.open.column as usize + column
    }
}

/// Most bytes between the border of a cell and its value: quotes, spaces, what opens a row.
const OPENING: usize = 16;

impl Grid {
    /// Whether nothing but quotes and spaces stands around a value in its cell. The value begins in these rows.
    pub fn fills_cell(&self, text: &[u8], value: &Range<usize>, rows: &Segment) -> bool {
        self.opens_cell(text, value.start, rows) && closes_cell(text, value, rows.separator)
    }

    fn opens_cell(&self, text: &[u8], value: usize, rows: &Segment) -> bool {
        let first = value.saturating_sub(OPENING);
        for at in (first..=value).rev() {
            if self.base + at as u64 == rows.open.cell || self.is_border(at) {
                return true;
            }
            let opens = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'(' | b'\'' | b'"' | b'N');
            if !at.checked_sub(1).is_some_and(|before| opens(&text[before])) {
                return false;
            }
        }
        false
    }

    /// Whether a cell begins at a place, the byte before it being looked at.
    fn is_border(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1 + self.origin) else { return false };
        let (word, bit) = (before / WIDTH, before % WIDTH);
        self.separators.get(word).is_some_and(|separators| (separators | self.ends[word]) >> bit & 1 != 0)
    }

    /// Whether what looks like one value stands in two cells: `May 17, 1990` without quotes.
    pub fn divides(&self, text: &[u8], value: &Range<usize>, rows: &Segment) -> bool {
        memchr::memchr_iter(rows.separator, &text[value.clone()]).any(|at| self.is_border(value.start + at + 1))
    }
}

/// Longest cell that may be the name of what is in the next one, in bytes.
const LONGEST_NAME: usize = 64;

/// The cell of one word before that in which a value begins at `start`, in the same row.
pub fn cell_before(text: &[u8], start: usize, separator: u8) -> Option<Range<usize>> {
    let is_quote = |byte: u8| matches!(byte, b'\'' | b'"');
    let opening = text[..start].iter().rev().take(OPENING).take_while(|b| is_quote(**b) || matches!(**b, b' ' | b'N'));
    let end = (start - opening.count()).checked_sub(1).filter(|at| text[*at] == separator)?;
    let end = end - usize::from(end > 0 && is_quote(text[end - 1]));
    let is_word = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b'_' | b'-' | b'.');
    let length = text[..end].iter().rev().take(LONGEST_NAME + 1).take_while(|byte| is_word(**byte)).count();
    let is_border = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == separator || matches!(byte, b'\n' | b'('));
    let begins = match text[..end - length].split_last() {
        // A quote that opens the cell, and none within it.
        Some((quote, before)) if is_quote(*quote) => {
            is_border(before.iter().rev().take(OPENING).find(|byte| !matches!(byte, b' ' | b'N')))
        }
        before => is_border(before.map(|(byte, _)| byte)),
    };
    ((1..=LONGEST_NAME).contains(&length) && begins).then(|| end - length..end)
}

/// Whether a cell ends after a value: with the quote that stands before it, or where no quote does.
pub fn closes_cell(text: &[u8], value: &Range<usize>, separator: u8) -> bool {
    let quote = value.start.checked_sub(1).map(|before| text[before]).filter(|byte| matches!(byte, b'"' | b'\''));
    let rest = &text[value.end..];
    let rest = match quote {
        Some(quote) => match rest.strip_prefix(&[quote]) {
            Some(rest) => rest,
            None => return false,
        },
        None => rest,
    };
    let spaces = rest.iter().take(OPENING).take_while(|byte| **byte == b' ').count();
    rest.get(spaces).is_none_or(|byte| *byte == separator || matches!(byte, b'\n' | b'\r' | b')'))
}

/// What one step found among 64 bytes.
#[derive(Clone, Copy, Default)]
struct Bits {
    separators: u64,
    ends: u64,
    nulls: u64,
    /// Of the ends, those within a quote that is never closed.
    unclosed: u64,
    /// Where the rows end, if they do.
    stop: Option<usize>,
}

#[cfg(test)]
mod tests;
