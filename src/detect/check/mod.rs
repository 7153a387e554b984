//! The named checks: each takes a text and the position where its detector's pattern begins to match, and tells where
//! the value ends and what speaks for it, or that there is none. A checksum is one file here and one line in [`ALL`].

use std::cell::Cell;
use std::ops::Range;

use super::Registry;
use super::finder::Literal;
use crate::finding::{EvidenceSet, Refusal};

mod address;
pub(super) mod birth_date;
mod certificate;
mod coordinates;
mod device;
mod document;
pub(super) mod email;
pub(super) mod iban;
mod international_phone;
mod ip;
pub(super) mod kz_bin;
pub(super) mod kz_iin;
mod kz_rnn;
mod mrz;
mod payment_card;
mod person_name;
pub(super) mod phone;
mod secret;
mod social;
mod twelve;
mod vehicle;

pub(super) use twelve::Twelve;

/// What a check looks at.
pub struct Subject<'a> {
    pub text: &'a [u8],
    /// Where the pattern begins to match.
    pub start: usize,
    pub registry: &'a Registry,
    refusal: Cell<Refusal>,
}

impl<'a> Subject<'a> {
    pub fn new(text: &'a [u8], start: usize, registry: &'a Registry) -> Self {
        Self { text, start, registry, refusal: Cell::default() }
    }

    /// What a check gives where it can tell why there is no value; elsewhere it is the form.
    pub(in crate::detect) fn refuse<T>(&self, why: Refusal) -> Option<T> {
        self.refusal.set(why);
        None
    }

    /// Why the check that looked at this gave none.
    pub fn refusal(&self) -> Refusal {
        self.refusal.get()
    }
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
    /// Where the value begins that the finder saw at a position, if one may stand there.
    start: Start,
    pub run: fn(&Subject) -> Option<Checked>,
    /// Where two values share bytes, the less rank wins; none takes no part in that.
    pub rank: Option<u8>,
    /// What stands near each value, if anything: a scan looks for it before it looks at candidates.
    pub signs: Option<Signs>,
}

/// What a check's values have near them, one of these.
#[derive(Clone, Copy)]
pub struct Signs {
    pub literals: fn(&Registry) -> Vec<Literal>,
    /// Whether something beyond ASCII may stand there in their stead.
    pub beyond_ascii: bool,
}

/// How the beginning of a value is told from where the finder sees it.
#[derive(Clone, Copy)]
enum Start {
    /// It is the same.
    Here,
    Before(fn(&[u8], usize) -> Option<usize>),
    /// By words that are looked up.
    Looked(fn(&[u8], usize, &Registry) -> Option<usize>),
}

impl Check {
    const fn new(name: &'static str, run: fn(&Subject) -> Option<Checked>, rank: Option<u8>) -> Self {
        Self { name, start: Start::Here, run, rank, signs: None }
    }

    /// For values that stand only near something.
    const fn near(self, literals: fn(&Registry) -> Vec<Literal>, beyond_ascii: bool) -> Self {
        Self { signs: Some(Signs { literals, beyond_ascii }), ..self }
    }

    /// For values that begin elsewhere than where the finder sees them.
    const fn begins(self, start: fn(&[u8], usize) -> Option<usize>) -> Self {
        Self { start: Start::Before(start), ..self }
    }

    const fn begins_by_words(self, start: fn(&[u8], usize, &Registry) -> Option<usize>) -> Self {
        Self { start: Start::Looked(start), ..self }
    }

    /// Where the value begins that the finder saw at a position, if one may stand there.
    #[inline]
    pub fn start(&self, text: &[u8], at: usize, registry: &Registry) -> Option<usize> {
        match self.start {
            Start::Here => Some(at),
            Start::Before(start) => start(text, at),
            Start::Looked(start) => start(text, at, registry),
        }
    }
}

