//! The masks with AVX2, two times 32 bytes.

use std::arch::asm;
use std::arch::x86_64::{
    __m256i, _mm_set_epi64x, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_sub_epi8,
};
use std::ops::Range;

use super::masks::{Marks, Masks, SEEN, classes};
use super::{Candidates, Width, find_with};

pub fn is_supported() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// The finder compiled for AVX2. Only to be called where [`is_supported`].
pub fn find<W: Width>(text: &[u8], range: Range<usize>, found: &mut Candidates) -> usize {
    debug_assert!(is_supported());
    // SAFETY: `Engine::all` gives this engine only where `is_supported` saw every feature named below.
    unsafe { find_avx2::<W>(text, range, found) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_avx2<W: Width>(text: &[u8], range: Range<usize>, found: &mut Candidates) -> usize {
    find_with::<W>(text, range, |chunk| masks(chunk), |chunk| marks(chunk), found)
}

#[target_feature(enable = "avx2")]
#[inline]
fn masks(chunk: &[u8; SEEN]) -> Masks {
    let low = half(chunk.first_chunk().expect("64 bytes hold 32"));
    let high = half(chunk.last_chunk().expect("64 bytes hold 32"));
    let join = |pick: fn(&Half) -> u32| opaque(u64::from(pick(&low)) | u64::from(pick(&high)) << 32);
    Masks {
        digit: join(|h| h.digit),
        letter: join(|h| h.letter),
        zero_or_one: join(|h| h.zero_or_one),
        six_to_eight: join(|h| h.six_to_eight),
        number: join(|h| h.number),
        joint: join(|h| h.joint),
        at: join(|h| h.at),
        equals: join(|h| h.equals),
        beyond_ascii: low.high | high.high != 0,
    }
}

/// The same mask, as a number of which the compiler knows nothing: else it takes masks apart bit by bit, four times slower.
#[inline(always)]
fn opaque(mut mask: u64) -> u64 {
    // SAFETY: there is no instruction.
    unsafe { asm!("/* {0} */", inout(reg) mask, options(pure, nomem, nostack, preserves_flags)) };
    mask
}

struct Half {
    digit: u32,
    letter: u32,
    zero_or_one: u32,
    six_to_eight: u32,
    number: u32,
    joint: u32,
    at: u32,
    equals: u32,
    high: u32,
}

/// Eight bytes of a table from `at` on.
const fn half_of(table: [u8; 16], at: usize) -> i64 {
    let (mut bytes, mut i) = ([0; 8], 0);
    while i < 8 {
        bytes[i] = table[at + i];
        i += 1;
    }
    i64::from_le_bytes(bytes)
}

#[target_feature(enable = "avx2")]
#[inline]
fn half(bytes: &[u8; 32]) -> Half {
    // SAFETY: the load reads 32 bytes without alignment, and the reference is to 32 bytes.
    let v = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast::<__m256i>()) };
    let set = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
    let bits = |mask: __m256i| _mm256_movemask_epi8(mask).cast_unsigned();
    let equal = |byte: u8| _mm256_cmpeq_epi8(v, set(byte));
    // Whether a byte lies within `width` from `first`: the distance, unsigned, is no more.
    let within = |v: __m256i, first: u8, width: u8| {
        let distance = _mm256_sub_epi8(v, set(first));
        _mm256_cmpeq_epi8(_mm256_min_epu8(distance, set(width)), distance)
    };
    let lower = _mm256_or_si256(v, set(0x20));
    // What a byte would be if it were of the class; a byte beyond ASCII is looked up as NUL, which it is not.
    let of = |class: [u8; 16]| {
        let table = _mm256_broadcastsi128_si256(_mm_set_epi64x(half_of(class, 8), half_of(class, 0)));
        _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, v), v)
    };
    let digit = of(classes::DIGIT);
    Half {
        digit: bits(digit),
        letter: bits(within(lower, b'a', 25)),
        zero_or_one: bits(of(classes::ZERO_OR_ONE)),
        six_to_eight: bits(of(classes::SIX_TO_EIGHT)),
        // The highest bit of a byte beyond ASCII is set as that of a comparison that holds.
        number: bits(_mm256_or_si256(_mm256_or_si256(digit, of(classes::SEPARATOR)), v)),
        joint: bits(of(classes::JOINT)),
        at: bits(of(classes::AT)),
        equals: bits(equal(b'=')),
        high: bits(v),
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn marks(chunk: &[u8; SEEN]) -> Marks {
    let low = half_marks(chunk.first_chunk().expect("64 bytes hold 32"));
    let high = half_marks(chunk.last_chunk().expect("64 bytes hold 32"));
    let join = |pick: fn(&HalfMarks) -> u32| opaque(u64::from(pick(&low)) | u64::from(pick(&high)) << 32);
    Marks {
        space: join(|h| h.space),
        hyphen: join(|h| h.hyphen),
        dot: join(|h| h.dot),
        slash: join(|h| h.slash),
        colon: join(|h| h.colon),
        quote: join(|h| h.quote),
        angle: join(|h| h.angle),
        plus: join(|h| h.plus),
        high: join(|h| h.high),
        capital: join(|h| h.capital),
        comma: join(|h| h.comma),
        last: join(|h| h.last),
        j_or_s: join(|h| h.j_or_s),
        t_or_u: join(|h| h.t_or_u),
    }
}

struct HalfMarks {
    space: u32,
    hyphen: u32,
    dot: u32,
    slash: u32,
    colon: u32,
    quote: u32,
    angle: u32,
    plus: u32,
    high: u32,
    capital: u32,
    comma: u32,
    last: u32,
    j_or_s: u32,
    t_or_u: u32,
}

#[target_feature(enable = "avx2")]
#[inline]
fn half_marks(bytes: &[u8; 32]) -> HalfMarks {
    // SAFETY: the load reads 32 bytes without alignment, and the reference is to 32 bytes.
    let v = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast::<__m256i>()) };
    let set = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
    let bits = |mask: __m256i| _mm256_movemask_epi8(mask).cast_unsigned();
    let equal = |byte: u8| _mm256_cmpeq_epi8(v, set(byte));
    let lower = _mm256_or_si256(v, set(0x20));
    let letter = |byte: u8| _mm256_cmpeq_epi8(lower, set(byte));
    let quote = _mm256_or_si256(_mm256_or_si256(equal(b'"'), equal(b'\'')), equal(b'\\'));
    let distance = _mm256_sub_epi8(v, set(b'A'));
    let capital = _mm256_cmpeq_epi8(_mm256_min_epu8(distance, set(25)), distance);
    let d_or_e = _mm256_or_si256(letter(b'd'), letter(b'e'));
    let h_or_s = _mm256_or_si256(letter(b'h'), letter(b's'));
    HalfMarks {
        space: bits(equal(b' ')),
        hyphen: bits(equal(b'-')),
        dot: bits(equal(b'.')),
        slash: bits(equal(b'/')),
        colon: bits(equal(b':')),
        quote: bits(quote),
        angle: bits(equal(b'<')),
        plus: bits(equal(b'+')),
        high: bits(v),
        capital: bits(capital),
        comma: bits(equal(b',')),
        last: bits(_mm256_or_si256(d_or_e, h_or_s)),
        j_or_s: bits(_mm256_or_si256(equal(b'J'), equal(b'S'))),
        t_or_u: bits(_mm256_or_si256(equal(b'T'), equal(b'U'))),
    }
}
