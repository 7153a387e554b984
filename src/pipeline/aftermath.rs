//! After the last target: takes what was kept quiet in each, gives the rules and the baseline's entries that keep
//! nothing quiet any more, and the baseline that is to be written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Done, Plan, Shared};
use crate::finding::{Event, Unused};
use crate::input::Origin;
use crate::suppress::{Baseline, Fingerprint};

#[derive(Default)]
pub struct Aftermath {
    rules: BTreeSet<usize>,
    known: BTreeMap<usize, u64>,
    recorded: BTreeMap<String, Hits>,
    /// Paths below the root that were not examined to their end.
    unexamined: BTreeSet<String>,
}

type Hits = Vec<(Arc<str>, Fingerprint, u64)>;

impl Aftermath {
    /// Takes what became of one item.
    pub fn add(&mut self, shared: &Shared, item: usize, done: &mut Done) {
        let exceptions = &shared.plan.exceptions;
        let quiet = std::mem::take(&mut done.quiet);
        self.rules.extend(quiet.rules.into_keys());
        self.known.extend(quiet.known);
        if exceptions.baseline.is_none() && exceptions.record.is_none() {
            return;
        }
        let Some(path) = exceptions.path(shared.items[item].origin()) else { return };
        if done.events.iter().any(|event| matches!(event, Event::Problem(_) | Event::Skipped(_))) {
            self.unexamined.insert(path.clone());
        }
        if !quiet.recorded.is_empty() {
            let id = |detector| shared.scanner.detectors.get(detector).definition.id.clone();
            let hits =
                quiet.recorded.into_iter().map(|((detector, fingerprint), hits)| (id(detector), fingerprint, hits));
            self.recorded.insert(path, hits.collect());
        }
    }

    /// Rules and entries that keep nothing quiet. Only a run over files can tell, and only of what it went over.
    pub fn unused(&self, shared: &Shared) -> Vec<Unused> {
        let exceptions = &shared.plan.exceptions;
        let covers = Cover::new(shared.plan);
        let rules = exceptions.rules.iter().enumerate().filter(|(index, _)| !self.rules.contains(index));
        let rules = rules.filter_map(|(_, rule)| {
            let (file, line) = &rule.place;
            let message = match rule.until {
                Some(until) if rule.has_ended(exceptions.today) => format!("this rule has ended on {until}"),
                _ if covers.all() => "this rule allows nothing that is there".to_owned(),
                _ => return None,
            };
            Some(Unused { path: Origin::file(file.as_ref().as_ref()), line: *line, message })
        });
        let baseline = exceptions.baseline.iter().flat_map(|baseline| {
            let stale = baseline.stale(&self.known, |path| self.examined(&covers, path));
            stale.into_iter().map(|(line, path, detector, hits)| Unused {
                path: Origin::file(&exceptions.baseline_file),
                line,
                message: format!("stale: {hits} of {detector} in {path} not found any more"),
            })
        });
        rules.chain(baseline).collect()
    }

    /// The baseline that is to be written, if one is.
    pub fn baseline(&mut self, shared: &Shared) -> Option<Baseline> {
        let exceptions = &shared.plan.exceptions;
        let covers = Cover::new(shared.plan);
        let Some(mut baseline) = exceptions.record.clone() else {
            let baseline = exceptions.baseline.as_ref().filter(|_| shared.plan.prune)?;
            return Some(baseline.pruned(&self.known, |path| self.examined(&covers, path)));
        };
        baseline.retain(|path| !self.examined(&covers, path));
        for (path, hits) in std::mem::take(&mut self.recorded) {
            if baseline.known(&path).is_none() {
                baseline.record(&path, hits);
            }
        }
        Some(baseline)
    }

    fn examined(&self, covers: &Cover, path: &str) -> bool {
        covers.contains(path) && !self.unexamined.contains(path)
    }
}

/// The paths below the root that a run went over, whatever is there.
struct Cover(Vec<String>);

impl Cover {
    fn new(plan: &Plan) -> Self {
        if plan.git.is_some() {
            return Self(Vec::new());
        }
        Self(plan.paths.iter().filter_map(|path| plan.exceptions.path(&Origin::file(path))).collect())
    }

    fn all(&self) -> bool {
        self.0.iter().any(String::is_empty)
    }

    fn contains(&self, path: &str) -> bool {
        let below = |root: &String| {
            path.strip_prefix(root.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
        };
        self.all() || self.0.iter().any(below)
    }
}
