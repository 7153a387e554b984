//! Layers: takes the bytes of a compressed stream, gives what is in it.

use std::io::{self, BufReader, Read};
use std::rc::Rc;

use super::frames::{Ahead, Format, Sharing};
use super::gzip::Gzip;
use super::zstd::{self, Zstd};
use super::{Compression, Counted, Meter, SNIFF};

/// Stored bytes that a decompressor takes at a time.
const BLOCK: usize = 64 << 10;

/// A stream with its first bytes, which were read ahead and are read again. An error that it met stays.
pub struct Head<'s> {
    pub bytes: Vec<u8>,
    given: usize,
    rest: Box<dyn Read + 's>,
    failure: Option<(io::ErrorKind, String)>,
}

impl<'s> Head<'s> {
    pub fn new(rest: Box<dyn Read + 's>) -> Self {
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
}

impl Read for Head<'_> {
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

/// Opens what begins with this head; `opened` are the layers around it. What is shared is unpacked by several threads, as far
/// as its format lets them.
///
/// # Errors
/// Memory beyond the budget; what this build cannot open.
pub fn open<'s>(
    below: Head<'s>,
    compression: Compression,
    opened: &[Compression],
    meter: &Rc<Meter>,
    sharing: Option<&Sharing>,
) -> io::Result<Box<dyn Read + 's>> {
    let Some(sharing) = sharing else { return stream(below, compression, opened, meter) };
    Ok(match compression {
        Compression::Gzip => Box::new(Ahead::new(Gzip::new(sharing.source(below, Format::Gzip)), sharing)),
        Compression::Zstd => {
            let source = sharing.source(below, Format::Zstd);
            Box::new(Ahead::new(Zstd::new(source, zstd::WINDOW_LOG)?, sharing))
        }
        _ => {
            let source = stream(below, compression, opened, meter)?;
            Box::new(Counted { source, taken: sharing.streamed.clone() })
        }
    })
}

fn stream<'s>(
    below: Head<'s>,
    compression: Compression,
    opened: &[Compression],
    meter: &Rc<Meter>,
) -> io::Result<Box<dyn Read + 's>> {
    #[cfg(feature = "xz")]
    let head = below.bytes.clone();
    let source = BufReader::with_capacity(BLOCK, below);
    Ok(match compression {
        Compression::Gzip => Box::new(Gzip::new(source)),
        Compression::Zstd => {
            // Half the window for each further one, so that all together stay below two of the first.
            let outer = opened.iter().filter(|outer| **outer == Compression::Zstd).count() as u32;
            let window_log = zstd::WINDOW_LOG.saturating_sub(outer).max(zstd::LEAST_WINDOW_LOG);
            Box::new(Zstd::new(source, window_log)?)
        }
        #[cfg(feature = "bzip2")]
        Compression::Bzip2 => Box::new(super::bzip2::Bzip2::new(source, meter)?),
        #[cfg(feature = "xz")]
        Compression::Xz => Box::new(super::lzma::Lzma::xz(source, &head, meter)?),
        #[cfg(feature = "xz")]
        Compression::Lzma => Box::new(super::lzma::Lzma::alone(source, &head, meter)?),
        #[cfg(feature = "lz4")]
        Compression::Lz4 => Box::new(super::lz4::Lz4::new(source, meter)),
        #[cfg(not(all(feature = "bzip2", feature = "xz", feature = "lz4")))]
        other => {
            let _ = (meter, source);
            return Err(super::corrupt(&format!("{other:?} streams are not part of this build")));
        }
    })
}
