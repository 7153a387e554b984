//! Databases, sheets, documents and mail: they give in a stream what they give as files, and hostile ones cost no more than
//! a budget.

#[path = "common/run.rs"]
mod run;

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use derbes::limits::Unpacking;
use flate2::Compression;
use flate2::write::GzEncoder;
use run::{Run, plan};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A file of this test.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("documents");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn scan(path: PathBuf, unpacking: Unpacking) -> Run {
    run::run(&plan(vec![path], unpacking))
}

/// The files of the fixtures of this name, without what tells of them.
fn fixtures() -> Vec<PathBuf> {
    let folders = ["sqlite", "office", "compound", "dbf", "mail", "bson", "redis", "parquet", "pdf"]
        .map(|name| Path::new("fixtures").join(name));
    let files = folders.iter().flat_map(|folder| folder.read_dir().unwrap().flatten().map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = files
        .filter(|path| !["md", "sql", "redis", "tsv"].iter().any(|ending| path.extension().unwrap() == *ending))
        .filter(|path| !path.ends_with("locked.pdf"))
        .collect();
    files.sort();
    assert!(files.len() > 15);
    files
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_stream_gives_what_the_file_gives() {
    for path in fixtures() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let stored = std::fs::read(&path).unwrap();
        let alone = scan(file(name, &stored), Unpacking::default());
        assert_eq!(scan(file(name, &gzip(&stored)), Unpacking::default()).lines(), alone.lines(), "{name}");
        assert_eq!(alone.summary().bytes_seen, alone.summary().bytes_examined, "{name}");
    }
}

#[test]
fn the_first_line_of_a_page_names_no_columns_where_it_may_be_somebodys() {
    let people = [
        "Ivanov Ivan Ivanovich Almaty",
        "Petrov Oleg Petrovich +77000000019",
        "Kim Anna x +77000000020",
        "Kim Oleg x +77000000021",
    ];
    let line = |(at, person): (usize, &&str)| {
        let cell = |(nth, cell)| format!("1 0 0 1 {} {} Tm ({cell}) Tj\n", 50 + 150 * nth, 700 - 30 * at);
        person.split(' ').enumerate().map(cell).collect::<String>()
    };
    let drawn: String = people.iter().enumerate().map(line).collect();
    let pdf = format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n\
         2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 700 800]>>\nendobj\n\
         3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F 4 0 R>>>>>>\nendobj\n\
         4 0 obj\n<</Type/Font/BaseFont/Courier/Subtype/Type1>>\nendobj\n\
         5 0 obj\n<</Length {}>>stream\nBT /F 10 Tf\n{drawn}ET\nendstream\nendobj\n\
         trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n",
        drawn.len() + 15,
    );
    let run = scan(file("head-of-page.pdf", pdf.as_bytes()), Unpacking::default());
    let told = run.lines().concat();
    assert!(
        told.contains("phone table 1.4 3") && !["Ivan", "Petr", "Kim", "Almaty"].iter().any(|name| told.contains(name)),
        "{told}"
    );
}

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

const SHEET: &str = r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>iin</t></is></c><c r="B1" t="inlineStr"><is><t>note</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>900517132728</t></is></c><c r="B2" t="s"><v>1</v></c></row></sheetData></worksheet>"#;

#[test]
fn strings_beyond_the_memory_are_told_of_and_the_cells_read() {
    let strings = format!("<sst><si><t>{}</t></si><si><t>тел. 87010000019</t></si></sst>", "text ".repeat(3 << 20));
    let members = [TYPES, ("xl/worksheets/sheet1.xml", SHEET.as_bytes()), ("xl/sharedStrings.xml", strings.as_bytes())];
    let path = file("strings.xlsx", &zipped(&members));
    let all = scan(path.clone(), Unpacking::default());
    let cells = ["strings.xlsx iin sheet1.iin 1", "strings.xlsx phone sheet1.note 1"];
    assert_eq!(all.lines(), cells);
    assert_eq!(all.findings()[1].places[0].row(), Some(1));
    let run = scan(path, Unpacking { memory: 8 << 20, ..Unpacking::default() });
    let told = "strings.xlsx problem: not all strings of the workbook's cells could be read: these are read as a part of their own";
    assert_eq!(run.lines(), [told, cells[0], "strings.xlsx!xl/sharedStrings.xml phone 1"]);
    assert_eq!(run.summary().exit, 1);
}

