//! Definitions of tables: takes CREATE TABLE and COMMENT ON COLUMN, gives the names, comments and types of columns.
//! `sqlparser` reads them; what it does not know, as some dialect always has, is read by a tolerant reader that looks
//! only for the names that begin the entries between the brackets.

use std::collections::{BTreeMap, HashMap};

use sqlparser::ast::{ColumnDef, ColumnOption, ColumnOptionDef, ObjectName, Statement};
use sqlparser::dialect::{self, Dialect as Parser};

use super::head::{Token, qualified, tokens};
use super::shape::Dialect;
use crate::decode::to_utf8;

/// What a statement tells of a table.
#[derive(Clone)]
pub struct Definition {
    pub table: String,
    pub columns: Vec<Column>,
    /// Tables whose columns stand before its own.
    pub parents: Vec<String>,
    /// Whether it is in a known grammar.
    pub parsed: bool,
}

impl Definition {
    fn of(table: String, columns: Vec<Column>, parsed: bool) -> Self {
        Self { table, columns, parents: Vec::new(), parsed }
    }

    /// What tells that a table has the columns of others too.
    pub fn inherits(table: String, parents: Vec<String>) -> Self {
        Self { parents, ..Self::of(table, Vec::new(), true) }
    }

    /// Whether it is nothing but a comment on a column.
    pub fn is_comment(&self) -> bool {
        matches!(&*self.columns, [Column { comment: Some(_), kind: Kind::Unknown, .. }])
    }
}

/// What is known of a column.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub comment: Option<String>,
    pub kind: Kind,
}

/// What values a column's type lets in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Unknown,
    /// At most so many characters, 0 for as many as one likes.
    Text(u32),
    Number,
    Date,
    Moment,
    Truth,
    Bytes,
}

impl Kind {
    fn named(data_type: &str) -> Self {
        let name = data_type.to_ascii_lowercase();
        let word: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
        let length = || {
            let digits = name.split('(').nth(1).and_then(|rest| rest.split([')', ' ']).next());
            digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
        };
        match &*word {
            "character" | "char" | "varchar" | "varchar2" | "nvarchar" | "nvarchar2" | "nchar" | "bpchar" => {
                Self::Text(length())
            }
            "text" | "tinytext" | "mediumtext" | "longtext" | "clob" | "nclob" | "ntext" | "string" | "citext" => {
                Self::Text(0)
            }
            "int" | "integer" | "bigint" | "smallint" | "tinyint" | "mediumint" | "int2" | "int4" | "int8"
            | "numeric" | "decimal" | "number" | "real" | "float" | "double" | "money" | "serial" | "bigserial" => {
                Self::Number
            }
            "date" => Self::Date,
            "timestamp" | "timestamptz" | "datetime" | "datetime2" | "smalldatetime" | "datetimeoffset" | "time"
            | "year" => Self::Moment,
            "boolean" | "bool" | "bit" => Self::Truth,
            "bytea" | "blob" | "longblob" | "mediumblob" | "tinyblob" | "binary" | "varbinary" | "image" | "raw" => {
                Self::Bytes
            }
            _ => Self::Unknown,
        }
    }
}

/// Reads a CREATE TABLE, up to the bracket that ends its columns, or a COMMENT ON COLUMN, which gives the column alone.
pub fn define(statement: &[u8], dialect: Dialect) -> Option<Definition> {
    let text = to_utf8(statement);
    if text.trim_start().get(..7).is_some_and(|word| word.eq_ignore_ascii_case("comment")) {
        return comment(&text, dialect);
    }
    parsed(&text, dialect).or_else(|| tolerant(&text, dialect))
}

fn parsed(text: &str, dialect: Dialect) -> Option<Definition> {
    let parser: &dyn Parser = match dialect {
        Dialect::Postgres => &dialect::PostgreSqlDialect {},
        Dialect::MySql => &dialect::MySqlDialect {},
        Dialect::Sqlite => &dialect::SQLiteDialect {},
        Dialect::Mssql => &dialect::MsSqlDialect {},
        Dialect::Generic => &dialect::GenericDialect {},
    };
    let mut statements = sqlparser::parser::Parser::parse_sql(parser, text).ok()?;
    let Statement::CreateTable(table) = statements.pop()? else { return None };
    let is_computed = |option: &ColumnOptionDef| matches!(option.option, ColumnOption::Generated { .. });
    // Dumps of SQLite have no values of what is computed.
    let is_given = |column: &&ColumnDef| dialect != Dialect::Sqlite || !column.options.iter().any(is_computed);
    let columns: Vec<Column> = table.columns.iter().filter(is_given).map(column).collect();
    (!columns.is_empty()).then(|| Definition::of(name(&table.name), columns, true))
}

fn name(name: &ObjectName) -> String {
    let parts: Vec<&str> = name.0.iter().filter_map(|part| part.as_ident()).map(|ident| &*ident.value).collect();
    parts.join(".")
}

