//! The masks with AVX-512BW, 64 bytes at once.

use std::arch::x86_64::{
    __m512i, _mm512_cmpeq_epi8_mask, _mm512_cmple_epu8_mask, _mm512_loadu_si512, _mm512_movepi8_mask, _mm512_or_si512,
    _mm512_set1_epi8, _mm512_sub_epi8,
};
use std::ops::Range;

use super::masks::{Marks, Masks, SEEN};
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
    find_with::<W>(text, range, |chunk| masks(chunk), |chunk| marks(chunk), found)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn masks(chunk: &[u8; SEEN]) -> Masks {
    // SAFETY: the load reads 64 bytes without alignment, and the reference is to 64 bytes.
    let v = unsafe { _mm512_loadu_si512(chunk.as_ptr().cast::<__m512i>()) };
    let set = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
    let equal = |byte: u8| _mm512_cmpeq_epi8_mask(v, set(byte));
    // Whether a byte lies within `width` from `first`: the distance, unsigned, is no more.
    let within = |v: __m512i, first: u8, width: u8| _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, set(first)), set(width));
    let digit = within(v, b'0', 9);
    let joint = equal(b' ') | equal(b'-');
    Masks {
        digit,
        letter: within(_mm512_or_si512(v, set(0x20)), b'a', 25),
        zero_or_one: within(v, b'0', 1),
        six_to_eight: within(v, b'6', 2),
        number: digit | joint | equal(b'.') | within(v, b'(', 1) | _mm512_movepi8_mask(v),
        joint,
        at: equal(b'@') | equal(b'%') | equal(b'\\') | equal(b'&'),
        equals: equal(b'='),
        beyond_ascii: _mm512_movepi8_mask(v) != 0,
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn marks(chunk: &[u8; SEEN]) -> Marks {
    // SAFETY: the load reads 64 bytes without alignment, and the reference is to 64 bytes.
    let v = unsafe { _mm512_loadu_si512(chunk.as_ptr().cast::<__m512i>()) };
    let set = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
    let equal = |byte: u8| _mm512_cmpeq_epi8_mask(v, set(byte));
    let within = |v: __m512i, first: u8, width: u8| _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, set(first)), set(width));
    let lower = _mm512_or_si512(v, set(0x20));
    let letter = |byte: u8| _mm512_cmpeq_epi8_mask(lower, set(byte));
    Marks {
        space: equal(b' '),
        hyphen: equal(b'-'),
        dot: equal(b'.'),
        slash: equal(b'/'),
        colon: equal(b':'),
        quote: equal(b'"') | equal(b'\'') | equal(b'\\'),
        angle: equal(b'<'),
        plus: equal(b'+'),
        high: _mm512_movepi8_mask(v),
        capital: within(v, b'A', 25),
        comma: equal(b','),
        last: within(lower, b'd', 1) | letter(b'h') | letter(b's'),
        j_or_s: equal(b'J') | equal(b'S'),
        t_or_u: within(v, b'T', 1),
    }
}
