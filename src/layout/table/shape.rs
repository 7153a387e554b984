//! What shape a text has, told by its first bytes: a dump of SQL statements, delimited text, or neither. Names of files
//! play no part.

use std::ops::Range;

use super::chunk::{WIDTH, Word, low, places};
use super::delimited::{Delimited, Style, cells};
use crate::lexicon::fold;

/// Bytes of the head that is looked at.
pub const HEAD: usize = 8 << 10;

/// The shape of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Sql(Dialect),
    Delimited {
        separator: u8,
        style: Style,
        /// Bytes before the first record: a byte order mark, Excel's `sep=;`.
        skipped: usize,
        header: bool,
    },
}

/// Whose SQL it is, as far as reading rows depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    Postgres,
    MySql,
    Sqlite,
    Mssql,
    #[default]
    Generic,
}

impl Dialect {
    /// Whether a backslash in a string escapes what follows.
    pub fn backslash(self) -> bool {
        self == Self::MySql
    }
}

impl Shape {
    /// Looks at the head of a text, whole or cut.
    pub fn of(head: &[u8]) -> Self {
        Self::of_statements(head).unwrap_or_else(|| delimited(&head[..head.len().min(HEAD)]))
    }

    /// That of a text of SQL statements, if it is one: easier told than whether it is a table of another kind.
    pub fn of_statements(head: &[u8]) -> Option<Self> {
        let head = &head[..head.len().min(HEAD)];
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        is_sql(text).then(|| Self::Sql(dialect(head)))
    }
}

/// Records that tell whether a text is no table at all.
const FIRST: usize = 4;

/// Words that statements of a dump begin with.
const STATEMENTS: [&str; 22] = [
    "create",
    "insert",
    "replace",
    "copy",
    "set",
    "drop",
    "begin",
    "start",
    "use",
    "alter",
    "lock",
    "pragma",
    "go",
    "select",
    "comment",
    "truncate",
    "delimiter",
    "if",
    "exec",
    "prompt",
    "commit",
    "delete",
];

/// Whether the first statement, after comments and settings of a client, is one of a dump.
fn is_sql(text: &[u8]) -> bool {
    let mut rest = text;
    let mut marked = false;
    loop {
        rest = rest.trim_ascii_start();
        let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let comment = ["--", "#", "REM ", "\\restrict", "\\connect", "/*M!", "SPOOL "];
        if rest.is_empty() {
            return marked;
        }
        if comment.iter().any(|mark| rest.starts_with(mark.as_bytes())) {
            let lower = rest[..line].to_ascii_lowercase();
            marked |= [" dump", "dumper"].iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some());
            rest = &rest[line..];
        } else if rest.starts_with(b"/*") {
            marked |= rest.starts_with(b"/*!4") || rest.starts_with(b"/*!5");
            let Some(end) = memchr::memmem::find(rest, b"*/") else { return marked };
            rest = rest[end + 2..].trim_ascii_start();
            rest = rest.strip_prefix(b";").unwrap_or(rest);
        } else {
            break;
        }
    }
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = String::from_utf8_lossy(&rest[..length]).to_ascii_lowercase();
    let next = rest.get(length).copied().unwrap_or(b' ');
    let statement = STATEMENTS.contains(&&*word) && matches!(next, b' ' | b'\n' | b'\r' | b'\t' | b';' | b'[');
    statement && (marked || begins_statement(&word, rest))
}

/// Whether more than the first word is that of a statement: words such as `set` and `use` begin sentences too.
fn begins_statement(word: &str, text: &[u8]) -> bool {
    let text = text[..text.len().min(HEAD)].to_ascii_lowercase();
    let has = |part: &str| memchr::memmem::find(&text, part.as_bytes()).is_some();
    match word {
        // The columns that it names may be more than the head holds.
        "insert" | "replace" | "copy" => has("values") || has("from stdin") || text.len() >= HEAD / 2 && has("("),
        "create" => has("create table") || has(";"),
        _ => has(";") || has("insert ") || has("create table") || has("\ngo"),
    }
}

