//! Write-ahead logs: takes the bytes of one, gives the images of pages in it by their numbers, and which of them count: those
//! whose checksums hold, up to the last commit. By "WAL-mode File Format" of SQLite.

use std::io;
use std::ops::Range;
use std::rc::Rc;

use super::super::whole::Whole;
use crate::decode::{Held, Meter};

/// Bytes before the first frame, and before the page of each.
const HEADER: u64 = 32;
const FRAME: usize = 24;

/// What a log begins with: the checksums are of numbers with their lowest byte first, or last.
const LITTLE: [u8; 4] = [0x37, 0x7F, 0x06, 0x82];
const BIG: [u8; 4] = [0x37, 0x7F, 0x06, 0x83];

/// Whether a head begins a log.
pub fn begins(head: &[u8]) -> bool {
    (head.starts_with(&LITTLE) || head.starts_with(&BIG)) && head.len() >= HEADER as usize
}

pub struct Log<'l> {
    whole: Whole<'l>,
    /// Bytes of a page.
    pub size: usize,
    /// Pages of the database after the last commit; 0 where there is none.
    pub pages: u32,
    /// Whole frames.
    pub frames: u32,
    /// Page and frame of each image that was committed, in order.
    committed: Vec<(u32, u32)>,
    pub faults: Vec<String>,
    _held: Held,
}

impl<'l> Log<'l> {
    /// The bytes as they are where the header is not that of a log.
    ///
    /// # Errors
    /// Those of the file; more memory than the budget has left.
    pub fn new(whole: Whole<'l>, meter: &Rc<Meter>) -> io::Result<Result<Self, Whole<'l>>> {
        let mut header = [0; HEADER as usize];
        let read = whole.read_at(0, &mut header)?;
        let mut sum = Sum { is_big: header.starts_with(&BIG), state: (0, 0) };
        sum.add(&header[..24]);
        let size = number(&header, 8) as usize;
        if read < header.len() || !begins(&header) || !sum.is(&header[24..]) || !is_size(size) {
            return Ok(Err(whole));
        }
        let frame = (FRAME + size) as u64;
        let frames = u32::try_from((whole.length() - HEADER) / frame).unwrap_or(u32::MAX);
        let _held = meter.hold(u64::from(frames) * 8)?;
        let mut log = Self { whole, size, pages: 0, frames, committed: Vec::new(), faults: Vec::new(), _held };
        log.go_over(&header[16..24], sum)?;
        if !(log.whole.length() - HEADER).is_multiple_of(frame) {
            log.faults.push("the write-ahead log ends within a page".to_owned());
        }
        Ok(Ok(log))
    }

    /// Finds the frames that were committed.
    fn go_over(&mut self, salts: &[u8], mut sum: Sum) -> io::Result<()> {
        let mut bytes = vec![0; FRAME + self.size];
        let mut kept = 0;
        for frame in 0..self.frames {
            self.whole.read_at(self.offset(frame), &mut bytes)?;
            let (header, page) = bytes.split_at(FRAME);
            if &header[8..16] != salts || number(header, 0) == 0 {
                // From here on stands what an earlier log has left.
                break;
            }
            sum.add(&header[..8]);
            sum.add(page);
            if !sum.is(&header[16..24]) {
                // So does what is not committed yet; that has no commit after it.
                if self.has_commit(frame, salts)? {
                    self.faults.push(format!("page {} of the write-ahead log is damaged", frame + 1));
                }
                break;
            }
            self.committed.push((number(header, 0), frame));
            if number(header, 4) > 0 {
                self.pages = number(header, 4);
                kept = self.committed.len();
            }
        }
        self.committed.truncate(kept);
        self.committed.sort_unstable();
        Ok(())
    }

    /// Whether something was committed from this frame on.
    fn has_commit(&self, from: u32, salts: &[u8]) -> io::Result<bool> {
        let mut header = [0; FRAME];
        for frame in from..self.frames {
            self.whole.read_at(self.offset(frame), &mut header)?;
            if &header[8..16] != salts {
                break;
            }
            if number(&header, 4) > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn offset(&self, frame: u32) -> u64 {
        HEADER + u64::from(frame) * (FRAME + self.size) as u64
    }

    /// The greatest number of a page that was committed.
    pub fn last(&self) -> u32 {
        self.committed.last().map_or(0, |(page, _)| *page)
    }

    /// The frames with committed images of a page, in their order.
    fn of(&self, page: u32) -> Range<usize> {
        let from = self.committed.partition_point(|(other, _)| *other < page);
        from..from + self.committed[from..].partition_point(|(other, _)| *other == page)
    }

    /// The page after this one that has an image.
    pub fn after(&self, page: u32) -> Option<u32> {
        let next = self.committed.partition_point(|(other, _)| *other <= page);
        self.committed.get(next).map(|(page, _)| *page)
    }

    /// The frame with what a page is.
    pub fn current(&self, page: u32) -> Option<u32> {
        self.committed[self.of(page)].last().map(|(_, frame)| *frame)
    }

    /// The first frame with a newer image of a page than this one has, or the main file.
    pub fn newer(&self, page: u32, frame: Option<u32>) -> Option<u32> {
        let frames = &self.committed[self.of(page)];
        frames.iter().map(|(_, other)| *other).find(|other| frame.is_none_or(|frame| *other > frame))
    }

    /// The page that a frame has an image of, and whether that was committed.
    ///
    /// # Errors
    /// Those of the file.
    pub fn page(&self, frame: u32) -> io::Result<(u32, bool)> {
        let mut page = [0; 4];
        self.whole.read_at(self.offset(frame), &mut page)?;
        let page = u32::from_be_bytes(page);
        Ok((page, self.committed.binary_search(&(page, frame)).is_ok()))
    }

    /// Reads the image that a frame has.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(&self, frame: u32, buf: &mut [u8]) -> io::Result<()> {
        self.whole.read_at(self.offset(frame) + FRAME as u64, buf).map(drop)
    }

    /// What stands after the last whole frame.
    ///
    /// # Errors
    /// Those of the file.
    pub fn rest(&self, buf: &mut Vec<u8>) -> io::Result<()> {
        let offset = self.offset(self.frames);
        buf.clear();
        buf.resize((self.whole.length() - offset).min((FRAME + self.size) as u64) as usize, 0);
        let length = self.whole.read_at(offset, buf)?;
        buf.truncate(length);
        Ok(())
    }
}

/// Whether pages may have so many bytes.
pub fn is_size(size: usize) -> bool {
    size.is_power_of_two() && (512..=1 << 16).contains(&size)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The checksum of all that stands before a place.
struct Sum {
    is_big: bool,
    state: (u32, u32),
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let number = |bytes: &[u8]| {
            let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
            if self.is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
        };
        let (mut a, mut b) = self.state;
        for pair in bytes.chunks_exact(8) {
            a = a.wrapping_add(number(pair)).wrapping_add(b);
            b = b.wrapping_add(number(&pair[4..])).wrapping_add(a);
        }
        self.state = (a, b);
    }

    /// Whether it is stored here.
    fn is(&self, stored: &[u8]) -> bool {
        self.state == (number(stored, 0), number(stored, 4))
    }
}
