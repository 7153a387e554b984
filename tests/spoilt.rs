//! Tables that are not as they should be: what a spreadsheet did to numbers, rows of other lengths, quotes that are never
//! closed, definitions in no known grammar. All that is there is found, and what is wrong is told.

// Sheets are written here as the zip archives that they are.
#![cfg(feature = "docx")]

#[allow(dead_code)]
#[path = "common/run.rs"]
mod run;

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use derbes::finding::Evidence;
use derbes::limits::Unpacking;
use derbes::report::{self, Format, Options};
use run::{Run, plan};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn folder(block: usize) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("spoilt").join(block.to_string())
}

fn scan(name: &str, text: impl AsRef<[u8]>, block: usize) -> Run {
    let folder = folder(block);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let mut plan = plan(vec![path], Unpacking::default());
    plan.limits.block = block;
    run::run(&plan)
}

const BLOCKS: [usize; 3] = [64 << 10, 200, 64];

/// ИИН of births from 1801 to 1809 and in 1800, as a spreadsheet shows them that takes them for numbers.
const SHORTENED: [&str; 6] = ["30317100026", "20217200017", "50517100047", "40417200038", "117100003", "317100020"];

#[test]
fn values_without_their_leading_zeros_are_found_in_columns_named_so() {
    let rows: String = SHORTENED.iter().map(|iin| format!("1;\"{iin}\";{iin};900517132728\r\n")).collect();
    let text = format!("№;ИИН клиента;Заказ;иин\r\n{rows}2;9,00517E+11;9,00517E+11;8.00101e+10\r\n");
    for block in BLOCKS {
        let run = scan("excel.csv", &text, block);
        let name = "excel.csv";
        assert_eq!(
            run.lines(),
            [
                format!("{name} iin excel.ИИН клиента 6"),
                format!("{name} iin excel.иин 6"),
                format!(
                    "{name} problem: 1 number in column ИИН клиента lost all but the first digits, as 8,00101E+11 has"
                ),
                format!("{name} problem: 1 number in column иин lost all but the first digits, as 8,00101E+11 has"),
            ]
        );
        let [shortened, whole] = run.findings()[..] else { panic!() };
        assert!(
            shortened.evidence.contains(Evidence::LeadingZeros) && !whole.evidence.contains(Evidence::LeadingZeros)
        );
        assert_eq!((shortened.places[0].line(), shortened.places[0].column()), (2, 4));
        assert!(!run.summary().incomplete);
    }
}

/// As a form has a box for each digit, and as a spreadsheet groups them.
#[test]
fn values_whose_digits_stand_apart_are_found_in_columns_named_so() {
    let written = [
        "9 0 0 5 1 7 1 3 2 7 2 8",
        "90 05 17 13 27 28",
        "900517.132728",
        "900\u{a0}517\u{a0}132\u{a0}728",
        "900\u{202f}517\u{202f}132\u{202f}728",
        "9005171 32728",
        "900517132 728",
        "900517 13 27 28",
    ];
    let rows: String = written.iter().map(|iin| format!("1;\"{iin}\";{iin}\n2;900517-132728;0\n")).collect();
    let text = format!("id;iin;order\n{rows}3;9 0 0 5 1 7 1 3 2 7 2 9;\n4;9 0 0 5;\n5;9 0 0 5 1 7 1 3 2 7 2 8 8;\n");
    for block in BLOCKS {
        let run = scan("forms.csv", &text, block);
        let found: Vec<_> = run.lines().into_iter().filter(|line| line.contains("forms.iin")).collect();
        assert_eq!(found, ["forms.csv iin forms.iin 16"]);
        assert!(run.findings()[0].evidence.contains(Evidence::CheckDigit));
        assert_eq!(run.findings()[0].places[0].column(), 4);
    }
}

#[test]
fn numbers_in_sheets_and_in_dbase_tables_are_read_likewise() {
    let cell = |row: usize, value: &str| format!("<row r=\"{row}\"><c r=\"A{row}\"><v>{value}</v></c></row>");
    // As Excel writes a number of 11 digits, and as others do.
    let values = SHORTENED.map(|iin| iin.to_owned()).into_iter().chain(["5.0517100047E10".to_owned()]);
    let rows: String = values.enumerate().map(|(at, value)| cell(at + 2, &value)).collect();
    let head = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>ИИН</t></is></c></row>";
    let sheet = format!("<worksheet><sheetData>{head}{rows}</sheetData></worksheet>");
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("[Content_Types].xml", "<Types/>"), ("xl/worksheets/sheet1.xml", &sheet)] {
        book.start_file(name, SimpleFileOptions::default()).unwrap();
        book.write_all(content.as_bytes()).unwrap();
    }
    let book = book.finish().unwrap().into_inner();
    assert_eq!(scan("book.xlsx", book, 64 << 10).lines(), ["book.xlsx iin sheet1.ИИН 7"]);

    let mut table = vec![3, 126, 1, 1, SHORTENED.len() as u8, 0, 0, 0, 65, 0, 13, 0];
    table.resize(32, 0);
    table.extend(b"IIN\0\0\0\0\0\0\0\0N\0\0\0\0\x0C");
    table.resize(64, 0);
    table.push(0x0D);
    SHORTENED.iter().for_each(|iin| table.extend(format!(" {iin:>12}").bytes()));
    table.push(0x1A);
    assert_eq!(scan("payroll.dbf", table, 64 << 10).lines(), ["payroll.dbf iin payroll.IIN 6"]);
}

