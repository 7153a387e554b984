//! Scanning one target: takes its name, gives what came of it. What fails is an event; the run goes on.

use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::Shared;
use super::ends::{Ends, Positioned};
use super::window::{Stretch, Window};
use super::work::{Done, Large, Receipt};
use crate::classify::{Hit, Lines, Partial};
use crate::decode::{Charset, Decoder, SNIFF, Sniffed, sniff, to_utf8};
use crate::detect::{MARGIN, Match, Scratch};
use crate::finding::{Event, Problem, Redacted, Skipped, Unused};
use crate::input::{Store, Target};
use crate::policy::Traces;
use crate::source::git;
use crate::suppress::{self, Known, Quiet};

mod blob;

/// Longest run of digits that the name of a key may hold: a longer one may be somebody's value.
const KEY_DIGITS: usize = 4;

/// A thread's scanner with the buffers that it reuses.
pub struct Worker<'a> {
    shared: &'a Shared<'a>,
    window: Window,
    sweep: Sweep,
    /// The ends of the text of the last sweep, where they are wanted.
    ends: Ends,
    /// When the target was last modified, where it is a file.
    modified: Option<Date>,
    blobs: Option<git::Blobs>,
    /// What the last sweep has left of the baseline's entries.
    left: Option<Known>,
    /// The same, for another sweep over the same text.
    carried: Option<Known>,
}

/// What is reused from stretch to stretch.
#[derive(Default)]
struct Sweep {
    scratch: Scratch,
    matches: Vec<Match>,
    /// The lines that count, from 1 and in order; all where there is none.
    lines: Option<Vec<Range<u64>>>,
}

impl<'a> Worker<'a> {
    pub fn new(shared: &'a Shared<'a>) -> Self {
        Self {
            shared,
            window: Window::new(shared.plan.limits.block.max(64)),
            sweep: Sweep::default(),
            ends: Ends::default(),
            modified: None,
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
        self.modified = None;
        let done = match &target.store {
            Store::Stdin => self.stream(target, io::stdin().lock(), None),
            Store::File(path) => match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
                Ok((metadata, file)) => {
                    self.modified = modified(&metadata);
                    self.file(item, target, file, metadata.len())?
                }
                Err(error) => failed(target, 0, 0, &error),
            },
            Store::Blob(blob) => self.blob(target, blob),
        };
        Ok(self.counted(done))
    }

    fn file(&mut self, item: usize, target: &Target, mut file: File, length: u64) -> Result<Done, Box<Large>> {
        let most = if self.shared.plan.threads > 1 { self.shared.plan.limits.split } else { u64::MAX };
        match self.bytes(target, &mut file, length, most) {
            Ok(done) => Ok(done),
            Err(TooLong { binary }) => Err(Box::new(Large::new(item, file, length, binary))),
        }
    }

    /// Scans what is stored, `length` bytes; of plain text at `most` so many.
    fn bytes(&mut self, target: &Target, reader: &mut dyn Read, length: u64, most: u64) -> Result<Done, TooLong> {
        self.window.restart(0, 0);
        let known = (length > 0).then_some(length);
        let begun = self.window.fill(reader, known);
        let head = &self.window.filled()[..self.window.filled().len().min(SNIFF)];
        let Sniffed { compression, charset, binary } = sniff(head);
        if let Err(error) = begun {
            return Ok(failed(target, length, 0, &error));
        }
        if compression.is_some() || charset != Charset::Bytes {
            let read = self.window.filled().to_vec();
            return Ok(self.stream(target, Cursor::new(read).chain(reader), known));
        }
        if self.shared.plan.git.is_some() && git::is_lfs_pointer(head) {
            return Ok(skipped(target, "Git LFS pointer", length));
        }
        if binary && self.shared.plan.skip_binary {
            return Ok(skipped(target, "binary", length));
        }
        if length > most && self.shared.plan.exceptions.known(target).is_none() {
            return Err(TooLong { binary });
        }
        let quiet = self.quiet(target);
        let receipt = self.sweep(reader, &Extent { own: 0..u64::MAX, length: known, binary }, quiet);
        let read = self.window.read_so_far();
        Ok(self.done(target, receipt, length.max(read), read))
    }

