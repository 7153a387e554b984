//! Databases that SQLite itself has written: what was committed to a write-ahead log counts as SQLite would show it, what it
//! has replaced is unused space, and one that lies alone gives what it has; rows in free pages are read, and pages that
//! nothing leads to are told.

#[path = "common/git.rs"]
mod git;
#[path = "common/run.rs"]
mod run;
#[path = "common/store.rs"]
mod store;

use std::path::{Path, PathBuf};

use derbes::finding::Field;
use derbes::limits::Unpacking;
use git::Repo;
use run::{Run, plan};
use rusqlite::Connection;
use store::audit;

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sqlite").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A database that leaves its changes in the log.
fn open(path: &Path, settings: &str) -> Connection {
    let db = Connection::open(path).unwrap();
    db.execute_batch(settings).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = OFF;").unwrap();
    db
}

fn scan(path: impl AsRef<Path>) -> Run {
    run::run(&plan(vec![path.as_ref().to_owned()], Unpacking::default()))
}

/// Hits and rows in a column.
fn column(run: &Run, of: (&str, &str)) -> (u64, u64) {
    let is =
        |field: &Option<Field>| matches!(field, Some(Field::Column { table, column }) if (&**table, &**column) == of);
    run.findings().into_iter().find(|f| is(&f.field)).map_or((0, 0), |f| (f.hits, f.rows.unwrap_or(0)))
}

/// What SQLite itself counts.
fn number(db: &Connection, of: &str) -> u64 {
    db.query_row(&format!("SELECT {of}"), [], |row| row.get::<_, i64>(0)).unwrap() as u64
}

/// Hits in what belongs to no table.
fn unused(run: &Run) -> u64 {
    run.findings().iter().filter(|f| f.path.as_str().ends_with("!(unused)")).map(|f| f.hits).sum()
}

const PEOPLE: &str = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO people SELECT i, 'u' || i || '@romashka-demo.kz', 'строка ' || i FROM n;";

#[test]
fn rows_in_the_log_stand_under_their_table() {
    let folder = folder("rows");
    let db = open(&folder.join("x.db"), "");
    db.execute_batch(PEOPLE).unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    // Where rows were before pages were parted.
    let before = unused(&scan(&folder));
    db.execute_batch(
        "INSERT INTO people SELECT id + 300, 'w' || id || '@romashka-demo.kz', 'новая' FROM people;
         UPDATE people SET email = 'z' || id || '@romashka-demo.kz' WHERE id % 100 = 0;
         DELETE FROM people WHERE id % 150 = 1;
         CREATE TABLE calls (phone TEXT);
         INSERT INTO calls VALUES ('+7 701 000 00 19'), ('+7 701 000 00 18');",
    )
    .unwrap();
    let run = scan(&folder);
    assert_eq!(run.missed(), [""; 0]);
    let people = number(&db, "count(*) FROM people");
    assert_eq!((people, column(&run, ("people", "email"))), (596, (596, 596)));
    assert_eq!(column(&run, ("calls", "phone")), (2, 2));
    // What was changed and deleted is still there: as it was, at least once, and not once for each image of its page.
    let left = unused(&run) - before;
    assert!((7..200).contains(&left), "{left}");
    assert!(run.findings().iter().all(|f| !f.path.as_str().contains("-wal")), "{:?}", run.lines());
    let length = |name: &str| folder.join(name).metadata().unwrap().len();
    let all = length("x.db") + length("x.db-wal") + length("x.db-shm");
    assert_eq!((run.summary().bytes_seen, run.summary().bytes_examined), (all, all));
    // The database alone is scanned with its log, too, and the log alone with what it has.
    assert_eq!(column(&scan(folder.join("x.db")), ("people", "email")), (596, 596));
    let alone = scan(folder.join("x.db-wal"));
    assert_eq!(alone.missed(), [""; 0]);
    assert_eq!(column(&alone, ("calls", "phone")), (2, 2));
    let hits: u64 = alone.findings().iter().filter(|f| &*f.category == "email").map(|f| f.hits).sum();
    assert!(hits >= 300, "{:?}", alone.lines());
    // Where the log lies elsewhere, the database is as it was before.
    std::fs::copy(folder.join("x.db"), folder.join("y.db")).unwrap();
    assert_eq!(column(&scan(folder.join("y.db")), ("people", "email")), (300, 300));
}

