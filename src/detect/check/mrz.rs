//! Machine-readable zones of documents: TD1, three lines of 30 characters as on identity cards, and TD3, two lines of 44
//! as in passports, with their check digits (ICAO Doc 9303, parts 3 to 5).

use jiff::civil::Date;

use super::kz_iin::age;
use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::finding::{Evidence, EvidenceSet, Refusal};

/// What fills a zone after a name.
pub const FILLERS: &[u8] = b"<<";
const TD1: usize = 30;
const TD3: usize = 44;

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let first = line_at(text, start)?;
    // The finder saw a filler in this line.
    let filler = first.windows(3).position(|w| w[0] != b'<' && w[1..] == *FILLERS)?;
    if start_of_zone(text, start + filler) != Some(start) {
        return None;
    }
    let second_start = next_line(text, start + first.len())?;
    let second = line_at(text, second_start)?;
    let (end, birth) = match (first.len(), first[0], second.len()) {
        (TD3, b'P', TD3) => (second_start + TD3, td3(second)),
        (TD1, b'A' | b'C' | b'I', TD1) => {
            let third = next_line(text, second_start + TD1)?;
            if line_at(text, third)?.len() != TD1 {
                return None;
            }
            (third + TD1, td1(first, second))
        }
        _ => return None,
    };
    let Some(birth) = birth else { return subject.refuse(Refusal::CheckDigit) };
    let age = birth_date(birth, subject.registry.today).map(|birth| age(birth, subject.registry.today));
    // UTO is the state that the standard's examples come from.
    let example = &first[2..5] == b"UTO";
    let evidence = EvidenceSet::new().with(Evidence::CheckDigit).with_if(example, Evidence::TestValue);
    Some(Checked { end, evidence, age, impersonal: false })
}

/// Where the line begins that a filler stands in.
pub fn start_of_zone(text: &[u8], filler: usize) -> Option<usize> {
    let length = text[..=filler].iter().rev().take(TD3 + 1).take_while(|b| is_zone(**b)).count();
    let start = filler + 1 - length;
    (length <= TD3 && matches!(byte(text, start), b'A' | b'C' | b'I' | b'P')).then_some(start)
}

fn is_zone(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<'
}

fn line_at(text: &[u8], start: usize) -> Option<&[u8]> {
    let length = text.get(start..)?.iter().take(TD3 + 1).take_while(|b| is_zone(**b)).count();
    (!is_zone(byte_before(text, start, 1)) || length == 0).then(|| &text[start..start + length])
}

/// Where the next line begins after the line end at `end`, which may be escaped.
fn next_line(text: &[u8], end: usize) -> Option<usize> {
    match (byte(text, end), byte(text, end + 1)) {
        (b'\r', b'\n') => Some(end + 2),
        (b'\\', b'n') => Some(end + 2),
        (b'\n' | b' ', _) => Some(end + 1),
        _ => None,
    }
}

/// The birth that the zone tells, if its check digits hold.
fn td1<'a>(first: &'a [u8], second: &'a [u8]) -> Option<&'a [u8]> {
    let whole = [&first[5..30], &second[..7], &second[8..15], &second[18..29]].concat();
    let holds = is_checked(&first[5..14], first[14])
        && is_checked(&second[..6], second[6])
        && is_checked(&second[8..14], second[14])
        && is_checked(&whole, second[29]);
    holds.then(|| &second[..6])
}

fn td3(line: &[u8]) -> Option<&[u8]> {
    let whole = [&line[..10], &line[13..20], &line[21..43]].concat();
    let personal = is_checked(&line[28..42], line[42]) || line[28..43].iter().all(|b| *b == b'<');
    let holds = is_checked(&line[..9], line[9])
        && is_checked(&line[13..19], line[19])
        && is_checked(&line[21..27], line[27])
        && personal
        && is_checked(&whole, line[43]);
    holds.then(|| &line[13..19])
}

/// Weights 7, 3, 1; letters count from 10, `<` is 0.
fn is_checked(field: &[u8], digit: u8) -> bool {
    let value = |b: u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'Z' => u32::from(b - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = field.iter().zip([7, 3, 1].into_iter().cycle()).map(|(b, weight)| value(*b) * weight).sum();
    u32::from(digit) == u32::from(b'0') + sum % 10
}

/// `YYMMDD`, of the century that makes it past.
fn birth_date(digits: &[u8], today: Date) -> Option<Date> {
    let two = |at: usize| Some(i16::from(digits.get(at)?.checked_sub(b'0')?) * 10 + i16::from(digits[at + 1] - b'0'));
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (year, month, day) = (two(0)?, i8::try_from(two(2)?).ok()?, i8::try_from(two(4)?).ok()?);
    [2000, 1900].into_iter().filter_map(|century| Date::new(century + year, month, day).ok()).find(|d| *d <= today)
}