    /// Scans what has to be decoded first, as a stream. `length` is the stored length where it is known.
    fn stream(&mut self, target: &Target, stored: impl Read, length: Option<u64>) -> Done {
        let mut decoder = match Decoder::new(stored, self.shared.plan.limits.layers) {
            Ok(decoder) => decoder,
            Err(error) => return failed(target, length.unwrap_or(0), 0, &error),
        };
        if decoder.is_binary() && self.shared.plan.skip_binary {
            return skipped(target, "binary", length.unwrap_or(0));
        }
        self.window.restart(0, 0);
        let binary = decoder.is_binary();
        // Lines of what is stored are not those of what is in it: all count.
        let lines = self.sweep.lines.take();
        let quiet = self.quiet(target);
        let receipt = self.sweep(&mut decoder, &Extent { own: 0..u64::MAX, length: None, binary }, quiet);
        self.sweep.lines = lines;
        let stored_read = decoder.stored_read();
        let seen = length.unwrap_or(stored_read).max(stored_read);
        let examined = if receipt.failure.is_none() { seen } else { stored_read };
        self.done(target, receipt, seen, examined)
    }

    /// Scans one split of a large file.
    pub fn split(&mut self, large: &Large, split: Range<u64>) -> Receipt {
        let base = split.start.saturating_sub(MARGIN as u64);
        let end = (split.end + MARGIN as u64).min(large.length);
        self.window.restart(base, split.start);
        let mut reader = Positioned { file: &large.file, at: base, end };
        let extent = Extent { own: split.clone(), length: Some(end), binary: large.binary };
        let super::Item::Target(target) = &self.shared.items[large.item] else {
            unreachable!("only targets are large")
        };
        let quiet = self.quiet(target);
        let mut receipt = self.sweep(&mut reader, &extent, quiet);
        if receipt.failure.is_none() && receipt.partial.examined < split.end - split.start {
            receipt.failure = Some(io::Error::other("the file was cut shorter while it was read"));
        }
        receipt
    }

    /// What came of a large file, from what came of its splits.
    pub fn conclude(&mut self, large: &Large, whole: Receipt) -> Done {
        let super::Item::Target(target) = &self.shared.items[large.item] else { return Done::default() };
        self.ends.clear();
        if self.shared.bench.wants_dates() && whole.failure.is_none() {
            self.modified = large.file.metadata().ok().as_ref().and_then(modified);
            self.ends = Ends::of(&large.file, large.length).unwrap_or_default();
        }
        let examined = whole.partial.examined;
        self.counted(self.done(target, whole, large.length, examined))
    }

    /// What keeps the target's hits quiet, with what an earlier sweep of the same text has left of the baseline.
    fn quiet(&mut self, target: &Target) -> Quiet<'a> {
        let quiet = Quiet::new(&self.shared.plan.exceptions, target);
        match self.carried.take() {
            Some(left) => quiet.with_known(left),
            None => quiet,
        }
    }

    /// Goes over what the reader gives; the window is restarted.
    fn sweep(&mut self, reader: &mut dyn Read, extent: &Extent, mut quiet: Quiet) -> Receipt {
        let own = &extent.own;
        let mut counted = Counted { partial: Partial::from(own.start), lines: Lines::from(own.start) };
        let mut failure = None;
        let mut examined = 0;
        // Splits are no whole text: the ends of theirs are read at last.
        let whole = self.shared.bench.wants_dates() && *own == (0..u64::MAX);
        self.ends.clear();
        loop {
            if let Err(error) = self.window.fill(reader, extent.length) {
                failure = Some(error);
            }
            while let Some(stretch) = self.window.next(own.end) {
                examined += stretch.own.len() as u64;
                self.shared.progress.bytes.fetch_add(stretch.own.len() as u64, Ordering::Relaxed);
                if whole {
                    self.ends.add(&stretch.text[stretch.own.clone()]);
                }
                self.sweep.stretch(self.shared, &stretch, extent.binary, &mut quiet, &mut counted);
            }
            if !self.window.advance(own.end) {
                let Counted { mut partial, lines } = counted;
                partial.close(lines, examined);
                let mut tally = std::mem::take(&mut quiet.tally);
                tally.close(lines.ends);
                self.left = quiet.into_known();
                if whole && failure.is_none() {
                    self.ends.close();
                }
                return Receipt { partial, quiet: tally, failure };
            }
        }
    }

    fn done(&self, target: &Target, receipt: Receipt, seen: u64, examined: u64) -> Done {
        let text_examined = receipt.partial.examined;
        let path = target.paths().first().unwrap_or(&target.origin).as_str();
        let traces = Traces { path, head: self.ends.head(), tail: self.ends.tail(), modified: self.modified };
        let findings = self.shared.findings(target, receipt.partial, &traces);
        let mut events: Vec<Event> = findings.into_iter().map(Event::Finding).collect();
        match receipt.failure {
            Some(error) => events.push(problem(target, text_examined, &error)),
            None => events.extend(
                receipt
                    .quiet
                    .idle_marks(self.shared.plan.today)
                    .map(|(line, message)| Event::Unused(Unused { path: target.origin.clone(), line, message })),
            ),
        }
        Done { events, is_file: true, seen, examined, quiet: receipt.quiet }
    }

    fn counted(&self, done: Done) -> Done {
        self.shared.progress.files.fetch_add(1, Ordering::Relaxed);
        done
    }
}

