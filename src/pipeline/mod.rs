//! The one place where the stages meet: takes a [`Plan`], feeds [`Event`]s to a sink.
//!
//! Targets are listed in the order of reports and scanned by all threads, a large file in splits. A split gives a
//! [`Partial`]; partials of neighbours add up to the same result however the file was cut.
//! Findings are judged once their whole file is done, and leave in order.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::category::Categories;
use crate::classify::{Partial, Weights};
use crate::decode::Gate;
use crate::detect::finder::Engine;
use crate::detect::{Detectors, Own, Registry, Scanner};
use crate::error::{Error, Result};
use crate::finding::{Confidence, Event, Finding, Place, Posture, Problem, Skipped, Summary};
use crate::input::{Origin, Store, Target};
use crate::lexicon::Lexicon;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::source::{self, git};
use crate::suppress::{Baseline, Exceptions, Paths, Quiet};

mod aftermath;
mod assembly;
mod beside;
mod contents;
mod ends;
mod excerpt;
mod explain;
mod held;
mod pace;
mod scan;
mod survey;
mod sweep;
mod tables;
mod tally;
mod trial;
mod verdicts;
mod window;
mod work;

use aftermath::Aftermath;
pub use explain::{Spot, explain};
use pace::Pace;
pub use scan::day;
pub use survey::{Memory, Noted, Object, Record, Scanned, Surroundings, Surveyor};
pub use tally::Tally;
pub use trial::{Failure, Fault, Trial, trial};
pub use verdicts::Bench;
use work::Done;

/// All that a run needs.
pub struct Plan {
    /// Files and folders; of a repository, where to look in it.
    pub paths: Vec<PathBuf>,
    /// What of a git repository is scanned instead of files.
    pub git: Option<git::Query>,
    /// The files that the reports are written to: not scanned, should they lie under the paths.
    pub reports: Vec<PathBuf>,
    pub ignore: bool,
    pub follow: bool,
    pub skip_binary: bool,
    /// Whether the detectors run too that are off by default.
    pub all_detectors: bool,
    /// The user's own detectors.
    pub own: Arc<Own>,
    /// Those that are built in, and the user's own.
    pub categories: Arc<Categories>,
    /// Those that judge all findings.
    pub policies: Vec<Policy>,
    /// Those that judge the findings of some paths besides, and what may stand there.
    pub bindings: Vec<Binding>,
    /// Whether what is only implied by a document counts as undeclared.
    pub strict: bool,
    /// The country that what is scanned lies in: an ISO 3166-1 code.
    pub country: Option<Arc<str>>,
    /// Detectors whose hits do not count, by id.
    pub detectors_off: Vec<Arc<str>>,
    pub exceptions: Exceptions,
    /// Whether the baseline is to be without what was not found any more.
    pub prune: bool,
    pub min_confidence: Confidence,
    pub limits: Limits,
    pub threads: usize,
    /// Bytes of text that are read in a second at most.
    pub max_rate: Option<u64>,
    pub today: jiff::civil::Date,
    pub fail_on: FailOn,
    pub fail_on_incomplete: bool,
}

impl Plan {
    /// A scan of files and folders as `derbes scan` does it by default, with one thread.
    pub fn new(paths: Vec<PathBuf>, categories: Arc<Categories>, today: jiff::civil::Date) -> Self {
        Self {
            paths,
            git: None,
            reports: Vec::new(),
            ignore: true,
            follow: false,
            skip_binary: false,
            all_detectors: false,
            own: Arc::default(),
            categories,
            policies: Vec::new(),
            bindings: Vec::new(),
            strict: false,
            country: None,
            detectors_off: Vec::new(),
            exceptions: Exceptions::none(today),
            prune: false,
            min_confidence: Confidence::Medium,
            limits: Limits::default(),
            threads: 1,
            max_rate: None,
            today,
            fail_on: FailOn::Any,
            fail_on_incomplete: false,
        }
    }

    /// The ids of the policies that may have a say, each once, in their order.
    pub fn policy_ids(&self) -> Vec<Arc<str>> {
        let mut ids: Vec<Arc<str>> = Vec::new();
        for policy in self.all_policies() {
            if !ids.contains(&policy.id) {
                ids.push(policy.id.clone());
            }
        }
        ids
    }

