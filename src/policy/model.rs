//! The model of a policy: what an organisation declares, forbids and promises, with the clause of its document that
//! says so. Made from a policy file by [`Policy::parse`], which checks it whole.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use super::period::Period;

/// A policy, checked: every category exists, none is declared twice, none is both declared and forbidden.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Lower-case Latin letters, digits and hyphens.
    pub id: Arc<str>,
    /// The file it was read from, as messages show it.
    pub file: Arc<str>,
    /// Two-letter codes.
    pub languages: Vec<String>,
    /// The day of the edition, where the document bears one.
    pub updated: Option<Date>,
    pub operator: Operator,
    pub document: Option<Document>,
    /// The laws that the document names as governing it.
    pub law: Vec<String>,
    /// In the order of the file.
    pub declares: Vec<Declaration>,
    pub forbids: Vec<Prohibition>,
    pub subjects: Option<Subjects>,
    pub storage: Option<Storage>,
    pub retention: Vec<Retention>,
    pub deadlines: Deadlines,
    pub security: Option<Security>,
    pub notes: Vec<Note>,
    /// The line of the id in the policy file, from 1.
    pub line: usize,
}

impl Policy {
    /// `FILE:LINE` of something in the policy file.
    pub fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.file)
    }
}

impl Policy {
    /// What declares this category, by its own name.
    pub fn declaration(&self, category: &str) -> Option<&Declaration> {
        self.declares.iter().find(|declaration| &*declaration.category == category)
    }

    /// What forbids this category.
    pub fn prohibition(&self, category: &str) -> Option<&Prohibition> {
        self.forbids.iter().find(|prohibition| &*prohibition.category == category)
    }

    /// Whether it keeps data for a number of days, months or years, so that data may be too old for it.
    pub fn keeps_for_a_time(&self) -> bool {
        let own = self.declares.iter().filter_map(|declaration| declaration.retention);
        own.chain(self.retention.iter().map(|retention| retention.period)).any(Period::is_counted)
    }
}

/// Where a document says something, in its own numbering: one clause, or several that say the same, the one that says
/// it first or in full at the head. Written as `"5.3"` or `["5.3", "9.2"]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "OneOrMany")]
pub struct Clause(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a clause is a text such as \"5.3\" or a list of such texts")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl TryFrom<OneOrMany> for Clause {
    type Error = &'static str;

    fn try_from(clauses: OneOrMany) -> Result<Self, Self::Error> {
        let clauses = match clauses {
            OneOrMany::One(clause) => vec![clause],
            OneOrMany::Many(clauses) => clauses,
        };
        // A clause is copied into reports and onto terminals.
        let is_readable = |clause: &String| !clause.trim().is_empty() && !clause.chars().any(char::is_control);
        if clauses.is_empty() || !clauses.iter().all(is_readable) {
            return Err("a clause must name a place in the document, such as \"5.3\"");
        }
        Ok(Self(clauses))
    }
}

impl Clause {
    /// The clause that decides, which a verdict names.
    pub fn main(&self) -> &str {
        &self.0[0]
    }

    pub fn all(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.join(", "))
    }
}

/// Who declares.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Operator {
    pub name: String,
    /// 12 digits; absent where the document names none.
    pub bin: Option<String>,
    /// Where a person can turn to.
    #[serde(default)]
    pub contacts: Vec<String>,
    pub site: Option<String>,
}

/// The text that the policy file was written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub title: Option<String>,
    /// Where it is published.
    pub address: Option<String>,
    pub date: Option<Date>,
    pub languages: Vec<String>,
    /// Of the document's bytes as they were read, 64 hexadecimal digits.
    pub sha256: Option<String>,
    /// How, by whom and when this file was held against the document.
    pub reviewed: Option<String>,
}

/// From whom data of a category comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The person gives it.
    Subject,
    /// The operator's systems record it.
    Automatic,
    ThirdParty,
}

/// What of a policy decides about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis<'p> {
    pub clause: &'p Clause,
    /// Where the policy file says it, from 1.
    pub line: usize,
}

/// A category that is collected or processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub category: Arc<str>,
    pub clause: Clause,
    /// Short words.
    pub purposes: Vec<String>,
    /// When, of whom or in which form only.
    pub condition: Option<String>,
    pub retention: Option<Period>,
    pub recipients: Vec<String>,
    pub source: Option<Source>,
    /// Line of the policy file, from 1.
    pub line: usize,
}

impl Declaration {
    pub fn basis(&self) -> Basis<'_> {
        Basis { clause: &self.clause, line: self.line }
    }
}

/// A category that the operator promises not to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prohibition {
    pub category: Arc<str>,
    pub clause: Clause,
    pub note: Option<String>,
    /// Line of the policy file, from 1.
    pub line: usize,
}

/// Whose data is processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects {
    /// In full years.
    pub min_age: Option<u8>,
    /// Whether data of minors is expected.
    pub minors: Option<bool>,
    /// Categories collected of persons other than the user.
    pub third_persons: Vec<Arc<str>>,
    pub clause: Clause,
    /// Line of the policy file, from 1.
    pub line: usize,
}

/// What data is kept on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    Electronic,
    /// Paper and other tangible media.
    Material,
}

/// Where data is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Storage {
    /// ISO 3166-1 codes; empty where the document names none.
    #[serde(default)]
    pub countries: Vec<String>,
    #[serde(default)]
    pub media: Vec<Medium>,
    /// Whether data may be sent abroad.
    pub cross_border: Option<bool>,
    pub clause: Clause,
    /// Line of the policy file, from 1.
    #[serde(skip)]
    pub line: usize,
}

/// How long data is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    pub period: Period,
    /// The event that the period is counted from.
    pub after: Option<String>,
    /// The declared categories it is for; empty for all that have none of their own.
    pub categories: Vec<Arc<str>>,
    pub clause: Clause,
    /// Line of the policy file, from 1.
    pub line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    Working,
    Calendar,
}

/// A promise to act in time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deadline {
    /// 0 for at once.
    pub days: u16,
    pub unit: Unit,
    /// The event that the days are counted from.
    pub after: Option<String>,
    pub clause: Clause,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deadlines {
    pub answer: Option<Deadline>,
    pub correct: Option<Deadline>,
    pub block: Option<Deadline>,
    pub destroy: Option<Deadline>,
}

/// What is promised on protection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Security {
    /// The least version, such as `1.2`.
    pub tls: Option<String>,
    /// What is encrypted, where the document names no protocol.
    pub encryption: Option<String>,
    /// What is hashed.
    pub hashing: Option<String>,
    /// Who has access.
    pub access: Option<String>,
    pub clause: Option<Clause>,
}

/// Where the document contradicts itself or must be read with care.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Note {
    pub text: String,
    pub clauses: Clause,
}
