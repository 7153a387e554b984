//! The one place where the stages meet: takes a [`Plan`], feeds [`Event`]s to a sink.
//!
//! Targets are listed in the order of reports and scanned by all threads, a large file in splits. A split gives a
//! [`Partial`](crate::classify::Partial); partials of neighbours add up to the same result however the file was cut.
//! Findings are judged once their whole file is done, and leave in order.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use crate::category::Categories;
use crate::classify::Weights;
use crate::detect::finder::Engine;
use crate::detect::{Detectors, Registry, Scanner};
use crate::error::{Error, Result};
use crate::finding::{Confidence, Event, Finding, Outcome, Problem, Skipped, Summary};
use crate::input::{Origin, Store, Target};
use crate::lexicon::Lexicon;
use crate::limits::Limits;
use crate::policy::{Judge, Policy};
use crate::source;

mod scan;
mod window;
mod work;

use work::Done;

/// All that a run needs.
pub struct Plan {
    pub paths: Vec<PathBuf>,
    /// The files that the reports are written to: not scanned, should they lie under the paths.
    pub reports: Vec<PathBuf>,
    pub ignore: bool,
    pub follow: bool,
    pub skip_binary: bool,
    /// Whether the detectors run too that are off by default.
    pub all_detectors: bool,
    pub categories: Arc<Categories>,
    pub policies: Vec<Policy>,
    pub min_confidence: Confidence,
    pub limits: Limits,
    pub threads: usize,
    pub today: jiff::civil::Date,
    pub fail_on: FailOn,
    pub fail_on_incomplete: bool,
}

/// The findings that end a run with exit code 1. What is no personal data never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    Any,
    /// Those that a policy does not cover, which includes the forbidden.
    Undeclared,
    Forbidden,
    Never,
}

/// How far a run is, to be read while it goes on.
#[derive(Debug, Default)]
pub struct Progress {
    pub files: AtomicU64,
    /// As stored.
    pub bytes: AtomicU64,
}

/// What comes of one listed name.
enum Item {
    Target(Target),
    Skipped(Skipped),
    Problem(Problem),
}

impl Item {
    /// A target, unless it is one of the run's `own` reports.
    fn of(target: Target, own: &[PathBuf]) -> Self {
        let is_own = |path: &PathBuf| {
            own.iter().any(|o| o.file_name() == path.file_name() && path.canonicalize().is_ok_and(|p| p == *o))
        };
        match &target.store {
            Store::File(path) if is_own(path) => {
                Self::Skipped(Skipped { path: target.origin, reason: "report of this run".to_owned(), bytes: 0 })
            }
            _ => Self::Target(target),
        }
    }

    fn missing(error: Error) -> Self {
        let path = Origin::file(error.place.unwrap_or_default().as_ref());
        Self::Problem(Problem { path, message: error.message, examined: 0 })
    }

    fn origin(&self) -> &Origin {
        match self {
            Self::Target(target) => &target.origin,
            Self::Skipped(skipped) => &skipped.path,
            Self::Problem(problem) => &problem.path,
        }
    }
}

/// What all threads share.
struct Shared<'a> {
    plan: &'a Plan,
    progress: &'a Progress,
    scanner: Scanner,
    weights: Weights,
    judge: Judge,
    items: Vec<Item>,
}

/// Runs the plan. The summary is the last event.
///
/// # Errors
/// Broken data files; an error of the sink, which ends the run.
pub fn run(plan: &Plan, progress: &Progress, sink: &mut dyn FnMut(Event) -> io::Result<()>) -> Result<Summary> {
    let begun = Instant::now();
    let walk = source::Walk { ignore: plan.ignore, follow: plan.follow };
    let listing = source::list(&plan.paths, &walk, plan.threads);
    let missing = !listing.missing.is_empty();
    let shared = Shared::new(plan, progress, listing)?;
    let mut tally = Tally { wrong: missing, ..Tally::default() };
    work::in_order(&shared, &mut |done| tally.pass_on(plan, done, sink)).map_err(sink_failed)?;
    for stale in shared.judge.stale(&tally.seen) {
        sink(Event::Stale(stale)).map_err(sink_failed)?;
    }
    let summary = tally.summary(plan, begun);
    sink(Event::Summary(summary.clone())).map_err(sink_failed)?;
    Ok(summary)
}

