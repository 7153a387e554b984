//! Heads of statements: takes `COPY public.users (id, iin) FROM stdin;` or `INSERT INTO users (id, iin) VALUES`, gives the
//! table and the columns that it names.

use crate::decode::to_utf8;

/// Words and names of a statement. A name in quotes, backticks or brackets is not one of the words.
#[derive(PartialEq, Eq)]
pub enum Token {
    Word(String),
    Name(String),
    String(String),
    Symbol(u8),
}

impl Token {
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }

    fn name(&self) -> Option<&str> {
        match self {
            // SQLite takes a string for a name where one has to stand.
            Self::Word(name) | Self::Name(name) | Self::String(name) => Some(name),
            Self::Symbol(_) => None,
        }
    }
}

/// The tokens of a statement, without its comments.
pub fn tokens(statement: &[u8], backslash: bool) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = statement.get(at) {
        let rest = &statement[at..];
        at += match byte {
            b'"' | b'`' | b'[' => {
                let (name, length) = quoted(rest, if *byte == b'[' { b']' } else { *byte }, false);
                tokens.push(Token::Name(name));
                length
            }
            b'\'' => {
                let (string, length) = quoted(rest, b'\'', backslash);
                tokens.push(Token::String(string));
                length
            }
            b'-' if rest.starts_with(b"--") => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"/*") => memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2),
            byte if is_word(*byte) => {
                let length = rest.iter().take_while(|byte| is_word(**byte)).count();
                tokens.push(Token::Word(to_utf8(&rest[..length]).into_owned()));
                length
            }
            byte => {
                if !byte.is_ascii_whitespace() {
                    tokens.push(Token::Symbol(*byte));
                }
                1
            }
        };
    }
    tokens
}

/// What stands between quotes that begin a text, a doubled one standing for itself, and how long it is with them.
fn quoted(text: &[u8], close: u8, backslash: bool) -> (String, usize) {
    let mut bytes = Vec::new();
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match *byte {
            b'\\' if backslash => {
                bytes.extend(text.get(at + 1));
                at += 1;
            }
            byte if byte == close => {
                if text.get(at + 1) != Some(&close) {
                    return (to_utf8(&bytes).into_owned(), at + 1);
                }
                bytes.push(byte);
                at += 1;
            }
            byte => bytes.push(byte),
        }
        at += 1;
    }
    (to_utf8(&bytes).into_owned(), text.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | b'@') || byte >= 0x80
}

/// A name of several parts, `public.users`, that begins the tokens, and how many it takes.
pub fn qualified(tokens: &[Token]) -> Option<(String, usize)> {
    let mut name = tokens.first()?.name()?.to_owned();
    let mut taken = 1;
    while tokens.get(taken) == Some(&Token::Symbol(b'.')) {
        let Some(part) = tokens.get(taken + 1).and_then(Token::name) else { break };
        name = format!("{name}.{part}");
        taken += 2;
    }
    Some((name, taken))
}

/// The table and the columns of a COPY or INSERT. No columns where it names none.
pub fn target(statement: &[u8]) -> Option<(String, Vec<String>)> {
    let tokens = tokens(statement, false);
    let skipped = |token: &Token| {
        const WORDS: [&str; 13] = [
            "copy",
            "insert",
            "replace",
            "all",
            "into",
            "ignore",
            "low_priority",
            "delayed",
            "high_priority",
            "or",
            "only",
            "abort",
            "rollback",
        ];
        WORDS.iter().any(|word| token.is(word))
    };
    let first = tokens.iter().position(|token| !skipped(token))?;
    let (name, taken) = qualified(&tokens[first..])?;
    let rest = &tokens[first + taken..];
    let listed = rest.first() == Some(&Token::Symbol(b'('));
    let columns = rest.iter().take_while(|token| listed && **token != Token::Symbol(b')')).filter_map(Token::name);
    Some((name, columns.map(str::to_owned).collect()))
}

/// The database that `USE crm;` or `\connect crm` chooses.
pub fn database(statement: &[u8]) -> Option<String> {
    let tokens = tokens(statement, false);
    let tokens = tokens.strip_suffix(&[Token::Symbol(b';')]).unwrap_or(&tokens);
    match tokens {
        [word, name] if word.is("use") => name.name().map(str::to_owned),
        [Token::Symbol(b'\\'), word, rest @ ..] if word.is("connect") || word.is("c") => {
            // A name of other characters than letters stands in a string of options.
            let options = rest.iter().find_map(|token| match token {
                Token::Name(name) if rest[0] == Token::Symbol(b'-') => Some(name.clone()),
                _ => None,
            });
            let name = options.or_else(|| Some(qualified(rest)?.0))?;
            let name = name.strip_prefix("dbname=").map_or(&*name, |name| name.trim_matches('\''));
            Some(name.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_of_every_form() {
        let columns = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        for (head, table, names) in [
            ("COPY public.users (id, \"ИИН\", iin) FROM stdin;", "public.users", &["id", "ИИН", "iin"][..]),
            ("COPY users FROM stdin;", "users", &[]),
            ("INSERT INTO `crm`.`my``clients` VALUES", "crm.my`clients", &[]),
            ("INSERT IGNORE INTO t (`a`, `b`) VALUES", "t", &["a", "b"]),
            ("INSERT [dbo].[Users] ([Id], [Iin]) VALUES", "dbo.Users", &["Id", "Iin"]),
            ("Insert into HR.EMP (ID,IIN) values", "HR.EMP", &["ID", "IIN"]),
            ("INSERT INTO \"public\".\"users\" OVERRIDING SYSTEM VALUE VALUES", "public.users", &[]),
            ("REPLACE INTO t VALUES", "t", &[]),
            ("INSERT OR IGNORE INTO t(a) VALUES", "t", &["a"]),
            ("INSERT ALL\n  INTO t (a) VALUES", "t", &["a"]),
            ("INTO t (a) VALUES", "t", &["a"]),
        ] {
            assert_eq!(target(head.as_bytes()), Some((table.to_owned(), columns(names))), "{head}");
        }
        assert_eq!(target(b"INSERT INTO"), None);
    }
    #[test]
    fn the_database_that_is_chosen() {
        for (statement, name) in [
            ("USE `my crm`;", Some("my crm")),
            ("use crm", Some("crm")),
            ("USE [Crm]\r", Some("Crm")),
            ("Use the following", None),
            ("\\connect crm\r", Some("crm")),
            ("\\c crm app", Some("crm")),
            ("\\connect -reuse-previous=on \"dbname='my-crm'\"", Some("my-crm")),
            ("\\connect", None),
            ("\\connect - app", None),
            ("\\restrict abc", None),
        ] {
            assert_eq!(database(statement.as_bytes()).as_deref(), name, "{statement}");
        }
    }
}
