//! The invocation of a run: takes its summary and what was not examined, gives whether it was successful and a
//! notification for each thing that a reader must not overlook.

use serde_json::{Value, json};

use super::super::notes::Notes;
use super::super::tally::Tally;
use super::super::text::{count, escape};
use super::{Level, Written, level, message, uri};
use crate::finding::Summary;
use crate::input::Origin;

/// The kinds of notifications: id and meaning.
pub(super) const KINDS: [(&str, &str); 7] = [
    ("problem", "Something failed while it was read, so that the run is incomplete"),
    ("skipped", "Something was not examined"),
    ("stale", "A policy declares a category that was not found"),
    ("limit", "Not everything that was found is listed"),
    ("conclusion", "The run in one sentence"),
    ("unused", "A mark, a rule or an entry of a baseline allows nothing that is there"),
    ("flaw", "Something is not as it should be; all of it was examined"),
];

/// One notification, by the index of its kind.
fn notification(kind: usize, severity: Level, path: Option<&Origin>, text: &str) -> Value {
    let mut notification = json!({
        "descriptor": { "id": KINDS[kind].0, "index": kind },
        "level": level(severity),
        "message": message(text),
    });
    if let Some(path) = path {
        notification["locations"] = json!([{ "physicalLocation": { "artifactLocation": { "uri": uri(path) } } }]);
    }
    notification
}

pub(super) fn invocation(summary: &Summary, tally: &Tally, notes: &Notes, written: Written) -> Value {
    let conclusion = tally.conclusion(summary);
    let mut notifications = of_notes(notes);
    notifications.extend(of_limits(written));
    let severity = if conclusion.complete { Level::Note } else { Level::Error };
    notifications.push(notification(4, severity, None, &conclusion.text));
    json!({
        "executionSuccessful": conclusion.complete,
        "exitCode": summary.exit,
        "toolExecutionNotifications": notifications,
        "properties": {
            "files": summary.files,
            "bytesSeen": summary.bytes_seen,
            "bytesExamined": summary.bytes_examined,
            "findings": summary.findings,
            "hits": summary.hits,
        },
    })
}

fn of_notes(Notes { problems, flaws, skipped, stale, unused }: &Notes) -> Vec<Value> {
    let mut notifications = Vec::new();
    for problem in &problems.kept {
        let text = format!("{} ({} examined)", escape(&problem.message), count(problem.examined, "byte"));
        notifications.push(notification(0, Level::Error, Some(&problem.path), &text));
    }
    for flaw in &flaws.kept {
        let text = escape(&flaw.message).to_string();
        notifications.push(notification(6, Level::Warning, Some(&flaw.path), &text));
    }
    for skipped in &skipped.kept {
        let text = format!("Not examined: {}", escape(&skipped.reason));
        notifications.push(notification(1, Level::Note, Some(&skipped.path), &text));
    }
    for stale in &stale.kept {
        let clause = stale.clause.as_ref().map(|clause| format!(" ({})", escape(clause))).unwrap_or_default();
        let text = format!("{} declares {}{clause}, never seen", escape(&stale.policy), escape(&stale.category));
        notifications.push(notification(2, Level::Note, None, &text));
    }
    for unused in &unused.kept {
        let text = format!("Line {}: {}", unused.line, escape(&unused.message));
        notifications.push(notification(5, Level::Warning, Some(&unused.path), &text));
    }
    for (kind, severity, more) in [
        (0, Level::Error, problems.more),
        (1, Level::Note, skipped.more),
        (2, Level::Note, stale.more),
        (5, Level::Warning, unused.more),
        (6, Level::Warning, flaws.more),
    ] {
        if more > 0 {
            notifications.push(notification(kind, severity, None, &format!("{more} more are not named here")));
        }
    }
    notifications
}

fn of_limits(written: Written) -> Vec<Value> {
    let Written { grouped, left_out, .. } = written;
    let because = "since GitHub takes at most 25,000 results and 10 MB (gzip) a run";
    let mut notifications = Vec::new();
    if grouped > 0 {
        let text = format!("{} with several places became one result each, {because}", count(grouped, "finding"));
        notifications.push(notification(3, Level::Warning, None, &text));
    }
    if left_out > 0 {
        let text = format!("{} in no result, {because}; write jsonl for all", is_in(left_out));
        notifications.push(notification(3, Level::Error, None, &text));
    }
    notifications
}

fn is_in(findings: u64) -> String {
    format!("{} {}", count(findings, "finding"), if findings == 1 { "is" } else { "are" })
}
