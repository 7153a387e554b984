//! The fast path: takes a window of text and the part of it to scan, gives the matches that start in that part. A pure
//! function of the window, so that it does not matter where a text is cut into windows.

use std::ops::Range;
use std::sync::Arc;

use super::check::{Checked, Subject};
use super::columns::{Around, Columns};
use super::context::Keys;
use super::encoded::{self, Seen, base64};
use super::finder::{Anchor, Candidates, Engine, Wanted};
use super::needs::{Nearby, Needs};
use super::runs::{Find, Run, Runs, Served};
use super::{Context, Detector, Detectors, LONGEST, Match, Registry, context, overlap};
use crate::finding::{Evidence, EvidenceSet, Posture, Refusal};
use crate::layout;
use crate::layout::table::Grid;
use crate::lexicon::{Beginnings, Lexicon, Meaning};

/// Text shorter than this among binary bytes may be chance.
const SHORT_RUN: usize = 12;

/// What finds matches. Shared by all threads.
pub struct Scanner {
    pub detectors: Arc<Detectors>,
    pub(super) registry: Registry,
    pub(super) lexicon: Lexicon,
    engine: Engine,
    /// What each detector makes of words.
    pub(super) words: Vec<Words>,
    needs: Needs,
    /// What a column is named after that a detector's values stand in.
    meanings: Vec<Option<Meaning>>,
    /// What runs where nothing tells what a path is, and in each posture.
    runs: [Runs; 1 + Posture::ALL.len()],
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
    candidates: Candidates,
    raw: Vec<Match>,
    encoded: Seen,
    columns: Columns,
    /// The same for texts that were decoded; most windows have none.
    decoded: Option<Box<Self>>,
}

