//! Accounts of columns, for explaining: takes what was counted in tables, gives what each detector's values and the name
//! of some columns come to, also where that is no finding.

use std::collections::HashMap;
use std::sync::Arc;

use super::{ByName, ByValues, Columns, Merged};
use crate::classify::{Tables, Weights};
use crate::finding::explanation::{Share, Unreported};
use crate::finding::{Days, Field, Finding};
use crate::input::Origin;
use crate::layout::table::Schema;
use crate::limits::Limits;

/// What the values of a column come to.
pub struct Account {
    pub field: Field,
    /// Offset of the table's first row.
    pub first: u64,
    /// Of the table.
    pub rows: u64,
    /// Of the table's rows, where these tell them.
    pub days: Option<Days>,
    /// Rows in which the column has a value.
    pub values: u64,
    pub told: Vec<Told>,
}

/// What one detector's values in a column come to, or what its name comes to.
pub struct Told {
    /// Index in [`Detectors`](crate::detect::Detectors); none of the column's name.
    pub detector: Option<u16>,
    /// The row of the weights.
    pub weighed_by: u16,
    /// Cells that pass the detector.
    pub cells: Option<u64>,
    pub share: Option<Share>,
    /// What they are found as, or would be.
    pub finding: Finding,
    /// Why they are not found.
    pub lacks: Option<Unreported>,
}

impl Columns {
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Accounts of the columns that are wanted, each by the offset of its table's first row and by its number, from 0. The
    /// rest is as in [`Columns::judge`].
    pub fn account(
        &self,
        mut tables: Tables,
        wanted: &[(u64, usize)],
        (path, unnamed): (&Origin, &str),
        elsewhere: impl FnOnce() -> Arc<Schema>,
        limits: &Limits,
    ) -> Vec<Option<Account>> {
        for (first, column) in wanted {
            tables.widen(*first, column + 1);
        }
        let mut places = HashMap::new();
        let merged = self.merge(tables, unnamed, elsewhere, limits, |first, table, columns| {
            places.insert(first, (table.to_owned(), columns));
        });
        let account = |(first, column): &(u64, usize)| {
            let (table, columns) = places.get(first)?;
            Some(self.of_column(merged.get(table)?, *columns.get(*column)?, path))
        };
        wanted.iter().map(account).collect()
    }

    fn of_column(&self, table: &Merged, at: usize, path: &Origin) -> Account {
        let subject = self.subject(table, at, path);
        let column = subject.column;
        let found: Vec<Finding> = self
            .table(table, path)
            .into_iter()
            .filter(|(column, _)| *column == at)
            .map(|(_, finding)| finding)
            .collect();
        let mut told: Vec<Told> = Vec::new();
        for (detector, counter) in &column.counters {
            let values = self.by_values(&subject, *detector, counter);
            told.push(Told::of_values(*detector, counter.cells, values, &found));
        }
        // Where its values tell what it is, its name is not asked.
        if told.iter().all(|told| told.lacks.is_some())
            && let Some(named) = self.by_name(&subject)
        {
            told.push(Told::of_name(self.detectors.iter().len() as u16, named, &found));
        }
        let most = column.counters.iter().map(|(_, counter)| counter.cells).max().unwrap_or(0);
        let values = subject.values().max(most);
        let (field, first, rows, days) = (subject.field(), table.first, table.rows, table.days);
        Account { field, first, rows, days, values, told }
    }
}

impl Told {
    fn of_values(detector: u16, cells: u64, values: ByValues, found: &[Finding]) -> Self {
        let lacks = if values.finding.hits == 0 { Unreported::Covered } else { Unreported::Chance };
        let (finding, lacks) = settled(found, values.finding, lacks);
        let share = Some(values.share);
        Self { detector: Some(detector), weighed_by: detector, cells: Some(cells), share, finding, lacks }
    }

    fn of_name(row: u16, named: ByName, found: &[Finding]) -> Self {
        let (finding, lacks) = settled(found, named.finding, Unreported::Unlike);
        Self { detector: None, weighed_by: row, cells: None, share: None, finding, lacks }
    }
}

/// What is found, or what would be with the reason why it is not.
fn settled(found: &[Finding], finding: Finding, lacks: Unreported) -> (Finding, Option<Unreported>) {
    match found.iter().find(|other| other.detector == finding.detector) {
        Some(found) => (found.clone(), None),
        None => (finding, Some(lacks)),
    }
}
