use proptest::prelude::*;
use proptest::sample::select;

use super::chunk::{WIDTH, Word};
use super::delimited::{Delimited, Style};
use super::values::Values;
use super::*;

/// A cell: table, row from 1, column from 0, its text, whether it is marked as NULL or empty.
type Cell = (String, u64, u32, String, bool);

/// The cells of a text that is shown to a reader in stretches of these lengths.
fn cells(text: &[u8], lengths: &[usize]) -> (Vec<Cell>, Option<&'static str>) {
    let mut reader = Reader::new(Shape::of(text));
    let mut grid = Grid::default();
    let mut cells = Vec::new();
    let mut rows = std::collections::HashMap::new();
    let mut open: Option<(String, usize, Option<bool>)> = None;
    let mut column = 0;
    let mut at = 0;
    let mut lengths = lengths.iter().cycle();
    while at < text.len() {
        let end = (at + lengths.next().unwrap()).min(text.len());
        reader.read(text, at..end, 0, &mut grid);
        for segment in &grid.segments {
            let name = segment.table.name.clone();
            if open.as_ref().is_none_or(|(table, _, _)| *table != name)
                || segment.open.record as usize >= segment.range.start
            {
                open = Some((name.clone(), segment.open.cell as usize, None));
            }
            assert_eq!(segment.open.column, column, "column at {}", segment.range.start);
            for at in segment.range.clone() {
                let (word, bit) = ((at - grid.origin) / WIDTH, (at - grid.origin) % WIDTH);
                let set = |bits: &[u64]| bits[word] >> bit & 1 != 0;
                let (_, start, null) = open.as_mut().unwrap();
                assert_eq!(grid.column_at(at, segment), column as usize, "column at {at}");
                if set(&grid.nulls) {
                    *null = Some(true);
                }
                if set(&grid.separators) || set(&grid.ends) {
                    let row = rows.entry(name.clone()).or_insert(1);
                    let value = String::from_utf8_lossy(&text[*start..at]).into_owned();
                    cells.push((name.clone(), *row, column, value, null.take().is_some()));
                    *start = at + 1;
                    column = if set(&grid.ends) { 0 } else { column + 1 };
                    *row += u64::from(set(&grid.ends));
                }
            }
        }
        at = end;
    }
    (cells, reader.end(text.len() as u64).1)
}

fn values(text: &str) -> Vec<(u64, u32, String, bool)> {
    let clean = |value: &str| value.trim_start_matches([',', ' ', '\n', '(', ';', '\r']).to_owned();
    let (found, _) = cells(text.as_bytes(), &[text.len()]);
    found.into_iter().map(|(_, row, column, value, null)| (row, column, clean(&value), null)).collect()
}

