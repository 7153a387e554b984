//! Explaining one place: takes a plan and a [`Spot`], gives what a scan by this plan makes of every candidate there, and of
//! the columns that it lies in.

use std::ops::Range;

use jiff::civil::Date;

use super::survey::Record;
use super::{Plan, Progress, Shared};
use crate::classify::{Partial, Weights};
use crate::detect::{Nature, explain};
use crate::error::Result;
use crate::finding::explanation::{Explanation, Fate, Unreported, Weighed, Weight};
use crate::finding::{Days, Finding, Posture};
use crate::input::Target;
use crate::policy::Traces;
use crate::suppress::{Quiet, Tally};

mod columns;
mod hits;
mod marks;
mod open;
mod passage;

use columns::{Cells, Told};
use open::{Opened, open};
use passage::Passage;

/// A place in the text of a target, as reports count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub target: Target,
    /// The member that the text is, where the target is a container, as reports name it: `dumps.tar.gz!users.sql`.
    pub member: Option<String>,
    /// From 1.
    pub line: u64,
    /// From 1, in bytes of the decoded text; none for the whole line.
    pub column: Option<u64>,
}

/// What is explained, and by what.
struct Explained<'a> {
    scan: &'a Shared<'a>,
    read: &'a Passage<'a>,
    target: &'a Target,
    modified: Option<Date>,
    posture: Option<Posture>,
    spot: &'a Spot,
    /// What was kept quiet up to the spot, and beyond.
    used: &'a Tally,
    /// Whether only the detectors are told of that do not run there without being told to.
    off: bool,
}

/// Explains what stands at a place.
///
/// # Errors
/// What cannot be read; a line, column or member that is not there.
pub fn explain(plan: &Plan, spot: &Spot) -> Result<Explanation> {
    let progress = Progress::default();
    // Each detector among those that it runs with: words and overlaps depend on the others.
    let ready = |all| Shared::ready(plan, &progress, plan.all_detectors || all);
    let scans = [ready(false)?, ready(true)?];
    let Opened { target, modified, passage: mut read } = open(spot, &scans)?;
    let counted = std::mem::take(&mut read.counted);
    let used = used(&scans[0], &target, &counted[0]);
    let found = &read.excerpt;
    let posture = scans[0].bench.terms(&target).kind;
    let by = |at: usize| {
        let (scan, off) = (&scans[at], at > 0);
        Explained { scan, read: &read, target: &target, modified, posture, spot, used: &used, off }
    };
    let [default, others] = [by(0), by(1)];
    let [kept, mut left_out] = [&default, &others].map(|by| by.candidates(&found.spot));
    let named = |by: &Explained, detector| by.scan.scanner.detectors.get(detector).definition.id.clone();
    left_out.retain(|other| {
        let same = |c: &explain::Candidate| {
            c.span == other.span && named(&default, c.detector) == named(&others, other.detector)
        };
        !kept.iter().any(same)
    });
    let seen = [kept, left_out];
    let first = seen.iter().flatten().map(|candidate| candidate.span.start).min();
    let cells = Cells::new(&read.grid, plan.limits.columns);
    let told = cells.columns(&(first.map_or(found.spot.start, |first| first.min(found.spot.start))..found.spot.end));
    let accounts = [&default, &others].into_iter().zip(counted).map(|(by, counted)| by.accounts(counted, &told));
    let told = Told { cells, columns: accounts.reduce(columns::join).unwrap_or_default() };
    let mut candidates = Vec::new();
    for (by, seen) in [&default, &others].into_iter().zip(seen) {
        candidates.extend(seen.iter().map(|candidate| by.candidate(candidate, &told)));
    }
    candidates.sort_by_key(|c| (c.place.offset(), matches!(c.fate, Fate::Refused { .. })));
    let idle_marks = marks::idle([&default, &others]);
    let columns = told.columns.into_iter().map(|(_, column)| column).collect();
    let cut = found.cut.then_some(found.spot.len() as u64);
    let path = target.origin.clone();
    Ok(Explanation { path, line: spot.line, column: spot.column, cut, columns, candidates, idle_marks })
}

/// What was kept quiet, also of columns that are known by their names.
fn used(scan: &Shared, target: &Target, (partial, quiet): &(Partial, Quiet)) -> Tally {
    let mut quiet = quiet.clone();
    scan.in_tables(target, &mut partial.clone(), &mut quiet, &mut Record::default());
    quiet.end().0
}

impl Explained<'_> {
    /// What stands in a part of the excerpt for the detectors that are to be told of.
    fn candidates(&self, part: &Range<usize>) -> Vec<explain::Candidate> {
        let Passage { excerpt, grid, binary, .. } = self.read;
        let nature = Nature { binary: *binary, posture: self.posture };
        let mut seen = explain::explain(&self.scan.scanner, &excerpt.text, grid, part, nature);
        seen.retain(|candidate| self.tells_of(candidate, grid.holds(candidate.span.start)));
        seen
    }

    /// Whether a candidate is one of those that are to be told of, in the rows of a table or elsewhere.
    fn tells_of(&self, candidate: &explain::Candidate, in_rows: bool) -> bool {
        let left_out = self.left_out(candidate.detector, in_rows);
        // It stands beside a value that it is looked for beside.
        let is_beside = left_out == Some(Unreported::OffAlone) && matches!(candidate.fate, explain::Fate::Kept(_));
        left_out.is_some() == self.off || !self.off && is_beside
    }

    /// Why the scan does not run a detector here, if it does not.
    fn left_out(&self, detector: u16, in_rows: bool) -> Option<Unreported> {
        let definition = &self.scan.scanner.detectors.get(detector).definition;
        if self.scan.plan.all_detectors { None } else { definition.off(self.posture, in_rows) }
    }

    fn judge(&self, finding: &mut Finding, rows: Option<Days>) {
        let path = self.target.paths().first().unwrap_or(&self.target.origin).as_str();
        let ends = &self.read.ends;
        let traces = Traces { path, head: ends.head(), tail: ends.tail(), modified: self.modified };
        let bench = &self.scan.bench;
        bench.judge(&bench.terms(self.target), std::slice::from_mut(finding), &traces, |_| rows);
    }

    /// The sum of a finding's evidence, by a row of the weights, and its verdicts. `days` are those of the table's rows.
    fn weighed(&self, weights: &Weights, row: u16, mut finding: Finding, days: Option<Days>) -> Weighed {
        self.judge(&mut finding, days);
        let evidence = finding.evidence;
        Weighed {
            field: finding.field,
            pattern: weights.pattern(row),
            evidence: evidence.iter().map(|e| Weight { evidence: e, weight: weights.weight(row, e) }).collect(),
            sum: weights.sum(row, evidence),
            score: finding.score,
            confidence: finding.confidence,
            impersonal: finding.hits > 0 && finding.facts.impersonal == finding.hits,
            verdicts: finding.verdicts,
        }
    }
}

/// Whether two parts of a text share bytes.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
