//! How a finding stands as a whole, by which the page orders, counts and colours.

use serde::{Serialize, Serializer};

use super::markup::escaped;
use crate::finding::{Finding, Outcome};
use crate::report::Options;

/// The gravest outcome of a finding, or that nothing judged it. Serialises as its place in [`Grade::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grade(u8);

impl Grade {
    /// By name, the mildest first.
    pub const NAMES: [&str; 9] =
        ["not-personal", "declared", "implied", "unjudged", "expired", "misplaced", "undeclared", "minor", "forbidden"];

    const UNJUDGED: Self = Self(3);

    /// All, the gravest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::NAMES.len() as u8).rev().map(Self)
    }

    pub fn of(finding: &Finding, options: &Options) -> Self {
        match finding.verdicts.iter().map(|verdict| verdict.outcome).max() {
            Some(outcome) => outcome.into(),
            None if options.is_personal(finding) => Self::UNJUDGED,
            None => Outcome::NotPersonal.into(),
        }
    }

    pub fn name(self) -> &'static str {
        Self::NAMES[self.index()]
    }

    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    pub fn is_breach(self) -> bool {
        self > Self::UNJUDGED
    }
}

impl From<Outcome> for Grade {
    fn from(outcome: Outcome) -> Self {
        Self(outcome as u8 + u8::from(outcome.is_breach()))
    }
}

impl Serialize for Grade {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0)
    }
}

/// A grade in its words and its colour.
pub fn badge(grade: Grade) -> String {
    let breach = if grade.is_breach() { " breach" } else { "" };
    let name = escaped(grade.name());
    format!("<span class=\"grade {name}{breach}\" data-t=\"outcome-{name}\"></span>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_outcomes_in_their_order() {
        for outcome in Outcome::ALL {
            assert_eq!(Grade::from(outcome).name(), outcome.name());
            assert_eq!(Grade::from(outcome).is_breach(), outcome.is_breach());
        }
        assert_eq!(Grade::UNJUDGED.name(), "unjudged");
    }
}
