//! The reader of tables: takes stretches of a text in their order, gives a [`Grid`] for each.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::delimited::{Delimited, Style, cells};
use super::dump::Dump;
use super::head::target;
use super::rows::{Form, Rows};
use super::schema::{Definition, define, inherited, parents};
use super::shape::{Dialect, Shape, sheet};
use super::statement::{Event, Statements};
use super::values::Values;
use super::{Bits, Grid, Table};
use crate::decode::to_utf8;

/// Tables of one text that are told apart; the rows of further ones are scanned as text.
const TABLES: usize = 20_000;

/// Bytes of a header that are read; a longer one names no columns.
const LONGEST_HEADER: usize = 4 << 20;

/// A table's name, and the columns that a statement names.
type Target = (String, Vec<String>);

/// Reads the tables of a text. A clone goes on from where the original is.
#[derive(Clone)]
pub struct Reader {
    shape: Shape,
    /// Of the table, where the text is one.
    name: String,
    state: State,
    /// By their names and the columns that a statement names.
    tables: Arc<HashMap<Target, Arc<Table>>>,
    /// The head that the last INSERT had, and its table.
    last: Option<(Arc<[u8]>, Arc<Table>)>,
    /// What the dump said of itself.
    dump: Dump,
    /// Definitions that ended since they were last taken.
    definitions: Vec<Defined>,
    /// What the columns of a table are called, by its name in lower case.
    defined: Arc<HashMap<String, Arc<[String]>>>,
    /// The table that was defined last.
    newest: String,
}

/// A definition of a table, and where it stood.
#[derive(Clone)]
pub struct Defined {
    pub definition: Definition,
    /// The offset where it ended, and the line ends in it.
    pub end: u64,
    pub line_ends: u64,
}

#[derive(Clone)]
enum State {
    Text,
    Statements(Statements),
    /// Bytes before the first record that are left to skip.
    Skip(usize),
    Header {
        bytes: Vec<u8>,
        reader: Delimited,
        /// What its lines so far call the columns, and how many are left.
        names: Vec<String>,
        left: usize,
    },
    /// Bytes between a header and its rows that are left to skip.
    Below(usize, Rows),
    Rows(Rows),
}

impl Reader {
    pub fn new(shape: Shape) -> Self {
        let state = match &shape {
            Shape::Text => State::Text,
            Shape::Sql(dialect) => State::Statements(Statements::new(*dialect)),
            Shape::Delimited { skipped, .. } => State::Skip(*skipped),
        };
        let (name, tables, last, dump, definitions, defined, newest) = Default::default();
        Self { shape, name, state, tables, last, dump, definitions, defined, newest }
    }

    /// A reader of the rows of a table with these columns, written as those of a COPY, that begin at an offset. What
    /// defines the table is a statement of SQLite.
    pub fn of_table(table: Table, definition: Option<&str>) -> Self {
        let mut reader = Self::new(Shape::Sql(Dialect::Sqlite));
        let (rows, offset) = (Delimited::new(b'\t', Style::Escaped, false), table.first);
        reader.state = State::Rows(Rows::new(Arc::new(table), Form::Delimited(rows), offset));
        if let Some(statement) = definition {
            reader.define(statement.as_bytes(), offset);
        }
        reader
    }

    /// A reader of the rows of a sheet that begins with `head`, written likewise; one of the first may name the columns.
    pub fn of_sheet(name: &str, head: &[u8], offset: u64) -> Self {
        let mut reader = Self::new(sheet(head));
        reader.name = name.to_owned();
        if let State::Skip(0) = reader.state {
            reader.begin_records(offset);
        }
        reader
    }

