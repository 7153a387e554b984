//! The masks with NEON, four times 16 bytes. Every 64-bit ARM has it, so that nothing is asked at run time.

use std::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vcgeq_u8, vcleq_u8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8, vorrq_u8, vpaddq_u8,
    vqtbl1q_u8, vreinterpretq_u64_u8, vshrq_n_u8, vsubq_u8,
};

use super::lanes::SEEN;
use super::masks::{Bytes, Table};

/// The bit of each byte among eight.
static BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

/// 64 bytes in four registers.
#[derive(Clone, Copy)]
pub struct Bytes16x4([uint8x16_t; 4]);

impl Bytes16x4 {
    #[inline(always)]
    fn each(self, one: impl Fn(uint8x16_t) -> uint8x16_t) -> Self {
        Self(self.0.map(one))
    }

    /// A bit for each byte, all of whose bits are set or none. The sums of eight bits are bytes of the answer.
    #[inline(always)]
    fn bits(self) -> u64 {
        let bits = read(&BITS);
        // SAFETY: NEON is in every aarch64, and these work on registers alone.
        let [a, b, c, d] = self.0.map(|quarter| unsafe { vandq_u8(quarter, bits) });
        // SAFETY: the same.
        unsafe {
            let sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
            vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
        }
    }
}

#[inline(always)]
fn set(byte: u8) -> uint8x16_t {
    // SAFETY: NEON is in every aarch64, and this works on registers alone.
    unsafe { vdupq_n_u8(byte) }
}

#[inline(always)]
fn read(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: NEON is in every aarch64; the load reads 16 bytes without alignment, and the reference is to 16 bytes.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

impl Bytes for Bytes16x4 {
    #[inline(always)]
    fn load(bytes: &[u8; SEEN]) -> Self {
        let (quarters, _) = bytes.as_chunks::<16>();
        Self([0, 1, 2, 3].map(|quarter: usize| read(&quarters[quarter])))
    }

    #[inline(always)]
    fn small(self) -> Self {
        // SAFETY: NEON is in every aarch64, and this works on registers alone.
        self.each(|quarter| unsafe { vorrq_u8(quarter, set(0x20)) })
    }

    #[inline(always)]
    fn equal(self, byte: u8) -> u64 {
        // SAFETY: NEON is in every aarch64, and this works on registers alone.
        self.each(|quarter| unsafe { vceqq_u8(quarter, set(byte)) }).bits()
    }

    /// The distance from the first, unsigned, is no more than that of the last.
    #[inline(always)]
    fn within(self, first: u8, last: u8) -> u64 {
        // SAFETY: NEON is in every aarch64, and these work on registers alone.
        self.each(|quarter| unsafe { vcleq_u8(vsubq_u8(quarter, set(first)), set(last - first)) }).bits()
    }

    /// What a byte would be if it were of the class.
    #[inline(always)]
    fn among(self, class: &'static [u8; 16]) -> u64 {
        let table = read(class);
        // SAFETY: NEON is in every aarch64, and these work on registers alone.
        self.each(|quarter| unsafe { vceqq_u8(vqtbl1q_u8(table, vandq_u8(quarter, set(0xF))), quarter) }).bits()
    }

    #[inline(always)]
    fn high(self) -> u64 {
        // SAFETY: NEON is in every aarch64, and this works on registers alone.
        self.each(|quarter| unsafe { vcgeq_u8(quarter, set(0x80)) }).bits()
    }

    /// What both halves of a byte say.
    #[inline(always)]
    fn look_up(self, table: &Table) -> Self {
        let (low, high) = (read(&table.low), read(&table.high));
        // SAFETY: NEON is in every aarch64, and these work on registers alone.
        self.each(|quarter| unsafe {
            let (lower, upper) = (vandq_u8(quarter, set(0xF)), vshrq_n_u8::<4>(quarter));
            vandq_u8(vqtbl1q_u8(low, lower), vqtbl1q_u8(high, upper))
        })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: NEON is in every aarch64, and this works on registers alone.
        Self([0, 1, 2, 3].map(|i: usize| unsafe { vandq_u8(self.0[i], other.0[i]) }))
    }

    #[inline(always)]
    fn any(self) -> u64 {
        !self.equal(0)
    }
}
