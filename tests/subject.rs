//! A person is found again in what was audited, in every notation, and only with the key.

#[path = "common/git.rs"]
mod git;
#[path = "common/store.rs"]
mod store;

use git::{IIN, OTHER, Repo};
use rusqlite::Connection;
use store::{audit, count, scan, store};

#[test]
fn a_person_is_found_in_every_notation() {
    let repo = Repo::folder();
    repo.write("data/a.txt", "iin=900517132728 phone=8 (700) 000-00-19 email=Aigerim@Romashka-Demo.kz\n")
        .write("data/b.json", "{\"x\": 1}\n{\"phone\": \"%2B7%20700%20000%2000%2019\"}\n")
        .write("data/c.csv", "fio;iin;phone\nИванова А;900517132728;7000000019\nПетрова Б;750228150059;7000000021\n")
        .write("data/d.env", "TOKEN=eyJpaW4iOiI5MDA1MTcxMzI3MjgifQ\n")
        .write("data/e.txt", "iban KZ77 0000 0000 0000 0001\nother\n");
    audit(&repo, "--policy anysoft");
    let places = |value: &str| {
        let run = repo.derbes(&format!("subject {value} --store ../a.store --format json --received 2026-11-20"));
        assert_eq!(run.exit, 1, "{value}: {}{}", run.out, run.err);
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        answer["places"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| format!("{}:{}", p["path"].as_str().unwrap(), p["line"]))
            .collect()
    };
    let expect = |value: &str, expected: &[&str]| {
        let found: Vec<String> = places(value);
        assert_eq!(found, expected, "{value}");
    };
    for phone in ["+77000000019", "87000000019", "8(700)000-00-19", "7000000019"] {
        expect(phone, &["data/a.txt:1", "data/b.json:2", "data/c.csv:2"]);
    }
    expect("900517132728", &["data/a.txt:1", "data/c.csv:2", "data/d.env:1"]);
    expect("aigerim@ROMASHKA-demo.kz", &["data/a.txt:1"]);
    expect("kz770000000000000001", &["data/e.txt:1"]);
    let answer = repo.derbes("subject 900517132728 --store ../a.store --received 2026-11-20").out;
    assert!(answer.contains("beside it: email, phone"), "{answer}");
    assert!(answer.contains("iin c.iin: row 1, line 2") || answer.contains("row 1, line 2"), "{answer}");
    assert!(answer.contains("correct (anysoft 6.6): within 7 working days, by 2026-12-01"), "{answer}");
    let nowhere = repo.derbes("subject 750228150050 --store ../a.store");
    assert_eq!((nowhere.exit, nowhere.out.as_str()), (0, "found nowhere\n"));
    assert_eq!(repo.derbes("subject hello --store ../a.store").exit, 2);
    // What is gone is told of only if that is asked for.
    std::fs::remove_file(repo.at.join("data/e.txt")).unwrap();
    audit(&repo, "--policy anysoft");
    assert_eq!(repo.derbes("subject KZ770000000000000001 --store ../a.store").exit, 0);
    let gone = repo.derbes("subject KZ770000000000000001 --all-runs --store ../a.store");
    assert!(gone.out.contains("last seen in run 1"), "{}", gone.out);
}

/// Rows of a database have no lines.
#[test]
fn a_person_is_found_in_a_database() {
    let repo = Repo::folder();
    std::fs::create_dir_all(repo.at.join("data")).unwrap();
    let db = Connection::open(repo.at.join("data/shop.db")).unwrap();
    db.execute_batch("CREATE TABLE notes (a); INSERT INTO notes VALUES ('x'); CREATE TABLE users (id, iin, phone)")
        .unwrap();
    for row in 0..20 {
        let phone = format!("+7 700 000 00 {row:02}");
        db.execute("INSERT INTO users VALUES (?1, '900517132728', ?2)", rusqlite::params![row, phone]).unwrap();
    }
    drop(db);
    assert_eq!(audit(&repo, ""), scan(&repo, ""));
    let answer = repo.derbes("subject 77000000004 --store ../a.store").out;
    assert!(answer.contains("users.phone: row 5"), "{answer}");
}

/// Of a document, a person opens a page.
#[test]
#[cfg(feature = "pdf")]
fn a_person_is_found_on_a_page() {
    let repo = Repo::folder();
    repo.write("data/people.pdf", std::fs::read("fixtures/pdf/people.pdf").unwrap());
    assert_eq!(audit(&repo, ""), scan(&repo, ""));
    for (phone, place) in [
        ("77010000019", "people.pdf\n  phone table 1.Ұялы телефон: page 1\n"),
        ("77010000023", "people.pdf\n  phone: page 2\n"),
    ] {
        let answer = repo.derbes(&format!("subject {phone} --store ../a.store")).out;
        assert!(answer.contains(place), "{answer}");
    }
}

