//! A window that moves over a stream: takes a reader, shows a stretch of text with a margin on both sides, however long
//! the lines and however the reader cuts its bytes. Memory is one block and two margins, or the part of a text that it is
//! to hold.

use std::io::{self, Read};
use std::ops::Range;

use crate::decode::SNIFF;
use crate::detect::MARGIN;
use crate::layout::PATH_REACH;

/// Bytes that are shown before a stretch; after it, [`MARGIN`] is enough.
pub const BEFORE: usize = if PATH_REACH > MARGIN { PATH_REACH } else { MARGIN };

/// The buffer that a thread reuses from file to file.
pub struct Window {
    buffer: Vec<u8>,
    /// Bytes of the buffer that are filled.
    filled: usize,
    /// Offset of the buffer's first byte.
    base: u64,
    /// Offset up to which stretches were shown.
    shown: u64,
    /// Whether the reader is at its end.
    ended: bool,
    block: usize,
}

/// A part of the text, with what stands around it.
pub struct Stretch<'a> {
    /// The stretch and a margin on both sides, or all there is.
    pub text: &'a [u8],
    /// Offset of the text's first byte.
    pub base: u64,
    /// The stretch in the text.
    pub own: Range<usize>,
}

impl Window {
    pub fn new(block: usize) -> Self {
        Self {
            buffer: vec![0; (block + BEFORE + MARGIN).max(SNIFF)],
            filled: 0,
            base: 0,
            shown: 0,
            ended: false,
            block,
        }
    }

    /// Begins anew with a reader whose first byte is at `base`, to show what stands from `from` on.
    pub fn restart(&mut self, base: u64, from: u64) {
        *self = Self { buffer: std::mem::take(&mut self.buffer), filled: 0, base, shown: from, ended: false, ..*self };
    }

    /// The same, with room for so many bytes of its own to be held at a time.
    pub fn hold(&mut self, base: u64, from: u64, length: u64) {
        self.make_room(BEFORE + length as usize + MARGIN);
        self.restart(base, from);
    }

    fn make_room(&mut self, bytes: usize) {
        if self.buffer.len() < bytes {
            self.buffer.resize(bytes, 0);
        }
    }

    /// Shows again what stands from `from` on, which is in the buffer.
    pub fn rewind(&mut self, from: u64) {
        self.shown = from;
    }

    /// All that is in the buffer.
    pub fn filled(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// What is in the buffer between two offsets.
    pub fn between(&self, range: &Range<u64>) -> &[u8] {
        &self.buffer[(range.start - self.base) as usize..(range.end - self.base) as usize]
    }

    /// Bytes that were read since the restart.
    pub fn read_so_far(&self) -> u64 {
        self.base + self.filled as u64
    }

    /// Fills the buffer. `length` is where the text is known to end, which saves asking the reader.
    ///
    /// # Errors
    /// Those of the reader; what was read before is in the buffer.
    pub fn fill(&mut self, reader: &mut dyn Read, length: Option<u64>) -> io::Result<()> {
        while !self.ended && self.filled < self.buffer.len() {
            match reader.read(&mut self.buffer[self.filled..]) {
                Ok(0) => self.ended = true,
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.ended = true;
                    return Err(e);
                }
            }
            self.ended |= length == Some(self.read_so_far());
        }
        Ok(())
    }

