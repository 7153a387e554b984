//! What is explained is what is done: the values that an explanation keeps are those that a scan finds, and refusals
//! name what is wrong.

mod common;
#[path = "common/git.rs"]
mod git;

use common::{fast, scanner};
use git::Repo;
use std::sync::Arc;

use derbes::category::Categories;
use derbes::detect::explain::{Fate, explain};
use derbes::detect::finder::Engine;
use derbes::detect::{Nature, Scanner};
use derbes::finding::explanation::{Fate as Told, Share, Unreported};
use derbes::finding::{Event, Field, Finding, Refusal};
use derbes::input::{Origin, Target};
use derbes::layout::table::Grid;
use derbes::pipeline::{self, Plan, Progress, Spot};

fn fates(scanner: &Scanner, text: &str, id: &str) -> Vec<Fate> {
    let candidates = explain(scanner, text.as_bytes(), &Grid::default(), &(0..text.len()), Nature::default());
    let of = |detector| scanner.detectors.get(detector).definition.id.clone();
    candidates.into_iter().filter(|c| *of(c.detector) == *id).map(|c| c.fate).collect()
}

#[test]
fn a_refusal_names_what_is_wrong() {
    let scanner = scanner(Engine::best());
    for (id, text, why) in [
        ("kz-iin", "ИИН 900517132729", Refusal::CheckDigit),
        ("kz-iin", "ИИН 901317132728", Refusal::Parts),
        ("kz-iin", "ИИН 908517132728", Refusal::Parts),
        ("kz-iin", "f900517132728", Refusal::Boundary),
        ("kz-iin", "1900517132728", Refusal::Boundary),
        ("kz-bin", "БИН 701140001239", Refusal::CheckDigit),
        ("kz-rnn", "620001000005", Refusal::Context),
        ("kz-id-card", "заказ 000000019", Refusal::Context),
        ("kz-phone", "+7 900 000 00 19", Refusal::Parts),
        ("kz-phone", "x+77000000019", Refusal::Boundary),
        ("kz-phone", "+7 (700) 000-00-190", Refusal::Form),
        ("ru-phone", "+7 700 000 00 19", Refusal::Parts),
        ("email", "git@github.com", Refusal::Nobody),
        ("email", "a@romashka.nosuch", Refusal::Parts),
        ("email", "https://user@romashka-demo.kz/", Refusal::Surroundings),
        ("iban", "KZ780000000000000001", Refusal::CheckDigit),
        ("iban", "XX780000000000000001", Refusal::Parts),
        ("payment-card", "4400000000123454", Refusal::CheckDigit),
        ("ipv4", "192.168.0.1", Refusal::Nobody),
        ("ipv4", "v1.2.3.4", Refusal::Boundary),
        ("ipv4", "version 2.55.1.3", Refusal::Surroundings),
        ("coordinate-pair", "12.3456 23.4567 L", Refusal::Surroundings),
        ("birth-date", "дата рождения 31.02.1990", Refusal::Parts),
        ("birth-date", "born 2026-03-01 10:11:12", Refusal::Surroundings),
        ("password", "password=changeme", Refusal::Nobody),
        ("coordinate", "lat=0.0000", Refusal::Nobody),
        ("coordinate", "lat=181.0000", Refusal::Parts),
        ("imei", "imei=490154203237519", Refusal::CheckDigit),
        ("social-account", "https://t.me/share", Refusal::Nobody),
    ] {
        assert_eq!(fates(&scanner, text, id).first(), Some(&Fate::Refused(why)), "{id}: {text}");
    }
}

#[test]
fn what_gives_way_names_the_winner() {
    let scanner = scanner(Engine::best());
    let fates = fates(&scanner, "водительское удостоверение 7000000019", "kz-phone");
    let [Fate::Lost(_, winner)] = fates[..] else { panic!("{fates:?}") };
    assert_eq!(&*scanner.detectors.get(winner).definition.id, "kz-driver-licence");
}

#[test]
fn what_is_kept_is_what_a_scan_finds() {
    let scanner = scanner(Engine::best());
    let mut kept_at_all = 0;
    for detector in scanner.detectors.clone().iter() {
        let definition = &detector.definition;
        for text in definition.examples.iter().chain(&definition.counterexamples) {
            let candidates = explain(&scanner, text.as_bytes(), &Grid::default(), &(0..text.len()), Nature::default());
            let kept: Vec<_> = candidates
                .into_iter()
                .filter_map(|c| if let Fate::Kept(found) = c.fate { Some(found) } else { None })
                .collect();
            assert_eq!(kept, fast(&scanner, text.as_bytes(), false), "{text}");
            kept_at_all += kept.len();
        }
    }
    assert!(kept_at_all > 100);
}

