//! Attribution: one labelled data set in every form that real databases dump it in; each hit stands under its table and
//! column, every count is exact, the answer is the same from all forms. A database that is not installed is left out,
//! with a line that says so.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TABLES: usize = 12;

/// Rows of each table; `DERBES_ATTRIBUTION_ROWS` sets another number.
fn rows() -> usize {
    std::env::var("DERBES_ATTRIBUTION_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(500)
}

/// By table and column: category, hits and rows.
type Found = BTreeMap<(String, String), (String, u64, u64)>;

/// What stands in the other columns: what could be taken for the end of a string, a row or a statement.
const NOTES: [&str; 8] = [
    "it''s; (a), b",
    "say \"hi\"\nINSERT INTO x",
    "tab\there \\ back \\\\",
    "-- no comment",
    "",
    "обычный текст",
    "a,b;c|d",
    "line\r\nend",
];

/// IINs of births in the 19th century, accounts of a bank that does not exist.
const IINS: [&str; 4] = ["900517132728", "750228150059", "900517252607", "850112118154"];
const IBANS: [&str; 3] = ["KZ430000000000001001", "KZ790000000000002002", "KZ180000000000003003"];

/// The statements that make the data, and what is to be found in it.
fn data() -> (String, Found) {
    let (mut sql, mut expected) = (String::new(), Found::new());
    let mut state = 7u64;
    let mut next = move |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    for table in 0..TABLES {
        let name = format!("t{table}_clients");
        let _ = writeln!(
            sql,
            "CREATE TABLE {name} (id integer, iin character(12), note text, fio varchar(80), phone varchar(32), \
             order_no bigint, email varchar(80), iban varchar(34), addr text);"
        );
        let mut counts = [0u64; 4];
        for row in 0..rows() {
            let separator = if row % 500 > 0 {
                ","
            } else if row > 0 {
                ";\nINSERT INTO {} VALUES "
            } else {
                "INSERT INTO {} VALUES "
            };
            sql += &separator.replace("{}", &name);
            let present = [next(10) > 0, next(10) > 2, next(10) > 1, next(10) > 4];
            let quoted = |present: bool, text: String| if present { format!("'{text}'") } else { "NULL".to_owned() };
            for (count, present) in counts.iter_mut().zip(present) {
                *count += u64::from(present);
            }
            let iin = quoted(present[0], IINS[next(IINS.len())].to_owned());
            let phone = quoted(present[1], format!("+7700000{:04}", next(100)));
            let email = quoted(present[2], format!("u{row}@romashka-demo.kz"));
            let iban = quoted(present[3], IBANS[next(IBANS.len())].to_owned());
            let (note, order) = (NOTES[next(NOTES.len())], 100_000_000_000 + next(usize::MAX) % 900_000_000_000);
            let _ = write!(
                sql,
                "({row},{iin},'{note}','Иванов Пётр',{phone},{order},{email},{iban},'г. Астана, ул. Абая {}')",
                row % 90
            );
        }
        sql += ";\n";
        let all = rows() as u64;
        let columns = [("iin", counts[0]), ("phone", counts[1]), ("email", counts[2]), ("iban", counts[3])];
        for (column, hits) in columns {
            expected.insert((name.clone(), column.to_owned()), (column.to_owned(), hits, all));
        }
        expected.insert((name.clone(), "fio".to_owned()), ("name".to_owned(), all, all));
        expected.insert((name.clone(), "addr".to_owned()), ("address".to_owned(), all, all));
    }
    (sql, expected)
}

fn found(path: &Path) -> Found {
    let output = Command::new(env!("CARGO_BIN_EXE_derbes"))
        .args(["scan", "--no-ignore", "--format", "jsonl", "--fail-on", "never", "--threads", "2"])
        .arg(path)
        .output()
        .unwrap();
    let mut found = Found::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_ne!(line["type"], "problem", "{line}");
        if line["type"] != "finding" {
            continue;
        }
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_else(|| panic!("{line}")).to_owned();
        let (table, column) = (text(&line["field"]["table"]), text(&line["field"]["column"]));
        let table = table.rsplit('.').next().unwrap_or_default().to_owned();
        let counts = (text(&line["category"]), line["hits"].as_u64().unwrap(), line["rows"].as_u64().unwrap());
        assert_eq!(found.insert((table, column), counts), None, "{line}");
    }
    found
}

/// A folder of a test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("attribution").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a shell script with the data on its standard input; whether it succeeded.
fn shell(folder: &Path, script: &str, data: &str) -> bool {
    std::fs::write(folder.join("data.txt"), data).unwrap();
    let status = Command::new("bash")
        .args(["-euc", script])
        .current_dir(folder)
        .stdin(Stdio::from(std::fs::File::open(folder.join("data.txt")).unwrap()))
        .stdout(Stdio::null())
        .status();
    std::fs::remove_file(folder.join("data.txt")).unwrap();
    status.is_ok_and(|status| status.success())
}

