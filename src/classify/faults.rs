//! What is not as it should be in tables: takes what was counted of it, gives sentences. All of it was examined.

use super::Tables;
use super::tables::Tally;
use crate::finding::name;

/// Rows of a table, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    pub first: u64,
    pub count: u64,
}

/// A definition of a table that is not written by a grammar that is known.
#[derive(Clone)]
pub(super) struct Unparsed {
    /// The line on which it ends, from 1, and the line ends in it.
    pub end: u64,
    pub line_ends: u64,
    pub table: String,
}

impl Rows {
    pub fn add(rows: &mut Option<Self>, row: u64) {
        let rows = rows.get_or_insert(Self { first: row, count: 0 });
        rows.count += 1;
    }

    /// Joins rows of the next part of a table, before which there are so many.
    pub fn join(own: &mut Option<Self>, next: Option<Self>, before: u64) {
        if let Some(next) = next {
            let own = own.get_or_insert(Self { first: next.first + before, count: 0 });
            own.count += next.count;
        }
    }
}

impl Tables {
    /// What is wrong with tables and definitions, in the order of the text.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(first) = self.unparsed.first() {
            let line = first.end.saturating_sub(first.line_ends);
            let table = name::shown(&first.table).unwrap_or_else(|| "unnamed".to_owned());
            let more = match self.unparsed.len() - 1 {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            faults.push(format!(
                "line {line}: the definition of {table} is not in a known grammar{more}; its columns are read by their names"
            ));
        }
        self.tables.values().for_each(|tally| tally.faults(&mut faults));
        if self.lacks_end {
            faults.push("the dump lacks the line that says that it is complete: it may have been cut".to_owned());
        }
        faults
    }
}

impl Tally {
    fn faults(&self, faults: &mut Vec<String>) {
        let of = match &*self.table.name {
            "" => String::new(),
            table => format!(" of {}", name::shown(table).unwrap_or_else(|| "an unnamed table".to_owned())),
        };
        if let Some(Rows { first, count }) = self.uneven {
            let columns = self.table.columns.len();
            faults.push(format!(
                "{}{of} not with {columns} cells, as the header has; the first is row {first}",
                rows(count)
            ));
        }
        if let Some(Rows { first, .. }) = self.unclosed {
            faults.push(format!(
                "a quote{of} is never closed; what follows is read again from some lines after row {first} on"
            ));
        }
        for (at, column) in self.columns.iter().enumerate().filter(|(_, column)| column.damaged > 0) {
            let number = (at + 1).to_string();
            let column_name = self.table.names().get(at).and_then(|name| name::shown(name)).unwrap_or(number);
            let numbers =
                if column.damaged == 1 { "1 number".to_owned() } else { format!("{} numbers", column.damaged) };
            faults.push(format!(
                "{numbers} in column {column_name}{of} lost all but the first digits, as 8,00101E+11 has"
            ));
        }
    }
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
