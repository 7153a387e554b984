//! bzip2: takes stored bytes, gives the text of all streams, one after the other.

use std::io::{self, BufRead, Read};
use std::rc::Rc;

use bzip2::{Decompress, Status};

use super::{Held, Meter};

/// What one stream's decompressor holds: a block of 900,000 bytes as 32-bit numbers, and tables.
const MEMORY: u64 = 4 << 20;

pub struct Bzip2<S> {
    source: S,
    decompress: Decompress,
    state: State,
    full: bool,
    /// Whether what follows the first stream is of others.
    is_one: bool,
    _memory: Held,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Stream,
    Between,
    /// The text before it has been given.
    Damaged,
}

impl<S: BufRead> Bzip2<S> {
    /// # Errors
    /// Memory beyond the budget.
    pub fn new(source: S, meter: &Rc<Meter>) -> io::Result<Self> {
        let memory = meter.hold(MEMORY)?;
        let decompress = Decompress::new(false);
        Ok(Self { source, decompress, state: State::Stream, full: false, is_one: false, _memory: memory })
    }

    /// The first stream alone: what follows it is left in the source.
    pub fn one(self) -> Self {
        Self { is_one: true, ..self }
    }

    fn step(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let input = if self.full { &[] } else { self.source.fill_buf()? };
        let at_end = input.is_empty() && !self.full;
        let (taken, given) = (self.decompress.total_in(), self.decompress.total_out());
        let status = self.decompress.decompress(input, buf);
        let taken = (self.decompress.total_in() - taken) as usize;
        let given = (self.decompress.total_out() - given) as usize;
        self.source.consume(taken);
        self.full = given == buf.len();
        match status {
            Ok(Status::StreamEnd) => {
                self.state = State::Between;
                self.full = false;
            }
            Ok(_) if given == 0 && at_end => return Err(super::truncated()),
            Ok(_) => {}
            Err(_) => self.state = State::Damaged,
        }
        Ok(given)
    }

    /// Goes on to the next stream. Whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        match self.source.fill_buf()?.first() {
            None => Ok(false),
            Some(b'B') => {
                self.decompress = Decompress::new(false);
                self.state = State::Stream;
                Ok(true)
            }
            Some(_) => Err(super::corrupt("trailing garbage after the last bzip2 stream")),
        }
    }
}

impl<S: BufRead> Read for Bzip2<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !buf.is_empty() {
            match self.state {
                State::Stream => match self.step(buf)? {
                    0 => {}
                    given => return Ok(given),
                },
                State::Between => {
                    if self.is_one || !self.advance()? {
                        break;
                    }
                }
                State::Damaged => return Err(super::corrupt("corrupt bzip2 stream")),
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use bzip2::Compression;
    use bzip2::write::BzEncoder;

    use super::*;
    use crate::decode::tests::{TEXT, drain, one_byte_at_a_time};

    fn bzip2(text: &[u8]) -> Vec<u8> {
        let mut encoder = BzEncoder::new(Vec::new(), Compression::new(1));
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(stored: &[u8], block: usize) -> (Vec<u8>, Option<String>) {
        drain(Bzip2::new(stored, &Rc::default()).unwrap(), block)
    }

    #[test]
    fn a_cut_gives_the_blocks_before_it() {
        // Blocks of 100,000 bytes.
        let text: Vec<u8> = (0..25_000).flat_map(|n| format!("{n:08}\n").into_bytes()).collect();
        let stored = bzip2(&text);
        let (mut longest, mut steps) = (0, 0);
        for cut in (0..stored.len()).step_by(97) {
            let (got, error) = read(&stored[..cut], 1 << 16);
            assert!(text.starts_with(&got) && got.len() >= longest, "cut at {cut}");
            assert_eq!(error.as_deref(), Some("unexpected end of file"), "cut at {cut}");
            steps += usize::from(got.len() > longest);
            longest = got.len();
        }
        assert!(steps >= 2 && longest >= 190_000, "{steps} {longest}");
    }

    #[test]
    fn streams_follow_one_another_and_damage_is_named() {
        let stored = [bzip2(b"one "), bzip2(b""), bzip2(b"two")].concat();
        for block in [1, 2, 100] {
            assert_eq!(read(&stored, block), (b"one two".to_vec(), None));
        }
        let drip = Bzip2::new(one_byte_at_a_time(&stored), &Rc::default()).unwrap();
        assert_eq!(drain(drip, 100), (b"one two".to_vec(), None));
        let garbage = [&stored[..], b"garbage"].concat();
        let message = "trailing garbage after the last bzip2 stream".to_owned();
        assert_eq!(read(&garbage, 9), (b"one two".to_vec(), Some(message)));
        let mut broken = bzip2(TEXT.as_bytes());
        let middle = broken.len() / 2;
        broken[middle] ^= 1;
        assert_eq!(read(&broken, 9).1.as_deref(), Some("corrupt bzip2 stream"));
    }
}
