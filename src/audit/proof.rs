//! Whether a file is what it was: takes a file and what was known of it, gives the proof, by its content or by what the
//! file system says.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::source::Holes;
use crate::source::cache::Onward;
use crate::subject::{Key, Token};

/// What proves that a file is unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// Its bytes: each run reads every file.
    #[default]
    Content,
    /// Its size, its time of modification, and its inode with the time of the last change to it, which programs cannot set
    /// back.
    Inode,
    /// Its size and its time of modification, which any program may set.
    Modified,
}

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Less than 0 where the rest proves nothing.
    pub size: i64,
    /// Nanoseconds since 1970.
    pub modified: Option<i64>,
    pub changed: Option<i64>,
    pub inode: Option<i64>,
}

/// A file that was changed so short a time ago may be changed again with the same time: file systems count coarsely.
const SETTLED: Duration = Duration::from_secs(2);

impl Stat {
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            i64::try_from(since.as_nanos()).ok()
        };
        let modified = metadata.modified().ok().and_then(nanoseconds);
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt;
            let changed =
                metadata.ctime().checked_mul(1_000_000_000).and_then(|s| s.checked_add(metadata.ctime_nsec()));
            (changed, Some(metadata.ino() as i64))
        };
        #[cfg(not(unix))]
        let (changed, inode) = (None, None);
        Self { size: metadata.len() as i64, modified, changed, inode }
    }

    /// The same, proving nothing if its times are too young for that.
    #[must_use]
    pub fn settled(self, now: SystemTime) -> Self {
        let before = now.checked_sub(SETTLED).and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        let before = before.and_then(|at| i64::try_from(at.as_nanos()).ok()).unwrap_or(0);
        let is_young = |time: Option<i64>| time.is_some_and(|time| time > before);
        match is_young(self.modified) || is_young(self.changed) {
            true => Self { size: -1, ..self },
            false => self,
        }
    }
}

impl Proof {
    /// Whether what the file system says proves that a file is what it was. Times and inodes that are not known never do.
    pub fn holds(self, was: &Stat, is: &Stat) -> bool {
        let same = |was: Option<i64>, is: Option<i64>| was.is_some() && was == is;
        was.size >= 0
            && was.size == is.size
            && same(was.modified, is.modified)
            && match self {
                Self::Content => false,
                Self::Inode => same(was.changed, is.changed) && same(was.inode, is.inode),
                Self::Modified => true,
            }
    }
}

/// Bytes that are read at a time.
const BLOCK: usize = 256 << 10;

/// Bytes up to which a file is expected to stay in memory until it is scanned, if it is.
const STAYS: u64 = 1 << 30;

/// The token of a file's content, what the file system said before it was read, and the file. `read` is told how many
/// bytes were.
///
/// # Errors
/// Those of the file; one that changed while it was read.
pub fn digest(path: &Path, key: &Key, mut read: impl FnMut(u64)) -> io::Result<(Token, Stat, File)> {
    let file = File::open(path)?;
    let stat = Stat::of(&file.metadata()?);
    let length = u64::try_from(stat.size).unwrap_or(0);
    let mut holes = Holes::of(&file, length);
    let mut plain = Onward::new(&file, length, length > STAYS);
    let mut hasher = key.hasher("content");
    let mut block = vec![0; BLOCK.min(usize::try_from(stat.size).unwrap_or(BLOCK) + 1)];
    loop {
        let taken = match &mut holes {
            Some(holes) => holes.read(&mut block),
            None => plain.read(&mut block),
        };
        match taken {
            Ok(0) => break,
            Ok(n) => {
                hasher.update(&block[..n]);
                read(n as u64);
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    if let Some(holes) = holes {
        hasher.update(&holes.skipped().to_le_bytes());
        read(holes.skipped());
    }
    if Stat::of(&file.metadata()?) != stat {
        return Err(io::Error::other("the file was changed while it was read"));
    }
    Ok((hasher.finish(), stat, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAS: Stat = Stat { size: 10, modified: Some(1), changed: Some(2), inode: Some(3) };

    #[test]
    fn each_proof_asks_for_what_it_says() {
        let cases = [
            (WAS, [false, true, true]),
            (Stat { size: 11, ..WAS }, [false, false, false]),
            (Stat { modified: Some(9), ..WAS }, [false, false, false]),
            // Written anew with the old time of modification.
            (Stat { changed: Some(9), ..WAS }, [false, false, true]),
            (Stat { inode: Some(9), ..WAS }, [false, false, true]),
            (Stat { modified: None, ..WAS }, [false, false, false]),
        ];
        for (is, expected) in cases {
            let holds = [Proof::Content, Proof::Inode, Proof::Modified].map(|proof| proof.holds(&WAS, &is));
            assert_eq!(holds, expected, "{is:?}");
        }
        let unknown = Stat { modified: None, changed: None, inode: None, ..WAS };
        assert!(!Proof::Modified.holds(&unknown, &unknown));
    }

    #[test]
    fn a_young_time_proves_nothing() {
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let nine = Some(9_000_000_000);
        let stat = Stat { modified: nine, changed: nine, ..WAS };
        let young = stat.settled(at(10));
        assert!(!Proof::Modified.holds(&young, &stat) && !Proof::Modified.holds(&young, &young));
        assert_eq!(stat.settled(at(20)), stat);
    }
}
