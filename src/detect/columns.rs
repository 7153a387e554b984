//! What the columns of tables are named after: takes a table whose rows are read, gives what the lexicon says of the names of
//! its columns, and remembers it.

use std::sync::Arc;

use super::Scanner;
use crate::layout::table::Table;
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

impl Scanner {
    /// What a column is named after that a detector's values stand in.
    pub(super) fn meaning(&self, detector: u16) -> Option<Meaning> {
        self.lexicon.category(&self.detectors.get(detector).definition.category)
    }
}
