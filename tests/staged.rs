//! `scan --staged` with the real git: what is read is the index, what counts is what the next commit adds.

#[path = "common/git.rs"]
mod git;

use git::{IIN, OTHER, Repo, Run};

fn staged(repo: &Repo) -> Run {
    repo.derbes("scan --staged --format jsonl")
}

#[track_caller]
fn finds(repo: &Repo, expected: &[&str]) {
    let run = staged(repo);
    assert_eq!(run.told(), expected, "{}", run.err);
    assert_eq!(run.exit, i32::from(!expected.is_empty()));
}

#[test]
fn staged_bad_and_working_tree_good() {
    let repo = Repo::new();
    repo.stage("a.txt", IIN).write("a.txt", "nothing\n");
    finds(&repo, &["a.txt:1"]);
}

#[test]
fn staged_good_and_working_tree_bad() {
    let repo = Repo::new();
    repo.stage("a.txt", "nothing\n").write("a.txt", IIN).write("untracked.txt", IIN);
    finds(&repo, &[]);
}

#[test]
fn the_first_commit_of_an_empty_repository() {
    let repo = Repo::new();
    finds(&repo, &[]);
    repo.stage("a.txt", IIN);
    finds(&repo, &["a.txt:1"]);
}

#[test]
fn only_added_and_changed_lines_count() {
    let repo = Repo::new();
    repo.commit("a.txt", format!("one\n{IIN}two\nthree\n"));
    repo.stage("a.txt", format!("one\n{IIN}two\n{OTHER}three\n"));
    finds(&repo, &["a.txt:4"]);
    assert_eq!(repo.derbes("scan --staged --whole-files --format jsonl").told(), ["a.txt:2", "a.txt:4"]);
    repo.stage("a.txt", format!("zero\none\n{IIN}two\nthree\n"));
    finds(&repo, &[]);
    repo.stage("a.txt", format!("one\n{}two\n", OTHER));
    finds(&repo, &["a.txt:2"]);
}

#[test]
fn a_rename_adds_what_it_changes_and_a_copy_all() {
    let repo = Repo::new();
    let body = "line\n".repeat(20) + IIN;
    repo.commit("a.txt", &body);
    repo.git("mv a.txt b.txt");
    finds(&repo, &[]);
    repo.stage("b.txt", format!("{body}{OTHER}"));
    finds(&repo, &["b.txt:22"]);
    repo.git("reset -q --hard");
    repo.stage("copy.txt", &body);
    finds(&repo, &["copy.txt:21"]);
}

#[test]
fn deletions_and_changes_of_mode_add_nothing() {
    let repo = Repo::new();
    repo.commit("gone.txt", IIN);
    repo.commit("mode.txt", IIN);
    repo.git("rm -q gone.txt");
    repo.git("update-index --chmod=+x mode.txt");
    finds(&repo, &[]);
    assert_eq!(staged(&repo).summary("files"), 0);
}

#[cfg(unix)]
#[test]
fn a_symlink_is_its_target_text() {
    let repo = Repo::new();
    std::os::unix::fs::symlink("iin=900517132728", repo.at.join("link")).unwrap();
    repo.stage("outside.txt", "nothing\n");
    finds(&repo, &["link:1"]);
    repo.git("commit -q -m link");
    // A file that takes the place of a symlink is new as a whole.
    std::fs::remove_file(repo.at.join("link")).unwrap();
    repo.stage("link", "iin=900517132728");
    finds(&repo, &["link:1"]);
}

#[test]
fn a_submodule_is_named_and_not_entered() {
    let repo = Repo::new();
    let module = Repo::new();
    module.commit("secret.txt", IIN);
    repo.git(&format!("-c protocol.file.allow=always submodule -q add {} module", module.at.display()));
    let run = staged(&repo);
    assert_eq!((run.told(), run.exit), (vec!["skipped module: submodule".to_owned()], 0));
}

#[test]
fn what_is_only_intended_to_be_added_is_not_staged() {
    let repo = Repo::new();
    repo.commit("a.txt", "nothing\n");
    repo.write("b.txt", IIN).git("add -N b.txt");
    finds(&repo, &[]);
}

