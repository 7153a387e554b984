//! Ranges, history, configuration and hooks, with the real git.

#[path = "common/git.rs"]
mod git;

use git::{IIN, OTHER, Repo};

#[test]
fn a_range_is_what_b_adds_since_it_left_a() {
    let repo = Repo::new();
    repo.commit("a.txt", format!("one\n{IIN}"));
    repo.git("checkout -q -b feature");
    repo.commit("a.txt", format!("one\n{IIN}two\n{OTHER}"));
    repo.commit("b.txt", IIN);
    repo.git("checkout -q main");
    repo.commit("main.txt", IIN);
    let run = repo.derbes("scan --range main..feature --format jsonl");
    assert_eq!((run.told(), run.exit), (vec!["a.txt:4".to_owned(), "b.txt:1".to_owned()], 1));
    let whole = repo.derbes("scan --range main..feature --whole-files --format jsonl");
    assert_eq!(whole.told(), ["a.txt:2", "a.txt:4", "b.txt:1"]);
    assert_eq!(repo.derbes("scan --range main...feature b.txt --format jsonl").told(), ["b.txt:1"]);
    assert_eq!(repo.derbes("scan --range feature..main --format jsonl").told(), ["main.txt:1"]);
    let same = repo.derbes("scan --range main..main --format jsonl");
    assert_eq!((same.told(), same.exit), (vec![], 0));
    let bare = Repo::folder();
    bare.git(&format!("clone -q --bare {} .", repo.at.display()));
    assert_eq!(bare.derbes("scan --range main..feature --format jsonl").told().len(), 2);
}

#[test]
fn a_range_that_does_not_exist_is_told() {
    let repo = Repo::new();
    repo.commit("a.txt", IIN);
    repo.git("checkout -q --orphan other");
    repo.commit("b.txt", IIN);
    for (range, message) in [
        ("main..nowhere", "derbes: there is no commit `nowhere` here"),
        ("--output=x..main", "derbes: there is no commit `--output=x` here"),
        ("main", "derbes: `main` is no range of commits"),
        ("main..other", "derbes: `main` and `other` have no commit in common here"),
    ] {
        let run = repo.derbes(&format!("scan --range={range}"));
        assert_eq!((run.exit, run.out.as_str()), (2, ""), "{range}");
        assert!(run.err.starts_with(message), "{}", run.err);
    }
    assert_eq!(Repo::folder().derbes("scan --range a..b").exit, 2);
}

#[test]
fn history_is_every_version_once_with_its_commits_and_paths() {
    let repo = Repo::new();
    let first = repo.commit("a.txt", IIN);
    repo.commit("copy.txt", IIN);
    repo.commit("a.txt", "nothing\n");
    let back = repo.commit("a.txt", IIN);
    repo.git("rm -q a.txt copy.txt");
    repo.commit("клиенты.txt", OTHER);
    let run = repo.derbes("scan --history --format jsonl");
    let last = repo.git("rev-parse HEAD");
    let expected = [format!("a.txt@{}:1", &first[..12]), format!("клиенты.txt@{}:1", &last[..12])];
    assert_eq!((run.told(), run.exit), (expected.to_vec(), 1));
    let finding: serde_json::Value = serde_json::from_str(run.out.lines().next().unwrap()).unwrap();
    assert_eq!(finding["git"]["blob"], repo.git(&format!("rev-parse {first}:a.txt")));
    assert_eq!(finding["git"]["paths"], serde_json::json!(["a.txt", "copy.txt"]));
    let commits = finding["git"]["commits"].as_array().unwrap();
    assert_eq!((commits.len(), &commits[0], &commits[2]), (3, &first.into(), &back.into()));
    assert_eq!(run.summary("files"), 3);
}

