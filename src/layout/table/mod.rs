//! Tables in text: takes stretches of a text in their order, tells in a [`Grid`] where rows and cells stand, for COPY
//! data, the values of INSERT and delimited text.
//!
//! A [`Reader`] is all that has to be known of the text before a place to go on from there: in which statement, table,
//! record, cell and quote it stands. So the parts of a large file are scanned by several threads after one thread has
//! gone over them with a reader alone, which is many times faster than a scan, and has left its state at each border.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod chunk;
mod delimited;
mod head;
mod reader;
mod rows;
mod schema;
mod shape;
mod statement;
mod values;

pub use chunk::{WIDTH, low, places};
pub use delimited::Style;
pub use reader::Reader;
pub use schema::{Column, Definition, Kind, Schema, define};
pub use shape::{HEAD, Shape};

/// A table whose rows stand in a text.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// As the statement names it, without quotes: `public.users`. Empty for delimited text, which has no name.
    pub name: String,
    /// The columns that the statement or the header names. Empty where it names none.
    pub columns: Vec<String>,
    /// Offset of its first statement or row.
    pub first: u64,
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
#[derive(Clone, Debug)]
pub struct Segment {
    /// Where it stands in the text.
    pub range: Range<usize>,
    pub table: Arc<Table>,
    /// What was open before its first byte.
    pub open: Open,
}

/// Where the cells of tables stand in a stretch of text.
#[derive(Debug, Default)]
pub struct Grid {
    /// Where the first bit stands in the text.
    pub origin: usize,
    pub segments: Vec<Segment>,
    /// A bit for each byte: separators of cells, the bytes that end records, and where a cell without a value stands:
    /// at its NULL mark, or, if it is empty, at what ends it.
    pub separators: Vec<u64>,
    pub ends: Vec<u64>,
    pub nulls: Vec<u64>,
}

impl Grid {
    /// Begins anew, for this part of a text.
    fn restart(&mut self, own: &Range<usize>) {
        self.origin = own.start;
        self.segments.clear();
        for bits in [&mut self.separators, &mut self.ends, &mut self.nulls] {
            bits.clear();
            bits.resize(own.len().div_ceil(WIDTH), 0);
        }
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
        for Segment { range, table, open } in &self.segments {
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

/// What one step found among 64 bytes.
#[derive(Clone, Copy, Default)]
struct Bits {
    separators: u64,
    ends: u64,
    nulls: u64,
    /// Where the rows end, if they do.
    stop: Option<usize>,
}

#[cfg(test)]
mod tests;