fn dialect(head: &[u8]) -> Dialect {
    let head = head.to_ascii_lowercase();
    let has = |part: &str| memchr::memmem::find(&head, part.as_bytes()).is_some();
    if has("mysql") || has("mariadb") || has("engine=innodb") || has("engine=myisam") || has("/*!4") {
        return Dialect::MySql;
    }
    if has("standard_conforming_strings = off") {
        // Strings are as in MySQL then.
        return Dialect::MySql;
    }
    match () {
        () if has("postgresql") || has("from stdin") || has("client_encoding") || has("pg_catalog") => {
            Dialect::Postgres
        }
        () if has("pragma foreign_keys") || has("begin transaction;\n") => Dialect::Sqlite,
        () if has("[dbo]") || has("\ngo\n") || has("\ngo\r") || has("set identity_insert") => Dialect::Mssql,
        () if has("`") => Dialect::MySql,
        () => Dialect::Generic,
    }
}

/// The shape of a text that is delimited, if it is.
pub fn delimited(head: &[u8]) -> Shape {
    let whole = head.len() < HEAD;
    let mut skipped = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut named = None;
    if let [b's', b'e', b'p', b'=', separator, b'\r' | b'\n', ..] = &head[skipped..] {
        named = Some(*separator);
        skipped += 6 + usize::from(head.get(skipped + 6) == Some(&b'\n'));
    }
    let text = &head[skipped.min(head.len())..];
    if matches!(text.first(), Some(b'{' | b'[' | b'<' | b'#' | b'/')) && named.is_none() {
        return Shape::Text;
    }
    let candidates = named.map_or(vec![b'\t', b';', b'|', b','], |separator| vec![separator]);
    let found = candidates.into_iter().find_map(|separator| {
        [Style::Quoted, Style::Escaped].into_iter().find_map(|style| {
            let records = records(text, separator, style, whole)?;
            let header = header(&records, separator, named.is_some())?;
            Some(Shape::Delimited { separator, style, skipped, header })
        })
    });
    found.unwrap_or(Shape::Text)
}

/// A record of the head.
struct Record {
    range: Range<usize>,
    cells: usize,
}

/// The cells of the first records, if they are as many in nearly each of them and the text is written in this style.
fn records(text: &[u8], separator: u8, style: Style, whole: bool) -> Option<Vec<Vec<Vec<u8>>>> {
    let has_null = || memchr::memmem::find(text, b"\\N").is_some();
    let is_style = || match style {
        // Only COPY and the like write a tab, and no other separator, with a backslash.
        Style::Escaped => separator == b'\t' && (memchr::memchr(b'"', text).is_none() || has_null()),
        Style::Quoted => separator != b'\t' || !has_null(),
    };
    // Rows may differ in length, unless prose could be taken for them.
    let ragged = separator != b',';
    if !is_style() || !may_be_parted(text, separator) {
        return None;
    }
    let records = bounds(text, separator, style, whole, ragged)?;
    let columns = records.first()?.cells;
    let alike = records.iter().filter(|record| record.cells == columns).count();
    let parted = records.iter().filter(|record| record.cells >= 2).count();
    let most = |count: usize| count * 10 >= records.len() * 8;
    (columns >= 2 && (most(alike) || ragged && columns >= 3 && most(parted)))
        .then(|| records.into_iter().map(|record| cells(&text[record.range], separator, style)).collect())
}

/// Whether the first record may have several cells: easily told where it is a line without quotes and backslashes.
fn may_be_parted(text: &[u8], separator: u8) -> bool {
    let text = &text[blank_lines(text)..];
    let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    memchr::memchr3(separator, b'"', b'\\', line).is_some()
}

/// Where the records stand; none where the first ones tell that the text is no table, as most texts are.
fn bounds(text: &[u8], separator: u8, style: Style, whole: bool, ragged: bool) -> Option<Vec<Record>> {
    let mut reader = Delimited::new(separator, style, false);
    let mut records: Vec<Record> = Vec::new();
    let (mut start, mut cells) = (0, 1);
    let mut ends = |end: usize, cells: usize| {
        let blank = if style == Style::Quoted { blank_lines(&text[start..end]) } else { 0 };
        records.push(Record { range: start + blank..end, cells });
        start = end;
        let few = records.len() <= FIRST && cells < 2;
        let others = || records.iter().filter(|record| record.cells != records[0].cells).count();
        !((few && !ragged || records[0].cells < 2) || !ragged && records.len() == FIRST && others() > 1)
    };
    for first in (0..text.len()).step_by(WIDTH) {
        let part = 0..WIDTH.min(text.len() - first);
        let bits = reader.bits(&Word::new(text, first, part));
        let mut counted = 0;
        for place in places(bits.ends) {
            cells += (bits.separators & low(place) & !low(counted)).count_ones() as usize;
            if !ends(first + place + 1, std::mem::replace(&mut cells, 1)) {
                return None;
            }
            counted = place;
        }
        cells += (bits.separators & !low(counted)).count_ones() as usize;
    }
    let is_open = whole && !reader.at_record();
    if is_open && !ends(text.len(), cells) || reader.in_quotes() && records.len() < 2 {
        return None;
    }
    Some(records)
}