fn sink_failed(error: io::Error) -> Error {
    Error::new(format!("the report cannot be written: {error}"))
}

impl<'a> Shared<'a> {
    fn new(plan: &'a Plan, progress: &'a Progress, listing: source::Listing) -> Result<Self> {
        let detectors = Arc::new(Detectors::builtin(&plan.categories, plan.all_detectors)?);
        let lexicon = Lexicon::builtin(|category| detectors.iter().any(|d| &*d.definition.category == category))?;
        let weights = Weights::builtin(detectors.iter().map(|d| &*d.definition.id))?;
        let scanner = Scanner::new(detectors, Registry::builtin(plan.today)?, lexicon, Engine::best());
        let judge = Judge::new(plan.policies.clone(), plan.categories.clone());
        let own: Vec<PathBuf> = plan.reports.iter().filter_map(|file| file.canonicalize().ok()).collect();
        let mut items: Vec<Item> = listing.targets.into_iter().map(|target| Item::of(target, &own)).collect();
        items.extend(listing.missing.into_iter().map(Item::missing));
        items.extend(listing.skipped.into_iter().map(Item::Skipped));
        items.extend(listing.problems.into_iter().map(Item::Problem));
        items.sort_by(|a, b| a.origin().cmp(b.origin()));
        Ok(Self { plan, progress, scanner, weights, judge, items })
    }

    /// Names and judges the findings of a whole target.
    fn findings(&self, path: &Origin, partial: crate::classify::Partial) -> Vec<Finding> {
        let name = |detector| {
            let definition = &self.scanner.detectors.get(detector).definition;
            (definition.category.clone(), definition.id.clone())
        };
        let mut findings = partial.finish(path, name);
        for finding in &mut findings {
            finding.verdicts = self.judge.judge(finding);
        }
        findings
    }
}

/// What the summary is made of.
#[derive(Default)]
struct Tally {
    summary: Summary,
    seen: BTreeSet<Arc<str>>,
    /// Whether there is a finding that the run was told to fail on.
    failed: bool,
    /// Whether a named path does not exist.
    wrong: bool,
}

impl Tally {
    fn pass_on(&mut self, plan: &Plan, done: Done, sink: &mut dyn FnMut(Event) -> io::Result<()>) -> io::Result<()> {
        self.summary.files += u64::from(done.is_file);
        self.summary.bytes_seen += done.seen;
        self.summary.bytes_examined += done.examined;
        for event in done.events {
            match &event {
                Event::Finding(finding) => {
                    self.summary.findings += 1;
                    self.summary.hits += finding.hits;
                    self.failed |= plan.fail_on.applies(finding, &plan.categories);
                    self.seen.insert(finding.category.clone());
                }
                Event::Problem(_) => self.summary.incomplete = true,
                _ => {}
            }
            sink(event)?;
        }
        Ok(())
    }

    fn summary(self, plan: &Plan, begun: Instant) -> Summary {
        let incomplete = self.summary.incomplete;
        let exit = match () {
            () if self.failed => 1,
            () if self.wrong => 2,
            () if incomplete && plan.fail_on_incomplete => 3,
            () => 0,
        };
        let seconds = (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        Summary { exit, seconds, version: env!("CARGO_PKG_VERSION"), ..self.summary }
    }
}

impl FailOn {
    fn applies(self, finding: &Finding, categories: &Categories) -> bool {
        match self {
            Self::Any => finding.is_personal(categories),
            Self::Undeclared => finding.verdicts.iter().any(|v| v.outcome.is_breach()),
            Self::Forbidden => finding.verdicts.iter().any(|v| v.outcome == Outcome::Forbidden),
            Self::Never => false,
        }
    }
}
