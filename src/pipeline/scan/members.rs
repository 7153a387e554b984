//! Scanning the members of a container: takes them as the container gives them, scans each like a file, gives what came
//! of all.

use std::fs::File;
use std::io::{self, Read};
use std::rc::Rc;

use super::super::contents::Contents;
use super::super::work::Done;
use super::own::Own;
use super::stored::Stored;
use super::{Worker, day, unread};
use crate::decode::{Container, Decoder, Input, Member, Meter, Metered, TOC_FILE, Table, Visitor};
use crate::finding::{Event, Problem, Skipped};
use crate::input::{Origin, Target};
use crate::layout::table;

/// Members that are named one by one where they were not examined; further ones are counted.
const NAMED: usize = 10_000;

impl Worker<'_> {
    /// Scans a container that is read from `decoder`, or from the same bytes as a file.
    pub(super) fn container(
        &mut self,
        target: &Target,
        container: &Container,
        decoder: &mut Decoder,
        file: Option<&File>,
        length: Option<u64>,
    ) -> Done {
        let meter = self.meter(length);
        let depth = meter.budgets().depth;
        if self.depth >= depth {
            let reason = format!("more than {depth} containers inside one another (--max-depth)");
            return missed(target, &reason, length.unwrap_or(0));
        }
        self.depth += 1;
        let beside = file.and_then(|_| self.shared.beside(target));
        let mut members = Members {
            worker: self,
            container: target,
            meter: &meter,
            done: Done { is_file: true, ..Done::default() },
            named: 0,
            unnamed: Skipped { path: target.origin.clone(), reason: String::new(), bytes: 0, incomplete: true },
            count: 0,
            contents: Contents::default(),
            own: Own::default(),
        };
        let mut input = Input::new(decoder, file, &meter);
        input.beside = beside;
        let given = (container.open)(&mut input, &mut members);
        let is_cut = input.is_cut();
        let mut done = members.finish(given.is_ok());
        self.depth -= 1;
        let stored_read = decoder.stored_read();
        done.seen = length.unwrap_or(stored_read).max(stored_read);
        let unexamined = std::mem::take(&mut done.examined);
        let read = if given.is_ok() { done.seen } else { stored_read };
        done.examined = read.saturating_sub(unexamined);
        if let Err(error) = given {
            // What has ended the last member may have ended the container, and is told of there: a cut within it, and a
            // budget of the whole file.
            let is_spent = meter.is_spent() && done.failure == Some(io::ErrorKind::QuotaExceeded);
            if !(is_cut && done.failure.is_some() || is_spent) {
                done.events.push(unread(target, 0, done.seen - done.examined, &error));
            }
            done.failure = Some(error.kind());
        } else {
            done.failure = None;
        }
        if self.depth == 0 {
            done.events.sort_by(|a, b| path(a).cmp(&path(b)));
        }
        done
    }
}

/// What came of the members so far. Until the end, `examined` counts what was not.
struct Members<'m, 'w, 'a> {
    worker: &'w mut Worker<'a>,
    container: &'m Target,
    meter: &'m Rc<Meter>,
    done: Done,
    /// Events that say what was not examined, and what stands for further ones.
    named: usize,
    unnamed: Skipped,
    count: u64,
    contents: Contents,
    own: Own,
}

impl Members<'_, '_, '_> {
    /// Takes what came of a member that has so many bytes in the container.
    fn add(&mut self, mut done: Done, target: Target, stored: u64) {
        for mut event in done.events {
            let bytes = match &mut event {
                Event::Skipped(skipped) => {
                    if skipped.bytes == 0 && skipped.path == target.origin {
                        (skipped.bytes, done.seen) = (stored, done.seen.max(stored));
                    }
                    skipped.bytes
                }
                Event::Problem(_) => 0,
                _ => {
                    self.done.events.push(event);
                    continue;
                }
            };
            self.named += 1;
            if self.named <= NAMED {
                self.done.events.push(event);
            } else {
                self.count += 1;
                self.unnamed.bytes += bytes;
            }
        }
        self.done.examined += done.seen.saturating_sub(done.examined);
        self.done.failure = done.failure;
        self.done.record.append(done.record);
        self.done.members.extend(done.members);
        if !done.quiet.is_empty() {
            self.done.members.push((target, done.quiet));
        }
    }

    /// Tells what has failed in the last part of the container itself.
    fn part(&mut self) -> io::Result<()> {
        if let Some((error, examined)) = self.own.take_failure() {
            let event = unread(self.container, examined, 0, &error);
            let failure = Some(error.kind());
            self.add(Done { events: vec![event], failure, ..Done::default() }, self.container.clone(), 0);
        }
        if self.meter.is_spent() { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(()) }
    }

    fn finish(mut self, ended: bool) -> Done {
        let missing = if ended { self.contents.missing() } else { 0 };
        if missing > 0 {
            self.problem(&format!("{missing} files of data that {TOC_FILE} lists are not there"));
        }
        if let Some(own) = self.own.end(self.worker, self.container) {
            self.done.quiet = own.quiet;
            self.done.events.extend(own.events);
            self.done.record.append(own.record);
        }
        if self.count > 0 {
            self.unnamed.reason = format!("{} more members that could not be examined", self.count);
            self.done.events.push(Event::Skipped(self.unnamed));
        }
        self.done
    }
}

