//! Numbers of Kazakhstan's documents. They bear no check digit: shape and surroundings are all there is, and a word or
//! key that names the document.

use super::{Checked, Subject, is_sequence};
use crate::detect::boundary::{byte, byte_before, may_begin, may_end};
use crate::finding::{Evidence, EvidenceSet, Refusal};

/// Identity card: 9 digits.
pub fn check_id_card(subject: &Subject) -> Option<Checked> {
    let end = digits_end(subject.text, subject.start, 9..=9)?;
    alone(subject, end, false)
}

/// Passport: a letter and 7 or 8 digits; N is the ordinary passport's.
pub fn check_passport(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    if !byte(text, start).is_ascii_uppercase() {
        return None;
    }
    let digits = start + 1 + usize::from(byte(text, start + 1) == b' ');
    let end = digits_end(text, digits, 7..=8)?;
    alone(subject, end, byte(text, start) == b'N')
}

/// Driver licence: 10 digits, or on older ones two letters and 6 digits.
pub fn check_driver_licence(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let end = match byte(text, start) {
        b'0'..=b'9' => digits_end(text, start, 10..=10)?,
        b'A'..=b'Z' if byte(text, start + 1).is_ascii_uppercase() => {
            digits_end(text, start + 2 + usize::from(byte(text, start + 2) == b' '), 6..=6)?
        }
        _ => return None,
    };
    alone(subject, end, false)
}

/// Where a run of digits ends whose length is one of `lengths`.
fn digits_end(text: &[u8], start: usize, lengths: std::ops::RangeInclusive<usize>) -> Option<usize> {
    let most = lengths.end() + 1;
    let run = text.get(start..)?.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
    lengths.contains(&run).then_some(start + run)
}

/// Whether a number stands by itself, and in no path or identifier.
pub(super) fn stands_alone(subject: &Subject, end: usize) -> bool {
    let (text, start) = (subject.text, subject.start);
    let begins = match byte(text, start) {
        b'0'..=b'9' => may_begin(text, start),
        _ => !byte_before(text, start, 1).is_ascii_alphanumeric(),
    };
    let within = |b: u8| matches!(b, b'/' | b'_' | b'-' | b'.' | b'\\' | b'@' | b'$' | b'%');
    begins
        && may_end(text, end)
        && !within(byte_before(text, start, 1))
        && !matches!(byte(text, end), b'/' | b'_' | b'-' | b'@' | b'%')
}

/// The number that ends at `end`, if it stands by itself.
fn alone(subject: &Subject, end: usize, plausible: bool) -> Option<Checked> {
    if !stands_alone(subject, end) {
        return subject.refuse(Refusal::Boundary);
    }
    let digits: Vec<u8> = super::digits(subject.text, subject.start..end).collect();
    let counting = digits.windows(2).all(|pair| (pair[0] + 1) % 10 == pair[1]);
    let evidence = EvidenceSet::new()
        .with_if(plausible, Evidence::Plausible)
        .with_if(counting || is_sequence(&digits), Evidence::TestValue);
    Some(Checked { end, evidence, age: None, impersonal: false })
}
