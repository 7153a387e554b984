//! Going over a table: takes where its cells and rows end and the next hit's position, counts rows and NULLs on the way,
//! looks at some of the values and gives the cell of the hit.

use std::ops::Range;

use super::{Cell, Tally};
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
    /// Where the segment ends in the text.
    end: usize,
    /// Of the columns that tell when a row was made, which comes next in the open record, and its number; `usize::MAX` for
    /// none.
    nth: usize,
    due: usize,
}

/// Beyond every text.
const UNKNOWN: u64 = u64::MAX;

impl<'a> Walk<'a> {
    /// At the beginning of a segment of the grid, which is that of a text whose first byte is at `base`.
    pub fn new(grid: &'a Grid, segment: &Segment, text: &'a [u8], base: u64) -> Self {
        let column = segment.open.column as usize;
        let (Range { start, end }, cell, first) = (segment.range.clone(), segment.open.cell, segment.table.first);
        Self { grid, text, base, at: start, column, cell, first, end, nth: 0, due: usize::MAX }
    }

    /// Reads the days in those columns of the table that tell them.
    #[must_use]
    pub fn dating(mut self, tally: &mut Tally) -> Self {
        let begins = self.column == 0 && self.cell == self.base + self.at as u64;
        self.nth = tally.dated.partition_point(|dated| dated.column < self.column + usize::from(!begins));
        self.due = tally.due(self.nth);
        if begins && self.due == 0 {
            self.date(self.at, tally);
        }
        self
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
                    0 => self.pass(first, separators, tally),
                    _ => self.count(first, word, part, tally, limits),
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

    /// Goes over separators of a record, whose bits begin at `first`.
    #[inline]
    fn pass(&mut self, first: usize, mut separators: u64, tally: &mut Tally) {
        let column = self.column + separators.count_ones() as usize;
        while self.due <= column {
            while self.column + 1 < self.due {
                separators &= separators - 1;
                self.column += 1;
            }
            self.date(first + separators.trailing_zeros() as usize + 1, tally);
        }
        self.column = column;
    }

    /// Reads the day in the cell that begins here, which is one that is due.
    fn date(&mut self, at: usize, tally: &mut Tally) {
        if let (Some(dated), Some(cell)) = (tally.dated.get_mut(self.nth), self.text.get(at..)) {
            dated.read(cell);
        }
        self.nth += 1;
        self.due = tally.due(self.nth);
    }

    fn row_ended(&mut self, at: usize, tally: &mut Tally, limits: &Limits) {
        tally.row_ended(self.column + 1, limits);
        self.column = 0;
        if !tally.dated.is_empty() {
            (self.nth, self.due) = (0, tally.due(0));
            // The first cell of another segment is that one's to read.
            if self.due == 0 && at < self.end {
                self.date(at, tally);
            }
        }
    }

    fn count(&mut self, first: usize, word: usize, part: u64, tally: &mut Tally, limits: &Limits) {
        let separators = self.grid.separators[word] & part;
        let (ends, nulls) = (self.grid.ends[word] & part, self.grid.nulls[word] & part);
        let mut counted = 0;
        for place in places(ends | nulls) {
            self.pass(first, separators & low(place) & !low(counted), tally);
            counted = place;
            if nulls >> place & 1 != 0
                && let Some(column) = tally.column(self.column, limits)
            {
                column.nulls += 1;
            }
            if ends >> place & 1 != 0 {
                self.row_ended(first + place + 1, tally, limits);
            }
        }
        self.pass(first, separators & !low(counted), tally);
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
            match is(ends) {
                true => self.row_ended(first + place + 1, tally, limits),
                false => self.pass(first, 1 << place, tally),
            }
        }
    }
}