#[test]
fn history_sees_what_only_a_merge_brought_and_what_lies_on_other_branches() {
    let repo = Repo::new();
    repo.commit("a.txt", "one\n");
    repo.git("checkout -q -b side");
    repo.commit("a.txt", "two\n");
    repo.git("checkout -q main");
    repo.commit("a.txt", "three\n");
    assert!(!repo.try_git("merge side").status.success());
    repo.commit("a.txt", IIN);
    repo.git("checkout -q -b other");
    repo.commit("b.txt", OTHER);
    repo.git("checkout -q main");
    let told = repo.derbes("scan --history --format jsonl").told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("a.txt@") && told[1].starts_with("b.txt@"), "{told:?}");
    let one = repo.derbes("scan --history --threads 1 --format jsonl").told();
    assert_eq!(repo.derbes("scan --history --threads 8 --format jsonl").told(), one);
}

#[test]
fn history_since_a_day_leaves_out_older_commits() {
    let repo = Repo::new();
    repo.stage("old.txt", IIN).git("commit -q -m old --date 2020-01-01T00:00:00");
    let tree = repo.git("rev-parse HEAD^{tree}");
    let old = repo.git_on("2020-01-01T12:00:00", &format!("commit-tree -m old {tree}"));
    repo.git(&format!("reset -q --hard {old}"));
    repo.commit("new.txt", OTHER);
    let since = |day: &str| repo.derbes(&format!("scan --history --format jsonl --since {day}")).summary("files");
    assert_eq!((since("2020-01-01"), since("2020-01-02")), (2.into(), 1.into()));
    assert_eq!(repo.derbes("scan --history --since soon").exit, 2);
}