impl Sweep {
    /// Counts the hits of one stretch.
    fn stretch(&mut self, shared: &Shared, stretch: &Stretch, binary: bool, quiet: &mut Quiet, counted: &mut Counted) {
        let Stretch { text, base, own } = stretch;
        self.matches.clear();
        shared.scanner.scan(text, own.clone(), binary, &mut self.scratch, &mut self.matches);
        let Counted { partial, lines } = counted;
        if !binary {
            quiet.look(text, own, *base, lines.ends);
        }
        let mut at = own.start;
        for found in &self.matches {
            let (score, confidence) = shared.weights.score(found.detector, found.evidence);
            if confidence < shared.plan.min_confidence || shared.off[usize::from(found.detector)] {
                continue;
            }
            lines.advance(&text[at..found.span.start], base + at as u64);
            at = found.span.start;
            let counts = self.lines.as_ref().is_none_or(|counting| contain(counting, lines.ends + 1));
            let definition = &shared.scanner.detectors.get(found.detector).definition;
            let subject = suppress::Subject {
                text,
                span: found.span.clone(),
                base: *base,
                detector: found.detector,
                detector_id: &definition.id,
                category: &definition.category,
            };
            if quiet.covers(&subject, counts) || !counts || quiet.knows(&subject) {
                continue;
            }
            let key = found.key.clone().map(|key| to_utf8(&text[key]));
            let mask = shared.scanner.detectors.get(found.detector).mask;
            let hit = Hit {
                detector: found.detector,
                score,
                confidence,
                evidence: shared.weights.weighing(found.detector, found.evidence),
                key: key.as_deref().filter(|key| is_name(key)),
                offset: base + found.span.start as u64,
                value: Redacted::new(&text[found.span.clone()], mask),
                age: found.age,
                impersonal: found.impersonal,
            };
            partial.add(&hit, *lines, &shared.plan.limits);
        }
        lines.advance(&text[at..own.end], base + at as u64);
    }
}

/// What of a target is gone over, and what is known of it.
struct Extent {
    own: Range<u64>,
    /// Where the text is known to end.
    length: Option<u64>,
    binary: bool,
}

/// What a sweep has counted so far.
struct Counted {
    partial: Partial,
    lines: Lines,
}

fn contain(lines: &[Range<u64>], line: u64) -> bool {
    let next = lines.partition_point(|range| range.end <= line);
    lines.get(next).is_some_and(|range| range.contains(&line))
}

/// Plain text that is too long for one thread.
struct TooLong {
    binary: bool,
}

fn failed(target: &Target, seen: u64, examined: u64, error: &io::Error) -> Done {
    Done {
        events: vec![problem(target, examined, error)],
        is_file: true,
        seen,
        examined,
        quiet: suppress::Tally::default(),
    }
}

fn skipped(target: &Target, reason: &str, bytes: u64) -> Done {
    let skipped = Skipped { path: target.origin.clone(), reason: reason.to_owned(), bytes };
    Done { events: vec![Event::Skipped(skipped)], is_file: true, seen: bytes, ..Done::default() }
}

/// The day on which a file was last modified, where it is latest: nothing is to be older than it is.
fn modified(metadata: &Metadata) -> Option<Date> {
    const EASTERNMOST: Offset = jiff::tz::offset(14);
    let time = Timestamp::try_from(metadata.modified().ok()?).ok()?;
    Some(EASTERNMOST.to_datetime(time).date())
}

/// Whether a key is surely a name and no value.
fn is_name(key: &str) -> bool {
    key.split(|c: char| !c.is_ascii_digit()).all(|digits| digits.len() <= KEY_DIGITS) && !key.contains('@')
}

fn problem(target: &Target, examined: u64, error: &io::Error) -> Event {
    let cause = match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    };
    let message = if examined > 0 { format!("{cause} after {examined} bytes") } else { cause };
    Event::Problem(Problem { path: target.origin.clone(), message, examined })
}
