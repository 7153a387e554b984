//! Going over a text: takes a reader, gives what came of it. Of a long stream, which has to be read from front to back, other
//! threads that have nothing else to do scan chunks.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Worker, shape};
use crate::classify::Lines;
use crate::input::Target;
use crate::layout::table::{self, Grid};
use crate::pipeline::assembly::{Chunk, Receipt, Stream};
use crate::pipeline::sweep::{Counted, conclude_tables};
use crate::subject::Notes;
use crate::suppress::Quiet;

/// Chunks of a stream for each split of a large file, since they are held in memory.
const CHUNKS: u64 = 8;

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
    /// The reader of tables as it stands where the text begins; none at the beginning of all.
    pub tables: Option<table::Reader>,
    /// What was met while the window was filled.
    pub failure: Option<io::Error>,
}

impl Extent {
    /// All from `start` on.
    pub fn from(start: u64, lines: Lines) -> Self {
        let own = start..u64::MAX;
        Self { own, lines, line_ends: 0, notes: 0, length: None, binary: false, tables: None, failure: None }
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
        // Splits are no whole text: the ends of theirs are read at last.
        let whole = self.shared.wants_dates() && extent.own == (0..u64::MAX);
        let is_stream = extent.own.end == u64::MAX && self.shared.plan.threads > 1;
        // What the baseline knows is used up in order, and so are the lines that count.
        let receipt = if is_stream && !quiet.has_known() && self.sweep.lines.is_none() {
            self.share(target, reader, extent, quiet, whole)
        } else {
            let until = extent.own.end;
            self.go_over(target, reader, &mut extent, quiet, until, whole)
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
        let length = (limits.split / CHUNKS).max(1);
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
        let mut text = stream.buffer();
        let (base, own, outcome) = self.window.take(reader, length, &mut text);
        let within = (own.start - base) as usize..(own.end - base) as usize;
        if whole {
            self.ends.add(&text[within.clone()]);
        }
        let tables = extent.tables.get_or_insert_with(|| table::Reader::new(shape(&text, extent.binary)));
        let (before, lines, line_ends) = (tables.clone(), extent.lines, extent.line_ends);
        if tables.has_tables() {
            let mut grid = Grid::default();
            for at in within.clone().step_by(self.shared.plan.limits.block) {
                let end = (at + self.shared.plan.limits.block).min(within.end);
                tables.read(&text, at..end, base, &mut grid);
            }
            // The scan of the chunk gathers them.
            tables.take_definitions();
        }
        let ends = memchr::memchr_iter(b'\n', &text[within]).count() as u64;
        extent.go_past(own.end - own.start, ends);
        self.crew.give(Box::new(Chunk { stream: stream.clone(), text, base, own, lines, line_ends, tables: before }));
        outcome
    }

    /// Scans a chunk that another thread has read.
    pub fn chunk(&mut self, chunk: Chunk) {
        let Chunk { stream, text, base, own, lines, line_ends, tables } = chunk;
        self.item = stream.item;
        self.turn_to(&stream.target);
        self.window.restart(base, own.start);
        let mut extent = Extent {
            own: own.clone(),
            line_ends,
            length: Some(base + text.len() as u64),
            binary: stream.binary,
            tables: Some(tables),
            ..Extent::from(own.start, lines)
        };
        let quiet = self.quiet(&stream.target);
        let receipt = self.go_over(&stream.target, &mut &text[..], &mut extent, quiet, own.end, false);
        stream.put_back(text);
        stream.hand_in(own, receipt, &self.shared.plan.limits);
    }

    /// Goes over an extent up to an offset, and moves it on. `whole` tells that the ends of the text are wanted.
    fn go_over(
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
                self.sweep.grid(tables, &stretch);
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
