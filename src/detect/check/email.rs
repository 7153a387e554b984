//! E-mail addresses as people have them: a dot-atom of letters, digits and `._+-` (RFC 5322, RFC 6531 for letters beyond
//! ASCII) at a domain under a known public suffix. Quoted local parts and domain literals are left out on purpose: in
//! text they are never a person's.

use std::borrow::Cow;

use super::{Checked, Registry, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::finding::{Evidence, EvidenceSet, Refusal};

pub mod spelled;

/// RFC 5321, 4.5.3.1.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 255;
const LONGEST_LABEL: usize = 63;
/// A path of 256 without its angle brackets.
const LONGEST: usize = 254;

/// How far back the beginning of a URL is looked for.
const URL_REACH: usize = 128;

/// Top-level domains that source code and file systems know as file endings.
const FILE_ENDINGS: [&str; 7] = ["zip", "mov", "py", "sh", "md", "ps", "so"];

/// Accounts of servers and keywords of languages are never a mailbox.
fn is_no_mailbox(local: &[u8]) -> bool {
    matches!(local, b"git" | b"hg" | b"svn" | b"ssh" | b"this" | b"super" | b"return" | b"break" | b"continue")
}

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let at = start + text.get(start..)?.iter().take(LONGEST_LOCAL + 1).position(|b| matches!(b, b'@' | b'%'))?;
    let at_width = at_sign(text, at)?;
    if start_of_local(text, at) != Some(start) {
        return None;
    }
    let local = mailbox(subject, at)?;
    let domain_start = at + at_width;
    let Some(domain) = Domain::read(text, domain_start) else { return subject.refuse(Refusal::Parts) };
    let end = domain_start + domain.length;
    if end - start > LONGEST + at_width - 1 {
        return None;
    }
    judge(subject, &local, Host::of(&domain, subject.registry), end)
}

/// An address that is known to begin and end with a cell: its local part is of `IN_LOCAL`, its `@` stands at `at`.
pub fn check_whole(subject: &Subject, at: usize, end: usize, host: Host) -> Option<Checked> {
    let local = mailbox(subject, at)?;
    judge(subject, &local, host, end)
}

/// The local part before an `@`, in lower case, if it may be somebody's.
fn mailbox<'a>(subject: &Subject<'a>, at: usize) -> Option<Cow<'a, [u8]>> {
    let local = &subject.text[subject.start..at];
    let local = match is_small(local) {
        true => Cow::Borrowed(local),
        false => Cow::Owned(std::str::from_utf8(local).ok()?.to_lowercase().into_bytes()),
    };
    if local.starts_with(b".") || local.ends_with(b".") || local.windows(2).any(|two| two == b"..") {
        return None;
    }
    if is_no_mailbox(&local) { subject.refuse(Refusal::Nobody) } else { Some(local) }
}

fn judge(subject: &Subject, local: &[u8], host: Host, end: usize) -> Option<Checked> {
    let Subject { text, start, registry, .. } = *subject;
    if is_in_url(text, start) || is_remote_path(text, end) || matches!(byte(text, end), b'@' | b'(') {
        return subject.refuse(Refusal::Surroundings);
    }
    let suspicious = host.is_file || is_message_id(text, start);
    let is_test = host.is_test || registry.is_test_mailbox(local);
    let evidence = EvidenceSet::new().with_if(suspicious, Evidence::Implausible).with_if(is_test, Evidence::TestValue);
    Some(Checked { end, evidence, age: None, impersonal: registry.is_role_mailbox(local) })
}

/// What is known of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// Whether it ends as names of files do.
    is_file: bool,
    /// Whether it stands for any in examples.
    is_test: bool,
}

impl Host {
    fn of(domain: &Domain, registry: &Registry) -> Self {
        Self { is_file: FILE_ENDINGS.contains(&domain.top()), is_test: registry.is_test_domain(&domain.name) }
    }

