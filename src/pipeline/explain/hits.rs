//! Explaining hits: takes a candidate, gives what a scan makes of it by itself, or that its column decides.

use std::sync::Arc;

use super::Explained;
use super::columns::Told;
use crate::decode::to_utf8;
use crate::detect::Match;
use crate::detect::explain::{self, Candidate};
use crate::finding::explanation::{self, Fate, Unreported};
use crate::finding::{Confidence, EvidenceSet, Facts, Field, Finding, Place, Redacted, name};
use crate::suppress::{Quiet, Subject, Tally};

impl Explained<'_> {
    pub(super) fn candidate(&self, candidate: &Candidate, told: &Told) -> explanation::Candidate {
        let found = &self.read.excerpt;
        let detector = self.scan.scanner.detectors.get(candidate.detector);
        let offset = found.base + candidate.span.start as u64;
        let before = &found.text[..candidate.span.start];
        // A value may begin on a line before that of the spot.
        let line_start = memchr::memrchr(b'\n', before).map_or(found.base, |at| found.base + at as u64 + 1);
        let earlier = &found.text[candidate.span.start.min(found.spot.start)..found.spot.start];
        let lines_back = memchr::memchr_iter(b'\n', earlier).count() as u64;
        let line_start = if lines_back == 0 { found.line_start } else { line_start };
        let value = Redacted::new(&found.text[candidate.span.clone()], detector.mask);
        let place = Place::new(offset, self.spot.line - lines_back, line_start, value);
        let fate = match &candidate.fate {
            explain::Fate::Refused(reason) => Fate::Refused { reason: *reason },
            explain::Fate::Kept(found) => self.value(found, None, place, told),
            explain::Fate::Lost(found, winner) => self.value(found, Some(*winner), place, told),
        };
        let definition = &detector.definition;
        explanation::Candidate { category: definition.category.clone(), detector: definition.id.clone(), place, fate }
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
        let weighed = self.weighed(weights, found.detector, finding);
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
        let key = found.key.clone().map(|key| to_utf8(&self.read.excerpt.text[key]).into_owned());
        Finding {
            path: self.spot.target.origin.clone(),
            category: definition.category.clone(),
            detector: definition.id.clone(),
            confidence,
            score,
            field: key.filter(|key| name::is_name(key)).map(|key| Field::Key { key }),
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
        if self.off {
            return Some(Unreported::OffByDefault);
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
        let known = exceptions.known(&self.spot.target);
        let mut quiet = Quiet::resume(exceptions, &self.spot.target, known, Tally::default());
        let whole = 0..excerpt.text.len();
        if !self.read.binary {
            quiet.look(&excerpt.text, &whole, excerpt.base, 0);
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
        quiet.knows(&subject).then_some(Unreported::Known)
    }
}
