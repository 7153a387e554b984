//! The vocabulary of the generator: how a detector's values are written, and what only looks like them.

use std::ops::Range;

use super::random::Random;
use super::truth;

/// A value as it stands in a text, with all that is to be found in it.
pub struct Value {
    pub text: String,
    pub labels: Vec<Label>,
}

/// What is to be found, and where.
#[derive(Clone)]
pub struct Label {
    pub detector: &'static str,
    pub span: Range<usize>,
}

impl Value {
    pub fn whole(detector: &'static str, text: impl Into<String>) -> Self {
        Self::within("", detector, text, "")
    }

    /// With what belongs to the notation but not to the value.
    pub fn within(before: &str, detector: &'static str, text: impl Into<String>, after: &str) -> Self {
        let text = text.into();
        let span = before.len()..before.len() + text.len();
        Self { text: format!("{before}{text}{after}"), labels: vec![Label { detector, span }] }
    }

    #[must_use]
    pub fn with(mut self, detector: &'static str, value: &str) -> Self {
        let start = self.text.find(value).unwrap();
        self.labels.push(Label { detector, span: start..start + value.len() });
        self
    }
}

/// Where a notation is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere, also where no word or key names it.
    Anywhere,
    /// Where a word or key names it; elsewhere nobody could tell what it is.
    Named,
    /// As `Named`; and where another word or key stands, it is no such value.
    NamedOnly,
    /// Only in running text.
    Phrase,
    /// Only under a key.
    Key,
}

pub struct Notation {
    pub name: &'static str,
    pub place: Place,
    pub write: fn(&mut Random) -> Value,
}

/// What is not a value, whatever word or key stands before it.
pub struct Miss {
    pub name: &'static str,
    pub write: fn(&mut Random) -> String,
}

pub struct Kind {
    pub detector: &'static str,
    pub notations: &'static [Notation],
    pub misses: &'static [Miss],
}

pub const fn notation(name: &'static str, place: Place, write: fn(&mut Random) -> Value) -> Notation {
    Notation { name, place, write }
}

pub const fn miss(name: &'static str, write: fn(&mut Random) -> String) -> Miss {
    Miss { name, write }
}

/// Digits in groups of these sizes.
pub fn grouped(digits: &str, sizes: &[usize], joint: &str) -> String {
    let mut rest = digits;
    let mut groups = Vec::new();
    for size in sizes {
        let (group, after) = rest.split_at(*size);
        groups.push(group);
        rest = after;
    }
    assert!(rest.is_empty());
    groups.join(joint)
}

/// Another digit at a place.
pub fn changed(number: &str, at: usize, random: &mut Random) -> String {
    let mut bytes = number.as_bytes().to_vec();
    bytes[at] = b'0' + (bytes[at] - b'0' + random.from(1, 9) as u8) % 10;
    String::from_utf8(bytes).unwrap()
}

/// A number that does not happen to have the form of another value.
pub fn unlike_others(mut number: impl FnMut() -> String) -> String {
    loop {
        let number = number();
        if !truth::is_ambiguous(&number) {
            return number;
        }
    }
}
