//! pg_dump's archives: each form gives what the dump as text gives, under the same tables and columns; what is damaged or
//! missing is told, the rest examined.

#[path = "common/run.rs"]
mod run;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use derbes::finding::{Confidence, Field, Finding};
use derbes::limits::Unpacking;
use run::{Run, plan};

const FIXTURES: &str = "fixtures/pgdump";

fn scan(path: impl AsRef<Path>) -> Run {
    run::run(&plan(vec![path.as_ref().to_owned()], Unpacking::default()))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(FIXTURES).join(name)
}

type Column = (Field, String, u64, Option<u64>, Confidence);

/// What was found in tables, by table and column.
fn columns(run: &Run) -> Vec<Column> {
    let column = |f: &&Finding| match &f.field {
        Some(field @ Field::Column { .. }) => {
            Some((field.clone(), f.detector.to_string(), f.hits, f.rows, f.confidence))
        }
        _ => None,
    };
    let mut columns: Vec<_> = run.findings().iter().filter_map(column).collect();
    columns.sort();
    columns
}

/// What the dump as text gives.
fn expected() -> &'static [Column] {
    static EXPECTED: OnceLock<Vec<Column>> = OnceLock::new();
    EXPECTED.get_or_init(|| {
        let columns = columns(&scan(fixture("plain.sql")));
        assert!(columns.len() >= 5, "{columns:?}");
        columns
    })
}

#[test]
fn each_form_gives_what_the_text_gives() {
    for form in [
        "1.12-gzip.dump",
        "1.14-none.dump",
        "1.14-gzip.dump",
        "1.14-inserts.dump",
        "1.15-none.dump",
        #[cfg(feature = "lz4")]
        "1.16-lz4.dump",
        "1.16-zstd.dump",
        "shop.tar",
        "folder",
        "gzip-folder",
    ] {
        let run = scan(fixture(form));
        assert_eq!(run.missed(), [""; 0], "{form}");
        assert_eq!(columns(&run), expected(), "{form}");
        // The text shows large objects as hexadecimal digits, and no value in them.
        let object = run.findings().into_iter().find(|f| f.path.as_str().contains("blob_16400.dat"));
        assert_eq!(object.map(|f| (&*f.category, f.hits)), Some(("iin", 1)), "{form}");
        assert_eq!(run.summary().bytes_seen, run.summary().bytes_examined, "{form}");
    }
}

#[test]
fn places_are_those_in_the_data_of_the_table() {
    let run = scan(fixture("1.14-gzip.dump"));
    let iin = run.findings().into_iter().find(|f| &*f.category == "iin" && f.rows == Some(3)).unwrap();
    assert_eq!(iin.path.as_str(), "fixtures/pgdump/1.14-gzip.dump!3347.dat");
    let places: Vec<_> = iin.places.iter().map(|place| (place.line(), place.column(), place.offset())).collect();
    assert_eq!(places, [(1, 25, 24), (2, 35, 90)]);
}

/// A copy of a fixture in a test's folder, changed.
fn changed(test: &str, name: &str, change: impl Fn(&mut Vec<u8>)) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pgdump").join(test);
    std::fs::create_dir_all(&folder).unwrap();
    let mut bytes = std::fs::read(fixture(name)).unwrap();
    change(&mut bytes);
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_cut_archive_gives_what_stands_before_the_cut_and_says_so() {
    for name in ["1.14-none.dump", "1.16-zstd.dump"] {
        let length = std::fs::metadata(fixture(name)).unwrap().len() as usize;
        let mut most = 0;
        for cut in (20..length).step_by(13) {
            let run = scan(changed("cut", name, |bytes| bytes.truncate(cut)));
            assert!(run.summary().incomplete && run.summary().exit != 0, "{name} cut at {cut}");
            let hits =
                run.findings().iter().filter(|f| matches!(f.field, Some(Field::Column { .. }))).map(|f| f.hits).sum();
            assert!(hits >= most || cut < 3000, "{name} cut at {cut}: {:?}", run.lines());
            most = hits;
        }
        assert!(most > 5, "{name}");
    }
}

#[test]
fn damage_costs_what_it_hits() {
    // The size of numbers: nothing that follows can be told apart, and is examined as text.
    let run = scan(changed("damage", "1.14-none.dump", |bytes| bytes[8] = 9));
    assert_eq!(run.missed(), ["1.14-none.dump problem: this is no pg_dump archive"]);
    assert!(run.findings().iter().any(|f| f.path.as_str().ends_with("!data") && &*f.category == "iban"));
    // A number that no entry has.
    let block = |bytes: &[u8]| bytes.windows(6).rposition(|window| window == [1, 0, 0x13, 0x0D, 0, 0]).unwrap();
    let run = scan(changed("damage", "1.14-none.dump", |bytes| {
        let at = block(bytes);
        bytes[at + 3] = 0x77;
    }));
    assert_eq!(run.missed().len(), 2, "{:?}", run.missed());
    assert!(run.missed()[1].contains("1 blocks of data are not in the archive that lists them"), "{:?}", run.missed());
    assert!(run.missed()[0].contains("the table of contents does not list the data block"), "{:?}", run.missed());
    assert!(
        run.findings()
            .iter()
            .any(|f| f.path.as_str().ends_with("!3347.dat") || f.path.as_str().ends_with("!30483.dat"))
    );
    // A byte of compressed data: the tables after it are not lost.
    let run = scan(changed("damage", "1.14-gzip.dump", |bytes| {
        let at = bytes.windows(2).position(|window| window == [0x78, 0x9C]).unwrap();
        bytes[at + 10] ^= 0x55;
    }));
    assert!(run.missed().iter().any(|line| line.contains("corrupt deflate stream")), "{:?}", run.missed());
    assert!(
        run.findings().iter().any(|f| matches!(&f.field, Some(Field::Column { table, .. }) if table.contains("Счета")))
    );
}

#[test]
fn a_tar_without_one_of_its_files_says_so() {
    let run = scan(changed("tar", "shop.tar", |bytes| {
        let block = bytes.chunks(512).position(|block| block.starts_with(b"3348.dat")).unwrap();
        // The header, and one block of data.
        bytes.drain(block * 512..block * 512 + 1024);
    }));
    assert_eq!(run.missed(), ["shop.tar problem: 1 files of data that toc.dat lists are not there"]);
}

#[test]
fn a_folder_without_one_of_its_files_or_its_contents_says_so() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pgdump-folder");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for file in fixture("folder").read_dir().unwrap().flatten().filter(|file| file.file_name() != "3348.dat") {
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let run = scan(&folder);
    assert_eq!(run.missed(), ["toc.dat problem: 1 files of data that it lists are not there"]);
    let toc = std::fs::read(folder.join("toc.dat")).unwrap();
    std::fs::write(folder.join("toc.dat"), &toc[..toc.len() / 2]).unwrap();
    let run = scan(&folder);
    assert_eq!(run.missed(), ["toc.dat problem: unexpected end of file"]);
    assert!(run.findings().iter().any(|f| f.path.as_str().ends_with("3347.dat")), "the data is examined all the same");
}
