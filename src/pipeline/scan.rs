//! Scanning one target: takes its name, gives what came of it. What fails is an event; the run goes on.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::Shared;
use super::assembly::{Large, Receipt};
use super::ends::Ends;
use super::held::Held;
use super::survey::Record;
use super::sweep::Sweep;
use super::verdicts::Terms;
use super::window::Window;
use super::work::{Crew, Done};
use crate::classify::Lines;
use crate::decode::{Charset, Decoder, Meter, SNIFF, Sniffed, sniff};
use crate::finding::{Event, Problem, Skipped, Unused};
use crate::input::{Store, Target};
use crate::layout::table::{self, Shape};
use crate::policy::Traces;
use crate::source::{Holes, cache, git};
use crate::suppress::{self, Known, Quiet};

mod blob;
mod members;
mod own;
mod splits;
mod stored;
mod text;

use stored::{Again, Stored};
use text::Extent;

/// A thread's scanner with the buffers that it reuses.
pub struct Worker<'a> {
    shared: &'a Shared<'a>,
    /// The number of what is scanned.
    item: usize,
    window: Window,
    /// A buffer for splits of texts with tables.
    held: Option<Held>,
    /// The other threads.
    crew: Arc<Crew>,
    sweep: Sweep,
    /// What holds for the target.
    terms: Terms<'a>,
    /// The ends of the text of the last sweep, where they are wanted.
    ends: Ends,
    /// When the target was last modified, where it is a file.
    modified: Option<Date>,
    blobs: Option<git::Blobs>,
    /// Whether the last target's text is not what is stored, but in it.
    decoded: bool,
    /// What is unpacked of the target, and the containers around what is scanned.
    meter: Option<Rc<Meter>>,
    depth: usize,
    /// What the last sweep has left of the baseline's entries.
    left: Option<Known>,
    /// The same, for another sweep over the same text.
    carried: Option<Known>,
}

impl<'a> Worker<'a> {
    pub fn new(shared: &'a Shared<'a>, crew: Arc<Crew>) -> Self {
        Self {
            shared,
            item: 0,
            window: Window::new(shared.plan.limits.block.max(64)),
            held: None,
            crew,
            sweep: Sweep::default(),
            terms: Terms::default(),
            ends: Ends::default(),
            modified: None,
            blobs: None,
            decoded: false,
            meter: None,
            depth: 0,
            left: None,
            carried: None,
        }
    }

