//! A part of a text that is held in memory: a reader of tables goes over it in its turn, and what it found in each stretch
//! is there when the part is scanned, so that nothing is read twice, whichever thread scans it.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::{Condvar, Mutex, PoisonError};

use super::ends::Positioned;
use super::sweep::Tables;
use super::window::{BEFORE, Window};
use super::work::lock;
use crate::detect::MARGIN;
use crate::layout::table::Reader;
use crate::limits::Limits;

/// Parts that are held for each split of a large file that is not.
const PARTS: u64 = 8;

/// Bytes of a part.
pub fn length(limits: &Limits) -> u64 {
    (limits.split / PARTS).max(1)
}

pub struct Held {
    pub window: Window,
    pub own: Range<u64>,
    /// The tables of each stretch, where there are any.
    pub found: Vec<Tables>,
}

impl Held {
    pub fn new(limits: &Limits) -> Self {
        Self { window: Window::new(limits.block.max(64)), own: 0..0, found: Vec::new() }
    }

    /// Takes a split of a file that is `length` bytes long, with the margins around it. What was read before an error is
    /// held.
    pub fn fill(&mut self, file: &File, length: u64, split: Range<u64>) -> io::Result<()> {
        let base = split.start.saturating_sub(BEFORE as u64);
        let end = (split.end + MARGIN as u64).min(length);
        self.window.hold(base, split.start, split.end - split.start);
        self.own = split;
        self.window.fill(&mut Positioned { file, at: base, end }, Some(end))
    }

    /// Its own bytes.
    pub fn text(&self) -> &[u8] {
        self.window.between(&self.own)
    }

    /// Lets a reader that stands at its beginning go over it.
    pub fn read(&mut self, reader: &mut Reader) {
        let mut stretches = 0;
        while let Some(stretch) = self.window.next(self.own.end).filter(|_| reader.has_tables()) {
            if stretches == self.found.len() {
                self.found.push(Tables::default());
            }
            self.found[stretches].read(reader, &stretch);
            stretches += 1;
        }
        self.found.truncate(stretches);
        self.window.rewind(self.own.start);
    }
}

/// Where the reader of a large file stands, which goes over its splits in turn.
pub struct Borders {
    state: Mutex<(u64, Reader)>,
    /// It has gone over a split.
    passed: Condvar,
}

impl Borders {
    /// Those of a file whose text `reader` begins with.
    pub fn new(reader: Reader) -> Self {
        Self { state: Mutex::new((0, reader)), passed: Condvar::new() }
    }

    /// Lets the reader go over a split once those before it are done, which other threads hold. Gives it as it stands after.
    pub fn pass(&self, held: &mut Held) -> Reader {
        let state = lock(&self.state);
        let is_late = |(at, _): &mut (u64, Reader)| *at != held.own.start;
        let mut state = self.passed.wait_while(state, is_late).unwrap_or_else(PoisonError::into_inner);
        let (at, reader) = &mut *state;
        held.read(reader);
        *at = held.own.end;
        self.passed.notify_all();
        reader.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::layout::table::Shape;

    #[test]
    fn threads_hold_splits_in_any_order() {
        let path = std::env::temp_dir().join(format!("derbes-held-{}.csv", std::process::id()));
        let text = "id;name\n".to_owned() + &"1;\"one;\n\"\n".repeat(50);
        std::fs::write(&path, &text).unwrap();
        let file = File::open(&path).unwrap();
        let (limits, length) = (Limits { block: 64, ..Limits::default() }, text.len() as u64);
        let split = |start: u64| start..(start + 100).min(length);
        let borders = Borders::new(Reader::new(Shape::of(text.as_bytes())));
        let pass = |start: u64| {
            let mut held = Held::new(&limits);
            held.fill(&file, length, split(start)).unwrap();
            borders.pass(&mut held);
            (start, held)
        };
        let starts = [0, 100, 200, 300, 400, 500];
        let mut passed: HashMap<u64, Held> = std::thread::scope(|scope| {
            // The last one asks first.
            let threads =
                starts.map(|start| length - length % 100 - start).map(|start| scope.spawn(move || pass(start)));
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut reader = Reader::new(Shape::of(text.as_bytes()));
        for start in (0..length).step_by(100) {
            let mut held = Held::new(&limits);
            held.fill(&file, length, split(start)).unwrap();
            held.read(&mut reader);
            let cells = |held: &Held| held.found.iter().map(|tables| tables.grid.cells().len()).collect::<Vec<_>>();
            let other = passed.remove(&start).unwrap();
            assert_eq!(
                (cells(&other), other.text()),
                (cells(&held), &text.as_bytes()[start as usize..split(start).end as usize])
            );
        }
        std::fs::remove_file(path).unwrap();
    }
}
