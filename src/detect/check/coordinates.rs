//! Geographic coordinates in decimal degrees with four or more places: a pair, latitude first, or one number under a key.

use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::finding::{Evidence, EvidenceSet, Refusal};

/// Longest fraction that is read.
const LONGEST_FRACTION: usize = 17;

/// Two numbers with a comma, semicolon or space between them, and no third.
pub fn check_pair(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let latitude = Degrees::read(text, start)?;
    let second = joint(text, latitude.end)?;
    let longitude = Degrees::read(text, second)?;
    let third = joint(text, longitude.end).is_some_and(|at| Degrees::read(text, at).is_some());
    if third
        || is_drawn(text, second, longitude.end)
        || !latitude.begins_alone(text)
        || follows_number(text, start)
        || !longitude.ends_alone(text)
    {
        return subject.refuse(Refusal::Surroundings);
    }
    let end = longitude.end;
    let (latitude, longitude) = (latitude.value(text)?, longitude.value(text)?);
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 || latitude.abs() < 1.0 && longitude.abs() < 1.0 {
        return subject.refuse(Refusal::Parts);
    }
    let kazakhstan = (40.0..56.0).contains(&latitude) && (46.0..88.0).contains(&longitude);
    let evidence = EvidenceSet::new().with(Evidence::Formatted).with_if(kazakhstan, Evidence::Plausible);
    Some(Checked { end, evidence, age: None, impersonal: false })
}

pub fn check_single(subject: &Subject) -> Option<Checked> {
    let text = subject.text;
    // Under a key; after a plain word there is no telling what a number measures, a word beyond ASCII may yet name it.
    let named = match byte_before(text, subject.start, 1) {
        b' ' => matches!(byte_before(text, subject.start, 2), b':' | b'=' | 0x80..),
        b => matches!(b, b'=' | b':' | b'"' | b'\'' | b'>'),
    };
    if !named {
        return subject.refuse(Refusal::Context);
    }
    let degrees = Degrees::read(text, subject.start)?;
    if !degrees.begins_alone(text) || !degrees.ends_alone(text) {
        return subject.refuse(Refusal::Boundary);
    }
    if joint(text, degrees.end).is_some_and(|at| Degrees::read(text, at).is_some()) {
        return subject.refuse(Refusal::Surroundings);
    }
    let value = degrees.value(text)?;
    // Nothing but zeros is a place that was not set.
    if value == 0.0 {
        return subject.refuse(Refusal::Nobody);
    }
    if value.abs() > 180.0 {
        return subject.refuse(Refusal::Parts);
    }
    Some(Checked { end: degrees.end, ..Checked::default() })
}

/// A sign before the digits belongs to the number.
pub fn start_of_sign(text: &[u8], digits: usize) -> Option<usize> {
    let signed = byte_before(text, digits, 1) == b'-' && !byte_before(text, digits, 2).is_ascii_alphanumeric();
    Some(digits - usize::from(signed))
}

struct Degrees {
    start: usize,
    end: usize,
}

impl Degrees {
    fn read(text: &[u8], start: usize) -> Option<Self> {
        let count = |from: usize, most: usize| {
            text.get(from..).map_or(0, |rest| rest.iter().take(most).take_while(|b| b.is_ascii_digit()).count())
        };
        let digits = start + usize::from(byte(text, start) == b'-');
        let whole = count(digits, 4);
        let fraction = count(digits + whole + 1, LONGEST_FRACTION + 1);
        if !(1..=3).contains(&whole)
            || byte(text, digits + whole) != b'.'
            || !(4..=LONGEST_FRACTION).contains(&fraction)
        {
            return None;
        }
        Some(Self { start, end: digits + whole + 1 + fraction })
    }

    fn value(&self, text: &[u8]) -> Option<f64> {
        std::str::from_utf8(&text[self.start..self.end]).ok()?.parse().ok()
    }

    fn begins_alone(&self, text: &[u8]) -> bool {
        let before = byte_before(text, self.start, 1);
        let signed = byte(text, self.start) == b'-';
        !before.is_ascii_alphanumeric() && !matches!(before, b'.' | b'_' | b'+' | b'-') && (!signed || before != b')')
    }

    fn ends_alone(&self, text: &[u8]) -> bool {
        let next = byte(text, self.end);
        let fraction = next == b'.' && byte(text, self.end + 1).is_ascii_digit();
        !next.is_ascii_alphanumeric() && !matches!(next, b'_' | b'%') && !fraction
    }
}

/// Where the second number begins after what stands between two.
fn joint(text: &[u8], end: usize) -> Option<usize> {
    match (byte(text, end), byte(text, end + 1)) {
        (b',' | b';', b' ') => Some(end + 2),
        (b',' | b';' | b' ', _) => Some(end + 1),
        _ => None,
    }
}

/// Whether a space joins the numbers and one letter follows: a point of a drawing, as in SVG and PostScript.
fn is_drawn(text: &[u8], second: usize, end: usize) -> bool {
    byte_before(text, second, 1) == b' '
        && byte(text, end) == b' '
        && byte(text, end + 1).is_ascii_alphabetic()
        && !byte(text, end + 2).is_ascii_alphanumeric()
}

/// Whether another such number stands before: a list of numbers, not a pair.
fn follows_number(text: &[u8], start: usize) -> bool {
    let joint = match (byte_before(text, start, 2), byte_before(text, start, 1)) {
        (b',' | b';', b' ') => 2,
        (_, b',' | b';' | b' ') => 1,
        _ => return false,
    };
    let before = &text[..start - joint];
    let fraction = before.iter().rev().take(LONGEST_FRACTION + 1).take_while(|b| b.is_ascii_digit()).count();
    let whole = before.len().checked_sub(fraction + 2);
    fraction >= 4 && whole.is_some_and(|at| before[at].is_ascii_digit() && before[at + 1] == b'.')
}
