//! Numbers of devices: IMEI, 15 digits with Luhn's check digit (3GPP TS 23.003), and MAC address (IEEE 802). Both count only
//! where a word or key names them.

use super::payment_card::luhn;
use super::{Checked, Subject, is_repdigit};
use crate::detect::boundary::{byte, byte_before, may_begin, may_end};
use crate::finding::{Evidence, EvidenceSet, Refusal};

pub fn check_imei(subject: &Subject) -> Option<Checked> {
    let text = subject.text;
    let digits: [u8; 15] = text.get(subject.start..)?.first_chunk::<15>()?.map(|b| b.wrapping_sub(b'0'));
    let end = subject.start + 15;
    if digits.iter().any(|d| *d > 9) {
        return None;
    }
    if !luhn(&digits) {
        return subject.refuse(Refusal::CheckDigit);
    }
    if !may_begin(text, subject.start) || !may_end(text, end) {
        return subject.refuse(Refusal::Boundary);
    }
    let evidence = EvidenceSet::new().with(Evidence::CheckDigit).with_if(is_repdigit(&digits), Evidence::TestValue);
    Some(Checked { end, evidence, age: None, impersonal: false })
}

pub fn check_mac(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let mac: &[u8; 17] = text.get(start..)?.first_chunk()?;
    let end = start + 17;
    let joint = mac[2];
    let shape = |(i, b): (usize, &u8)| if i % 3 == 2 { *b == joint } else { b.is_ascii_hexdigit() };
    let beside = |b: u8| b == joint || b.is_ascii_alphanumeric();
    if !matches!(joint, b':' | b'-') || !mac.iter().enumerate().all(shape) {
        return None;
    }
    if beside(byte_before(text, start, 1)) || beside(byte(text, end)) {
        return subject.refuse(Refusal::Boundary);
    }
    let group = mac[1].to_ascii_lowercase();
    // Addresses of groups have the lowest bit of the first octet set; all zeros stand for none.
    let nobody = matches!(group, b'1' | b'3' | b'5' | b'7' | b'9' | b'b' | b'd' | b'f');
    let zero = mac.iter().all(|b| *b == b'0' || *b == joint);
    if nobody || zero {
        return subject.refuse(Refusal::Nobody);
    }
    Some(Checked { end, ..Checked::default() })
}