fn plan(path: &str) -> Plan {
    let categories = Arc::new(Categories::builtin().unwrap());
    Plan {
        policies: vec![derbes::policy::load("anysoft", &categories).unwrap()],
        ..Plan::new(vec![path.into()], categories, jiff::civil::date(2026, 11, 22))
    }
}

fn spot(path: &str, line: u64, column: Option<u64>) -> Spot {
    let (file, member) = path.split_once('!').map_or((path, None), |(file, member)| (file, Some(member.to_owned())));
    let target = Target { origin: Origin::file(file.as_ref()), ..Target::file(file.into()) };
    Spot { target, member, line, column }
}

/// What a scan finds in columns that have places.
fn columns(plan: &Plan) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut sink = |event: Event| {
        if let Event::Finding(finding) = event {
            found.push(finding);
        }
        Ok(())
    };
    pipeline::run(plan, &Progress::default(), &mut sink).unwrap();
    found.retain(|finding| matches!(finding.field, Some(Field::Column { .. })) && !finding.places.is_empty());
    found
}

#[test]
fn a_column_is_explained_as_it_is_reported() {
    let mut explained = 0;
    for path in [
        "fixtures/demo/dumps/shop.sql",
        "fixtures/demo/clients.csv",
        "fixtures/tables/suppliers.sql",
        "fixtures/containers/nested/five.tar.zst",
        "fixtures/containers/zip/deflate.zip",
        "fixtures/pgdump/shop.tar",
        "fixtures/pgdump/1.14-gzip.dump",
        "fixtures/pgdump/folder",
        "fixtures/pgdump/gzip-folder",
    ] {
        let plan = plan(path);
        let found = columns(&plan);
        assert!(!found.is_empty(), "{path}");
        for finding in found {
            let path = finding.path.as_str();
            let place = &finding.places[0];
            let explanation = pipeline::explain(&plan, &spot(path, place.line(), Some(place.column()))).unwrap();
            let [column] = &explanation.columns[..] else { panic!("{path}: {:?}", explanation.columns) };
            assert_eq!((Some(&column.field), Some(column.rows)), (finding.field.as_ref(), finding.rows));
            let count = column.counts.iter().find(|count| count.detector == finding.detector).unwrap();
            assert_eq!((count.hits, Some(count.share)), (finding.hits, finding.share));
            let Told::Reported(weighed) = &count.fate else { panic!("{path}: {count:?}") };
            assert_eq!((weighed.score, weighed.confidence), (finding.score, finding.confidence));
            assert_eq!(weighed.verdicts, finding.verdicts);
            let counted = |detector: &str| {
                let told = explanation.candidates.iter().find(|c| &*c.detector == detector);
                matches!(told.map(|told| &told.fate), Some(Told::Counted { field }) if *field == column.field)
            };
            assert!(counted(&finding.detector), "{path}: {:?}", explanation.candidates);
            explained += 1;
        }
    }
    assert!(explained > 10);
}

/// One of many order numbers passes for an IIN, in a table that is cut into many blocks.
#[test]
fn chance_is_told_where_it_explains_a_column() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("explained-orders.csv");
    let number = |row: u64| if row == 700 { 900_517_132_728 } else { 990_000_000_000 + row };
    let rows: String = (0..2000).map(|row| format!("{row};{};new\n", number(row))).collect();
    std::fs::write(&file, format!("id;number;state\n{rows}")).unwrap();
    let path = file.to_str().unwrap();
    let mut plan = plan(path);
    for block in [64, 4096, 1 << 16] {
        plan.limits.block = block;
        assert_eq!(columns(&plan), []);
        let explanation = pipeline::explain(&plan, &spot(path, 702, Some(5))).unwrap();
        let [column] = &explanation.columns[..] else { panic!("{:?}", explanation.columns) };
        assert_eq!((column.rows, column.values), (2000, 2000));
        let count = column.counts.iter().find(|count| &*count.detector == "kz-iin").unwrap();
        assert_eq!((count.cells, count.chance), (Some(1), Some(Share::Chance)));
        assert!(matches!(count.fate, Told::Unreported { reason: Unreported::Chance, .. }), "{count:?}");
        let line = pipeline::explain(&plan, &spot(path, 702, None)).unwrap();
        let fields: Vec<String> = line.columns.iter().map(|column| column.field.to_string()).collect();
        assert_eq!(fields, ["id", "number", "state"].map(|column| format!("explained-orders.{column}")));
    }
}

/// The text that a transcript of `derbes explain` gives, run in a repository.
fn explained(repo: &Repo, place: &str) -> String {
    let run = repo.derbes(&format!("explain {place} --today 2026-11-22"));
    format!("{}{}", run.out, run.err)
}

