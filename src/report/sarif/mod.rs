//! SARIF 2.1.0: takes events, gives one run whose results are written as they come. What can be known only at the end
//! stands after them: the invocation with what was not examined, and the tool with one rule a detector.
//!
//! In text each place is a result, so that each line is annotated; a column of a table is one result. GitHub takes at
//! most 25,000 results and 10 MB (gzip) a run: when they come near, further findings are one result each, and then none;
//! the invocation tells how many. Columns are UTF-16 code units and stand only where they are known; a result always has
//! the byte offset and length of its value in the decoded text among its properties.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::fingerprint::Fingerprints;
use super::notes::Notes;
use super::severity::{Level, Severity};
use super::tally::Tally;
use super::wording::sentences;
use super::{Options, Report, entries, json};
use crate::finding::{Event, Field, Finding, Place, Summary};
use crate::input::Origin;
use measured::Measured;
use message::message;

mod invocation;
mod measured;
mod message;
mod rules;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name says how it is made, so that another making can take another name.
const FINGERPRINT: &str = "derbes/v1";

/// Problems, skips and stale declarations that are named, each.
const NOTES: usize = 200;

/// How much a run may hold.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Results up to which each place is one, and compressed bytes likewise.
    single: (u64, u64),
    /// Results and compressed bytes in all. What stands after the results needs some of what GitHub allows.
    all: (u64, u64),
    /// Locations of one result; GitHub shows no more.
    locations: usize,
}

const LIMITS: Limits = Limits { single: (20_000, 6_000_000), all: (25_000, 8_000_000), locations: 100 };

pub(super) struct Sarif<W: Write> {
    out: Measured<W>,
    options: Options,
    limits: Limits,
    fingerprints: Fingerprints,
    rules: rules::Index,
    notes: Notes,
    tally: Tally,
    written: Written,
}

/// What of the findings got into the results.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    results: u64,
    /// Findings in text whose places share one result.
    grouped: u64,
    /// Findings that no result tells of.
    left_out: u64,
}

impl<W: Write> Sarif<W> {
    pub fn new(out: W, options: Options) -> Self {
        Self {
            out: Measured::new(out),
            limits: LIMITS,
            fingerprints: Fingerprints::default(),
            rules: rules::Index::new(&options.rules),
            notes: Notes::new(NOTES),
            tally: Tally::default(),
            written: Written::default(),
            options,
        }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let Limits { single, all, .. } = self.limits;
        let count = entries(finding).count() as u64;
        if self.has_room(count, single) {
            return entries(finding).try_for_each(|place| self.result(finding, place));
        }
        if !self.has_room(1, all) {
            self.written.left_out += 1;
            return Ok(());
        }
        self.written.grouped += u64::from(count > 1);
        self.result(finding, None)
    }

    fn has_room(&self, results: u64, (all, bytes): (u64, u64)) -> bool {
        self.written.results + results <= all && self.out.compressed() < bytes
    }

    fn result(&mut self, finding: &Finding, place: Option<&Place>) -> io::Result<()> {
        self.begin()?;
        let (id, index) = (&*finding.detector, self.rules.of(&finding.detector, &finding.category));
        let severity = Severity::of(finding, &self.options);
        let result = json!({
            "ruleId": id,
            "ruleIndex": index,
            "level": level(severity.level()),
            "rank": finding.score,
            "message": message(&sentences(finding, place, &self.options)),
            "locations": self.locations(finding, place),
            "partialFingerprints": { FINGERPRINT: self.fingerprints.next(finding, place).to_string() },
            "properties": properties(finding, place),
        });
        self.written.results += 1;
        json::write(&mut self.out, &result)?;
        self.out.measure()
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.written.results > 0 {
            return self.out.write_all(b",\n");
        }
        writeln!(
            self.out,
            "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"columnKind\":\"utf16CodeUnits\",\"results\":["
        )
    }

    fn locations(&self, finding: &Finding, place: Option<&Place>) -> Vec<Value> {
        match place {
            Some(place) => vec![self.location(finding, Some(place))],
            None if finding.places.is_empty() => vec![self.location(finding, None)],
            None => {
                let places = finding.places.iter().take(self.limits.locations);
                places.map(|place| self.location(finding, Some(place))).collect()
            }
        }
    }

    fn location(&self, finding: &Finding, place: Option<&Place>) -> Value {
        let mut physical = Map::new();
        physical.insert("artifactLocation".into(), json!({ "uri": uri(&finding.path) }));
        if let Some(place) = place.filter(|place| place.has_line()) {
            physical.insert("region".into(), self.region(finding, place));
        }
        let mut location = Map::new();
        location.insert("physicalLocation".into(), physical.into());
        if let Some(field) = &finding.field {
            let name = match field {
                Field::Column { column, .. } => column,
                Field::Key { key } => key,
            };
            let logical = json!([{ "name": name, "fullyQualifiedName": field.to_string() }]);
            location.insert("logicalLocations".into(), logical);
        }
        location.into()
    }

    /// Where the column is known, the decoded text has been found to be the file's own bytes, so these can be told too.
    fn region(&self, finding: &Finding, place: &Place) -> Value {
        match self.options.columns(finding, place) {
            None => json!({ "startLine": place.line() }),
            Some(columns) => json!({
                "startLine": place.line(),
                "startColumn": columns.start,
                "endColumn": columns.end,
                "byteOffset": place.offset(),
                "byteLength": place.value.len(),
            }),
        }
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        if self.written.results == 0 {
            self.begin()?;
        }
        let invocation = invocation::invocation(summary, &self.tally, &self.notes, self.written);
        let tool = rules::tool(&self.rules, &self.options, summary.version);
        self.out.write_all(b"\n],\"invocations\":[")?;
        json::write(&mut self.out, &invocation)?;
        self.out.write_all(b"],\"tool\":")?;
        json::write(&mut self.out, &tool)?;
        self.out.write_all(b"}]}\n")?;
        self.out.flush()
    }
}

impl<W: Write> Report for Sarif<W> {
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

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn properties(finding: &Finding, place: Option<&Place>) -> Value {
    let mut properties = Map::new();
    let mut insert = |key: &str, value: Value| properties.insert(key.into(), value);
    insert("category", json!(finding.category));
    insert("confidence", json!(finding.confidence));
    insert("evidence", json!(finding.evidence));
    insert("hits", json!(finding.hits));
    insert("verdicts", json!(finding.verdicts));
    if let Some(place) = place {
        if place.has_line() {
            insert("offset", json!(place.offset()));
        }
        insert("length", json!(place.value.len()));
        insert("mask", json!(place.value.to_string()));
    }
    if let (Some(rows), Some(share)) = (finding.rows, finding.share) {
        insert("rows", json!(rows));
        insert("share", json!(share));
    }
    properties.into()
}

/// A path as a URI (RFC 3986): every byte but the unreserved ones and `/` is encoded, also the `:` that would make a
/// scheme of a name.
fn uri(path: &Origin) -> String {
    let mut uri = String::new();
    if path.as_str().starts_with('/') {
        uri += "file://";
    }
    for byte in path.as_str().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte.into()),
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests;
