//! What stands between the rows of a dump: takes its bytes one by one, tells where a COPY or INSERT begins that rows
//! follow, and gathers the definitions of tables and what a dump says of itself. Statements are looked for at the starts of
//! lines and after the rows of another; nothing else of SQL is parsed, so that a stray quote in a comment does no harm.

use super::dump::MARK;
use super::shape::Dialect;

/// Bytes of a statement's head, or of a definition, that are kept. A longer one is not read.
const LONGEST: usize = 4 << 20;

/// Bytes of the word that a statement begins with.
const FIRST_WORD: usize = 10;

/// Reads statements.
#[derive(Clone)]
pub struct Statements {
    dialect: Dialect,
    state: State,
    /// Whether rows of an INSERT ALL come right before: each further one has an INTO of its own.
    all: bool,
    /// Whether another delimiter than `;` ends statements, as around the bodies of MySQL's triggers.
    delimiter: bool,
}

#[derive(Clone)]
enum State {
    /// The word that a statement begins with, so far.
    Start(Vec<u8>),
    /// The rest of a line.
    Line(Line),
    /// A body between `$tag$`, and how many bytes of the closing one were seen.
    Body { tag: Vec<u8>, seen: usize },
    /// A statement that is kept.
    Head(Head),
}

#[derive(Clone, Default)]
struct Line {
    /// The last letters, and what came after a `$` that may begin a body.
    word: Vec<u8>,
    comment: bool,
    delimiter: Option<Vec<u8>>,
    /// What it begins with, where that may be a mark of the dump.
    mark: Option<Vec<u8>>,
}

/// What a byte ended.
#[derive(PartialEq, Eq)]
pub enum Event {
    Nothing,
    /// The head of a COPY: data begins on the next line.
    Copy(Vec<u8>),
    /// The head of an INSERT: rows begin with this byte.
    Insert(Vec<u8>),
    /// The definition of a table or the comment on a column.
    Definition(Vec<u8>),
    /// The tables whose columns that which was defined last has too.
    Parents(Vec<u8>),
    /// What chooses a database, or another command to the client.
    Choice(Vec<u8>),
    /// What a line begins with that may be a mark of the dump.
    Mark(Vec<u8>),
}

