//! [`Refusal`]: why a check takes something for no value, for `derbes explain`.

use std::fmt;

use serde::{Serialize, Serializer};

/// The first reason by which a check refused a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// Not written as such a value is: digits, groups, letters, what must stand before it.
    #[default]
    Form,
    /// A part of something longer: a number, a word, a digest, an identifier.
    Boundary,
    /// The check digit, or one of them, is wrong.
    CheckDigit,
    /// A part means nothing that exists: a day, a country, an issuer, a domain.
    Parts,
    /// Reserved, private, or only in the place of a value: nobody's.
    Nobody,
    /// What stands around it makes it something else: a URL, a list of numbers, a time of day.
    Surroundings,
    /// No word and no key names the category, and the detector needs one.
    Context,
}

impl Refusal {
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Boundary => "boundary",
            Self::CheckDigit => "check-digit",
            Self::Parts => "parts",
            Self::Nobody => "nobody",
            Self::Surroundings => "surroundings",
            Self::Context => "context",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
