//! Lines of a message: takes bytes, gives them up to the next border of a part or of a message.

use std::io::{self, BufRead, Read};

/// Bytes of a line that are looked at together; borders are shorter.
const CHUNK: usize = 4 << 10;

/// What ended the last part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The border of the multipart of this number, from 0, and whether it is its last.
    Border(usize, bool),
    /// The first line of another message.
    Message,
    End,
}

pub struct Lines<R> {
    source: R,
    /// Whether messages follow one another, each after a line that begins with `From `.
    pub is_mbox: bool,
    /// The borders of the multiparts that are open, without the dashes before them.
    pub borders: Vec<Vec<u8>>,
    pub stop: Option<Stop>,
    /// Whether the last chunk has ended its line.
    at_line: bool,
    chunk: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub fn new(source: R, is_mbox: bool) -> Self {
        Self { source, is_mbox, borders: Vec::new(), stop: None, at_line: true, chunk: Vec::new() }
    }

    /// The next line with its end, or a part of a long one; none where something has stopped the part.
    ///
    /// # Errors
    /// Those of the source.
    pub fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if self.stop.is_some() {
            return Ok(None);
        }
        self.chunk.clear();
        self.source.by_ref().take(CHUNK as u64).read_until(b'\n', &mut self.chunk)?;
        let begins = std::mem::replace(&mut self.at_line, self.chunk.ends_with(b"\n"));
        self.stop = if self.chunk.is_empty() {
            Some(Stop::End)
        } else if begins {
            self.border()
        } else {
            None
        };
        Ok(if self.stop.is_some() { None } else { Some(&self.chunk) })
    }

    /// Whether the line is a border.
    fn border(&self) -> Option<Stop> {
        if self.is_mbox && self.chunk.starts_with(b"From ") {
            return Some(Stop::Message);
        }
        let rest = self.chunk.strip_prefix(b"--")?;
        // That of an inner part may begin with that of an outer one.
        let found = self.borders.iter().enumerate().rev().filter_map(|(level, border)| {
            let after = rest.strip_prefix(&**border)?.trim_ascii_end();
            (after.is_empty() || after == b"--").then_some(Stop::Border(level, after == b"--"))
        });
        found.into_iter().next()
    }

    /// The line that has stopped the part.
    pub fn stopper(&self) -> &[u8] {
        &self.chunk
    }
}

/// Reads a part up to what stops it. The line end before a border is one of the border.
pub struct Body<'b, R> {
    lines: &'b mut Lines<R>,
    /// The end of the last line, and then that line.
    held: Vec<u8>,
    bytes: Vec<u8>,
    read: usize,
}

impl<'b, R: BufRead> Body<'b, R> {
    pub fn new(lines: &'b mut Lines<R>) -> Self {
        Self { lines, held: Vec::new(), bytes: Vec::new(), read: 0 }
    }
}

impl<R: BufRead> Read for Body<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.bytes.len() {
            self.bytes.clear();
            self.read = 0;
            let Some(line) = self.lines.next()? else {
                // Only a border takes the line end before it.
                if matches!(self.lines.stop, Some(Stop::End)) {
                    self.bytes = std::mem::take(&mut self.held);
                }
                if self.bytes.is_empty() {
                    return Ok(0);
                }
                break;
            };
            self.bytes.append(&mut self.held);
            let text = line.strip_suffix(b"\n").map_or(line, |text| text.strip_suffix(b"\r").unwrap_or(text));
            self.bytes.extend(text);
            self.held.extend(&line[text.len()..]);
        }
        let length = buf.len().min(self.bytes.len() - self.read);
        buf[..length].copy_from_slice(&self.bytes[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}
