//! Fingerprints of values: takes a value and the key of a baseline, gives eight bits.
//!
//! A baseline stands in a repository for anyone to read, together with its key, so a fingerprint that tells a value
//! from all others would be undone by trying the fewer than 10^9 IINs. This one cannot be: of all IINs one in 256 has
//! it, millions, and one in 256 of the telephone numbers in use. What it does give away:
//! - Somebody who suspects a few values can rule out most of the wrong ones, 255 of 256.
//! - The key is the baseline's own and stays for good: a new one would give eight bits more of each value to who has
//!   both files. Two baselines with values of the same person add up in this way.
//! - A value has the same fingerprint in every file, so that many places give away no more than one.
//!
//! What it can miss: [`Baseline`](super::Baseline) counts, so a value that is added to a file is always seen, whatever
//! its fingerprint. One that takes the place of another with the same fingerprint is not: one in 256.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};

/// The eight bits that a baseline has of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(u8);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}", self.0)
    }
}

impl Fingerprint {
    /// Reads two hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 2).then(|| u8::from_str_radix(text, 16).ok()).flatten().map(Self)
    }
}

/// The key of a baseline. It is no secret: it keeps the fingerprints of one baseline from being those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key([u64; 2]);

impl Key {
    pub fn random() -> Self {
        // Two states of the standard library, which the system seeds.
        Self([0; 2].map(|zero: u64| RandomState::new().hash_one(zero)))
    }

    /// Reads 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |range| u64::from_str_radix(text.get(range)?, 16).ok();
        let hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| Some(Self([number(0..16)?, number(16..32)?])))?
    }

    pub fn fingerprint(self, value: &[u8]) -> Fingerprint {
        Fingerprint(sip_hash(self.0, value).to_le_bytes()[0])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0[0], self.0[1])
    }
}

/// SipHash-2-4 (Aumasson and Bernstein, 2012). The standard library has no hash that it promises to keep.
fn sip_hash(key: [u64; 2], text: &[u8]) -> u64 {
    let mut state = [
        key[0] ^ 0x736f_6d65_7073_6575,
        key[1] ^ 0x646f_7261_6e64_6f6d,
        key[0] ^ 0x6c79_6765_6e65_7261,
        key[1] ^ 0x7465_6462_7974_6573,
    ];
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[7] = text.len().to_le_bytes()[0];
    for word in words.iter().chain([&last]) {
        let word = u64::from_le_bytes(*word);
        state[3] ^= word;
        rounds(&mut state, 2);
        state[0] ^= word;
    }
    state[2] ^= 0xff;
    rounds(&mut state, 4);
    state[0] ^ state[1] ^ state[2] ^ state[3]
}

fn rounds(state: &mut [u64; 4], times: usize) {
    let [mut a, mut b, mut c, mut d] = *state;
    for _ in 0..times {
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32);
        c = c.wrapping_add(b);
        a = a.wrapping_add(d);
        b = b.rotate_left(17) ^ c;
        d = d.rotate_left(21) ^ a;
        c = c.rotate_left(32);
    }
    *state = [a, b, c, d];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_its_paper() {
        // Appendix A: key 00 01 ... 0f, text 00 01 ... 0e.
        let key = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];
        let text: Vec<u8> = (0..15).collect();
        assert_eq!(sip_hash(key, &text), 0xa129_ca61_49be_45e5);
    }

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let key = Key::random();
        assert_eq!(Key::parse(&key.to_string()), Some(key));
        assert_ne!(key, Key::random());
        for wrong in ["", "00", "+0000000000000000000000000000000", "x0000000000000000000000000000000"] {
            assert_eq!(Key::parse(wrong), None);
        }
    }

    #[test]
    fn millions_of_values_share_a_fingerprint() {
        let key = Key::parse("000102030405060708090a0b0c0d0e0f").unwrap();
        let mut shared = [0u32; 256];
        for n in 0..256_000u32 {
            shared[usize::from(key.fingerprint(format!("{n:012}").as_bytes()).0)] += 1;
        }
        // A thousand each, give or take five standard deviations.
        assert!(shared.iter().all(|n| (840..1160).contains(n)), "{shared:?}");
    }
}