    /// The policies of the run, with those that are bound to paths.
    fn all_policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().chain(self.bindings.iter().flat_map(|binding| &binding.policies))
    }
}

/// What holds for some paths.
pub struct Binding {
    pub paths: Paths,
    pub policies: Vec<Policy>,
    /// What may stand there.
    pub posture: Option<Posture>,
    /// Whether what may stand there is told by what a path is, unless a posture is bound.
    pub by_name: bool,
    /// The country that it lies in.
    pub country: Option<Arc<str>>,
    /// Where this is configured.
    pub file: Arc<str>,
    pub line: u64,
}

/// What a run gives besides its events.
pub struct Outcome {
    pub summary: Summary,
    /// The baseline that was to be recorded or pruned.
    pub baseline: Option<Baseline>,
}

/// The findings that end a run with exit code 1. What is no personal data never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    Any,
    /// Those that a policy does not cover, which includes the forbidden; and all that no policy judges.
    Undeclared,
    Forbidden,
    Never,
}

/// How far a run is, to be read while it goes on.
#[derive(Debug, Default)]
pub struct Progress {
    pub files: AtomicU64,
    /// Of text.
    pub bytes: AtomicU64,
    /// Whether anybody looks; the rest is counted only then, and only in an audit.
    pub watched: AtomicBool,
    /// As stored, of what is done, and in all.
    pub stored: AtomicU64,
    pub total: AtomicU64,
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
                let reason = "report of this run".to_owned();
                Self::Skipped(Skipped { path: target.origin, reason, bytes: 0, incomplete: false })
            }
            _ => Self::Target(target),
        }
    }

    fn missing(error: Error) -> Self {
        let path = Origin::file(error.place.unwrap_or_default().as_ref());
        Self::Problem(Problem { path, message: error.message, examined: 0, incomplete: true })
    }

    fn target(&self) -> Option<&Target> {
        match self {
            Self::Target(target) => Some(target),
            Self::Skipped(_) | Self::Problem(_) => None,
        }
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
    /// By detector: whether its hits do not count.
    off: Vec<bool>,
    bench: Bench<'a>,
    items: Vec<Item>,
    /// The first thread's reader of blobs, started while git lists them.
    blobs: Mutex<Option<git::Blobs>>,
    /// Whether a named path does not exist.
    missing: bool,
    knowledge: tables::Knowledge,
    /// The write-ahead logs whose databases are listed too.
    logs: HashSet<PathBuf>,
    /// Lets one target at a time unpack what takes much memory.
    gate: Arc<Gate>,
    /// What an audit has besides.
    survey: Option<survey::Survey>,
    pace: Pace,
}

/// Runs the plan. The summary is the last event.
///
/// # Errors
/// Broken data files; an error of the sink, which ends the run.
pub fn run(plan: &Plan, progress: &Progress, sink: &mut dyn FnMut(Event) -> io::Result<()>) -> Result<Outcome> {
    let begun = Instant::now();
    let shared = Shared::new(plan, progress)?;
    let mut tally = Tally::new(plan, shared.missing);
    let mut aftermath = Aftermath::default();
    work::in_order(&shared, &mut |item, mut done| {
        tally.add(done.is_file, (done.seen, done.examined), &done.suppressed());
        aftermath.add(&shared, item, &mut done);
        done.events.into_iter().try_for_each(|event| {
            tally.event(&event);
            sink(event)
        })
    })
    .map_err(sink_failed)?;
    for unused in aftermath.unused(&shared) {
        sink(Event::Unused(unused)).map_err(sink_failed)?;
    }
    for stale in shared.bench.stale(&tally.seen) {
        sink(Event::Stale(stale)).map_err(sink_failed)?;
    }
    let baseline = aftermath.baseline(&shared);
    let summary = tally.summary(begun.elapsed());
    sink(Event::Summary(summary.clone())).map_err(sink_failed)?;
    Ok(Outcome { summary, baseline })
}

fn sink_failed(error: io::Error) -> Error {
    Error::new(format!("the report cannot be written: {error}"))
}

