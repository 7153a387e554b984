//! ar, and with it Debian's packages, whose members are tar archives: takes the archive, gives its members. Long names as
//! GNU and BSD write them are known; a table of symbols is a member, since anything may stand in one.

use std::io;

use super::{Container, Input, Member, Visitor, corrupt, number};
use crate::decode::to_utf8;

pub const CONTAINER: Container = Container { name: "ar", begins, open };

const MAGIC: &[u8] = b"!<arch>\n";

/// Bytes of a table of names.
const LONGEST_NAMES: u64 = 16 << 20;

/// Bytes of a name that stands before the content.
const LONGEST_NAME: u64 = 64 << 10;

fn begins(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(MAGIC) else { return false };
    rest.is_empty() || rest.get(58..60) == Some(b"`\n")
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    input.skip(MAGIC.len() as u64)?;
    let mut names = Vec::new();
    loop {
        let mut header = [0; 60];
        match input.fill(&mut header)? {
            0 => return Ok(()),
            60 => {}
            _ => return Err(super::truncated()),
        }
        let length = number(&header[48..58], 10).filter(|_| header.ends_with(b"`\n"));
        let length = length.ok_or_else(|| corrupt("a header of the ar archive is damaged"))?;
        let name = header[..16].trim_ascii_end();
        let modified = number(&header[16..28], 10).and_then(|seconds| i64::try_from(seconds).ok());
        match name {
            b"//" => names = input.header(length, LONGEST_NAMES, "a table of names")?,
            _ => {
                let mut content = length;
                let name = match name.strip_prefix(b"#1/").and_then(|digits| number(digits, 10)) {
                    Some(bytes) => {
                        content = length.checked_sub(bytes).ok_or_else(|| corrupt("a name longer than its member"))?;
                        input.header(bytes, LONGEST_NAME, "a name")?
                    }
                    None => long(name, &names).to_vec(),
                };
                let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
                let name = if matches!(&name[..end], b"/" | b"/SYM64") { b"(symbols)" } else { &name[..end] };
                let member = Member { modified, ..Member::new(to_utf8(name)) };
                input.member(member, content, visitor)?;
            }
        }
        // The last member may lack its padding.
        if length % 2 == 1 {
            input.fill(&mut [0])?;
        }
    }
}

/// A name, which may be `/` and where it stands in the table; GNU ends names with `/`.
fn long<'n>(name: &'n [u8], names: &'n [u8]) -> &'n [u8] {
    let at = name.strip_prefix(b"/").filter(|digits| !digits.is_empty()).and_then(|digits| number(digits, 10));
    let name = match at.and_then(|at| names.get(usize::try_from(at).ok()?..)) {
        Some(rest) => &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())],
        None => name,
    };
    name.strip_suffix(b"/").filter(|name| !name.is_empty()).unwrap_or(name)
}
