//! What checks look up: countries of the IBAN registry, banks, card issuers, telephone codes, test values, role
//! mailboxes; read from the data files in `patterns/`. And the day of the scan, by which births are judged.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;
use jiff::civil::Date;
use serde::Deserialize;

use super::addresses::Addresses;
use super::few::Few;
use super::names::Names;
use crate::data::embedded;
use crate::error::Result;

type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;
type HashSet<T> = std::collections::HashSet<T, FixedState>;

/// The look-up tables of a run.
pub struct Registry {
    pub today: Date,
    /// By country, see [`country_index`].
    ibans: Vec<Option<Bban>>,
    kz_banks: HashSet<[u8; 3]>,
    issuers: Vec<Issuer>,
    /// By the three digits of the code.
    kz_mobile_codes: Vec<bool>,
    test_values: Few,
    test_domains: Few,
    test_mailboxes: Few,
    role_mailboxes: Few,
    networks: Vec<(String, Arc<Network>)>,
    public_resolvers: Vec<[u8; 4]>,
    /// How many digits national numbers have, by country code.
    country_codes: HashMap<u16, (usize, usize)>,
    /// Read when a text has what may be one.
    names: OnceLock<Names>,
    addresses: OnceLock<Addresses>,
}

/// A social network or messenger.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    hosts: Vec<String>,
    /// What stands before the name of an account in its page's path.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// Pages that are nobody's, in lower case.
    #[serde(default)]
    pub reserved: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Networks {
    network: Vec<Network>,
}

/// Where the account number of an IBAN begins, after the country and two check digits.
const BBAN: u32 = 4;

/// How a country's IBAN is built.
pub struct Bban {
    /// Of the whole IBAN.
    pub length: usize,
    /// The class of each character after the check digits: `n` digit, `a` letter, `c` either.
    pub classes: Vec<u8>,
    /// A bit for each character of the whole IBAN that is a digit, and for those that are letters, but for its beginning.
    pub digits: u64,
    pub letters: u64,
}

