//! Containers: the same file gives the same findings in each of them, at any depth; what cannot be opened is named, and
//! never passes for clean.

#[path = "common/run.rs"]
mod run;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use derbes::finding::{Event, Finding};
use derbes::input::Origin;
use derbes::limits::{Limits, Unpacking};
use derbes::pipeline::Plan;
use run::{Run, plan, run};

const FIXTURES: &str = "fixtures/containers";

fn fixture(name: &str) -> PathBuf {
    Path::new(FIXTURES).join(name)
}

fn scan(path: PathBuf) -> Run {
    run(&plan(vec![path], Unpacking::default()))
}

/// A finding without its path.
fn moved(finding: &Finding) -> Finding {
    Finding { path: Origin::stdin(), ..finding.clone() }
}

/// The findings of a file of the payload.
fn payload(name: &str) -> Vec<Finding> {
    let findings: Vec<_> = scan(fixture("payload").join(name)).findings().into_iter().map(moved).collect();
    assert!(!findings.is_empty(), "{name}");
    findings
}

/// Asserts that a container gives the findings of these files under these members, and all of it was examined.
fn assert_gives(container: &str, members: &[(&str, &str)]) {
    let run = scan(fixture(container));
    assert_eq!(run.missed(), [""; 0], "{container}");
    let summary = run.summary();
    assert_eq!((summary.bytes_seen, summary.exit), (summary.bytes_examined, 1), "{container}");
    let mut found = run.findings().into_iter().peekable();
    for (member, file) in members {
        let path = format!("{FIXTURES}/{container}!{member}");
        let of_member: Vec<_> = std::iter::from_fn(|| found.next_if(|f| f.path.as_str() == path)).map(moved).collect();
        assert!(of_member == payload(file), "{path}: {of_member:#?}");
    }
    assert_eq!(found.next(), None, "{container}");
}

const CLIENTS: (&str, &str) = ("clients.csv", "clients.csv");
const LOG: (&str, &str) = ("logs/app.log", "logs/app.log");
const NOTES: (&str, &str) = ("заметки.txt", "заметки.txt");

#[test]
fn zip() {
    assert_gives("zip/deflate.zip", &[CLIENTS, LOG, NOTES]);
    assert_gives("zip/stored.zip", &[CLIENTS, LOG]);
    assert_gives("zip/zip64.zip", &[CLIENTS]);
    assert_gives("zip/undelimited.zip", &[("app.log", LOG.1), CLIENTS]);
    #[cfg(feature = "bzip2")]
    assert_gives("zip/bzip2.zip", &[CLIENTS]);
    #[cfg(feature = "deflate64")]
    assert_gives("zip/deflate64.zip", &[CLIENTS]);
    #[cfg(feature = "xz")]
    for method in ["lzma", "xz"] {
        assert_gives(&format!("zip/{method}.zip"), &[CLIENTS]);
    }
}

#[test]
fn names_in_cp866_are_shown_as_they_are() {
    let run = scan(fixture("zip/cp866.zip"));
    assert_eq!(run.lines()[1], "cp866.zip!Отчёты/клиенты.csv iin клиенты.ИИН 3");
}

#[test]
fn tar() {
    let long = format!("{}/clients.csv", "д".repeat(70));
    assert_gives("tar/ustar.tar", &[CLIENTS, LOG, NOTES]);
    assert_gives("tar/gnu.tar", &[(&long, CLIENTS.1)]);
    assert_gives("tar/pax.tar", &[(&long, CLIENTS.1)]);
    assert_gives("tar/v7.tar", &[CLIENTS]);
    assert_gives("tar/links.tar", &[CLIENTS]);
    // Two layers are one step.
    assert_gives("tar/bsd.tar.gz", &[CLIENTS, LOG]);
}

#[test]
fn holes_are_stepped_over() {
    for version in ["gnu", "0.0", "0.1", "1.0"] {
        let run = scan(fixture(&format!("tar/sparse-{version}.tar")));
        assert_eq!(run.lines(), [format!("sparse-{version}.tar!sparse.csv phone 6")]);
    }
}

#[cfg(feature = "sevenz")]
#[test]
fn sevenz() {
    assert_gives("7z/lzma2.7z", &[CLIENTS, LOG, NOTES]);
    for method in ["lzma", "ppmd", "bzip2"] {
        assert_gives(&format!("7z/{method}.7z"), &[CLIENTS, LOG]);
    }
    for method in ["deflate", "copy", "bcj2"] {
        assert_gives(&format!("7z/{method}.7z"), &[CLIENTS]);
    }
}

#[test]
fn cpio_and_ar() {
    for form in ["newc", "crc", "odc", "bin"] {
        assert_gives(&format!("cpio/{form}.cpio"), &[CLIENTS, LOG]);
    }
    // The table is called by its file.
    let long = "a-name-longer-than-sixteen.csv";
    for form in ["gnu", "bsd"] {
        let lines = scan(fixture(&format!("ar/{form}.a"))).lines();
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[1], format!("{form}.a!{long} iin a-name-longer-than-sixteen.ИИН 3"));
    }
}

#[cfg(all(feature = "sevenz", feature = "xz"))]
#[test]
fn nested_in_any_mixture() {
    let members = ["b.zip!c.7z!d.tar.xz!clients.csv", "b.zip!clients.csv", "clients.csv"];
    assert_gives("nested/five.tar.zst", &members.map(|member| (member, "clients.csv")));
    let deb = scan(fixture("ar/package.deb")).lines();
    assert_eq!(deb[0], "package.deb!control.tar.xz!control email 1");
    assert_eq!(deb[2], "package.deb!data.tar.xz!srv/clients.csv iin clients.ИИН 3");
}

