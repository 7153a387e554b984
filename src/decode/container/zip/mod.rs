//! zip, and with it .docx, .xlsx, .odt, .jar and .apk: takes the archive, gives its members as they stand one after the
//! other. The directory at the end is not what is read by, so that an archive that is cut, or comes as a stream, gives
//! its members too, and overlapping ones are read once; it is held against what was found before it.

use std::io::{self, BufRead};

use super::{Container, Input, Member, Visitor};
use crate::decode::Metered;

mod content;
mod directory;
mod entry;
mod gap;

use directory::{Directory, Facts};
use entry::Entry;
use gap::Gap;

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
    let (mut gap, mut lost) = (Gap::default(), 0);
    let mut ended = false;
    loop {
        let at = input.at();
        let bytes = input.peek(4)?;
        let mark = bytes[..bytes.len().min(4)].to_vec();
        let known = match mark[..] {
            // Members of another archive may follow.
            [b'P', b'K', 3, 4, ..] => {
                ended = false;
                let facts = member(input, &mut lost, visitor)?;
                directory.found(at, facts);
                true
            }
            [b'P', b'K', 1, 2, ..] => directory.read(input, visitor).map(|()| true)?,
            [b'P', b'K', 5, 6, ..] => {
                end(input, &directory, visitor)?;
                (directory, ended) = (Directory::default(), true);
                true
            }
            // The end in 64 bits and what points to it.
            [b'P', b'K', 6, 6, ..] if input.peek(12)?.get(4..12) == Some(&44u64.to_le_bytes()) => {
                input.skip(56).map(|()| true)?
            }
            [b'P', b'K', 6, 7, ..] => input.skip(20).map(|()| true)?,
            [b'P', b'K', 7, 8] | [b'P', b'K', b'0', b'0'] if at == 0 => input.skip(4).map(|()| true)?,
            _ if mark.len() < 4 => {
                gap.extend(&mark);
                lost += gap.close();
                if lost > 0 {
                    visitor.skip(None, "bytes of the zip archive that belong to no member", lost)?;
                }
                return if ended { Ok(()) } else { Err(super::truncated()) };
            }
            _ => seek(input, &mut gap).map(|()| false)?,
        };
        if known {
            lost += gap.close();
        }
    }
}

/// Reads the end of the directory, and gives the comment on the archive that it holds.
fn end(input: &mut Input, directory: &Directory, visitor: &mut dyn Visitor) -> io::Result<()> {
    let bytes = input.array::<22>()?;
    let comment = u64::from(u16::from_le_bytes([bytes[20], bytes[21]]));
    if comment > 0 {
        input.member(Member::new("(comment)"), comment, visitor)?;
    }
    directory.tell(visitor);
    Ok(())
}

/// Goes on to the next byte that may begin what is known.
fn seek(input: &mut Input, gap: &mut Gap) -> io::Result<()> {
    let mut from = 1;
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        let next = memchr::memchr(b'P', &bytes[from..]).map(|at| at + from);
        let length = next.unwrap_or(bytes.len());
        gap.extend(&bytes[..length]);
        input.consume(length);
        if next.is_some() {
            return Ok(());
        }
        from = 0;
    }
}

/// Goes on to the next header. How many bytes stand before it.
fn seek_header(input: &mut Input) -> io::Result<u64> {
    let (begun, mut gap) = (input.at(), Gap::default());
    loop {
        match input.peek(4)? {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 1, 2, ..] | [] => return Ok(input.at() - begun),
            _ => seek(input, &mut gap)?,
        }
    }
}

