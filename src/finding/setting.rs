//! [`Setting`]: what is known of the place where something was found, apart from what was found.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is known of a target that a policy may have a say on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// What may stand there, where that is bound.
    pub posture: Option<Posture>,
    pub dated: Option<Dated>,
    /// The country it lies in: an ISO 3166-1 code.
    pub country: Option<Arc<str>>,
}

/// What may stand at a path at all, whatever a policy declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Posture {
    /// Source code: nothing personal.
    Code,
    /// Test data: values that are made up.
    TestData,
    /// Logs: categories that systems record by themselves.
    Logs,
    /// Dumps, backups and other data: what is declared.
    Data,
}

impl Posture {
    pub const ALL: [Self; 4] = [Self::Code, Self::TestData, Self::Logs, Self::Data];

    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::TestData => "test-data",
            Self::Logs => "logs",
            Self::Data => "data",
        }
    }

    /// As it stands after "in".
    pub fn words(self) -> &'static str {
        match self {
            Self::Code => "source code",
            Self::TestData => "test data",
            Self::Logs => "logs",
            Self::Data => "data",
        }
    }
}

/// How old data is at least: what was collected was collected by this day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    pub date: Date,
    pub source: DateSource,
}

/// The days of a table's rows: the first and the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    pub oldest: Date,
    pub newest: Date,
}

impl Days {
    /// With those of other rows of the same table.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { oldest: self.oldest.min(other.oldest), newest: self.newest.max(other.newest) }
    }
}

/// What a date was read from, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateSource {
    /// The last of the days that the rows of the table tell themselves.
    Rows,
    /// What the program that wrote a dump says of it.
    Dump,
    /// The last times in the data.
    Data,
    /// The name of the file, or of the container it is in.
    Name,
    /// When the file was last modified.
    File,
}

impl DateSource {
    /// As it stands after "by".
    pub fn words(self) -> &'static str {
        match self {
            Self::Rows => "its rows' own dates",
            Self::Dump => "the dump's own words",
            Self::Data => "its last times",
            Self::Name => "the file's name",
            Self::File => "the file's own date",
        }
    }
}
