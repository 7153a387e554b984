//! 7z: takes the archive, gives its members. Its directory stands at the end, so one that is cut gives nothing, and one
//! inside a stream is held in memory, as far as the budget goes.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, Coder, Password};

use super::{Container, Input, Member, Visitor, corrupt, truncated};
use crate::decode::{Held, Meter, Metered};

mod outline;

pub const CONTAINER: Container = Container { name: "7z", begins, open };

const MAGIC: &[u8] = b"7z\xBC\xAF\x27\x1C";

const AES: &[u8] = &[6, 0xF1, 7, 1];

/// What the entries of a directory take in memory for each of its bytes.
const SPREAD: u64 = 4;

fn begins(head: &[u8]) -> bool {
    head.starts_with(MAGIC) && head.get(6).is_none_or(|major| *major == 0)
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let meter = input.meter;
    if let Some(file) = input.file {
        let mut source = BufReader::with_capacity(64 << 10, file);
        return archive(&mut source, meter, visitor);
    }
    let most = meter.budgets().memory / 2;
    let mut bytes = Vec::new();
    let mut held = Vec::new();
    while input.by_ref().take(1 << 20).read_to_end(&mut bytes)? > 0 {
        if bytes.len() as u64 > most {
            let reason = format!("a 7z archive inside a stream, longer than {} MiB (--max-memory)", most >> 20);
            return visitor.skip(None, &reason, io::copy(input, &mut io::sink())? + bytes.len() as u64);
        }
        held.push(meter.hold(1 << 20)?);
    }
    archive(&mut Cursor::new(bytes), meter, visitor)
}

fn archive<R: Read + Seek>(source: &mut R, meter: &Rc<Meter>, visitor: &mut dyn Visitor) -> io::Result<()> {
    let outline = outline::read(source)?;
    if outline.coders.iter().any(|coder| coder.0 == AES) {
        let length = source.seek(SeekFrom::End(0))?;
        return visitor.skip(None, "encrypted, the names too", length);
    }
    let needed = outline.coders.iter().map(|(id, properties)| memory(id, properties)).sum::<u64>();
    let held = meter.hold(needed + SPREAD * outline.length)?;
    let archive = Archive::read(source, &Password::empty()).map_err(damage)?;
    for (index, block) in archive.blocks.iter().enumerate() {
        blocks(source, &archive, index, block, meter, visitor)?;
    }
    drop(held);
    let told = archive.pack_sizes().iter().fold(outline.stored, |told, stored| told.saturating_add(*stored));
    match source.seek(SeekFrom::End(0))?.saturating_sub(told) {
        0 => Ok(()),
        lost => visitor.skip(None, "bytes of the 7z archive that belong to no member", lost),
    }
}

/// Gives the members of one block, which are compressed together.
fn blocks<R: Read + Seek>(
    source: &mut R,
    archive: &Archive,
    index: usize,
    block: &Block,
    meter: &Rc<Meter>,
    visitor: &mut dyn Visitor,
) -> io::Result<()> {
    let password = Password::empty();
    let decoder = BlockDecoder::new(1, index, archive, &password, source);
    let members = decoder.entries().iter().filter(|entry| entry.has_stream && !entry.is_directory);
    if let Some(reason) = closed(block) {
        return members.into_iter().try_for_each(|entry| visitor.skip(Some(&entry.name), &reason, entry.size));
    }
    let _memory: Held =
        match meter.hold(block.coders.iter().map(|c| memory(c.encoder_method_id(), c.properties())).sum()) {
            Ok(held) => held,
            Err(error) => {
                let reason = error.to_string();
                return members.into_iter().try_for_each(|entry| visitor.skip(Some(&entry.name), &reason, entry.size));
            }
        };
    let count = members.count();
    let (mut seen, mut broken, mut stopped) = (0, false, None);
    let given = decoder.for_each_entries(&mut |entry: &ArchiveEntry, content: &mut dyn Read| {
        if !entry.has_stream || entry.is_directory {
            return Ok(true);
        }
        seen += 1;
        let member = Member { stored: Some(entry.size), modified: modified(entry), ..Member::new(&*entry.name) };
        let mut content = Whole { source: content, left: entry.size, fault: None, failed: false };
        stopped = visitor.member(&member, &mut content).err();
        let told = content.failed;
        // What the visitor left of it has to be unpacked for the members after it.
        if stopped.is_none()
            && !told
            && let Err(error) = io::copy(&mut Metered::layer(&mut content, meter), &mut io::sink())
        {
            visitor.problem(&error.to_string());
            stopped = meter.is_spent().then_some(error);
        }
        broken = content.failed;
        Ok(stopped.is_none() && !broken)
    });
    if let Some(error) = stopped {
        return Err(error);
    }
    if let Err(error) = given.map_err(damage)
        && !broken
    {
        visitor.problem(&error.to_string());
    }
    if seen < count {
        visitor.problem(&format!("{} members are lost with the damaged ones before them", count - seen));
    }
    Ok(())
}

