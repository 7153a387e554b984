//! Frames of a compressed stream, which are unpacked apart from those before them: takes some that stand together, gives
//! their text, unpacked by whichever thread comes first. Where frames end is not known before they are unpacked, and so is
//! guessed: what was guessed wrong, what is damaged and what is too long is refused, and unpacked as a stream.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

use super::gzip::Gzip;

mod ahead;
mod splitter;
#[cfg(test)]
mod tests;

pub use ahead::{Ahead, Source};
use splitter::Splitter;

/// What bounds the memory of frames that are held whole.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Stored bytes that are read at a time.
    block: usize,
    /// Frames that are longer are unpacked as a stream.
    longest: Size,
    /// Short frames are held together up to this size.
    together: Size,
    /// Bytes, stored and of text, that are held ahead of what is read, for each thread.
    ahead: usize,
}

#[derive(Clone, Copy, Debug)]
struct Size {
    stored: usize,
    text: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        let longest = Size { stored: 4 << 20, text: 8 << 20 };
        Self { block: 128 << 10, longest, together: Size { stored: 256 << 10, text: 1 << 20 }, ahead: 8 << 20 }
    }
}

/// Bytes of text that a buffer begins with.
const TEXT: usize = 64 << 10;

/// Threads that unpack frames for the one that reads a stream, while they have nothing better to do.
pub trait Helpers {
    /// How many there may be, the reader too.
    fn threads(&self) -> usize;

    /// Whether one of them would take some now.
    fn want(&self) -> bool;

    /// Lets one of them [unpack](Frames::unpack) these, unless the reader comes first.
    fn give(&self, frames: Weak<Frames>);
}

/// Formats of which frames are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Gzip,
    Zstd,
}

/// A decoder of frames that follow one another.
pub trait Framed {
    type Source;

    /// Unpacks a little. Gives how many bytes, none at the end.
    fn step(&mut self, buf: &mut [u8]) -> io::Result<Option<usize>>;

    /// Whether nothing was taken from the source behind the last frame that has ended.
    fn is_between(&self) -> bool;

    /// Goes on as if one more frame had ended here.
    fn pass(&mut self);

    fn source(&mut self) -> &mut Self::Source;
}

/// How one stream is unpacked by several threads.
pub struct Sharing {
    helpers: Arc<dyn Helpers>,
    bounds: Bounds,
    /// Stored bytes that were begun to be unpacked, where others could be read ahead of them.
    pub begun: Rc<Cell<Option<u64>>>,
    /// Bytes of text that only the reader could unpack.
    pub streamed: Rc<Cell<u64>>,
}

impl Sharing {
    pub fn new(helpers: Arc<dyn Helpers>) -> Self {
        Self { helpers, bounds: Bounds::default(), begun: Rc::default(), streamed: Rc::default() }
    }

    /// What a decoder is to read of what is stored.
    pub fn source<R: Read>(&self, stored: R, format: Format) -> Source<R> {
        Source::new(Splitter::new(format, stored, self), self)
    }
}

/// Some frames as they are stored.
pub struct Frames {
    format: Format,
    stored: Vec<u8>,
    /// Bytes of text that they may have, and those that they have as far as they tell.
    longest: usize,
    told: usize,
    state: Mutex<State>,
    ended: Condvar,
    spare: Arc<Spare>,
}

enum State {
    Waiting,
    Begun,
    Ended(Result<Text, Refusal>),
}

/// Why frames are to be unpacked as a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// More text than is held.
    Long,
    /// Damaged, or no frames with these ends.
    Broken,
}

/// The text of some frames: so many bytes of a buffer.
#[derive(Default)]
pub struct Text {
    buffer: Vec<u8>,
    length: usize,
}

/// Buffers of texts that were read.
#[derive(Default)]
pub struct Spare(Mutex<Vec<Vec<u8>>>);

impl Frames {
    /// Unpacks them, unless another thread has begun to. Whether it did.
    pub fn unpack(&self) -> bool {
        match &mut *lock(&self.state) {
            state @ State::Waiting => *state = State::Begun,
            State::Begun | State::Ended(_) => return false,
        }
        let text = match self.format {
            Format::Gzip => self.gzip(),
            Format::Zstd => self.zstd(),
        };
        *lock(&self.state) = State::Ended(text);
        self.ended.notify_one();
        true
    }

    fn gzip(&self) -> Result<Text, Refusal> {
        let mut decoder = Gzip::new(&self.stored[..]);
        let mut text = Text { buffer: self.spare.take(), length: 0 };
        let refusal = loop {
            if text.length > self.longest {
                break Refusal::Long;
            }
            if text.length == text.buffer.len() {
                let length = (text.length * 2).max(TEXT).max(self.told + 1);
                text.buffer.resize(length.min(self.longest + 1), 0);
            }
            match decoder.step(&mut text.buffer[text.length..]) {
                Ok(Some(given)) => text.length += given,
                Ok(None) if decoder.is_between() => return Ok(text),
                Ok(None) | Err(_) => break Refusal::Broken,
            }
        };
        self.spare.put_back(text.buffer);
        Err(refusal)
    }

    /// At once and into its place: what is unpacked as a stream is copied from its window once more.
    fn zstd(&self) -> Result<Text, Refusal> {
        let mut buffer = self.spare.take();
        buffer.clear();
        buffer.reserve_exact(self.longest);
        let decoder = zstd::bulk::Decompressor::new();
        match decoder.and_then(|mut decoder| decoder.decompress_to_buffer(&self.stored, &mut buffer)) {
            Ok(length) => Ok(Text { buffer, length }),
            Err(error) => {
                self.spare.put_back(buffer);
                let is_long = error.to_string() == "Destination buffer is too small";
                Err(if is_long { Refusal::Long } else { Refusal::Broken })
            }
        }
    }

    /// Bytes that they take.
    fn size(&self) -> usize {
        self.stored.len() + if self.told > 0 { self.told } else { self.longest }
    }

    fn is_ended(&self) -> bool {
        matches!(*lock(&self.state), State::Ended(_))
    }

    /// Waits for what comes of them, which somebody has begun to unpack, and takes it.
    fn take(&self) -> Result<Text, Refusal> {
        let mut state = lock(&self.state);
        loop {
            if let State::Ended(text) = &mut *state {
                return std::mem::replace(text, Err(Refusal::Broken));
            }
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Spare {
    fn take(&self) -> Vec<u8> {
        lock(&self.0).pop().unwrap_or_default()
    }

    fn put_back(&self, buffer: Vec<u8>) {
        lock(&self.0).push(buffer);
    }
}

/// The guarded value: what it guards is never left half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
