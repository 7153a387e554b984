//! An excerpt: takes a text as a stream and a place in it, gives the bytes there with what stands around them. Memory is
//! bounded, however long the text and its lines.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

/// Bytes of a line that are shown where no column is asked for.
const LINE: usize = 64 << 10;

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The spot and as much around it as was asked for, or all there is.
    pub text: Vec<u8>,
    /// Offset of the text's first byte.
    pub base: u64,
    /// The line, or the byte at the column, in the text.
    pub spot: Range<usize>,
    /// Offset of the first byte of the line.
    pub line_start: u64,
    /// Whether the line goes on after the spot that was to be all of it.
    pub cut: bool,
}

/// Why there is no excerpt.
#[derive(Debug)]
pub enum Missing {
    /// The text has only so many lines.
    Line(u64),
    /// The line has only so many bytes.
    Column(u64),
    Read(io::Error),
}

impl From<io::Error> for Missing {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// Reads as far as the spot and `around` bytes on. `line` and `column` count from 1.
///
/// # Errors
/// A line or column that is not there; those of the reader.
pub fn excerpt(reader: impl Read, line: u64, column: Option<u64>, around: usize) -> Result<Excerpt, Missing> {
    let mut text = Tail { reader: BufReader::with_capacity(LINE, reader), tail: VecDeque::new(), at: 0, around };
    for before in 1..line {
        let begun = text.at;
        if !text.skip_line(u64::MAX)? {
            return Err(Missing::Line(if text.at == begun { before - 1 } else { before }));
        }
    }
    let line_start = text.at;
    if let Some(column) = column {
        let ended = text.skip_line(column - 1)?;
        if ended || text.at - line_start < column - 1 || matches!(text.peek()?, None | Some(b'\n')) {
            let length = if ended { text.at - line_start - 1 } else { text.at - line_start };
            return Err(Missing::Column(length));
        }
    }
    let wanted = if column.is_some() { 1 } else { LINE };
    let before: Vec<u8> = text.tail.iter().copied().collect();
    let start = before.len();
    let base = text.at - start as u64;
    let mut after = Vec::new();
    text.reader.take((wanted + around) as u64).read_to_end(&mut after)?;
    let length = memchr::memchr(b'\n', &after).unwrap_or(after.len());
    let spot = start..start + length.min(wanted);
    // As much around a short line as around a column.
    after.truncate(spot.len() + around);
    Ok(Excerpt { text: [before, after].concat(), base, spot, line_start, cut: column.is_none() && length > wanted })
}

/// A reader that remembers the last bytes.
struct Tail<R> {
    reader: BufReader<R>,
    tail: VecDeque<u8>,
    at: u64,
    around: usize,
}

impl<R: Read> Tail<R> {
    /// Goes on to the next line, over at most so many bytes. Whether the line ended within them.
    fn skip_line(&mut self, most: u64) -> io::Result<bool> {
        let (mut left, around) = (most, self.around);
        while left > 0 {
            let bytes = self.fill()?;
            if bytes.is_empty() {
                return Ok(false);
            }
            let bytes = &bytes[..bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
            let end = memchr::memchr(b'\n', bytes).map(|at| at + 1);
            let length = end.unwrap_or(bytes.len());
            let kept = bytes[length.saturating_sub(around)..length].to_vec();
            self.tail.extend(kept);
            self.tail.drain(..self.tail.len().saturating_sub(around));
            self.reader.consume(length);
            self.at += length as u64;
            left -= length as u64;
            if end.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill()?.first().copied())
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        while let Err(error) = self.reader.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok(self.reader.buffer())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8], line: u64, column: Option<u64>) -> String {
        match excerpt(text, line, column, 3) {
            Ok(found) => {
                assert_eq!(found.text, text[found.base as usize..][..found.text.len()]);
                let part = |range: Range<usize>| String::from_utf8_lossy(&found.text[range]).into_owned();
                let (start, end) = (found.spot.start, found.spot.end);
                format!("{}[{}]{}@{}", part(0..start), part(start..end), part(end..found.text.len()), found.line_start)
            }
            Err(missing) => format!("{missing:?}"),
        }
    }

    #[test]
    fn the_spot_stands_in_what_is_around_it() {
        let text = b"one\ntwo words\nlast";
        for (line, column, expected) in [
            (1, None, "[one]\ntw@0"),
            (2, None, "ne\n[two words]\nla@4"),
            (3, None, "ds\n[last]@14"),
            (2, Some(1), "ne\n[t]wo @4"),
            (2, Some(9), "ord[s]\nla@4"),
            (2, Some(10), "Column(9)"),
            (3, Some(4), "las[t]@14"),
            (3, Some(9), "Column(4)"),
            (4, None, "Line(3)"),
            (9, Some(1), "Line(3)"),
        ] {
            assert_eq!(shown(text, line, column), expected, "{line} {column:?}");
        }
        assert_eq!(shown(b"", 1, None), "[]@0");
        assert_eq!(shown(b"a\n", 2, None), "a\n[]@2");
        assert_eq!(shown(b"a\n", 3, None), "Line(1)");
        assert_eq!(shown(b"", 1, Some(1)), "Column(0)");
    }

    #[test]
    fn a_long_line_is_cut() {
        let text = vec![b'x'; 3 * LINE];
        let found = excerpt(&*text, 1, None, 10).unwrap();
        assert!(found.cut && found.spot == (0..LINE) && found.text.len() == LINE + 10);
        let found = excerpt(&*text, 1, Some(2 * LINE as u64), 10).unwrap();
        assert!(!found.cut && found.spot == (10..11) && found.base == 2 * LINE as u64 - 11);
    }
}
