//! The masks with AVX-512, 64 bytes at once. Those that every finder needs come from one look at each byte: a table tells
//! its classes, a bit for each, and eight steps are turned so that each class has its bits together.

use std::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm512_and_si512, _mm512_andnot_si512, _mm512_broadcast_i32x4, _mm512_cmpeq_epi8_mask,
    _mm512_cmple_epu8_mask, _mm512_gf2p8affine_epi64_epi8, _mm512_loadu_si512, _mm512_mask_mov_epi8,
    _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutex2var_epi8, _mm512_set1_epi8, _mm512_set1_epi64,
    _mm512_shuffle_epi8, _mm512_storeu_si512, _mm512_sub_epi8, _mm512_test_epi8_mask,
};
use std::ops::Range;

use super::lanes::{Lanes, PIECE, SEEN, STEPS, seen_in};
use super::literals::Literals;
use super::masks::{Bytes, MarksOfPiece, MasksOfPiece, SignsOfPiece, Table};
use super::{Candidates, Compositions, Wanted, Width, compose_with, find_with};

pub fn is_supported() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("gfni")
        && super::avx2::is_supported()
}

/// The finder compiled for AVX-512. Only to be called where [`is_supported`].
pub fn find<W: Width>(text: &[u8], range: Range<usize>, found: &mut Candidates, wanted: &mut Wanted) -> usize {
    debug_assert!(is_supported());
    // SAFETY: `Engine::all` gives this engine only where `is_supported` saw every feature named below.
    unsafe { find_avx512::<W>(text, range, found, wanted) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_avx512<W: Width>(text: &[u8], range: Range<usize>, found: &mut Candidates, wanted: &mut Wanted) -> usize {
    find_with::<W, Bytes64>(text, range, found, wanted)
}

/// Whether literals stand in a text. Only to be called where [`is_supported`].
pub fn stand_in(literals: &Literals, text: &[u8]) -> bool {
    debug_assert!(is_supported());
    // SAFETY: `Engine::all` gives this engine only where `is_supported` saw every feature named below.
    unsafe { stand_in_avx512(literals, text) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn stand_in_avx512(literals: &Literals, text: &[u8]) -> bool {
    literals.stand_with::<Bytes64>(text)
}

/// What a range is composed of, by the same instructions. Only to be called where [`is_supported`].
pub fn compose(text: &[u8], range: Range<usize>, all: &mut Compositions) {
    debug_assert!(is_supported());
    // SAFETY: see `find`.
    unsafe { compose_avx512(text, range, all) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn compose_avx512(text: &[u8], range: Range<usize>, all: &mut Compositions) {
    compose_with::<Bytes64>(text, range, all);
}

/// 64 bytes in a register. Private, and only [`find_avx512`] and [`compose_avx512`] make any: each use has the instructions.
#[derive(Clone, Copy)]
struct Bytes64(__m512i);

#[inline(always)]
fn set(byte: u8) -> __m512i {
    // SAFETY: see `Bytes64`.
    unsafe { _mm512_set1_epi8(byte.cast_signed()) }
}

#[inline(always)]
fn read(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: see `Bytes64`; the load reads 64 bytes without alignment, and the reference is to 64 bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

impl Bytes for Bytes64 {
    #[inline(always)]
    fn load(bytes: &[u8; SEEN]) -> Self {
        Self(read(bytes))
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

    #[inline(always)]
    fn masks(text: &[u8; PIECE], steps: usize, masks: &mut MasksOfPiece) {
        for first in (0..steps).step_by(8) {
            store(planes(text, first, Self::classes), masks, first);
        }
    }

    #[inline(always)]
    fn marks(text: &[u8; PIECE], steps: usize, masks: &MasksOfPiece, marks: &mut MarksOfPiece) {
        for first in (0..steps).step_by(8) {
            store_marks(planes(text, first, Self::marks_of_ascii), masks, marks, first);
        }
    }

    #[inline(always)]
    fn signs(text: &[u8; PIECE], steps: usize, masks: &MasksOfPiece, signs: &mut SignsOfPiece) {
        for first in (0..steps).step_by(8) {
            store_signs(planes(text, first, Self::marks_of_ascii), masks, signs, first);
        }
    }

    #[inline(always)]
    fn look_up(self, table: &Table) -> Self {
        let [low, high] = &table.ascii;
        // SAFETY: see `Bytes64`. The look-up takes the low seven bits of a byte.
        Self(unsafe { _mm512_permutex2var_epi8(read(low), self.0, read(high)) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: see `Bytes64`.
        Self(unsafe { _mm512_and_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn any(self) -> u64 {
        // SAFETY: see `Bytes64`.
        unsafe { _mm512_test_epi8_mask(self.0, self.0) }
    }
}

/// What a byte is. One bit tells two things of which only digits are the one, or only letters, or nothing that is either.
mod bit {
    pub const DIGIT: u8 = 1 << 0;
    pub const LETTER: u8 = 1 << 1;
    /// `0` and `1`; capitals; what joins groups of digits.
    pub const FIRST: u8 = 1 << 2;
    /// `6` to `8`; what stands between the digits of a telephone number.
    pub const SECOND: u8 = 1 << 3;
    pub const AT: u8 = 1 << 4;
    /// With the next one, a line end.
    pub const EQUALS: u8 = 1 << 5;
    pub const COLON: u8 = 1 << 6;
    pub const HIGH: u8 = 1 << 7;
}

/// The classes of each ASCII character.
static CLASSES: [[u8; 64]; 2] = {
    let mut classes = [[0; 64]; 2];
    let mut byte = 0;
    while byte < 128 {
        classes[byte / 64][byte % 64] = match byte as u8 {
            b'0' | b'1' => bit::DIGIT | bit::FIRST,
            b'6'..=b'8' => bit::DIGIT | bit::SECOND,
            b'0'..=b'9' => bit::DIGIT,
            b'A'..=b'Z' => bit::LETTER | bit::FIRST,
            b'a'..=b'z' => bit::LETTER,
            b' ' | b'-' => bit::FIRST | bit::SECOND,
            b'.' | b'(' | b')' => bit::SECOND,
            b'@' | b'%' | b'\\' | b'&' => bit::AT,
            b'=' => bit::EQUALS,
            b':' => bit::COLON,
            b'\n' => bit::EQUALS | bit::COLON,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// What a byte is besides. The first four bits tell one thing of a letter, and another of what is none.
mod mark {
    /// A space; the last letter of a key.
    pub const SPACE: u8 = 1 << 0;
    /// A hyphen; `J` and `S`.
    pub const HYPHEN: u8 = 1 << 1;
    /// A dot; `T`, `U`.
    pub const DOT: u8 = 1 << 2;
    /// A slash; `T`.
    pub const SLASH: u8 = 1 << 3;
    pub const QUOTE: u8 = 1 << 4;
    pub const ANGLE: u8 = 1 << 5;
    pub const PLUS: u8 = 1 << 6;
    pub const COMMA: u8 = 1 << 7;
}

/// The marks of each ASCII character.
static MARKS: [[u8; 64]; 2] = {
    let mut marks = [[0; 64]; 2];
    let mut byte = 0;
    while byte < 128 {
        marks[byte / 64][byte % 64] = match byte as u8 {
            b'S' => mark::SPACE | mark::HYPHEN,
            b' ' | b'd' | b'e' | b'h' | b's' | b'D' | b'E' | b'H' => mark::SPACE,
            b'-' | b'J' => mark::HYPHEN,
            b'T' => mark::DOT | mark::SLASH,
            b'.' | b'U' => mark::DOT,
            b'/' => mark::SLASH,
            b'"' | b'\'' | b'\\' => mark::QUOTE,
            b'<' => mark::ANGLE,
            b'+' => mark::PLUS,
            b',' => mark::COMMA,
            _ => 0,
        };
        byte += 1;
    }
    marks
};

impl Bytes64 {
    /// The marks of each byte; those beyond ASCII have any.
    #[inline(always)]
    fn marks_of_ascii(self) -> __m512i {
        let [low, high] = &MARKS;
        // SAFETY: see `Bytes64`. The look-up takes the low seven bits of a byte.
        unsafe { _mm512_permutex2var_epi8(read(low), self.0, read(high)) }
    }

    /// The classes of each byte.
    #[inline(always)]
    fn classes(self) -> __m512i {
        let [low, high] = &CLASSES;
        // SAFETY: see `Bytes64`. The look-up takes the low seven bits of a byte.
        unsafe {
            let ascii = _mm512_permutex2var_epi8(read(low), self.0, read(high));
            _mm512_mask_mov_epi8(ascii, _mm512_movepi8_mask(self.0), set(bit::HIGH))
        }
    }
}

/// The classes of eight steps, each with its bits together.
#[inline(always)]
fn planes(text: &[u8; PIECE], first: usize, classes: impl Fn(Bytes64) -> __m512i) -> [__m512i; 8] {
    let mut eight = [set(0); 8];
    for (step, turned) in eight.iter_mut().enumerate() {
        *turned = turn(classes(Bytes64::load(seen_in(text, first + step))));
    }
    exchange::<2>(exchange::<1>(exchange::<0>(eight)))
}

/// The bits of each eight bytes turned: its byte J holds what stood in the bits J of the eight, the first one lowest.
#[inline(always)]
fn turn(classes: __m512i) -> __m512i {
    const UNIT: u64 = u64::from_le_bytes([1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7]);
    static BACKWARDS: [u8; 16] = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8];
    // SAFETY: see `Bytes64`; the load reads 16 bytes without alignment, and the reference is to 16 bytes.
    unsafe {
        let backwards = _mm512_broadcast_i32x4(_mm_loadu_si128(BACKWARDS.as_ptr().cast()));
        // A product of matrices of 8 times 8 bits; the instruction has the last row of one in its first byte.
        let matrix = _mm512_shuffle_epi8(classes, backwards);
        _mm512_gf2p8affine_epi64_epi8::<0>(_mm512_set1_epi64(UNIT.cast_signed()), matrix)
    }
}

/// Exchanges bit `L` of the number of a register with that bit of the number of a byte within its eight. After the last,
/// registers are classes; what came from one step stands together.
#[inline(always)]
fn exchange<const L: usize>(from: [__m512i; 8]) -> [__m512i; 8] {
    static ORDERS: [[[u8; 64]; 2]; 3] = [orders(0), orders(1), orders(2)];
    let mut to = from;
    for (i, to) in to.iter_mut().enumerate() {
        let order = read(&ORDERS[L][i >> L & 1]);
        // SAFETY: see `Bytes64`.
        *to = unsafe { _mm512_permutex2var_epi8(from[i & !(1 << L)], order, from[i | 1 << L]) };
    }
    to
}

/// For both values of the bit, which byte of the two registers comes where.
const fn orders(bit: usize) -> [[u8; 64]; 2] {
    let mut orders = [[0; 64]; 2];
    let mut at = 0;
    while at < 128 {
        let (value, eight, byte) = (at / 64, at / 8 % 8, at % 8);
        let from = (byte >> bit & 1) * 64 + eight * 8 + (byte & !(1 << bit) | value << bit);
        // Bytes of one number stand together in the end.
        let to = if bit == 2 { byte * 8 + eight } else { eight * 8 + byte };
        orders[value][to] = from as u8;
        at += 1;
    }
    orders
}

/// Writes the masks of eight steps.
#[inline(always)]
fn store(planes: [__m512i; 8], masks: &mut MasksOfPiece, step: usize) {
    let [digit, letter, first, second, at, equals, colon, high] = planes;
    let write = |lanes: &mut Lanes, masks| write(lanes, step, masks);
    write(&mut masks.digit, digit);
    write(&mut masks.letter, letter);
    write(&mut masks.capital, both(letter, first));
    write(&mut masks.zero_or_one, both(digit, first));
    write(&mut masks.six_to_eight, both(digit, second));
    write(&mut masks.separator, without(without(second, digit), letter));
    write(&mut masks.joint, without(without(first, digit), letter));
    write(&mut masks.at, at);
    write(&mut masks.equals, without(equals, colon));
    write(&mut masks.colon, without(colon, equals));
    write(&mut masks.line_end, both(equals, colon));
    write(&mut masks.high, high);
}

/// Writes the marks of eight steps.
#[inline(always)]
fn store_marks(planes: [__m512i; 8], masks: &MasksOfPiece, marks: &mut MarksOfPiece, step: usize) {
    let [space, hyphen, dot, slash, .., comma] = planes;
    let (letter, high) = (lanes(&masks.letter, step), lanes(&masks.high, step));
    let write = |lanes: &mut Lanes, masks| write(lanes, step, masks);
    let mark = |plane| without(without(plane, high), letter);
    write(&mut marks.space, mark(space));
    write(&mut marks.hyphen, mark(hyphen));
    write(&mut marks.dot, mark(dot));
    write(&mut marks.slash, mark(slash));
    write(&mut marks.comma, without(comma, high));
    write(&mut marks.t, both(slash, letter));
}

/// Writes the signs of eight steps.
#[inline(always)]
fn store_signs(planes: [__m512i; 8], masks: &MasksOfPiece, signs: &mut SignsOfPiece, step: usize) {
    let [space, hyphen, dot, _, quote, angle, plus, _] = planes;
    let (letter, high) = (lanes(&masks.letter, step), lanes(&masks.high, step));
    let write = |lanes: &mut Lanes, masks| write(lanes, step, masks);
    write(&mut signs.quote, without(quote, high));
    write(&mut signs.angle, without(angle, high));
    write(&mut signs.plus, without(plus, high));
    write(&mut signs.last, both(space, letter));
    write(&mut signs.j_or_s, both(hyphen, letter));
    write(&mut signs.t_or_u, both(dot, letter));
}

#[inline(always)]
fn both(a: __m512i, b: __m512i) -> __m512i {
    // SAFETY: see `Bytes64`.
    unsafe { _mm512_and_si512(a, b) }
}

#[inline(always)]
fn without(mask: __m512i, other: __m512i) -> __m512i {
    // SAFETY: see `Bytes64`.
    unsafe { _mm512_andnot_si512(other, mask) }
}

/// The masks of eight steps.
#[inline(always)]
fn lanes(lanes: &Lanes, step: usize) -> __m512i {
    let eight: &[u64; 8] = lanes[step..].first_chunk().expect("the steps of a piece are whole eights");
    // SAFETY: see `Bytes64`; the load reads 64 bytes without alignment, and the reference is to 64 bytes.
    unsafe { _mm512_loadu_si512(eight.as_ptr().cast()) }
}

#[inline(always)]
fn write(lanes: &mut Lanes, step: usize, masks: __m512i) {
    let eight: &mut [u64; 8] = lanes[step..].first_chunk_mut().expect("the steps of a piece are whole eights");
    // SAFETY: see `Bytes64`; the store writes 64 bytes without alignment, and the reference is to 64 bytes.
    unsafe { _mm512_storeu_si512(eight.as_mut_ptr().cast(), masks) }
}

const _: () = assert!(STEPS.is_multiple_of(8));