    /// Makes ready for a target; gives back what held for the one before.
    fn turn_to(&mut self, target: &Target) -> Terms<'a> {
        self.hold(self.shared.bench.terms(target))
    }

    fn hold(&mut self, terms: Terms<'a>) -> Terms<'a> {
        self.sweep.posture = terms.kind;
        std::mem::replace(&mut self.terms, terms)
    }

    /// Scans a target.
    ///
    /// # Errors
    /// A file that is to be scanned in splits is given back unscanned.
    pub fn target(&mut self, item: usize, target: &Target) -> Result<Done, Box<Large>> {
        if self.shared.knows(item, target) {
            return Ok(self.counted(Done::default()));
        }
        self.modified = None;
        self.item = item;
        self.turn_to(target);
        self.meter = None;
        let done = match &target.store {
            Store::Stdin => {
                let mut stored = io::stdin().lock();
                let mut stored = self.meter(None).counting(&mut stored);
                self.stream(target, Stored { reader: &mut stored, length: None, file: None, tables: None })
            }
            Store::File(path) => match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
                Ok((metadata, file)) => {
                    // A survey keeps what holds for the same bytes under every name.
                    self.modified = modified(&metadata).filter(|_| self.shared.survey.is_none());
                    self.file(item, target, file, metadata.len())?
                }
                Err(error) => failed(target, 0, 0, &error),
            },
            Store::Blob(blob) => self.blob(target, blob),
            // Only its container gives its bytes.
            Store::Member => Done::default(),
        };
        Ok(self.counted(done))
    }

    fn file(&mut self, item: usize, target: &Target, file: File, length: u64) -> Result<Done, Box<Large>> {
        let mut holes = Holes::of(&file, length);
        let whole = holes.is_some() || self.shared.plan.threads == 1;
        let most = if whole { u64::MAX } else { self.shared.plan.limits.split };
        let known = (length > 0).then_some(length);
        let archive = target.path().and_then(|path| self.shared.archived(path));
        let tables = archive.as_ref().and_then(|archive| archive.before.as_deref()).map(table::Reader::after);
        // An audit goes over what nobody else works with.
        let once = self.shared.survey.is_some();
        let mut plain = cache::Onward::new(&file, length, once);
        let reader: &mut dyn Read = match &mut holes {
            Some(holes) => holes,
            None => &mut plain,
        };
        let stored = Stored { reader, length: known, file: Some(&file), tables };
        match self.bytes(target, stored, most) {
            Ok(mut done) => {
                if once {
                    cache::give_up(&file, 0..length);
                }
                if let Some(holes) = holes.filter(|_| done.failure.is_none()) {
                    // Nothing stands in a hole.
                    done.examined = done.seen.min(done.examined + holes.skipped());
                }
                let faults = archive.into_iter().flat_map(|archive| archive.faults);
                done.events.extend(faults.map(|message| {
                    Event::Problem(Problem { path: target.origin.clone(), message, examined: length, incomplete: true })
                }));
                Ok(done)
            }
            Err(TooLong { binary, tables }) => {
                Err(Box::new(Large::new(item, file, length, binary, *tables, &self.shared.plan.limits)))
            }
        }
    }

    /// Scans what is stored; of plain text at `most` so many bytes.
    fn bytes(&mut self, target: &Target, stored: Stored, most: u64) -> Result<Done, TooLong> {
        let Stored { reader, length: known, file, tables } = stored;
        let length = known.unwrap_or(0);
        self.window.restart(0, 0);
        let begun = self.window.fill(reader, known);
        let head = &self.window.filled()[..self.window.filled().len().min(SNIFF)];
        let Sniffed { compression, container, charset, binary } = sniff(head);
        if compression.is_some() || container.is_some() || charset != Charset::Bytes {
            let read = self.window.filled().to_vec();
            let mut again = Again::new(read, begun.err(), reader);
            return Ok(self.stream(target, Stored { reader: &mut again, length: known, file, tables }));
        }
        if self.shared.plan.git.is_some() && git::is_lfs_pointer(head) {
            return Ok(skipped(target, "Git LFS pointer", length));
        }
        if binary && self.shared.plan.skip_binary {
            return Ok(skipped(target, "binary", length));
        }
        if length > most && self.shared.plan.exceptions.known(target).is_none() {
            let tables = tables.unwrap_or_else(|| table::Reader::new(shape(head, binary)));
            return Err(TooLong { binary, tables: tables.into() });
        }
        let quiet = self.quiet(target);
        let extent = Extent { length: known, binary, tables, failure: begun.err(), ..Extent::from(0, Lines::from(0)) };
        let receipt = self.sweep(target, reader, extent, quiet);
        let read = self.window.read_so_far();
        Ok(self.done(target, receipt, length.max(read), read))
    }

    /// Counts what is unpacked of the target.
    fn meter(&mut self, length: Option<u64>) -> Rc<Meter> {
        let (budgets, gate) = (&self.shared.plan.limits.unpacking, &self.shared.gate);
        let meter = self.meter.get_or_insert_with(|| {
            let meter = Meter::new(budgets, gate.clone());
            meter.stored(length.unwrap_or(0));
            meter
        });
        meter.clone()
    }

    /// Scans what has to be decoded first, as a stream.
    fn stream(&mut self, target: &Target, stored: Stored) -> Done {
        let Stored { reader, length, file, tables } = stored;
        self.decoded = true;
        let meter = self.meter(length);
        let layers = self.shared.plan.limits.layers;
        let decoder = match file {
            // Of others, such as members of archives, what is read ahead would count for what is around them.
            Some(_) => Decoder::helped(reader, layers, &meter, self.crew.clone()),
            None => Decoder::metered(reader, layers, &meter),
        };
        let mut decoder = match decoder {
            Ok(decoder) => decoder,
            Err(error) => return failed(target, length.unwrap_or(0), 0, &error),
        };
        let mut done = self.decoded(target, &mut decoder, length, file, tables);
        if let (Some(message), None) = (decoder.unshared(), done.failure) {
            let (path, message, examined) = (target.origin.clone(), message.to_owned(), done.examined);
            done.events.push(Event::Problem(Problem { path, message, examined, incomplete: false }));
        }
        done
    }

    /// Scans what a decoder gives.
    fn decoded(
        &mut self,
        target: &Target,
        decoder: &mut Decoder,
        length: Option<u64>,
        file: Option<&File>,
        tables: Option<table::Reader>,
    ) -> Done {
        if let Some(container) = decoder.container() {
            let file = file.filter(|_| decoder.layers() == 0);
            return self.container(target, container, decoder, file, length);
        }
        if decoder.is_binary() && self.shared.plan.skip_binary {
            return skipped(target, "binary", length.unwrap_or(0));
        }
        self.window.restart(0, 0);
        let binary = decoder.is_binary();
        let quiet = self.quiet(target);
        let extent = Extent { binary, tables, ..Extent::from(0, Lines::from(0)) };
        let receipt = self.sweep(target, decoder, extent, quiet);
        let stored_read = decoder.stored_read();
        let seen = length.unwrap_or(stored_read).max(stored_read);
        let examined = if receipt.failure.is_none() { seen } else { stored_read };
        self.done(target, receipt, seen, examined)
    }

    /// What keeps the target's hits quiet, with what an earlier sweep of the same text has left of the baseline.
    fn quiet(&mut self, target: &Target) -> Quiet<'a> {
        let exceptions = &self.shared.plan.exceptions;
        let known = self.carried.take().or_else(|| exceptions.known(target));
        Quiet::resume(exceptions, target, known, suppress::Tally::default())
    }

    fn done(&mut self, target: &Target, mut receipt: Receipt, seen: u64, examined: u64) -> Done {
        let text_examined = receipt.partial.examined;
        let path = target.paths().first().unwrap_or(&target.origin).as_str();
        let traces = Traces { path, head: self.ends.head(), tail: self.ends.tail(), modified: self.modified };
        let mut quiet = Quiet::resume(&self.shared.plan.exceptions, target, self.left.take(), receipt.quiet);
        let mut record = Record { lines: receipt.lines, ..Record::default() };
        let faults = receipt.partial.tables.faults();
        let mut findings = self.shared.findings(target, receipt.partial, &mut quiet, &mut record);
        self.shared.date((target, &self.terms), &mut findings, &traces, &mut record);
        (receipt.quiet, self.left) = quiet.end();
        let mut events: Vec<Event> = findings.into_iter().map(Event::Finding).collect();
        let failure = receipt.failure.as_ref().map(io::Error::kind);
        match receipt.failure {
            Some(error) => events.push(unread(target, text_examined, seen - examined.min(seen), &error)),
            None => events.extend(
                receipt
                    .quiet
                    .idle_marks(self.shared.plan.today)
                    .map(|(line, message)| Event::Unused(Unused { path: target.origin.clone(), line, message })),
            ),
        }
        if let Some(fault) = receipt.fault {
            let (path, message) = (target.origin.clone(), fault.to_owned());
            events.push(Event::Problem(Problem { path, message, examined: text_examined, incomplete: true }));
        }
        events.extend(faults.into_iter().map(|message| {
            let path = target.origin.clone();
            Event::Problem(Problem { path, message, examined: text_examined, incomplete: false })
        }));
        Done { events, is_file: true, seen, examined, quiet: receipt.quiet, failure, record, ..Done::default() }
    }

    fn counted(&self, done: Done) -> Done {
        self.shared.progress.files.fetch_add(1, Ordering::Relaxed);
        done
    }
}

