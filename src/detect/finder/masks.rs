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
