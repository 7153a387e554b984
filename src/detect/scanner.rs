//! The fast path: takes a window of text and the part of it to scan, gives the matches that start in that part. A pure
//! function of the window, so that it does not matter where a text is cut into windows.

use std::ops::Range;
use std::sync::Arc;

use super::check::{Check, Checked, Subject};
use super::finder::{Anchor, Candidates, Engine, Narrow, Wide, Worded};
use super::{Context, Detector, Detectors, LONGEST, Match, Registry, context, overlap};
use crate::finding::{Evidence, EvidenceSet, Posture};
use crate::layout;
use crate::layout::table::{Grid, Segment};
use crate::lexicon::{Beginnings, Lexicon, Meaning};

/// Text shorter than this among binary bytes may be chance.
const SHORT_RUN: usize = 12;

/// What finds matches. Shared by all threads.
pub struct Scanner {
    pub detectors: Arc<Detectors>,
    registry: Registry,
    lexicon: Lexicon,
    engine: Engine,
    /// What each detector makes of words.
    words: Vec<Words>,
    /// What runs where nothing tells what a path is, and in each posture.
    runs: [Run; 1 + Posture::ALL.len()],
}

/// The detectors that run in a text.
struct Run {
    /// Those that each anchor serves, by `Anchor as usize`.
    served: [Vec<(u16, &'static Check)>; Anchor::ALL.len()],
    find: Find,
}

type Find = fn(Engine, &[u8], Range<usize>, &mut Candidates) -> usize;

/// What is known of a text as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nature {
    /// Whether the text stands among binary bytes.
    pub binary: bool,
    /// What its path is, where that is told.
    pub posture: Option<Posture>,
}

/// What a detector makes of the words around a value.
enum Words {
    Ignored,
    Count(Meaning),
    /// With the beginnings of the words that name the category.
    Required(Meaning, Beginnings),
}

/// What a thread reuses from window to window.
#[derive(Default)]
pub struct Scratch {
    candidates: Candidates,
    raw: Vec<Match>,
}

impl Run {
    fn new(detectors: &Detectors, posture: Option<Posture>) -> Self {
        let mut served: [Vec<_>; Anchor::ALL.len()] = Default::default();
        for (index, detector) in (0..).zip(detectors.iter()) {
            if posture.is_some_and(|posture| detector.definition.not_in.contains(&posture)) {
                continue;
            }
            for anchor in detector.anchors {
                served[*anchor as usize].push((index, detector.check));
            }
        }
        let needs = |kind: fn(Anchor) -> bool| {
            Anchor::ALL.iter().any(|anchor| kind(*anchor) && !served[*anchor as usize].is_empty())
        };
        let find: Find = match () {
            () if needs(Anchor::is_wide) => Engine::find::<Wide>,
            () if needs(Anchor::is_worded) => Engine::find::<Worded>,
            () => Engine::find::<Narrow>,
        };
        Self { served, find }
    }
}

impl Scanner {
    pub fn new(detectors: Arc<Detectors>, registry: Registry, lexicon: Lexicon, engine: Engine) -> Self {
        let words = |detector: &Detector| match lexicon.category(&detector.definition.category) {
            Some(meaning) if detector.definition.context == Context::Counts => Words::Count(meaning),
            Some(meaning) if detector.definition.context == Context::Required => {
                Words::Required(meaning, lexicon.beginnings(meaning))
            }
            _ => Words::Ignored,
        };
        let words = detectors.iter().map(words).collect();
        let everywhere = std::iter::once(None).chain(Posture::ALL.map(Some));
        let mut runs = everywhere.map(|posture| Run::new(&detectors, posture));
        let runs = std::array::from_fn(|_| runs.next().unwrap_or_else(|| Run::new(&detectors, None)));
        Self { detectors, registry, lexicon, engine, words, runs }
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
        let Scratch { candidates, raw } = scratch;
        raw.clear();
        let run = &self.runs[nature.posture.map_or(0, |posture| 1 + posture as usize)];
        // A value that shares bytes with one in a table lies in the table.
        let in_table = |at: usize| tables.holds(at.clamp(own.start, own.end - 1));
        // A value may share bytes with one before it, or with its key.
        let mut at = own.start.saturating_sub(LONGEST + layout::KEY_REACH);
        let end = (own.end + LONGEST).min(text.len());
        while at < end {
            candidates.clear();
            at = (run.find)(self.engine, text, at..end, candidates);
            for (anchor, at) in candidates.iter() {
                self.look_closer(text, &run.served[anchor as usize], at, &in_table, raw);
            }
        }
        self.finish(text, own, nature.binary, tables, raw, out);
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
        overlap::resolve(raw, |detector| self.detectors.get(detector).check.rank);
        let mut segment = 0;
        for mut found in raw.drain(..).filter(|m| own.contains(&m.span.start)) {
            match tables.segment_at(found.span.start, &mut segment) {
                Some(rows) => found.told = self.told_in_cell(text, &found, tables, rows),
                None => {
                    self.read_context(text, &mut found);
                    found.key = found.key.filter(|key| !share_bytes(&values, key));
                }
            }
            let short = binary && layout::text_run(text, found.span.clone(), SHORT_RUN) < SHORT_RUN;
            found.evidence = found.evidence.with_if(short, Evidence::ShortRun);
            out.push(found);
        }
    }