fn column(column: &ColumnDef) -> Column {
    let comment = column.options.iter().find_map(|option| match &option.option {
        ColumnOption::Comment(text) => Some(text.clone()),
        _ => None,
    });
    Column { name: column.name.value.clone(), comment, kind: Kind::named(&column.data_type.to_string()) }
}

/// Words that begin an entry which is no column.
const NO_COLUMN: [&str; 13] = [
    "constraint",
    "primary",
    "unique",
    "key",
    "index",
    "foreign",
    "check",
    "fulltext",
    "spatial",
    "exclude",
    "like",
    "period",
    "supplemental",
];

fn tolerant(text: &str, dialect: Dialect) -> Option<Definition> {
    let tokens = tokens(text.as_bytes(), dialect.backslash());
    let table = tokens.iter().position(|token| token.is("table"))? + 1;
    let rest = tokens[table..].iter().position(|t| !["if", "not", "exists"].iter().any(|word| t.is(word)))? + table;
    let (name, taken) = qualified(&tokens[rest..])?;
    let open = tokens[rest + taken..].iter().position(|token| *token == Token::Symbol(b'('))? + rest + taken;
    let mut entries: Vec<Vec<&Token>> = vec![Vec::new()];
    let mut depth = 0;
    for token in &tokens[open + 1..] {
        match token {
            Token::Symbol(b'(') => depth += 1,
            Token::Symbol(b')') => depth -= 1,
            Token::Symbol(b',') if depth == 0 => entries.push(Vec::new()),
            _ => {}
        }
        if depth < 0 {
            break;
        }
        if *token != Token::Symbol(b',') || depth > 0 {
            entries.last_mut().expect("there is one at least").push(token);
        }
    }
    let is_given = |entry: &&Vec<&Token>| dialect != Dialect::Sqlite || !is_computed(entry);
    let columns: Vec<Column> = entries.iter().filter(is_given).filter_map(|entry| entry_column(entry)).collect();
    (!columns.is_empty()).then(|| Definition::of(name, columns, false))
}

/// Whether a column has the values of an expression: `… AS (…)`.
fn is_computed(entry: &[&Token]) -> bool {
    entry.windows(2).any(|pair| pair[0].is("as") && *pair[1] == Token::Symbol(b'('))
}

fn entry_column(entry: &[&Token]) -> Option<Column> {
    let name = match entry.first()? {
        Token::Word(word) if NO_COLUMN.iter().any(|no| word.eq_ignore_ascii_case(no)) => return None,
        Token::Word(name) | Token::Name(name) | Token::String(name) => name.clone(),
        Token::Symbol(_) => return None,
    };
    let data_type = match entry {
        [_, Token::Word(word) | Token::Name(word), Token::Symbol(b'('), Token::Word(length), ..] => {
            format!("{word}({length})")
        }
        [_, Token::Word(word) | Token::Name(word), ..] => word.clone(),
        _ => String::new(),
    };
    let comment = entry.iter().position(|token| token.is("comment")).and_then(|at| match entry.get(at + 1) {
        Some(Token::String(text)) => Some(text.clone()),
        _ => None,
    });
    Some(Column { name, comment, kind: Kind::named(&data_type) })
}

/// `COMMENT ON COLUMN public.users.iin IS 'ИИН клиента'`.
fn comment(text: &str, dialect: Dialect) -> Option<Definition> {
    let tokens = tokens(text.as_bytes(), dialect.backslash());
    let column = tokens.iter().position(|token| token.is("column"))? + 1;
    let (path, taken) = qualified(&tokens[column..])?;
    let (table, name) = path.rsplit_once('.')?;
    let Some(Token::String(comment)) = tokens.get(column + taken + 1) else { return None };
    let column = Column { name: name.to_owned(), comment: Some(comment.clone()), kind: Kind::Unknown };
    Some(Definition::of(table.to_owned(), vec![column], true))
}

/// The tables of `INHERITS (public.base, other)`.
pub fn parents(statement: &[u8]) -> Vec<String> {
    let tokens = tokens(statement, false);
    let inner = tokens.get(2..tokens.len().saturating_sub(1)).unwrap_or_default();
    inner.split(|token| *token == Token::Symbol(b',')).filter_map(|one| Some(qualified(one)?.0)).collect()
}

/// The columns of a table with those of its parents, which come first; of several of one name, the first.
pub fn inherited<C: Clone>(parents: impl Iterator<Item = C>, own: &[C], name: impl Fn(&C) -> &str) -> Vec<C> {
    let mut columns: Vec<C> = Vec::new();
    for column in parents.chain(own.iter().cloned()) {
        if !columns.iter().any(|other| name(other) == name(&column)) {
            columns.push(column);
        }
    }
    columns
}

/// What is known of the tables of a text, by their names in lower case.
#[derive(Default)]
pub struct Schema {
    tables: HashMap<String, Vec<Column>>,
    /// The tables that files define whose names are not theirs, by these.
    files: BTreeMap<String, String>,
}

