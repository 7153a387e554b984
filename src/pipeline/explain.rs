//! Explaining one place: takes a plan and a [`Spot`], gives what a scan by this plan makes of every candidate there.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use jiff::civil::Date;

use super::ends::Ends;
use super::excerpt::{Excerpt, Missing, excerpt};
use super::scan::{modified, phrase};
use super::{Plan, Progress, Shared};
use crate::decode::{Decoder, to_utf8};
use crate::detect::explain::{self, Candidate};
use crate::detect::{LONGEST, MARGIN, Match};
use crate::error::{Error, Result};
use crate::finding::explanation::{self, Explanation, Fate, Unreported, Weighed, Weight};
use crate::finding::{Confidence, EvidenceSet, Facts, Field, Finding, Place, Redacted, name};
use crate::input::{Store, Target};
use crate::policy::Traces;
use crate::suppress::{Quiet, Subject};

/// A place in the text of a target, as reports count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub target: Target,
    /// From 1.
    pub line: u64,
    /// From 1, in bytes of the decoded text; none for the whole line.
    pub column: Option<u64>,
}

/// Explains what stands at a place. What the baseline knows is told by the value alone: a scan lets it know only as many
/// equal ones as it has.
///
/// # Errors
/// What cannot be read; a line or column that is not there.
pub fn explain(plan: &Plan, spot: &Spot) -> Result<Explanation> {
    let progress = Progress::default();
    // Each detector among those that it runs with: words and overlaps depend on the others.
    let ready = |all| Shared::ready(plan, &progress, plan.all_detectors || all);
    let scans = [(false, ready(false)?), (true, ready(true)?)];
    let read = read(plan, spot, scans[0].1.bench.wants_dates())?;
    let found = &read.excerpt;
    let mut candidates = Vec::new();
    for (all, scan) in &scans {
        let seen = explain::explain(&scan.scanner, &found.text, &found.spot, read.binary);
        let default = |c: &Candidate| plan.all_detectors || scan.scanner.detectors.get(c.detector).definition.default;
        let wanted = seen.iter().filter(|candidate| default(candidate) != *all);
        let explained = Explained { scan, read: &read, found, spot, off: *all };
        candidates.extend(wanted.map(|candidate| explained.candidate(candidate)));
    }
    candidates.sort_by_key(|c| (c.place.offset(), matches!(c.fate, Fate::Refused { .. })));
    let cut = found.cut.then_some(found.spot.len() as u64);
    Ok(Explanation { path: spot.target.origin.clone(), line: spot.line, column: spot.column, cut, candidates })
}

/// What was read of the target.
struct Seen {
    /// The text around the spot.
    excerpt: Excerpt,
    /// Whether it stands among binary bytes.
    binary: bool,
    /// The ends of the whole text, where they are wanted.
    ends: Ends,
    modified: Option<Date>,
}

fn read(plan: &Plan, spot: &Spot, dated: bool) -> Result<Seen> {
    let place = spot.target.origin.to_string();
    let failed = |error: &io::Error| Error::new(phrase(error)).at(&place);
    let (stored, modified): (Box<dyn Read>, _) = match &spot.target.store {
        Store::Stdin => (Box::new(io::stdin().lock()), None),
        Store::File(path) => {
            let file = File::open(path).map_err(|error| failed(&error))?;
            let modified = file.metadata().ok().as_ref().and_then(modified);
            (Box::new(file), modified)
        }
        Store::Blob(_) => return Err(Error::new("what git stores is explained from a file").at(place)),
    };
    let decoder = Decoder::new(stored, plan.limits.layers).map_err(|error| failed(&error))?;
    let binary = decoder.is_binary();
    let around = 2 * LONGEST + MARGIN;
    let mut text = Watched { text: decoder, ends: Ends::default() };
    let excerpt = excerpt(&mut text, spot.line, spot.column, around).map_err(|missing| match missing {
        Missing::Line(lines) => Error::new(format!("there is no line {}: the text has {lines}", spot.line)).at(&place),
        Missing::Column(bytes) => {
            let message = format!("there is no column {}: the line has {bytes} bytes", spot.column.unwrap_or(0));
            Error::new(message).at(format!("{place}:{}", spot.line))
        }
        Missing::Read(error) => failed(&error),
    })?;
    // A text that cannot be read to its end is dated by its beginning, as in a scan.
    if dated && io::copy(&mut text, &mut io::sink()).is_ok() {
        text.ends.close();
    }
    Ok(Seen { excerpt, binary, ends: text.ends, modified })
}

/// A text whose ends are kept while it is read.
struct Watched<R> {
    text: R,
    ends: Ends,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.text.read(buffer)?;
        self.ends.add(&buffer[..n]);
        Ok(n)
    }
}