/// A range of card numbers, compared as the first six digits.
struct Issuer {
    first: u32,
    last: u32,
    /// Bit n: cards of n digits.
    lengths: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IbanEntry {
    length: usize,
    bban: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Banks {
    banks: Vec<Bank>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bank {
    code: String,
    #[serde(rename = "bic")]
    _bic: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuers {
    issuer: Vec<IssuerEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerEntry {
    #[serde(rename = "name")]
    _name: String,
    prefixes: Vec<String>,
    lengths: Vec<u32>,
}

#[derive(Deserialize)]
struct PhoneCodes {
    mobile: Vec<String>,
    voip: Vec<String>,
}

/// Published values by detector; of e-mails, the domains that nobody owns, and domains and local parts that stand for any.
#[derive(Deserialize)]
struct TestValues {
    email: TestAddresses,
    #[serde(flatten)]
    detectors: HashMap<String, Values>,
}

#[derive(Deserialize)]
struct Values {
    values: HashSet<String>,
}

#[derive(Deserialize)]
struct TestAddresses {
    reserved: HashSet<String>,
    placeholder: HashSet<String>,
    mailboxes: HashSet<String>,
}

/// Fewest and most digits of national numbers, by country code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountryCodes {
    codes: HashMap<String, (usize, usize)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleMailboxes {
    names: Vec<String>,
}

impl Registry {
    /// The tables embedded at build time.
    pub fn builtin(today: Date) -> Result<Self> {
        let ibans: BTreeMap<String, IbanEntry> = embedded!("patterns/iban").read()?;
        let banks: Banks = embedded!("patterns/kz-banks").read()?;
        let issuers: Issuers = embedded!("patterns/payment-card").read()?;
        let codes: PhoneCodes = embedded!("patterns/kz-phone-codes").read()?;
        let roles: RoleMailboxes = embedded!("patterns/role-mailboxes").read()?;
        let test: TestValues = embedded!("patterns/test-values").read()?;
        let networks: Networks = embedded!("patterns/social-networks").read()?;
        let countries: CountryCodes = embedded!("patterns/country-codes").read()?;
        let resolvers = test.detectors.get("ipv4").into_iter().flat_map(|table| &table.values);
        let public_resolvers = resolvers.filter_map(|ip| Some(ip.parse::<Ipv4Addr>().ok()?.octets())).collect();
        let mut by_country: Vec<Option<Bban>> = (0..COUNTRIES).map(|_| None).collect();
        for (country, entry) in ibans {
            if let Some(index) = country.as_bytes().try_into().ok().and_then(country_index) {
                by_country[index] = Some(entry.into());
            }
        }
        let mut kz_mobile_codes = vec![false; 1000];
        for code in codes.mobile.iter().chain(&codes.voip).filter_map(|code| code.parse::<usize>().ok()) {
            kz_mobile_codes[code % 1000] = true;
        }
        let test_lists = test.detectors.into_values().flat_map(|table| table.values);
        Ok(Self {
            today,
            ibans: by_country,
            kz_banks: banks.banks.iter().filter_map(|b| b.code.as_bytes().try_into().ok()).collect(),
            issuers: issuers.issuer.iter().flat_map(IssuerEntry::ranges).collect(),
            public_resolvers,
            networks: networks.network.into_iter().flat_map(Network::by_host).collect(),
            country_codes: countries.codes.into_iter().filter_map(|(code, n)| Some((code.parse().ok()?, n))).collect(),
            kz_mobile_codes,
            test_values: test_lists.collect(),
            test_domains: test.email.reserved.into_iter().chain(test.email.placeholder).collect(),
            test_mailboxes: test.email.mailboxes.into_iter().collect(),
            role_mailboxes: roles.names.into_iter().collect(),
            names: OnceLock::new(),
            addresses: OnceLock::new(),
        })
    }

    /// What words may be in names of people.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::builtin().expect("a test reads the built-in data"))
    }

    /// By what words postal addresses are known.
    pub fn addresses(&self) -> &Addresses {
        self.addresses.get_or_init(|| Addresses::builtin().expect("a test reads the built-in data"))
    }

    /// How an IBAN of the country is built; the code in upper case.
    #[inline]
    pub fn iban(&self, country: [u8; 2]) -> Option<&Bban> {
        self.ibans[country_index(country)?].as_ref()
    }

    pub fn is_kz_bank(&self, code: [u8; 3]) -> bool {
        self.kz_banks.contains(&code)
    }

    /// Whether an issuer has cards of this many digits that begin with these six.
    pub fn is_card(&self, six: u32, digits: usize) -> bool {
        self.issuers.iter().any(|i| (i.first..=i.last).contains(&six) && i.lengths >> digits & 1 != 0)
    }

    /// Whether a Kazakhstan code is in use: a mobile code that is assigned, or 71 and 72, the area codes.
    pub fn is_kz_code(&self, code: u16) -> bool {
        (710..730).contains(&code) || self.kz_mobile_codes.get(usize::from(code)).is_some_and(|known| *known)
    }

    /// How many digits the country code has that begins these digits, and how many a number of the country has after it.
    pub fn country_code(&self, digits: &[u8]) -> Option<(usize, RangeInclusive<usize>)> {
        (1..=3.min(digits.len())).find_map(|length| {
            let code = digits[..length].iter().fold(0, |code, d| code * 10 + u16::from(*d));
            self.country_codes.get(&code).map(|(fewest, most)| (length, *fewest..=*most))
        })
    }

    /// The network whose pages stand at this host.
    pub fn social_network(&self, host: &[u8]) -> Option<&Network> {
        let network = self.networks.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(host));
        network.map(|(_, network)| &**network)
    }

    /// The hosts of social networks.
    pub fn social_hosts(&self) -> impl Iterator<Item = &str> {
        self.networks.iter().map(|(host, _)| &**host)
    }

    /// Whether the address is a resolver of names that everybody uses.
    pub fn is_public_resolver(&self, address: [u8; 4]) -> bool {
        self.public_resolvers.contains(&address)
    }

    /// Whether the value, compact and in upper case, is published for tests under this detector.
    pub fn is_test_value(&self, value: &[u8]) -> bool {
        self.test_values.contains(value)
    }

    /// Whether the domain, or one above it, is reserved or stands for any domain in examples.
    pub fn is_test_domain(&self, domain: &str) -> bool {
        with_those_above(domain).any(|d| self.test_domains.contains(d.as_bytes()))
    }

    /// The same for the domain of a server: those that end within a network, as `db.local` does, are real.
    pub fn is_test_server(&self, domain: &str) -> bool {
        with_those_above(domain).any(|d| d.contains('.') && self.test_domains.contains(d.as_bytes()))
    }

    /// Whether a local part, in lower case, stands for any in examples.
    pub fn is_test_mailbox(&self, local: &[u8]) -> bool {
        self.test_mailboxes.contains(local)
    }

    /// Whether a mailbox of this name, in lower case, is a company's: the name itself, or followed by a dot, a hyphen
    /// or digits (`info.almaty`).
    pub fn is_role_mailbox(&self, local: &[u8]) -> bool {
        let name =
            local.iter().position(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic()).map(|end| &local[..end]);
        std::iter::once(local).chain(name).any(|name| self.role_mailboxes.contains(name))
    }
}

impl From<IbanEntry> for Bban {
    /// Reads a structure such as `3!n13!c`.
    fn from(entry: IbanEntry) -> Self {
        let mut classes = Vec::new();
        let mut count = 0;
        for byte in entry.bban.bytes() {
            match byte {
                b'0'..=b'9' => count = count * 10 + usize::from(byte - b'0'),
                b'n' | b'a' | b'c' => classes.extend(std::iter::repeat_n(byte, std::mem::take(&mut count))),
                _ => {}
            }
        }
        let are = |wanted: u8| {
            let all = (BBAN..).zip(&classes).filter(|(_, class)| **class == wanted);
            all.fold(0, |bits, (at, _)| bits | 1 << at)
        };
        Self { length: entry.length, digits: are(b'n'), letters: are(b'a'), classes }
    }
}

impl Network {
    fn by_host(self) -> Vec<(String, Arc<Self>)> {
        let network = Arc::new(self);
        network.hosts.iter().map(|host| (host.clone(), Arc::clone(&network))).collect()
    }
}

impl IssuerEntry {
    fn ranges(&self) -> impl Iterator<Item = Issuer> + '_ {
        let lengths = self.lengths.iter().fold(0, |bits, n| bits | 1 << n);
        self.prefixes.iter().filter_map(move |prefix| {
            let (first, last) = prefix.split_once('-').unwrap_or((prefix, prefix));
            let six = |digits: &str, fill: &str| {
                format!("{digits}{}", fill.repeat(6usize.saturating_sub(digits.len()))).parse().ok()
            };
            let (first, last) = (six(first, "0")?, six(last, "9")?);
            Some(Issuer { first, last, lengths })
        })
    }
}

/// A domain and those that it lies in, from the narrowest.
fn with_those_above(domain: &str) -> impl Iterator<Item = &str> {
    let above = memchr::memchr_iter(b'.', domain.as_bytes()).map(|i| &domain[i + 1..]);
    std::iter::once(domain).chain(above)
}

/// Codes of two letters.
const COUNTRIES: usize = 26 * 26;

#[inline]
fn country_index([first, second]: [u8; 2]) -> Option<usize> {
    let both = first.is_ascii_uppercase() && second.is_ascii_uppercase();
    both.then(|| usize::from(first - b'A') * 26 + usize::from(second - b'A'))
}
