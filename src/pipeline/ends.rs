//! The ends of a text: takes it in stretches, or from a file, and shows its first and its last bytes, where data tells how
//! old it is. They stay in the buffers of the thread that reads them.

use std::fs::File;
use std::io::{self, Read};

/// Bytes kept of each end.
const LENGTH: usize = 4096;

#[derive(Debug, Default)]
pub struct Ends {
    head: Vec<u8>,
    tail: Vec<u8>,
    /// Whether the tail is where the text ends.
    whole: bool,
}

impl Ends {
    pub fn clear(&mut self) {
        self.head.clear();
        self.tail.clear();
        self.whole = false;
    }

    /// Takes the next stretch.
    pub fn add(&mut self, text: &[u8]) {
        if self.head.len() < LENGTH {
            self.head.extend_from_slice(&text[..text.len().min(LENGTH - self.head.len())]);
        }
        let last = &text[text.len().saturating_sub(LENGTH)..];
        let kept = self.tail.len().min(LENGTH - last.len());
        self.tail.drain(..self.tail.len() - kept);
        self.tail.extend_from_slice(last);
    }

    /// The text has ended.
    pub fn close(&mut self) {
        self.whole = true;
    }

    /// Those of a file of plain text, `length` bytes long.
    pub fn of(file: &File, length: u64) -> io::Result<Self> {
        let part = |from: u64| {
            let mut bytes = Vec::new();
            Positioned { file, at: from, end: length.min(from + LENGTH as u64) }.read_to_end(&mut bytes).map(|_| bytes)
        };
        Ok(Self { head: part(0)?, tail: part(length.saturating_sub(LENGTH as u64))?, whole: true })
    }

    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Empty where the end of the text was not read.
    pub fn tail(&self) -> &[u8] {
        if self.whole { &self.tail } else { &[] }
    }
}

/// Reads a part of a file that several threads read.
pub struct Positioned<'a> {
    pub file: &'a File,
    pub at: u64,
    pub end: u64,
}

impl Read for Positioned<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        #[cfg(unix)]
        let n = std::os::unix::fs::FileExt::read_at(self.file, &mut buffer[..most], self.at)?;
        #[cfg(windows)]
        let n = std::os::windows::fs::FileExt::seek_read(self.file, &mut buffer[..most], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_do_not_depend_on_the_stretches() {
        let text: Vec<u8> = (0..20_000_u32).map(|n| (n % 251) as u8).collect();
        for length in [0, 1, 100, LENGTH - 1, LENGTH, LENGTH + 1, 3 * LENGTH, text.len()] {
            let text = &text[..length];
            for stretch in [1, 64, 1000, LENGTH, text.len().max(1)] {
                let mut ends = Ends::default();
                text.chunks(stretch).for_each(|stretch| ends.add(stretch));
                assert_eq!(ends.head(), &text[..length.min(LENGTH)]);
                assert_eq!(ends.tail(), b"", "the text may go on");
                ends.close();
                assert_eq!(ends.tail(), &text[length.saturating_sub(LENGTH)..]);
            }
        }
    }

    #[test]
    fn a_file_has_the_ends_of_its_text() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock");
        let text = std::fs::read(path).unwrap();
        let ends = Ends::of(&File::open(path).unwrap(), text.len() as u64).unwrap();
        assert_eq!((ends.head(), ends.tail()), (&text[..LENGTH], &text[text.len() - LENGTH..]));
    }
}
