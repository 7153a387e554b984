//! Dumps of MongoDB: takes the .bson of a collection, gives its documents as JSON, one a line, so that keys are known (BSON
//! 1.1). Values of any length are read as a stream.

use std::io::{self, BufRead, Read};

use super::cells::{Rows, Source, Text};
use super::json::{escaped, quoted};
use super::{Container, Input, Member, Visitor, corrupt, truncated};

pub const CONTAINER: Container = Container { name: "BSON", begins, open };

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

/// Documents inside one another; MongoDB allows 100.
const DEPTH: usize = 200;

/// Bytes of a name.
const LONGEST_NAME: u64 = 64 << 10;

const DOCUMENT: u8 = 3;
const ARRAY: u8 = 4;

/// Whether a head begins with a document whose elements are such as there are.
fn begins(head: &[u8]) -> bool {
    let Some(length) = head.first_chunk().map(|bytes| i32::from_le_bytes(*bytes)) else { return false };
    let Some(end) = usize::try_from(length).ok().filter(|length| (12..=48 << 20).contains(length)) else {
        return false;
    };
    if head.len() >= end && head[end - 1] != 0 {
        return false;
    }
    let mut at = 4;
    let mut elements = 0;
    while at + 1 < end {
        let Some(kind) = head.get(at) else { return elements > 0 };
        let Some(name) = head[at + 1..].iter().position(|byte| *byte == 0) else {
            // A name that goes on beyond the head.
            return elements > 0 && head.len() < end;
        };
        let text = &head[at + 1..at + 1 + name];
        if text.is_empty() || name > 256 || text.iter().any(|byte| *byte < b' ') {
            return false;
        }
        let value = at + name + 2;
        let size = |from: usize, add: usize| {
            let bytes = head.get(from..from + 4)?;
            Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize + add)
        };
        let length = match *kind {
            1 | 9 | 0x11 | 0x12 => Some(8),
            2 | 0x0D | 0x0E => size(value, 4),
            DOCUMENT | ARRAY | 0x0F => size(value, 0).filter(|length| *length >= 5),
            5 => size(value, 5),
            6 | 0x0A | 0x7F | 0xFF => Some(0),
            7 => Some(12),
            8 => Some(1),
            0x10 => Some(4),
            0x13 => Some(16),
            _ => return elements > 1 && *kind == 0x0B,
        };
        let Some(length) = length else { return elements > 0 && head.len() < end };
        if length > end - value.min(end) {
            return false;
        }
        elements += 1;
        at = value + length;
    }
    elements > 0 && at + 1 == end
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let mut documents = Documents { source: &mut *input, open: Vec::new(), value: None, fault: None };
    visitor.text(&mut Rows::new(&mut documents))?;
    if let Some(fault) = documents.fault.take() {
        visitor.problem(&fault);
        return visitor.member(&Member::new("(rest)"), input);
    }
    Ok(())
}

/// The documents of a collection.
struct Documents<R> {
    source: R,
    /// The documents and arrays that are open: whether each is an array, and whether something stands in it.
    open: Vec<(bool, bool)>,
    /// Bytes left of the text that is open, and whether a NUL ends it.
    value: Option<(u64, bool)>,
    fault: Option<String>,
}

