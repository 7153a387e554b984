//! Rows of one table: goes over them 64 bytes at a time, keeps where the open record stands.

use std::ops::Range;
use std::sync::Arc;

use super::chunk::{Chunk, WIDTH, places};
use super::delimited::Delimited;
use super::values::Values;
use super::{Bits, Grid, Open, Segment, Table};

/// Rows that are being read.
#[derive(Clone)]
pub struct Rows {
    pub table: Arc<Table>,
    pub form: Form,
    pub open: Open,
}

/// How rows are written.
#[derive(Clone)]
pub enum Form {
    Delimited(Delimited),
    Values(Values),
}

impl Rows {
    /// Rows that begin at an offset.
    pub fn new(table: Arc<Table>, form: Form, offset: u64) -> Self {
        Self { table, form, open: Open { column: 0, cell: offset, record: offset } }
    }

    /// Whether a record is open at `offset`, the end of the text.
    pub fn is_open(&self, offset: u64) -> bool {
        match &self.form {
            Form::Delimited(delimited) => self.open.record < offset && !delimited.at_record(),
            Form::Values(values) => values.in_row(),
        }
    }

    /// Whether the text ends within a quote, and so with one that was never closed.
    pub fn in_quotes(&self) -> bool {
        match &self.form {
            Form::Delimited(delimited) => delimited.in_quotes(),
            Form::Values(values) => values.in_quotes(),
        }
    }

    /// Goes over `range` of a text whose first byte is at `base`. Gives where it got to, and whether the rows end there.
    pub fn run(&mut self, text: &[u8], range: Range<usize>, base: u64, grid: &mut Grid) -> (usize, bool) {
        let open = self.open;
        let (end, stopped) = self.go_over(text, range.clone(), base, grid);
        if end > range.start {
            let separator = match &self.form {
                Form::Delimited(delimited) => delimited.separator,
                Form::Values(_) => b',',
            };
            grid.segments.push(Segment { range: range.start..end, table: self.table.clone(), open, separator });
        }
        (end, stopped)
    }

    fn go_over(&mut self, text: &[u8], range: Range<usize>, base: u64, grid: &mut Grid) -> (usize, bool) {
        let mut at = range.start;
        while at < range.end {
            let word = (at - grid.origin) / WIDTH;
            let first = grid.origin + word * WIDTH;
            let part = at - first..WIDTH.min(range.end - first);
            let chunk = Chunk::at(text, first);
            let bits = match &mut self.form {
                Form::Delimited(delimited) => delimited.bits(&chunk, text, first, &part),
                Form::Values(values) => values.bits(&chunk, text, first, &part),
            };
            grid.separators[word] |= bits.separators;
            grid.ends[word] |= bits.ends;
            grid.nulls[word] |= bits.nulls;
            grid.unclosed.extend(places(bits.unclosed).map(|place| first + place));
            self.open.pass(&bits, base + first as u64);
            if let Some(stop) = bits.stop {
                return (first + stop, true);
            }
            at = first + part.end;
        }
        (at, false)
    }
}

impl Open {
    /// Goes on to where the bits leave it; the first of them is at `offset`.
    #[inline]
    fn pass(&mut self, bits: &Bits, offset: u64) {
        let borders = bits.separators | bits.ends;
        if borders == 0 {
            return;
        }
        let after = |bits: u64| u64::from(64 - bits.leading_zeros());
        self.cell = offset + after(borders);
        if bits.ends == 0 {
            self.column += bits.separators.count_ones();
        } else {
            self.record = offset + after(bits.ends);
            let open = bits.separators.checked_shr(64 - bits.ends.leading_zeros()).unwrap_or(0);
            self.column = open.count_ones();
        }
    }
}
