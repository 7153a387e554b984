//! Counting in tables: takes where rows and cells stand and the hits in them, gives for each column exact counts that
//! neighbouring parts of a text add up to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Lines;
use super::days::Dated;
use super::faults::{Rows, Unparsed};
use super::sketch::Sketch;
use crate::detect::Kind;
use crate::layout::table::{Definition, Table};
use crate::limits::Limits;

mod counter;
mod walk;

pub use counter::Counter;
pub use walk::Walk;

/// Definitions of tables that are kept of one text.
const DEFINITIONS: usize = 20_000;

/// What was counted in the tables of a part of a text.
#[derive(Clone, Default)]
pub struct Tables {
    /// By the offset of their first row.
    pub(super) tables: BTreeMap<u64, Tally>,
    pub(super) definitions: Vec<Definition>,
    /// Those of them that are in no known grammar.
    pub(super) unparsed: Vec<Unparsed>,
    /// Whether the dump that they stand in lacks its last line.
    pub(super) lacks_end: bool,
}

/// What was counted in one table.
#[derive(Clone)]
pub struct Tally {
    pub(super) table: Arc<Table>,
    pub(super) rows: u64,
    pub(super) columns: Vec<Column>,
    /// Those that tell when a row was made, in their order, where that is wanted.
    pub(super) dated: Vec<Dated>,
    /// Rows of delimited text with more or fewer cells than its header, and those that hold a quote which is never closed.
    pub(super) uneven: Option<Rows>,
    pub(super) unclosed: Option<Rows>,
}

#[derive(Clone, Default)]
pub(super) struct Column {
    /// Rows in which it has no value.
    pub nulls: u64,
    /// Values on the lines that count, where not all do.
    pub counting: Option<u64>,
    pub sketch: Option<Box<Sketch>>,
    /// Values of which only the first digits are left.
    pub damaged: u64,
    /// By detector; few, in any order.
    pub counters: Vec<(u16, Counter)>,
    /// Of the hits, those that something else than the column tells of.
    pub told: Vec<(u16, Counter)>,
}

/// A place in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub column: usize,
    /// From 1.
    pub row: u64,
}

impl Tables {
    /// The table whose first row is at an offset.
    pub fn get(&self, first: u64) -> Option<&Tally> {
        self.tables.get(&first)
    }

    /// What was counted in a table so far, to be put back once more is. Of one that is new, `dated` gives the columns that
    /// tell when a row was made, in their order.
    pub fn take(&mut self, table: &Arc<Table>, dated: impl FnOnce() -> Vec<usize>) -> Tally {
        self.tables.remove(&table.first).unwrap_or_else(|| {
            let dated = dated().into_iter().map(Dated::new).collect();
            Tally { dated, ..Tally::new(table) }
        })
    }

    pub fn put(&mut self, tally: Tally) {
        self.tables.insert(tally.table.first, tally);
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Counts so many columns of a table, also where nothing was seen in them.
    pub(super) fn widen(&mut self, first: u64, columns: usize) {
        if let Some(tally) = self.tables.get_mut(&first).filter(|tally| tally.columns.len() < columns) {
            tally.columns.resize(columns, Column::default());
        }
    }

    /// Adds a definition that ends on a line, from 1, and has so many line ends.
    pub fn define_on(&mut self, definition: Definition, end: u64, line_ends: u64) {
        if !definition.parsed && self.unparsed.len() < DEFINITIONS {
            self.unparsed.push(Unparsed { end, line_ends, table: definition.table.clone() });
        }
        self.define([definition]);
    }

    /// Adds definitions of tables, in the order of the text.
    pub fn define(&mut self, definitions: impl IntoIterator<Item = Definition>) {
        let room = DEFINITIONS.saturating_sub(self.definitions.len());
        self.definitions.extend(definitions.into_iter().take(room));
    }

    /// Joins what the next part of the same text gave; `lines` are those of this part.
    pub(super) fn append(&mut self, next: Self, lines: Lines, limits: &Limits) {
        for (first, mut tally) in next.tables {
            let rows = self.tables.get(&first).map_or(0, |own| own.rows);
            for column in &mut tally.columns {
                let all = column.counters.iter_mut().chain(&mut column.told);
                all.for_each(|(_, counter)| counter.stands_after(lines, rows));
            }
            match self.tables.get_mut(&first) {
                Some(own) => own.absorb(tally, limits),
                None => {
                    self.tables.insert(first, tally);
                }
            }
        }
        self.define(next.definitions);
        let unparsed =
            next.unparsed.into_iter().map(|unparsed| Unparsed { end: unparsed.end + lines.ends, ..unparsed });
        self.unparsed.extend(unparsed);
        self.lacks_end |= next.lacks_end;
    }

    /// Notes that the dump has ended without its last line.
    pub fn note_lacking_end(&mut self) {
        self.lacks_end = true;
    }
}

impl Tally {
    pub fn new(table: &Arc<Table>) -> Self {
        Self { table: table.clone(), rows: 0, columns: Vec::new(), dated: Vec::new(), uneven: None, unclosed: None }
    }

