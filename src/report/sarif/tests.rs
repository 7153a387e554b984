use std::sync::Arc;

use super::super::sample::{self, verdict};
use super::super::{Columns, Format, Rule};
use super::*;
use crate::category::{Categories, Title};
use crate::finding::{Outcome, Place, Problem};

fn options() -> Options {
    let title = Title { en: "IIN".into(), ru: "ИИН".into(), kk: "ЖСН".into() };
    let rule = |id: &str| Rule {
        id: id.into(),
        category: "iin".into(),
        title: title.clone(),
        references: vec!["Law 1".into(), "https://example.org/a".into()],
    };
    Options {
        categories: Some(Arc::new(Categories::builtin().unwrap())),
        rules: vec![rule("kz-bin"), rule("kz-iin")].into(),
        ..Options::default()
    }
}

fn run(events: &[Event]) -> Value {
    read(&sample::written(Format::Sarif, options(), events))
}

fn read(written: &str) -> Value {
    let mut log: Value = serde_json::from_str(written).unwrap();
    log["runs"][0].take()
}

fn with_limits(limits: Limits, events: &[Event]) -> Value {
    let mut out = Vec::new();
    let mut sarif = Sarif { limits, ..Sarif::new(&mut out, options()) };
    for event in events {
        sarif.event(event).unwrap();
    }
    drop(sarif);
    read(std::str::from_utf8(&out).unwrap())
}

fn in_text(path: &str, places: u64) -> Finding {
    Finding { places: (1..=places).map(|line| sample::place(line, 3)).collect(), ..sample::finding(path, Some("iin")) }
}

fn summary() -> Event {
    Event::Summary(Summary { version: "0.1.0", ..Summary::default() })
}

fn notifications<'a>(run: &'a Value, id: &str) -> Vec<&'a str> {
    let all = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    all.iter().filter(|n| n["descriptor"]["id"] == id).map(|n| n["message"]["text"].as_str().unwrap()).collect()
}

#[test]
fn a_column_of_a_table_is_one_result_with_its_verdicts() {
    let run = run(&sample::events());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    let result = &results[0];
    assert_eq!(
        (&result["ruleId"], &result["ruleIndex"], &result["level"]),
        (&json!("kz-iin"), &json!(1), &json!("error"))
    );
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "dumps/users.sql");
    assert_eq!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "public.users.iin");
    assert_eq!(result["properties"]["hits"], 1200);
    assert_eq!(result["properties"]["verdicts"][1]["outcome"], "minor");
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.contains("1200 hits in this file, 1 listed."), "{message}");
}

#[test]
fn what_was_not_examined_makes_the_run_unsuccessful() {
    let run = run(&sample::events());
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(notifications(&run, "problem"), ["unexpected end of file after 812 bytes (812 bytes examined)"]);
    assert_eq!(notifications(&run, "skipped"), ["Not examined: encrypted"]);
    assert_eq!(notifications(&run, "stale"), ["anysoft declares geolocation (5.2(г)), never seen"]);
    assert!(notifications(&run, "conclusion")[0].starts_with("INCOMPLETE"));

    let clean = self::run(&[summary()]);
    assert_eq!(clean["invocations"][0]["executionSuccessful"], true);
    assert_eq!(clean["results"], json!([]));
    assert_eq!(notifications(&clean, "conclusion"), ["clean"]);
}

#[test]
fn there_is_one_rule_a_detector_with_help_in_three_languages() {
    let unknown = Finding { detector: "own".into(), ..sample::finding("a", None) };
    let run = run(&[Event::Finding(unknown.clone()), Event::Finding(unknown), summary()]);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["kz-bin", "kz-iin", "own"]);
    assert_eq!(run["results"][1]["ruleIndex"], 2);
    let help = rules[1]["help"]["text"].as_str().unwrap();
    for part in ["English: IIN\n", "Русский: ИИН\n", "Қазақша: ЖСН\n", "Category: iin (", "Law 94-V", "- Law 1\n"]
    {
        assert!(help.contains(part), "{part}: {help}");
    }
    assert_eq!(rules[1]["helpUri"], "https://example.org/a");
}

