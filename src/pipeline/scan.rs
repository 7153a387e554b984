//! Scanning one target: takes its name, gives what came of it. What fails is an event; the run goes on.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::sync::atomic::Ordering;

use super::Shared;
use super::window::{Stretch, Window};
use super::work::{Done, Large, Receipt};
use crate::classify::{Hit, Lines, Partial};
use crate::decode::{Charset, Decoder, SNIFF, Sniffed, sniff, to_utf8};
use crate::detect::{MARGIN, Match, Scratch};
use crate::finding::{Event, Problem, Redacted, Skipped};
use crate::input::{Origin, Store, Target};

/// Longest run of digits that the name of a key may hold: a longer one may be somebody's value.
const KEY_DIGITS: usize = 4;

/// A thread's scanner with the buffers that it reuses.
pub struct Worker<'a> {
    shared: &'a Shared<'a>,
    window: Window,
    sweep: Sweep,
}

/// What is reused from stretch to stretch.
#[derive(Default)]
struct Sweep {
    scratch: Scratch,
    matches: Vec<Match>,
}

impl<'a> Worker<'a> {
    pub fn new(shared: &'a Shared<'a>) -> Self {
        Self { shared, window: Window::new(shared.plan.limits.block.max(64)), sweep: Sweep::default() }
    }

    /// Scans a target.
    ///
    /// # Errors
    /// A file that is to be scanned in splits is given back unscanned.
    pub fn target(&mut self, item: usize, target: &Target) -> Result<Done, Box<Large>> {
        match &target.store {
            Store::Stdin => Ok(self.stream(&target.origin, io::stdin().lock(), None)),
            Store::File(path) => match File::open(path).and_then(|file| Ok((file.metadata()?.len(), file))) {
                Ok((length, file)) => self.file(item, &target.origin, file, length),
                Err(error) => Ok(self.failed(&target.origin, 0, 0, &error)),
            },
        }
    }

    fn file(&mut self, item: usize, origin: &Origin, mut file: File, length: u64) -> Result<Done, Box<Large>> {
        self.window.restart(0, 0);
        let known = (length > 0).then_some(length);
        let begun = self.window.fill(&mut file, known);
        let head = &self.window.filled()[..self.window.filled().len().min(SNIFF)];
        let Sniffed { compression, charset, binary } = sniff(head);
        if let Err(error) = begun {
            return Ok(self.failed(origin, length, 0, &error));
        }
        if compression.is_some() || charset != Charset::Bytes {
            let read = self.window.filled().to_vec();
            return Ok(self.stream(origin, Cursor::new(read).chain(file), known));
        }
        if binary && self.shared.plan.skip_binary {
            return Ok(self.skipped(origin, "binary", length));
        }
        if self.shared.plan.threads > 1 && length > self.shared.plan.limits.split {
            return Err(Box::new(Large::new(item, file, length, binary)));
        }
        let receipt = self.sweep(&mut file, 0..u64::MAX, known, binary);
        let read = self.window.read_so_far();
        Ok(self.done(origin, receipt, length.max(read), read))
    }

    /// Scans what has to be decoded first, as a stream. `length` is the stored length where it is known.
    fn stream(&mut self, origin: &Origin, stored: impl Read, length: Option<u64>) -> Done {
        let mut decoder = match Decoder::new(stored, self.shared.plan.limits.layers) {
            Ok(decoder) => decoder,
            Err(error) => return self.failed(origin, length.unwrap_or(0), 0, &error),
        };
        if decoder.is_binary() && self.shared.plan.skip_binary {
            return self.skipped(origin, "binary", length.unwrap_or(0));
        }
        self.window.restart(0, 0);
        let binary = decoder.is_binary();
        let receipt = self.sweep(&mut decoder, 0..u64::MAX, None, binary);
        let stored_read = decoder.stored_read();
        let seen = length.unwrap_or(stored_read).max(stored_read);
        let examined = if receipt.failure.is_none() { seen } else { stored_read };
        self.done(origin, receipt, seen, examined)
    }

