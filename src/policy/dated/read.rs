//! Reading a calendar day that stands at a position of a text, in the ways programs and people write it.

use std::ops::Range;

use jiff::civil::Date;

/// A day that was read, and where it ends.
pub struct Read {
    pub date: Date,
    pub end: usize,
}

/// `2021-03-01`, `01.03.2021` and the like, with one of `marks` between the parts. Of `01-03-2021`, which some read as the
/// third of January, the later day: only full stops leave no doubt.
pub fn separated(text: &[u8], at: usize, marks: &[u8]) -> Option<Read> {
    let mark = |first: usize, second: usize| {
        let first = text.get(at + first).copied().filter(|mark| marks.contains(mark));
        first.filter(|first| text.get(at + second) == Some(first))
    };
    let part = |range: Range<usize>| number(text, at + range.start..at + range.end);
    let date = if mark(4, 7).is_some() {
        day(part(0..4)?, part(5..7)?, part(8..10)?)
    } else {
        let mark = mark(2, 5)?;
        let (first, second, year) = (part(0..2)?, part(3..5)?, part(6..10)?);
        let other = day(year, first, second).filter(|_| mark != b'.');
        day(year, second, first).max(other)
    };
    Some(Read { date: date?, end: at + 10 })
}

/// `20210301`.
pub fn run(text: &[u8], at: usize) -> Option<Read> {
    let part = |range: Range<usize>| number(text, at + range.start..at + range.end);
    Some(Read { date: day(part(0..4)?, part(4..6)?, part(6..8)?)?, end: at + 8 })
}

/// The digits of a range as a number.
pub fn number(text: &[u8], range: Range<usize>) -> Option<i16> {
    let digits = text.get(range)?;
    digits.iter().try_fold(0_i16, |n, digit| {
        let digit = digit.is_ascii_digit().then(|| i16::from(digit - b'0'))?;
        n.checked_mul(10)?.checked_add(digit)
    })
}

pub fn day(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The positions where a run of digits begins.
pub fn digit_runs(text: &[u8]) -> impl Iterator<Item = usize> {
    let before = std::iter::once(&0).chain(text);
    let begins = before.zip(text).map(|(before, byte)| byte.is_ascii_digit() && !before.is_ascii_digit());
    begins.enumerate().filter(|(_, begins)| *begins).map(|(at, _)| at)
}
