//! Audits that do not get to their end: killed, or on a disk that is full. What comes of them in the end is what comes of
//! one that nobody disturbed.

#[path = "common/git.rs"]
mod git;
#[path = "common/store.rs"]
mod store;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use git::{IIN, OTHER, Repo};
use rusqlite::{Connection, OpenFlags};
use store::{DAY, audit, copy, count, fixtures, lines, scan, store};

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
    let committed = || {
        let db = Connection::open_with_flags(store(&repo), OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        db.query_row("SELECT count(*) FROM contents", [], |row| row.get::<_, i64>(0)).ok()
    };
    while committed().unwrap_or(0) == 0 {
        assert!(derbes.try_wait().unwrap().is_none(), "nothing was committed");
        std::thread::sleep(Duration::from_millis(20));
    }
    // Another one has to wait.
    let other = repo.derbes("audit data --store ../a.store");
    assert_eq!(other.exit, 2);
    assert!(other.err.contains("another audit writes to this store"), "{}", other.err);
    derbes.kill().unwrap();
    derbes.wait().unwrap();
    assert!(repo.derbes("audit runs --store ../a.store").out.contains("cut short"));
    // Whoever is found nowhere may be where it has not got to.
    let nowhere = repo.derbes("subject 850112118154 --store ../a.store");
    assert_eq!(nowhere.exit, 3, "{}", nowhere.out);
    assert!(nowhere.out.contains("INCOMPLETE: an audit has not ended"), "{}", nowhere.out);
    let stored = count(&repo, "contents");
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

/// Killed after it was judged, while its report was written.
#[test]
fn a_run_that_another_policy_judged_is_judged_again() {
    let repo = fixtures();
    audit(&repo, "--policy anysoft");
    audit(&repo, "--policy justcode --strict");
    let db = Connection::open(store(&repo)).unwrap();
    db.execute("UPDATE runs SET finished = NULL, summary = NULL WHERE id = 2", []).unwrap();
    drop(db);
    assert_eq!(audit(&repo, "--policy anysoft"), scan(&repo, "--policy anysoft"));
    assert_eq!(count(&repo, "runs"), 2);
}

/// Runs a script where nobody else sees what it mounts. None where that is not allowed.
#[cfg(target_os = "linux")]
fn with_a_disk_of_its_own(repo: &Repo, script: &str) -> Option<()> {
    let may =
        Command::new("unshare").args(["--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    if !may.is_ok_and(|may| may.status.success()) {
        eprintln!("skipped: no right to mount a disk that can be filled");
        return None;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--mount", "sh", "-euc", script]).current_dir(&repo.at);
    let output = git::isolated(&mut unshare).env("DERBES", env!("CARGO_BIN_EXE_derbes")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    const SCRIPT: &str = "
        mkdir disk && mount -t tmpfs -o size=2m tmpfs disk
        audit() { \"$DERBES\" audit data --store disk/a.store --policy anysoft --today 2026-11-22 --format jsonl \"$@\"; }
        # One that ends, before there is much.
        mkdir later && mv data/many later
        audit > first.jsonl || true
        mv later/many data
        code=0; audit --max-rate 1M > full.jsonl 2> full.txt || code=$?; echo $code > full.code
        mkdir full && cp disk/* full
        \"$DERBES\" audit report 1 --store disk/a.store --format jsonl > first-again.jsonl
        mount -o remount,size=64m disk
        audit > after.jsonl || true
        cp disk/* ..";
    let written = |repo: &Repo| {
        repo.write("data/a.txt", IIN).write("data/b.csv", "iin;phone\n750228150059;+7 700 000 00 21\n");
        for file in 0..60 {
            let line = |n: u32| format!("client user{}@romashka-demo.kz paid\n", file * 1000 + n);
            repo.write(&format!("data/many/{file:02}.log"), (0..1000).map(line).collect::<String>());
        }
    };
    let (repo, whole) = (Repo::folder(), Repo::folder());
    written(&repo);
    written(&whole);
    if with_a_disk_of_its_own(&repo, SCRIPT).is_none() {
        return;
    }
    let told = repo.read("full.txt");
    assert_eq!(repo.read("full.code"), "2\n", "{told}");
    assert!(told.contains("the disk is full: what was committed is kept") && told.contains("make room"), "{told}");
    assert_eq!(repo.read("full.jsonl"), "");
    // What an earlier run found is there, and part of what the one did that could not end.
    assert_eq!(lines(&repo.read("first-again.jsonl")), lines(&repo.read("first.jsonl")));
    let committed = Connection::open(repo.at.join("full/a.store")).unwrap();
    let count = |db: &Connection| db.query_row("SELECT max(id) FROM contents", [], |row| row.get::<_, i64>(0)).unwrap();
    assert!((3..62).contains(&count(&committed)), "{}", count(&committed));
    assert_eq!(lines(&repo.read("after.jsonl")), audit(&whole, "--policy anysoft"));
    assert_eq!(contents_of(&repo), contents_of(&whole));
    assert_eq!(repo.derbes("audit runs --store ../a.store").out.lines().count(), 2);
}
