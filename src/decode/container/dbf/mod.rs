//! dBase tables, of dBase, FoxPro, Clipper and their kin: takes a .dbf, gives its rows, those that are marked as deleted as a
//! table `(deleted)` of their own. Memos are files beside it, scanned for the text in them.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::Encoding;

use super::cells::{Rows, Source, Text};
use super::{Container, Input, Member, Table, Visitor, plain};

mod field;

use field::Field;

pub const CONTAINER: Container = Container { name: "dBase table", begins, open };

/// Bytes before the descriptors of columns, and of each of these.
const HEAD: usize = 32;

/// Bytes of the longest head.
const LONGEST_HEAD: usize = 64 << 10;

const BUFFER: usize = 64 << 10;

/// Stands after the last row.
const END: u8 = 0x1A;

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

const VERSIONS: [u8; 15] = [0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x87, 0x8B, 0x8E, 0xCB, 0xE5, 0xF5, 0xFB];

/// What stands before the rows.
struct Head {
    rows: u64,
    length: usize,
    /// Bytes of a row.
    width: usize,
    fields: Vec<Field>,
    charset: Option<&'static Encoding>,
    is_fox_pro: bool,
    /// Where the descriptors end.
    end: usize,
}

impl Head {
    /// None where these bytes begin no table; they may be fewer than its head has.
    fn new(head: &[u8]) -> Option<Self> {
        let short = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        if head.len() < HEAD + HEAD || !VERSIONS.contains(&head[0]) || head[2] > 12 || head[3] > 31 {
            return None;
        }
        let (length, width) = (usize::from(short(8)), usize::from(short(10)));
        let mut fields = Vec::new();
        let mut end = HEAD;
        while end + HEAD <= head.len() && end + HEAD < length && head[end] != b'\r' {
            fields.push(Field::new(&head[end..end + HEAD])?);
            end += HEAD;
        }
        let filled: usize = 1 + fields.iter().map(|field| field.length).sum::<usize>();
        let is_whole = head.get(end) == Some(&b'\r');
        let fits = if is_whole { filled == width } else { filled <= width && end + HEAD > head.len() };
        if fields.is_empty() || !fits || length < end + usize::from(is_whole) {
            return None;
        }
        // Drivers for other languages are often named wrongly: text is told by itself then.
        let charset = match head[29] {
            0x26 | 0x65 => Some(encoding_rs::IBM866),
            0xC9 => Some(encoding_rs::WINDOWS_1251),
            _ => None,
        };
        let rows = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let is_fox_pro = matches!(head[0], 0x30..=0x32);
        Some(Self { rows: rows.into(), length, width, fields, charset, is_fox_pro, end })
    }

    fn table<'t>(&self, name: &'t str) -> Table<'t> {
        let columns = self.fields.iter().filter(|field| !field.is_hidden()).map(|field| field.name.clone()).collect();
        Table { name: name.into(), columns: Some(columns), definition: None, continues: false }
    }
}

fn begins(head: &[u8]) -> bool {
    Head::new(head).is_some()
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    match input.whole()? {
        Ok(whole) => {
            let mut begun = vec![0; LONGEST_HEAD];
            let length = whole.read_at(0, &mut begun)?;
            let Some(head) = Head::new(&begun[..length]) else {
                visitor.problem("the head of the dBase table is damaged");
                return visitor.member(&Member::new("(data)"), &mut plain(whole.stream()));
            };
            let mut records = Records::new(&head, BufReader::with_capacity(BUFFER, whole.stream()), Some(false));
            visitor.table(&head.table(""), &mut Rows::new(&mut records))?;
            if records.deleted > 0 {
                let source = BufReader::with_capacity(BUFFER, whole.stream());
                let table = head.table("(deleted)");
                visitor.table(&table, &mut Rows::new(Records::new(&head, source, Some(true))))?;
            }
            records.finish(visitor)
        }
        Err(begun) => {
            let head = Head::new(&begun[..begun.len().min(LONGEST_HEAD)]);
            let source = BufReader::with_capacity(BUFFER, (&*begun).chain(input));
            let Some(head) = head else {
                visitor.problem("the head of the dBase table is damaged");
                return visitor.member(&Member::new("(data)"), &mut plain(source));
            };
            // What is deleted is not told apart.
            let mut records = Records::new(&head, source, None);
            visitor.table(&head.table(""), &mut Rows::new(&mut records))?;
            records.finish(visitor)
        }
    }
}

/// The rows of a table.
struct Records<'h, R> {
    head: &'h Head,
    source: R,
    /// Whether rows are given that are deleted; all where it is not said.
    keep: Option<bool>,
    begun: bool,
    /// Bytes between the descriptors and the rows.
    beside: Vec<u8>,
    record: Vec<u8>,
    read: u64,
    deleted: u64,
}

impl<'h, R: BufRead> Records<'h, R> {
    fn new(head: &'h Head, source: R, keep: Option<bool>) -> Self {
        let (beside, record) = Default::default();
        Self { head, source, keep, begun: false, beside, record, read: 0, deleted: 0 }
    }

    /// Reads what stands before the rows.
    fn begin(&mut self) -> io::Result<()> {
        let mut head = Vec::new();
        self.source.by_ref().take(self.head.length as u64).read_to_end(&mut head)?;
        self.beside = head.get(self.head.end + 1..).unwrap_or_default().to_vec();
        self.begun = true;
        Ok(())
    }

