//! Verdicts of whole runs: how old data is, wherever it is read from, and what derbes.toml binds to paths.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use derbes::category::Categories;
use derbes::finding::{Event, Finding, Posture};
use derbes::limits::Limits;
use derbes::pipeline::{self, Binding, Plan, Progress};
use derbes::policy::Policy;
use derbes::suppress::Paths;

const POLICY: &str = "id = \"p\"\nlanguages = []\noperator = { name = \"P\" }\n\
                      [[declares]]\ncategory = \"phone\"\nclause = \"2\"\n\
                      [[retention]]\nperiod = \"3y\"\nclause = \"7\"\n";

fn policy(text: &str) -> Policy {
    Policy::parse("p.toml", text, &Categories::builtin().unwrap()).unwrap()
}

fn plan(paths: &[&Path]) -> Plan {
    let categories = Arc::new(Categories::builtin().unwrap());
    let paths = paths.iter().map(|path| path.to_path_buf()).collect();
    Plan { policies: vec![policy(POLICY)], ..Plan::new(paths, categories, jiff::civil::date(2026, 11, 22)) }
}

fn findings(plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut sink = |event| {
        if let Event::Finding(finding) = event {
            findings.push(finding);
        }
        Ok(())
    };
    pipeline::run(plan, &Progress::default(), &mut sink).unwrap();
    findings
}

/// `policy outcome clause ground` of each verdict of each finding.
fn verdicts(plan: &Plan) -> Vec<String> {
    let shown = |finding: Finding| {
        let one = |v: derbes::finding::Verdict| {
            let ground = v.ground.map(|ground| format!(" ({ground})")).unwrap_or_default();
            format!("{} {} {}{ground}", v.policy, v.outcome, v.clause.unwrap_or_default())
        };
        finding.verdicts.into_iter().map(one).collect::<Vec<_>>().join("; ")
    };
    findings(plan).into_iter().map(shown).collect()
}

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("judging").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Noon of a day, as files have it.
fn noon(day: &str) -> SystemTime {
    let time: jiff::Timestamp = format!("{day}T12:00:00Z").parse().unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(time.as_second() as u64)
}

fn write(file: &Path, text: impl AsRef<[u8]>, modified: &str) {
    let mut stored = File::create(file).unwrap();
    stored.write_all(text.as_ref()).unwrap();
    stored.set_modified(noon(modified)).unwrap();
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut stored = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    stored.write_all(text).unwrap();
    stored.finish().unwrap()
}

/// A log with a phone number in each line, the last of them on the first of March 2021.
fn log() -> String {
    let line = |n: u32| format!("2021-02-{:02} 10:11:12 INFO phone=+7700000{:04}\n", n / 20 + 1, n);
    (1..500).map(line).collect::<String>() + "2021-03-01 00:00:01 INFO end\n"
}