/// A column of numbers keeps no zeros before them either.
#[test]
fn values_in_dumps_that_were_numbers_are_found_likewise() {
    let whole = "900517132728";
    let values = || SHORTENED.into_iter().chain([whole]).enumerate();
    let copied: String = values().map(|(id, iin)| format!("{iin}\t{id}\t{iin}\n")).collect();
    let copy = format!(
        "COPY public.t (iin, id, order_no) FROM stdin;\n{copied}\\N\t8\t1\n9.00517e+11\t9\t1\n\\.\n\
         COPY public.o (id, order_no) FROM stdin;\n1\t30317100026\n\\.\n"
    );
    let rows = |open: &str, close: &str| {
        let rows: Vec<String> = values().map(|(id, iin)| format!("({open}{iin}{close}, {id}, {iin})")).collect();
        rows.join(",\n ")
    };
    let defined = "CREATE TABLE `t` (\n  `iin` bigint,\n  `id` int,\n  `order_no` bigint\n);\n";
    let inserts = format!("{defined}INSERT INTO `t` VALUES {}, (NULL, 8, 1), (9.00517e11,9,1);\n", rows("", ""));
    let quoted = format!(
        "{defined}INSERT INTO t (id, note, iin) VALUES (1, 'x', '30317100026'),(2,'30317100026',N'20217200017' );\n"
    );
    let each: String = values().map(|(id, iin)| format!("INSERT INTO t (id, iin) VALUES ({id}, {iin});\n")).collect();
    let head = "-- MySQL dump 10.13\n\n";
    for block in BLOCKS {
        for (name, text, expected) in [
            ("copy.sql", format!("-- PostgreSQL database dump\n\n{copy}"), "copy.sql iin public.t.iin 7"),
            ("insert.sql", format!("{head}{inserts}"), "insert.sql iin t.iin 7"),
            (
                "spaced.sql",
                format!("{head}{defined}INSERT INTO `t` VALUES {};\n", rows(" ", " ")),
                "spaced.sql iin t.iin 7",
            ),
            ("quoted.sql", format!("{head}{quoted}"), "quoted.sql iin t.iin 2"),
            ("each.sql", format!("{head}{defined}{each}"), "each.sql iin t.iin 7"),
        ] {
            let lines = scan(name, text, block).lines();
            let found: Vec<_> = lines.iter().filter(|line| line.contains(" iin ") && line.contains(".iin")).collect();
            assert_eq!(found, [expected], "{name} in blocks of {block}: {lines:?}");
            let damaged = lines.iter().filter(|line| line.contains("1 number in column iin of")).count();
            assert_eq!(damaged, usize::from(matches!(name, "copy.sql" | "insert.sql")), "{lines:?}");
        }
    }
}

#[test]
fn an_empty_cell_holds_nothing_of_the_next_one() {
    let text = "-- MySQL dump 10\nINSERT INTO `t` (id, iin, note) VALUES (1,'','90.05.17.13.27.28'),\n('2', '', '50517100047');\n";
    for block in BLOCKS {
        let lines = scan("empty.sql", text, block).lines();
        assert!(!lines.iter().any(|line| line.contains(" iin ")), "{lines:?}");
    }
}

/// A dump that is cut between two statements has nothing open; what it would end with is missing.
#[test]
fn a_dump_that_lacks_its_end_is_told() {
    let row = "INSERT INTO t VALUES ('900517132728');\n";
    let copy = "COPY public.t (iin) FROM stdin;\n900517132728\n\\.\n";
    for (name, begin, rows, end) in [
        (
            "postgres.sql",
            "--\n-- PostgreSQL database dump\n--\n\n",
            copy,
            "--\n-- PostgreSQL database dump complete\n--\n",
        ),
        ("cluster.sql", "-- PostgreSQL database cluster dump\n", copy, "-- PostgreSQL database cluster dump complete"),
        ("mysql.sql", "-- MySQL dump 10.13  Distrib 8.0.36\n", row, "-- Dump completed on 2026-03-01  4:00:12\r\n"),
        (
            "mariadb.sql",
            "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n",
            row,
            "-- Dump completed\n",
        ),
        ("sqlite.sql", "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", row, "COMMIT;"),
    ] {
        for block in BLOCKS {
            let whole = scan(name, format!("{begin}{}{end}", rows.repeat(9)), block);
            let told = |run: &Run| run.lines().iter().any(|line| line.contains("problem: the dump lacks the line"));
            assert!(!told(&whole), "{name} in blocks of {block}: {:?}", whole.lines());
            let cut = scan(name, format!("{begin}{}", rows.repeat(9)), block);
            assert!(told(&cut), "{name} in blocks of {block}: {:?}", cut.lines());
            // All that is there was examined.
            assert!(!cut.summary().incomplete, "{name} in blocks of {block}: {:?}", cut.lines());
        }
    }
}