impl Scanner {
    pub fn new(detectors: Arc<Detectors>, registry: Registry, lexicon: Lexicon, engine: Engine) -> Self {
        let words = |detector: &Detector| match lexicon.category(&detector.definition.category) {
            _ if !detectors.everywhere && !detector.definition.default => Words::OfColumn,
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
        let runs = self.runs_of(nature.posture);
        let range = own.start.saturating_sub(LONGEST)..(own.end + LONGEST).min(text.len());
        // A value that shares bytes with one in a table lies in the table.
        let in_table = |at: usize| tables.holds(at.clamp(own.start, own.end - 1));
        // A value may share bytes with one before it, or with its key.
        let from = own.start.saturating_sub(LONGEST + layout::KEY_REACH);
        let parts = tables.parts(&own, from..range.end).map(|(in_rows, part)| (runs.of(in_rows), part));
        let columns = tables.segments.iter().map(|rows| scratch.columns.of(&rows.table, &self.lexicon)).collect();
        let around = Around { text, own: own.clone(), tables, columns };
        let is_named = |at: usize, detector: u16| {
            self.meanings[usize::from(detector)].is_some_and(|meaning| around.tells(at, meaning))
        };
        let nearby = tables.segments.is_empty().then(|| self.nearby(text));
        self.candidates(parts, (text, &own), nearby.as_ref(), &in_table, &is_named, scratch);
        let Scratch { glued_colon, candidates, raw, encoded: seen, decoded, .. } = scratch;
        *glued_colon = candidates.take_glued_colon();
        let mut encoded = Vec::new();
        for Range { start, end } in candidates.take_beyond_ascii() {
            seen.look(text, start.max(range.start)..end.max(range.start));
        }
        for at in seen.escapes.drain(..).filter(|at| *at >= range.start) {
            let mut values = |text: &[u8]| self.values(runs, text, in_table(at), decoded.get_or_insert_default());
            encoded::around(text, at, &mut values, &mut encoded);
        }
        let mut values = |text: &[u8]| self.values(runs, text, false, decoded.get_or_insert_default());
        for start in
            base64::starts_before(text, range.start).chain(seen.words.drain(..).filter(|at| *at >= range.start))
        {
            base64::within(text, start, &mut values, &mut encoded);
        }
        self.conclude(text, own, nature.binary, tables, (raw, encoded), out);
    }

    pub(super) fn runs_of(&self, posture: Option<Posture>) -> &Runs {
        &self.runs[posture.map_or(0, |posture| 1 + posture as usize)]
    }

    fn nearby<'t>(&'t self, text: &'t [u8]) -> Nearby<'t> {
        Nearby::new(&self.needs, self.engine, (&self.lexicon, &self.registry), text)
    }

    /// Everything that passes its check and begins in the parts, in order, but for names of people in a column that
    /// `is_named` after them; and what may be encoded. In a text without tables, `nearby` tells of what cannot count.
    fn candidates<'r>(
        &self,
        parts: impl Iterator<Item = (&'r Run, Range<usize>)>,
        (text, own): (&[u8], &Range<usize>),
        nearby: Option<&Nearby>,
        in_table: &impl Fn(usize) -> bool,
        is_named: &impl Fn(usize, u16) -> bool,
        scratch: &mut Scratch,
    ) {
        let Scratch { line_ends, candidates, raw, encoded, .. } = scratch;
        *line_ends = 0;
        raw.clear();
        encoded.clear();
        for (run, part) in parts {
            let mut wanted =
                |anchors, range: Range<usize>| nearby.map_or(anchors, |nearby| run.wanted(nearby, anchors, &range));
            self.find(run.find, (text, part.clone()), candidates, &mut wanted, |anchor, at| {
                encoded.see(text, anchor, at);
                let mut served = &run.served[anchor as usize][..];
                // The name of the column tells all of them at once.
                if anchor == Anchor::Capital && !self.detectors.everywhere {
                    served = if served.iter().all(|one| is_named(at, one.detector)) { &[] } else { served };
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
        let parts = std::iter::once((runs.of(in_table), 0..text.len()));
        self.candidates(parts, (text, &(0..0)), None, &|_| in_table, &|_, _| false, scratch);
        if in_table {
            overlap::resolve(&mut scratch.raw, |detector| self.detectors.get(detector).rank());
            let mut found = std::mem::take(&mut scratch.raw);
            for found in &mut found {
                found.told = self.told_by_words(text, found).filter(|told| is_telling(*told));
            }
            return found;
        }
        let mut out = Vec::new();
        self.finish(text, 0..text.len(), false, &Grid::default(), &mut scratch.raw, &mut out);
        out
    }

    /// What both runs do with values in the text and encoded ones.
    pub(super) fn conclude(
        &self,
        text: &[u8],
        own: Range<usize>,
        binary: bool,
        tables: &Grid,
        (raw, encoded): (&mut Vec<Match>, Vec<Match>),
        out: &mut Vec<Match>,
    ) {
        if encoded.is_empty() {
            return self.finish(text, own, binary, tables, raw, out);
        }
        let mut plain = raw.clone();
        overlap::resolve(&mut plain, |detector| self.detectors.get(detector).rank());
        let begun = out.len();
        self.finish(text, own.clone(), binary, tables, raw, out);
        encoded::join(encoded, &plain, &own, out, begun);
    }

    /// What both runs do with values that passed their checks: settles overlaps, reads the context.
    pub(super) fn finish(
        &self,
        text: &[u8],
        own: Range<usize>,
        binary: bool,
        tables: &Grid,
        raw: &mut Vec<Match>,
        out: &mut Vec<Match>,
    ) {
        let values: Vec<Range<usize>> = raw.iter().map(|found| found.span.clone()).collect();
        overlap::resolve(raw, |detector| self.detectors.get(detector).rank());
        let (mut segment, mut keys) = (0, Keys::default());
        for mut found in raw.drain(..).filter(|m| own.contains(&m.span.start)) {
            match tables.segment_at(found.span.start, &mut segment) {
                Some(rows) => found.told = self.told_in_cell(text, &found, tables, rows),
                None => {
                    self.read_context(text, &mut keys, &mut found);
                    found.key = found.key.filter(|key| !share_bytes(&values, key));
                }
            }
            let short = binary && layout::text_run(text, found.span.clone(), SHORT_RUN) < SHORT_RUN;
            found.evidence = found.evidence.with_if(short, Evidence::ShortRun);
            out.push(found);
        }
    }

    /// Adds what the key, one of the `keys` of the text, and the words around a value say.
    pub(super) fn read_context(&self, text: &[u8], keys: &mut Keys, found: &mut Match) {
        match &self.words[usize::from(found.detector)] {
            Words::Ignored => found.key = layout::key_before(text, found.span.start),
            Words::Count(meaning) => {
                let said = match encoded::surroundings(text, &found.span) {
                    None => {
                        found.key = layout::key_before(text, found.span.start);
                        context::evidence(text, &found.span, found.key.as_ref(), keys, &self.lexicon, *meaning)
                    }
                    Some((decoded, span)) => {
                        let key = layout::key_before(&decoded.text, span.start);
                        found.key = key.as_ref().map(|key| decoded.place(key));
                        let keys = &mut Keys::default();
                        context::evidence(&decoded.text, &span, key.as_ref(), keys, &self.lexicon, *meaning)
                    }
                };
                found.evidence = said.map_or(found.evidence, |said| found.evidence.with(said));
            }
            // Read by `check` already.
            Words::Required(..) | Words::OfColumn => {}
        }
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
                let named = self.named(subject.text, found, *meaning, beginnings);
                if named.is_some() { named } else { subject.refuse(Refusal::Context) }
            }
            Words::OfColumn if !in_table(subject.start) => subject.refuse(Refusal::Context),
            _ => Some(found),
        }
    }

    /// The match with its context, if that names the category.
    pub(super) fn named(
        &self,
        text: &[u8],
        mut found: Match,
        meaning: Meaning,
        beginnings: &Beginnings,
    ) -> Option<Match> {
        found.key = layout::key_before(text, found.span.start);
        if found.key.is_none() && !context::may_name(text, &found.span, beginnings) {
            return None;
        }
        let keys = &mut Keys::default();
        let said = context::evidence(text, &found.span, found.key.as_ref(), keys, &self.lexicon, meaning)?;
        found.evidence = found.evidence.with(said);
        matches!(said, Evidence::KeyName | Evidence::ContextWord).then_some(found)
    }
}

/// Whether evidence is more than that of a number which has passed its check.
pub(super) fn is_telling(evidence: EvidenceSet) -> bool {
    [Evidence::Formatted, Evidence::KeyName, Evidence::ContextWord]
        .into_iter()
        .any(|telling| evidence.contains(telling))
}

/// Whether a range shares bytes with one of these, that are in the order of their starts.
fn share_bytes(values: &[Range<usize>], range: &Range<usize>) -> bool {
    let before = &values[..values.partition_point(|value| value.start < range.end)];
    before.iter().rev().take_while(|value| value.start + LONGEST > range.start).any(|value| value.end > range.start)
}