impl Statements {
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, state: State::Start(Vec::new()), all: false, delimiter: false }
    }

    /// Reads what follows the rows of an INSERT with this head.
    pub fn after(dialect: Dialect, head: &[u8]) -> Self {
        let first = head.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(2);
        let all = first.zip([&b"INSERT"[..], b"ALL"]).all(|(word, all)| word.eq_ignore_ascii_case(all));
        Self { all: all || head[..head.len().min(4)].eq_ignore_ascii_case(b"INTO"), ..Self::new(dialect) }
    }

    /// Whether nothing of a statement was seen yet.
    pub fn at_start(&self) -> bool {
        !self.delimiter && matches!(&self.state, State::Start(word) if word.is_empty())
    }

    /// What the last line begins with, where it has no end and may be a mark of the dump.
    pub fn open_mark(&self) -> Option<&[u8]> {
        if let State::Line(line) = &self.state { line.mark.as_deref() } else { None }
    }

    /// Goes over a byte.
    pub fn step(&mut self, byte: u8) -> Event {
        match &mut self.state {
            State::Start(word) => {
                if byte.is_ascii_alphabetic() && word.len() < FIRST_WORD {
                    word.push(byte);
                } else if !word.is_empty() || !(byte.is_ascii_whitespace() || matches!(byte, b';' | 0x80..)) {
                    let word = std::mem::take(word);
                    self.begin(&word, byte);
                }
                Event::Nothing
            }
            State::Line(line) => {
                let Some(next) = line.step(byte, self.dialect) else { return Event::Nothing };
                if let Some(delimiter) = line.delimiter.take() {
                    self.delimiter = delimiter.trim_ascii() != b";";
                }
                let mark = line.mark.take();
                self.state = next;
                mark.map_or(Event::Nothing, Event::Mark)
            }
            State::Body { tag, seen } => {
                *seen = if byte == tag[*seen] { *seen + 1 } else { usize::from(byte == b'$') };
                if *seen == tag.len() {
                    self.state = State::Line(Line::default());
                }
                Event::Nothing
            }
            State::Head(head) => match head.step(byte, self.dialect) {
                Progress::More => Event::Nothing,
                Progress::Dropped => {
                    let next = if byte == b'\n' { State::Start(Vec::new()) } else { State::Line(Line::default()) };
                    self.state = next;
                    Event::Nothing
                }
                Progress::Whole => {
                    let Head { kind, bytes, .. } = std::mem::replace(head, Head::new(Kind::Copy));
                    let line = matches!(kind, Kind::Create | Kind::Comment | Kind::Inherits) && byte != b'\n';
                    self.state = if line { State::Line(Line::default()) } else { State::Start(Vec::new()) };
                    match kind {
                        Kind::Copy => Event::Copy(bytes),
                        Kind::Insert => Event::Insert(bytes),
                        Kind::Create | Kind::Comment => Event::Definition(bytes),
                        Kind::Inherits => Event::Parents(bytes),
                        Kind::Use | Kind::Client => Event::Choice(bytes),
                    }
                }
            },
        }
    }

    /// Begins what a first word and the byte after it tell.
    fn begin(&mut self, word: &[u8], byte: u8) {
        let all = std::mem::take(&mut self.all);
        let kind = match &*word.to_ascii_uppercase() {
            b"COPY" => Some(Kind::Copy),
            b"INSERT" | b"REPLACE" => Some(Kind::Insert),
            b"INTO" if all => Some(Kind::Insert),
            b"CREATE" => Some(Kind::Create),
            b"COMMENT" => Some(Kind::Comment),
            b"INHERITS" => Some(Kind::Inherits),
            b"USE" => Some(Kind::Use),
            b"" if byte == b'\\' => Some(Kind::Client),
            _ => None,
        };
        let separate = byte.is_ascii_whitespace() || matches!(byte, b'[' | b'\\');
        match kind.filter(|_| separate && !self.delimiter) {
            Some(kind) => {
                let mut head = Head::new(kind);
                head.bytes.extend_from_slice(word);
                self.state = State::Head(head);
                // A line may end right after the word.
                self.step(byte);
            }
            None => {
                let comment = matches!(byte, b'-' | b'#' | b'/') && word.is_empty();
                let delimiter = word.eq_ignore_ascii_case(b"DELIMITER").then(Vec::new);
                let mark = (byte == b'-' && comment || matches!(word, b"BEGIN" | b"COMMIT")).then(|| word.to_vec());
                self.state = State::Line(Line { word: word.to_vec(), comment, delimiter, mark });
                self.step(byte);
            }
        }
    }
}

impl Line {
    /// The state after the byte, if the line ends with it.
    fn step(&mut self, byte: u8, dialect: Dialect) -> Option<State> {
        if byte == b'\n' {
            return Some(State::Start(Vec::new()));
        }
        if let Some(mark) = self.mark.as_mut().filter(|mark| mark.len() < MARK) {
            mark.push(byte);
        }
        if let Some(delimiter) = &mut self.delimiter {
            if delimiter.len() < FIRST_WORD {
                delimiter.push(byte);
            }
        } else if !self.comment && dialect == Dialect::Postgres {
            return self.body(byte);
        }
        None
    }

    /// Looks for `AS $tag$` and `DO $tag$`.
    fn body(&mut self, byte: u8) -> Option<State> {
        let tagged = self.word.iter().position(|byte| *byte == b'$');
        match (byte, tagged) {
            (b'$', Some(start)) => {
                let mut tag = self.word.split_off(start);
                tag.push(b'$');
                let opens = [&b"AS "[..], b"DO "].iter().any(|word| self.word.eq_ignore_ascii_case(word));
                self.word.clear();
                return opens.then_some(State::Body { tag, seen: 0 });
            }
            (b'$', None) => self.word.push(byte),
            (byte, Some(_)) if byte.is_ascii_alphanumeric() || byte == b'_' => self.word.push(byte),
            (_, Some(_)) => self.word.clear(),
            (b' ', None) if self.word.len() == 2 => self.word.push(byte),
            (byte, None) if byte.is_ascii_alphabetic() && !self.word.ends_with(b" ") => self.word.push(byte),
            _ => self.word.clear(),
        }
        if self.word.len() > 80 {
            self.word.clear();
        }
        None
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Copy,
    Insert,
    Create,
    Comment,
    /// `INHERITS (public.base)`, where it begins a line, as pg_dump writes it.
    Inherits,
    /// `USE`, up to the end of its line.
    Use,
    /// A command to the client: a line that begins with a backslash.
    Client,
}

/// A statement that is kept, as far as it was seen.
#[derive(Clone)]
struct Head {
    kind: Kind,
    bytes: Vec<u8>,
    /// What ends the quote or comment that is open.
    quote: Option<u8>,
    escape: bool,
    depth: u32,
    /// The word that is open.
    word: Vec<u8>,
    /// Whether the word TABLE was seen.
    table: bool,
}

enum Progress {
    More,
    Whole,
    Dropped,
}

impl Head {
    fn new(kind: Kind) -> Self {
        Self { kind, bytes: Vec::new(), quote: None, escape: false, depth: 0, word: Vec::new(), table: false }
    }

