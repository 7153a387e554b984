//! ИИН: `YYMMDD C NNNN K`, where C tells century and sex, 0 a foreigner (Law of the Republic of Kazakhstan No 223-III
//! of 12.01.2007; layout by Government Decree No 406 of 22.05.2007).

use jiff::civil::Date;

use super::twelve::Twelve;
use super::{Checked, Registry, Subject, is_sequence};
use crate::finding::{Evidence, Refusal};

/// Older births are no longer expected among the living.
pub(super) const OLDEST_BIRTH: i16 = 1920;

pub fn check(subject: &Subject) -> Option<Checked> {
    // Nearly all candidates end here, without the cost of a call.
    let may_be = Twelve::may_be(subject.text, subject.start, b'0'..=b'3');
    if may_be { look_closer(subject) } else { subject.refuse(Refusal::Parts) }
}

#[inline(never)]
fn look_closer(subject: &Subject) -> Option<Checked> {
    let number = Twelve::read(subject.text, subject.start)?;
    if !number.check_digit_holds() {
        return subject.refuse(Refusal::CheckDigit);
    }
    if !number.stands_alone(subject.text, subject.start) {
        return subject.refuse(Refusal::Boundary);
    }
    let checked = judge(&number, subject.registry);
    if checked.is_some() { checked } else { subject.refuse(Refusal::Parts) }
}

/// A number that stands by itself.
pub fn check_alone(number: &Twelve, registry: &Registry) -> Option<Checked> {
    if number.check_digit_holds() { judge(number, registry) } else { None }
}

/// What a number whose check digit holds is worth, if there was such a birth.
fn judge(number: &Twelve, registry: &Registry) -> Option<Checked> {
    let birth = birth(number, registry.today)?;
    let expected = birth.is_some_and(|b| b.year() >= OLDEST_BIRTH);
    let evidence = number
        .evidence()
        .with(Evidence::CheckDigit)
        .with(if expected { Evidence::Plausible } else { Evidence::Implausible })
        .with_if(is_test_value(number, registry), Evidence::TestValue);
    let age = birth.map(|b| age(b, registry.today)).filter(|_| expected);
    Some(Checked { end: number.end, evidence, age, impersonal: false })
}

/// The birth that the number tells, `Some(None)` for a foreigner's, whose century is not told. `None` where there is no
/// such day, or it is still to come.
pub(super) fn birth(number: &Twelve, today: Date) -> Option<Option<Date>> {
    let (year, month, day) = (i16::from(number.two(0)), number.two(2), number.two(4));
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let date = |century: i16| {
        let date = Date::new(century + year, month.cast_signed(), day.cast_signed()).ok()?;
        (date <= today).then_some(date)
    };
    match number.digits[6] {
        0 => date(1900).or(date(2000)).map(|_| None),
        c @ 1..=6 => date(1800 + i16::from((c - 1) / 2) * 100).map(Some),
        _ => None,
    }
}

/// Full years on the day of the scan.
pub(super) fn age(birth: Date, today: Date) -> u8 {
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    u8::try_from(today.year() - birth.year() - i16::from(!had_birthday)).unwrap_or(u8::MAX)
}

fn is_test_value(number: &Twelve, registry: &Registry) -> bool {
    is_sequence(&number.digits[..11]) || registry.is_test_value(&number.ascii())
}
