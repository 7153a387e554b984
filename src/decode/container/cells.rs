//! Cells as text: takes the values of a table's rows, gives the text that these would be in a COPY of PostgreSQL, one row a
//! line, tabs between cells and `\N` for NULL. What parts lines and cells is a space inside a value, and a backslash
//! stands twice.

use std::io::{self, Read};

/// Empty cells that are told apart.
const MOST_EMPTY: usize = 1 << 16;

/// The text of rows, as far as it was made.
#[derive(Default)]
pub struct Text {
    bytes: Vec<u8>,
    /// Whether a cell has begun in the row, and how many empty ones come before the next.
    row: bool,
    empty: usize,
    /// Bytes of `bytes` that were read.
    read: usize,
}

/// What gives the text of rows.
pub trait Source {
    /// Adds more text, some KiB at most if it can be. Gives whether there may be more.
    ///
    /// # Errors
    /// What was added before counts.
    fn more(&mut self, text: &mut Text) -> io::Result<bool>;
}

impl<S: Source> Source for &mut S {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        (**self).more(text)
    }
}

impl Text {
    /// Bytes that wait to be read.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Begins the next cell of the row.
    pub fn begin_cell(&mut self) {
        for _ in 0..=std::mem::take(&mut self.empty) {
            if std::mem::replace(&mut self.row, true) {
                self.bytes.push(b'\t');
            }
        }
    }

    /// Cells without a value, which are none at the end of a row.
    pub fn empty_cells(&mut self, cells: usize) {
        self.empty = (self.empty + cells).min(MOST_EMPTY);
    }

    /// Adds to the value of the cell that has begun.
    pub fn value(&mut self, value: &[u8]) {
        let mut rest = value;
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b'\\')) {
            self.bytes.extend(&rest[..at]);
            self.bytes.extend(if rest[at] == b'\\' { &b"\\\\"[..] } else { b" " });
            rest = &rest[at + 1..];
        }
        self.bytes.extend(rest);
    }

    /// A whole cell.
    pub fn cell(&mut self, value: &[u8]) {
        self.begin_cell();
        self.value(value);
    }

    pub fn null(&mut self) {
        self.begin_cell();
        self.bytes.extend(b"\\N");
    }

    /// Ends the row, unless it has no cells.
    pub fn end_row(&mut self) {
        if std::mem::take(&mut self.row) {
            self.bytes.push(b'\n');
        }
        self.empty = 0;
    }

    /// Adds text that is no cell.
    pub fn plain(&mut self, text: &[u8]) {
        self.bytes.extend(text);
    }

    /// What was added since there were so many bytes.
    pub fn since(&self, length: usize) -> &[u8] {
        &self.bytes[length.min(self.bytes.len())..]
    }
}

/// Reads as the text that a source gives.
pub struct Rows<S> {
    source: S,
    text: Text,
    ended: bool,
    failure: Option<io::Error>,
}

impl<S: Source> Rows<S> {
    pub fn new(source: S) -> Self {
        Self { source, text: Text::default(), ended: false, failure: None }
    }
}

impl<S: Source> Read for Rows<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.text.read == self.text.bytes.len() {
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            if self.ended {
                return Ok(0);
            }
            self.text.bytes.clear();
            self.text.read = 0;
            match self.source.more(&mut self.text) {
                Ok(more) => self.ended = !more,
                Err(failure) => (self.failure, self.ended) = (Some(failure), true),
            }
        }
        let text = &self.text.bytes[self.text.read..];
        let length = text.len().min(buf.len());
        buf[..length].copy_from_slice(&text[..length]);
        self.text.read += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Three(u32);

    impl Source for Three {
        fn more(&mut self, text: &mut Text) -> io::Result<bool> {
            if self.0 == 3 {
                return Err(io::Error::other("torn"));
            }
            text.cell(self.0.to_string().as_bytes());
            text.cell(b"a\\b\tc\r\nd");
            text.null();
            text.cell(b"");
            text.end_row();
            self.0 += 1;
            Ok(true)
        }
    }

    #[test]
    fn rows_are_lines_however_they_are_read_and_end_with_what_failed() {
        let row = |number: u32| format!("{number}\ta\\\\b c  d\t\\N\t\n");
        for length in [1, 7, 100] {
            let mut rows = Rows::new(Three(0));
            let (mut text, mut buffer) = (Vec::new(), vec![0; length]);
            let failure = loop {
                match rows.read(&mut buffer) {
                    Ok(0) => panic!("the failure was lost"),
                    Ok(more) => text.extend(&buffer[..more]),
                    Err(failure) => break failure.to_string(),
                }
            };
            assert_eq!(String::from_utf8(text).unwrap(), [row(0), row(1), row(2)].concat());
            assert_eq!((failure.as_str(), rows.read(&mut buffer).unwrap()), ("torn", 0));
        }
    }
}
