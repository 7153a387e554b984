//! zip, and with it .docx, .xlsx, .odt, .jar and .apk: takes the archive, gives its members as they stand one after the
//! other. The directory at the end is not what is read by, so that an archive that is cut, or comes as a stream, gives
//! its members too, and overlapping ones are read once; it is held against what was found before it.

use std::io::{self, BufRead};

use super::{Container, Input, Member, Visitor};

mod content;
mod directory;
mod entry;

use directory::Directory;
use entry::Entry;

pub const CONTAINER: Container = Container { name: "zip", begins, open };

const LOCAL: &[u8] = b"PK\x03\x04";
const END: &[u8] = b"PK\x05\x06";

fn begins(head: &[u8]) -> bool {
    // One that is split, or was to be, begins with a mark.
    let head = [b"PK\x07\x08", b"PK00"].iter().find_map(|mark| head.strip_prefix(&mark[..])).unwrap_or(head);
    // The version that is needed is a small number; an empty archive is its end alone.
    head.starts_with(LOCAL) && head.get(4).is_none_or(|version| *version < 100)
        || head.starts_with(END) && head.get(4..12).is_none_or(|counts| counts == [0; 8])
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let mut directory = Directory::default();
    let mut ended = false;
    loop {
        let at = input.at();
        match input.peek(4)? {
            // Members of another archive may follow.
            [b'P', b'K', 3, 4, ..] => {
                ended = false;
                directory.found(at);
                member(input, visitor)?;
            }
            [b'P', b'K', 1, 2, ..] => directory.read(input)?,
            [b'P', b'K', 5, 6, ..] => {
                let bytes = input.array::<22>()?;
                input.skip(u64::from(u16::from_le_bytes([bytes[20], bytes[21]])))?;
                if let Some(missing) = directory.missing() {
                    visitor.problem(&format!("{missing} members are not where the zip directory has them"));
                }
                (directory, ended) = (Directory::default(), true);
            }
            [] | [_] | [_, _] | [_, _, _] if ended => return Ok(()),
            [] | [_] | [_, _] | [_, _, _] => return Err(super::truncated()),
            // What else stands between members and the directory: descriptors, the end in 64 bits, signatures of
            // packages, bytes that were cut out.
            _ => seek(input)?,
        }
    }
}

/// Goes on to the next byte that may begin what is known.
fn seek(input: &mut Input) -> io::Result<()> {
    input.consume(1);
    loop {
        let bytes = input.fill_buf()?;
        match memchr::memchr(b'P', bytes) {
            _ if bytes.is_empty() => return Ok(()),
            Some(at) => {
                input.consume(at);
                return Ok(());
            }
            None => {
                let length = bytes.len();
                input.consume(length);
            }
        }
    }
}

fn member(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let entry = Entry::read(input)?;
    // What follows one whose length nobody knows is looked for.
    let stored = entry.stored.unwrap_or(0);
    if entry.encrypted {
        visitor.skip(Some(&entry.name), "encrypted", stored)?;
        return input.skip(stored);
    }
    if entry.is_folder() {
        return input.skip(stored);
    }
    if !content::is_known(entry.method) {
        let reason = format!("compressed by a method that is not known ({})", entry.method);
        visitor.skip(Some(&entry.name), &reason, stored)?;
        return input.skip(stored);
    }
    let length = entry.length.filter(|length| entry.method == 0 && entry.stored == Some(*length));
    let member = Member { stored: entry.stored, length, modified: entry.modified, ..Member::new(&*entry.name) };
    match entry.stored {
        Some(stored) => known(input, &entry, stored, &member, visitor),
        None => unknown(input, &entry, &member, visitor),
    }
}

/// Gives a member of known length.
fn known(input: &mut Input, entry: &Entry, stored: u64, member: &Member, visitor: &mut dyn Visitor) -> io::Result<()> {
    let meter = input.meter;
    let mut part = input.part(stored);
    match content::open(&mut part, entry, meter) {
        Ok(text) => visitor.member(member, &mut content::Checked::new(text, entry.crc))?,
        Err(error) => visitor.member(member, &mut content::Failed(Some(error)))?,
    }
    let left = part.left;
    input.skip(left)
}

/// Gives a member whose length stands after it.
fn unknown(input: &mut Input, entry: &Entry, member: &Member, visitor: &mut dyn Visitor) -> io::Result<()> {
    if entry.method == 0 {
        let mut content = content::Undelimited::new(input);
        visitor.member(member, &mut content)?;
        return io::copy(&mut content, &mut io::sink()).map(drop);
    }
    let begun = input.at();
    let meter = input.meter;
    let mut content = content::Checked::new(content::open(&mut *input, entry, meter)?, None);
    visitor.member(member, &mut content)?;
    // Where the content is damaged, its end is not known: the next header is looked for.
    if io::copy(&mut content, &mut io::sink()).is_err() {
        return Ok(());
    }
    let (crc, length) = (content.crc(), content.length());
    drop(content);
    let stored = input.at() - begun;
    let told = entry::descriptor(input, stored)?;
    if told != Some((crc, length)) {
        visitor.problem(&format!("what follows the member at byte {begun} does not fit it"));
    }
    Ok(())
}
