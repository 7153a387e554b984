//! Explaining one place: takes a plan and a [`Spot`], gives what a scan by this plan makes of every candidate there, and of
//! the columns that it lies in.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use jiff::civil::Date;

use super::excerpt::Missing;
use super::scan::{modified, phrase};
use super::{Plan, Progress, Shared};
use crate::classify::Weights;
use crate::decode::Decoder;
use crate::detect::explain;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::explanation::{Explanation, Fate, Weighed, Weight};
use crate::input::{Store, Target};
use crate::policy::Traces;

mod columns;
mod hits;
mod passage;

use columns::{Cells, Told};
use passage::{Failure, Passage};

/// A place in the text of a target, as reports count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub target: Target,
    /// From 1.
    pub line: u64,
    /// From 1, in bytes of the decoded text; none for the whole line.
    pub column: Option<u64>,
}

/// What is explained, and by what.
struct Explained<'a> {
    scan: &'a Shared<'a>,
    read: &'a Passage<'a>,
    modified: Option<Date>,
    spot: &'a Spot,
    /// Whether only the detectors are told of that do not run without being told to.
    off: bool,
}

/// Explains what stands at a place. In text, what the baseline knows is told by the value alone: a scan lets it know only
/// as many equal ones as it has.
///
/// # Errors
/// What cannot be read; a line or column that is not there.
pub fn explain(plan: &Plan, spot: &Spot) -> Result<Explanation> {
    let progress = Progress::default();
    // Each detector among those that it runs with: words and overlaps depend on the others.
    let ready = |all| Shared::ready(plan, &progress, plan.all_detectors || all);
    let scans = [ready(false)?, ready(true)?];
    let (mut read, modified) = read(spot, &scans)?;
    let counted = std::mem::take(&mut read.counted);
    let found = &read.excerpt;
    let [default, others] = [0, 1].map(|at| Explained { scan: &scans[at], read: &read, modified, spot, off: at > 0 });
    let seen = [&default, &others].map(Explained::candidates);
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
    let columns = told.columns.into_iter().map(|(_, column)| column).collect();
    let cut = found.cut.then_some(found.spot.len() as u64);
    let path = spot.target.origin.clone();
    Ok(Explanation { path, line: spot.line, column: spot.column, cut, columns, candidates })
}

fn read<'a>(spot: &Spot, scans: &'a [Shared<'a>; 2]) -> Result<(Passage<'a>, Option<Date>)> {
    let place = spot.target.origin.to_string();
    let failed = |error: &io::Error| Error::new(phrase(error)).at(&place);
    let (stored, modified): (Box<dyn Read>, _) = match &spot.target.store {
        Store::Stdin => (Box::new(io::stdin().lock()), None),
        Store::File(path) => {
            let file = File::open(path).map_err(|error| failed(&error))?;
            let modified = file.metadata().ok().as_ref().and_then(modified);
            (Box::new(file), modified)
        }
        Store::Blob(_) | Store::Member => {
            let help = "write it to a file of its own and explain that";
            return Err(Error::new("only files and standard input are explained").at(place).help(help));
        }
    };
    let decoder = Decoder::new(stored, scans[0].plan.limits.layers).map_err(|error| failed(&error))?;
    if let Some(container) = decoder.container() {
        let message = format!("this is an archive ({})", container.name);
        return Err(Error::new(message).at(&place).help("unpack the member, and name its file"));
    }
    let passage = Passage::read(decoder, spot, &scans.each_ref()).map_err(|failure| match failure {
        Failure::Missing(Missing::Line(lines)) => {
            Error::new(format!("there is no line {}: the text has {lines}", spot.line)).at(&place)
        }
        Failure::Missing(Missing::Column(bytes)) => {
            let message = format!("there is no column {}: the line has {bytes} bytes", spot.column.unwrap_or(0));
            Error::new(message).at(format!("{place}:{}", spot.line))
        }
        Failure::Read(error) => failed(&error),
    })?;
    Ok((passage, modified))
}

impl Explained<'_> {
    /// What stands at the spot for the detectors that are to be told of.
    fn candidates(&self) -> Vec<explain::Candidate> {
        let Passage { excerpt, grid, binary, .. } = self.read;
        let mut seen = explain::explain(&self.scan.scanner, &excerpt.text, grid, &excerpt.spot, *binary);
        seen.retain(|candidate| self.tells_of(candidate.detector));
        seen
    }

    fn tells_of(&self, detector: u16) -> bool {
        let definition = &self.scan.scanner.detectors.get(detector).definition;
        let in_table = self.read.grid.holds(self.read.excerpt.spot.start);
        let default = self.scan.plan.all_detectors
            || (definition.default && !(in_table && definition.in_tables == Some(false)))
            || in_table && definition.in_tables == Some(true);
        default != self.off
    }

    fn judge(&self, finding: &mut Finding) {
        let target = &self.spot.target;
        let path = target.paths().first().unwrap_or(&target.origin).as_str();
        let ends = &self.read.ends;
        let traces = Traces { path, head: ends.head(), tail: ends.tail(), modified: self.modified };
        self.scan.bench.judge(target, std::slice::from_mut(finding), &traces);
    }

    /// The sum of a finding's evidence, by a row of the weights, and its verdicts.
    fn weighed(&self, weights: &Weights, row: u16, mut finding: Finding) -> Weighed {
        self.judge(&mut finding);
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
