//! Public addresses of networks, version 4 and 6. Private, loopback, documentation and other special ranges (RFC 6890) are
//! no one's, and versions of programs are no addresses.

use std::net::Ipv6Addr;

use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::finding::{Evidence, EvidenceSet, Refusal};

/// Addresses whose numbers are all less than this are versions rather.
const SMALL: u8 = 32;
/// And so are those of which three are less than this: revisions, sections of standards, object identifiers.
const TINY: u8 = 10;

/// How words end that a version follows, and whole ones: the last letter of `rev` is taken for that of `v1.2.3.4`.
const VERSIONS: [&[u8]; 3] = [b"version", b"revision", b"release"];
const SHORT_VERSIONS: [&[u8]; 4] = [b"ver", b"re", b"rel", b"build"];

pub fn check_v4(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    if !begins(text, start) {
        return subject.refuse(Refusal::Boundary);
    }
    let mut octets = [0; 4];
    let mut at = start;
    for (i, octet) in octets.iter_mut().enumerate() {
        if i > 0 {
            at += usize::from(byte(text, at) == b'.');
        }
        let (value, width) = octet_at(text, at)?;
        *octet = value;
        at += width;
    }
    let next = byte(text, at + 1);
    let goes_on = match byte(text, at) {
        // `2.20.1.155.g426c96f` is a version of a repository.
        b'.' if next == b'g' => byte(text, at + 2).is_ascii_hexdigit(),
        b'.' | b'-' | b'/' => next.is_ascii_digit(),
        b => b.is_ascii_alphanumeric() || b == b'_',
    };
    if goes_on {
        return subject.refuse(Refusal::Boundary);
    }
    if !is_public(octets) {
        return subject.refuse(Refusal::Nobody);
    }
    if is_version(text, start) {
        return subject.refuse(Refusal::Surroundings);
    }
    let small = octets.iter().all(|o| *o < SMALL)
        || octets.iter().filter(|o| **o < TINY).count() > 2
        // Object identifiers of X.500.
        || octets[..2] == [2, 5];
    let evidence = EvidenceSet::new()
        .with_if(small, Evidence::Implausible)
        .with_if(subject.registry.is_public_resolver(octets), Evidence::TestValue);
    Some(Checked { end: at, evidence, age: None, impersonal: false })
}

/// Whether an address may begin at `start`: `Chrome/124.0.0.0` and `v1.2.3.4` are versions, `//1.2.3.4` and Java's
/// `=/1.2.3.4:80` addresses.
fn begins(text: &[u8], start: usize) -> bool {
    match byte_before(text, start, 1) {
        b'.' | b'-' | b'_' | b'+' => false,
        b'/' => !matches!(byte_before(text, start, 2), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'.'),
        b => !b.is_ascii_alphanumeric(),
    }
}

/// Whether a word directly before tells that it is a version: `version 2.55.1.3`, `$Revision: 2.55.1.3 $`, `shop.c,v 2.55.1.3`.
fn is_version(text: &[u8], start: usize) -> bool {
    const REACH: usize = 24;
    let before = &text[start.saturating_sub(REACH)..start];
    let given =
        before.iter().rev().take_while(|b| matches!(b, b' ' | b':' | b'=' | b'"' | b'\'' | b'v' | b'V')).count();
    let words = &before[..before.len() - given];
    let word = words.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let word = words[words.len() - word..].to_ascii_lowercase();
    let versioned = words.ends_with(b",") && given > 1;
    let named = VERSIONS.iter().any(|name| word.ends_with(name)) || SHORT_VERSIONS.contains(&&*word);
    given > 0 && (versioned || named)
}

/// A number up to 255 without leading zeros.
fn octet_at(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let width = text.get(at..)?.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
    let value = text[at..at + width].iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0'));
    let fits = (1..=3).contains(&width) && (width == 1 || text[at] != b'0');
    if fits { u8::try_from(value).ok().map(|value| (value, width)) } else { None }
}

fn is_public(octets: [u8; 4]) -> bool {
    !matches!(
        octets,
        [0 | 10 | 127 | 224.., ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// Longest text of an address of version 6.
const LONGEST_V6: usize = 39;

pub fn check_v6(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    // Global unicast is 2000::/3.
    let first = text.get(start..start + 5).is_some_and(|f| f[..4].iter().all(u8::is_ascii_hexdigit) && f[4] == b':');
    if !first
        || !matches!(byte(text, start), b'2' | b'3')
        || matches!(byte_before(text, start, 1), b':' | b'.' | b'-' | b'_')
    {
        return None;
    }
    let part = |b: &u8| b.is_ascii_hexdigit() || *b == b':';
    let length = text[start..].iter().take(LONGEST_V6 + 2).take_while(|b| part(b)).count();
    let colons = text[start..start + length].iter().filter(|b| **b == b':').count();
    if colons < 7 && !text[start..start + length].windows(2).any(|w| w == b"::") {
        return None;
    }
    let word = std::str::from_utf8(&text[start..start + length]).ok()?;
    let word = if word.ends_with("::") { word } else { word.trim_end_matches(':') };
    let end = start + word.len();
    // A dot may end the sentence.
    let goes_on = match byte(text, end) {
        b'.' => byte(text, end + 1).is_ascii_alphanumeric(),
        next => matches!(next, b'g'..=b'z' | b'G'..=b'Z' | b'_'),
    };
    if byte_before(text, start, 1).is_ascii_alphanumeric() || goes_on {
        return subject.refuse(Refusal::Boundary);
    }
    let address: Ipv6Addr = word.parse().ok()?;
    let segments = address.segments();
    // Documentation, and tunnels that hold a version 4 address.
    let special = matches!(segments, [0x2001, 0x0db8 | 0..=0x01ff, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..]);
    if special || segments[4..] == [0, 0, 0, 0] {
        return subject.refuse(Refusal::Nobody);
    }
    Some(Checked { end, ..Checked::default() })
}
