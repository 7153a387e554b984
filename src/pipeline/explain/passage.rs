//! Going over a text for a spot in it: takes a target as a stream, gives the text around the spot, the tables that it lies
//! in, and what scans count in the tables of the whole text.

use std::io::{self, Read};

use super::Spot;
use crate::classify::{Lines, Partial};
use crate::decode::Decoder;
use crate::detect::explain::{REACH, reach};
use crate::detect::{LONGEST, MARGIN};
use crate::input::Target;
use crate::layout::table::{Grid, Reader};
use crate::pipeline::Shared;
use crate::pipeline::ends::Ends;
use crate::pipeline::excerpt::{Excerpt, Missing, Passing};
use crate::pipeline::scan::shape;
use crate::pipeline::sweep::{Counted, Sweep, conclude_tables};
use crate::pipeline::window::{Stretch, Window};
use crate::suppress::{Quiet, Tally};

/// What was read of a text.
pub struct Passage<'a> {
    /// The text around the spot.
    pub excerpt: Excerpt,
    /// Whether it stands among binary bytes.
    pub binary: bool,
    /// The ends of the whole text, where they are wanted.
    pub ends: Ends,
    /// The tables in the excerpt.
    pub grid: Grid,
    /// What each scan counted, where the text has tables, and what kept its hits quiet.
    pub counted: Vec<(Partial, Quiet<'a>)>,
}

/// Why a passage cannot be read.
pub enum Failure {
    Missing(Missing),
    Read(io::Error),
}

impl<'a> Passage<'a> {
    /// Reads as far as the spot, or all of a text that has tables or whose date is wanted.
    ///
    /// # Errors
    /// A spot that is not there; those of the decoder before it.
    pub fn read(text: Decoder<'_>, spot: &Spot, scans: &[&'a Shared<'a>]) -> Result<Self, Failure> {
        let shared = scans[0];
        let binary = text.is_binary();
        let passing = Passing::new(spot.line, spot.column, 2 * LONGEST + MARGIN);
        let mut text = Watched { text, ends: Ends::default(), passing };
        let mut window = Window::new(shared.plan.limits.block.max(64));
        window.restart(0, 0);
        let mut failure = window.fill(&mut text, None).err();
        let tables = Reader::new(shape(window.filled(), binary));
        let mut counts: Vec<Counting> = if tables.has_tables() {
            scans.iter().map(|shared| Counting::new(shared, &spot.target, tables.clone())).collect()
        } else {
            Vec::new()
        };
        let whole = !counts.is_empty() || shared.bench.wants_dates();
        let mut approach = Approach { reader: tables, at: 0 };
        while whole || !text.passing.is_done() {
            while let Some(stretch) = window.next(u64::MAX) {
                approach.go(&stretch, text.passing.start().map(|start| start.saturating_sub(REACH as u64)));
                counts.iter_mut().for_each(|counting| counting.stretch(&stretch, binary));
            }
            if !window.advance(u64::MAX) {
                break;
            }
            failure = failure.or(window.fill(&mut text, None).err());
        }
        let Watched { mut ends, passing, .. } = text;
        match failure {
            Some(error) if !passing.is_done() => return Err(Failure::Read(error)),
            Some(_) => {}
            // A text that cannot be read to its end is dated by its beginning, as in a scan.
            None if whole => ends.close(),
            None => {}
        }
        let excerpt = passing.finish().map_err(Failure::Missing)?;
        let mut grid = Grid::default();
        if !counts.is_empty() {
            let from = (approach.at - excerpt.base) as usize;
            let own = from..reach(&excerpt.text, &excerpt.spot).end;
            approach.reader.read(&excerpt.text, own, excerpt.base, &mut grid);
        }
        let counted = counts.into_iter().map(|counting| counting.close(window.read_so_far())).collect();
        Ok(Self { excerpt, binary, ends, grid, counted })
    }
}

/// A text whose ends are kept while it is read, and what is around the spot.
struct Watched<R> {
    text: R,
    ends: Ends,
    passing: Passing,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.text.read(buffer)?;
        self.ends.add(&buffer[..n]);
        self.passing.add(&buffer[..n]);
        Ok(n)
    }
}

/// What a scan counts in a text.
struct Counting<'a> {
    shared: &'a Shared<'a>,
    sweep: Sweep,
    tables: Reader,
    quiet: Quiet<'a>,
    counted: Counted,
}

impl<'a> Counting<'a> {
    fn new(shared: &'a Shared<'a>, target: &Target, tables: Reader) -> Self {
        let counted = Counted { partial: Partial::from(0), lines: Lines::from(0) };
        let exceptions = &shared.plan.exceptions;
        let quiet = Quiet::resume(exceptions, target, exceptions.known(target), Tally::default());
        Self { shared, sweep: Sweep::default(), tables, quiet, counted }
    }

    fn stretch(&mut self, stretch: &Stretch, binary: bool) {
        self.sweep.grid(&mut self.tables, stretch);
        self.sweep.stretch(self.shared, stretch, binary, &mut self.quiet, &mut self.counted);
    }

    /// What was counted in the whole text, which ends at `offset`.
    fn close(mut self, offset: u64) -> (Partial, Quiet<'a>) {
        let limits = &self.shared.plan.limits;
        conclude_tables(&mut self.tables, &mut self.counted.partial, offset, true, limits);
        (self.counted.partial, self.quiet)
    }
}

/// A reader of tables on its way to a spot.
struct Approach {
    reader: Reader,
    /// Where it has got to.
    at: u64,
}

impl Approach {
    /// Goes over a stretch, up to `last` if that is known. It is, wherever it lies in the stretch.
    fn go(&mut self, stretch: &Stretch, last: Option<u64>) {
        let end = stretch.base + stretch.own.end as u64;
        let end = last.map_or(end, |last| last.min(end));
        if self.at < end {
            let own = (self.at - stretch.base) as usize..(end - stretch.base) as usize;
            self.reader.read(stretch.text, own, stretch.base, &mut Grid::default());
            self.at = end;
        }
    }
}
