//! Sharing out the work: takes the listed items, lets all threads scan them, and gives what comes of each in the order
//! of the list. A file that is too long for one thread is scanned in splits; of a stream, which one thread has to read,
//! those that have nothing else to do scan chunks.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

use super::assembly::{Chunk, Large};
use super::scan::Worker;
use super::survey::Record;
use super::{Item, Shared};
use crate::decode::{Frames, Helpers};
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

/// What a thread does next.
enum Job {
    Batch(Range<usize>),
    Split(Arc<Large>, Range<u64>),
    Chunk(Box<Chunk>),
    Frames(Weak<Frames>),
}

#[derive(Default)]
struct Queue {
    next: usize,
    large: VecDeque<(Arc<Large>, u64)>,
    chunks: VecDeque<Box<Chunk>>,
    /// Chunks that are being read.
    promised: usize,
    /// Frames of streams that the reader unpacks itself if nobody takes them.
    frames: VecDeque<Weak<Frames>>,
    /// Threads that wait for a job, scan a chunk or unpack frames: they come back for the next one.
    helpers: usize,
    /// Threads that scan a batch and may yet find a large file.
    busy: usize,
    /// The item that is waited for.
    awaited: usize,
    done: BTreeMap<usize, Done>,
    stopped: bool,
}

/// Where the threads of a run meet.
#[derive(Default)]
pub struct Crew {
    threads: usize,
    queue: Mutex<Queue>,
    /// There may be a job.
    job: Condvar,
    /// There may be something done.
    done: Condvar,
}

impl Crew {
    /// Whether a thread has nothing better to do than to scan a chunk, which is then to be [given](Self::give). A thread
    /// that was promised one scans chunks before anything else, so that whoever waits for one that it gave does not wait
    /// for a thread that waits.
    pub fn promise(&self) -> bool {
        let mut queue = lock(&self.queue);
        let wanted = !queue.stopped && queue.chunks.len() + queue.promised < queue.helpers;
        queue.promised += usize::from(wanted);
        wanted
    }

    pub fn give(&self, chunk: Box<Chunk>) {
        let mut queue = lock(&self.queue);
        queue.promised -= 1;
        queue.chunks.push_back(chunk);
        // Those that have waited for it alone, as a run that is stopped ends, are to see that there is no other.
        if queue.stopped { self.job.notify_all() } else { self.job.notify_one() }
    }
}

impl Helpers for Crew {
    fn threads(&self) -> usize {
        self.threads
    }

    fn want(&self) -> bool {
        let queue = lock(&self.queue);
        !queue.stopped && queue.frames.len() < queue.helpers
    }

    fn give(&self, frames: Weak<Frames>) {
        lock(&self.queue).frames.push_back(frames);
        self.job.notify_one();
    }
}

/// Ends the process where a thread panics, which is a fault of derbes: the others would wait forever for what it was to give,
/// and a run that has not looked at everything must not seem to go on.
struct EndsAll;

impl Drop for EndsAll {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}

struct Board<'a> {
    shared: &'a Shared<'a>,
    crew: Arc<Crew>,
}

/// Scans all items with the threads of the plan and gives what comes of each to `pass_on`, in order.
///
/// # Errors
/// Those of `pass_on`, which end the work.
pub fn in_order(shared: &Shared, pass_on: &mut dyn FnMut(usize, Done) -> io::Result<()>) -> io::Result<()> {
    // Each thread that reads blobs runs a git, which is worth its start only for many.
    let threads = match shared.plan.git {
        Some(_) => shared.plan.threads.min(shared.items.len().div_ceil(BLOBS)).max(1),
        None => shared.plan.threads,
    };
    let board = Board { shared, crew: Arc::new(Crew { threads, ..Crew::default() }) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| board.work());
        }
        let outcome = board.drain(pass_on);
        lock(&board.crew.queue).stopped = true;
        board.crew.job.notify_all();
        outcome
    })
}

