//! Escapes: takes a position in a text, tells what is written there in percent-encoding, as an HTML entity, a JSON escape,
//! in quoted-printable, in full width, or not to be seen at all.

use std::ops::Range;

use super::Decoded;

/// What one escape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Bytes that it is written in.
    pub width: usize,
    meaning: Meaning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Byte(u8),
    Char(char),
    /// A soft hyphen, a character of no width.
    Nothing,
}

impl Unit {
    pub fn is_at(self) -> bool {
        matches!(self.meaning, Meaning::Byte(b'@') | Meaning::Char('@'))
    }

    /// Whether it may stand in a number as people write it.
    pub fn is_of_number(self) -> bool {
        let part = |c: char| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | '.' | ' ' | '\u{A0}');
        match self.meaning {
            Meaning::Byte(byte) => byte.is_ascii() && part(byte.into()),
            Meaning::Char(c) => part(c),
            Meaning::Nothing => true,
        }
    }
}

/// Backslashes before one escape at most.
const MOST_SLASHES: usize = 8;

/// Entities that stand in values.
const ENTITIES: [(&[u8], Meaning); 7] = [
    (b"&nbsp;", Meaning::Char(' ')),
    (b"&commat;", Meaning::Char('@')),
    (b"&plus;", Meaning::Char('+')),
    (b"&lpar;", Meaning::Char('(')),
    (b"&rpar;", Meaning::Char(')')),
    (b"&period;", Meaning::Char('.')),
    (b"&shy;", Meaning::Nothing),
];

/// The escape that begins at `at`.
pub fn unit_at(text: &[u8], at: usize) -> Option<Unit> {
    let rest = text.get(at..)?;
    let unit = |width, meaning| Some(Unit { width, meaning });
    match rest {
        [b'%', _, _, ..] => unit(3, Meaning::Byte(u8::try_from(number(&rest[1..3], 16)?).ok()?)),
        [b'\\', b'u' | b'\\', ..] => {
            // JSON in a string, as dumps hold it, has its backslashes escaped too.
            let slashes = rest.iter().take(MOST_SLASHES).take_while(|byte| **byte == b'\\').count();
            let digits = rest.get(slashes..)?.strip_prefix(b"u")?.get(..4)?;
            unit(slashes + 5, Meaning::Char(char::from_u32(number(digits, 16)?)?))
        }
        [b'&', b'#', ..] => entity(rest),
        [b'&', ..] => {
            let (name, meaning) = ENTITIES.iter().find(|(name, _)| rest.starts_with(name))?;
            unit(name.len(), *meaning)
        }
        // A soft line break of quoted-printable (RFC 2045, 6.7).
        [b'=', b'\n', ..] => unit(2, Meaning::Nothing),
        [b'=', b'\r', b'\n', ..] => unit(3, Meaning::Nothing),
        [b'=', _, _, ..] => quoted(text, at),
        [0xC2, 0xAD, ..] => unit(2, Meaning::Nothing),
        [0xE2, 0x80, 0x8B..=0x8F, ..] | [0xE2, 0x81, 0xA0..=0xA4, ..] | [0xEF, 0xBB, 0xBF, ..] => {
            unit(3, Meaning::Nothing)
        }
        // U+FF01 to U+FF5E are ASCII in full width.
        [0xEF, 0xBC, low @ 0x81..=0xBF, ..] => unit(3, Meaning::Byte(low - 0x80 + 0x20)),
        [0xEF, 0xBD, low @ 0x80..=0x9E, ..] => unit(3, Meaning::Byte(low - 0x80 + 0x60)),
        _ => None,
    }
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    digits.iter().try_fold(0u32, |n, digit| Some(n * base + char::from(*digit).to_digit(base)?))
}

/// `&#1048;` or `&#x418;`.
fn entity(rest: &[u8]) -> Option<Unit> {
    const LONGEST: usize = 10;
    let end = rest.iter().take(LONGEST).position(|b| *b == b';')?;
    let (digits, base) = match rest[2..end].split_first()? {
        (b'x' | b'X', digits) => (digits, 16),
        _ => (&rest[2..end], 10),
    };
    let c = char::from_u32(number(digits, base).filter(|_| !digits.is_empty())?)?;
    let meaning =
        if c == '\u{AD}' || matches!(c, '\u{200B}'..='\u{200F}') { Meaning::Nothing } else { Meaning::Char(c) };
    Some(Unit { width: end + 1, meaning })
}

