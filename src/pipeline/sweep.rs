//! Going over stretches of text: takes a stretch with the tables in it, counts the hits, in text and in cells.

use std::borrow::Cow;
use std::ops::Range;

use super::Shared;
use super::window::Stretch;
use crate::classify::{Counter, Hit, Lines, Partial, Tally, Walk};
use crate::decode::to_utf8;
use crate::detect::{Match, Nature, Scratch, Shortened};
use crate::finding::{Evidence, EvidenceSet, Posture, Redacted, name};
use crate::layout::table::{self, Defined, Grid, Segment};
use crate::layout::{self, Key, PathMemory};
use crate::limits::Limits;
use crate::subject::Notes;
use crate::suppress::{self, Quiet};

mod cells;
mod notes;

/// What is reused from stretch to stretch.
#[derive(Default)]
pub struct Sweep {
    scratch: Scratch,
    matches: Vec<Match>,
    /// Of the kinds of values in settled cells, by their numbers, those that are not among the matches.
    only_counted: Vec<bool>,
    shortened: Shortened,
    pub tables: Tables,
    /// The lines that count, from 1 and in order; all where there is none.
    pub lines: Option<Vec<Range<u64>>>,
    /// What the text's path is, where that is told.
    pub posture: Option<Posture>,
    /// Where values stand, of a survey.
    pub notes: Option<Notes>,
}

/// The tables of a stretch.
#[derive(Default)]
pub struct Tables {
    pub grid: Grid,
    /// Definitions that end in it.
    pub defined: Vec<Defined>,
}

impl Tables {
    /// Finds those of a stretch.
    pub fn read(&mut self, reader: &mut table::Reader, stretch: &Stretch) {
        self.grid.segments.clear();
        if reader.has_tables() {
            reader.read(stretch.text, stretch.own.clone(), stretch.base, &mut self.grid);
            self.defined = reader.take_definitions();
        }
    }
}

/// What a sweep has counted so far.
pub struct Counted {
    pub partial: Partial,
    pub lines: Lines,
    pub memory: PathMemory,
    /// Line ends before the first of these lines, where they are known.
    pub line_ends: u64,
}

impl Counted {
    /// Nothing yet, from `offset` on.
    pub fn from(offset: u64, lines: Lines) -> Self {
        Self { partial: Partial::from(offset), lines, memory: PathMemory::default(), line_ends: 0 }
    }
}

/// Whether a line is among those.
pub fn contain(lines: &[Range<u64>], line: u64) -> bool {
    let next = lines.partition_point(|range| range.end <= line);
    lines.get(next).is_some_and(|range| range.contains(&line))
}

impl Sweep {
    /// Counts the hits of one stretch, whose tables are known.
    pub fn stretch(
        &mut self,
        shared: &Shared,
        stretch: &Stretch,
        binary: bool,
        quiet: &mut Quiet,
        counted: &mut Counted,
    ) {
        let Stretch { text, base, own } = stretch;
        self.matches.clear();
        let (grid, scratch) = (&self.tables.grid, &mut self.scratch);
        let nature = Nature { binary, posture: self.posture };
        shared.scanner.scan_unsettled(text, own.clone(), nature, grid, scratch, &mut self.matches);
        if !binary && !counted.lines.rows {
            quiet.look(text, own, scratch.glued_colon, *base, counted.lines.ends);
        }
        self.single_out(shared, quiet.is_idle(), &counted.partial.tables);
        let (grid, scratch) = (&self.tables.grid, &self.scratch);
        shared.scanner.shortened((text, grid), (self.posture, scratch), &mut self.shortened, &mut self.matches);
        self.define(stretch, counted);
        let line_ends = counted.lines.ends + self.scratch.line_ends;
        let (counting, notes) = (self.lines.as_deref(), self.notes.as_mut());
        let mut hits = Hits { shared, stretch, quiet, counting, counted, at: own.start, notes };
        let mut matches = self.matches.iter().peekable();
        for (index, segment) in self.tables.grid.segments.iter().enumerate() {
            while let Some(found) = matches.next_if(|found| found.span.start < segment.range.start) {
                hits.in_text(found);
            }
            hits.go(segment.range.start);
            let line = hits.counted.lines.ends + 1;
            if base + segment.range.start as u64 == segment.table.first {
                hits.quiet.note_table(text, segment.range.start, *base);
            }
            let mut tally = hits.counted.partial.tables.take(&segment.table, || shared.row_dates(&segment.table));
            let rows = tally.rows();
            let mut walk = Walk::new(&self.tables.grid, segment, text, *base).dating(&mut tally);
            let mut unclosed = self.tables.grid.unclosed.iter().filter(|at| segment.range.contains(at)).peekable();
            while let Some(found) = matches.next_if(|found| found.span.start < segment.range.end) {
                while let Some(at) = unclosed.next_if(|at| **at < found.span.start) {
                    walk.go(at + 1, &mut tally, &shared.plan.limits);
                    tally.unclosed();
                }
                hits.in_table(found, &mut tally, &mut walk);
            }
            for at in unclosed {
                walk.go(at + 1, &mut tally, &shared.plan.limits);
                tally.unclosed();
            }
            walk.go(segment.range.end, &mut tally, &shared.plan.limits);
            hits.in_cells((self.scratch.settled(), index), &self.only_counted, rows, &mut tally);
            let damaged = self.shortened.damaged.iter().filter(|(at, _)| segment.range.contains(at));
            damaged.for_each(|(_, column)| tally.damage(*column, &shared.plan.limits));
            if let Some(counting) = hits.counting {
                let walk = Walk::new(&self.tables.grid, segment, text, *base);
                tally.note_counting(&on_lines(counting, line, walk, segment, text, &shared.plan.limits));
            }
            hits.counted.partial.tables.put(tally);
        }
        matches.for_each(|found| hits.in_text(found));
        let (rest, lines) = (hits.at, &mut hits.counted.lines);
        lines.pass(&text[rest..own.end], base + rest as u64, line_ends - lines.ends);
    }
}

