//! Zstandard: takes stored bytes, gives the text of all frames, one after the other; skippable frames give none.

use std::io::{self, BufRead, Read};

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::frames::Framed;

/// The largest window that is opened, as log2 of its bytes: 8 MiB, what RFC 8878 (3.1.1.1.2) asks of every decoder
/// and what every level up to 19 stays within. It is held in memory, so a larger one would break the bound on it.
pub const WINDOW_LOG: u32 = 23;

/// The smallest window that the format knows.
pub const LEAST_WINDOW_LOG: u32 = 10;

/// Bytes of a block header, which libzstd asks for together with the block before it.
const BLOCK_HEADER: usize = 3;

/// What a frame's first read asks for: the shortest frame header.
const FRAME_HEADER: usize = 5;

/// A Zstandard stream of one frame or more. Whatever stands in blocks before an error is given before it.
pub struct Zstd<S> {
    source: S,
    decoder: Decoder<'static>,
    window_log: u32,
    /// Stored bytes that the decoder asks for next, the header of the block after them included.
    wanted: usize,
    inside: bool,
    /// Whether a frame has ended.
    ended: bool,
    /// Whether the last step filled the caller's buffer, so that the decoder may hold more text than it gave.
    full: bool,
    /// Whether what follows the first frame is of others.
    is_one: bool,
}

impl<S: BufRead> Zstd<S> {
    pub fn new(source: S, window_log: u32) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(window_log))?;
        let (wanted, inside, ended, full) = (FRAME_HEADER, false, false, false);
        Ok(Self { source, decoder, window_log, wanted, inside, ended, full, is_one: false })
    }

    /// The first frame alone: what follows it is left in the source.
    pub fn one(self) -> Self {
        Self { is_one: true, ..self }
    }
}

impl<S: BufRead> Framed for Zstd<S> {
    type Source = S;

    /// Decodes one block at most: on an error libzstd forgets what the same call has given, so no call may both give
    /// a block and look at the next header. None at the end.
    fn step(&mut self, buf: &mut [u8]) -> io::Result<Option<usize>> {
        let input = if self.full { &[] } else { self.source.fill_buf()? };
        if input.is_empty() && !self.full {
            return if self.inside { Err(super::truncated()) } else { Ok(None) };
        }
        let block = if self.wanted > BLOCK_HEADER { self.wanted - BLOCK_HEADER } else { self.wanted };
        let status = self
            .decoder
            .run_on_buffers(&input[..block.min(input.len())], buf)
            .map_err(|error| damage(&error.to_string(), self.window_log, self.ended && !self.inside))?;
        self.source.consume(status.bytes_read);
        self.inside = status.remaining > 0;
        // At the end of a frame all of it was given, and another call would begin the next.
        self.full = self.inside && status.bytes_written == buf.len();
        self.ended |= !self.inside;
        self.wanted = if self.inside { status.remaining } else { FRAME_HEADER };
        Ok(Some(status.bytes_written))
    }

    fn is_between(&self) -> bool {
        !self.inside
    }

    fn pass(&mut self) {
        self.ended = true;
    }

    fn source(&mut self) -> &mut S {
        &mut self.source
    }
}

impl<S: BufRead> Read for Zstd<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !(buf.is_empty() || self.is_one && self.ended) {
            match self.step(buf)? {
                Some(0) => {}
                Some(given) => return Ok(given),
                None => break,
            }
        }
        Ok(0)
    }
}

