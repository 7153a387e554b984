//! Reports from the outside: what they are made of by others' schemas, and that nothing hostile acts in any of them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use derbes::category::{Categories, Title};
use derbes::finding::{
    Confidence, Event, Evidence, EvidenceSet, Facts, Field, Finding, Ground, Outcome, Place, Problem, Redacted,
    Skipped, Stale, Summary, Unused, Verdict,
};
use derbes::input::Origin;
use derbes::report::{self, Columns, Format, Options, Rule};
use serde_json::Value;

const FORMATS: [Format; 11] = [
    Format::Human,
    Format::Jsonl,
    Format::Json,
    Format::Sarif,
    Format::Junit,
    Format::GitlabCodequality,
    Format::GitlabSecrets,
    Format::Github,
    Format::Markdown,
    Format::Csv,
    Format::Html,
];

/// The value behind every place: of a birth in the 19th century.
const VALUE: &str = "900517132728";

/// Strings that others choose: paths, keys, messages, clauses.
const HOSTILE: [&str; 24] = [
    "::error file=a.rs,line=1::owned",
    "  ::stop-commands::x",
    "a\n::add-mask::secret\r\n::error::b",
    "x##[set-env name=PATH;]y",
    "##vso[task.setvariable variable=x]y",
    "z ##teamcity[publishArtifacts '/']",
    "\u{1b}]0;owned\u{7}\u{1b}[31mred\u{9b}2J",
    "</failure></testcase><script>alert(1)</script>",
    "]]>&lt;&#0;\u{0}\u{1}\u{b}\u{fffe}\u{ffff}\u{85}",
    "\" onload=\"x\" '",
    "a|b|c\n# heading\n| x |",
    "`code` ``` *bold* _it_ ~~no~~ <img src=x onerror=y>",
    "[click](https://evil.example) ![x](https://evil.example/t.png) www.evil.example",
    "@everyone #1 !2 owner/repo@0123456789abcdef",
    "gpj\u{202e}exe\u{2066}\u{2069}\u{200b}",
    "line\u{2028}paragraph\u{2029}",
    "{0} {1} {{x}} %s %n ${jndi:ldap://x} %0A%25",
    "\",\"ruleId\":\"x\"}],\"y\":[{\"",
    "C:\\dir\\..\\..\\etc,passwd:1",
    "javascript:alert(1)//%00",
    "   ",
    "  two  spaces  ",
    "\u{feff}\\u0000\\x1b",
    "-->]]><?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
];

fn place(line: u64) -> Place {
    let value = Redacted::new(VALUE.as_bytes(), "keep-last:2".parse().unwrap());
    Place::new(100 * line, line, 100 * line - 7, value)
}

fn origin(text: &str) -> Origin {
    Origin::file(Path::new(text))
}

fn verdict(text: &str, outcome: Outcome) -> Verdict {
    let ground = Some(Ground::Note { note: text.to_owned() });
    Verdict { policy: text.into(), outcome, clause: Some(text.to_owned()), count: Some(1), ground, rule: None }
}

fn finding(path: &str, field: Option<Field>) -> Finding {
    Finding {
        path: origin(path),
        category: "iin".into(),
        detector: "kz-iin".into(),
        confidence: Confidence::High,
        score: 97,
        field,
        hits: 7,
        rows: None,
        share: None,
        places: vec![place(1), place(2)],
        evidence: EvidenceSet::new().with(Evidence::CheckDigit),
        verdicts: Vec::new(),
        stood: None,
        facts: Facts::default(),
    }
}

/// All events about one string, which stands wherever others can put one.
fn about(text: &str) -> Vec<Event> {
    let key = Field::Key { key: text.to_owned() };
    let column = Field::Column { table: text.to_owned(), column: text.to_owned() };
    let path = origin(text);
    vec![
        Event::Finding(finding(text, None)),
        Event::Finding(Finding {
            verdicts: vec![verdict(text, Outcome::Minor), verdict("p", Outcome::Declared)],
            ..finding(text, Some(key))
        }),
        Event::Finding(Finding { rows: Some(9), share: Some(0.5), ..finding(text, Some(column)) }),
        Event::Finding(Finding {
            places: Vec::new(),
            category: text.into(),
            detector: text.into(),
            ..finding(text, None)
        }),
        Event::Skipped(Skipped { path: path.clone(), reason: text.to_owned(), bytes: 5, incomplete: false }),
        Event::Problem(Problem { path, message: text.to_owned(), examined: 5, incomplete: true }),
    ]
}