impl Sweep {
    /// Keeps the definitions of tables that end in a stretch, whose lines are not counted yet.
    fn define(&mut self, stretch: &Stretch, counted: &mut Counted) {
        for Defined { definition, end, line_ends } in self.tables.defined.drain(..) {
            let at = (end.saturating_sub(stretch.base) as usize).clamp(stretch.own.start, stretch.own.end);
            let before = &stretch.text[stretch.own.start..at];
            let line = counted.lines.ends + memchr::memchr_iter(b'\n', before).count() as u64 + 1;
            counted.partial.tables.define_on(definition, line, line_ends);
        }
    }
}

/// What stands in rows on lines that count; the first row is on this line.
fn on_lines(
    counting: &[Range<u64>],
    mut line: u64,
    mut walk: Walk,
    segment: &Segment,
    text: &[u8],
    limits: &Limits,
) -> Tally {
    let (mut on, mut off) = (Tally::new(&segment.table), Tally::new(&segment.table));
    let Range { start, end } = segment.range;
    let line_ends = memchr::memchr_iter(b'\n', &text[start..end]).map(|at| start + at + 1);
    for at in line_ends.chain([end]) {
        walk.go(at, if contain(counting, line) { &mut on } else { &mut off }, limits);
        line += 1;
    }
    on
}

/// Counts the hits of a stretch, in their order.
struct Hits<'a, 'q> {
    shared: &'a Shared<'a>,
    stretch: &'a Stretch<'a>,
    quiet: &'a mut Quiet<'q>,
    /// The lines that count, if not all do.
    counting: Option<&'a [Range<u64>]>,
    counted: &'a mut Counted,
    /// Up to where lines are counted.
    at: usize,
    notes: Option<&'a mut Notes>,
}

