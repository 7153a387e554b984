//! The fast path: takes a window of text and the part of it to scan, gives the matches that start in that part. A pure
//! function of the window, so that it does not matter where a text is cut into windows.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use super::cells::{Cells, Settled};
use super::check::{Checked, Subject};
use super::columns::{Around, Columns};
use super::conclusion::{Passage, is_telling};
use super::encoded::{self, Seen, letters, run, utf16};
use super::finder::{Anchor, Candidates, Engine, Wanted};
use super::needs::{Nearby, Needs};
use super::runs::{Find, Run, Runs, Served};
use super::{Context, Detector, Detectors, LONGEST, MARGIN, Match, Registry, overlap};
use crate::finding::{Evidence, Posture, Refusal};
use crate::layout;
use crate::layout::table::Grid;
use crate::lexicon::{Beginnings, Lexicon, Meaning};

/// What finds matches. Shared by all threads.
pub struct Scanner {
    pub detectors: Arc<Detectors>,
    pub(super) registry: Registry,
    pub(super) lexicon: Lexicon,
    pub(super) engine: Engine,
    /// What each detector makes of words.
    pub(super) words: Vec<Words>,
    needs: Needs,
    /// What a column is named after that a detector's values stand in.
    pub(super) meanings: Vec<Option<Meaning>>,
    /// What runs where nothing tells what a path is, and in each posture.
    runs: [Runs; 1 + Posture::ALL.len()],
}

/// A part of a text, and what runs in it.
pub(super) struct Part<'r> {
    pub run: &'r Run,
    /// Whether its cells are settled, but for what is left of them.
    pub is_settled: bool,
    pub range: Range<usize>,
}

/// What is known of a text as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nature {
    /// Whether the text stands among binary bytes.
    pub binary: bool,
    /// What its path is, where that is told.
    pub posture: Option<Posture>,
}

/// What a detector makes of the words around a value.
pub(super) enum Words {
    Ignored,
    Count(Meaning),
    /// With the beginnings of the words that name the category.
    Required(Meaning, Beginnings),
    /// Only a column can tell.
    OfColumn,
}

/// What a thread reuses from window to window.
#[derive(Default)]
pub struct Scratch {
    /// Whether a colon stands between two letters in the text that was scanned last.
    pub glued_colon: bool,
    /// How many line ends the scanned part of that text has.
    pub line_ends: u64,
    /// Whether a number in a table there may have lost digits.
    pub spoilt: bool,
    candidates: Candidates,
    raw: Vec<Match>,
    encoded: Seen,
    columns: Columns,
    cells: Cells,
    /// The same for texts that were decoded; most windows have none.
    decoded: Option<Box<Self>>,
}

impl Scratch {
    /// The values of cells that were settled in the text that was scanned last.
    pub fn settled(&self) -> &Settled {
        &self.cells.settled
    }

    /// Adds those of some kinds, by their numbers, to the matches of the same text, which are all there are.
    pub fn add_settled(&self, wanted: impl Fn(usize) -> bool, matches: &mut Vec<Match>) {
        let begun = matches.len();
        matches.extend(self.cells.settled.matches(wanted));
        if begun > 0 && matches.len() > begun {
            matches.sort_by_key(|found| found.span.start);
        }
    }

    /// How many parts of rows were left to the scan.
    #[cfg(test)]
    pub(super) fn unsettled(&self) -> usize {
        self.cells.left.len()
    }
}

impl Scanner {
    pub fn new(detectors: Arc<Detectors>, registry: Registry, lexicon: Lexicon, engine: Engine) -> Self {
        let words = |detector: &Detector| match lexicon.category(&detector.definition.category) {
            _ if !detectors.everywhere && !detector.definition.default && detector.definition.beside.is_none() => {
                Words::OfColumn
            }
            Some(meaning) if detector.definition.context == Context::Counts => Words::Count(meaning),
            Some(meaning) if detector.definition.context == Context::Required => {
                Words::Required(meaning, lexicon.beginnings(meaning))
            }
            _ => Words::Ignored,
        };
        let words: Vec<Words> = detectors.iter().map(words).collect();
        let needs = Needs::new(&detectors, &words);
        let meanings = detectors.iter().map(|d| lexicon.category(&d.definition.category)).collect();
        let posture = |kind: usize| kind.checked_sub(1).map(|posture| Posture::ALL[posture]);
        let runs = std::array::from_fn(|kind| Runs::new(&detectors, &needs, posture(kind)));
        Self { detectors, registry, lexicon, engine, words, needs, meanings, runs }
    }

