//! Secrets that a key names: passwords, also hashed, and the cookies of `Cookie:` and `Set-Cookie:`. What only stands
//! in the place of a secret is none: `***`, `${PASSWORD}`, a variable of the program.

use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::detect::finder::Literal;
use crate::finding::{Evidence, EvidenceSet, Refusal};
use crate::lexicon::{fold, fold_str};

pub mod in_url;

const LONGEST_PASSWORD: usize = 128;
const LONGEST_COOKIE: usize = 256;
/// Longest name of a key.
const LONGEST_KEY: usize = 64;
/// Most quotes, spaces and escapes on either side of the `=` or `:`.
const BETWEEN: usize = 2;
const OPENING: usize = 4;

/// How keys of passwords end: after a border of words where the second is set.
const PASSWORDS: [(&str, bool); 9] = [
    ("password", false),
    ("passwd", false),
    ("passphrase", false),
    ("pwd", true),
    ("pass", true),
    ("passwordhash", false),
    ("passhash", true),
    ("pwdhash", true),
    ("hashedpassword", false),
];
/// The same beyond ASCII, as it is folded.
const WORDS: [&str; 2] = ["пароль", "құпиясөз"];

/// Values, in lower case, that stand for one.
const PLACEHOLDERS: [&str; 32] = [
    "password",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "changeme",
    "change_me",
    "change-me",
    "yourpassword",
    "your_password",
    "your-password",
    "yourpass",
    "mypassword",
    "example",
    "null",
    "none",
    "nil",
    "true",
    "false",
    "string",
    "undefined",
    "required",
    "redacted",
    "filtered",
    "hidden",
    "masked",
    "optional",
    "hash",
    "text",
    "empty",
    "disabled",
    "пароль",
];

pub fn check_password(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let key = key_before(text, start)?;
    if !names_password(key) {
        return None;
    }
    let quote = Some(byte_before(text, start, 1)).filter(|b| is_quote(*b));
    let ends = |b: &u8| match quote {
        Some(quote) => *b == quote || *b == b'\n',
        None => {
            b.is_ascii_whitespace()
                || matches!(b, b',' | b';' | b'&' | b')' | b'}' | b']' | b'<' | b'>' | b'"' | b'\'' | b'|' | b'`')
        }
    };
    let length = text[start..].iter().take(LONGEST_PASSWORD + 1).take_while(|b| !ends(b)).count();
    if length > LONGEST_PASSWORD {
        return None;
    }
    let value = &text[start..start + length];
    let value = value.strip_suffix(b"\\").unwrap_or(value);
    let hash = is_hash(value);
    let folder = key.eq_ignore_ascii_case(b"pwd") && value.starts_with(b"/");
    // `PASS: case 1` is the verdict of a test.
    if key == b"PASS" && quote.is_none() && text[..start].trim_ascii_end().ends_with(b":") {
        return subject.refuse(Refusal::Surroundings);
    }
    if folder || !hash && (is_placeholder(value) || quote.is_none() && !is_literal(value)) {
        return subject.refuse(Refusal::Nobody);
    }
    let evidence = EvidenceSet::new().with_if(hash, Evidence::Plausible);
    Some(Checked { end: start + value.len(), evidence, age: None, impersonal: false })
}

/// What the ASCII names of keys have: the first letters of `pass` or `pwd`, also with a sign between, or `cookie`.
pub fn keys() -> Vec<Literal> {
    let mut literals = vec![Literal { text: b"cookie".as_slice().into(), begins: false, ends: false }];
    for [first, second, third] in ["pas", "pwd"].map(|name| [0, 1, 2].map(|at| &name[at..=at])) {
        let signs = ["", "_", "-", "."];
        let names = signs.iter().flat_map(|one| signs.map(|other| [first, one, second, other, third].concat()));
        literals.extend(names.map(|name| Literal { text: name.into_bytes().into(), begins: false, ends: false }));
    }
    literals
}

fn names_password(key: &[u8]) -> bool {
    if !key.is_ascii() {
        return fold(key)
            .iter()
            .any(|reading| WORDS.iter().any(|word| reading.bytes().ends_with(fold_str(word).bytes())));
    }
    PASSWORDS.iter().any(|(name, border)| {
        // `password_hash` is `passwordhash`.
        let mut rest = key;
        for wanted in name.bytes().rev() {
            rest = match rest.split_last() {
                Some((b'_' | b'-' | b'.', before)) if rest.len() < key.len() => before,
                _ => rest,
            };
            match rest.split_last() {
                Some((last, before)) if last.eq_ignore_ascii_case(&wanted) => rest = before,
                _ => return false,
            }
        }
        let camel = key[rest.len()].is_ascii_uppercase() && rest.last().is_some_and(u8::is_ascii_lowercase);
        !border || camel || !rest.last().is_some_and(u8::is_ascii_alphabetic)
    })
}

