//! One event of each kind, for the tests of all formats.

use std::path::Path;

use super::{Format, Options};
use crate::finding::{
    Confidence, Event, Evidence, EvidenceSet, Facts, Field, Finding, Outcome, Place, Problem, Redacted, Skipped, Stale,
    Summary, Suppressed, Verdict,
};
use crate::input::Origin;

pub fn written(format: Format, options: Options, events: &[Event]) -> String {
    let mut out = Vec::new();
    let mut report = super::new(format, Box::new(&mut out), options);
    for event in events {
        report.event(event).unwrap();
    }
    drop(report);
    String::from_utf8(out).unwrap()
}

pub fn place(line: u64, column: u64) -> Place {
    let value = Redacted::new(b"900101100017", "keep-last:2".parse().unwrap());
    Place::new(812, line, 813 - column, value)
}

pub fn verdict(policy: &str, outcome: Outcome, clause: Option<&str>, count: Option<u64>) -> Verdict {
    Verdict { policy: policy.into(), outcome, clause: clause.map(str::to_owned), count, ground: None, rule: None }
}

pub fn finding(path: &str, key: Option<&str>) -> Finding {
    Finding {
        path: Origin::file(Path::new(path)),
        category: "iin".into(),
        detector: "kz-iin".into(),
        confidence: Confidence::High,
        score: 97,
        field: key.map(|key| Field::Key { key: key.to_owned() }),
        hits: 1200,
        rows: None,
        share: None,
        places: vec![place(25, 3)],
        evidence: EvidenceSet::new().with(Evidence::CheckDigit).with(Evidence::KeyName),
        verdicts: Vec::new(),
        stood: None,
        facts: Facts::default(),
    }
}

/// The example of the contract.
pub fn events() -> Vec<Event> {
    let column = Field::Column { table: "public.users".into(), column: "iin".into() };
    vec![
        Event::Finding(Finding {
            field: Some(column),
            rows: Some(1200),
            share: Some(1.0),
            verdicts: vec![
                verdict("anysoft", Outcome::Declared, Some("5.3"), None),
                verdict("robotek", Outcome::Minor, Some("2.1"), Some(3)),
            ],
            ..finding("dumps/users.sql", None)
        }),
        Event::Skipped(Skipped {
            path: Origin::file(Path::new("a.7z")).member("x"),
            reason: "encrypted".into(),
            bytes: 123,
            incomplete: true,
        }),
        Event::Problem(Problem {
            path: Origin::file(Path::new("b.gz")),
            message: "unexpected end of file after 812 bytes".into(),
            examined: 812,
            incomplete: true,
        }),
        Event::Stale(Stale {
            policy: "anysoft".into(), category: "geolocation".into(), clause: Some("5.2(г)".into())
        }),
        Event::Summary(Summary {
            files: 10,
            bytes_seen: 4096,
            bytes_examined: 3973,
            findings: 1,
            hits: 1200,
            suppressed: Suppressed::default(),
            seconds: 0.1,
            exit: 1,
            version: "0.1.0",
            incomplete: true,
        }),
    ]
}
