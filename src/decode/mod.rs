//! From stored bytes to text bytes: takes what is stored, gives a [`Decoder`] that reads as the text inside, with
//! compression and UTF-16 undone, and tells whether it is a [`Container`], which gives its members as streams. Both are
//! found by content and read as a stream, so memory is bounded whatever they hold, and a [`Meter`] counts what comes
//! out. Single-byte charsets stay as they are; [`to_utf8`] shows short runs of them.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

#[cfg(feature = "bzip2")]
mod bzip2;
mod charset;
mod container;
mod frames;
mod gzip;
mod inflate;
mod layer;
#[cfg(feature = "lz4")]
mod lz4;
#[cfg(feature = "xz")]
mod lzma;
mod meter;
mod sniff;
mod utf16;
mod zstd;

pub use charset::{SINGLE_BYTE, to_utf8};
#[cfg(feature = "pdf")]
pub use container::drawn as pdf_pages;
pub use container::{
    Beside, CONTAINERS, Container, Input, LOG_ENDING, LONGEST_TOC, Member, TOC_FILE, TOC_MAGIC, Table, Toc, Visitor,
};
pub use frames::{Frames, Helpers};
pub use meter::{Gate, Held, Meter, Metered};
pub use sniff::{Charset, Compression, SNIFF, Sniffed, sniff};

use frames::Sharing;
use layer::Head;
use utf16::Utf16;

/// Bytes of text that one thread unpacks without a word, though others could not help.
const ALONE: u64 = 256 << 20;

/// Reads as the innermost text of what is stored.
///
/// All that can be read before some damage is read before the error; the error then stays. Its message is a phrase
/// such as "unexpected end of file".
pub struct Decoder<'s> {
    text: Box<dyn Read + 's>,
    sniffed: Sniffed,
    opened: Vec<Compression>,
    taken: Rc<Cell<u64>>,
    sharing: Option<Sharing>,
}

impl<'s> Decoder<'s> {
    /// Opens up to `layers` compressed streams inside one another, and reads as far as the head of the last. More
    /// layers are an error. Damage is none yet: it comes where reading gets to it.
    pub fn new(stored: impl Read + 's, layers: usize) -> io::Result<Self> {
        Self::metered(stored, layers, &Meter::generous())
    }

    /// The same; what the layers give counts.
    pub fn metered(stored: impl Read + 's, layers: usize, meter: &Rc<Meter>) -> io::Result<Self> {
        Self::open(stored, layers, meter, None)
    }

    /// The same of a file, of which these help to unpack the outermost layer.
    pub fn helped(
        stored: impl Read + 's,
        layers: usize,
        meter: &Rc<Meter>,
        helpers: Arc<dyn Helpers>,
    ) -> io::Result<Self> {
        Self::open(stored, layers, meter, Some(Sharing::new(helpers)))
    }

    fn open(stored: impl Read + 's, layers: usize, meter: &Rc<Meter>, sharing: Option<Sharing>) -> io::Result<Self> {
        let taken = Rc::new(Cell::new(0));
        let mut head = Head::new(Box::new(Counted { source: stored, taken: taken.clone() }));
        let mut opened = Vec::new();
        let sniffed = loop {
            let sniffed = sniff(&head.bytes);
            let Some(compression) = sniffed.compression else { break sniffed };
            if opened.len() == layers {
                return Err(corrupt(&format!("more than {layers} compressed layers inside one another")));
            }
            let sharing = sharing.as_ref().filter(|_| opened.is_empty());
            let text = layer::open(head, compression, &opened, meter, sharing)?;
            head = Head::new(Box::new(Metered::layer(text, meter)));
            opened.push(compression);
        };
        let text: Box<dyn Read + 's> = match sniffed.charset {
            Charset::Bytes => Box::new(head),
            Charset::Utf16Le => Box::new(Utf16::new(head, encoding_rs::UTF_16LE)),
            Charset::Utf16Be => Box::new(Utf16::new(head, encoding_rs::UTF_16BE)),
        };
        Ok(Self { text, sniffed, opened, taken, sharing })
    }

    /// Whether the innermost bytes begin as no text does.
    pub fn is_binary(&self) -> bool {
        self.sniffed.binary
    }

    /// What the innermost bytes are, where they have members.
    pub fn container(&self) -> Option<&'static Container> {
        self.sniffed.container
    }

    /// Compressed streams that were opened.
    pub fn layers(&self) -> usize {
        self.opened.len()
    }

    /// Bytes of what is stored that were begun to be unpacked, which may be ahead of the text.
    pub fn stored_read(&self) -> u64 {
        self.sharing.as_ref().and_then(|sharing| sharing.begun.get()).unwrap_or(self.taken.get())
    }
}

impl Decoder<'_> {
    /// What to tell of a large file, of which much could be unpacked by one thread alone, were there others or not.
    pub fn unshared(&self) -> Option<&'static str> {
        let is_long = self.sharing.as_ref()?.streamed.get() > ALONE;
        Some(match self.opened.first().filter(|_| is_long)? {
            Compression::Gzip => {
                "one thread unpacked much of it, since its gzip members are long; several threads unpack what bgzip writes"
            }
            Compression::Zstd => {
                "one thread unpacked much of it, since its zstd frames are long; several threads unpack what pzstd writes"
            }
            _ => {
                "one thread unpacked it, since its format has no short parts; several threads unpack what bgzip or pzstd writes"
            }
        })
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.text.read(buf)
    }
}

/// Counts the bytes that are taken.
struct Counted<R> {
    source: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buf)?;
        self.taken.set(self.taken.get() + length as u64);
        Ok(length)
    }
}

fn truncated() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "unexpected end of file")
}

fn corrupt(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests;
