//! What is stored of a target, as a scan takes it.

use std::fs::File;
use std::io::{self, Cursor, Read};

use crate::layout::table;

/// What is stored of a target.
pub struct Stored<'s> {
    pub reader: &'s mut dyn Read,
    pub length: Option<u64>,
    /// The same bytes, where they are a file.
    pub file: Option<&'s File>,
    /// The reader of tables, where what stands before the text is known from elsewhere.
    pub tables: Option<table::Reader>,
}

/// Reads again what was read, to the error that it ended with, if it did.
pub struct Again<'r> {
    read: Cursor<Vec<u8>>,
    failure: Option<io::Error>,
    rest: &'r mut dyn Read,
}

impl<'r> Again<'r> {
    pub fn new(read: Vec<u8>, failure: Option<io::Error>, rest: &'r mut dyn Read) -> Self {
        Self { read: Cursor::new(read), failure, rest }
    }
}

impl Read for Again<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.read.read(buf)? {
            0 => self.failure.take().map_or_else(|| self.rest.read(buf), Err),
            length => Ok(length),
        }
    }
}
