//! What a store knows beyond the events of a run: takes the run, gives its coverage by folder, the runs before it and what
//! changed, for a report that tells of these.

use super::coverage::{Entry, coverage};
use super::diff::{Change, Kind, each_change};
use super::runs::{Run, runs};
use super::store::Store;
use crate::error::Result;
use crate::report::html::{self, Folder, History, Movement, Past};

/// Runs that are listed, and changes of each kind.
const RUNS: usize = 24;
const CHANGES: usize = 200;

/// Folders below one another that are told apart.
const DEPTH: usize = 2;

/// What goes before a run that ended, and its coverage.
///
/// # Errors
/// Those of the store.
pub fn history(store: &Store, run: &Run) -> Result<History> {
    let mut all = runs(store)?;
    let is_cut_short = all.iter().any(|o| o.series == run.series && o.id > run.id && o.totals.is_none());
    all.retain(|other| other.series == run.series && other.id <= run.id && other.totals.is_some());
    let listed = &all[all.len().saturating_sub(RUNS)..];
    let first = listed.first().filter(|first| first.id == all[0].id).map(|first| past(first, None));
    let mut history = History {
        run: run.id,
        paths: run.paths.clone(),
        today: run.today.clone(),
        runs: first.into_iter().collect(),
        is_cut_short,
        folders: coverage(store, (run.series, run.id), DEPTH)?.into_iter().map(folder).collect(),
        changes: Vec::new(),
    };
    for pair in all.windows(2).skip((all.len() - 1).saturating_sub(RUNS)) {
        let mut moved = [0; Movement::ALL.len()];
        each_change(store, run.series, (pair[0].id, pair[1].id), &mut |change| {
            let movement = movement(change.kind);
            let kind = &mut moved[movement as usize];
            *kind += 1;
            if pair[1].id == run.id && *kind <= CHANGES as u64 {
                history.changes.push(listing(movement, change));
            }
        })?;
        history.runs.push(past(&pair[1], Some(moved)));
    }
    history.changes.sort_by_key(|change| change.movement);
    Ok(history)
}

fn past(run: &Run, moved: Option<[u64; Movement::ALL.len()]>) -> Past {
    let totals = run.totals.unwrap_or_default();
    Past {
        id: run.id,
        started: run.started.clone(),
        files: totals.files,
        bytes_seen: totals.bytes_seen,
        bytes_examined: totals.bytes_examined,
        findings: totals.findings,
        incomplete: totals.incomplete,
        moved,
    }
}

fn folder(entry: Entry) -> Folder {
    let Entry { prefix, objects, bytes_seen, bytes_examined, not_examined, missed } = entry;
    Folder { prefix, objects, bytes_seen, bytes_examined, missed, not_examined }
}

fn movement(kind: Kind) -> Movement {
    match kind {
        Kind::Undeclared => Movement::Uncovered,
        Kind::Expired => Movement::Expired,
        Kind::New => Movement::New,
        Kind::Changed => Movement::Changed,
        Kind::Gone => Movement::Gone,
    }
}

fn listing(movement: Movement, change: Change) -> html::Change {
    let Change { path, category, field, hits_before, hits_now, verdicts, .. } = change;
    html::Change { movement, path, field, category, hits_before, hits_now, verdicts }
}