#[test]
fn in_text_each_place_is_a_result_that_is_known_again_when_lines_move() {
    let before = in_text("a.env", 3);
    let mut after = before.clone();
    for place in &mut after.places {
        *place = Place::new(place.offset() + 5000, place.line() + 100, place.line_start() + 5000, place.value);
    }
    let [before, after] = [before, after].map(|finding| run(&[Event::Finding(finding), summary()])["results"].take());
    let fingerprints = |results: &Value| -> Vec<String> {
        let results = results.as_array().unwrap();
        results.iter().map(|result| result["partialFingerprints"][FINGERPRINT].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let distinct: std::collections::BTreeSet<_> = fingerprints(&before).into_iter().collect();
    assert_eq!(distinct.len(), 3);
    assert_eq!(before[2]["locations"][0]["physicalLocation"]["region"], json!({ "startLine": 3 }));
    assert_eq!(before[2]["properties"]["offset"], 812);
    assert_eq!(before[2]["properties"]["length"], 12);
    assert_eq!(before[2]["level"], "warning");
}

#[test]
fn columns_stand_only_where_they_are_known() {
    let columns = Some(Columns(Arc::new(|_, place| (place.line() == 2).then_some(9..21))));
    let options = Options { columns, ..options() };
    let events = [Event::Finding(in_text("a.env", 2)), summary()];
    let run = read(&sample::written(Format::Sarif, options, &events));
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let region = |index: usize| &run["results"][index]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region(0), &json!({ "startLine": 1 }));
    let known = json!({ "startLine": 2, "startColumn": 9, "endColumn": 21, "byteOffset": 812, "byteLength": 12 });
    assert_eq!(region(1), &known);
}

#[test]
fn near_the_limits_findings_are_grouped_then_counted() {
    let limits = Limits { single: (5, u64::MAX), all: (7, u64::MAX), locations: 2 };
    let mut events: Vec<_> = (0..6).map(|n| Event::Finding(in_text(&format!("{n}.env"), 3))).collect();
    events.push(summary());
    let run = with_limits(limits, &events);
    let results = run["results"].as_array().unwrap();
    let locations: Vec<_> = results.iter().map(|result| result["locations"].as_array().unwrap().len()).collect();
    assert_eq!(locations, [1, 1, 1, 2, 2, 2, 2]);
    let limits = notifications(&run, "limit");
    assert!(limits[0].starts_with("4 findings with several places became one result each"), "{limits:?}");
    assert!(limits[1].starts_with("1 finding is in no result"), "{limits:?}");
}

#[test]
fn compressed_bytes_are_limited_too() {
    // Paths that do not compress, so that the size is reached long before the number.
    let noise = |n: u64| (0..200).map(|k| format!("{:016x}", hash(n * 1000 + k))).collect::<String>();
    let mut events: Vec<_> = (0..500).map(|n| Event::Finding(in_text(&noise(n), 3))).collect();
    events.push(summary());
    let run = with_limits(Limits { single: (20_000, 100_000), all: (25_000, 200_000), locations: 100 }, &events);
    let results = run["results"].as_array().unwrap().len();
    assert!((50..600).contains(&results), "{results}");
    assert_eq!(notifications(&run, "limit").len(), 2);
}

fn hash(n: u64) -> u64 {
    let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ n >> 31
}

#[test]
fn many_problems_are_counted() {
    let problem = |n: usize| {
        let path = Origin::file(std::path::Path::new(&format!("{n}.gz")));
        Event::Problem(Problem { path, message: "broken".into(), examined: 0, incomplete: true })
    };
    let events: Vec<_> = (0..NOTES + 5).map(problem).chain([summary()]).collect();
    let run = run(&events);
    let problems = notifications(&run, "problem");
    assert_eq!((problems.len(), problems[NOTES]), (NOTES + 1, "5 more are not named here"));
}

#[test]
fn levels_follow_the_gravest_verdict() {
    let finding = |outcome| {
        let verdicts = vec![verdict("p", Outcome::Declared, None, None), verdict("q", outcome, None, None)];
        Event::Finding(Finding { verdicts, ..sample::finding("a", None) })
    };
    let run = run(&[finding(Outcome::Forbidden), finding(Outcome::Expired), finding(Outcome::Implied), summary()]);
    let levels: Vec<_> = run["results"].as_array().unwrap().iter().map(|result| &result["level"]).collect();
    assert_eq!(levels, ["error", "warning", "note"]);
}

#[test]
fn a_path_is_a_uri() {
    let uri = |path: &str| super::uri(&Origin::file(std::path::Path::new(path)));
    assert_eq!(uri("dumps/а b.sql"), "dumps/%D0%B0%20b.sql");
    assert_eq!(uri("/var/log/a.log"), "file:///var/log/a.log");
    assert_eq!(uri("javascript:x\n%#?"), "javascript%3Ax%0A%25%23%3F");
    assert_eq!(uri("a.zip!b.sql"), "a.zip%21b.sql");
}
