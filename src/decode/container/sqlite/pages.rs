//! Pages of a database: takes its bytes and its write-ahead log, gives pages by number as they are with what was committed
//! to the log, and remembers which of them some tree has reached, so that none is read twice, however the pages point at
//! each other, and the others are known at the end.

use std::io;
use std::rc::Rc;

use super::super::whole::Whole;
use super::MAGIC;
use super::log::{Log, is_size};
use crate::decode::{Held, Meter};

/// Faults that are told one by one.
const TOLD: usize = 10;

/// Bytes before the first page's tree.
pub const HEADER: usize = 100;

/// How text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// What a page was reached as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    None,
    Tree,
    /// A part of a value, to its last byte or to that of the value.
    Overflow,
    /// In the list of free pages.
    Free,
}

/// What the first page says before its tree.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// Bytes of a page, and those of them that hold something.
    pub size: usize,
    usable: usize,
    encoding: Encoding,
    /// The number of pages, where it was written with the last change.
    pages: Option<u32>,
}

impl Header {
    /// None where it cannot be that of a database.
    fn new(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.first_chunk::<HEADER>()?;
        let number = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let size = match u16::from_be_bytes([bytes[16], bytes[17]]) {
            1 => 1 << 16,
            size => usize::from(size),
        };
        let usable = size.saturating_sub(usize::from(bytes[20]));
        let encoding = match number(56) {
            2 => Encoding::Utf16Le,
            3 => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        };
        let pages = (number(24) == number(92)).then(|| number(28));
        (bytes.starts_with(MAGIC) && is_size(size) && usable >= 480).then_some(Self { size, usable, encoding, pages })
    }

    /// Reads that of a file.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(source: &Whole) -> io::Result<Option<Self>> {
        let mut header = [0; HEADER];
        let read = source.read_at(0, &mut header)?;
        Ok(Self::new(&header[..read]))
    }
}

pub struct Pages<'p> {
    source: Whole<'p>,
    /// Newer images of pages, of the same size.
    log: Option<Log<'p>>,
    /// Whether there is nothing but the log.
    pub is_alone: bool,
    pub size: usize,
    /// Bytes of a page that hold something.
    pub usable: usize,
    /// Pages of the database, and whole ones of the file.
    pub count: u32,
    stored: u32,
    pub encoding: Encoding,
    /// Two bits for each page.
    uses: Vec<u8>,
    faults: Vec<String>,
    more: u64,
    _held: Held,
}

impl<'p> Pages<'p> {
    /// Those of a file with this header.
    ///
    /// # Errors
    /// Those of the file; more memory than the budget has left.
    pub fn new(source: Whole<'p>, header: Header, log: Option<Log<'p>>, meter: &Rc<Meter>) -> io::Result<Self> {
        Self::of(source, header, log, false, meter)
    }

    /// Those that a log alone has.
    ///
    /// # Errors
    /// Those of the file; more memory than the budget has left.
    pub fn alone(log: Log<'p>, meter: &Rc<Meter>) -> io::Result<Self> {
        let header = Header { size: log.size, usable: log.size, encoding: Encoding::Utf8, pages: None };
        Self::of(Whole::Bytes(Vec::new(), Vec::new()), header, Some(log), true, meter)
    }

    fn of(
        source: Whole<'p>,
        header: Header,
        log: Option<Log<'p>>,
        is_alone: bool,
        meter: &Rc<Meter>,
    ) -> io::Result<Self> {
        let stored = u32::try_from(source.length() / header.size as u64).unwrap_or(u32::MAX);
        let count = match &log {
            Some(log) if log.pages > 0 => log.pages.min(log.last().max(stored)),
            _ => stored,
        };
        let _held = meter.hold(u64::from(count) / 4 + 1)?;
        let uses = vec![0; count as usize / 4 + 1];
        let Header { size, usable, encoding, .. } = header;
        let faults = Vec::new();
        let mut pages =
            Self { source, log, is_alone, size, usable, count, stored, encoding, uses, faults, more: 0, _held };
        let mut first = Vec::new();
        pages.read_now(1, &mut first)?;
        let header = Header::new(&first).filter(|newer| newer.size == size).unwrap_or(header);
        (pages.usable, pages.encoding) = (header.usable, header.encoding);
        if let Some(written) = header.pages.filter(|written| *written > count && !is_alone) {
            pages.fault(format!("the database ends before {} of its {written} pages", written - count));
        }
        Ok(pages)
    }