#[test]
fn a_merge_adds_only_what_neither_side_has() {
    let repo = Repo::new();
    repo.commit("a.txt", "one\n");
    repo.git("checkout -q -b side");
    repo.commit("a.txt", format!("side\n{IIN}"));
    repo.commit("theirs.txt", IIN);
    repo.git("checkout -q main");
    repo.commit("a.txt", format!("main\n{OTHER}"));
    assert!(!repo.try_git("merge side").status.success());
    let run = staged(&repo);
    assert_eq!((run.told(), run.exit), (vec!["problem a.txt: conflicts are not resolved".to_owned()], 3));
    repo.stage("a.txt", format!("both\n{IIN}{OTHER}phone=87000000019\n"));
    finds(&repo, &["a.txt:4"]);
}

#[test]
fn a_changed_line_end_alone_adds_nothing() {
    let repo = Repo::new();
    repo.git("config core.autocrlf false");
    repo.commit("a.txt", format!("one\r\n{}", IIN.replace('\n', "\r\n")));
    repo.stage("a.txt", format!("one\n{IIN}"));
    finds(&repo, &[]);
    repo.stage("a.txt", format!("one\n{IIN}{OTHER}"));
    finds(&repo, &["a.txt:3"]);
    repo.git("reset -q --hard");
    repo.git("config core.autocrlf true");
    repo.stage("b.txt", format!("one\r\n{}", IIN.replace('\n', "\r\n")));
    assert_eq!(staged(&repo).summary("bytes_seen"), "one\n".len() + IIN.len());
}

#[test]
fn an_lfs_pointer_is_named() {
    let repo = Repo::new();
    repo.stage("a.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n");
    let run = staged(&repo);
    assert_eq!((run.told(), run.exit), (vec!["skipped a.bin: Git LFS pointer".to_owned()], 0));
}

#[test]
fn paths_in_cyrillic_with_newlines_and_at_any_depth() {
    let repo = Repo::new();
    repo.stage("клиенты/жаңа тізім.txt", IIN).stage("new\nline @@ -1 +1 @@\n.txt", IIN).stage("a\"b.txt", IIN);
    finds(&repo, &["a\"b.txt:1", "new\nline @@ -1 +1 @@\n.txt:1", "клиенты/жаңа тізім.txt:1"]);
    let run = repo.below("клиенты", "scan --staged --format jsonl");
    assert_eq!(run.told(), ["../a\"b.txt:1", "../new\nline @@ -1 +1 @@\n.txt:1", "жаңа тізім.txt:1"]);
    let run = repo.below("клиенты", "scan --staged --format jsonl .");
    assert_eq!(run.told(), ["жаңа тізім.txt:1"]);
}

#[test]
fn a_worktree_has_an_index_of_its_own() {
    let repo = Repo::new();
    repo.commit("a.txt", "nothing\n");
    repo.git("worktree add -q ../tree");
    repo.write("../tree/b.txt", IIN).git("-C ../tree add b.txt");
    finds(&repo, &[]);
    assert_eq!(repo.below("../tree", "scan --staged --format jsonl").told(), ["b.txt:1"]);
}

#[test]
fn compressed_and_utf_16_files_count_whole() {
    let repo = Repo::new();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let body = "одна строка\n".repeat(20);
    repo.commit("a.txt", utf_16(&format!("\u{feff}{body}{IIN}")));
    repo.stage("a.txt", utf_16(&format!("\u{feff}{body}{IIN}new\n")));
    finds(&repo, &["a.txt:21"]);
}

#[test]
fn what_derbesignore_names_is_left_out() {
    let repo = Repo::new();
    repo.stage(".derbesignore", "/data\n").stage("data/a.txt", IIN).stage("b/data.txt", IIN);
    repo.stage("b/.derbesignore", "!x\n");
    finds(&repo, &["b/data.txt:1"]);
    assert_eq!(repo.derbes("scan --staged --no-ignore --format jsonl").told().len(), 2);
}

