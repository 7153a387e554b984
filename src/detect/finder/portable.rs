//! The masks without SIMD. They are the definition that SIMD follows.

use super::lanes::SEEN;
use super::masks::{Bytes, Table};

impl Bytes for [u8; SEEN] {
    fn load(bytes: &[u8; SEEN]) -> Self {
        *bytes
    }

    fn small(self) -> Self {
        self.map(|byte| byte | 0x20)
    }

    fn equal(self, byte: u8) -> u64 {
        mask(&self, |other| other == byte)
    }

    fn within(self, first: u8, last: u8) -> u64 {
        mask(&self, |byte| (first..=last).contains(&byte))
    }

    fn among(self, class: &'static [u8; 16]) -> u64 {
        mask(&self, |byte| class[usize::from(byte & 0xF)] == byte)
    }

    fn high(self) -> u64 {
        mask(&self, |byte| byte >= 0x80)
    }

    fn look_up(self, table: &Table) -> Self {
        let [low, high] = &table.ascii;
        self.map(|byte| if byte & 0x40 == 0 { low } else { high }[usize::from(byte & 0x3F)])
    }

    fn and(mut self, other: Self) -> Self {
        self.iter_mut().zip(other).for_each(|(byte, other)| *byte &= other);
        self
    }

    fn any(self) -> u64 {
        mask(&self, |byte| byte != 0)
    }
}

/// The comparisons are made apart from the bits, which the product of eight gathers in its highest byte.
#[inline(always)]
fn mask(bytes: &[u8; SEEN], is: impl Fn(u8) -> bool) -> u64 {
    let eight = |bytes: &[u8; 8]| {
        let ones = u64::from_le_bytes(bytes.map(|byte| u8::from(is(byte))));
        ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
    };
    bytes.as_chunks().0.iter().rev().fold(0, |mask, bytes| mask << 8 | eight(bytes))
}
