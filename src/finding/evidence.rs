//! [`Evidence`]: the named reasons for and against a finding. A score is the sum of their weights, which stand in
//! `patterns/confidence.toml`.

use std::fmt;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

macro_rules! evidence {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// One reason for or against.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Evidence { $($(#[$doc])* $variant,)* }

        impl Evidence {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The evidence of this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|evidence| evidence.name() == name)
            }
        }
    };
}

evidence! {
    /// The check digit or check sum holds.
    CheckDigit = "check-digit",
    /// The parts mean something that exists: a birth in 1920 to today, a bank code that is issued.
    Plausible = "plausible",
    /// Formally right, yet hardly a living person's or an assigned number.
    Implausible = "implausible",
    /// Written as people write such a value: country code, brackets, groups.
    Formatted = "formatted",
    /// Written without what would tell it from a plain number.
    Bare = "bare",
    /// The key of the value names the category.
    KeyName = "key-name",
    /// A word nearby on the same line names the category.
    ContextWord = "context-word",
    /// The key of the value, or the word nearest to it, names something else: an order, a terminal, a barcode.
    OtherMeaning = "other-meaning",
    /// Published for tests or documentation.
    TestValue = "test-value",
    /// Written in groups, as many a plain number is.
    Grouped = "grouped",
    /// Stands in a short run of text among binary bytes.
    ShortRun = "short-run",
    /// Written in an encoding: percent-encoding, entities, escapes, base64.
    Encoded = "encoded",
    /// The column's name or the comment on it names the category.
    ColumnName = "column-name",
    /// The column's type is made for such values.
    ColumnType = "column-type",
    /// Far more of the column's values pass than chance lets.
    Share = "share",
    /// Few of the column's values pass.
    LowShare = "low-share",
    /// The column's values look as those of the category do.
    ValuesFit = "values-fit",
    /// The column's name says little by itself, and nothing else in the table is about a person.
    Alone = "alone",
    /// Its leading zeros are lost; with them put back it is a value.
    LeadingZeros = "leading-zeros",
    /// Its digits stand apart, as in the boxes of a form; a word or key must name it.
    Apart = "apart",
    /// Its signs are spelled out, as in `name (at) mail.kz`.
    SpelledOut = "spelled-out",
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of evidence; serialises as the names in their fixed order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct EvidenceSet(u32);

impl EvidenceSet {
    pub const fn new() -> Self {
        Self(0)
    }

    #[must_use]
    pub const fn with(self, evidence: Evidence) -> Self {
        Self(self.0 | 1 << evidence as u8)
    }

    #[must_use]
    pub fn with_if(self, condition: bool, evidence: Evidence) -> Self {
        if condition { self.with(evidence) } else { self }
    }

    #[must_use]
    pub const fn without(self, evidence: Evidence) -> Self {
        Self(self.0 & !(1 << evidence as u8))
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn contains(self, evidence: Evidence) -> bool {
        self.0 & 1 << evidence as u8 != 0
    }

    /// Whether this speaks for a value that is nobody's.
    pub const fn is_made_up(self) -> bool {
        self.contains(Evidence::TestValue) || self.contains(Evidence::Implausible)
    }

    pub fn iter(self) -> impl Iterator<Item = Evidence> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let lowest = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            Evidence::ALL.get(lowest).copied()
        })
    }
}

impl Serialize for EvidenceSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        for evidence in self.iter() {
            seq.serialize_element(evidence.name())?;
        }
        seq.end()
    }
}
