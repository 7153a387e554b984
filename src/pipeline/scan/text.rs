//! Going over a text: takes a reader, gives what came of it. Of a long stream, which has to be read from front to back, other
//! threads that have nothing else to do scan chunks.

use std::io::{self, Read};
use std::mem::swap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Worker, shape};
use crate::classify::Lines;
use crate::input::Target;
use crate::layout::table;
use crate::pipeline::assembly::{Chunk, Receipt, Stream};
use crate::pipeline::held::{self, Held};
use crate::pipeline::sweep::{Counted, Tables, conclude_tables};
use crate::subject::Notes;
use crate::suppress::Quiet;

/// What of a target is gone over, and what is known of it.
pub(super) struct Extent {
    pub own: Range<u64>,
    /// Its lines before the first.
    pub lines: Lines,
    /// Line ends before these, where they are known.
    pub line_ends: u64,
    /// Where the lines of notes are counted from.
    pub notes: u64,
    /// Where the text is known to end.
    pub length: Option<u64>,
    pub binary: bool,
    /// The reader of tables as it stands where the text begins, or where it ends if its tables were found before; none at the
    /// beginning of all.
    pub tables: Option<table::Reader>,
    /// The tables of its stretches, where they were found before.
    pub found: Vec<Tables>,
    /// What was met while the window was filled.
    pub failure: Option<io::Error>,
}

impl Extent {
    /// All from `start` on.
    pub fn from(start: u64, lines: Lines) -> Self {
        let own = start..u64::MAX;
        let (found, tables, failure) = Default::default();
        Self { own, lines, line_ends: 0, notes: 0, length: None, binary: false, tables, found, failure }
    }

    /// Goes on after so many bytes with so many line ends.
    fn go_past(&mut self, bytes: u64, ends: u64) {
        self.own.start += bytes;
        self.line_ends += ends;
        let lines = if self.lines.are_rows() { Lines::of_rows(self.line_ends) } else { Lines::from(self.own.start) };
        self.lines = lines.on_page(self.lines.page);
    }
}

