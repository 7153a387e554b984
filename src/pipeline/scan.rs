//! Scanning one target: takes its name, gives what came of it. What fails is an event; the run goes on.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::Shared;
use super::sweep::{Counted, Sweep, conclude_tables};
use super::tables::Borders;
use super::window::Window;
use super::work::{Done, Large, Receipt};
use crate::classify::{Lines, Partial};
use crate::decode::{Charset, Decoder, SNIFF, Sniffed, sniff};
use crate::detect::MARGIN;
use crate::finding::{Event, Problem, Skipped, Unused};
use crate::input::{Blob, Origin, Store, Target};
use crate::layout::table::{self, Shape};
use crate::source::git;
use crate::suppress::{self, Known, Quiet};

/// A thread's scanner with the buffers that it reuses.
pub struct Worker<'a> {
    shared: &'a Shared<'a>,
    window: Window,
    /// Another window, for what a reader of tables goes over before a split.
    before: Window,
    sweep: Sweep,
    /// The file that is scanned, if it is one.
    file: Option<PathBuf>,
    blobs: Option<git::Blobs>,
    /// What the last sweep has left of the baseline's entries.
    left: Option<Known>,
    /// The same, for another sweep over the same text.
    carried: Option<Known>,
}

impl<'a> Worker<'a> {
    pub fn new(shared: &'a Shared<'a>) -> Self {
        Self {
            shared,
            window: Window::new(shared.plan.limits.block.max(64)),
            before: Window::new(shared.plan.limits.block.max(64)),
            sweep: Sweep::default(),
            file: None,
            blobs: None,
            left: None,
            carried: None,
        }
    }

    /// Scans a target.
    ///
    /// # Errors
    /// A file that is to be scanned in splits is given back unscanned.
    pub fn target(&mut self, item: usize, target: &Target) -> Result<Done, Box<Large>> {
        let origin = &target.origin;
        self.file = target.path().map(Path::to_owned);
        let done = match &target.store {
            Store::Stdin => self.stream(origin, io::stdin().lock(), None),
            Store::File(path) => match File::open(path).and_then(|file| Ok((file.metadata()?.len(), file))) {
                Ok((length, file)) => self.file(item, origin, file, length)?,
                Err(error) => failed(origin, 0, 0, &error),
            },
            Store::Blob(blob) => self.blob(origin, blob),
        };
        Ok(self.counted(done))
    }

