//! Dates on which somebody now living may be born, as `dd.mm.yyyy`, `d.m.yyyy`, `dd.mm.yy`, `mm/dd/yyyy`, `yyyy-mm-dd`,
//! `17-MAY-90` as Oracle writes them, `yyyymmdd` after a mark, «5 мая 1990», «1990 жылғы 5 мамыр», `May 5, 1990`, or the year
//! alone of «1990 г.р.». They count only where a word or key tells that it is a birth.

use jiff::civil::Date;

use super::kz_iin::age;
use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::finding::{EvidenceSet, Refusal};
use crate::lexicon::{Folded, fold, fold_str};

/// Nobody is older.
const OLDEST: u8 = 110;
/// Longest name of a month, in bytes.
const LONGEST_MONTH: usize = 24;
/// Longest of the words that make a year one of birth, in bytes.
const LONGEST_BIRTH: usize = 32;

/// What follows a year of birth.
const BIRTHS: [&str; 6] = ["г р", "г рожд", "года рождения", "год рождения", "ж т", "жылы туған"];

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
    let today = subject.registry.today;
    let read = numeric(text, start, today).or_else(|| unmarked(text, start));
    let read = read.or_else(|| abbreviated(text, start, today));
    let read = read.or_else(|| in_words(text, start)).or_else(|| month_first(text, start));
    let read = read.or_else(|| of_year(text, start));
    let Some((date, end)) = read else { return subject.refuse(Refusal::Parts) };
    let next = byte(text, end);
    let goes_on = next.is_ascii_digit() || next == b'-' || is_mark(next) && byte(text, end + 1).is_ascii_digit();
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

/// Where the date begins whose first digit, day or year, stands at `at`.
pub fn start_of_date(text: &[u8], at: usize) -> Option<usize> {
    let digits = digits(text, at, 4);
    let next = byte(text, at + digits);
    if is_mark(next) && byte(text, at + digits + 1).is_ascii_digit() || digits == 2 && next == b'-' {
        return Some(at);
    }
    if may_be_unmarked(text, at) {
        return Some(at);
    }
    if digits < 3 {
        return (next == b',').then(|| word_before(text, at))?;
    }
    // A year: only those of the living.
    if !matches!((byte(text, at), byte(text, at + 1)), (b'1', b'9') | (b'2', b'0')) {
        return None;
    }
    Some(day_before(text, at).unwrap_or(at))
}

/// Where the day stands before the name of a month and the year at `at`.
fn day_before(text: &[u8], at: usize) -> Option<usize> {
    let month = word_before(text, at)?;
    let space = month.checked_sub(1).filter(|space| text[*space] == b' ')?;
    let digits = text[..space].iter().rev().take(3).take_while(|b| b.is_ascii_digit()).count();
    ((1..=2).contains(&digits) && month_named(&text[month..at - 1]).is_some()).then(|| space - digits)
}