    /// Pushes the matches that start in `own`, by their start. The window shows [`MARGIN`](super::MARGIN) bytes on both
    /// sides of `own`, or all there are. `binary` tells that the text stands among binary bytes.
    pub fn scan(&self, text: &[u8], own: Range<usize>, binary: bool, scratch: &mut Scratch, out: &mut Vec<Match>) {
        self.scan_tables(text, own, Nature { binary, posture: None }, &Grid::default(), scratch, out);
    }

    /// The same in a text with tables: what lies in their rows is given without its context, since its column tells.
    pub fn scan_tables(
        &self,
        text: &[u8],
        own: Range<usize>,
        nature: Nature,
        tables: &Grid,
        scratch: &mut Scratch,
        out: &mut Vec<Match>,
    ) {
        self.scan_unsettled(text, own, nature, tables, scratch, out);
        scratch.add_settled(|_| true, out);
    }

    /// The same, but for the values of cells that are settled: they are left in [`Scratch::settled`].
    pub fn scan_unsettled(
        &self,
        text: &[u8],
        own: Range<usize>,
        nature: Nature,
        tables: &Grid,
        scratch: &mut Scratch,
        out: &mut Vec<Match>,
    ) {
        let runs = self.runs_of(nature.posture);
        let range = own.start.saturating_sub(LONGEST)..(own.end + LONGEST).min(text.len());
        // A value that shares bytes with one in a table lies in the table.
        let in_table = |at: usize| tables.holds(at.clamp(own.start, own.end - 1));
        // A value may share bytes with one before it, or with its key.
        let reach = own.start.saturating_sub(LONGEST + layout::KEY_REACH)..range.end;
        let columns = tables.segments.iter().map(|rows| scratch.columns.of(&rows.table, &self.lexicon)).collect();
        let around = Around { text, own: own.clone(), tables, columns, last: Cell::default() };
        let is_named = |at: usize, anchor: Anchor, detector: u16| {
            self.meanings[usize::from(detector)].is_some_and(|meaning| match anchor {
                // Most numbers after words are those of houses.
                Anchor::House => around.has_column(at, meaning),
                _ => around.tells(at, meaning),
            })
        };
        scratch.cells.clear();
        let is_of_own =
            tables.segments.last().is_some_and(|last| tables.origin == own.start && last.range.end <= own.end);
        let settling = runs.rows.settling.filter(|_| !nature.binary && is_of_own);
        if let Some(settling) = &settling {
            self.settle(&around, settling, &mut scratch.cells);
        }
        let parts = scratch.cells.parts(tables.parts(&own, reach), &own, runs, settling.is_some());
        let nearby = tables.segments.is_empty().then(|| self.nearby(text));
        self.candidates(parts, (text, &own), nearby.as_ref(), &in_table, &is_named, scratch);
        let in_rows_only = matches!(&tables.segments[..], [rows] if rows.range == own);
        if let Some(beside) = runs.beside.as_ref().filter(|_| !in_rows_only) {
            self.beside(text, beside, &in_table, &mut scratch.raw);
        }
        scratch.spoilt = settling.is_none() || scratch.cells.spoilt;
        scratch.glued_colon = scratch.candidates.take_glued_colon();
        if settling.is_some() {
            scratch.line_ends = scratch.cells.composed.line_ends as u64;
            scratch.glued_colon |= scratch.cells.composed.glued_colon;
        }
        let mut encoded = self.encoded(runs, text, range, &in_table, scratch);
        if nature.binary {
            let part = own.start.saturating_sub(MARGIN)..text.len().min(own.end + MARGIN);
            let mut values = |text: &[u8]| self.values(runs, text, false, scratch.decoded.get_or_insert_default());
            utf16::within(text, part, &mut values, &mut encoded);
        }
        let Scratch { raw, cells, .. } = scratch;
        let settled = settling.is_some().then_some(&cells.settled);
        self.conclude(&Passage { text, own, binary: nature.binary, tables, settled }, (raw, encoded), out);
    }