fn events(texts: &[&str]) -> Vec<Event> {
    let mut events: Vec<_> = texts.iter().flat_map(|text| about(text)).collect();
    for text in texts {
        let (path, message) = (Origin::file(Path::new(text)), (*text).to_owned());
        events.push(Event::Unused(Unused { path, line: 3, message }));
        events.push(Event::Stale(Stale {
            policy: (*text).into(),
            category: (*text).into(),
            clause: Some((*text).to_owned()),
        }));
    }
    let (findings, hits) = (4 * texts.len() as u64, 28 * texts.len() as u64);
    events.push(Event::Summary(Summary { findings, hits, exit: 1, version: "0.1.0", ..Summary::default() }));
    events
}

fn options(text: &str) -> Options {
    let title = Title { en: text.to_owned(), ru: text.to_owned(), kk: text.to_owned() };
    let references = vec![text.to_owned()];
    Options {
        categories: Some(Arc::new(Categories::builtin().unwrap())),
        rules: vec![Rule { id: "kz-iin".into(), category: "iin".into(), title, references }].into(),
        columns: Some(Columns(Arc::new(|_, place| (place.line() == 1).then_some(7..19)))),
        ..Options::default()
    }
}

fn written(format: Format, options: Options, events: &[Event]) -> String {
    let mut out = Vec::new();
    let mut report = report::new(format, Box::new(&mut out), options);
    for event in events {
        report.event(event).unwrap();
    }
    drop(report);
    String::from_utf8(out).unwrap()
}

/// Whether a character acts on a terminal, a log or the order of text. Line ends are the reports' own.
fn acts(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The commands that a runner would obey in this output, as it reads them.
fn commands(shown: &str) -> Vec<&str> {
    let begins = |line: &&str| line.trim_start().starts_with("::");
    shown.lines().filter(begins).collect()
}

#[test]
fn nothing_hostile_acts_in_any_format() {
    for text in HOSTILE {
        for format in FORMATS {
            let shown = written(format, options(text), &events(&[text]));
            assert!(!shown.contains(acts), "{format:?}: {text:?}: {shown}");
            let commands = ["##[", "##vso[", "##teamcity["];
            assert!(!commands.iter().any(|command| shown.contains(command)), "{format:?}: {text:?}: {shown}");
            if format != Format::Github {
                assert_eq!(self::commands(&shown), [""; 0], "{format:?}: {text:?}");
            }
        }
    }
}

#[test]
fn nothing_hostile_acts_in_the_matrix() {
    for text in HOSTILE {
        for format in [Format::Human, Format::Markdown, Format::Json, Format::Csv] {
            let shown = written(format, Options { matrix: true, ..options(text) }, &events(&[text]));
            assert!(!shown.contains(acts), "{format:?}: {text:?}: {shown}");
            assert!(!shown.contains("##[") && commands(&shown).is_empty(), "{format:?}: {text:?}: {shown}");
        }
    }
}

#[test]
fn no_format_holds_the_value() {
    let numbers =
        |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 6 && VALUE.contains(run));
    for format in FORMATS {
        let shown = written(format, options("title"), &events(&["dumps/a.sql"]));
        assert!(!numbers(&shown), "{format:?}: {shown}");
        assert_eq!(shown, written(format, options("title"), &events(&["dumps/a.sql"])), "{format:?}");
    }
}

#[test]
fn github_gets_its_own_commands_and_no_other() {
    for text in HOSTILE {
        let shown = written(Format::Github, options(text), &events(&[text]));
        let commands = commands(&shown);
        // Two places, two places, a column, a finding without a place, a skip, a problem, the incomplete run.
        assert_eq!(commands.len(), 9, "{text:?}: {shown}");
        for command in commands {
            let (head, _) = command[2..].split_once("::").unwrap();
            let (name, properties) = head.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&name), "{command}");
            for property in properties.split(',') {
                let (key, _) = property.split_once('=').unwrap();
                assert!(["file", "line", "col", "endColumn", "title"].contains(&key), "{text:?}: {command}");
            }
        }
    }
}

