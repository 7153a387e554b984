//! Runs of base64 (RFC 4648, both alphabets): takes where a long word begins, gives the text that it holds.

use std::ops::Range;

use super::Decoded;
use super::run::LONGEST;

/// Letters and digits that a run begins with at least.
pub const SHORTEST: usize = 24;
/// The run that begins at `start` with a long word.
pub fn run_at(text: &[u8], start: usize) -> Option<Range<usize>> {
    let begins = start == 0 || !text[start - 1].is_ascii_alphanumeric();
    let word = text.get(start..start + SHORTEST)?;
    if !begins || !may_begin(text, start) || !word.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let rest = &text[start..text.len().min(start + LONGEST + 1)];
    let length = rest.iter().take_while(|byte| sextet(**byte).is_some()).count();
    (length <= LONGEST).then_some(start..start + length)
}

/// A first look: whether small letters and capitals stand in the word at `start`. Text in base64 has both nearly
/// everywhere; a digest in hexadecimal has no capitals.
#[inline]
pub fn may_begin(text: &[u8], start: usize) -> bool {
    text.get(start..).and_then(|text| text.first_chunk::<SHORTEST>()).is_some_and(|word| has_both(word))
}

/// Whether among bytes, eight by eight, are both small letters and capitals; some other bytes may pass for them.
#[inline(always)]
fn has_both(bytes: &[u8]) -> bool {
    const LETTER: u64 = u64::from_ne_bytes([0x40; 8]);
    const BEYOND_Z: u64 = u64::from_ne_bytes([b'a' - b'[' - 1; 8]);
    let (mut small, mut capital) = (0, 0);
    for eight in bytes.as_chunks::<8>().0 {
        let eight = u64::from_ne_bytes(*eight);
        // Of ASCII letters, small ones have the bit below that of all letters; with what is added, `[` to `_` have it too.
        small |= eight & eight << 1;
        capital |= eight & !(eight << 1) & !(((eight & !(LETTER << 1)) + BEYOND_Z) << 1);
    }
    small & LETTER != 0 && capital & LETTER != 0
}

/// What a run holds, if that is text in UTF-8.
pub fn decode(text: &[u8], run: &Range<usize>) -> Option<Decoded> {
    let mut decoded = Decoded::default();
    for group in (run.start..run.end).step_by(4) {
        let characters = &text[group..run.end.min(group + 4)];
        let bits = characters.iter().try_fold(0u32, |bits, c| Some(bits << 6 | u32::from(sextet(*c)?)))?;
        let bytes = (bits << (6 * (4 - characters.len()))).to_be_bytes();
        for (i, byte) in bytes[1..characters.len()].iter().enumerate() {
            decoded.push_text(*byte, group + i..group + i + 2)?;
        }
    }
    decoded.is_utf8().then_some(decoded)
}

/// Whether a run may consist of it.
pub fn is_of_run(byte: u8) -> bool {
    sextet(byte).is_some()
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(run: &str) -> Option<String> {
        let decoded = decode(run.as_bytes(), &run_at(run.as_bytes(), 0)?)?;
        Some(String::from_utf8(decoded.text).unwrap())
    }

    #[test]
    fn only_text_comes_out() {
        // {"iin":"900517132728"} and the beginning of a picture.
        assert_eq!(text_of("eyJpaW4iOiI5MDA1MTcxMzI3MjgifQ==").as_deref(), Some("{\"iin\":\"900517132728\"}"));
        assert_eq!(text_of("iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"), None);
        assert_eq!(text_of("46cb24ad1c954097c30a1a77bbf728dd"), None);
        assert_eq!(text_of("eyJpaW4iOiI5MDA1MT"), None, "too short");
    }
}
