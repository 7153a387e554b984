//! Files with holes: takes where their parts stand in the file, gives the parts with short runs of zeros between them. A
//! hole of terabytes is as short as any other.

use std::io::{self, Read};

use super::super::corrupt;
use super::{Ahead, BLOCK, Input, Member, Visitor, field, number};

/// Bytes that a longer hole is given as. Offsets of such a file count what is given.
const HOLE: u64 = 4096;

/// Parts of one file.
const PARTS: usize = 1 << 20;

pub struct Sparse {
    /// Offsets and lengths.
    parts: Vec<(u64, u64)>,
    /// Bytes of the parts in the archive.
    stored: u64,
}

impl Sparse {
    /// The map of a file, where it has one; what stands of it before the content is read.
    pub fn read(
        input: &mut Input,
        block: &[u8; BLOCK],
        kind: u8,
        ahead: &Ahead,
        stored: u64,
    ) -> io::Result<Option<Self>> {
        let numbers = if kind == b'S' {
            gnu(input, block)?
        } else if ahead.value("GNU.sparse.major") == Some(b"1") {
            return version_1(input, stored).map(Some);
        } else if let Some(map) = ahead.value("GNU.sparse.map") {
            map.split(|byte| *byte == b',').map(|digits| number(digits, 10)).collect()
        } else if !ahead.map.is_empty() {
            ahead.map.iter().map(|digits| number(digits, 10)).collect()
        } else {
            return Ok(None);
        };
        let numbers = numbers.filter(|numbers: &Vec<u64>| numbers.len().is_multiple_of(2));
        let numbers = numbers.ok_or_else(|| corrupt("the map of a sparse file is damaged"))?;
        Ok(Some(Self { parts: numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(), stored }))
    }

    pub fn member(mut self, input: &mut Input, member: Member, visitor: &mut dyn Visitor) -> io::Result<()> {
        let stored = self.stored;
        // What the map does not tell of stands after all that it does.
        let told = self.parts.iter().fold(0u64, |told, part| told.saturating_add(part.1));
        if stored > told {
            self.parts.push((0, stored - told));
        }
        let member = Member { stored: Some(stored), ..member };
        let mut part = input.part(stored);
        let mut parts = Parts { source: &mut part, parts: self.parts.into_iter(), end: 0, zeros: 0, left: 0 };
        visitor.member(&member, &mut parts)?;
        let left = part.left;
        input.skip(left)
    }
}

/// The map in the header of GNU's own form, and in the blocks after it.
fn gnu(input: &mut Input, block: &[u8; BLOCK]) -> io::Result<Option<Vec<u64>>> {
    let mut numbers = Vec::new();
    let mut take = |entries: &[u8]| {
        for entry in entries.chunks_exact(24).take_while(|entry| entry[12] != 0) {
            numbers.push((field(&entry[..12]), field(&entry[12..])));
        }
        numbers.len()
    };
    take(&block[386..482]);
    let mut more = block[482] != 0;
    while more {
        let block = input.array::<BLOCK>()?;
        more = block[504] != 0;
        if take(&block[..504]) > PARTS {
            return Ok(None);
        }
    }
    Ok(numbers.into_iter().map(|(at, length)| Some([at?, length?])).collect::<Option<Vec<_>>>().map(|n| n.concat()))
}

/// The map before the content: decimal numbers, one a line, to the end of a block.
fn version_1(input: &mut Input, stored: u64) -> io::Result<Sparse> {
    let damaged = || corrupt("the map of a sparse file is damaged");
    let (mut numbers, mut line, mut count, mut taken) = (Vec::new(), Vec::new(), None, 0);
    while count.is_none_or(|count| numbers.len() < count) {
        taken += BLOCK as u64;
        if taken > stored {
            return Err(damaged());
        }
        for byte in input.array::<BLOCK>()? {
            if byte != b'\n' {
                line.push(byte);
                continue;
            }
            let value = number(&line, 10).ok_or_else(damaged)?;
            line.clear();
            match count {
                None if value <= PARTS as u64 => count = Some(2 * value as usize),
                None => return Err(damaged()),
                Some(count) if numbers.len() < count => numbers.push(value),
                Some(_) => break,
            }
        }
        if line.len() > 20 && count.is_none_or(|count| numbers.len() < count) {
            return Err(damaged());
        }
    }
    let parts = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    Ok(Sparse { parts, stored: stored - taken })
}

/// Reads parts with zeros between them.
struct Parts<'s> {
    source: &'s mut dyn Read,
    parts: std::vec::IntoIter<(u64, u64)>,
    /// Where the last part ends in the file.
    end: u64,
    zeros: u64,
    left: u64,
}

impl Read for Parts<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.zeros == 0 && self.left == 0 {
            let Some((at, length)) = self.parts.next() else { return Ok(0) };
            self.zeros = at.saturating_sub(self.end).min(HOLE);
            self.left = length;
            self.end = at.saturating_add(length);
        }
        if self.zeros > 0 {
            let length = (buf.len() as u64).min(self.zeros) as usize;
            buf[..length].fill(0);
            self.zeros -= length as u64;
            return Ok(length);
        }
        let most = (buf.len() as u64).min(self.left) as usize;
        let length = self.source.read(&mut buf[..most])?;
        if length == 0 && most > 0 {
            return Err(corrupt("the map of a sparse file tells of more than there is"));
        }
        self.left -= length as u64;
        Ok(length)
    }
}
