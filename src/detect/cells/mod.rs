//! Cells of tables that one look settles: takes the rows of a table, gives what stands in those cells that hold nothing, or
//! one value from border to border, and names the rest, which is scanned like any text.
//!
//! In dumps nearly every cell is of that kind, and most hold a value, at which a scan would look from many sides. What is
//! given here is what the scan gives; where that is not plain, the cell is left to it.

use std::ops::Range;
use std::sync::Arc;

use super::check::{Check, Checked, email, phone};
use super::columns::{Around, Column};
use super::finder::Compositions;
use super::runs::Runs;
use super::scanner::Part;
use super::{Match, Scanner};
use crate::layout::table::{Segment, places};

mod look;
mod memo;
#[cfg(test)]
mod tests;

use look::{Cell, Seen};
use memo::Memo;

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
    /// The values of cells that are settled, in order.
    pub values: Vec<Match>,
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
        self.values.clear();
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
            let (start, column) = (rows.range.start, rows.open.column as usize);
            // A cell of which a part lies elsewhere is the scan's.
            let is_whole = around.tables.base + start as u64 == rows.open.cell;
            let next = Next { start, column, is_whole, follows_word: true };
            Rows { scanner: self, around, rows, named: &known.1, settling, cells, is_addressed, next }.settle();
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
    cells: &'r mut Cells,
    /// Whether no addresses are looked for, since a column is named after them.
    is_addressed: bool,
    next: Next,
}

/// The cell that comes next.
struct Next {
    start: usize,
    column: usize,
    /// Whether it begins here.
    is_whole: bool,
    /// Whether the cell before it may be a word.
    follows_word: bool,
}

impl Rows<'_, '_> {
    fn settle(mut self) {
        for (first, borders, ends) in self.around.tables.borders(self.rows) {
            for place in places(borders) {
                self.settle_cell(first + place, ends >> place & 1 != 0);
            }
        }
        self.cells.spoilt |= self.named.get(self.next.column).is_some_and(|named| named.of_twelve);
        self.cells.left.add(self.next.start..self.rows.range.end, self.rows);
    }

    /// Settles the cell that ends here.
    #[inline(always)]
    fn settle_cell(&mut self, end: usize, ends_row: bool) {
        let Self { scanner, around, rows, named, settling, cells, is_addressed, next } = self;
        let Next { start, column, is_whole, follows_word } = *next;
        let cell = if is_whole { Cell::of(around.text, start..end, &cells.composed) } else { None };
        let unnamed = Named { nameless: settling.person_name.is_none(), of_twelve: false };
        let named = named.get(column).copied().unwrap_or(unnamed);
        let seen = match &cell {
            Some(cell) => scanner.look(cell, (named.nameless, *is_addressed), around, settling, cells),
            None => None,
        };
        cells.spoilt |= named.of_twelve && cell.as_ref().is_none_or(Cell::may_be_spoilt);
        match seen {
            None => cells.left.add(start..end + 1, rows),
            Some(Seen::Nothing) => {}
            Some(Seen::Value(detector, checked)) => {
                let Checked { end: last, evidence, age, impersonal } = checked;
                let span = cell.as_ref().map_or(start, |cell| cell.start)..last;
                let mut found = Match { detector, span, evidence, age, impersonal, key: None, told: None };
                found.told = scanner.told_of_whole(around.text, &found, rows, column > 0 && follows_word);
                cells.values.push(found);
            }
        }
        *next = Next {
            start: end + 1,
            column: if ends_row { 0 } else { column + 1 },
            is_whole: true,
            follows_word: cell.is_none_or(|cell| cell.may_be_word()),
        };
    }
}