#[test]
fn cells_of_every_form() {
    let row = |row, cells: &[&str]| {
        let cell = |(column, value): (usize, &&str)| {
            let null = matches!(*value, "" | "\\N" | "NULL" | "null" | "''" | "\"\"" | "\r");
            (row, column as u32, (*value).to_owned(), null)
        };
        cells.iter().enumerate().map(cell).collect::<Vec<_>>()
    };
    for (text, expected) in [
        (
            "COPY t (a, b) FROM stdin;\n1\tx\n2\t\\N\n\\N\t\n\\.\n5\t6\n",
            [row(1, &["1", "x"]), row(2, &["2", "\\N"]), row(3, &["\\N", ""])].concat(),
        ),
        (
            "INSERT INTO t VALUES (1,'it''s; (a, b)',NULL),\n(2,'',-5) ;\nSELECT (1, 2);\nINSERT INTO t VALUES (3, 'x', null);",
            [row(1, &["1", "'it''s; (a, b)'", "NULL"]), row(2, &["2", "''", "-5"]), row(3, &["3", "'x'", "null"])]
                .concat(),
        ),
        (
            "-- MySQL dump\nINSERT INTO `t` VALUES (1,'it\\'s \\\\',0x00),(2,_binary 'a\\'),(',\"d'e\");\n",
            [row(1, &["1", "'it\\'s \\\\'", "0x00"]), row(2, &["2", "_binary 'a\\'),('", "\"d'e\""])].concat(),
        ),
        (
            "USE [s]\nGO\nINSERT [dbo].[t] ([a], [b]) VALUES (1, CAST(N'2020, 1' AS DateTime))\nINSERT [dbo].[t] ([a], [b]) VALUES (2, N'x')\nGO\n",
            [row(1, &["1", "CAST(N'2020, 1' AS DateTime)"]), row(2, &["2", "N'x'"])].concat(),
        ),
        (
            "insert into t (a) values (1), -- one's\n(2);\ninsert into t (a) values (3) on conflict do nothing;\n",
            [row(1, &["1"]), row(2, &["-- one's\n(2"]), row(3, &["3"])].concat(),
        ),
        (
            "a;b\r\n1;\"x;\"\"\n\"\r\n\r\n\"\";\r\n3;",
            [row(1, &["1", "\"x;\"\"\n\"\r"]), row(2, &["\"\"", ""]), row(3, &["3"])].concat(),
        ),
        ("1\tx\\\ty\t\\N\n2\t\t\\\n\n", [row(1, &["1", "x\\\ty", "\\N"]), row(2, &["2", "", "\\\n"])].concat()),
    ] {
        assert_eq!(values(text), expected, "{text}");
    }
}

#[test]
fn statements_in_bodies_and_comments_are_none() {
    let text = "-- PostgreSQL database dump\nCREATE FUNCTION f() AS $_$\nINSERT INTO t VALUES ('x);\n$_$;\n-- don't\n\
                COMMENT ON TABLE t IS 'a;b';\nINSERT INTO t SELECT 1;\nINSERT INTO t VALUES (1);\n";
    assert_eq!(values(text), [(1, 0, "1".to_owned(), false)]);
    let text =
        "-- MySQL dump\nDELIMITER ;;\nINSERT INTO t VALUES ('x);\nEND ;;\nDELIMITER ;\nINSERT INTO t VALUES (1);\n";
    assert_eq!(values(text), [(1, 0, "1".to_owned(), false)]);
}

#[test]
fn a_cut_text_names_what_does_not_end() {
    for (text, problem) in [
        ("COPY t (a) FROM stdin;\n1\n", Some("the data of a COPY does not end")),
        ("COPY t (a) FROM stdin;\n1\n\\.\n", None),
        ("INSERT INTO t VALUES (1),(2", Some("the rows of an INSERT do not end")),
        ("INSERT INTO t VALUES (1),('2", Some("a quote is never closed")),
        ("INSERT INTO t VALUES (1)", None),
        ("a;b\n1;2", None),
        ("a;b\n1;2\n1;\"2", Some("a quote is never closed")),
    ] {
        assert_eq!(cells(text.as_bytes(), &[text.len()]).1, problem, "{text}");
    }
}

const DUMPS: [&str; 6] = [
    "-- PostgreSQL database dump\nCOPY public.t (a, b) FROM stdin;\n1\tx\\ty\n\\N\t\\\\\n\\.\n\nCOPY u (c) FROM stdin;\n5\n\\.\n",
    "-- MySQL dump\nINSERT INTO `t` VALUES (1,'it\\'s \\\\',NULL),(2,'','x'),(3,'--',';');\nINSERT INTO `u` VALUES (1);\n",
    "-- PostgreSQL database dump\nINSERT INTO t VALUES (1, 'it''s', NULL);\nINSERT INTO t VALUES (2, '', 'x\ny');\nINSERT INTO u VALUES (9);\n",
    "a,b,c\r\n1,\"x, \"\"y\"\"\",\r\n,\"\",\"\n\"\r\n\r\n3,4,5\r\n",
    "1\t2\t3\n\\N\tx\\\ty\t\n4\t5\t6\n",
    "INSERT INTO t VALUES (1, f(2, 'a)'), -3), -- don't, (x)\n (4, \"b'\", 5) ON CONFLICT DO NOTHING;\nINSERT INTO t VALUES (6,7,8);",
];