    /// What is known of a text as a domain.
    pub fn whole(text: &[u8], registry: &Registry) -> Whole {
        match Domain::read(text, 0) {
            None => Whole::No,
            Some(domain) if domain.length == text.len() => Whole::Host(Self::of(&domain, registry)),
            Some(_) => Whole::Partly,
        }
    }
}

/// Whether a text is a domain from its first byte to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    No,
    Host(Host),
    /// Its beginning is one.
    Partly,
}

fn lowercase(text: &str) -> Cow<'_, str> {
    if is_small(text.as_bytes()) { text.into() } else { text.to_lowercase().into() }
}

/// Whether a text is in ASCII and has no capitals.
fn is_small(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

/// Bytes of the `@` or `%40` at `at`.
fn at_sign(text: &[u8], at: usize) -> Option<usize> {
    match byte(text, at) {
        b'@' => Some(1),
        b'%' if text.get(at + 1..at + 3) == Some(b"40") => Some(3),
        _ => None,
    }
}

/// Where the local part before the `@` at `at` begins, if there is one of a permitted length.
pub fn start_of_local(text: &[u8], at: usize) -> Option<usize> {
    at_sign(text, at)?;
    let mut start = at;
    loop {
        let before = &text[start.saturating_sub(LONGEST_LOCAL + 1)..start];
        start -= before.iter().rev().take_while(|byte| IN_LOCAL[usize::from(**byte)]).count();
        let letter = letter_before(text, start);
        start -= letter.unwrap_or(0);
        if at - start > LONGEST_LOCAL {
            return None;
        }
        if letter.is_none() {
            break;
        }
    }
    start += escape_at(text, start, at);
    (start < at).then_some(start)
}

/// The ASCII characters of local parts.
pub const IN_LOCAL: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        bytes[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'.' | b'_' | b'+' | b'-');
        byte += 1;
    }
    bytes
};

/// Bytes of the letter beyond ASCII before `end`.
fn letter_before(text: &[u8], end: usize) -> Option<usize> {
    if byte_before(text, end, 1) < 0x80 {
        return None;
    }
    (2..=4).find(|width| {
        let start = end.checked_sub(*width);
        start.and_then(|start| letter_at(text, start)) == Some(*width)
    })
}

/// Bytes of the letter beyond ASCII at `at`: Latin, Greek, Cyrillic and on to Hangul.
fn letter_at(text: &[u8], at: usize) -> Option<usize> {
    let chunk = text.get(at..(at + 4).min(text.len()))?;
    let c = chunk.utf8_chunks().next()?.valid().chars().next()?;
    matches!(c, '\u{C0}'..='\u{1FFF}' | '\u{3040}'..='\u{D7A3}').then_some(c.len_utf8())
}

/// Bytes at the start of a local part that belong to an escape sequence before it: `\\n`, `\\u003c`, `%3D`, `=3D`.
fn escape_at(text: &[u8], start: usize, at: usize) -> usize {
    let hex = |range: std::ops::Range<usize>| text[range].iter().all(u8::is_ascii_hexdigit);
    match (byte_before(text, start, 1), byte(text, start)) {
        (b'\\', b'u') if at - start >= 5 && hex(start + 1..start + 5) => 5,
        (b'\\', b'n' | b'r' | b't') => 1,
        (b'%', _) if at - start >= 2 && hex(start..start + 2) => 2,
        (b'=', b'3') if matches!(byte(text, start + 1), b'A' | b'C' | b'D') && at - start > 2 => 2,
        _ => 0,
    }
}

/// A domain name that can exist.
struct Domain<'a> {
    /// In lower case.
    name: Cow<'a, str>,
    /// Bytes in the text.
    length: usize,
}