/// Bytes of the empty lines that a text begins with.
fn blank_lines(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some(next) = rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b"\r\n")) {
        rest = next;
    }
    text.len() - rest.len()
}

/// The shape of a sheet whose rows begin so: cells parted by tabs. The columns are named by the first row that is about as
/// full as others are; what stands above it is text.
pub fn sheet(head: &[u8]) -> Shape {
    const ROWS: usize = 20;
    let lines = head.split_inclusive(|byte| *byte == b'\n').take(ROWS);
    let filled = |line: &[u8]| cells(line, b'\t', Style::Escaped).iter().filter(|cell| !cell.is_empty()).count();
    let rows: Vec<(&[u8], usize)> = lines.map(|line| (line, filled(line))).collect();
    let widest = rows.iter().map(|(_, filled)| *filled).max().unwrap_or(0);
    let first = rows.iter().position(|(_, filled)| *filled * 2 > widest).unwrap_or(0);
    let row = rows.get(first).map(|(line, _)| cells(line, b'\t', Style::Escaped)).unwrap_or_default();
    let header = row.iter().all(|cell| is_name(cell)) && row.iter().any(|cell| !cell.is_empty());
    let above = rows[..first].iter().map(|(line, _)| line.len()).sum();
    let skipped = if header { above } else { 0 };
    Shape::Delimited { separator: b'\t', style: Style::Escaped, skipped, header }
}

/// Whether the first record may be a header; none where the text is rather no table.
fn header(records: &[Vec<Vec<u8>>], separator: u8, named: bool) -> Option<bool> {
    let (first, rest) = records.split_first()?;
    let names = first.iter().all(|cell| is_name(cell)) && first.iter().any(|cell| !cell.is_empty());
    let digits = |cell: &Vec<u8>| cell.iter().any(u8::is_ascii_digit);
    let differs =
        rest.iter().take(20).any(|row| row.iter().zip(first).any(|(cell, name)| digits(cell) && !digits(name)));
    let alone = rest.is_empty() && (named || separator != b',' && first.len() >= 3);
    if names && (differs || alone) {
        return Some(true);
    }
    // Prose has commas too, and a space after each; a log has a comma or two in each line.
    let spaced = rest.iter().flatten().filter(|cell| cell.starts_with(b" ")).count();
    let cells: usize = rest.iter().map(Vec::len).sum();
    let table = match separator {
        b'\t' => first.len() >= 2 && !rest.is_empty(),
        _ => first.len() >= 3 && rest.len() >= 2 && spaced * 4 < cells,
    };
    let alike = rest.iter().all(|row| row.len() == first.len());
    let short = rest.iter().flatten().all(|cell| cell.len() <= 200);
    let is_table = named || table && alike && short && !rest.iter().flatten().any(|cell| cell.contains(&b'='));
    is_table.then_some(names)
}

/// Signs that name the column of rows' numbers, the last two in Windows-1251 and CP866.
const NUMBER_SIGNS: [&[u8]; 4] = [b"#", "№".as_bytes(), b"\xB9", b"\xFC"];