    /// Reads the next row, or what there is of it. Whether there is one.
    fn next(&mut self) -> io::Result<bool> {
        let more = self.read < self.head.rows;
        match self.source.fill_buf()?.first() {
            Some(b' ' | b'*') => {}
            Some(flag) if more && *flag != END => {}
            _ => return Ok(false),
        }
        self.record.clear();
        self.source.by_ref().take(self.head.width as u64).read_to_end(&mut self.record)?;
        self.read += u64::from(self.record.len() == self.head.width);
        Ok(true)
    }

    fn write(&self, text: &mut Text) {
        let mut at = 1;
        for field in &self.head.fields {
            let end = (at + field.length).min(self.record.len());
            let value = self.record.get(at..end).unwrap_or_default();
            at += field.length;
            if !field.is_hidden() {
                text.cell(&field.show(value, self.head.charset, self.head.is_fox_pro));
            }
        }
        text.end_row();
    }

    /// Gives what stands beside the rows, and tells whether some are missing.
    fn finish(mut self, visitor: &mut dyn Visitor) -> io::Result<()> {
        if self.beside.iter().any(|byte| *byte != 0) {
            visitor.member(&Member::new("(header)"), &mut &*self.beside)?;
        }
        if self.read < self.head.rows {
            let missing = self.head.rows - self.read;
            visitor.problem(&format!("the dBase table ends before {missing} of its {} rows", self.head.rows));
        }
        if self.source.fill_buf()?.first() == Some(&END) {
            self.source.consume(1);
        }
        visitor.member(&Member::new("(rest)"), &mut self.source)
    }
}

impl<R: BufRead> Source for Records<'_, R> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        if !self.begun {
            self.begin()?;
        }
        while text.len() < ENOUGH {
            if !self.next()? {
                return Ok(false);
            }
            let deleted = self.record[0] == b'*';
            self.deleted += u64::from(deleted);
            if self.keep.is_none_or(|keep| keep == deleted) {
                self.write(text);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::decode::container::given::open;

    const PAYROLL: &[u8] = include_bytes!("../../../../fixtures/dbf/payroll.dbf");
    const WINDOWS: &[u8] = include_bytes!("../../../../fixtures/dbf/windows.dbf");
    const FOX_PRO: &[u8] = include_bytes!("../../../../fixtures/dbf/foxpro.dbf");

    fn columns(names: &str) -> Option<Vec<String>> {
        Some(names.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn rows_are_given_in_their_charset_and_deleted_ones_apart() {
        let given = open(PAYROLL);
        assert_eq!(given.told, [""; 0]);
        let [(name, names, rows), (deleted, _, gone)] = &given.tables[..] else { panic!("{given:?}") };
        assert_eq!((&**name, &**deleted), ("", "(deleted)"));
        assert_eq!(*names, columns("ТАБНОМЕР ИИН ФИО ДАТАРОЖД ОКЛАД ЖЕНАТ"));
        assert_eq!((rows.lines().count(), gone.lines().count()), (16, 4));
        assert_eq!(rows.lines().next(), Some("1\t900517132728\tИванов Пётр Ильич\t\t1500.50\t"));
        assert_eq!(gone.lines().next(), Some("5\t900517132728\tИванов Пётр Ильич\t1890-05-17\t1500.50\t"));
        let given = open(WINDOWS);
        assert_eq!(given.tables[0].2, "1\t900517132728\tИванов Пётр\t\n2\t750228150059\tСмит Анна\t\n");
        assert_eq!(given.tables[1].2, "3\t850112118154\tКим Ли\t\n");
    }

    #[test]
    fn binary_values_of_fox_pro_are_shown() {
        let given = open(FOX_PRO);
        assert_eq!(given.tables[0].1, columns("id iin hired pay rate memo"));
        let row = "-2\t900517132728\t1890-05-17 12:30:00\t1500.5000\t0.5\t";
        assert_eq!(given.tables[0].2.lines().next(), Some(row));
        assert_eq!((given.tables[0].2.lines().count(), &*given.told), (4, &[][..]));
    }

    #[test]
    fn a_cut_anywhere_gives_what_stands_before_it() {
        let whole = open(PAYROLL);
        let lines: Vec<&str> = whole.tables[0].2.lines().collect();
        for cut in 0..PAYROLL.len() - 1 {
            let given = open(&PAYROLL[..cut]);
            // One that ends within its head is told by what it is called alone, and is scanned as it is.
            let Some((_, _, rows)) = given.tables.first() else { continue };
            assert!(!given.told.is_empty(), "{cut}");
            let whole_rows = rows.lines().count().saturating_sub(1);
            assert_eq!(rows.lines().take(whole_rows).collect::<Vec<_>>(), lines[..whole_rows], "{cut}");
        }
        let more = [PAYROLL, "kept ИИН".as_bytes()].concat();
        assert_eq!(open(&more).members, [("(rest)".to_owned(), "kept ИИН".as_bytes().to_vec())]);
    }

    #[test]
    fn text_is_no_table() {
        for text in [
            &b"\x03\x01\x01\x01 some text that begins so, and goes on and on and on and on and on"[..],
            &[3; 100],
            &[0x30; 4000],
        ] {
            assert!(!super::begins(text));
        }
    }
}
