//! The table of contents of a pg_dump archive: takes its bytes, of versions 1.12 (PostgreSQL 9) to 1.16, gives what stands
//! before the data of each table in the dump as text: its definition, the comments on its columns and the head of its
//! COPY.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};

use super::super::{corrupt, truncated};
use crate::decode::to_utf8;

pub const MAGIC: &[u8] = b"PGDMP";

/// Bytes of the magic, the version, the sizes of numbers and the form.
pub const HEAD: usize = 11;

/// The form in one file.
pub const CUSTOM: u8 = 1;

/// The form in a folder, and that in a tar, whose files are called in the table.
const FILES: u8 = 3;

/// How data is stored in the custom form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Lz4,
    Zstd,
}

/// How numbers are written: a sign and so many bytes.
#[derive(Clone, Copy, Debug)]
pub struct Numbers(usize);

impl Numbers {
    pub fn read(self, source: &mut dyn Read) -> io::Result<i64> {
        let mut bytes = [0; 9];
        exact(source, &mut bytes[..=self.0])?;
        let value = bytes[1..=self.0].iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        let value = i64::try_from(value).map_err(|_| corrupt("corrupt pg_dump archive: a number too large"))?;
        Ok(if bytes[0] == 0 { value } else { -value })
    }
}

/// A table of contents.
#[derive(Debug)]
pub struct Toc {
    pub numbers: Numbers,
    pub compression: Compression,
    /// By their numbers, the entries that have data.
    data: BTreeMap<i64, Entry>,
    /// The entries that have data by their files.
    files: HashMap<String, i64>,
    /// By schema and table: its definition and the comments on its columns.
    tables: HashMap<(String, String), String>,
    found: BTreeSet<i64>,
}

#[derive(Debug)]
struct Entry {
    table: (String, String),
    copy: String,
}

impl Toc {
    /// Reads a table of contents.
    ///
    /// # Errors
    /// The end of the source; what is no table of contents.
    pub fn read(source: &mut dyn Read) -> io::Result<Self> {
        let head = Head::read(source)?;
        let mut toc = Self {
            numbers: head.numbers,
            compression: head.compression,
            data: BTreeMap::new(),
            files: HashMap::new(),
            tables: HashMap::new(),
            found: BTreeSet::new(),
        };
        let entries = head.numbers.read(source)?;
        for _ in 0..entries {
            toc.entry(&head, source)?;
        }
        Ok(toc)
    }

    fn entry(&mut self, head: &Head, source: &mut dyn Read) -> io::Result<()> {
        // Reads in the order of ReadToc in PostgreSQL's pg_backup_archiver.c.
        let id = head.numbers.read(source)?;
        let has_data = head.numbers.read(source)? != 0;
        let [_, _, tag, kind] = head.texts(source)?;
        head.numbers.read(source)?;
        let [definition, _, copy, schema, _] = head.texts(source)?;
        if head.version >= 14 {
            head.text(source)?;
        }
        if head.version >= 16 {
            head.numbers.read(source)?;
        }
        head.texts::<2>(source)?;
        while head.text(source)?.is_some() {}
        let extra = head.extra(source)?;
        self.define(&kind, &schema, &tag, &definition);
        // Of large objects, the tar form calls a file that it does not write.
        let is_written = head.form != FILES || kind != "BLOBS";
        if has_data && is_written && extra.is_some() {
            self.data.insert(id, Entry { table: (schema, tag), copy });
            if let Some(file) = extra.filter(|file| !file.is_empty()) {
                self.files.insert(file, id);
            }
        }
        Ok(())
    }

    fn define(&mut self, kind: &str, schema: &str, tag: &str, definition: &str) {
        let table = match kind {
            "TABLE" | "FOREIGN TABLE" => tag.to_owned(),
            "COMMENT" => match tag.strip_prefix("COLUMN ") {
                Some(column) => owner(column),
                None => return,
            },
            _ => return,
        };
        self.tables.entry((schema.to_owned(), table)).or_default().push_str(definition);
    }

    /// Notes that the data of an entry was found. Whether it is listed.
    pub fn found(&mut self, id: i64) -> bool {
        self.found.insert(id);
        self.data.contains_key(&id)
    }

    /// How many entries have data that was not found.
    pub fn missing(&self) -> usize {
        self.data.keys().filter(|id| !self.found.contains(id)).count()
    }

