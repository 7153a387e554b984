//! БИН: `YYMM T A NNNNN K`, registered in the month MM, T 4 to 6 the kind of entity, A 0 to 4 its part (Order of the
//! Minister of Justice of Kazakhstan No 423 of 27.06.2023).

use super::twelve::Twelve;
use super::{Checked, Registry, Subject};
use crate::finding::{Evidence, Refusal};

pub fn check(subject: &Subject) -> Option<Checked> {
    // Nearly all candidates end here, without the cost of a call.
    let may_be = Twelve::may_be(subject.text, subject.start, b'4'..=b'6');
    if may_be { look_closer(subject) } else { subject.refuse(Refusal::Parts) }
}

#[inline(never)]
fn look_closer(subject: &Subject) -> Option<Checked> {
    let number = Twelve::read(subject.text, subject.start)?;
    if !has_layout(&number) {
        return subject.refuse(Refusal::Parts);
    }
    if !number.check_digit_holds() {
        return subject.refuse(Refusal::CheckDigit);
    }
    if !number.stands_alone(subject.text, subject.start) {
        return subject.refuse(Refusal::Boundary);
    }
    Some(judge(&number, subject.registry))
}

/// A number that stands by itself.
pub fn check_alone(number: &Twelve, registry: &Registry) -> Option<Checked> {
    (has_layout(number) && number.check_digit_holds()).then(|| judge(number, registry))
}

fn has_layout(number: &Twelve) -> bool {
    (1..=12).contains(&number.two(2)) && (4..=6).contains(&number.digits[4]) && number.digits[5] <= 4
}

/// What a number whose check digit holds is worth.
fn judge(number: &Twelve, registry: &Registry) -> Checked {
    let registered = is_registered(number.two(0), registry.today.year());
    let evidence = number
        .evidence()
        .with(Evidence::CheckDigit)
        .with(if registered { Evidence::Plausible } else { Evidence::Implausible })
        .with_if(registry.is_test_value(&number.ascii()), Evidence::TestValue);
    Checked { end: number.end, evidence, age: None, impersonal: true }
}

/// Whether entities were registered in the year that ends so: since 1990.
fn is_registered(year: u8, today: i16) -> bool {
    year >= 90 || i16::from(year) <= today % 100
}
