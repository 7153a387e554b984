//! Streams of objects: takes one, gives the objects in it (ISO 32000-1, 7.5.7).

use std::io;

use super::file::File;
use super::object::{Lexer, Object, Stream};
use super::text;
use crate::decode::Held;

/// Objects of one stream.
const OBJECTS: usize = 1 << 16;

#[derive(Default)]
pub struct Packed {
    bytes: Vec<u8>,
    _held: Vec<Held>,
    /// The numbers of the objects, and where they begin.
    pub objects: Vec<(u32, u32)>,
    pub is_short: bool,
}

impl Packed {
    /// Reads all of it; where it is damaged, what stands before.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn read(file: &mut File, stream: &Stream) -> io::Result<Self> {
        let first = file.value(&stream.dictionary, "First")?.count().unwrap_or(0);
        let count = file.value(&stream.dictionary, "N")?.count().unwrap_or(0);
        let text::Held { bytes, held, fault } = text::read(file, stream)?;
        let mut lexer = Lexer::new(&bytes, 0);
        let mut objects = Vec::new();
        for _ in 0..count.min(OBJECTS as u64) {
            let (number, at) = (lexer.next(), lexer.next());
            let Some((number, at)) = number.as_ref().and_then(Object::count).zip(at.as_ref().and_then(Object::count))
            else {
                break;
            };
            objects.push((number as u32, u32::try_from(first + at).unwrap_or(u32::MAX)));
        }
        let is_short = fault.is_some() || (objects.len() as u64) < count;
        Ok(Self { bytes, _held: held, objects, is_short })
    }

    pub fn get(&self, index: usize) -> Object {
        let at = self.objects.get(index).map_or(usize::MAX, |(_, at)| *at as usize);
        Lexer::new(&self.bytes, at.min(self.bytes.len())).next().unwrap_or_default()
    }
}