#[test]
fn whatever_is_committed_counts_as_the_library_counts_it() {
    for (name, settings) in [
        ("small", "PRAGMA page_size = 512"),
        ("large", "PRAGMA page_size = 65536"),
        ("utf-16", "PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 1024"),
        ("vacuum", "PRAGMA auto_vacuum = FULL; PRAGMA page_size = 1024"),
    ] {
        let (folder, copy) = (folder(name), folder(&format!("{name}-copy")));
        let db = open(&folder.join("x.db"), settings);
        db.execute_batch(PEOPLE).unwrap();
        for round in 0..8 {
            db.execute_batch(&format!(
                "BEGIN; DELETE FROM people WHERE id % {} = 3;
                 INSERT INTO people (email, note) SELECT 'r{round}-' || id || '@romashka-demo.kz', hex(randomblob(id * 7)) FROM people
                    WHERE id % 4 = {}; COMMIT;",
                5 + round,
                round % 4
            ))
            .unwrap();
            match round {
                2 => db.execute_batch("PRAGMA wal_checkpoint(RESTART)").unwrap(),
                4 => db
                    .execute_batch("PRAGMA wal_checkpoint(PASSIVE); DELETE FROM people WHERE id > 200; VACUUM")
                    .unwrap(),
                6 => db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap(),
                _ => {}
            }
            // Changes of a transaction that has not ended are in the log only where they do not fit in memory.
            db.execute_batch(
                "PRAGMA cache_size = 1; BEGIN; INSERT INTO people (email, note) SELECT email, note FROM people",
            )
            .unwrap();
            for file in ["x.db", "x.db-wal"] {
                std::fs::copy(folder.join(file), copy.join(file)).unwrap();
            }
            db.execute_batch("ROLLBACK; PRAGMA cache_size = 100").unwrap();
            let run = scan(&copy);
            let people = number(&db, "count(*) FROM people");
            assert_eq!(run.missed(), [""; 0], "{name} {round}");
            assert_eq!(column(&run, ("people", "email")), (people, people), "{name} {round}");
        }
    }
}

#[test]
fn a_damaged_log_is_told_of_and_examined() {
    let folder = folder("damaged");
    let db = open(&folder.join("x.db"), "PRAGMA page_size = 1024");
    db.execute_batch(PEOPLE).unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    for i in 0..9 {
        db.execute("INSERT INTO people (email) VALUES (?1)", [format!("w{i}@romashka-demo.kz")]).unwrap();
    }
    let (log, copy) = (std::fs::read(folder.join("x.db-wal")).unwrap(), folder.join("y.db"));
    std::fs::copy(folder.join("x.db"), &copy).unwrap();
    let with = |log: &[u8]| {
        std::fs::write(folder.join("y.db-wal"), log).unwrap();
        let run = run::run(&plan(vec![copy.clone(), folder.join("y.db-wal")], Unpacking::default()));
        let seen = copy.metadata().unwrap().len() + log.len() as u64;
        assert_eq!((run.summary().bytes_seen, run.summary().bytes_examined), (seen, seen));
        (column(&run, ("people", "email")).1, run.missed(), run.lines())
    };
    assert_eq!(with(&log).0, 309);
    // Within the last frame, and within a page of one before.
    let cut = with(&log[..log.len() - 100]);
    assert_eq!(
        (cut.0, &*cut.1),
        (308, &["y.db problem: SQLite database: the write-ahead log ends within a page".to_owned()][..])
    );
    let mut damaged = log.clone();
    let at = log.len() / 2;
    damaged[at] ^= 0x55;
    let (rows, missed, lines) = with(&damaged);
    assert!((301..309).contains(&rows), "{rows}");
    assert!(missed.len() == 1 && missed[0].contains("of the write-ahead log is damaged"), "{missed:?}");
    assert!(lines.iter().any(|line| line.starts_with("y.db!(unused) email")), "{lines:?}");
    // Of another size of pages, and no log at all.
    let beside = "y.db problem: SQLite database: the write-ahead log beside it is damaged: rows in it are not read";
    damaged = log.clone();
    damaged[10] = 8;
    let (rows, missed, lines) = with(&damaged);
    assert_eq!(
        (rows, &*missed),
        (300, &[beside.to_owned(), "y.db-wal problem: the header of the write-ahead log is damaged".to_owned()][..])
    );
    assert!(lines.iter().any(|line| line.starts_with("y.db-wal!(data) email")), "{lines:?}");
    let (rows, missed, lines) = with(&[&b"no log"[..], &log[6..]].concat());
    assert_eq!((rows, &*missed), (300, &[beside.to_owned()][..]));
    assert!(lines.iter().any(|line| line.starts_with("y.db-wal email")), "{lines:?}");
    assert_eq!(with(b"").0, 300);
    for cut in (0..log.len()).step_by(97) {
        let rows = with(&log[..cut]).0;
        assert!((300..=309).contains(&rows), "{cut}: {rows}");
    }
}

