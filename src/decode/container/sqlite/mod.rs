//! SQLite: takes a database, gives the rows of its tables, the statements that define it as text, and what belongs to no
//! table as the member `(unused)`: free pages, and what deleted rows have left between others. Pages are read one by one
//! from where they are, without the library, which gives neither these nor anything of a damaged database. What was
//! committed to a write-ahead log that lies beside the file counts; one that lies alone gives what it has.

use std::fs::File;
use std::io::{self, Read};
use std::rc::Rc;

use super::cells::{Rows, Source, Text};
use super::whole::Whole;
use super::{Container, Input, Member, Table, Visitor, plain};
use crate::decode::{Held, Meter};

mod definition;
mod free;
mod log;
mod node;
mod pages;
mod record;
mod tree;
mod unused;

use definition::Definition;
use log::Log;
use pages::{Header, Pages};
use record::Record;
use tree::Tree;
use unused::Unused;

pub const CONTAINER: Container = Container { name: "SQLite", begins, open };

/// A log of changes to a database.
pub const LOG: Container = Container { name: "SQLite log", begins: log::begins, open: open_log };

const MAGIC: &[u8] = b"SQLite format 3\0";

/// What the name of a log has after that of its database.
pub const LOG_ENDING: &str = "-wal";

/// Bytes of all statements of a schema that are kept.
const LONGEST_SCHEMA: u64 = 8 << 20;

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

fn begins(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let whole = match input.whole()? {
        Ok(whole) => whole,
        Err(begun) => {
            visitor.problem(
                "a SQLite database inside a stream that is too long to hold (--max-memory): its tables are not read",
            );
            return visitor.member(&Member::new("(data)"), &mut plain((&*begun).chain(input)));
        }
    };
    let Some(header) = Header::read(&whole)? else {
        visitor.problem("the header of the SQLite database is damaged");
        return visitor.member(&Member::new("(data)"), &mut plain(whole.stream()));
    };
    let beside = input.beside.as_ref().and_then(|beside| File::open(beside.with(LOG_ENDING)).ok());
    let log = match &beside {
        Some(file) => log_of(&header, file, input.meter, visitor)?,
        None => None,
    };
    give(Pages::new(whole, header, log, input.meter)?, "(unused)", input.meter, visitor)
}

/// The write-ahead log in the file beside a database, if there is one.
fn log_of<'l>(
    header: &Header,
    file: &'l File,
    meter: &Rc<Meter>,
    visitor: &mut dyn Visitor,
) -> io::Result<Option<Log<'l>>> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(None);
    }
    let log = Log::new(Whole::File(file, length), meter)?.ok().filter(|log| log.size == header.size);
    if log.is_none() {
        visitor.problem("SQLite database: the write-ahead log beside it is damaged: rows in it are not read");
    }
    Ok(log)
}

/// Opens a write-ahead log. One whose database is scanned too has nothing of its own.
fn open_log(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let whole = match input.whole()? {
        Ok(whole) => whole,
        Err(begun) => {
            visitor.problem(
                "a write-ahead log inside a stream that is too long to hold (--max-memory): its tables are not read",
            );
            return visitor.member(&Member::new("(data)"), &mut plain((&*begun).chain(input)));
        }
    };
    let log = match Log::new(whole, input.meter)? {
        Ok(log) => log,
        Err(whole) => {
            visitor.problem("the header of the write-ahead log is damaged");
            return visitor.member(&Member::new("(data)"), &mut plain(whole.stream()));
        }
    };
    let database =
        input.beside.as_ref().filter(|beside| beside.is_scanned).and_then(|beside| beside.without(LOG_ENDING));
    if let Some(file) = database.and_then(|path| File::open(path).ok()) {
        let length = file.metadata()?.len();
        if Header::read(&Whole::File(&file, length))?.is_some_and(|header| header.size == log.size) {
            return Ok(());
        }
    }
    give(Pages::alone(log, input.meter)?, "(data)", input.meter, visitor)
}

