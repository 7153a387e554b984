//! What shape a text has, told by its first bytes: a dump of SQL statements, delimited text, or neither. Names of files
//! play no part.

use super::delimited::Style;

mod header;
mod records;
mod sql;

use records::delimited;
pub use records::sheet;
use sql::{dialect, first_statement};

/// Bytes of the head that is looked at.
pub const HEAD: usize = 8 << 10;

/// Bytes of it where its first line, or the comment that it begins with, is longer.
const LONG_HEAD: usize = 64 << 10;

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
        /// Lines that name the columns: none, one, or two where cells of the first span several columns.
        header: usize,
        /// Bytes between the header and the first row: a line that holds no values.
        below: usize,
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
        Self::of_statements(head).unwrap_or_else(|| {
            let has_line = memchr::memchr(b'\n', &head[..head.len().min(HEAD)]).is_some();
            let longest = if has_line { HEAD } else { LONG_HEAD };
            delimited(&head[..head.len().min(longest)], head.len() < longest)
        })
    }

    /// That of a text of SQL statements, if it is one: easier told than whether it is a table of another kind.
    pub fn of_statements(head: &[u8]) -> Option<Self> {
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let first = first_statement(&text[..text.len().min(LONG_HEAD)])?;
        Some(Self::Sql(dialect(&text[..text.len().min(first + HEAD)])))
    }
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
            (
                "mysqldump: [Warning] Using a password can be insecure.\n-- MySQL dump 10.13\nCREATE TABLE `a`;",
                Some(Dialect::MySql),
            ),
            ("Password: \n--\n-- PostgreSQL database dump\n--\nSET a = 0;\n", Some(Dialect::Postgres)),
            ("\\c shop\nCOPY t (a) FROM stdin;\n1\n\\.\n", Some(Dialect::Postgres)),
            ("GRANT ALL ON shop TO app;\nINSERT INTO t (a) VALUES (1);\n", Some(Dialect::Generic)),
            ("Some words\n# On a core dump\nuse it;\n", None),
            ("Update the list; then insert into it the values\n", None),
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
            ("id\tИИН\n1\t900517132728\n", 0, 1),
            ("Список клиентов\t\t\n\t\t\n№\tИИН\tФИО\n1\t900517132728\tТест\n", 35, 1),
            ("1\t900517132728\n2\t750228150059\n", 0, 0),
            ("Итого\t\n900517132728\t5\n", 0, 0),
            ("", 0, 0),
            ("Список\t\t\n№\tСотрудник\t\n\tФИО\tИИН\n1\tТест\t900517132728\n", 15, 2),
        ] {
            let expected = Shape::Delimited { separator: b'\t', style: Style::Escaped, skipped, header, below: 0 };
            assert_eq!(sheet(head.as_bytes()), expected, "{head}");
        }
    }

    #[test]
    fn the_columns_of_records_are_named_below_a_title_too() {
        for title in ["Список клиентов\nна 1.01.2026\n", "Список;;\n;;\n", "# по дням\n"] {
            let text = format!("{title}id;ФИО;ИИН\n1;Тест;900517132728\n2;Тест;750228150059\n");
            let (skipped, header) = (title.len(), 1);
            let expected = Shape::Delimited { separator: b';', style: Style::Quoted, skipped, header, below: 0 };
            assert_eq!(Shape::of(text.as_bytes()), expected, "{text}");
        }
        let question = "Насколько Вы довольны? ".repeat(4);
        let header = format!("id;ИИН;{}", (0..60).map(|at| format!("Вопрос {at}. {question};")).collect::<String>());
        let text = format!("{header}\n1;900517132728;{}\n", ";".repeat(60));
        assert!(matches!(Shape::of(text.as_bytes()), Shape::Delimited { separator: b';', header: 1, .. }));
    }

    #[test]
    fn delimited_text_is_told_from_other_text() {
        let shape = |text: &str| match Shape::of(text.as_bytes()) {
            Shape::Delimited { separator, header, .. } => Some((char::from(separator), header > 0)),
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
            ("use a;\n\nfn f(a: u8, b: u8, c: u8) {\n    g(a, b, 1);\n    g(b, a, 2);\n}\n", None),
            ("ИИН\n900517132728\n750228150059\n", Some(('\t', true))),
            ("phone\r\n\"+7 (701) 000-00-19\"\r\n8 701 000 00 20\r\n", Some(('\t', true))),
            ("Started\nlistening on 127.0.0.1\n127.0.0.1\n", None),
            ("900517132728\n750228150059\n750228150059\n", None),
            ("flask\nflask==2024.1\njinja==2024.1\n", None),
            ("id;iin;b\n1;2\n1;2;3;4\n1;2;3\n1;2;3;4;5\n", Some((';', true))),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn a_line_below_a_header_may_hold_no_values() {
        for (text, expected) in [
            (" id | fio | iin \n----+-----+-----\n  1 | Тест | 5\n  2 | Тест | 6\n  3 | Тест | 7\n", 17),
            ("| id | fio |\n|----|:---:|\n| 1 | Тест |\n| 2 | Тест |\n", 13),
            ("№;ФИО;ИИН;Телефон\r\n1;2;3;4\r\n1;Тест;900517132728;1\r\n", 9),
            ("a;b;c\n1;2;3\n4;5;6\n", 0),
            ("id;a;b;c\n1;2;3;5\n4;5;6;7\n", 0),
            ("id;a;b;c\n1;-;-;-\n4;5;6;7\n", 0),
        ] {
            let shape = Shape::of(text.as_bytes());
            assert!(
                matches!(shape, Shape::Delimited { header: 1, below, .. } if below == expected),
                "{text}: {shape:?}"
            );
        }
    }

    #[test]
    fn a_header_has_two_lines_where_cells_span_columns() {
        for (text, expected) in [
            ("№;Работник;;Адрес\n;ФИО;ИИН;\n1;Тест;900517132728;а\n2;Тест;750228150059;б\n", 2),
            ("Работник;;Адрес\nФИО;ИИН;\nТест;900517132728;а\nТест;750228150059;б\n", 2),
            ("№;Работник;;Адрес\n;ФИО;ИИН\n1;Тест;900517132728;а\n", 2),
            ("Работник;;;;\nФИО;ИИН;Дом;Кв\nТест;900517132728;1;2\n", 1),
            // A name that stands over one column has nothing below it.
            ("ФИО;;Телефон\nТест;Тест;нет\nТест;Тест;900517132728\n", 1),
            ("ФИО;ИИН;\nТест;;\nТест;900517132728;\n", 1),
            (";city;phone\nа;Тест;\nб;Тест;900517132728\n", 1),
        ] {
            let shape = Shape::of(text.as_bytes());
            assert!(matches!(shape, Shape::Delimited { header, .. } if header == expected), "{text}: {shape:?}");
        }
    }

    #[test]
    fn a_header_is_told_in_every_charset() {
        for charset in [encoding_rs::UTF_8, encoding_rs::WINDOWS_1251, encoding_rs::IBM866] {
            let (stored, ..) = charset.encode("№;ФИО;ИИН\n1;Тест;900517132728\n");
            let shape = Shape::of(&stored);
            assert!(matches!(shape, Shape::Delimited { separator: b';', header: 1, .. }), "{}", charset.name());
        }
    }
}