#[test]
fn what_is_closed_is_named_and_never_clean() {
    for (container, lines) in [
        (
            "zip/encrypted.zip",
            &[
                "encrypted.zip!clients.csv skipped: encrypted (161)",
                "encrypted.zip!logs/app.log skipped: encrypted (92)",
            ][..],
        ),
        ("zip/aes.zip", &["aes.zip!clients.csv skipped: encrypted (177)"]),
        ("zip/ppmd.zip", &["ppmd.zip!clients.csv skipped: compressed by a method that is not known (98) (126)"]),
        ("rar/head.rar", &["head.rar skipped: a RAR archive, which is not opened (37)"]),
        #[cfg(feature = "sevenz")]
        (
            "7z/encrypted.7z",
            &[
                "encrypted.7z!clients.csv skipped: encrypted (210)",
                "encrypted.7z!logs/app.log skipped: encrypted (315)",
            ],
        ),
        #[cfg(feature = "sevenz")]
        ("7z/encrypted-names.7z", &["encrypted-names.7z skipped: encrypted, the names too (368)"]),
    ] {
        let run = scan(fixture(container));
        assert_eq!(run.lines(), lines);
        let summary = run.summary();
        assert!(summary.incomplete && summary.exit == 3 && summary.bytes_examined < summary.bytes_seen, "{container}");
    }
}

#[test]
fn a_stream_gives_the_same_as_a_file() {
    for container in [
        "zip/deflate.zip",
        "zip/undelimited.zip",
        "tar/bsd.tar.gz",
        "tar/pax.tar",
        "nested/five.tar.zst",
        "7z/lzma2.7z",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_derbes"))
            .args(["scan", "-", "--all-detectors", "--format", "jsonl", "--fail-on", "never"])
            .stdin(Stdio::from(std::fs::File::open(fixture(container)).unwrap()))
            .output()
            .unwrap();
        let streamed = String::from_utf8(output.stdout).unwrap();
        // Some detectors go by what a path is, which a stream does not have.
        let file = run(&Plan { all_detectors: true, ..plan(vec![fixture(container)], Unpacking::default()) });
        let expected: Vec<_> = file.events.iter().filter(|event| !matches!(event, Event::Summary(_))).collect();
        let expected = expected.iter().map(|event| serde_json::to_string(event).unwrap());
        let expected: Vec<_> = expected.map(|line| line.replace(&format!("{FIXTURES}/{container}"), "-")).collect();
        let streamed: Vec<_> = streamed.lines().filter(|line| !line.contains(r#""type":"summary""#)).collect();
        assert_eq!(streamed, expected, "{container}");
    }
}

#[test]
fn the_same_bytes_come_out_at_any_number_of_threads_and_any_block_size() {
    let shown = |threads, block| {
        let plan = plan(vec![PathBuf::from(FIXTURES)], Unpacking::default());
        let limits = Limits { block, split: 1000, ..plan.limits.clone() };
        let events = run(&derbes::pipeline::Plan { threads, limits, ..plan }).events;
        let events = events.iter().filter(|event| !matches!(event, Event::Summary(_)));
        events.map(|event| serde_json::to_string(event).unwrap()).collect::<Vec<_>>()
    };
    let expected = shown(1, 64 << 10);
    assert!(expected.len() > 100);
    for (threads, block) in [(1, 64), (2, 1000), (8, 4096)] {
        assert!(shown(threads, block) == expected, "{threads} threads, blocks of {block}");
    }
    let paths: Vec<_> =
        expected.iter().filter_map(|line| line.split(r#""path":""#).nth(1)?.split('"').next()).collect();
    assert!(paths.is_sorted(), "events are in the order of their paths");
}

#[cfg(all(feature = "sevenz", feature = "xz"))]
#[test]
fn budgets_stop_what_goes_beyond_and_say_so() {
    let five = || vec![fixture("nested/five.tar.zst")];
    let with = |unpacking| run(&plan(five(), unpacking));
    let default = Unpacking::default;
    let deep = with(Unpacking { depth: 2, ..default() });
    assert_eq!(
        deep.missed(),
        ["five.tar.zst!b.zip!c.7z skipped: more than 2 containers inside one another (--max-depth) (389)"]
    );
    assert_eq!((deep.findings().len(), deep.summary().exit), (6, 1));
    let few = with(Unpacking { members: 2, ..default() });
    assert_eq!(few.missed(), ["five.tar.zst!b.zip!c.7z skipped: more than 2 members (--max-members) (389)"]);
    let little = with(Unpacking { bytes: 4096, ..default() });
    assert_eq!(little.missed().len(), 1, "{:?}", little.missed());
    assert!(little.missed()[0].contains("skipped: more than 4096 bytes unpacked (--max-unpacked)"));
    let short = with(Unpacking { member: 300, ..default() });
    assert!(
        short.missed()[0].contains("skipped: a member of more than 300 bytes (--max-member)"),
        "{:?}",
        short.missed()
    );
    let poor = with(Unpacking { memory: 1 << 20, ..default() });
    assert!(poor.missed()[0].contains("(--max-memory)"), "{:?}", poor.missed());
    for run in [deep, few, little, short, poor] {
        assert!(run.summary().incomplete);
    }
}
