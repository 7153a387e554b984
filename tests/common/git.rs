//! A scratch repository for tests, driven by the real git, and the findings of a run in it. Each test file takes what
//! it needs.

#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A made-up IIN with its name, which is found anywhere: births in the 1800s.
pub const IIN: &str = "iin=900517132728\n";
/// Another one.
pub const OTHER: &str = "iin=750228150059\n";

/// A folder of its own, removed at the end, with a repository in it.
pub struct Repo {
    folder: PathBuf,
    pub at: PathBuf,
}

/// What a run printed.
pub struct Run {
    pub exit: i32,
    pub out: String,
    pub err: String,
}

impl Repo {
    pub fn new() -> Self {
        let repo = Self::folder();
        repo.git("init -q -b main");
        repo.config();
        repo
    }

    /// A folder without a repository.
    pub fn folder() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("derbes-git-{}-{number}", std::process::id()));
        std::fs::create_dir_all(folder.join("repo")).unwrap();
        Self { at: folder.join("repo"), folder }
    }

    fn config(&self) {
        self.git("config user.email test@localhost");
        self.git("config user.name test");
        self.git("config commit.gpgsign false");
    }

    /// Runs git; its arguments stand between spaces.
    pub fn git(&self, line: &str) -> String {
        let output = self.try_git(line);
        assert!(output.status.success(), "git {line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn try_git(&self, line: &str) -> Output {
        let mut git = Command::new("git");
        git.args(line.split_whitespace()).current_dir(&self.at);
        isolated(&mut git).output().unwrap()
    }

    /// Runs git as if it were another day.
    pub fn git_on(&self, day: &str, line: &str) -> String {
        let mut git = Command::new("git");
        git.args(line.split_whitespace()).current_dir(&self.at).env("GIT_COMMITTER_DATE", day);
        let output = isolated(&mut git).output().unwrap();
        assert!(output.status.success(), "git {line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.at.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.at.join(file)).unwrap()
    }

    /// Writes a file and stages it.
    pub fn stage(&self, file: &str, text: impl AsRef<[u8]>) -> &Self {
        self.write(file, text).git("add -A");
        self
    }

    /// Writes a file and commits it with all that is staged.
    pub fn commit(&self, file: &str, text: impl AsRef<[u8]>) -> String {
        self.stage(file, text).git("commit -q --no-verify -m commit");
        self.git("rev-parse HEAD")
    }

    /// The same repository from another folder in it.
    pub fn below(&self, folder: &str, line: &str) -> Run {
        derbes(&self.at.join(folder), line)
    }

    /// Runs derbes; its arguments stand between spaces.
    pub fn derbes(&self, line: &str) -> Run {
        derbes(&self.at, line)
    }
}

impl Drop for Repo {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn derbes(at: &Path, line: &str) -> Run {
    let mut derbes = Command::new(env!("CARGO_BIN_EXE_derbes"));
    derbes.args(line.split_whitespace()).current_dir(at).env("NO_COLOR", "1");
    let output = isolated(&mut derbes).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { exit: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Without what the user, or the hook that runs the tests, has set for git.
fn isolated(command: &mut Command) -> &mut Command {
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_CONFIG"] {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null")
}

impl Run {
    /// `PATH:LINE` of each place, and `KIND PATH: MESSAGE` of what was not examined, of a report in JSON Lines.
    pub fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        for line in self.out.lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {}", self.out));
            let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            match event["type"].as_str().unwrap() {
                "finding" => {
                    let places = event["places"].as_array().unwrap();
                    told.extend(places.iter().map(|place| format!("{}:{}", text("path"), place["line"])));
                }
                kind @ ("skipped" | "problem") => {
                    told.push(format!("{kind} {}: {}{}", text("path"), text("reason"), text("message")));
                }
                kind @ "unused" => told.push(format!("{kind} {}:{}: {}", text("path"), event["line"], text("message"))),
                _ => {}
            }
        }
        told
    }

    pub fn summary(&self, key: &str) -> serde_json::Value {
        let last = self.out.lines().last().unwrap_or_else(|| panic!("{}", self.err));
        serde_json::from_str::<serde_json::Value>(last).unwrap()[key].clone()
    }
}
