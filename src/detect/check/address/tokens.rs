//! Words, numbers and marks around the number of a house: takes a text and a range of it, gives them in their order.

use std::ops::Range;

use crate::detect::addresses::{Addresses, Role};
use crate::detect::charset::Charset;
use crate::detect::word::{LONGEST, Word, start_of};

/// Most words before and after the number among which one must name a street or a place.
const NEAR: usize = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word {
        capitalised: bool,
    },
    /// With the letters and parts of a house's number.
    Number {
        digits: usize,
    },
    /// A dot or comma.
    Mark,
    /// `№`, a quote or a hyphen.
    Sign,
    /// What stands in no address.
    Stop,
}

struct Token {
    kind: Kind,
    role: Role,
    start: usize,
    end: usize,
    byte: u8,
}

pub struct Tokens(Vec<Token>);

/// Whether a word that names a street or a place stands near the number at `at`, on the same line.
pub fn may_be_address(text: &[u8], at: usize, charset: Charset, addresses: &Addresses) -> bool {
    let is_latin = charset == Charset::Ascii;
    let mut end = at;
    for _ in 0..NEAR {
        let gap = text[..end].iter().rev().take(8).take_while(|b| is_gap(**b)).count();
        end -= gap;
        let Some(start) = start_of(text, end, charset) else {
            // A number may stand between.
            let digits = text[..end].iter().rev().take(8).take_while(|b| b.is_ascii_digit() || **b == b'/').count();
            if digits == 0 && !skip_sign(text, &mut end) {
                break;
            }
            end -= digits;
            continue;
        };
        let may_be_place = !is_latin || addresses.may_be_place(&text[start..end]);
        let word = may_be_place.then(|| Word::at(text, start, charset)).flatten();
        if word.is_some_and(|word| word.end == end && addresses.role(&word).is(Role::PLACE)) {
            return true;
        }
        end = start;
    }
    is_latin && is_street_ahead(text, at, addresses)
}

/// Whether a Latin word for a street stands behind the number at `at`: `150 Abay Avenue`.
fn is_street_ahead(text: &[u8], at: usize, addresses: &Addresses) -> bool {
    let mut next = at + text[at..].iter().take(5).take_while(|b| b.is_ascii_digit()).count();
    for _ in 0..4 {
        let start = next + 1;
        let ahead = text.get(start..).filter(|_| text.get(next) == Some(&b' ')).unwrap_or_default();
        let letters = ahead.iter().take(LONGEST).take_while(|b| b.is_ascii_alphabetic()).count();
        if letters == 0 {
            return false;
        }
        next = start + letters;
        if text.get(next) == Some(&b'-') || addresses.may_be_place(&text[start..next]) {
            match Word::at(text, start, Charset::Ascii) {
                Some(word) if addresses.role(&word).is(Role::STREET) => return true,
                Some(word) => next = word.end,
                None => return false,
            }
        }
    }
    false
}

/// Goes over a sign of several bytes in UTF-8, or one of a single-byte charset.
fn skip_sign(text: &[u8], end: &mut usize) -> bool {
    let signs = ["№", "«", "»", "–", "—"];
    let length = signs.iter().find(|sign| text[..*end].ends_with(sign.as_bytes())).map_or(0, |sign| sign.len());
    let single = matches!(text[..*end].last(), Some(0xB9 | 0xFC | 0xAB | 0xBB));
    *end -= if length == 0 { usize::from(single) } else { length };
    length > 0 || single
}

/// What ends an address before and after, in any charset.
fn is_stop(byte: u8) -> bool {
    matches!(
        byte,
        b'\n'
            | b'\r'
            | b'\t'
            | b'"'
            | b'\''
            | b'`'
            | b'\\'
            | b';'
            | b'|'
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'='
            | b':'
            | b'{'
            | b'}'
    )
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'.' | b',' | b'-')
}

impl Tokens {
    /// Reads what stands around `at` within `range`, up to what stands in no address. A word that the range cuts is left
    /// out.
    pub fn read(text: &[u8], range: Range<usize>, at: usize, charset: Charset, addresses: &Addresses) -> Self {
        let stop = text[range.start..at].iter().rposition(|b| is_stop(*b)).map(|i| range.start + i + 1);
        let cut = || text[range.start..at].iter().position(|b| *b == b' ').map_or(at, |i| range.start + i + 1);
        let mut next = stop.unwrap_or_else(|| if range.start == 0 { 0 } else { cut() });
        let mut tokens = Vec::new();
        while next < range.end && !is_stop(text[next]) {
            let token = Token::read(text, next, charset, addresses);
            next = token.end;
            if next > at && token.kind == Kind::Stop {
                break;
            }
            if token.byte != b' ' {
                tokens.push(token);
            }
        }
        let mut tokens = Self(tokens);
        tokens.settle();
        tokens
    }

