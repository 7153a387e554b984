//! Runs of hexadecimal digits, as dumps write binary values: `0x4949`, `\\x4949`, `X'4949'`. Takes where a long word begins,
//! gives the text that it holds.

use std::ops::Range;

use super::Decoded;
use super::run::LONGEST;

/// Digits of a run at least: a telephone number.
const SHORTEST: usize = 22;

/// The digits that begin with or after the word at `start`.
pub fn run_at(text: &[u8], start: usize) -> Option<Range<usize>> {
    let first = start + marked(text, start)?;
    let rest = &text[first..text.len().min(first + LONGEST + 1)];
    let length = rest.iter().take_while(|byte| is_of_run(**byte)).count();
    let ends = rest.get(length).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (ends && length % 2 == 0 && (SHORTEST..=LONGEST).contains(&length)).then_some(first..first + length)
}

/// A first look: whether a word is marked as one of hexadecimal digits.
#[inline]
pub fn may_begin(text: &[u8], start: usize) -> bool {
    marked(text, start).is_some_and(|mark| text.get(start + mark + SHORTEST - 1).is_some_and(|byte| is_of_run(*byte)))
}

/// Bytes of the word before its digits, if it is marked.
#[inline]
fn marked(text: &[u8], start: usize) -> Option<usize> {
    let before = &text[..start];
    match text.get(start..start + 2)? {
        [b'0', b'x' | b'X'] if before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric()) => Some(2),
        [b'x', digit] if before.ends_with(b"\\") && is_of_run(*digit) => Some(1),
        [digit, _] if before.ends_with(b"X'") || before.ends_with(b"x'") => is_of_run(*digit).then_some(0),
        _ => None,
    }
}

/// What a run holds, if that is text in UTF-8.
pub fn decode(text: &[u8], run: &Range<usize>) -> Option<Decoded> {
    let mut decoded = Decoded::default();
    for pair in run.clone().step_by(2) {
        let digits = std::str::from_utf8(&text[pair..pair + 2]).ok()?;
        decoded.push_text(u8::from_str_radix(digits, 16).ok()?, pair..pair + 2)?;
    }
    decoded.is_utf8().then_some(decoded)
}

/// Whether a run may consist of it.
pub fn is_of_run(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_values_that_hold_text() {
        let text_of = |text: &str, start: usize| {
            let decoded = decode(text.as_bytes(), &run_at(text.as_bytes(), start)?)?;
            Some(String::from_utf8(decoded.text).unwrap())
        };
        let digits = "393030353137313332373238";
        for (text, start) in [
            (format!("0x{digits}"), 0),
            (format!("(0x{digits},"), 1),
            (format!("\\x{digits}"), 1),
            (format!("'\\x{digits}'"), 2),
            (format!("X'{digits}'"), 2),
        ] {
            assert_eq!(text_of(&text, start).as_deref(), Some("900517132728"), "{text}");
            assert!(may_begin(text.as_bytes(), start), "{text}");
        }
        for (text, start) in [
            (digits.to_owned(), 0),
            (format!("a0x{digits}"), 1),
            (format!("0x{digits}9"), 0),
            (format!("0x{digits}g"), 0),
            ("0x89504e470d0a1a0a0000000d49".to_owned(), 0),
            ("0x3930303531".to_owned(), 0),
        ] {
            assert_eq!(text_of(&text, start), None, "{text}");
        }
    }
}
