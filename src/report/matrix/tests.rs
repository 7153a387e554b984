use super::super::sample::{self, verdict};
use super::*;
use crate::finding::Summary;

fn written(format: Format, events: &[Event]) -> String {
    let policies = vec!["anysoft".into(), "robotek".into()];
    sample::written(format, Options { matrix: true, policies, ..Options::default() }, events)
}

fn findings() -> Vec<Event> {
    let of = |category: &str, hits, verdicts| {
        Event::Finding(Finding { category: category.into(), hits, verdicts, ..sample::finding("a.csv", None) })
    };
    vec![
        of("iin", 12, vec![verdict("anysoft", Outcome::Declared, Some("5.3"), None)]),
        of(
            "iin",
            8,
            vec![
                verdict("anysoft", Outcome::Minor, Some("2.1"), Some(3)),
                verdict("robotek", Outcome::Implied, Some("2"), None),
            ],
        ),
        of(
            "iin",
            5,
            vec![
                verdict("anysoft", Outcome::Minor, Some("2.1"), Some(1)),
                verdict("robotek", Outcome::Implied, Some("2"), None),
            ],
        ),
        of("payment-card", 2, vec![verdict("anysoft", Outcome::Forbidden, Some("5.3"), None)]),
    ]
}

fn whole() -> Vec<Event> {
    let summary =
        Summary { files: 2, bytes_seen: 10, bytes_examined: 10, findings: 4, hits: 27, exit: 1, ..Summary::default() };
    findings().into_iter().chain([Event::Summary(summary)]).collect()
}

fn broken() -> Vec<Event> {
    let rest = sample::events().into_iter().filter(|event| !matches!(event, Event::Finding(_)));
    findings().into_iter().chain(rest).collect()
}

#[test]
fn a_person_sees_columns() {
    let expected = "\
category      hits  anysoft           robotek
iin             25  minor 2.1: 4      implied 2: 13
payment-card     2  forbidden 5.3: 2  -

2 files, 10 B in 0.00 s: 4 findings, 27 hits
";
    assert_eq!(written(Format::Human, &whole()), expected);
    let shown = written(Format::Human, &broken());
    assert!(shown.contains("\nskipped  a.7z!x: encrypted\nproblem  b.gz: unexpected end"), "{shown}");
    assert!(shown.trim_end().lines().last().unwrap().contains("INCOMPLETE: 1 problem"), "{shown}");
}

#[test]
fn markdown_has_one_table_under_the_conclusion() {
    let expected = "\
## derbes: 4 findings, 27 hits

| category | hits | `anysoft` | `robotek` |
| --- | ---: | --- | --- |
| iin (`iin`) | 25 | minor 2.1: 4 | implied 2: 13 |
| payment-card (`payment-card`) | 2 | forbidden 5.3: 2 |  |
";
    assert_eq!(written(Format::Markdown, &whole()), expected);
    let shown = written(Format::Markdown, &broken());
    assert!(shown.starts_with("## derbes: INCOMPLETE") && shown.contains("- **problem** `b.gz`"), "{shown}");
}

#[test]
fn csv_has_one_record_a_category() {
    let expected = "\
category,title,findings,hits,anysoft,robotek
iin,iin,3,25,minor 2.1: 4,implied 2: 13
payment-card,payment-card,1,2,forbidden 5.3: 2,
";
    assert_eq!(written(Format::Csv, &whole()), expected);
    let shown = written(Format::Csv, &broken());
    assert!(shown.lines().last().unwrap().starts_with("\"INCOMPLETE: 1 problem, 123 B not examined; "), "{shown}");
}

#[test]
fn csv_is_inert() {
    let hostile = "=cmd,\"x\"\n@y";
    let verdicts = vec![verdict(hostile, Outcome::Declared, Some(hostile), None)];
    let finding = Finding { category: hostile.into(), verdicts, ..sample::finding("a", None) };
    let shown = written(Format::Csv, &[Event::Finding(finding), Event::Summary(Summary::default())]);
    assert_eq!(shown.lines().count(), 2, "{shown}");
    assert!(shown.contains("\"'=cmd,\"\"x\"\"\\x0A@y\""), "{shown}");
}

#[test]
fn json_is_one_object() {
    let shown = written(Format::Json, &whole());
    let expected = concat!(
        r#"{"type":"matrix","policies":["anysoft","robotek"],"categories":{"#,
        r#""iin":{"findings":3,"hits":25,"verdicts":{"anysoft":{"outcome":"minor","clause":"2.1","hits":4},"#,
        r#""robotek":{"outcome":"implied","clause":"2","hits":13}}},"#,
        r#""payment-card":{"findings":1,"hits":2,"verdicts":{"anysoft":{"outcome":"forbidden","clause":"5.3","hits":2}}}},"#,
        r#""problems":0,"skipped":0,"summary":{"files":2,"#
    );
    assert!(shown.starts_with(expected), "{shown}");
    let broken: serde_json::Value = serde_json::from_str(&written(Format::Json, &broken())).unwrap();
    assert_eq!((&broken["problems"], &broken["skipped"]), (&1.into(), &1.into()));
}

#[test]
fn nothing_found_has_no_rows() {
    let events = [Event::Summary(Summary::default())];
    assert_eq!(written(Format::Human, &events), "0 files, 0 B in 0.00 s: clean\n");
    assert_eq!(written(Format::Csv, &events), "category,title,findings,hits,anysoft,robotek\n");
}

#[test]
fn other_formats_hold_the_findings_all_the_same() {
    assert!(written(Format::Jsonl, &whole()).starts_with("{\"type\":\"finding\""));
}