#[test]
fn a_member_of_an_archive_is_explained_as_a_file_is() {
    let repo = Repo::folder();
    let fixture = |path: &str| std::fs::read(format!("fixtures/containers/{path}")).unwrap();
    repo.write("logs/app.log", fixture("payload/logs/app.log"));
    for archive in ["a.zip", "b.zip", "c!d.tar", "e.rar"] {
        let source = match archive {
            "a.zip" => "zip/deflate.zip",
            "b.zip" => "zip/encrypted.zip",
            "e.rar" => "rar/head.rar",
            _ => "tar/ustar.tar",
        };
        repo.write(archive, fixture(source));
    }
    let file = explained(&repo, "logs/app.log:1");
    assert!(file.contains("    reported, "), "{file}");
    for archive in ["a.zip", "./a.zip", "c!d.tar"] {
        let told = explained(&repo, &format!("{archive}!logs/app.log:1"));
        let path = format!("{}!logs/app.log:1", archive.trim_start_matches("./"));
        assert_eq!(told, file.replace("logs/app.log:1", &path));
    }
    for (place, message) in [
        (
            "a.zip:2",
            "a.zip: this is read as zip, not as lines of text\nhelp: only members of it are explained, named as reports do: a.zip!",
        ),
        ("a.zip!no.txt:2", "a.zip!no.txt: there is no such member\nhelp: name it as reports do"),
        (
            "a.zip!clients.csv!c:2",
            "a.zip!clients.csv: this has no members\nhelp: name a line of it: a.zip!clients.csv:LINE",
        ),
        ("a.zip!logs/app.log:700", "a.zip!logs/app.log: there is no line 700: the text has "),
        (
            "b.zip!clients.csv:1",
            "b.zip!clients.csv: a scan does not open this: encrypted\nhelp: write the text to a file",
        ),
        ("e.rar!clients.csv:1", "e.rar: a scan does not open this: a RAR archive, which is not opened"),
        ("logs/app.log!b:1", "logs/app.log: this has no members"),
        ("no.zip!b:1", "no.zip!b: no such file"),
    ] {
        let run = repo.derbes(&format!("explain {place}"));
        assert!(run.exit == 2 && run.err.starts_with(&format!("derbes: {message}")), "{place}: {}", run.err);
    }
}

/// A tar archive that was added to has two members of one name, and a line of it may be of either.
#[test]
fn of_two_members_of_one_name_none_is_explained() {
    let repo = Repo::folder();
    let tar = std::fs::read("fixtures/containers/tar/ustar.tar").unwrap();
    let end = tar.chunks(512).position(|block| block.iter().all(|byte| *byte == 0)).unwrap() * 512;
    repo.write("a.tar", [&tar[..end], &tar[..]].concat());
    let told = explained(&repo, "a.tar!logs/app.log:1");
    assert!(told.starts_with("derbes: a.tar!logs/app.log: there are several texts with this path"), "{told}");
}

#[test]
fn of_equal_values_the_baseline_knows_as_many_as_it_has() {
    let repo = Repo::new();
    let scan = "scan --format jsonl --today 2026-11-22 --places all";
    repo.write("a.txt", git::IIN.repeat(2));
    repo.derbes(&format!("{scan} --write-baseline .derbes-baseline"));
    // The first of two known ones is far before, and on one line stand the last known one and a new one.
    let far = "nothing\n".repeat(100_000);
    let iin = git::IIN.trim();
    repo.write("a.txt", format!("{iin}\n{far}{iin} {iin}\n{iin}\n"));
    assert_eq!(repo.derbes(scan).told(), ["a.txt:100002", "a.txt:100003"]);
    let known = |place: &str| {
        let told = explained(&repo, place);
        ["not reported: the baseline knows it", "    reported, "].map(|fate| told.matches(fate).count())
    };
    assert_eq!(known("a.txt:1"), [1, 0]);
    assert_eq!(known("a.txt:100002"), [1, 1]);
    assert_eq!(known("a.txt:100002:5"), [1, 0]);
    assert_eq!(known("a.txt:100002:22"), [0, 1]);
    assert_eq!(known("a.txt:100003"), [0, 1]);
}

#[test]
fn names_in_tables_are_found_where_no_column_is_named_after_them() {
    let repo = Repo::new();
    let row = |id: u32| {
        let comment = if id.is_multiple_of(10) {
            "звонил Иванов Иван Иванович"
        } else {
            "без замечаний"
        };
        format!("{id};{comment};Ахметова Айгерім Серікқызы;Иванов Иван Иванович\n")
    };
    repo.write("a.csv", format!("id;comment;fio;c4\n{}", (1..=30).map(row).collect::<String>()));
    let run = repo.derbes("scan a.csv --format csv");
    for expected in [
        "a,comment,name,person-name,high,3,30,0.1",
        "a,fio,name,name-column,medium,30,30,1",
        "a,c4,name,person-name,high,30,30,1",
    ] {
        assert!(run.out.contains(expected), "{expected}: {}", run.out);
    }
}

