//! The page of `--format html` in a real browser: names that others chose stay text, nothing is fetched, and a person can
//! search, sort, switch the language and print. Skips where Chromium or Python is missing.

#[path = "common/git.rs"]
mod git;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use derbes::category::Categories;
use derbes::finding::{
    Confidence, DateSource, Event, Evidence, EvidenceSet, Facts, Field, Finding, Ground, Outcome, Place, Posture,
    Problem, Redacted, Skipped, Stale, Summary, Unused, Verdict,
};
use derbes::input::Origin;
use derbes::report::html::{Change, Folder, History, Movement, Past};
use derbes::report::{self, Format, Options};
use git::{IIN, OTHER, Repo};

/// Strings that others choose.
const HOSTILE: [&str; 12] = [
    "<img src=x onerror=owned=1>",
    "</script><script>owned=1</script>",
    "</title></style><svg onload=owned=1>",
    "\"><iframe srcdoc=\"<script>owned=1</script>\">",
    "' onmouseover='owned=1",
    "<!--<script>owned=1",
    "${owned=1}{{owned=1}}&lt;b&gt;&amp;",
    "javascript:owned=1",
    "gpj\u{202e}exe\u{2066}\u{200b}",
    "\u{1b}[31mred\u{9b}2J\u{7}",
    "line\u{2028}paragraph\u{2029}\r\n",
    "дербес деректер/ИИН жсн.csv",
];

const CATEGORIES: [&str; 6] = ["iin", "phone", "email", "payment-card", "name", "bin"];

fn verdict(policy: &str, outcome: Outcome, clause: &str, ground: Option<Ground>) -> Verdict {
    let count = (outcome == Outcome::Minor).then_some(3);
    Verdict { policy: policy.into(), outcome, clause: Some(clause.to_owned()), count, ground, rule: None }
}

/// Verdicts of all kinds, with all grounds, the one or the other by a number.
fn verdicts(at: usize, clause: &str) -> Vec<Verdict> {
    let date = Ground::Date { date: "2021-03-01".parse().unwrap(), date_source: DateSource::Name };
    let grounds = [
        None,
        Some(date),
        Some(Ground::Posture { posture: Posture::Code }),
        Some(Ground::Country { country: "DE".into() }),
        Some(Ground::Note { note: clause.to_owned() }),
    ];
    let outcome = Outcome::ALL[at % 8];
    let ground = grounds[at % grounds.len()].clone();
    match at % 9 {
        8 => Vec::new(),
        _ => vec![verdict("anysoft", outcome, clause, ground), verdict("robotek", Outcome::Declared, "5.3", None)],
    }
}

fn finding(at: usize, path: &str, field: Option<Field>) -> Event {
    let value = Redacted::new(b"900517132728", "keep-last:2".parse().unwrap());
    Event::Finding(Finding {
        path: Origin::file(Path::new(path)),
        category: CATEGORIES[at % CATEGORIES.len()].into(),
        detector: "kz-iin".into(),
        confidence: [Confidence::Low, Confidence::Medium, Confidence::High][at % 3],
        score: 97,
        rows: matches!(field, Some(Field::Column { .. })).then_some(2_000_000),
        field,
        hits: 1 + (at as u64 * 7919) % 1_500_000,
        share: None,
        places: vec![Place::new(100, 1 + at as u64, 93, value)],
        evidence: EvidenceSet::new().with(Evidence::CheckDigit),
        verdicts: verdicts(at, path),
        stood: None,
        facts: Facts::default(),
    })
}

/// About each hostile string wherever others can put one, and `more` plain findings.
fn events(more: usize) -> Vec<Event> {
    let mut events = Vec::new();
    for (at, text) in HOSTILE.into_iter().enumerate() {
        let column = Field::Column { table: text.to_owned(), column: text.to_owned() };
        events.push(finding(at, text, None));
        events.push(finding(at + 1, text, Some(Field::Key { key: text.to_owned() })));
        events.push(finding(at + 2, text, Some(column)));
        let (path, message) = (Origin::file(Path::new(text)), text.to_owned());
        let reason = if at % 2 == 0 { "encrypted".to_owned() } else { message.clone() };
        events.push(Event::Skipped(Skipped { path: path.clone(), reason, bytes: 5000, incomplete: true }));
        let problem = format!("unexpected end of file after {at} bytes");
        events.push(Event::Problem(Problem {
            path: path.clone(),
            message: problem,
            examined: at as u64,
            incomplete: true,
        }));
        events.push(Event::Unused(Unused { path, line: 3, message }));
        events.push(Event::Stale(Stale { policy: text.into(), category: text.into(), clause: None }));
    }
    for at in 0..more {
        let path = format!("backups/2026-{:02}/server-{}/dump-{at:05}.sql.gz", at % 12 + 1, at % 40);
        let column = Field::Column { table: format!("public.t{}", at % 90), column: format!("c{}", at % 7) };
        events.push(finding(at, &path, (at % 3 > 0).then_some(column)));
    }
    let findings = events.iter().filter(|event| matches!(event, Event::Finding(_))).count() as u64;
    events.push(Event::Summary(Summary {
        files: 1234,
        bytes_seen: 5_000_000_000,
        bytes_examined: 4_999_000_000,
        findings,
        hits: 7_654_321,
        exit: 1,
        version: "0.1.0",
        incomplete: true,
        ..Summary::default()
    }));
    events
}

