//! 64 bytes looked at together: one bit a byte, the first byte in the lowest bit.

use std::ops::Range;

use wide::u8x16;

/// Bytes that are looked at together.
pub const WIDTH: usize = 64;

/// 64 bytes of a text.
#[derive(Clone, Copy)]
pub struct Chunk([u8x16; 4]);

impl Chunk {
    #[inline(always)]
    fn new(bytes: &[u8; WIDTH]) -> Self {
        let (lanes, _) = bytes.as_chunks::<16>();
        Self([0, 1, 2, 3].map(|at: usize| u8x16::new(lanes[at])))
    }

    /// Which bytes are this one.
    #[inline(always)]
    pub fn equal(&self, byte: u8) -> u64 {
        let wanted = u8x16::splat(byte);
        let bits = |lane: usize| u64::from(self.0[lane].simd_eq(wanted).to_bitmask());
        bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
    }

    /// Which bytes are one of these two.
    #[inline(always)]
    pub fn either(&self, one: u8, other: u8) -> u64 {
        let (one, other) = (u8x16::splat(one), u8x16::splat(other));
        let is = |lane: u8x16| lane.simd_eq(one) | lane.simd_eq(other);
        let bits = |lane: usize| u64::from(is(self.0[lane]).to_bitmask());
        bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
    }
}

impl Chunk {
    /// The bytes of a text from `at` on, NUL beyond its end.
    #[inline(always)]
    pub fn at(text: &[u8], at: usize) -> Self {
        match text.get(at..at + WIDTH).and_then(|bytes| bytes.first_chunk()) {
            Some(bytes) => Self::new(bytes),
            None => {
                let mut bytes = [0; WIDTH];
                let rest = &text[at.min(text.len())..];
                bytes[..rest.len()].copy_from_slice(rest);
                Self::new(&bytes)
            }
        }
    }
}

/// The bits from one that is set up to before the next one, and so on: where a text is between quotes.
#[inline(always)]
pub fn between(mut quotes: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        quotes ^= quotes << shift;
    }
    quotes
}

/// The bytes that a backslash before them escapes, among those of `part`. `carried` tells, and is told, whether the byte
/// after the part is one.
#[inline(always)]
pub fn escaped(backslashes: u64, part: &Range<usize>, carried: &mut bool) -> u64 {
    let mut escaped = u64::from(std::mem::take(carried)) << part.start;
    let mut rest = backslashes & of(part) & !escaped;
    while rest != 0 {
        let at = rest.trailing_zeros();
        if at as usize + 1 == part.end {
            *carried = true;
            break;
        }
        escaped |= 2 << at;
        rest &= !(3 << at);
    }
    escaped
}

/// The bits of a part of the chunk.
#[inline(always)]
pub fn of(part: &Range<usize>) -> u64 {
    low(part.end) & !low(part.start)
}

/// The places of the bits that are set, in order.
#[inline(always)]
pub fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (at < 64).then_some(at as usize)
    })
}

/// The lowest bits, so many.
#[inline(always)]
pub fn low(count: usize) -> u64 {
    if count >= WIDTH { u64::MAX } else { (1 << count) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_seen_where_it_stands() {
        let mut bytes = [0u8; WIDTH];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = (at * 37 % 256) as u8;
        }
        for wanted in 0..=255 {
            let expected = bytes.iter().enumerate().fold(0, |bits, (at, b)| bits | u64::from(*b == wanted) << at);
            let chunk = Chunk::new(&bytes);
            assert_eq!(chunk.equal(wanted), expected, "{wanted}");
            assert_eq!(chunk.either(wanted, bytes[5]), expected | chunk.equal(bytes[5]), "{wanted}");
        }
    }

    #[test]
    fn quotes_and_escapes_carry() {
        assert_eq!(between(0b10_0100), 0b01_1100);
        assert_eq!(between(1), u64::MAX);
        let mut carried = false;
        assert_eq!(escaped(0b0_1101, &(0..64), &mut carried), 0b0_1010);
        assert_eq!(escaped(1 << 63, &(0..64), &mut carried), 0);
        assert!(carried);
        assert_eq!(escaped(0b11, &(0..2), &mut carried), 0b01);
        assert!(carried);
        assert_eq!(escaped(0b1111, &(1..64), &mut carried), 0b1010);
        assert_eq!(places(0b1001).collect::<Vec<_>>(), [0, 3]);
        assert_eq!((low(0), low(3), low(64)), (0, 7, u64::MAX));
    }
}