    /// Has git read ahead what will be scanned next.
    pub fn expect<'t>(&mut self, targets: impl Iterator<Item = &'t Target>) {
        let blobs: Vec<_> = targets.filter_map(Target::blob).map(|blob| &blob.id).collect();
        if !blobs.is_empty() {
            self.blobs = self.blobs.take().map_or_else(git::Blobs::start, Ok).ok();
            let asked = self.blobs.as_mut().map(|git| git.ask(blobs));
            if let Some(Err(_)) = asked {
                self.blobs = None;
            }
        }
    }

    fn file(&mut self, item: usize, origin: &Origin, mut file: File, length: u64) -> Result<Done, Box<Large>> {
        let most = if self.shared.plan.threads > 1 { self.shared.plan.limits.split } else { u64::MAX };
        match self.bytes(origin, &mut file, length, most) {
            Ok(done) => Ok(done),
            Err(TooLong { binary, shape }) => {
                let borders = Borders::new(shape, self.shared.plan.limits.split);
                Err(Box::new(Large::new(item, file, length, binary, borders)))
            }
        }
    }

    /// Scans what is stored, `length` bytes; of plain text at `most` so many.
    fn bytes(&mut self, origin: &Origin, reader: &mut dyn Read, length: u64, most: u64) -> Result<Done, TooLong> {
        self.window.restart(0, 0);
        let known = (length > 0).then_some(length);
        let begun = self.window.fill(reader, known);
        let head = &self.window.filled()[..self.window.filled().len().min(SNIFF)];
        let Sniffed { compression, charset, binary } = sniff(head);
        if let Err(error) = begun {
            return Ok(failed(origin, length, 0, &error));
        }
        if compression.is_some() || charset != Charset::Bytes {
            let read = self.window.filled().to_vec();
            return Ok(self.stream(origin, Cursor::new(read).chain(reader), known));
        }
        if self.shared.plan.git.is_some() && git::is_lfs_pointer(head) {
            return Ok(skipped(origin, "Git LFS pointer", length));
        }
        if binary && self.shared.plan.skip_binary {
            return Ok(skipped(origin, "binary", length));
        }
        if length > most && !self.shared.plan.exceptions.know(origin) {
            return Err(TooLong { binary, shape: shape(head, binary) });
        }
        let quiet = self.quiet(origin);
        let receipt = self.sweep(reader, Extent { own: 0..u64::MAX, length: known, binary, tables: None }, quiet);
        let read = self.window.read_so_far();
        Ok(self.done(origin, receipt, length.max(read), read))
    }

    /// Scans a blob; where values were found, once more for those on the lines that count.
    fn blob(&mut self, origin: &Origin, blob: &Blob) -> Done {
        let mut whole = self.version(origin, blob);
        if blob.since.is_empty() {
            for event in &mut whole.events {
                if let Event::Finding(finding) = event {
                    finding.stood.clone_from(&blob.stood);
                }
            }
            return whole;
        }
        // Marks on other lines may be in use there.
        whole.events.retain(|event| !matches!(event, Event::Unused(_)));
        if !whole.events.iter().any(|event| matches!(event, Event::Finding(_))) {
            return whole;
        }
        match git::added(&blob.id, &blob.since) {
            Ok(lines) => self.lines(origin, blob, lines),
            Err(error) => {
                whole.events.push(problem(origin, whole.examined, &error));
                whole
            }
        }
    }

    /// Scans the lines of a blob that count.
    fn lines(&mut self, origin: &Origin, blob: &Blob, lines: Vec<Range<u64>>) -> Done {
        // Git reads ahead what comes next, so this one is asked for from another.
        let ahead = self.blobs.take();
        if self.left.is_some() {
            // What the baseline knows was on the other lines before it was on these.
            self.sweep.lines = Some(git::others(&lines));
            self.version(origin, blob);
            self.carried = self.left.take();
        }
        self.sweep.lines = Some(lines);
        let mut done = self.version(origin, blob);
        self.sweep.lines = None;
        self.blobs = ahead;
        done.events.retain(|event| !matches!(event, Event::Unused(_)));
        done
    }

    /// Scans a blob as it is stored. A git that has failed is started anew for the next one.
    fn version(&mut self, origin: &Origin, blob: &Blob) -> Done {
        let opened = self.blobs.take().map_or_else(git::Blobs::start, Ok);
        let opened = opened.and_then(|mut git| git.open(&blob.id).map(|length| (git, length)));
        match opened {
            Ok((mut git, length)) => {
                let done = self.bytes(origin, &mut git, length, u64::MAX).unwrap_or_default();
                self.blobs = done.events.iter().all(|event| !matches!(event, Event::Problem(_))).then_some(git);
                done
            }
            Err(error) => failed(origin, 0, 0, &error),
        }
    }

    /// Scans what has to be decoded first, as a stream. `length` is the stored length where it is known.
    fn stream(&mut self, origin: &Origin, stored: impl Read, length: Option<u64>) -> Done {
        let mut decoder = match Decoder::new(stored, self.shared.plan.limits.layers) {
            Ok(decoder) => decoder,
            Err(error) => return failed(origin, length.unwrap_or(0), 0, &error),
        };
        if decoder.is_binary() && self.shared.plan.skip_binary {
            return skipped(origin, "binary", length.unwrap_or(0));
        }
        self.window.restart(0, 0);
        let binary = decoder.is_binary();
        // Lines of what is stored are not those of what is in it: all count.
        let lines = self.sweep.lines.take();
        let quiet = self.quiet(origin);
        let receipt = self.sweep(&mut decoder, Extent { own: 0..u64::MAX, length: None, binary, tables: None }, quiet);
        self.sweep.lines = lines;
        let stored_read = decoder.stored_read();
        let seen = length.unwrap_or(stored_read).max(stored_read);
        let examined = if receipt.failure.is_none() { seen } else { stored_read };
        self.done(origin, receipt, seen, examined)
    }

    /// Scans one split of a large file.
    pub fn split(&mut self, large: &Large, split: Range<u64>) -> Receipt {
        let tables = match large.borders.at(&large.file, large.length, split.start, &mut self.before) {
            Ok(tables) => tables,
            Err(error) => return Receipt::failed(split.start, error),
        };
        let base = split.start.saturating_sub(MARGIN as u64);
        let end = (split.end + MARGIN as u64).min(large.length);
        self.window.restart(base, split.start);
        let mut reader = Positioned { file: &large.file, at: base, end };
        let extent = Extent { own: split.clone(), length: Some(end), binary: large.binary, tables: Some(tables) };
        let quiet = self.quiet(self.shared.items[large.item].origin());
        let mut receipt = self.sweep(&mut reader, extent, quiet);
        if receipt.failure.is_none() && receipt.partial.examined < split.end - split.start {
            receipt.failure = Some(io::Error::other("the file was cut shorter while it was read"));
        }
        receipt
    }

    /// What came of a large file, from what came of its splits.
    pub fn conclude(&mut self, large: &Large, whole: Receipt) -> Done {
        let super::Item::Target(target) = &self.shared.items[large.item] else { return Done::default() };
        self.file = target.path().map(Path::to_owned);
        let examined = whole.partial.examined;
        self.counted(self.done(&target.origin, whole, large.length, examined))
    }

    /// What keeps the target's hits quiet, with what an earlier sweep of the same text has left of the baseline.
    fn quiet(&mut self, origin: &Origin) -> Quiet<'a> {
        let quiet = Quiet::new(&self.shared.plan.exceptions, origin);
        match self.carried.take() {
            Some(left) => quiet.with_known(left),
            None => quiet,
        }
    }

    /// Goes over what the reader gives; the window is restarted.
    fn sweep(&mut self, reader: &mut dyn Read, mut extent: Extent, mut quiet: Quiet) -> Receipt {
        let own = extent.own.clone();
        let mut counted = Counted { partial: Partial::from(own.start), lines: Lines::from(own.start) };
        let mut failure = None;
        let mut examined = 0;
        loop {
            if let Err(error) = self.window.fill(reader, extent.length) {
                failure = Some(error);
            }
            let head = self.window.filled();
            let tables = extent.tables.get_or_insert_with(|| table::Reader::new(shape(head, extent.binary)));
            while let Some(stretch) = self.window.next(own.end) {
                examined += stretch.own.len() as u64;
                self.shared.progress.bytes.fetch_add(stretch.own.len() as u64, Ordering::Relaxed);
                self.sweep.grid(tables, &stretch);
                self.sweep.stretch(self.shared, &stretch, extent.binary, &mut quiet, &mut counted);
            }
            if !self.window.advance(own.end) {
                let Counted { mut partial, lines } = counted;
                let ends = own.end == u64::MAX || extent.length == Some(own.end);
                let fault = conclude_tables(tables, &mut partial, own.start + examined, ends, &self.shared.plan.limits);
                partial.close(lines, examined);
                let mut tally = std::mem::take(&mut quiet.tally);
                tally.close(lines.ends);
                self.left = quiet.into_known();
                return Receipt { partial, quiet: tally, failure, fault };
            }
        }
    }

    fn done(&self, origin: &Origin, receipt: Receipt, seen: u64, examined: u64) -> Done {
        let text_examined = receipt.partial.examined;
        let findings = self.shared.findings(origin, self.file.as_deref(), receipt.partial);
        let mut events: Vec<Event> = findings.into_iter().map(Event::Finding).collect();
        match receipt.failure {
            Some(error) => events.push(problem(origin, text_examined, &error)),
            None => events.extend(
                receipt
                    .quiet
                    .idle_marks(self.shared.plan.today)
                    .map(|(line, message)| Event::Unused(Unused { path: origin.clone(), line, message })),
            ),
        }
        if let Some(fault) = receipt.fault {
            let (path, message) = (origin.clone(), fault.to_owned());
            events.push(Event::Problem(Problem { path, message, examined: text_examined }));
        }
        Done { events, is_file: true, seen, examined, quiet: receipt.quiet }
    }

    fn counted(&self, done: Done) -> Done {
        self.shared.progress.files.fetch_add(1, Ordering::Relaxed);
        done
    }
}