/// Lines of a large file are counted by all threads, and told as one thread counts them.
#[test]
fn a_person_is_found_in_a_large_file() {
    let repo = Repo::folder();
    let filler = "2026-11-22 10:11:12 INFO nothing of note happened here at all\n".repeat(400_000);
    repo.write("data/a.log", format!("{filler}{IIN}{filler}{OTHER}"));
    audit(&repo, "--threads 2");
    for (value, line) in [("900517132728", 400_001), ("750228150059", 800_002)] {
        let answer = repo.derbes(&format!("subject {value} --store ../a.store")).out;
        assert!(answer.contains(&format!("line {line}\n")), "{answer}");
    }
}

#[test]
fn the_store_gives_nothing_away_without_its_key() {
    let repo = Repo::folder();
    let values =
        ["900517132728", "750228150059", "+7 700 000 00 19", "aigerim@romashka-demo.kz", "KZ770000000000000001"];
    repo.write("data/a.txt", values.join("\n")).write("data/b.txt", values[0]);
    repo.write("data/c.csv", "iin;phone\n900517132728;+77000000019\n750228150059;87000000021\n");
    audit(&repo, "--min-confidence low");
    Connection::open(store(&repo)).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let bytes = std::fs::read(store(&repo)).unwrap();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    // By the key it can be told.
    let key = std::fs::read_to_string(repo.at.join("../a.store.key")).unwrap();
    let key = derbes::subject::Key::parse(&key).unwrap();
    assert!(holds(&key.token("iin", b"900517132728").0));
    // Nobody else can try values: no digest of one without the key is there, neither of a value nor of a file that holds
    // nothing else.
    let none = derbes::subject::Key::parse(&"00".repeat(32)).unwrap();
    for value in values.iter().chain(&["77000000019", "87000000021"]) {
        assert!(!holds(value.as_bytes()), "{value}");
        for used_for in ["iin", "phone", "email", "iban", "content", ""] {
            assert!(!holds(&none.token(used_for, value.as_bytes()).0), "{value}");
        }
        let plain = blake3::hash(value.as_bytes());
        let sha = <sha2::Sha256 as sha2::Digest>::digest(value.as_bytes());
        assert!(!holds(&plain.as_bytes()[..16]) && !holds(&sha[..16]), "{value}");
    }
    // With another key nobody is found.
    let found = || repo.derbes("subject 900517132728 --store ../a.store").exit;
    assert_eq!(found(), 1);
    let own = repo.at.join("../a.store.key");
    let text = std::fs::read_to_string(&own).unwrap();
    std::fs::write(&own, "11".repeat(32)).unwrap();
    assert_eq!(found(), 2);
    std::fs::write(&own, &text).unwrap();
    // A new key seals what is sealed: the old one alone does not open it, and nothing is scanned again.
    assert_eq!(repo.derbes("audit rotate-key --store ../a.store").exit, 0);
    assert_eq!(found(), 1);
    let contents = count(&repo, "contents");
    assert_eq!(audit(&repo, "--min-confidence low"), scan(&repo, "--min-confidence low"));
    assert_eq!(count(&repo, "contents"), contents);
    let both = std::fs::read_to_string(&own).unwrap();
    assert_eq!(both.lines().count(), 2);
    std::fs::write(&own, text).unwrap();
    assert_eq!(found(), 2);
}

/// What was typed may be somebody's value: no error repeats it.
#[test]
fn nothing_that_was_typed_is_repeated() {
    let repo = Repo::folder();
    repo.write("data/a.txt", "iin=900517132728\n");
    audit(&repo, "");
    for line in [
        "subject 900517132728 and --store ../a.store",
        "subject --store ../a.store 8 900517132728",
        "subject +7 900 517 13 27 28 --store ../a.store",
        "subject --value 900517132728 --store ../a.store",
        "subject --value=900517132728 --store ../a.store",
        "subject x --store ../a.store --received 900517132728",
        "subject x --store ../a.store --format 900517132728",
        "subject 900517132728",
        "subject 900517132728x --store ../a.store",
        "subject name-of-900517132728 --store ../a.store",
    ] {
        let run = repo.derbes(line);
        assert_eq!((run.exit, &*run.out), (2, ""), "{line}");
        assert!(!run.err.contains("517") && run.err.starts_with("derbes: "), "{line}: {}", run.err);
    }
    // Without a run nobody is found nowhere.
    std::fs::write(store(&repo), "").unwrap();
    assert_eq!(repo.derbes("subject 900517132728 --store ../a.store").exit, 2);
}