fn history() -> History {
    let past = |id: i64| Past {
        id,
        started: format!("2026-{id:02}-02T02:30:00Z"),
        files: 1000 + 20 * id as u64,
        bytes_seen: 5_000_000_000,
        bytes_examined: 4_999_000_000,
        findings: 30 + id as u64,
        incomplete: id % 2 == 0,
        moved: (id > 1).then_some([1, 2, 3, 4, 5]),
    };
    let folder = |text: &str| Folder {
        prefix: text.to_owned(),
        objects: 3,
        bytes_seen: 2_000_000,
        bytes_examined: 1_000_000,
        missed: 1,
        not_examined: [(text.to_owned(), 900_000), ("encrypted".to_owned(), 100_000)].into(),
    };
    let change = |(at, text): (usize, &str)| Change {
        movement: Movement::ALL[at % 5],
        path: text.to_owned(),
        field: Some(Field::Key { key: text.to_owned() }),
        category: text.to_owned(),
        hits_before: 3,
        hits_now: 4000,
        verdicts: verdicts(at, text),
    };
    History {
        run: 5,
        paths: HOSTILE.map(str::to_owned).to_vec(),
        today: "2026-11-22".to_owned(),
        runs: (1..=5).map(past).collect(),
        is_cut_short: true,
        folders: HOSTILE.map(folder).to_vec(),
        changes: HOSTILE.into_iter().enumerate().map(change).collect(),
    }
}

fn page(name: &str, more: usize) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let out = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    let categories = Some(Arc::new(Categories::builtin().unwrap()));
    let options = Options { categories, history: Some(Arc::new(history())), ..Options::default() };
    let mut report = report::new(Format::Html, Box::new(out), options);
    events(more).iter().for_each(|event| report.event(event).unwrap());
    file
}

/// Checks a page in the browser; screenshots go to the folder `DERBES_SCREENSHOTS`, if that is set.
fn check(page: &Path) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/html_report/check.py");
    let mut command = Command::new("python3");
    command.args(["-B", script]).arg(page).args(std::env::var_os("DERBES_SCREENSHOTS"));
    let Ok(output) = command.output() else { return println!("skipped: there is no python3") };
    let told = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(77) => println!("skipped: {told}"),
        code => assert_eq!(code, Some(0), "{told}{}", String::from_utf8_lossy(&output.stderr)),
    }
    println!("{told}");
}

#[test]
fn a_person_can_use_the_page_and_nothing_hostile_acts() {
    check(&page("hostile.html", 400));
}

#[test]
fn tens_of_thousands_of_findings_stay_usable() {
    check(&page("many.html", 50_000));
}

/// The page of a run, written again.
fn page_of(repo: &Repo, run: &str) -> String {
    let run = repo.derbes(&format!("audit report {run} --store ../a.store --format html --lang en"));
    assert_eq!(run.exit, 0, "{}", run.err);
    run.out
}

#[test]
fn a_page_tells_of_its_run_and_of_those_before() {
    let repo = Repo::folder();
    let audit = |format: &str| repo.derbes(&format!("audit data --store ../a.store --format {format}"));
    repo.write("data/a.txt", IIN).write("data/b/b.txt", OTHER);
    assert_eq!(audit("jsonl").exit, 1);
    repo.write("data/c.txt", OTHER).write("data/a.txt", format!("{IIN}{OTHER}"));
    std::fs::remove_file(repo.at.join("data/b/b.txt")).unwrap();
    let run = audit("html --lang en --output ../page.html");
    assert_eq!((run.exit, run.out.as_str()), (1, ""), "{}", run.err);
    let page = repo.read("../page.html");
    assert_eq!(page, page_of(&repo, ""));
    let says = |page: &str, text: &str| assert!(page.contains(text), "{text}: {page}");
    for kind in ["new", "changed", "gone"] {
        says(&page, &format!("<tr><td><span data-t=\"movement-{kind}\">{kind}</span>"));
    }
    says(&page, "<h3 id=\"changes\"><span data-t=\"changes\" data-a=\"1\">Changed since run 1</span>");
    says(&page, "<th scope=\"row\" class=\"where\"><bdi>data</bdi></th>");
    assert!(!page.contains(IIN.trim_start_matches("iin=").trim()) && !page.contains("first-run\">"));
    let first = page_of(&repo, "1");
    says(&first, "<p data-t=\"first-run\">");
    says(&first, "data/b/b.txt");
}
