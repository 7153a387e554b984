//! What is known stays quiet, and nothing else: inline marks, allow rules, the baseline.

#[path = "common/git.rs"]
mod git;

use git::{IIN, OTHER, Repo};

const SCAN: &str = "scan --format jsonl --today 2026-11-22";

#[test]
fn a_mark_with_a_reason_covers_its_line_or_the_next() {
    let repo = Repo::new();
    let marked = IIN.replace('\n', "  # derbes:allow iin reason=made up\n");
    repo.write("a.py", format!("{marked}{OTHER}# derbes:allow iin reason=made up until=2027-01-01\n{IIN}"));
    let run = repo.derbes(SCAN);
    assert_eq!((run.told(), run.exit), (vec!["a.py:2".to_owned()], 1));
    assert_eq!(run.summary("suppressed"), serde_json::json!({"inline": 2, "rules": 0, "baseline": 0}));
    assert_eq!(repo.derbes(&format!("{SCAN} --no-inline")).told(), ["a.py:1", "a.py:2", "a.py:4"]);
}

#[test]
fn a_mark_that_covers_nothing_is_told() {
    let repo = Repo::new();
    repo.write("a.py", format!("# derbes:allow iin\n{IIN}x = 1  # derbes:allow phone reason=none here\n"));
    repo.write("b.py", format!("# derbes:allow iin reason=old until=2026-11-21\n{IIN}"));
    let expected = [
        "a.py:2",
        "unused a.py:1: allows iin without a reason: add reason=WHY",
        "unused a.py:3: allows phone, which is not there",
        "b.py:2",
        "unused b.py:1: allowed iin until 2026-11-21",
    ];
    assert_eq!(repo.derbes(SCAN).told(), expected);
    for format in ["human", "json", "sarif", "markdown", "github", "gitlab-secrets"] {
        let told = repo.derbes(&format!("scan --format {format} --today 2026-11-22")).out;
        assert!(told.contains("allows phone, which is not there"), "{format}: {told}");
    }
}

#[test]
fn a_staged_value_under_a_mark_is_quiet_and_marks_elsewhere_are_not_told() {
    let repo = Repo::new();
    let marked = IIN.replace('\n', "  # derbes:allow iin reason=made up\n");
    repo.commit("a.py", &marked);
    repo.stage("a.py", format!("{marked}{}", OTHER.replace('\n', " # derbes:allow iin reason=made up\n")));
    let run = repo.derbes("scan --staged --format jsonl");
    assert_eq!((run.told(), run.exit), (vec![], 0));
    repo.stage("a.py", format!("{marked}{OTHER}"));
    let run = repo.derbes("scan --staged --format jsonl");
    assert_eq!((run.told(), run.exit), (vec!["a.py:2".to_owned()], 1));
}

#[test]
fn a_staged_mark_that_covers_nothing_is_told_if_it_is_new() {
    let repo = Repo::new();
    repo.commit("a.py", "x = 1  # derbes:allow phone reason=old\n");
    repo.stage("a.py", format!("x = 1  # derbes:allow phone reason=old\n# derbes:allow iin\n{IIN}"));
    let run = repo.derbes("scan --staged --format jsonl");
    let why = "unused a.py:2: allows iin without a reason: add reason=WHY";
    assert_eq!((run.told(), run.exit), (vec!["a.py:3".to_owned(), why.to_owned()], 1));
    repo.stage("a.py", "x = 1  # derbes:allow phone reason=old\ny = 2  # derbes:allow iin reason=new\n");
    let run = repo.derbes("scan --staged --format jsonl");
    assert_eq!((run.told(), run.exit), (vec!["unused a.py:2: allows iin, which is not there".to_owned()], 0));
    // Nobody mends what was committed.
    repo.git("commit -q -m marks");
    assert!(repo.derbes("scan --history --format jsonl").told().is_empty());
    assert_eq!(repo.derbes("scan --range HEAD~1..HEAD --format jsonl").told().len(), 1);
}

