//! The footer of a Parquet file: takes its bytes, gives its columns and where their values stand. By parquet.thrift of
//! Apache Parquet 2.11.

use std::io;

use super::thrift::{TRUE, Thrift};
use crate::decode::corrupt;

/// Groups of columns inside one another.
const DEPTH: usize = 64;

/// How values are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Physical {
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
    /// Of so many bytes each.
    Fixed(usize),
}

/// What values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Meaning {
    #[default]
    Plain,
    Unsigned,
    /// With so many digits after the point.
    Decimal(u32),
    Date,
    /// Of so many parts a second.
    Time(i64),
    Timestamp(i64),
    Uuid,
    Half,
}

/// A column that has values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub name: String,
    pub physical: Physical,
    pub meaning: Meaning,
    /// The levels of a value that is there, and of one that is repeated the most.
    pub definition: u32,
    pub repetition: u32,
}

/// The values of a column in a group of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    pub start: u64,
    pub length: u64,
    pub unpacked: u64,
    pub codec: i64,
    pub values: u64,
    pub is_encrypted: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub rows: u64,
    pub chunks: Vec<Chunk>,
    /// Whether they stand in another file.
    is_elsewhere: bool,
}

/// Bytes that what a footer of this length says may take.
pub fn room(length: u64) -> u64 {
    3 * length + (4 << 10)
}

/// Counts them.
struct Room(u64);

impl Room {
    fn take<T>(&mut self, more: usize) -> io::Result<()> {
        let bytes = (size_of::<T>() + more) as u64;
        self.0 = self.0.checked_sub(bytes).ok_or_else(|| corrupt("more columns than bytes that tell of them"))?;
        Ok(())
    }
}

#[derive(Debug, Default)]
pub struct Footer {
    pub leaves: Vec<Leaf>,
    pub groups: Vec<Group>,
    /// What the program that wrote it tells, as lines.
    pub notes: String,
}

