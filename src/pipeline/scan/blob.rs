//! Scanning what git stores: takes a blob, gives what came of it, of a changed file only what stands on the lines that
//! count.

use std::ops::Range;

use super::{Done, Event, Origin, Worker, failed, git, problem};
use crate::input::Blob;

impl Worker<'_> {
    /// Scans a blob; where values were found, once more for those on the lines that count.
    pub(super) fn blob(&mut self, origin: &Origin, blob: &Blob) -> Done {
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
}
