//! Certificates of digital signatures: the subject's `SERIALNUMBER=IIN` and 12 digits, as text, in DER, and in the base64
//! of DER, which is decoded just as far as the number goes (RFC 5280; the certification authority of Kazakhstan writes
//! the ИИН of the subject into the attribute 2.5.4.5).

use super::kz_iin::{self, OLDEST_BIRTH};
use super::twelve::Twelve;
use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::finding::{Evidence, EvidenceSet, Refusal};

/// Names of the attribute in a distinguished name.
const NAMES: [&[u8]; 4] = [b"serialnumber", b"sn", b"2.5.4.5", b"oid.2.5.4.5"];
/// The attribute in DER up to the length of its value.
const DER: [&[u8]; 2] = [b"\x06\x03\x55\x04\x05\x0C\x0F", b"\x06\x03\x55\x04\x05\x13\x0F"];
/// The end of a value's length, and `II`, in base64, at each of the three positions in a group of four characters; with
/// how many characters stand before the one that the finder sees.
const BASE64: [(&[u8], usize); 3] = [(b"PSUlO", 1), (b"D0lJTj", 3), (b"9JSU4", 2)];
/// Characters that 16 bytes and what surrounds them take in base64.
const LONGEST: usize = 24;

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let (digits, end) = match BASE64.iter().position(|(head, _)| text[start..].starts_with(head)) {
        Some(position) => base64(text, start, position)?,
        None => plain(text, start)?,
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = Twelve::new(digits.map(|d| d - b'0'), end);
    let Some(birth) = kz_iin::birth(&number, subject.registry.today) else { return subject.refuse(Refusal::Parts) };
    if !number.check_digit_holds() {
        return subject.refuse(Refusal::CheckDigit);
    }
    let expected = birth.filter(|b| b.year() >= OLDEST_BIRTH);
    let evidence = EvidenceSet::new().with(Evidence::CheckDigit).with(if expected.is_some() {
        Evidence::Plausible
    } else {
        Evidence::Implausible
    });
    Some(Checked { end, evidence, age: expected.map(|b| kz_iin::age(b, subject.registry.today)), impersonal: false })
}

/// The digits after `IIN` in an attribute that begins at `start`, and where they end.
fn plain(text: &[u8], start: usize) -> Option<([u8; 12], usize)> {
    let near = text[start..].windows(3).take(LONGEST);
    let digits = start + near.into_iter().position(|w| w.eq_ignore_ascii_case(b"iin"))? + 3;
    let found = start_of_subject(text, digits) == Some(start) && !byte(text, digits + 12).is_ascii_digit();
    Some((*text.get(digits..)?.first_chunk()?, digits + 12)).filter(|_| found)
}

/// What the base64 of a number has, in small letters.
pub fn signs() -> impl Iterator<Item = Vec<u8>> {
    BASE64.iter().map(|(head, _)| head.to_ascii_lowercase())
}

/// Where the attribute begins whose digits stand at `at`, or its base64.
pub fn start_of_subject(text: &[u8], at: usize) -> Option<usize> {
    if !byte(text, at).is_ascii_digit() {
        let head =
            |(head, before): &(&[u8], usize)| at.checked_sub(*before).filter(|start| text[*start..].starts_with(head));
        return BASE64.iter().find_map(head);
    }
    let iin = at.checked_sub(3).filter(|iin| text[*iin..at].eq_ignore_ascii_case(b"iin"))?;
    if DER.iter().any(|der| text[..iin].ends_with(der)) {
        return Some(iin);
    }
    let name_end = text[..iin].trim_ascii_end().strip_suffix(b"=")?.trim_ascii_end().len();
    let name = NAMES.iter().filter_map(|name| {
        let start = name_end.checked_sub(name.len())?;
        let alone = !matches!(byte_before(text, start, 1), b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z');
        (alone && iin - start < LONGEST && text[start..name_end].eq_ignore_ascii_case(name)).then_some(start)
    });
    name.min()
}

/// Reads the digits that stand in base64 from `start` on, where the value's length and `IIN` are at one of the positions in
/// a group of four, and where the characters end that hold them.
fn base64(text: &[u8], start: usize, position: usize) -> Option<([u8; 12], usize)> {
    // Characters of the first group that stand before the head.
    let missing = [3, 0, 2][position];
    let mut sextets = [0; LONGEST + 4];
    let mut count = missing;
    let mut at = start;
    let bytes_before: usize = [3, 1, 2][position];
    let needed = ((bytes_before + 15) * 4).div_ceil(3);
    while count < needed {
        match sextet(byte(text, at)) {
            Some(bits) => {
                sextets[count] = bits;
                count += 1;
            }
            // A line may end between two characters.
            None if count > missing + BASE64[position].0.len() => {
                at += line_end(text, at)?;
                sextets[count] = sextet(byte(text, at))?;
                count += 1;
            }
            None => return None,
        }
        at += 1;
    }
    let decoded = |i: usize| {
        let (group, within) = (i / 3 * 4, i % 3);
        (sextets[group + within] << (2 * within + 2)) | (sextets[group + within + 1] >> (4 - 2 * within))
    };
    let iin = [0, 1, 2].map(|i| decoded(bytes_before + i));
    (iin == *b"IIN").then(|| (std::array::from_fn(|i| decoded(bytes_before + 3 + i)), at))
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Bytes of the line end at `at`, which may be escaped.
fn line_end(text: &[u8], at: usize) -> Option<usize> {
    let ends: [&[u8]; 5] = [b"\r\n", b"\n", b"\\r\\n", b"\\n", b"&#13;\n"];
    ends.iter().find(|end| text[at.min(text.len())..].starts_with(end)).map(|end| end.len())
}