impl Schema {
    /// Joins definitions in the order of their text; a comment adds to the column that it is on.
    pub fn new(definitions: impl IntoIterator<Item = Definition>) -> Self {
        let mut tables: HashMap<String, Vec<Column>> = HashMap::new();
        let mut comments = Vec::new();
        for Definition { table, columns, parents, .. } in definitions {
            match &*columns {
                _ if !parents.is_empty() => {
                    let of = |table: &String| tables.get(&table.to_lowercase()).map_or(&[][..], |columns| &columns[..]);
                    let first = parents.iter().flat_map(of).cloned();
                    let all = inherited(first, of(&table), |column| &column.name);
                    tables.insert(table.to_lowercase(), all);
                }
                [Column { name, comment: Some(comment), kind: Kind::Unknown }] => {
                    comments.push((table, name.clone(), comment.clone()));
                }
                _ => {
                    tables.entry(table.to_lowercase()).or_insert(columns);
                }
            }
        }
        for (table, name, comment) in comments {
            let columns = tables.entry(table.to_lowercase()).or_default();
            match columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(&name)) {
                Some(column) => column.comment = Some(comment),
                None => columns.push(Column { name, comment: Some(comment), kind: Kind::Unknown }),
            }
        }
        Self { tables, files: BTreeMap::new() }
    }

    /// With the tables that files define whose names are not theirs, by these.
    pub fn with_files(self, files: BTreeMap<String, String>) -> Self {
        Self { files, ..self }
    }

    /// All that it says, in words that are the same for what says the same.
    pub fn account(&self) -> String {
        let tables: BTreeMap<_, _> = self.tables.iter().collect();
        format!("{tables:?} {:?}", self.files)
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The table that a file of this name defines.
    pub fn of_file(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(|table| &**table)
    }

    /// The columns of a table; one that is named without its schema, or with one more, is the same if there is no other.
    pub fn columns(&self, table: &str) -> Option<&[Column]> {
        let table = table.to_lowercase();
        if let Some(columns) = self.tables.get(&table) {
            return Some(columns);
        }
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        let mut alike = self.tables.iter().filter(|(name, _)| last(name) == last(&table));
        let (_, columns) = alike.next()?;
        alike.next().is_none().then_some(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, dialect: Dialect) -> Vec<(String, Option<String>, Kind)> {
        let definition = define(text.as_bytes(), dialect).expect(text);
        definition.columns.into_iter().map(|c| (c.name, c.comment, c.kind)).collect()
    }

    #[test]
    fn definitions_of_every_dialect_are_read() {
        let column = |name: &str, comment: Option<&str>, kind| (name.to_owned(), comment.map(str::to_owned), kind);
        for (dialect, text, expected) in [
            (
                Dialect::Postgres,
                "CREATE TABLE public.u (id integer NOT NULL, iin character(12), at timestamp with time zone)",
                vec![
                    column("id", None, Kind::Number),
                    column("iin", None, Kind::Text(12)),
                    column("at", None, Kind::Moment),
                ],
            ),
            (
                Dialect::MySql,
                "CREATE TABLE `u` (`id` int NOT NULL AUTO_INCREMENT, `iin` varchar(12) DEFAULT NULL COMMENT 'ИИН, клиента', PRIMARY KEY (`id`), KEY `k` (`iin`(4)))",
                vec![column("id", None, Kind::Number), column("iin", Some("ИИН, клиента"), Kind::Text(12))],
            ),
            (
                Dialect::Mssql,
                "CREATE TABLE [dbo].[U](\r\n [Id] [int] IDENTITY(1,1) NOT NULL,\r\n [Iin] [nvarchar](12) NULL,\r\n CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC)WITH (PAD_INDEX = OFF) ON [PRIMARY]\r\n)",
                vec![column("Id", None, Kind::Number), column("Iin", None, Kind::Text(12))],
            ),
            (
                Dialect::Generic,
                "CREATE TABLE \"HR\".\"EMP\" (\"ID\" NUMBER(10,0) NOT NULL ENABLE, \"IIN\" VARCHAR2(12 CHAR) STRANGE WORDS 5 HERE, SUPPLEMENTAL LOG DATA (ALL) COLUMNS)",
                vec![column("ID", None, Kind::Number), column("IIN", None, Kind::Text(12))],
            ),
            (
                Dialect::Sqlite,
                "CREATE TABLE u(id INTEGER PRIMARY KEY, iin)",
                vec![column("id", None, Kind::Number), column("iin", None, Kind::Unknown)],
            ),
        ] {
            assert_eq!(shown(text, dialect), expected, "{text}");
        }
    }

    #[test]
    fn comments_join_their_columns() {
        let statements =
            ["CREATE TABLE public.u (a text, b text)", "COMMENT ON COLUMN public.u.b IS 'ИИН ''клиента'''"];
        let schema = Schema::new(statements.iter().filter_map(|s| define(s.as_bytes(), Dialect::Postgres)));
        let columns = schema.columns("u").unwrap();
        assert_eq!(columns[1].comment.as_deref(), Some("ИИН 'клиента'"));
        assert_eq!(schema.columns("PUBLIC.U").unwrap().len(), 2);
        assert!(schema.columns("other").is_none());
    }
}
