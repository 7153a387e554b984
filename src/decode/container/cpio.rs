//! cpio in its four forms (newc with and without sums, odc, the old binary one): takes the archive, or several one after
//! the other, gives the regular files in it.

use std::io::{self, BufRead};

use super::{Container, Input, Member, Visitor, corrupt, number};
use crate::decode::to_utf8;

pub const CONTAINER: Container = Container { name: "cpio", begins, open };

/// The name of what ends an archive.
const TRAILER: &[u8] = b"TRAILER!!!";

/// Bytes of a name.
const LONGEST_NAME: u64 = 64 << 10;

/// What a header says.
struct Header {
    mode: u64,
    modified: u64,
    name: u64,
    length: u64,
    /// To what names and contents are padded.
    align: u64,
}

impl Header {
    /// The length of the form that begins so.
    fn size(magic: &[u8]) -> Option<usize> {
        match magic.get(..6)? {
            b"070701" | b"070702" => Some(110),
            b"070707" => Some(76),
            [0xC7, 0x71, ..] | [0x71, 0xC7, ..] => Some(26),
            _ => None,
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        match bytes.len() {
            110 => {
                let field = |index: usize| number(&bytes[6 + 8 * index..14 + 8 * index], 16);
                Some(Self { mode: field(1)?, modified: field(5)?, length: field(6)?, name: field(11)?, align: 4 })
            }
            76 => {
                let field = |at: usize, length: usize| number(&bytes[at..at + length], 8);
                let (modified, name, length) = (field(48, 11)?, field(59, 6)?, field(65, 11)?);
                Some(Self { mode: field(18, 6)?, modified, length, name, align: 1 })
            }
            _ => {
                let little = bytes[0] == 0xC7;
                let word = |index: usize| {
                    let pair = [bytes[2 * index], bytes[2 * index + 1]];
                    u64::from(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
                };
                let long = |index: usize| word(index) << 16 | word(index + 1);
                Some(Self { mode: word(3), modified: long(8), name: word(10), length: long(11), align: 2 })
            }
        }
    }

    fn padding(&self, written: u64) -> u64 {
        (self.align - written % self.align) % self.align
    }

    /// Whether all that it says can be.
    fn is_plausible(&self) -> bool {
        (1..=LONGEST_NAME).contains(&self.name) && (self.mode >> 12 != 0 || self.length == 0)
    }
}

fn begins(head: &[u8]) -> bool {
    let Some(size) = Header::size(head) else { return false };
    let header = head.get(..size).and_then(Header::read).filter(Header::is_plausible);
    let Some(header) = header else { return false };
    // A name ends with a NUL and holds none.
    let name = head.get(size..size + header.name as usize);
    name.is_none_or(|name| memchr::memchr(0, name) == Some(name.len() - 1))
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    loop {
        let magic = input.array::<6>()?;
        let size = Header::size(&magic).ok_or_else(|| corrupt("a header of the cpio archive is damaged"))?;
        let mut bytes = magic.to_vec();
        bytes.extend(input.header((size - 6) as u64, 128, "a header")?);
        let header = Header::read(&bytes).filter(Header::is_plausible);
        let header = header.ok_or_else(|| corrupt("a header of the cpio archive is damaged"))?;
        let mut name = input.header(header.name, LONGEST_NAME, "a name")?;
        name.pop();
        input.skip(header.padding(size as u64 + header.name))?;
        if name == TRAILER {
            if another(input)? {
                continue;
            }
            return Ok(());
        }
        // The content of a link is where it leads.
        let is_link = header.mode >> 12 == 0o12 && header.length <= LONGEST_NAME;
        if header.mode >> 12 == 0o10 || header.length > 0 && !is_link {
            let modified = i64::try_from(header.modified).ok();
            let member = Member { modified, ..Member::new(to_utf8(&name)) };
            input.member(member, header.length, visitor)?;
        } else {
            input.skip(header.length)?;
        }
        input.skip(header.padding(header.length))?;
    }
}

/// Whether another archive follows the zeros after one.
fn another(input: &mut Input) -> io::Result<bool> {
    loop {
        let bytes = input.fill_buf()?;
        match bytes.iter().position(|byte| *byte != 0) {
            _ if bytes.is_empty() => return Ok(false),
            None => {
                let zeros = bytes.len();
                input.consume(zeros);
            }
            Some(zeros) => {
                input.consume(zeros);
                return Ok(true);
            }
        }
    }
}
