//! Containers: takes the bytes of an archive, a database or a document, gives its members, the rows of its tables and its
//! text one after another as streams. A container is a module and a line in [`CONTAINERS`]; it is found by its first bytes
//! and, where its format lets it, read from front to back, so that one that is cut, or lies within another, gives all that
//! stands before the cut.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;

use super::{Meter, corrupt, truncated};

mod ar;
mod bson;
mod cells;
mod compound;
mod cpio;
mod dbf;
mod json;
mod mail;
mod office;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "pdf")]
mod pdf;
mod pgdump;
mod rar;
mod redis;
#[cfg(feature = "sevenz")]
mod sevenz;
mod sqlite;
mod tar;
mod whole;
mod zip;

#[cfg(feature = "pdf")]
pub use pdf::drawn;
pub use pgdump::{FILE as TOC_FILE, LONGEST as LONGEST_TOC, MAGIC as TOC_MAGIC, Toc};
pub use sqlite::LOG_ENDING;

/// All kinds that are known.
pub static CONTAINERS: &[Container] = &[
    office::CONTAINER,
    zip::CONTAINER,
    tar::CONTAINER,
    #[cfg(feature = "sevenz")]
    sevenz::CONTAINER,
    cpio::CONTAINER,
    ar::CONTAINER,
    pgdump::CONTAINER,
    sqlite::CONTAINER,
    sqlite::LOG,
    compound::CONTAINER,
    mail::CONTAINER,
    #[cfg(feature = "pdf")]
    pdf::CONTAINER,
    dbf::CONTAINER,
    bson::CONTAINER,
    redis::CONTAINER,
    #[cfg(feature = "parquet")]
    parquet::CONTAINER,
    rar::CONTAINER,
];

/// A kind of container.
pub struct Container {
    pub name: &'static str,
    /// Whether a head of [`SNIFF`](super::SNIFF) bytes, or a whole shorter file, begins one.
    pub begins: fn(&[u8]) -> bool,
    /// Gives the members of one. An error is what ends it before its end; those of the visitor are passed on.
    pub open: fn(&mut Input, &mut dyn Visitor) -> io::Result<()>,
}

impl PartialEq for Container {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Container {}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What a container says of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member<'m> {
    /// As it is stored, whatever stands in it.
    pub name: Cow<'m, str>,
    /// Bytes that it has in the container, where these are known beforehand.
    pub stored: Option<u64>,
    /// Bytes of its content, where they are known for sure.
    pub length: Option<u64>,
    /// When it was last modified, in seconds since 1970.
    pub modified: Option<i64>,
    /// Statements of SQL that stand before it where it is written as text: of a table's data, the definition of the
    /// table and the head of its COPY.
    pub before: Option<Cow<'m, str>>,
}

impl<'m> Member<'m> {
    pub fn new(name: impl Into<Cow<'m, str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// What a container says of a table in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table<'t> {
    /// Empty where it has none but that of the file.
    pub name: Cow<'t, str>,
    /// The names of its columns; none where one of the first rows may hold them.
    pub columns: Option<Vec<String>>,
    /// The statement of SQLite that defines it.
    pub definition: Option<Cow<'t, str>>,
    /// Whether its rows are those of the table before it, with other columns.
    pub continues: bool,
}

/// Is given what is in a container. An error ends the container.
pub trait Visitor {
    /// Takes a member. What is left of the content is gone over by the container.
    ///
    /// # Errors
    /// Nothing more of the container is wanted.
    fn member(&mut self, member: &Member, content: &mut dyn Read) -> io::Result<()>;

    /// Takes the rows of a table, as lines of COPY.
    ///
    /// # Errors
    /// Nothing more of the container is wanted.
    fn table(&mut self, table: &Table, rows: &mut dyn Read) -> io::Result<()>;

    /// Takes text of the container itself, whole lines.
    ///
    /// # Errors
    /// Nothing more of the container is wanted.
    fn text(&mut self, content: &mut dyn Read) -> io::Result<()>;

    /// Takes the text of a page, which counts from 1, as whole lines.
    ///
    /// # Errors
    /// Nothing more of the container is wanted.
    fn page(&mut self, number: u32, content: &mut dyn Read) -> io::Result<()> {
        let _ = number;
        self.text(content)
    }

    /// Takes rows of a table that are on a page; those on other pages come apart.
    ///
    /// # Errors
    /// Nothing more of the container is wanted.
    fn page_table(&mut self, number: u32, table: &Table, rows: &mut dyn Read) -> io::Result<()> {
        let _ = number;
        self.table(table, rows)
    }

    /// Takes a member that cannot be opened, for this reason; without a name, the container itself.
    ///
    /// # Errors
    /// Nothing more of the container is wanted.
    fn skip(&mut self, name: Option<&str>, reason: &str, stored: u64) -> io::Result<()>;

    /// Takes what is wrong with the container, though there may be more members.
    fn problem(&mut self, message: &str);
}

/// Where a container lies that may belong together with a neighbour.
#[derive(Clone, Debug)]
pub struct Beside {
    pub path: PathBuf,
    /// Whether the neighbour that it belongs to is scanned too.
    pub is_scanned: bool,
}

impl Beside {
    /// The path of the neighbour whose name goes on so.
    fn with(&self, ending: &str) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(ending);
        path.into()
    }

    /// The path of the neighbour whose name does not have this ending.
    fn without(&self, ending: &str) -> Option<PathBuf> {
        Some(self.path.with_file_name(self.path.file_name()?.to_str()?.strip_suffix(ending)?))
    }
}

/// Bytes that are read ahead.
const AHEAD: usize = 32 << 10;

/// The bytes of a container.
pub struct Input<'i> {
    source: &'i mut dyn Read,
    /// Bytes that were read ahead, of which those in `ahead` are still to be taken.
    buffer: Vec<u8>,
    ahead: Range<usize>,
    at: u64,
    /// Whether it has ended, or broken, within a member.
    cut: bool,
    /// The same bytes as a file, where they are one.
    pub file: Option<&'i File>,
    pub beside: Option<Beside>,
    pub meter: &'i Rc<Meter>,
}

