//! Sharing out the work: takes the listed items, lets all threads scan them, and gives what comes of each in the order
//! of the list. A file that is too long for one thread is scanned in splits.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::scan::Worker;
use super::survey::Record;
use super::tables::Borders;
use super::{Item, Shared};
use crate::classify::Partial;
use crate::finding::{Event, Suppressed};
use crate::input::Target;
use crate::suppress;

/// Most items that one thread takes at a time.
const BATCH: usize = 32;

/// Blobs of one repository that are worth a thread.
const BLOBS: usize = 100;

/// How many items may be done ahead of the one that is waited for, so that their findings do not pile up.
const AHEAD: usize = 1 << 14;

/// What came of one item.
#[derive(Default)]
pub struct Done {
    pub events: Vec<Event>,
    pub is_file: bool,
    /// Bytes as stored.
    pub seen: u64,
    pub examined: u64,
    /// What was kept quiet.
    pub quiet: suppress::Tally,
    /// What was kept quiet in members, where something was.
    pub members: Vec<(Target, suppress::Tally)>,
    /// Why not all of it was read.
    pub failure: Option<io::ErrorKind>,
    /// What a survey keeps.
    pub record: Record,
}

impl Done {
    /// Hits that were kept quiet, in it and in its members.
    pub fn suppressed(&self) -> Suppressed {
        let mut hits = self.quiet.hits;
        self.members.iter().for_each(|(_, quiet)| hits.add(&quiet.hits));
        hits
    }
}

/// A file that is scanned in splits.
pub struct Large {
    pub item: usize,
    pub file: File,
    pub length: u64,
    pub binary: bool,
    pub borders: Borders,
    assembly: Mutex<Assembly>,
}

/// The partials of a large file, joined as far as they are without a gap.
struct Assembly {
    joined: Partial,
    quiet: suppress::Tally,
    next: u64,
    waiting: BTreeMap<u64, Receipt>,
    /// The line ends before each split.
    lines: Vec<(u64, u64)>,
    failure: Option<io::Error>,
    fault: Option<&'static str>,
}

/// What became of one split: the partial, and how far it was examined if not to its end.
pub struct Receipt {
    pub partial: Partial,
    pub quiet: suppress::Tally,
    pub failure: Option<io::Error>,
    /// What is wrong with the text, though all of it was examined.
    pub fault: Option<&'static str>,
    /// Of a whole that was read in splits, the line ends before each.
    pub lines: Vec<(u64, u64)>,
}

impl Receipt {
    /// Of a split that begins here and could not be read.
    pub fn failed(start: u64, error: io::Error) -> Self {
        let (partial, quiet) = (Partial::from(start), suppress::Tally::default());
        Self { partial, quiet, failure: Some(error), fault: None, lines: Vec::new() }
    }
}

impl Large {
    pub fn new(item: usize, file: File, length: u64, binary: bool, borders: Borders) -> Self {
        let assembly = Assembly {
            joined: Partial::from(0),
            quiet: suppress::Tally::default(),
            next: 0,
            waiting: BTreeMap::new(),
            lines: Vec::new(),
            failure: None,
            fault: None,
        };
        Self { item, file, length, binary, borders, assembly: Mutex::new(assembly) }
    }

    /// Hands in a split. Gives the whole once the last one is in.
    fn hand_in(&self, shared: &Shared, split: Range<u64>, receipt: Receipt) -> Option<Receipt> {
        let mut assembly = lock(&self.assembly);
        assembly.waiting.insert(split.start, receipt);
        while let Some(receipt) = {
            let next = assembly.next;
            assembly.waiting.remove(&next)
        } {
            let split = (assembly.next, assembly.joined.line_ends());
            assembly.lines.push(split);
            assembly.joined.append(receipt.partial, &shared.plan.limits);
            assembly.quiet.append(receipt.quiet);
            assembly.failure = assembly.failure.take().or(receipt.failure);
            assembly.fault = assembly.fault.or(receipt.fault);
            assembly.next = (assembly.next + shared.plan.limits.split).min(self.length);
        }
        (assembly.next == self.length).then(|| Receipt {
            partial: std::mem::replace(&mut assembly.joined, Partial::from(0)),
            quiet: std::mem::take(&mut assembly.quiet),
            failure: assembly.failure.take(),
            fault: assembly.fault,
            lines: std::mem::take(&mut assembly.lines),
        })
    }
}

/// What a thread does next.
enum Job {
    Batch(Range<usize>),
    Split(Arc<Large>, Range<u64>),
}

struct Queue {
    next: usize,
    large: VecDeque<(Arc<Large>, u64)>,
    /// Threads that scan a batch and may yet find a large file.
    busy: usize,
    /// The item that is waited for.
    awaited: usize,
    done: BTreeMap<usize, Done>,
    stopped: bool,
}

