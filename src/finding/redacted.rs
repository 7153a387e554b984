//! [`Redacted`]: takes a value in the input buffer and a [`MaskRule`], gives what may be shown of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which ASCII characters of a value stay readable. Written `keep-first:N keep-last:N keep-at` in a detector file; all
/// three parts are optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MaskRule {
    first: u8,
    last: u8,
    at: bool,
}

const KEPT: usize = 4;

impl FromStr for MaskRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rule = Self::default();
        for part in text.split_whitespace() {
            match part.split_once(':') {
                None if part == "keep-at" => rule.at = true,
                Some(("keep-first", n)) => rule.first = count(n)?,
                Some(("keep-last", n)) => rule.last = count(n)?,
                _ => return Err(format!("unknown mask `{part}`: write keep-first:N, keep-last:N or keep-at")),
            }
        }
        if usize::from(rule.first + rule.last) > KEPT {
            return Err(format!("a mask keeps at most {KEPT} characters"));
        }
        Ok(rule)
    }
}

fn count(n: &str) -> Result<u8, String> {
    n.parse().ok().filter(|n| usize::from(*n) <= KEPT).ok_or(format!("`{n}` is not a number from 0 to {KEPT}"))
}

/// A personal value of which only the mask is left: this is all it holds, so nothing more can come out of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Redacted {
    kept: [u8; KEPT],
    length: u16,
    first: u8,
    /// Where the `@` stands, 0 for nowhere (a value never starts with it).
    at: u8,
}

impl Redacted {
    pub fn new(value: &[u8], rule: MaskRule) -> Self {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        let readable = |byte: u8| if byte.is_ascii_graphic() { byte } else { b'*' };
        let mut kept = [b'*'; KEPT];
        // What a mask keeps of a short value would be most of it.
        let short = value.len() < 2 * KEPT;
        let first = if short { rule.first.min(1) } else { rule.first };
        let last = if short { 0 } else { rule.last };
        for (slot, byte) in kept.iter_mut().zip(&value[..usize::from(first).min(value.len())]) {
            *slot = readable(*byte);
        }
        for (slot, byte) in kept.iter_mut().rev().zip(value.iter().rev().take(last.into())) {
            *slot = readable(*byte);
        }
        let at = if rule.at { value.iter().position(|b| *b == b'@') } else { None };
        let at = at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0);
        Self { kept, length, first, at }
    }

    /// All it holds, as [`Redacted::from_bytes`] reads it.
    pub fn to_bytes(self) -> [u8; KEPT + 4] {
        let ([a, b, c, d], [low, high]) = (self.kept, self.length.to_le_bytes());
        [a, b, c, d, low, high, self.first, self.at]
    }

    pub fn from_bytes([a, b, c, d, low, high, first, at]: [u8; KEPT + 4]) -> Self {
        let first = first.min(KEPT as u8);
        Self { kept: [a, b, c, d], length: u16::from_le_bytes([low, high]), first, at }
    }

    /// Length of the value in bytes.
    pub fn len(&self) -> u64 {
        self.length.into()
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (length, first, at) = (usize::from(self.length), usize::from(self.first), usize::from(self.at));
        let mut mask = vec![b'*'; length];
        let last = KEPT.saturating_sub(first).min(length);
        mask[length - last..].copy_from_slice(&self.kept[KEPT - last..]);
        if (1..length).contains(&at) {
            mask[at] = b'@';
        }
        let first = first.min(length);
        mask[..first].copy_from_slice(&self.kept[..first]);
        // A store that somebody has changed may hold anything.
        let mask = String::from_utf8_lossy(&mask);
        f.pad(&mask)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redacted({self})")
    }
}

impl Serialize for Redacted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.kept, self.length, self.first, self.at).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Redacted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (kept, length, first, at) = Deserialize::deserialize(deserializer)?;
        Ok(Self { kept, length, first, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_what_its_rule_keeps() {
        let cases = [
            ("900517132728", "keep-last:2", "**********28"),
            ("KZ86125KZT5004100100", "keep-first:2 keep-last:2", "KZ****************00"),
            ("aigerim@mail.kz", "keep-first:1 keep-last:3 keep-at", "a******@****.kz"),
            ("a@b.kz", "keep-first:1 keep-last:3 keep-at", "a@****"),
            ("аружан@почта.қаз", "keep-first:1 keep-last:3 keep-at", "************@*****************"),
            ("", "keep-last:2", ""),
        ];
        for (value, rule, mask) in cases {
            let redacted = Redacted::new(value.as_bytes(), rule.parse().unwrap());
            assert_eq!(redacted.to_string(), mask);
            assert_eq!(format!("{redacted:?}"), format!("Redacted({mask})"));
        }
    }

    #[test]
    fn a_rule_cannot_keep_much() {
        assert!("keep-last:5".parse::<MaskRule>().is_err());
        assert!("keep-first:3 keep-last:3".parse::<MaskRule>().is_err());
        assert!("keep-all".parse::<MaskRule>().is_err());
    }
}
