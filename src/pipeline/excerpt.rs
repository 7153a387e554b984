//! An excerpt: takes a text as it goes by and a place in it, gives the bytes there with what stands around them. Memory is
//! bounded, however long the text and its lines.

use std::collections::VecDeque;
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
}

/// What is kept of a text that goes by.
pub struct Passing {
    /// From 1.
    line: u64,
    column: Option<u64>,
    around: usize,
    /// Bytes that went by, lines that ended among them, and where the line begins that is open.
    at: u64,
    ends: u64,
    line_start: u64,
    /// The last bytes before the spot.
    before: VecDeque<u8>,
    /// Offset of the spot.
    start: Option<u64>,
    /// The spot and what follows.
    after: Vec<u8>,
    /// Bytes of the line, if it ends before the column.
    short: Option<u64>,
}

impl Passing {
    /// For the line or the byte at a column, which count from 1, and `around` bytes on both sides of it.
    pub fn new(line: u64, column: Option<u64>, around: usize) -> Self {
        let (before, after) = Default::default();
        let passing =
            Self { line, column, around, at: 0, ends: 0, line_start: 0, before, start: None, after, short: None };
        Self { start: passing.arrived(), ..passing }
    }

    /// Where the spot begins and what is shown after it ends at most, once that is known. It is known before the first byte
    /// of the spot goes by.
    pub fn extent(&self) -> Option<Range<u64>> {
        self.start.map(|start| start..start + (self.wanted() + self.around) as u64)
    }

    /// Whether the rest of the text does not matter.
    pub fn is_done(&self) -> bool {
        self.short.is_some() || self.start.is_some() && self.after.len() == self.wanted() + self.around
    }

    /// Takes the next bytes of the text.
    pub fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.is_done() {
            let length = match self.start {
                Some(_) => bytes.len().min(self.wanted() + self.around - self.after.len()),
                None if self.ends + 1 < self.line => memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1),
                None => self.column_in(bytes),
            };
            let (taken, rest) = bytes.split_at(length);
            match self.start {
                Some(_) => self.after.extend_from_slice(taken),
                None => self.pass(taken),
            }
            bytes = rest;
        }
    }

    /// The excerpt, once the text has ended or the rest does not matter.
    ///
    /// # Errors
    /// A line or column that is not there.
    pub fn finish(self) -> Result<Excerpt, Missing> {
        if let Some(length) = self.short {
            return Err(Missing::Column(length));
        }
        if self.ends + 1 < self.line {
            return Err(Missing::Line(self.ends + u64::from(self.at > self.line_start)));
        }
        if self.column.is_some() && matches!(self.after.first(), None | Some(b'\n')) {
            return Err(Missing::Column(self.at - self.line_start));
        }
        let wanted = self.wanted();
        let (before, mut after) = (Vec::from(self.before), self.after);
        let length = memchr::memchr(b'\n', &after).unwrap_or(after.len());
        let spot = before.len()..before.len() + length.min(wanted);
        // As much around a short line as around a column.
        after.truncate(spot.len() + self.around);
        let base = self.at - before.len() as u64;
        let cut = self.column.is_none() && length > wanted;
        Ok(Excerpt { text: [before, after].concat(), base, spot, line_start: self.line_start, cut })
    }

    fn wanted(&self) -> usize {
        if self.column.is_some() { 1 } else { LINE }
    }

    /// Bytes up to the column, or to the end of the line if that comes before.
    fn column_in(&mut self, bytes: &[u8]) -> usize {
        let left = self.line_start + self.column.unwrap_or(1) - 1 - self.at;
        let part = &bytes[..bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        let end = memchr::memchr(b'\n', part);
        self.short = end.map(|end| self.at + end as u64 - self.line_start);
        end.unwrap_or(part.len())
    }

    /// Goes over bytes before the spot.
    fn pass(&mut self, bytes: &[u8]) {
        self.before.extend(&bytes[bytes.len().saturating_sub(self.around)..]);
        self.before.drain(..self.before.len().saturating_sub(self.around));
        self.at += bytes.len() as u64;
        if self.ends + 1 < self.line && bytes.last() == Some(&b'\n') {
            self.ends += 1;
            self.line_start = self.at;
        }
        self.start = self.arrived();
    }

    /// The place that was come to, if it is the spot.
    fn arrived(&self) -> Option<u64> {
        let here = self.ends + 1 == self.line && self.at - self.line_start == self.column.unwrap_or(1) - 1;
        here.then_some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text goes by in pieces of so many bytes.
    fn excerpt(text: &[u8], piece: usize, line: u64, column: Option<u64>, around: usize) -> Result<Excerpt, Missing> {
        let mut passing = Passing::new(line, column, around);
        text.chunks(piece).for_each(|piece| passing.add(piece));
        passing.finish()
    }

    fn shown(text: &[u8], piece: usize, line: u64, column: Option<u64>) -> String {
        match excerpt(text, piece, line, column, 3) {
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
            for piece in [1, 2, 5, 100] {
                assert_eq!(shown(text, piece, line, column), expected, "{line} {column:?} {piece}");
            }
        }
        assert_eq!(shown(b"", 1, 1, None), "[]@0");
        assert_eq!(shown(b"a\n", 1, 2, None), "a\n[]@2");
        assert_eq!(shown(b"a\n", 1, 3, None), "Line(1)");
        assert_eq!(shown(b"", 1, 1, Some(1)), "Column(0)");
    }

    #[test]
    fn a_long_line_is_cut() {
        let text = vec![b'x'; 3 * LINE];
        let found = excerpt(&text, 1000, 1, None, 10).unwrap();
        assert!(found.cut && found.spot == (0..LINE) && found.text.len() == LINE + 10);
        let found = excerpt(&text, 1000, 1, Some(2 * LINE as u64), 10).unwrap();
        assert!(!found.cut && found.spot == (10..11) && found.base == 2 * LINE as u64 - 11);
    }
}
