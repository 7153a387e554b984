//! Going over the rows of a segment, from hit to hit: takes where cells and rows end, counts rows, cells without a value and
//! what some of the values look like.

use super::tables::{Cell, Tally};
use crate::layout::table::{Grid, Segment, WIDTH, low, places};
use crate::limits::Limits;

/// Bytes from the first row of a table on in which its values are looked at, and further on, so many of each so many.
const SAMPLE: u64 = 16 << 10;
const FURTHER: u64 = 1 << 10;
const EACH: u64 = 64 << 10;

/// Longest value that is looked at.
const LONGEST_VALUE: u64 = 256;

/// Goes over a segment, from hit to hit.
pub struct Walk<'a> {
    grid: &'a Grid,
    text: &'a [u8],
    /// Offset of the text's first byte.
    base: u64,
    /// Where it is in the text.
    at: usize,
    /// Separators in the open record so far.
    column: usize,
    /// Offset of the open cell's first byte, while values are looked at; `UNKNOWN` for one that is not.
    cell: u64,
    /// Offset of the table's first row.
    first: u64,
}

/// Beyond every text.
const UNKNOWN: u64 = u64::MAX;

impl<'a> Walk<'a> {
    /// At the beginning of a segment of the grid, which is that of a text whose first byte is at `base`.
    pub fn new(grid: &'a Grid, segment: &Segment, text: &'a [u8], base: u64) -> Self {
        let column = segment.open.column as usize;
        Self { grid, text, base, at: segment.range.start, column, cell: segment.open.cell, first: segment.table.first }
    }

    /// Offset of the table's first row.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Goes on to a position of the text and counts what it passes. Gives the cell that it comes to.
    #[inline]
    pub fn go(&mut self, at: usize, tally: &mut Tally, limits: &Limits) -> Cell {
        while self.at < at {
            let word = (self.at - self.grid.origin) / WIDTH;
            let first = self.grid.origin + word * WIDTH;
            let part = low(at - first) & !low(self.at - first);
            let separators = self.grid.separators[word] & part;
            let marks = (self.grid.ends[word] | self.grid.nulls[word]) & part;
            let offset = self.base + first as u64;
            if self.is_sampled(offset) || self.is_sampled(offset + WIDTH as u64 - 1) {
                self.look(first, word, part, tally, limits);
            } else {
                self.cell = UNKNOWN;
                match marks {
                    0 => self.column += separators.count_ones() as usize,
                    _ => self.count(word, part, tally, limits),
                }
            }
            self.at = at.min(first + WIDTH);
        }
        Cell { column: self.column, row: tally.rows + 1 }
    }

    /// Whether the values around an offset are looked at, wherever the text is cut.
    #[inline]
    fn is_sampled(&self, offset: u64) -> bool {
        offset % EACH < FURTHER || offset.saturating_sub(self.first) < SAMPLE
    }

    fn count(&mut self, word: usize, part: u64, tally: &mut Tally, limits: &Limits) {
        let separators = self.grid.separators[word] & part;
        let (ends, nulls) = (self.grid.ends[word] & part, self.grid.nulls[word] & part);
        let mut counted = 0;
        for place in places(ends | nulls) {
            self.column += (separators & low(place) & !low(counted)).count_ones() as usize;
            counted = place;
            if nulls >> place & 1 != 0
                && let Some(column) = tally.column(self.column, limits)
            {
                column.nulls += 1;
            }
            if ends >> place & 1 != 0 {
                tally.row_ended(self.column + 1, limits);
                self.column = 0;
            }
        }
        self.column += (separators & !low(counted)).count_ones() as usize;
    }

    /// Counts the same, and looks at the values.
    #[cold]
    fn look(&mut self, first: usize, word: usize, part: u64, tally: &mut Tally, limits: &Limits) {
        let [separators, ends, nulls] =
            [&self.grid.separators, &self.grid.ends, &self.grid.nulls].map(|b| b[word] & part);
        for place in places(separators | ends | nulls) {
            let is = |bits: u64| bits >> place & 1 != 0;
            if is(nulls)
                && let Some(column) = tally.column(self.column, limits)
            {
                column.nulls += 1;
            }
            if !is(separators | ends) {
                continue;
            }
            let end = self.base + (first + place) as u64;
            // A cell of which only a part lies in the sample is not looked at, nor one that begins with it.
            let whole = (self.base..end).contains(&self.cell)
                && end - self.cell <= LONGEST_VALUE
                && self.is_sampled(self.cell.saturating_sub(1))
                && self.is_sampled(end);
            if whole {
                let value = &self.text[(self.cell - self.base) as usize..first + place];
                if let Some(column) = tally.column(self.column, limits) {
                    column.sketch.get_or_insert_default().add(value);
                }
            }
            self.cell = end + 1;
            self.column += 1;
            if is(ends) {
                tally.row_ended(self.column, limits);
                self.column = 0;
            }
        }
    }
}
