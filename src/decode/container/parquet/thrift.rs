//! Structures in Thrift's compact protocol: takes bytes, gives fields by their numbers.

use std::io;

use crate::decode::{corrupt, truncated};

/// Structures inside one another.
const DEPTH: usize = 32;

/// Kinds of fields.
pub const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;

#[derive(Clone)]
pub struct Thrift<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// What takes a field of this number and kind, or says that it does not.
type Taker<'t, 'b> = &'t mut dyn FnMut(&mut Thrift<'b>, i64, u8) -> io::Result<bool>;

impl<'b> Thrift<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes that were read.
    pub fn at(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> io::Result<u8> {
        let byte = *self.bytes.get(self.at).ok_or_else(truncated)?;
        self.at += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(corrupt("a number that is too long"))
    }

    /// A whole number of 16 bits or more.
    pub fn number(&mut self) -> io::Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub fn binary(&mut self) -> io::Result<&'b [u8]> {
        let length = usize::try_from(self.varint()?).map_err(|_| truncated())?;
        let bytes = self.bytes.get(self.at..).and_then(|rest| rest.get(..length)).ok_or_else(truncated)?;
        self.at += length;
        Ok(bytes)
    }

    pub fn text(&mut self) -> io::Result<String> {
        Ok(String::from_utf8_lossy(self.binary()?).into_owned())
    }

    /// Begins a list. Gives how many elements it has, of which each has a byte at least, and of which kind.
    pub fn list(&mut self) -> io::Result<(usize, u8)> {
        let head = self.byte()?;
        let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        let count = usize::try_from(count).ok().filter(|count| *count <= self.bytes.len() - self.at);
        Ok((count.ok_or_else(truncated)?, head & 15))
    }

    /// Reads a structure.
    pub fn fields(&mut self, take: Taker<'_, 'b>) -> io::Result<()> {
        let mut last = 0;
        while let Some((id, kind)) = self.field(&mut last)? {
            if !take(self, id, kind)? {
                self.skip(kind, 0)?;
            }
        }
        Ok(())
    }

    fn field(&mut self, last: &mut i64) -> io::Result<Option<(i64, u8)>> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        *last = if head >> 4 == 0 { self.number()? } else { last.wrapping_add(i64::from(head >> 4)) };
        Ok(Some((*last, head & 15)))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> io::Result<()> {
        if depth == DEPTH {
            return Err(corrupt("structures too deep inside one another"));
        }
        match kind {
            TRUE | FALSE => {}
            BYTE => drop(self.byte()?),
            4..=6 => drop(self.varint()?),
            DOUBLE => {
                self.at = self.at.checked_add(8).filter(|at| *at <= self.bytes.len()).ok_or_else(truncated)?;
            }
            BINARY => drop(self.binary()?),
            LIST | SET => {
                let (count, kind) = self.list()?;
                for _ in 0..count {
                    self.element(kind, depth)?;
                }
            }
            MAP => {
                let count = self.varint()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                for _ in 0..count {
                    self.element(kinds >> 4, depth)?;
                    self.element(kinds & 15, depth)?;
                }
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip(kind, depth + 1)?;
                }
            }
            _ => return Err(corrupt(&format!("a field of the unknown kind {kind}"))),
        }
        Ok(())
    }

    /// An element of a list, where a truth value has a byte.
    fn element(&mut self, kind: u8, depth: usize) -> io::Result<()> {
        if matches!(kind, TRUE | FALSE) { self.byte().map(drop) } else { self.skip(kind, depth + 1) }
    }
}