/// Gives a member, or tells why not. What it is held against the directory by, where that is known; bytes that belong to
/// it and hold nothing of it are added to those that are lost.
fn member(input: &mut Input, lost: &mut u64, visitor: &mut dyn Visitor) -> io::Result<Option<Facts>> {
    let entry = Entry::read(input)?;
    let closed = if entry.encrypted {
        Some("encrypted".to_owned())
    } else {
        let is_known = content::is_known(entry.method) || entry.is_folder();
        (!is_known).then(|| format!("compressed by a method that is not known ({})", entry.method))
    };
    if let Some(reason) = closed {
        let Some(stored) = entry.stored else {
            let stored = seek_header(input)?;
            return visitor.skip(Some(&entry.name), &reason, stored).map(|()| None);
        };
        visitor.skip(Some(&entry.name), &reason, stored)?;
        input.skip(stored)?;
        return follow(input, &entry, stored, None, visitor);
    }
    let member = Member { stored: entry.stored, modified: entry.modified, ..Member::new(&*entry.name) };
    match entry.stored {
        Some(stored) if entry.is_folder() => {
            input.skip(stored)?;
            follow(input, &entry, stored, None, visitor)
        }
        Some(stored) => known(input, &entry, stored, &member, lost, visitor),
        None => unknown(input, &entry, &member, visitor),
    }
}

/// Gives a member of known length.
fn known(
    input: &mut Input,
    entry: &Entry,
    stored: u64,
    member: &Member,
    lost: &mut u64,
    visitor: &mut dyn Visitor,
) -> io::Result<Option<Facts>> {
    let meter = input.meter;
    let mut part = input.part(stored);
    let mut read = None;
    match content::open(&mut part, entry, meter) {
        Ok(text) => {
            let mut content = content::Checked::new(text, entry.crc, entry.length);
            visitor.member(member, &mut content)?;
            read = content.is_ended().then(|| (content.crc(), content.length()));
        }
        Err(error) => visitor.member(member, &mut content::Failed(Some(error)))?,
    }
    let left = part.left;
    if read.is_some() {
        *lost += left;
    }
    input.skip(left)?;
    follow(input, entry, stored, read, visitor)
}

/// Reads what stands after a member of known length, and holds it against the sum and the length of what was read.
fn follow(
    input: &mut Input,
    entry: &Entry,
    stored: u64,
    read: Option<(u32, u64)>,
    visitor: &mut dyn Visitor,
) -> io::Result<Option<Facts>> {
    if !entry.after {
        return Ok(entry.crc.zip(entry.length).map(|(crc, length)| Facts { stored, length, crc }));
    }
    let told = entry::descriptor(input, stored)?;
    if read.is_some() && told.is_some() && told != read {
        visitor.problem(&format!("what follows the member before byte {} does not fit it", input.at()));
    }
    Ok(told.map(|(crc, length)| Facts { stored, length, crc }))
}

/// Gives a member whose length stands after it.
fn unknown(input: &mut Input, entry: &Entry, member: &Member, visitor: &mut dyn Visitor) -> io::Result<Option<Facts>> {
    let (begun, meter) = (input.at(), input.meter);
    if entry.method == 0 {
        let mut content = content::Undelimited::new(input);
        visitor.member(member, &mut content)?;
        io::copy(&mut Metered::member(&mut content, meter), &mut io::sink())?;
        return Ok(Some(content.facts()));
    }
    // All is read that may be of it; an error of looking at its head comes again.
    let _ = input.peek(1024);
    let mut part = input.part(u64::MAX);
    let mut content = match content::open(&mut part, entry, meter) {
        Ok(text) => content::Checked::new(text, None, None),
        Err(error) => {
            visitor.member(member, &mut content::Failed(Some(error)))?;
            return Ok(None);
        }
    };
    visitor.member(member, &mut content)?;
    if let Err(error) = io::copy(&mut Metered::member(&mut content, meter), &mut io::sink()) {
        // Where the content is damaged, its end is not known: the next header is looked for.
        return if meter.is_spent() { Err(error) } else { Ok(None) };
    }
    let (crc, length) = (content.crc(), content.length());
    drop(content);
    let stored = input.at() - begun;
    let told = entry::descriptor(input, stored)?;
    if told != Some((crc, length)) {
        visitor.problem(&format!("what follows the member at byte {begun} does not fit it"));
    }
    Ok(Some(Facts { stored, length, crc }))
}