    /// The values that are encoded in a range.
    fn encoded(
        &self,
        runs: &Runs,
        text: &[u8],
        range: Range<usize>,
        in_table: &impl Fn(usize) -> bool,
        scratch: &mut Scratch,
    ) -> Vec<Match> {
        let Scratch { candidates, encoded: seen, decoded, .. } = scratch;
        let mut encoded = Vec::new();
        for Range { start, end } in candidates.take_beyond_ascii() {
            seen.look(text, start.max(range.start)..end.max(range.start));
        }
        for at in seen.escapes.drain(..).filter(|at| *at >= range.start) {
            let mut values = |text: &[u8]| self.values(runs, text, in_table(at), decoded.get_or_insert_default());
            encoded::around(text, at, &mut values, &mut encoded);
        }
        // They may name a value that begins later.
        for letters in seen.letters.drain(range.start.saturating_sub(layout::KEY_REACH)) {
            let in_rows = in_table(letters.start);
            let mut values = |text: &[u8]| self.values(runs, text, in_rows, decoded.get_or_insert_default());
            letters::beside(text, &letters, in_rows, &mut values, &mut encoded);
        }
        let mut values = |text: &[u8]| self.values(runs, text, false, decoded.get_or_insert_default());
        let words = seen.words.drain(..).filter(|at| *at >= range.start);
        for start in run::starts_before(text, range.start).chain(words) {
            run::within(text, start, &mut values, &mut encoded);
        }
        encoded
    }

    /// Leaves all cells to the scan.
    #[cfg(test)]
    pub(super) fn never_settle(&mut self) {
        self.runs.iter_mut().for_each(|runs| runs.rows.settling = None);
    }

    pub(super) fn runs_of(&self, posture: Option<Posture>) -> &Runs {
        &self.runs[posture.map_or(0, |posture| 1 + posture as usize)]
    }

    fn nearby<'t>(&'t self, text: &'t [u8]) -> Nearby<'t> {
        Nearby::new(&self.needs, self.engine, (&self.lexicon, &self.registry), text)
    }

