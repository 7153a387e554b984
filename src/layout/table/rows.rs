//! Rows of one table: goes over them 64 bytes at a time, keeps where the open record stands.

use std::ops::Range;
use std::sync::Arc;

use super::chunk::{WIDTH, Word, places};
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
        let (separator, (end, stopped)) = match &mut self.form {
            Form::Delimited(delimited) => {
                (delimited.separator, go_over(text, range.clone(), grid, |word| delimited.bits(word)))
            }
            Form::Values(values) => (b',', go_over(text, range.clone(), grid, |word| values.bits(word))),
        };
        if end > range.start {
            let segment = Segment { range: range.start..end, table: self.table.clone(), open: self.open, separator };
            self.open.pass(grid, &segment, base);
            grid.segments.push(segment);
        }
        (end, stopped)
    }
}

/// Marks in the grid what stands in `range`, as `bits` tells it of each word. Gives where it got to, and whether the rows end
/// there.
#[inline(always)]
fn go_over(text: &[u8], range: Range<usize>, grid: &mut Grid, mut bits: impl FnMut(&Word) -> Bits) -> (usize, bool) {
    let mut at = range.start;
    while at < range.end {
        let number = (at - grid.origin) / WIDTH;
        let first = grid.origin + number * WIDTH;
        let part = at - first..WIDTH.min(range.end - first);
        let bits = bits(&Word::new(text, first, part.clone()));
        grid.separators[number] |= bits.separators;
        grid.ends[number] |= bits.ends;
        grid.nulls[number] |= bits.nulls;
        if bits.unclosed != 0 {
            grid.unclosed.extend(places(bits.unclosed).map(|place| first + place));
        }
        if let Some(stop) = bits.stop {
            return (first + stop, true);
        }
        at = first + part.end;
    }
    (at, false)
}

impl Open {
    /// Goes on to where these rows leave it.
    fn pass(&mut self, grid: &Grid, rows: &Segment, base: u64) {
        let (mut column, mut cell) = (0, None);
        for (first, borders, ends) in grid.borders(rows).rev() {
            let after = |bits: u64| base + first as u64 + u64::from(64 - bits.leading_zeros());
            if borders != 0 && cell.is_none() {
                cell = Some(after(borders));
            }
            if ends != 0 {
                let open = borders.checked_shr(64 - ends.leading_zeros()).unwrap_or(0);
                *self =
                    Self { column: column + open.count_ones(), cell: cell.unwrap_or(self.cell), record: after(ends) };
                return;
            }
            column += borders.count_ones();
        }
        self.column += column;
        self.cell = cell.unwrap_or(self.cell);
    }
}
