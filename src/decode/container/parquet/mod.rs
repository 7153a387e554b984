//! Parquet: takes a file of columns, gives its rows, with a column for each that has values, by its path. Pages are read
//! where they are, one of each column at a time; where even that is too much, some columns after others. It is read here
//! and not by a library, since those that there are panic, or take what a damaged page says it needs.

use std::io::{self, Read};
use std::rc::Rc;

use super::cells::{Rows, Source, Text};
use super::whole::Whole;
use super::{Container, Input, Member, Table, Visitor, corrupt, plain};
use crate::decode::Meter;
use crate::finding::name;

mod codec;
mod column;
mod footer;
mod levels;
mod show;
mod thrift;
mod values;

use column::Column;
use footer::{Footer, Leaf};

pub const CONTAINER: Container = Container { name: "Parquet", begins, open };

const MAGIC: &[u8] = b"PAR1";

/// What one begins and ends with whose footer is encrypted.
const ENCRYPTED: &[u8] = b"PARE";

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

/// Bytes of a page that writers make at most, and of a dictionary.
const PAGE: u64 = 2 << 20;

/// Values of a list that are not there.
const ABSENT: usize = 16 << 20;

/// Faults that are told one by one.
const TOLD: usize = 10;

fn begins(head: &[u8]) -> bool {
    // No text has such bytes, of which some stand in each header.
    let is_text = || head.iter().take(16).all(|byte| !matches!(byte, 0..=8 | 14..=31));
    (head.starts_with(MAGIC) || head.starts_with(ENCRYPTED)) && head.len() >= 12 && !is_text()
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let whole = match input.whole()? {
        Ok(whole) => whole,
        Err(begun) => {
            visitor.problem(
                "a Parquet file inside a stream that is too long to hold (--max-memory): its columns are not read",
            );
            return visitor.member(&Member::new("(data)"), &mut plain((&*begun).chain(input)));
        }
    };
    let meter = input.meter;
    let length = whole.length();
    let mut tail = [0; 8];
    whole.read_at(length.saturating_sub(8), &mut tail)?;
    if tail.ends_with(ENCRYPTED) {
        return visitor.skip(None, "encrypted", length);
    }
    let size = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let fits = tail.ends_with(MAGIC) && size + 12 <= length;
    let _held = meter.hold(if fits { size + footer::room(size) } else { 0 })?;
    let mut bytes = vec![0; if fits { size as usize } else { 0 }];
    whole.read_at(length.saturating_sub(8 + size), &mut bytes)?;
    let footer = match Footer::new(&bytes) {
        Ok(footer) if fits => footer,
        _ => {
            visitor.problem("the footer of the Parquet file is damaged: its columns are not read");
            return visitor.member(&Member::new("(data)"), &mut plain(whole.stream()));
        }
    };
    drop(bytes);
    visitor.text(&mut footer.notes.as_bytes())?;
    let mut faults = Faults::default();
    for part in parts(&footer, meter.budgets().memory / 2) {
        let columns = footer.leaves[part.clone()].iter().map(|leaf| leaf.name.clone()).collect();
        let table = Table { columns: Some(columns), continues: part.start > 0, ..Table::default() };
        let mut records = Records::new(&footer, part, &whole, meter, &mut faults);
        visitor.table(&table, &mut Rows::new(&mut records))?;
    }
    faults.told.iter().for_each(|fault| visitor.problem(fault));
    if faults.more > 0 {
        visitor.problem(&format!("Parquet: {} more faults of columns", faults.more));
    }
    Ok(())
}

/// Columns that are read together, so that their pages take no more than so many bytes if they are of a usual size.
fn parts(footer: &Footer, memory: u64) -> Vec<std::ops::Range<usize>> {
    let (mut parts, mut start, mut bytes) = (Vec::new(), 0, 0);
    for column in 0..footer.leaves.len() {
        let most = footer.groups.iter().map(|group| group.chunks[column].unpacked).max().unwrap_or(0);
        // A page, what is written from it, and a dictionary.
        let needed = 3 * most.min(PAGE);
        if bytes + needed > memory && column > start {
            parts.push(start..column);
            (start, bytes) = (column, 0);
        }
        bytes += needed;
    }
    if footer.leaves.len() > start {
        parts.push(start..footer.leaves.len());
    }
    parts
}