    /// Reads a page that there is, as it is.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(&self, page: u32, buf: &mut Vec<u8>) -> io::Result<()> {
        match self.log.as_ref().and_then(|log| Some((log, log.current(page)?))) {
            Some((log, frame)) => {
                buf.clear();
                buf.resize(self.size, 0);
                log.read(frame, buf)
            }
            None => self.read_stored(page, buf),
        }
    }

    /// Reads a page as it is; nothing where the database has none of that number.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read_now(&self, page: u32, buf: &mut Vec<u8>) -> io::Result<()> {
        buf.clear();
        if self.is_there(page) { self.read(page, buf) } else { Ok(()) }
    }

    /// Reads a page as the file has it.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read_stored(&self, page: u32, buf: &mut Vec<u8>) -> io::Result<()> {
        buf.clear();
        buf.resize(self.size, 0);
        let offset = u64::from(page.saturating_sub(1)) * self.size as u64;
        self.source.read_at(offset, buf).map(drop)
    }

    /// Reads the image of a page that has replaced the one in a frame, or that in the file.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read_newer(&self, page: u32, frame: Option<u32>, buf: &mut Vec<u8>) -> io::Result<()> {
        buf.clear();
        match self.log.as_ref().and_then(|log| Some((log, log.newer(page, frame)?))) {
            Some((log, frame)) if page <= self.count => {
                buf.resize(self.size, 0);
                log.read(frame, buf)
            }
            _ => Ok(()),
        }
    }

    /// Reads the image in a frame of the log. Gives its page, and whether it was committed; none if it is what the page is.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read_frame(&self, frame: u32, buf: &mut Vec<u8>) -> io::Result<Option<(u32, bool)>> {
        let Some(log) = &self.log else { return Ok(None) };
        let (page, is_committed) = log.page(frame)?;
        if page <= self.count && log.current(page) == Some(frame) {
            return Ok(None);
        }
        buf.clear();
        buf.resize(self.size, 0);
        log.read(frame, buf)?;
        Ok(Some((page, is_committed)))
    }

    /// Frames of the log.
    pub fn frames(&self) -> u32 {
        self.log.as_ref().map_or(0, |log| log.frames)
    }

    /// Whether the database has a page of that number.
    fn is_there(&self, page: u32) -> bool {
        let in_log = || self.log.as_ref().is_some_and(|log| log.current(page).is_some());
        (1..=self.count).contains(&page) && (page <= self.stored || in_log())
    }

    /// The page after this one that there is.
    pub fn after(&self, page: u32) -> Option<u32> {
        let next = page + 1;
        let next = if next <= self.stored { next } else { self.log.as_ref()?.after(page)? };
        (next <= self.count).then_some(next)
    }

    /// The page of the file after this one that is not what counts: it was replaced, or the database has it no more.
    pub fn replaced_after(&self, page: u32) -> Option<u32> {
        let next = self.log.as_ref()?.after(page).filter(|next| *next <= self.count);
        let next = next.unwrap_or(self.count.max(page) + 1);
        (next <= self.stored).then_some(next)
    }

    /// What stands after the last whole page of the file.
    ///
    /// # Errors
    /// Those of the file.
    pub fn rest(&self, buf: &mut Vec<u8>) -> io::Result<()> {
        let offset = u64::from(self.stored) * self.size as u64;
        buf.clear();
        buf.resize((self.source.length() - offset).min(self.size as u64) as usize, 0);
        let length = self.source.read_at(offset, buf)?;
        buf.truncate(length);
        Ok(())
    }

    /// What stands after the last whole page of the log.
    ///
    /// # Errors
    /// Those of the file.
    pub fn rest_of_log(&self, buf: &mut Vec<u8>) -> io::Result<()> {
        buf.clear();
        self.log.as_ref().map_or(Ok(()), |log| log.rest(buf))
    }

    /// Notes that a page is used. Whether it may be: there is one of that number, and nothing else has it.
    pub fn reach(&mut self, page: u32, by: Use) -> bool {
        if !self.is_there(page) {
            // The others are in the database.
            if !self.is_alone {
                self.fault(format!("page {page} is not there"));
            }
            return false;
        }
        if self.reached(page) != Use::None {
            self.fault(format!("page {page} belongs to two"));
            return false;
        }
        self.set(page, by);
        true
    }

    /// Takes back that a page is used: it is not what it was reached as.
    pub fn leave(&mut self, page: u32) {
        self.set(page, Use::None);
    }

    fn set(&mut self, page: u32, by: Use) {
        let (byte, shift) = (page as usize / 4, page % 4 * 2);
        self.uses[byte] = self.uses[byte] & !(3 << shift) | (by as u8) << shift;
    }

    pub fn reached(&self, page: u32) -> Use {
        match self.uses[page as usize / 4] >> (page % 4 * 2) & 3 {
            0 => Use::None,
            1 => Use::Tree,
            2 => Use::Overflow,
            _ => Use::Free,
        }
    }

    pub fn fault(&mut self, fault: String) {
        if self.faults.len() < TOLD {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }

    /// What was found to be wrong.
    pub fn take_faults(&mut self) -> Vec<String> {
        let mut faults = std::mem::take(&mut self.faults);
        faults.extend(self.log.as_mut().map(|log| std::mem::take(&mut log.faults)).unwrap_or_default());
        if self.more > 0 {
            faults.push(format!("{} more faults of the database", self.more));
        }
        faults
    }
}
