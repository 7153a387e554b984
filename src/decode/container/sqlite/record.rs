//! Records: takes the payload of a cell, gives its values as cells of text, piece by piece, so that a value may be longer
//! than memory. By "Database File Format" of SQLite, section 2.1.

use std::io;

use super::super::cells::Text;
use super::definition::Definition;
use super::node::varint;
use super::pages::{Encoding, Pages};
use super::tree::Payload;

/// Bytes of a record's head: more columns than SQLite allows do not fit.
const LONGEST_HEAD: u64 = 1 << 20;

/// Bytes of text after which a record is left to be gone on with.
const ENOUGH: usize = 32 << 10;

/// A record that is being read.
pub struct Record {
    rowid: i64,
    types: Vec<u64>,
    next: usize,
    /// Bytes left of the value that has begun, and what decodes it.
    open: Option<(u64, Option<encoding_rs::Decoder>)>,
    payload: Payload,
}

impl Record {
    /// A record whose head is damaged is one value, of all that follows.
    ///
    /// # Errors
    /// Those of the file.
    pub fn new(rowid: i64, mut payload: Payload, pages: &mut Pages) -> io::Result<Self> {
        let types = match types(&mut payload, pages)? {
            Some(types) => types,
            None => {
                pages.fault("the head of a record is damaged".to_owned());
                vec![12 + 2 * payload.left()]
            }
        };
        Ok(Self { rowid, types, next: 0, open: None, payload })
    }

    /// Adds cells of the row. Gives whether it has ended.
    ///
    /// # Errors
    /// Those of the file.
    pub fn write(&mut self, pages: &mut Pages, definition: &Definition, text: &mut Text) -> io::Result<bool> {
        loop {
            if self.open.is_some() {
                if !self.value(pages, text)? {
                    return Ok(false);
                }
                self.open = None;
            }
            let Some(kind) = self.types.get(self.next).copied() else { break };
            let column = self.next;
            self.next += 1;
            match kind {
                0 if definition.rowid == Some(column) => text.cell(self.rowid.to_string().as_bytes()),
                0 | 10 | 11 => text.null(),
                1..=9 => self.number(kind, definition.is_real(column), pages, text)?,
                _ => {
                    text.begin_cell();
                    self.open = Some(((kind - 12) / 2, decoder(kind, pages.encoding)));
                }
            }
        }
        // Columns that were added later have a value in no earlier row.
        for default in definition.defaults.iter().skip(self.types.len()) {
            match default {
                Some(value) => text.cell(value.as_bytes()),
                None => text.null(),
            }
        }
        text.end_row();
        self.payload.finish(pages)?;
        Ok(true)
    }

    /// Adds to the value that has begun. Gives whether it has ended.
    fn value(&mut self, pages: &mut Pages, text: &mut Text) -> io::Result<bool> {
        let Some((left, decoder)) = &mut self.open else { return Ok(true) };
        while *left > 0 {
            if text.len() >= ENOUGH {
                return Ok(false);
            }
            let bytes = self.payload.fill(pages)?;
            let length = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
            if length == 0 {
                // The rest is lost, and so are the values after it.
                self.next = self.types.len();
                return Ok(true);
            }
            *left -= length as u64;
            match decoder {
                Some(decoder) => {
                    let mut decoded = String::with_capacity(length * 3 + 16);
                    let _ = decoder.decode_to_string(&bytes[..length], &mut decoded, *left == 0);
                    text.value(decoded.as_bytes());
                }
                None => text.value(&bytes[..length]),
            }
            self.payload.consume(length);
        }
        Ok(true)
    }

    fn number(&mut self, kind: u64, is_real: bool, pages: &mut Pages, text: &mut Text) -> io::Result<()> {
        let length = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][kind as usize];
        let mut bytes = [0; 8];
        if self.payload.read(pages, &mut bytes[8 - length..])? < length {
            self.next = self.types.len();
            text.null();
            return Ok(());
        }
        let value = match kind {
            7 => format!("{:?}", f64::from_be_bytes(bytes)),
            8 | 9 => (kind - 8).to_string(),
            _ => {
                let unused = 64 - 8 * length as u32;
                (i64::from_be_bytes(bytes) << unused >> unused).to_string()
            }
        };
        text.begin_cell();
        text.value(value.as_bytes());
        if is_real && kind != 7 {
            text.value(b".0");
        }
        Ok(())
    }
}

/// The types of the values, which stand in the head of a record.
fn types(payload: &mut Payload, pages: &mut Pages) -> io::Result<Option<Vec<u64>>> {
    // Its length stands in up to nine bytes.
    let mut first = [0; 9];
    let mut taken = 0;
    let length = loop {
        if taken == first.len() || payload.read(pages, &mut first[taken..=taken])? == 0 {
            return Ok(None);
        }
        taken += 1;
        if let Some((length, _)) = varint(&first[..taken]) {
            break length;
        }
    };
    let rest = length.checked_sub(taken as u64).filter(|rest| *rest <= LONGEST_HEAD.min(payload.left()));
    let Some(rest) = rest else { return Ok(None) };
    let mut head = vec![0; rest as usize];
    if payload.read(pages, &mut head)? < head.len() {
        return Ok(None);
    }
    let (mut types, mut at) = (Vec::new(), 0);
    while at < head.len() {
        let Some((kind, taken)) = varint(&head[at..]) else { return Ok(None) };
        types.push(kind);
        at += taken;
    }
    Ok(Some(types))
}

/// What decodes a value: text in UTF-16.
fn decoder(kind: u64, encoding: Encoding) -> Option<encoding_rs::Decoder> {
    let encoding = match encoding {
        Encoding::Utf16Le => encoding_rs::UTF_16LE,
        Encoding::Utf16Be => encoding_rs::UTF_16BE,
        Encoding::Utf8 => return None,
    };
    (kind % 2 == 1).then(|| encoding.new_decoder_without_bom_handling())
}

/// The values of a whole record, as far as they are text or whole numbers.
pub fn values(record: &[u8], encoding: Encoding) -> Option<Vec<String>> {
    let (length, mut at) = varint(record)?;
    let mut body = usize::try_from(length).ok()?;
    let mut values = Vec::new();
    while (at as u64) < length {
        let (kind, taken) = varint(record.get(at..)?)?;
        at += taken;
        let size = match kind {
            0..=9 => [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][kind as usize],
            10 | 11 => 0,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let bytes = record.get(body..body.checked_add(size)?)?;
        body += size;
        values.push(match (kind, encoding) {
            (1..=6, _) => bytes.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte)).to_string(),
            (8 | 9, _) => (kind - 8).to_string(),
            (0..13, _) => String::new(),
            (_, Encoding::Utf8) => String::from_utf8_lossy(bytes).into_owned(),
            (_, Encoding::Utf16Le) => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
            (_, Encoding::Utf16Be) => encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
        });
    }
    Some(values)
}