impl Footer {
    /// # Errors
    /// Bytes that are none of a footer.
    pub fn new(bytes: &[u8]) -> io::Result<Self> {
        let mut footer = Self::default();
        let mut room = Room(room(bytes.len() as u64));
        Thrift::new(bytes).fields(&mut |thrift, id, _| {
            match id {
                2 => footer.leaves = leaves(thrift, &mut room)?,
                4 => {
                    for _ in 0..thrift.list()?.0 {
                        footer.groups.push(group(thrift, &mut room)?);
                    }
                }
                5 => {
                    for _ in 0..thrift.list()?.0 {
                        footer.note(thrift)?;
                    }
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        footer.groups.retain(|group| !group.is_elsewhere);
        if footer.groups.iter().any(|group| group.chunks.len() != footer.leaves.len()) {
            return Err(corrupt("rows without some of their columns"));
        }
        Ok(footer)
    }

    fn note(&mut self, thrift: &mut Thrift) -> io::Result<()> {
        thrift.fields(&mut |thrift, id, _| {
            match id {
                1 => self.notes.extend([&*thrift.text()?, ": "]),
                2 => self.notes.push_str(&thrift.text()?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        self.notes.push('\n');
        Ok(())
    }
}

/// An entry of the schema.
#[derive(Debug, Default)]
struct Element {
    kind: Option<i64>,
    width: i64,
    /// 0 for what is always there, 1 for what may be, 2 for what is repeated.
    repetition: i64,
    name: String,
    children: i64,
    converted: Option<i64>,
    scale: i64,
    meaning: Option<Meaning>,
    /// Whether its only child stands for its elements, or for its entries.
    is_list: bool,
    is_map: bool,
}

fn element(thrift: &mut Thrift) -> io::Result<Element> {
    let mut element = Element::default();
    thrift.fields(&mut |thrift, id, _| {
        match id {
            1 => element.kind = Some(thrift.number()?),
            2 => element.width = thrift.number()?,
            3 => element.repetition = thrift.number()?,
            4 => element.name = thrift.text()?,
            5 => element.children = thrift.number()?,
            6 => element.converted = Some(thrift.number()?),
            7 => element.scale = thrift.number()?,
            10 => logical(thrift, &mut element)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(element)
}

/// What the newer of two ways to tell it says of an entry.
fn logical(thrift: &mut Thrift, element: &mut Element) -> io::Result<()> {
    thrift.fields(&mut |thrift, id, _| {
        match id {
            2 => element.is_map = true,
            3 => element.is_list = true,
            5 => element.meaning = Some(Meaning::Decimal(element.scale.clamp(0, 1000) as u32)),
            6 => element.meaning = Some(Meaning::Date),
            7 => element.meaning = Some(Meaning::Time(parts(thrift)?)),
            8 => element.meaning = Some(Meaning::Timestamp(parts(thrift)?)),
            10 => {
                let mut is_signed = false;
                thrift.fields(&mut |_, id, kind| {
                    is_signed |= id == 2 && kind == TRUE;
                    Ok(false)
                })?;
                element.meaning = Some(if is_signed { Meaning::Plain } else { Meaning::Unsigned });
            }
            14 => element.meaning = Some(Meaning::Uuid),
            15 => element.meaning = Some(Meaning::Half),
            _ => {}
        }
        // Those that were read are done.
        Ok(matches!(id, 7 | 8 | 10))
    })
}

/// How many parts a second has in the unit that a time is told in.
fn parts(thrift: &mut Thrift) -> io::Result<i64> {
    let mut parts = 1000;
    thrift.fields(&mut |thrift, id, _| {
        if id != 2 {
            return Ok(false);
        }
        thrift.fields(&mut |_, unit, _| {
            parts = [1000, 1_000_000, 1_000_000_000][(unit.clamp(1, 3) - 1) as usize];
            Ok(false)
        })?;
        Ok(true)
    })?;
    Ok(parts)
}

impl Element {
    fn meaning(&self) -> Meaning {
        if let Some(meaning) = self.meaning {
            return meaning;
        }
        match self.converted {
            Some(5) => Meaning::Decimal(self.scale.clamp(0, 1000) as u32),
            Some(6) => Meaning::Date,
            Some(7) => Meaning::Time(1000),
            Some(8) => Meaning::Time(1_000_000),
            Some(9) => Meaning::Timestamp(1000),
            Some(10) => Meaning::Timestamp(1_000_000),
            Some(11..=14) => Meaning::Unsigned,
            _ => Meaning::Plain,
        }
    }

    fn physical(&self, kind: i64) -> io::Result<Physical> {
        Ok(match kind {
            0 => Physical::Boolean,
            1 => Physical::Int32,
            2 => Physical::Int64,
            3 => Physical::Int96,
            4 => Physical::Float,
            5 => Physical::Double,
            6 => Physical::Bytes,
            7 if (1..=1 << 20).contains(&self.width) => Physical::Fixed(self.width as usize),
            _ => return Err(corrupt(&format!("a column of the unknown type {kind}"))),
        })
    }

    fn below(&self) -> Below {
        match self.converted {
            _ if self.is_list => Below::List,
            _ if self.is_map => Below::Map,
            Some(3) => Below::List,
            Some(1 | 2) => Below::Map,
            _ => Below::Parts,
        }
    }
}

/// What stands below an entry: parts with names of their own, or one whose name says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    Parts,
    List,
    /// What a list is made of.
    Item,
    Map,
}

/// A group of columns that is open.
struct Open {
    children: i64,
    name: String,
    definition: u32,
    repetition: u32,
    below: Below,
}

/// The columns of a schema, which lists entries before those below them.
fn leaves(thrift: &mut Thrift, room: &mut Room) -> io::Result<Vec<Leaf>> {
    let (mut leaves, mut open) = (Vec::new(), Vec::<Open>::new());
    for at in 0..thrift.list()?.0 {
        let element = element(thrift)?;
        if at == 0 {
            open.push(Open {
                children: element.children,
                name: String::new(),
                definition: 0,
                repetition: 0,
                below: Below::Parts,
            });
            continue;
        }
        while open.last().is_some_and(|group| group.children <= 0) {
            open.pop();
        }
        let depth = open.len();
        let Some(group) = open.last_mut() else { return Err(corrupt("more columns than the schema has")) };
        group.children -= 1;
        let definition = group.definition + u32::from(element.repetition > 0);
        let repetition = group.repetition + u32::from(element.repetition == 2);
        let below = match group.below {
            Below::List if element.children == 1 => Below::Item,
            Below::List | Below::Map => Below::Parts,
            Below::Item | Below::Parts => element.below(),
        };
        let name = match (group.below, group.name.is_empty()) {
            (Below::Parts, true) => element.name.clone(),
            (Below::Parts, false) => format!("{}.{}", group.name, element.name),
            _ => group.name.clone(),
        };
        room.take::<Leaf>(name.len())?;
        match element.kind {
            Some(kind) if element.children <= 0 => {
                let (physical, meaning) = (element.physical(kind)?, element.meaning());
                leaves.push(Leaf { name, physical, meaning, definition, repetition });
            }
            _ if depth == DEPTH => return Err(corrupt("columns too deep inside one another")),
            _ => open.push(Open { children: element.children, name, definition, repetition, below }),
        }
    }
    Ok(leaves)
}

fn group(thrift: &mut Thrift, room: &mut Room) -> io::Result<Group> {
    let mut group = Group::default();
    room.take::<Group>(0)?;
    thrift.fields(&mut |thrift, id, _| {
        match id {
            1 => {
                for _ in 0..thrift.list()?.0 {
                    room.take::<Chunk>(0)?;
                    let (chunk, is_elsewhere) = chunk(thrift)?;
                    group.chunks.push(chunk);
                    group.is_elsewhere |= is_elsewhere;
                }
            }
            3 => group.rows = thrift.number()?.max(0) as u64,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(group)
}

/// A chunk, and whether it stands in another file.
fn chunk(thrift: &mut Thrift) -> io::Result<(Chunk, bool)> {
    let (mut chunk, mut is_elsewhere) = (Chunk::default(), false);
    let (mut data, mut dictionary) = (0, 0);
    thrift.fields(&mut |thrift, id, _| {
        match id {
            1 => is_elsewhere = !thrift.binary()?.is_empty(),
            3 => thrift.fields(&mut |thrift, id, _| {
                let mut number = || Ok::<_, io::Error>(thrift.number()?.max(0) as u64);
                match id {
                    4 => chunk.codec = number()? as i64,
                    5 => chunk.values = number()?,
                    6 => chunk.unpacked = number()?,
                    7 => chunk.length = number()?,
                    9 => data = number()?,
                    11 => dictionary = number()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?,
            8 => {
                chunk.is_encrypted = true;
                return Ok(false);
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    chunk.start = if dictionary > 0 && dictionary < data { dictionary } else { data };
    Ok((chunk, is_elsewhere))
}