impl<'a> Domain<'a> {
    fn read(text: &'a [u8], start: usize) -> Option<Self> {
        let mut end = start;
        let mut label = start;
        while end - start <= LONGEST_DOMAIN {
            match byte(text, end) {
                b'.' => {
                    end += 1;
                    label = end;
                }
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' => end += 1,
                // A word of another script glued to an ASCII label is the text going on.
                0x80.. if label == end || !byte(text, label).is_ascii() => match letter_at(text, end) {
                    Some(width) => end += width,
                    None => break,
                },
                _ => break,
            }
        }
        if end - start > LONGEST_DOMAIN {
            return None;
        }
        let domain = std::str::from_utf8(&text[start..end]).ok()?.trim_end_matches(['.', '-']);
        Self::known(domain).or_else(|| Self::known(without_next_sentence(domain)?))
    }

    fn known(domain: &'a str) -> Option<Self> {
        let mut labels = domain.split('.');
        let fits = |label: &str| {
            (1..=LONGEST_LABEL).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
        };
        if !labels.all(fits) || is_image_density(domain) {
            return None;
        }
        let name = lowercase(domain);
        let suffix = psl::suffix(name.as_bytes())?;
        let private = suffix.typ() == Some(psl::Type::Private);
        let exists = suffix.is_known() && (private || suffix.as_bytes().len() < name.len());
        exists.then_some(Self { length: domain.len(), name })
    }

    fn top(&self) -> &str {
        self.name.rsplit_once('.').map_or(&self.name, |(_, top)| top)
    }
}

/// A domain without its last label, where that is rather the first word of a sentence after a missing space.
fn without_next_sentence(domain: &str) -> Option<&str> {
    let (rest, last) = domain.rsplit_once('.')?;
    let first = last.chars().next()?;
    (first.is_uppercase() || !first.is_ascii()).then_some(rest)
}

/// `2x.png`, as in `sprite@2x.png`.
fn is_image_density(domain: &str) -> bool {
    matches!(domain.as_bytes(), [b'1'..=b'9', b'x' | b'X', b'.', ..])
}

/// Whether the name before an `@` is that of a URL's or connection string's user: `ssh://git@host`, `postgres://u:p@h`;
/// or of a command that logs in: `ssh root@host`.
fn is_in_url(text: &[u8], start: usize) -> bool {
    let from = start.saturating_sub(URL_REACH);
    let before = &text[from..start];
    let word = before.iter().rposition(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b'`'));
    let word_start = word.map_or(0, |i| i + 1);
    let token = &before[word_start..];
    if let Some(scheme) = token.windows(3).rposition(|w| w == b"://") {
        return !token[scheme + 3..].iter().any(|b| matches!(b, b'/' | b'?' | b'#'));
    }
    token.is_empty() && ends_in_command(before[..word_start].trim_ascii_end())
}

/// Whether a command that logs in stands at the end.
fn ends_in_command(before: &[u8]) -> bool {
    let rest = match before {
        [rest @ .., b's', b's', b'h'] | [rest @ .., b's', b'c', b'p'] => rest,
        [rest @ .., b's', b'f', b't', b'p'] | [rest @ .., b'r', b's', b'y', b'n', b'c'] => rest,
        _ => return false,
    };
    !rest.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// `:path/to` after the address: a remote path, as git and scp write it.
fn is_remote_path(text: &[u8], end: usize) -> bool {
    const REACH: usize = 64;
    if byte(text, end) != b':' {
        return false;
    }
    let rest = &text[end + 1..text.len().min(end + 1 + REACH)];
    rest.iter().take_while(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'')).any(|b| *b == b'/')
}

/// Whether the address is the identifier of a mail message in its header.
fn is_message_id(text: &[u8], start: usize) -> bool {
    const HEADERS: [&[u8]; 3] = [b"message-id:", b"in-reply-to:", b"references:"];
    const REACH: usize = 32;
    let before = &text[start.saturating_sub(REACH)..start];
    before.ends_with(b"<") && HEADERS.iter().any(|h| before.windows(h.len()).any(|w| w.eq_ignore_ascii_case(h)))
}
