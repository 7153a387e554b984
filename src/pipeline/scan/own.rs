//! Scanning what stands in a container itself: takes the rows of its tables and its text part by part, gives what came of
//! all of them together, under the name of the container.

use std::io::{self, Read};

use super::super::assembly::Receipt;
use super::super::work::Done;
use super::Worker;
use super::text::Extent;
use crate::classify::Lines;
use crate::decode::Table;
use crate::input::Target;
use crate::layout::table::{self, HEAD};
use crate::suppress::Known;

/// What came of the parts so far, which stand one after the other as if they were one text.
#[derive(Default)]
pub struct Own {
    joined: Option<Receipt>,
    /// What they have left of the baseline's entries.
    left: Option<Known>,
    /// What has failed in the last part, and how many bytes of it were examined.
    failure: Option<(io::Error, u64)>,
}

impl Own {
    /// Scans the rows of a table, those on a page where one is named.
    pub fn table(
        &mut self,
        worker: &mut Worker,
        target: &Target,
        page: Option<u32>,
        table: &Table,
        rows: &mut dyn Read,
    ) {
        let reader = |head: &[u8], at: u64| match &table.columns {
            Some(columns) => {
                let (name, columns) = (table.name.clone().into_owned(), columns.clone());
                // What stands above the rows of a page is told for names by its place alone, and may be somebody's.
                let (continues, defined, inferred) = (table.continues, None, page.is_some());
                let named = table::Table { name, columns, defined, inferred, continues, first: at };
                table::Reader::of_table(named, table.definition.as_deref())
            }
            None => table::Reader::of_sheet(&table.name, &head[..head.len().min(HEAD)], at),
        };
        self.part(worker, target, rows, Lines::of_rows(0).on_page(page), reader);
    }

    /// Scans text, that of a page where one is named.
    pub fn text(&mut self, worker: &mut Worker, target: &Target, page: Option<u32>, content: &mut dyn Read) {
        let lines = Lines::at(self.at()).on_page(page);
        self.part(worker, target, content, lines, |_, _| table::Reader::new(table::Shape::Text));
    }

    fn at(&self) -> u64 {
        self.joined.as_ref().map_or(0, |joined| joined.partial.examined)
    }

    fn part(
        &mut self,
        worker: &mut Worker,
        target: &Target,
        content: &mut dyn Read,
        lines: Lines,
        tables: impl FnOnce(&[u8], u64) -> table::Reader,
    ) {
        let at = self.at();
        worker.window.restart(at, at);
        let begun = worker.window.fill(content, None);
        let tables = Some(tables(worker.window.filled(), at));
        if self.joined.is_some() {
            worker.carried = self.left.take();
        }
        let quiet = worker.quiet(target);
        let extent = Extent { tables, failure: begun.err(), ..Extent::from(at, lines) };
        let mut receipt = worker.sweep(target, content, extent, quiet);
        self.left = worker.left.take();
        let examined = receipt.partial.examined;
        self.failure = receipt.failure.take().map(|error| (error, examined));
        let limits = &worker.shared.plan.limits;
        match &mut self.joined {
            Some(joined) => {
                joined.partial.append(receipt.partial, limits);
                joined.quiet.append(receipt.quiet);
            }
            None => self.joined = Some(receipt),
        }
    }

    pub fn take_failure(&mut self) -> Option<(io::Error, u64)> {
        self.failure.take()
    }

    /// What came of all parts, if there were any.
    pub fn end(&mut self, worker: &mut Worker, target: &Target) -> Option<Done> {
        let joined = self.joined.take()?;
        worker.left = self.left.take();
        worker.ends.clear();
        Some(worker.done(target, joined, 0, 0))
    }
}
