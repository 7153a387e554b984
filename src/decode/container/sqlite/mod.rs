//! SQLite: takes a database, gives the rows of its tables, the statements that define it as text, and what belongs to no
//! table as the member `(unused)`: free pages, and what deleted rows have left between others. Pages are read one by one
//! from where they are, without the library, which gives neither these nor anything of a damaged database.

use std::io::{self, Read};
use std::rc::Rc;

use super::cells::{Rows, Source, Text};
use super::{Container, Input, Member, Table, Visitor, plain};
use crate::decode::{Held, Meter};

mod definition;
mod node;
mod pages;
mod record;
mod tree;
mod unused;

use definition::Definition;
use pages::Pages;
use record::Record;
use tree::Tree;
use unused::Unused;

pub const CONTAINER: Container = Container { name: "SQLite", begins, open };

const MAGIC: &[u8] = b"SQLite format 3\0";

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
    let meter = input.meter;
    let _uses = meter.hold(whole.length() >> 11)?;
    let mut pages = match Pages::new(whole)? {
        Ok(pages) => pages,
        Err(whole) => {
            visitor.problem("the header of the SQLite database is damaged");
            return visitor.member(&Member::new("(data)"), &mut plain(whole.stream()));
        }
    };
    let (entries, _held) = schema(&mut pages, meter)?;
    let statements = entries.iter().map(|entry| &*entry.statement).filter(|statement| !statement.is_empty());
    let statements: String = statements.flat_map(|statement| [statement, ";\n"]).collect();
    visitor.text(&mut statements.as_bytes())?;
    for entry in &entries {
        entry.give(&mut pages, visitor)?;
    }
    visitor.member(&Member::new("(unused)"), &mut Unused::new(&pages))?;
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