#[test]
fn what_a_repository_configures_is_not_run_and_changes_nothing() {
    let repo = Repo::new();
    repo.commit("a.txt", "nothing\n");
    repo.write(".gitattributes", "*.txt diff=bad -text\n").git("add .gitattributes");
    repo.stage("a.txt", format!("nothing\n{IIN}nothing\n"));
    for setting in [
        "diff.external=touch${IFS}ran",
        "core.pager=touch${IFS}ran",
        "core.fsmonitor=touch${IFS}ran",
        "diff.bad.textconv=touch${IFS}ran",
        "diff.bad.command=touch${IFS}ran",
    ] {
        let (key, value) = setting.split_once('=').unwrap();
        repo.git(&format!("config {key} {value}"));
    }
    for (key, value) in [
        ("diff.relative", "true"),
        ("diff.noprefix", "true"),
        ("diff.context", "9"),
        ("diff.interHunkContext", "9"),
        ("color.ui", "always"),
        ("diff.renames", "copies"),
        ("diff.ignoreSubmodules", "all"),
        ("core.quotePath", "true"),
    ] {
        repo.git(&format!("config {key} {value}"));
    }
    finds(&repo, &["a.txt:2"]);
    assert!(!repo.at.join("ran").exists());
}

#[test]
fn a_missing_object_is_never_passed() {
    let repo = Repo::new();
    repo.stage("a.txt", "nothing\n").stage("b.txt", IIN).stage("c.txt", "nothing more\n");
    let id = repo.git("rev-parse :c.txt");
    std::fs::remove_file(repo.at.join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    let run = staged(&repo);
    assert_eq!(run.told(), ["b.txt:1".to_owned(), format!("problem c.txt: object {id} is missing")]);
    assert_eq!(run.exit, 1);
    repo.git("rm -q --cached -f b.txt");
    assert_eq!(staged(&repo).exit, 3);
}

#[test]
fn a_broken_object_is_a_problem_and_the_others_are_examined() {
    let repo = Repo::new();
    let long: String = (0..5000u64).map(|n| format!("{}\n", n * n * 7919)).collect();
    repo.stage("a.txt", long).stage("b.txt", IIN).stage("c.txt", OTHER);
    let id = repo.git("rev-parse :a.txt");
    let file = repo.at.join(".git/objects").join(&id[..2]).join(&id[2..]);
    let half = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, &half[..half.len() / 2]).unwrap();
    let run = repo.derbes("scan --staged --format jsonl --threads 1");
    let told = run.told();
    assert!(told[0].starts_with("problem a.txt: git ended before it gave the object"), "{told:?}");
    assert_eq!(told[1..], ["b.txt:1", "c.txt:1"]);
}

#[test]
fn what_is_no_repository_or_broken_is_told() {
    let told = |repo: &Repo, exit: i32, message: &str| {
        let run = staged(repo);
        assert_eq!(run.exit, exit, "{}", run.err);
        assert!(run.err.starts_with(&format!("derbes: {message}")), "{}", run.err);
        assert!(run.out.is_empty());
    };
    let folder = Repo::folder();
    told(&folder, 2, "this is not a git repository\nhelp: run this inside");
    folder.git("init -q --bare .");
    told(&folder, 2, "nothing can be staged here");
    let repo = Repo::new();
    repo.stage("a.txt", IIN).write(".git/index", "no index");
    told(&repo, 2, "git cannot list what is staged: ");
}

#[test]
fn a_git_that_is_missing_or_too_old_is_told() {
    let repo = Repo::new();
    let run = |path: &std::path::Path| {
        let mut derbes = std::process::Command::new(env!("CARGO_BIN_EXE_derbes"));
        let output = derbes.args(["scan", "--staged"]).current_dir(&repo.at).env("PATH", path).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (exit, message) = run(&repo.at);
    assert_eq!(exit, Some(2));
    assert!(message.starts_with("derbes: git cannot be run: "), "{message}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        repo.write("git", "#!/bin/sh\necho \"unknown option: $1\" >&2\nexit 129\n");
        std::fs::set_permissions(repo.at.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let (exit, message) = run(&repo.at);
        assert_eq!(exit, Some(2));
        assert!(message.contains("this git may be too old"), "{message}");
    }
}
