//! What comes after detection: judging findings and writing them; and a whole run, in which hits are gathered and columns
//! weighed.

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use derbes::category::Categories;
use derbes::finding::{Event, Finding, Setting};
use derbes::pipeline::{self, Plan, Progress};
use derbes::policy::{Judge, Policies};
use derbes::report::{self, Format, Options};

use super::{by_bytes, by_number, group, text_of};

/// Findings of so many fields; the events repeat them to this number.
const FINDINGS: usize = 10_000;

pub fn all(criterion: &mut Criterion) {
    let findings = findings();
    judge(&mut group(criterion, "judge"), &findings);
    report(&mut group(criterion, "report"), findings);
    run(&mut group(criterion, "run"));
}

fn judge(group: &mut BenchmarkGroup<WallTime>, findings: &[Finding]) {
    let categories = categories();
    let policies = Policies::builtin(&categories).expect("the data is built in");
    let judge = Judge { categories, today: today(), strict: false };
    by_number(group, "five policies", findings.len(), || {
        for finding in findings {
            for policy in &policies {
                black_box(judge.verdict(policy, finding, &Setting::default()));
            }
        }
    });
}

fn report(group: &mut BenchmarkGroup<WallTime>, findings: Vec<Finding>) {
    let events: Vec<Event> = findings.into_iter().map(Event::Finding).collect();
    for format in [Format::Human, Format::Jsonl, Format::Sarif, Format::Csv] {
        by_number(group, &format!("{format:?}"), events.len(), || {
            let options = Options { categories: Some(categories()), ..Options::default() };
            let mut report = report::new(format, Box::new(std::io::sink()), options);
            events.iter().try_for_each(|event| report.event(event))
        });
    }
}

/// A file from its name to its findings, with one thread.
fn run(group: &mut BenchmarkGroup<WallTime>) {
    for name in ["app.log", "dense.log", "events.jsonl", "users.sql", "crm.sql"] {
        let text = text_of(name);
        let plan = plan(name, &text);
        by_bytes(group, name, text.len(), || events(&plan).len());
    }
}

fn findings() -> Vec<Finding> {
    let events = events(&plan("fields.jsonl", &text_of("fields.jsonl")));
    let found =
        events.into_iter().filter_map(|event| if let Event::Finding(found) = event { Some(found) } else { None });
    found.collect::<Vec<_>>().into_iter().cycle().take(FINDINGS).collect()
}

/// A scan of this text, written to a file first.
fn plan(name: &str, text: &[u8]) -> Plan {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).expect("the target folder takes files");
    Plan::new(vec![file], categories(), today())
}

fn events(plan: &Plan) -> Vec<Event> {
    let mut events = Vec::new();
    let outcome = pipeline::run(plan, &Progress::default(), &mut |event| {
        events.push(event);
        Ok(())
    });
    outcome.expect("the plan is sound");
    events
}

fn categories() -> Arc<Categories> {
    Arc::new(Categories::builtin().expect("the data is built in"))
}

fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 22)
}
