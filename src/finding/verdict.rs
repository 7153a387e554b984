//! [`Verdict`]: what follows for a finding under a policy, and the [`Ground`] for it beyond the clause.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::setting::{DateSource, Posture};

/// What follows for a finding under a policy, from the mildest to the gravest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    NotPersonal,
    Declared,
    Implied,
    Expired,
    Misplaced,
    Undeclared,
    Minor,
    Forbidden,
}

impl Outcome {
    pub const ALL: [Self; 8] = [
        Self::NotPersonal,
        Self::Declared,
        Self::Implied,
        Self::Expired,
        Self::Misplaced,
        Self::Undeclared,
        Self::Minor,
        Self::Forbidden,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::NotPersonal => "not-personal",
            Self::Declared => "declared",
            Self::Implied => "implied",
            Self::Expired => "expired",
            Self::Misplaced => "misplaced",
            Self::Undeclared => "undeclared",
            Self::Minor => "minor",
            Self::Forbidden => "forbidden",
        }
    }

    /// Whether the policy does not cover what was found.
    pub fn is_breach(self) -> bool {
        self >= Self::Expired
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How one policy sees a finding, with the clause that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The id of the policy; of a posture that is bound where no policy is, the file that binds it.
    pub policy: Arc<str>,
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// Hits that the outcome holds for, where these are not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    #[serde(flatten)]
    pub ground: Option<Ground>,
    /// Where that is written which decided. Told where a verdict is explained.
    #[serde(skip)]
    pub rule: Option<Rule>,
}

/// A place in a policy file, or in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// As messages show it.
    pub file: Arc<str>,
    /// From 1.
    pub line: u64,
}

/// What decided beyond the clause. Serialises as keys of the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ground {
    /// The data is at least as old as this.
    Date { date: Date, date_source: DateSource },
    /// What may stand at the path at all.
    Posture { posture: Posture },
    /// The country that the data lies in.
    Country { country: Arc<str> },
    /// Anything else, in words.
    Note { note: String },
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date { date, date_source } => write!(f, "data of {date} by {}", date_source.words()),
            Self::Posture { posture } => write!(f, "in {}", posture.words()),
            Self::Country { country } => write!(f, "kept in {country}"),
            Self::Note { note } => f.write_str(note),
        }
    }
}

/// A declared category that was never seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    pub policy: Arc<str>,
    pub category: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_listed_from_the_mildest_to_the_gravest() {
        assert!(Outcome::ALL.is_sorted());
    }

    #[test]
    fn a_ground_is_keys_of_its_verdict_after_the_others() {
        let date = Ground::Date { date: jiff::civil::date(2021, 3, 1), date_source: DateSource::Name };
        let cases = [
            (None, ""),
            (Some(date), r#","date":"2021-03-01","date_source":"name""#),
            (Some(Ground::Posture { posture: Posture::TestData }), r#","posture":"test-data""#),
            (Some(Ground::Country { country: "DE".into() }), r#","country":"DE""#),
            (Some(Ground::Note { note: "why".into() }), r#","note":"why""#),
        ];
        for (ground, keys) in cases {
            let verdict = Verdict {
                policy: "p".into(),
                outcome: Outcome::Declared,
                clause: Some("1".into()),
                count: Some(2),
                ground,
                rule: None,
            };
            let text = serde_json::to_string(&verdict).unwrap();
            assert_eq!(text, format!(r#"{{"policy":"p","outcome":"declared","clause":"1","count":2{keys}}}"#));
            assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), verdict);
        }
    }
}
