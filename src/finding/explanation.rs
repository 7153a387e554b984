//! Vocabulary of `derbes explain`: what stands at a place, and what a scan makes of it, step by step.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{Confidence, Evidence, Field, Place, Refusal, Verdict, place};
use crate::input::Origin;

/// Every candidate at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub path: Origin,
    /// Counts from 1.
    pub line: u64,
    /// Counts from 1, in bytes; none where the whole line was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// Bytes from the beginning of the line that were looked at, where the line is longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<u64>,
    pub candidates: Vec<Candidate>,
}

/// Something that a detector looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    pub category: Arc<str>,
    pub detector: Arc<str>,
    #[serde(serialize_with = "place::show_one")]
    pub place: Place,
    #[serde(flatten)]
    pub fate: Fate,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Fate {
    /// In the report.
    Reported(Weighed),
    /// A value, yet not in the report.
    Unreported {
        reason: Unreported,
        #[serde(flatten)]
        weighed: Weighed,
    },
    /// No value.
    Refused { reason: Refusal },
}

/// Why a value is in no report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Unreported {
    /// The detector does not run without being told to.
    OffByDefault,
    /// `derbes.toml` switches the detector off.
    SwitchedOff,
    /// A value of another detector stands there.
    Overlap { detector: Arc<str> },
    /// Below the least confidence that was asked for.
    Confidence { least: Confidence },
    /// A mark in the text or a rule of `derbes.toml` covers it.
    Allowed,
    /// The baseline knows it.
    Known,
}

/// A value with the sum of its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Weighed {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// What the pattern of the detector is worth by itself.
    pub pattern: i16,
    pub evidence: Vec<Weight>,
    /// Of all weights.
    pub sum: i16,
    /// The sum, kept within 0 to 100.
    pub score: u8,
    pub confidence: Confidence,
    /// Whether the value belongs to no person.
    pub impersonal: bool,
    pub verdicts: Vec<Verdict>,
}

/// What one piece of evidence is worth for the detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Weight {
    #[serde(serialize_with = "show_evidence")]
    pub evidence: Evidence,
    pub weight: i16,
}

fn show_evidence<S: Serializer>(evidence: &Evidence, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(evidence.name())
}
