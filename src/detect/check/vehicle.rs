//! Vehicles: plates of Kazakhstan (since 2012 `123 ABC 02` with a region of 01 to 20, from 1993 on `A 123 BCD`) and the
//! identification number, 17 characters with a check digit that North American ones must bear (ISO 3779, 49 CFR 565).

use super::document::stands_alone;
use super::{Checked, Subject};
use crate::detect::boundary::byte;
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
    if !stands_alone(subject, end) {
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
        let rest = self.text.get(self.at..)?;
        let count = rest.iter().take(counts.end() + 1).take_while(|b| b.is_ascii_uppercase()).count();
        self.at += count;
        counts.contains(&count).then_some(count)
    }

    fn joint(&mut self) {
        self.at += usize::from(matches!(byte(self.text, self.at), b' ' | b'-'));
    }
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
