//! What a column's values look like: takes the cells of a table's first rows, counts how many have which look.

use serde::Deserialize;

/// A look that a value has or has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Look {
    /// Any at all.
    Any,
    /// Exactly 12 digits.
    Twelve,
    /// 6 digits or more, and nothing else but what stands between groups of them.
    Digits,
    /// A number of any kind, also in groups or with a currency after it.
    Number,
    /// A day, or the beginning of one here or in Kazakhstan; eight digits that may be one.
    Date,
    /// A year of the last two centuries, or an age.
    Years,
    /// One to six words of letters.
    Words,
    /// At least one letter, and it is no number or code.
    Text,
    /// No spaces, 4 characters at least.
    Token,
    /// 12 bytes at most.
    Short,
    /// Two digits at least in groups or with some letters, or a number of seven among words: `№ 012345678`, `J06.9`,
    /// `123 ABC 02`, `удостоверение 012345678, выдано МВД`.
    Code,
}

const LOOKS: usize = 11;

/// How many of the cells have each look. Cells without a value do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sketch([u32; LOOKS]);

impl Sketch {
    /// Counts a value as it is written between its separators: quotes and what opens a row are left out.
    pub fn add(&mut self, cell: &[u8]) {
        let value = bare(cell);
        for look in looks(value) {
            self.0[look as usize] += 1;
        }
    }

    pub fn absorb(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// Values seen.
    pub fn values(&self) -> u32 {
        self.0[Look::Any as usize]
    }

    pub fn count(&self, look: Look) -> u32 {
        self.0[look as usize]
    }
}

/// The value in a cell; nothing for one that stands for none.
fn bare(cell: &[u8]) -> &[u8] {
    let opens = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'(' | b';');
    let start = cell.iter().position(|byte| !opens(byte)).unwrap_or(cell.len());
    let value = cell[start..].trim_ascii();
    if value == b"\\N" || value.eq_ignore_ascii_case(b"NULL") {
        return b"";
    }
    let value = value.strip_prefix(b"N'").map_or(value, |_| &value[1..]);
    let quoted = |quote: u8| value.strip_prefix(&[quote]).and_then(|value| value.strip_suffix(&[quote]));
    quoted(b'\'').or_else(|| quoted(b'"')).unwrap_or(value).trim_ascii()
}

fn looks(value: &[u8]) -> impl Iterator<Item = Look> {
    let (mut digits, mut letters, mut spaces, mut all) = (0, 0, 0, u8::MAX);
    for byte in value {
        let class = CLASSES[usize::from(*byte)];
        digits += usize::from(class & DIGIT);
        letters += usize::from(class & LETTER != 0);
        spaces += usize::from(class & SPACE != 0);
        all &= class;
    }
    let only = |class: u8| all & class != 0;
    let date = is_date(value);
    let words = digits == 0 && letters >= 2 && spaces <= 5 && only(OF_WORDS);
    let most = if digits < 7 { 3 * digits } else { 8 * digits };
    let has = [
        (Look::Any, true),
        (Look::Twelve, digits == 12 && value.len() == 12),
        (Look::Digits, digits >= 6 && only(OF_GROUPS) && !date),
        (Look::Number, digits > 0 && (only(OF_NUMBER) || is_amount(value))),
        (Look::Date, date || may_be_unmarked(value)),
        (Look::Years, is_year_or_age(value)),
        (Look::Words, words),
        (Look::Text, letters >= 3 && letters > digits),
        (Look::Token, value.len() >= 4 && spaces == 0 && !date),
        (Look::Short, value.len() <= 12),
        (Look::Code, digits >= 2 && value.len() <= LONGEST_CODE && !date && (1..=most).contains(&(letters + spaces))),
    ];
    let value = !value.is_empty();
    has.into_iter().filter(move |(_, has)| value && *has).map(|(look, _)| look)
}

/// Bytes of a code at most.
const LONGEST_CODE: usize = 128;

const DIGIT: u8 = 1;
/// Also what is beyond ASCII.
const LETTER: u8 = 2;
const SPACE: u8 = 4;
/// What groups of digits, a number of any kind and words are made of.
const OF_GROUPS: u8 = 8;
const OF_NUMBER: u8 = 16;
const OF_WORDS: u8 = 32;

/// What each byte is.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        classes[at] = match byte {
            b'0'..=b'9' => DIGIT | OF_GROUPS | OF_NUMBER,
            b'e' | b'E' => LETTER | OF_NUMBER | OF_WORDS,
            b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => LETTER | OF_WORDS,
            b' ' => SPACE | OF_GROUPS | OF_WORDS,
            b'-' => OF_GROUPS | OF_NUMBER | OF_WORDS,
            b'+' => OF_GROUPS | OF_NUMBER,
            b'(' | b')' => OF_GROUPS,
            b'.' => OF_NUMBER | OF_WORDS,
            b',' => OF_NUMBER,
            b'\'' | b'`' => OF_WORDS,
            b'\t' | b'\n' | 0x0C | b'\r' => SPACE,
            _ => 0,
        };
        at += 1;
    }
    classes
};