    /// One letter stands for a word only with its dot, or before the number that it introduces.
    fn settle(&mut self) {
        for index in 0..self.0.len() {
            let short = self.0[index].role != Role::default() && self.0[index].byte == 1;
            let next = self.0.get(index + 1);
            let dot = next.is_some_and(|next| next.byte == b'.' && next.start == self.0[index].end);
            let number = next.is_some_and(|next| matches!(next.kind, Kind::Number { .. }));
            if short && !dot && !(number && self.0[index].role.is(Role::HOUSE)) {
                self.0[index].role = Role::default();
            }
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The token that begins at a place of the text.
    pub fn index_of(&self, at: usize) -> Option<usize> {
        self.0.iter().position(|token| token.start == at)
    }

    pub fn start(&self, index: usize) -> usize {
        self.0[index].start
    }

    pub fn end(&self, index: usize) -> usize {
        self.0[index].end
    }

    pub fn kind(&self, index: usize) -> Kind {
        self.0[index].kind
    }

    pub fn role(&self, index: usize) -> Role {
        self.0[index].role
    }

    /// Whether this is a number of so many digits.
    pub fn is_number(&self, index: usize, digits: usize) -> bool {
        self.kind(index) == Kind::Number { digits }
    }

    pub fn is_comma(&self, index: usize) -> bool {
        self.0[index].byte == b','
    }

    pub fn is_dot(&self, index: usize) -> bool {
        self.0[index].byte == b'.'
    }

    /// Whether the number stands for a word: `2-я`.
    pub fn is_ordinal(&self, index: usize) -> bool {
        matches!(self.kind(index), Kind::Number { .. }) && self.0[index].byte == b'-'
    }

    /// Whether a hyphen joins the number to a word: `Самал-2`.
    pub fn is_glued(&self, index: usize) -> bool {
        index > 0 && self.0[index - 1].byte == b'-' && self.0[index - 1].end == self.0[index].start
    }
}

impl Token {
    fn read(text: &[u8], at: usize, charset: Charset, addresses: &Addresses) -> Self {
        let byte = text[at];
        let token = |kind, length: usize, byte| Self { kind, role: Role::default(), start: at, end: at + length, byte };
        match byte {
            b'.' | b',' => return token(Kind::Mark, 1, byte),
            b' ' | b'-' => return token(Kind::Sign, 1, byte),
            b'0'..=b'9' => return Self::number(text, at, charset),
            _ => {}
        }
        if let Some(word) = Word::at(text, at, charset) {
            let short = if word.length() == 1 { 1 } else { 0 };
            let role = addresses.role(&word);
            let kind = Kind::Word { capitalised: word.is_capitalised() };
            return Self { kind, role, start: at, end: word.end, byte: short };
        }
        let sign = ["№", "«", "»"].iter().find(|sign| text[at..].starts_with(sign.as_bytes()));
        match sign {
            Some(sign) => token(Kind::Sign, sign.len(), 0),
            None if charset != Charset::Utf8 && matches!(byte, 0xB9 | 0xFC | 0xAB | 0xBB) => token(Kind::Sign, 1, 0),
            None => token(Kind::Stop, 1, 0),
        }
    }

    /// `5`, `5А`, `5/1`, `5-12`, `2-я`.
    fn number(text: &[u8], at: usize, charset: Charset) -> Self {
        let digits_at = |from: usize| text[from..].iter().take(16).take_while(|b| b.is_ascii_digit()).count();
        let digits = digits_at(at);
        let mut end = at + digits;
        let mut byte = b'0';
        loop {
            let letter = charset.letter(text, end).or_else(|| Charset::Ascii.letter(text, end));
            let one = letter.filter(|letter| {
                let after = end + letter.length;
                charset.letter(text, after).is_none() && Charset::Ascii.letter(text, after).is_none()
            });
            end += one.map_or(0, |letter| letter.length);
            let joint = matches!(text.get(end), Some(b'/' | b'-'));
            let more = if joint { digits_at(end + 1) } else { 0 };
            if more > 0 && more < 5 {
                end += 1 + more;
                continue;
            }
            if text.get(end) == Some(&b'-') {
                let word = Word::at(text, end + 1, charset).filter(|word| word.length() < 3);
                byte = if word.is_some() { b'-' } else { byte };
                end = word.map_or(end, |word| word.end);
            }
            return Self { kind: Kind::Number { digits }, role: Role::default(), start: at, end, byte };
        }
    }
}
