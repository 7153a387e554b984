//! LZ4: takes stored bytes, gives the text of all frames, one after the other, of the frame format and of the legacy one;
//! skippable frames give none. Whatever stands in blocks before an error is given before it.

use std::hash::Hasher;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use lz4_flex::block::decompress_into_with_dict;
use twox_hash::XxHash32;

use super::{Held, Meter};

/// What a block may refer back to.
const WINDOW: usize = 64 << 10;

/// A block of a legacy frame, unpacked.
const LEGACY_BLOCK: usize = 8 << 20;

const MAGIC: u32 = 0x184D_2204;
const LEGACY_MAGIC: u32 = 0x184C_2102;

pub struct Lz4<S> {
    source: S,
    meter: Rc<Meter>,
    memory: Option<Held>,
    frame: Option<Frame>,
    stored: Vec<u8>,
    /// A block, as far as it was given.
    text: Vec<u8>,
    given: usize,
    window: Vec<u8>,
    begun: bool,
    failure: Option<(io::ErrorKind, String)>,
}

/// What a frame's header says.
struct Frame {
    legacy: bool,
    linked: bool,
    block_checksums: bool,
    block: usize,
    length: Option<u64>,
    hash: Option<XxHash32>,
    given: u64,
}

impl<S: BufRead> Lz4<S> {
    pub fn new(source: S, meter: &Rc<Meter>) -> Self {
        let (stored, text, window) = Default::default();
        Self {
            source,
            meter: meter.clone(),
            memory: None,
            frame: None,
            stored,
            text,
            given: 0,
            window,
            begun: false,
            failure: None,
        }
    }

