//! gzip: takes stored bytes, gives the text of all members, one after the other.

use std::io::{self, BufRead, Read};

use flate2::{Decompress, DecompressError, Status};

use super::frames::Framed;
use super::inflate::{self, Inflater};

/// The largest window that deflate knows, as log2 of its bytes.
const WINDOW_LOG: u8 = 15;

/// A gzip stream of one member or more. Whatever can be inflated before an error is given before it.
pub struct Gzip<S> {
    source: S,
    inflater: Inflater,
    state: State,
}

enum State {
    Member,
    /// The text before it has been given.
    Damaged(&'static str),
    Between,
    /// Zero bytes after the last member, which tapes and block devices leave.
    Padding,
}

impl<S: BufRead> Gzip<S> {
    pub fn new(source: S) -> Self {
        Self { source, inflater: Inflater::new(Decompress::new_gzip(WINDOW_LOG)), state: State::Member }
    }

    /// Inflates once.
    fn inflate(&mut self, buf: &mut [u8]) -> io::Result<Option<usize>> {
        let inflate::Step { given, status, at_end } = self.inflater.step(&mut self.source, buf)?;
        match status {
            Err(error) => self.state = State::Damaged(damage(&error)),
            Ok(Status::StreamEnd) => {
                self.state = State::Between;
                self.inflater.reset(true);
            }
            Ok(_) if given == 0 && at_end => return Err(super::truncated()),
            Ok(_) => {}
        }
        Ok(Some(given))
    }

    /// Goes on to the next member, if there is one.
    fn advance(&mut self) -> io::Result<Option<usize>> {
        let input = self.source.fill_buf()?;
        match (input.first(), &self.state) {
            (None, _) => Ok(None),
            (Some(0), _) => {
                let zeros = input.iter().take_while(|byte| **byte == 0).count();
                self.source.consume(zeros);
                self.state = State::Padding;
                Ok(Some(0))
            }
            (Some(0x1F), State::Between) => {
                self.state = State::Member;
                Ok(Some(0))
            }
            _ => Err(super::corrupt("trailing garbage after the last gzip member")),
        }
    }
}

impl<S: BufRead> Framed for Gzip<S> {
    type Source = S;

    fn step(&mut self, buf: &mut [u8]) -> io::Result<Option<usize>> {
        match self.state {
            State::Member => self.inflate(buf),
            State::Between | State::Padding => self.advance(),
            State::Damaged(message) => Err(super::corrupt(message)),
        }
    }

    fn is_between(&self) -> bool {
        match self.state {
            State::Member => self.inflater.is_new(),
            State::Between => true,
            State::Padding | State::Damaged(_) => false,
        }
    }

    fn pass(&mut self) {
        self.state = State::Between;
    }

    fn source(&mut self) -> &mut S {
        &mut self.source
    }
}

impl<S: BufRead> Read for Gzip<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !buf.is_empty() {
            match self.step(buf)? {
                Some(0) => {}
                Some(given) => return Ok(given),
                None => break,
            }
        }
        Ok(0)
    }
}

fn damage(error: &DecompressError) -> &'static str {
    match error.message().unwrap_or_default() {
        "incorrect header check"
        | "unknown compression method"
        | "unknown header flags set"
        | "header crc mismatch" => "invalid gzip header",
        "incorrect data check" => "gzip checksum mismatch",
        "incorrect length check" => "gzip length mismatch",
        _ => "corrupt deflate stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::decode::tests::{TEXT, drain, one_byte_at_a_time};

    fn gzip(text: &[u8], level: u32) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(stored: &[u8], block: usize) -> (Vec<u8>, Option<String>) {
        drain(Gzip::new(stored), block)
    }

    #[test]
    fn a_cut_at_any_byte_gives_all_the_text_before_it() {
        let text = TEXT.repeat(3);
        // Stored blocks: ten bytes of gzip header, five of block header, then the text byte by byte.
        let stored = gzip(text.as_bytes(), 0);
        let body = stored.iter().position(|byte| *byte == text.as_bytes()[0]).unwrap();
        for cut in 0..stored.len() {
            let (got, error) = read(&stored[..cut], 7);
            assert_eq!(got, text.as_bytes()[..cut.saturating_sub(body).min(text.len())], "cut at {cut}");
            assert_eq!(error.as_deref(), Some("unexpected end of file"));
        }
    }

    #[test]
    fn a_cut_gives_the_same_text_whatever_the_buffers() {
        let text = TEXT.repeat(20);
        let stored = gzip(text.as_bytes(), 9);
        let mut longest = 0;
        for cut in 0..stored.len() {
            let (got, error) = read(&stored[..cut], 1 << 16);
            assert!(text.as_bytes().starts_with(&got));
            assert!(got.len() >= longest, "cut at {cut}");
            longest = got.len();
            assert_eq!(error.as_deref(), Some("unexpected end of file"));
            assert_eq!(read(&stored[..cut], 1).0, got, "cut at {cut}");
            assert_eq!(drain(Gzip::new(one_byte_at_a_time(&stored[..cut])), 1 << 16).0, got, "cut at {cut}");
        }
        assert_eq!(longest, text.len());
    }

    #[test]
    fn a_flipped_bit_loses_nothing_before_it() {
        let text = TEXT.repeat(20);
        let stored = gzip(text.as_bytes(), 9);
        for at in 10..stored.len() {
            let mut broken = stored.clone();
            broken[at] ^= 0x10;
            let whole = read(&stored[..at], 100).0;
            let (got, error) = read(&broken, 1 << 16);
            assert!(got.starts_with(&whole), "bit flipped in byte {at}");
            // The last bits of the deflate stream mean nothing.
            assert!(error.is_some() || got == text.as_bytes(), "bit flipped in byte {at}");
            assert!(read(&broken, 3) == (got, error), "bit flipped in byte {at}");
        }
    }

    #[test]
    fn members_follow_one_another() {
        let stored = [gzip(b"one ", 6), gzip(b"", 6), gzip(b"two", 6)].concat();
        for block in [1, 2, 100] {
            assert_eq!(read(&stored, block), (b"one two".to_vec(), None));
        }
    }

    #[test]
    fn padding_is_no_error_and_garbage_is() {
        let stored = gzip(b"text", 6);
        assert_eq!(read(&[&stored[..], &[0; 512]].concat(), 9), (b"text".to_vec(), None));
        let garbage = Some("trailing garbage after the last gzip member".to_owned());
        assert_eq!(read(&[&stored[..], b"garbage"].concat(), 9), (b"text".to_vec(), garbage.clone()));
        assert_eq!(read(&[&stored[..], &[0, 0], &stored[..]].concat(), 9), (b"text".to_vec(), garbage));
    }

    #[test]
    fn damage_is_named() {
        let stored = gzip(TEXT.as_bytes(), 6);
        let broken = |at: usize, byte: u8| {
            let mut broken = stored.clone();
            broken[at] = byte;
            read(&broken, 100).1.unwrap()
        };
        assert_eq!(broken(1, 0), "invalid gzip header");
        assert_eq!(broken(2, 7), "invalid gzip header");
        assert_eq!(broken(3, 0xE0), "invalid gzip header");
        assert_eq!(broken(10, 7), "corrupt deflate stream");
        assert_eq!(broken(stored.len() - 5, !stored[stored.len() - 5]), "gzip checksum mismatch");
        assert_eq!(broken(stored.len() - 1, 1), "gzip length mismatch");
    }
}
