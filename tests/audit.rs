//! Audits: a run tells what a scan does, however much of it is remembered, and however often it was killed; a person is
//! found again, and only with the key.

#[path = "common/git.rs"]
mod git;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use git::{IIN, OTHER, Repo};
use rusqlite::Connection;

const DAY: &str = "--today 2026-11-22";

/// A report as JSON Lines, without the time it took.
fn lines(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        if let Some(seconds) = event.get_mut("seconds") {
            *seconds = 0.into();
        }
        event.to_string()
    };
    text.lines().map(line).collect()
}

fn audit(repo: &Repo, args: &str) -> Vec<String> {
    let run = repo.derbes(&format!("audit data --store ../a.store --format jsonl {DAY} {args}"));
    assert_ne!(run.exit, 2, "{}", run.err);
    lines(&run.out)
}

fn scan(repo: &Repo, args: &str) -> Vec<String> {
    let run = repo.derbes(&format!("scan data --no-ignore --fail-on-incomplete --format jsonl {DAY} {args}"));
    lines(&run.out)
}

fn store(repo: &Repo) -> PathBuf {
    repo.at.join("../a.store")
}

fn count(repo: &Repo, table: &str) -> i64 {
    let db = Connection::open(store(repo)).unwrap();
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)
        } else {
            std::fs::copy(entry.path(), to).map(drop).unwrap()
        }
    }
}

/// A folder with the fixtures in it: archives, dumps, logs, what is encrypted and what is broken.
fn fixtures() -> Repo {
    let repo = Repo::folder();
    for folder in ["demo", "containers", "broken", "tables", "pgdump", "charsets"] {
        copy(&Path::new("fixtures").join(folder), &repo.at.join("data").join(folder));
    }
    repo
}

#[test]
fn a_run_tells_what_a_scan_does() {
    let repo = fixtures();
    for args in ["", "--threads 1", "--policy anysoft --policy justcode", "--policy anysoft --strict --country DE"] {
        let scanned = scan(&repo, args);
        assert!(scanned.len() > 100, "{}", scanned.len());
        assert_eq!(audit(&repo, args), scanned, "{args}");
    }
    let report = repo.derbes("audit report --store ../a.store --format jsonl");
    assert_eq!(lines(&report.out), scan(&repo, "--policy anysoft --strict --country DE"));
    let first = repo.derbes("audit report 1 --store ../a.store --format jsonl");
    assert_eq!(lines(&first.out), scan(&repo, ""));
}

#[test]
fn an_incomplete_run_ends_with_3() {
    let repo = fixtures();
    let run = |args: &str| repo.derbes(&format!("audit data --store ../a.store --fail-on never {args}"));
    assert_eq!(run("").exit, 3);
    assert_eq!(run("--allow-incomplete").exit, 0);
    let word = repo.at.join("word.json");
    assert_eq!(run("--summary-file word.json").exit, 3);
    let word: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&word).unwrap()).unwrap();
    assert_eq!((&word["exit"], &word["run"], &word["incomplete"]), (&3.into(), &3.into(), &true.into()));
    assert_eq!(repo.derbes("audit nowhere --store ../a.store --fail-on never --summary-file word.json").exit, 2);
    assert_eq!(repo.derbes("audit data --store . --summary-file word.json").exit, 2);
    let word: serde_json::Value = serde_json::from_str(&repo.read("word.json")).unwrap();
    assert!(word["error"].as_str().unwrap().starts_with("derbes: "), "{word}");
}

#[test]
fn only_what_is_new_is_scanned() {
    let repo = Repo::folder();
    repo.write("data/a.txt", IIN).write("data/b.log", IIN).write("data/c.txt", OTHER).write("data/sub/d.txt", IIN);
    audit(&repo, "");
    // The same bytes under several names are one content, unless a log is read otherwise than what is none.
    assert_eq!((count(&repo, "objects"), count(&repo, "contents")), (4, 3));
    repo.write("data/e.txt", OTHER).write("data/c.txt", format!("{OTHER}{IIN}"));
    assert_eq!(audit(&repo, ""), scan(&repo, ""));
    assert_eq!(count(&repo, "contents"), 4);
    // A policy that is new judges what is stored.
    assert_eq!(audit(&repo, "--policy anysoft"), scan(&repo, "--policy anysoft"));
    assert_eq!(count(&repo, "contents"), 4);
    // Another detector has to look at everything.
    assert_eq!(audit(&repo, "--no-detector kz-iin"), scan(&repo, "--no-detector kz-iin"));
    assert_eq!(count(&repo, "contents"), 8);
    assert_eq!(audit(&repo, "--policy anysoft"), scan(&repo, "--policy anysoft"));
    assert_eq!(count(&repo, "contents"), 8);
}