    /// The next stretch, that ends before `end`; none where all was shown. To be called after each fill.
    pub fn next(&mut self, end: u64) -> Option<Stretch<'_>> {
        let filled = self.base + self.filled as u64;
        let margin = if self.ended { 0 } else { MARGIN as u64 };
        let until = filled.saturating_sub(margin).min(end).min(self.shown + self.block as u64);
        if until <= self.shown {
            return None;
        }
        let own = (self.shown - self.base) as usize..(until - self.base) as usize;
        self.shown = until;
        // What is held is long.
        let first = own.start.saturating_sub(BEFORE);
        let text = &self.buffer[first..self.filled.min(own.end + BEFORE + MARGIN)];
        Some(Stretch { text, base: self.base + first as u64, own: own.start - first..own.end - first })
    }

    /// Whether all that the reader has was shown.
    pub fn is_at_end(&self) -> bool {
        self.ended && self.shown == self.read_so_far()
    }

    /// Puts the next stretch, of `length` bytes where there are so many, into another window with a margin on both sides, and
    /// goes on after it. Gives the stretch, and the error that has ended it.
    pub fn take(&mut self, reader: &mut dyn Read, length: u64, held: &mut Self) -> (Range<u64>, io::Result<()>) {
        let base = self.shown.saturating_sub(BEFORE as u64).max(self.base);
        let rest = &self.buffer[(base - self.base) as usize..self.filled];
        held.make_room(rest.len());
        held.hold(base, self.shown, length);
        held.buffer[..rest.len()].copy_from_slice(rest);
        held.filled = rest.len();
        let wanted = (self.shown - base + length) as usize + MARGIN;
        let mut outcome = Ok(());
        if !self.ended && held.filled < wanted {
            outcome = held.fill(&mut reader.take((wanted - held.filled) as u64), None);
            self.ended = held.filled < wanted;
        }
        held.ended = true;
        let margin = if self.ended { 0 } else { MARGIN as u64 };
        let end = (self.shown + length).min(held.read_so_far() - margin);
        let own = self.shown..end;
        let keep = end.saturating_sub(BEFORE as u64).max(base);
        let rest = &held.filled()[(keep - base) as usize..];
        self.buffer[..rest.len()].copy_from_slice(rest);
        (self.filled, self.base, self.shown) = (rest.len(), keep, end);
        (own, outcome)
    }

    /// Makes room for the next fill. Whether there is anything left to read before `end`.
    pub fn advance(&mut self, end: u64) -> bool {
        if self.ended || self.shown >= end {
            return false;
        }
        let keep = self.shown.saturating_sub(BEFORE as u64).max(self.base);
        let drop = (keep - self.base) as usize;
        self.buffer.copy_within(drop..self.filled, 0);
        self.filled -= drop;
        self.base = keep;
        debug_assert!(self.buffer.len() - self.filled > 0 && self.block > 0);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_goes_on_where_it_is_shown() {
        let text: Vec<u8> = (0..60_000u32).map(|i| i.to_le_bytes()[0] ^ i.to_le_bytes()[1]).collect();
        for block in [64, 1000, 20_000] {
            for length in [1, 500, 7000, 100_000] {
                let (mut window, mut reader, mut at) = (Window::new(block), &text[..], 0);
                let mut held = Window::new(block);
                while !window.is_at_end() {
                    window.fill(&mut reader, None).unwrap();
                    let end = at + 3000;
                    while let Some(stretch) = window.next(end) {
                        assert_eq!(stretch.base + stretch.own.start as u64, at);
                        at += stretch.own.len() as u64;
                    }
                    window.advance(end);
                    let (own, outcome) = window.take(&mut reader, length, &mut held);
                    outcome.unwrap();
                    let (base, taken) = (held.base, held.filled());
                    assert_eq!((own.start, taken), (at, &text[base as usize..base as usize + taken.len()]));
                    let (before, after) = (own.start - base, base + taken.len() as u64 - own.end);
                    assert!(before >= (BEFORE as u64).min(at) && after >= (MARGIN as u64).min(60_000 - own.end));
                    at = own.end;
                }
                assert_eq!(at, 60_000);
            }
        }
    }

    #[test]
    fn every_byte_is_shown_once_with_its_margins() {
        let text: Vec<u8> = (0..10_000u32).map(|i| i.to_le_bytes()[0]).collect();
        for block in [64, 100, 4096, 20_000] {
            let mut window = Window::new(block);
            for range in [0..10_000u64, 3000..7000] {
                let base = range.start.saturating_sub(BEFORE as u64);
                let mut reader = &text[base as usize..(range.end as usize + MARGIN).min(text.len())];
                window.restart(base, range.start);
                let mut shown = range.start;
                loop {
                    window.fill(&mut reader, None).unwrap();
                    while let Some(stretch) = window.next(range.end) {
                        let start = (stretch.base as usize) + stretch.own.start;
                        let stop = stretch.base as usize + stretch.own.end;
                        assert_eq!(start as u64, shown);
                        assert_eq!(stretch.text[stretch.own.clone()], text[start..stop]);
                        let before = stretch.own.start;
                        let after = stretch.text.len() - stretch.own.end;
                        assert!(before >= BEFORE.min(start), "{block} {before}");
                        assert!(after >= MARGIN.min(text.len() - stop), "{block} {after}");
                        shown = stop as u64;
                    }
                    if !window.advance(range.end) {
                        break;
                    }
                }
                assert_eq!(shown, range.end);
            }
        }
    }
}
