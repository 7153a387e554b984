//! After the last target: takes what was kept quiet in each, gives the rules and the baseline's entries that keep
//! nothing quiet any more, and the baseline that is to be written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Done, Item, Shared};
use crate::finding::{Event, Unused};
use crate::input::{Origin, Target};
use crate::suppress::{Baseline, Fingerprint, Tally};

#[derive(Default)]
pub struct Aftermath {
    rules: BTreeSet<usize>,
    known: BTreeMap<usize, u64>,
    recorded: Vec<(Arc<str>, Arc<str>, Fingerprint, u64)>,
    /// Paths below the root that were not examined to their end.
    unexamined: BTreeSet<String>,
}

impl Aftermath {
    /// Takes what became of one item.
    pub fn add(&mut self, shared: &Shared, item: usize, done: &mut Done) {
        let exceptions = &shared.plan.exceptions;
        let item = &shared.items[item];
        if exceptions.baseline.is_some() || exceptions.record.is_some() {
            let unexamined = done.events.iter().filter_map(|event| match event {
                Event::Problem(problem) => Some(&problem.path),
                Event::Skipped(skipped) => Some(&skipped.path),
                _ => None,
            });
            let own = |path| if path == item.origin() { first(item) } else { path };
            self.unexamined.extend(unexamined.filter_map(|path| exceptions.path(own(path))));
        }
        self.quiet(shared, first(item), std::mem::take(&mut done.quiet));
        for (member, quiet) in std::mem::take(&mut done.members) {
            self.quiet(shared, member.paths().first().unwrap_or(&member.origin), quiet);
        }
    }

    /// Takes what was kept quiet at a path.
    fn quiet(&mut self, shared: &Shared, path: &Origin, quiet: Tally) {
        self.rules.extend(quiet.rules.into_keys());
        for (entry, hits) in quiet.known {
            *self.known.entry(entry).or_default() += hits;
        }
        let Some(path) = shared.plan.exceptions.path(path) else { return };
        let path: Arc<str> = path.into();
        let recorded = quiet.recorded.into_iter();
        self.recorded.extend(recorded.map(|((of, fingerprint), hits)| (path.clone(), of, fingerprint, hits)));
    }

    /// Rules and entries that keep nothing quiet, as far as the run went over what they are about.
    pub fn unused(&self, shared: &Shared) -> Vec<Unused> {
        let exceptions = &shared.plan.exceptions;
        let covers = Cover::new(shared);
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
        let covers = Cover::new(shared);
        let Some(mut baseline) = exceptions.record.clone() else {
            let baseline = exceptions.baseline.as_ref().filter(|_| shared.plan.prune)?;
            return Some(baseline.pruned(&self.known, |path| self.examined(&covers, path)));
        };
        baseline.retain(|path| !self.examined(&covers, path));
        baseline.record(std::mem::take(&mut self.recorded));
        Some(baseline)
    }

    fn examined(&self, covers: &Cover, path: &str) -> bool {
        let unexamined = |path: &str| self.unexamined.contains(path);
        covers.contains(path) && !unexamined(path) && !Origin::containers(path).any(unexamined)
    }
}

/// The first path where an item stands.
fn first(item: &Item) -> &Origin {
    item.target().and_then(|target| target.paths().first()).unwrap_or(item.origin())
}

/// What a run went over, by paths below the root.
enum Cover {
    /// All that is at and under these, and what is not there any more.
    Under(Vec<String>),
    /// Only these files.
    Files(BTreeSet<String>),
}

impl Cover {
    fn new(shared: &Shared) -> Self {
        let path = |path: &Origin| shared.plan.exceptions.path(path);
        if shared.plan.git.is_none() {
            return Self::Under(shared.plan.paths.iter().filter_map(|p| path(&Origin::file(p))).collect());
        }
        // An old version of a file says nothing about the file as it is.
        let now = |target: &&Target| target.blob().is_none_or(|blob| blob.stood.is_none());
        let targets = shared.items.iter().filter_map(Item::target).filter(now);
        Self::Files(targets.filter_map(|target| path(&target.origin)).collect())
    }

    fn all(&self) -> bool {
        matches!(self, Self::Under(roots) if roots.iter().any(String::is_empty))
    }

    fn contains(&self, path: &str) -> bool {
        let below = |root: &String| {
            let rest = path.strip_prefix(root.as_str());
            root.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
        };
        match self {
            Self::Under(roots) => roots.iter().any(below),
            Self::Files(files) => files.contains(path) || Origin::containers(path).any(|path| files.contains(path)),
        }
    }
}
