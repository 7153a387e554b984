//! What the system keeps of files in memory: takes an open file and a range of it, asks for what is read next, and gives up
//! what was read and is not read again, so that terabytes of backups push nothing out that somebody works with. Systems
//! without `posix_fadvise` are not told, and read the same.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

/// Shortest file that the system is told of: of a shorter one it costs more than it gives.
const SHORTEST: u64 = 1 << 20;

/// Bytes that are given up together while a file is read.
const STEP: u64 = 8 << 20;

/// Reads a file from front to back.
pub struct Onward<'f> {
    file: &'f File,
    /// Where reading is, and what before it was given up.
    at: u64,
    given_up: u64,
    /// Whether what was read is given up.
    once: bool,
}

impl<'f> Onward<'f> {
    /// Of a file of this length. What is read `once` is given up on the way.
    pub fn new(file: &'f File, length: u64, once: bool) -> Self {
        if length >= SHORTEST {
            system::expect_all(file);
        }
        Self { file, at: 0, given_up: 0, once: once && length >= SHORTEST }
    }
}

impl Read for Onward<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file;
        let read = file.read(buf)?;
        self.at += read as u64;
        if self.once && self.at - self.given_up >= STEP {
            give_up(self.file, self.given_up..self.at);
            self.given_up = self.at;
        }
        Ok(read)
    }
}

/// Asks for a range of a file that is soon to be read.
pub fn ask_for(file: &File, range: Range<u64>) {
    system::ask_for(file, range);
}

/// Gives up a range of a file, or a whole file, that was read.
pub fn give_up(file: &File, range: Range<u64>) {
    if range.end - range.start >= SHORTEST {
        system::give_up(file, range);
    }
}

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
mod system {
    use std::fs::File;
    use std::num::NonZeroU64;
    use std::ops::Range;

    use rustix::fs::{Advice, fadvise};

    pub fn expect_all(file: &File) {
        tell(file, 0..0, Advice::Sequential);
    }

    pub fn ask_for(file: &File, range: Range<u64>) {
        tell(file, range, Advice::WillNeed);
    }

    pub fn give_up(file: &File, range: Range<u64>) {
        tell(file, range, Advice::DontNeed);
    }

    /// No length is all that follows. Advice that a file system does not take changes nothing.
    fn tell(file: &File, range: Range<u64>, advice: Advice) {
        let _ = fadvise(file, range.start, NonZeroU64::new(range.end - range.start), advice);
    }
}

#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
mod system {
    use std::fs::File;
    use std::ops::Range;

    pub fn expect_all(_: &File) {}

    pub fn ask_for(_: &File, _: Range<u64>) {}

    pub fn give_up(_: &File, _: Range<u64>) {}
}