#[test]
fn the_name_of_a_table_without_one_is_that_of_its_file() {
    let repo = Repo::folder();
    let table = "iin;phone\n900517132728;+7 700 000 00 19\n750228150059;+7 700 000 00 21\n";
    repo.write("data/a/clients.csv", table).write("data/b/clients.csv", table).write("data/c/payers.csv", table);
    for _ in 0..2 {
        assert_eq!(audit(&repo, ""), scan(&repo, ""));
        assert_eq!(count(&repo, "contents"), 2);
    }
}

#[cfg(unix)]
#[test]
fn each_proof_sees_what_it_promises() {
    for (proof, seen) in [("", true), ("--proof inode", true), ("--trust-mtime", false)] {
        let repo = Repo::folder();
        repo.write("data/a.txt", IIN);
        let file = repo.at.join("data/a.txt");
        let hour = std::time::SystemTime::now() - Duration::from_secs(3600);
        let back = || std::fs::File::options().append(true).open(&file).unwrap().set_modified(hour).unwrap();
        back();
        // Files that were just changed prove nothing by their times.
        std::thread::sleep(Duration::from_millis(2100));
        assert_eq!(audit(&repo, proof), scan(&repo, ""));
        std::fs::write(&file, "x".repeat(IIN.len())).unwrap();
        back();
        assert_eq!(audit(&repo, proof) == scan(&repo, ""), seen, "{proof}");
    }
}

/// All that is stored of the runs, in words that do not depend on when it was.
fn contents_of(repo: &Repo) -> BTreeSet<String> {
    let db = Connection::open(store(repo)).unwrap();
    let mut all = BTreeSet::new();
    for (table, columns) in [
        (
            "findings",
            "path || member || category || detector || hits || hex(places) || evidence || coalesce(facts, '')",
        ),
        ("remarks", "path || member || kind || message || amount || incomplete"),
        ("texts", "path || member || stamps"),
        ("columns", "path || member || first || number || \"table\" || field"),
        ("stands", "path || member || detector || coalesce(first, '') || coalesce(key, '') || beside"),
    ] {
        let select = format!("SELECT {columns} FROM {table} JOIN objects USING (content) WHERE until IS NULL");
        let mut select = db.prepare(&select).unwrap();
        let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        all.extend(rows.map(|row| format!("{table} {}", row.unwrap())));
    }
    all
}

/// Kills an audit again and again until it gets to its end, and compares it to one that nobody disturbed.
fn killed(moments: &[u64]) {
    let whole = fixtures();
    // Some that take long, and the same bytes under several names.
    for n in 0..40 {
        whole.write(
            &format!("data/many/{n}.log"),
            format!("{IIN}{OTHER}phone=+7 700 000 00 {:02}\n", n % 30).repeat(2000),
        );
    }
    let expected = audit(&whole, "--policy anysoft");
    let repo = Repo::folder();
    copy(&whole.at.join("data"), &repo.at.join("data"));
    for moment in moments {
        let mut derbes = Command::new(env!("CARGO_BIN_EXE_derbes"));
        derbes.args(["audit", "data", "--store", "../a.store", "--policy", "anysoft", "--max-rate", "4M"]);
        let line = DAY.split(' ').chain(["--format", "jsonl"]);
        let derbes = derbes.args(line).current_dir(&repo.at).stdout(Stdio::null()).stderr(Stdio::null());
        let mut derbes = git::isolated(derbes).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(*moment));
        let _ = derbes.kill();
        derbes.wait().unwrap();
    }
    assert_eq!(audit(&repo, "--policy anysoft"), expected);
    assert_eq!(contents_of(&repo), contents_of(&whole));
    for value in ["900517132728", "+77000000019", "87000000021"] {
        let answers =
            [&whole, &repo].map(|r| r.derbes(&format!("subject {value} --store ../a.store --format json")).out);
        assert!(answers[0].len() > 200, "{}", answers[0]);
        assert_eq!(answers[0], answers[1]);
    }
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    killed(&[30, 300, 700, 1100, 1900]);
}

