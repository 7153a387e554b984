//! The strings of a workbook that cells share: takes `xl/sharedStrings.xml`, gives them by number, and tells at the end
//! which of them no cell has.

use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::xml::{Event, Xml};
use crate::decode::{Held, Meter};

/// Bytes that are held at a time.
const STEP: u64 = 1 << 20;

/// Steps, so that places fit 32 bits.
const MOST: usize = 2048;

#[derive(Default)]
pub struct Strings {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    used: Vec<bool>,
    held: Vec<Held>,
    /// Whether there are more than memory has room for.
    pub is_cut: bool,
}

impl Strings {
    /// Reads as many as memory has room for, and as are not damaged.
    pub fn read(source: impl BufRead, meter: &Rc<Meter>) -> Self {
        let mut strings = Self::default();
        strings.is_cut = !matches!(strings.all(source, meter), Ok(true));
        strings.used = vec![false; strings.ends.len()];
        strings
    }

    /// Reads all. Whether there was room for them.
    fn all(&mut self, source: impl BufRead, meter: &Rc<Meter>) -> io::Result<bool> {
        let mut xml = Xml::new(source);
        // In text that counts; in what tells how it is pronounced.
        let (mut in_text, mut aside) = (false, false);
        while let Some(event) = xml.next()? {
            match event {
                Event::Open(tag) => match tag.name() {
                    b"t" => in_text = true,
                    b"rPh" => aside = true,
                    _ => {}
                },
                Event::Text(text) if in_text && !aside => self.bytes.extend(text),
                Event::Text(_) => {}
                Event::Close(name) => match name {
                    b"t" => in_text = false,
                    b"rPh" => aside = false,
                    b"si" => self.ends.push(self.bytes.len() as u32),
                    _ => {}
                },
            }
            if !self.hold(meter) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds a string. Whether there is room for more.
    pub fn push(&mut self, string: &str, meter: &Rc<Meter>) -> bool {
        self.bytes.extend(string.as_bytes());
        self.is_cut = !self.hold(meter);
        if !self.is_cut {
            self.ends.push(self.bytes.len() as u32);
            self.used.push(false);
        }
        !self.is_cut
    }

    /// Holds the memory of what was read. Whether there is room for more.
    fn hold(&mut self, meter: &Rc<Meter>) -> bool {
        let needed = self.bytes.len() as u64 + 6 * self.ends.len() as u64;
        while (self.held.len() as u64) * STEP < needed {
            match meter.hold(STEP) {
                Ok(held) if self.held.len() < MOST => self.held.push(held),
                _ => return false,
            }
        }
        true
    }

    /// The string of a number, which some cell has.
    pub fn get(&mut self, number: usize) -> Option<&[u8]> {
        *self.used.get_mut(number)? = true;
        Some(self.string(number))
    }

    fn string(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start as usize..self.ends[number] as usize]
    }

    /// The strings that no cell has, one a line.
    pub fn unused(&self) -> impl Read + '_ {
        let unused = (0..self.used.len()).filter(|number| !self.used[*number] && !self.string(*number).is_empty());
        Unused { numbers: unused.map(|number| self.string(number)), rest: &[], line_end: false }
    }
}

struct Unused<'u, I> {
    numbers: I,
    rest: &'u [u8],
    line_end: bool,
}

impl<'u, I: Iterator<Item = &'u [u8]>> Read for Unused<'u, I> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        if self.rest.is_empty() {
            if std::mem::take(&mut self.line_end) {
                buf[0] = b'\n';
                return Ok(1);
            }
            let Some(next) = self.numbers.next() else { return Ok(0) };
            (self.rest, self.line_end) = (next, true);
        }
        self.rest.read(buf)
    }
}