#[test]
fn an_allow_rule_covers_by_path_category_and_value_until_its_end() {
    let repo = Repo::new();
    repo.write("tests/a.txt", format!("{IIN}{OTHER}phone=87000000019\n")).write("src/a.txt", IIN);
    let rule = |body: &str| format!("[[allow]]\nreason = \"made up\"\n{body}\n");
    let found = |rules: &str| {
        repo.write("derbes.toml", rules);
        repo.derbes(SCAN).told()
    };
    assert_eq!(found("").len(), 4);
    assert_eq!(found(&rule("paths = [\"/tests/\"]")), ["src/a.txt:1"]);
    assert_eq!(found(&rule("categories = [\"iin\"]")), ["tests/a.txt:3"]);
    assert_eq!(found(&rule("value = '9005\\d{8}'")), ["tests/a.txt:2", "tests/a.txt:3"]);
    assert_eq!(found(&rule("value = '9005'")).len(), 5, "a value matches as a whole");
    assert_eq!(found(&rule("categories = [\"iin\"]\npaths = [\"src/\"]\nuntil = 2026-11-22")).len(), 3);
    let ended = found(&rule("categories = [\"iin\"]\nuntil = 2026-11-21"));
    assert_eq!(ended.last().unwrap(), "unused derbes.toml:1: this rule has ended on 2026-11-21");
    let idle = found(&rule("paths = [\"gone/\"]"));
    assert_eq!(idle.last().unwrap(), "unused derbes.toml:1: this rule allows nothing that is there");
    // In a history a rule is about the paths where a version stood, and about all of them.
    repo.git("add -A");
    repo.git("commit -q -m base");
    repo.write("derbes.toml", rule("paths = [\"/tests/\", \"src/*.txt\"]"));
    assert_eq!(repo.derbes("scan --history").exit, 0);
    repo.write("derbes.toml", rule("paths = [\"/tests/\"]")).commit("tests/copy.txt", IIN);
    let told = repo.derbes("scan --history --format jsonl").told();
    assert!(told.len() == 1 && told[0].starts_with("src/a.txt@"), "{told:?}");
    // From another folder in the repository the same rule holds.
    repo.write("derbes.toml", rule("paths = [\"/tests/\"]"));
    assert!(repo.below("tests", SCAN).told().is_empty());
}

/// A repository with `a.txt` and a baseline of it.
fn with_baseline(text: &str) -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", text);
    let run = repo.derbes("scan --format jsonl --write-baseline .derbes-baseline");
    assert_eq!(run.exit, 0, "{}", run.err);
    repo
}

#[test]
fn what_is_known_stays_quiet_when_lines_move() {
    let repo = with_baseline(&format!("{IIN}{OTHER}"));
    let run = repo.derbes(SCAN);
    assert_eq!((run.told(), run.exit), (vec![], 0));
    assert_eq!(run.summary("suppressed"), serde_json::json!({"inline": 0, "rules": 0, "baseline": 2}));
    repo.write("a.txt", format!("\n\n{OTHER}nothing\n{IIN}"));
    assert_eq!(repo.derbes(SCAN).told().len(), 0);
}

/// A made-up IIN of somebody born in the 1800s.
fn iin(number: u32) -> String {
    let first = format!("9005171{number:04}");
    let sum = |from: u32| first.bytes().zip(0..).map(|(d, i)| u32::from(d - b'0') * ((from + i) % 11 + 1)).sum::<u32>();
    let check = [sum(0) % 11, sum(2) % 11].into_iter().find(|check| *check < 10);
    check.map_or_else(|| iin(number + 1000), |check| format!("{first}{check}"))
}