/// Fifty moments take minutes: `cargo test --test audit -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn a_run_that_is_killed_at_fifty_moments_goes_on_where_it_was() {
    for seed in 0..50_u64 {
        killed(&[(seed * 7919 + 17) % 2500]);
    }
}

#[test]
fn a_run_that_was_cut_short_is_listed_and_gone_on_with() {
    let repo = Repo::folder();
    for n in 0..30 {
        repo.write(&format!("data/{n}.txt"), IIN.repeat(20_000 + n));
    }
    let mut derbes = Command::new(env!("CARGO_BIN_EXE_derbes"));
    let line = ["audit", "data", "--store", "../a.store", "--max-rate", "3M", "--threads", "1"];
    let derbes = derbes.args(line).current_dir(&repo.at).stdout(Stdio::null());
    let mut derbes = git::isolated(derbes).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(2500));
    // Another one has to wait.
    let other = repo.derbes("audit data --store ../a.store");
    assert_eq!(other.exit, 2);
    assert!(other.err.contains("another audit writes to this store"), "{}", other.err);
    derbes.kill().unwrap();
    derbes.wait().unwrap();
    assert!(repo.derbes("audit runs --store ../a.store").out.contains("cut short"));
    let stored = count(&repo, "contents");
    assert!(stored > 0, "nothing was committed");
    let first: i64 = {
        let db = Connection::open(store(&repo)).unwrap();
        db.query_row("SELECT max(id) FROM contents", [], |row| row.get(0)).unwrap()
    };
    audit(&repo, "");
    assert_eq!(count(&repo, "contents"), 30, "what was done was not done again");
    assert!(first >= stored);
    let runs = repo.derbes("audit runs --store ../a.store").out;
    assert_eq!(runs.lines().count(), 1, "{runs}");
}

#[test]
fn a_person_is_found_in_every_notation() {
    let repo = Repo::folder();
    repo.write("data/a.txt", "iin=900517132728 phone=8 (700) 000-00-19 email=Aigerim@Romashka-Demo.kz\n")
        .write("data/b.json", "{\"x\": 1}\n{\"phone\": \"%2B7%20700%20000%2000%2019\"}\n")
        .write("data/c.csv", "fio;iin;phone\nИванова А;900517132728;7000000019\nПетрова Б;750228150059;7000000021\n")
        .write("data/d.env", "TOKEN=eyJpaW4iOiI5MDA1MTcxMzI3MjgifQ\n")
        .write("data/e.txt", "iban KZ77 0000 0000 0000 0001\nother\n");
    audit(&repo, "--policy anysoft");
    let places = |value: &str| {
        let run = repo.derbes(&format!("subject {value} --store ../a.store --format json --received 2026-11-20"));
        assert_eq!(run.exit, 1, "{value}: {}{}", run.out, run.err);
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        answer["places"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| format!("{}:{}", p["path"].as_str().unwrap(), p["line"]))
            .collect()
    };
    let expect = |value: &str, expected: &[&str]| {
        let found: Vec<String> = places(value);
        assert_eq!(found, expected, "{value}");
    };
    for phone in ["+77000000019", "87000000019", "8(700)000-00-19", "7000000019"] {
        expect(phone, &["data/a.txt:1", "data/b.json:2", "data/c.csv:2"]);
    }
    expect("900517132728", &["data/a.txt:1", "data/c.csv:2", "data/d.env:1"]);
    expect("aigerim@ROMASHKA-demo.kz", &["data/a.txt:1"]);
    expect("kz770000000000000001", &["data/e.txt:1"]);
    let answer = repo.derbes("subject 900517132728 --store ../a.store --received 2026-11-20").out;
    assert!(answer.contains("beside it: email, phone"), "{answer}");
    assert!(answer.contains("iin c.iin: row 1, line 2") || answer.contains("row 1, line 2"), "{answer}");
    assert!(answer.contains("correct (anysoft 6.6): within 7 working days, by 2026-12-01"), "{answer}");
    let nowhere = repo.derbes("subject 750228150050 --store ../a.store");
    assert_eq!((nowhere.exit, nowhere.out.as_str()), (0, "found nowhere\n"));
    assert_eq!(repo.derbes("subject hello --store ../a.store").exit, 2);
    // What is gone is told of only if that is asked for.
    std::fs::remove_file(repo.at.join("data/e.txt")).unwrap();
    audit(&repo, "--policy anysoft");
    assert_eq!(repo.derbes("subject KZ770000000000000001 --store ../a.store").exit, 0);
    let gone = repo.derbes("subject KZ770000000000000001 --all-runs --store ../a.store");
    assert!(gone.out.contains("last seen in run 1"), "{}", gone.out);
}