#[test]
fn wherever_a_text_is_cut_into_stretches() {
    for dump in DUMPS {
        let text = dump.repeat(3);
        let whole = cells(text.as_bytes(), &[text.len()]);
        assert!(whole.0.len() > 10, "{dump}: {whole:?}");
        for length in [1, 2, 3, 7, 63, 64, 65, 100] {
            assert_eq!(cells(text.as_bytes(), &[length]), whole, "{length} {dump}");
        }
    }
}

fn noise(alphabet: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![3 => select(alphabet), 1 => Just(b'a')], 0..300)
}

proptest! {
    #[test]
    fn sixty_four_bytes_at_a_time_are_as_one_by_one(text in noise(b"'\"(),;-\\ nN\nUL"), backslash: bool, first in 0usize..64) {
        let text = [&b"(1,'a',NULL),('',"[..], &text].concat();
        let (mut fast, mut slow) = (Values::new(backslash), Values::new(backslash));
        let mut at = 0;
        while at < text.len() {
            let part = (if at == 0 { first } else { 0 })..WIDTH.min(text.len() - at);
            if part.start >= part.end {
                break;
            }
            let (bits, expected) = (fast.bits(&Word::new(&text, at, part.clone())), slow.by_step(&text, at, &part));
            prop_assert_eq!((bits.separators, bits.ends, bits.nulls, bits.stop),
                (expected.separators, expected.ends, expected.nulls, expected.stop));
            if bits.stop.is_some() {
                break;
            }
            prop_assert_eq!(&fast, &slow);
            at += WIDTH;
        }
    }

    #[test]
    fn records_too(text in noise(b"\"\";\n\r\t\\N."), style in select(&[Style::Escaped, Style::Quoted][..]), ends: bool, first in 0usize..64, width in 1usize..4) {
        let separator = if style == Style::Escaped { b'\t' } else { b';' };
        let (mut fast, mut slow) = (Delimited::new(separator, style, ends).with_cells(width), Delimited::new(separator, style, ends).with_cells(width));
        let mut at = 0;
        while at < text.len() {
            let part = (if at == 0 { first } else { 0 })..WIDTH.min(text.len() - at);
            if part.start >= part.end {
                break;
            }
            let (bits, expected) = (fast.bits(&Word::new(&text, at, part.clone())), slow.by_step(&text, at, &part));
            prop_assert_eq!((bits.separators, bits.ends, bits.nulls, bits.unclosed, bits.stop),
                (expected.separators, expected.ends, expected.nulls, expected.unclosed, expected.stop));
            prop_assert_eq!(&fast, &slow);
            if bits.stop.is_some() {
                break;
            }
            at += WIDTH;
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_swallows_few_rows(before in 0usize..40, cuts in proptest::collection::vec(1usize..90, 1..5)) {
        let text = format!("a;b\n{}x;\"y\n{}", "1;2\n".repeat(before), "3;4\n".repeat(20));
        let (found, end) = cells(text.as_bytes(), &cuts);
        prop_assert_eq!(end, None);
        let rows = found.iter().map(|cell| (cell.1, cell.3.as_str())).collect::<Vec<_>>();
        let opened = before as u64 + 1;
        prop_assert_eq!(rows[2 * before + 1], (opened, &*format!("\"y\n{}3;4", "3;4\n".repeat(7))));
        prop_assert_eq!((rows.len(), rows[2 * before + 2]), (2 * before + 2 + 24, (opened + 1, "3")));
    }

    #[test]
    fn any_cuts_of_any_text(text in noise(b"'\"(),;\n\t\\N "), cuts in proptest::collection::vec(1usize..90, 1..5), kind in 0usize..3) {
        let head: &[u8] = [&b"-- MySQL dump\nINSERT INTO t VALUES "[..], b"COPY t (a) FROM stdin;\n", b"a;b\n1;2\n"][kind];
        let text = [head, &text].concat();
        prop_assert_eq!(cells(&text, &cuts), cells(&text, &[text.len()]));
    }
}