impl Board<'_> {
    fn drain(&self, pass_on: &mut dyn FnMut(usize, Done) -> io::Result<()>) -> io::Result<()> {
        for item in 0..self.shared.items.len() {
            let mut queue = lock(&self.crew.queue);
            queue.awaited = item;
            if item % BATCH == 0 {
                self.crew.job.notify_all();
            }
            let done = loop {
                match queue.done.remove(&item) {
                    Some(done) => break done,
                    None => queue = self.crew.done.wait(queue).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(queue);
            pass_on(item, done)?;
        }
        Ok(())
    }

    fn work(&self) {
        let _ends_all = EndsAll;
        // Many a thread finds nothing to do.
        let mut worker = None;
        while let Some(job) = self.take() {
            let worker = worker.get_or_insert_with(|| Worker::new(self.shared, self.crew.clone()));
            match job {
                Job::Batch(items) => {
                    worker.expect(self.shared.items[items.clone()].iter().filter_map(Item::target));
                    let done: Vec<_> = items.filter_map(|item| Some((item, self.scan(worker, item)?))).collect();
                    self.hand_in(done, true);
                }
                Job::Split(large, split) => {
                    let receipt = worker.split(&large, split.clone());
                    if let Some(whole) = large.hand_in(self.shared, split, receipt) {
                        self.hand_in(vec![(large.item, worker.conclude(&large, whole))], false);
                    }
                }
                Job::Chunk(chunk) => {
                    worker.chunk(*chunk);
                    lock(&self.crew.queue).helpers -= 1;
                }
                Job::Frames(frames) => {
                    if let Some(frames) = frames.upgrade() {
                        frames.unpack();
                    }
                    lock(&self.crew.queue).helpers -= 1;
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
                    lock(&self.crew.queue).large.push_back((Arc::from(large), 0));
                    self.crew.job.notify_all();
                    None
                }
            },
        }
    }

    fn take(&self) -> Option<Job> {
        let mut queue = lock(&self.crew.queue);
        loop {
            // A thread waits for what came of each.
            if let Some(chunk) = queue.chunks.pop_front() {
                queue.helpers += 1;
                return Some(Job::Chunk(chunk));
            }
            match queue.stopped {
                true if queue.promised == 0 => return None,
                true => {}
                false => {
                    if let Some(job) = self.split(&mut queue) {
                        return Some(job);
                    }
                    let left = self.shared.items.len() - queue.next;
                    if left == 0 && queue.busy == 0 {
                        return None;
                    }
                    if left > 0 && queue.next < queue.awaited + AHEAD {
                        return Some(self.batch(&mut queue, left));
                    }
                }
            }
            queue.helpers += 1;
            if let Some(frames) = queue.frames.pop_front().filter(|_| !queue.stopped) {
                return Some(Job::Frames(frames));
            }
            queue = self.crew.job.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.helpers -= 1;
        }
    }

    /// The next items, of so many that are left.
    fn batch(&self, queue: &mut Queue, left: usize) -> Job {
        let size = (left / (self.shared.plan.threads * 8)).clamp(1, BATCH);
        let batch = queue.next..queue.next + size;
        queue.next += size;
        queue.busy += 1;
        Job::Batch(batch)
    }

    fn split(&self, queue: &mut Queue) -> Option<Job> {
        let (large, start) = queue.large.pop_front()?;
        let end = (start + large.split).min(large.length);
        if end < large.length {
            queue.large.push_front((large.clone(), end));
        }
        Some(Job::Split(large, start..end))
    }

    fn hand_in(&self, done: Vec<(usize, Done)>, batch: bool) {
        let mut queue = lock(&self.crew.queue);
        queue.done.extend(done);
        if batch {
            queue.busy -= 1;
            self.crew.job.notify_all();
        }
        if queue.done.contains_key(&queue.awaited) {
            self.crew.done.notify_one();
        }
    }
}

/// The guarded value, also after another thread has panicked: what it guards is never left half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