    /// Everything that passes its check and begins in the parts, in order, of those whose cells are settled in what is left
    /// of them; but for names of people in a column that `is_named` after them, and addresses beside one; and what may be
    /// encoded. In a text without tables, `nearby` tells of what cannot count.
    fn candidates<'r>(
        &self,
        parts: impl IntoIterator<Item = Part<'r>>,
        (text, own): (&[u8], &Range<usize>),
        nearby: Option<&Nearby>,
        in_table: &impl Fn(usize) -> bool,
        is_named: &impl Fn(usize, Anchor, u16) -> bool,
        scratch: &mut Scratch,
    ) {
        let Scratch { line_ends, candidates, raw, encoded, cells: Cells { left, .. }, .. } = scratch;
        *line_ends = 0;
        raw.clear();
        encoded.clear();
        for Part { run, is_settled, range: part } in parts {
            let mut wanted =
                |anchors, range: Range<usize>| nearby.map_or(anchors, |nearby| run.wanted(nearby, anchors, &range));
            self.find(run.find, (text, part.clone()), candidates, &mut wanted, |anchor, at| {
                // What begins beyond the part is another one's that nobody has settled.
                if is_settled && at < part.end && !left.holds(at) {
                    return;
                }
                encoded.see(text, anchor, at);
                let mut served = &run.served[anchor as usize][..];
                // The name of the column tells all of them at once.
                if matches!(anchor, Anchor::Capital | Anchor::House) && !self.detectors.everywhere {
                    let are_named = served.iter().all(|one| is_named(at, anchor, one.detector));
                    served = if are_named { &[] } else { served };
                }
                self.look_closer(text, (served, nearby.filter(|_| run.is_doubtful(anchor))), at, in_table, raw);
            });
            let passed = candidates.take_line_ends() as u64;
            *line_ends += if own.contains(&part.start) { passed } else { 0 };
            if let Some(automaton) = &self.detectors.automaton {
                automaton.find(text, part, |start, detector| {
                    let found = run.on[usize::from(detector)].then(|| self.check(text, start, detector, in_table));
                    raw.extend(found.flatten());
                });
            }
        }
        if self.detectors.automaton.is_some() {
            raw.sort_by_key(|m| (m.span.start, m.detector));
        }
    }

    /// Shows what the finder notes in the range.
    #[inline(always)]
    pub(super) fn find(
        &self,
        find: Find,
        (text, range): (&[u8], Range<usize>),
        candidates: &mut Candidates,
        wanted: &mut Wanted,
        mut seen: impl FnMut(Anchor, usize),
    ) {
        let mut at = range.start;
        while at < range.end {
            candidates.clear();
            at = find(self.engine, text, at..range.end, candidates, wanted);
            candidates.iter().for_each(|(anchor, at)| seen(anchor, at));
        }
    }

    /// The values of a text that was decoded; what is around a cell of a table says nothing of its values.
    fn values(&self, runs: &Runs, text: &[u8], in_table: bool, scratch: &mut Scratch) -> Vec<Match> {
        let parts = [Part { run: runs.of(in_table), is_settled: false, range: 0..text.len() }];
        self.candidates(parts, (text, &(0..0)), None, &|_| in_table, &|_, _, _| false, scratch);
        if in_table {
            overlap::resolve(&mut scratch.raw, |found| self.rank(found));
            let mut found = std::mem::take(&mut scratch.raw);
            for found in &mut found {
                found.told = self.told_by_words(text, found).filter(|told| is_telling(*told));
            }
            return found;
        }
        let mut out = Vec::new();
        self.finish_text(text, &mut scratch.raw, &mut out);
        out
    }

    #[inline]
    fn look_closer(
        &self,
        text: &[u8],
        (served, nearby): (&[Served], Option<&Nearby>),
        at: usize,
        in_table: &impl Fn(usize) -> bool,
        raw: &mut Vec<Match>,
    ) {
        for Served { detector, check, need } in served {
            if nearby.is_some_and(|nearby| need.is_some_and(|need| nearby.is_known_absent(need, at))) {
                continue;
            }
            let start = check.start(text, at, &self.registry);
            let found = start.and_then(|start| self.check(text, start, *detector, in_table));
            if let Some(found) = found {
                overlap::insert(raw, found);
            }
        }
    }

    /// The value of a detector that begins at `start`, if there is one.
    #[inline]
    pub(super) fn check(
        &self,
        text: &[u8],
        start: usize,
        detector: u16,
        in_table: &impl Fn(usize) -> bool,
    ) -> Option<Match> {
        self.judge(&Subject::new(text, start, &self.registry), detector, in_table)
    }

    /// The value of a detector that begins at `start`, or why there is none.
    pub(super) fn check_or_refusal(
        &self,
        text: &[u8],
        start: usize,
        detector: u16,
        in_table: &impl Fn(usize) -> bool,
    ) -> Result<Match, Refusal> {
        let subject = Subject::new(text, start, &self.registry);
        self.judge(&subject, detector, in_table).ok_or_else(|| subject.refusal())
    }

    /// Whether the check of a detector takes what begins at `start`, whatever the words around it.
    pub(super) fn passes(&self, text: &[u8], start: usize, detector: u16) -> bool {
        let check = self.detectors.get(detector).check;
        check.is_some_and(|check| (check.run)(&Subject::new(text, start, &self.registry)).is_some())
    }

    #[inline(always)]
    fn judge(&self, subject: &Subject, detector: u16, in_table: &impl Fn(usize) -> bool) -> Option<Match> {
        let Checked { end, evidence, age, impersonal } = match self.detectors.get(detector) {
            Detector { check: Some(check), own: None, .. } => (check.run)(subject)?,
            own => own.own_value(subject)?,
        };
        let found = Match { detector, span: subject.start..end, evidence, age, impersonal, key: None, told: None };
        match &self.words[usize::from(detector)] {
            Words::Required(meaning, beginnings) if !in_table(subject.start) => {
                let named = self.named(subject.text, found, *meaning, Some(beginnings));
                if named.is_some() { named } else { subject.refuse(Refusal::Context) }
            }
            Words::OfColumn if !in_table(subject.start) => subject.refuse(Refusal::Context),
            Words::Count(meaning) if evidence.contains(Evidence::Apart) => {
                self.apart(subject, found, *meaning, in_table(subject.start))
            }
            _ => Some(found),
        }
    }
}
