//! Where frames may begin: takes stored bytes, gives them in pieces, of which some look as if they were frames that stand
//! together and have text of a bounded length. Pieces depend on the bytes alone.

use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex};

use memchr::memmem;

use super::super::zstd::WINDOW_LOG;
use super::{Bounds, Format, Frames, Sharing, Spare, State};

/// Bytes by which it is told whether a frame begins: the header of a gzip member.
const HEADER: usize = 10;

/// A part of what is stored.
pub enum Piece {
    /// What looks like frames.
    Frames(Arc<Frames>),
    /// What begins or ends inside a frame, or may.
    Part(Vec<u8>),
}

impl Piece {
    pub fn stored(&self) -> &[u8] {
        match self {
            Self::Frames(frames) => &frames.stored,
            Self::Part(stored) => stored,
        }
    }
}

pub struct Splitter<R> {
    format: Format,
    bounds: Bounds,
    source: R,
    /// Bytes that are in no piece yet.
    buffer: Vec<u8>,
    /// Whether the buffer begins as a frame does.
    at_frame: bool,
    /// Whether no piece was given.
    is_first: bool,
    is_at_end: bool,
    failure: Option<io::Error>,
    pub spare: Arc<Spare>,
}

impl<R: Read> Splitter<R> {
    pub fn new(format: Format, source: R, sharing: &Sharing) -> Self {
        let bounds = sharing.bounds;
        let (buffer, spare, failure, is_at_end) = Default::default();
        Self { format, bounds, source, buffer, at_frame: true, is_first: true, is_at_end, failure, spare }
    }

    fn part(&mut self) -> Vec<u8> {
        let border = self.format.find(&self.buffer, 1);
        self.at_frame = border.is_some();
        // A header may be cut.
        let rest = if self.is_at_end { 0 } else { HEADER };
        self.cut(border.unwrap_or(self.buffer.len() - rest))
    }

    /// The frames that the buffer begins with, if they are not too long. A file of one piece is a stream.
    fn frames(&mut self) -> Option<Frames> {
        let (mut end, mut told, mut most) = (0, 0, self.bounds.longest);
        while let Some(border) = self.border(end + 1, most.stored) {
            let text = self.format.text(&self.buffer[end..border]).saturating_add(told);
            if text > most.text as u64 {
                break;
            }
            (end, told, most) = (border, text, self.bounds.together);
        }
        let is_file = self.is_first && self.is_at_end && end == self.buffer.len();
        if end == 0 || is_file {
            return None;
        }
        let (state, ended) = (Mutex::new(State::Waiting), Condvar::new());
        let (longest, told, spare) = (self.bounds.longest.text, told as usize, self.spare.clone());
        Some(Frames { format: self.format, stored: self.cut(end), longest, told, state, ended, spare })
    }

    /// Where the next frame may begin, or the source ends, from here on and up to there.
    fn border(&mut self, mut from: usize, longest: usize) -> Option<usize> {
        loop {
            let end = self.buffer.len();
            let border = self.format.find(&self.buffer, from).or((self.is_at_end && from <= end).then_some(end));
            if border.is_some() || self.is_at_end || from > longest {
                return border.filter(|border| *border <= longest);
            }
            // A header may be cut.
            from = from.max((end + 1).saturating_sub(HEADER));
            self.read();
        }
    }

    fn read(&mut self) {
        if self.is_at_end {
            return;
        }
        let length = self.buffer.len();
        self.failure = self.source.by_ref().take(self.bounds.block as u64).read_to_end(&mut self.buffer).err();
        self.is_at_end = self.buffer.len() - length < self.bounds.block;
    }

    fn cut(&mut self, end: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(end);
        std::mem::replace(&mut self.buffer, rest)
    }
}

impl<R: Read> Iterator for Splitter<R> {
    type Item = io::Result<Piece>;

    /// The next piece. An error of the source comes after all pieces before it.
    fn next(&mut self) -> Option<Self::Item> {
        let frames = if self.at_frame { self.frames() } else { None };
        self.is_first = false;
        if let Some(frames) = frames {
            return Some(Ok(Piece::Frames(Arc::new(frames))));
        }
        if self.buffer.len() < self.bounds.block {
            self.read();
        }
        if self.buffer.is_empty() {
            let failure = self.failure.take()?;
            self.is_at_end = false;
            return Some(Err(failure));
        }
        Some(Ok(Piece::Part(self.part())))
    }
}

impl Format {
    /// Where a frame may begin, from here on.
    fn find(self, bytes: &[u8], from: usize) -> Option<usize> {
        let bytes = bytes.get(from..)?;
        let magic: &[u8] = match self {
            Self::Gzip => &[0x1F, 0x8B, 8],
            Self::Zstd => &[0x28, 0xB5, 0x2F, 0xFD],
        };
        let begins = |at: &usize| bytes.get(*at..*at + HEADER).is_some_and(|header| self.begins(header));
        memmem::find_iter(bytes, magic).find(begins).map(|at| from + at)
    }

    /// Whether the rest of a header is such as encoders write. It is a guess that is to be seldom wrong.
    fn begins(self, header: &[u8]) -> bool {
        match self {
            // RFC 1952: flags, what the encoder was asked for, and its system.
            Self::Gzip => header[3] & 0xE0 == 0 && matches!(header[8], 0 | 2 | 4) && matches!(header[9], 0..=13 | 255),
            // RFC 8878, 3.1.1.1.1: a bit that is reserved.
            Self::Zstd => header[4] & 8 == 0,
        }
    }

    /// How much text is in a frame, as far as it tells. It is a guess too; that of a window beyond the bound is endless.
    fn text(self, frame: &[u8]) -> u64 {
        match self {
            Self::Gzip => frame.last_chunk().map_or(0, |length| u32::from_le_bytes(*length).into()),
            Self::Zstd if window(frame) > 1 << WINDOW_LOG => u64::MAX,
            Self::Zstd => content(frame).unwrap_or(0),
        }
    }
}

fn content(frame: &[u8]) -> Option<u64> {
    zstd::zstd_safe::get_frame_content_size(frame).ok().flatten()
}

/// The window of a zstd frame (RFC 8878, 3.1.1.1.2), which is its content if that is a single segment.
fn window(frame: &[u8]) -> u64 {
    match frame {
        [0x28, 0xB5, 0x2F, 0xFD, descriptor, ..] if descriptor & 0x20 != 0 => content(frame).unwrap_or(u64::MAX),
        [0x28, 0xB5, 0x2F, 0xFD, _, window, ..] => (u64::from(window & 7) + 8) << (7 + (window >> 3)),
        _ => 0,
    }
}