#[test]
fn rows_that_stand_for_a_million_are_cut_off_at_the_budget() {
    let cell = format!(
        "<table:table-cell table:number-columns-repeated=\"9\"><text:p>{}</text:p></table:table-cell>",
        "a".repeat(1000)
    );
    let content = format!(
        "<office:spreadsheet><table:table table:name=\"t\"><table:table-row><table:table-cell><text:p>ИИН 900517132728</text:p>\
         </table:table-cell></table:table-row><table:table-row table:number-rows-repeated=\"1000000\">{cell}</table:table-row>\
         </table:table></office:spreadsheet>"
    );
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("mimetype", stored).unwrap();
    archive.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    archive.start_file("content.xml", SimpleFileOptions::default()).unwrap();
    archive.write_all(content.as_bytes()).unwrap();
    let path = file("rows.ods", &archive.finish().unwrap().into_inner());
    let run = scan(path, Unpacking { bytes: 32 << 20, ..Unpacking::default() });
    let missed = run.missed();
    assert!(
        missed.len() == 1 && missed[0].contains("more than 33554432 bytes unpacked (--max-unpacked)"),
        "{missed:?}"
    );
    assert!(run.lines().iter().any(|line| line.starts_with("rows.ods iin")), "{:?}", run.lines());
}

#[test]
fn columns_that_are_read_after_others_are_of_the_same_rows() {
    let path = PathBuf::from("fixtures/parquet/plain.parquet");
    let all = scan(path.clone(), Unpacking::default());
    let some = scan(path, Unpacking { memory: 84 << 10, ..Unpacking::default() });
    assert_eq!((some.missed(), some.lines()), (vec![], all.lines()));
    assert!(some.findings().len() > 7 && some.findings().iter().all(|f| f.rows == Some(60)), "{:?}", some.findings());
}

#[test]
fn what_is_too_long_to_hold_is_scanned_as_it_is() {
    let small = Unpacking { memory: 2 << 20, ..Unpacking::default() };
    let mut database = std::fs::read("fixtures/sqlite/shop.db").unwrap();
    database.resize(3 << 20, 0);
    let run = scan(file("long.db", &gzip(&database)), small.clone());
    let told = "long.db problem: a SQLite database inside a stream that is too long to hold (--max-memory): its tables are not read";
    assert_eq!(run.missed(), [told]);
    assert!(run.lines().iter().any(|line| line.starts_with("long.db!(data) phone")), "{:?}", run.lines());
    let mut columns = std::fs::read("fixtures/parquet/plain.parquet").unwrap();
    columns.resize(3 << 20, 0);
    let run = scan(file("long.parquet", &gzip(&columns)), small.clone());
    let told = "long.parquet problem: a Parquet file inside a stream that is too long to hold (--max-memory): its columns are not read";
    assert_eq!(run.missed(), [told]);
    assert!(run.lines().iter().any(|line| line.starts_with("long.parquet!(data) phone")), "{:?}", run.lines());
    let mut state = 7u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(2 << 20)
    .collect();
    let sheet = SHEET.replace("900517132728", "+7 (701) 000-00-19");
    let members = [TYPES, ("xl/media/image1.bin", &noise[..]), ("xl/worksheets/sheet1.xml", sheet.as_bytes())];
    let run = scan(file("long.xlsx", &gzip(&zipped(&members))), small);
    let told = "a workbook inside a stream that is too long to hold (--max-memory): its sheets are not read";
    assert_eq!(run.missed(), [format!("long.xlsx problem: {told}")]);
    assert!(
        run.lines().iter().any(|line| line.starts_with("long.xlsx!xl/worksheets/sheet1.xml phone")),
        "{:?}",
        run.lines()
    );
}