#[test]
fn json_formats_are_json_and_name_paths_whole() {
    for text in HOSTILE {
        let path = origin(text);
        let read = |format| serde_json::from_str::<Value>(&written(format, options(text), &events(&[text]))).unwrap();
        assert_eq!(read(Format::Json)[0]["path"], path.as_str());
        assert_eq!(read(Format::GitlabCodequality)[0]["location"]["path"], path.as_str());
        assert_eq!(read(Format::GitlabSecrets)["vulnerabilities"][0]["location"]["file"], path.as_str());
        let sarif = read(Format::Sarif);
        let location = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        let is_text = |key: &str| ["text", "markdown", "description", "value"].contains(&key);
        for log in [&sarif, &read(Format::GitlabCodequality), &read(Format::GitlabSecrets)["scan"]] {
            strings(log, is_text, &mut |shown| assert!(!shown.contains(acts), "{text:?}: {shown:?}"));
        }
        let uri = location["artifactLocation"]["uri"].as_str().unwrap();
        assert_eq!(unescaped(uri), path.as_str());
        assert!(!sarif["runs"][0]["results"][0]["message"]["text"].as_str().unwrap().contains("]("), "{text:?}");
    }
}

/// Gives every string that stands under such a key.
fn strings(value: &Value, is_text: impl Fn(&str) -> bool + Copy, see: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| strings(value, is_text, see)),
        Value::Object(values) => values.iter().for_each(|(key, value)| match value {
            Value::String(text) if is_text(key) => see(text),
            _ => strings(value, is_text, see),
        }),
        _ => {}
    }
}

/// A URI with its percent-encoded bytes read.
fn unescaped(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || char::from(rest.next().unwrap()).to_digit(16).unwrap() as u8;
        bytes.push(if byte == b'%' { digit() * 16 + digit() } else { byte });
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn markdown_keeps_its_lines_and_tables() {
    let shape = |text: &str| {
        let shown = written(Format::Markdown, options("title"), &events(&[text]));
        let bars = |line: &str| if line.starts_with('|') { line.matches('|').count() } else { 0 };
        shown.lines().map(bars).collect::<Vec<_>>()
    };
    for text in HOSTILE {
        assert_eq!(shape(text), shape("plain"), "{text:?}");
        let shown = written(Format::Markdown, options("title"), &events(&[text]));
        // What stands in code means nothing; outside of it nothing may mean anything.
        let outside: String = shown.lines().flat_map(|line| line.split('`').step_by(2)).collect();
        let outside = outside.replace("<code>", "").replace("</code>", "");
        assert!(!outside.contains(['<', '>', '@', '[', ']', '\\', '!']), "{text:?}: {shown}");
        assert!(!outside.contains("www.") && !outside.contains("://"), "{text:?}: {shown}");
    }
}

#[test]
fn sarif_is_valid() {
    let schema: Value = serde_json::from_str(include_str!("schemas/sarif-schema-2.1.0.json")).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let clean = [Event::Summary(Summary { version: "0.1.0", ..Summary::default() })];
    for events in [&clean[..], &events(&["dumps/a.sql"]), &events(&HOSTILE)] {
        let log: Value = serde_json::from_str(&written(Format::Sarif, options("IIN"), events)).unwrap();
        let errors: Vec<_> = validator.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    // That the schema is looked at, too.
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
}

#[test]
#[ignore = "needs xmllint, which .ci/run looks for"]
fn junit_is_valid() {
    let clean = [Event::Summary(Summary { version: "0.1.0", ..Summary::default() })];
    assert!(is_valid_junit(&written(Format::Junit, options("IIN"), &clean)));
    assert!(is_valid_junit(&written(Format::Junit, options("IIN"), &events(&["dumps/a.sql"]))));
    assert!(is_valid_junit(&written(Format::Junit, options("IIN"), &events(&HOSTILE))));
    assert!(!is_valid_junit("<testsuites><testsuite/></testsuites>"));
}

fn is_valid_junit(xml: &str) -> bool {
    let mut xmllint = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas/JUnit.xsd"), "-"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("xmllint is installed");
    xmllint.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
    xmllint.wait().unwrap().success()
}