struct Board<'a> {
    shared: &'a Shared<'a>,
    queue: Mutex<Queue>,
    /// There may be a job.
    job: Condvar,
    /// There may be something done.
    done: Condvar,
}

/// Scans all items with the threads of the plan and gives what comes of each to `pass_on`, in order.
///
/// # Errors
/// Those of `pass_on`, which end the work.
pub fn in_order(shared: &Shared, pass_on: &mut dyn FnMut(usize, Done) -> io::Result<()>) -> io::Result<()> {
    let queue = Queue { next: 0, large: VecDeque::new(), busy: 0, awaited: 0, done: BTreeMap::new(), stopped: false };
    let board = Board { shared, queue: Mutex::new(queue), job: Condvar::new(), done: Condvar::new() };
    // Each thread that reads blobs runs a git, which is worth its start only for many.
    let threads = match shared.plan.git {
        Some(_) => shared.plan.threads.min(shared.items.len().div_ceil(BLOBS)).max(1),
        None => shared.plan.threads,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| board.work());
        }
        let outcome = board.drain(pass_on);
        lock(&board.queue).stopped = true;
        board.job.notify_all();
        outcome
    })
}

impl Board<'_> {
    fn drain(&self, pass_on: &mut dyn FnMut(usize, Done) -> io::Result<()>) -> io::Result<()> {
        for item in 0..self.shared.items.len() {
            let mut queue = lock(&self.queue);
            queue.awaited = item;
            if item % BATCH == 0 {
                self.job.notify_all();
            }
            let done = loop {
                match queue.done.remove(&item) {
                    Some(done) => break done,
                    None => queue = self.done.wait(queue).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(queue);
            pass_on(item, done)?;
        }
        Ok(())
    }

    fn work(&self) {
        let mut worker = Worker::new(self.shared);
        while let Some(job) = self.take() {
            match job {
                Job::Batch(items) => {
                    worker.expect(self.shared.items[items.clone()].iter().filter_map(Item::target));
                    let done: Vec<_> = items.filter_map(|item| Some((item, self.scan(&mut worker, item)?))).collect();
                    self.hand_in(done, true);
                }
                Job::Split(large, split) => {
                    let receipt = worker.split(&large, split.clone());
                    if let Some(whole) = large.hand_in(self.shared, split, receipt) {
                        self.hand_in(vec![(large.item, worker.conclude(&large, whole))], false);
                    }
                }
            }
        }
    }

    /// Scans an item; one that is to be scanned in splits is queued instead.
    fn scan(&self, worker: &mut Worker, item: usize) -> Option<Done> {
        match &self.shared.items[item] {
            Item::Skipped(skipped) => {
                Some(Done { events: vec![Event::Skipped(skipped.clone())], seen: skipped.bytes, ..Done::default() })
            }
            Item::Problem(problem) => Some(Done { events: vec![Event::Problem(problem.clone())], ..Done::default() }),
            Item::Target(target) => match worker.target(item, target) {
                Ok(done) => Some(done),
                Err(large) => {
                    lock(&self.queue).large.push_back((Arc::from(large), 0));
                    self.job.notify_all();
                    None
                }
            },
        }
    }

    fn take(&self) -> Option<Job> {
        let mut queue = lock(&self.queue);
        loop {
            if queue.stopped {
                return None;
            }
            if let Some(job) = self.split(&mut queue) {
                return Some(job);
            }
            let left = self.shared.items.len() - queue.next;
            if left == 0 && queue.busy == 0 {
                return None;
            }
            if left > 0 && queue.next < queue.awaited + AHEAD {
                let size = (left / (self.shared.plan.threads * 8)).clamp(1, BATCH);
                let batch = queue.next..queue.next + size;
                queue.next += size;
                queue.busy += 1;
                return Some(Job::Batch(batch));
            }
            queue = self.job.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn split(&self, queue: &mut Queue) -> Option<Job> {
        let (large, start) = queue.large.pop_front()?;
        let end = (start + self.shared.plan.limits.split).min(large.length);
        if end < large.length {
            queue.large.push_front((large.clone(), end));
        }
        Some(Job::Split(large, start..end))
    }

    fn hand_in(&self, done: Vec<(usize, Done)>, batch: bool) {
        let mut queue = lock(&self.queue);
        queue.done.extend(done);
        if batch {
            queue.busy -= 1;
            self.job.notify_all();
        }
        if queue.done.contains_key(&queue.awaited) {
            self.done.notify_one();
        }
    }
}

/// The guarded value, also after another thread has panicked: what it guards is never left half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
