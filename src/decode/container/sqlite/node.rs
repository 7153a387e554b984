//! Pages of trees: takes the bytes of one, gives its cells. By "Database File Format" of SQLite, sections 1.6 and 2.1.

use std::ops::Range;

use super::pages::HEADER;

/// Bytes of a row that SQLite allows.
const LONGEST: u64 = (1 << 31) - 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    IndexInterior = 2,
    TableInterior = 5,
    IndexLeaf = 10,
    TableLeaf = 13,
}

impl Kind {
    pub fn is_table(self) -> bool {
        matches!(self, Self::TableInterior | Self::TableLeaf)
    }

    pub fn is_leaf(self) -> bool {
        matches!(self, Self::IndexLeaf | Self::TableLeaf)
    }
}

/// The head of a page of a tree.
#[derive(Clone, Debug)]
pub struct Node {
    pub kind: Kind,
    pub cells: usize,
    /// The page after those of the cells; 0 for a leaf.
    pub right: u32,
    /// Where the places of the cells stand.
    pointers: usize,
}

/// A cell of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where it stands with all that belongs to it.
    pub range: Range<usize>,
    /// The page with what comes before it; 0 for a leaf.
    pub child: u32,
    pub rowid: i64,
    /// Bytes of its payload, those that stand here, and the page with the further ones; 0 where there are none.
    pub length: u64,
    pub local: Range<usize>,
    pub overflow: u32,
}

pub fn number(page: &[u8], at: usize) -> Option<u32> {
    page.get(at..at + 4)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// A number of one to nine bytes, and how many it takes.
pub fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        if at == 8 {
            return Some((value << 8 | u64::from(*byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

impl Node {
    /// None where the page is none of a tree.
    pub fn new(page: &[u8], is_first: bool) -> Option<Self> {
        let start = if is_first { HEADER } else { 0 };
        let kind = match page.get(start)? {
            2 => Kind::IndexInterior,
            5 => Kind::TableInterior,
            10 => Kind::IndexLeaf,
            13 => Kind::TableLeaf,
            _ => return None,
        };
        let cells = usize::from(u16::from_be_bytes([*page.get(start + 3)?, *page.get(start + 4)?]));
        let right = if kind.is_leaf() { 0 } else { number(page, start + 8)? };
        let pointers = start + if kind.is_leaf() { 8 } else { 12 };
        (pointers + 2 * cells <= page.len()).then_some(Self { kind, cells, right, pointers })
    }

    /// The cell of this number, from 0; none where it does not lie in the `usable` bytes of the page.
    pub fn cell(&self, page: &[u8], index: usize, usable: usize) -> Option<Cell> {
        let at = self.pointers + 2 * index;
        let start = usize::from(u16::from_be_bytes([*page.get(at)?, *page.get(at + 1)?]));
        if start < self.pointers + 2 * self.cells {
            return None;
        }
        let mut at = start;
        let child = if self.kind.is_leaf() { 0 } else { number(page, at)? };
        at += if self.kind.is_leaf() { 0 } else { 4 };
        let mut next = || {
            let (value, taken) = varint(page.get(at..)?)?;
            at += taken;
            Some(value)
        };
        let length = if self.kind == Kind::TableInterior { 0 } else { next().filter(|length| *length <= LONGEST)? };
        let rowid = if self.kind.is_table() { next()? as i64 } else { 0 };
        let here = self.local(length, usable)?;
        let local = at..at + here;
        let overflows = (here as u64) < length;
        let overflow = if overflows { number(page, local.end)? } else { 0 };
        let range = start..local.end + if overflows { 4 } else { 0 };
        (range.end <= usable).then_some(Cell { range, child, rowid, length, local, overflow })
    }

    /// How much of a payload stands in the page.
    fn local(&self, length: u64, usable: usize) -> Option<usize> {
        let most = if self.kind == Kind::TableLeaf { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
        if length <= most as u64 {
            return usize::try_from(length).ok();
        }
        let least = (usable - 12) * 32 / 255 - 23;
        let rest = usize::try_from((length - least as u64) % (usable - 4) as u64).ok()?;
        Some(if least + rest <= most { least + rest } else { least })
    }

    /// The cells that lie in the page, in the order of their places; of two that share bytes, the first.
    pub fn apart(&self, page: &[u8], usable: usize) -> Vec<Cell> {
        let mut cells: Vec<_> = (0..self.cells).filter_map(|index| self.cell(page, index, usable)).collect();
        cells.sort_by_key(|cell| cell.range.start);
        let mut end = 0;
        cells.retain(|cell| {
            let is_apart = cell.range.start >= end;
            end = if is_apart { cell.range.end } else { end };
            is_apart
        });
        cells
    }

    /// The parts of the page that belong to neither its head nor one of these cells.
    pub fn gaps(&self, page: &[u8], apart: &[Cell]) -> Vec<Range<usize>> {
        let mut gaps = Vec::new();
        let mut at = self.pointers + 2 * self.cells;
        for Cell { range, .. } in apart {
            if range.start > at {
                gaps.push(at..range.start);
            }
            at = range.end;
        }
        gaps.push(at.min(page.len())..page.len());
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_one_to_nine_bytes_are_read() {
        for (bytes, expected) in [
            (&[0x00][..], Some((0, 1))),
            (&[0x7F, 9], Some((127, 1))),
            (&[0x81, 0x00], Some((128, 2))),
            (&[0xFF; 9], Some((u64::MAX, 9))),
            (&[0x80, 0x80], None),
            (&[], None),
        ] {
            assert_eq!(varint(bytes), expected, "{bytes:?}");
        }
    }
}