/// The shape of a text that begins so.
fn shape(head: &[u8], binary: bool) -> Shape {
    if binary { Shape::Text } else { Shape::of(&head[..head.len().min(table::HEAD)]) }
}

/// What of a target is gone over, and what is known of it.
struct Extent {
    own: Range<u64>,
    /// Where the text is known to end.
    length: Option<u64>,
    binary: bool,
    /// The reader of tables as it stands where the text begins; none at the beginning of all.
    tables: Option<table::Reader>,
}

/// Plain text that is too long for one thread.
struct TooLong {
    binary: bool,
    shape: Shape,
}

fn failed(origin: &Origin, seen: u64, examined: u64, error: &io::Error) -> Done {
    Done {
        events: vec![problem(origin, examined, error)],
        is_file: true,
        seen,
        examined,
        quiet: suppress::Tally::default(),
    }
}

fn skipped(origin: &Origin, reason: &str, bytes: u64) -> Done {
    let skipped = Skipped { path: origin.clone(), reason: reason.to_owned(), bytes };
    Done { events: vec![Event::Skipped(skipped)], is_file: true, seen: bytes, ..Done::default() }
}

fn problem(origin: &Origin, examined: u64, error: &io::Error) -> Event {
    let cause = match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    };
    let message = if examined > 0 { format!("{cause} after {examined} bytes") } else { cause };
    Event::Problem(Problem { path: origin.clone(), message, examined })
}

/// Reads a part of a file that several threads read.
pub(super) struct Positioned<'a> {
    pub file: &'a File,
    pub at: u64,
    pub end: u64,
}

impl Read for Positioned<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        #[cfg(unix)]
        let n = std::os::unix::fs::FileExt::read_at(self.file, &mut buffer[..most], self.at)?;
        #[cfg(windows)]
        let n = std::os::windows::fs::FileExt::seek_read(self.file, &mut buffer[..most], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}