#[test]
fn a_second_value_is_seen_on_the_same_line_and_in_the_same_file() {
    let known = iin(1);
    let repo = with_baseline(&format!("iin={known}\n"));
    // Among so many some share a fingerprint with the first; each that is added is seen all the same.
    let added: Vec<_> = (2..400).map(iin).collect();
    for value in &added[..5] {
        repo.write("a.txt", format!("iin={known} iin={value}\n"));
        let run = repo.derbes(SCAN);
        assert_eq!((run.told(), run.exit), (vec!["a.txt:1".to_owned()], 1), "{value}");
    }
    repo.write("a.txt", format!("iin={known}\n") + &added.iter().map(|v| format!("iin={v}\n")).collect::<String>());
    let run = repo.derbes(&format!("{SCAN} --places all"));
    assert_eq!(run.told().len(), added.len());
    repo.write("a.txt", format!("iin={known}\niin={known}\n"));
    assert_eq!(repo.derbes(SCAN).told(), ["a.txt:2"], "the same value once more");
    repo.write("a.txt", format!("iin={known}\n")).write("b.txt", format!("iin={known}\n"));
    assert_eq!(repo.derbes(SCAN).told(), ["b.txt:1"], "the same value elsewhere");
}

#[test]
fn a_staged_value_is_new_though_the_file_has_the_same_already() {
    let repo = with_baseline(&format!("one\n{IIN}"));
    repo.git("add -A");
    repo.git("commit -q -m baseline");
    repo.stage("a.txt", format!("{IIN}one\n{IIN}"));
    let run = repo.derbes("scan --staged --format jsonl");
    assert_eq!((run.told(), run.exit), (vec!["a.txt:1".to_owned()], 1));
    repo.stage("a.txt", format!("two\none\n{IIN}"));
    assert_eq!(repo.derbes("scan --staged --format jsonl").exit, 0);
}

#[test]
fn a_baseline_holds_no_value_and_is_sorted() {
    let repo = with_baseline(&format!("{OTHER}{IIN}phone=87000000019\n"));
    let text = repo.read(".derbes-baseline");
    let lines: Vec<_> = text.lines().skip(1).collect();
    assert!(lines.is_sorted(), "{text}");
    let mut hits = 0;
    for line in lines {
        let fields: Vec<_> = line.split('\t').collect();
        assert_eq!((fields.len(), fields[2].len()), (4, 2), "eight bits and no more: {line}");
        hits += fields[3].parse::<u32>().unwrap();
    }
    assert_eq!(hits, 3, "two values may have the same eight bits, and one entry");
    assert!(["900517132728", "750228150059", "87000000019"].iter().all(|value| !text.contains(value)));
    repo.derbes("scan --write-baseline .derbes-baseline");
    assert_eq!(repo.read(".derbes-baseline"), text, "the key stays");
}

#[test]
fn what_is_gone_is_told_and_pruned() {
    let repo = with_baseline(&format!("{IIN}{OTHER}"));
    repo.write("b.txt", IIN).derbes("scan b.txt --write-baseline .derbes-baseline");
    repo.write("a.txt", IIN);
    std::fs::remove_file(repo.at.join("b.txt")).unwrap();
    let told = repo.derbes(SCAN).told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].ends_with("stale: 1 of kz-iin in a.txt not found any more"), "{told:?}");
    assert!(told[1].ends_with("stale: 1 of kz-iin in b.txt not found any more"), "{told:?}");
    assert_eq!(repo.derbes("scan a.txt --format jsonl").told().len(), 1, "only of what was gone over");
    repo.derbes("scan --prune-baseline");
    let run = repo.derbes(SCAN);
    assert_eq!((run.told(), run.exit), (vec![], 0));
    assert_eq!(repo.read(".derbes-baseline").lines().count(), 2);
}

