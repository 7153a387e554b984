use super::footer::Meaning;
use super::*;
use crate::decode::container::given::{Given, open};

/// What the fixtures hold, as rows of a COPY.
const ROWS: &str = include_str!("../../../../fixtures/parquet/rows.tsv");

const ALL: [&str; 6] = ["plain", "snappy", "gzip", "zstd", "lz4", "brotli"];

fn stored(name: &str) -> Vec<u8> {
    std::fs::read(format!("fixtures/parquet/{name}.parquet")).unwrap()
}

fn columns() -> Vec<String> {
    let columns = "id iin phone fio born made stamp nano at sum small rate half ok u8 u64 i32 raw user.email user.address.city \
        phones tags.key tags.value kinds.a kinds.b none";
    columns.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn rows_are_the_same_in_every_codec_and_encoding() {
    for name in ALL {
        let given = open(&stored(name));
        assert_eq!((&*given.told, given.members.len(), given.tables.len()), (&[][..], 0, 1), "{name}");
        let (table, names, rows) = &given.tables[0];
        assert_eq!((&**table, names), ("", &Some(columns())), "{name}");
        for (row, expected) in rows.lines().zip(ROWS.lines()) {
            assert_eq!(row, expected, "{name}");
        }
        assert_eq!(rows, ROWS, "{name}");
        assert!(given.text.starts_with("ARROW:schema: "), "{name}: {}", given.text);
    }
}

#[test]
fn columns_that_take_much_are_read_one_after_the_other() {
    let bytes = stored("plain");
    let length = u32::from_le_bytes(*bytes[..bytes.len() - 4].last_chunk().unwrap()) as usize;
    let footer = Footer::new(&bytes[bytes.len() - 8 - length..]).unwrap();
    assert_eq!((footer.leaves.len(), footer.groups.len(), footer.groups[0].rows), (26, 1, 60));
    assert_eq!(footer.leaves[9].meaning, Meaning::Decimal(2));
    let parts = |memory| parts(&footer, memory);
    assert_eq!((parts(1 << 20).len(), parts(0).len()), (1, 26));
    let some = parts(10_000);
    assert!(some.len() > 2 && some[0].start == 0 && some.last().unwrap().end == 26, "{some:?}");
    assert!(some.windows(2).all(|pair| pair[0].end == pair[1].start), "{some:?}");
}

/// What there is in a file with some of its bytes changed: nothing that is not in the whole, but in changed columns.
fn changed(name: &str, change: impl Fn(&mut Vec<u8>)) -> Given {
    let mut bytes = stored(name);
    change(&mut bytes);
    open(&bytes)
}

#[test]
fn a_cut_anywhere_is_told_and_what_is_there_is_scanned() {
    for name in ALL {
        let length = stored(name).len();
        for cut in (12..length).step_by(41).chain(length - 40..length) {
            let given = changed(name, |bytes| bytes.truncate(cut));
            assert_eq!(
                given.told,
                ["the footer of the Parquet file is damaged: its columns are not read"],
                "{name} {cut}"
            );
            assert_eq!(given.members[0].1.len(), cut + 1);
        }
    }
}

#[test]
fn a_damaged_page_costs_its_column_alone() {
    let at = |bytes: &[u8], text: &[u8]| memchr::memmem::find(bytes, text).unwrap();
    // The length of the first e-mail address.
    let given = changed("plain", |bytes| {
        let at = at(bytes, b"\x13\0\0\0u0@");
        bytes[at..at + 4].copy_from_slice(&[0xFF; 4]);
    });
    assert_eq!(given.told, ["Parquet: column user.email: unexpected end of file"]);
    let without: String = ROWS
        .lines()
        .enumerate()
        .map(|(row, line)| {
            // The first had begun.
            let lost = if row == 0 { "" } else { "\\N" };
            let cells = line.split('\t').enumerate();
            let kept: Vec<_> = cells.map(|(number, cell)| if number == 18 { lost } else { cell }).collect();
            kept.join("\t") + "\n"
        })
        .collect();
    assert_eq!(given.tables[0].2, without);
}

#[test]
fn what_is_encrypted_is_told() {
    let given = changed("plain", |bytes| {
        let end = bytes.len() - 4;
        bytes[end..].copy_from_slice(b"PARE");
    });
    assert_eq!(given.told, [format!(": encrypted ({})", stored("plain").len())]);
}

proptest::proptest! {
    #[test]
    fn foreign_bytes_cost_no_more_than_they_hold(
        changes in proptest::collection::vec((4usize..9000, proptest::num::u8::ANY), 1..20),
        from_end in proptest::bool::ANY,
        name in proptest::sample::select(&ALL[..]),
    ) {
        let given = changed(name, |bytes| {
            let length = bytes.len();
            for (at, byte) in &changes {
                let at = if from_end { length - 8 - at.min(&4000) } else { *at };
                bytes[at] = *byte;
            }
        });
        proptest::prop_assert!(given.length() < 8 << 20);
    }
}