/// Whether a cell is a column's name rather than a value.
fn is_name(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let digits = cell.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b'_' | b'#');
    cell.is_empty()
        || cell.len() <= 200
            && digits <= 4
            && cell.first().is_some_and(letter)
            && !cell.contains(&b'@')
            // The end of a sentence, unless something is cut short: «Моб. тел.»
            && (cell.len() <= 24 || !cell.ends_with(b"."))
            && fold(cell).iter().any(|reading| reading.bytes().len() > 2 || NUMBER_SIGNS.contains(&cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_told_by_its_first_statement() {
        for (head, expected) in [
            (
                "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n\nSET statement_timeout = 0;\n",
                Some(Dialect::Postgres),
            ),
            ("-- MySQL dump 10.13\n--\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `a`;", Some(Dialect::MySql)),
            ("/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n", Some(Dialect::MySql)),
            (
                "-- phpMyAdmin SQL Dump\n-- version 5\n\nSET SQL_MODE = \"NO\";\n/*!40101 SET NAMES utf8 */;",
                Some(Dialect::MySql),
            ),
            ("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", Some(Dialect::Sqlite)),
            ("\u{FEFF}USE [Shop]\r\nGO\r\nCREATE TABLE [dbo].[A](\r\n", Some(Dialect::Mssql)),
            ("REM INSERTING into HR\nSET DEFINE OFF;\nInsert into HR (A) values (1);", Some(Dialect::Generic)),
            ("insert into t values (1);\n", Some(Dialect::Generic)),
            ("COPY t (a) FROM stdin;\n1\n\\.\n", Some(Dialect::Postgres)),
            ("Set the table; then eat\n", None),
            ("use case 5\nmore text\n", None),
            ("# Readme\n\nuse this\n", None),
            ("", None),
        ] {
            let shape = Shape::of(head.as_bytes());
            let dialect = match shape {
                Shape::Sql(dialect) => Some(dialect),
                _ => None,
            };
            // «Set the table;» is taken for a statement, which does no harm: no rows follow.
            if !head.starts_with("Set the") {
                assert_eq!(dialect, expected, "{head}");
            }
        }
    }

    #[test]
    fn the_columns_of_a_sheet_are_named_below_its_title() {
        for (head, skipped, header) in [
            ("id\tИИН\n1\t900517132728\n", 0, true),
            ("Список клиентов\t\t\n\t\t\n№\tИИН\tФИО\n1\t900517132728\tТест\n", 35, true),
            ("1\t900517132728\n2\t750228150059\n", 0, false),
            ("Итого\t\n900517132728\t5\n", 0, false),
            ("", 0, false),
        ] {
            let expected = Shape::Delimited { separator: b'\t', style: Style::Escaped, skipped, header };
            assert_eq!(sheet(head.as_bytes()), expected, "{head}");
        }
    }

    #[test]
    fn delimited_text_is_told_from_other_text() {
        let shape = |text: &str| match Shape::of(text.as_bytes()) {
            Shape::Delimited { separator, header, .. } => Some((char::from(separator), header)),
            _ => None,
        };
        for (text, expected) in [
            ("id;ФИО;ИИН\n1;Тест;900517132728\n2;Тест;750228150059\n", Some((';', true))),
            ("id,name\n1,\"a, b\"\n2,\"c\nd\"\n", Some((',', true))),
            ("sep=;\r\nИИН;тел\r\n900517132728;1\r\n", Some((';', true))),
            ("1\t900517132728\ta\n2\t\\N\tb\n", Some(('\t', false))),
            ("a|b|c\n1|2|3\n", Some(('|', true))),
            ("1,x,y\n2,x,y\n3,x,y\n", Some((',', false))),
            ("2026-03-01 10:11:12,123 INFO a\n2026-03-01 10:11:12,124 INFO b\n", None),
            ("{\"a\": 1, \"b\": 2}\n{\"a\": 1, \"b\": 2}\n", None),
            ("Dear all,\nplease send 5 apples,\nthanks\n", None),
            ("one two\nthree\n", None),
            ("fn main() {\n    let a = f(1, 2);\n    g(a, 3);\n}\n", None),
            ("a, b, c\nd, e, f\ng, h, i\n", None),
            ("id;iin;b\n1;2\n1;2;3;4\n1;2;3\n1;2;3;4;5\n", Some((';', true))),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn a_header_is_told_in_every_charset() {
        for charset in [encoding_rs::UTF_8, encoding_rs::WINDOWS_1251, encoding_rs::IBM866] {
            let (stored, ..) = charset.encode("№;ФИО;ИИН\n1;Тест;900517132728\n");
            let shape = Shape::of(&stored);
            assert!(matches!(shape, Shape::Delimited { separator: b';', header: true, .. }), "{}", charset.name());
        }
    }
}
