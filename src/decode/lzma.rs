//! LZMA: takes the stored bytes of an xz file (all streams and their padding) or of the older .lzma, gives the text.

use std::io::{self, BufRead, Read};
use std::rc::Rc;

use lzma_rust2::{Action, LzmaStream, Status, StreamResult, XzStream};

use super::{Held, Meter};

/// What a decompressor holds besides the dictionary.
const OVERHEAD: u64 = 1 << 20;

/// The least that a later block of an xz file may need.
const LEAST: u64 = 9 << 20;

pub struct Lzma<S> {
    source: S,
    stream: Stream,
    full: bool,
    ended: bool,
    /// Whether nothing may follow the stream.
    is_last: bool,
    failure: Option<(io::ErrorKind, String)>,
    _memory: Held,
}

/// What a decompressor reads.
enum Stream {
    Xz(Box<XzStream>),
    Alone(Box<LzmaStream>),
}

impl Stream {
    fn process(&mut self, input: &[u8], output: &mut [u8], action: Action) -> io::Result<StreamResult> {
        match self {
            Self::Xz(stream) => stream.process(input, output, action),
            Self::Alone(stream) => stream.process(input, output, action),
        }
    }
}

impl<S: BufRead> Lzma<S> {
    /// An xz file with this head.
    ///
    /// # Errors
    /// Memory beyond the budget.
    pub fn xz(source: S, head: &[u8], meter: &Rc<Meter>) -> io::Result<Self> {
        Self::streams(source, head, true, meter)
    }

    /// The first stream of an xz file alone: what follows it is left in the source.
    ///
    /// # Errors
    /// Memory beyond the budget.
    pub fn one_xz(source: S, head: &[u8], meter: &Rc<Meter>) -> io::Result<Self> {
        Self::streams(source, head, false, meter)
    }

    fn streams(source: S, head: &[u8], all: bool, meter: &Rc<Meter>) -> io::Result<Self> {
        let needed = (dictionary(head).unwrap_or(0) + OVERHEAD).max(LEAST);
        let memory = meter.hold(needed)?;
        let stream = XzStream::new_mem_limit(all, (needed >> 10) as u32);
        Ok(Self::new(source, Stream::Xz(Box::new(stream)), memory))
    }

    /// A .lzma file with this head.
    ///
    /// # Errors
    /// Memory beyond the budget.
    pub fn alone(source: S, head: &[u8], meter: &Rc<Meter>) -> io::Result<Self> {
        let dictionary = head.get(1..5).map_or(0, |bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        let memory = meter.hold(u64::from(dictionary) + OVERHEAD)?;
        let stream = Stream::Alone(Box::new(LzmaStream::new_mem_limit(u32::MAX, None)));
        Ok(Self { is_last: true, ..Self::new(source, stream, memory) })
    }

    /// A member of a zip archive: its header tells no length (APPNOTE 5.8.8).
    ///
    /// # Errors
    /// Memory beyond the budget; a cut or damaged header.
    pub fn in_zip(mut source: S, length: u64, meter: &Rc<Meter>) -> io::Result<Self> {
        let mut header = [0; 9];
        source.read_exact(&mut header).map_err(|_| super::truncated())?;
        let dictionary = u32::from_le_bytes([header[5], header[6], header[7], header[8]]);
        let memory = meter.hold(u64::from(dictionary) + OVERHEAD)?;
        let stream = LzmaStream::new_with_props(length, header[4], dictionary, None);
        let stream = stream.map_err(|_| super::corrupt("corrupt lzma header"))?;
        Ok(Self::new(source, Stream::Alone(Box::new(stream)), memory))
    }

    fn new(source: S, stream: Stream, memory: Held) -> Self {
        Self { source, stream, full: false, ended: false, is_last: false, failure: None, _memory: memory }
    }

    fn step(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let input = if self.full { &[] } else { self.source.fill_buf()? };
        let at_end = input.is_empty() && !self.full;
        let action = if at_end { Action::Finish } else { Action::Run };
        let result = self.stream.process(input, buf, action).map_err(|error| damage(&error, at_end))?;
        self.source.consume(result.bytes_consumed);
        self.full = result.bytes_produced == buf.len();
        self.ended = result.status == Status::StreamEnd;
        if at_end && result.bytes_produced == 0 && !self.ended {
            return Err(super::truncated());
        }
        Ok(result.bytes_produced)
    }
}

impl<S: BufRead> Read for Lzma<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !buf.is_empty() {
            if let Some((kind, message)) = &self.failure {
                return Err(io::Error::new(*kind, message.clone()));
            }
            match self.step(buf) {
                Ok(0) => {}
                Ok(given) => return Ok(given),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => self.failure = Some((error.kind(), error.to_string())),
            }
        }
        if self.is_last && !buf.is_empty() && !self.source.fill_buf()?.is_empty() {
            return Err(super::corrupt("trailing garbage after the lzma stream"));
        }
        Ok(0)
    }
}