/// The shape of a text that begins so.
pub(super) fn shape(head: &[u8], binary: bool) -> Shape {
    if binary { Shape::Text } else { Shape::of(head) }
}

/// Plain text that is too long for one thread.
struct TooLong {
    binary: bool,
    tables: Box<table::Reader>,
}

fn failed(target: &Target, seen: u64, examined: u64, error: &io::Error) -> Done {
    let failure = Some(error.kind());
    Done {
        events: vec![unread(target, examined, seen, error)],
        is_file: true,
        seen,
        examined,
        failure,
        ..Done::default()
    }
}

fn skipped(target: &Target, reason: &str, bytes: u64) -> Done {
    let skipped = Skipped { path: target.origin.clone(), reason: reason.to_owned(), bytes, incomplete: false };
    Done { events: vec![Event::Skipped(skipped)], is_file: true, seen: bytes, ..Done::default() }
}

/// The day on which a file was last modified, where it is latest: nothing is to be older than it is.
pub(super) fn modified(metadata: &Metadata) -> Option<Date> {
    let time = Timestamp::try_from(metadata.modified().ok()?).ok()?;
    Some(EASTERNMOST.to_datetime(time).date())
}

const EASTERNMOST: Offset = jiff::tz::offset(14);

/// The same, of seconds since 1970.
pub fn day(seconds: i64) -> Option<Date> {
    Some(EASTERNMOST.to_datetime(Timestamp::from_second(seconds).ok()?).date())
}

/// Why not all of a target was read: a budget, which left these stored bytes, or something that failed.
fn unread(target: &Target, examined: u64, bytes: u64, error: &io::Error) -> Event {
    if error.kind() != io::ErrorKind::QuotaExceeded {
        return problem(target, examined, error);
    }
    let (path, reason) = (target.origin.clone(), error.to_string());
    Event::Skipped(Skipped { path, reason, bytes, incomplete: true })
}

fn problem(target: &Target, examined: u64, error: &io::Error) -> Event {
    let cause = phrase(error);
    let message = if examined > 0 { format!("{cause} after {examined} bytes") } else { cause };
    Event::Problem(Problem { path: target.origin.clone(), message, examined, incomplete: true })
}

/// What the system said, in words.
pub(super) fn phrase(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::IsADirectory => "this is a folder".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn a_file_is_no_older_than_its_day_anywhere() {
        for (seconds, date) in [(0, "1970-01-01"), (10 * 3600, "1970-01-02"), (1_614_556_800, "2021-03-01")] {
            assert_eq!(day(seconds).unwrap().to_string(), date);
        }
    }
}
