//! What a dump says of itself between its rows: takes the statements that choose a database and the lines that begin and
//! end a dump, gives under which names its tables stand apart, and whether it says that it is whole.

use super::head::database;

/// Bytes of a line that tell whether it is a mark.
pub const MARK: usize = 48;

/// The lines that a dump begins and ends with: of pg_dumpall, of pg_dump, of mysqldump and mariadb-dump, whose ends may have
/// a date, and of `.dump` of sqlite3.
const MARKS: [(&str, &str); 5] = [
    ("-- PostgreSQL database cluster dump", "-- PostgreSQL database cluster dump complete"),
    ("-- PostgreSQL database dump", "-- PostgreSQL database dump complete"),
    ("-- MySQL dump *", "-- Dump completed*"),
    ("-- MariaDB dump *", "-- Dump completed*"),
    ("BEGIN TRANSACTION;", "COMMIT;"),
];

/// What was said so far.
#[derive(Clone, Default)]
pub struct Dump {
    /// The database that statements are about, if one was chosen.
    database: Option<String>,
    /// That of the first table. Its tables stand under their own names, those of others under the database's too.
    first: Option<Option<String>>,
    /// Of [`MARKS`], whether what begins was seen last.
    begun: [bool; MARKS.len()],
}

impl Dump {
    /// Takes `USE crm;` or `\connect crm`. Gives whether it chooses a database.
    pub fn choose(&mut self, statement: &[u8]) -> bool {
        let chosen = database(statement);
        let chooses = chosen.is_some();
        self.database = chosen.or_else(|| self.database.take());
        chooses
    }

    /// The name that a table stands under.
    pub fn name(&mut self, table: String) -> String {
        let first = self.first.get_or_insert_with(|| self.database.clone());
        match &self.database {
            Some(database) if self.database != *first => {
                let rest = table.strip_prefix(&**database).unwrap_or_default();
                if rest.starts_with('.') { table } else { format!("{database}.{table}") }
            }
            _ => table,
        }
    }

    /// Takes the first [`MARK`] bytes of a line.
    pub fn line(&mut self, line: &[u8]) {
        for (begun, (begin, end)) in self.begun.iter_mut().zip(MARKS) {
            *begun = is(line, begin) || *begun && !is(line, end);
        }
    }

    /// Whether one that began has not said that it is whole.
    pub fn is_open(&self) -> bool {
        self.begun.contains(&true)
    }
}

fn is(line: &[u8], mark: &str) -> bool {
    match mark.strip_suffix('*') {
        Some(mark) => line.starts_with(mark.as_bytes()),
        None => line.trim_ascii_end() == mark.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_further_databases_stand_under_their_names() {
        let mut dump = Dump::default();
        let mut name = |said: &str, table: &str| {
            assert_eq!(dump.choose(said.as_bytes()), !said.is_empty());
            dump.name(table.to_owned())
        };
        assert_eq!(name("USE `shop`;", "users"), "users");
        assert_eq!(name("", "shop.users"), "shop.users");
        assert_eq!(name("\\connect crm", "public.users"), "crm.public.users");
        assert_eq!(name("", "crm.users"), "crm.users");
        assert_eq!(name("USE [shop]", "users"), "users");
    }

    #[test]
    fn a_dump_that_begins_says_where_it_ends() {
        let mut dump = Dump::default();
        let mut is_open = |line: &str| {
            dump.line(line.as_bytes());
            dump.is_open()
        };
        assert!(!is_open("-- users"));
        assert!(is_open("-- PostgreSQL database cluster dump"));
        assert!(is_open("-- PostgreSQL database dump\r"));
        assert!(is_open("-- PostgreSQL database dump complete"));
        assert!(!is_open("-- PostgreSQL database cluster dump complete"));
        assert!(is_open("-- MySQL dump 10.13  Distrib 8.0.36"));
        assert!(is_open("COMMIT;"));
        assert!(!is_open("-- Dump completed on 2026-03-01  4:00:12"));
        assert!(is_open("BEGIN TRANSACTION;"));
        assert!(!is_open("COMMIT;"));
    }
}
