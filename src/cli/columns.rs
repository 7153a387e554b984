//! Columns as editors count them: takes a place, looks into the file or the blob it is in, and gives UTF-16 code units.
//! Nothing of what is read leaves this module but two numbers.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use derbes::finding::{Finding, Place};
use derbes::input::{ObjectId, Origin};
use derbes::report::Columns;
use derbes::source::git::Blobs;

/// Bytes of a line that are read at most.
const LINE: u64 = 64 << 10;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Bytes of a blob that is looked into at most.
const BLOB: u64 = 16 << 20;

/// One file is held open, since places come by file.
pub fn columns() -> Columns {
    let last = Mutex::new(Last::default());
    Columns(Arc::new(move |finding, place| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        in_file(last.open(finding)?, place).ok().flatten()
    }))
}

/// What was looked into last.
#[derive(Default)]
struct Last {
    path: Option<Origin>,
    file: Option<Box<dyn Stored>>,
    git: Option<Blobs>,
}

trait Stored: Read + Seek + Send {}

impl<T: Read + Seek + Send> Stored for T {}

impl Last {
    fn open(&mut self, finding: &Finding) -> Option<&mut dyn Stored> {
        if self.path.as_ref() != Some(&finding.path) {
            self.path = Some(finding.path.clone());
            self.file = match &finding.stood {
                Some(stood) => self.blob(&stood.blob).map(|bytes| Box::new(Cursor::new(bytes)) as _),
                None => open(&finding.path).map(|file| Box::new(file) as _),
            };
        }
        self.file.as_mut().map(|file| &mut **file as _)
    }

    fn blob(&mut self, id: &ObjectId) -> Option<Vec<u8>> {
        let mut git = self.git.take().or_else(|| Blobs::start().ok())?;
        let length = git.open(id).ok()?;
        let mut bytes = Vec::new();
        if length <= BLOB {
            git.read_to_end(&mut bytes).ok()?;
        }
        self.git = Some(git);
        (length <= BLOB).then_some(bytes)
    }
}

/// A pipe is left alone: it would not open before someone writes into it.
fn open(path: &Origin) -> Option<File> {
    let path = Path::new(path.as_str());
    if std::fs::metadata(path).ok()?.is_file() { File::open(path).ok() } else { None }
}

/// None unless the file's own bytes are the decoded text: what comes out of a container, a compressed stream or UTF-16
/// has other offsets.
fn in_file(file: &mut dyn Stored, place: &Place) -> io::Result<Option<Range<u64>>> {
    let end = place.offset() + place.value.len();
    let length = end - place.line_start();
    if length > LINE {
        return Ok(None);
    }
    let before = place.line_start().saturating_sub(1);
    file.seek(SeekFrom::Start(before))?;
    let mut bytes = Vec::new();
    file.take(end - before).read_to_end(&mut bytes)?;
    let Some((begins, line)) = bytes.split_at_checked((place.line_start() - before) as usize) else { return Ok(None) };
    if !matches!(begins, b"" | b"\n" | b"\r") || line.len() as u64 != length {
        return Ok(None);
    }
    Ok(in_line(line, place))
}

/// Takes a line up to the end of the value.
fn in_line(line: &[u8], place: &Place) -> Option<Range<u64>> {
    let (before, value) = line.split_at_checked((place.offset() - place.line_start()) as usize)?;
    let (before, value) = (std::str::from_utf8(before).ok()?, std::str::from_utf8(value).ok()?);
    let broken = |text: &str| text.contains(['\n', '\0']);
    if broken(before) || broken(value) || !fits(value, &place.value.to_string()) {
        return None;
    }
    let before = if place.line_start() == 0 { before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(before) } else { before };
    let units = |text: &str| text.encode_utf16().count() as u64;
    let start = units(before) + 1;
    Some(start..start + units(value))
}

/// Whether this can be the value that the mask was made of.
fn fits(value: &str, mask: &str) -> bool {
    value.len() == mask.len() && value.bytes().zip(mask.bytes()).all(|(value, mask)| mask == b'*' || value == mask)
}

#[cfg(test)]
mod tests {
    use derbes::finding::Redacted;

    use super::*;

    const VALUE: &str = "900101100017";

    /// The columns of the value in a line of this text.
    fn found(text: &[u8]) -> Option<Range<u64>> {
        let offset = text.windows(VALUE.len()).position(|window| window == VALUE.as_bytes()).unwrap();
        let line_start = text[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        in_line(&text[line_start..offset + VALUE.len()], &place(offset as u64, line_start as u64))
    }

    fn place(offset: u64, line_start: u64) -> Place {
        let value = Redacted::new(VALUE.as_bytes(), "keep-last:2".parse().unwrap());
        Place::new(offset, 1, line_start, value)
    }

    #[test]
    fn columns_count_utf16_code_units() {
        assert_eq!(found(format!("iin={VALUE}").as_bytes()), Some(5..17));
        assert_eq!(found(format!("first\nИИН: {VALUE}\n").as_bytes()), Some(6..18));
        assert_eq!(found(format!("😀 {VALUE}").as_bytes()), Some(4..16));
        assert_eq!(found(format!("\u{feff}{VALUE}").as_bytes()), Some(1..13));
    }

    #[test]
    fn no_column_is_guessed() {
        let cp1251 = [b"\xc8\xc8\xcd ", VALUE.as_bytes()].concat();
        assert_eq!(found(&cp1251), None);
        assert_eq!(in_line(b"900101100099", &place(0, 0)), None);
        assert_eq!(in_line(b"ab\n900101100017", &place(3, 0)), None);
    }

    #[test]
    fn a_file_is_read_around_the_place() {
        let mut file = Cursor::new(format!("a\nИИН {VALUE}\n"));
        let mut find = |offset, line_start| in_file(&mut file, &place(offset, line_start)).ok().flatten();
        assert_eq!(find(9, 2), Some(5..17));
        // The offsets of some other text, beyond the end, and in a line too long.
        assert_eq!((find(9, 1), find(900, 890), find(LINE + 100, 2)), (None, None, None));
        assert_eq!(find(9, 2), Some(5..17));
        assert!([Origin::stdin(), Origin::file(&std::env::temp_dir())].iter().all(|origin| open(origin).is_none()));
    }
}