    /// Scans one split of a large file.
    pub fn split(&mut self, large: &Large, split: Range<u64>) -> Receipt {
        let base = split.start.saturating_sub(MARGIN as u64);
        let end = (split.end + MARGIN as u64).min(large.length);
        self.window.restart(base, split.start);
        let mut reader = Positioned { file: &large.file, at: base, end };
        let mut receipt = self.sweep(&mut reader, split.clone(), Some(end), large.binary);
        if receipt.failure.is_none() && receipt.partial.examined < split.end - split.start {
            receipt.failure = Some(io::Error::other("the file was cut shorter while it was read"));
        }
        receipt
    }

    /// What came of a large file, from what came of its splits.
    pub fn conclude(&self, large: &Large, whole: Receipt) -> Done {
        let super::Item::Target(target) = &self.shared.items[large.item] else { return Done::default() };
        let examined = whole.partial.examined;
        self.done(&target.origin, whole, large.length, examined)
    }

    /// Goes over `own` of what the reader gives; the window is restarted.
    fn sweep(&mut self, reader: &mut dyn Read, own: Range<u64>, length: Option<u64>, binary: bool) -> Receipt {
        let mut partial = Partial::from(own.start);
        let mut lines = Lines::from(own.start);
        let mut failure = None;
        let mut examined = 0;
        loop {
            if let Err(error) = self.window.fill(reader, length) {
                failure = Some(error);
            }
            while let Some(stretch) = self.window.next(own.end) {
                examined += stretch.own.len() as u64;
                self.shared.progress.bytes.fetch_add(stretch.own.len() as u64, Ordering::Relaxed);
                self.sweep.stretch(self.shared, &stretch, binary, &mut lines, &mut partial);
            }
            if !self.window.advance(own.end) {
                partial.close(lines, examined);
                return Receipt { partial, failure };
            }
        }
    }

    fn done(&self, origin: &Origin, receipt: Receipt, seen: u64, examined: u64) -> Done {
        let text_examined = receipt.partial.examined;
        let findings = self.shared.findings(origin, receipt.partial);
        let mut events: Vec<Event> = findings.into_iter().map(Event::Finding).collect();
        if let Some(error) = receipt.failure {
            events.push(problem(origin, text_examined, &error));
        }
        self.counted(Done { events, is_file: true, seen, examined })
    }

    fn failed(&self, origin: &Origin, seen: u64, examined: u64, error: &io::Error) -> Done {
        self.counted(Done { events: vec![problem(origin, examined, error)], is_file: true, seen, examined })
    }

    fn skipped(&self, origin: &Origin, reason: &str, bytes: u64) -> Done {
        let skipped = Skipped { path: origin.clone(), reason: reason.to_owned(), bytes };
        self.counted(Done { events: vec![Event::Skipped(skipped)], is_file: true, seen: bytes, examined: 0 })
    }

    fn counted(&self, done: Done) -> Done {
        self.shared.progress.files.fetch_add(1, Ordering::Relaxed);
        done
    }
}

impl Sweep {
    /// Counts the hits of one stretch.
    fn stretch(&mut self, shared: &Shared, stretch: &Stretch, binary: bool, lines: &mut Lines, partial: &mut Partial) {
        let Stretch { text, base, own } = stretch;
        self.matches.clear();
        shared.scanner.scan(text, own.clone(), binary, &mut self.scratch, &mut self.matches);
        let mut counted = own.start;
        for found in &self.matches {
            let (score, confidence) = shared.weights.score(found.detector, found.evidence);
            if confidence < shared.plan.min_confidence {
                continue;
            }
            lines.advance(&text[counted..found.span.start], base + counted as u64);
            counted = found.span.start;
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
        lines.advance(&text[counted..own.end], base + counted as u64);
    }
}

/// Whether a key is surely a name and no value.
fn is_name(key: &str) -> bool {
    key.split(|c: char| !c.is_ascii_digit()).all(|digits| digits.len() <= KEY_DIGITS) && !key.contains('@')
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
struct Positioned<'a> {
    file: &'a File,
    at: u64,
    end: u64,
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
