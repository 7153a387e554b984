//! The fast path: takes a window of text and the part of it to scan, gives the matches that start in that part. A pure
//! function of the window, so that it does not matter where a text is cut into windows.

use std::ops::Range;
use std::sync::Arc;

use super::check::{Checked, Subject, start_of_local, start_of_number};
use super::finder::{Anchor, Engine};
use super::{Detectors, LONGEST, Match, Registry, context, overlap};
use crate::finding::Evidence;
use crate::layout;
use crate::lexicon::{Lexicon, Meaning};

/// Text shorter than this among binary bytes may be chance.
const SHORT_RUN: usize = 12;

/// What finds matches. Shared by all threads.
pub struct Scanner {
    pub detectors: Arc<Detectors>,
    registry: Registry,
    lexicon: Lexicon,
    engine: Engine,
    /// The meaning of each detector's category.
    meanings: Vec<Option<Meaning>>,
    /// The detectors that each anchor serves, by `Anchor as usize`.
    served: [Vec<u16>; 6],
}

/// What a thread reuses from window to window.
#[derive(Default)]
pub struct Scratch {
    raw: Vec<Match>,
}

impl Scanner {
    pub fn new(detectors: Arc<Detectors>, registry: Registry, lexicon: Lexicon, engine: Engine) -> Self {
        let meanings = detectors.iter().map(|d| lexicon.category(&d.definition.category)).collect();
        let mut served: [Vec<u16>; 6] = Default::default();
        for (index, detector) in (0..).zip(detectors.iter()) {
            for anchor in detector.anchors {
                served[*anchor as usize].push(index);
            }
        }
        Self { detectors, registry, lexicon, engine, meanings, served }
    }

    /// Pushes the matches that start in `own`, by their start. The window shows [`MARGIN`](super::MARGIN) bytes on both
    /// sides of `own`, or all there are. `binary` tells that the text stands among binary bytes.
    pub fn scan(&self, text: &[u8], own: Range<usize>, binary: bool, scratch: &mut Scratch, out: &mut Vec<Match>) {
        let raw = &mut scratch.raw;
        raw.clear();
        let range = own.start.saturating_sub(LONGEST)..(own.end + LONGEST).min(text.len());
        self.engine.find(text, range, |anchor, at| self.look_closer(text, anchor, at, raw));
        self.finish(text, own, binary, raw, out);
    }

    /// What both runs do with values that passed their checks: settles overlaps, reads the context.
    pub(super) fn finish(
        &self,
        text: &[u8],
        own: Range<usize>,
        binary: bool,
        raw: &mut Vec<Match>,
        out: &mut Vec<Match>,
    ) {
        overlap::resolve(raw, |detector| self.detectors.get(detector).check.rank);
        for mut found in raw.drain(..).filter(|m| own.contains(&m.span.start)) {
            found.key = layout::key_before(text, found.span.start);
            if let Some(meaning) = self.meanings[usize::from(found.detector)] {
                let said = context::evidence(text, &found.span, found.key.as_ref(), &self.lexicon, meaning);
                found.evidence = said.map_or(found.evidence, |said| found.evidence.with(said));
            }
            let short = binary && layout::text_run(text, found.span.clone(), SHORT_RUN) < SHORT_RUN;
            found.evidence = found.evidence.with_if(short, Evidence::ShortRun);
            out.push(found);
        }
    }

    #[inline]
    fn look_closer(&self, text: &[u8], anchor: Anchor, at: usize, raw: &mut Vec<Match>) {
        let start = match anchor {
            Anchor::Phone => start_of_number(text, at),
            Anchor::At => match start_of_local(text, at) {
                Some(start) => start,
                None => return,
            },
            _ => at,
        };
        for index in &self.served[anchor as usize] {
            if let Some(found) = self.check(text, start, *index) {
                overlap::insert(raw, found);
            }
        }
    }

    pub(super) fn check(&self, text: &[u8], start: usize, detector: u16) -> Option<Match> {
        let check = self.detectors.get(detector).check.run;
        let Checked { end, evidence, age, impersonal } = check(&Subject { text, start, registry: &self.registry })?;
        Some(Match { detector, span: start..end, evidence, age, impersonal, key: None })
    }
}
