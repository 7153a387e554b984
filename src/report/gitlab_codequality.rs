//! GitLab's code quality report: takes events, gives one JSON array with an entry for each place in text, for each column
//! of a table, and for each thing that was not examined. Entries are written as they come.

use std::io::{self, Write};

use serde_json::json;

use super::fingerprint::{Fingerprint, Fingerprints};
use super::severity::Severity;
use super::text::escape;
use super::wording::sentences;
use super::{Options, Report, entries, json};
use crate::finding::{Event, Finding};
use crate::input::Origin;

pub(super) struct CodeQuality<W> {
    out: W,
    options: Options,
    fingerprints: Fingerprints,
    begun: bool,
}

impl<W: Write> CodeQuality<W> {
    pub fn new(out: W, options: Options) -> Self {
        Self { out, options, fingerprints: Fingerprints::default(), begun: false }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let severity = Severity::of(finding, &self.options);
        for place in entries(finding) {
            let fingerprint = self.fingerprints.next(finding, place);
            let line = place.or(finding.places.first()).map_or(1, |place| place.line().max(1));
            let text = sentences(finding, place, &self.options);
            self.entry(&finding.detector, fingerprint, severity, (&finding.path, line), &text)?;
        }
        Ok(())
    }

    /// What was not examined has no other place in this format.
    fn unexamined(&mut self, check: &str, severity: Severity, path: &Origin, text: &str) -> io::Result<()> {
        self.entry(check, Fingerprint::of(&[check, path.as_str(), text]), severity, (path, 1), text)
    }

    fn entry(
        &mut self,
        check: &str,
        fingerprint: Fingerprint,
        severity: Severity,
        (path, line): (&Origin, u64),
        text: &str,
    ) -> io::Result<()> {
        let entry = json!({
            "description": text,
            "check_name": check,
            "fingerprint": fingerprint.to_string(),
            "severity": name(severity),
            "location": { "path": path.as_str(), "lines": { "begin": line } },
        });
        self.out.write_all(if self.begun { b",\n" } else { b"[\n" })?;
        self.begun = true;
        json::write(&mut self.out, &entry)
    }
}

impl<W: Write> Report for CodeQuality<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Problem(problem) if problem.incomplete => {
                let text = format!("Could not be examined: {}", escape(&problem.message));
                self.unexamined("problem", Severity::Medium, &problem.path, &text)
            }
            Event::Problem(flaw) => {
                let text = format!("Not as it should be: {}", escape(&flaw.message));
                self.unexamined("flaw", Severity::Info, &flaw.path, &text)
            }
            Event::Skipped(skipped) => {
                let text = format!("Not examined: {}", escape(&skipped.reason));
                self.unexamined("skipped", Severity::Info, &skipped.path, &text)
            }
            // A declaration that was never seen is at no place in the code.
            Event::Unused(_) | Event::Stale(_) => Ok(()),
            Event::Summary(_) => {
                self.out.write_all(if self.begun { b"\n]\n" } else { b"[]\n" })?;
                self.out.flush()
            }
        }
    }
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::sample;
    use super::*;
    use crate::finding::Summary;
    use crate::report::Format;

    fn written(events: &[Event]) -> Vec<Value> {
        serde_json::from_str(&sample::written(Format::GitlabCodequality, Options::default(), events)).unwrap()
    }

    #[test]
    fn every_entry_has_what_gitlab_asks_for() {
        let entries = written(&sample::events());
        let checks: Vec<_> = entries.iter().map(|entry| entry["check_name"].as_str().unwrap()).collect();
        assert_eq!(checks, ["kz-iin", "skipped", "problem"]);
        let severities: Vec<_> = entries.iter().map(|entry| entry["severity"].as_str().unwrap()).collect();
        assert_eq!(severities, ["blocker", "info", "major"]);
        assert_eq!(entries[0]["location"], json!({ "path": "dumps/users.sql", "lines": { "begin": 25 } }));
        assert!(entries.iter().all(|entry| entry["fingerprint"].as_str().unwrap().len() == 32));
        assert!(entries.iter().all(|entry| !entry["description"].as_str().unwrap().is_empty()));
    }

    #[test]
    fn each_place_in_text_is_an_entry_of_its_own() {
        let places = vec![sample::place(3, 1), sample::place(9, 1)];
        let finding = Event::Finding(Finding { places, ..sample::finding("a.log", None) });
        let entries = written(&[finding, Event::Summary(Summary::default())]);
        let lines: Vec<_> = entries.iter().map(|entry| &entry["location"]["lines"]["begin"]).collect();
        assert_eq!(lines, [3, 9]);
        assert_ne!(entries[0]["fingerprint"], entries[1]["fingerprint"]);
    }

    #[test]
    fn a_clean_run_is_an_empty_array() {
        assert!(written(&[Event::Summary(Summary::default())]).is_empty());
    }
}
