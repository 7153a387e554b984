//! Which of 64 bytes are what: one bit a byte, the first byte in the lowest bit.

/// Bytes that are looked at together.
pub const SEEN: usize = 64;

/// The classes of bytes that candidates are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    pub digit: u64,
    /// ASCII letters.
    pub letter: u64,
    /// `6`, `7`, `8`: how telephone numbers begin.
    pub six_to_eight: u64,
    /// What joins groups of digits: a space, a hyphen.
    pub joint: u64,
    /// What may stand after a group of digits in a telephone number: a space, `-`, a bracket, or a byte beyond ASCII.
    pub gap: u64,
    pub dot: u64,
    /// `@`, and `%`, which may begin `%40`.
    pub at: u64,
}

/// The further classes that the candidates of [`shapes`](super::shapes) are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub space: u64,
    pub slash: u64,
    pub colon: u64,
    pub equals: u64,
    /// `"`, `'`, and the backslash before an escaped one.
    pub quote: u64,
    pub angle: u64,
    pub plus: u64,
    /// Bytes beyond ASCII.
    pub high: u64,
    /// `d`, `e`, `h`, `s` in either case: the last letters of `password`, `Cookie`, `password_hash`, `pass`.
    pub last: u64,
    /// `J` or `S`, and `T` or `U`: together they begin the base64 of `IIN` within a certificate.
    pub j_or_s: u64,
    pub t_or_u: u64,
}

/// The masks without SIMD. The classes are the definition that SIMD follows.
pub fn portable(chunk: &[u8; SEEN]) -> Masks {
    let mut masks = Masks::default();
    for (i, byte) in chunk.iter().enumerate() {
        let bit = |is: bool| u64::from(is) << i;
        masks.digit |= bit(byte.is_ascii_digit());
        masks.letter |= bit(byte.is_ascii_alphabetic());
        masks.six_to_eight |= bit(matches!(byte, b'6'..=b'8'));
        masks.joint |= bit(matches!(byte, b' ' | b'-'));
        masks.gap |= bit(matches!(byte, b' ' | b'-' | b'(' | b')' | 0x80..));
        masks.dot |= bit(*byte == b'.');
        masks.at |= bit(matches!(byte, b'@' | b'%'));
    }
    masks
}

/// The marks without SIMD.
pub fn portable_marks(chunk: &[u8; SEEN]) -> Marks {
    let mut marks = Marks::default();
    for (i, byte) in chunk.iter().enumerate() {
        let bit = |is: bool| u64::from(is) << i;
        marks.space |= bit(*byte == b' ');
        marks.slash |= bit(*byte == b'/');
        marks.colon |= bit(*byte == b':');
        marks.equals |= bit(*byte == b'=');
        marks.quote |= bit(matches!(byte, b'"' | b'\'' | b'\\'));
        marks.angle |= bit(*byte == b'<');
        marks.plus |= bit(*byte == b'+');
        marks.high |= bit(*byte >= 0x80);
        marks.last |= bit(matches!(byte.to_ascii_lowercase(), b'd' | b'e' | b'h' | b's'));
        marks.j_or_s |= bit(matches!(byte, b'J' | b'S'));
        marks.t_or_u |= bit(matches!(byte, b'T' | b'U'));
    }
    marks
}