fn list(plan: &Plan) -> Result<source::Listing> {
    let walk = source::Walk { ignore: plan.ignore, follow: plan.follow };
    match &plan.git {
        None => Ok(source::list(&plan.paths, &walk, plan.threads)),
        Some(query) => git::list(query),
    }
}

impl<'a> Shared<'a> {
    fn new(plan: &'a Plan, progress: &'a Progress) -> Result<Self> {
        // Git takes its time, and what is read meanwhile does not depend on it.
        std::thread::scope(|scope| {
            let listing = scope.spawn(|| list(plan));
            let blobs = plan.git.as_ref().and_then(|_| git::Blobs::start().ok());
            let shared = Self::ready(plan, progress, plan.all_detectors);
            let listing = listing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok(Self { blobs: Mutex::new(blobs), ..shared?.with(listing) })
        })
    }

    /// Everything but what to scan. `all` tells whether the detectors run that are off by default.
    fn ready(plan: &'a Plan, progress: &'a Progress, all: bool) -> Result<Self> {
        let (registry, detectors, lexicon) = std::thread::scope(|scope| {
            // Takes as long as the rest, and most scans take less.
            let registry = scope.spawn(|| Registry::builtin(plan.today));
            let detectors = Arc::new(Detectors::with(&plan.own, &plan.categories, all)?);
            let wanted = |category: &str| detectors.iter().any(|d| &*d.definition.category == category);
            let lexicon = Lexicon::with(wanted, &plan.own.words)?;
            let registry = registry.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok::<_, Error>((registry, detectors, lexicon))
        })?;
        let weights = Weights::of(&detectors, &[])?;
        let off = detectors.iter().map(|d| plan.detectors_off.contains(&d.definition.id)).collect();
        let scanner = Scanner::new(detectors, registry, lexicon, Engine::best());
        let bench = Bench::new(plan)?;
        let (items, blobs, missing, knowledge, logs, gate, survey) = Default::default();
        let pace = Pace::new(plan.max_rate);
        Ok(Self {
            plan,
            progress,
            scanner,
            weights,
            off,
            bench,
            items,
            blobs,
            missing,
            knowledge,
            logs,
            gate,
            survey,
            pace,
        })
    }

    fn with(mut self, listing: source::Listing) -> Self {
        self.missing = !listing.missing.is_empty();
        let own: Vec<PathBuf> = self.plan.reports.iter().filter_map(|file| file.canonicalize().ok()).collect();
        let mut items: Vec<Item> = listing.targets.into_iter().map(|target| Item::of(target, &own)).collect();
        items.extend(listing.missing.into_iter().map(Item::missing));
        items.extend(listing.skipped.into_iter().map(Item::Skipped));
        items.extend(listing.problems.into_iter().map(Item::Problem));
        items.sort_by(|a, b| a.origin().cmp(b.origin()));
        let logs = beside::logs(&items);
        Self { items, logs, ..self }
    }

    /// Names the findings of a whole target.
    fn findings(&self, target: &Target, mut partial: Partial, quiet: &mut Quiet, record: &mut Record) -> Vec<Finding> {
        let name = |detector| {
            let definition = &self.scanner.detectors.get(detector).definition;
            (definition.category.clone(), definition.id.clone())
        };
        let mut listed = self.in_tables(target, &mut partial, quiet, record);
        let first = |finding: &Finding| finding.places.first().map_or(0, Place::offset);
        listed.extend(
            partial
                .finish(&target.origin, &self.plan.limits, name)
                .into_iter()
                .map(|finding| (first(&finding), finding)),
        );
        listed.sort_by(|(at, a), (bt, b)| {
            // Columns of one table come in their order.
            let in_table = a.rows.is_some() && b.rows.is_some();
            let details = || {
                let order = a.detector.cmp(&b.detector).then_with(|| a.field.cmp(&b.field));
                order.then_with(|| b.confidence.cmp(&a.confidence))
            };
            at.cmp(bt).then_with(|| if in_table { Ordering::Equal } else { details() })
        });
        listed.into_iter().map(|(_, finding)| finding).collect()
    }
}