/// Gives what is in the tables, and what no tree leads to as a member of this name.
fn give(mut pages: Pages, unused: &str, meter: &Rc<Meter>, visitor: &mut dyn Visitor) -> io::Result<()> {
    let (entries, _held) = schema(&mut pages, meter)?;
    let statements = entries.iter().map(|entry| &*entry.statement).filter(|statement| !statement.is_empty());
    let statements: String = statements.flat_map(|statement| [statement, ";\n"]).collect();
    visitor.text(&mut statements.as_bytes())?;
    for entry in &entries {
        entry.give(&mut pages, visitor)?;
    }
    if !pages.is_alone {
        free::note(&mut pages)?;
        match free::stray(&pages)? {
            0 => {}
            stray => pages.fault(format!("{stray} of its pages belong to no table: their rows are read without names")),
        }
    }
    visitor.member(&Member::new(unused), &mut Unused::new(&pages))?;
    pages.take_faults().iter().for_each(|fault| visitor.problem(&format!("SQLite database: {fault}")));
    Ok(())
}

/// What the schema says of a table, an index, a view or a trigger.
struct Entry {
    kind: String,
    name: String,
    root: u32,
    statement: String,
}

/// The entries of the schema, in the tree of the first page.
fn schema(pages: &mut Pages, meter: &Rc<Meter>) -> io::Result<(Vec<Entry>, Vec<Held>)> {
    let (mut entries, mut held, mut left) = (Vec::new(), Vec::new(), LONGEST_SCHEMA);
    let mut tree = Tree::new(pages, 1, true)?;
    while let Some((cell, mut payload)) = tree.next(pages)? {
        if cell.length > left {
            pages.fault("a schema of too many bytes".to_owned());
            payload.finish(pages)?;
            continue;
        }
        left -= cell.length;
        // The bytes, and what is read from them.
        held.push(meter.hold(3 * cell.length)?);
        let mut bytes = vec![0; cell.length as usize];
        let length = payload.read(pages, &mut bytes)?;
        match record::values(&bytes[..length], pages.encoding).as_deref() {
            Some([kind, name, _, root, statement]) => entries.push(Entry {
                kind: kind.clone(),
                name: name.clone(),
                root: root.parse().unwrap_or(0),
                statement: statement.clone(),
            }),
            _ => pages.fault("an entry of the schema is damaged".to_owned()),
        }
    }
    Ok((entries, held))
}

impl Entry {
    /// Gives the rows of a table; of an index, nothing: what is in it stands in its table.
    fn give(&self, pages: &mut Pages, visitor: &mut dyn Visitor) -> io::Result<()> {
        match &*self.kind {
            // A virtual table has no root.
            "table" if self.root > 0 => {
                let definition = Definition::new(&self.statement);
                let table = Table {
                    name: (&*self.name).into(),
                    columns: Some(definition.columns.clone()),
                    definition: Some((&*self.statement).into()),
                    continues: false,
                };
                let tree = Tree::new(pages, self.root, !definition.without_rowid)?;
                visitor.table(&table, &mut Rows::new(Records { pages, tree, definition, record: None }))
            }
            "index" if self.root > 0 => {
                let mut tree = Tree::new(pages, self.root, false)?;
                while let Some((_, mut payload)) = tree.next(pages)? {
                    payload.finish(pages)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The records of a table.
struct Records<'r, 'p> {
    pages: &'r mut Pages<'p>,
    tree: Tree,
    definition: Definition,
    record: Option<Record>,
}

impl Source for Records<'_, '_> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        while text.len() < ENOUGH {
            let mut record = match self.record.take() {
                Some(record) => record,
                None => match self.tree.next(self.pages)? {
                    Some((cell, payload)) => Record::new(cell.rowid, payload, self.pages)?,
                    None => return Ok(false),
                },
            };
            if !record.write(self.pages, &self.definition, text)? {
                self.record = Some(record);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
