//! A report read back: takes the JSON lines that a scan wrote, gives what was found of each category.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::error::{Error, Result};

/// What a report tells of one category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub hits: u64,
    /// Distinct paths with findings, in order.
    pub paths: Vec<String>,
}

/// A report that a scan wrote with `--format jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub seen: BTreeMap<Arc<str>, Seen>,
    /// Whether its summary is there: without it the report was cut short.
    pub whole: bool,
}

#[derive(Deserialize)]
struct Line {
    r#type: String,
    category: Option<Arc<str>>,
    path: Option<String>,
    hits: Option<u64>,
}

impl Report {
    /// Reads the `text` of `file`.
    ///
    /// # Errors
    /// A line that is no object of a report, with its number.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let mut report = Self::default();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = || {
                Error::new("this is no line of a report")
                    .at(format!("{file}:{number}"))
                    .help("write one with: derbes scan --format jsonl --output FILE")
            };
            let line: Line = serde_json::from_str(line).map_err(|_| wrong())?;
            match (line.r#type.as_str(), line.category, line.path, line.hits) {
                ("finding", Some(category), Some(path), Some(hits)) => {
                    let seen = report.seen.entry(category).or_default();
                    seen.hits = seen.hits.saturating_add(hits);
                    if seen.paths.last() != Some(&path) {
                        seen.paths.push(path);
                    }
                }
                ("finding", ..) => return Err(wrong()),
                ("summary", ..) => report.whole = true,
                _ => {}
            }
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_is_told_with_its_line() {
        for text in ["{\"type\":\"summary\"}\nhello", "{\"type\":\"summary\"}\n{\"type\":\"finding\"}"] {
            assert_eq!(Report::parse("r.jsonl", text).unwrap_err().place.as_deref(), Some("r.jsonl:2"));
        }
    }
}
