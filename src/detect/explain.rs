//! Explaining: takes a window and a part of it, gives every candidate there with what became of it, also of those that a
//! scan says nothing of.

use std::collections::BTreeSet;
use std::ops::Range;

use super::context::Keys;
use super::finder::{Anchor, Candidates, Engine, Widest};
use super::runs::Runs;
use super::{Context, LONGEST, Match, Nature, Scanner, Scratch, overlap};
use crate::finding::{Posture, Refusal};
use crate::layout::table::Grid;

/// Bytes on both sides of a spot in which candidates may begin that share bytes with it, or with one that does.
pub const REACH: usize = 2 * LONGEST;

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

/// What candidates at a spot are found in.
pub fn reach(text: &[u8], spot: &Range<usize>) -> Range<usize> {
    spot.start.saturating_sub(REACH)..(spot.end + REACH).min(text.len())
}

impl Candidate {
    fn shares_bytes(&self, other: &Range<usize>) -> bool {
        self.span.start < other.end && other.start < self.span.end
    }
}

/// All candidates that share bytes with `spot`, by where they start. The window shows
/// twice [`LONGEST`] and [`MARGIN`](super::MARGIN) bytes on both sides of it, or all there are. `tables` are those in
/// [`reach`] of the spot.
pub fn explain(scanner: &Scanner, text: &[u8], tables: &Grid, spot: &Range<usize>, nature: Nature) -> Vec<Candidate> {
    let reach = reach(text, spot);
    let in_table = |at: usize| tables.holds(at);
    let (mut passed, mut refused) = (Vec::new(), Vec::new());
    for (detector, start) in scanner.starts(text, reach.clone(), nature.posture) {
        match scanner.check_or_refusal(text, start, detector, &in_table) {
            Ok(found) => overlap::insert(&mut passed, found),
            Err(why) => refused.extend(written(scanner, text, start, detector, why)),
        }
    }
    refused.extend(glued(scanner, text, &reach));
    passed.dedup();
    let mut kept = Vec::new();
    scanner.scan_tables(text, reach.clone(), nature, tables, &mut Scratch::default(), &mut kept);
    let lost = passed.into_iter().filter_map(|mut found| {
        let winner = winner(scanner, &found, &kept)?;
        if !in_table(found.span.start) {
            scanner.read_context(text, &mut Keys::default(), &mut found);
        }
        Some(Candidate { detector: found.detector, span: found.span.clone(), fate: Fate::Lost(found, winner) })
    });
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

impl Scanner {
    /// Where a value of a detector may begin: all positions at which the finder sees one.
    fn starts(&self, text: &[u8], range: Range<usize>, posture: Option<Posture>) -> BTreeSet<(u16, usize)> {
        let mut starts = BTreeSet::new();
        if let Some(automaton) = &self.detectors.automaton {
            automaton.find(text, range.clone(), |start, detector| {
                starts.insert((detector, start));
            });
        }
        let Runs { text: all, rows, .. } = self.runs_of(posture);
        let every = &mut |anchors, _| anchors;
        self.find(Engine::find::<Widest>, (text, range), &mut Candidates::default(), every, |anchor, at| {
            // Most runs of 12 digits are passed over for what stands where a month does; here they are to be told of.
            let passed_over = (anchor == Anchor::AnyDigits12).then_some(Anchor::Digits12);
            for anchor in std::iter::once(anchor).chain(passed_over) {
                let seen = all.served[anchor as usize].iter().chain(&rows.served[anchor as usize]);
                starts.extend(seen.filter_map(|one| Some((one.detector, one.check.start(text, at, &self.registry)?))));
            }
        });
        starts
    }
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
            let refusal = scanner.check_or_refusal(text, found.start(), index, &|_| false).err();
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

/// The detector whose value a value gives way to.
fn winner(scanner: &Scanner, found: &Match, kept: &[Match]) -> Option<u16> {
    let shares = |m: &&Match| m.span.start < found.span.end && found.span.start < m.span.end;
    if kept.iter().filter(shares).any(|m| m.detector == found.detector) {
        return None;
    }
    let rank = |m: &&Match| scanner.rank(m).map_or((true, u8::MAX), |rank| (rank.of_column, rank.place));
    Some(kept.iter().filter(shares).min_by_key(rank)?.detector)
}
