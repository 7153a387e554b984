//! Texts that several threads scan: takes what came of each part, in any order, gives what came of the whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::Shared;
use super::held::{self, Borders, Held};
use super::work::lock;
use crate::classify::{Lines, Partial};
use crate::input::Target;
use crate::layout::table;
use crate::limits::Limits;
use crate::suppress;

/// What became of a part of a text: the partial, and how far it was examined if not to its end.
pub struct Receipt {
    pub partial: Partial,
    pub quiet: suppress::Tally,
    pub failure: Option<io::Error>,
    /// What is wrong with the text, though all of it was examined.
    pub fault: Option<&'static str>,
    /// Of a whole that was read in splits, the line ends before each but the first.
    pub lines: Vec<(u64, u64)>,
}

impl Receipt {
    /// Joins what came of the part that follows.
    pub fn append(&mut self, next: Self, limits: &Limits) {
        self.partial.append(next.partial, limits);
        self.quiet.append(next.quiet);
        self.failure = self.failure.take().or(next.failure);
        self.fault = self.fault.or(next.fault);
    }
}

/// The receipts of a text, joined as far as they are without a gap.
struct Assembly {
    joined: Option<Receipt>,
    next: u64,
    /// How many parts are joined.
    parts: usize,
    waiting: BTreeMap<u64, (u64, Receipt)>,
}

impl Assembly {
    fn from(start: u64) -> Self {
        Self { joined: None, next: start, parts: 0, waiting: BTreeMap::new() }
    }

    fn insert(&mut self, part: Range<u64>, receipt: Receipt, limits: &Limits) {
        self.waiting.insert(part.start, (part.end, receipt));
        while let Some((end, receipt)) = self.waiting.remove(&self.next) {
            match &mut self.joined {
                Some(joined) => {
                    joined.lines.push((self.next, joined.partial.line_ends()));
                    joined.append(receipt, limits);
                }
                None => self.joined = Some(receipt),
            }
            self.next = end;
            self.parts += 1;
        }
    }

    fn take(&mut self) -> Option<Receipt> {
        self.joined.take()
    }
}

/// A file that is scanned in splits.
pub struct Large {
    pub item: usize,
    pub file: File,
    pub length: u64,
    pub binary: bool,
    /// Bytes of a split.
    pub split: u64,
    /// Where there are tables.
    pub borders: Option<Borders>,
    /// Whether a split took so long that it is worth asking for others ahead.
    pub slow: AtomicBool,
    assembly: Mutex<Assembly>,
}

impl Large {
    /// One whose text `tables` begins with.
    pub fn new(item: usize, file: File, length: u64, binary: bool, tables: table::Reader, limits: &Limits) -> Self {
        let assembly = Mutex::new(Assembly::from(0));
        let borders = tables.has_tables().then(|| Borders::new(tables));
        let split = if borders.is_some() { held::length(limits) } else { limits.split };
        Self { item, file, length, binary, split, borders, slow: AtomicBool::new(false), assembly }
    }

    /// Hands in a split. Gives the whole once the last one is in.
    pub fn hand_in(&self, shared: &Shared, split: Range<u64>, receipt: Receipt) -> Option<Receipt> {
        let mut assembly = lock(&self.assembly);
        assembly.insert(split, receipt, &shared.plan.limits);
        if assembly.next == self.length { assembly.take() } else { None }
    }
}

/// A text that one thread reads, and of which others scan chunks.
pub struct Stream {
    pub item: usize,
    pub target: Target,
    pub binary: bool,
    assembly: Mutex<Assembly>,
    /// A part is in.
    grown: Condvar,
    /// Buffers of chunks that were scanned.
    spare: Mutex<Vec<Held>>,
}

/// A part of a stream, with the margins around it.
pub struct Chunk {
    pub stream: Arc<Stream>,
    pub held: Held,
    /// The lines that it begins with, and the line ends before them.
    pub lines: Lines,
    pub line_ends: u64,
    /// The reader of tables as it stands where the chunk ends.
    pub tables: table::Reader,
}

impl Stream {
    /// One whose first part begins at `start`.
    pub fn new(item: usize, target: Target, binary: bool, start: u64) -> Self {
        let assembly = Mutex::new(Assembly::from(start));
        Self { item, target, binary, assembly, grown: Condvar::new(), spare: Mutex::default() }
    }

    /// A buffer for the next chunk.
    pub fn buffer(&self) -> Option<Held> {
        lock(&self.spare).pop()
    }

    /// Takes a buffer back.
    pub fn put_back(&self, held: Held) {
        lock(&self.spare).push(held);
    }

    pub fn hand_in(&self, part: Range<u64>, receipt: Receipt, limits: &Limits) {
        lock(&self.assembly).insert(part, receipt, limits);
        self.grown.notify_one();
    }

    /// What came of all of it, once so many parts are in.
    pub fn whole(&self, parts: usize) -> Receipt {
        let mut assembly = lock(&self.assembly);
        while assembly.parts < parts {
            assembly = self.grown.wait(assembly).unwrap_or_else(PoisonError::into_inner);
        }
        let whole = assembly.take().expect("a stream has a part");
        Receipt { lines: Vec::new(), ..whole }
    }
}