#[test]
fn why_a_detector_does_not_run_is_told_by_what_the_path_is() {
    let repo = Repo::new();
    let name = "клиент Иванов Иван Иванович, tel 8 701 000 00 19\n";
    repo.write("src/a.rs", name).write("tests/a.txt", name).write("a.log", name);
    repo.write("a.csv", "ФИО;imei;Адрес\nИванов Иван Иванович;490154203237518;г. Алматы, ул. Абая, д. 5\n");
    repo.write("b.log", "дата рождения 17.05.1990 imei=490154203237518\n");
    repo.write("c.log", "user iin=900517132728 status=OK full_name=\"Ivanov Ivan\"\nwritten by Petrov Petr\n");
    repo.write("bound.log", name).write("derbes.toml", "[[paths]]\npaths = [\"bound.log\"]\nposture = \"test-data\"\n");
    for (place, reason) in [
        ("bound.log:1:20", "by its path this is test data, where the detector does not run"),
        ("src/a.rs:1:20", "by its path this is source code, where the detector does not run"),
        ("tests/a.txt:1:20", "by its path this is test data, where the detector does not run"),
        ("a.log:1:20", "    reported, high"),
        ("a.csv:2:56", "its column names the category"),
        ("c.log:1:45", "    reported, high"),
        ("c.log:2:14", "the detector runs only under a key of its own beside an ИИН"),
        ("b.log:1:28", "the detector runs in tables only"),
        ("b.log:1:45", "the detector is off by default"),
    ] {
        let told = explained(&repo, place);
        assert!(told.contains(reason), "{place}: {told}");
        let all = explained(&repo, &format!("{place} --all-detectors"));
        assert!(!all.contains("--all-detectors"), "{place}: {all}");
    }
}

#[test]
fn an_idle_mark_is_explained() {
    let repo = Repo::new();
    let told = |text: &str, line: u64| {
        repo.write("a.py", text);
        let told = explained(&repo, &format!("a.py:{line}"));
        told.split("keeps nothing quiet: ").nth(1).unwrap_or_default().trim().to_owned()
    };
    let iin = "iin = \"900517132728\"";
    for (text, line, why) in [
        (format!("{iin}  # derbes:allow iin reason=x\n"), 1, ""),
        (format!("# derbes:allow iin reason=x\n{iin}\n"), 1, ""),
        (format!("# derbes:allow iin reason=x\n{iin}\n"), 2, ""),
        (format!("{iin}  # derbes:allow iin\n"), 1, "it allows iin without a reason"),
        (format!("{iin}  # derbes:allow iin reason=x until=2026-01-01\n"), 1, "it allowed iin until 2026-01-01"),
        (format!("{iin}  # derbes:allow inn reason=x\n"), 1, "there is no category `inn`"),
        (format!("x = 1  # derbes:allow iin reason=x\n{iin}\n"), 1, "the value is on the next line (2:8)"),
        (format!("x = 1  # derbes:allow iin reason=x\n{iin}\n"), 2, "the value is on the next line (2:8)"),
        (format!("x = 1  # derbes:allow phone reason=x\n{iin}\n"), 2, ""),
        (format!("{iin}\n# derbes:allow iin reason=x\n"), 2, "the value is on the line before (1:8)"),
        (format!("{iin}  # derbes:allow phone reason=x\n"), 1, "it reaches no value of what it allows"),
        (
            "n = \"900517132729\"  # derbes:allow iin reason=x\n".to_owned(),
            1,
            "what stands at 1:6 is no value: the check digit is wrong",
        ),
        (
            "n = \"900517132728\"  # derbes:allow iin reason=x\n".to_owned(),
            1,
            "the value at 1:6 is not reported anyway: below --min-confidence medium",
        ),
        (
            "# derbes:allow name reason=x\n# клиент Иванов Иван Иванович\n".to_owned(),
            1,
            "the value at 2:16 is not reported anyway: by its path this is source code",
        ),
    ] {
        let told = told(&text, line);
        assert!(told.starts_with(why) && told.is_empty() == why.is_empty(), "{text}{line}: {told}");
    }
    repo.write("derbes.toml", "[scan]\ninline = false\n");
    let off = told(&format!("{iin}  # derbes:allow iin reason=x\n"), 1);
    assert!(off.starts_with("marks are switched off"), "{off}");
}