/// Makes dumps by a script, unless the tools are missing, and looks into each: a file, or a folder of files that belong
/// together.
fn check(name: &str, tools: &[&str], script: &str) {
    let installed = |tool: &&str| {
        Command::new("bash").args(["-c", &format!("command -v {tool}")]).output().is_ok_and(|o| o.status.success())
    };
    if let Some(missing) = tools.iter().find(|tool| !installed(tool)) {
        println!("skipped: {missing} is not installed");
        return;
    }
    let (data, expected) = data();
    let folder = folder(name);
    assert!(shell(&folder, script, &data), "the script of {name} failed");
    let mut forms: Vec<_> = folder.join("forms").read_dir().unwrap().flatten().map(|entry| entry.path()).collect();
    forms.sort();
    assert!(!forms.is_empty());
    for form in forms {
        let got = found(&form);
        let wrong: Vec<_> = expected.iter().filter(|(place, counts)| got.get(*place) != Some(*counts)).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}\nfound {got:?}", form.display());
        assert_eq!(got.len(), expected.len(), "{}: {got:?}", form.display());
    }
}

#[test]
fn sqlite() {
    check(
        "sqlite",
        &["sqlite3"],
        r#"mkdir -p forms/csv forms/tsv
           sqlite3 a.db
           sqlite3 a.db .dump > forms/dump.sql
           cp a.db forms/a.db
           { echo "PRAGMA encoding='UTF-16le'; PRAGMA page_size=512;"; cat forms/dump.sql; } | sqlite3 forms/utf-16.db
           for t in $(sqlite3 a.db "select name from sqlite_master"); do
             sqlite3 -header -csv a.db "select * from $t" > forms/csv/$t.csv
           done
           rmdir forms/tsv"#,
    );
}

#[test]
fn postgres() {
    check(
        "postgres",
        &["psql", "pg_dump", "initdb", "pg_ctl"],
        r#"data=$(mktemp -d)
           cat > forms.sql
           as() { if [ "$(id -u)" = 0 ]; then chown -R postgres "$data"; (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
           bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -1 || command -v initdb)")
           as "$bin/initdb" -D "$data/d" -E UTF8 --locale=C -A trust -U postgres
           as "$bin/pg_ctl" -D "$data/d" -o "-k $data -c listen_addresses=" -l "$data/log" -w start
           trap 'as "$bin/pg_ctl" -D "$data/d" -m immediate stop; rm -rf "$data"' EXIT
           p="-h $data -U postgres"
           psql -q $p -d postgres -c 'create database a'
           psql -q $p -d a -f forms.sql
           rm forms.sql
           mkdir -p forms/text
           pg_dump $p a > forms/copy.sql
           pg_dump $p --inserts a > forms/inserts.sql
           pg_dump $p --column-inserts a > forms/column-inserts.sql
           pg_dump $p --rows-per-insert=70 a > forms/rows-per-insert.sql
           pg_dump $p -E WIN1251 a > forms/windows-1251.sql
           pg_dump $p -E KOI8R a > forms/koi8-r.sql
           pg_dump $p -Fc a > forms/custom.dump
           pg_dump $p -Fc -Z0 a > forms/custom-stored.dump
           pg_dump $p -Fc --inserts a > forms/custom-inserts.dump
           pg_dump $p -Ft a > forms/tar.tar
           pg_dump $p -Fd -f forms/folder a
           pg_dump $p -Fd -Z0 -f forms/folder-stored a
           tar -C forms -czf forms/tar-of-a-folder.tar.gz --sort=name folder/toc.dat folder
           if [ "$(pg_dump --version | grep -o '[0-9]*' | head -1)" -ge 16 ]; then
             for how in lz4 zstd; do
               pg_dump $p -Fc --compress=$how a > forms/custom-$how.dump
               pg_dump $p -Fd --compress=$how -f forms/folder-$how a
             done
           fi
           pg_dump $p -s a > forms/text/schema.sql
           for t in $(psql -At $p -d a -c "select tablename from pg_tables where schemaname='public'"); do
             psql -q $p -d a -c "\copy $t to forms/text/$t.txt"
           done"#,
    );
}

#[test]
fn mariadb() {
    check(
        "mariadb",
        &["mariadbd", "mariadb", "mariadb-dump", "mariadb-install-db"],
        r#"data=$(mktemp -d)
           chmod 755 "$data"
           cat > forms.sql
           user=$(id -un); [ "$user" != root ] || user=mysql
           mkdir "$data/tab"; chown -R "$user" "$data"
           mariadb-install-db --user="$user" --datadir="$data/d" --skip-test-db >/dev/null 2>&1
           mariadbd --no-defaults --user="$user" --datadir="$data/d" --socket="$data/s" --skip-networking --secure-file-priv= \
             --pid-file="$data/pid" >"$data/log" 2>&1 &
           trap 'kill $!; wait; rm -rf "$data"' EXIT
           m="--no-defaults -S $data/s"
           for i in $(seq 120); do mariadb $m -e 'select 1' >/dev/null 2>&1 && break; sleep 0.5; done
           mariadb $m -e "grant all on *.* to root@localhost" || true
           mariadb $m -e 'create database a character set utf8mb4'
           { echo "set sql_mode='NO_BACKSLASH_ESCAPES';"; cat forms.sql; } | mariadb $m --default-character-set=utf8mb4 a
           rm forms.sql
           mkdir -p forms
           mariadb-dump $m a > forms/extended.sql
           mariadb-dump $m --complete-insert --skip-extended-insert a > forms/single.sql
           mariadb-dump $m --hex-blob --default-character-set=cp1251 a > forms/windows-1251.sql
           chmod 777 "$data/tab"
           mariadb-dump $m --tab="$data/tab" a
           cp -r "$data/tab" forms/tab"#,
    );
}
