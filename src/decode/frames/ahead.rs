//! Reading ahead: takes what is stored of a stream of frames, gives its text in order, while other threads unpack what
//! comes next. What they do changes nothing of what is read: frames are unpacked whole, whoever does it, or as a stream.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;
use std::sync::Arc;

use super::splitter::{Piece, Splitter};
use super::{Framed, Frames, Helpers, Refusal, Sharing, Text};

/// Stored bytes that are counted at a time while they are unpacked as a stream.
const BLOCK: usize = 64 << 10;

/// What is stored, as the decoder of a stream reads it.
pub struct Source<R> {
    splitter: Splitter<R>,
    helpers: Arc<dyn Helpers>,
    /// The piece that is read, how far, and how far its bytes are counted.
    piece: Piece,
    at: usize,
    counted: usize,
    /// Pieces after it.
    next: VecDeque<io::Result<Piece>>,
    /// Bytes that were begun to be unpacked.
    begun: Rc<Cell<Option<u64>>>,
    /// Bytes that are held in them for each thread.
    most: usize,
    /// Whether frames began where they were last thought to.
    is_trusted: bool,
}

impl<R: Read> Source<R> {
    pub fn new(splitter: Splitter<R>, sharing: &Sharing) -> Self {
        let (helpers, begun) = (sharing.helpers.clone(), sharing.begun.clone());
        begun.set(Some(0));
        let (piece, next) = (Piece::Part(Vec::new()), VecDeque::new());
        Self { splitter, helpers, piece, at: 0, counted: 0, next, begun, most: sharing.bounds.ahead, is_trusted: true }
    }

    fn is_exhausted(&self) -> bool {
        self.at == self.piece.stored().len()
    }

    /// Goes on to the next piece. Whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(piece) = self.next.pop_front().or_else(|| self.splitter.next()) else { return Ok(false) };
        (self.piece, self.at, self.counted) = (piece?, 0, 0);
        Ok(true)
    }

    /// Lets others unpack what comes next.
    fn share(&mut self) {
        while self.is_trusted && self.has_room() && self.helpers.want() {
            let Some(piece) = self.splitter.next() else { break };
            if let Ok(Piece::Frames(frames)) = &piece {
                self.helpers.give(Arc::downgrade(frames));
            }
            self.next.push_back(piece);
        }
    }

    /// Whether more may be read ahead: no more than threads can unpack, and nothing after what has to be a stream.
    fn has_room(&self) -> bool {
        let sizes = self.next.iter().map(|piece| match piece {
            Ok(Piece::Frames(frames)) => frames.size(),
            _ => usize::MAX,
        });
        let threads = self.helpers.threads();
        self.next.len() < threads && sizes.fold(0, usize::saturating_add) < threads.saturating_mul(self.most)
    }

    /// The text of the frames that were gone on to, if it is frames.
    fn text(&self) -> Option<Result<Text, Refusal>> {
        let Piece::Frames(frames) = &self.piece else { return None };
        // Whoever has to wait unpacks what comes later.
        let later = self.next.iter().filter_map(|piece| match piece {
            Ok(Piece::Frames(frames)) => Some(frames),
            _ => None,
        });
        let mut waiting = std::iter::once(frames).chain(later);
        while !frames.is_ended() && waiting.any(|frames: &Arc<Frames>| frames.unpack()) {}
        Some(frames.take())
    }

    fn skip(&mut self) {
        self.at = self.piece.stored().len();
        self.count(self.at);
        self.is_trusted = true;
    }

    fn count(&mut self, until: usize) {
        self.begun.update(|begun| Some(begun.unwrap_or(0) + (until - self.counted) as u64));
        self.counted = until;
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buf)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.is_exhausted() {
            if !self.advance()? {
                return Ok(&[]);
            }
            // A frame goes on where another was thought to begin.
            self.is_trusted &= matches!(self.piece, Piece::Part(_));
        }
        if self.at == self.counted {
            self.count((self.at + BLOCK).min(self.piece.stored().len()));
        }
        Ok(&self.piece.stored()[self.at..self.counted])
    }

    fn consume(&mut self, length: usize) {
        self.at += length;
    }
}

/// A stream of frames.
pub struct Ahead<D> {
    decoder: D,
    /// The text of frames, of which the rest from here on is to be read.
    text: Text,
    at: usize,
    /// Bytes of text that were unpacked as a stream.
    streamed: Rc<Cell<u64>>,
    /// Whether no frames had too much text.
    is_bounded: bool,
}

impl<R: Read, D: Framed<Source = Source<R>>> Ahead<D> {
    /// Reads what this decoder reads.
    pub fn new(decoder: D, sharing: &Sharing) -> Self {
        let (text, streamed) = (Text::default(), sharing.streamed.clone());
        Self { decoder, text, at: 0, streamed, is_bounded: true }
    }

    /// Goes on to the next piece, where one begins between two frames. Whether it was unpacked.
    fn advance(&mut self) -> io::Result<bool> {
        let source = self.decoder.source();
        if !source.is_exhausted() || !source.advance()? {
            return Ok(false);
        }
        source.share();
        match source.text() {
            Some(Ok(text)) => {
                source.skip();
                self.decoder.pass();
                (self.text, self.at) = (text, 0);
                return Ok(true);
            }
            Some(Err(Refusal::Long)) => self.is_bounded = false,
            Some(Err(Refusal::Broken)) | None => {}
        }
        Ok(false)
    }
}

impl<R: Read, D: Framed<Source = Source<R>>> Read for Ahead<D> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !buf.is_empty() {
            let length = buf.len().min(self.text.length - self.at);
            if length > 0 {
                buf[..length].copy_from_slice(&self.text.buffer[self.at..self.at + length]);
                self.at += length;
                return Ok(length);
            }
            if self.text.length > 0 {
                self.decoder.source().splitter.spare.put_back(std::mem::take(&mut self.text).buffer);
                self.at = 0;
            }
            if self.is_bounded && self.decoder.is_between() && self.advance()? {
                continue;
            }
            match self.decoder.step(buf)? {
                Some(0) => {}
                Some(length) => {
                    self.streamed.set(self.streamed.get() + length as u64);
                    return Ok(length);
                }
                None => break,
            }
        }
        Ok(0)
    }
}
