//! Counting a run: takes its events and the bytes of what it went over, gives the summary and the exit code.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{FailOn, Plan};
use crate::category::Categories;
use crate::finding::{Event, Finding, Outcome, Problem, Skipped, Summary, Suppressed};

/// What the summary is made of.
pub struct Tally<'a> {
    plan: &'a Plan,
    summary: Summary,
    /// The categories that were found.
    pub seen: BTreeSet<Arc<str>>,
    /// Whether there is a finding that the run was told to fail on.
    failed: bool,
    /// Whether a named path does not exist.
    missing: bool,
}

impl<'a> Tally<'a> {
    pub fn new(plan: &'a Plan, missing: bool) -> Self {
        Self { plan, summary: Summary::default(), seen: BTreeSet::new(), failed: false, missing }
    }

    /// Counts what was gone over: bytes seen and examined, and what was kept quiet in it.
    pub fn add(&mut self, is_file: bool, (seen, examined): (u64, u64), suppressed: &Suppressed) {
        self.summary.files += u64::from(is_file);
        self.summary.bytes_seen += seen;
        self.summary.bytes_examined += examined;
        self.summary.suppressed.add(suppressed);
    }

    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Finding(finding) => {
                self.summary.findings += 1;
                self.summary.hits += finding.hits;
                self.failed |= self.plan.fail_on.applies(finding, &self.plan.categories);
                if !self.seen.contains(&finding.category) {
                    self.seen.insert(finding.category.clone());
                }
            }
            Event::Problem(Problem { incomplete: true, .. }) | Event::Skipped(Skipped { incomplete: true, .. }) => {
                self.summary.incomplete = true
            }
            _ => {}
        }
    }

    pub fn summary(self, elapsed: Duration) -> Summary {
        let exit = match () {
            () if self.failed => 1,
            () if self.missing => 2,
            () if self.summary.incomplete && self.plan.fail_on_incomplete => 3,
            () => 0,
        };
        let seconds = (elapsed.as_secs_f64() * 1000.0).round() / 1000.0;
        Summary { exit, seconds, version: env!("CARGO_PKG_VERSION"), ..self.summary }
    }
}

impl FailOn {
    fn applies(self, finding: &Finding, categories: &Categories) -> bool {
        match self {
            Self::Any => finding.is_personal(categories),
            Self::Undeclared if finding.verdicts.is_empty() => finding.is_personal(categories),
            Self::Undeclared => finding.verdicts.iter().any(|v| v.outcome.is_breach()),
            Self::Forbidden => finding.verdicts.iter().any(|v| v.outcome == Outcome::Forbidden),
            Self::Never => false,
        }
    }
}