/// Whether a value is a hash of a password: crypt's notation, or that of LDAP, or a digest in hexadecimal.
fn is_hash(value: &[u8]) -> bool {
    let crypt = value.starts_with(b"$") && value.iter().filter(|b| **b == b'$').count() >= 3 && value.len() >= 20;
    let directory = value.starts_with(b"{S") && value.contains(&b'}') && value.len() >= 20;
    crypt || directory || matches!(value.len(), 32 | 40 | 64 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

fn is_placeholder(value: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(value).to_lowercase();
    let repeated = value.windows(2).all(|pair| pair[0] == pair[1]);
    let begins = ["$", "{", "<", "%", "[", "@", "#", "env(", "process.", "os.", "vault:", "ref:", "xxx", "***", "..."];
    value.len() < 4
        || repeated
        || PLACEHOLDERS.contains(&&*lower)
        || begins.iter().any(|b| lower.starts_with(b))
        || is_rule(&lower)
        || lower.contains("${")
        || lower.contains("{{")
        || lower.contains(' ')
}

/// Whether a value says what passwords, or packages of that name, must be like: `required|min:8`, `hashed`, `^1.0.0`.
fn is_rule(value: &str) -> bool {
    const WORDS: [&str; 7] = ["required", "nullable", "sometimes", "confirmed", "string", "hashed", "min:"];
    let words = value
        .split('|')
        .any(|rule| WORDS.iter().any(|word| rule == *word || word.ends_with(':') && rule.starts_with(word)));
    let version = value.strip_prefix(['^', '~']).is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    words || version
}

/// Whether a value without quotes is itself what is meant and no name of it: letters and digits mixed, no call, no path.
fn is_literal(value: &[u8]) -> bool {
    value.len() >= 6
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
        && !value.iter().any(|b| matches!(b, b'(' | b'[' | b'/' | b'\\' | b':'))
        && !(value.contains(&b'.') && value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')))
}

pub fn check_cookie(subject: &Subject) -> Option<Checked> {
    /// Less than this identifies nobody.
    const SHORTEST: usize = 8;
    let (text, start) = (subject.text, subject.start);
    let key = key_before(text, start)?;
    if key.len() < 6 || !key[key.len() - 6..].eq_ignore_ascii_case(b"cookie") {
        return None;
    }
    let set = key.len() > 6 && key[..3].eq_ignore_ascii_case(b"set");
    let part = |b: &&u8| {
        matches!(**b, b' '..=b'~') && !matches!(**b, b'"' | b'\'' | b'\\' | b'<' | b'>') && !(set && **b == b';')
    };
    let length = text[start..].iter().take(LONGEST_COOKIE).take_while(part).count();
    let cookies = text[start..start + length].trim_ascii_end();
    let token = |b: &u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'%' | b'!' | b'$' | b'*' | b'^' | b'|' | b'~')
    };
    let identifies = cookies.split(|b| *b == b';').any(|cookie| {
        let cookie = cookie.trim_ascii();
        let Some(equals) = cookie.iter().position(|b| *b == b'=') else { return false };
        let (name, value) = (&cookie[..equals], &cookie[equals + 1..]);
        !name.is_empty()
            && name.iter().all(token)
            && value.len() >= SHORTEST
            && value.iter().any(u8::is_ascii_digit)
            && !value.contains(&b' ')
            && !value.contains(&b'{')
    });
    let named = cookies.first().is_some_and(token);
    if !identifies || !named {
        return subject.refuse(Refusal::Nobody);
    }
    Some(Checked { end: start + cookies.len(), ..Checked::default() })
}

/// Where the value begins that is given for the key whose last letter stands at `last`.
pub fn start_of_value(text: &[u8], last: usize) -> Option<usize> {
    let ending = (byte_before(text, last, 1).to_ascii_lowercase(), byte(text, last).to_ascii_lowercase());
    if !matches!(ending, (b'r' | b'w', b'd') | (b's', b's' | b'h' | b'e') | (b'i', b'e') | (_, 0x80..)) {
        return None;
    }
    let skip = |from: usize, most: usize| {
        text.get(from..).map_or(0, |rest| rest.iter().take(most).take_while(|b| is_between(**b)).count())
    };
    let separator = last + 1 + skip(last + 1, BETWEEN);
    let mut at = match (byte(text, separator), byte(text, separator + 1)) {
        (b'=', b'>') => separator + 2,
        (b'=', b'=') => return None,
        (b'=' | b':', _) => separator + 1,
        _ => return None,
    };
    at += skip(at, OPENING);
    (at < text.len()).then_some(at)
}

/// The name of the key whose value begins at `start`.
fn key_before(text: &[u8], start: usize) -> Option<&[u8]> {
    let skip = |end: usize, most: usize| text[..end].iter().rev().take(most).take_while(|b| is_between(**b)).count();
    let separated = start - skip(start, OPENING);
    let separator = match (byte_before(text, separated, 2), byte_before(text, separated, 1)) {
        (b'=', b'>') => separated - 2,
        (_, b'=' | b':') => separated - 1,
        _ => return None,
    };
    let end = separator - skip(separator, BETWEEN);
    if end == 0 || start_of_value(text, end - 1) != Some(start) {
        return None;
    }
    let letter = |b: u8| b.is_ascii_alphabetic() || b >= 0x80;
    if !letter(byte_before(text, end, 1)) {
        return None;
    }
    let is_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'_' | b'-' | b'.') || **b >= 0x80;
    let length = text[..end].iter().rev().take(LONGEST_KEY + 1).take_while(is_name).count();
    (1..=LONGEST_KEY).contains(&length).then(|| &text[end - length..end])
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

fn is_between(byte: u8) -> bool {
    is_quote(byte) || matches!(byte, b' ' | b'\\')
}