#[test]
fn what_is_gone_from_staged_files_is_told_and_nothing_of_others() {
    let repo = with_baseline(&format!("{IIN}{OTHER}"));
    repo.write("b.txt", IIN).derbes("scan b.txt --write-baseline .derbes-baseline");
    repo.git("add -A");
    repo.git("commit -q -m base");
    std::fs::remove_file(repo.at.join("b.txt")).unwrap();
    repo.write("a.txt", format!("{IIN}phone=87000000019\n")).git("add a.txt");
    let told = repo.derbes("scan --staged --format jsonl").told();
    assert!(told.len() == 2 && told[0] == "a.txt:2", "{told:?}");
    assert!(told[1].ends_with("stale: 1 of kz-iin in a.txt not found any more"), "{told:?}");
    repo.git("commit -q -m changed");
    assert_eq!(repo.derbes("scan --range HEAD~1..HEAD --format jsonl").told(), told);
    let history = repo.derbes("scan --history --format jsonl").told();
    assert!(history.len() == 1 && history[0].starts_with("a.txt@"), "{history:?}");
}

#[test]
fn what_is_staged_or_in_the_history_can_be_recorded() {
    let repo = Repo::new();
    repo.commit("a.txt", IIN);
    repo.stage("a.txt", format!("{IIN}{OTHER}")).stage("b.txt", IIN).write("b.txt", "nothing\n");
    assert_eq!(repo.derbes("scan --staged --write-baseline .derbes-baseline").exit, 0);
    assert_eq!(repo.read(".derbes-baseline").lines().count(), 4, "the index, and of a changed file all lines");
    assert_eq!(repo.derbes("scan --staged").exit, 0);
    repo.git("commit -q -m more");
    repo.git("mv a.txt c.txt");
    repo.stage("c.txt", format!("{IIN}{IIN}{OTHER}")).git("commit -q -m moved");
    let run = repo.derbes("scan --history --format jsonl --write-baseline whole");
    assert_eq!((run.exit, run.summary("hits")), (0, 6.into()));
    let run = repo.derbes("scan --history --format jsonl --baseline whole");
    assert_eq!((run.told(), run.exit), (vec![], 0));
    repo.stage("a.txt", format!("{IIN}phone=87000000019\n")).git("commit -q -m new");
    assert_eq!(repo.derbes("scan --history --format jsonl --baseline whole").told().len(), 1);
}

#[test]
fn baselines_of_two_branches_merge() {
    let repo = with_baseline(&format!("{IIN}{OTHER}"));
    repo.write("m.txt", IIN).write(".gitattributes", ".derbes-baseline merge=union\n");
    repo.derbes("scan --write-baseline .derbes-baseline");
    repo.git("add -A");
    repo.git("commit -q -m base");
    for (branch, file) in [("one", "b.txt"), ("two", "c.txt")] {
        repo.git(&format!("checkout -q -b {branch} main"));
        repo.write(file, IIN).derbes("scan --write-baseline .derbes-baseline");
        repo.git("add -A");
        repo.git(&format!("commit -q -m {branch}"));
    }
    repo.git("merge -q one");
    let run = repo.derbes(SCAN);
    assert_eq!((run.told(), run.exit), (vec![], 0));
}

#[test]
fn a_baseline_of_another_version_a_missing_one_and_a_broken_one_are_told() {
    let repo = Repo::new();
    repo.write("other", "derbes-baseline 2 00\n").write("broken", "nothing\n");
    for (file, message) in [
        ("other", "derbes: other:1: this baseline is of version 2, and this derbes reads 1"),
        ("broken", "derbes: broken:1: this is no baseline"),
        ("missing", "derbes: missing: the baseline cannot be read"),
    ] {
        for mode in ["", " --staged"] {
            let run = repo.derbes(&format!("scan --baseline {file}{mode}"));
            assert_eq!((run.exit, run.out.as_str()), (2, ""));
            assert!(run.err.starts_with(message), "{}", run.err);
        }
    }
    assert_eq!(repo.derbes("scan --prune-baseline").exit, 2);
}

