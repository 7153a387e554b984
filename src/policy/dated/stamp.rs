//! The dates in the data: what the program that wrote a dump says of it, and the times of a log's lines.

use jiff::civil::Date;

use super::Dates;
use super::read::{Read, day, digit_runs, number, separated};

/// Longest rest of a line that a date is looked for in.
const LINE: usize = 200;

/// Longest way from a date to the time of day that belongs to it, in bytes.
const GAP: usize = 3;

/// How much of a log's end is read at a time.
const CHUNK: usize = 512;

/// The dates that a dump's comments give: a line that begins like a comment and tells by its words what the date is.
pub fn of_dump<'t>(dates: &'t Dates, text: &'t [u8]) -> impl Iterator<Item = Date> {
    let begins = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|end| end + 1));
    begins.filter_map(|begin| {
        let line = &text[begin..text.len().min(begin + LINE)];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let comment = [&b"--"[..], b"/*"].iter().find_map(|mark| line.strip_prefix(*mark))?;
        let comment = String::from_utf8_lossy(comment).to_lowercase();
        let said = dates.dump.iter().any(|words| comment.contains(words.as_str()));
        // Adminer writes nothing but the time.
        let alone = comment.trim_start().starts_with(|c: char| c.is_ascii_digit()) && comment.trim().len() == 19;
        let numeric = || times(dates, comment.as_bytes()).max();
        (said || alone).then(|| numeric().or_else(|| in_words(dates, &comment)))?
    })
}

/// The latest day that is `known` of the last times in a text, which is read from its end until there are any.
pub fn last_time(dates: &Dates, text: &[u8], known: impl Fn(&Date) -> bool) -> Option<Date> {
    let lengths = std::iter::successors(Some(CHUNK), |length| (*length < text.len()).then_some(4 * length));
    let mut ends = lengths.map(|length| &text[text.len().saturating_sub(length)..]);
    ends.find_map(|end| times(dates, end).filter(&known).max())
}

/// The days of all times in a text: dates that a time of day follows.
pub fn times<'t>(dates: &'t Dates, text: &'t [u8]) -> impl Iterator<Item = Date> {
    digit_runs(text).filter_map(|at| {
        let read = separated(text, at, b"-./").or_else(|| of_web_server(dates, text, at))?;
        is_followed_by_time(text, read.end).then_some(read.date)
    })
}

/// `01/Mar/2021`
fn of_web_server(dates: &Dates, text: &[u8], at: usize) -> Option<Read> {
    let joined = text.get(at + 2) == Some(&b'/') && text.get(at + 6) == Some(&b'/');
    let name = text.get(at + 3..at + 6).filter(|_| joined)?;
    let month = dates.month(&std::str::from_utf8(name).ok()?.to_lowercase())?;
    let date = day(number(text, at + 7..at + 11)?, month.into(), number(text, at..at + 2)?)?;
    Some(Read { date, end: at + 11 })
}

fn is_followed_by_time(text: &[u8], end: usize) -> bool {
    let rest = &text[end..];
    let gap = rest.iter().take(GAP).take_while(|byte| matches!(byte, b'T' | b't' | b' ' | b':' | b',')).count();
    let Some(time) = rest.get(gap..).filter(|_| gap > 0) else { return false };
    let hours = time.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    (1..=2).contains(&hours)
        && time.get(hours) == Some(&b':')
        && time.get(hours + 1..hours + 3).is_some_and(|minutes| minutes.iter().all(u8::is_ascii_digit))
}

/// `Mar 01, 2021 at 10:11 AM`, «Мар 01 2021 г., 10:11»: a month, a day and a year in any order.
fn in_words(dates: &Dates, comment: &str) -> Option<Date> {
    let after = dates.dump.iter().find_map(|words| comment.split_once(words.as_str()).map(|(_, rest)| rest))?;
    let mut words = after.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let (mut month, mut of_month, mut year) = (None, None, None);
    for word in words.by_ref().take(3) {
        match word.parse::<i16>() {
            Ok(number) if word.len() == 4 => year = Some(number),
            Ok(number) if word.len() <= 2 => of_month = Some(number),
            _ => month = month.or_else(|| dates.month(word)),
        }
    }
    day(year?, month?.into(), of_month?)
}
