//! Reports: takes the events of a run in their order, gives them in one of the formats. Every format is fed the same
//! events and is complete and flushed after the summary. None holds more than one file's findings in memory.

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::category::{Categories, Title};
use crate::detect::Definition;
use crate::finding::{Event, Finding, Place};
use crate::limits::Places;

mod csv;
pub mod detectors;
mod explain;
mod fingerprint;
mod github;
mod gitlab_codequality;
mod gitlab_secrets;
pub mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod matrix;
mod notes;
mod sarif;
mod severity;
mod stopped;
mod tally;
mod text;
mod wording;

pub use explain::{explain, explain_json};
pub use json::to_json;
pub use text::{Escaped, escape, size};

/// Writes a run in one format.
pub trait Report {
    /// [`Event::Summary`] is the last one: the report is complete and flushed after it.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person, on a terminal or in a file.
    Human,
    /// One JSON object a line.
    Jsonl,
    /// One JSON array.
    Json,
    /// SARIF 2.1.0, within the limits of GitHub code scanning.
    Sarif,
    /// JUnit XML: a suite for each file, a test case for each finding.
    Junit,
    /// GitLab's code quality report.
    GitlabCodequality,
    /// GitLab's secret detection report.
    GitlabSecrets,
    /// Workflow commands that GitHub Actions turns into annotations.
    Github,
    /// A summary for a job's page or a merge request.
    Markdown,
    /// A map of the data: a line for each column of a table, and for each finding elsewhere; or the matrix.
    Csv,
    /// One page for a browser, in three languages.
    Html,
}

impl Format {
    /// Whether reports of this format show [`Options::rules`].
    pub fn has_rules(self) -> bool {
        self == Self::Sarif
    }

    /// Whether [`Options::matrix`] puts the matrix in the place of the findings.
    fn shows_matrix(self) -> bool {
        matches!(self, Self::Human | Self::Markdown | Self::Json | Self::Csv)
    }
}

/// What reports know beyond the events. Each format heeds what it has a place for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Of the human report.
    pub color: bool,
    /// Places that the human report shows for a finding, of those that it lists.
    pub places: Places,
    /// Where titles are looked up; without them a category shows as its id.
    pub categories: Option<Arc<Categories>>,
    /// The detectors of the run, in their order.
    pub rules: Arc<[Rule]>,
    /// Without it, reports give no column that is counted in characters.
    pub columns: Option<Columns>,
    /// When the run began.
    pub started: Timestamp,
    /// Where it is the next commit that is scanned.
    pub staged: Option<Staged>,
    /// The commit that was scanned, in hexadecimal digits.
    pub commit: Option<String>,
    /// Whether formats that can show the matrix of categories and policies in place of the findings.
    pub matrix: bool,
    /// The columns of the matrix: the policies of the run by id.
    pub policies: Vec<Arc<str>>,
    /// The language that the page opens in.
    pub language: html::Language,
    /// What the page tells beyond the run.
    pub history: Option<Arc<html::History>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            color: false,
            places: Places::First(3),
            categories: None,
            rules: Arc::default(),
            columns: None,
            started: Timestamp::UNIX_EPOCH,
            staged: None,
            commit: None,
            matrix: false,
            policies: Vec::new(),
            language: html::Language::default(),
            history: None,
        }
    }
}

/// What there is to tell whom a commit is stopped for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// The file to record hits in.
    pub baseline: String,
    /// Whether the index is that of `git commit --all` or `git commit FILE`, and gone once the commit is stopped.
    pub is_temporary: bool,
}

/// What a report tells about a detector.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Rule {
    pub id: Arc<str>,
    pub category: Arc<str>,
    pub title: Title,
    /// Where the definition comes from.
    pub references: Vec<String>,
}

impl From<&Definition> for Rule {
    fn from(definition: &Definition) -> Self {
        let Definition { id, category, title, references, .. } = definition.clone();
        Self { id, category, title, references }
    }
}

/// Finds where a value stands in its line as editors count: in UTF-16 code units from 1, the end exclusive. A place has
/// only bytes, so this has to look into the file; it gives none wherever it cannot be sure.
#[derive(Clone)]
pub struct Columns(pub Arc<FindColumns>);

/// Takes a finding and one of its places, gives its columns.
pub type FindColumns = dyn Fn(&Finding, &Place) -> Option<Range<u64>> + Send + Sync;

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Columns")
    }
}

impl Options {
    /// Whether this is about a person; without categories nobody can tell otherwise.
    fn is_personal(&self, finding: &Finding) -> bool {
        self.categories.as_ref().is_none_or(|categories| finding.is_personal(categories))
    }

    fn columns(&self, finding: &Finding, place: &Place) -> Option<Range<u64>> {
        let place = Some(place).filter(|place| place.has_line())?;
        (self.columns.as_ref()?.0)(finding, place)
    }
}

/// What stands after a path to say where in it a place is.
fn position(place: &Place) -> String {
    match (place.page(), place.row().filter(|_| !place.has_line())) {
        (Some(page), _) => format!(" page {page}"),
        (None, Some(row)) => format!(" row {row}"),
        (None, None) => format!(":{}:{}", place.line(), place.column()),
    }
}

/// By what a finding is listed: each of its places in text; as a whole, where it is a column of a table.
fn entries(finding: &Finding) -> impl Iterator<Item = Option<&Place>> {
    let whole = finding.rows.is_some() || finding.places.is_empty();
    let places = if whole { &[][..] } else { &finding.places };
    places.iter().map(Some).chain(whole.then_some(None))
}

/// A report of this format, written to `out`.
pub fn new<'a>(format: Format, out: Box<dyn Write + 'a>, options: Options) -> Box<dyn Report + 'a> {
    match format {
        _ if options.matrix && format.shows_matrix() => Box::new(matrix::Matrix::new(out, format, options)),
        Format::Human => Box::new(human::Human::new(out, options)),
        Format::Jsonl => Box::new(json::Jsonl(out)),
        Format::Json => Box::new(json::Json::new(out)),
        Format::Sarif => Box::new(sarif::Sarif::new(out, options)),
        Format::Junit => Box::new(junit::Junit::new(out, options)),
        Format::GitlabCodequality => Box::new(gitlab_codequality::CodeQuality::new(out, options)),
        Format::GitlabSecrets => Box::new(gitlab_secrets::Secrets::new(out, options)),
        Format::Csv => Box::new(csv::Csv::new(out)),
        Format::Html => Box::new(html::Html::new(out, options)),
        Format::Github => Box::new(github::Github::new(out, options)),
        Format::Markdown => Box::new(markdown::Markdown::new(out, options)),
    }
}

#[cfg(test)]
mod sample;
