//! Tables under their names: takes what was counted under the statements of one table, gives its columns.

use std::collections::HashMap;

use crate::classify::days::Dated;
use crate::classify::tables::{Column, Tally};
use crate::finding::{Days, Field, name};
use crate::layout::table::{Column as Defined, Kind};
use crate::limits::Limits;

/// What a column is called.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// As it stands in the data, for what it says; never to be shown.
    pub raw: String,
    pub shown: String,
    pub comment: Option<String>,
    pub kind: Kind,
}

/// A table with all that was counted under its name.
pub(super) struct Merged {
    pub first: u64,
    pub name: String,
    pub rows: u64,
    /// The days of the rows, unless there are some that tell none.
    pub days: Option<Days>,
    pub columns: Vec<(Name, Column)>,
    /// Where a column is, by its name in lower case; of several with the same name, by which of them it is.
    pub index: HashMap<(String, usize), usize>,
}

impl Merged {
    /// What those of its columns are called in which something was counted, by their number under one statement.
    pub fn fields<'m>(&'m self, placed: &'m [usize]) -> impl Iterator<Item = (usize, Field)> + 'm {
        placed.iter().enumerate().filter_map(|(at, index)| {
            let (name, column) = &self.columns[*index];
            let field = || Field::Column { table: self.name.clone(), column: name.shown.clone() };
            (!column.counters.is_empty()).then(|| (at, field()))
        })
    }

    /// Adds what was counted under one statement. Gives where its columns are.
    pub fn add(&mut self, tally: &Tally, defined: &[Defined], limits: &Limits) -> Vec<usize> {
        // Of a table that continues another, the rows are counted.
        let continues = tally.table.continues && tally.rows <= self.rows;
        let rows = if continues { self.rows - tally.rows } else { self.rows };
        self.days = match Dated::of_table(&tally.dated, tally.rows) {
            _ if tally.rows == 0 => self.days,
            days if continues => self.days.or(days),
            Some(days) if rows == 0 => Some(days),
            days => Option::zip(self.days, days).map(|(own, other)| own.and(other)),
        };
        let mut placed = Vec::new();
        self.rows = rows + tally.rows;
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut missing = vec![true; self.columns.len()];
        for (at, column) in tally.columns.iter().enumerate() {
            let name = Name::of(at, &tally.table.columns, defined);
            let lower = name.raw.to_lowercase();
            let alike = seen.entry(lower.clone()).or_default();
            *alike += 1;
            let next = self.columns.len();
            let index = *self.index.entry((lower, *alike)).or_insert(next);
            if index == next {
                self.columns.push((name, Column { nulls: rows, ..Column::default() }));
                missing.push(false);
            }
            missing[index] = false;
            placed.push(index);
            self.columns[index].1.absorb(column.clone(), limits);
        }
        for ((_, column), _) in self.columns.iter_mut().zip(missing).filter(|(_, missing)| *missing && !continues) {
            column.nulls += tally.rows;
        }
        placed
    }
}

impl Name {
    pub fn of(index: usize, listed: &[String], defined: &[Defined]) -> Self {
        let listed_name = listed.get(index).filter(|name| !name.is_empty());
        let column = match listed_name {
            Some(name) => defined.iter().find(|column| column.name.eq_ignore_ascii_case(name)),
            None => defined.get(index).filter(|_| listed.is_empty()),
        };
        let number = (index + 1).to_string();
        let raw = listed_name.or(column.map(|column| &column.name)).unwrap_or(&number).clone();
        Self {
            shown: name::shown(&raw).unwrap_or(number),
            raw,
            comment: column.and_then(|column| column.comment.clone()),
            kind: column.map(|column| column.kind).unwrap_or_default(),
        }
    }
}