/// `=D0=98`: a byte beyond ASCII in quoted-printable, if another stands beside it; `=3D`, `=2B`: one of ASCII, in capitals.
fn quoted(text: &[u8], at: usize) -> Option<Unit> {
    if let [b'2'..=b'7', b'A'..=b'F'] = text[at + 1..at + 3] {
        let byte = u8::try_from(number(&text[at + 1..at + 3], 16)?).ok()?;
        return Some(Unit { width: 3, meaning: Meaning::Byte(byte) });
    }
    let byte = |at: usize| {
        let digits = text.get(at..at + 3)?.strip_prefix(b"=")?;
        u8::try_from(number(digits, 16)?).ok().filter(|byte| *byte >= 0x80)
    };
    let beside = byte(at + 3).or_else(|| byte(at.checked_sub(3)?));
    beside.and(byte(at)).map(|byte| Unit { width: 3, meaning: Meaning::Byte(byte) })
}

/// The text of a range without its escapes, and where these are written.
pub fn decode(text: &[u8], range: Range<usize>) -> (Decoded, Vec<Range<usize>>) {
    let (mut decoded, mut escapes) = (Decoded::default(), Vec::new());
    let mut at = range.start;
    while at < range.end {
        let unit = unit_at(text, at);
        let written = at..at + unit.map_or(1, |unit| unit.width);
        let mut buffer = [0; 4];
        let bytes: &[u8] = match unit.map(|unit| unit.meaning) {
            None => &text[written.clone()],
            Some(Meaning::Byte(byte)) => {
                buffer[0] = byte;
                &buffer[..1]
            }
            Some(Meaning::Char(c)) => c.encode_utf8(&mut buffer).as_bytes(),
            Some(Meaning::Nothing) => &[],
        };
        decoded.text.extend_from_slice(bytes);
        decoded.written.extend(std::iter::repeat_n(written.clone(), bytes.len()));
        if unit.is_some() {
            escapes.push(written.clone());
        }
        at = written.end;
    }
    (decoded, escapes)
}

/// Whether letters beyond ASCII stand in a text as escapes.
pub fn says_words(text: &[u8]) -> bool {
    let letter = |at: usize| match unit_at(text, at).map(|unit| unit.meaning) {
        Some(Meaning::Byte(byte)) => byte >= 0x80,
        Some(Meaning::Char(c)) => c.is_alphabetic(),
        _ => false,
    };
    // In quoted-printable, it is a byte beyond ASCII.
    let is_high = |at: &usize| matches!(text.get(at + 1), Some(b'8' | b'9' | b'A'..=b'F' | b'a'..=b'f'));
    memchr::memchr3_iter(b'\\', b'&', b'%', text).any(letter)
        || memchr::memchr_iter(b'=', text).filter(is_high).any(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        String::from_utf8(decode(text.as_bytes(), 0..text.len()).0.text).unwrap()
    }

    #[test]
    fn every_kind_of_escape_is_read() {
        for (text, plain) in [
            ("%2B7%20%28700%29", "+7 (700)"),
            ("%D0%98%d0%98%D0%9D", "ИИН"),
            ("\\u0418\\u0418\\u041d: \\u0039", "ИИН: 9"),
            (r"\\u0418\\u0418\\u041d \\\\u0418 \\n", r"ИИН И \\n"),
            ("&#1048;&#x418;&#X41D; a&nbsp;b&shy;c&#173;d", "ИИН a bcd"),
            ("=D0=98=D0=98=D0=9D", "ИИН"),
            ("iin=3D90=2E5 a=\r\nb=\nc =3d", "iin=90.5 abc =3d"),
            ("９００５＠", "9005@"),
            ("90\u{AD}05\u{200B}17\u{2060}13\u{FEFF}", "90051713"),
            ("100% \\ud83d &#; &#9999999; =D0 x=30 %zz \\u00", "100% \\ud83d &#; &#9999999; =D0 x=30 %zz \\u00"),
        ] {
            assert_eq!(decoded(text), plain, "{text}");
        }
    }

    #[test]
    fn words_in_escapes_are_told() {
        for text in ["\\u0438", "%D0", "&#1048;", "=D0=98"] {
            assert!(says_words(text.as_bytes()), "{text}");
        }
        for text in ["", "%20", "&amp;", "a=b", "\\n", "&#48;", "=D0"] {
            assert!(!says_words(text.as_bytes()), "{text}");
        }
    }
}