/// Whether a value is a day: `1990-05-17`, `17.05.1990`, `7.5.1990`, `17.05.90`, `17-MAY-90`, with midnight after it or nothing.
fn is_date(value: &[u8]) -> bool {
    let space = value.iter().position(|byte| *byte == b' ');
    let end = if value.get(10) == Some(&b'T') { 10 } else { space.unwrap_or(value.len()) };
    let (day, time) = value.split_at(end);
    let Some(mark) = day.iter().find(|byte| matches!(byte, b'.' | b'-' | b'/')) else { return false };
    let mut parts = day.split(|byte| byte == mark);
    let mut length = |of: fn(&u8) -> bool| parts.next().filter(|part| part.iter().all(of)).map(<[u8]>::len);
    let first = length(u8::is_ascii_digit);
    let second = length(u8::is_ascii_alphanumeric);
    let third = length(u8::is_ascii_digit);
    let is_day = match (first, second, third) {
        (Some(4), Some(2), Some(2)) | (Some(1 | 2), Some(1 | 2), Some(4)) | (Some(2), Some(2), Some(2)) => true,
        (Some(2), Some(3), Some(2 | 4)) => *mark == b'-',
        _ => false,
    };
    is_day && parts.next().is_none() && (time.is_empty() || is_midnight(time))
}

/// Whether a time of day is that at which days begin, there or, since 1924, in Kazakhstan, five to seven hours before UTC.
fn is_midnight(time: &[u8]) -> bool {
    let here = [&b" 00:00"[..], b"T00:00", b" 0:00", b" 12:00:00 AM"];
    let of_utc = || {
        let hour = matches!(time.get(1..3), Some(b"17" | b"18" | b"19"));
        hour && time[3..].starts_with(b":00:00")
            && time[6..].iter().all(|byte| matches!(byte, b':' | b'0' | b'.' | b'Z' | b'+'))
    };
    here.iter().any(|midnight| time.starts_with(midnight)) || of_utc()
}

/// Whether a value is a sum as people write it: `1 250 000,50 ₸`.
fn is_amount(value: &[u8]) -> bool {
    /// Bytes of a currency's name at most, with the space before it.
    const CURRENCY: usize = 16;
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = &value[digits(value)..];
    let whole = value.len() - rest.len();
    // Spaces between thousands, those in UTF-8 and Windows-1251 that do not break a line among them.
    let spaces = [&b" "[..], b"\xC2\xA0", b"\xE2\x80\xAF", b"\xA0", b"'"];
    while let Some(group) = spaces.iter().find_map(|space| rest.strip_prefix(*space)).filter(|group| digits(group) == 3)
    {
        rest = &group[3..];
    }
    if let [b'.' | b',', fraction @ ..] = rest {
        rest = &fraction[digits(fraction)..];
    }
    whole > 0 && rest.len() <= CURRENCY && digits_in(rest) == 0
}

fn digits_in(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Whether a value may be a day without marks: `19900517`.
fn may_be_unmarked(value: &[u8]) -> bool {
    value.len() == 8 && is_century(value) && value.iter().all(u8::is_ascii_digit)
}

fn is_year_or_age(value: &[u8]) -> bool {
    let is_age = matches!(value, [b'1'..=b'9'] | [b'1'..=b'9', _] | [b'1', b'0' | b'1', _]);
    (is_age || value.len() == 4 && is_century(value)) && value.iter().all(u8::is_ascii_digit)
}

fn is_century(value: &[u8]) -> bool {
    value.starts_with(b"19") || value.starts_with(b"20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_by_how_they_look() {
        for (cell, look, expected) in [
            ("900517132728", Look::Twelve, true),
            (",('900517132728'", Look::Twelve, true),
            ("90051713272", Look::Twelve, false),
            ("8 (701) 000-00-19", Look::Digits, true),
            ("1990-05-17", Look::Date, true),
            ("'17.05.1990 00:00:00'", Look::Date, true),
            ("1990-05-17 10:11:12", Look::Date, false),
            ("17.05.1990 0:00:00", Look::Date, true),
            ("5/17/1990 12:00:00 AM", Look::Date, true),
            ("'17-OCT-90'", Look::Date, true),
            ("1990-05-17T00:00:00", Look::Date, true),
            ("17.05.90", Look::Date, true),
            ("17.5.90", Look::Date, false),
            ("10.17.05.90", Look::Date, false),
            ("19900517", Look::Date, true),
            ("19900517", Look::Digits, true),
            ("39900517", Look::Date, false),
            ("1990", Look::Years, true),
            ("35", Look::Years, true),
            ("350", Look::Years, false),
            ("0", Look::Years, false),
            ("N'Ахметова Айгерим Серікқызы'", Look::Words, true),
            ("Иванов И.И.", Look::Words, true),
            ("ул. Абая 5", Look::Words, false),
            ("ул. Абая 5", Look::Text, true),
            ("T0010047", Look::Text, false),
            ("\"secret1\"", Look::Token, true),
            ("8,00101E+11", Look::Number, true),
            ("1 250 000,50 ₸", Look::Number, true),
            ("250\u{a0}000 тг.", Look::Number, true),
            ("250000 KZT", Look::Number, true),
            ("12 шт. по 500", Look::Number, false),
            ("ул. Абая 5", Look::Number, false),
            ("1990-05-16T18:00:00.000Z", Look::Date, true),
            ("1990-05-16 19:00:00", Look::Date, true),
            ("1990-05-16 19:01:00", Look::Date, false),
            ("1990-05-16T18:00:00+06:00", Look::Date, false),
            ("№ 012345678", Look::Code, true),
            ("123 ABC 02", Look::Code, true),
            ("J06.9", Look::Code, true),
            ("Удостоверение личности, № 012345678, выдан 12.03.2015 МВД РК", Look::Code, true),
            ("012345678", Look::Code, false),
            ("ул. Абая 15", Look::Code, false),
            ("17.05.1990", Look::Code, false),
        ] {
            let mut sketch = Sketch::default();
            sketch.add(cell.as_bytes());
            assert_eq!((sketch.values(), sketch.count(look) > 0), (1, expected), "{cell} {look:?}");
        }
        let mut sketch = Sketch::default();
        sketch.add(b"''");
        assert_eq!(sketch, Sketch::default());
    }
}