/// Why a block cannot be opened, if so.
fn closed(block: &Block) -> Option<String> {
    let mut coders = block.coders.iter().map(Coder::encoder_method_id);
    coders.any(|id| id == AES).then(|| "encrypted".to_owned())
}

/// What a coder holds: its dictionary, or its model.
fn memory(id: &[u8], properties: &[u8]) -> u64 {
    let number = |at: usize| properties.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let held = match id {
        [3, 1, 1] | [3, 4, 1] => u64::from(number(1)),
        [0x21] => match properties.first().copied().unwrap_or(0) & 0x3F {
            40.. => u64::from(u32::MAX),
            bits => (2 | u64::from(bits & 1)) << (bits / 2 + 11),
        },
        // Up to what its largest level asks for.
        [4, 0xF7, 0x11, 1] => 128 << 20,
        _ => 4 << 20,
    };
    held + (1 << 20)
}

fn modified(entry: &ArchiveEntry) -> Option<i64> {
    // Counted in 100 nanoseconds from 1601 on.
    let seconds = u64::from(entry.last_modified_date) / 10_000_000;
    i64::try_from(seconds).ok().filter(|_| entry.has_last_modified_date).map(|seconds| seconds - 11_644_473_600)
}

fn damage(error: sevenz_rust2::Error) -> io::Error {
    use sevenz_rust2::Error;
    match error {
        Error::Io(error, _) if error.kind() == io::ErrorKind::UnexpectedEof => truncated(),
        Error::Io(error, _) => error,
        Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => corrupt("7z checksum mismatch"),
        Error::UnsupportedCompressionMethod(method) => corrupt(&format!("compressed by {method}, which is not known")),
        Error::Other(message) => corrupt(&format!("corrupt 7z archive ({message})")),
        other => corrupt(&format!("corrupt 7z archive ({other})")),
    }
}

fn is_sum(error: &io::Error) -> bool {
    let error = error.get_ref().and_then(|error| error.downcast_ref::<sevenz_rust2::Error>());
    matches!(error, Some(sevenz_rust2::Error::ChecksumVerificationFailed))
}

/// All bytes of a member; an end before theirs is an error.
struct Whole<'c> {
    source: &'c mut dyn Read,
    left: u64,
    /// A wrong sum, which is told once all was given.
    fault: Option<io::Error>,
    failed: bool,
}

impl Read for Whole<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let most = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let length = match self.source.read(&mut buf[..most]) {
            // The sum is looked at once the last bytes have been read, and they with it.
            Err(error) if is_sum(&error) && most as u64 == self.left => {
                self.fault = Some(corrupt("7z checksum mismatch"));
                Ok(most)
            }
            Ok(0) if self.left > 0 && !buf.is_empty() => Err(truncated()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(truncated()),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                Err(corrupt(&format!("corrupt 7z member ({error})")))
            }
            read => read,
        };
        self.failed |= length.is_err();
        self.left = self.left.saturating_sub(*length.as_ref().unwrap_or(&0) as u64);
        length
    }
}
