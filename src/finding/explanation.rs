//! Vocabulary of `derbes explain`: what stands at a place, and what a scan makes of it, step by step.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{Confidence, Evidence, Field, Place, Posture, Refusal, Verdict, place};
use crate::input::Origin;

/// Every candidate at one place.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// The columns of tables that the spot shares bytes with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    pub candidates: Vec<Candidate>,
    /// The inline marks on the line and on the one before it that keep nothing quiet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub idle_marks: Vec<IdleMark>,
}

/// An inline mark that keeps nothing quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdleMark {
    /// Both count from 1.
    pub line: u64,
    pub column: u64,
    #[serde(flatten)]
    pub because: Idle,
}

/// Why a mark keeps nothing quiet. Lines and columns are those of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "idle", rename_all = "kebab-case")]
pub enum Idle {
    /// Marks do not count in this scan.
    Off,
    /// It is not written as a mark is, or has ended.
    Fault { fault: String },
    /// There is no such category.
    Unknown { category: String },
    /// A value that it covers is in no report without it.
    Unreported { line: u64, column: u64, reason: Unreported },
    /// What it covers is no value.
    Refused { line: u64, column: u64, reason: Refusal },
    /// The value is on the next line, and the mark is not alone on its own.
    OwnLine { line: u64, column: u64 },
    /// The value is on the line before.
    Below { line: u64, column: u64 },
    /// No value of its categories stands where it reaches.
    Absent,
}

/// A column of a table, with what its values come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    pub field: Field,
    /// Of the table.
    pub rows: u64,
    /// Rows in which the column has a value.
    pub values: u64,
    pub counts: Vec<Count>,
}

/// What one detector's values in a column come to, or what the column's name comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Count {
    pub category: Arc<str>,
    pub detector: Arc<str>,
    /// Cells that pass, and hits in them that count; none of a column that is known by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<u64>,
    pub hits: u64,
    /// Of the values: those that pass, or of a column that is known by its name those that look as they should.
    pub share: f64,
    #[serde(rename = "test", skip_serializing_if = "Option::is_none")]
    pub chance: Option<Share>,
    #[serde(flatten)]
    pub fate: Fate,
}

/// What the share of a column's values says that pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Share {
    /// Chance explains it.
    Chance,
    /// There are real ones among them, but few.
    Low,
    /// There are real ones among them.
    Some,
    /// No order that numbers have explains it.
    Many,
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
    /// A value in a table: its column decides.
    Counted { field: Field },
    /// A value in a table that does not count in its column.
    Uncounted { field: Field, reason: Unreported },
    /// No value.
    Refused { reason: Refusal },
}

/// Why a value is in no report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Unreported {
    /// The detector does not run without being told to.
    OffByDefault,
    /// The detector does not run here, by what the path is, without being told to.
    OffInPosture { posture: Posture },
    /// The detector does not run in the rows of tables without being told to.
    OffInTables,
    /// The detector does not run elsewhere than in the rows of tables without being told to.
    OffInText,
    /// The detector runs only beside values of another category without being told to.
    OffAlone,
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
    /// Every hit in the column is allowed or known.
    Covered,
    /// Chance explains that so many of the column's values pass, and its name does not name the category.
    Chance,
    /// The column's name names the category, but its values do not look like it.
    Unlike,
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
