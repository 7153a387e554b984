//! tar as V7, POSIX (ustar, pax) and GNU write it: takes the archive, gives the regular files in it. What follows the end
//! of an archive is read on, since archives are joined; a damaged header is named and the next whole one looked for.

use std::collections::BTreeMap;
use std::io;

use super::{Container, Input, Member, Visitor, number, truncated};
use crate::decode::to_utf8;

mod sparse;

use sparse::Sparse;

pub const CONTAINER: Container = Container { name: "tar", begins, open };

const BLOCK: usize = 512;

/// Bytes of a long name or of extended headers.
const LONGEST: u64 = 4 << 20;

fn begins(head: &[u8]) -> bool {
    head.first_chunk::<BLOCK>().is_some_and(|block| block[0] != 0 && is_header(block))
}

/// Whether the sum of a header's bytes is the one that it tells.
fn is_header(block: &[u8; BLOCK]) -> bool {
    let told = &block[148..156];
    if !told.iter().all(|byte| matches!(byte, b'0'..=b'7' | b' ' | 0)) || told.iter().all(|byte| *byte == 0) {
        return false;
    }
    let blank = block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { b' ' } else { *byte });
    let (unsigned, signed) = blank.fold((0i64, 0i64), |(unsigned, signed), byte| {
        (unsigned + i64::from(byte), signed + i64::from(byte.cast_signed()))
    });
    number(told, 8).and_then(|told| i64::try_from(told).ok()).is_some_and(|told| told == unsigned || told == signed)
}

/// A number in octal, or in base 256 where its first bit is set.
fn field(bytes: &[u8]) -> Option<u64> {
    if bytes[0] & 0x80 == 0 {
        return number(bytes, 8);
    }
    let first = u64::from(bytes[0] & 0x7F);
    bytes[1..].iter().try_fold(first, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)))
}

/// Records of extended headers that are used.
const KEYS: [&[u8]; 6] = [b"path", b"size", b"mtime", b"GNU.sparse.name", b"GNU.sparse.major", b"GNU.sparse.map"];

/// What headers tell of the file that comes after them.
#[derive(Default)]
struct Ahead {
    /// Bytes of these headers.
    length: u64,
    name: Option<Vec<u8>>,
    pax: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The pairs of offsets and lengths that pax headers of version 0.0 repeat.
    map: Vec<Vec<u8>>,
}

impl Ahead {
    fn value(&self, key: &str) -> Option<&[u8]> {
        self.pax.get(key.as_bytes()).map(Vec::as_slice)
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.value(key).and_then(|value| number(value, 10))
    }

    /// Takes records of the form `LENGTH KEY=VALUE\n`.
    fn extend(&mut self, mut records: &[u8]) {
        while let Some(space) = memchr::memchr(b' ', records) {
            let length = number(&records[..space], 10).and_then(|length| usize::try_from(length).ok());
            let Some(record) = length.and_then(|length| records.get(space + 1..length)) else { return };
            records = &records[space + 1 + record.len()..];
            let Some(equals) = memchr::memchr(b'=', record) else { continue };
            let (key, value) = (&record[..equals], record[equals + 1..].trim_ascii_end());
            if matches!(key, b"GNU.sparse.offset" | b"GNU.sparse.numbytes") {
                self.map.push(value.to_vec());
            }
            if KEYS.contains(&key) {
                self.pax.insert(key.to_vec(), value.to_vec());
            }
        }
    }
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let mut ahead = Ahead::default();
    let (mut zeros, mut damaged) = (0, false);
    loop {
        let mut block = [0; BLOCK];
        match input.fill(&mut block)? {
            0 if zeros > 0 => return Ok(()),
            BLOCK => {}
            length if zeros > 0 && block[..length].iter().all(|byte| *byte == 0) => return Ok(()),
            0 => {
                visitor.problem("the tar archive has no end");
                return Ok(());
            }
            _ => return Err(truncated()),
        }
        if block.iter().all(|byte| *byte == 0) {
            zeros += 1;
        } else if is_header(&block) {
            (zeros, damaged) = (0, false);
            entry(input, &block, &mut ahead, visitor)?;
        } else if !damaged {
            // One line for each damaged stretch.
            damaged = true;
            let after =
                if zeros > 0 { "bytes after the end of the tar archive" } else { "a header of the tar archive" };
            visitor.problem(&format!("{after}: no tar header at byte {}", input.at() - BLOCK as u64));
        }
    }
}

fn entry(input: &mut Input, block: &[u8; BLOCK], ahead: &mut Ahead, visitor: &mut dyn Visitor) -> io::Result<()> {
    let kind = block[156];
    // Where a header tells no length that can be, the next whole one is looked for.
    let Some(stored) = field(&block[124..136]) else {
        visitor.problem(&format!("a tar header at byte {} tells no length", input.at() - BLOCK as u64));
        return Ok(());
    };
    let told = match kind {
        b'L' | b'K' | b'x' | b'g' => {
            ahead.length = ahead.length.saturating_add(stored);
            if ahead.length > LONGEST {
                visitor.problem(&format!("{} bytes of tar headers before one file", ahead.length));
                *ahead = Ahead::default();
                return Ok(());
            }
            let content = input.header(stored, LONGEST, "a tar header")?;
            input.skip(padding(stored))?;
            match kind {
                b'L' => ahead.name = Some(content),
                b'x' => ahead.extend(&content),
                // Where a link leads. What a global header tells of names holds for no single file.
                _ => {}
            }
            return Ok(());
        }
        // Links, devices, folders and pipes have no content, whatever length is told.
        b'1'..=b'6' => 0,
        _ => ahead.number("size").unwrap_or(stored),
    };
    let ahead = std::mem::take(ahead);
    // Folders and labels of volumes, which have no content, and are files where they have some.
    let is_file = !matches!(kind, b'1'..=b'6' | b'D' | b'V' | b'N') || told > 0;
    let name = name(block, &ahead);
    let sparse = Sparse::read(input, block, kind, &ahead, told)?;
    let modified = ahead.value("mtime").map_or_else(
        || field(&block[136..148]).and_then(|seconds| i64::try_from(seconds).ok()),
        |text| std::str::from_utf8(text).ok()?.split('.').next()?.parse().ok(),
    );
    let member = Member { modified, ..Member::new(to_utf8(&name)) };
    match sparse {
        _ if !is_file || told == 0 && kind == 0 && name.ends_with(b"/") => {}
        None => input.member(member, told, visitor)?,
        Some(sparse) => sparse.member(input, member, visitor)?,
    }
    input.skip(padding(told))
}

fn padding(length: u64) -> u64 {
    (BLOCK as u64 - length % BLOCK as u64) % BLOCK as u64
}

fn name(block: &[u8; BLOCK], ahead: &Ahead) -> Vec<u8> {
    let until_nul = |bytes: &[u8]| bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())].to_vec();
    if let Some(name) = ahead.value("GNU.sparse.name").or_else(|| ahead.value("path")) {
        return name.to_vec();
    }
    if let Some(name) = &ahead.name {
        return until_nul(name);
    }
    let (name, prefix) = (until_nul(&block[..100]), until_nul(&block[345..500]));
    // GNU's own form has times where POSIX has the prefix.
    let is_posix = &block[257..263] == b"ustar\0";
    if is_posix && !prefix.is_empty() { [&prefix[..], b"/", &name].concat() } else { name }
}
