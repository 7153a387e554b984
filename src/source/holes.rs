//! Files with holes, as images of disks and databases are: takes an open file, gives its bytes with every long hole as a
//! short run of zeros, so that terabytes of nothing are read in no time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Shortest file that is asked for holes.
const SHORTEST: u64 = 64 << 20;

/// Bytes that a longer hole is given as.
const HOLE: u64 = 1 << 20;

/// Reads a file of which most is holes.
pub struct Holes<'f> {
    file: &'f File,
    length: u64,
    /// Where reading is, and up to where it goes on without asking for holes.
    at: u64,
    until: u64,
    skipped: u64,
}

impl<'f> Holes<'f> {
    /// None where less than half of the file is holes, or the system does not tell.
    pub fn of(file: &'f File, length: u64) -> Option<Self> {
        let sparse = length >= SHORTEST && stored(file)? < length / 2;
        sparse.then_some(Self { file, length, at: 0, until: 0, skipped: 0 })
    }

    /// Bytes of holes that were left out so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}

/// Bytes that a file takes of its disk.
#[cfg(unix)]
fn stored(file: &File) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    Some(file.metadata().ok()?.blocks().saturating_mul(512))
}

#[cfg(not(unix))]
fn stored(_: &File) -> Option<u64> {
    None
}

impl Holes<'_> {
    /// Goes on to what comes next: data, the end of a hole before it included.
    fn advance(&mut self) -> io::Result<()> {
        let Range { start, end } = data(self.file, self.at, self.length)?;
        let skipped = start.saturating_sub(self.at).saturating_sub(HOLE);
        self.skipped += skipped;
        self.at += skipped;
        self.until = end;
        self.file.seek(SeekFrom::Start(self.at)).map(drop)
    }
}

impl Read for Holes<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.until && self.at < self.length {
            self.advance()?;
        }
        let wanted = usize::try_from(self.until.saturating_sub(self.at)).unwrap_or(usize::MAX).min(buf.len());
        let read = self.file.read(&mut buf[..wanted])?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Where data stands next, from `at` on.
#[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
fn data(file: &File, at: u64, length: u64) -> io::Result<Range<u64>> {
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;
    let start = match seek(file, SeekFrom::Data(at)) {
        Ok(start) => start.min(length),
        // None to the end.
        Err(Errno::NXIO) => length,
        Err(Errno::INVAL | Errno::NOTSUP) => at,
        Err(error) => return Err(error.into()),
    };
    let end = seek(file, SeekFrom::Hole(start)).unwrap_or(length);
    Ok(start..if end > start { end.min(length) } else { length })
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "freebsd")))]
fn data(_: &File, at: u64, length: u64) -> io::Result<Range<u64>> {
    Ok(at..length)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn long_holes_are_short_and_nothing_else_is_left_out() {
        let path = std::env::temp_dir().join(format!("derbes-holes-{}", std::process::id()));
        let file = File::options().create(true).truncate(true).read(true).write(true).open(&path).unwrap();
        let (first, second, length) = (100 << 20, 900 << 20, 1 << 40);
        file.set_len(length).unwrap();
        file.write_all_at(b"one", first).unwrap();
        file.write_all_at(b"two", second).unwrap();
        let Some(mut holes) = Holes::of(&file, length) else {
            println!("skipped: this file system has no holes");
            return std::fs::remove_file(&path).unwrap();
        };
        let mut text = Vec::new();
        holes.read_to_end(&mut text).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(text.len() as u64 + holes.skipped(), length);
        // Systems tell of holes in blocks.
        assert!(text.len() < 5 << 20, "{}", text.len());
        let words = text.split(|byte| *byte == 0).filter(|word| !word.is_empty());
        assert_eq!(words.collect::<Vec<_>>(), [b"one", b"two"]);
    }

    #[test]
    fn a_file_without_holes_is_none() {
        let path = std::env::temp_dir().join(format!("derbes-no-holes-{}", std::process::id()));
        std::fs::write(&path, b"text").unwrap();
        let file = File::open(&path).unwrap();
        assert!(Holes::of(&file, 4).is_none());
        std::fs::remove_file(&path).unwrap();
    }
}
