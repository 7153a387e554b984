//! Passwords in the addresses of servers, `scheme://user:password@host` (RFC 3986, section 3.2.1): takes the `@`, gives the
//! password before it.

use super::{Checked, LONGEST_PASSWORD, PLACEHOLDERS, Subject, is_placeholder};
use crate::detect::boundary::{byte, byte_before};
use crate::detect::check::Registry;
use crate::finding::{Evidence, EvidenceSet, Refusal};

const LONGEST_USER: usize = 64;
/// RFC 1035, 2.3.4.
const LONGEST_HOST: usize = 255;

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let end = start + text[start..].iter().take(LONGEST_PASSWORD + 1).take_while(|b| is_part(**b)).count();
    let user = user_before(text, start)?;
    if byte(text, end) != b'@' || end == start || end - start > LONGEST_PASSWORD {
        return None;
    }
    let (password, host) = (&text[start..end], &text[end + 1..]);
    let begins_host = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'[' | b'$' | b'{' | b'_' | b'%');
    if !host.first().is_some_and(begins_host) {
        return None;
    }
    if is_placeholder(password) || is_placeholder_of(password, user) {
        return subject.refuse(Refusal::Nobody);
    }
    let evidence = EvidenceSet::new().with_if(is_test_server(host, subject.registry), Evidence::TestValue);
    Some(Checked { end, evidence, ..Checked::default() })
}

/// Whether a password is its user's name, as many a server is delivered with, with or without the word: `shoppass`.
fn is_placeholder_of(password: &[u8], user: &[u8]) -> bool {
    let rest = password.strip_prefix(user).map(|rest| rest.strip_prefix(b"_").unwrap_or(rest));
    rest.is_some_and(|rest| {
        rest.is_empty() || PLACEHOLDERS.iter().any(|word| rest.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// Whether the name of a host stands for any in examples.
fn is_test_server(text: &[u8], registry: &Registry) -> bool {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let length = text.iter().take(LONGEST_HOST).take_while(|b| is_name(b)).count();
    str::from_utf8(&text[..length]).is_ok_and(|name| registry.is_test_server(&name.to_ascii_lowercase()))
}

/// Where the password begins that the `@` at `at` ends, if it does.
pub fn start_of_password(text: &[u8], at: usize) -> Option<usize> {
    if byte(text, at) != b'@' {
        return None;
    }
    let start = at - text[..at].iter().rev().take(LONGEST_PASSWORD + 1).take_while(|b| is_part(**b)).count();
    user_before(text, start).map(|_| start)
}

/// The user whose password begins at `start`.
fn user_before(text: &[u8], start: usize) -> Option<&[u8]> {
    if byte_before(text, start, 1) != b':' {
        return None;
    }
    let end = start - 1;
    let user = text[..end].iter().rev().take(LONGEST_USER + 1).take_while(|b| is_part(**b)).count();
    let scheme = text[..end - user].strip_suffix(b"://")?;
    scheme.last().is_some_and(u8::is_ascii_alphanumeric).then(|| &text[end - user..end])
}

/// Whether a byte may stand in a user's name or password; other signs are escaped.
fn is_part(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~')
        && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'/' | b':' | b'@' | b'?' | b'#')
}