fn damage(error: &io::Error, at_end: bool) -> io::Error {
    let message = error.to_string();
    if message.contains("mem_limit") {
        return io::Error::new(io::ErrorKind::QuotaExceeded, "a later block needs more memory than the first");
    }
    if at_end || error.kind() == io::ErrorKind::UnexpectedEof {
        return super::truncated();
    }
    super::corrupt(&format!("corrupt xz stream ({message})"))
}

/// The dictionary that the first block of an xz file names (the .xz file format, 3.1 and 5.3.1).
fn dictionary(head: &[u8]) -> Option<u64> {
    let block = head.get(12..)?;
    let flags = *block.get(1)?;
    let mut at = 2;
    // The sizes of the block, each of up to nine bytes of seven bits.
    for _ in 0..(flags >> 6).count_ones() {
        at = number(block, at)?.1;
    }
    for _ in 0..=(flags & 3) {
        let (filter, after) = number(block, at)?;
        let (length, after) = number(block, after)?;
        if filter == 0x21 {
            return Some(match *block.get(after)? & 0x3F {
                40.. => u64::from(u32::MAX),
                bits => (2 | u64::from(bits & 1)) << (bits / 2 + 11),
            });
        }
        at = after.checked_add(usize::try_from(length).ok()?)?;
    }
    None
}

fn number(bytes: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.get(at)?;
        at += 1;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some((value, at));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{drain, one_byte_at_a_time};

    /// "one\n" and 200 lines of "two", by `xz -9 --check=crc32`, `xz --format=lzma`; see fixtures/containers/README.md.
    const XZ: &[u8] = include_bytes!("../../fixtures/containers/layers/text.xz");
    const LZMA: &[u8] = include_bytes!("../../fixtures/containers/layers/text.lzma");
    const TEXT: &[u8] = include_bytes!("../../fixtures/containers/layers/text");

    fn read(stored: &[u8], block: usize) -> (Vec<u8>, Option<String>) {
        drain(Lzma::xz(stored, stored, &Rc::default()).unwrap(), block)
    }

    #[test]
    fn text_comes_back_at_any_size_of_read() {
        for block in [1, 7, 1 << 16] {
            assert_eq!(read(XZ, block), (TEXT.to_vec(), None));
            let alone = Lzma::alone(one_byte_at_a_time(LZMA), LZMA, &Rc::default()).unwrap();
            assert_eq!(drain(alone, block), (TEXT.to_vec(), None));
        }
        let streams = [XZ, &[0; 8], XZ].concat();
        assert_eq!(read(&streams, 100), (TEXT.repeat(2), None));
    }

    #[test]
    fn a_cut_is_named_and_loses_nothing_that_was_read_before() {
        let mut longest = 0;
        for cut in 0..XZ.len() {
            let (got, error) = read(&XZ[..cut], 100);
            assert!(TEXT.starts_with(&got) && got.len() >= longest, "cut at {cut}");
            assert_eq!(error.as_deref(), Some("unexpected end of file"), "cut at {cut}");
            longest = got.len();
        }
        for cut in 13..LZMA.len() - 1 {
            let (got, error) = drain(Lzma::alone(&LZMA[..cut], LZMA, &Rc::default()).unwrap(), 100);
            assert!(TEXT.starts_with(&got));
            assert!(error.is_some() || got == TEXT, "cut at {cut}");
        }
    }

    #[test]
    fn what_follows_a_stream_alone_is_told() {
        for block in [1, 1 << 16] {
            let followed = [LZMA, b"900517132728"].concat();
            let alone = Lzma::alone(one_byte_at_a_time(&followed), LZMA, &Rc::default()).unwrap();
            let message = "trailing garbage after the lzma stream".to_owned();
            assert_eq!(drain(alone, block), (TEXT.to_vec(), Some(message)));
        }
    }

    #[test]
    fn the_dictionary_is_that_of_the_first_block() {
        assert_eq!(dictionary(XZ), Some(64 << 20));
        let mut broken = XZ.to_vec();
        broken[30] ^= 1;
        assert!(read(&broken, 100).1.unwrap().starts_with("corrupt xz stream"));
        assert_eq!(dictionary(&XZ[..14]), None);
    }
}
