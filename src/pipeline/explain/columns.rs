//! Explaining columns: takes what a scan has counted in the tables of a text, gives what the columns at a spot come to.

use std::ops::Range;

use super::{Explained, overlap};
use crate::classify::{self, Account, Partial};
use crate::finding::explanation::{Column, Count, Fate, Unreported};
use crate::finding::{Days, Field};
use crate::layout::table::Grid;
use crate::pipeline::tables::left;
use crate::suppress::Quiet;

/// A column, by the offset of its table's first row and by its number, from 0.
type Id = (u64, usize);

/// The cells of tables around a spot, and what the columns at it come to.
pub struct Told {
    pub cells: Cells,
    pub columns: Vec<(Id, Column)>,
}

impl Told {
    /// The column that a value beginning here stands in.
    pub fn field_at(&self, at: usize) -> Option<&Field> {
        let id = *self.cells.columns(&(at..at + 1)).first()?;
        self.columns.iter().find(|(other, _)| *other == id).map(|(_, column)| &column.field)
    }
}

/// The cells of tables around a spot.
pub struct Cells(Vec<(Range<usize>, Id)>);

impl Cells {
    /// Columns beyond the most that are told apart are scanned as text.
    pub fn new(grid: &Grid, most: usize) -> Self {
        let told_apart = grid.cells().into_iter().filter(|(_, _, column)| *column < most);
        Self(told_apart.map(|(range, table, column)| (range, (table.first, column))).collect())
    }

    /// The columns that share bytes with a part of the text, each once.
    pub fn columns(&self, part: &Range<usize>) -> Vec<Id> {
        let mut columns = Vec::new();
        for (_, id) in self.0.iter().filter(|(range, _)| overlap(range, part)) {
            if !columns.contains(id) {
                columns.push(*id);
            }
        }
        columns
    }
}

/// Joins what two scans tell of the same columns.
pub fn join(mut columns: Vec<(Id, Column)>, others: Vec<(Id, Column)>) -> Vec<(Id, Column)> {
    for ((_, column), (_, other)) in columns.iter_mut().zip(others) {
        column.counts.extend(other.counts);
    }
    columns
}

impl Explained<'_> {
    /// What the columns come to.
    pub fn accounts(&self, (partial, mut quiet): (Partial, Quiet), wanted: &[Id]) -> Vec<(Id, Column)> {
        let accounts = self.scan.account(self.target, partial, wanted);
        let told =
            wanted.iter().zip(accounts).filter_map(|(id, account)| Some((*id, self.column(account?, &mut quiet))));
        told.collect()
    }

    fn column(&self, account: Account, quiet: &mut Quiet) -> Column {
        let Account { field, first, rows, days, values, mut told } = account;
        for told in &mut told {
            if self.scan.plan.detectors_off.contains(&told.finding.detector) {
                told.lacks = Some(Unreported::SwitchedOff);
                continue;
            }
            told.finding.hits = left(&told.finding, first, quiet);
            if told.finding.hits == 0 {
                told.lacks = told.lacks.take().or(Some(Unreported::Covered));
            }
        }
        let is_off = |detector| self.left_out(detector, true).is_some();
        let told = told.into_iter().filter(|told| told.detector.is_some_and(is_off) == self.off);
        Column { field, rows, values, counts: told.map(|told| self.count(told, days)).collect() }
    }

    fn count(&self, told: classify::Told, days: Option<Days>) -> Count {
        let classify::Told { detector, weighed_by, cells, share: chance, mut finding, lacks } = told;
        finding.field = None;
        let least = self.scan.plan.min_confidence;
        let low = (finding.confidence < least).then_some(Unreported::Confidence { least });
        let off = detector.and_then(|detector| self.left_out(detector, true));
        let (category, detector) = (finding.category.clone(), finding.detector.clone());
        let (hits, share) = (finding.hits, finding.share.unwrap_or(0.0));
        let weighed = self.weighed(self.scan.columns().weights(), weighed_by, finding, days);
        let fate = match off.or(lacks).or(low) {
            Some(reason) => Fate::Unreported { reason, weighed },
            None => Fate::Reported(weighed),
        };
        Count { category, detector, cells, hits, share, chance, fate }
    }
}
