//! Scanning a blob: takes its name, gives what came of it, for the lines of it that count.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::super::sweep::contain;
use super::super::work::{Done, lock};
use super::stored::Stored;
use super::{Worker, failed, problem};
use crate::finding::Event;
use crate::input::{Blob, Stood, Target};
use crate::source::git;

impl Worker<'_> {
    /// Has git read ahead what will be scanned next.
    pub fn expect<'t>(&mut self, targets: impl Iterator<Item = &'t Target>) {
        let blobs: Vec<_> = targets.filter_map(Target::blob).map(|blob| &blob.id).collect();
        if !blobs.is_empty() {
            self.blobs = self.reader().ok();
            let asked = self.blobs.as_mut().map(|git| git.ask(blobs));
            if let Some(Err(_)) = asked {
                self.blobs = None;
            }
        }
    }

    /// The thread's reader of blobs, or the one that was started ahead, or a new one.
    fn reader(&mut self) -> io::Result<git::Blobs> {
        self.blobs.take().or_else(|| lock(&self.shared.blobs).take()).map_or_else(git::Blobs::start, Ok)
    }

    /// Scans a blob; where something is told of it, once more for the lines that count.
    pub(super) fn blob(&mut self, target: &Target, blob: &Blob) -> Done {
        let mut whole = self.version(target, blob);
        if blob.stood.is_some() {
            // Nobody mends a mark in what was committed long ago.
            whole.events.retain(|event| !matches!(event, Event::Unused(_)));
            return whole;
        }
        if self.decoded {
            // Lines of what is stored are not those of what is in it: all count.
            return whole;
        }
        let is_told = |event: &Event| matches!(event, Event::Finding(_) | Event::Unused(_));
        if blob.since.is_empty() || !whole.events.iter().any(is_told) {
            return whole;
        }
        match git::added(&blob.id, &blob.since) {
            Ok(lines) => self.lines(target, blob, lines, whole),
            Err(error) => {
                whole.events.push(problem(target, whole.examined, &error));
                whole
            }
        }
    }

    /// What of the whole stands on the lines that count.
    fn lines(&mut self, target: &Target, blob: &Blob, lines: Vec<Range<u64>>, mut whole: Done) -> Done {
        // Only the whole tells which marks cover nothing; those on other lines are not what is being changed.
        let counts = |line| contain(&lines, line);
        whole.events.retain(|event| !matches!(event, Event::Unused(unused) if !counts(unused.line)));
        if !whole.events.iter().any(|event| matches!(event, Event::Finding(_))) {
            return whole;
        }
        // Git reads ahead what comes next, so this one is asked for from another.
        let ahead = self.blobs.take();
        if self.left.is_some() {
            // What the baseline knows was on the other lines before it was on these.
            self.sweep.lines = Some(git::others(&lines));
            self.version(target, blob);
            self.carried = self.left.take();
        }
        self.sweep.lines = Some(lines);
        let mut done = self.version(target, blob);
        self.sweep.lines = None;
        self.blobs = ahead;
        done.events.retain(|event| !matches!(event, Event::Unused(_)));
        done.events.extend(whole.events.into_iter().filter(|event| matches!(event, Event::Unused(_))));
        // Of these too only the whole can tell.
        (done.quiet.rules, done.quiet.known) = (whole.quiet.rules, whole.quiet.known);
        done
    }

    /// Scans a blob as it is stored. A git that has failed is started anew for the next one.
    fn version(&mut self, target: &Target, blob: &Blob) -> Done {
        self.decoded = false;
        let opened = self.reader();
        let opened = opened.and_then(|mut git| git.open(&blob.id).map(|length| (git, length)));
        match opened {
            Ok((mut git, length)) => {
                let stored =
                    Stored { reader: &mut git, length: (length > 0).then_some(length), file: None, tables: None };
                let mut done = self.bytes(target, stored, u64::MAX).unwrap_or_default();
                done.events.iter_mut().for_each(|event| name(event, blob));
                self.blobs = done.events.iter().all(|event| !matches!(event, Event::Problem(_))).then_some(git);
                done
            }
            Err(error) => failed(target, 0, 0, &error),
        }
    }
}

/// Names the blob in a finding.
fn name(event: &mut Event, blob: &Blob) {
    if let Event::Finding(finding) = event {
        let stood = || Arc::new(Stood { blob: blob.id.clone(), commits: Vec::new(), paths: Vec::new() });
        finding.stood = Some(blob.stood.clone().unwrap_or_else(stood));
    }
}
