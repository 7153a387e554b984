//! IBAN: country, two check digits, and an account number of the country's length and structure (ISO 13616, SWIFT IBAN
//! registry); the check is mod 97 (ISO 7064).

use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::detect::registry::Bban;
use crate::detect::word::follows_escape;
use crate::finding::{Evidence, EvidenceSet, Refusal};

const LONGEST: usize = 34;

/// The Cyrillic letter that looks like the K of KZ: in UTF-8, Windows-1251, CP866, KOI8-R.
const CYRILLIC_K: [&[u8]; 4] = ["К".as_bytes(), b"\xCA", b"\x8A", b"\xEB"];

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let cyrillic = cyrillic_at(text, start);
    let first = if cyrillic == 0 { byte(text, start).to_ascii_uppercase() } else { b'K' };
    let second = start + cyrillic.max(1);
    let country = [first, byte(text, second).to_ascii_uppercase()];
    let Some(bban) = subject.registry.iban(country) else { return subject.refuse(Refusal::Parts) };
    let before = byte_before(text, start, 1);
    let in_word = match cyrillic {
        0 => false,
        1 => before >= 0x80,
        _ => before >= 0x80 && matches!(byte_before(text, start, 2), 0xD0..=0xD3),
    };
    if before.is_ascii_alphanumeric() && !follows_escape(text, start) || in_word {
        return subject.refuse(Refusal::Boundary);
    }
    let (iban, end, grouped) = read(text, (first, second), bban)?;
    judge(subject, &iban[..bban.length], end, grouped)
}

/// Where the IBAN begins whose first letter, or the second after a Cyrillic one, stands at `at`.
pub fn start(text: &[u8], at: usize) -> Option<usize> {
    if byte(text, at + 1).is_ascii_alphabetic() {
        return Some(at);
    }
    [2, 1].into_iter().filter_map(|width| at.checked_sub(width)).find(|start| start + cyrillic_at(text, *start) == at)
}

/// Bytes of the Cyrillic letter at `at` that a Z follows, as it does in no word; 0 where none does.
fn cyrillic_at(text: &[u8], at: usize) -> usize {
    let follows =
        |letter: &&&[u8]| text[at..].starts_with(letter) && matches!(byte(text, at + letter.len()), b'Z' | b'z');
    if byte(text, at) < 0x80 { 0 } else { CYRILLIC_K.iter().find(follows).map_or(0, |letter| letter.len()) }
}

/// An IBAN of letters and digits that stand together, by themselves; a bit tells of each byte which it is.
pub fn check_whole(subject: &Subject, end: usize, (digits, letters): (u64, u64)) -> Option<Checked> {
    let length = end - subject.start;
    let text = &subject.text[subject.start..];
    let mut iban: [u8; LONGEST] = match text.first_chunk() {
        Some(first) => *first,
        None => std::array::from_fn(|at| byte(text, at)),
    };
    iban.make_ascii_uppercase();
    let bban = subject.registry.iban(*iban.first_chunk()?).filter(|bban| bban.length == length)?;
    let fits = bban.digits & !digits == 0 && bban.letters & !letters == 0;
    if fits { judge(subject, &iban[..length], end, false) } else { None }
}

fn judge(subject: &Subject, iban: &[u8], end: usize, grouped: bool) -> Option<Checked> {
    if !check_digits_hold(iban) {
        return subject.refuse(Refusal::CheckDigit);
    }
    let bank = [iban[4], iban[5], iban[6]];
    let evidence = EvidenceSet::new()
        .with(Evidence::CheckDigit)
        .with_if(iban.starts_with(b"KZ") && subject.registry.is_kz_bank(bank), Evidence::Plausible)
        .with_if(grouped, Evidence::Formatted)
        .with_if(subject.registry.is_test_value(iban), Evidence::TestValue);
    Some(Checked { end, evidence, age: None, impersonal: false })
}

/// Reads letters and digits of the country's structure from the first letter and the place of the second on, in upper case, in
/// one run or in groups of four, and where they end.
fn read(text: &[u8], (first, second): (u8, usize), bban: &Bban) -> Option<([u8; LONGEST], usize, bool)> {
    let mut iban = [0; LONGEST];
    iban[0] = first;
    let mut at = second;
    let grouped = joint(text, second + 3) > 0;
    for (i, slot) in iban[..bban.length].iter_mut().enumerate().skip(1) {
        if grouped && i % 4 == 0 {
            at += match joint(text, at) {
                0 => return None,
                width => width,
            };
        }
        let byte = byte(text, at).to_ascii_uppercase();
        let fits = match i.checked_sub(4).map(|i| bban.classes[i]) {
            Some(b'n') => byte.is_ascii_digit(),
            Some(b'a') => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_alphanumeric(),
        };
        if !fits {
            return None;
        }
        *slot = byte;
        at += 1;
    }
    (!byte(text, at).is_ascii_alphanumeric()).then_some((iban, at, grouped))
}

/// Bytes of the space at `at`: plain, or no-break (in UTF-8, Windows-1251, CP866 and KOI8-R).
fn joint(text: &[u8], at: usize) -> usize {
    match (byte(text, at), byte(text, at + 1)) {
        (b' ' | 0x9A | 0xA0 | 0xFF, _) => 1,
        (0xC2, 0xA0) => 2,
        _ => 0,
    }
}

/// Check digits are 02 to 98 and make the whole, rearranged, 1 modulo 97.
fn check_digits_hold(iban: &[u8]) -> bool {
    if !iban[2..4].iter().all(u8::is_ascii_digit) || matches!(&iban[2..4], b"00" | b"01" | b"99") {
        return false;
    }
    let all = iban[4..].iter().chain(&iban[..4]);
    let number = all.fold(0_u64, |number, byte| {
        let number = match byte {
            b'0'..=b'9' => number * 10 + u64::from(byte - b'0'),
            // A letter counts as two digits.
            _ => number * 100 + u64::from(byte - b'A') + 10,
        };
        if number >> 56 == 0 { number } else { number % 97 }
    });
    number % 97 == 1
}
