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

    /// Which bytes are one of these.
    #[inline(always)]
    pub fn among<const N: usize>(&self, bytes: [u8; N]) -> u64 {
        let is = |lane: u8x16| {
            bytes.map(|byte| lane.simd_eq(u8x16::splat(byte))).into_iter().fold(u8x16::ZERO, |all, one| all | one)
        };
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

/// 64 bytes of a text that begin at `at`, of which a part is gone over.
pub struct Word<'t> {
    pub chunk: Chunk,
    pub text: &'t [u8],
    pub at: usize,
    pub part: Range<usize>,
    /// The bits of the part, its first and its last one.
    pub mask: u64,
    pub first: u64,
    pub last: u64,
}

impl<'t> Word<'t> {
    #[inline(always)]
    pub fn new(text: &'t [u8], at: usize, part: Range<usize>) -> Self {
        let (first, last) = (1 << part.start, 1 << (part.end - 1));
        let mask = low(part.end) & !(first - 1);
        Self { chunk: Chunk::at(text, at), text, at, part, mask, first, last }
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

/// The bytes of a word that a backslash before them escapes. `carried` tells, and is told, whether the byte after the part
/// is one.
#[inline(always)]
pub fn escaped(backslashes: u64, Word { mask, first, last, .. }: &Word, carried: &mut bool) -> u64 {
    let mut escaped = if std::mem::take(carried) { *first } else { 0 };
    let mut rest = backslashes & mask & !escaped;
    // Most stand alone.
    if rest & rest << 1 == 0 {
        *carried = rest & last != 0;
        return (escaped | rest << 1) & mask;
    }
    while rest != 0 {
        let one = rest & rest.wrapping_neg();
        if one == *last {
            *carried = true;
            break;
        }
        escaped |= one << 1;
        rest &= !(one | one << 1);
    }
    escaped
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
            assert_eq!(chunk.among([wanted, bytes[5]]), expected | chunk.equal(bytes[5]), "{wanted}");
        }
    }

    #[test]
    fn quotes_and_escapes_carry() {
        assert_eq!(between(0b10_0100), 0b01_1100);
        assert_eq!(between(1), u64::MAX);
        let word = |part| Word::new(&[], 0, part);
        let mut carried = false;
        assert_eq!(escaped(0b0_1101, &word(0..64), &mut carried), 0b0_1010);
        assert_eq!(escaped(1 << 63, &word(0..64), &mut carried), 0);
        assert!(carried);
        assert_eq!(escaped(0b11, &word(0..2), &mut carried), 0b01);
        assert!(carried);
        assert_eq!(escaped(0b1111, &word(1..64), &mut carried), 0b1010);
        assert_eq!(places(0b1001).collect::<Vec<_>>(), [0, 3]);
        assert_eq!((low(0), low(3), low(64)), (0, 7, u64::MAX));
    }
}