    fn step(&mut self, byte: u8, dialect: Dialect) -> Progress {
        if self.bytes.len() >= LONGEST {
            return Progress::Dropped;
        }
        if byte == b'\n' && matches!(self.kind, Kind::Use | Kind::Client) {
            return Progress::Whole;
        }
        if self.quote.is_none() && !is_letter(byte) && !self.word.is_empty() {
            let word = std::mem::take(&mut self.word);
            match self.word_ended(&word) {
                Progress::More => {}
                progress => return progress,
            }
        }
        self.bytes.push(byte);
        if std::mem::take(&mut self.escape) {
            return Progress::More;
        }
        if let Some(close) = self.quote {
            self.escape = byte == b'\\' && close == b'\'' && dialect.backslash();
            let ends = byte == close && (close != b'/' || self.bytes.ends_with(b"*/"));
            self.quote = if ends { None } else { Some(close) };
            return Progress::More;
        }
        match byte {
            b'\'' | b'"' | b'`' => self.quote = Some(byte),
            b'[' => self.quote = Some(b']'),
            b'-' if self.bytes.ends_with(b"--") => self.quote = Some(b'\n'),
            b'*' if self.bytes.ends_with(b"/*") => self.quote = Some(b'/'),
            b'(' => self.depth += 1,
            b')' => {
                self.depth = self.depth.saturating_sub(1);
                match self.kind {
                    Kind::Create if self.depth == 0 && !self.table => return Progress::Dropped,
                    Kind::Create | Kind::Inherits if self.depth == 0 => return Progress::Whole,
                    _ => {}
                }
            }
            b'\n' if self.kind == Kind::Copy => return self.copy_ended(),
            b';' if self.depth == 0 => {
                return match self.kind {
                    Kind::Comment | Kind::Use => Progress::Whole,
                    Kind::Copy | Kind::Client => Progress::More,
                    Kind::Insert | Kind::Create | Kind::Inherits => Progress::Dropped,
                };
            }
            byte if is_letter(byte) && self.word.len() < 16 => self.word.push(byte.to_ascii_uppercase()),
            _ => {}
        }
        Progress::More
    }

    fn word_ended(&mut self, word: &[u8]) -> Progress {
        const BEFORE_TABLE: [&[u8]; 12] = [
            b"TABLE",
            b"TEMP",
            b"TEMPORARY",
            b"UNLOGGED",
            b"GLOBAL",
            b"LOCAL",
            b"EXTERNAL",
            b"FOREIGN",
            b"OR",
            b"REPLACE",
            b"COLUMN",
            b"MEMORY",
        ];
        match self.kind {
            Kind::Insert if self.depth > 0 => Progress::More,
            Kind::Insert => match word {
                b"VALUES" => Progress::Whole,
                b"SELECT" | b"SET" | b"EXEC" | b"EXECUTE" | b"FIRST" | b"WHEN" | b"FROM" => Progress::Dropped,
                _ => Progress::More,
            },
            Kind::Create if !self.table && !BEFORE_TABLE.contains(&word) => Progress::Dropped,
            Kind::Create => {
                self.table |= word == b"TABLE";
                Progress::More
            }
            Kind::Comment if !self.table => {
                self.table = true;
                if matches!(word, b"ON") { Progress::More } else { Progress::Dropped }
            }
            Kind::Comment | Kind::Inherits | Kind::Copy | Kind::Use | Kind::Client => Progress::More,
        }
    }

    fn copy_ended(&self) -> Progress {
        let head = self.bytes.to_ascii_lowercase();
        let from = memchr::memmem::rfind(&head, b" from stdin");
        if from.is_some() && head.trim_ascii_end().ends_with(b";") { Progress::Whole } else { Progress::Dropped }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