#[test]
fn what_git_stores_is_dated_by_its_name_and_never_by_the_file() {
    let repo = Repo::new();
    repo.stage("exports/payers-2021-03-01.csv", IIN).stage("exports/payers.csv", OTHER);
    let file = std::fs::File::options().write(true).open(repo.at.join("exports/payers.csv")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_577_836_800)).unwrap();
    let dates = |line: &str| {
        let run = repo.derbes(&format!("scan {line} --policy anysoft --today 2026-11-22 --format jsonl"));
        let lines = run.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let findings = lines.filter(|line| line["type"] == "finding");
        findings.map(|f| f["verdicts"][0]["date_source"].as_str().unwrap_or("none").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(dates(""), ["name", "file"].map(str::to_owned).to_vec());
    assert_eq!(dates("--staged"), ["name", "none"].map(str::to_owned).to_vec());
    repo.git("commit -q --no-verify -m exports");
    assert_eq!(dates("--history"), ["name", "none"].map(str::to_owned).to_vec());
}

#[test]
fn a_posture_holds_in_files_in_what_is_staged_and_in_a_history() {
    let repo = Repo::new();
    repo.write("derbes.toml", "[[paths]]\npaths = [\"*.csv\", \"/src/\"]\npolicies = [\"anysoft\"]\n");
    repo.stage("src/a.py", "phone = '87000000019'\n").stage("exports/a.csv", "phone=87000000019\n");
    let outcomes = |line: &str| {
        let run = repo.derbes(&format!("{line} --format jsonl"));
        let lines = run.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let findings = lines.filter(|line| line["type"] == "finding");
        findings.map(|f| f["verdicts"][0]["outcome"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let expected = ["declared", "misplaced"].map(str::to_owned).to_vec();
    assert_eq!(outcomes("scan"), expected);
    assert_eq!(outcomes("scan --staged"), expected);
    repo.git("commit -q --no-verify -m both");
    assert_eq!(outcomes("scan --history"), expected);
}

#[test]
fn the_configuration_is_that_of_the_root_and_is_shown_with_its_lines() {
    let repo = Repo::new();
    repo.write(
        "derbes.toml",
        "[detectors]\noff = [\"kz-iin\"]\n[[paths]]\npaths = [\"dumps/\"]\npolicies = [\"anysoft\"]\n",
    );
    repo.write("dumps/a.txt", "phone=87000000019\n").write("src/a.txt", format!("{IIN}phone=87000000019\n"));
    let run = repo.derbes("scan --format jsonl");
    assert_eq!((run.told(), run.exit), (vec!["dumps/a.txt:1".to_owned(), "src/a.txt:2".to_owned()], 1));
    assert_eq!(repo.derbes("scan dumps").exit, 0, "the policy declares phones");
    assert_eq!(repo.below("dumps", "scan").exit, 0);
    // A configuration beside what is scanned has no say.
    repo.write("src/derbes.toml", "[scan]\nfail-on = \"never\"\n");
    assert_eq!(repo.derbes("scan src").exit, 1);
    assert_eq!(repo.derbes("scan src --config src/derbes.toml").exit, 0);
    let shown = repo.derbes("config show").out;
    let line = |start: &str| shown.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(line("detectors.off = [\"kz-iin\"]").ends_with("# derbes.toml:2"), "{shown}");
    assert!(line("scan.min-confidence = \"medium\"").ends_with("# default"), "{shown}");
    assert!(line("[[paths]]").ends_with("# derbes.toml:3"), "{shown}");
}

#[test]
fn a_wrong_key_is_told_in_every_mode() {
    let repo = Repo::new();
    repo.commit("a.txt", IIN);
    repo.write("derbes.toml", "[scan]\n\ncolour = 1\n");
    for line in ["scan", "scan --staged", "scan --range HEAD..HEAD", "scan --history", "config show"] {
        let run = repo.derbes(line);
        assert_eq!((run.exit, run.out.as_str()), (2, ""), "{line}");
        assert!(run.err.starts_with("derbes: derbes.toml:3: unknown field `colour`"), "{}", run.err);
        assert!(run.err.contains("\n  colour = 1\n"), "{}", run.err);
    }
    repo.write("derbes.toml", "[[paths]]\npaths = [\"*\"]\npolicies = [\"no-such\"]\n");
    assert!(repo.derbes("scan").err.starts_with("derbes: derbes.toml:1: there is no policy `no-such`"));
}

#[test]
fn init_writes_what_is_valid_and_fits() {
    let repo = Repo::new();
    repo.write("tests/a.txt", "x").write("dumps/a.sql", "x");
    assert_eq!(repo.derbes("init").exit, 0);
    let text = repo.read("derbes.toml");
    assert!(text.contains("\npaths = [\"/dumps/\"]") && text.contains("# paths = [\"/tests/\"]"), "{text}");
    assert_eq!(repo.derbes("config show").exit, 0);
    let commented: String = text
        .lines()
        .map(|line| {
            line.strip_prefix("# ").filter(|l| l.contains(" = ") || l.starts_with('[')).unwrap_or(line).to_owned()
                + "\n"
        })
        .collect();
    repo.write("all.toml", commented.replace(", \"privacy.toml\"", ""));
    let run = repo.derbes("config show --config all.toml");
    assert_eq!(run.exit, 0, "{}", run.err);
    assert_eq!(repo.derbes("init").exit, 2, "it is not written over");
    assert_eq!(Repo::folder().derbes("init").exit, 2);
}

#[test]
fn a_hook_stops_a_commit_and_says_what_to_do() {
    let repo = Repo::new();
    assert!(repo.derbes("hook install").out.contains("is installed"));
    repo.stage("a.txt", "nothing\n");
    assert!(repo.try_git("commit -q -m good").status.success());
    repo.stage("b.txt", format!("one\n{IIN}"));
    let stopped = repo.try_git("commit -q -m bad");
    assert!(!stopped.status.success());
    let told = String::from_utf8([stopped.stdout, stopped.stderr].concat()).unwrap();
    for part in [
        "b.txt:2:5  **********28",
        "because the check digit holds",
        "git add -- b.txt",
        "derbes:allow iin reason=",
        "derbes scan --staged --write-baseline .derbes-baseline && git add .derbes-baseline",
        "1 file, 21 B in ",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // Each way out is one.
    assert_eq!(repo.derbes("scan --staged --write-baseline .derbes-baseline").exit, 0);
    repo.git("add .derbes-baseline");
    assert!(repo.try_git("commit -q -m known").status.success());
    repo.stage("c.txt", IIN.replace('\n', " # derbes:allow iin reason=made up\n"));
    assert!(repo.try_git("commit -q -m allowed").status.success());
    // What is committed of the index by a partial commit is what is scanned.
    repo.write("a.txt", IIN);
    assert!(!repo.try_git("commit -q -m partial a.txt").status.success());
    repo.git("checkout -q -- a.txt");
    assert!(repo.derbes("scan --staged").out.contains("no file was looked at"));
}

#[cfg(unix)]
#[test]
fn a_hook_chains_to_the_one_before_and_goes_again() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    repo.git("config core.hooksPath my-hooks");
    repo.write("my-hooks/pre-commit", "#!/bin/sh\ntouch ran\nexit ${STOP:-0}\n");
    let hook = repo.at.join("my-hooks/pre-commit");
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let before = repo.read("my-hooks/pre-commit");
    assert_eq!(repo.derbes("hook install").exit, 0);
    assert_eq!(repo.derbes("hook install").exit, 0, "a second time");
    repo.write("a.txt", IIN).git("add a.txt");
    assert!(!repo.try_git("commit -q -m bad").status.success());
    assert!(repo.at.join("ran").exists());
    assert_eq!(repo.derbes("hook remove").exit, 0);
    assert_eq!(repo.read("my-hooks/pre-commit"), before);
    assert!(repo.try_git("commit -q -m bad").status.success());
    assert_eq!(repo.derbes("hook remove").exit, 2, "it is not ours");
}

#[test]
fn arguments_that_do_not_fit_are_told() {
    let repo = Repo::new();
    for line in
        ["scan --staged --history", "scan --since 2020-01-01", "scan --whole-files", "scan --history --whole-files"]
    {
        assert_eq!(repo.derbes(line).exit, 2, "{line}");
    }
}

#[test]
fn a_blob_has_columns_in_utf_16() {
    let repo = Repo::new();
    repo.commit("a.txt", "ИИН: 1\n");
    repo.stage("a.txt", "ИИН: 1\n😀 ИИН: 900517132728\n").write("a.txt", "other\n");
    let region = |mode: &str| {
        let run = repo.derbes(&format!("scan {mode} --format sarif"));
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let region = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
        ["startLine", "startColumn", "endColumn"].map(|key| region[key].as_u64().unwrap())
    };
    assert_eq!(region("--staged"), [2, 9, 21]);
    repo.git("commit -q -m bad");
    assert_eq!(region("--range HEAD~1..HEAD"), [2, 9, 21]);
    assert_eq!(region("--history"), [2, 9, 21]);
}

/// The hooks of this repository, run by the client that they are for.
#[test]
fn the_pre_commit_client_runs_the_hook() {
    let run = |repo: &Repo, line: &str| {
        let mut words = line.split_whitespace();
        let mut command = std::process::Command::new(words.next().unwrap());
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_derbes")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(program).chain(std::env::split_paths(&path));
        command.args(words).current_dir(&repo.at).env("PRE_COMMIT_HOME", repo.at.join("../cache"));
        git::isolated(command.env("PATH", std::env::join_paths(path).unwrap())).output()
    };
    let hooks = Repo::new();
    if run(&hooks, "pre-commit --version").is_err() {
        println!("skipped: pre-commit is not installed (`pip install pre-commit`)");
        return;
    }
    let revision = hooks.commit(".pre-commit-hooks.yaml", include_str!("../.pre-commit-hooks.yaml"));
    let repo = Repo::new();
    let config = format!(
        "repos:\n  - repo: {}\n    rev: {revision}\n    hooks:\n      - id: derbes-system\n",
        hooks.at.display()
    );
    repo.commit(".pre-commit-config.yaml", config);
    let told = |line: &str| {
        let output = run(&repo, line).unwrap();
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    repo.stage("a.txt", "nothing\n");
    let (passed, text) = told("pre-commit run");
    assert!(passed && text.contains("Passed"), "{text}");
    repo.stage("a.txt", IIN).write("a.txt", "nothing\n").write("b.txt", "unstaged\n");
    let (passed, text) = told("pre-commit run");
    assert!(!passed && text.contains("a.txt:1:5  **********28") && text.contains("Three ways out"), "{text}");
    assert!(told("pre-commit install").0);
    assert!(!told("git commit -q -m bad").0);
    repo.stage("a.txt", "nothing\n");
    let (passed, text) = told("git commit -q -m good");
    assert!(passed, "{text}");
}
