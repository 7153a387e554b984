//! A container that is read from any place in it: a file, or what a stream gives, held in memory.

use std::fs::File;
use std::io::{self, Read};

use super::Input;
use crate::decode::Held;

pub enum Whole<'w> {
    File(&'w File, u64),
    Bytes(Vec<u8>, Vec<Held>),
}

impl<'i> Input<'i> {
    /// All bytes of the container. Those of a stream that has more than half of the budget of memory are given back, to be
    /// read before the rest.
    ///
    /// # Errors
    /// Those of the input; more memory than the budget has left.
    pub fn whole(&mut self) -> io::Result<Result<Whole<'i>, Vec<u8>>> {
        if let Some(file) = self.file {
            return Ok(Ok(Whole::File(file, file.metadata()?.len())));
        }
        let most = self.meter.budgets().memory / 2;
        let (mut bytes, mut held) = (Vec::new(), Vec::new());
        while self.by_ref().take(1 << 20).read_to_end(&mut bytes)? > 0 {
            if bytes.len() as u64 > most {
                return Ok(Err(bytes));
            }
            held.push(self.meter.hold(1 << 20)?);
        }
        Ok(Ok(Whole::Bytes(bytes, held)))
    }
}

impl Whole<'_> {
    /// Reads it from its beginning.
    pub fn stream(&self) -> impl Read {
        Stream { whole: self, at: 0 }
    }

    pub fn length(&self) -> u64 {
        match self {
            Self::File(_, length) => *length,
            Self::Bytes(bytes, _) => bytes.len() as u64,
        }
    }

    /// Fills the buffer with what stands from `offset` on, as far as there is something.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file, _) => {
                let mut length = 0;
                while length < buf.len() {
                    match at(file, offset + length as u64, &mut buf[length..]) {
                        Ok(0) => break,
                        Ok(more) => length += more,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(length)
            }
            Self::Bytes(bytes, _) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let length = buf.len().min(bytes.len() - from);
                buf[..length].copy_from_slice(&bytes[from..from + length]);
                Ok(length)
            }
        }
    }
}

struct Stream<'s, 'w> {
    whole: &'s Whole<'w>,
    at: u64,
}

impl Read for Stream<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.whole.read_at(self.at, buf)?;
        self.at += length as u64;
        Ok(length)
    }
}

/// Reads from a place of a file; where it is read from as a stream stays as it is.
fn at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buf, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buf, offset);
}
