//! Audits: a run tells what a scan does, however much of it is remembered, and what changed since an earlier one.

#[path = "common/git.rs"]
mod git;
#[path = "common/store.rs"]
mod store;

use std::path::Path;
use std::time::Duration;

use git::{IIN, OTHER, Repo};
use rusqlite::Connection;
use store::{DAY, audit, copy, count, fixtures, lines, scan, store};

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
fn a_report_names_what_only_its_run_knew() {
    let repo = Repo::folder();
    copy(Path::new("fixtures/detectors"), &repo.at.join("own"));
    repo.write("data/a.txt", "договор ДГ-000027, ИИН 900517132728\n");
    assert!(audit(&repo, "--detectors own").concat().contains("contract"));
    std::fs::remove_dir_all(repo.at.join("own")).unwrap();
    let report = |format: &str| repo.derbes(&format!("audit report --store ../a.store --format {format}")).out;
    assert!(report("human").contains("Contract number (contract)"), "{}", report("human"));
    assert!(report("sarif").contains("Contract of the shop"), "{}", report("sarif"));
    // So does that of a store that an older version wrote, but for the names.
    let db = Connection::open(store(&repo)).unwrap();
    db.execute_batch("ALTER TABLE runs DROP COLUMN own; PRAGMA user_version = 1").unwrap();
    drop(db);
    let older = repo.derbes("audit report --store ../a.store");
    assert_eq!((older.exit, older.err.contains("older version")), (2, true), "{}", older.err);
    assert_eq!(audit(&repo, ""), scan(&repo, ""));
    assert!(repo.derbes("audit report 1 --store ../a.store").out.contains("contract: 1 hit"), "{}", report("human"));
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

/// Nothing changed but the day: the rows of a table have told when they were made.
#[test]
fn a_table_expires_by_the_dates_of_its_rows() {
    let repo = Repo::folder();
    let row = |n: u32| {
        format!("{n};{};2023-{:02}-20 10:11:12\n", ["900517132728", "750228150059"][n as usize % 2], n % 12 + 1)
    };
    repo.write("data/payers.csv", format!("id;iin;created_at\n{}", (0..60).map(row).collect::<String>()));
    let on = |day: &str| {
        let run =
            |line: &str| lines(&repo.derbes(&format!("{line} --policy anysoft --format jsonl --today {day}")).out);
        let told = run("audit data --store ../a.store");
        assert_eq!(told, run("scan data --no-ignore --fail-on-incomplete"));
        told.concat()
            .matches(r#""clause":"7.1(ж)","date":"2023-12-20","date_source":"rows","outcome":"expired""#)
            .count()
    };
    assert_eq!((on("2026-12-20"), on("2026-12-21")), (0, 1));
    assert_eq!(count(&repo, "contents"), 1);
}

/// Files come, go, move, are copied and changed, with definitions of tables beside them; policies and detectors change.
#[test]
fn whatever_changes_a_run_tells_what_a_scan_does() {
    const PATHS: [&str; 10] = [
        "a.txt",
        "b.log",
        "users.csv",
        "sub/users.csv",
        "sub/users.sql",
        "sub/schema.sql",
        "e.json",
        "tests/users.csv",
        "g.env",
        "sub/rows.sql",
    ];
    const CONTENTS: [&str; 8] = [
        IIN,
        "2026-11-01 10:00 INFO phone=+7 700 000 00 19 email=aigerim@romashka-demo.kz\n",
        "iin;phone;created_at\n900517132728;+77000000019;2019-01-05\n750228150059;87000000021;2020-02-02\n",
        "iin;phone\n900517132728;+77000000019\n750228150059;87000000021\n",
        "CREATE TABLE users (iin char(12), phone varchar(20), created_at datetime);\n",
        "CREATE TABLE users (a char(12), b varchar(20), c datetime);\n",
        "INSERT INTO users VALUES ('900517132728','+77000000019','2019-01-05'),('750228150059','87000000021','2020-02-02');\n",
        "{\"phone\": \"+7 700 000 00 21\", \"iin\": \"750228150059\"}\n",
    ];
    const ARGS: [&str; 8] = [
        "",
        "--threads 1",
        "--policy anysoft",
        "--policy anysoft --proof inode",
        "--policy justcode --trust-mtime",
        "--no-detector kz-phone",
        "--min-confidence low",
        "--policy anysoft --policy justcode --strict",
    ];
    let mut state: u64 = 8;
    let mut pick = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let repo = Repo::folder();
    repo.write("data/always.txt", IIN);
    for step in 0..60 {
        for _ in 0..=pick(3) {
            let path = format!("data/{}", PATHS[pick(PATHS.len())]);
            let other = repo.at.join(format!("data/{}", PATHS[pick(PATHS.len())]));
            match pick(5) {
                0 => drop(std::fs::remove_file(repo.at.join(path))),
                1 => drop(std::fs::rename(repo.at.join(path), other)),
                2 => drop(std::fs::copy(repo.at.join(path), other)),
                _ => drop(repo.write(&path, CONTENTS[pick(CONTENTS.len())])),
            }
        }
        let args = ARGS[pick(ARGS.len())];
        let of_scan: Vec<&str> =
            args.split(' ').filter(|arg| !["--proof", "inode", "--trust-mtime"].contains(arg)).collect();
        assert_eq!(audit(&repo, args), scan(&repo, &of_scan.join(" ")), "step {step}: {args}");
    }
}

/// The pages of files that the system keeps in memory, as `fincore` of util-linux counts them.
#[cfg(target_os = "linux")]
fn kept(files: &[&Path]) -> Option<Vec<u64>> {
    let told = std::process::Command::new("fincore").args(["-n", "-r", "-o", "PAGES"]).args(files).output().ok()?;
    String::from_utf8(told.stdout).ok()?.lines().map(|pages| pages.trim().parse().ok()).collect()
}

/// A scan leaves what it reads where others find it soon; an audit goes over what nobody works with.
#[test]
#[cfg(target_os = "linux")]
fn what_an_audit_reads_does_not_stay_in_memory() {
    let repo = Repo::folder();
    let text = format!("{IIN}{}", "nothing of anybody's stands here\n".repeat(1 << 20));
    // Random enough not to pack well.
    let noise = (0_u64..4 << 20).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    std::io::Write::write_all(&mut packed, &noise.collect::<Vec<u8>>()).unwrap();
    repo.write("data/a.log", text).write("data/b.gz", packed.finish().unwrap());
    let paths = ["data/a.log", "data/b.gz"].map(|file| repo.at.join(file));
    let files: Vec<&Path> = paths.iter().map(|path| path.as_path()).collect();
    // Only what is on the disk can be given up.
    files.iter().for_each(|file| std::fs::File::open(file).unwrap().sync_all().unwrap());
    let give_up = |file: &Path| {
        let file = format!("of={}", file.display());
        std::process::Command::new("dd").args([&file, "oflag=nocache", "conv=notrunc", "count=0"]).output().is_ok()
    };
    let told = files.iter().all(|file| give_up(file)) && kept(&files).is_some_and(|pages| pages == [0, 0]);
    if !told {
        return eprintln!("skipped: there is no fincore, or this file system gives nothing up");
    }
    scan(&repo, "");
    let pages = kept(&files).unwrap();
    assert!(pages.iter().all(|pages| *pages > 500), "{pages:?}");
    audit(&repo, "");
    let pages = kept(&files).unwrap();
    // The last of a split is read again with the next one.
    assert!(pages.iter().all(|pages| *pages < 500), "{pages:?}");
    scan(&repo, "");
    audit(&repo, "--proof content");
    let pages = kept(&files).unwrap();
    assert!(pages.iter().all(|pages| *pages < 500), "what is unchanged: {pages:?}");
}
