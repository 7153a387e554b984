//! GitLab's secret detection report, version 15.0.7 of its schema: takes events, gives a vulnerability for each place in
//! text and for each column of a table, written as they come. What the schema wants to know of the whole run stands
//! after them. `raw_source_code_extract`, which is optional, is never written.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fingerprint::{Fingerprint, Fingerprints};
use super::notes::Notes;
use super::severity::Severity;
use super::tally::Tally;
use super::text::escape;
use super::wording::{self, sentences, title};
use super::{Options, Report, entries, json};
use crate::finding::{Event, Finding, Place, Summary};

const VERSION: &str = "15.0.7";
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.0.7/dist/\
secret-detection-report-format.json";

/// What stands for the commit where none is known.
const NO_COMMIT: &str = "0000000";

/// Of problems, skips and stale declarations each.
const MESSAGES: usize = 200;

/// The longest name that the schema allows, in characters.
const NAME: usize = 255;

pub(super) struct Secrets<W> {
    out: W,
    options: Options,
    fingerprints: Fingerprints,
    notes: Notes,
    tally: Tally,
    begun: bool,
}

impl<W: Write> Secrets<W> {
    pub fn new(out: W, options: Options) -> Self {
        let (notes, tally) = (Notes::new(MESSAGES), Tally::default());
        Self { out, options, fingerprints: Fingerprints::default(), notes, tally, begun: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            write!(self.out, "{{\"version\":\"{VERSION}\",\"schema\":\"{SCHEMA}\",\"vulnerabilities\":[")?;
            return self.out.write_all(b"\n");
        }
        self.out.write_all(b",\n")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        for place in entries(finding) {
            let fingerprint = self.fingerprints.next(finding, place);
            self.begin()?;
            let vulnerability = self.vulnerability(finding, place, fingerprint);
            json::write(&mut self.out, &vulnerability)?;
        }
        Ok(())
    }

    fn vulnerability(&self, finding: &Finding, place: Option<&Place>, fingerprint: Fingerprint) -> Value {
        let line = place.or(finding.places.first()).map_or(1, |place| place.line().max(1));
        let commit = self.options.commit.as_deref().unwrap_or(NO_COMMIT);
        json!({
            "id": fingerprint.uuid(),
            "name": title(finding, &self.options).chars().take(NAME).collect::<String>(),
            "description": sentences(finding, place, &self.options),
            "severity": name(Severity::of(finding, &self.options)),
            "solution": "Remove the value, from the history too, or replace it with one that belongs to nobody.",
            "identifiers": [{
                "type": "derbes_detector",
                "name": format!("derbes detector {}", finding.detector),
                "value": &*finding.detector,
            }],
            "location": {
                "file": finding.path.as_str(),
                "commit": { "sha": commit },
                "start_line": line,
                "end_line": line,
            },
        })
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        if !self.begun {
            self.begin()?;
        }
        let ended = SignedDuration::try_from_secs_f64(summary.seconds).ok();
        let ended = ended.and_then(|took| self.options.started.checked_add(took).ok());
        let tool = json!({
            "id": "derbes", "name": "derbes", "version": summary.version, "vendor": { "name": "derbes" },
        });
        let scan = json!({
            "analyzer": tool,
            "scanner": tool,
            "type": "secret_detection",
            "start_time": time(self.options.started),
            "end_time": time(ended.unwrap_or(self.options.started)),
            "status": if self.tally.is_complete(summary) { "success" } else { "failure" },
            "messages": self.messages(summary),
        });
        self.out.write_all(b"\n],\"scan\":")?;
        json::write(&mut self.out, &scan)?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }

