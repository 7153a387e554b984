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
    // Most addresses in logs are of the network in which they are written.
    if text[start..].starts_with(b"10.") {
        return subject.refuse(Refusal::Nobody);
    }
    let (octets, length) = octets_at(text, start)?;
    let at = start + length;
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
    if given == 0 {
        return false;
    }
    let words = &before[..before.len() - given];
    let word = words.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let word = words[words.len() - word..].to_ascii_lowercase();
    let versioned = words.ends_with(b",") && given > 1;
    let named = VERSIONS.iter().any(|name| word.ends_with(name)) || SHORT_VERSIONS.contains(&&*word);
    versioned || named
}

/// Four numbers up to 255 without leading zeros, with dots between them, and the bytes they take. Free of branches up to the
/// end: the numbers of addresses have as many digits as they like.
fn octets_at(text: &[u8], start: usize) -> Option<([u8; 4], usize)> {
    const EACH: u128 = u128::from_ne_bytes([1; 16]);
    let rest = text.get(start..)?;
    let bytes: [u8; 16] = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; 16];
        padded[..rest.len()].copy_from_slice(rest);
        padded
    });
    // Of digits what they are worth, of other bytes ten and more: they have the highest bit of the next.
    let worth = u128::from_le_bytes(bytes) ^ (EACH * u128::from(b'0'));
    let more_than_nine = (worth & (EACH * 0x7F)) + EACH * (0x80 - 10);
    let mut others = (more_than_nine | worth) & (EACH * 0x80);
    let mut digits = [0; 20];
    digits[..16].copy_from_slice(&worth.to_le_bytes());
    let (mut octets, mut at, mut fits) = ([0; 4], 0, true);
    for (i, octet) in octets.iter_mut().enumerate() {
        let end = others.trailing_zeros() as usize / 8 % 16;
        let width = end.wrapping_sub(at);
        // The digits of one number, the last one in the third byte.
        let [first, second, third, _] = {
            let four = digits[at..].first_chunk().map_or(0, |four| u32::from_le_bytes(*four));
            (four << (8 * (3 - width.min(3)))).to_le_bytes()
        };
        let value = u32::from(first) * 100 + u32::from(second) * 10 + u32::from(third);
        *octet = value as u8;
        fits &= others != 0 && width.wrapping_sub(1) < 3 && value < 256 && (width == 1 || digits[at] != 0);
        fits &= i == 3 || bytes[end] == b'.';
        others &= others.wrapping_sub(1);
        at = end + 1;
    }
    fits.then_some((octets, at - 1))
}

fn is_public(octets: [u8; 4]) -> bool {
    !matches!(
        octets,
        [0 | 127 | 224.., ..]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_numbers_are_read_whatever_their_widths() {
        for (text, expected) in [
            ("1.2.3.4", Some(([1, 2, 3, 4], 7))),
            ("140.222.200.54 - -", Some(([140, 222, 200, 54], 14))),
            ("255.255.255.255,x", Some(([255; 4], 15))),
            ("0.10.0.100\n", Some(([0, 10, 0, 100], 10))),
            ("256.1.1.1", None),
            ("1.02.3.4", None),
            ("1.2.3", None),
            ("1.2..4", None),
            ("1.2.3.", None),
            ("1.2.3.4567", None),
            ("1,2.3.4", None),
            ("1.2.3\u{c0}4", None),
            ("1234567890123456.", None),
            ("1.2.3.12345678901", None),
            (".1.2.3", None),
        ] {
            assert_eq!(octets_at(text.as_bytes(), 0), expected, "{text}");
        }
    }
}
