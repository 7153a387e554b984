//! Large files: takes one that several threads scan in splits, gives what came of each, and of all together.

use std::io;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::text::Extent;
use super::{Worker, modified};
use crate::classify::Lines;
use crate::detect::MARGIN;
use crate::layout::table::{Reader, Shape};
use crate::pipeline::Item;
use crate::pipeline::assembly::{Large, Receipt};
use crate::pipeline::ends::{Ends, Positioned};
use crate::pipeline::held::Held;
use crate::pipeline::window::BEFORE;
use crate::pipeline::work::Done;
use crate::source::cache;

/// Time that a split takes beside which asking for another is nothing.
const SLOW: Duration = Duration::from_millis(20);

impl Worker<'_> {
    /// Scans one split of a large file.
    pub fn split(&mut self, large: &Large, split: Range<u64>) -> Receipt {
        let begun = Instant::now();
        if large.slow.load(Ordering::Relaxed) {
            // The next one that no thread has begun with.
            let length = split.end - split.start;
            let next = split.end + length * (self.shared.plan.threads as u64 - 1);
            cache::ask_for(&large.file, next..next + length);
        }
        let receipt = self.scan_split(large, &split);
        large.slow.fetch_or(begun.elapsed() > SLOW, Ordering::Relaxed);
        if self.shared.survey.is_some() {
            cache::give_up(&large.file, split);
        }
        receipt
    }

    fn scan_split(&mut self, large: &Large, split: &Range<u64>) -> Receipt {
        let base = split.start.saturating_sub(BEFORE as u64);
        let end = (split.end + MARGIN as u64).min(large.length);
        let mut extent = Extent {
            own: split.clone(),
            notes: split.start,
            length: Some(end),
            binary: large.binary,
            ..Extent::from(split.start, Lines::from(split.start))
        };
        let Item::Target(target) = &self.shared.items[large.item] else { unreachable!("only targets are large") };
        self.turn_to(target);
        let quiet = self.quiet(target);
        self.item = large.item;
        let mut receipt = match &large.borders {
            Some(borders) => {
                let mut held = self.held.take().unwrap_or_else(|| Held::new(&self.shared.plan.limits));
                extent.failure = held.fill(&large.file, large.length, split.clone()).err();
                extent.tables = Some(borders.pass(&mut held));
                let receipt = self.go_over_held(target, &mut held, &mut extent, quiet);
                self.held = Some(held);
                receipt
            }
            None => {
                extent.tables = Some(Reader::new(Shape::Text));
                self.window.restart(base, split.start);
                let mut reader = Positioned { file: &large.file, at: base, end };
                self.go_over(target, &mut reader, &mut extent, quiet, split.end, false)
            }
        };
        if receipt.failure.is_none() && receipt.partial.examined < split.end - split.start {
            receipt.failure = Some(io::Error::other("the file was cut shorter while it was read"));
        }
        receipt
    }

    /// What came of a large file, from what came of its splits.
    pub fn conclude(&mut self, large: &Large, whole: Receipt) -> Done {
        let Item::Target(target) = &self.shared.items[large.item] else { return Done::default() };
        self.turn_to(target);
        self.ends.clear();
        if self.shared.wants_dates() && whole.failure.is_none() {
            let metadata = large.file.metadata().ok().filter(|_| self.shared.survey.is_none());
            self.modified = metadata.as_ref().and_then(modified);
            self.ends = Ends::of(&large.file, large.length).unwrap_or_default();
        }
        let examined = whole.partial.examined;
        let done = self.done(target, whole, large.length, examined);
        self.counted(done)
    }
}
