//! Pages of a database: takes its bytes, gives pages by number, and remembers which of them some tree has reached, so that
//! none is read twice, however the pages point at each other, and the others are known at the end.

use std::io;

use super::super::whole::Whole;

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
}

pub struct Pages<'p> {
    source: Whole<'p>,
    pub size: usize,
    /// Bytes of a page that hold something.
    pub usable: usize,
    /// Whole pages.
    pub count: u32,
    pub encoding: Encoding,
    /// Two bits for each page.
    uses: Vec<u8>,
    faults: Vec<String>,
    more: u64,
}

impl<'p> Pages<'p> {
    /// The bytes as they are where the header cannot be that of a database.
    ///
    /// # Errors
    /// Those of the file.
    pub fn new(source: Whole<'p>) -> io::Result<Result<Self, Whole<'p>>> {
        let mut header = [0; HEADER];
        let read = source.read_at(0, &mut header)?;
        let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 1 << 16,
            size => usize::from(size),
        };
        let usable = size.saturating_sub(usize::from(header[20]));
        if read < HEADER || !size.is_power_of_two() || size < 512 || usable < 480 {
            return Ok(Err(source));
        }
        let encoding = match number(56) {
            2 => Encoding::Utf16Le,
            3 => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        };
        let count = u32::try_from(source.length() / size as u64).unwrap_or(u32::MAX);
        let uses = vec![0; count as usize / 4 + 1];
        let mut pages = Self { source, size, usable, count, encoding, uses, faults: Vec::new(), more: 0 };
        // The number in the header counts where it was written with the last change.
        let written = number(28);
        if written > count && number(24) == number(92) {
            pages.fault(format!("the database ends before {} of its {written} pages", written - count));
        }
        Ok(Ok(pages))
    }

    /// Reads a page that there is.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(&self, page: u32, buf: &mut Vec<u8>) -> io::Result<()> {
        buf.clear();
        buf.resize(self.size, 0);
        let offset = u64::from(page.saturating_sub(1)) * self.size as u64;
        self.source.read_at(offset, buf).map(drop)
    }

    /// What stands after the last whole page.
    ///
    /// # Errors
    /// Those of the file.
    pub fn rest(&self, buf: &mut Vec<u8>) -> io::Result<()> {
        let offset = u64::from(self.count) * self.size as u64;
        buf.clear();
        buf.resize((self.source.length() - offset).min(self.size as u64) as usize, 0);
        let length = self.source.read_at(offset, buf)?;
        buf.truncate(length);
        Ok(())
    }

    /// Notes that a page is used. Whether it may be: there is one of that number, and nothing else has it.
    pub fn reach(&mut self, page: u32, by: Use) -> bool {
        if page == 0 || page > self.count {
            self.fault(format!("page {page} is not there"));
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
            _ => Use::Overflow,
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
        if self.more > 0 {
            faults.push(format!("{} more faults of the database", self.more));
        }
        faults
    }
}
