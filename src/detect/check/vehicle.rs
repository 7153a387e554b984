//! Vehicles: plates of Kazakhstan (since 2012 `123 ABC 02` with a region of 01 to 20, from 1993 on `A 123 BCD`) and the
//! identification number, 17 characters with a check digit that North American ones must bear (ISO 3779, 49 CFR 565).

use super::document::stands_alone;
use super::{Checked, Subject};
use crate::detect::boundary::byte;
use crate::detect::charset::Charset;
use crate::finding::{Evidence, EvidenceSet, Refusal};

pub fn check_plate(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let mut plate = Reader { text, at: start };
    let impersonal = if byte(text, start).is_ascii_digit() {
        plate.digits(3)?;
        plate.joint();
        let letters = plate.letters(2..=3)?;
        plate.joint();
        let region = plate.digits(2)?;
        if !(1..=20).contains(&region) {
            return subject.refuse(Refusal::Parts);
        }
        // Two letters are a company's.
        letters == 2
    } else {
        plate.letters(1..=1)?;
        plate.joint();
        plate.digits(3)?;
        plate.joint();
        plate.letters(2..=3)? == 2
    };
    let end = plate.at;
    if !stands_alone(subject, end) || is_within_word(text, start, end) {
        return subject.refuse(Refusal::Boundary);
    }
    Some(Checked { end, evidence: EvidenceSet::new(), age: None, impersonal })
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// Exactly so many digits, as a number.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + count)?;
        let number = digits.iter().try_fold(0, |n, d| d.is_ascii_digit().then(|| n * 10 + u32::from(d - b'0')))?;
        self.at += count;
        (!byte(self.text, self.at).is_ascii_digit()).then_some(number)
    }

    fn letters(&mut self, counts: std::ops::RangeInclusive<usize>) -> Option<usize> {
        let mut count = 0;
        while count <= *counts.end() {
            let Some(length) = capital_at(self.text, self.at) else { break };
            (count, self.at) = (count + 1, self.at + length);
        }
        counts.contains(&count).then_some(count)
    }

    fn joint(&mut self) {
        self.at += usize::from(matches!(byte(self.text, self.at), b' ' | b'-'));
    }
}

/// Bytes of the capital at a place: a Latin one, or a Cyrillic one that looks like it.
fn capital_at(text: &[u8], at: usize) -> Option<usize> {
    /// `А В Е К М Н О Р С Т У Х`, folded.
    const ALIKE: [u8; 12] = [0xE0, 0xE2, 0xE5, 0xEA, 0xEC, 0xED, 0xEE, 0xF0, 0xF1, 0xF2, 0xF3, 0xF5];
    if byte(text, at).is_ascii_uppercase() {
        return Some(1);
    }
    let letter = Charset::of_capital(text, at)?.letter(text, at)?;
    ALIKE.contains(&letter.folded).then_some(letter.length)
}

/// Whether the Cyrillic letters at the ends of a plate are those of words.
fn is_within_word(text: &[u8], start: usize, end: usize) -> bool {
    let cut = start.checked_sub(1).is_some_and(|at| Charset::Utf8.letter(text, at).is_some());
    let before =
        || Charset::of_capital(text, start).is_some_and(|charset| charset.letter_before(text, start).is_some());
    let last = |length: usize| end.checked_sub(length).and_then(|at| Charset::of_capital(text, at));
    let charset = last(2).filter(|charset| *charset == Charset::Utf8).or_else(|| last(1));
    cut || before() || charset.is_some_and(|charset| charset.letter(text, end).is_some())
}

pub fn check_vin(subject: &Subject) -> Option<Checked> {
    let vin: &[u8; 17] = subject.text.get(subject.start..)?.first_chunk()?;
    let end = subject.start + 17;
    let fits = |b: &u8| matches!(b, b'0'..=b'9' | b'A'..=b'H' | b'J'..=b'N' | b'P' | b'R'..=b'Z');
    let serial = vin[13..].iter().all(u8::is_ascii_digit);
    if !serial || !vin.iter().all(fits) || !vin.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    if !stands_alone(subject, end) {
        return subject.refuse(Refusal::Boundary);
    }
    let evidence = EvidenceSet::new().with_if(check_digit_holds(vin), Evidence::CheckDigit);
    Some(Checked { end, evidence, age: None, impersonal: false })
}

/// The ninth character is the weighted sum of the others modulo 11, `X` for 10.
fn check_digit_holds(vin: &[u8; 17]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |b: u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'H' => u32::from(b - b'A') + 1,
        b'J'..=b'R' => u32::from(b - b'J') + 1,
        _ => u32::from(b - b'S') + 2,
    };
    let sum: u32 = vin.iter().zip(WEIGHTS).map(|(b, weight)| value(*b) * weight).sum();
    vin[8] == b"0123456789X"[(sum % 11) as usize]
}
