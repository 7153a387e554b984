//! Audits of a scratch folder, and scans of the same to hold them against. Each test file takes what it needs.

#![allow(dead_code)]

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::git::Repo;

pub const DAY: &str = "--today 2026-11-22";

/// A report as JSON Lines, without the time it took.
pub fn lines(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        if let Some(seconds) = event.get_mut("seconds") {
            *seconds = 0.into();
        }
        event.to_string()
    };
    text.lines().map(line).collect()
}

pub fn audit(repo: &Repo, args: &str) -> Vec<String> {
    let run = repo.derbes(&format!("audit data --store ../a.store --format jsonl {DAY} {args}"));
    assert_ne!(run.exit, 2, "{}", run.err);
    lines(&run.out)
}

pub fn scan(repo: &Repo, args: &str) -> Vec<String> {
    let run = repo.derbes(&format!("scan data --no-ignore --fail-on-incomplete --format jsonl {DAY} {args}"));
    lines(&run.out)
}

pub fn store(repo: &Repo) -> PathBuf {
    repo.at.join("../a.store")
}

pub fn count(repo: &Repo, table: &str) -> i64 {
    let db = Connection::open(store(repo)).unwrap();
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

pub fn copy(from: &Path, to: &Path) {
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
pub fn fixtures() -> Repo {
    let repo = Repo::folder();
    for folder in ["demo", "containers", "broken", "tables", "pgdump", "charsets"] {
        copy(&Path::new("fixtures").join(folder), &repo.at.join("data").join(folder));
    }
    repo
}
