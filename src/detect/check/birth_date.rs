//! Dates on which somebody now living may be born, as `dd.mm.yyyy`, `yyyy-mm-dd`, «5 мая 1990», «1990 жылғы 5 мамыр». They
//! count only where a word or key tells that it is a birth.

use jiff::civil::Date;

use super::kz_iin::age;
use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::finding::{EvidenceSet, Refusal};
use crate::lexicon::{fold, fold_str};

/// Nobody is older.
const OLDEST: u8 = 110;
/// Longest name of a month, in bytes.
const LONGEST_MONTH: usize = 24;

const MONTHS: [&[&str]; 12] = [
    &["января", "қаңтар", "january", "jan"],
    &["февраля", "ақпан", "february", "feb"],
    &["марта", "наурыз", "march", "mar"],
    &["апреля", "сәуір", "april", "apr"],
    &["мая", "мамыр", "may"],
    &["июня", "маусым", "june", "jun"],
    &["июля", "шілде", "july", "jul"],
    &["августа", "тамыз", "august", "aug"],
    &["сентября", "қыркүйек", "september", "sep"],
    &["октября", "қазан", "october", "oct"],
    &["ноября", "қараша", "november", "nov"],
    &["декабря", "желтоқсан", "december", "dec"],
];

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let before = byte_before(text, start, 1);
    if before.is_ascii_alphanumeric() || matches!(before, b'.' | b'-' | b'_' | b'+') {
        return subject.refuse(Refusal::Boundary);
    }
    let read = numeric(text, start).or_else(|| in_words(text, start));
    let Some((date, end)) = read else { return subject.refuse(Refusal::Parts) };
    let next = byte(text, end);
    let goes_on = next.is_ascii_digit() || next == b'-' || is_mark(next) && byte(text, end + 1).is_ascii_digit();
    let today = subject.registry.today;
    if goes_on {
        return subject.refuse(Refusal::Boundary);
    }
    if has_time(text, end) {
        return subject.refuse(Refusal::Surroundings);
    }
    if date > today || age(date, today) > OLDEST {
        return subject.refuse(Refusal::Parts);
    }
    Some(Checked { end, evidence: EvidenceSet::new(), age: Some(age(date, today)), impersonal: false })
}

/// Where the date begins whose first digit, or year, stands at `at`.
pub fn start_of_date(text: &[u8], at: usize) -> Option<usize> {
    let numeric = is_mark(byte(text, at + 4)) && byte(text, at + 5).is_ascii_digit();
    if !byte(text, at + 2).is_ascii_digit() || numeric {
        return Some(at);
    }
    // A year: only those of the living.
    if !matches!((byte(text, at), byte(text, at + 1)), (b'1', b'9') | (b'2', b'0')) {
        return None;
    }
    if byte_before(text, at, 1) == b' ' {
        let month = text[..at - 1].iter().rev().take(LONGEST_MONTH + 1).take_while(|b| is_letter(**b)).count();
        let day = at - 1 - month;
        let digits = day
            .checked_sub(1)
            .map_or(0, |space| text[..space].iter().rev().take(3).take_while(|b| b.is_ascii_digit()).count());
        let named = byte_before(text, day, 1) == b' ' && (1..=2).contains(&digits);
        if named && month_named(&text[day..at - 1]).is_some() {
            return Some(day - 1 - digits);
        }
    }
    Some(at)
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'.' | b'-' | b'/')
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

fn number(text: &[u8], start: usize, digits: usize) -> Option<i16> {
    let field = text.get(start..start + digits)?;
    field.iter().try_fold(0, |n, d| d.is_ascii_digit().then(|| n * 10 + i16::from(d - b'0')))
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn numeric(text: &[u8], start: usize) -> Option<(Date, usize)> {
    let marks = |first: usize, second: usize| {
        is_mark(byte(text, start + first)) && byte(text, start + first) == byte(text, start + second)
    };
    let date = if marks(4, 7) {
        date(number(text, start, 4)?, number(text, start + 5, 2)?, number(text, start + 8, 2)?)
    } else if marks(2, 5) {
        date(number(text, start + 6, 4)?, number(text, start + 3, 2)?, number(text, start, 2)?)
    } else {
        None
    };
    date.map(|date| (date, start + 10))
}

fn in_words(text: &[u8], start: usize) -> Option<(Date, usize)> {
    let first = text.get(start..)?.iter().take(5).take_while(|b| b.is_ascii_digit()).count();
    let (word, word_end) = word_after(text, start + first)?;
    let (year, day, month, end) = match first {
        1 | 2 => (number(text, word_end + 1, 4)?, number(text, start, first)?, word, word_end + 5),
        4 => {
            // «1990 жылғы 5 мамыр»
            let digits = text.get(word_end + 1..)?.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
            let day = number(text, word_end + 1, digits).filter(|_| (1..=2).contains(&digits))?;
            let (month, end) = word_after(text, word_end + 1 + digits)?;
            is_year(word).then_some((number(text, start, 4)?, day, month, end))?
        }
        _ => return None,
    };
    let spaced = byte(text, word_end) == b' ';
    Some((date(year, month_named(month)?, day)?, end)).filter(|_| spaced)
}

/// The word after a space at `space`, and where it ends.
fn word_after(text: &[u8], space: usize) -> Option<(&[u8], usize)> {
    let length = text.get(space + 1..)?.iter().take(LONGEST_MONTH + 1).take_while(|b| is_letter(**b)).count();
    let word = &text[space + 1..space + 1 + length];
    (byte(text, space) == b' ' && (3..=LONGEST_MONTH).contains(&length)).then_some((word, space + 1 + length))
}

fn is_year(word: &[u8]) -> bool {
    fold(word).iter().any(|reading| ["жылы", "жылғы", "жыл"].iter().any(|year| *reading == fold_str(year)))
}

fn month_named(word: &[u8]) -> Option<i16> {
    let readings = fold(word);
    let named = |names: &&[&str]| names.iter().any(|name| readings.contains(&fold_str(name)));
    MONTHS.iter().position(named).and_then(|month| i16::try_from(month + 1).ok())
}

/// Whether a time of day other than midnight follows: a moment, no birthday.
fn has_time(text: &[u8], end: usize) -> bool {
    if !matches!(byte(text, end), b'T' | b' ' | b':') {
        return false;
    }
    let time = text.get(end + 1..end + 6).unwrap_or_default();
    matches!(time, [h1, h2, b':', m1, m2] if [h1, h2, m1, m2].iter().all(|d| d.is_ascii_digit())) && time != b"00:00"
}