    fn messages(&self, summary: &Summary) -> Vec<Value> {
        let Notes { problems, flaws, skipped, stale, unused } = &self.notes;
        let mut messages = Vec::new();
        let mut say = |level, value: String| messages.push(json!({ "level": level, "value": value }));
        for problem in &problems.kept {
            say("warn", format!("problem: {}: {}", escape(problem.path.as_str()), escape(&problem.message)));
        }
        for flaw in &flaws.kept {
            say("info", format!("note: {}: {}", escape(flaw.path.as_str()), escape(&flaw.message)));
        }
        for skipped in &skipped.kept {
            say("info", format!("skipped: {}: {}", escape(skipped.path.as_str()), escape(&skipped.reason)));
        }
        for stale in &stale.kept {
            say("info", wording::stale(stale));
        }
        for unused in &unused.kept {
            say(
                "info",
                format!("unused: {}:{}: {}", escape(unused.path.as_str()), unused.line, escape(&unused.message)),
            );
        }
        for (more, what) in [
            (problems.more, "problems"),
            (flaws.more, "notes"),
            (skipped.more, "skipped"),
            (stale.more, "never seen"),
            (unused.more, "unused"),
        ] {
            if more > 0 {
                say("warn", format!("{more} more {what} are not listed here"));
            }
        }
        say("info", self.tally.conclusion(summary).text);
        messages
    }
}

impl<W: Write> Report for Secrets<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        self.notes.add(event);
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Summary(summary) => self.end(summary),
            Event::Skipped(_) | Event::Problem(_) | Event::Unused(_) | Event::Stale(_) => Ok(()),
        }
    }
}

fn time(timestamp: Timestamp) -> String {
    timestamp.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::report::Format;

    fn written(options: Options, events: &[Event]) -> Value {
        serde_json::from_str(&sample::written(Format::GitlabSecrets, options, events)).unwrap()
    }

    #[test]
    fn a_report_has_what_the_schema_requires() {
        let report = written(Options { commit: Some("c0ffee".into()), ..Options::default() }, &sample::events());
        let scan = &report["scan"];
        assert_eq!(report["version"], VERSION);
        assert_eq!((&scan["type"], &scan["status"]), (&json!("secret_detection"), &json!("failure")));
        assert_eq!(scan["start_time"], "1970-01-01T00:00:00");
        assert_eq!(scan["end_time"], "1970-01-01T00:00:00");
        for tool in [&scan["analyzer"], &scan["scanner"]] {
            assert_eq!((&tool["id"], &tool["version"]), (&json!("derbes"), &json!("0.1.0")));
            assert_eq!(tool["vendor"]["name"], "derbes");
        }
        let vulnerability = &report["vulnerabilities"][0];
        assert_eq!(vulnerability["severity"], "Critical");
        assert_eq!(vulnerability["identifiers"][0]["value"], "kz-iin");
        let location = json!({
            "file": "dumps/users.sql", "commit": { "sha": "c0ffee" }, "start_line": 25, "end_line": 25,
        });
        assert_eq!(vulnerability["location"], location);
        assert_eq!(vulnerability.get("raw_source_code_extract"), None);
        let levels: Vec<_> = scan["messages"].as_array().unwrap().iter().map(|m| m["level"].clone()).collect();
        assert_eq!(levels, ["warn", "info", "info", "info"]);
    }

    #[test]
    fn a_clean_run_succeeds_without_vulnerabilities() {
        let summary = Summary { seconds: 61.0, ..Summary::default() };
        let report = written(Options::default(), &[Event::Summary(summary)]);
        assert_eq!(report["vulnerabilities"], json!([]));
        assert_eq!(report["scan"]["status"], "success");
        assert_eq!(report["scan"]["end_time"], "1970-01-01T00:01:01");
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        let Event::Problem(problem) = sample::events().remove(2) else { panic!() };
        let mut events = vec![Event::Problem(problem); MESSAGES + 7];
        events.push(Event::Summary(Summary::default()));
        let report = written(Options::default(), &events);
        let messages = report["scan"]["messages"].as_array().unwrap();
        assert_eq!(messages.len(), MESSAGES + 2);
        assert_eq!(messages[MESSAGES]["value"], "7 more problems are not listed here");
    }
}
