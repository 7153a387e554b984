//! By what a place is known again in a later run: takes a finding and a place of it, gives a fingerprint that stays
//! when lines move. It is made of what the report shows anyway (path, detector, field, mask), so it tells nothing more
//! about the value.

use std::collections::HashMap;
use std::fmt;

use crate::finding::{Field, Finding, Place};
use crate::input::Origin;

/// Shows as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint(u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Fingerprint {
    /// Of parts that the report shows.
    pub fn of(parts: &[&str]) -> Self {
        // No UTF-8 text holds 0xFF, so the parts cannot run into each other.
        Self(fnv1a(parts.iter().flat_map(|part| part.bytes().chain([0xff]))))
    }

    /// As a UUID of version 8, the one for values of one's own making (RFC 9562, 5.8).
    pub fn uuid(self) -> String {
        let bits = self.0 & !(0xf << 76) & !(0x3 << 62) | 0x8 << 76 | 0x2 << 62;
        let hex = format!("{bits:032x}");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}

/// Makes the fingerprints of one report. Memory: one counter for each different mask in a file.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    path: Option<Origin>,
    /// How many times the same parts came in this file.
    seen: HashMap<Fingerprint, u32>,
}

impl Fingerprints {
    /// Findings must come by path. Without a place, this is the fingerprint of the finding as a whole.
    pub fn next(&mut self, finding: &Finding, place: Option<&Place>) -> Fingerprint {
        if self.path.as_ref() != Some(&finding.path) {
            self.path = Some(finding.path.clone());
            self.seen = HashMap::new();
        }
        let (table, key) = match &finding.field {
            None => ("", ""),
            Some(Field::Key { key }) => ("", &**key),
            Some(Field::Column { table, column }) => (&**table, &**column),
        };
        let mask = place.map(|place| place.value.to_string()).unwrap_or_default();
        let parts = [finding.path.as_str(), &finding.detector, table, key, &mask];
        let seen = self.seen.entry(Fingerprint::of(&parts)).or_default();
        *seen += 1;
        Fingerprint::of(&[&parts[..], &[&seen.to_string()]].concat())
    }
}

/// FNV-1a of 128 bits: the same on every machine and in every version. It needs no strength, since nothing is hidden
/// in it.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = (1 << 88) + 0x13b;
    bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{finding, place};
    use super::*;

    #[test]
    fn the_hash_gives_the_published_values() {
        assert_eq!(fnv1a("a".bytes()), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
        assert_eq!(fnv1a("foobar".bytes()), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }

    #[test]
    fn a_fingerprint_stays_when_lines_move() {
        let finding = finding("a.env", Some("iin"));
        let before = Fingerprints::default().next(&finding, Some(&place(3, 5)));
        let after = Fingerprints::default().next(&finding, Some(&place(300, 1)));
        assert_eq!(before, after);
    }

    #[test]
    fn what_differs_in_anything_shown_differs_in_its_fingerprint() {
        let base = finding("a.env", Some("iin"));
        let others = [
            finding("b.env", Some("iin")),
            finding("a.env", Some("inn")),
            finding("a.env", None),
            Finding { detector: "kz-bin".into(), ..base.clone() },
        ];
        let of = |finding: &Finding| Fingerprints::default().next(finding, Some(&place(1, 1)));
        for other in &others {
            assert_ne!(of(&base), of(other), "{other:?}");
        }
        let mut all = Fingerprints::default();
        let first = all.next(&base, Some(&place(1, 1)));
        let second = all.next(&base, Some(&place(2, 1)));
        assert_ne!(first, second);
        // A file that comes again, as in another report, begins anew.
        all.next(&others[0], None);
        assert_eq!(all.next(&base, Some(&place(1, 1))), first);
    }

    #[test]
    fn a_uuid_is_of_version_8() {
        let uuid = Fingerprint(u128::MAX).uuid();
        assert_eq!(uuid, "ffffffff-ffff-8fff-bfff-ffffffffffff");
        assert_eq!(Fingerprint(0).to_string().len(), 32);
    }
}