impl<'i> Input<'i> {
    pub fn new(source: &'i mut dyn Read, file: Option<&'i File>, meter: &'i Rc<Meter>) -> Self {
        Self { source, buffer: vec![0; AHEAD], ahead: 0..0, at: 0, cut: false, file, beside: None, meter }
    }

    /// The next bytes, at least so many of them unless the input ends before; they are not taken.
    fn peek(&mut self, bytes: usize) -> io::Result<&[u8]> {
        if self.ahead.len() < bytes {
            self.buffer.copy_within(self.ahead.clone(), 0);
            self.ahead = 0..self.ahead.len();
        }
        while self.ahead.len() < bytes {
            match self.source.read(&mut self.buffer[self.ahead.end..]) {
                Ok(0) => break,
                Ok(more) => self.ahead.end += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.buffer[self.ahead.clone()])
    }

    /// Whether it has ended, or broken, within a member, which has told of it then.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Bytes that were read.
    fn at(&self) -> u64 {
        self.at
    }

    /// Fills as much of the buffer as there is.
    fn fill(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        while length < buf.len() {
            match self.read(&mut buf[length..]) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(length)
    }

    /// Fills the buffer.
    ///
    /// # Errors
    /// The end of the input.
    fn exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        if self.fill(buf)? < buf.len() { Err(truncated()) } else { Ok(()) }
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.exact(&mut bytes).map(|()| bytes)
    }

    /// Reads a part of a header, which is no longer than `most`.
    fn header(&mut self, length: u64, most: u64, what: &str) -> io::Result<Vec<u8>> {
        if length > most {
            return Err(corrupt(&format!("{what} of {length} bytes")));
        }
        let mut bytes = vec![0; length as usize];
        self.exact(&mut bytes).map(|()| bytes)
    }

    fn skip(&mut self, mut bytes: u64) -> io::Result<()> {
        while bytes > 0 {
            let length = (self.fill_buf()?.len() as u64).min(bytes);
            if length == 0 {
                return Err(truncated());
            }
            self.consume(length as usize);
            bytes -= length;
        }
        Ok(())
    }

    /// The next bytes as a stream; an end before theirs is an error.
    fn part(&mut self, left: u64) -> Part<'_, 'i> {
        Part { input: self, left }
    }

    /// Gives a member that is stored as it is, and goes on to what follows it.
    fn member(&mut self, member: Member, length: u64, visitor: &mut dyn Visitor) -> io::Result<()> {
        let member = Member { stored: Some(length), length: Some(length), ..member };
        let mut part = self.part(length);
        visitor.member(&member, &mut part)?;
        let left = part.left;
        self.skip(left)
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = if self.ahead.is_empty() && buf.len() >= AHEAD {
            self.source.read(buf)?
        } else {
            let bytes = self.peek(1)?;
            let length = bytes.len().min(buf.len());
            buf[..length].copy_from_slice(&bytes[..length]);
            self.ahead.start += length;
            length
        };
        self.at += length as u64;
        Ok(length)
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, bytes: usize) {
        self.ahead.start += bytes;
        self.at += bytes as u64;
    }
}

/// So many bytes of an input.
struct Part<'p, 'i> {
    input: &'p mut Input<'i>,
    left: u64,
}

impl Read for Part<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        match self.input.read(&mut buf[..most]) {
            Ok(length) if length > 0 => {
                self.left -= length as u64;
                Ok(length)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            end => {
                self.input.cut = true;
                end.and_then(|_| Err(truncated()))
            }
        }
    }
}

impl BufRead for Part<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        self.input.cut = true;
        if self.input.peek(1)?.is_empty() {
            return Err(truncated());
        }
        self.input.cut = false;
        let bytes = &self.input.buffer[self.input.ahead.clone()];
        Ok(&bytes[..bytes.len().min(most)])
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.left -= bytes as u64;
    }
}

/// Content that is not to be taken for what its first bytes say: a NUL stands before it.
fn plain<'c>(content: impl Read + 'c) -> impl Read + 'c {
    (&b"\0"[..]).chain(content)
}

/// A number in digits of base 8, 10 or 16, with blanks or NULs around it. None where it is anything else.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let end = digits.iter().position(|byte| *byte == 0).unwrap_or(digits.len());
    let digits = digits[..end].trim_ascii();
    let text = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, radix).ok() }
}

#[cfg(test)]
mod given;
#[cfg(test)]
mod tests;