#[test]
fn the_baseline_is_the_same_at_any_number_of_threads() {
    let repo = Repo::new();
    for n in 0..40 {
        repo.write(&format!("{n}.txt"), format!("{IIN}{OTHER}"));
    }
    repo.derbes("scan --threads 1 --write-baseline base");
    let one = repo.read("base");
    repo.derbes("scan --threads 8 --write-baseline base");
    assert_eq!(repo.read("base"), one);
}

/// People by rows: a column that is known by its name alone.
fn people(count: usize) -> String {
    let rows: String = (0..count).map(|i| format!("{i},Ахметова\n")).collect();
    format!("id,full_name\n{rows}")
}

#[test]
fn a_column_known_by_its_name_is_quiet_for_as_many_values_as_are_known() {
    let repo = Repo::new();
    repo.write("people.csv", people(5)).derbes("scan --write-baseline .derbes-baseline");
    let hits = || repo.derbes(SCAN).summary("hits");
    assert_eq!(hits(), 0);
    repo.write("people.csv", people(7));
    assert_eq!(hits(), 2);
    repo.write("people.csv", people(3));
    assert_eq!(repo.derbes(SCAN).told().len(), 1, "the rest is told to be stale");
    repo.write("derbes.toml", "[[allow]]\nreason = \"made up\"\ncategories = [\"name\"]\npaths = [\"people.csv\"]\n");
    std::fs::remove_file(repo.at.join(".derbes-baseline")).unwrap();
    assert_eq!(hits(), 0);
}

#[test]
fn a_mark_at_the_first_row_covers_a_column_known_by_its_name() {
    let repo = Repo::new();
    let insert = "INSERT INTO people (id, full_name) VALUES (1, 'Ахметова'), (2, 'Иванов');\n";
    repo.write("people.sql", format!("-- derbes:allow name reason=made up\n{insert}"));
    let run = repo.derbes(SCAN);
    assert_eq!((run.told().len(), run.summary("hits")), (0, 0.into()), "{}", run.out);
    assert_eq!(run.summary("suppressed"), serde_json::json!({"inline": 2, "rules": 0, "baseline": 0}));
    // A mark within the first row is about that row alone.
    repo.write("people.sql", insert.replace(";\n", "; -- derbes:allow name reason=made up\n"));
    assert_eq!(repo.derbes(SCAN).summary("hits"), 2);
    repo.write("people.sql", format!("-- derbes:allow phone reason=made up\n{insert}"));
    assert_eq!(repo.derbes(SCAN).summary("hits"), 2);
}

#[test]
fn of_a_staged_table_only_added_rows_count() {
    let repo = Repo::new();
    repo.commit("people.csv", people(5));
    repo.stage("people.csv", people(5).replace("id,", "nr,"));
    let hits = || repo.derbes("scan --staged --format jsonl").summary("hits");
    assert_eq!(hits(), 0, "the header names nobody");
    repo.stage("people.csv", people(7));
    assert_eq!(hits(), 2);
    repo.commit("people.csv", people(7));
    repo.derbes("scan --write-baseline .derbes-baseline");
    repo.stage("people.csv", people(8));
    assert_eq!(hits(), 1, "seven are known");
}

#[test]
fn a_column_that_is_known_by_its_name_may_be_switched_off() {
    let repo = Repo::new();
    repo.write("staff.csv", "full_name,password\nИванов Иван,x7Kq93mz\nПетров Пётр,pL29fk3s\nСидоров Сидор,Qm48dk2x\n");
    let told = |run: &git::Run| ["name-column", "credentials-column"].map(|id| run.out.contains(id));
    assert_eq!(told(&repo.derbes(SCAN)), [true, true]);
    assert_eq!(told(&repo.derbes(&format!("{SCAN} --no-detector name-column"))), [false, true]);
    let explained = repo.derbes("explain staff.csv:2 --no-detector name-column").out;
    assert!(explained.contains("the detector is switched off"), "{explained}");
    repo.write("derbes.toml", "[detectors]\noff = [\"credentials-column\"]\n");
    assert_eq!(told(&repo.derbes(SCAN)), [true, false]);
    assert_eq!(repo.derbes(&format!("{SCAN} --no-detector nosuch-column")).exit, 2);
}

