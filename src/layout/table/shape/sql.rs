//! Whether a text is a dump of SQL statements: takes its first bytes, gives so, and whose SQL it is.

use super::{Dialect, HEAD};

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

/// Words that other statements begin with: they make a dump where rows or tables follow.
const OTHERS: [&str; 22] = [
    "update",
    "with",
    "merge",
    "declare",
    "do",
    "call",
    "savepoint",
    "grant",
    "revoke",
    "rollback",
    "execute",
    "vacuum",
    "analyze",
    "explain",
    "show",
    "end",
    "release",
    "print",
    "whenever",
    "connect",
    "accept",
    "undefine",
];

/// Lines that are no SQL which may stand before a dump's first: what a client warns of or asks for.
const FOREIGN: usize = 4;

/// What a line begins with that a client takes for itself, or nobody.
const COMMENTS: [&str; 14] = [
    "--",
    "#",
    "REM ",
    "SPOOL ",
    "/*M!",
    "\\restrict",
    "\\connect",
    "\\c ",
    "\\set",
    "\\unset",
    "\\encoding",
    "\\echo",
    "\\pset",
    "\\timing",
];

/// Where the first statement of a text stands, after comments and lines of a client, if it is one of a dump.
pub(super) fn first_statement(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    let (mut marked, mut foreign) = (false, 0);
    loop {
        rest = rest.trim_ascii_start();
        rest = rest.strip_prefix(b";").unwrap_or(rest).trim_ascii_start();
        let at = text.len() - rest.len();
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        if rest.is_empty() {
            return (marked && foreign == 0).then_some(at);
        }
        if COMMENTS.iter().any(|mark| rest.starts_with(mark.as_bytes())) {
            let lower = line.to_ascii_lowercase();
            let names_dump =
                [" dump", "dumper"].iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some());
            // Below a line of another kind, a heading of prose would do.
            marked |= names_dump && (foreign == 0 || line.starts_with(b"--"));
            rest = &rest[line.len()..];
        } else if rest.starts_with(b"/*") {
            marked |= rest.starts_with(b"/*!4") || rest.starts_with(b"/*!5");
            let Some(end) = memchr::memmem::find(rest, b"*/") else { return marked.then_some(at) };
            rest = &rest[end + 2..];
        } else if let Some(word) = first_word(rest) {
            let dump = if foreign == 0 { marked || begins_statement(&word, rest) } else { marked };
            return dump.then_some(at);
        } else if foreign < FOREIGN {
            foreign += 1;
            rest = &rest[line.len()..];
        } else {
            return None;
        }
    }
}

/// The word that a statement begins with, in lower case.
fn first_word(text: &[u8]) -> Option<String> {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = String::from_utf8_lossy(&text[..length]).to_ascii_lowercase();
    let next = text.get(length).copied().unwrap_or(b' ');
    let known = STATEMENTS.contains(&&*word) || OTHERS.contains(&&*word);
    (known && matches!(next, b' ' | b'\n' | b'\r' | b'\t' | b';' | b'[')).then_some(word)
}

/// Whether more than the first word is that of a statement: words such as `set` and `use` begin sentences too.
fn begins_statement(word: &str, text: &[u8]) -> bool {
    let text = text[..text.len().min(HEAD)].to_ascii_lowercase();
    let has = |part: &str| memchr::memmem::find(&text, part.as_bytes()).is_some();
    match word {
        // The columns that it names may be more than the head holds.
        "insert" | "replace" | "copy" => has("values") || has("from stdin") || text.len() >= HEAD / 2 && has("("),
        "create" => has("create table") || has(";"),
        other if OTHERS.contains(&other) => {
            has("\ncreate table ") || has("\ninsert into ") && has("values") || has("\ncopy ") && has("from stdin")
        }
        _ => has(";") || has("insert ") || has("create table") || has("\ngo"),
    }
}

pub(super) fn dialect(head: &[u8]) -> Dialect {
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