impl Visitor for Members<'_, '_, '_> {
    fn member(&mut self, member: &Member, content: &mut dyn Read) -> io::Result<()> {
        self.done.failure = None;
        self.meter.member()?;
        let target = self.container.member(&member.name);
        let mut content = Metered::member(content, self.meter);
        let (modified, terms) = (self.worker.modified, self.worker.turn_to(&target));
        self.worker.modified = member.modified.and_then(day).or(modified);
        let (mut content, fault) = self.contents.read(member, &mut content);
        let tables = self.contents.before(member).map(|before| table::Reader::after(&before));
        let stored = Stored { reader: &mut content, length: member.length, file: None, tables };
        let mut done = self.worker.bytes(&target, stored, u64::MAX).unwrap_or_default();
        self.worker.modified = modified;
        self.worker.hold(terms);
        if let Some(message) = fault {
            done.events.push(Event::Problem(Problem {
                path: target.origin.clone(),
                message,
                examined: 0,
                incomplete: true,
            }));
        }
        self.add(done, target, member.stored.unwrap_or(0));
        if self.meter.is_spent() { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(()) }
    }

    fn table(&mut self, table: &Table, rows: &mut dyn Read) -> io::Result<()> {
        self.done.failure = None;
        let mut rows = Metered::member(rows, self.meter);
        self.own.table(self.worker, self.container, None, table, &mut rows);
        self.part()
    }

    fn page_table(&mut self, number: u32, table: &Table, rows: &mut dyn Read) -> io::Result<()> {
        self.done.failure = None;
        let mut rows = Metered::member(rows, self.meter);
        self.own.table(self.worker, self.container, Some(number), table, &mut rows);
        self.part()
    }

    fn text(&mut self, content: &mut dyn Read) -> io::Result<()> {
        self.done.failure = None;
        let mut content = Metered::member(content, self.meter);
        self.own.text(self.worker, self.container, None, &mut content);
        self.part()
    }

    fn page(&mut self, number: u32, content: &mut dyn Read) -> io::Result<()> {
        self.done.failure = None;
        let mut content = Metered::member(content, self.meter);
        self.own.text(self.worker, self.container, Some(number), &mut content);
        self.part()
    }

    fn skip(&mut self, name: Option<&str>, reason: &str, stored: u64) -> io::Result<()> {
        self.done.failure = None;
        self.meter.member()?;
        let target = name.map_or_else(|| self.container.clone(), |name| self.container.member(name));
        self.add(missed(&target, reason, stored), target, stored);
        Ok(())
    }

    fn problem(&mut self, message: &str) {
        let path = self.container.origin.clone();
        let event = Event::Problem(Problem { path, message: message.to_owned(), examined: 0, incomplete: true });
        let failure = self.done.failure;
        self.add(Done { events: vec![event], failure, ..Done::default() }, self.container.clone(), 0);
    }
}

/// What was to be examined and could not be.
fn missed(target: &Target, reason: &str, bytes: u64) -> Done {
    let skipped = Skipped { path: target.origin.clone(), reason: reason.to_owned(), bytes, incomplete: true };
    Done { events: vec![Event::Skipped(skipped)], is_file: true, seen: bytes, ..Done::default() }
}

fn path(event: &Event) -> Option<&Origin> {
    match event {
        Event::Finding(finding) => Some(&finding.path),
        Event::Skipped(skipped) => Some(&skipped.path),
        Event::Problem(problem) => Some(&problem.path),
        Event::Unused(unused) => Some(&unused.path),
        Event::Stale(_) | Event::Summary(_) => None,
    }
}
