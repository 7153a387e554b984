//! Vocabulary of what comes out: a [`Finding`] with its [`Place`]s, [`Evidence`] and [`Verdict`]s, and the [`Event`]s
//! that every report is written from. No type here can hold a raw value: a value leaves the input buffer as
//! [`Redacted`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::category::{Categories, Standing};
use crate::input::{Origin, Stood};

mod evidence;
pub mod explanation;
pub mod name;
mod place;
mod redacted;
mod refusal;
mod setting;
mod verdict;

pub use evidence::{Evidence, EvidenceSet};
pub use place::Place;
pub use redacted::{MaskRule, Redacted};
pub use refusal::Refusal;
pub use setting::{DateSource, Dated, Days, Posture, Setting};
pub use verdict::{Ground, Outcome, Rule, Stale, Verdict};

/// How sure a finding is: the level that its score reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

impl Confidence {
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name that a value stands under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Field {
    Column { table: String, column: String },
    Key { key: String },
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column { table, column } => write!(f, "{table}.{column}"),
            Self::Key { key } => f.write_str(key),
        }
    }
}

/// What the values of a finding tell beyond their category, counted while they are still in the input buffer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Hits by the person's age in full years on the day of the scan, where the value tells it.
    pub ages: BTreeMap<u8, u64>,
    /// Hits that belong to no person: a company's BIN, a role mailbox such as info@.
    pub impersonal: u64,
    /// Hits of persons' categories that are made up: published test values, and values that nobody can have.
    pub made_up: u64,
}

impl Facts {
    pub fn add(&mut self, other: &Self) {
        for (age, hits) in &other.ages {
            *self.ages.entry(*age).or_default() += hits;
        }
        self.impersonal += other.impersonal;
        self.made_up += other.made_up;
    }
}

/// Hits of one detector in one origin, under one field and of one confidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub path: Origin,
    pub category: Arc<str>,
    pub detector: Arc<str>,
    pub confidence: Confidence,
    /// 0 to 100: the sum of the evidence's weights.
    pub score: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// Exact.
    pub hits: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The first ones by offset, as many as [`Limits::places`](crate::limits::Limits::places) allows.
    #[serde(serialize_with = "place::show")]
    pub places: Vec<Place>,
    /// That of the hit with the highest score.
    pub evidence: EvidenceSet,
    pub verdicts: Vec<Verdict>,
    /// The blob it is in, in a scan of what git has stored.
    #[serde(rename = "git", skip_serializing_if = "Option::is_none")]
    pub stood: Option<Arc<Stood>>,
    #[serde(skip)]
    pub facts: Facts,
}

impl Finding {
    /// Whether at least one hit is about a natural person: by its category and value, and where the finding is judged,
    /// by at least one verdict.
    pub fn is_personal(&self, categories: &Categories) -> bool {
        let about_nobody = categories.get(&self.category).is_some_and(|c| c.standing == Standing::NotPersonal);
        let judged_nobody = |v: &Verdict| v.outcome == Outcome::NotPersonal;
        let acquitted = !self.verdicts.is_empty() && self.verdicts.iter().all(judged_nobody);
        !about_nobody && self.facts.impersonal < self.hits && !acquitted
    }
}

/// What a report is fed, in this order: findings, skips, problems and unused marks by origin, then unused rules and
/// entries, then stale declarations, then the summary.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    Finding(Finding),
    Skipped(Skipped),
    Problem(Problem),
    Unused(Unused),
    Stale(Stale),
    Summary(Summary),
}

/// Bytes that were not examined, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    pub path: Origin,
    pub reason: String,
    /// As stored, of a member in its container; 0 where the size is unknown.
    pub bytes: u64,
    /// Whether it was to be examined and could not be, so that the run is incomplete.
    #[serde(skip)]
    pub incomplete: bool,
}

/// Something that failed while it was read, or is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub path: Origin,
    pub message: String,
    /// Bytes of decoded text that were examined before it failed.
    pub examined: u64,
    /// Whether something could not be examined, so that the run is incomplete. Else it is only not written as it should be.
    #[serde(skip)]
    pub incomplete: bool,
}

/// An inline mark, an allow rule or a baseline's entry that keeps nothing quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unused {
    /// Where it is written.
    pub path: Origin,
    /// Counts from 1.
    pub line: u64,
    pub message: String,
}

/// Hits that were kept quiet, by what did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Suppressed {
    /// Inline marks.
    pub inline: u64,
    /// Allow rules.
    pub rules: u64,
    pub baseline: u64,
}

impl Suppressed {
    pub fn add(&mut self, other: &Self) {
        self.inline += other.inline;
        self.rules += other.rules;
        self.baseline += other.baseline;
    }

    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The last event of a run. `bytes_seen` less `bytes_examined` are the bytes of skips and problems, all as stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    pub files: u64,
    pub bytes_seen: u64,
    pub bytes_examined: u64,
    pub findings: u64,
    pub hits: u64,
    #[serde(skip_serializing_if = "Suppressed::is_none")]
    pub suppressed: Suppressed,
    pub seconds: f64,
    pub exit: u8,
    pub version: &'static str,
    /// Whether something was to be examined and could not be.
    #[serde(skip)]
    pub incomplete: bool,
}
