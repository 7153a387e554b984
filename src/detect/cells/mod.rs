//! Cells of tables that one look settles: takes the rows of a table, gives what stands in those cells that hold nothing, or
//! one value from border to border, and names the rest, which is scanned like any text.
//!
//! In dumps nearly every cell is of that kind, and most hold a value, at which a scan would look from many sides. What is
//! given here is what the scan gives; where that is not plain, the cell is left to it.

use std::ops::Range;
use std::sync::Arc;

use super::Scanner;
use super::check::{Check, email, phone};
use super::columns::{Around, Column};
use super::finder::{Compositions, Work};
use super::runs::Runs;
use super::scanner::Part;
use crate::layout::table::{Segment, places};

mod look;
mod memo;
mod settled;
#[cfg(test)]
mod tests;

use look::{Cell, Seen};
use memo::Memo;
pub use settled::{Kind, Settled};

/// The longest cell that is looked at, in bytes.
const LONGEST_CELL: usize = 64;

/// What is left of rows less than so many bytes apart is scanned together.
const APART: usize = 1024;

/// A detector that runs in rows, with its check.
type Served = Option<(u16, &'static Check)>;

/// The detectors that run in rows, where it is known of each what stands in a cell.
#[derive(Clone, Copy, Default)]
pub struct Settling {
    email: Served,
    iban: Served,
    payment_card: Served,
    kz_iin: Served,
    kz_bin: Served,
    kz_phone: Served,
    ru_phone: Served,
    birth_date: Served,
    person_name: Served,
    postal_address: Served,
}

impl Settling {
    /// These detectors; none where another one is among them.
    pub fn of(served: impl IntoIterator<Item = (u16, &'static Check)>) -> Option<Self> {
        let mut settling = Self::default();
        for (id, check) in served {
            let slot = match check.name {
                "email" => &mut settling.email,
                "iban" => &mut settling.iban,
                "payment-card" => &mut settling.payment_card,
                "kz-iin" => &mut settling.kz_iin,
                "kz-bin" => &mut settling.kz_bin,
                "kz-phone" => &mut settling.kz_phone,
                "ru-phone" => &mut settling.ru_phone,
                "birth-date" => &mut settling.birth_date,
                "person-name" => &mut settling.person_name,
                "address" => &mut settling.postal_address,
                _ => return None,
            };
            *slot = Some((id, check));
        }
        Some(settling)
    }
}

/// What is reused from stretch to stretch.
#[derive(Default)]
pub struct Cells {
    pub composed: Compositions,
    pub settled: Settled,
    /// The parts of rows that are not, in order.
    pub left: Left,
    /// Whether a number of 12 digits may have lost some, in a column that is named after such.
    pub spoilt: bool,
    forms: Memo<Option<phone::Form>>,
    hosts: Memo<email::Whole>,
}

/// Parts of rows that are left to the scan.
#[derive(Default)]
pub struct Left {
    parts: Vec<Range<usize>>,
    /// The first of those that one go of the finder covers together.
    together: Vec<usize>,
}

impl Cells {
    pub fn clear(&mut self) {
        self.spoilt = false;
        self.settled.clear();
        self.left.parts.clear();
        self.left.together.clear();
    }

    /// The parts of a text with what runs in them; of the rows in `own`, where they are settled, only what is left.
    pub fn parts<'r>(
        &self,
        parts: impl Iterator<Item = (bool, Range<usize>)>,
        own: &Range<usize>,
        runs: &'r Runs,
        are_settled: bool,
    ) -> Vec<Part<'r>> {
        let mut all = Vec::new();
        for (in_rows, range) in parts {
            let run = runs.of(in_rows);
            if are_settled && in_rows && own.start <= range.start && range.end <= own.end {
                all.extend(self.left.within(range).map(|range| Part { run, is_settled: true, range }));
            } else {
                all.push(Part { run, is_settled: false, range });
            }
        }
        all
    }
}

