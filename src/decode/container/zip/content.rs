//! Contents of members: takes the stored bytes, gives what they are compressed from.

use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::super::{Input, truncated};
use super::directory::Facts;
use super::entry::Entry;
use crate::decode::inflate::Inflate;
use crate::decode::zstd::{WINDOW_LOG, Zstd};
use crate::decode::{Meter, corrupt};

/// Whether a method can be opened.
pub fn is_known(method: u16) -> bool {
    let (deflate64, bzip2, xz) = (cfg!(feature = "deflate64"), cfg!(feature = "bzip2"), cfg!(feature = "xz"));
    matches!(method, 0 | 8 | 20 | 93)
        || method == 9 && deflate64
        || method == 12 && bzip2
        || matches!(method, 14 | 95) && xz
}

/// Opens what is stored by a known method.
///
/// # Errors
/// Memory beyond the budget; a damaged header.
pub fn open<'c>(mut source: impl BufRead + 'c, entry: &Entry, meter: &Rc<Meter>) -> io::Result<Box<dyn Read + 'c>> {
    // Nothing else tells where one of unknown length ends than its first stream.
    let is_known = entry.stored.is_some();
    let _ = (meter, &mut source);
    Ok(match entry.method {
        0 => Box::new(source),
        8 => Box::new(Inflate::raw(source)),
        #[cfg(feature = "deflate64")]
        9 => Box::new(Deflate64(deflate64::Deflate64Decoder::with_buffer(source))),
        #[cfg(feature = "bzip2")]
        12 => {
            let text = crate::decode::bzip2::Bzip2::new(source, meter)?;
            Box::new(if is_known { text } else { text.one() })
        }
        #[cfg(feature = "xz")]
        14 => {
            let length = entry.length.filter(|_| !entry.end_mark).unwrap_or(u64::MAX);
            Box::new(crate::decode::lzma::Lzma::in_zip(source, length, meter)?)
        }
        20 | 93 => {
            let text = Zstd::new(source, WINDOW_LOG)?;
            Box::new(if is_known { text } else { text.one() })
        }
        #[cfg(feature = "xz")]
        95 if !is_known => {
            let head = source.fill_buf()?.to_vec();
            Box::new(crate::decode::lzma::Lzma::one_xz(source, &head, meter)?)
        }
        #[cfg(feature = "xz")]
        95 => {
            let mut source = io::BufReader::with_capacity(32 << 10, source);
            let head = source.fill_buf()?.to_vec();
            Box::new(crate::decode::lzma::Lzma::xz(source, &head, meter)?)
        }
        method => return Err(corrupt(&format!("method {method} is not known"))),
    })
}

/// Deflate64 with the end of its input told.
#[cfg(feature = "deflate64")]
struct Deflate64<R>(deflate64::Deflate64Decoder<R>);

#[cfg(feature = "deflate64")]
impl<R: BufRead> Read for Deflate64<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => corrupt("corrupt deflate stream"),
            _ => error,
        })
    }
}

/// Reads a content, and holds it against its sum and length at the end.
pub struct Checked<R> {
    source: R,
    hasher: crc32fast::Hasher,
    length: u64,
    expected: (Option<u32>, Option<u64>),
    ended: bool,
}

impl<R: Read> Checked<R> {
    pub fn new(source: R, crc: Option<u32>, length: Option<u64>) -> Self {
        Self { source, hasher: crc32fast::Hasher::new(), length: 0, expected: (crc, length), ended: false }
    }

    /// Whether it was read to its end.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    pub fn crc(&self) -> u32 {
        self.hasher.clone().finalize()
    }

    pub fn length(&self) -> u64 {
        self.length
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buf)?;
        self.hasher.update(&buf[..length]);
        self.length += length as u64;
        if length == 0 && !buf.is_empty() {
            self.ended = true;
            if self.expected.0.is_some_and(|expected| expected != self.crc()) {
                return Err(corrupt("zip checksum mismatch"));
            }
            if self.expected.1.is_some_and(|expected| expected != self.length) {
                return Err(corrupt("zip length mismatch"));
            }
        }
        Ok(length)
    }
}

/// A content that cannot be read at all.
pub struct Failed(pub Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| corrupt("the member cannot be read")))
    }
}

/// What is stored as it is, up to where its length stands after it.
pub struct Undelimited<'u, 'i> {
    input: &'u mut Input<'i>,
    hasher: crc32fast::Hasher,
    length: u64,
    ended: bool,
}

impl<'u, 'i> Undelimited<'u, 'i> {
    pub fn new(input: &'u mut Input<'i>) -> Self {
        Self { input, hasher: crc32fast::Hasher::new(), length: 0, ended: false }
    }

    /// What it is, once it was read.
    pub fn facts(&self) -> Facts {
        Facts { stored: self.length, length: self.length, crc: self.hasher.clone().finalize() }
    }

    /// Whether the content ends here: its sum and length are told.
    fn ends(&mut self) -> io::Result<bool> {
        let bytes = self.input.peek(24)?;
        if bytes.first() != Some(&b'P') {
            return Ok(false);
        }
        let crc = self.hasher.clone().finalize().to_le_bytes();
        let (narrow, wide) = ((self.length as u32).to_le_bytes(), self.length.to_le_bytes());
        let wide = [b"PK\x07\x08", &crc[..], &wide, &wide].concat();
        let narrow = [b"PK\x07\x08", &crc[..], &narrow, &narrow].concat();
        for told in [&wide, &narrow] {
            if bytes.starts_with(told) {
                self.input.skip(told.len() as u64)?;
                return Ok(true);
            }
            if told.starts_with(bytes) {
                return Err(truncated());
            }
        }
        Ok(false)
    }
}

impl Read for Undelimited<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.ended || buf.is_empty() {
            return Ok(0);
        }
        // An end before that of the content is told of here.
        self.input.cut = true;
        self.ended = self.ends()?;
        if self.ended {
            self.input.cut = false;
            return Ok(0);
        }
        if self.input.peek(1)?.is_empty() {
            return Err(truncated());
        }
        self.input.cut = false;
        let bytes = &self.input.buffer[self.input.ahead.clone()];
        // The next mark is looked at once it comes first.
        let next = memchr::memchr(b'P', &bytes[1..]).map_or(bytes.len(), |at| at + 1);
        let length = next.min(buf.len());
        buf[..length].copy_from_slice(&bytes[..length]);
        self.hasher.update(&buf[..length]);
        self.length += length as u64;
        self.input.consume(length);
        Ok(length)
    }
}