#[test]
fn an_audit_sees_what_changes_in_the_log_alone() {
    let repo = Repo::folder();
    repo.write("data/a.txt", "nothing");
    let db = open(&repo.at.join("data/x.db"), "");
    db.execute_batch(PEOPLE).unwrap();
    let emails = |args: &str| {
        let lines = audit(&repo, args);
        let line = lines.iter().find(|line| line.contains("\"column\":\"email\"")).unwrap().clone();
        serde_json::from_str::<serde_json::Value>(&line).unwrap()["hits"].as_u64().unwrap()
    };
    for args in ["", "--policy anysoft"] {
        let before = number(&db, "count(*) FROM people");
        assert_eq!(emails(args), before);
        let database = std::fs::read(repo.at.join("data/x.db")).unwrap();
        db.execute("INSERT INTO people (email) VALUES ('new@romashka-demo.kz')", []).unwrap();
        assert_eq!(std::fs::read(repo.at.join("data/x.db")).unwrap(), database);
        assert_eq!((emails(args), emails(args)), (before + 1, before + 1));
    }
}

/// A database of rows of numbers and mailboxes after these statements, as a file holds it.
fn numbers(name: &str, rows: u32, before: &str, after: &str) -> (PathBuf, Vec<u8>) {
    let path = folder(name).join("x.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(&format!(
        "PRAGMA secure_delete = OFF; {before};
         CREATE TABLE people (id INTEGER PRIMARY KEY, phone INTEGER, email TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             INSERT INTO people SELECT i, 87010000019, 'u' || i || '@romashka-demo.kz' FROM n;
         {after}"
    ))
    .unwrap();
    drop(db);
    (path.clone(), std::fs::read(path).unwrap())
}

/// Hits of a category in what belongs to no table.
fn unused_of(run: &Run, category: &str) -> u64 {
    let of_category = run.findings().into_iter().filter(|f| &*f.category == category);
    of_category.filter(|f| f.path.as_str().ends_with("!(unused)")).map(|f| f.hits).sum()
}

#[test]
fn numbers_of_rows_in_free_pages_are_read() {
    for (vacuum, encoding) in [("NONE", "UTF-8"), ("INCREMENTAL", "UTF-8"), ("NONE", "UTF-16be")] {
        let before = format!("PRAGMA auto_vacuum = {vacuum}; PRAGMA encoding = '{encoding}'");
        let (path, _) = numbers(&format!("free-{vacuum}-{encoding}"), 500, &before, "DROP TABLE people;");
        let run = scan(path);
        assert_eq!(run.missed(), [""; 0], "{before}");
        // What begins a page of the list stands where the head of its rows was: their numbers are lost.
        let [phones, emails] = ["phone", "email"].map(|category| unused_of(&run, category));
        assert!((300..500).contains(&phones) && emails >= 400, "{before}: {phones} {emails}");
    }
}

#[test]
fn pages_that_nothing_leads_to_are_told() {
    let (path, mut stored) = numbers("stray", 500, "", "");
    assert_eq!(scan(&path).missed(), [""; 0]);
    // The schema loses its only entry.
    stored[103..105].copy_from_slice(&[0, 0]);
    std::fs::write(&path, &stored).unwrap();
    let run = scan(&path);
    let pages = stored.len() / 4096 - 1;
    let told = "of its pages belong to no table: their rows are read without names";
    assert_eq!(run.missed(), [format!("x.db problem: SQLite database: {pages} {told}")]);
    assert_eq!(["phone", "email"].map(|category| unused_of(&run, category)), [500, 618]);
}

#[test]
fn cells_over_each_other_are_read_once() {
    let (path, mut stored) = numbers("over", 4000, "PRAGMA page_size = 65536", "DROP TABLE people;");
    let whole = unused_of(&scan(&path), "email");
    let page = (1..stored.len() / 65536).map(|page| page * 65536).find(|at| stored[*at] == 13).unwrap();
    // A page that was given back has 20,000 times its first cell.
    let cell: [u8; 2] = stored[page + 8..page + 10].try_into().unwrap();
    stored[page + 3..page + 5].copy_from_slice(&20_000u16.to_be_bytes());
    stored[page + 8..page + 40_008].chunks_exact_mut(2).for_each(|pointer| pointer.copy_from_slice(&cell));
    std::fs::write(&path, &stored).unwrap();
    assert!((1..=whole).contains(&unused_of(&scan(&path), "email")));
}
