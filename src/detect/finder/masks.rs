//! Which of 64 bytes are what: one bit a byte, the first byte in the lowest bit.

/// Bytes that are looked at together.
pub const SEEN: usize = 64;

/// The classes of bytes that candidates are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    pub digit: u64,
    /// ASCII letters.
    pub letter: u64,
    /// `0`, `1`: how the months begin.
    pub zero_or_one: u64,
    /// `6`, `7`, `8`: how telephone numbers begin.
    pub six_to_eight: u64,
    /// What a telephone number is written with: digits, spaces, `-`, `.`, brackets, bytes beyond ASCII.
    pub number: u64,
    /// What joins groups of digits: a space, a hyphen.
    pub joint: u64,
    /// `@`, and what may begin an escape: `%`, `\\`, `&`.
    pub at: u64,
    /// `=`, which begins an escape of quoted-printable.
    pub equals: u64,
    /// Whether any of the bytes is beyond ASCII.
    pub beyond_ascii: bool,
}

/// Bytes that a shuffle looks up by their low four bits: each class has no two with the same ones. Where a class has none,
/// stands a byte with other low bits, which equals none that is looked up there.
pub mod classes {
    /// The table of a class.
    const fn table(class: &[u8]) -> [u8; 16] {
        let mut table = [0xFF; 16];
        table[0xF] = 0;
        let mut at = 0;
        while at < class.len() {
            table[(class[at] & 0xF) as usize] = class[at];
            at += 1;
        }
        table
    }

    pub const DIGIT: [u8; 16] = table(b"0123456789");
    pub const ZERO_OR_ONE: [u8; 16] = table(b"01");
    pub const SIX_TO_EIGHT: [u8; 16] = table(b"678");
    pub const JOINT: [u8; 16] = table(b" -");
    pub const SEPARATOR: [u8; 16] = table(b" -.()");
    pub const AT: [u8; 16] = table(b"@%\\&");
}

/// The further classes that the candidates of [`shapes`](super::shapes) are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub space: u64,
    pub hyphen: u64,
    pub dot: u64,
    pub slash: u64,
    pub colon: u64,
    /// `"`, `'`, and the backslash before an escaped one.
    pub quote: u64,
    pub angle: u64,
    pub plus: u64,
    /// Bytes beyond ASCII.
    pub high: u64,
    /// Capitals of ASCII.
    pub capital: u64,
    pub comma: u64,
    /// `d`, `e`, `h`, `s` in either case: the last letters of `password`, `Cookie`, `password_hash`, `pass`.
    pub last: u64,
    /// `J` or `S`, and `T` or `U`: together they begin the base64 of `IIN` within a certificate.
    pub j_or_s: u64,
    pub t_or_u: u64,
}

/// The masks without SIMD. The classes are the definition that SIMD follows.
pub fn portable(chunk: &[u8; SEEN]) -> Masks {
    Masks {
        digit: mask(chunk, |byte| byte.is_ascii_digit()),
        letter: mask(chunk, |byte| byte.is_ascii_alphabetic()),
        zero_or_one: mask(chunk, |byte| matches!(byte, b'0' | b'1')),
        six_to_eight: mask(chunk, |byte| matches!(byte, b'6'..=b'8')),
        number: mask(chunk, |byte| matches!(byte, b'0'..=b'9' | b' ' | b'-' | b'.' | b'(' | b')' | 0x80..)),
        joint: mask(chunk, |byte| matches!(byte, b' ' | b'-')),
        at: mask(chunk, |byte| matches!(byte, b'@' | b'%' | b'\\' | b'&')),
        equals: mask(chunk, |byte| byte == b'='),
        beyond_ascii: !chunk.is_ascii(),
    }
}

/// The marks without SIMD.
pub fn portable_marks(chunk: &[u8; SEEN]) -> Marks {
    let equal = |byte| mask(chunk, |b| b == byte);
    Marks {
        space: equal(b' '),
        hyphen: equal(b'-'),
        dot: equal(b'.'),
        slash: equal(b'/'),
        colon: equal(b':'),
        quote: mask(chunk, |byte| matches!(byte, b'"' | b'\'' | b'\\')),
        angle: equal(b'<'),
        plus: equal(b'+'),
        high: high(chunk),
        capital: mask(chunk, |byte| byte.is_ascii_uppercase()),
        comma: equal(b','),
        last: mask(chunk, |byte| matches!(byte.to_ascii_lowercase(), b'd' | b'e' | b'h' | b's')),
        j_or_s: mask(chunk, |byte| matches!(byte, b'J' | b'S')),
        t_or_u: mask(chunk, |byte| matches!(byte, b'T' | b'U')),
    }
}

/// Bytes beyond ASCII: the highest bits of eight bytes at a time, which the product gathers in its highest byte.
pub fn high(chunk: &[u8; SEEN]) -> u64 {
    let eight = |bytes: &[u8; 8]| {
        let highest = u64::from_le_bytes(*bytes) >> 7 & 0x0101_0101_0101_0101;
        highest.wrapping_mul(0x0102_0408_1020_4080) >> 56
    };
    chunk.as_chunks().0.iter().rev().fold(0, |mask, bytes| mask << 8 | eight(bytes))
}

fn mask(chunk: &[u8; SEEN], is: impl Fn(u8) -> bool) -> u64 {
    chunk.iter().rev().fold(0, |mask, byte| mask << 1 | u64::from(is(*byte)))
}
