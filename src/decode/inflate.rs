//! Deflate without gzip's frame: takes the bytes of a raw or a zlib stream, gives its text. What stands after the end of
//! the stream is left in the source.

use std::io::{self, BufRead, Read};

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

/// What inflates, a step at a time.
pub struct Inflater {
    inflate: Decompress,
    /// Whether the last step filled the caller's buffer, so that it may hold more text than it gave.
    full: bool,
}

/// What one step gave.
pub struct Step {
    /// Bytes of text.
    pub given: usize,
    pub status: Result<Status, DecompressError>,
    /// Whether the source had no more bytes.
    pub at_end: bool,
}

impl Inflater {
    pub fn new(inflate: Decompress) -> Self {
        Self { inflate, full: false }
    }

    /// Inflates once.
    pub fn step(&mut self, source: &mut impl BufRead, buf: &mut [u8]) -> io::Result<Step> {
        let input = if self.full { &[] } else { source.fill_buf()? };
        let at_end = input.is_empty() && !self.full;
        let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, buf, FlushDecompress::None);
        let taken = (self.inflate.total_in() - taken) as usize;
        let given = (self.inflate.total_out() - given) as usize;
        source.consume(taken);
        self.full = given == buf.len();
        Ok(Step { given, status, at_end })
    }

    /// Whether nothing of the stream was taken.
    pub fn is_new(&self) -> bool {
        self.inflate.total_in() == 0
    }

    /// Goes on to another stream.
    pub fn reset(&mut self, zlib_header: bool) {
        self.full = false;
        self.inflate.reset(zlib_header);
    }
}

pub struct Inflate<S> {
    source: S,
    inflater: Inflater,
    ended: bool,
    damaged: bool,
}

impl<S: BufRead> Inflate<S> {
    /// As zip members are stored.
    pub fn raw(source: S) -> Self {
        Self { source, inflater: Inflater::new(Decompress::new(false)), ended: false, damaged: false }
    }

    /// With the frame of RFC 1950.
    pub fn zlib(source: S) -> Self {
        Self { inflater: Inflater::new(Decompress::new(true)), ..Self::raw(source) }
    }
}

impl<S: BufRead> Read for Inflate<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !buf.is_empty() {
            if self.damaged {
                return Err(super::corrupt("corrupt deflate stream"));
            }
            let Step { given, status, at_end } = self.inflater.step(&mut self.source, buf)?;
            self.damaged = status.is_err();
            self.ended = matches!(status, Ok(Status::StreamEnd));
            match given {
                0 if at_end && !self.ended && !self.damaged => return Err(super::truncated()),
                0 => {}
                given => return Ok(given),
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, ZlibEncoder};

    use super::*;
    use crate::decode::tests::{TEXT, drain, one_byte_at_a_time};

    #[test]
    fn a_stream_ends_where_it_ends_and_a_cut_loses_nothing_before_it() {
        let text = TEXT.repeat(20).into_bytes();
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&text).unwrap();
        let stored = encoder.finish().unwrap();
        let followed = [&stored[..], b"next"].concat();
        for block in [1, 7, 1 << 16] {
            let mut source = &followed[..];
            assert!(drain(Inflate::raw(&mut source), block) == (text.clone(), None));
            assert_eq!(source, b"next");
        }
        let mut longest = 0;
        for cut in 0..stored.len() {
            let (got, error) = drain(Inflate::raw(one_byte_at_a_time(&stored[..cut])), 100);
            assert!(text.starts_with(&got) && got.len() >= longest, "cut at {cut}");
            assert_eq!(error.as_deref(), Some("unexpected end of file"), "cut at {cut}");
            longest = got.len();
        }
    }

    #[test]
    fn zlib_frames_are_checked() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(TEXT.as_bytes()).unwrap();
        let mut stored = encoder.finish().unwrap();
        assert_eq!(drain(Inflate::zlib(&stored[..]), 9), (TEXT.as_bytes().to_vec(), None));
        *stored.last_mut().unwrap() ^= 1;
        let damage = Some("corrupt deflate stream".to_owned());
        assert_eq!(drain(Inflate::zlib(&stored[..]), 9), (TEXT.as_bytes().to_vec(), damage));
    }
}