/// Rows of a database have no lines.
#[test]
fn a_person_is_found_in_a_database() {
    let repo = Repo::folder();
    std::fs::create_dir_all(repo.at.join("data")).unwrap();
    let db = Connection::open(repo.at.join("data/shop.db")).unwrap();
    db.execute_batch("CREATE TABLE notes (a); INSERT INTO notes VALUES ('x'); CREATE TABLE users (id, iin, phone)")
        .unwrap();
    for row in 0..20 {
        let phone = format!("+7 700 000 00 {row:02}");
        db.execute("INSERT INTO users VALUES (?1, '900517132728', ?2)", rusqlite::params![row, phone]).unwrap();
    }
    drop(db);
    assert_eq!(audit(&repo, ""), scan(&repo, ""));
    let answer = repo.derbes("subject 77000000004 --store ../a.store").out;
    assert!(answer.contains("users.phone: row 5"), "{answer}");
}

/// Lines of a large file are counted by all threads, and told as one thread counts them.
#[test]
fn a_person_is_found_in_a_large_file() {
    let repo = Repo::folder();
    let filler = "2026-11-22 10:11:12 INFO nothing of note happened here at all\n".repeat(400_000);
    repo.write("data/a.log", format!("{filler}{IIN}{filler}{OTHER}"));
    audit(&repo, "--threads 2");
    for (value, line) in [("900517132728", 400_001), ("750228150059", 800_002)] {
        let answer = repo.derbes(&format!("subject {value} --store ../a.store")).out;
        assert!(answer.contains(&format!("line {line}\n")), "{answer}");
    }
}

#[test]
fn the_store_gives_nothing_away_without_its_key() {
    let repo = Repo::folder();
    let values =
        ["900517132728", "750228150059", "+7 700 000 00 19", "aigerim@romashka-demo.kz", "KZ770000000000000001"];
    repo.write("data/a.txt", values.join("\n")).write("data/b.txt", values[0]);
    repo.write("data/c.csv", "iin;phone\n900517132728;+77000000019\n750228150059;87000000021\n");
    audit(&repo, "--min-confidence low");
    Connection::open(store(&repo)).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let bytes = std::fs::read(store(&repo)).unwrap();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    // By the key it can be told.
    let key = std::fs::read_to_string(repo.at.join("../a.store.key")).unwrap();
    let key = derbes::subject::Key::parse(&key).unwrap();
    assert!(holds(&key.token("iin", b"900517132728").0));
    // Nobody else can try values: no digest of one without the key is there, neither of a value nor of a file that holds
    // nothing else.
    let none = derbes::subject::Key::parse(&"00".repeat(32)).unwrap();
    for value in values.iter().chain(&["77000000019", "87000000021"]) {
        assert!(!holds(value.as_bytes()), "{value}");
        for used_for in ["iin", "phone", "email", "iban", "content", ""] {
            assert!(!holds(&none.token(used_for, value.as_bytes()).0), "{value}");
        }
        let plain = blake3::hash(value.as_bytes());
        let sha = <sha2::Sha256 as sha2::Digest>::digest(value.as_bytes());
        assert!(!holds(&plain.as_bytes()[..16]) && !holds(&sha[..16]), "{value}");
    }
    // With another key nobody is found.
    let found = || repo.derbes("subject 900517132728 --store ../a.store").exit;
    assert_eq!(found(), 1);
    let own = repo.at.join("../a.store.key");
    let text = std::fs::read_to_string(&own).unwrap();
    std::fs::write(&own, "11".repeat(32)).unwrap();
    assert_eq!(found(), 2);
    std::fs::write(&own, &text).unwrap();
    // A new key seals what is sealed: the old one alone does not open it, and nothing is scanned again.
    assert_eq!(repo.derbes("audit rotate-key --store ../a.store").exit, 0);
    assert_eq!(found(), 1);
    let contents = count(&repo, "contents");
    assert_eq!(audit(&repo, "--min-confidence low"), scan(&repo, "--min-confidence low"));
    assert_eq!(count(&repo, "contents"), contents);
    let both = std::fs::read_to_string(&own).unwrap();
    assert_eq!(both.lines().count(), 2);
    std::fs::write(&own, text).unwrap();
    assert_eq!(found(), 2);
}

