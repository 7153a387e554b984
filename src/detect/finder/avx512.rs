//! The masks with AVX-512BW, 64 bytes at once.

use std::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm512_broadcast_i32x4, _mm512_cmpeq_epi8_mask, _mm512_cmple_epu8_mask,
    _mm512_loadu_si512, _mm512_movepi8_mask, _mm512_or_si512, _mm512_set1_epi8, _mm512_shuffle_epi8, _mm512_sub_epi8,
};
use std::ops::Range;

use super::lanes::SEEN;
use super::masks::Bytes;
use super::{Candidates, Width, find_with};

pub fn is_supported() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && super::avx2::is_supported()
}

/// The finder compiled for AVX-512. Only to be called where [`is_supported`].
pub fn find<W: Width>(text: &[u8], range: Range<usize>, found: &mut Candidates) -> usize {
    debug_assert!(is_supported());
    // SAFETY: `Engine::all` gives this engine only where `is_supported` saw every feature named below.
    unsafe { find_avx512::<W>(text, range, found) }
}

#[target_feature(enable = "avx512f,avx512bw,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_avx512<W: Width>(text: &[u8], range: Range<usize>, found: &mut Candidates) -> usize {
    find_with::<W, Bytes64>(text, range, found)
}

/// 64 bytes in a register. Private, and only [`find_avx512`] makes any: each use has the instructions.
#[derive(Clone, Copy)]
struct Bytes64(__m512i);

#[inline(always)]
fn set(byte: u8) -> __m512i {
    // SAFETY: see `Bytes64`.
    unsafe { _mm512_set1_epi8(byte.cast_signed()) }
}

impl Bytes for Bytes64 {
    #[inline(always)]
    fn load(bytes: &[u8; SEEN]) -> Self {
        // SAFETY: see `Bytes64`; the load reads 64 bytes without alignment, and the reference is to 64 bytes.
        Self(unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) })
    }

    #[inline(always)]
    fn small(self) -> Self {
        // SAFETY: see `Bytes64`.
        Self(unsafe { _mm512_or_si512(self.0, set(0x20)) })
    }

    #[inline(always)]
    fn equal(self, byte: u8) -> u64 {
        // SAFETY: see `Bytes64`.
        unsafe { _mm512_cmpeq_epi8_mask(self.0, set(byte)) }
    }

    /// The distance from the first, unsigned, is no more than that of the last.
    #[inline(always)]
    fn within(self, first: u8, last: u8) -> u64 {
        // SAFETY: see `Bytes64`.
        unsafe { _mm512_cmple_epu8_mask(_mm512_sub_epi8(self.0, set(first)), set(last - first)) }
    }

    /// What a byte would be if it were of the class; a byte beyond ASCII is looked up as NUL, which it is not.
    #[inline(always)]
    fn among(self, class: &'static [u8; 16]) -> u64 {
        // SAFETY: see `Bytes64`; the load reads 16 bytes without alignment, and the reference is to 16 bytes.
        unsafe {
            let table = _mm512_broadcast_i32x4(_mm_loadu_si128(class.as_ptr().cast()));
            _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(table, self.0), self.0)
        }
    }

    #[inline(always)]
    fn high(self) -> u64 {
        // SAFETY: see `Bytes64`.
        unsafe { _mm512_movepi8_mask(self.0) }
    }
}