/// Where a word begins that may name a month, before a space before `at`.
fn word_before(text: &[u8], at: usize) -> Option<usize> {
    let space = at.checked_sub(1).filter(|space| text[*space] == b' ')?;
    let length = text[..space].iter().rev().take(LONGEST_MONTH + 1).take_while(|b| is_letter(**b)).count();
    (3..=LONGEST_MONTH).contains(&length).then(|| space - length)
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

/// How many digits stand together at `at`, up to `most`.
fn digits(text: &[u8], at: usize, most: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take(most).take_while(|b| b.is_ascii_digit()).count()
}

/// A year of four digits or two at `at`; of two, the last that has been.
fn year(text: &[u8], at: usize, today: Date) -> Option<(i16, usize)> {
    match digits(text, at, 4) {
        4 => Some((number(text, at, 4)?, at + 4)),
        2 => number(text, at, 2).map(|year| (year + if year + 2000 > today.year() { 1900 } else { 2000 }, at + 2)),
        _ => None,
    }
}

fn numeric(text: &[u8], start: usize, today: Date) -> Option<(Date, usize)> {
    let is_marked = |first: usize, second: usize| {
        is_mark(byte(text, start + first)) && byte(text, start + first) == byte(text, start + second)
    };
    if is_marked(4, 7) {
        let [year, month, day] = [(0, 4), (5, 2), (8, 2)].map(|(at, digits)| number(text, start + at, digits));
        return Some((date(year?, month?, day?)?, start + 10));
    }
    let first = digits(text, start, 2);
    let second = digits(text, start + first + 1, 2);
    let third_at = start + first + second + 2;
    if first == 0 || second == 0 || !is_marked(first, first + 1 + second) {
        return None;
    }
    let (one, two) = (number(text, start, first)?, number(text, start + first + 1, second)?);
    let (year, end) = year(text, third_at, today)?;
    // Only whole numbers of day and month are enough beside a year of two digits.
    let is_enough = end - third_at == 4 || first == 2 && second == 2;
    // In America the month stands first.
    let (day, month) = if byte(text, start + first) == b'/' && two > 12 { (two, one) } else { (one, two) };
    Some((date(year, month, day).filter(|_| is_enough)?, end))
}

/// Whether eight digits of this or the last century begin at `at`, after a mark or at most one space after one.
pub fn may_be_unmarked(text: &[u8], at: usize) -> bool {
    let is_apart =
        |back: usize| !byte_before(text, at, back).is_ascii_alphanumeric() && byte_before(text, at, back) < 0x80;
    matches!((byte(text, at), byte(text, at + 1)), (b'1', b'9') | (b'2', b'0'))
        && digits(text, at, 9) == 8
        && is_apart(1)
        && (byte_before(text, at, 1) != b' ' || is_apart(2))
}

/// `19900517`, as ISO 8601 has it, dBase and many a column of numbers.
fn unmarked(text: &[u8], start: usize) -> Option<(Date, usize)> {
    let end = start + 8;
    let goes_on = byte(text, end) == b'_' || is_letter(byte(text, end));
    let [year, month, day] = [(0, 4), (4, 2), (6, 2)].map(|(at, digits)| number(text, start + at, digits));
    let read = may_be_unmarked(text, start) && !goes_on;
    Some((date(year?, month?, day?).filter(|_| read)?, end))
}

/// `17-MAY-1990`, `17-MAY-90`.
fn abbreviated(text: &[u8], start: usize, today: Date) -> Option<(Date, usize)> {
    let [_, _, b'-', month @ .., b'-'] = text.get(start..start + 7)? else { return None };
    let (year, end) = year(text, start + 7, today).filter(|_| month.iter().all(u8::is_ascii_alphabetic))?;
    Some((date(year, month_named(month)?, number(text, start, 2)?)?, end))
}

/// `May 5, 1990`.
fn month_first(text: &[u8], start: usize) -> Option<(Date, usize)> {
    if is_letter(byte_before(text, start, 1)) {
        return None;
    }
    let length = text.get(start..)?.iter().take(LONGEST_MONTH + 1).take_while(|b| is_letter(**b)).count();
    let day_at = start + length + 1;
    let digits = digits(text, day_at, 3);
    let end = day_at + digits + 6;
    let fits = (3..=LONGEST_MONTH).contains(&length) && (1..=2).contains(&digits) && byte(text, day_at - 1) == b' ';
    if !fits || text.get(day_at + digits..end - 4) != Some(b", ") {
        return None;
    }
    let (year, day) = (number(text, end - 4, 4)?, number(text, day_at, digits)?);
    Some((date(year, month_named(&text[start..start + length])?, day)?, end))
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

/// «1990 г.р.», «1990 года рождения», «1990 жылы туған». Of the days of the year the first is taken, so that nobody counts
/// as a minor who may be none.
fn of_year(text: &[u8], start: usize) -> Option<(Date, usize)> {
    let end = start + 4;
    let words = end + usize::from(byte(text, end) == b' ');
    if digits(text, start, 5) != 4 || byte(text, words) < 0x80 {
        return None;
    }
    let words = &text[words..text.len().min(words + LONGEST_BIRTH)];
    let is_birth = |reading: &Folded| BIRTHS.iter().any(|birth| reading.bytes().starts_with(fold_str(birth).bytes()));
    let told = fold(words).iter().any(is_birth) && !names_river(words);
    Some((date(number(text, start, 4)?, 1, 1).filter(|_| told)?, end))
}

/// Whether a word follows two abbreviations: «в 1990 г. р. Урал».
fn names_river(words: &[u8]) -> bool {
    let mut parts = words.splitn(3, |byte| *byte == b'.').skip(1);
    let begins = |part: Option<&[u8]>| matches!(part, Some([b' ', letter, ..]) if *letter >= 0x80);
    begins(parts.next()) && begins(parts.next())
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
    let is_time = matches!(time, [h1, h2, b':', m1, m2] if [h1, h2, m1, m2].iter().all(|d| d.is_ascii_digit()));
    is_time && time != b"00:00" && !text[end + 1..].starts_with(b"12:00:00 AM")
}
