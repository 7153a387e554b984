//! Explaining: takes a window and a part of it, gives every candidate there with what became of it, also of those that a
//! scan says nothing of.

use std::ops::Range;

use super::finder::Anchor;
use super::{Context, LONGEST, Match, Scanner, Scratch, overlap};
use crate::finding::Refusal;

/// Something that may be a value of a detector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Index in [`Detectors`](super::Detectors).
    pub detector: u16,
    /// Where it stands in the window.
    pub span: Range<usize>,
    pub fate: Fate,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A value.
    Kept(Match),
    /// It would be a value, but another detector's stands there; its index.
    Lost(Match, u16),
    Refused(Refusal),
}

impl Candidate {
    fn shares_bytes(&self, other: &Range<usize>) -> bool {
        self.span.start < other.end && other.start < self.span.end
    }
}

/// All candidates that share bytes with `spot`, by where they start. The window shows
/// twice [`LONGEST`] and [`MARGIN`](super::MARGIN) bytes on both sides of it, or all there are.
pub fn explain(scanner: &Scanner, text: &[u8], spot: &Range<usize>, binary: bool) -> Vec<Candidate> {
    let reach = spot.start.saturating_sub(2 * LONGEST)..(spot.end + 2 * LONGEST).min(text.len());
    let (mut passed, mut refused) = (Vec::new(), Vec::new());
    for (detector, start) in scanner.starts(text, reach.clone()) {
        match scanner.check_or_refusal(text, start, detector) {
            Ok(found) => overlap::insert(&mut passed, found),
            Err(why) => refused.extend(written(scanner, text, start, detector, why)),
        }
    }
    refused.extend(glued(scanner, text, &reach));
    passed.dedup();
    let mut kept = Vec::new();
    scanner.scan(text, reach.clone(), binary, &mut Scratch::default(), &mut kept);
    let lost = passed.into_iter().filter_map(|found| lost(scanner, text, binary, found, &kept));
    let mut candidates: Vec<_> = lost.collect();
    candidates.extend(kept.into_iter().map(|found| Candidate {
        detector: found.detector,
        span: found.span.clone(),
        fate: Fate::Kept(found),
    }));
    for candidate in refused {
        // One number is seen from several of its digits: the first, and above all the right one, tells.
        let told = |other: &Candidate| other.detector == candidate.detector && other.shares_bytes(&candidate.span);
        if !candidates.iter().any(told) {
            candidates.push(candidate);
        }
    }
    candidates.retain(|candidate| candidate.shares_bytes(spot));
    candidates.sort_by_key(|candidate| {
        let refused = matches!(candidate.fate, Fate::Refused(_));
        (candidate.span.start, refused, candidate.detector)
    });
    candidates
}

/// A refused candidate, if it is written as the pattern says. Where a pattern takes whatever a key stands before, being
/// refused for its form tells nothing.
fn written(scanner: &Scanner, text: &[u8], start: usize, detector: u16, why: Refusal) -> Option<Candidate> {
    let definition = scanner.detectors.get(detector);
    if why == Refusal::Form && definition.anchors.contains(&Anchor::Key) {
        return None;
    }
    let end = definition.match_end(text, start)?;
    Some(Candidate { detector, span: start..end, fate: Fate::Refused(why) })
}

/// What would be a value by itself, but is a part of something longer, so that the finder does not even name it.
fn glued(scanner: &Scanner, text: &[u8], reach: &Range<usize>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    // Of numbers that only a word makes what they are, any longer one is full.
    let telling = (0..).zip(scanner.detectors.iter()).filter(|(_, d)| d.definition.context != Context::Required);
    for (index, detector) in telling {
        let mut at = reach.start;
        while let Some(found) = detector.regex().find_at(text, at).filter(|found| found.start() < reach.end) {
            let refusal = scanner.check_or_refusal(text, found.start(), index).err();
            let alone = [b" ", found.as_bytes(), b" "].concat();
            if refusal == Some(Refusal::Boundary) && scanner.passes(&alone, 1, index) {
                candidates.push(Candidate {
                    detector: index,
                    span: found.range(),
                    fate: Fate::Refused(Refusal::Boundary),
                });
            }
            at = found.start() + 1;
        }
    }
    candidates
}

/// A value that gives way to that of another detector.
fn lost(scanner: &Scanner, text: &[u8], binary: bool, mut found: Match, kept: &[Match]) -> Option<Candidate> {
    let (detector, span) = (found.detector, found.span.clone());
    let shares = |m: &&Match| m.span.start < span.end && span.start < m.span.end;
    if kept.iter().filter(shares).any(|m| m.detector == detector) {
        return None;
    }
    let rank = |m: &&Match| scanner.detectors.get(m.detector).rank().unwrap_or(u8::MAX);
    let winner = kept.iter().filter(shares).min_by_key(rank)?.detector;
    scanner.read_context(text, binary, &mut found);
    Some(Candidate { detector, span, fate: Fate::Lost(found, winner) })
}