impl<R: BufRead> Source for &mut Documents<R> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        while text.len() < ENOUGH {
            match self.step(text) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error)
                    if error.kind() == io::ErrorKind::InvalidData || error.kind() == io::ErrorKind::UnexpectedEof =>
                {
                    self.fault = Some(error.to_string());
                    text.plain(b"\n");
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

impl<R: BufRead> Documents<R> {
    /// Goes on by an element, or a part of one. Whether there may be more.
    fn step(&mut self, text: &mut Text) -> io::Result<bool> {
        if let Some((left, tail)) = self.value {
            return self.text(left, tail, text).map(|()| true);
        }
        if self.open.is_empty() {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            self.array::<4>()?;
            self.open.push((false, false));
            text.plain(b"{");
            return Ok(true);
        }
        let [kind] = self.array()?;
        if kind == 0 {
            let is_array = self.open.pop().is_some_and(|(is_array, _)| is_array);
            text.plain(if is_array { b"]" } else { b"}" });
            if self.open.is_empty() {
                text.plain(b"\n");
            }
            return Ok(true);
        }
        self.element(kind, text).map(|()| true)
    }

    fn element(&mut self, kind: u8, text: &mut Text) -> io::Result<()> {
        let name = self.name()?;
        if let Some((is_array, filled)) = self.open.last_mut() {
            if std::mem::replace(filled, true) {
                text.plain(b",");
            }
            if !*is_array {
                quoted(&name, text);
                text.plain(b":");
            }
        }
        match kind {
            2 | 0x0D | 0x0E => {
                let length = u64::from(u32::from_le_bytes(self.array()?));
                let length = length.checked_sub(1).ok_or_else(|| corrupt("a BSON string of no length"))?;
                self.value = Some((length, true));
                text.plain(b"\"");
            }
            DOCUMENT | ARRAY => {
                if self.open.len() >= DEPTH {
                    return Err(corrupt("BSON documents too deep inside one another"));
                }
                self.array::<4>()?;
                self.open.push((kind == ARRAY, false));
                text.plain(if kind == ARRAY { b"[" } else { b"{" });
            }
            5 => {
                let length = u32::from_le_bytes(self.array()?);
                self.array::<1>()?;
                self.value = Some((length.into(), false));
                text.plain(b"\"");
            }
            0x0B => {
                let (pattern, options) = (self.name()?, self.name()?);
                quoted(&[&b"/"[..], &pattern, b"/", &options].concat(), text);
            }
            0x0F => self.code(text)?,
            _ => text.plain(self.scalar(kind)?.as_bytes()),
        }
        Ok(())
    }

    /// A value of a known length.
    fn scalar(&mut self, kind: u8) -> io::Result<String> {
        Ok(match kind {
            1 => format!("{:?}", f64::from_le_bytes(self.array()?)),
            6 | 0x0A | 0x7F | 0xFF => "null".to_owned(),
            7 => {
                let digits = self.array::<12>()?.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
                format!("\"{digits}\"")
            }
            8 => (self.array::<1>()? != [0]).to_string(),
            9 => {
                let moment = jiff::Timestamp::from_millisecond(i64::from_le_bytes(self.array()?));
                moment.map_or_else(|_| "null".to_owned(), |moment| format!("\"{moment}\""))
            }
            0x10 => i32::from_le_bytes(self.array()?).to_string(),
            0x11 | 0x12 => i64::from_le_bytes(self.array()?).to_string(),
            0x13 => format!("\"{:032x}\"", u128::from_le_bytes(self.array()?)),
            _ => return Err(corrupt(&format!("a BSON element of the unknown kind {kind}"))),
        })
    }

    /// Code, and a document of what it knows.
    fn code(&mut self, text: &mut Text) -> io::Result<()> {
        self.array::<4>()?;
        let length = u64::from(u32::from_le_bytes(self.array()?));
        if length > LONGEST_NAME {
            return Err(corrupt("a BSON element of code that is too long"));
        }
        let mut code = Vec::new();
        self.source.by_ref().take(length).read_to_end(&mut code)?;
        quoted(code.strip_suffix(b"\0").unwrap_or(&code), text);
        text.plain(b",\"\":{");
        self.array::<4>()?;
        self.open.push((false, false));
        Ok(())
    }

    /// Gives a part of the text that is open, which `tail` says ends with a NUL.
    fn text(&mut self, left: u64, tail: bool, text: &mut Text) -> io::Result<()> {
        if left == 0 {
            if tail {
                self.array::<1>()?;
            }
            self.value = None;
            text.plain(b"\"");
            return Ok(());
        }
        let bytes = self.source.fill_buf()?;
        let length = (bytes.len() as u64).min(left) as usize;
        if length == 0 {
            return Err(truncated());
        }
        escaped(&bytes[..length], text);
        self.source.consume(length);
        self.value = Some((left - length as u64, tail));
        Ok(())
    }

    fn name(&mut self) -> io::Result<Vec<u8>> {
        let mut name = Vec::new();
        self.source.by_ref().take(LONGEST_NAME).read_until(0, &mut name)?;
        if name.pop() != Some(0) {
            return Err(truncated());
        }
        Ok(name)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes).map(|()| bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => truncated(),
            _ => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::open;
    use super::begins;

    const CLIENTS: &[u8] = include_bytes!("../../../fixtures/bson/clients.bson");

    #[test]
    fn documents_are_lines_of_json() {
        let given = open(CLIENTS);
        assert_eq!((given.text.lines().count(), &*given.told), (6, &[][..]));
        let first = r#"{"_id":"650000000000000000000000","iin":"900517132728","n":0,"big":900517132728,"rate":0.0,"ok":false,"none":null,"at":"2020-01-01T12:30:00Z","user":{"phone":"8 701 000 00 10","fio":"Иванов \"Пётр\" строка","tags":["a",{"email":"u0@romashka-demo.kz"}]},"raw":"   text","re":"/^a/i","#;
        assert!(given.text.starts_with(first), "{}", given.text);
        for line in given.text.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_cut_anywhere_gives_what_stands_before_it_and_is_told() {
        let whole = open(CLIENTS);
        let length = u32::from_le_bytes(*CLIENTS.first_chunk().unwrap()) as usize;
        for cut in 40..CLIENTS.len() {
            if !begins(&CLIENTS[..cut]) {
                continue;
            }
            let given = open(&CLIENTS[..cut]);
            assert_eq!(given.told.is_empty(), cut % length == 0, "{cut}");
            assert!(whole.text.starts_with(given.text.trim_end_matches(['\n', '\u{FFFD}'])), "{cut}");
        }
    }

    #[test]
    fn damage_is_told_and_what_follows_is_scanned_as_it_is() {
        let mut stored = CLIENTS.to_vec();
        let second = memchr::memmem::find_iter(CLIENTS, b"\x02iin\0").nth(1).unwrap();
        stored[second] = 0x42;
        let given = open(&stored);
        assert_eq!(given.told, ["a BSON element of the unknown kind 66"]);
        assert!(memchr::memmem::find(&given.members[0].1, b"u1@romashka-demo.kz").is_some());
        assert!(!begins(b"\x20\0\0\0\x02name\0 and other bytes that are none"));
        assert!(!begins(&[0; 100]) && !begins(b"") && !begins(b"{\"a\": 1}\n"));
    }
}
