//! Explaining hits: takes a candidate, gives what a scan makes of it by itself, or that its column decides.

use std::ops::Range;
use std::sync::Arc;

use super::Explained;
use super::columns::Told;
use crate::detect::Match;
use crate::detect::explain::{self, Candidate};
use crate::finding::explanation::{self, Fate, Unreported};
use crate::finding::{Confidence, EvidenceSet, Facts, Field, Finding, MaskRule, Place, Redacted, Refusal};
use crate::layout::PathMemory;
use crate::pipeline::excerpt::Excerpt;
use crate::pipeline::sweep;
use crate::suppress::{Quiet, Subject, Tally};

/// A candidate without what it adds up to.
pub(super) struct Seen {
    pub category: Arc<str>,
    /// Where it begins in the excerpt.
    pub start: usize,
    pub place: Place,
    /// Why it is in no report though it is a value, or why it is no value.
    pub outcome: Result<Option<Unreported>, Refusal>,
}

impl Explained<'_> {
    pub(super) fn candidate(&self, candidate: &Candidate, told: &Told) -> explanation::Candidate {
        let detector = self.scan.scanner.detectors.get(candidate.detector);
        let place = self.place(candidate.span.clone(), detector.mask);
        let fate = match &candidate.fate {
            explain::Fate::Refused(reason) => Fate::Refused { reason: *reason },
            explain::Fate::Kept(found) => self.value(found, None, place, told),
            explain::Fate::Lost(found, winner) => self.value(found, Some(*winner), place, told),
        };
        let definition = &detector.definition;
        explanation::Candidate { category: definition.category.clone(), detector: definition.id.clone(), place, fate }
    }

    /// The place of a part of the excerpt, which may begin on another line than the spot.
    pub(super) fn place(&self, part: Range<usize>, mask: MaskRule) -> Place {
        let Excerpt { text, base, spot, line_start, .. } = &self.read.excerpt;
        let lines = |range: Range<usize>| memchr::memchr_iter(b'\n', &text[range]).count() as u64;
        let line = match part.start < spot.start {
            true => self.spot.line - lines(part.start..spot.start),
            false => self.spot.line + lines(spot.start..part.start),
        };
        let earlier = memchr::memrchr(b'\n', &text[..part.start]).map_or(*base, |at| base + at as u64 + 1);
        let line_start = if line == self.spot.line { *line_start } else { earlier };
        Place::new(base + part.start as u64, line, line_start, Redacted::new(&text[part], mask))
    }

    /// What stands in a part of the excerpt, with the first reason why a scan does not report it.
    pub(super) fn seen(&self, part: &Range<usize>) -> Vec<Seen> {
        let outcome = |fate: &explain::Fate| match fate {
            explain::Fate::Refused(reason) => Err(*reason),
            explain::Fate::Kept(found) => Ok(self.unreported(found, None, self.confidence(found))),
            explain::Fate::Lost(found, winner) => Ok(self.unreported(found, Some(*winner), self.confidence(found))),
        };
        let seen = |candidate: explain::Candidate| {
            let detector = self.scan.scanner.detectors.get(candidate.detector);
            Seen {
                category: detector.definition.category.clone(),
                start: candidate.span.start,
                place: self.place(candidate.span, detector.mask),
                outcome: outcome(&candidate.fate),
            }
        };
        self.candidates(part).into_iter().map(seen).collect()
    }

    /// That of a value by itself; none in a table, where its column tells.
    fn confidence(&self, found: &Match) -> Option<Confidence> {
        let in_rows = self.read.grid.holds(found.span.start);
        (!in_rows).then(|| self.scan.weights.score(found.detector, found.evidence).1)
    }

    fn value(&self, found: &Match, winner: Option<u16>, place: Place, told: &Told) -> Fate {
        if let Some(field) = told.field_at(found.span.start) {
            let field = field.clone();
            return match self.unreported(found, winner, None) {
                Some(reason) => Fate::Uncounted { field, reason },
                None => Fate::Counted { field },
            };
        }
        let weights = &self.scan.weights;
        let evidence = weights.weighing(found.detector, found.evidence);
        let (score, confidence) = weights.score(found.detector, evidence);
        let finding = self.finding(found, evidence, (score, confidence), place);
        let weighed = self.weighed(weights, found.detector, finding, None);
        match self.unreported(found, winner, Some(confidence)) {
            Some(reason) => Fate::Unreported { reason, weighed },
            None => Fate::Reported(weighed),
        }
    }

    /// The finding that this hit alone makes.
    fn finding(
        &self,
        found: &Match,
        evidence: EvidenceSet,
        (score, confidence): (u8, Confidence),
        place: Place,
    ) -> Finding {
        let definition = &self.scan.scanner.detectors.get(found.detector).definition;
        let key = sweep::key(&self.read.excerpt.text, self.read.excerpt.base, found, &mut PathMemory::default());
        Finding {
            path: self.target.origin.clone(),
            category: definition.category.clone(),
            detector: definition.id.clone(),
            confidence,
            score,
            field: key.map(|key| Field::Key { key: key.into_owned() }),
            hits: 1,
            rows: None,
            share: None,
            places: vec![place],
            evidence,
            verdicts: Vec::new(),
            stood: None,
            facts: Facts {
                ages: found.age.map(|age| (age, 1)).into_iter().collect(),
                impersonal: found.impersonal.into(),
                made_up: u64::from(!found.impersonal && evidence.is_made_up()),
            },
        }
    }

    /// The first reason why a scan does not report the value, or in a table does not count it.
    fn unreported(&self, found: &Match, winner: Option<u16>, confidence: Option<Confidence>) -> Option<Unreported> {
        let least = self.scan.plan.min_confidence;
        let id = |detector| Arc::clone(&self.scan.scanner.detectors.get(detector).definition.id);
        if self.scan.off[usize::from(found.detector)] {
            return Some(Unreported::SwitchedOff);
        }
        let left_out = || self.left_out(found.detector, self.read.grid.holds(found.span.start));
        if let Some(reason) = self.off.then(left_out).flatten() {
            return Some(reason);
        }
        if let Some(winner) = winner {
            return Some(Unreported::Overlap { detector: id(winner) });
        }
        if confidence.is_some_and(|confidence| confidence < least) {
            return Some(Unreported::Confidence { least });
        }
        self.quiet(found)
    }

    fn quiet(&self, found: &Match) -> Option<Unreported> {
        let excerpt = &self.read.excerpt;
        let exceptions = &self.scan.plan.exceptions;
        let mut quiet = Quiet::resume(exceptions, self.target, None, Tally::default());
        let whole = 0..excerpt.text.len();
        if !self.read.binary {
            quiet.look(&excerpt.text, &whole, true, excerpt.base, 0);
        }
        let definition = &self.scan.scanner.detectors.get(found.detector).definition;
        let subject = Subject {
            text: &excerpt.text,
            span: found.span.clone(),
            base: excerpt.base,
            detector: &definition.id,
            category: &definition.category,
        };
        if quiet.covers(&subject, true) {
            return Some(Unreported::Allowed);
        }
        // How many equal values stand before it decides of the baseline.
        let is_known = self.used.has_known(excerpt.base + found.span.start as u64, &definition.id);
        is_known.then_some(Unreported::Known)
    }
}
