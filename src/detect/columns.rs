//! What the columns of tables are named after: takes a table whose rows are read, gives what the lexicon says of the names of
//! its columns, and remembers it.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use crate::layout::table::{Grid, Table};
use crate::lexicon::{Lexicon, Meaning, fold};

/// Tables that are remembered at a time: a dump may take turns between some.
const TABLES: usize = 64;

/// What is known of tables, the last one first.
#[derive(Default)]
pub struct Columns(Vec<(Arc<Table>, Arc<[Column]>)>);

/// What the name of a column says.
pub type Column = Vec<Meaning>;

impl Columns {
    /// Those of a table.
    pub fn of(&mut self, table: &Arc<Table>, lexicon: &Lexicon) -> Arc<[Column]> {
        match self.0.iter().position(|(known, _)| Arc::ptr_eq(known, table)) {
            Some(at) => self.0.swap(0, at),
            None => {
                self.0.truncate(TABLES - 1);
                let columns = table.names().iter().map(|name| said(name, lexicon)).collect();
                self.0.insert(0, (table.clone(), columns));
            }
        }
        self.0[0].1.clone()
    }
}

fn said(name: &str, lexicon: &Lexicon) -> Column {
    fold(name.as_bytes()).into_iter().flat_map(|reading| lexicon.meanings(&reading).into_keys()).collect()
}

/// The tables of a stretch, whose part `own` they are known of.
pub struct Around<'t> {
    pub text: &'t [u8],
    pub own: Range<usize>,
    pub tables: &'t Grid,
    /// By segment.
    pub columns: Vec<Arc<[Column]>>,
    /// What was asked last of a segment's columns, and the answer.
    pub last: Cell<Option<(usize, Meaning, bool)>>,
}

impl Around<'_> {
    /// Whether a column of the table in whose rows a place lies is named so.
    #[inline(never)]
    pub fn has_column(&self, at: usize, meaning: Meaning) -> bool {
        let at = at.clamp(self.own.start, self.own.end - 1);
        let index = self.tables.segments.partition_point(|rows| rows.range.end <= at);
        if self.tables.segments.get(index).is_none_or(|rows| rows.range.start > at) {
            return false;
        }
        match self.last.get() {
            Some((last, of, answer)) if (last, of) == (index, meaning) => answer,
            _ => {
                let answer = self.columns[index].iter().any(|said| said.contains(&meaning));
                self.last.set(Some((index, meaning, answer)));
                answer
            }
        }
    }

    /// Whether the name of a column tells what stands at a place in one cell with all of it, or nothing that begins in
    /// `own` can stand there.
    pub fn tells(&self, at: usize, meaning: Meaning) -> bool {
        let Range { start, end } = self.own;
        let nearest = at.clamp(start, end - 1);
        let index = self.tables.segments.partition_point(|rows| rows.range.end <= nearest);
        let Some(rows) = self.tables.segments.get(index).filter(|rows| rows.range.start <= nearest) else {
            return false;
        };
        let column = if at < start {
            if self.tables.base + (at as u64) < rows.open.cell {
                return true;
            }
            rows.open.column as usize
        } else {
            let ends_cell = |byte: &u8| *byte == rows.separator || *byte == b'\n';
            if at >= end && self.text[end..at].iter().any(ends_cell) {
                return true;
            }
            self.tables.column_at(nearest, rows)
        };
        self.columns[index].get(column).is_some_and(|said| said.contains(&meaning))
    }
}