fn damage(message: &str, window_log: u32, after_frame: bool) -> io::Error {
    match message {
        "Unknown frame descriptor" if after_frame => super::corrupt("trailing garbage after the last zstd frame"),
        "Unknown frame descriptor" => super::corrupt("invalid zstd header"),
        "Restored data doesn't match checksum" => super::corrupt("zstd checksum mismatch"),
        "Dictionary mismatch" => super::corrupt("zstd frame needs a dictionary that is not in the file"),
        "Frame requires too much memory for decoding" => super::corrupt(&format!(
            "zstd window above {} MiB (made with --long or --ultra); decompress it and scan what comes out, as a file or as `-`",
            (1u64 << window_log) >> 20
        )),
        _ => super::corrupt(&format!("corrupt zstd stream ({message})")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zstd::stream::raw::CParameter;
    use zstd::stream::write::Encoder;

    use super::*;
    use crate::decode::tests::{TEXT, drain, one_byte_at_a_time};

    fn zstd(text: &[u8], parameters: &[CParameter]) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new(), 3).unwrap();
        for parameter in parameters {
            encoder.set_parameter(*parameter).unwrap();
        }
        // A block each.
        for piece in text.chunks(100) {
            encoder.write_all(piece).unwrap();
            encoder.flush().unwrap();
        }
        encoder.finish().unwrap()
    }

    #[test]
    fn a_text_that_fills_the_buffer_to_its_end_is_whole() {
        for length in [1, 512, 8192] {
            let text = vec![b'a'; length];
            let stored = ::zstd::encode_all(&text[..], 3).unwrap();
            assert_eq!(read(&stored, length), (text, None), "{length}");
        }
    }

    fn read(stored: &[u8], block: usize) -> (Vec<u8>, Option<String>) {
        drain(Zstd::new(stored, WINDOW_LOG).unwrap(), block)
    }

    /// The blocks of a frame without a checksum: where each begins and ends in stored bytes, and whether it is a raw
    /// one. Each but the last gives 100 bytes of text.
    fn blocks(stored: &[u8]) -> Vec<(usize, usize, bool)> {
        let mut blocks = Vec::new();
        // Magic number, descriptor, window: no content size is known while a stream is written.
        let mut at = 6;
        while at < stored.len() {
            let header = u32::from_le_bytes([stored[at], stored[at + 1], stored[at + 2], 0]);
            let (kind, length) = ((header >> 1) & 3, (header >> 3) as usize);
            at += BLOCK_HEADER;
            blocks.push((at, at + if kind == 1 { 1 } else { length }, kind == 0));
            at = blocks[blocks.len() - 1].1;
        }
        blocks
    }

    #[test]
    fn a_cut_at_any_byte_gives_all_the_text_before_it() {
        let text = TEXT.repeat(10).into_bytes();
        let stored = zstd(&text, &[]);
        let blocks = blocks(&stored);
        assert!(blocks.iter().any(|block| block.2) && blocks.iter().any(|block| !block.2));
        for cut in 1..stored.len() {
            let whole = blocks.iter().filter(|(_, end, _)| *end <= cut).count() * 100;
            // A raw block is readable byte by byte.
            let part = blocks.iter().find(|(begin, end, raw)| *raw && (begin..end).contains(&&cut));
            let length = whole + part.map_or(0, |(begin, _, _)| cut - begin);
            let expected = (text[..length.min(text.len())].to_vec(), Some("unexpected end of file".to_owned()));
            assert!(read(&stored[..cut], 1 << 16) == expected, "cut at {cut}");
            assert!(read(&stored[..cut], 3) == expected, "cut at {cut}");
            let drip = Zstd::new(one_byte_at_a_time(&stored[..cut]), WINDOW_LOG).unwrap();
            assert!(drain(drip, 1 << 16) == expected, "cut at {cut}, byte by byte");
        }
    }

    #[test]
    fn a_broken_block_header_loses_no_block_before_it() {
        let text = TEXT.repeat(10).into_bytes();
        let stored = zstd(&text, &[]);
        for (index, (_, end, _)) in blocks(&stored).into_iter().enumerate().take(text.len() / 100) {
            let mut broken = stored.clone();
            broken[end] |= 6; // The reserved type of block.
            for size in [1, 7, 100, 1 << 16] {
                let (got, error) = read(&broken, size);
                assert_eq!(got, text[..(index + 1) * 100], "block {index}, read by {size}");
                assert!(error.unwrap().starts_with("corrupt zstd stream"));
            }
        }
    }

    #[test]
    fn frames_follow_one_another_and_skippable_ones_give_nothing() {
        let skippable = [&[0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let stored = [skippable.clone(), zstd(b"one ", &[]), skippable.clone(), zstd(b"two", &[]), skippable].concat();
        for block in [1, 2, 100] {
            assert_eq!(read(&stored, block), (b"one two".to_vec(), None));
        }
    }

    #[test]
    fn damage_is_named() {
        let stored = zstd(b"text", &[CParameter::ChecksumFlag(true)]);
        let mut broken = stored.clone();
        *broken.last_mut().unwrap() ^= 1;
        assert_eq!(read(&broken, 9), (b"text".to_vec(), Some("zstd checksum mismatch".to_owned())));
        let garbage = [&stored[..], b"garbage"].concat();
        let message = "trailing garbage after the last zstd frame".to_owned();
        assert_eq!(read(&garbage, 9), (b"text".to_vec(), Some(message)));
        assert_eq!(read(b"no zstd", 9).1.unwrap(), "invalid zstd header");
    }

    #[test]
    fn a_window_beyond_the_bound_is_an_error() {
        let stored = zstd(b"text", &[CParameter::WindowLog(WINDOW_LOG)]);
        assert_eq!(read(&stored, 9), (b"text".to_vec(), None));
        let stored = zstd(b"text", &[CParameter::WindowLog(WINDOW_LOG + 1)]);
        assert!(read(&stored, 9).1.unwrap().starts_with("zstd window above 8 MiB"));
    }
}