/// Every check there is.
pub static ALL: [Check; 32] = [
    Check::new("email", email::check, None).begins(email::start_of_local),
    Check::new("email-spelled", email::spelled::check, None).begins(email::spelled::start_of_address).near(signs, true),
    Check::new("iban", iban::check, Some(0)).begins(iban::start),
    Check::new("mrz", mrz::check, Some(0)).begins(mrz::start_of_zone).near(signs, true),
    Check::new("payment-card", payment_card::check, Some(1)),
    Check::new("kz-rnn", kz_rnn::check, Some(1)),
    Check::new("imei", device::check_imei, Some(1)),
    Check::new("vin", vehicle::check_vin, Some(1)),
    Check::new("kz-iin", kz_iin::check, Some(2)),
    Check::new("kz-bin", kz_bin::check, Some(2)),
    Check::new("kz-driver-licence", document::check_driver_licence, Some(2)),
    Check::new("kz-phone", phone::check_kz, Some(3)).begins(|text, digit| Some(phone::start_of_number(text, digit))),
    Check::new("ru-phone", phone::check_ru, Some(3)).begins(|text, digit| Some(phone::start_of_number(text, digit))),
    Check::new("international-phone", international_phone::check, Some(3)).near(signs, true),
    Check::new("kz-id-card", document::check_id_card, Some(3)),
    Check::new("kz-passport", document::check_passport, Some(3)),
    Check::new("kz-plate", vehicle::check_plate, Some(3)),
    Check::new("birth-date", birth_date::check, Some(4)).begins(birth_date::start_of_date),
    Check::new("coordinate-pair", coordinates::check_pair, Some(4)).begins(coordinates::start_of_sign),
    Check::new("coordinate", coordinates::check_single, Some(5)).begins(coordinates::start_of_sign),
    Check::new("ipv4", ip::check_v4, None),
    Check::new("ipv6", ip::check_v6, None),
    Check::new("mac-address", device::check_mac, None),
    Check::new("social-account", social::check, None).begins(social::start_of_host).near(signs, true),
    Check::new("eds-certificate", certificate::check, None).begins(certificate::start_of_subject).near(signs, true),
    Check::new("cookie", secret::check_cookie, None).begins(secret::start_of_value).near(signs, true),
    Check::new("password", secret::check_password, None).begins(secret::start_of_value).near(signs, true),
    Check::new("password-in-url", secret::in_url::check, None).begins(secret::in_url::start_of_password),
    Check::new("person-name", person_name::check_cyrillic, None).begins(person_name::start_of_cyrillic),
    Check::new("person-name-latin", person_name::check_latin, None).begins(person_name::start_of_latin),
    Check::new("address", address::check_cyrillic, None).begins_by_words(address::start_of_cyrillic),
    Check::new("address-latin", address::check_latin, None)
        .begins_by_words(address::start_of_latin)
        .near(address::signs_of_latin, false),
];

/// What secrets, accounts, documents for machines, certificates, numbers abroad and addresses that are spelled out have near
/// them: looked for together, since most texts have none of it.
fn signs(registry: &Registry) -> Vec<Literal> {
    let texts = email::spelled::signs().chain(certificate::signs()).chain(international_phone::signs());
    let literals = texts.chain([mrz::FILLERS.to_vec()]).map(Literal::anywhere);
    literals.chain(secret::keys()).chain(social::hosts(registry)).collect()
}

pub fn named(name: &str) -> Option<&'static Check> {
    ALL.iter().find(|c| c.name == name)
}

/// The digits of a span, without what joins them.
fn digits(text: &[u8], span: Range<usize>) -> impl Iterator<Item = u8> + Clone {
    text[span].iter().filter(|b| b.is_ascii_digit()).map(|b| b - b'0')
}

/// Whether the digits are all the same, or nine and more that only rise or only fall, as `001122334455`: a sequence, not a
/// number that was issued.
fn is_sequence(digits: &[u8]) -> bool {
    let rises = || digits.windows(2).all(|pair| pair[0] <= pair[1]);
    let falls = || digits.windows(2).all(|pair| pair[0] >= pair[1]);
    let steps = || digits.windows(2).filter(|pair| pair[0] != pair[1]).count();
    (rises() || falls()) && (steps() == 0 || digits.len() > 8 && steps() > 3)
}

/// Whether all digits are the same: such a number is never issued.
fn is_repdigit(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair[0] == pair[1])
}
