//! Definitions of tables: takes the CREATE TABLE that a database keeps, gives its columns in the order in which records
//! hold their values.

/// What records of a table hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// The names of its columns, without those that are computed when they are read; empty where they are not known.
    pub columns: Vec<String>,
    /// By column: what it has in rows that were written before it was added, and whether all its numbers are real.
    pub defaults: Vec<Option<String>>,
    real: Vec<bool>,
    /// The column that is the row's number.
    pub rowid: Option<usize>,
    /// Whether rows are the entries of an index.
    pub without_rowid: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// In quotes, backticks or brackets.
    Name(String),
    String(String),
    Symbol(char),
}

impl Token {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }

    fn name(&self) -> Option<&str> {
        match self {
            // A string is taken for a name where one has to stand.
            Self::Word(name) | Self::Name(name) | Self::String(name) => Some(name),
            Self::Symbol(_) => None,
        }
    }
}

/// A column as it is defined.
struct Column {
    name: String,
    kind: String,
    default: Option<String>,
    is_computed: bool,
}

/// Words that end the type of a column.
const CONSTRAINTS: [&str; 11] =
    ["constraint", "primary", "not", "null", "unique", "check", "default", "collate", "references", "generated", "as"];

impl Definition {
    /// One of no known columns where the statement is not understood.
    pub fn new(statement: &str) -> Self {
        let tokens = tokens(statement);
        let Some(open) = tokens.iter().position(|token| *token == Token::Symbol('(')) else { return Self::default() };
        let (entries, after) = entries(&tokens[open + 1..]);
        let without_rowid = after.windows(2).any(|pair| pair[0].is("without") && pair[1].is("rowid"));
        let (mut columns, mut key): (Vec<Column>, Vec<String>) = (Vec::new(), Vec::new());
        for entry in entries {
            let is_constraint = entry.first().is_some_and(|first| {
                ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| first.is(word))
            });
            if is_constraint {
                if let Some(names) = primary_key(entry) {
                    key = names;
                }
                continue;
            }
            let Some(column) = column(entry) else { continue };
            if entry.windows(2).any(|pair| pair[0].is("primary") && pair[1].is("key")) {
                key = vec![column.name.clone()];
            }
            columns.push(column);
        }
        Self::of(columns, &key, without_rowid)
    }

    fn of(columns: Vec<Column>, key: &[String], without_rowid: bool) -> Self {
        let place = |name: &str| key.iter().position(|own| own.eq_ignore_ascii_case(name));
        let mut stored: Vec<Column> = columns.into_iter().filter(|column| !column.is_computed).collect();
        if without_rowid {
            // The key comes first.
            stored.sort_by_key(|column| place(&column.name).unwrap_or(usize::MAX));
        }
        let is_alias = |column: &Column| {
            key.len() == 1 && place(&column.name).is_some() && column.kind.eq_ignore_ascii_case("integer")
        };
        let rowid = stored.iter().position(is_alias).filter(|_| !without_rowid);
        Self {
            rowid,
            without_rowid,
            real: stored.iter().map(|column| is_real(&column.kind)).collect(),
            defaults: stored.iter().map(|column| column.default.clone()).collect(),
            columns: stored.into_iter().map(|column| column.name).collect(),
        }
    }

    pub fn is_real(&self, column: usize) -> bool {
        self.real.get(column).copied().unwrap_or(false)
    }
}

/// Whether a column of this type holds all its numbers as real ones ("Datatypes In SQLite", 3.1).
fn is_real(kind: &str) -> bool {
    let kind = kind.to_ascii_uppercase();
    let has = |word: &str| kind.contains(word);
    ["REAL", "FLOA", "DOUB"].into_iter().any(has) && !["INT", "CHAR", "CLOB", "TEXT", "BLOB"].into_iter().any(has)
}

