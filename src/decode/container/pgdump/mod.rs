//! pg_dump's archives: takes one of the custom form, gives its table of contents, the data of its tables and its large
//! objects as members, called like the files of the directory form. What stands between is read as it comes, so a cut
//! archive gives all before the cut.

use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::{Container, Input, Member, Visitor, corrupt, truncated};
use crate::decode::inflate::Inflate;
use crate::decode::zstd::{WINDOW_LOG, Zstd};
use crate::decode::{Held, Meter};

mod toc;

use toc::{Compression, Numbers};
pub use toc::{MAGIC, Toc};

pub const CONTAINER: Container = Container { name: "pg_dump", begins, open };

/// Bytes of a table of contents.
pub const LONGEST: u64 = 16 << 20;

/// What it is called where it is a file of its own.
pub const FILE: &str = "toc.dat";

const DATA: u8 = 1;
const BLOBS: u8 = 3;

fn begins(head: &[u8]) -> bool {
    // The form stands after the version and the sizes of numbers.
    head.starts_with(MAGIC) && head.get(5) == Some(&1) && head.get(10) == Some(&toc::CUSTOM)
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let mut read = Recorded { source: input, bytes: Vec::new(), held: Vec::new() };
    let toc = Toc::read(&mut read);
    let Recorded { bytes, held, .. } = read;
    // Without its head, by which it would be an archive again.
    let entries = bytes.get(toc::HEAD..).unwrap_or_default();
    let member = Member { length: Some(entries.len() as u64), ..Member::new(FILE) };
    visitor.member(&member, &mut &*entries)?;
    drop((bytes, held));
    let mut toc = match toc {
        Ok(toc) => toc,
        Err(error) => {
            // The data may be text.
            visitor.member(&Member::new("data"), input)?;
            return Err(error);
        }
    };
    while let Some(kind) = input.peek(1)?.first().copied() {
        input.skip(1)?;
        let id = toc.numbers.read(input)?;
        match kind {
            DATA => data(input, &mut toc, id, visitor)?,
            BLOBS => {
                toc.found(id);
                loop {
                    let object = toc.numbers.read(input)?;
                    if object == 0 {
                        break;
                    }
                    block(input, &toc, Member::new(format!("blob_{object}.dat")), visitor)?;
                }
            }
            _ => return Err(corrupt("corrupt pg_dump archive: a block of no known kind")),
        }
    }
    match toc.missing() {
        0 => Ok(()),
        missing => Err(corrupt(&format!("{missing} blocks of data are not in the archive that lists them"))),
    }
}

/// Gives the data of one entry.
fn data(input: &mut Input, toc: &mut Toc, id: i64, visitor: &mut dyn Visitor) -> io::Result<()> {
    if !toc.found(id) {
        visitor.problem(&format!("the table of contents does not list the data block {id}"));
    }
    let before = toc.before(id);
    let member = Member { before: before.map(Into::into), ..Member::new(format!("{id}.dat")) };
    block(input, toc, member, visitor)
}

/// Gives a block: chunks that together are one stream.
fn block(input: &mut Input, toc: &Toc, member: Member, visitor: &mut dyn Visitor) -> io::Result<()> {
    let meter = input.meter;
    let mut chunks = Chunks { input, numbers: toc.numbers, left: 0, ended: false };
    {
        let mut content: Box<dyn Read + '_> = match toc.compression {
            Compression::None => Box::new(&mut chunks),
            Compression::Gzip => Box::new(Inflate::zlib(&mut chunks)),
            Compression::Zstd => Box::new(Zstd::new(&mut chunks, WINDOW_LOG)?),
            Compression::Lz4 => lz4(&mut chunks, meter)?,
        };
        visitor.member(&member, &mut content)?;
    }
    io::copy(&mut chunks, &mut io::sink()).map(drop)
}

#[cfg(feature = "lz4")]
fn lz4<'c>(chunks: &'c mut Chunks, meter: &Rc<Meter>) -> io::Result<Box<dyn Read + 'c>> {
    Ok(Box::new(crate::decode::lz4::Lz4::new(chunks, meter)))
}

#[cfg(not(feature = "lz4"))]
fn lz4<'c>(_: &'c mut Chunks, _: &Rc<Meter>) -> io::Result<Box<dyn Read + 'c>> {
    Err(corrupt("lz4 streams are not part of this build"))
}

/// Reads chunks as one stream.
struct Chunks<'c, 'i> {
    input: &'c mut Input<'i>,
    numbers: Numbers,
    left: u64,
    ended: bool,
}

impl BufRead for Chunks<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.left == 0 && !self.ended {
            let length = self.numbers.read(self.input)?;
            self.left = u64::try_from(length).map_err(|_| corrupt("corrupt pg_dump archive: a negative length"))?;
            self.ended = length == 0;
        }
        if self.ended {
            return Ok(&[]);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let bytes = self.input.fill_buf()?;
        if bytes.is_empty() { Err(truncated()) } else { Ok(&bytes[..bytes.len().min(most)]) }
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.left -= bytes as u64;
    }
}

impl Read for Chunks<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let length = bytes.len().min(buf.len());
        buf[..length].copy_from_slice(&bytes[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// Remembers what is read.
struct Recorded<'r, 'i> {
    source: &'r mut Input<'i>,
    bytes: Vec<u8>,
    held: Vec<Held>,
}

impl Read for Recorded<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buf)?;
        self.bytes.extend_from_slice(&buf[..length]);
        if self.bytes.len() as u64 > LONGEST {
            return Err(corrupt("a table of contents that does not end"));
        }
        // The bytes, and what is read from them.
        if self.bytes.len() >> 20 >= self.held.len() {
            self.held.push(self.source.meter.hold(3 << 20)?);
        }
        Ok(length)
    }
}