#[test]
fn the_fixtures_tell_their_faults() {
    for (name, expected) in [
        (
            "excel.csv",
            ["iin excel.ИИН 7", "problem: 1 number in column ИИН lost all but the first digits, as 8,00101E+11 has"],
        ),
        (
            "uneven.csv",
            ["iin uneven.iin 14", "problem: 2 rows not with 3 cells, as the header has; the first is row 2"],
        ),
    ] {
        let run = run::run(&plan(vec![Path::new("fixtures/spoilt").join(name)], Unpacking::default()));
        assert_eq!(run.lines(), expected.map(|line| format!("{name} {line}")));
    }
}

#[test]
fn rows_of_other_lengths_are_told() {
    let rows = "1,900517132728,x\n".repeat(30);
    for block in BLOCKS {
        let run = scan("uneven.csv", format!("id,iin,note\n{rows}2,900517132728\n{rows}3,900517132728,x,y,z\n"), block);
        let told = "problem: 2 rows not with 3 cells, as the header has; the first is row 31";
        let name = "uneven.csv";
        assert_eq!(run.lines(), [format!("{name} iin uneven.iin 62"), format!("{name} {told}")]);
        assert!(!run.summary().incomplete);
    }
}

#[test]
fn after_a_quote_that_is_never_closed_the_rest_keeps_its_columns() {
    let rows = "1,900517132728,x\n".repeat(100);
    for block in BLOCKS {
        let run = scan("unclosed.csv", format!("id,iin,note\n{rows}2,900517132728,\"x\n{rows}"), block);
        let name = "unclosed.csv";
        let [in_column, .., told] = &run.lines()[..] else { panic!("{:?}", run.lines()) };
        assert_eq!(*in_column, format!("{name} iin unclosed.iin 193"));
        assert_eq!(
            *told,
            format!(
                "{name} problem: a quote is never closed; what follows is read again from some lines after row 101 on"
            )
        );
    }
}

#[test]
fn a_definition_in_no_known_grammar_is_told_with_its_line() {
    let text = "-- PostgreSQL database dump\n\n\nCREATE TABLE public.t (\n    id int,\n    iin text WITH SHARDING (a => 1) 7\n);\n\n\
                COPY public.t FROM stdin;\n1\t900517132728\n\\.\n-- PostgreSQL database dump complete\n";
    for block in BLOCKS {
        let run = scan("dump.sql", text, block);
        let told = "line 4: the definition of public.t is not in a known grammar; its columns are read by their names";
        let name = "dump.sql";
        assert_eq!(run.lines(), [format!("{name} iin public.t.iin 1"), format!("{name} problem: {told}")]);
        assert!(!run.summary().incomplete);
    }
}

/// All of such a table was examined, which each report says in the way that its readers know.
#[test]
fn no_report_calls_it_unexamined() {
    let run = scan("uneven.csv", "id;ИИН;город\n1;900517132728;x\n2;750228150059\n", 64 << 10);
    let told = "1 row not with 3 cells, as the header has; the first is row 2";
    for (format, line) in [
        (Format::Human, format!("note     ./uneven.csv: {told}\n")),
        (Format::Jsonl, format!(r#"{{"type":"problem","path":"./uneven.csv","message":"{told}","#)),
        (Format::Junit, format!(r#"<testcase name="examined: {told}" classname="./uneven.csv" time="0"></testcase>"#)),
        (Format::Github, format!("::notice file=./uneven.csv,title=Not as it should be::{told}\n")),
        (Format::GitlabCodequality, format!(r#""check_name":"flaw","description":"Not as it should be: {told}","#)),
        (Format::GitlabSecrets, format!(r#"{{"level":"info","value":"note: ./uneven.csv: {told}"}}"#)),
        (Format::Sarif, r#""descriptor":{"id":"flaw","index":6},"level":"warning","#.to_owned()),
        (Format::Markdown, format!("\n### Not as it should be\n\n- `./uneven.csv`: {told}\n")),
        (Format::Csv, format!(r#","note: {told}""#)),
        (Format::Html, "<td><span data-t=\"remark-flaw\">".to_owned()),
    ] {
        let mut out = Vec::new();
        let mut report = report::new(format, Box::new(&mut out), Options::default());
        run.events.iter().for_each(|event| report.event(event).unwrap());
        drop(report);
        let text = String::from_utf8(out).unwrap();
        let text = text.replace(run.findings()[0].path.as_str(), "./uneven.csv");
        assert!(text.contains(&line), "{format:?}: {line}\n{text}");
        if format == Format::Html {
            // The page has the words for all that it may say.
            assert!(text.contains("<p class=\"notice good\">"), "{text}");
            continue;
        }
        let wrong = ["ould not be examined", "INCOMPLETE", "::error", "### Not examined", r#"errors="1"#];
        assert!(wrong.iter().all(|wrong| !text.contains(wrong)), "{format:?}: {text}");
    }
}