    /// A reader of what follows these statements of PostgreSQL, which are no part of its text: rows, where they end with
    /// the head of a COPY.
    pub fn after(statements: &str) -> Self {
        let mut reader = Self::new(Shape::Sql(Dialect::Postgres));
        let text = statements.as_bytes();
        reader.read(text, 0..text.len(), 0, &mut Grid::default());
        if let State::Rows(rows) = reader.state {
            let Table { name, columns, defined, .. } = &*rows.table;
            let (name, columns, defined) = (name.clone(), columns.clone(), defined.clone());
            let table = Arc::new(Table { name: name.clone(), columns: columns.clone(), defined, ..Table::default() });
            Arc::make_mut(&mut reader.tables).insert((name, columns), table.clone());
            reader.state = State::Rows(Rows::new(table, rows.form, 0));
        }
        reader
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Whether there can be tables at all.
    pub fn has_tables(&self) -> bool {
        self.shape != Shape::Text
    }

    /// Goes over `own` of a text whose first byte is at `base`. The text shows some bytes around `own`, or all there are.
    pub fn read(&mut self, text: &[u8], own: Range<usize>, base: u64, grid: &mut Grid) {
        grid.restart(&own, base);
        let mut at = own.start;
        while at < own.end {
            at = match &mut self.state {
                State::Text => own.end,
                State::Skip(left) => {
                    let skipped = (*left).min(own.end - at);
                    *left -= skipped;
                    if *left == 0 {
                        self.begin_records(base + (at + skipped) as u64);
                    }
                    at + skipped
                }
                State::Header { .. } => self.header(text, at..own.end, base),
                State::Below(0, rows) => {
                    self.state = State::Rows(rows.clone());
                    at
                }
                State::Below(left, _) => {
                    let skipped = (*left).min(own.end - at);
                    *left -= skipped;
                    at + skipped
                }
                State::Statements(_) => self.statements(text, at..own.end, base),
                State::Rows(rows) => {
                    let (end, stopped) = rows.run(text, at..own.end, base, grid);
                    if stopped {
                        let head = self.last.as_ref().map_or(&b""[..], |(head, _)| head);
                        self.state = State::Statements(Statements::after(self.dialect(), head));
                    }
                    end
                }
            };
        }
    }

    /// The definitions of tables that ended since this was last called.
    pub fn take_definitions(&mut self) -> Vec<Defined> {
        std::mem::take(&mut self.definitions)
    }

    /// The table whose last record is open at the end of the text, and what is wrong with that end.
    pub fn end(&self, offset: u64) -> (Option<Arc<Table>>, Option<&'static str>) {
        let State::Rows(rows) = &self.state else { return (None, None) };
        let open = rows.is_open(offset).then(|| rows.table.clone());
        let cut = matches!(self.shape, Shape::Sql(_));
        let problem = match &rows.form {
            _ if rows.in_quotes() => Some("a quote is never closed"),
            Form::Delimited(delimited) if delimited.ends => Some("the data of a COPY does not end"),
            Form::Values(_) if cut && rows.is_open(offset) => Some("the rows of an INSERT do not end"),
            _ => None,
        };
        (open, problem)
    }

    /// Whether a dump ends here that says at its beginning what it ends with, and has not said it.
    pub fn lacks_end(&self) -> bool {
        let last = if let State::Statements(statements) = &self.state { statements.open_mark() } else { None };
        let mut dump = self.dump.clone();
        dump.line(last.unwrap_or_default());
        dump.is_open()
    }

    /// Columns that the open record has so far, itself counted.
    pub fn width(&self) -> u32 {
        if let State::Rows(rows) = &self.state { rows.open.column + 1 } else { 0 }
    }

    pub fn dialect(&self) -> Dialect {
        if let Shape::Sql(dialect) = self.shape { dialect } else { Dialect::Generic }
    }

    fn begin_records(&mut self, offset: u64) {
        let Shape::Delimited { separator, style, header, .. } = self.shape else { return };
        let reader = Delimited::new(separator, style, false);
        self.state = if header > 0 {
            State::Header { bytes: Vec::new(), reader, names: Vec::new(), left: header }
        } else {
            let table = Table { name: self.name.clone(), first: offset, ..Table::default() };
            let table = Arc::new(table);
            State::Rows(Rows::new(table, Form::Delimited(reader), offset))
        };
    }

    fn header(&mut self, text: &[u8], range: Range<usize>, base: u64) -> usize {
        let below = if let Shape::Delimited { below, .. } = self.shape { below } else { 0 };
        let State::Header { bytes, reader, names, left } = &mut self.state else { return range.end };
        for at in range.clone() {
            let mut bits = Bits::default();
            reader.step(text, at, 1, &mut bits);
            if bytes.len() < LONGEST_HEADER {
                bytes.push(text[at]);
            }
            if bits.ends != 0 {
                let lower = if bytes.len() < LONGEST_HEADER { cells_of(bytes, reader) } else { Vec::new() };
                let columns = merged(std::mem::take(names), lower);
                *left -= 1;
                if *left > 0 {
                    (*names, *bytes) = (columns, Vec::new());
                    continue;
                }
                let first = base + (at + 1 + below) as u64;
                let table =
                    Arc::new(Table { name: self.name.clone(), columns, inferred: true, first, ..Table::default() });
                let rows = Delimited::new(reader.separator, reader.style, false).with_cells(table.columns.len().max(1));
                let rows = Rows::new(table, Form::Delimited(rows), first);
                self.state = if below > 0 { State::Below(below, rows) } else { State::Rows(rows) };
                return at + 1;
            }
        }
        range.end
    }

    fn statements(&mut self, text: &[u8], range: Range<usize>, base: u64) -> usize {
        let State::Statements(first) = &mut self.state else { return range.end };
        let mut statements = first;
        let mut at = range.start;
        while at < range.end {
            // Dumps with an INSERT for each row repeat its head.
            if statements.at_start()
                && let Some((head, table)) = &self.last
                && text[at..range.end].starts_with(head)
                && text.get(at + head.len()).is_some_and(|byte| matches!(byte, b' ' | b'(' | b'\r' | b'\n'))
            {
                let values = Values::new(self.dialect().backslash());
                let first = at + head.len();
                let rows = Rows::new(table.clone(), Form::Values(values), base + first as u64);
                self.state = State::Rows(rows);
                return first;
            }
            match statements.step(text[at]) {
                Event::Nothing => {}
                Event::Definition(statement) => self.define(&statement, base + at as u64),
                Event::Parents(statement) => self.inherit(&statement, base + at as u64),
                Event::Mark(line) => self.dump.line(&line),
                Event::Choice(statement) => {
                    if self.dump.choose(&statement) {
                        self.last = None;
                    }
                }
                Event::Copy(head) => {
                    let first = base + at as u64 + 1;
                    if let Some(table) = self.table(&head, first) {
                        self.state = State::Rows(Rows::new(table, Form::Delimited(copy(&head)), first));
                        return at + 1;
                    }
                }
                Event::Insert(head) => {
                    let first = base + at as u64;
                    if let Some(table) = self.table(&head, first) {
                        self.last = Some((head.into(), table.clone()));
                        let form = Form::Values(Values::new(self.dialect().backslash()));
                        self.state = State::Rows(Rows::new(table, form, first));
                        return at;
                    }
                }
            }
            let State::Statements(again) = &mut self.state else { return range.end };
            statements = again;
            at += 1;
        }
        at
    }

    /// Reads what defines a table and ends at an offset.
    fn define(&mut self, statement: &[u8], end: u64) {
        let Some(mut definition) = define(statement, self.dialect()) else { return };
        definition.table = self.dump.name(definition.table);
        if !definition.is_comment() {
            self.newest.clone_from(&definition.table);
        }
        if !definition.is_comment() && self.defined.len() < TABLES {
            let names = || definition.columns.iter().map(|column| column.name.clone()).collect();
            let defined = Arc::make_mut(&mut self.defined);
            defined.entry(definition.table.to_lowercase()).or_insert_with(names);
        }
        let line_ends = memchr::memchr_iter(b'\n', statement).count() as u64;
        self.definitions.push(Defined { definition, end, line_ends });
    }

    /// Reads which tables the one that was defined last has the columns of too.
    fn inherit(&mut self, statement: &[u8], end: u64) {
        let parents: Vec<String> = parents(statement).into_iter().map(|parent| self.dump.name(parent)).collect();
        let names = |table: &String| self.defined.get(&table.to_lowercase()).cloned().unwrap_or_default();
        let first = parents.iter().flat_map(|parent| names(parent).to_vec());
        let all: Arc<[String]> = inherited(first, &names(&self.newest), |name| name).into();
        if let Some(own) = Arc::make_mut(&mut self.defined).get_mut(&self.newest.to_lowercase()) {
            *own = all;
            let definition = Definition::inherits(self.newest.clone(), parents);
            let line_ends = memchr::memchr_iter(b'\n', statement).count() as u64;
            self.definitions.push(Defined { definition, end, line_ends });
        }
    }

    /// The table of a statement with this head.
    fn table(&mut self, head: &[u8], first: u64) -> Option<Arc<Table>> {
        let (name, columns) = target(head)?;
        let target = (self.dump.name(name), columns);
        if let Some(table) = self.tables.get(&target) {
            return Some(table.clone());
        }
        if self.tables.len() >= TABLES {
            return None;
        }
        let (name, columns) = target.clone();
        let defined = self.defined.get(&name.to_lowercase()).filter(|_| columns.is_empty()).cloned();
        let table = Arc::new(Table { name, columns, defined, first, ..Table::default() });
        Arc::make_mut(&mut self.tables).insert(target, table.clone());
        Some(table)
    }
}

/// How the data of a COPY is written.
fn copy(head: &[u8]) -> Delimited {
    let head = head.to_ascii_lowercase();
    let csv = memchr::memmem::rfind(&head, b" from stdin")
        .is_some_and(|at| memchr::memmem::find(&head[at..], b"csv").is_some());
    if csv { Delimited::new(b',', Style::Quoted, true) } else { Delimited::new(b'\t', Style::Escaped, true) }
}

/// What the columns are called by two lines of a header, of which the lower one is the more exact.
fn merged(upper: Vec<String>, mut lower: Vec<String>) -> Vec<String> {
    lower.resize(lower.len().max(upper.len()), String::new());
    for (name, upper) in lower.iter_mut().zip(upper).filter(|(name, _)| name.is_empty()) {
        *name = upper;
    }
    lower
}

/// What stands in the cells of a line of a header.
fn cells_of(header: &[u8], reader: &Delimited) -> Vec<String> {
    let cells = cells(header, reader.separator, reader.style);
    // A cell of several lines shows as one.
    let name = |cell: &Vec<u8>| to_utf8(cell).split_whitespace().collect::<Vec<_>>().join(" ");
    cells.iter().map(name).collect()
}
