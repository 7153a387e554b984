//! Telephone numbers outside of +7 in the international notation: `+`, a country code and as many digits as numbers of
//! that country have (ITU-T E.164).

use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before, may_end};
use crate::finding::{Evidence, EvidenceSet, Refusal};

/// Most digits with the country code (ITU-T E.164, 6.1).
const MOST_DIGITS: usize = 15;

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let before = byte_before(text, start, 1);
    if byte(text, start) != b'+' {
        return None;
    }
    if matches!(byte(text, start + 1), b'0' | b'7') {
        return subject.refuse(Refusal::Parts);
    }
    if before.is_ascii_alphanumeric() || matches!(before, b'+' | b'-' | b'.' | b')') {
        return subject.refuse(Refusal::Boundary);
    }
    let (digits, ends) = read(text, start + 1);
    let Some((code, national)) = subject.registry.country_code(&digits[..4]) else {
        return subject.refuse(Refusal::Parts);
    };
    // The longest number that ends with a group of its own.
    let length = national.rev().map(|n| n + code).find(|n| *n <= MOST_DIGITS && ends[*n - 1] > 0)?;
    let end = ends[length - 1];
    let digits = &digits[..length];
    if is_place(&text[start..end]) {
        return None;
    }
    if !may_end(text, end) {
        return subject.refuse(Refusal::Boundary);
    }
    if code == 1 && (digits[1] < 2 || digits[4] < 2) {
        return subject.refuse(Refusal::Parts);
    }
    let grouped = end - start - 1 > length;
    let tail = &digits[length - 6..];
    let counting = tail.windows(2).all(|pair| (pair[0] + 1) % 10 == pair[1]);
    // A line of a patch begins with a plus as well.
    let begins_line = matches!(before, b'\n' | 0) && !grouped;
    let evidence = EvidenceSet::new()
        .with_if(grouped, Evidence::Formatted)
        .with_if(begins_line, Evidence::Bare)
        .with_if(counting || super::is_repdigit(tail), Evidence::TestValue);
    Some(Checked { end, evidence, age: None, impersonal: false })
}

/// How numbers begin outside of +7; no country has a code that begins with 0.
pub fn signs() -> impl Iterator<Item = Vec<u8>> {
    (b'1'..=b'9').filter(|digit| *digit != b'7').map(|digit| vec![b'+', digit])
}

/// Whether degrees and minutes of latitude and longitude stand here, as time zones name places: `+5320-06025` (ISO 6709).
fn is_place(value: &[u8]) -> bool {
    let hyphen = value.iter().position(|b| *b == b'-');
    matches!((hyphen, value.len()), (Some(5), 11) | (Some(7), 15))
        && value.iter().filter(|b| b.is_ascii_digit()).count() == value.len() - 2
}

/// Reads digits with what people write between them. Gives with each digit where it ends, if a number could end there.
fn read(text: &[u8], start: usize) -> ([u8; MOST_DIGITS], [usize; MOST_DIGITS]) {
    let mut digits = [0; MOST_DIGITS];
    let mut ends = [0; MOST_DIGITS];
    let mut at = start;
    for (digit, end) in digits.iter_mut().zip(&mut ends) {
        let joint = if at == start { 0 } else { joint(text, at) };
        if !byte(text, at + joint).is_ascii_digit() {
            break;
        }
        at += joint + 1;
        *digit = byte(text, at - 1) - b'0';
        *end = if byte(text, at).is_ascii_digit() { 0 } else { at };
    }
    (digits, ends)
}

/// Bytes between two digits: a space, hyphen, dot or bracket, at most two.
fn joint(text: &[u8], at: usize) -> usize {
    (0..2).take_while(|i| matches!(byte(text, at + i), b' ' | b'-' | b'.' | b'(' | b')')).count()
}
