//! The named checks: each takes a text and the position where its detector's pattern begins to match, and tells where
//! the value ends and what speaks for it, or that there is none. A checksum is one file here and one line in [`ALL`].

use std::ops::Range;

use super::Registry;
use crate::finding::EvidenceSet;

mod email;
mod iban;
mod kz_bin;
mod kz_iin;
mod payment_card;
mod phone;
mod twelve;

pub use email::start_of_local;
pub use phone::start_of_number;

/// What a check looks at.
pub struct Subject<'a> {
    pub text: &'a [u8],
    /// Where the pattern begins to match.
    pub start: usize,
    pub registry: &'a Registry,
}

/// A value that passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Where the value ends.
    pub end: usize,
    pub evidence: EvidenceSet,
    /// Full years of age on the day of the scan.
    pub age: Option<u8>,
    /// Whether the value belongs to no person.
    pub impersonal: bool,
}

/// A check with its name.
pub struct Check {
    pub name: &'static str,
    pub run: fn(&Subject) -> Option<Checked>,
    /// Where two values share bytes, the less rank wins; none takes no part in that.
    pub rank: Option<u8>,
}

/// Every check there is.
pub static ALL: [Check; 7] = [
    Check { name: "email", run: email::check, rank: None },
    Check { name: "iban", run: iban::check, rank: Some(0) },
    Check { name: "payment-card", run: payment_card::check, rank: Some(1) },
    Check { name: "kz-iin", run: kz_iin::check, rank: Some(2) },
    Check { name: "kz-bin", run: kz_bin::check, rank: Some(2) },
    Check { name: "kz-phone", run: phone::check_kz, rank: Some(3) },
    Check { name: "ru-phone", run: phone::check_ru, rank: Some(3) },
];

pub fn named(name: &str) -> Option<&'static Check> {
    ALL.iter().find(|c| c.name == name)
}

/// The digits of a span, without what joins them.
fn digits(text: &[u8], span: Range<usize>) -> impl Iterator<Item = u8> + Clone {
    text[span].iter().filter(|b| b.is_ascii_digit()).map(|b| b - b'0')
}

/// Whether all digits are the same: such a number is never issued.
fn is_repdigit(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair[0] == pair[1])
}