#[test]
fn a_folder_of_detectors_may_be_configured_and_typed() {
    let repo = Repo::new();
    let category = "[badge]\nstanding = \"personal\"\ntitle = { en = \"Badge\", ru = \"Пропуск\", kk = \"Рұқсат\" }\n";
    repo.write("own/categories.toml", category);
    repo.write("own/badge.toml", "id = \"badge\"\ncategory = \"badge\"\npattern = 'BG-[0-9]{6}'\n");
    repo.write("own/pass.toml", "id = \"pass\"\ncategory = \"badge\"\npattern = 'PS-[0-9]{6}'\n");
    repo.write("derbes.toml", "[detectors]\nfolders = [\"own\"]\n");
    repo.write("a.txt", "BG-000019\nPS-000019\n");
    for typed in ["", "--detectors own", "--detectors ./own --detectors own/pass.toml"] {
        assert_eq!(repo.derbes(&format!("{SCAN} a.txt {typed}")).told(), ["a.txt:1", "a.txt:2"], "{typed}");
    }
    repo.write("derbes.toml", "");
    let files = "--detectors own/badge.toml --detectors own/pass.toml";
    assert_eq!(repo.derbes(&format!("{SCAN} a.txt {files}")).told(), ["a.txt:1", "a.txt:2"]);
    assert_eq!(repo.derbes(&format!("{SCAN} a.txt --detectors own/categories.toml")).exit, 2);
}

#[test]
fn a_path_may_be_given_from_the_root_of_the_disk() {
    let repo = Repo::new();
    repo.write("derbes.toml", "[[allow]]\npaths = [\"/src/*.py\"]\nreason = \"made up\"\n");
    repo.write("src/a.py", IIN).write("src/b.txt", IIN);
    let at = repo.at.display();
    for typed in [format!("{at}"), format!("{at}/src"), format!("{at}/src/a.py {at}/src/../src/b.txt")] {
        let run = repo.derbes(&format!("{SCAN} {typed}"));
        assert_eq!(run.summary("suppressed")["rules"], 1, "{typed}: {}", run.out);
        assert_eq!(run.summary("hits"), 1, "{typed}: {}", run.out);
    }
    let told = repo.derbes(&format!("explain {at}/src/a.py:1 --today 2026-11-22"));
    assert!(told.out.contains("a rule of derbes.toml allows it"), "{}", told.out);
    // Another folder is none of this repository's business.
    let other = Repo::folder();
    other.write("src/a.py", IIN);
    let run = repo.derbes(&format!("{SCAN} {}/src/a.py", other.at.display()));
    assert_eq!(run.summary("hits"), 1, "{}", run.out);
}

#[test]
fn what_is_wrong_in_a_file_is_told_without_values() {
    let repo = Repo::new();
    for text in [
        "[scan]\nmin-confidence = \"900517132728\"\n",
        "[scan]\n900517132728 = true\n",
        "[[allow]]\npaths = [\"a\"]\ncategories = [\"900517132728\"]\nreason = \"x\"\n",
        "[[allow]]\npaths = [\"a\"]\ncategories = [\"client@romashka-demo.kz\"]\nreason = \"x\"\n",
        "[detectors]\noff = [\"900517132728\"]\n",
        "[detectors]\nfolders = [\"client@romashka-demo.kz\"]\n",
    ] {
        repo.write("derbes.toml", text);
        let run = repo.derbes(SCAN);
        assert!(run.exit == 2 && run.err.contains("derbes.toml:"), "{text}{}", run.err);
        assert!(!run.err.contains("900517132728") && !run.err.contains("romashka"), "{}", run.err);
    }
}