#[test]
fn the_files_own_date_counts_where_no_other_is_known() {
    let folder = folder("own");
    let file = folder.join("clients.csv");
    for (modified, expected) in [
        ("2021-03-01", "p expired 7 (data of 2021-03-02 by the file's own date)"),
        ("2023-11-20", "p expired 7 (data of 2023-11-21 by the file's own date)"),
        ("2023-11-22", "p declared 2"),
        ("1980-01-01", "p declared 2"),
    ] {
        write(&file, "phone\n+77000000001\n", modified);
        assert_eq!(verdicts(&plan(&[&file])), [expected], "{modified}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_known_is_read_from_streams_and_splits_alike() {
    let folder = folder("streams");
    let (plain, stored, utf16) = (folder.join("a.log"), folder.join("b.log.gz"), folder.join("c.log"));
    let wide: Vec<u8> = b"\xFF\xFE".iter().copied().chain(log().encode_utf16().flat_map(u16::to_le_bytes)).collect();
    write(&plain, log(), "2026-11-01");
    write(&stored, gzip(log().as_bytes()), "2026-11-01");
    write(&utf16, wide, "2026-11-01");
    let expected = ["p expired 7 (data of 2021-03-01 by its last times)"; 3];
    for (threads, block, split) in [(1, 256 << 10, 16 << 20), (1, 64, 16 << 20), (2, 64, 100), (3, 1000, 5000)] {
        let limits = Limits { block, split, ..Limits::default() };
        let plan = Plan { threads, limits, ..plan(&[&plain, &stored, &utf16]) };
        assert_eq!(verdicts(&plan), expected, "{threads} threads, {block} B, {split} B");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_log_that_was_not_read_to_its_end_is_dated_by_what_is_left() {
    let folder = folder("broken");
    let file = folder.join("b.log.gz");
    let stored = gzip(log().as_bytes());
    write(&file, &stored[..stored.len() - 20], "2026-11-01");
    assert_eq!(verdicts(&plan(&[&file])), ["p declared 2"]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_dump_is_one_by_its_own_words_whatever_its_name() {
    let folder = folder("dump");
    let dump = "INSERT INTO a (phone) VALUES ('+77000000001');\n-- Dump completed on 2021-03-01 10:11:12\n";
    for (name, expected) in [
        ("unnamed", "p expired 7 (data of 2021-03-01 by the dump's own words)"),
        ("shop-2025-01-01.sql", "p expired 7 (data of 2021-03-01 by the dump's own words)"),
        ("shop.py", "p declared 2"),
    ] {
        let file = folder.join(name);
        write(&file, dump, "2026-11-01");
        assert_eq!(verdicts(&plan(&[&file])), [expected], "{name}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

fn binding(patterns: &[&str], policies: Vec<Policy>, posture: Option<Posture>, line: u64) -> Binding {
    let paths = Paths::new(patterns.iter().map(|pattern| (*pattern).to_owned()).collect()).unwrap();
    let by_name = posture.is_none() && !policies.is_empty();
    Binding { paths, policies, posture, by_name, country: None, file: "derbes.toml".into(), line }
}

/// A plan over the demo, whose paths are named from the current folder.
fn bound(file: &str, policies: Vec<Policy>, bindings: Vec<Binding>) -> Plan {
    Plan { policies, bindings, ..plan(&[&Path::new("fixtures/demo").join(file)]) }
}

#[test]
fn a_policy_that_is_bound_twice_judges_once_and_the_last_posture_holds() {
    let p = || policy(POLICY);
    let cases = [
        (
            vec![binding(&["*"], vec![p()], None, 1), binding(&["*.txt"], vec![p()], None, 4)],
            "p misplaced  (in test data)",
        ),
        (
            vec![
                binding(&["*"], vec![p()], Some(Posture::Code), 1),
                binding(&["*.txt"], vec![], Some(Posture::Data), 4),
            ],
            "p declared 2",
        ),
        // What is bound goes before what a name tells, wherever it stands.
        (
            vec![binding(&["*.txt"], vec![], Some(Posture::Data), 1), binding(&["*"], vec![p()], None, 4)],
            "p declared 2",
        ),
        (vec![binding(&["*.csv"], vec![p()], None, 1)], ""),
        (vec![binding(&["*"], vec![], Some(Posture::Logs), 7)], "derbes.toml misplaced line 7 (in logs)"),
        (vec![binding(&["*"], vec![], Some(Posture::Data), 7)], ""),
    ];
    for (n, (bindings, expected)) in cases.into_iter().enumerate() {
        let plan = bound("logs/support.txt", Vec::new(), bindings);
        let phone = findings(&plan).iter().position(|finding| &*finding.category == "phone").unwrap();
        assert_eq!(verdicts(&plan)[phone], expected, "case {n}");
    }
}

#[test]
fn made_up_values_in_test_data_fail_no_run() {
    let exit = |posture: Option<Posture>| {
        let bindings = posture.map(|posture| binding(&["*"], Vec::new(), Some(posture), 1));
        let plan = bound("logs/kassa-1251.log", Vec::new(), bindings.into_iter().collect());
        let off = ["kz-phone", "email", "iban"].map(Arc::from).to_vec();
        pipeline::run(&Plan { detectors_off: off, ..plan }, &Progress::default(), &mut |_| Ok(())).unwrap().summary.exit
    };
    assert_eq!(exit(None), 1);
    assert_eq!(exit(Some(Posture::Code)), 1);
    assert_eq!(exit(Some(Posture::TestData)), 0);
}

/// The number, telephone, day it was made and day it was changed of a row.
type Row<'r> = (&'r str, &'r str, &'r str, &'r str);

/// Rows of a table in each way that tables are written: made in 2019 and 2020, changed in 2022 at the latest.
fn table(form: &str, columns: [&str; 2]) -> (String, String) {
    let [made, changed] = columns;
    let rows = [
        ("1", "+77000000001", "2019-05-01 10:11:12", "2022-03-01 00:00:00"),
        ("2", "+77000000002", "2020-02-02 10:11:12", "2020-02-02 10:11:12"),
        ("3", "+77000000003", "2019-12-31 23:59:59", "2021-01-01 00:00:00"),
    ];
    let join = |row: &dyn Fn(&Row) -> String, with: &str| rows.iter().map(row).collect::<Vec<_>>().join(with);
    let values = join(&|(id, phone, made, changed)| format!("({id},'{phone}','{made}','{changed}')"), ",");
    let create = format!("CREATE TABLE users (id int, phone varchar(20), `{made}` datetime, `{changed}` datetime);\n");
    match form {
        "csv" => {
            let rows = join(&|(id, phone, made, changed)| format!("{id};{phone};\"{made}\";{changed}"), "\n");
            ("users.csv".into(), format!("id;phone;{made};{changed}\n{rows}\n"))
        }
        "copy" => {
            let rows = join(&|(id, phone, made, changed)| format!("{id}\t{phone}\t{made}\t{changed}"), "\n");
            ("users.sql".into(), format!("COPY public.users (id, phone, {made}, {changed}) FROM stdin;\n{rows}\n\\.\n"))
        }
        // As mysqldump writes them: what the columns are called stands in the definition.
        "insert" => ("users.sql".into(), format!("{create}INSERT INTO users VALUES {values};\n")),
        "named" => ("users.sql".into(), format!("INSERT INTO users (id, phone, {made}, {changed}) VALUES {values};\n")),
        other => panic!("{other}"),
    }
}

#[test]
fn the_rows_of_a_table_tell_their_date_themselves() {
    let folder = folder("rows");
    let by_rows = |date: &str| format!("p expired 7 (data of {date} by its rows' own dates)");
    let expired = "p expired 7 (data of 2020-01-02 by the file's own date)".to_owned();
    for (columns, expected) in [
        // The last day that anything happened to a row.
        (["created_at", "updated_at"], by_rows("2022-03-01")),
        (["userCreatedAt", "x"], by_rows("2020-02-02")),
        (["reg_date", "valid_until"], by_rows("2020-02-02")),
        (["birth_date", "modified"], by_rows("2022-03-01")),
        // Neither tells when the row was made: the file's date is the best there is.
        (["birth_date", "valid_until"], expired),
    ] {
        for form in ["csv", "copy", "insert", "named"] {
            let (name, text) = table(form, columns);
            let file = folder.join(name);
            write(&file, text, "2020-01-01");
            assert_eq!(verdicts(&plan(&[&file])), std::slice::from_ref(&expected), "{form} {columns:?}");
            std::fs::remove_file(file).unwrap();
        }
    }
}

#[test]
fn rows_go_before_all_other_dates() {
    let folder = folder("before");
    let file = folder.join("users-2026-11-01.csv");
    let csv = |header: &str, dates: &[&str]| {
        let row = |(n, date): (usize, &&str)| format!("+770000000{n:02};{date}\n");
        format!("phone;{header}\n{}", dates.iter().enumerate().map(row).collect::<String>())
    };
    let (expired, declared) = ("p expired 7 (data of 2020-03-01 by its rows' own dates)", "p declared 2");
    for (header, dates, expected) in [
        ("created_at", &["2019-01-01", "2020-03-01", "2018-05-05"][..], expired),
        ("дата регистрации", &["01.01.2019", "01.03.2020", "05.05.2018"], expired),
        ("Дата", &["2019/01/01", "2020/03/01", "2018/05/05"], expired),
        ("құрылған_күні", &["2019-01-01", "2020-03-01", "2018-05-05"], expired),
        // One row is young, tells nothing, or is yet to come: nothing is told by rows.
        ("created_at", &["2019-01-01", "2026-03-01", "2018-05-05"], declared),
        ("created_at", &["2019-01-01", "", "2018-05-05"], declared),
        ("created_at", &["2019-01-01", "0000-00-00", "2018-05-05"], declared),
        ("created_at", &["2019-01-01", "2099-01-01", "2018-05-05"], declared),
        ("created_at", &["2019-01-01", "03/01/2020", "2018-05-05"], declared),
        ("due", &["2019-01-01", "2020-03-01", "2018-05-05"], declared),
    ] {
        write(&file, csv(header, dates), "2026-11-01");
        assert_eq!(verdicts(&plan(&[&file])), [expected], "{header} {dates:?}");
    }
    // Test data does not age, whatever its rows say.
    let tests = folder.join("tests");
    std::fs::create_dir_all(&tests).unwrap();
    let file = tests.join("users.csv");
    write(&file, csv("created_at", &["2019-01-01", "2020-03-01"]), "2026-11-01");
    assert_eq!(verdicts(&plan(&[&file])), [declared]);
}

/// However the text is cut, the same day is read of each row.
#[test]
fn rows_tell_the_same_date_wherever_the_text_is_cut() {
    let folder = folder("cut");
    for form in ["csv", "copy", "insert"] {
        let (name, text) = table(form, ["created_at", "updated_at"]);
        let row = |n: u32| {
            format!(
                "2{n:05},'+7700000{:04}','2019-{:02}-{:02}','2020-01-{:02}'",
                n % 10_000,
                n % 12 + 1,
                n % 28 + 1,
                n % 28 + 1
            )
        };
        let text = match form {
            "insert" => {
                let rows: Vec<_> = (0..3000).map(|n| format!("({})", row(n))).collect();
                format!("{text}INSERT INTO users VALUES {};\n", rows.join(","))
            }
            _ => {
                let separator = if form == "csv" { ";" } else { "\t" };
                let rows: String = (0..3000).map(|n| row(n).replace('\'', "").replace(',', separator) + "\n").collect();
                text.replace("\\.\n", "") + &rows + if form == "copy" { "\\.\n" } else { "" }
            }
        };
        let file = folder.join(name);
        write(&file, text, "2026-11-01");
        for (block, split, threads) in
            [(64, 1000, 2), (64, 4096, 1), (100, u64::MAX, 1), (1 << 18, 1 << 12, 2), (1 << 18, u64::MAX, 1)]
        {
            let limits = Limits { block, split, ..Limits::default() };
            let plan = Plan { limits, threads, ..plan(&[&file]) };
            let expected = "p expired 7 (data of 2022-03-01 by its rows' own dates)";
            assert_eq!(verdicts(&plan), [expected], "{form} {block} {split}");
        }
        std::fs::remove_file(file).unwrap();
    }
}