    /// Reads on to the next block that holds something. Whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            self.text.clear();
            self.given = 0;
            match self.frame.take() {
                None => match self.magic()? {
                    None => return Ok(false),
                    Some(magic) => self.begin(magic)?,
                },
                Some(frame) => {
                    if self.block(frame)? && !self.text.is_empty() {
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// What the next frame begins with; none at the end.
    fn magic(&mut self) -> io::Result<Option<u32>> {
        if self.source.fill_buf()?.is_empty() {
            return Ok(None);
        }
        self.number().map(Some)
    }

    fn number(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.source.read_exact(buf).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => super::truncated(),
            _ => error,
        })
    }

    fn begin(&mut self, magic: u32) -> io::Result<()> {
        match magic {
            MAGIC => {
                let frame = self.header()?;
                self.start(frame)
            }
            LEGACY_MAGIC => self.start(Frame {
                legacy: true,
                linked: false,
                block_checksums: false,
                block: LEGACY_BLOCK,
                length: None,
                hash: None,
                given: 0,
            }),
            0x184D_2A50..=0x184D_2A5F => {
                let length = u64::from(self.number()?);
                let skipped = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
                if skipped < length { Err(super::truncated()) } else { Ok(()) }
            }
            _ if self.begun => Err(super::corrupt("trailing garbage after the last lz4 frame")),
            _ => Err(super::corrupt("invalid lz4 header")),
        }
    }

    fn start(&mut self, frame: Frame) -> io::Result<()> {
        // The block as it is stored and as text, and the window.
        self.memory = None;
        self.memory = Some(self.meter.hold((2 * frame.block + WINDOW) as u64)?);
        self.window.clear();
        self.begun = true;
        self.frame = Some(frame);
        Ok(())
    }

    /// The header after the magic number (the LZ4 frame format, 1.6.1).
    fn header(&mut self) -> io::Result<Frame> {
        let mut header = vec![0; 2];
        self.exact(&mut header)?;
        let (flags, size) = (header[0], (header[1] >> 4) & 7);
        if flags >> 6 != 1 || size < 4 {
            return Err(super::corrupt("invalid lz4 header"));
        }
        if flags & 1 != 0 {
            return Err(super::corrupt("lz4 frame needs a dictionary that is not in the file"));
        }
        let mut length = None;
        if flags & 8 != 0 {
            let mut bytes = [0; 8];
            self.exact(&mut bytes)?;
            header.extend(bytes);
            length = Some(u64::from_le_bytes(bytes));
        }
        let mut check = [0];
        self.exact(&mut check)?;
        if check[0] != (hash(&header) >> 8) as u8 {
            return Err(super::corrupt("invalid lz4 header"));
        }
        Ok(Frame {
            legacy: false,
            linked: flags & 0x20 == 0,
            block_checksums: flags & 0x10 != 0,
            block: 1 << (8 + 2 * size),
            length,
            hash: (flags & 4 != 0).then(|| XxHash32::with_seed(0)),
            given: 0,
        })
    }

    /// Reads a block of the frame, or its end. Whether there was a block.
    fn block(&mut self, mut frame: Frame) -> io::Result<bool> {
        if frame.legacy && self.source.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let size = self.number()?;
        if frame.legacy && matches!(size, MAGIC | LEGACY_MAGIC | 0x184D_2A50..=0x184D_2A5F) {
            self.begin(size)?;
            return Ok(false);
        }
        if size == 0 && !frame.legacy {
            self.end(&frame)?;
            return Ok(false);
        }
        let (plain, length) = if frame.legacy { (false, size) } else { (size >> 31 != 0, size & 0x7FFF_FFFF) };
        // A legacy block that does not shrink may grow a little.
        let most = if frame.legacy { frame.block + frame.block / 255 + 16 } else { frame.block };
        if length as usize > most {
            return Err(super::corrupt("corrupt lz4 block"));
        }
        let mut stored = std::mem::take(&mut self.stored);
        stored.clear();
        let read = self.source.by_ref().take(u64::from(length)).read_to_end(&mut stored);
        let whole = match read {
            Ok(read) if read < length as usize => Err(super::truncated()),
            Err(error) => Err(error),
            Ok(_) if frame.block_checksums => self.number().and_then(|told| match told == hash(&stored) {
                true => Ok(()),
                false => Err(super::corrupt("lz4 checksum mismatch")),
            }),
            Ok(_) => Ok(()),
        };
        if let Err(error) = whole.and_then(|()| self.unpack(&frame, &stored, plain)) {
            // What can be unpacked of it is given before the error.
            self.text.clear();
            match plain {
                true => self.text.extend_from_slice(&stored),
                false => part(&stored, if frame.linked { &self.window } else { &[] }, frame.block, &mut self.text),
            }
            return Err(error);
        }
        self.stored = stored;
        if let Some(hash) = &mut frame.hash {
            hash.write(&self.text);
        }
        frame.given += self.text.len() as u64;
        self.frame = Some(frame);
        Ok(true)
    }

    fn unpack(&mut self, frame: &Frame, stored: &[u8], plain: bool) -> io::Result<()> {
        if plain {
            self.text.extend_from_slice(stored);
        } else {
            self.text.resize(frame.block, 0);
            let window = if frame.linked { &self.window[..] } else { &[] };
            let length = decompress_into_with_dict(stored, &mut self.text, window);
            self.text.truncate(*length.as_ref().unwrap_or(&0));
            length.map_err(|_| super::corrupt("corrupt lz4 block"))?;
        }
        if frame.linked {
            let last = &self.text[self.text.len().saturating_sub(WINDOW)..];
            let kept = self.window.len().min(WINDOW - last.len());
            self.window.drain(..self.window.len() - kept);
            self.window.extend_from_slice(last);
        }
        Ok(())
    }

    fn end(&mut self, frame: &Frame) -> io::Result<()> {
        if let Some(text) = &frame.hash
            && self.number()? != text.finish() as u32
        {
            return Err(super::corrupt("lz4 checksum mismatch"));
        }
        match frame.length {
            Some(length) if length != frame.given => Err(super::corrupt("lz4 length mismatch")),
            _ => Ok(()),
        }
    }
}

impl<S: BufRead> Read for Lz4<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given == self.text.len() && !buf.is_empty() {
            if self.failure.is_none() {
                match self.advance() {
                    Ok(true) => {}
                    Ok(false) => return Ok(0),
                    Err(error) => self.failure = Some((error.kind(), error.to_string())),
                }
            }
            if let Some((kind, message)) = self.failure.as_ref().filter(|_| self.given == self.text.len()) {
                return Err(io::Error::new(*kind, message.clone()));
            }
        }
        let length = buf.len().min(self.text.len() - self.given);
        buf[..length].copy_from_slice(&self.text[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

/// Unpacks a cut or damaged block as far as it goes (the LZ4 block format), to `most` bytes.
fn part(mut stored: &[u8], window: &[u8], most: usize, text: &mut Vec<u8>) {
    // Lengths of fifteen and more go on in further bytes.
    let length = |stored: &mut &[u8], bits: u8| {
        let mut length = usize::from(bits);
        while length >= 15 {
            let (more, rest) = stored.split_first()?;
            *stored = rest;
            length += usize::from(*more);
            if *more < u8::MAX {
                break;
            }
        }
        Some(length)
    };
    while let Some((token, rest)) = stored.split_first() {
        stored = rest;
        let Some(literals) = length(&mut stored, token >> 4) else { return };
        let (plain, rest) = stored.split_at(literals.min(stored.len()).min(most - text.len()));
        text.extend_from_slice(plain);
        let Some((offset, rest)) = rest.split_first_chunk().filter(|_| plain.len() == literals) else { return };
        stored = rest;
        let offset = usize::from(u16::from_le_bytes(*offset));
        let Some(matched) = length(&mut stored, token & 15) else { return };
        if offset == 0 || offset > text.len() + window.len() {
            return;
        }
        for _ in 0..(matched + 4).min(most - text.len()) {
            let at = window.len() + text.len() - offset;
            let byte = window.get(at).copied().unwrap_or_else(|| text[at - window.len()]);
            text.push(byte);
        }
    }
}

fn hash(bytes: &[u8]) -> u32 {
    XxHash32::oneshot(0, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{drain, one_byte_at_a_time};

    /// By the lz4 tool; see fixtures/containers/README.md.
    const TEXT: &[u8] = include_bytes!("../../fixtures/containers/layers/text");
    const FRAMES: [&[u8]; 3] = [
        include_bytes!("../../fixtures/containers/layers/text.lz4"),
        include_bytes!("../../fixtures/containers/layers/linked.lz4"),
        include_bytes!("../../fixtures/containers/layers/legacy.lz4"),
    ];

    fn read(stored: &[u8], block: usize) -> (Vec<u8>, Option<String>) {
        drain(Lz4::new(stored, &Rc::default()), block)
    }

    #[test]
    fn frames_of_every_kind_follow_one_another() {
        for stored in FRAMES {
            let text = TEXT.repeat(drain(Lz4::new(stored, &Rc::default()), 1 << 16).0.len() / TEXT.len());
            assert!(!text.is_empty());
            for block in [1, 1000, 1 << 20] {
                assert!(read(stored, block) == (text.clone(), None));
            }
            assert!(drain(Lz4::new(one_byte_at_a_time(stored), &Rc::default()), 1000) == (text.clone(), None));
            let skippable = [&0x184D_2A51_u32.to_le_bytes()[..], &3_u32.to_le_bytes(), b"abc"].concat();
            let twice = [stored, &skippable, stored].concat();
            assert!(read(&twice, 1000) == (text.repeat(2), None));
        }
    }

    #[test]
    fn a_cut_gives_the_blocks_before_it() {
        for stored in [FRAMES[0], FRAMES[1]] {
            let whole = read(stored, 1000).0;
            let mut longest = 0;
            for cut in 1..stored.len() {
                let (got, error) = read(&stored[..cut], 1000);
                assert!(whole.starts_with(&got) && got.len() >= longest, "cut at {cut}");
                assert_eq!(error.as_deref(), Some("unexpected end of file"), "cut at {cut}");
                longest = got.len();
            }
            assert_eq!(longest, whole.len());
        }
    }

    #[test]
    fn what_a_block_holds_before_its_damage_is_given() {
        // Literals, and what repeats them: of the text itself and of the window before it.
        let part = |stored: &[u8], most| {
            let mut text = Vec::new();
            part(stored, b"window", most, &mut text);
            String::from_utf8(text).unwrap()
        };
        let stored = b"\x32abc\x03\0\x20de\x0C\0\xF0";
        assert_eq!(part(stored, 100), "abcabcabcdewabc");
        assert_eq!(part(stored, 8), "abcabcab");
        assert_eq!(part(&stored[..3], 100), "ab");
        assert_eq!(part(b"\x10a\xFF\0", 100), "a");
        // Of a block that is stored as it is, all that was read; of another, all before the cut.
        let header = &FRAMES[0][..4];
        let flags = [0x60, 0x70];
        let plain = [header, &flags, &[(hash(&flags) >> 8) as u8], &[5, 0, 0, 0x80], b"900"].concat();
        assert_eq!(read(&plain, 2), (b"900".to_vec(), Some("unexpected end of file".to_owned())));
        let broken = [&plain[..7], &[7, 0, 0, 0], b"\x50900\x20x\0"].concat();
        let (text, error) = read(&broken, 1000);
        assert!(text.starts_with(b"900 x") && error.as_deref() == Some("corrupt lz4 block"), "{text:?} {error:?}");
    }

    #[test]
    fn damage_is_named() {
        let stored = FRAMES[0];
        let broken = |at: usize| {
            let mut broken = stored.to_vec();
            broken[at] ^= 1;
            read(&broken, 1000).1.unwrap()
        };
        assert_eq!(broken(5), "invalid lz4 header");
        assert_eq!(broken(stored.len() - 1), "lz4 checksum mismatch");
        let garbage = [stored, b"garbage"].concat();
        assert_eq!(read(&garbage, 1000).1.unwrap(), "trailing garbage after the last lz4 frame");
    }
}