    /// What stands before the data of an entry.
    pub fn before(&self, id: i64) -> Option<String> {
        let entry = self.data.get(&id)?;
        let definitions = self.tables.get(&entry.table).map_or("", String::as_str);
        Some(format!("{definitions}\n{}", entry.copy))
    }

    /// The entry whose data is in a file, which may be compressed besides.
    pub fn entry_of(&self, name: &str) -> Option<i64> {
        let endings = [".gz", ".lz4", ".zst"];
        let plain = endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
        self.files.get(plain).or_else(|| self.files.get(name)).copied()
    }

    /// What stands before the data in a file.
    pub fn before_file(&self, name: &str) -> Option<String> {
        self.before(self.entry_of(name)?)
    }

    /// The files that are to be there, as they are called without compression.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(|name| name.strip_suffix(".gz").unwrap_or(name))
    }
}

/// The table of a column as comments call it: `users.iin`, `"Users".iin`.
fn owner(column: &str) -> String {
    match column.strip_prefix('"') {
        Some(rest) => {
            let end = rest.replace("\"\"", "\u{1}\u{1}").find('"').unwrap_or(rest.len());
            rest[..end].replace("\"\"", "\"")
        }
        None => column.split('.').next().unwrap_or_default().to_owned(),
    }
}

/// What stands before the entries.
struct Head {
    /// After the `1.`.
    version: u8,
    numbers: Numbers,
    offset: usize,
    form: u8,
    compression: Compression,
}

impl Head {
    fn read(source: &mut dyn Read) -> io::Result<Self> {
        let mut bytes = [0; HEAD];
        exact(source, &mut bytes)?;
        let [.., major, version, _, number, offset, form] = bytes;
        if !bytes.starts_with(MAGIC) || !(1..=8).contains(&number) || offset > 8 {
            return Err(corrupt("this is no pg_dump archive"));
        }
        if major != 1 || !(12..=16).contains(&version) {
            return Err(corrupt(&format!("pg_dump archives of version {major}.{version} are not known")));
        }
        if !matches!(form, CUSTOM | FILES) {
            return Err(corrupt(&format!("pg_dump archives of form {form} are not known")));
        }
        let numbers = Numbers(usize::from(number));
        let compression = if version >= 15 {
            let mut kind = [0];
            exact(source, &mut kind)?;
            match kind[0] {
                0 => Compression::None,
                1 => Compression::Gzip,
                2 => Compression::Lz4,
                3 => Compression::Zstd,
                kind => return Err(corrupt(&format!("pg_dump archives compressed by method {kind} are not known"))),
            }
        } else if numbers.read(source)? == 0 {
            Compression::None
        } else {
            Compression::Gzip
        };
        let head = Self { version, numbers, offset: usize::from(offset), form, compression };
        // The date in seven numbers; the database, its version and that of pg_dump.
        (0..7).try_for_each(|_| numbers.read(source).map(drop))?;
        head.texts::<3>(source)?;
        Ok(head)
    }

    /// A text, which may be none.
    fn text(&self, source: &mut dyn Read) -> io::Result<Option<String>> {
        let Ok(length) = u64::try_from(self.numbers.read(source)?) else { return Ok(None) };
        let mut bytes = Vec::new();
        source.take(length).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < length {
            return Err(truncated());
        }
        Ok(Some(to_utf8(&bytes).into_owned()))
    }

    fn texts<const N: usize>(&self, source: &mut dyn Read) -> io::Result<[String; N]> {
        let mut texts = [const { String::new() }; N];
        for text in &mut texts {
            *text = self.text(source)?.unwrap_or_default();
        }
        Ok(texts)
    }

    /// What the form adds to an entry: the file of its data, empty in the custom form. None where it has no data.
    fn extra(&self, source: &mut dyn Read) -> io::Result<Option<String>> {
        /// The mark of an entry without data.
        const NO_DATA: u8 = 3;
        if self.form == FILES {
            return Ok(self.text(source)?.filter(|file| !file.is_empty()));
        }
        let mut place = [0; 9];
        exact(source, &mut place[..=self.offset])?;
        Ok((place[0] != NO_DATA).then(String::new))
    }
}

fn exact(source: &mut dyn Read, bytes: &mut [u8]) -> io::Result<()> {
    source.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => truncated(),
        _ => error,
    })
}