/// What is wrong with columns.
#[derive(Default)]
struct Faults {
    told: Vec<String>,
    more: u64,
}

impl Faults {
    fn add(&mut self, leaf: &Leaf, error: &io::Error) {
        let name = name::shown(&leaf.name).unwrap_or_else(|| "*".to_owned());
        let fault = format!("Parquet: column {name}: {error}");
        if self.told.contains(&fault) {
            return;
        }
        if self.told.len() < TOLD {
            self.told.push(fault);
        } else {
            self.more += 1;
        }
    }
}

/// The rows of some columns.
struct Records<'r, 'w> {
    footer: &'r Footer,
    part: std::ops::Range<usize>,
    whole: &'r Whole<'w>,
    meter: &'r Rc<Meter>,
    faults: &'r mut Faults,
    /// Groups of rows that were begun, and rows left of the last.
    groups: usize,
    rows: u64,
    /// Its columns, as far as they can be read.
    columns: Vec<Option<Column<'r, 'w>>>,
    /// The column whose cell is written, whether it has begun, and whether it has a value.
    next: usize,
    begun: bool,
    filled: bool,
    /// Levels of the cell that stand for no value.
    absent: usize,
}

impl<'r, 'w> Records<'r, 'w> {
    fn new(
        footer: &'r Footer,
        part: std::ops::Range<usize>,
        whole: &'r Whole<'w>,
        meter: &'r Rc<Meter>,
        faults: &'r mut Faults,
    ) -> Self {
        let (groups, rows, next, columns) = (0, 0, 0, Vec::new());
        Self { footer, part, whole, meter, faults, groups, rows, columns, next, begun: false, filled: false, absent: 0 }
    }

    /// Begins a row. Whether there is another.
    fn begin_row(&mut self) -> bool {
        // A group that says it has rows without end gives what it has.
        while self.rows == 0 || self.columns.iter().all(Option::is_none) {
            let Some(group) = self.footer.groups.get(self.groups) else { return false };
            self.groups += 1;
            self.rows = group.rows;
            self.columns.clear();
            for at in self.part.clone() {
                let leaf = &self.footer.leaves[at];
                let column = Column::new(leaf, &group.chunks[at], self.whole, self.meter);
                self.columns.push(column.inspect_err(|error| self.faults.add(leaf, error)).ok());
            }
        }
        self.rows -= 1;
        true
    }

    /// Goes on by a value. Whether there may be more.
    fn step(&mut self, text: &mut Text) -> io::Result<bool> {
        if self.next == 0 && !self.begun && !self.begin_row() {
            return Ok(false);
        }
        match self.value(text) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
                if let Some(column) = self.columns[self.next].take() {
                    self.faults.add(column.leaf, &error);
                }
            }
            Err(error) => return Err(error),
        }
        if !self.filled {
            text.null();
        }
        (self.next, self.begun, self.filled, self.absent) = (self.next + 1, false, false, 0);
        if self.next == self.columns.len() {
            self.next = 0;
            text.end_row();
        }
        Ok(true)
    }

    /// Writes the next value of a cell. Whether the cell may have more.
    fn value(&mut self, text: &mut Text) -> io::Result<bool> {
        let Some(column) = &mut self.columns[self.next] else { return Ok(false) };
        let Some(levels) = column.look()? else {
            let what = || corrupt("fewer values than there are rows");
            return if self.begun { Ok(false) } else { Err(what()) };
        };
        if self.begun && levels.repetition == 0 {
            return Ok(false);
        }
        self.begun = true;
        if levels.is_there {
            if self.filled {
                text.value(b", ");
            } else {
                text.begin_cell();
            }
            self.filled = true;
        } else {
            self.absent += 1;
            if self.absent > ABSENT {
                return Err(corrupt("a list of too many values that are not there"));
            }
        }
        column.take(text)?;
        Ok(column.leaf.repetition > 0)
    }
}

impl Source for &mut Records<'_, '_> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        while text.len() < ENOUGH {
            if !self.step(text)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