impl Left {
    fn add(&mut self, part: Range<usize>, rows: &Segment) {
        if part.is_empty() {
            return;
        }
        let last = self.parts.last_mut().filter(|last| last.end + APART > part.start && last.start >= rows.range.start);
        match last {
            Some(last) if last.end == part.start => last.end = part.end,
            Some(_) => self.parts.push(part),
            None => {
                self.together.push(self.parts.len());
                self.parts.push(part);
            }
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether a place is left.
    #[inline]
    pub fn holds(&self, at: usize) -> bool {
        self.parts.get(self.parts.partition_point(|part| part.end <= at)).is_some_and(|part| part.start <= at)
    }

    /// What the finder goes over, in parts that hold all that is left of these rows.
    pub fn within(&self, rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self.together.partition_point(|first| self.parts[*first].start < rows.start);
        let ends = self.together[first..].iter().skip(1).copied().chain([self.parts.len()]);
        let parts = self.together[first..].iter().zip(ends);
        let parts = parts.map(|(first, end)| self.parts[*first].start..self.parts[end - 1].end);
        parts.take_while(move |part| part.end <= rows.end)
    }
}

/// What is known of a column by its name.
#[derive(Clone, Copy)]
struct Named {
    /// Whether no names of people are looked for in it, since its own tells all of them at once.
    nameless: bool,
    /// Whether it is named after numbers of 12 digits.
    of_twelve: bool,
}

impl Scanner {
    /// Settles cells of the rows in `around`, where only these detectors run.
    pub(super) fn settle(&self, around: &Around, settling: &Settling, cells: &mut Cells) {
        self.engine.compose(around.text, around.own.clone(), &mut cells.composed);
        let [name, address] = [settling.person_name, settling.postal_address]
            .map(|served| served.map(|(id, _)| self.meanings[usize::from(id)]));
        let numbers = self.numbers_of_twelve();
        let named = |said: &Column| Named {
            nameless: name.is_none_or(|name| name.is_some_and(|name| said.contains(&name))),
            of_twelve: said.iter().any(|meaning| numbers.contains(&Some(*meaning))),
        };
        let mut known: (Option<&Arc<[Column]>>, Vec<Named>) = (None, Vec::new());
        for (rows, columns) in around.tables.segments.iter().zip(&around.columns) {
            cells.settled.begin();
            // Dumps with an INSERT for each row come to the same table again and again.
            if !known.0.is_some_and(|known| Arc::ptr_eq(known, columns)) {
                known = (Some(columns), columns.iter().map(named).collect());
            }
            let is_addressed = address.is_none_or(|address| {
                address.is_some_and(|address| columns.iter().any(|said| said.contains(&address)))
            });
            // An address may go on over commas, and so over cells.
            if !is_addressed && rows.separator == b',' && (rows.table.inferred || rows.table.name.is_empty()) {
                cells.spoilt = true;
                cells.left.add(rows.range.clone(), rows);
                continue;
            }
            self.engine.run(Rows { scanner: self, around, rows, named: &known.1, settling, is_addressed, cells });
        }
    }
}

/// Rows whose cells are settled.
struct Rows<'r, 'a> {
    scanner: &'r Scanner,
    around: &'r Around<'a>,
    rows: &'r Segment,
    /// By column.
    named: &'r [Named],
    settling: &'r Settling,
    /// Whether no addresses are looked for, since a column is named after them.
    is_addressed: bool,
    cells: &'r mut Cells,
}

/// The cell that comes next.
struct Next {
    start: usize,
    /// From 0 at the beginning of the segment.
    row: u64,
    column: usize,
    /// Whether the cell before it may be a word.
    follows_word: bool,
}

impl Work for Rows<'_, '_> {
    #[inline(always)]
    fn run(mut self) {
        let (around, rows) = (self.around, self.rows);
        let (start, column) = (rows.range.start, rows.open.column as usize);
        let mut next = Next { start, row: 0, column, follows_word: true };
        // A cell of which a part lies elsewhere is the scan's.
        let mut is_whole = around.tables.base + start as u64 == rows.open.cell;
        for (first, borders, ends) in around.tables.borders(rows) {
            for place in places(borders) {
                let end = first + place;
                let follows_word =
                    if is_whole { self.settle(&next, end) } else { self.leave(next.start..end + 1, next.column) };
                is_whole = true;
                let ends_row = ends >> place & 1 != 0;
                let column = if ends_row { 0 } else { next.column + 1 };
                next = Next { start: end + 1, row: next.row + u64::from(ends_row), column, follows_word };
            }
        }
        self.leave(next.start..rows.range.end, next.column);
    }
}

impl Rows<'_, '_> {
    /// What is known of a column.
    #[inline(always)]
    fn named(&self, column: usize) -> Named {
        let unnamed = Named { nameless: self.settling.person_name.is_none(), of_twelve: false };
        self.named.get(column).copied().unwrap_or(unnamed)
    }

    /// Leaves a cell, or a part of one, to the scan. Gives that it may be a word.
    fn leave(&mut self, part: Range<usize>, column: usize) -> bool {
        self.cells.spoilt |= self.named(column).of_twelve;
        self.cells.left.add(part, self.rows);
        true
    }

    /// Settles the cell that ends here. Gives whether it may be a word.
    #[inline(always)]
    fn settle(&mut self, next: &Next, end: usize) -> bool {
        let Next { start, row, column, follows_word } = *next;
        let named = self.named(column);
        let Self { scanner, around, rows, settling, is_addressed, cells, .. } = self;
        let Some(cell) = Cell::of(around.text, start..end, &cells.composed) else {
            return self.leave(start..end + 1, column);
        };
        if named.of_twelve {
            cells.spoilt |= cell.may_be_spoilt();
        }
        match scanner.look(&cell, (named.nameless, *is_addressed), around, settling, cells) {
            None => cells.left.add(start..end + 1, rows),
            Some(Seen::Nothing) => {}
            Some(Seen::Value(detector, checked)) => {
                let follows_word = column > 0 && follows_word;
                let found = (detector, checked.evidence);
                let told = scanner.told_of_whole(around.text, cell.start, found, rows, follows_word);
                cells.settled.push((row, column), cell.start, (detector, &checked), told);
            }
        }
        cell.may_be_word()
    }
}
