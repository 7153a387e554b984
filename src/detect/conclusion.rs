//! What is concluded of values that passed their checks: takes them with what was decoded, settles which of those that share
//! bytes count, reads the context of each.

use std::ops::Range;

use super::cells::Settled;
use super::context::{self, Keys};
use super::encoded;
use super::scanner::Words;
use super::{LONGEST, Match, Scanner, overlap};
use crate::finding::{Evidence, EvidenceSet};
use crate::layout;
use crate::layout::table::Grid;

/// Text shorter than this among binary bytes may be chance.
const SHORT_RUN: usize = 12;

/// What is concluded about.
pub(super) struct Passage<'a> {
    pub text: &'a [u8],
    /// The part of it whose values are given.
    pub own: Range<usize>,
    pub binary: bool,
    pub tables: &'a Grid,
    /// The values of cells that are settled, where there are any.
    pub settled: Option<&'a Settled>,
}

impl<'a> Passage<'a> {
    /// All of a text.
    pub fn whole(text: &'a [u8], binary: bool, tables: &'a Grid) -> Self {
        Self { text, own: 0..text.len(), binary, tables, settled: None }
    }
}

impl Scanner {
    /// What both runs do with values in the text and encoded ones.
    pub(super) fn conclude(
        &self,
        passage: &Passage,
        (raw, mut encoded): (&mut Vec<Match>, Vec<Match>),
        out: &mut Vec<Match>,
    ) {
        let Passage { text, tables, .. } = passage;
        let mut segment = 0;
        encoded.sort_by_key(|found| found.span.start);
        encoded.retain(|found| {
            let rows = tables.segment_at(found.span.start, &mut segment);
            !rows.is_some_and(|rows| tables.divides(text, &found.span, rows))
        });
        if encoded.is_empty() {
            return self.finish(passage, raw, out);
        }
        let mut plain = raw.clone();
        overlap::resolve(&mut plain, |found| self.rank(found));
        plain.extend(passage.settled.into_iter().flat_map(|settled| settled.matches(|_| true)));
        plain.sort_by_key(|found| found.span.start);
        let begun = out.len();
        self.finish(passage, raw, out);
        encoded::join(encoded, &plain, &passage.own, out, begun);
    }

    /// What both runs do with values that passed their checks: settles overlaps, reads the context.
    fn finish(&self, passage: &Passage, raw: &mut Vec<Match>, out: &mut Vec<Match>) {
        let Passage { text, own, binary, tables, settled } = passage;
        let values: Vec<Range<usize>> = raw.iter().map(|found| found.span.clone()).collect();
        overlap::resolve(raw, |found| self.rank(found));
        let (mut segment, mut keys) = (0, Keys::default());
        for mut found in raw.drain(..).filter(|m| own.contains(&m.span.start)) {
            match tables.segment_at(found.span.start, &mut segment) {
                Some(rows) if tables.divides(text, &found.span, rows) => continue,
                Some(rows) => found.told = self.told_in_cell(text, &found, tables, rows),
                None => {
                    self.read_context(text, &mut keys, &mut found);
                    let is_value = |key: &Range<usize>| {
                        share_bytes(&values, key) || settled.is_some_and(|settled| settled.share_bytes(key))
                    };
                    found.key = found.key.filter(|key| !is_value(key));
                }
            }
            let short = *binary && layout::text_run(text, found.span.clone(), SHORT_RUN) < SHORT_RUN;
            found.evidence = found.evidence.with_if(short, Evidence::ShortRun);
            out.push(found);
        }
    }

    /// The values of a text of its own, without tables.
    pub(super) fn finish_text(&self, text: &[u8], raw: &mut Vec<Match>, out: &mut Vec<Match>) {
        self.finish(&Passage::whole(text, false, &Grid::default()), raw, out);
    }

    /// Where a value stands among those that share bytes with it.
    pub(super) fn rank(&self, found: &Match) -> Option<overlap::Rank> {
        let place = self.detectors.get(found.detector).rank()?;
        let needs_word = matches!(self.words[usize::from(found.detector)], Words::Required(..));
        let has_word = [Evidence::KeyName, Evidence::ContextWord].iter().any(|word| found.evidence.contains(*word));
        Some(overlap::Rank { place, of_column: needs_word && !has_word })
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
    let near = before.iter().rev().take_while(|value| value.start + LONGEST > range.start);
    near.into_iter().any(|value| value.end > range.start)
}