    /// Adds what the key and the words around a value say.
    fn read_context(&self, text: &[u8], found: &mut Match) {
        match &self.words[usize::from(found.detector)] {
            Words::Ignored => found.key = layout::key_before(text, found.span.start),
            Words::Count(meaning) => {
                found.key = layout::key_before(text, found.span.start);
                let said = context::evidence(text, &found.span, found.key.as_ref(), &self.lexicon, *meaning);
                found.evidence = said.map_or(found.evidence, |said| found.evidence.with(said));
            }
            // Read by `check` already.
            Words::Required(..) => {}
        }
    }

    /// What tells of a value in a table without its column: words in its cell, if there are any, and how it is written.
    fn told_in_cell(&self, text: &[u8], found: &Match, tables: &Grid, rows: &Segment) -> Option<EvidenceSet> {
        if tables.fills_cell(text, &found.span, rows) {
            return Some(found.evidence).filter(|evidence| evidence.contains(Evidence::Formatted));
        }
        if let Words::Required(meaning, beginnings) = &self.words[usize::from(found.detector)] {
            return self.named(text, found.clone(), *meaning, beginnings).map(|named| named.evidence);
        }
        let mut told = found.clone();
        self.read_context(text, &mut told);
        Some(told.evidence)
    }

    #[inline]
    fn look_closer(
        &self,
        text: &[u8],
        served: &[(u16, &'static Check)],
        at: usize,
        in_table: &impl Fn(usize) -> bool,
        raw: &mut Vec<Match>,
    ) {
        for (index, check) in served {
            let start = check.start(text, at, &self.registry);
            let found = start.and_then(|start| self.check(text, start, *index, in_table));
            if let Some(found) = found {
                overlap::insert(raw, found);
            }
        }
    }

    /// The value of a detector that begins at `start`, if there is one.
    pub(super) fn check(
        &self,
        text: &[u8],
        start: usize,
        detector: u16,
        in_table: &impl Fn(usize) -> bool,
    ) -> Option<Match> {
        let check = self.detectors.get(detector).check.run;
        let Checked { end, evidence, age, impersonal } = check(&Subject { text, start, registry: &self.registry })?;
        let found = Match { detector, span: start..end, evidence, age, impersonal, key: None, told: None };
        match &self.words[usize::from(detector)] {
            Words::Required(meaning, beginnings) if !in_table(start) => self.named(text, found, *meaning, beginnings),
            _ => Some(found),
        }
    }

    /// The match with its context, if that names the category.
    fn named(&self, text: &[u8], mut found: Match, meaning: Meaning, beginnings: &Beginnings) -> Option<Match> {
        found.key = layout::key_before(text, found.span.start);
        if found.key.is_none() && !context::may_name(text, &found.span, beginnings) {
            return None;
        }
        let said = context::evidence(text, &found.span, found.key.as_ref(), &self.lexicon, meaning)?;
        found.evidence = found.evidence.with(said);
        matches!(said, Evidence::KeyName | Evidence::ContextWord).then_some(found)
    }
}

/// Whether a range shares bytes with one of these, that are in the order of their starts.
fn share_bytes(values: &[Range<usize>], range: &Range<usize>) -> bool {
    let before = &values[..values.partition_point(|value| value.start < range.end)];
    before.iter().rev().take_while(|value| value.start + LONGEST > range.start).any(|value| value.end > range.start)
}