/// What candidates are explained by.
struct Explained<'a> {
    scan: &'a Shared<'a>,
    read: &'a Seen,
    found: &'a Excerpt,
    spot: &'a Spot,
    /// Whether these are the detectors that do not run without being told to.
    off: bool,
}

impl Explained<'_> {
    fn candidate(&self, candidate: &Candidate) -> explanation::Candidate {
        let detector = self.scan.scanner.detectors.get(candidate.detector);
        let offset = self.found.base + candidate.span.start as u64;
        let before = &self.found.text[..candidate.span.start];
        // A value may begin on a line before that of the spot.
        let line_start = memchr::memrchr(b'\n', before).map_or(self.found.base, |at| self.found.base + at as u64 + 1);
        let earlier = &self.found.text[candidate.span.start.min(self.found.spot.start)..self.found.spot.start];
        let lines_back = memchr::memchr_iter(b'\n', earlier).count() as u64;
        let line_start = if lines_back == 0 { self.found.line_start } else { line_start };
        let value = Redacted::new(&self.found.text[candidate.span.clone()], detector.mask);
        let place = Place::new(offset, self.spot.line - lines_back, line_start, value);
        let fate = match &candidate.fate {
            explain::Fate::Refused(reason) => Fate::Refused { reason: *reason },
            explain::Fate::Kept(found) => self.weighed(found, None, place),
            explain::Fate::Lost(found, winner) => self.weighed(found, Some(*winner), place),
        };
        let definition = &detector.definition;
        explanation::Candidate { category: definition.category.clone(), detector: definition.id.clone(), place, fate }
    }

    fn weighed(&self, found: &Match, winner: Option<u16>, place: Place) -> Fate {
        let weights = &self.scan.weights;
        let (detector, evidence) = (found.detector, weights.weighing(found.detector, found.evidence));
        let (score, confidence) = weights.score(detector, evidence);
        let key = found.key.clone().map(|key| to_utf8(&self.found.text[key]).into_owned());
        let field = key.filter(|key| name::is_name(key)).map(|key| Field::Key { key });
        let weighed = Weighed {
            pattern: weights.pattern(detector),
            evidence: evidence.iter().map(|e| Weight { evidence: e, weight: weights.weight(detector, e) }).collect(),
            sum: weights.sum(detector, evidence),
            score,
            confidence,
            impersonal: found.impersonal,
            verdicts: self.finding(found, evidence, (score, confidence), field.clone(), place).verdicts,
            field,
        };
        match self.unreported(found, winner, confidence) {
            Some(reason) => Fate::Unreported { reason, weighed },
            None => Fate::Reported(weighed),
        }
    }

    /// The finding that this hit alone makes, judged.
    fn finding(
        &self,
        found: &Match,
        evidence: EvidenceSet,
        (score, confidence): (u8, Confidence),
        field: Option<Field>,
        place: Place,
    ) -> Finding {
        let definition = &self.scan.scanner.detectors.get(found.detector).definition;
        let target = &self.spot.target;
        let mut finding = Finding {
            path: target.origin.clone(),
            category: definition.category.clone(),
            detector: definition.id.clone(),
            confidence,
            score,
            field,
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
        };
        let path = target.paths().first().unwrap_or(&target.origin).as_str();
        let Seen { ends, modified, .. } = self.read;
        let traces = Traces { path, head: ends.head(), tail: ends.tail(), modified: *modified };
        self.scan.bench.judge(target, std::slice::from_mut(&mut finding), &traces);
        finding
    }

    /// The first reason why a scan does not report the value.
    fn unreported(&self, found: &Match, winner: Option<u16>, confidence: Confidence) -> Option<Unreported> {
        let plan = self.scan.plan;
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
        if confidence < plan.min_confidence {
            return Some(Unreported::Confidence { least: plan.min_confidence });
        }
        self.quiet(found)
    }

    fn quiet(&self, found: &Match) -> Option<Unreported> {
        let mut quiet = Quiet::new(&self.scan.plan.exceptions, &self.spot.target);
        let whole = 0..self.found.text.len();
        if !self.read.binary {
            quiet.look(&self.found.text, &whole, self.found.base, 0);
        }
        let definition = &self.scan.scanner.detectors.get(found.detector).definition;
        let subject = Subject {
            text: &self.found.text,
            span: found.span.clone(),
            base: self.found.base,
            detector: found.detector,
            detector_id: &definition.id,
            category: &definition.category,
        };
        if quiet.covers(&subject, true) {
            return Some(Unreported::Allowed);
        }
        quiet.knows(&subject).then_some(Unreported::Known)
    }
}
