//! Payment cards: 13 to 19 digits, known issuer, Luhn's check digit (ISO/IEC 7812-1).

use super::{Checked, Subject, is_repdigit};
use crate::detect::boundary::{byte, byte_before, may_begin, may_end};
use crate::finding::{Evidence, EvidenceSet, Refusal};

/// How the digits of a card are grouped.
const GROUPS: [&[usize]; 3] = [&[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];

pub fn check(subject: &Subject) -> Option<Checked> {
    let text = subject.text;
    let run = text.get(subject.start..)?.iter().take(20).take_while(|b| b.is_ascii_digit()).count();
    let (end, grouped) = match run {
        13..=19 => (subject.start + run, false),
        4 => (GROUPS.iter().find_map(|groups| grouped_end(text, subject.start, groups))?, true),
        _ => return None,
    };
    let mut number = [0; 19];
    let mut length = 0;
    for (slot, digit) in number.iter_mut().zip(super::digits(text, subject.start..end)) {
        *slot = digit;
        length += 1;
    }
    let number = &number[..length];
    let six = number[..6].iter().fold(0, |six, d| six * 10 + u32::from(*d));
    if !luhn(number) {
        return subject.refuse(Refusal::CheckDigit);
    }
    if is_repdigit(number) || !subject.registry.is_card(six, length) {
        return subject.refuse(Refusal::Parts);
    }
    if !may_begin(text, subject.start) || !may_end(text, end) || grouped && is_within_groups(text, subject.start, end) {
        return subject.refuse(Refusal::Boundary);
    }
    let value: Vec<u8> = number.iter().map(|d| b'0' + d).collect();
    let evidence = EvidenceSet::new()
        .with(Evidence::CheckDigit)
        .with_if(grouped, Evidence::Formatted)
        .with_if(subject.registry.is_test_value(&value), Evidence::TestValue);
    Some(Checked { end, evidence, age: None, impersonal: false })
}

/// Where groups of these sizes end, all joined by the same space or hyphen.
fn grouped_end(text: &[u8], start: usize, groups: &[usize]) -> Option<usize> {
    let joint = byte(text, start + groups[0]);
    if !matches!(joint, b' ' | b'-') {
        return None;
    }
    let mut at = start;
    for (i, size) in groups.iter().enumerate() {
        if i > 0 {
            if byte(text, at) != joint {
                return None;
            }
            at += 1;
        }
        if !text.get(at..at + size)?.iter().all(u8::is_ascii_digit) {
            return None;
        }
        at += size;
    }
    (!byte(text, at).is_ascii_digit()).then_some(at)
}

/// Whether more groups of four stand on either side: a dump of numbers, or an account. `card` is none.
fn is_within_groups(text: &[u8], start: usize, end: usize) -> bool {
    let joint = |byte: u8| matches!(byte, b' ' | b'-');
    let group = &text[start.saturating_sub(5)..start.saturating_sub(1)];
    let before = joint(byte_before(text, start, 1))
        && group.len() == 4
        && group.iter().all(u8::is_ascii_alphanumeric)
        && group.iter().any(u8::is_ascii_digit);
    // Also of five: a table of codes in hexadecimal.
    let next = text[(end + 1).min(text.len())..].iter().take(6).take_while(|b| b.is_ascii_alphanumeric()).count();
    let after = joint(byte(text, end))
        && (4..=5).contains(&next)
        && text[end + 1..end + 1 + next].iter().any(u8::is_ascii_digit);
    before || after
}

/// Luhn's check digit, the last one (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(number: &[u8]) -> bool {
    let doubled = |d: u8| if d > 4 { 2 * d - 9 } else { 2 * d };
    let sum: u32 =
        number.iter().rev().enumerate().map(|(i, d)| u32::from(if i % 2 == 1 { doubled(*d) } else { *d })).sum();
    sum.is_multiple_of(10)
}