impl Worker<'_> {
    /// Goes over what the reader gives; the window is restarted, and may be filled.
    pub(super) fn sweep(
        &mut self,
        target: &Target,
        reader: &mut dyn Read,
        mut extent: Extent,
        quiet: Quiet,
    ) -> Receipt {
        self.ends.clear();
        // What follows another part is no whole text.
        let whole = self.shared.wants_dates() && extent.own.start == 0;
        // What the baseline knows is used up in order, and so are the lines that count.
        let receipt = if self.shared.plan.threads > 1 && !quiet.has_known() && self.sweep.lines.is_none() {
            self.share(target, reader, extent, quiet, whole)
        } else {
            self.go_over(target, reader, &mut extent, quiet, u64::MAX, whole)
        };
        if whole && receipt.failure.is_none() {
            self.ends.close();
        }
        receipt
    }

    /// Goes over a stream chunk by chunk, and gives away those that another thread may scan. The first is never given: most
    /// texts have no second.
    fn share(
        &mut self,
        target: &Target,
        reader: &mut dyn Read,
        mut extent: Extent,
        quiet: Quiet,
        whole: bool,
    ) -> Receipt {
        let limits = &self.shared.plan.limits;
        let length = held::length(limits);
        let start = extent.own.start;
        let first = self.go_over(target, reader, &mut extent, quiet, start + length, whole);
        if self.window.is_at_end() {
            return first;
        }
        let stream = Arc::new(Stream::new(self.item, target.clone(), extent.binary, start));
        stream.hand_in(start..extent.own.start, first, limits);
        let (mut parts, mut failure) = (1, None);
        while !self.window.is_at_end() {
            let start = extent.own.start;
            if self.crew.promise() {
                failure = self.give(&stream, reader, &mut extent, length, whole).err().or(failure);
            } else {
                let quiet = self.quiet(&stream.target);
                let receipt = self.go_over(&stream.target, reader, &mut extent, quiet, start + length, whole);
                stream.hand_in(start..extent.own.start, receipt, limits);
            }
            parts += 1;
        }
        let mut receipt = stream.whole(parts);
        receipt.failure = receipt.failure.or(failure);
        receipt
    }

    /// Reads the next chunk of a stream, which was promised to another thread, and goes past it.
    fn give(
        &mut self,
        stream: &Arc<Stream>,
        reader: &mut dyn Read,
        extent: &mut Extent,
        length: u64,
        whole: bool,
    ) -> io::Result<()> {
        let mut held = stream.buffer().unwrap_or_else(|| Held::new(&self.shared.plan.limits));
        let (own, outcome) = self.window.take(reader, length, &mut held.window);
        held.own = own;
        let text = held.text();
        if whole {
            self.ends.add(text);
        }
        let ends = memchr::memchr_iter(b'\n', text).count() as u64;
        let (lines, line_ends, bytes) = (extent.lines, extent.line_ends, text.len() as u64);
        let tables = extent.tables.get_or_insert_with(|| table::Reader::new(shape(text, extent.binary)));
        held.read(tables);
        let chunk = Chunk { stream: stream.clone(), held, lines, line_ends, tables: tables.clone() };
        extent.go_past(bytes, ends);
        self.crew.give(Box::new(chunk));
        outcome
    }

    /// Scans a chunk that another thread has read.
    pub fn chunk(&mut self, chunk: Chunk) {
        let Chunk { stream, mut held, lines, line_ends, tables } = chunk;
        self.item = stream.item;
        self.turn_to(&stream.target);
        let mut extent = Extent {
            own: held.own.clone(),
            line_ends,
            length: Some(held.window.read_so_far()),
            binary: stream.binary,
            tables: Some(tables),
            ..Extent::from(held.own.start, lines)
        };
        let quiet = self.quiet(&stream.target);
        let receipt = self.go_over_held(&stream.target, &mut held, &mut extent, quiet);
        stream.hand_in(held.own.clone(), receipt, &self.shared.plan.limits);
        stream.put_back(held);
    }

    /// Goes over what is held, with what was found in it.
    pub(super) fn go_over_held(
        &mut self,
        target: &Target,
        held: &mut Held,
        extent: &mut Extent,
        quiet: Quiet,
    ) -> Receipt {
        swap(&mut self.window, &mut held.window);
        swap(&mut extent.found, &mut held.found);
        let receipt = self.go_over(target, &mut io::empty(), extent, quiet, held.own.end, false);
        swap(&mut extent.found, &mut held.found);
        swap(&mut self.window, &mut held.window);
        receipt
    }

    /// Goes over an extent up to an offset, and moves it on. `whole` tells that the ends of the text are wanted.
    pub(super) fn go_over(
        &mut self,
        target: &Target,
        reader: &mut dyn Read,
        extent: &mut Extent,
        mut quiet: Quiet,
        until: u64,
        whole: bool,
    ) -> Receipt {
        let Range { start, end } = extent.own;
        let mut counted = Counted { line_ends: extent.line_ends, ..Counted::from(start, extent.lines) };
        let mut failure = extent.failure.take();
        let mut examined = 0;
        let mut found = extent.found.iter_mut();
        self.sweep.notes = self.shared.survey.as_ref().map(|_| Notes::from(extent.notes));
        loop {
            if let Err(error) = self.window.fill(reader, extent.length) {
                failure = Some(error);
            }
            let head = self.window.filled();
            let tables = extent.tables.get_or_insert_with(|| table::Reader::new(shape(head, extent.binary)));
            while let Some(stretch) = self.window.next(until) {
                examined += stretch.own.len() as u64;
                self.shared.progress.bytes.fetch_add(stretch.own.len() as u64, Ordering::Relaxed);
                if whole {
                    self.ends.add(&stretch.text[stretch.own.clone()]);
                }
                match found.next() {
                    Some(found) => swap(&mut self.sweep.tables, found),
                    None => self.sweep.tables.read(tables, &stretch),
                }
                self.sweep.stretch(self.shared, &stretch, extent.binary, &mut quiet, &mut counted);
                self.sweep.hand_over(self.shared, self.item, target, false);
                self.shared.pace.spend(stretch.own.len() as u64);
            }
            if self.window.advance(until) {
                continue;
            }
            self.sweep.hand_over(self.shared, self.item, target, true);
            let Counted { mut partial, lines, .. } = counted;
            let ends = extent.length == Some(end) || end == u64::MAX && self.window.is_at_end();
            let fault = conclude_tables(tables, &mut partial, start + examined, ends, &self.shared.plan.limits);
            let counted = lines.counted();
            partial.close(counted, examined);
            let (mut tally, left) = quiet.end();
            tally.close(counted.ends);
            self.left = left;
            extent.go_past(examined, lines.ends - extent.lines.ends);
            return Receipt { partial, quiet: tally, failure, fault, lines: Vec::new() };
        }
    }
}