#[test]
fn runs_are_compared() {
    let repo = Repo::folder();
    repo.write("data/a.txt", IIN).write("data/b.txt", IIN).write("data/c-2024-01-05.txt", IIN);
    audit(&repo, "--policy anysoft");
    std::fs::remove_file(repo.at.join("data/a.txt")).unwrap();
    repo.write("data/b.txt", format!("{IIN}{OTHER}")).write("data/d.txt", "карта 4400000000123453\n");
    audit(&repo, "--policy anysoft");
    let diff = |args: &str| {
        let run = repo.derbes(&format!("audit diff {args} --store ../a.store --format json"));
        let diff: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
        let changes = diff["changes"].as_array().unwrap().iter();
        let told = changes.map(|c| format!("{} {}", c["kind"].as_str().unwrap(), c["path"].as_str().unwrap()));
        (run.exit, told.collect::<Vec<_>>())
    };
    assert_eq!(diff(""), (1, vec!["gone data/a.txt".into(), "changed data/b.txt".into(), "new data/d.txt".into()]));
    assert_eq!(diff("1 1"), (0, vec![]));
    // Three years later, nothing changed but the day.
    let later = repo.derbes("audit data --store ../a.store --policy anysoft --today 2027-01-06");
    assert_eq!(later.exit, 1);
    assert_eq!(diff(""), (1, vec!["expired data/c-2024-01-05.txt".into()]));
    let text = repo.derbes("audit diff 2 3 --store ../a.store").out;
    assert!(text.contains("newly expired") && text.contains("data of 2024-01-05 by the file's name"), "{text}");
    assert_eq!(repo.derbes("audit diff 1 9 --store ../a.store").exit, 2);
}

#[test]
fn several_audits_share_a_store() {
    let repo = Repo::folder();
    repo.write("data/a.txt", IIN).write("old/data/b.txt", IIN);
    audit(&repo, "");
    assert_eq!(repo.derbes(&format!("audit old --store ../a.store {DAY}")).exit, 1);
    assert_eq!(audit(&repo, ""), scan(&repo, ""));
    assert_eq!(count(&repo, "contents"), 1);
    let answer = repo.derbes("subject 900517132728 --store ../a.store").out;
    assert!(answer.contains("data/a.txt") && answer.contains("old/data/b.txt"), "{answer}");
    assert_eq!(repo.derbes("audit diff 1 2 --store ../a.store").exit, 2);
    assert_eq!(repo.derbes("audit diff --store ../a.store").exit, 0);
}

#[test]
fn the_store_is_not_audited() {
    let repo = Repo::folder();
    repo.write("a.txt", IIN);
    for _ in 0..2 {
        let run = repo.derbes("audit . --store own.store --format jsonl");
        assert_eq!(run.summary("findings"), 1, "{}", run.out);
        assert!(!run.out.contains("problem"), "{}", run.out);
    }
}
