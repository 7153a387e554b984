//! РНН, the taxpayer number of Kazakhstan until 2013: region and district, two digits each, kind of payer, serial, check
//! digit. One number in ten passes, so that it counts only where a word or key names it.

use super::twelve::Twelve;
use super::{Checked, Subject, is_repdigit};
use crate::finding::{Evidence, Refusal};

/// Regions were numbered up to this.
const LAST_REGION: u8 = 62;

pub fn check(subject: &Subject) -> Option<Checked> {
    let number = Twelve::read(subject.text, subject.start)?;
    let region = (1..=LAST_REGION).contains(&number.two(0));
    if !region {
        return subject.refuse(Refusal::Parts);
    }
    if !check_digit_holds(&number.digits) {
        return subject.refuse(Refusal::CheckDigit);
    }
    if !number.stands_alone(subject.text, subject.start) {
        return subject.refuse(Refusal::Boundary);
    }
    let evidence = number
        .evidence()
        .without(Evidence::Grouped)
        .with(Evidence::CheckDigit)
        .with_if(is_repdigit(&number.digits[..11]), Evidence::TestValue);
    // The kind 0 is an organisation.
    Some(Checked { end: number.end, evidence, age: None, impersonal: number.digits[4] == 0 })
}

/// Weights 1 to 10 and on from 1; where the remainder is 10, all weights move on by one, up to ten times.
fn check_digit_holds(digits: &[u8; 12]) -> bool {
    let remainder = |shift: usize| -> u32 {
        (0..11).map(|i| u32::from(digits[i]) * ((i + shift) % 10 + 1) as u32).sum::<u32>() % 11
    };
    (0..10).map(remainder).find(|r| *r != 10) == Some(u32::from(digits[11]))
}