    /// Rows that ended so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The same where the first record is no header, but a row.
    #[must_use]
    pub(super) fn with_first_row(mut self) -> Self {
        let (name, first) = (self.table.name.clone(), self.table.first);
        let first = Table { name, first, ..Table::default() };
        let values = std::mem::replace(&mut self.table, Arc::new(first));
        self.rows += 1;
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.nulls += u64::from(values.columns.get(at).is_none_or(String::is_empty));
            let all = column.counters.iter_mut().chain(&mut column.told);
            all.for_each(|(_, counter)| counter.stands_after(Lines::from(0), 1));
        }
        self
    }

    /// Counts a row that the end of the text cuts, with so many columns.
    pub fn cut_row(&mut self, width: usize, limits: &Limits) {
        self.row_ended(width, limits);
    }

    /// The counter of a detector's hits in a column; none beyond the columns that are told apart.
    #[inline]
    pub fn counter(&mut self, column: usize, detector: u16, limits: &Limits) -> Option<&mut Counter> {
        Some(of(&mut self.column(column, limits)?.counters, detector))
    }

    /// The counter of those among them that something else than the column tells of.
    pub fn told(&mut self, column: usize, detector: u16, limits: &Limits) -> Option<&mut Counter> {
        Some(of(&mut self.column(column, limits)?.told, detector))
    }

    /// Whether of more hits of a detector in a column, or of those among them that something else `tells` of, no place is listed.
    pub fn lists_all(&self, column: usize, detector: u16, tells: bool, limits: &Limits) -> bool {
        self.columns.get(column).is_some_and(|column| {
            let counters = if tells { &column.told } else { &column.counters };
            counters.iter().any(|(id, counter)| *id == detector && !counter.lists_more(limits))
        })
    }

    /// Notes which values stand on lines that count: those of `counting`, which holds a part of the same rows.
    pub fn note_counting(&mut self, counting: &Self) {
        for (at, column) in self.columns.iter_mut().enumerate() {
            let nulls = counting.columns.get(at).map_or(0, |column| column.nulls);
            *column.counting.get_or_insert_default() += counting.rows.saturating_sub(nulls);
        }
    }

    /// The number of the column that is the n-th of those that tell when a row was made; `usize::MAX` for none.
    #[inline]
    fn due(&self, nth: usize) -> usize {
        self.dated.get(nth).map_or(usize::MAX, |dated| dated.column)
    }

    #[inline]
    pub(super) fn column(&mut self, column: usize, limits: &Limits) -> Option<&mut Column> {
        if column >= limits.columns {
            return None;
        }
        if column >= self.columns.len() {
            self.columns.resize(column + 1, Column::default());
        }
        self.columns.get_mut(column)
    }

    /// Counts a number in a column that has lost all but its first digits.
    pub fn damage(&mut self, column: usize, limits: &Limits) {
        if let Some(column) = self.column(column, limits) {
            column.damaged += 1;
        }
    }

    /// Notes that the row which ended last holds a quote that is never closed.
    pub fn unclosed(&mut self) {
        Rows::add(&mut self.unclosed, self.rows);
    }

    pub(super) fn row_ended(&mut self, width: usize, limits: &Limits) {
        self.rows += 1;
        // Sheets and statements have names, and need not name all columns.
        if width != self.table.columns.len() && self.table.inferred && self.table.name.is_empty() {
            Rows::add(&mut self.uneven, self.rows);
        }
        for missing in width..self.table.columns.len().min(limits.columns) {
            if let Some(column) = self.column(missing, limits) {
                column.nulls += 1;
            }
        }
    }

    pub(super) fn absorb(&mut self, other: Self, limits: &Limits) {
        Rows::join(&mut self.uneven, other.uneven, self.rows);
        Rows::join(&mut self.unclosed, other.unclosed, self.rows);
        self.rows += other.rows;
        if self.columns.len() < other.columns.len() {
            self.columns.resize(other.columns.len(), Column::default());
        }
        for (own, column) in self.columns.iter_mut().zip(other.columns) {
            own.absorb(column, limits);
        }
        for other in other.dated {
            match self.dated.iter_mut().find(|own| own.column == other.column) {
                Some(own) => own.absorb(&other),
                None => self.dated.push(other),
            }
        }
    }
}

impl Column {
    pub fn absorb(&mut self, other: Self, limits: &Limits) {
        self.nulls += other.nulls;
        self.damaged += other.damaged;
        if let Some(sketch) = other.sketch {
            self.sketch.get_or_insert_default().absorb(&sketch);
        }
        if let Some(counting) = other.counting {
            *self.counting.get_or_insert_default() += counting;
        }
        for (own, more) in [(&mut self.counters, other.counters), (&mut self.told, other.told)] {
            for (detector, counter) in more {
                of(own, detector).absorb(counter, limits);
            }
            own.sort_by_key(|(detector, _)| *detector);
        }
    }
}

/// The counter of a detector.
#[inline]
fn of(counters: &mut Vec<(u16, Counter)>, detector: u16) -> &mut Counter {
    let index = match counters.iter().position(|(id, _)| *id == detector) {
        Some(index) => index,
        None => {
            counters.push((detector, Counter::default()));
            counters.len() - 1
        }
    };
    &mut counters[index].1
}
