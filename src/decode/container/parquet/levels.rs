//! Small numbers as Parquet packs them: takes the bytes of a page, gives numbers one by one. "RLE/Bit-Packing Hybrid" and
//! "Delta Encoding" of its Encodings.md.

use std::io;
use std::ops::Range;

use crate::decode::{corrupt, truncated};

/// Numbers of so many bits, from a bit on, the lowest first.
fn bits(bytes: &[u8], at: usize, width: u32) -> Option<u64> {
    let (mut value, mut have, mut at) = (0u64, 0, at);
    while have < width {
        let byte = u64::from(*bytes.get(at / 8)?);
        let from = (at % 8) as u32;
        let take = (8 - from).min(width - have);
        value |= (byte >> from & ((1 << take) - 1)) << have;
        have += take;
        at += take as usize;
    }
    Some(value)
}

fn varint(bytes: &[u8], at: &mut usize) -> io::Result<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at).ok_or_else(truncated)?;
        *at += 1;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(corrupt("a number that is too long"))
}

fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Runs of one number, and numbers of few bits.
#[derive(Clone, Debug)]
pub struct Hybrid {
    range: Range<usize>,
    width: u32,
    /// Numbers left of the run that is read: what they are, or the bit that the next begins with.
    left: u64,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    Of(u64),
    Packed(usize),
}

impl Hybrid {
    /// # Errors
    /// Numbers that are too wide, or stand outside of the page.
    pub fn new(bytes: &[u8], range: Range<usize>, width: u32) -> io::Result<Self> {
        if width > 32 || range.start > range.end || range.end > bytes.len() {
            return Err(corrupt("a page whose levels are damaged"));
        }
        Ok(Self { range, width, left: 0, run: Run::Of(0) })
    }

    pub fn next(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let bytes = &bytes[..self.range.end];
        while self.left == 0 {
            let head = varint(bytes, &mut self.range.start)?;
            let at = self.range.start;
            let (length, run) = if head & 1 == 1 {
                let groups = usize::try_from(head >> 1).ok().filter(|groups| *groups <= 1 << 28);
                let groups = groups.ok_or_else(|| corrupt("a page whose levels are damaged"))?;
                self.left = groups as u64 * 8;
                // The last may end with the page.
                ((groups * self.width as usize).min(bytes.len() - at), Run::Packed(at * 8))
            } else {
                self.left = head >> 1;
                let length = self.width.div_ceil(8) as usize;
                let value = bits(bytes, at * 8, length as u32 * 8).ok_or_else(truncated)?;
                (length, Run::Of(value))
            };
            self.range.start += length;
            self.run = run;
        }
        self.left -= 1;
        match &mut self.run {
            Run::Of(value) => Ok(*value),
            Run::Packed(at) => {
                let value = bits(bytes, *at, self.width).ok_or_else(truncated)?;
                *at += self.width as usize;
                Ok(value)
            }
        }
    }
}

/// Whole numbers by what each differs from the one before by.
#[derive(Clone, Debug)]
pub struct Delta {
    at: usize,
    /// Numbers in a part of a block, and parts of one.
    part: usize,
    parts: usize,
    left: u64,
    value: i64,
    is_first: bool,
    least: i64,
    /// Where the widths of the parts stand, and the next of them.
    widths: usize,
    next: usize,
    /// Of the part that is read: numbers left, the bit of the next, and how wide they are.
    of_part: usize,
    bit: usize,
    width: u32,
}

impl Delta {
    pub fn new(bytes: &[u8], mut at: usize) -> io::Result<Self> {
        let (block, parts) = (varint(bytes, &mut at)?, varint(bytes, &mut at)?);
        let (left, value) = (varint(bytes, &mut at)?, zigzag(varint(bytes, &mut at)?));
        let part = block.checked_div(parts).filter(|part| block <= 1 << 20 && *part > 0 && part % 8 == 0);
        let (Some(part), true) = (part, parts <= 1 << 12) else { return Err(corrupt("a page of damaged numbers")) };
        let (part, parts) = (part as usize, parts as usize);
        let (least, widths, of_part, bit, width) = (0, 0, 0, 0, 0);
        Ok(Self { at, part, parts, left, value, is_first: true, least, widths, next: parts, of_part, bit, width })
    }

    pub fn next(&mut self, bytes: &[u8]) -> io::Result<i64> {
        self.left = self.left.checked_sub(1).ok_or_else(|| corrupt("a page of too few numbers"))?;
        if std::mem::take(&mut self.is_first) {
            return Ok(self.value);
        }
        if self.of_part == 0 {
            self.begin_part(bytes)?;
        }
        self.of_part -= 1;
        let more = bits(bytes, self.bit, self.width).ok_or_else(truncated)?;
        self.bit += self.width as usize;
        self.value = self.value.wrapping_add(self.least).wrapping_add(more as i64);
        Ok(self.value)
    }

    fn begin_part(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.next == self.parts {
            self.least = zigzag(varint(bytes, &mut self.at)?);
            (self.widths, self.next) = (self.at, 0);
            self.at += self.parts;
        }
        self.width = u32::from(*bytes.get(self.widths + self.next).ok_or_else(truncated)?);
        if self.width > 64 {
            return Err(corrupt("a page of damaged numbers"));
        }
        self.next += 1;
        (self.of_part, self.bit) = (self.part, self.at * 8);
        self.at += self.part / 8 * self.width as usize;
        Ok(())
    }

    /// Where what follows the numbers begins.
    pub fn end(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut parts = self.clone();
        let mut left = self.left.saturating_sub(1);
        while left > 0 {
            parts.begin_part(bytes)?;
            left = left.saturating_sub(self.part as u64);
        }
        Ok(parts.at.min(bytes.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_numbers_follow_one_another() {
        // Four of 5, then eight of three bits, as the specification packs them.
        let bytes = [0x08, 0x05, 0x03, 0x88, 0xC6, 0xFA];
        let mut hybrid = Hybrid::new(&bytes, 0..bytes.len(), 3).unwrap();
        let numbers: Vec<u64> = (0..12).map(|_| hybrid.next(&bytes).unwrap()).collect();
        assert_eq!(numbers, [5, 5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(hybrid.next(&bytes).is_err());
        assert!(Hybrid::new(&bytes, 0..bytes.len(), 33).is_err() && Hybrid::new(&bytes, 0..7, 3).is_err());
    }

    #[test]
    fn numbers_are_what_they_differ_by() {
        // 1 to 5, each one more than the last: parts of 32 numbers, 0 bits wide.
        let bytes = [0x80, 0x01, 0x04, 0x05, 0x02, 0x02, 0, 0, 0, 0, 0xAA];
        let delta = Delta::new(&bytes, 0).unwrap();
        assert_eq!(delta.end(&bytes).unwrap(), 10);
        let mut all = delta;
        assert_eq!((0..5).map(|_| all.next(&bytes).unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert!(all.next(&bytes).is_err());
        assert!(Delta::new(&[0x80, 0x01, 0x00, 0x05, 0x02], 0).is_err());
    }
}
