//! Sessions of a developer, or of a pipeline, as transcripts: each `# title` in `tests/sessions/` begins in a new
//! repository, each `$ line` is run by a shell, and what it prints follows, after `? code` if it fails. `[..]` stands for
//! anything in a line. `SESSIONS=overwrite` writes what is printed now.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "common/git.rs"]
mod git;

use git::Repo;

#[test]
fn sessions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sessions");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let differ: Vec<_> = files.iter().filter_map(|file| difference(file)).collect();
    assert!(differ.is_empty(), "\n{}", differ.join("\n"));
}

/// What is printed otherwise than written in the file.
fn difference(file: &Path) -> Option<String> {
    let written = std::fs::read_to_string(file).unwrap();
    let (mut shown, mut differs) = (String::new(), String::new());
    let mut repo = Repo::new();
    let mut lines = written.lines().peekable();
    while let Some(line) = lines.next() {
        let _ = writeln!(shown, "{line}");
        if line.starts_with("# ") {
            repo = Repo::new();
        }
        let Some(command) = line.strip_prefix("$ ") else { continue };
        let mut expected = String::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ") && !line.starts_with("# ")) {
            let _ = writeln!(expected, "{line}");
        }
        let printed = run(&repo, command);
        if matches(expected.trim_end(), printed.trim_end()) {
            shown += &expected;
        } else {
            let _ = writeln!(differs, "{}: $ {command}\n{printed}", file.display());
            let gap = if expected.ends_with("\n\n") || expected == "\n" { "\n" } else { "" };
            shown += &format!("{printed}{gap}");
        }
    }
    if std::env::var_os("SESSIONS").is_some_and(|what| what == "overwrite") {
        std::fs::write(file, shown).unwrap();
    }
    (!differs.is_empty()).then_some(differs)
}

fn run(repo: &Repo, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_derbes"));
    let before = std::env::var_os("PATH").unwrap_or_default();
    let path = program.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&before));
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec 2>&1\n{line}")).current_dir(&repo.at).env("NO_COLOR", "1");
    shell.env("PATH", std::env::join_paths(path.collect::<Vec<PathBuf>>()).unwrap());
    let output = git::isolated(&mut shell).output().unwrap();
    let code = output.status.code().filter(|code| *code != 0).map(|code| format!("? {code}\n"));
    code.unwrap_or_default() + &String::from_utf8(output.stdout).unwrap()
}

/// Whether a text is as expected, where `[..]` stands for anything in a line.
fn matches(expected: &str, text: &str) -> bool {
    let line = |expected: &str, line: &str| {
        let mut parts = expected.split("[..]");
        let Some(rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
        let parts: Vec<_> = parts.collect();
        let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
        let found = middle.iter().try_fold(rest, |rest, part| rest.find(part).map(|at| &rest[at + part.len()..]));
        found.is_some_and(|rest| rest.ends_with(last))
    };
    expected.lines().count() == text.lines().count() && expected.lines().zip(text.lines()).all(|(e, l)| line(e, l))
}

#[test]
fn two_dots_in_brackets_stand_for_anything_in_a_line() {
    for (expected, text, same) in [
        ("a [..] c", "a b c", true),
        ("a [..] c [..]", "a b c d", true),
        ("a [..] c", "a b d", false),
        ("a", "a b", false),
        ("[..]", "a\nb", false),
        ("", "", true),
    ] {
        assert_eq!(matches(expected, text), same, "{expected}");
    }
}
