//! The masks with AVX2, two times 32 bytes.

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
    _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16,
    _mm256_sub_epi8,
};
use std::ops::Range;

use super::lanes::SEEN;
use super::literals::Literals;
use super::masks::{Bytes, Table};
use super::{Candidates, Compositions, Wanted, Width, Work, compose_with, find_with};

pub fn is_supported() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// The finder compiled for AVX2. Only to be called where [`is_supported`].
pub fn find<W: Width>(text: &[u8], range: Range<usize>, found: &mut Candidates, wanted: &mut Wanted) -> usize {
    debug_assert!(is_supported());
    // SAFETY: `Engine::all` gives this engine only where `is_supported` saw every feature named below.
    unsafe { find_avx2::<W>(text, range, found, wanted) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_avx2<W: Width>(text: &[u8], range: Range<usize>, found: &mut Candidates, wanted: &mut Wanted) -> usize {
    find_with::<W, Bytes32x2>(text, range, found, wanted)
}

/// Whether literals stand in a text. Only to be called where [`is_supported`].
pub fn stand_in(literals: &Literals, text: &[u8]) -> bool {
    debug_assert!(is_supported());
    // SAFETY: `Engine::all` gives this engine only where `is_supported` saw every feature named below.
    unsafe { stand_in_avx2(literals, text) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn stand_in_avx2(literals: &Literals, text: &[u8]) -> bool {
    literals.stand_with::<Bytes32x2>(text)
}

/// Does work by the same instructions. Only to be called where [`is_supported`].
pub fn run(work: impl Work) {
    debug_assert!(is_supported());
    // SAFETY: see `find`.
    unsafe { run_avx2(work) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn run_avx2(work: impl Work) {
    work.run();
}

/// What a range is composed of, by the same instructions. Only to be called where [`is_supported`].
pub fn compose(text: &[u8], range: Range<usize>, all: &mut Compositions) {
    debug_assert!(is_supported());
    // SAFETY: see `find`.
    unsafe { compose_avx2(text, range, all) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn compose_avx2(text: &[u8], range: Range<usize>, all: &mut Compositions) {
    compose_with::<Bytes32x2>(text, range, all);
}

/// 64 bytes in two registers. Private, and only [`find_avx2`] and [`compose_avx2`] make any: each use has the instructions.
#[derive(Clone, Copy)]
struct Bytes32x2(__m256i, __m256i);

impl Bytes32x2 {
    #[inline(always)]
    fn each(self, one: impl Fn(__m256i) -> __m256i) -> Self {
        Self(one(self.0), one(self.1))
    }

    /// The highest bit of each byte.
    #[inline(always)]
    fn bits(self) -> u64 {
        // SAFETY: see `Bytes32x2`.
        let [low, high] = [self.0, self.1].map(|half| unsafe { _mm256_movemask_epi8(half) }.cast_unsigned());
        u64::from(low) | u64::from(high) << 32
    }
}

#[inline(always)]
fn set(byte: u8) -> __m256i {
    // SAFETY: see `Bytes32x2`.
    unsafe { _mm256_set1_epi8(byte.cast_signed()) }
}

impl Bytes for Bytes32x2 {
    #[inline(always)]
    fn load(bytes: &[u8; SEEN]) -> Self {
        let (halves, _) = bytes.as_chunks::<32>();
        // SAFETY: see `Bytes32x2`; a load reads 32 bytes without alignment, and each half has 32 bytes.
        let load = |half: &[u8; 32]| unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
        Self(load(&halves[0]), load(&halves[1]))
    }

    #[inline(always)]
    fn small(self) -> Self {
        // SAFETY: see `Bytes32x2`.
        self.each(|half| unsafe { _mm256_or_si256(half, set(0x20)) })
    }

    #[inline(always)]
    fn equal(self, byte: u8) -> u64 {
        // SAFETY: see `Bytes32x2`.
        self.each(|half| unsafe { _mm256_cmpeq_epi8(half, set(byte)) }).bits()
    }

    /// The distance from the first, unsigned, is no more than that of the last.
    #[inline(always)]
    fn within(self, first: u8, last: u8) -> u64 {
        // SAFETY: see `Bytes32x2`.
        let is_near = |half| unsafe {
            let distance = _mm256_sub_epi8(half, set(first));
            _mm256_cmpeq_epi8(_mm256_min_epu8(distance, set(last - first)), distance)
        };
        self.each(is_near).bits()
    }

    /// What a byte would be if it were of the class; a byte beyond ASCII is looked up as NUL, which it is not.
    #[inline(always)]
    fn among(self, class: &'static [u8; 16]) -> u64 {
        // SAFETY: see `Bytes32x2`; the load reads 16 bytes without alignment, and the reference is to 16 bytes.
        let table = unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(class.as_ptr().cast())) };
        // SAFETY: see `Bytes32x2`.
        self.each(|half| unsafe { _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, half), half) }).bits()
    }

    #[inline(always)]
    fn high(self) -> u64 {
        self.bits()
    }

    /// What both halves of a byte say.
    #[inline(always)]
    fn look_up(self, table: &Table) -> Self {
        // SAFETY: see `Bytes32x2`; the loads read 16 bytes without alignment, and the references are to 16 bytes.
        let read = |half: &[u8; 16]| unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(half.as_ptr().cast())) };
        let (low, high) = (read(&table.low), read(&table.high));
        // SAFETY: see `Bytes32x2`.
        self.each(|half| unsafe {
            let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(half), set(0xF));
            _mm256_and_si256(_mm256_shuffle_epi8(low, half), _mm256_shuffle_epi8(high, upper))
        })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: see `Bytes32x2`.
        unsafe { Self(_mm256_and_si256(self.0, other.0), _mm256_and_si256(self.1, other.1)) }
    }

    #[inline(always)]
    fn any(self) -> u64 {
        !self.equal(0)
    }
}