impl<'a> Hits<'a, '_> {
    /// Counts lines up to a place.
    fn go(&mut self, to: usize) {
        advance(self.stretch, &mut self.counted.lines, &mut self.at, to);
    }

    fn in_text(&mut self, found: &Match) {
        let (score, confidence) = self.shared.weights.score(found.detector, found.evidence);
        if self.shared.off[usize::from(found.detector)] {
            return;
        }
        if self.notes.is_some() {
            self.note_in_text(found, confidence >= self.shared.plan.min_confidence);
        }
        if confidence < self.shared.plan.min_confidence {
            return;
        }
        if !self.counts(found) {
            return;
        }
        let key = self.key(found);
        let hit = Hit {
            detector: found.detector,
            score,
            confidence,
            evidence: self.shared.weights.weighing(found.detector, found.evidence),
            key: key.as_deref(),
            age: found.age,
            impersonal: found.impersonal,
        };
        // Most hits are only counted: then neither the line nor the mask is worked out.
        let (offset, Counted { partial, lines, .. }) = (self.offset(found), &mut *self.counted);
        let place = || {
            advance(self.stretch, lines, &mut self.at, found.span.start);
            lines.place(offset, redacted(self.shared, self.stretch, found))
        };
        partial.add(&hit, place, &self.shared.plan.limits);
    }

    fn in_table(&mut self, found: &Match, tally: &mut Tally, walk: &mut Walk) {
        let limits = &self.shared.plan.limits;
        if self.shared.off[usize::from(found.detector)] {
            return;
        }
        let cell = walk.go(found.span.start, tally, limits);
        if self.notes.is_some() && cell.column < limits.columns {
            self.note_in_cell(found, cell, walk.first());
        }
        let Some(counter) = tally.counter(cell.column, found.detector, limits) else { return self.in_text(found) };
        counter.pass(cell.row);
        if !self.counts(found) {
            return;
        }
        // Words in the cell may say that it is something else, where the column's name says nothing: «Заказ № …».
        let is_other = found.told.is_some_and(|told| told.contains(Evidence::OtherMeaning));
        self.count(found, found.evidence.with_if(is_other, Evidence::OtherMeaning), cell.row, counter);
        if let Some(told) = found.told
            && self.shared.weights.score(found.detector, told).1 >= self.shared.plan.min_confidence
            && let Some(counter) = tally.told(cell.column, found.detector, limits)
        {
            counter.pass(cell.row);
            self.count(found, told, cell.row, counter);
        }
    }

    fn key(&mut self, found: &Match) -> Option<Cow<'a, str>> {
        key(self.stretch.text, self.stretch.base, found, &mut self.counted.memory)
    }

    fn count(&mut self, found: &Match, evidence: EvidenceSet, row: u64, counter: &mut Counter) {
        counter.count(evidence, found.age, found.impersonal);
        if counter.lists_more(&self.shared.plan.limits) {
            self.go(found.span.start);
            counter.list(
                self.counted.lines.place(self.offset(found), redacted(self.shared, self.stretch, found)).in_row(row),
            );
        }
    }

    /// Whether a hit counts on its line, and nothing keeps it quiet.
    fn counts(&mut self, found: &Match) -> bool {
        if self.counting.is_none() && self.quiet.is_idle() {
            return true;
        }
        self.go(found.span.start);
        let line = self.counted.lines.ends + 1;
        let counts = self.counting.is_none_or(|counting| contain(counting, line));
        let definition = &self.shared.scanner.detectors.get(found.detector).definition;
        let subject = suppress::Subject {
            text: self.stretch.text,
            span: found.span.clone(),
            base: self.stretch.base,
            detector: &definition.id,
            category: &definition.category,
        };
        !(self.quiet.covers(&subject, counts) || !counts || self.quiet.knows(&subject))
    }

    fn offset(&self, found: &Match) -> u64 {
        self.stretch.base + found.span.start as u64
    }
}

/// The key that a value is given for, with its path as far as that is known, where it is a name.
pub fn key<'a>(text: &'a [u8], base: u64, found: &Match, memory: &mut PathMemory) -> Option<Cow<'a, str>> {
    let key = found.key.as_ref()?;
    let is_field = found.evidence.contains(Evidence::KeyName);
    if let Some(path) = layout::path(text, base, found.span.start, Key { name: key, is_field }, memory) {
        return Some(Cow::Owned(path));
    }
    Some(to_utf8(&text[key.clone()])).filter(|key| name::is_name(key) && !name::may_be_person(key, is_field))
}

fn redacted(shared: &Shared, stretch: &Stretch, found: &Match) -> Redacted {
    Redacted::new(&stretch.text[found.span.clone()], shared.scanner.detectors.get(found.detector).mask)
}

/// Counts the lines of a stretch from `at` to a place.
fn advance(stretch: &Stretch, lines: &mut Lines, at: &mut usize, to: usize) {
    lines.advance(&stretch.text[*at..to], stretch.base + *at as u64);
    *at = to;
}

/// Gathers what the reader of tables has at the end of a sweep, and of the text. Gives what is wrong with its end.
pub fn conclude_tables(
    tables: &mut table::Reader,
    partial: &mut Partial,
    offset: u64,
    ends: bool,
    limits: &Limits,
) -> Option<&'static str> {
    partial.tables.define(tables.take_definitions().into_iter().map(|defined| defined.definition));
    let (open, fault) = if ends { tables.end(offset) } else { (None, None) };
    if let Some(table) = open {
        let mut tally = partial.tables.take(&table, Vec::new);
        tally.cut_row(tables.width() as usize, limits);
        partial.tables.put(tally);
    }
    if ends && fault.is_none() && tables.lacks_end() {
        partial.tables.note_lacking_end();
    }
    fault
}
