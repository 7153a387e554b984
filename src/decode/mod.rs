//! From stored bytes to text bytes: takes what is stored, gives a [`Decoder`] that reads as the text inside, with
//! gzip, zstd and UTF-16 undone. Layers are found by content and opened as a stream, so memory is bounded whatever
//! they hold. Single-byte charsets stay as they are; [`to_utf8`] shows short runs of them.

use std::io::{self, BufReader, Read};

mod charset;
mod gzip;
mod sniff;
mod utf16;
mod zstd;

pub use charset::{SINGLE_BYTE, to_utf8};
pub use sniff::{Charset, Compression, SNIFF, Sniffed, sniff};

use gzip::Gzip;
use utf16::Utf16;
use zstd::Zstd;

/// Stored bytes that a decompressor takes at a time.
const BLOCK: usize = 64 << 10;

/// Reads as the innermost text of what is stored.
///
/// All that can be read before some damage is read before the error; the error then stays. Its message is a phrase
/// such as "unexpected end of file".
pub struct Decoder<R: Read> {
    text: Text<R>,
    binary: bool,
}

enum Text<R: Read> {
    Bytes(Head<R>),
    Utf16(Box<Utf16<Head<R>>>),
}

impl<R: Read> Decoder<R> {
    /// Opens up to `layers` compressed streams inside one another, and reads as far as the head of the last. More
    /// layers are an error. Damage is none yet: it comes where reading gets to it.
    pub fn new(stored: R, layers: usize) -> io::Result<Self> {
        let mut head = Head::new(Layer::Stored { source: stored, taken: 0 });
        let mut opened = Vec::new();
        let sniffed = loop {
            let sniffed = sniff(&head.bytes);
            let Some(compression) = sniffed.compression else { break sniffed };
            if opened.len() == layers {
                return Err(corrupt(&format!("more than {layers} compressed layers inside one another")));
            }
            head = Head::new(Layer::open(head, compression, &opened)?);
            opened.push(compression);
        };
        let text = match sniffed.charset {
            Charset::Bytes => Text::Bytes(head),
            Charset::Utf16Le => Text::Utf16(Box::new(Utf16::new(head, encoding_rs::UTF_16LE))),
            Charset::Utf16Be => Text::Utf16(Box::new(Utf16::new(head, encoding_rs::UTF_16BE))),
        };
        Ok(Self { text, binary: sniffed.binary })
    }

    /// Whether the innermost bytes begin as no text does.
    pub fn is_binary(&self) -> bool {
        self.binary
    }

    /// Bytes that were taken from `stored` so far, which may be ahead of the text.
    pub fn stored_read(&self) -> u64 {
        match &self.text {
            Text::Bytes(head) => head.stored_read(),
            Text::Utf16(text) => text.source().stored_read(),
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.text {
            Text::Bytes(head) => head.read(buf),
            Text::Utf16(text) => text.read(buf),
        }
    }
}

/// What is stored, or a compressed stream in the layer below.
enum Layer<R: Read> {
    Stored { source: R, taken: u64 },
    Gzip(Box<Gzip<BufReader<Head<R>>>>),
    Zstd(Box<Zstd<BufReader<Head<R>>>>),
}

impl<R: Read> Layer<R> {
    fn open(below: Head<R>, compression: Compression, opened: &[Compression]) -> io::Result<Self> {
        let source = BufReader::with_capacity(BLOCK, below);
        Ok(match compression {
            Compression::Gzip => Self::Gzip(Box::new(Gzip::new(source))),
            Compression::Zstd => {
                // Half the window for each further one, so that all together stay below two of the first.
                let outer = opened.iter().filter(|outer| **outer == Compression::Zstd).count() as u32;
                let window_log = zstd::WINDOW_LOG.saturating_sub(outer).max(zstd::LEAST_WINDOW_LOG);
                Self::Zstd(Box::new(Zstd::new(source, window_log)?))
            }
        })
    }

    fn stored_read(&self) -> u64 {
        match self {
            Self::Stored { taken, .. } => *taken,
            Self::Gzip(stream) => stream.source().get_ref().stored_read(),
            Self::Zstd(stream) => stream.source().get_ref().stored_read(),
        }
    }
}

impl<R: Read> Read for Layer<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored { source, taken } => {
                let length = source.read(buf)?;
                *taken += length as u64;
                Ok(length)
            }
            Self::Gzip(stream) => stream.read(buf),
            Self::Zstd(stream) => stream.read(buf),
        }
    }
}

/// A layer with its first bytes, which were read ahead and are read again. An error that it met stays.
struct Head<R: Read> {
    bytes: Vec<u8>,
    given: usize,
    rest: Layer<R>,
    failure: Option<(io::ErrorKind, String)>,
}

impl<R: Read> Head<R> {
    fn new(rest: Layer<R>) -> Self {
        let mut head = Self { bytes: Vec::new(), given: 0, rest, failure: None };
        let mut bytes = vec![0; SNIFF];
        let mut length = 0;
        while length < SNIFF {
            match head.read(&mut bytes[length..]) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It stays, and is met again once the bytes before it have been read.
                Err(_) => break,
            }
        }
        bytes.truncate(length);
        head.bytes = bytes;
        head
    }

    fn stored_read(&self) -> u64 {
        self.rest.stored_read()
    }
}

impl<R: Read> Read for Head<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given < self.bytes.len() {
            let length = buf.len().min(self.bytes.len() - self.given);
            buf[..length].copy_from_slice(&self.bytes[self.given..self.given + length]);
            self.given += length;
            return Ok(length);
        }
        if let Some((kind, message)) = &self.failure {
            return Err(io::Error::new(*kind, message.clone()));
        }
        let result = self.rest.read(buf);
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failure = Some((error.kind(), error.to_string()));
        }
        result
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