/// What stands between the commas up to the bracket that closes, and after it.
fn entries(tokens: &[Token]) -> (Vec<&[Token]>, &[Token]) {
    let (mut entries, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') if depth == 0 => {
                entries.push(&tokens[start..at]);
                return (entries, &tokens[at + 1..]);
            }
            Token::Symbol(')') => depth -= 1,
            Token::Symbol(',') if depth == 0 => {
                entries.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    entries.push(&tokens[start..]);
    (entries, &[])
}

/// The columns of `PRIMARY KEY (a, b DESC)`.
fn primary_key(entry: &[Token]) -> Option<Vec<String>> {
    let at = entry.windows(2).position(|pair| pair[0].is("primary") && pair[1].is("key"))?;
    let (columns, _) = entries(entry.get(at + 3..)?);
    Some(columns.iter().filter_map(|column| column.first()?.name().map(str::to_owned)).collect())
}

fn column(entry: &[Token]) -> Option<Column> {
    let (name, rest) = entry.split_first()?;
    let ends = |token: &Token| CONSTRAINTS.iter().any(|word| token.is(word));
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    let kind: Vec<&str> = rest[..length].iter().filter_map(Token::name).collect();
    let constraints = &rest[length..];
    let is_computed = constraints.windows(2).any(|pair| pair[0].is("as") && pair[1] == Token::Symbol('('))
        && !constraints.iter().any(|token| token.is("stored"));
    let default =
        constraints.iter().position(|token| token.is("default")).and_then(|at| literal(&constraints[at + 1..]));
    Some(Column { name: name.name()?.to_owned(), kind: kind.join(" "), default, is_computed })
}

/// The value that tokens begin with; none for NULL and what has to be computed.
fn literal(tokens: &[Token]) -> Option<String> {
    let number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    match tokens {
        [Token::Symbol('('), rest @ ..] | [Token::Symbol('+'), rest @ ..] => literal(rest),
        [Token::Symbol('-'), Token::Word(word), ..] if number(word) => Some(format!("-{word}")),
        [Token::Word(word), ..] if number(word) => Some(word.clone()),
        [Token::String(text), ..] | [Token::Name(text), ..] => Some(text.clone()),
        _ => None,
    }
}

fn tokens(statement: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let is_word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$' | '.') || !char.is_ascii();
        let length = match first {
            '"' | '`' | '[' | '\'' => {
                let (text, length) = quoted(rest, if first == '[' { ']' } else { first });
                tokens.push(if first == '\'' { Token::String(text) } else { Token::Name(text) });
                length
            }
            _ if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            first if is_word(first) => {
                let length = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..length].to_owned()));
                length
            }
            first => {
                if !first.is_whitespace() {
                    tokens.push(Token::Symbol(first));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// What stands between the quotes that a text begins with, and how long it is with them.
fn quoted(text: &str, close: char) -> (String, usize) {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        if char != close {
            value.push(char);
        } else if close != ']' && chars.peek().is_some_and(|(_, next)| *next == close) {
            value.push(char);
            chars.next();
        } else {
            return (value, at + 1);
        }
    }
    (value, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_the_order_of_their_records() {
        let shown = |statement: &str| {
            let definition = Definition::new(statement);
            (definition.columns.join(" "), definition.rowid, definition.without_rowid)
        };
        for (statement, columns, rowid, without) in [
            ("CREATE TABLE t(id INTEGER PRIMARY KEY, iin TEXT)", "id iin", Some(0), false),
            ("CREATE TABLE t(id INT PRIMARY KEY, iin TEXT)", "id iin", None, false),
            ("CREATE TABLE t(a, id integer, PRIMARY KEY(\"id\" DESC))", "a id", Some(1), false),
            ("CREATE TABLE t(a, b, c TEXT, PRIMARY KEY (c, a)) WITHOUT ROWID", "c a b", None, true),
            ("CREATE TABLE t(a TEXT PRIMARY KEY, id INTEGER) WITHOUT ROWID, STRICT", "a id", None, true),
            ("CREATE TABLE t(a, b AS (a || ')') VIRTUAL, c GENERATED ALWAYS AS (a) STORED, d)", "a c d", None, false),
            (
                "CREATE TABLE \"t (x)\"(`a b` -- the first, really\n, [c] DECIMAL(10,2), 'd' /* , e */)",
                "a b c d",
                None,
                false,
            ),
            (
                "CREATE TABLE t(a CHECK (a IN ('x,', 'y')), b REFERENCES u(c), FOREIGN KEY(a) REFERENCES v)",
                "a b",
                None,
                false,
            ),
            ("CREATE TABLE t(", "", None, false),
            ("", "", None, false),
        ] {
            assert_eq!(shown(statement), (columns.to_owned(), rowid, without), "{statement}");
        }
    }

    #[test]
    fn a_column_that_was_added_has_its_default() {
        let statement =
            "CREATE TABLE t(a, b DEFAULT 'it''s', c INT DEFAULT -5, d DEFAULT (7), e DEFAULT CURRENT_TIME, f REAL)";
        let definition = Definition::new(statement);
        let defaults: Vec<_> = definition.defaults.iter().map(|default| default.as_deref().unwrap_or("-")).collect();
        assert_eq!(defaults, ["-", "it's", "-5", "7", "-", "-"]);
        assert!(definition.is_real(5) && !definition.is_real(2));
    }
}
