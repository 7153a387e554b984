//! Going over a text for a spot in it: takes a target as a stream, gives the text around the spot, the tables that it lies
//! in, and what scans count in the tables of the whole text.

use std::io::{self, Read};
use std::ops::Range;

use super::Spot;
use crate::classify::{Lines, Partial};
use crate::decode::Decoder;
use crate::detect::MARGIN;
use crate::detect::explain::{REACH, reach};
use crate::input::Target;
use crate::layout::PATH_REACH;
use crate::layout::table::{Grid, Reader};
use crate::pipeline::Shared;
use crate::pipeline::ends::Ends;
use crate::pipeline::excerpt::{Excerpt, Missing, Passing};
use crate::pipeline::scan::shape;
use crate::pipeline::sweep::{Counted, Sweep, conclude_tables};
use crate::pipeline::window::{Stretch, Window};
use crate::suppress::{self, Quiet, Tally};

/// Bytes around a spot in which the marks begin, and the values that they cover, which may bear on it.
const MARKED: usize = suppress::REACH;

/// Bytes that are shown on both sides of a spot.
const AROUND: usize = MARKED + REACH + MARGIN + PATH_REACH;

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
    /// What each scan counted, where the text has tables, and what kept its hits quiet; what the first one counted elsewhere,
    /// up to the spot.
    pub counted: Vec<(Partial, Quiet<'a>)>,
}

/// Why a passage cannot be read.
pub enum Failure {
    Missing(Missing),
    Read(io::Error),
}

impl<'a> Passage<'a> {
    /// Reads the text of a target as far as the spot, or all of one that has tables or whose date is wanted. `tables` is the
    /// reader of tables, where what stands before the text is known from elsewhere.
    ///
    /// # Errors
    /// A spot that is not there; those of the decoder before it.
    pub fn read(
        text: Decoder<'_>,
        spot: &Spot,
        target: &Target,
        tables: Option<Reader>,
        scans: &'a [Shared<'a>; 2],
    ) -> Result<Self, Failure> {
        let shared = &scans[0];
        let binary = text.is_binary();
        let passing = Passing::new(spot.line, spot.column, AROUND);
        let mut text = Watched { text, ends: Ends::default(), passing };
        let mut window = Window::new(shared.plan.limits.block.max(64));
        window.restart(0, 0);
        let mut failure = window.fill(&mut text, None).err();
        let tables = tables.unwrap_or_else(|| Reader::new(shape(window.filled(), binary)));
        let has_tables = tables.has_tables();
        let counting = if has_tables { &scans[..] } else { &scans[..1] };
        let mut counts: Vec<_> = counting.iter().map(|scan| Counting::new(scan, target, tables.clone())).collect();
        let whole = has_tables || shared.bench.wants_dates();
        let mut approach = Approach { reader: tables, at: 0 };
        loop {
            let mut counted = 0;
            while let Some(stretch) = window.next(u64::MAX) {
                let part =
                    text.passing.extent().map(|spot| spot.start.saturating_sub((REACH + MARKED) as u64)..spot.end);
                approach.go(&stretch, part.as_ref().map(|part| part.start));
                counts.iter_mut().for_each(|counting| counting.stretch(&stretch, binary, part.clone()));
                counted = stretch.base + stretch.own.end as u64;
            }
            let enough =
                !whole && text.passing.is_done() && text.passing.extent().is_none_or(|spot| spot.end <= counted);
            if enough || !window.advance(u64::MAX) {
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
        if has_tables {
            let from = (approach.at - excerpt.base) as usize;
            let end = (reach(&excerpt.text, &excerpt.spot).end + MARKED).min(excerpt.text.len());
            approach.reader.read(&excerpt.text, from..end, excerpt.base, &mut grid);
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
        let counted = Counted::from(0, Lines::from(0));
        let exceptions = &shared.plan.exceptions;
        let quiet = Quiet::resume(exceptions, target, exceptions.known(target), Tally::default());
        let mut sweep = Sweep::default();
        sweep.posture = shared.bench.terms(target).kind;
        Self { shared, sweep, tables, quiet, counted }
    }

    /// Counts a stretch; `part` is that of the text around the spot, which is known wherever it lies in the stretch.
    fn stretch(&mut self, stretch: &Stretch, binary: bool, part: Option<Range<u64>>) {
        if let Some(part) = part {
            self.quiet.note(part);
        }
        self.sweep.tables.read(&mut self.tables, stretch);
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
